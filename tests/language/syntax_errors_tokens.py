"""Syntax errors of the tokenizer and of indentation: class, line, offsets, message."""
CASES = [
    "'abc", '"abc', "'''abc", '"""abc\ndef', "x = 'a\nb'", "0x", "0b2", "0o8", "0_", "1__0", "1_", "012",
    "00", "0x_", "1e", "1e+", "1.5.5", "1abc", "1if 2else 3", "0b1_", "0xg", "5j", "1.e", "$", "?", "a ? b",
    "`x`", "x = €", "a\u200bb", "x = “quoted”", "(", "[", "{", ")", "]", "}", "(]", "[)", "{)", "(1, 2",
    "[1,\n2", "f(\n1", "(1}", "x = (\n\n[", "if 1:\nx = 1", "if 1:\n  x = 1\n y = 2", "  x = 1",
    "x = 1\n  y = 2", "if 1:\n    x\n\ty", "if 1:\n\tx\n        y", "def f():\n", "class A:\n",
    "for i in x:\n", "while 1:\n", "if 1:\n    pass\nelse:\n", "try:\n", "with a:\n", "def f():\npass",
    "class A:\nx = 1", "try:\n    x\nexcept:\ny", "try:\n    x\nfinally:\ny", "else:\n  x", "x = 1 \\",
    "x = 1 \\ \ny", "\\", "x \\\n", "x = \\\n1", "a\\b", "'\\x'", "'\\x1'", "'\\u12'", "'\\U00110000'",
    "'\\N{nothing}'", "'\\N'", "b'é'", "b'\\x'", "u'x'", "ub'x'", "bu'x'", "rb'x'", "fb'x'", "'a' b'b'",
    "b'a' f'b'", "x = 1;;", ";", "x;", "@", "->", "x -> y", ":=", "!", "x !y", "x! = 3", "<>", "1 <> 2",
    "x = = 1", "&&", "||", "x++", "++x", "x--", "\x00", "x\x00y", "\x01", "é = 1", "日本 = 2", "x\u00a0= 1",
    "٣", "\u2028", "\f x", "\x0cx = 1", "#", "x #", "if x: #\n", "'''\n''' + '''", "f'", "f'''{",
    "x = '''a\nb", "(\n'abc\n)", "[1, 'a\n]", "\tif 1:\n\t  pass", "if 1:\n pass\n  pass",
    "if 1:\n  if 2:\n    pass\n   pass", "lambda", "...x", ". . .", "x..y", "1..real", "1.real", "1 .real",
    "0xfor x in y", "1or 2", "1_000.0_1", "1e1_0", "0B1", "0XF", "0O7", "1E5", "0e0", "09.5", "09", "0777",
    "1L"
]
for source in CASES:
    try:
        compile(source, "<case>", "exec")
        print(ascii(source), "| compiles")
    except SyntaxError as e:
        print(
            ascii(source), "|", type(e).__name__, e.lineno, e.offset, e.end_lineno, e.end_offset,
            ascii((e.text or "").rstrip("\n")), "|", ascii(e.msg)
        )
    except ValueError as e:
        print(ascii(source), "|", type(e).__name__, e)

"""The compiler's tokens as _tokenize shows them."""
import token
import warnings

from support import attempt
from _tokenize import TokenizerIter

SOURCES = [
    "", "a", "x = (1,\n 2) # foo\n#bar\n  y", "a \\\n b $ ? ! `\n'''x\ny''' c\n", "if a:\n\tb\n        c\n",
    "if a:\n    b\n  c", "a \\ b", "a\\", "(a", "a\n\n\n# b", "a\r\nb\rc", "x\x0cy", "async def f(): await x", "é = ß",
    "if x:\n  y\nelse:\n  z # c\n  # d\n", "f'{a}' rb'\\x' u'''\n\n'''", "# type: int\nx # type: ignore", "( ) [ ] { }",
    "1 0x1F 0o7 0b1 1_0 1.5e-3 2j . ... : , ; + - * / | & < > = % == != <> <= >= ~ ^ << >> ** // @ -> :=",
    "+= -= *= /= %= &= |= ^= <<= >>= **= //= @=", "match x: case _: lambda: None if True else False is not in",
    "if x:\n    pass\n    \\\n\n    pass\n", "\ufeffa", "€", "'x", "'''x\n", "0_", "012", "1__2", "(]", "}", "(" * 300,
    "a\n\x01", "".join("  " * n + "if x:\n" for n in range(101)),
]  # fmt: skip

for source in SOURCES:
    print(ascii(source[:60]))
    tokens = TokenizerIter(source)
    try:
        for text, kind, *places in tokens:
            print(" ", ascii(text), token.tok_name[kind], *map(ascii, places))
    except SyntaxError as e:
        print("  SyntaxError", ascii(e.args))

for arguments in [(), (1,), ("a", "b"), ("a\0b",), ("\ud800",)]:
    attempt(TokenizerIter, *arguments)
attempt(TokenizerIter, sources="a")
attempt(list, TokenizerIter(source="a"))
attempt(type, "T", (TokenizerIter,), {})
tokens = TokenizerIter("a b")
print(iter(tokens) is tokens, next(tokens)[0], next(tokens)[0], TokenizerIter, len(list(tokens)), list(tokens))

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    tokens = TokenizerIter("a\n1if 2 else 3")
    for _ in tokens:
        print([(w.category.__name__, str(w.message), w.lineno, w.filename) for w in caught])

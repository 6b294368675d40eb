"""Literals of every kind."""
print(0, 7, 0x1F, 0o17, 0b1011, 1_000_000, 0xdead_beef, 123456789012345678901234567890)
print(1.5, .5, 5., 1e10, 1E-5, 1_0.2_5, 1e400, -1e400, 0.1 + 0.2, 1e16, 1e15, 123456789.123456789)
print(type(1.0), type(1), type(""))
print('single', "double", 'it''s', "a" 'b' """c""")
print("tab\there", 'nl\\n', "\x41\u00e9\U0001F600\N{GREEK SMALL LETTER ALPHA}", "\101\0".encode(), '\
joined')
print(r"raw\n\'", R'\x', b'bytes\x00\xff\'"', br'\d', rb"\w", B"a" b"b")
print("""triple
"quoted" text""", '''and
'this' too''')
print(
    repr('mixed "quotes" and \'these\''), repr("it's"), repr('say "x"'),
    repr("\n\t\r\\\x00\x7f\xa0\xad\u200b\ud800é")
)
print(None, True, False, ..., Ellipsis, NotImplemented)
print([], (), {}, [1], (1,), {1}, {1: 2}, [1, 2, ], (1, 2, ), {1, }, {1: 2, })
print(set(), frozenset(), frozenset({3}))
print(1 if [] else 2, not 1, not [], 1 and 2, 0 or "x", None or 0, 1 and 0 or 3)
print(1 < 2 < 3, 1 < 3 < 2, 1 == 1.0 == True, 3 > 2 >= 2 != 1)
print(-2 ** 2, 2 ** -1, 2 ** 3 ** 2, (-2) ** 2, ~5, +-+3, not not 3)
print(7 // 2, -7 // 2, 7 % -3, -7 % 3, 7.5 // 2, -7.5 % 2, 7 / 2)
print(1 << 100, -1 >> 70, 5 & 3 | 4 ^ 1, 0xFF ^ 0x0F)
x = 5
y = 6
print(x, y)
if x: print("one-line if")
while x: x -= 1
print((yield_ := 3), yield_)
print(0xFFFFFFFFFFFFFFFF, -0x8000000000000000, 9223372036854775807 + 1, 0o777777777777777777777777)
print("a" "b" f"{x}" "c", type(b""), type(r""), type(...))

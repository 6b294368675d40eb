"""Codecs that only _codecs has: UTF-7, and escapes of bytes."""
import _codecs as c
import warnings


def t(f, *a, **k):
    try:
        return ascii(f(*a, **k))
    except BaseException as e:
        return type(e).__name__ + ': ' + ascii(str(e))


for b in [b'abc', b'\\n\\t\\\\\\\'\\"\\a\\b\\f\\v\\r', b'\\x41\\x4', b'\\x', b'\\xg', b'\\x4g', b'\\101\\777\\8',
    b'\\q', b'\\', b'a\\\nb', '€\\x41', b'\xff', b'\\400', b'\\x41\\xZZ', 5, bytearray(b'\\n')]:
    for e in (None, 'strict', 'replace', 'ignore', 'foo', 'backslashreplace'):
        with warnings.catch_warnings(record=True) as w:
            warnings.simplefilter('always')
            r = t(c.escape_decode, b, e) if e else t(c.escape_decode, b)
            print(ascii(b), e, r, [ascii(str(x.message)) + x.category.__name__ for x in w])
for b in [b'abc\'"\\\n\t\r\x00\x7f\xff', 'x', bytearray(b'a'), b'']:
    print(ascii(b), t(c.escape_encode, b), t(c.escape_encode, b, 'strict'))
print(t(c.escape_encode), t(c.escape_decode))
for s in ['abc', 'A+B', '+', 'a€ b', '€', '€-', '€A', '😀', '\ud800', 'Hi Mom ☺!', '日本語', 'a~b\\c', '\t\n\r ',
    '\x00', '\x7f', '\x80', '+€+', '€/', '€\n', '\ud800\udc00', '!"#$%&*;<=>@[]^_`{|}']:
    print(ascii(s), t(c.utf_7_encode, s))
for b in [b'abc', b'+-', b'+', b'+AGE', b'+AGE-', b'+AGE.', b'+AGE!', b'a+IKw-b', b'+IKw', b'+IKwA', b'+2D3eAA-',
    b'+2D0-', b'+2D0', b'+2D3eA', b'\xff', b'+\xff', b'+IKx-', b'+AA-', b'+A-', b'+////-', b'+3AA-', b'+2AA',
    b'+2ADYAA-x', b'~\\', b'+AGE\xffx', b'Hi Mom -+Jjo--!', b'+AAA-+AAA-', b'+--', b'+,', b'+2ADcAA-', b'a\x80b',
    b'+2AHcA', b'+2AHcAQ', b'+2AHab-\x00']:
    for e in ('strict', 'replace', 'ignore'):
        print(b, e, t(c.utf_7_decode, b, e), t(c.utf_7_decode, b, e, True))
print(t(c.utf_7_encode, 5), t(c.utf_7_decode, 'x'))

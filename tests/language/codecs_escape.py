"""unicode_escape and raw_unicode_escape."""


def show(function):
    try:
        print(ascii(function()))
    except Exception as error:  # whatever it is, CPython's is the same
        print(type(error).__name__, error)


for data in [rb'a\x4', rb'\x', rb'\u12', rb'\U0011', rb'\U00110000', rb'\N{x', rb'\N{BULLET}', rb'\Nx', rb'\N{no such}',
             b'\\', rb'\1234', rb'\'"\a\b\f\n\r\t\v\0\\', b'\\\n', b'\xe9', rb'\ud800\udc00', rb'\\u1234', rb'\\\u1234']:
    for errors in ['strict', 'replace', 'ignore', 'backslashreplace']:
        show(lambda: data.decode('unicode_escape', errors))
        show(lambda: data.decode('raw_unicode_escape', errors))
for text in ['a\n\té\u1234\U00012345\\\'"\x7f\x00\r', '', '\ud800']:
    show(lambda: text.encode('unicode_escape'))
    show(lambda: text.encode('raw-unicode-escape'))

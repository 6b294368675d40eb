"""Error handlers of codecs: what they may return and change; escapes in pieces; codecs named in errors."""
import _codecs as c


def t(f, *a, **k):
    try:
        return ascii(f(*a, **k))
    except BaseException as e:
        return type(e).__name__ + ': ' + ascii(str(e))


for f in (c.unicode_escape_decode, c.raw_unicode_escape_decode):
    for b in [b'', b'a\\', b'a\\x', b'a\\x4', b'a\\x41', b'a\\xg', b'a\\u', b'a\\u1', b'a\\u123', b'a\\u1234',
    b'a\\u12g', b'a\\U0001f60', b'a\\U0001f600', b'a\\U00110000', b'a\\U0011000', b'a\\N', b'a\\N{', b'a\\N{SPACE',
    b'a\\N{SPACE}', b'a\\N{}', b'a\\Nx', b'a\\1', b'a\\12', b'a\\123', b'a\\9', b'a\\q', b'\\\\', b'\\\\u0041',
    b'\\\n', b'\\N{NOPE}', b'a\\ud800', b'\\uD8', b'\\', b'\\u12\\u1234', b'\\xaz', b'\\\\\\u1']:
        for e in ('strict', 'replace'):
            print(f.__name__, b, e, t(f, b, e), t(f, b, e, False), t(f, b, e, True))
import codecs


def h(exc):
    seen.append(1)
    if len(seen) == 1:
        exc.object = b'xyz\\x41\xff'
        return ('!', 0)
    if len(seen) > 5:
        raise KeyError
    return ('?', exc.end)


codecs.register_error('test.mut', h)


def h2(exc):
    return ('', -1)


def h3(exc):
    return ('', 100)


def h4(exc):
    exc.object = 5
    return ('', 0)


def h5(exc):
    return 5


def h6(exc):
    return (b'x', 1)


def h7(exc):
    return ('x', exc.start + 1)


for n, f in (('2', h2), ('3', h3), ('4', h4), ('5', h5), ('6', h6), ('7', h7)):
    codecs.register_error('test.h' + n, f)
for enc, b in (('utf-8', b'ab\xffcd'), ('ascii', b'ab\xffcd'), ('utf-16-le', b'\x00\xd8A\x00'), ('utf-16',
    b'\xff\xfe\x00\xdc'), ('utf-32-le', b'\xff\xff\xff\xff'), ('unicode_escape', b'ab\\xg'), ('raw_unicode_escape',
    b'ab\\ug'), ('utf-7', b'ab\xff'), ('charmap', b'')):
    for e in ('test.mut', 'test.h7') if enc in ('utf-16-le', 'utf-32-le', 'unicode_escape', 'raw_unicode_escape',
    'utf-7') else ('test.mut', 'test.h3', 'test.h4', 'test.h5', 'test.h6', 'test.h7'):
        seen = []
        print(enc, e, t(b.decode, enc, e))
seen = []
print(t(c.charmap_decode, b'\x01', 'strict', {1: 1114112}), t(c.charmap_decode, b'\x01', 'strict', {1: -1}),
    t(c.charmap_decode, b'\x01', 'strict', {1: 1.5}), t(c.charmap_decode, b'\x01', 'strict', {1: 65534}),
    t(c.charmap_decode, b'\x01', 'strict', {1: '\ufffe'}), t(c.charmap_decode, b'\x01', 'strict', {1: 'ab'}),
    t(c.charmap_decode, b'\x01', 'strict', {1: None}), t(c.charmap_decode, b'\x01', 'strict', {1: 2 ** 80}))
sp = codecs.lookup_error('surrogatepass')
print(sp.__name__)
for x in (UnicodeEncodeError('utf-8', 'a\ud800\udfffb', 1, 3, 'r'), UnicodeEncodeError('utf-16-be', 'a\ud800', 1, 2,
    'r'), UnicodeEncodeError('utf32', 'a\ud800', 1, 2, 'r'), UnicodeEncodeError('cp1252', 'a\ud800', 1, 2, 'r'),
    UnicodeEncodeError('utf-8', 'ab', 0, 1, 'r'), UnicodeDecodeError('utf-8', b'\xed\xa0\x80', 0, 1, 'r'),
    UnicodeDecodeError('utf-16-le', b'\x00\xd8', 0, 2, 'r'), UnicodeDecodeError('utf-16be', b'\xd8\x00', 0, 2, 'r'),
    UnicodeDecodeError('utf-8', b'abc', 0, 1, 'r'), UnicodeDecodeError('utf-8', b'\xed\xa0', 0, 1, 'r'),
    UnicodeDecodeError('ascii', b'\xed\xa0\x80', 0, 1, 'r'), UnicodeTranslateError('a', 0, 1, 'r'), 5):
    print(t(sp, x))
for e in ('surrogateescape', 'surrogatepass'):
    for enc in ('utf-8', 'ascii', 'latin-1', 'utf-16-le'):
        for s in ('\udc80\ud800\udfffx', '\ud800\udc80', 'a\udcff€'):
            try:
                print(enc, e, s.encode(enc, e))
            except UnicodeEncodeError as x:
                print(enc, e, ascii(s), x.start, x.end, x.reason, x.encoding)
print(t(c.utf_8_decode, b'a\xed\xa0', 'strict', False), t(c.utf_8_decode, b'a\xed\xa0', 'strict', True),
    t(c.utf_8_decode, b'a\xed', 'strict', False))


def sf(n):
    if n == 'testwrap':
        return (lambda o, e='strict': boom(), lambda o, e='strict': boom(), None, None)


codecs.register(sf)


class MyE(Exception):

    def __init__(self, *a):
        super().__init__(*a)


class MyE2(RuntimeError):
    pass


class MyE3(RuntimeError):

    def __new__(cls, *a):
        return super().__new__(cls, *a)


for ex in (RuntimeError('x'), RuntimeError, RuntimeError('a', 'b'), MyE('x'), MyE2('x'), MyE3('x'), ValueError(5),
    OSError(1, 'x'), KeyError('x'), ZeroDivisionError(), UnicodeError('q'), LookupError('lk'), SyntaxError('s')):

    def boom():
        raise ex
    for f in (lambda: 'a'.encode('testwrap'), lambda: b'a'.decode('testwrap'), lambda: codecs.encode('a',
    'testwrap'), lambda: codecs.decode(b'a', 'testwrap')):
        try:
            f()
        except BaseException as e:
            print(type(e).__name__, e, repr(e.__cause__))

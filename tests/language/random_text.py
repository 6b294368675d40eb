"""Methods of str, codecs and % with pseudo-random arguments:
the same calls with the same arguments in every implementation, errors included."""
from support import Random, show

random = Random(12345)
rnd, pick = random.below, random.pick


ALPHABETS = ['ab', 'abc \t', 'aA1_', 'é ß', 'aé\u0130\u0149\ufb01', 'Σσς aΑ.', '\u01c5\u01c6\u01c4 x',
        'a\u1234\u20ac', '\U0001f600a\U00010400\U00010428', '0123456789', '\u0661\u00b2\u00bd\u4e09',
                'a\nb\r\x0b\x1c\u2028\x85', '\x00\x7f\xa0\xad\ud800', "'\"\\{}%"]


def text(limit=9):
    alphabet = pick(ALPHABETS)
    if rnd(4) == 0:
        alphabet += pick(ALPHABETS)
    return ''.join(pick(alphabet) for _ in range(rnd(limit)))


def number():
    return pick([0, 1, 2, 3, 5, -1, -2, -5, 100, -100, None])


def small():
    return pick([0, 1, 2, 5, 9, 20, -3])


PLAIN = ['capitalize', 'casefold', 'isalnum', 'isalpha', 'isascii', 'isdecimal', 'isdigit', 'isidentifier', 'islower',
         'isnumeric', 'isprintable', 'isspace', 'istitle', 'isupper', 'lower', 'swapcase', 'title', 'upper', 'split',
         'splitlines', 'strip', 'lstrip', 'rstrip', '__repr__', '__len__', 'expandtabs', 'rsplit']
for _ in range(600):
    name = pick(PLAIN)
    s = text(14)
    show(name, getattr(s, name))
    if rnd(5) == 0:
        print(repr(s))
for _ in range(800):
    name = pick(['find', 'rfind', 'index', 'rindex', 'count', 'startswith', 'endswith'])
    s = text(20)
    needle = s[rnd(5):rnd(9)] if rnd(2) else text(4)
    args = [needle]
    if rnd(2):
        args.append(number())
        if rnd(2):
            args.append(number())
    show(name, getattr(s, name), *args)
for _ in range(800):
    s = text(20)
    sep = s[1:2 + rnd(2)] if rnd(2) else text(3)
    name = pick(['split', 'rsplit', 'partition', 'rpartition', 'strip', 'lstrip', 'rstrip', 'removeprefix',
                 'removesuffix', 'replace', 'center', 'ljust', 'rjust', 'zfill', 'splitlines', 'join', 'expandtabs'])
    if name in ('split', 'rsplit'):
        args = [pick([sep, None]), pick([-1, 0, 1, 2, 3])]
    elif name == 'replace':
        args = [sep, text(3)] + ([small()] if rnd(2) else [])
    elif name in ('center', 'ljust', 'rjust'):
        args = [small()] + ([pick(['*', 'é', '\U0001f600', 'ab'])] if rnd(2) else [])
    elif name in ('zfill', 'expandtabs'):
        args = [small()]
    elif name == 'splitlines':
        args = [bool(rnd(2))]
    elif name == 'join':
        args = [[text(4) for _ in range(rnd(5))]]
    else:
        args = [sep]
    show(name, getattr(s, name), *args)
for _ in range(400):
    s, t = text(), text()
    print(repr(s + t), s < t, s <= t, s == t, s > t, s in t, repr(t[::-1]), len(s + t), [ord(c) for c in s])
    s = text(12)
    i, j, k = number(), number(), pick([None, 1, 2, -1, -2, 3])
    print(repr(s), i, j, k, repr(s[i:j:k]))
    show('item', s.__getitem__, pick([0, 1, 2, -1, -2, 7]))
    show('mul', s.__mul__, pick([0, 1, 2, 3, -1]))
for _ in range(400):
    s = text(14)
    encoding = pick(['utf-8', 'latin-1', 'ascii', 'utf-16', 'utf-16-le', 'utf-16-be', 'utf-32', 'utf-32-be', 'UTF8'])
    errors = pick(['strict', 'ignore', 'replace', 'backslashreplace', 'xmlcharrefreplace', 'surrogateescape',
            'surrogatepass'])
    show('encode', s.encode, encoding, errors)
for _ in range(600):
    b = bytes(pick([0, 10, 65, 97, 127, 128, 0xbf, 0xc0, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xed, 0xa0, 0x80, 0xf0,
            0x9f, 0x98, 0x80, 0xff, 0xfe, 0xd8, 0xdc]) for _ in range(rnd(9)))
    encoding = pick(['utf-8', 'utf-8', 'utf-8', 'latin-1', 'ascii', 'utf-16', 'utf-16-le', 'utf-16-be', 'utf-32',
            'utf-32-be'])
    errors = pick(['strict', 'ignore', 'replace', 'backslashreplace', 'surrogateescape', 'surrogatepass'])
    show('decode', b.decode, encoding, errors)
for _ in range(100):
    s = text(12)
    table = str.maketrans(text(3)[:2] or 'a', 'xy'[:2]) if rnd(2) and False else {ord(c): pick([None, 'zz', 233,
            'é', 0x1234]) for c in text(5)}
    show('translate', s.translate, table)
for _ in range(300):
    values = [pick([0, 1, -5, 12345678901234567890, True]), pick([0.0, -1.5, 1e20, 3.14159, float('inf'), 1e-7]),
            text(5)]
    directive = '%' + pick(['', '-', '+', ' ', '#', '0', '-0', '+0', '#0']) + pick(['', '5', '12',
            '1']) + pick(['', '', '.0', '.3', '.8'])
    kind = pick('disrxXofegGc%au')
    v = values[1] if kind in 'efgG' else values[2] if kind in 'sra' else values[0]
    show('percent', (directive + kind).__mod__, (v,))

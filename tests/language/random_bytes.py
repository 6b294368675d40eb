"""Methods of bytes, bytearray and memoryview with pseudo-random arguments:
the same calls with the same arguments in every implementation, errors included."""
from support import Random, show

random = Random(12345)
rnd, pick = random.below, random.pick


def data(limit=9):
    alphabet = pick([b'ab', b'abc \t', b'aA1_', b'\x00\xff\x80', b'a\nb\r\x0b\x1c', b"'\"\\", b'0123456789'])
    return bytes(pick(alphabet) for _ in range(rnd(limit)))


def number():
    return pick([0, 1, 2, 3, 5, -1, -2, -5, 100, -100, None])


def kind(b):
    return bytearray(b) if rnd(2) else b


PLAIN = ['capitalize', 'isalnum', 'isalpha', 'isascii', 'isdigit', 'islower', 'isspace', 'istitle', 'isupper',
        'lower',
         'swapcase', 'title', 'upper', 'split', 'splitlines', 'strip', 'lstrip', 'rstrip', '__repr__', '__len__',
                 'expandtabs', 'rsplit', 'hex']
for _ in range(600):
    name = pick(PLAIN)
    show(name, getattr(kind(data(14)), name))
for _ in range(600):
    name = pick(['find', 'rfind', 'index', 'rindex', 'count', 'startswith', 'endswith'])
    s = kind(data(20))
    needle = s[rnd(5):rnd(9)] if rnd(2) else kind(data(4))
    if rnd(5) == 0:
        needle = pick([97, 0, 255, 256, -1, 'a', (b'a', b'b')])
    args = [needle] + [number() for _ in range(rnd(3))]
    show(name, getattr(s, name), *args)
for _ in range(800):
    s = kind(data(20))
    sep = s[1:2 + rnd(2)] if rnd(2) else kind(data(3))
    name = pick(['split', 'rsplit', 'partition', 'rpartition', 'strip', 'lstrip', 'rstrip', 'removeprefix',
                 'removesuffix', 'replace', 'center', 'ljust', 'rjust', 'zfill', 'splitlines', 'join',
                         'expandtabs', 'hex', '__add__', '__mul__', '__contains__', '__getitem__', '__lt__',
                                 '__eq__', '__ge__'])
    if name in ('split', 'rsplit'):
        args = [pick([sep, None]), pick([-1, 0, 1, 2, 3])]
    elif name == 'replace':
        args = [sep, data(3)] + ([rnd(5) - 1] if rnd(2) else [])
    elif name in ('center', 'ljust', 'rjust'):
        args = [rnd(20)] + ([pick([b'*', bytearray(b'x'), b'ab', 'a'])] if rnd(2) else [])
    elif name in ('zfill', 'expandtabs', '__mul__'):
        args = [rnd(12) - 2]
    elif name == 'splitlines':
        args = [bool(rnd(2))]
    elif name == 'join':
        args = [[kind(data(4)) for _ in range(rnd(5))]]
    elif name == 'hex':
        args = [pick([':', b'-'])] + ([rnd(7) - 3] if rnd(2) else [])
    elif name == '__getitem__':
        args = [pick([rnd(30) - 15, slice(number(), number(), pick([None, 1, 2, -1, -3]))])]
    elif name == '__contains__':
        args = [pick([sep, rnd(256)])]
    else:
        args = [sep]
    show(name, getattr(s, name), *args)


def mutate(s, name, args):
    getattr(s, name)(*args)
    return s


for _ in range(1200):
    s = bytearray(data(20))
    name = pick(['append', 'extend', 'insert', 'pop', 'remove', 'clear', 'reverse', '__setitem__', '__delitem__',
            '__iadd__', '__imul__'])
    span = slice(number(), number(), pick([None, 1, 2, -1, -3]))
    if name == 'append' or name == 'remove':
        args = [rnd(260)]
    elif name == 'extend' or name == '__iadd__':
        args = [pick([data(), [1, 2, 3], bytearray(b'xyz'), s, (300,), 'ab', 5])]
    elif name == 'insert':
        args = [rnd(30) - 15, rnd(257)]
    elif name == 'pop':
        args = [rnd(30) - 15] if rnd(2) else []
    elif name == '__setitem__':
        args = [rnd(30) - 15, rnd(257)] if rnd(3) == 0 else [span, pick([data(), [1, 2], b'', s, bytearray(data(5))])]
    elif name == '__delitem__':
        args = [pick([rnd(30) - 15, span])]
    elif name == '__imul__':
        args = [rnd(5) - 1]
    else:
        args = []
    show(name + ' ' + repr(bytes(s)), mutate, s, name, [a for a in args])
for _ in range(600):
    base = bytearray(bytes(rnd(256) for _ in range(rnd(5) * 8)))
    m = memoryview(base)
    code = pick('BbcHhIiLlQqdf?@B')
    try:
        v = m.cast(code)
        print(code, v.format, v.itemsize, v.shape, v.strides, v.nbytes, v.tolist(), v.tobytes(), v.hex())
        w = v[slice(number(), number(), pick([None, 1, 2, -1]))]
        print(w.tolist(), w.shape, w.strides, w.contiguous, w.tobytes(), w == v, len(w), w[::-1].tolist())
        if len(w):
            i = rnd(len(w))
            w[i] = pick([1, 0, 200, -1, 70000, 1.5, b'x', 'a', True])
            print(bytes(base))
            w[0:1] = w[i:i + 1]
            print(bytes(base))
        base.append(1)
    except Exception as error:  # whatever it is, CPython's is the same
        print(type(error).__name__, error)
    m.release()
    try:
        m[0]
    except Exception as error:  # whatever it is, CPython's is the same
        print(type(error).__name__, error)
for _ in range(100):
    show('percent', kind(pick([b'%d', b'%5d', b'%-5s|', b'%b', b'%r', b'%a', b'%c', b'%x', b'%05.1f', b'%%',
            b'%s %s', b'%(a)d'])).__mod__,
         pick([1, -5, b'xy', bytearray(b'q'), 'text', 2.5, (1, 2), (b'a', b'b'), {b'a': 3}, [1], 97, None]))

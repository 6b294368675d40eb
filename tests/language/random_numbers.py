"""Arithmetic, conversions and formats of numbers with pseudo-random arguments:
the same calls with the same arguments in every implementation, errors included."""
from support import Random, show

random = Random(12345)
rnd, pick = random.below, random.pick


INTS = [0, 1, -1, 2, -2, 3, 7, -7, 10, 255, 256, 2**31, 2**53, 2**53 + 1, 2**61 - 1, 2**61, -2**61, -2**61 - 1, 2**62,
        2**63 - 1, 2**63, -2**63, 2**64, 10**18, 10**19, 10**20, 10**40, -10**40, 3**100, -3**101, 2**200, 2**200 - 1]
FLOATS = [0.0, -0.0, 1.0, -1.0, 0.5, 1.5, 2.5, -2.5, 0.1, 1 / 3, 1e10, 1e15, 1e16, 1e17, 123456.789, 1e-5, 1e-4,
        5e-324,
          2.2250738585072014e-308, 1.7976931348623157e308, 1e100, -1e100, 1e22, 1e23, 9007199254740993.0,
          float('inf'), float('-inf'), float('nan'), 2.0**61, 2.0**62, -2.0**61, 1e300, 1e-300]


def integer():
    if rnd(3) == 0:
        return pick(INTS)
    i = 0
    for _ in range(1 + rnd(4)):
        i = i << 31 | rnd(1 << 31)
    i >>= rnd(100)
    return -i if rnd(2) else i


def real():
    if rnd(3) == 0:
        return pick(FLOATS)
    try:
        return (rnd(1 << 31) * (1 << 31) + rnd(1 << 31)) * 2.0 ** (rnd(200) - 130) * pick([1, -1])
    except OverflowError:
        return 1.0


import operator
BINARY = [operator.add, operator.sub, operator.mul, operator.floordiv, operator.mod, operator.truediv, divmod,
          operator.lt, operator.le, operator.eq, operator.ne, operator.gt, operator.ge]
BITS = [operator.and_, operator.or_, operator.xor]
for _ in range(1200):
    f = pick(BINARY + BITS)
    show(f.__name__, f, integer(), integer())
for _ in range(600):
    f = pick(BINARY)
    show(f.__name__, f, *pick([(real(), real()), (integer(), real()), (real(), integer())]))
for _ in range(200):
    show('lshift', operator.lshift, integer(), rnd(150))
    show('rshift', operator.rshift, integer(), rnd(150))
    show('pow', pow, rnd(50) - 25, rnd(40))
    show('pow', pow, integer() % 1000, -rnd(5))
    show('pow3', pow, integer(), integer(), integer())
    show('fpow', pow, real(), pick([0, 1, 2, -1, 0.5, 1.5, 3, -2.0]))
for _ in range(600):
    i = integer()
    print(i, hash(i), hex(i), oct(i), bin(i), i.bit_length(), i.bit_count(), -i, +i, ~i, abs(i), bool(i),
            int(str(i)) == i)
    show('float', float, i)
    show('round', round, i, -rnd(25))
    f = real()
    print(repr(f), hash(f) if f == f else 'nan', -f, abs(f), bool(f), f.hex(), float(repr(f)) == f,
            float.fromhex(f.hex()) == f, f.is_integer())
    show('int', int, f)
    show('round', round, f, rnd(12) - 4)
    show('round', round, f)
    show('ratio', f.as_integer_ratio)
    n = rnd(20)
    show('to_bytes', i.to_bytes, n, pick(['little', 'big']))
    show('from_bytes', int.from_bytes, (i & (1 << 8 * n) - 1).to_bytes(n, 'big'), 'big')
for _ in range(400):
    s = ''.join(pick('0123456789') for _ in range(rnd(12))) + pick(['', '_', ' ', 'x', '.', 'e',
            '-']) + ''.join(pick('0123456789abcdef_') for _ in range(rnd(6)))
    s = pick(['', '', '-', '+', '0x', '0b', ' ', '0o', '0']) + s
    show('int', int, s)
    show('int', int, s, pick([0, 2, 8, 10, 16, 36]))
    show('float', float, s)
    show('complex', complex, s + pick(['', 'j', '+1j', '-.5j']))
SPECS = ['', 'd', 'x', '#x', 'X', 'o', 'b', 'c', 'n', ',', '_', '_x', '08', '+', ' ', '<8', '>8', '^9', '=+9',
        '*^12', '010,', '.2f',
         '.0f', '#.0f', 'e', '.3e', 'E', 'g', '.3g', '#.3g', 'G', '%', '.1%', 'z.1f', '+.2', '.0', '.10', '015.3',
                 '020,.2f', '_.3f', 'F', '12.4', '#', 's', '5s', '.2']
for _ in range(1000):
    show('format', format, pick([integer(), real(), real(), complex(1.5, -2), True, 'text', rnd(1000)]), pick(SPECS))
for _ in range(300):
    a, b = complex(pick(FLOATS[:14]), pick(FLOATS[:14])), complex(pick(FLOATS[:14]), pick(FLOATS[:14]))
    print(a, repr(b), a == b, a != b, hash(a), bool(a), -a, a.conjugate())
    for f in [operator.add, operator.sub, operator.mul, operator.truediv]:
        show(f.__name__, f, a, b)
    show('abs', abs, a)

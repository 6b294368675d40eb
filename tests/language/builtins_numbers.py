"""Built-in functions about numbers and conversion."""
from support import attempt, attempt_all
print(
    abs(-5), abs(-2.5), abs(True), divmod(17, 5), divmod(-17, 5), divmod(17.5, 5), pow(2, 10), pow(2, -1),
    pow(2, 10, 1000), pow(2.0, 3), round(2.567, 1), round(7), round(-7.5), round(12345, -2), round(1.5, 0),
    round(2.5, None)
)
print(
    bin(10), bin(-10), oct(8), hex(255), hex(-1), bin(0), hex(2**70), oct(-(2**65)), int("0b11", 2),
    int("0x1f", 16), int("-0b11", 0), int(" 12\n"), int(b"7"), float("1e5"), float(" -.5 "), bool("x"),
    bool([]), complex if "complex" in dir() else ""
)
attempt_all(bin, 1.5, "a", None)
attempt_all(hex, 1.5)
attempt_all(divmod, (1, 0), (1, "a"), (1.0, 0.0))
attempt_all(abs, "a", None, [])
attempt_all(round, "a", (1, 1.5), (1.5, "x"), None)
attempt_all(pow, ("a", 1), (1, 2, 0), (2, -1, 5), (1.5, 2, 3), (2, 3.0, 4))
attempt_all(chr, 97, 0x10FFFF, 0x110000, -1, "a", 1.5, 2**70)
attempt_all(ord, "a", "é", b"a", "ab", "", 5, b"ab")
print(
    sum([1, 2, 3]), sum([], 10), sum([0.1] * 10), sum([True, True]), sum((2**62, 2**62, 2**62)),
    sum([1, 2.5]), sum([[1], [2]], []), max(3, 1, 2), max([1, 5, 3]), max("abc"), min(3, 1.5),
    max([], default=None), max([1, -5], key=abs), min(["bb", "a"], key=len), max((1, 2), (1, 3)),
    min("b", "a", key=ord), max(1, True), max(True, 1), max(1.0, 1)
)
print(
    int(), float(), bool(), str(), list(), tuple(), dict(), set(), frozenset(), bytes(), int("1" * 50),
    int(-0.9), float(10**15), float(2**53 + 1), str(1.0), str(10**20), repr(0.1), int(True), float(True),
    bool(0.0), bool(-1), bool("False"), bool(()), bool({0}), bool(None)
)
class N:
    def __index__(self): return 10
    def __int__(self): return 11
    def __float__(self): return 1.25
    def __round__(self, n=0): return n
    def __abs__(self): return "abs"
    def __divmod__(self, o): return (1, o)
    def __pow__(self, o, m=0): return (o, m)
    def __trunc__(self): return 12
class T:
    def __trunc__(self): return 7
class BadI:
    def __int__(self): return "x"
    def __float__(self): return "y"
    def __index__(self): return 1.5
n = N()
print(
    int(n), float(n), bin(n), hex(n), chr(n), round(n), round(n, 3), abs(n), divmod(n, 2), pow(n, 2),
    pow(n, 2, 3), range(n)[-1], [0] * n == [0] * 10, "a" * n, 2 ** n.__index__(), int("10", n),
    round(1.23456789, n)
)
attempt(int, BadI())
attempt(float, BadI())
attempt(bin, BadI())
attempt(int, object())
attempt(float, object())
attempt(float, [])
print(
    hash(5), hash(-1) == hash(-2), hash(1.0), hash(True), hash(2**61 - 1), hash(None) == hash(None),
    hash(()) == hash(()), hash("a") == hash("a"), isinstance(hash("abc"), int),
    hash((1, "a")) == hash((1, "a")), hash(0.0) == hash(-0.0), hash(10**25) == hash(float(10**25)),
    hash(2**100) == hash(2.0**100)
)
attempt(hash, [])
attempt(hash, {})
attempt(hash, set())
attempt(hash, ([],))
attempt(hash, slice(1))
print(
    all([]), all([1, 0]), any([0, 1]), any([]), all(x for x in [1, 2]), any(map(bool, [0, 0])),
    3 .bit_length(), (5).__add__(6), 5 .__class__.__name__, 1.5.__class__, (10).__pow__(2, 7),
    (-5).__floordiv__(2), (5).__rsub__(6), (5).__lt__(6), (5).__eq__("x"), 5..__add__(1),
    (5).__format__("03d"), (2).__rpow__(3), (7).__divmod__(2), (7).__bool__(), int.__new__(int, 5),
    float.__new__(float, "2.5"), (5).__hash__(), (5).__repr__(), (3).__lshift__(2), (1).__add__(1.5),
    int.from_bytes(b"\x00\x10", "big")
)


# ---- results that are instances of subclasses ----
import warnings
class OwnFloat(float): pass
class OwnComplex(complex): pass
class Gives:
    def __int__(self): return True
    def __index__(self): return False
    def __float__(self): return OwnFloat(2)
    def __complex__(self): return OwnComplex(1)
for convert in int, float, complex, lambda o: [1, 2][o]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        print(convert(Gives()), [str(w.message) for w in caught])

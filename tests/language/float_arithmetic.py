"""Floats: arithmetic, representation, rounding, special values, math."""
import math
from support import attempt, attempt_all

inf, nan = float("inf"), float("nan")
print(
    0.1, 0.2 + 0.1, 1e22, 1e21, 1e-4, 1e-5, 123456.789, 1e100, 5e-324, 1.7976931348623157e308, -0.0, 100.0,
    1e16, 9007199254740993.0
)
print(inf, -inf, nan, inf - inf, inf * 0, -inf < 0, nan == nan, nan != nan, nan < 1, inf == inf)
print(
    7.0 // 2, -7.0 // 2, 7.5 % 2, -7.5 % 2, 7.5 % -2, divmod(7.5, 2), divmod(-7.5, 2), 2.0 ** 0.5, 2 ** 0.5,
    (-8) ** 2.0
)
print(1.0 == 1, 1.5 > 1, 2 > 1.5, 1e308 * 10, -1e308 * 10, 1 / 3, 2 / 3, 1e-320, 3.0 * 1e-308)
attempt(lambda: 1.0 / 0)
attempt(lambda: 1.0 // 0)
attempt(lambda: 1.0 % 0)
attempt(lambda: 0.0 ** -1)
attempt(lambda: 10.0 ** 400)
attempt_all(
    float, "1.5", " 1e3 ", "-inf", "NaN", "infinity", "1_0.5", "", "x", "1.5.5", b"2.5", 10**400, None,
    "0x1p3"
)
print(
    round(2.5), round(3.5), round(-2.5), round(2.675, 2), round(1234.567, -2), round(0.5), round(1.5),
    round(1e20), round(3.14159, 3)
)
attempt(lambda: round(inf))
attempt(lambda: round(nan))
print(
    (0.1).as_integer_ratio(), (2.5).is_integer(), (2.0).is_integer(), (0.1).hex(), float.fromhex("0x1.8p1"),
    (1e300).hex()
)
print(math.pi, math.e, math.inf, math.nan, math.tau)
print(
    math.sqrt(2), math.sin(1), math.cos(1), math.tan(1), math.atan2(1, -1), math.exp(1), math.log(10),
    math.log(8, 2), math.log2(8), math.log10(1000)
)
print(
    math.floor(-1.5), math.ceil(-1.5), math.trunc(-1.5), math.fabs(-3), math.fmod(-7, 3), math.modf(3.25),
    math.frexp(10), math.ldexp(0.5, 4)
)
print(
    math.gcd(12, 18), math.lcm(4, 6), math.factorial(20), math.comb(10, 3), math.perm(5, 2),
    math.isqrt(10**20), math.hypot(3, 4), math.dist((0, 0), (3, 4))
)
print(
    math.isnan(nan), math.isinf(inf), math.isfinite(1.0), math.copysign(1, -0.0),
    math.isclose(0.1 + 0.2, 0.3), math.prod([1, 2, 3, 4]), math.fsum([0.1] * 10)
)
print(
    math.degrees(math.pi), math.radians(180), math.asin(1), math.acos(0), math.atan(1), math.sinh(1),
    math.cosh(1), math.tanh(1)
)
attempt(math.sqrt, -1)
attempt(math.log, 0)
attempt(math.sqrt, "x")
attempt(math.factorial, -1)
attempt(math.exp, 1000)
print(math.floor(2**70 + 0.0), math.ceil(1e20), math.floor(10**30), math.log(10**400))
print(hash(1.0) == hash(1), hash(0.5), hash(inf), hash(-inf), hash(2.0**70) == hash(2**70), hash(1.1))
for x in (
    1e15, 1e16, 1e17, 123456789012345680.0, 0.0001, 0.00001234, 1.0, -1.5e-7, 2**53 * 1.0, 1e23, 4.35, 0.3,
    2.2250738585072014e-308
):
    print(repr(x), str(x), int(x) if abs(x) < 1e18 else "", f"{x:.3f}", f"{x:g}", f"{x:e}")
print(int(1e18), int(-1e18), int(123456789.987), float(2**60), float(2**63), float(-(2**70)))
print(
    max(1.5, 2), min(0.0, -0.0), sum([0.1, 0.2, 0.3]), abs(-2.5), -(-0.0), +1.5, bool(0.0), bool(nan),
    1.5.real, 1.5.imag
)
total = 0.0
for i in range(1, 1001):
    total += 1.0 / (i * i)
print(total, f"{total:.10f}", total * 6)
print(0.0 ** -float("inf"), (-0.0) ** -float("inf"), float("inf") ** -0.5, 1.0 ** float("nan"))

"""Integers and floats crossing the edges of what fits a word, in loops, comparisons, dict keys and slices."""
def grow(start, step, n):
    out = []
    x = start
    for _ in range(n): x += step; out.append(x)
    return out
for edge in (
    2**28, 2**30, 2**31, 2**32, 2**47, 2**48, 2**52, 2**53, 2**59, 2**60, 2**61, 2**62, 2**63, 2**64
):
    for sign in (1, -1):
        e = edge * sign
        print(
            e - 1, e, e + 1, grow(e - 2, 1, 4)[-1], e * e, -e, abs(e), e // 3, e % 7, e >> 1, e << 1,
            e & 0xFF, e | 1, e ^ e, ~e, e == float(e), hash(e) == hash(float(e)), int(float(e)) == e,
            e - 1 < e < e + 1, {e: 1}.get(float(e)), str(e) == repr(e), int(str(e)) == e,
            (e + 1) - 1 is not None
        )
x = 1
for i in range(130): x *= 2; assert x == 1 << (i + 1) and x >> (i + 1) == 1 and x.bit_length() == i + 2 and (x - 1) & x == 0 and x // 2 == 1 << i and -x == 0 - x and x % 3 == (2 if i % 2 == 0 else 1)
print(x)
fact = [1]
for i in range(1, 40): fact.append(fact[-1] * i)
print(fact[20], fact[21], fact[39], fact[39] // fact[37], fact[39] % (10**9 + 7))
a, b = 0, 1
for _ in range(300): a, b = b, a + b
print(a, b - a, a * b % 1000007, divmod(b, a), b / a)
for v in (
    0.0, -0.0, 1.0, 0.5, 1e-10, 1e10, 1e-100, 1e100, 1e-300, 1e300, 5e-324, 1.7976931348623157e308,
    2.2250738585072014e-308, float("inf"), float("-inf"), 3.141592653589793, 1e38, 1e-38, 2.0**127, 2.0**-127,
    2.0**128, 2.0**-128, 2.0**255, 2.0**-255, 2.0**256, 2.0**-256, 2.0**512, 2.0**-512, 2.0**1023, 2.0**-1022
):
    l = [v, v + 1, v * 2, v / 3, -v, v * v]
    d = {v: "k"}
    print(l, d[v], v in l, v == l[0], hash(v) == hash(l[0]), str(v), v > 1, v < 1, v == 1, bool(v), v.hex())
s = 0
for i in range(2**61 - 3, 2**61 + 3): s ^= i
print(
    s, list(range(2**63 - 2, 2**63 + 2)), len(range(2**62)), (2**62 + 1 in range(2**63)), range(2**70)[2**69],
    "abc"[-(2**70):2**70], [1, 2, 3][2**64:], [0] * 3 == [0] * 3
)
i = 2**60 - 5
n = 0
while i < 2**60 + 5: i += 1; n += i & 1
print(
    i, n, sum([2**60] * 8), sum(range(2**61, 2**61 + 10)), max(2**61, 2.0**60), min(-(2**61), -1.0),
    sorted([2**62, 2.0**61, 2**60, -(2**62)]), 2**61 - 2**61 + 1, (2**62 - 1) * (2**62 + 1) == 2**124 - 1,
    (2**61) * 0, 0 * -(2**61), 2**61 // -1, -(2**61) // 1, -(2**60) * -1, -(2**61) // -1, 2**60 + 2**60,
    -(2**60) - 2**60 - 1, 3**40 * 3**40 == 3**80, 10**18 * 10, 10**18 + 10**18 * 8, 1 - 2**62,
    7 * 2**60 // 2**60
)

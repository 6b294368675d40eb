"""Integers of every size: arithmetic, comparison, bits, conversion."""
from support import attempt, attempt_all

edges = [0, 1, -1, 2, 7, -13, 2**29, 2**30, 2**31 - 1, 2**32, 2**59, 2**60 - 1, 2**60, -(2**60), 2**61, 2**62, 2**63 - 1,
         2**63, -(2**63), -(2**63) - 1, 2**64, 10**25, -(10**30)]
check = 0
for a in edges:
    for b in edges:
        row = [a + b, a - b, a * b, a & b, a | b, a ^ b, a < b, a <= b, a == b]
        if b:
            q, r = divmod(a, b)
            row += [a // b, a % b, q * b + r == a]
        for v in row:
            check = (check * 31 + v) % (10**9 + 7)
        for v in row[:3]:
            assert (v - a == b) or v != a + b
print("checksum", check)
for a in edges:
    print(
        a, -a, ~a, abs(a), a.bit_length(), bin(a)[:12], hex(a), oct(a)[-6:], a.bit_count(), a >> 3, a << 3,
        a >> 64
    )
print(
    2**200, (-3)**101, 7**77 % 1000, pow(7, 77, 1000), pow(3, -1, 7), pow(2, 1000, 10**9 + 7), pow(-5, 3, 7),
    pow(2, 5, -7)
)
print(10**50 // 3, -(10**50) // 7, 10**50 % 97, divmod(-(10**40), 12345678901234567890))
print(1 << 64 >> 64, (1 << 130) >> 3, -1 << 65, 12345678901234567890 & 0xFFFF, -12345678901234567890 & 0xFFFF)
print(
    int("123"), int(" -42 "), int("1_000"), int("ff", 16), int("0xff", 0), int("0b101", 0), int("z", 36),
    int("-0o17", 8)
)
print(int(3.99), int(-3.99), int(True), int(1e20), int(b"12"), int(), int("१२"))
attempt_all(
    int, "x", "", "1.5", ("12", 2), ("1", 1), ("1", 37), (1, 2), None, "1__0", "_1", float("nan"),
    float("inf"), [1]
)
attempt(lambda: 1 // 0)
attempt(lambda: 1 % 0)
attempt(lambda: 1 / 0)
attempt(lambda: 0 ** -1)
attempt(lambda: divmod(10**30, 0))
attempt(lambda: 1 << -1)
attempt(lambda: 1 >> -1)
attempt(lambda: pow(2, -1, 4))
attempt(lambda: pow(2, 3, 0))
attempt(lambda: 1 + "a")
attempt(lambda: "a" + 1)
attempt(lambda: 1 & 1.0)
attempt(lambda: [] - 1)
attempt(lambda: -"a")
attempt(lambda: ~1.5)
attempt(lambda: 1 < "a")
print(10**20 / 10**19, 2**70 / 3, 1 / 3, 7 / -2, (2**53 + 1) / 1)
attempt(lambda: 10**400 / 3)
print(
    hash(1), hash(2**61 - 1), hash(2**61), hash(-1), hash(-2), hash(2**64), hash(10**30) == hash(10**30),
    hash(True)
)
print((255).to_bytes(2, "big"), (255).to_bytes(4, "little"), (-1).to_bytes(3, "big", signed=True), int.from_bytes(b"\x01\x00", "big"),
      int.from_bytes(b"\xff\xff", "little", signed=True))
attempt(lambda: (256).to_bytes(1, "big"))
attempt(lambda: (-1).to_bytes(1, "big"))
print(
    (5).real, (5).imag, (5).numerator, (5).denominator, (5).conjugate(), (7).as_integer_ratio(),
    (5).__index__()
)
print(round(1234, -2), round(1250, -2), round(1350, -2), round(-15, -1), round(5), round(10**30 + 5, -1))
print(str(10**100), repr(-(10**19)), f"{10**20:,}", len(str(3**2000)), int("9" * 60) + 1)
print(
    sum(range(1000)), sum([2**62] * 8), min(edges), max(edges),
    sorted(edges) == sorted(reversed(sorted(edges)))
)
print(
    2**62 == 2.0**62, 2**53 + 1 == float(2**53), 2**53 + 1 > float(2**53), 10**400 > 1e308,
    10**400 > float("inf"), 1 == 1.0
)
print(isinstance(True, int), True + True, True & False, True | 2, ~True, -True, bool(10**30), str(True))
n = 1
for i in range(1, 60):
    n *= i
print(n)
for i in range(1, 60):
    n //= i
print(n)

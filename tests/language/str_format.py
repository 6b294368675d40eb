"""str.format, format() and the format specification."""
from support import attempt, attempt_all

print(
    "{} {} {0!r}".replace("{0!r}", "") .format(1, "a"), "{0} {1} {0}".format("x", "y"),
    "{a}-{b}".format(a=1, b=2), "{{}} {}".format(3)
)
print(
    "{0[1]} {1[key]} {2.real}".format([1, 2], {"key": "v"}, 5), "{!r} {!s} {!a}".format("é", "é", "é"),
    "{:>{w}}|{:{f}^{w}}".format("a", "b", w=5, f="*")
)
for spec in (
    "", "d", "5d", "<5d", "^5d", ">5d", "05d", "+d", " d", "-d", ",", "_", "x", "X", "#x", "#b", "o", "b",
    "c", "e", ".2f", "%", "n", "*^9", "=+8d", "010,", "_x", "s", "g"
):
    attempt(format, 65, spec)
    attempt(format, -1234567, spec)
for spec in (
    "", "f", ".2f", "10.3f", "<10.1f", "e", ".3e", "g", ".3g", "G", "%", ".1%", ",", ",.2f", "_.1f", "+.1f",
    " .1f", "010.2f", "*^12.3f", "d", "s", "#.0f", "n", ".0f", "z.1f", "F", "=8.1f", ".10", "E"
):
    attempt(format, 1234.5678, spec)
    attempt(format, -0.00001234, spec)
for spec in ("", "s", "10", "<10", ">10", "^10", "*^10", ".2", "5.2s", "d", "=10", "+", "010", ",", "#"):
    attempt(format, "hello", spec)
for value in (float("inf"), float("nan"), 0.0, -0.0, 1e300, 1e-300, 123456789.0, 0.1):
    print(f"{value}|{value:f}|{value:e}|{value:g}|{value:10.2g}|{value:+}|{value:.3%}")
print(
    format(10**30, ","), format(10**30, "_d"), format(2**100, "x"), format(-(2**100), "#_x"),
    format(10**30, "e"), format(True), format(True, "d"), format(None), format([1])
)
attempt(format, None, "5")
attempt(format, [1], ">5")
attempt(format, 1, "Q")
attempt(format, 1, ".5d")
attempt(format, 1.5, "d")
attempt(format, "x", "q")
attempt("{} {}".format, 1)
attempt("{a}".format, 1)
attempt("{0} {}".format, 1, 2)
attempt("{".format)
attempt("}".format)
attempt("{0.x}".format, 1)
attempt("{0[x]}".format, [1])
attempt("{0!z}".format, 1)
attempt("{:{}}".format, 1)
class P:
    def __init__(self): self.x = 3
    def __format__(self, spec): return f"<{spec}>"
print("{:abc}".format(P()), f"{P()}", f"{P():x:y}", "{0.x}".format(P()), format(P(), "q"))
class Q:
    def __str__(self): return "q!"
print(f"{Q():}", "{}".format(Q()), f"{Q()!s:>5}")
attempt(format, Q(), "5")
print("{x}".format_map({"x": 1}), "{:d}".format(True), "{:>10}".format("日本"), "{:é^5}".format("x"))
class D(dict):
    def __missing__(self, key): return key.upper()
print("{abc} {d}".format_map(D(d=1)))
print([format(v, "\u0663" + p + t) for v in (2, 1.5) for p in ("", ".\u0662") for t in ("", "e", "f")[bool(p) * (v == 2):]])
print(format(7, "0\u0664d"), format("abc", ".\u0967"), format(12345, "*>\uff11\u0660,"))
attempt(format, 1, "\u00b2d")
attempt(format, 1, "\u0669" * 30 + "d")

"""The % operator of strings."""
from support import attempt

print("%s %d %r %x %X %o %c %c %%" % ("a", 5, "b", 255, 255, 8, "z", 65))
print("%5d|%-5d|%05d|%+d|% d|%5s|%-5s|%.2s|%5.1s|" % (42, 42, 42, 42, 42, "ab", "ab", "abcdef", "xyz"))
print("%f %.2f %10.3f %-10.3f| %e %.3E %g %G %g %g" % (3.14159, 2.71828, 1.5, 1.5, 12345.678, 0.00012, 1e-5, 1e20, 100000.0, 1000000.0))
print("%#x %#o %#X %x %d" % (255, 8, 255, -255, -(10**25)))
print("%(name)s is %(age)03d, %(name)r" % {"name": "Ann", "age": 7})
print("%*d|%-*d|%.*f" % (6, 42, 6, 42, 2, 3.14159))
print(
    "%s" % (1,), "%s %s" % ((1, 2), [3]), "%s" % None, "%a" % "é", "%s" % {1: 2}, "%d" % 3.99, "%i" % True,
    "%u" % 9
)
print(
    "%5%|%s" % "x" if False else "%s" % "x", "no args" % (), "%.0f %.0f %.0f" % (0.5, 1.5, 2.5), "%s" % b"x"
)
print(
    "%f %F %e %g" % (float("inf"), float("nan"), float("-inf"), float("nan")),
    "%010.2f|%+.1f|%-8.1f|" % (-3.14159, 2, 2.25)
)
print("%x" % 2**100, "%o" % 2**70, "%#020x" % 2**40, "%.5d" % 42, "%+.3d" % 7, "%c" % "日", "%c" % 0x1F600)
attempt(lambda: "%d" % "x")
attempt(lambda: "%s %s" % 1)
attempt(lambda: "%s" % (1, 2))
attempt(lambda: "%z" % 1)
attempt(lambda: "%" % 1)
attempt(lambda: "%(a)s" % 5)
attempt(lambda: "%(a)s" % {})
attempt(lambda: "%c" % "ab")
attempt(lambda: "%c" % -1)
attempt(lambda: "%x" % 1.5)
attempt(lambda: "%f" % "x")
attempt(lambda: "%d" % None)
attempt(lambda: "x" % 1)
class V:
    def __str__(self): return "str-v"
    def __repr__(self): return "repr-v"
    def __int__(self): return 42
    def __index__(self): return 43
    def __float__(self): return 4.5
print("%s %r %d %x %f" % (V(), V(), V(), V(), V()))
print(b"%s %d %r" % (b"x", 5, "q")) if hasattr(bytes, "__mod__") else None
attempt(lambda: b"%i" % "x")
attempt(lambda: b"%u" % "x")
attempt(lambda: b"%e" % 10**400)
attempt(lambda: b"%e" % (10**400,))
class R:
    def __float__(self): raise KeyError(1)
attempt(lambda: b"%g" % R())
attempt(lambda: "%g" % R())
for number in ("2147483648", "99999999999999999999"):
    attempt(lambda: f"%.{number}d" % 1)
    attempt(lambda: f"%.{number}d".encode() % 1)

# The module _decimal: arithmetic, contexts, conditions, conversions.
import decimal
import math
import pickle
from decimal import *
from fractions import Fraction

D = Decimal


def shown(function, *args):
    try:
        return repr(function(*args))
    except Exception as e:
        return f"{type(e).__name__}: {e}"


print(getcontext())
print(decimal.MAX_PREC, decimal.MIN_ETINY, DecimalTuple(0, (1,), 2), HAVE_THREADS, HAVE_CONTEXTVAR)
print([c.__mro__[1:-4] for c in (Overflow, Underflow, DivisionUndefined, FloatOperation)])

# arithmetic
numbers = ["0", "-0", "1", "-1.50", "3", "7E-5", "9999999999999999999999999999", "1.234567890123456789E+20", "0.1"]
numbers += ["-12345678901234567890123456789012345678901234567890.5", "1E+40", "1E-40", "Inf", "NaN12"]
with localcontext(Context(prec=28, traps=[])) as c:
    for a in map(D, numbers):
        print(a, -a, +a, abs(a), a.normalize(), a.to_integral_value(), a.to_eng_string(), a.as_tuple())
        print(*(shown(f) for f in (a.sqrt, a.exp, a.ln, a.log10, a.logb, a.next_plus, a.next_minus)))
        for b in map(D, numbers):
            print(a + b, a - b, a * b, a / b, a // b, a % b, a.compare(b), a.max(b), a.remainder_near(b), a < b if not
                  (a.is_nan() or b.is_nan()) else None)
    print(sorted(f.__name__ for f, on in c.flags.items() if on))

# rounding
for way in (ROUND_UP, ROUND_DOWN, ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_05UP):
    c = Context(prec=3, rounding=way)
    print(way, [str(c.create_decimal(x)) for x in ("1.2345", "-1.2355", "9.995", "0.12350", "-99950", "100.5")],
          D("2.5").quantize(D(1), rounding=way), D("-1.05").to_integral(way))

# ranges
c = Context(prec=4, Emax=9, Emin=-9, clamp=1, traps=[])
for text in ("1E9", "1E10", "1E-9", "1E-12", "1.5E-13", "4E-13", "0E50", "0E-50", "123456E4"):
    print(text, c.create_decimal(text), sorted(f.__name__ for f, on in c.flags.items() if on))
    c.clear_flags()

# far apart: neither memory nor time
print(D("1E+999999") + D("1E-999999"), D("1E-999999") < D("1E+999999"), hash(D("1E+999999")), D("9E999999") * 1)
with localcontext(Context(prec=decimal.MAX_PREC, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN)):
    print(D(4) / 2, D(10) // 3, D(400) ** -1, D("40E9").sqrt(), D(10**30).log10(), D("1E999999999999999999") > 1)
    for function in (lambda: D(1) / 3, lambda: D(2).sqrt()):
        print(shown(function))

# powers, functions
print(D(2) ** 100, D("1.05") ** 40, D(2) ** -3, D(2) ** D("0.5"), pow(D(7), 100, 13), D("0.25") ** D("-1.5"))
with localcontext() as c:
    c.prec = 60
    print(D(2).ln(), D("1E-20").exp(), D("0.99999999999").ln(), D(123).log10(), D("1.0000000001") ** D("1E12"), sep="\n")
    c.prec = 2000
    x = D(2).sqrt().exp().ln()
    print(abs(x * x - 2) < D("1E-1990"), hash(str(D(3).ln())) == hash(str(D(9).ln() / 2)), str(D(10).exp())[-20:])

# other types
print(D(1.1), D.from_float(-0.5), D((1, (1, 2, 3), -2)), D([0, [4], "n"]), D(" 1_000.5\n"), D("\u0663.\u0661"), D(True))
print(int(D("-12.9")), float(D("0.1")), round(D("2.675"), 2), round(D("2.5")), math.floor(D("-1.5")), math.ceil(D("1.1")))
print(D("3.75").as_integer_ratio(), complex(D(2)), D(1) == 1, D("0.5") == 0.5, D("0.5") == Fraction(1, 2), D(1) == 1 + 0j)
print(hash(D("0.5")) == hash(0.5), hash(D(10**30)) == hash(10**30), hash(D(-1)), hash(D("Inf")), {D("1.0"): 1}[1])
print(*(f"{D('-1234567.891'):{f}}" for f in ("", ".2f", ",.1f", "e", ".3e", "g", "%", "015.1f", "*^20", "+.0f", "n")))
print(f"{D('-0.001'):z.1f}|{D('NaN'):>8}|{D('1E+5'):f}|{D('1E-10'):f}|{D(123456):012,}|{D(5):\u00e9<4}")
for value in (D("1.10"), D("-Infinity"), D("sNaN7"), Context(prec=5, rounding=ROUND_UP, traps=[Inexact])):
    print(repr(pickle.loads(pickle.dumps(value))))

# errors
for function in (lambda: D("x"), lambda: D(1) / 0, lambda: D(0) / 0, lambda: D("sNaN") + 1, lambda: D(-1).sqrt(),
                 lambda: D("NaN") < 1, lambda: D(1) + 1.5, lambda: D(1.5j), lambda: D((1, 2)), lambda: D((0, (10,), 0)),
                 lambda: int(D("Inf")), lambda: hash(D("sNaN")), lambda: D(1).quantize(D("1E-40")), lambda: format(D(1), "d"),
                 lambda: D("9E999999") * 10, lambda: Context(prec=0), lambda: Context(rounding="up"), lambda: Context(5, 6),
                 lambda: setattr(getcontext(), "Emin", 1), lambda: getcontext().color, lambda: localcontext(size=1),
                 lambda: getcontext().flags[1], lambda: D(1, 2), lambda: D(1).exp(1)):
    print(shown(function))

# contexts
with localcontext(prec=5, rounding=ROUND_UP) as inner:
    print(D(1) / 3, getcontext() is inner)
    with localcontext(ExtendedContext):
        print(D(1) / 0, getcontext().prec)
    setcontext(BasicContext)
    print(getcontext().prec, getcontext() is BasicContext)
print(getcontext().prec)
c = Context()
c.traps[FloatOperation] = True
setcontext(c)
print(shown(lambda: D(0.5)), shown(lambda: D(1) < 0.5), D(1) == 1.0, c.flags[FloatOperation], c.flags.copy() == c.flags)


class Money(D):
    def __new__(cls, value):
        return super().__new__(cls, value)

    def __str__(self):
        return f"${super().__str__()}"


m = Money("2.50")
m.currency = "$"
print(m, repr(m), type(m + 1), type(Money.from_float(0.5)), type(-m), m.currency, m == D("2.5"))

print([D(text) ** n for text in ("1.10", "10", "-3", "0.001", "-2.50", "1E+3", "9.99") for n in (1, 2, 3, 7, 12)])
with decimal.localcontext() as context:
    for context.prec in (1, 2, 5, 77, 78, 100, 300, 700):
        third, root = D(1) / 3, D(2).sqrt()
        print(third * third, root + third, root / third, D("1.5") ** 9, D("12.25") ** 3, format(root, ".3e"), int(root * 1000))
        print(context.flags[decimal.Inexact], (D(10) ** 90).quantize(D(1)) if context.prec > 100 else "", D(7) ** -3, D(3) ** 200)

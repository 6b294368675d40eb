# cmath, bit for bit: ordinary, tiny, huge and special arguments.
import cmath
import math


def show(f, *args):
    try:
        r = f(*args)
    except Exception as e:
        r = type(e).__name__ + ': ' + str(e)
    print(f.__name__, *args, '->', r)


inf, nan = math.inf, math.nan
parts = [0.0, -0.0, 1.0, -1.0, 0.3, 1.7, -2.5, 5e-324, 1e-310, 1e-160, 1e-17, 3e5, 709.9, -745.5, 1e155, 1.7e308, -inf, inf, nan]
ones = [getattr(cmath, n) for n in dir(cmath) if callable(getattr(cmath, n)) and n not in ('rect', 'isclose', '__loader__')]
ones.remove(cmath.phase)
for f in ones:
    for x in parts:
        for y in parts:
            z = complex(x, y)
            try:
                r = f(z)
            except Exception as e:
                r = e
            # what the standard leaves open for an argument that is not finite: a sign
            if not cmath.isfinite(z) and isinstance(r, complex):
                r = abs(r.real), abs(r.imag)
            print(f.__name__, z, r)
for x in parts[:4] + parts[-3:]:
    for y in parts[:4] + parts[-3:]:
        show(cmath.phase, complex(x, y))
for x in parts:
    for y in parts:
        show(cmath.rect, x, y)
for a in 0, 1, -1, 1j, 2.5, 10, -0.0, 0j:
    for b in 0, 1, -2, 1j, 10:
        show(cmath.log, a, b)
print(cmath.isclose(1, 1 + 1e-10j), cmath.isclose(1, 1.1, rel_tol=0.2), cmath.isclose(inf, inf), cmath.isclose(complex(inf, 1), 5))
print(cmath.isclose(0, 1e-12), cmath.isclose(0, 1e-12j, abs_tol=1e-11), cmath.pi, cmath.e, cmath.tau, cmath.infj, cmath.nanj)


class C:
    def __complex__(self):
        return 3 + 4j


class F:
    def __float__(self):
        return 5.0


for v in C(), F(), True, 'x', None, 10 ** 400:
    if not isinstance(v, int) or v is True:
        print(type(v).__name__)
    try:
        print(cmath.sqrt(v))
    except Exception as e:
        print(type(e).__name__, e)

"""Decorators of functions and classes; functools' helpers; function attributes."""
import functools
from support import attempt
def tag(name):
    print("make", name)
    def deco(f):
        print("apply", name)
        return lambda *a: (name, f(*a))
    return deco
@tag("outer")
@tag("inner")
def f(x): return x
print(f(1))
def log(f):
    @functools.wraps(f)
    def wrapper(*a, **k):
        "wrapper doc"
        return ["logged", f(*a, **k)]
    return wrapper
@log
def g(a, b=2):
    "doc of g"
    return a + b
print(g(1), g.__name__, g.__doc__, g.__wrapped__(5), g.__qualname__)
class Reg:
    all = {}
    @classmethod
    def add(cls, key): return lambda f: cls.all.setdefault(key, f)
@Reg.add("k")
class Registered: pass
print(Reg.all["k"] is Registered)
@(lambda f: f() * 2)
def value(): return 21
print(value)
x = [lambda f: "from subscript"]
@x[0]
def y(): pass
print(y)
class CountCalls:
    def __init__(self, f): self.f = f; self.n = 0
    def __call__(self, *a): self.n += 1; return self.f(*a)
    def __get__(self, o, c=None): return functools.partial(self, o) if o is not None else self
class K:
    @CountCalls
    def m(self, v): return v * 2
    @staticmethod
    @log
    def s(v): return v
    @classmethod
    @log
    def c(cls, v): return cls.__name__, v
    @property
    @log
    def p(self): return "prop"
k = K()
print(k.m(2), k.m(3), K.m.n, K.s(1), K.c(2), k.p)
p = functools.partial(int, base=2)
print(
    p("101"), p.func, p.args, p.keywords, functools.partial(print, 1, sep="-"),
    functools.partial(p, base=16)("ff")
)
@functools.lru_cache(maxsize=None)
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
print(fib(80), fib.cache_info(), fib.__wrapped__.__name__)
fib.cache_clear()
print(fib.cache_info())
@functools.lru_cache(maxsize=2)
def sq(x): print("compute", x, end=" "); return x * x
print(sq(1), sq(2), sq(1), sq(3), sq(2), sq.cache_info())
attempt(sq, [])
@functools.cache
def c(a, b=1): return a + b
print(c(1), c(1, b=2), c(a=1), c.cache_info().misses)
print(
    functools.reduce(lambda a, b: a * b, range(1, 6)), functools.reduce(lambda a, b: a + b, [], 7),
    functools.reduce(max, [3, 9, 2])
)
attempt(functools.reduce, max, [])
@functools.total_ordering
class V:
    def __init__(self, v): self.v = v
    def __lt__(self, o): return self.v < o.v
    def __eq__(self, o): return self.v == o.v
print(V(1) <= V(2), V(3) >= V(2), V(1) > V(2), sorted([V(2), V(1)])[0].v)
print(sorted([3, 1, 2], key=functools.cmp_to_key(lambda a, b: b - a)))
class Cached:
    @functools.cached_property
    def v(self): print("once", end=" "); return 5
o = Cached()
print(o.v, o.v, o.__dict__)
class PM:
    def add(self, a, b): return a + b
    add5 = functools.partialmethod(add, 5)
print(PM().add5(1))
def h(): pass
h.attr = 1
h.__name__ = "renamed"
print(
    h.attr, h.__dict__, h.__name__, h.__qualname__, h.__module__, h.__defaults__, h.__closure__, callable(h),
    type(h).__name__, h.__code__.co_name, repr(h).split(" at ")[0]
)
attempt(setattr, h, "__name__", 5)
attempt(setattr, h, "__defaults__", 5)
attempt(setattr, h, "__code__", 5)
attempt(lambda: h.nothing)
del h.attr
attempt(delattr, h, "attr")
import operator
print(
    operator.add(1, 2), operator.itemgetter(1)([5, 6]), operator.itemgetter(0, 2)("abc"),
    operator.attrgetter("__name__")(h),
    operator.attrgetter("a.b")(type("A", (), {"a": type("B", (), {"b": 3})})),
    operator.methodcaller("upper")("x"), operator.contains([1], 1), operator.not_(0), operator.truth(5),
    operator.index(3), operator.concat("a", "b"), operator.mul(3, 4), operator.lt(1, 2),
    operator.is_(None, None), operator.neg(5), operator.getitem({1: 2}, 1), operator.iadd([1], [2]),
    operator.countOf([1, 1], 1), operator.length_hint([1, 2])
)

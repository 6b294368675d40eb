"""Arguments: defaults, star, keyword-only, positional-only; the messages when they do not fit."""
from support import attempt
def f(a, b=2, *args, c, d=4, **kw): return a, b, args, c, d, kw
print(
    f(1, c=3), f(1, 5, 6, 7, c=3, x=9), f(c=1, a=2), f(*[1, 2, 3], **{"c": 4, "z": 5}),
    f(1, *(2, 3), 4, *[5], c=0, **{}, **{"q": 1})
)
attempt(f)
attempt(f, 1)
attempt(f, 1, 2, 3)
attempt(lambda: f(1, a=2, c=3))
attempt(lambda: f(*5))
attempt(lambda: f(**5))
attempt(lambda: f(c=1))
attempt(lambda: f(1, c=1, **{"c": 2}))
attempt(lambda: f(1, c=1, **{1: 2}))
def g(a, b): pass
attempt(g)
attempt(g, 1)
attempt(g, 1, 2, 3)
attempt(lambda: g(1, 2, c=3))
attempt(lambda: g(1, b=2, a=3))
attempt(lambda: g(b=1))
attempt(lambda: g(1, 2, 3, d=4))
def one(a): pass
attempt(one, 1, 2)
attempt(one)
def none(): pass
attempt(none, 1)
attempt(lambda: none(a=1))
def dflt(a, b=1, c=2): return a, b, c
attempt(dflt)
attempt(dflt, 1, 2, 3, 4)
attempt(lambda: dflt(1, c=9))
attempt(lambda: dflt(1, d=9))
attempt(lambda: dflt(1, 2, b=3))
def pos(a, b=2, /, c=3, *, d=4): return a, b, c, d
print(pos(1), pos(1, 5, 6, d=7), pos(1, c=5))
attempt(lambda: pos(a=1))
attempt(lambda: pos(1, b=2))
attempt(lambda: pos())
attempt(lambda: pos(1, 2, 3, 4))
attempt(lambda: pos(1, a=2, b=3))
def kwo(*, a, b=1, c): return a, b, c
print(kwo(a=1, c=2))
attempt(kwo)
attempt(lambda: kwo(a=1))
attempt(kwo, 1)
attempt(lambda: kwo(1, a=1, c=2))
attempt(lambda: kwo(a=1, c=2, x=3))
def many(a, b, c, d, *, e, f, g): pass
attempt(many)
attempt(many, 1)
attempt(many, 1, 2)
attempt(lambda: many(1, 2, 3, 4))
attempt(lambda: many(1, 2, 3, 4, e=1))
attempt(lambda: many(1, 2, 3, 4, 5, e=1, f=2, g=3))
attempt(lambda: many(1, 2, 3, 4, 5, 6))
attempt(lambda: many(a=1, e=2))
def po_kw(a, /, **kw): return a, kw
print(po_kw(1, a=2))
attempt(lambda: po_kw(a=1))
def star(*args): return args
def kwargs(**kw): return kw
print(star(), star(1, 2), star(*"ab", *range(2)), kwargs(), kwargs(a=1, **{"b c": 2}))
attempt(lambda: star(a=1))
attempt(kwargs, 1)
attempt(lambda: star(*None))
attempt(lambda: kwargs(**{"a": 1}, **{"a": 2}))
attempt(lambda: kwargs(**[("a", 1)]))
class M:
    def m(self, a): pass
    def none(): pass
    @classmethod
    def c(cls, a): pass
    @staticmethod
    def s(a): pass
    def __call__(self, x): return x
m = M()
attempt(m.m)
attempt(m.m, 1, 2)
attempt(M.m)
attempt(m.none)
attempt(m.c)
attempt(M.s)
attempt(m)
attempt(lambda: m(1, 2))
attempt(lambda: m.m(b=1))
attempt(lambda: m.m(1, a=2))
attempt(lambda: M(1))
attempt(lambda: (lambda a, b: 0)(1))
attempt(lambda: (lambda: 0)(1))
def outer():
    def local(x): pass
    return local
attempt(outer())
for call in (
    lambda: len(), lambda: len(1, 2), lambda: len(5), lambda: len(obj=[1]), lambda: abs(), lambda: ord(),
    lambda: int(1, 2, 3), lambda: int(x=1), lambda: isinstance(1), lambda: getattr(1), lambda: print(sepp=""),
     lambda: [].append(),
    lambda: [].append(x=1), lambda: "".join(), lambda: "".split(1, 2, 3), lambda: "".split(foo=1),
    lambda: {}.get(), lambda: {}.pop(), lambda: range(), lambda: range(1, 2, 3, 4), lambda: range(stop=1),
    lambda: dict(1, 2), lambda: list(1, 2), lambda: list(x=1), lambda: tuple(1, 2), lambda: str(1, 2, 3, 4),
    lambda: float(1, 2), lambda: bool(1, 2), lambda: sum(), lambda: sum([1], 2, 3),
    lambda: map(), lambda: type(), lambda: type(1, 2), lambda: super().x, lambda: divmod(1), lambda: pow(1),
    lambda: round(), lambda: hash(), lambda: iter(), lambda: next(), lambda: id(), lambda: chr(),
    lambda: [].sort(1), lambda: [].sort(foo=1), lambda: "a".replace("b"), lambda: "a".encode(1),
    lambda: min(), lambda: max(key=1), lambda: zip(foo=1), lambda: set(1, 2), lambda: object(1),
    lambda: slice(), lambda: property(1, 2, 3, 4, 5), lambda: classmethod(), lambda: repr(),
    lambda: callable(), lambda: vars(5), lambda: setattr(1, 2), lambda: [].pop("a"), lambda: [].insert(1),
    lambda: "x".center("y")
):
    attempt(call)
def ev(x): print("eval", x, end=" "); return x
def show(*a, **k): print(a, k)
show(ev(1), *ev([2]), ev(3), k=ev(4), **ev({"m": 5}), z=ev(6))
show(*[], **{})
(ev(show))(ev(1))
def deff(a=ev("default once")): return a
deff()
deff()
print(
    deff.__defaults__, f.__kwdefaults__, f.__code__.co_argcount, f.__code__.co_kwonlyargcount,
    pos.__code__.co_posonlyargcount, f.__code__.co_varnames, f.__code__.co_flags & 12
)
deff.__defaults__ = (5,)
print(deff())
f.__kwdefaults__ = {"c": 1}
attempt(f, 1)
g.__defaults__ = (1, 2)
print(g())
def big(
    a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, *r
): return sum((a0, a1, a2, a3, a4, a5, a6, a7, a8, a9)) + len(r)
print(
    big(*range(30)), big(*range(10)), len(star(*range(1000))), len(kwargs(**{f"k{i}": i for i in range(300)}))
)
def spread(*a): return a
one, several = (1,), [1, 2, 3]
print(spread(0, *one), spread(0, *several), spread(*one, 4), spread(*one, *several), spread(0, *()), spread(*()), spread(0, 1, *one, *one), spread(0, *range(3)))
class Pair(tuple):
    def __iter__(self): return iter("xy")
print(spread(0, *Pair((1, 2))), (0, *one), (0, *Pair((1, 2))), (*several, *one), spread(0, *{5: 6}), spread(0, *"ab"))
attempt(spread, *one, *several)
try: spread(0, *5)
except TypeError as error: print(error)

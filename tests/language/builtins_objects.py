"""Built-in functions about objects: isinstance, getattr and so on, sorted, zip, print, repr, vars, dir, id, callable."""
import sys
from support import attempt
class A:
    x = 1
    def __init__(self): self.y = 2
    def m(self): return self
    @property
    def p(self): return 1 / 0
a = A()
print(
    isinstance(a, A), isinstance(1, (str, (float, int))), isinstance(True, int), issubclass(A, object),
    issubclass(int, (str, int)), getattr(a, "x"), getattr(a, "zz", None), hasattr(a, "y"), hasattr(a, "zz"),
    callable(a.m), callable(a), callable(A), vars(a), type(a) is A, type(A) is type, id(a) == id(a),
    a is not A()
)
attempt(getattr, a, "zz")
attempt(getattr, a, 5)
attempt(hasattr, a, 5)
attempt(hasattr, a, "p")
attempt(lambda: a.p)
attempt(vars, 5)
attempt(isinstance, 1, 1)
attempt(issubclass, 1, int)
attempt(issubclass, int, 1)
attempt(delattr, a, "zz")
attempt(setattr, a, 1, 1)
setattr(a, "new", 3)
delattr(a, "y")
print(
    vars(a), [n for n in dir(a) if not n.startswith("_")], [n for n in dir(A) if not n.startswith("_")],
    "append" in dir([]), "__init__" in dir(object)
)
print(
    sorted([3, 1, 2]), sorted("bca"), sorted({"b": 1, "a": 2}), sorted([1, 2, 3], reverse=True),
    sorted(["b", "A"], key=str.lower), sorted([(1, "b"), (1, "a")]),
    sorted([(2, "x"), (1, "y")], key=lambda t: t[1]), sorted([]), sorted(range(3), key=lambda v: -v),
    sorted([True, 0, 2])
)
attempt(sorted, [1, "a"])
attempt(sorted, 5)
attempt(sorted, [1], key=5)
attempt(sorted, [1, 2], key=lambda: 0)
attempt(sorted, [None, None])
attempt(sorted, [{}, {}])
print(
    list(zip([1, 2], "ab")), list(enumerate("ab", 1)), list(map(lambda x, y: x * y, [1, 2], [3, 4])),
    list(filter(lambda c: c > "a", "abc")), list(reversed([1, 2])), next(iter("a")), next(iter(""), 5),
    repr("a'b"), ascii("é"), str(b"a"), format(5, "b"), len("abc"), len({1: 2}), chr(65), ord("A"),
    list(range(5, 0, -2)), slice(1, 2), type("X", (), {})().__class__.__name__
)
print("a", "b", sep="-", end="|\n")
print()
print(1, None, [2], sep="")
print(*"abc", sep=", ")
print("x", end="")
print(" y")
print("err", file=sys.stderr)
print("flush", flush=True)
print(sep="z", end="!\n")
print("none", sep=None, end=None)
attempt(print, 1, sep=5)
attempt(print, 1, end=5)
attempt(lambda: print(1, foo=2))
attempt(print, 1, file=5)
class W:
    def __init__(self): self.s = []
    def write(self, t): self.s.append(t)
w = W()
print("a", 1, file=w, end="E")
print(w.s)
attempt(lambda: print(1, file=w, flush=True))
class R:
    def __repr__(self): return "R!"
r = R()
print(r, [r], (r,), {r: r}, {"k": r}, f"{r}", f"{r!s}", "%s" % r, str(r), repr([r, [r]]), {1: [r]}.values())
class NoStr:
    def __str__(self): return "str"
print(
    NoStr(), str([NoStr()]).startswith("[<__main__.NoStr object at 0x"), repr(NoStr()).split(" at ")[0],
    object.__repr__(5).split(" at ")[0], object.__str__(r)
)
attempt(lambda: object.__repr__())
print(
    A.__name__, a.__class__.__name__, a.m.__name__, len.__name__, print.__name__, int.__name__,
    type(None).__name__, (lambda: 0).__name__, len.__doc__ is not None, len.__module__, int.__module__,
    A.__module__, repr(len), repr(int), repr([].append).split(" at ")[0], repr(A), repr(a.m).split(" at ")[0],
    repr(str.upper), repr((1).__add__).split(" at ")[0], repr(int.__add__), repr(type), repr(type(None)),
    repr(NotImplemented)
)
print(
    object() == object(), object() != object(), object().__eq__(5), object().__hash__() is not None,
    object().__class__, object.__doc__, object().__reduce_ex__ is not None, object().__sizeof__() > 0,
    object.__init_subclass__(), object.__subclasshook__(5), [].__class__.__mro__, type.__mro__, bool.__mro__,
    int.__bases__, object.__bases__, object.__base__, type(type)
)
x = 5
print(
    eval("x + 1"), eval("x", {"x": 7}), eval("x + y", {"x": 1}, {"y": 2}), globals()["x"], "x" in locals(),
    input is not None, __import__("sys") is sys, __name__, type(__builtins__).__name__,
    sorted(n for n in dir(__builtins__) if n in ("len", "print", "None", "__build_class__")),
    exit is not None if "exit" in dir(__builtins__) else True
)
attempt(lambda: next(5))
attempt(lambda: next(iter([])))
attempt(lambda: iter())
attempt(lambda: len(5))
attempt(lambda: len(a))
attempt(lambda: reversed(5))
attempt(lambda: reversed({1}))
attempt(lambda: enumerate(5))
attempt(lambda: sum("ab"))
attempt(lambda: sum([b"a"], b""))
attempt(lambda: max([1, "a"]))
attempt(lambda: chr("a"))
attempt(lambda: type.mro(5))
attempt(lambda: super(A, 5))
attempt(lambda: a.x.y)
attempt(lambda: setattr(int, "q", 1))
attempt(lambda: int.q)
attempt(lambda: A.q)
attempt(lambda: staticmethod())
attempt(lambda: a < a)
attempt(lambda: a + a)
attempt(lambda: a[0])
attempt(lambda: a())
attempt(lambda: -a)
attempt(lambda: a in a)
attempt(lambda: {**a})
attempt(lambda: [*a])
attempt(lambda: len(**{"x": 1}))

"""Classes: attributes, methods, instances, class and static methods, inheritance."""
from support import attempt
class A:
    """Doc of A."""
    shared = []
    count = 0
    def __init__(self, x, y=2):
        self.x = x
        self.y = y
        A.count += 1
    def m(self, z): return self.x + self.y + z
    @classmethod
    def make(cls, *a): return cls(*a)
    @staticmethod
    def st(v): return v * 2
    def __repr__(self): return f"{type(self).__name__}({self.x}, {self.y})"
a = A(1)
b = A(5, 6)
print(
    a, b, a.m(3), A.m(b, 1), A.make(9), a.make(8, 7), A.st(4), a.st(5), A.count, a.count, A.__doc__,
    A.__name__, A.__qualname__, A.__module__, a.__class__ is A
)
a.shared.append(1)
a.count = 99
print(b.shared, A.count, a.count, a.__dict__, sorted(b.__dict__), vars(b))
del a.count
print(a.count == A.count)
bound = a.m
print(
    bound(10), bound.__self__ is a, bound.__func__ is A.m, bound == a.m, bound.__name__, A.m.__qualname__,
    type(bound).__name__, type(A.m).__name__
)
attempt(lambda: a.nothing)
attempt(lambda: A.nothing)
attempt(lambda: A())
attempt(lambda: A(1, 2, 3))
attempt(lambda: a.m())
attempt(lambda: a())
attempt(lambda: A.m())
attempt(lambda: delattr(a, "nothing"))
attempt(lambda: A.make(1, 2, 3, 4))
attempt(lambda: object(1))
attempt(lambda: object().x)
def set_attr(o, n, v): setattr(o, n, v)
attempt(set_attr, object(), "x", 1)
attempt(set_attr, 5, "x", 1)
attempt(set_attr, int, "x", 1)
attempt(set_attr, a, 5, 1)
attempt(set_attr, "s", "upper", 1)
attempt(set_attr, len, "x", 1)
class B(A):
    def __init__(self, x): super().__init__(x, 10); self.z = 3
    def m(self, z): return ("B", super().m(z))
    extra = A.st(21)
c = B(1)
print(
    c, c.m(1), B.extra, isinstance(c, A), issubclass(B, A), issubclass(A, B), B.__mro__, B.__bases__,
    B.__base__, A.__subclasses__(), isinstance(c, (int, A)), issubclass(bool, int), isinstance(B, type)
)
attempt(lambda: isinstance(1, 5))
attempt(lambda: issubclass(1, int))
attempt(lambda: isinstance(1, (int, 5)))
attempt(lambda: isinstance("a", ("x", int)))
class Empty: pass
e = Empty()
e.a = 1
setattr(e, "b c", 2)
print(
    e.__dict__, getattr(e, "b c"), getattr(e, "q", "dflt"), hasattr(e, "a"), hasattr(e, "q"), e == e,
    e != Empty(), hash(e) == hash(e), bool(e)
)
e.__dict__["direct"] = 5
print(e.direct)
e.__dict__ = {"n": 1}
print(e.n, hasattr(e, "a"))
e.__class__ = B
print(type(e).__name__)
attempt(set_attr, e, "__class__", int)
attempt(set_attr, e, "__dict__", 5)
def outside(self): return "outside", self.x
A.late = outside
print(a.late(), c.late())
A.x = "class-x"
print(a.x)
del A.late
attempt(lambda: a.late())
class Dyn:
    for n in ("p", "q"):
        exec(f"{n} = '{n}!'")
    del n
    if True:
        cond = "yes"
print(Dyn.p, Dyn.q, Dyn.cond, hasattr(Dyn, "n"))
T = type("T", (A,), {"m": lambda self, z: "dyn", "k": 1})
t = T(1)
print(t.m(0), t.k, T, T.__name__, type(T), type(t) is T, T.__bases__)
attempt(type, "X", (5,), {})
attempt(type, "X", (bool,), {})
attempt(type, 5, (), {})
attempt(type, "a", "b")
attempt(lambda: type("Y", (A, A), {}))
attempt(lambda: type("Z", (object, A), {}))
class Outer:
    class Inner:
        def who(self): return type(self).__qualname__
    def local(self):
        class L: pass
        return L
print(Outer.Inner().who(), Outer().local().__qualname__, repr(Outer.Inner), Outer().local())
class Private:
    __secret = 1
    def __hidden(self): return self.__secret
    def go(self): return self.__hidden(), self._Private__secret
    def __dunder__(self): return "not mangled"
    def inner(self):
        def f(): return self.__secret
        return f()
p = Private()
print(p.go(), p.inner(), sorted(k for k in Private.__dict__ if "_Private" in k), p.__dunder__())
attempt(lambda: p.__secret)
print(
    [k for k in dir(p) if not k.startswith("__")], "m" in dir(c), type(A.__dict__["make"]).__name__,
    type(A.__dict__["st"]).__name__, type(A.__dict__).__name__, list(B.__dict__)[:5]
)
class WithNew:
    def __new__(cls, v):
        if v < 0: return "negative"
        self = super().__new__(cls)
        self.made = True
        return self
    def __init__(self, v): self.v = v
print(WithNew(3).__dict__, WithNew(-1))
attempt(WithNew)
class BadInit:
    def __init__(self): return 5
attempt(BadInit)
class I(int):
    def __new__(cls, v, tag): self = super().__new__(cls, v); self.tag = tag; return self
    def __add__(self, o): return I(int(self) + o, "sum")
i = I(5, "t")
print(
    i, i + 1, (i + 1).tag, i * 2, type(i * 2), i == 5, {5: "x"}[i], [10, 20, 30, 40, 50, 60][i],
    isinstance(i, int)
)
class F(float): pass
class Tp(tuple):
    def first(self): return self[0]
class D(dict): pass
print(
    F(1.5) + 1, type(F(1)), Tp((1, 2)).first(), Tp((1, 2)) + (3,), D(a=1), D(a=1) == {"a": 1}, F("2.5"),
    Tp("ab"), len(D({1: 2}))
)
def deco(cls): cls.decorated = True; return cls
@deco
class Decorated: pass
print(
    Decorated.decorated, Decorated.__dict__["__module__"], Decorated.__doc__, A.__dict__["__doc__"],
    Decorated.__annotations__ if hasattr(Decorated, "__annotations__") else {}
)
class Ann:
    x: int = 5
    y: "str"
    z: [1, 2][0]
print(Ann.__annotations__, Ann.x, hasattr(Ann, "y"))
v: int = 3
w: str
print(__annotations__, v)
def annotated(a: int, b: "s" = 2, *c: 3, d: 4 = 5, **e: 6) -> 7: pass
print(annotated.__annotations__, annotated.__kwdefaults__, annotated.__defaults__)

# A name that no class may have: the half-made class goes away quietly.
for attempt in range(300):
    try:
        type("nul\0inside", (), {})
    except ValueError as error:
        message = str(error)
print(message, type("", (), {}).__name__ == "")

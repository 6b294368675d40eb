"""Multiple inheritance: C3 order, super in all its forms, cooperative methods."""
from support import attempt
class O:
    def who(self): return ["O"]
class A(O):
    def who(self): return ["A"] + super().who()
class B(O):
    def who(self): return ["B"] + super().who()
class C(A, B):
    def who(self): return ["C"] + super().who()
class D(B):
    def who(self): return ["D"] + super().who()
class E(C, D):
    def who(self): return ["E"] + super(E, self).who()
def names(c): return [k.__name__ for k in c.__mro__]
for c in (A, B, C, D, E): print(c.__name__, names(c), c().who(), c.mro() == list(c.__mro__))
attempt(lambda: type("X", (O, A), {}))
attempt(lambda: type("Y", (type("P", (A, B), {}), type("Q", (B, A), {})), {}))
print(
    super(C, E()).who(), super(A, E()).who(), super(C, E).who(E()), super(E, E()).__thisclass__.__name__,
    super(E, E()).__self_class__.__name__
)
attempt(lambda: super(A, B()).who())
attempt(lambda: super(C, C()).nothing)
attempt(lambda: super())
attempt(lambda: super(5, 5))
class Base:
    def __init__(self, **kw):
        self.kw = kw
    @classmethod
    def cm(cls): return ["Base", cls.__name__]
    @staticmethod
    def sm(): return "Base.sm"
    @property
    def p(self): return "Base.p"
    attr = "Base.attr"
class Left(Base):
    def __init__(self, left, **kw): super().__init__(**kw); self.left = left
    @classmethod
    def cm(cls): return ["Left"] + super().cm()
    @property
    def p(self): return "Left." + super().p
class Right(Base):
    def __init__(self, right, **kw): super().__init__(**kw); self.right = right
    @classmethod
    def cm(cls): return ["Right"] + super().cm()
    @staticmethod
    def sm(): return "Right.sm"
class Both(Left, Right):
    def look(self): return super().attr, super().sm(), super().p, super().__init__.__name__
b = Both(left=1, right=2, more=3)
print(b.left, b.right, b.kw, Both.cm(), b.cm(), b.look(), b.p, b.sm())
attempt(lambda: Both(left=1))
attempt(lambda: Both(1, 2))
class Closure(Base):
    def __init__(self):
        def inner(): return super(Closure, self).attr
        self.value = inner()
        self.cls = __class__
        self.listed = [super(Closure, self).attr for _ in range(1)]
c = Closure()
print(c.value, c.cls is Closure, c.listed, Closure.__init__.__code__.co_freevars)
class NoSelf:
    def m(): return super().x
attempt(NoSelf.m)
class Del(Base):
    def m(self):
        del self
        return super().attr
attempt(Del().m)
def f(self): return super().attr
Base.g = f
attempt(Base().g)
class Chain: pass
for i in range(30): Chain = type(f"Chain{i}", (Chain,), {f"a{i}": i})
k = Chain()
print(k.a0, k.a29, len(Chain.__mro__), sum(getattr(k, f"a{i}") for i in range(30)))
class M1:
    def __add__(self, o): return "M1+"
class M2:
    def __radd__(self, o): return "M2r"
    def __len__(self): return 7
class M(M1, M2): pass
print(M() + 1, 1 + M(), len(M()), M.__add__ is M1.__add__)
class Patch(A): pass
p = Patch()
print(p.who())
A.who = lambda self: ["patched"]
print(p.who(), C().who())
O.who = lambda self: ["newO"]
print(B().who())
class X(object): v = 1
class Y(X): pass
y = Y()
print(y.v)
Y.v = 2
print(y.v)
X.v = 3
print(y.v)
del Y.v
print(y.v)
Y.__bases__ = (O,)
print(y.who(), hasattr(y, "v"))


# ---- mro() that leaves the class itself out
class Foreign:
    pass


class Forgetful(type):
    def mro(cls):
        return (Foreign,)


attempt(Forgetful, "C", (), {})


class Sometimes(type):
    forgets = False

    def mro(cls):
        return (Foreign,) if cls.forgets else type.mro(cls)


class Parent:
    pass


class Child(Parent, metaclass=Sometimes):
    def method(self):
        return super()


child = Child()
Sometimes.forgets = True
Child.__bases__ = (Foreign,)
print(Child.__mro__, issubclass(Child, Child), isinstance(child, Child))
attempt(super, Child, child)
attempt(super, Child, Child)
attempt(Child)
attempt(object.__new__, Child)

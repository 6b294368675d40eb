"""A class whose __init__ was called before, and that changes: the class, a base, __new__, the metaclass, a deletion."""
import abc


def make(cls, *args):
    try:
        return vars(cls(*args))
    except TypeError as e:
        return str(e)


class Base:
    def __init__(self, x):
        self.base = x


class C(Base):
    def __init__(self, x):
        self.x = x


for _ in range(3):
    print(make(C, 1), make(Base, 2))


def other(self, x):
    self.other = x


C.__init__ = other
print(make(C, 1), make(C, 1))
del C.__init__
print(make(C, 1), make(C, 1))
Base.__init__ = other
print(make(C, 1), make(C, 1), make(Base, 1))
del Base.__init__
print(make(C, 1), make(C), make(Base))
Base.__init__ = lambda self, x=5: setattr(self, "l", x)
print(make(C), make(C, 1), make(C, 1, 2))


class Slotted(Base):
    __slots__ = ()


C.__bases__ = (Slotted,)
print(make(C))
C.__new__ = lambda cls, *a: object.__new__(Base)
print(type(C()), make(C))
del C.__new__
print(type(C()) is C)
C.__init__ = 3
print(make(C))
C.__init__ = staticmethod(lambda: None)
print(make(C))
C.__init__ = len
print(make(C))
C.__init__ = other
print(make(C, 9))


class Abstract(metaclass=abc.ABCMeta):
    def __init__(self):
        self.a = 1


print(make(Abstract), make(Abstract))
Abstract.__abstractmethods__ = frozenset(["f"])
print(make(Abstract))
Abstract.__abstractmethods__ = frozenset()
print(make(Abstract))


class Meta(type):
    def __call__(cls, *args):
        return 7


class D:
    def __init__(self):
        D.__init__ = lambda self: print("the second")
        self.first = True


print(make(D), make(D))


class E(metaclass=Meta):
    pass


print(E())

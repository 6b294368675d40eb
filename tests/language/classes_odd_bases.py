"""Classes whose mro() or bases are unusual, and what they inherit."""

# __class__ is set when mro() runs
class Meta(type):
    def mro(self):
        self.__dict__['f']()
        return super().mro()
try:
    class A(metaclass=Meta):
        def f(): print(__class__.__name__)
except NameError as e: print(e)


# a metaclass whose mro() leaves out object: the class is made nevertheless
class M(type):
    def mro(cls): return [cls]
try:
    class A(metaclass=M): pass
    print(A.__mro__)
except Exception as e: print(type(e).__name__, e)
class Perverse(type):
    def mro(self):
        L = type.mro(self); L.reverse(); return L
class X(metaclass=Perverse): pass
print([c.__name__ for c in X.__mro__])


# which of sequence and mapping a class with both abstract bases is; flags of collections.abc
import collections, collections.abc
def w(x):
    match x:
        case [*_]: return 'seq'
        case {}: return 'map'
class M1(collections.UserDict, collections.abc.Sequence): pass
class M2(dict, collections.abc.Sequence): pass
class M3(collections.UserDict, list): pass
class S1(collections.UserList, collections.abc.Mapping): pass
class S2(list, collections.abc.Mapping): pass
class S3(list, collections.UserDict): pass
for c in M1, M2, M3, S1, S2, S3: print(c.__name__, w(c()))
try:
    class Both(collections.abc.Collection): __abc_tpflags__ = (1 << 5) | (1 << 6)
    print('no error')
except TypeError as e: print(e)


# assignment to __bases__ that makes a cycle while mro() runs
ready = False
class M(type):
    def mro(cls):
        global ready
        if ready and cls.__name__ == 'C':
            ready = False
            C.__bases__ = (B2,)
        return type.mro(cls)
class A(metaclass=M): pass
class B1(A): pass
class B2(A): pass
class C(A): pass
ready = True
C.__bases__ = (B1,)
B1.__bases__ = (C,)
print(C.__bases__, B2.__subclasses__(), B1.__subclasses__(), B1.__bases__, C.__subclasses__())


# a metaclass that has a __dict__ from a base beside type
class Beside:
    pass


class MetaBeside(Beside, type):
    pass


class OfMetaBeside(metaclass=MetaBeside):
    inside = 1


print(OfMetaBeside.__dict__["inside"])
try:
    OfMetaBeside.__dict__ = {}
except AttributeError as error:
    print(error)

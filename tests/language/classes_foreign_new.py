"""Classes whose __new__ is of another type or returns something else: constructors called from C look at what they get."""
from collections import *
import collections
def tr(f):
    try: print(type(f()).__name__)
    except BaseException as e: print(type(e).__name__, e)
class OD(OrderedDict): pass
o = OD(a=1)
OD.__new__ = lambda cls, *a, **k: None
tr(lambda: o.copy()); tr(lambda: o | {1:2}); tr(lambda: {1:2} | o); tr(lambda: OD.fromkeys('ab'))
class OD(OrderedDict): pass
o = OD(a=1)
OD.__new__ = lambda cls, *a, **k: {}
tr(lambda: o.copy()); tr(lambda: o | {1:2}); tr(lambda: {1:2} | o); tr(lambda: OD.fromkeys('ab'))
class P(property): pass
p = P(len)
P.__new__ = lambda cls, *a, **k: None
tr(lambda: p.getter(abs))
P.__new__ = lambda cls, *a, **k: 5
tr(lambda: p.getter(abs))
class P(property):
    def __init__(self, *a): pass
p = P(len)
tr(lambda: p.getter(abs))
class S(set): pass
s = S([1])
S.__new__ = lambda cls, *a, **k: None
for f in (lambda: s.copy(), lambda: s|{1}, lambda: s&{1}, lambda: {1}|s, lambda: s^s, lambda: s.union({2})): tr(f)
class I(int): pass
I.__new__ = lambda cls, *a: None
tr(lambda: I.from_bytes(b'a', 'big'))
tr(lambda: I(5))
class F(float): pass
F.__new__ = lambda cls, *a: None
tr(lambda: F.fromhex('1'))
class B(bytes): pass
B.__new__ = lambda cls, *a: None
tr(lambda: B.fromhex('11'))
class B(bytearray): pass
B.__new__ = lambda cls, *a: None
tr(lambda: B.fromhex('11'))
class D(dict): pass
D.__new__ = lambda cls, *a: None
tr(lambda: D.fromkeys('11'))
D.__new__ = lambda cls, *a: 5
tr(lambda: D.fromkeys('11'))
D.__new__ = lambda cls, *a: []
tr(lambda: D.fromkeys('11'))
N = namedtuple('N', 'a b')
class M(N):
    __new__ = lambda cls, *a, **k: None
tr(lambda: M._make([1,2]))
tr(lambda: N._replace(N(1,2), a=2))
class E(Exception): pass
class EG(ExceptionGroup):pass
eg = EG('a', [ValueError(1), TypeError(2)])
EG.__new__ = lambda cls, *a: None
tr(lambda: eg.split(ValueError))
tr(lambda: eg.subgroup(ValueError))
EG.derive = lambda s, e: None
tr(lambda: eg.split(ValueError))
class C(type):
    __new__ = lambda *a, **k: None
class X(metaclass=C): pass
print(X)
C.__call__ = lambda *a: 5
class X(metaclass=C): pass
print(X)
class MM:
    __new__ = str.__new__
tr(lambda: MM())
class MM(type):
    __new__ = object.__new__
tr(lambda: MM('a', (), {}))
class MM(int):
    __new__ = str.__new__
tr(lambda: MM('12'))
class MM(str):
    __new__ = dict.__new__
tr(lambda: MM(12))
class MM(BaseException):
    __new__ = dict.__new__
tr(lambda: MM(12))
class A:
    def __new__(cls): return object.__new__(cls)
class MM(A):
    __new__ = dict.__new__
tr(lambda: MM())
tr(lambda: MM())
tr(lambda: A())
del A.__new__
tr(lambda: A())
del MM.__new__
tr(lambda: MM())
class Q(list): pass
Q.__new__ = dict.__new__
tr(Q)
del Q.__new__
tr(Q)
Q.__new__ = lambda cls: list.__new__(cls)
tr(Q)
Q.__new__ = dict.__new__
tr(Q)
Q.__new__ = list.__new__
tr(Q)
Q.__bases__ = (Q.__mro__[1],)
tr(Q)
class Gen: 
    __new__ = type((i for i in ()) ).__call__ if 0 else type.__new__
tr(Gen)
class Z(deque):
   __new__ = defaultdict.__new__
tr(Z)

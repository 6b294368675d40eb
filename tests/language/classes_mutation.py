"""Classes and instances that change while caches know them; slots, subclasses of built-in types, abstract classes."""
# mutation of classes, caches
class A:
    def f(self): return 1
class B(A): pass
b=B(); a=A()
def call(o): return o.f()
print(call(b), call(a))
A.f=lambda self: 2
print(call(b), call(a))
B.f=lambda self: 3
print(call(b), call(a))
del B.f
print(call(b))
b.f=lambda: 4
print(call(b), call(B()))
A.f = property(lambda s: (lambda: 'prop'))
print(call(b), call(B()))
A.f = 5
try: print(call(B()))
except TypeError as e: print(e)
class M(type): pass
class C(metaclass=M): x=1
def gx(): return C.x
print(gx(), gx()); M.x = property(lambda c: 'meta'); print(gx()); del M.x; print(gx()); C.x=9; print(gx())
# __class__ assign
class D: 
    def g(self): return 'D'
class E:
    def g(self): return 'E'
d=D(); d.z=1
def cg(o): return o.g()
print(cg(d)); d.__class__=E; print(cg(d), d.z, type(d))
# bases
class F: 
    def h(self): return 'F'
class G:
    def h(self): return 'G'
class H(F): pass
h=H()
def ch(o): return o.h()
print(ch(h)); H.__bases__=(G,); print(ch(h), H.__mro__, F.__subclasses__(), G.__subclasses__())
# special methods later
class I: pass
i=I()
try: len(i)
except TypeError as e: print(e)
I.__len__=lambda s: 7
print(len(i)); 
class J(I): pass
print(len(J())); I.__len__=lambda s: 8; print(len(J())); del I.__len__
try: len(J())
except TypeError as e: print(e)
I.__call__=lambda s,*a,**k:(a,k); print(i(1,2,x=3), J()(5))
I.__add__=lambda s,o:'add'; I.__radd__=lambda s,o:'radd'; print(i+1, 1+i, i+i)
I.__getattr__=lambda s,n: n; print(i.foo); del I.__getattr__
try: i.foo
except AttributeError as e: print(e)
# many attrs
class K: pass
k=K()
for n in range(100): setattr(k, f'a{n}', n)
print(sum(getattr(k,f'a{n}') for n in range(100)), len(k.__dict__))
ks=[K() for _ in range(5)]
for q in ks:
    for n in range(10): setattr(q, f'b{n}', n)
print([q.b9 for q in ks], sorted(ks[0].__dict__)==sorted(ks[4].__dict__))
for q in ks: del q.b3
print([hasattr(q,'b3') for q in ks], ks[0].b4)
# slots inheritance
class S1: __slots__=('a',)
class S2(S1): __slots__=('b',)
class S3(S2): pass
s=S3(); s.a=1; s.b=2; s.c=3; print(s.a,s.b,s.c,s.__dict__)
class S4(K): __slots__=('q','r')
s=S4(); s.q=1; s.r=2; s.t=3; print(s.q,s.r,s.t,s.__dict__); del s.q
try: s.q
except AttributeError as e: print(e)
s.q=5; print(s.q, s.__dict__, vars(s))
class S5(list): __slots__=('w',)
s=S5([1]); s.w=4; print(s, s.w)
try: s.v=1
except AttributeError as e: print(e)
try:
    class Bad(S1, S5): pass
except TypeError as e: print(e)
class Ex(ValueError):
    __slots__=('extra',)
e=Ex('m'); e.extra=3; print(repr(e), e.extra); e.note=5; print(e.__dict__)
# del/finalizer
class Fin:
    def __del__(self): print('del', self.n)
f=Fin(); f.n=1; del f
f=Fin(); f.n=2; f=None
def t(): 
    q=Fin(); q.n=3
t()
# abstract
import abc
class Ab(abc.ABC):
    @abc.abstractmethod
    def z(self): pass
    @abc.abstractmethod
    def y(self): pass
try: Ab()
except TypeError as e: print(e)
class Ac(Ab):
    def z(self): pass
try: Ac()
except TypeError as e: print(e)
class Ad(Ac):
    def y(self): return 'ok'
print(Ad().y(), isinstance(Ad(), Ab), issubclass(int, Ab)); Ab.register(int); print(isinstance(3, Ab))
# name mangling, class cell, kwargs
class N:
    __p=3
    def g(self): return self.__p, __class__
print(N().g())
# getattribute
class Ga:
    def __getattribute__(self, n): return 'ga '+n
    def __setattr__(self, n, v): print('set', n, v)
    def __delattr__(self, n): print('del', n)
g=Ga(); print(g.foo); g.x=1; del g.y
# descriptors priority
class ND:
    def __get__(self,i,o): return 'nd'
class DD:
    def __get__(self,i,o): return 'dd'
    def __set__(self,i,v): i.__dict__['dd']=v
class Hd: nd=ND(); dd=DD()
h=Hd(); h.__dict__['nd']='own'; print(h.nd); h.dd=5; print(h.dd, h.__dict__)
# hash/eq
class Eq:
    def __eq__(self,o): return True
try: {Eq():1}
except TypeError as e: print(e)
class Hs(Eq):
    __hash__=object.__hash__
print(len({Hs():1}))
# int/float/str subclass ops
class MyI(int):
    def __add__(self,o): return MyI(int(self)+int(o))
    def __repr__(self): return f'MyI({int(self)})'
print(MyI(3)+4, 4+MyI(3), MyI(3)*2, [MyI(1)], sum([MyI(1),MyI(2)]), MyI(5)==5, {5:1}[MyI(5)])
class MyF(float): pass
m=MyF(1.5); m.u=1; print(m+1, m.u, m)
class MyD(dict):
    def __getitem__(self,k): return 'got'
print(MyD(a=1)['a'], MyD(a=1).get('a'), '%(a)s' % MyD(a=1))
class MyT(tuple): 
    __slots__=()
    x=property(lambda s:s[0])
print(MyT((1,2)).x, MyT((1,2)), MyT((1,2))==(1,2), hash(MyT((1,2)))==hash((1,2)))
print(type.__call__(MyT, [3,4]), [*MyT((5,6))])
class MB(bytes): pass
mb=MB(b'abc'); mb.k=1; print(mb, mb.k, mb[0], len(mb))
import weakref

"""Classes whose special methods come from several bases, from built-in ones, or in an order of the metaclass's."""

class M(type):
    def mro(cls):
        order = super().mro()
        return order[:1] + order[1:-1][::-1] + order[-1:]
class A:
    def __len__(self): return 1
    def __add__(self, o): return 'A'
    def __repr__(self): return 'A'
class B(A):
    def __len__(self): return 2
    def __repr__(self): return 'B'
    def __iter__(self): return iter([1])
class C(B, metaclass=M): pass
c = C()
print(C.__mro__, len(c), c + 1, repr(c), list(c))
class D:
    def __repr__(self): return 'D'
    def __contains__(self, x): return x == 3
    def __eq__(self, o): return True
class E(A, D): pass
class F(D, A): pass
for k in E, F:
    print(repr(k()), 3 in k(), len(k()), k() == 5, k.__hash__, k() + 1)
class G(D, int): pass
class H(int, D): pass
class I(D, list, A): pass
for k in G, H: print(repr(k(4)), k(4) == 5, k.__hash__, k(4) + 1, 2 - k(1))
print(repr(I()), I() == 1, I([1, 2]) + [3], len(I()), 3 in I())
class X(ValueError, KeyError): pass
class Y(KeyError, ValueError): pass
print(X('a'), Y('a'), repr(X('a')))
class P:
    def __getattr__(self, n): return n
    def __setattr__(self, n, v): print('set', n)
    def __call__(self): return 'call'
    def __bool__(self): return False
class Q(dict, P): pass
class R(P, dict): pass
for k in Q, R:
    q = k(); q.x = 1; print(q.foo, q(), bool(q), len(q), q == {}, k.__hash__)
class S(A): pass
S.__bases__ = (B,)
print(len(S()), repr(S()), list(S()))
S.__len__ = lambda s: 9
print(len(S()))
del S.__len__
print(len(S()))
class T(tuple, A): 
    def __new__(cls, *a): return super().__new__(cls, a)
print(T(1, 2) + (3,), len(T(1)), repr(T(1)))
class U(A, tuple): pass
try: print(U() + (3,), len(U()), repr(U()))
except TypeError as e: print(e)
import collections.abc as abc
class V(abc.Mapping):
    def __getitem__(self, k): return k
    def __iter__(self): return iter('ab')
    def __len__(self): return 2
print(dict(V()), 'a' in V(), V() == {'a': 'a', 'b': 'b'}, bool(V()))
class W(int):
    __slots__ = ()
    __add__ = None
try: W(1) + 1
except TypeError as e: print(e)

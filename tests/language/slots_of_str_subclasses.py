# __slots__ of subclasses of str; which built-in types have no room for them.
class A(str):
    __slots__ = ('x','y')
    def __init__(self, v): self.x = v
a = A("abc"); a.y = [a]
print(a, a.x, len(a), a == "abc", hash(a)==hash("abc"), str.__itemsize__, A.__itemsize__)
try: a.z = 1
except AttributeError as e: print(e)
class B(A):
    __slots__ = ('z',)
b = B("q"); b.z = 5; print(b, b.z, b.x, b.upper(), b[0])
class C(A): pass
c = C("w"); c.__dict__['k']=1; c.z = c; print(c.k, c.x)
a.__class__
import gc
del a, c; gc.collect()
for bad in (int, bytes, tuple, type):
    try:
        class D(bad): __slots__ = ('x',)
        print("made", bad)
    except TypeError as e: print(e)
try:
    class E(str): __slots__ = (1, 2)
except TypeError as e: print(e)
try:
    class E(int): __slots__ = (1, 2)
except TypeError as e: print(e)

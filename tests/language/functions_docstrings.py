"""Docstrings of functions: where they come from, and that they stay when the code is exchanged."""

def f():
    "doc of f"
def g(): pass
def h(): "doc of h"; return 1
print(f.__doc__, g.__doc__, f.__doc__ is f.__doc__)
f.__code__ = h.__code__
print(f.__doc__)
g.__code__ = h.__code__
print(g.__doc__)
del f.__doc__
print(f.__doc__)
h.__doc__ = 5
print(h.__doc__)
h.__doc__ = None
print(h.__doc__)
class C:
    "doc of C"
    def m(self): "doc of m"
    p = property(m)
    s = staticmethod(m)
    l = lambda: 1
print(C.__doc__, C.m.__doc__, C().m.__doc__, C.p.__doc__, C.s.__doc__, C.l.__doc__)
import posixpath, heapq
print(posixpath.join.__doc__); print(heapq.merge.__doc__[:20], heapq.merge.__doc__ is heapq.merge.__doc__); posixpath.join.__code__ = posixpath.isabs.__code__; print(posixpath.join.__doc__, posixpath.isabs.__doc__)
posixpath.isabs.__code__ = posixpath.split.__code__; print(posixpath.isabs.__doc__)
print(eval("lambda: \"x\"").__doc__)


# ---- of built-in exceptions, and signatures in those of classes
import builtins
import time

for name, kind in sorted(vars(builtins).items()):
    if isinstance(kind, type) and issubclass(kind, BaseException):
        print(name, ascii(kind.__doc__))


class Signed:
    """Signed(a, b=3)\n--\n\nWhat it is."""


class Unsigned:
    """Unsigned(a, b=3)\n\n)\n--\n\nNo signature."""


class Heir(Signed):
    pass


print(Signed.__text_signature__, Unsigned.__text_signature__, Heir.__text_signature__, ascii(Signed.__doc__))
print(time.ctime.__text_signature__, "".find.__text_signature__, str.find.__text_signature__)

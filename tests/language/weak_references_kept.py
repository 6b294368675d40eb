"""Hashes and order of weak references."""

# a weak reference keeps the hash of its object also when that is 0
import weakref
class O:
    def __hash__(self): return 0
o = O(); r = weakref.ref(o); hash(r); del o
try: print(hash(r))
except TypeError as e: print(e)
d = weakref.WeakKeyDictionary(); o = O(); d[o] = 1; del o; print(len(d))


# the plain reference comes first in getweakrefs, also when one of a subclass was made before
import weakref
class O: pass
class R(weakref.ref): pass
o = O(); r1 = R(o); r2 = weakref.ref(o)
print([type(r).__name__ for r in weakref.getweakrefs(o)])
r3 = R(o); print([type(r).__name__ for r in weakref.getweakrefs(o)])

"""Prompt freeing, weak references, finalizers, cycles and the gc module."""
import gc
import weakref
from support import attempt
class O:
    def __init__(self, n="o"): self.n = n
    def __repr__(self): return f"O({self.n})"
log = []
class D(O):
    def __del__(self): log.append(self.n)
d = D(1)
d2 = d
del d
print(log)
d2 = None
print(log)
def scope(): x = D("scope"); return 5
scope()
l = [D("in list")]
l.clear()
{1: D("in dict")}.clear()
D("temp")
x = D("old")
x = D("new")
print(log)
log.clear()
a = D("attr")
b = O()
b.ref = a
del a
print(log)
del b.ref
print(log)
del b
log.clear()
def exc():
    v = D("in frame")
    raise ValueError
try: exc()
except ValueError as e: print("in handler", log)
print("after", log)
log.clear()
class Resurrect:
    kept = None
    def __del__(self): Resurrect.kept = self; log.append("resurrected")
r = Resurrect()
r = None
print(log, Resurrect.kept is not None)
Resurrect.kept = None
print(log)
log.clear()
class Raises:
    def __del__(self): raise ValueError("in del")
o = O()
w = weakref.ref(o)
print(
    w() is o, weakref.ref(o) is w, weakref.getweakrefcount(o), len(weakref.getweakrefs(o)),
    w == weakref.ref(o), hash(w) == hash(o), type(w).__name__
)
del o
print(w(), repr(w).startswith("<weakref at"), "dead" in repr(w))
o = O("cb")
w = weakref.ref(o, lambda ref: log.append(("callback", ref() is None)))
w2 = weakref.ref(o, lambda ref: log.append("second"))
o = None
print(log)
log.clear()
o = O()
w = weakref.ref(o, lambda r: log.append("never"))
del w
del o
print(log)
attempt(weakref.ref, 5)
attempt(weakref.ref, "s")
attempt(weakref.ref, [])
attempt(weakref.ref, None)
attempt(weakref.ref)
print(weakref.ref(O).__call__() is O, weakref.ref(attempt)() is attempt, weakref.ref({1})() is None)
class S:
    __slots__ = ("a",)
class SW:
    __slots__ = ("__weakref__",)
attempt(lambda: weakref.ref(S()))
sw = SW()
print(weakref.ref(sw)() is sw)
o = O("proxied")
p = weakref.proxy(o)
print(p.n, type(p).__name__, str(p))
p.n = "changed"
print(o.n)
del o
attempt(lambda: p.n)
attempt(lambda: str(p))
class M:
    def m(self): return "m"
m = M()
wm = weakref.WeakMethod(m.m)
print(wm()(), weakref.ref(m.m)())
del m
print(wm())
wd = weakref.WeakValueDictionary()
k = O("k")
wd["a"] = k
print(len(wd), wd["a"], "a" in wd)
del k
print(len(wd), wd.get("a"), list(wd.items()))
attempt(lambda: wd["a"])
wk = weakref.WeakKeyDictionary()
k = O("key")
wk[k] = 1
print(wk[k], len(wk))
del k
print(len(wk))
ws = weakref.WeakSet()
k = O("s")
ws.add(k)
print(len(ws), k in ws)
k = None
print(len(ws))
f = weakref.finalize(k2 := O("fin"), log.append, "finalized")
print(f.alive)
del k2
print(log, f.alive, f())
log.clear()
gc.collect()
a, b = O("a"), O("b")
a.o = b
b.o = a
wa, wb = weakref.ref(a), weakref.ref(b)
del a, b
print(gc.collect() > 0, wa(), wb())
l = []
l.append(l)
del l
d = {}
d["d"] = d
del d
s = O()
s.me = s
del s
print(gc.collect() >= 3, gc.collect())
def cyc():
    def inner(): return inner
    return inner
f = cyc()
wf = weakref.ref(f)
del f
gc.collect()
print(wf())
g = (lambda: (yield))()
class C: pass
wc = weakref.ref(C)
del C
gc.collect()
print(wc())
a = O("a")
a.o = a
w = weakref.ref(a, lambda r: log.append("cycle callback"))
del a
gc.collect()
print(log, w())
log.clear()
a = O("kept")
a.list = [a]
keep = a.list
del a
gc.collect()
print(keep[0].n)
w = weakref.ref(keep[0])
keep = None
gc.collect()
print(w())
def gcyc():
    me = yield
    yield me
g = gcyc()
next(g)
g.send(g)
w = weakref.ref(g)
del g
gc.collect()
print(w())
n = None
for i in range(1000):
    a = O(i)
    a.prev = n
    a.list = [a]
    n = a
w = weakref.ref(n)
del n, a
gc.collect()
print(w())
t = (l := [])
l.append(t)
wt = O()
l.append(wt)
wt = weakref.ref(wt)
del t, l
gc.collect()
print(wt())
print(
    gc.isenabled(), gc.disable(), gc.isenabled(), gc.enable(), gc.isenabled(), type(gc.get_stats()).__name__,
    type(gc.get_count()).__name__, type(gc.get_threshold()).__name__, gc.garbage, gc.is_tracked([]),
    gc.is_tracked(5), gc.is_tracked("a")
)
w = weakref.ref(O())
print(w())
print([weakref.ref(x) for x in [O()]][0]() is None or "alive in loop variable")
subclass = type("R", (weakref.ref,), {"extra": 1})
o = O()
r = subclass(o)
print(r.extra, r() is o, isinstance(r, weakref.ref))

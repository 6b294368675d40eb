"""Attributes through the same place in the code, while classes, shapes and instances change under it."""
from support import attempt
class A:
    v = "A.v"
    def m(self): return "A.m"
class B(A):
    def m(self): return "B.m"
class C:
    __slots__ = ("v", "m")
    def __init__(self): self.v = "slot"; self.m = lambda: "slot m"
class D:
    def __getattr__(self, n): return (lambda: "dyn") if n == "m" else "D." + n
class P:
    @property
    def v(self): return "prop"
    m = staticmethod(lambda: "static")
def get(o): return o.v
def call(o): return o.m()
def put(o, x): o.v = x; return o.v
objects = [A(), B(), C(), D(), P(), A(), A, type("M", (), {"v": 1, "m": lambda self: 2})()]
for round_ in range(3):
    print([get(o) for o in objects], [call(o) for o in objects if o is not A])
a = A()
out = []
for i in range(60):
    out.append(call(a))
    out.append(get(a))
    if i == 10: a.v = "own"
    if i == 20: A.m = lambda self: "patched"
    if i == 25: a.m = lambda: "instance m"
    if i == 30: del a.v
    if i == 35: A.v = property(lambda self: "now a property")
    if i == 40: del a.m
    if i == 45: a.__class__ = B
    if i == 50: B.v = "B.v"
    if i == 55: del B.m
print([x for i, x in enumerate(out) if i < 2 or out[i - 2] != x])
class S: pass
objs = []
for i in range(40):
    s = S()
    names = ["a", "b", "c", "d"]
    for n in names[i % 4:] + names[: i % 4]: setattr(s, n, n + str(i))
    if i % 3 == 0: del s.b
    if i % 5 == 0: s.b = "again"; s.extra = i
    objs.append(s)
print([list(s.__dict__) for s in objs[:6]], sum(hasattr(s, "b") for s in objs), [s.c for s in objs[::8]])
s = S()
for i in range(300): setattr(s, f"attr{i}", i)
print(len(s.__dict__), s.attr0, s.attr299, sum(getattr(s, f"attr{i}") for i in range(300)))
for i in range(0, 300, 2): delattr(s, f"attr{i}")
print(len(vars(s)), list(vars(s))[:3])
vars(s).clear()
attempt(lambda: s.attr1)
s.attr1 = 5
print(vars(s))
d = s.__dict__
d["new"] = 1
print(s.new)
s.other = 2
print(d)
s.__dict__ = {"replaced": 1}
print(s.replaced, d)
d["ghost"] = 1
attempt(lambda: s.ghost)
del s.__dict__
print(vars(s)) if hasattr(s, "__dict__") else None
g = 1
def read(): return g, len([1])
def many():
    global g, len
    r = []
    for i in range(6):
        r.append(read())
        if i == 1: g = 2
        if i == 2: len = lambda x: "mine"
        if i == 4: del len
    return r
import builtins
try: print(many())
except NameError as e: print(e)
print(len([1, 2]))
builtins.injected = "from builtins"
print(injected)
del builtins.injected
attempt(lambda: injected)
class Base: x = 1
class Mid(Base): pass
class Leaf(Mid): pass
def rx(o): return o.x
l = Leaf()
r = []
for i in range(12):
    r.append(rx(l))
    if i == 1: Mid.x = 2
    if i == 3: Leaf.x = 3
    if i == 5: l.x = 4
    if i == 7: del l.x; del Leaf.x
    if i == 9: del Mid.x; Base.x = 5
print(r)
class Cnt:
    n = 0
    def inc(self): self.n += 1; return self
c = Cnt()
for _ in range(1000): c.inc()
print(c.n, Cnt.n, vars(c))
put(c, 5)
print(put(c, "x"), put(A(), 1) if not isinstance(A.v, property) else "property")
class Meta(type):
    @property
    def v(cls): return "meta property"
    def m(cls): return "meta m"
class W(metaclass=Meta): pass
print(get(W), call(W), get(type("W2", (W,), {"v": 3})))
import types
mod = types.ModuleType("mod")
mod.v = 1
mod.m = lambda: "mod m"
print(get(mod), call(mod))
mod.v = 2
print(get(mod))
del mod.v
attempt(get, mod)
class Node: 
    def __init__(self, v, nxt=None): self.v = v; self.next = nxt
n = None
for i in range(100): n = Node(i, n)
t = 0
while n is not None: t += n.v; n = n.next
print(t)
ms = [o.m for o in (A(), B())]
print([m() for m in ms])
f = A().m
del A.m
print(f())
attempt(lambda: A().m())

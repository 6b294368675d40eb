"""What is freed when: locals at return, temporaries at once, containers element by element, frames after errors."""
class T:
    def __init__(self, n): self.n = n
    def __del__(self): print("del", self.n, end="; ")
def f(): a = T("a"); b = T("b"); print("in f", end="; ")
f()
print()
T("temporary")
print("after temporary")
x = T("first")
x = T("second")
print("rebound")
del x
print()
l = [T(i) for i in range(3)]
del l[1]
print("removed one")
l[0] = None
print("replaced")
l = None
print()
d = {"a": T("a"), "b": T("b")}
d["a"] = 1
d.pop("b")
print()
t = (T("in tuple"),)
t = None
print()
(lambda v: None)(T("argument"))
print()
def g(): return T("returned")
g()
print("discarded")
y = g()
print("kept")
y = 0
print()
def raises(): v = T("in raising frame"); raise ValueError
try: raises()
except ValueError: print("handling")
print("handled")
def gen(): v = T("in generator"); yield 1; yield 2
it = gen()
next(it)
it = None
print("generator dropped")
it = gen()
next(it)
it.close()
print("closed")
list(gen())
print()
class Holder: pass
h = Holder()
h.a = T("attribute")
h.b = T("attribute b")
del h.a
print()
h = None
print()
for i in [T("loop 1"), T("loop 2")]: print("body", i.n, end="; ")
del i
print("loop over")
[T("c") for _ in range(2)] and None
print()
{T("in set")}
print()
T("chain").n.upper()
print()
(T("left"), T("right"))[0]
print()
def cond(): return T("and") and T("or") or 0
cond()
print()
a = b = T("two names")
a = None
print("one left")
b = None
print()
a, b = T("unpack a"), T("unpack b")
a, b = b, a
print("swapped")
del a
print()
del b
print()
s = [T("slice"), T("slice 2")]
s[:] = []
print()
c = (lambda q: lambda: q)(T("closure"))
print(c().n)
c = None
print()
def default(v=T("default")): pass
del default
print()
class_ns = type("K", (), {"t": T("class attribute")})
del class_ns.t
print()
with type("C", (), {"__enter__": lambda s: T("with value"), "__exit__": lambda *a: None})() as w: pass
del w
print()
import sys
try: raise RuntimeError(T("exception argument"))
except RuntimeError as e: print("caught", e.args[0].n, end="; ")
print()
print(sys.exc_info())
z = T("global at exit")


# ---- the line at which something dies, where nothing else of the line could be asked for it ----
class Line:
    def __del__(self):
        print(sys._getframe(1).f_lineno)
def lines():
    a = Line()
    b = 1
    a = None
    c = Line()
    x = 1
    del c
    d = Line()
    y = 3
    d = y
    Line()
    for i in [Line(), 2]:
        pass
lines()

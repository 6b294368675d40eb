"""Descriptors, properties, __slots__, __getattr__ and friends, __set_name__, __init_subclass__."""
from support import attempt
class Data:
    def __set_name__(self, owner, name): self.name = name; print("set_name", owner.__name__, name)
    def __get__(self, obj, cls=None): return self if obj is None else (
        "data", self.name, obj.__dict__.get(self.name)
    )
    def __set__(self, obj, v): obj.__dict__[self.name] = v
    def __delete__(self, obj): obj.__dict__[self.name] = "deleted"
class NonData:
    def __get__(self, obj, cls): return ("nondata", obj is None, cls.__name__)
class A:
    d = Data()
    n = NonData()
a = A()
a.d = 5
print(a.d, A.d.name, a.n, A.n)
a.n = "instance"
print(a.n)
del a.d
print(a.d, a.__dict__)
a.__dict__["d"] = "hidden"
print(a.d)
class P:
    def __init__(self): self._v = 0
    @property
    def v(self): "doc of v"; return self._v
    @v.setter
    def v(self, x):
        if x < 0: raise ValueError("negative")
        self._v = x
    @v.deleter
    def v(self): self._v = None
    @property
    def ro(self): return 1
    wo = property(None, lambda self, x: None)
p = P()
p.v = 3
print(p.v, P.v.__doc__, P.v.fget.__name__)
del p.v
print(p.v)
def put(o, n, v): setattr(o, n, v)
attempt(put, p, "v", -1)
attempt(put, p, "ro", 1)
attempt(lambda: delattr(p, "ro"))
attempt(lambda: p.wo)
print(type(P.v), isinstance(P.v, property))
class Q(P):
    @property
    def v(self): return ("Q", super().v)
    @P.ro.getter
    def ro(self): return 2
print(Q().v, Q().ro)
class G:
    def __init__(self): self.real = 1
    def __getattr__(self, name):
        if name.startswith("x"): return "dynamic " + name
        raise AttributeError(f"no {name} here")
g = G()
print(g.real, g.xyz, hasattr(g, "abc"), getattr(g, "abc", "dflt"))
attempt(lambda: g.abc)
class GA:
    def __getattribute__(self, name):
        if name == "forbidden": raise AttributeError("forbidden!")
        return object.__getattribute__(self, name)
    def __getattr__(self, name): return "fallback " + name
    forbidden = 1
print(GA().forbidden, GA().other)
class SA:
    def __setattr__(self, n, v): object.__setattr__(self, n, ("set", v))
    def __delattr__(self, n): print("del", n); object.__delattr__(self, n)
s = SA()
s.q = 1
print(s.q)
del s.q
attempt(lambda: s.q)
class S:
    __slots__ = ("a", "b")
    def __init__(self, a): self.a = a
s = S(1)
print(s.a, hasattr(s, "b"), hasattr(s, "__dict__"), S.a, type(S.a).__name__)
s.b = 2
del s.a
attempt(lambda: s.a)
attempt(put, s, "zz", 1)
attempt(lambda: delattr(s, "a"))
class S2(S):
    __slots__ = "c"
class S3(S): pass
s2 = S2(1)
s2.c = 3
attempt(put, s2, "zz", 1)
s3 = S3(1)
s3.zz = 1
print(s2.a, s2.c, s3.__dict__, S.__slots__, S2.__slots__)
attempt(lambda: type("Bad", (), {"__slots__": ("x",), "x": 1}))
attempt(lambda: type("Bad", (), {"__slots__": (5,)}))
attempt(lambda: type("Bad", (), {"__slots__": ("a b",)}))
attempt(lambda: type("Bad", (S, type("T", (), {"__slots__": "q"})), {}))
attempt(lambda: S.a.__get__(5, int))
class Reg:
    subs = []
    def __init_subclass__(cls, /, tag=None, **kw):
        super().__init_subclass__(**kw)
        Reg.subs.append((cls.__name__, tag))
class R1(Reg, tag="one"): pass
class R2(R1): pass
print(Reg.subs)
attempt(lambda: type("R3", (Reg,), {}, bad=1))
attempt(lambda: type("N", (), {}, k=1))
class Meta(type):
    def __new__(m, name, bases, ns, **kw): print(
        "new", name, sorted(k for k in ns if not k.startswith("__")), kw
    ); return super().__new__(m, name, bases, ns)
    def __init__(cls, name, bases, ns, **kw): super().__init__(name, bases, ns); cls.created = True
    def __call__(cls, *a, **k): print("call", cls.__name__, a, k); return super().__call__(*a, **k)
    @classmethod
    def __prepare__(m, name, bases, **kw): return {"prepared": name}
    def __len__(cls): return 42
    def __getitem__(cls, k): return (cls.__name__, k)
    def __repr__(cls): return f"<Meta {cls.__name__}>"
    def method(cls): return "meta method of " + cls.__name__
    @property
    def prop(cls): return "metaprop"
    def __iter__(cls): return iter([1, 2])
    def __contains__(cls, x): return x == 1
    def __instancecheck__(cls, o): return o == "me"
    def __subclasscheck__(cls, c): return c is int
class W(metaclass=Meta, opt=1):
    x = 1
    def __init__(self, v=0): self.v = v
w = W(5)
print(
    w.v, W.created, W.prepared, len(W), W["k"], W, W.method(), W.prop, list(W), 1 in W, type(W) is Meta,
    isinstance("me", W), issubclass(int, W), isinstance(w, W)
)
attempt(lambda: w.method())
class W2(W): pass
print(type(W2) is Meta)
attempt(lambda: type("Conf", (W, type("Other", (), {}, ) ), {}))
class Other(type): pass
class OC(metaclass=Other): pass
attempt(lambda: type("Conf", (W, OC), {}))
def func_meta(name, bases, ns, **kw): return (name, bases, sorted(k for k in ns if k == "z"))
class FM(metaclass=func_meta): z = 1
print(FM)
class CG:
    def __class_getitem__(cls, k): return f"{cls.__name__}[{k}]"
print(CG[int], CG[1, 2])
attempt(lambda: int[5])
attempt(lambda: object[1])
print(list[int], dict[str, int])
class Lazy:
    def __init__(self, f): self.f = f; self.n = f.__name__
    def __get__(self, o, c=None):
        if o is None: return self
        v = o.__dict__[self.n] = self.f(o)
        return v
class U:
    @Lazy
    def heavy(self): print("computing"); return 99
u = U()
print(u.heavy, u.heavy, "heavy" in u.__dict__)
class BadSetName:
    def __set_name__(self, o, n): raise ValueError("nope")
attempt(lambda: type("BS", (), {"f": BadSetName()}))
f = (lambda self: self).__get__(7)
print(
    f(), type(f).__name__, (1).__add__(2), int.__add__(1, 2), "ab".__len__(), str.upper("x"),
    list.append.__name__, type(list.append).__name__, type([].append).__name__, type(int.__add__).__name__,
    type((1).__add__).__name__
)
attempt(lambda: str.upper(5))
attempt(lambda: int.__add__("a", 1))
attempt(lambda: list.append())
attempt(lambda: [].append())
attempt(lambda: [].append(1, 2))
attempt(lambda: dict.get({}, 1, 2, 3))


# ---- properties: their getters run as calls of the same loop ----
import sys, traceback

class P:
    def __init__(self, v): self.v = v
    @property
    def plain(self): return self.v
    @property
    def fails(self): return self.nothing
    @property
    def gone(self):
        frame = sys._getframe(1)
        return sorted(frame.f_locals)
    @property
    def lazily(self):
        yield self.v
    @property
    def deep(self): return self.deep
    with_default = property(lambda self, more=5: (self.v, more))
    with_many = property(lambda *many: len(many))
    built_in = property(len)
    keeps = property(lambda self: lambda: self.v)
    def __len__(self): return 7
    @property
    def replaced(self):
        P.replaced = property(lambda self: "another")
        return "first"
    @property
    def turned(self):
        self.__class__ = Q
        return self.plain

class Q(P):
    @property
    def plain(self): return "of Q", self.v

class Missing(P):
    def __getattr__(self, name): return f"instead of {name}"

def read(o):
    first = o.plain
    return first, o.with_default, o.with_many, o.built_in, list(o.lazily), o.keeps(), [q.plain for q in (o, o)]

for turn in range(3):
    print(read(P(turn)), read(Q(turn)), read(Missing(turn)))
    print(P(turn).gone, Missing(1).fails)
    print(P(turn).turned, P(turn).replaced)
    for name in "fails", "deep":
        def get(o):
            if name == "fails":
                return o.fails
            return o.deep
        try:
            get(P(1))
        except (AttributeError, RecursionError) as e:
            print(type(e).__name__, e, [(f.name, f.lineno) for f in traceback.extract_tb(e.__traceback__)][:3])

def dropped():
    """The object dies in the getter but for what the getter has."""
    class Last:
        @property
        def value(self):
            held.clear()
            return self
        def __del__(self): print("dies")
    held = [Last()]
    kept = held[0].value
    print(type(kept).__name__, held)
    o = Last()
    def inner():
        nonlocal o
        return o.value
    print(type(inner()).__name__)
dropped()

events = []
def tracer(frame, event, argument):
    if frame.f_code.co_filename == __file__:
        events.append((event, frame.f_code.co_name, frame.f_lineno - frame.f_code.co_firstlineno))
    return tracer
def traced(o): return o.plain, o.plain
p = P(3)
traced(p)
sys.settrace(tracer)
traced(p)
sys.settrace(None)
print(events)

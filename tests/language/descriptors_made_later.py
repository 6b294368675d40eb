# What a class attribute means is asked of its value's class each time: that may become a descriptor, or cease to be
# one, long after the attribute was first read at some place. And classes may be given other ways to read and write.
from support import attempt


def places(read):
    for i in range(5):
        read()


# ---- __get__ and __set__ come and go ----
def comes_and_goes(make, base):
    K = type("K", base, {})
    value = K()
    C = make(value)
    c, log = C(), []

    def read(): return c.x is value, C.x is value, getattr(c, "x") is value
    def call(): return c.x()
    K.__call__ = lambda self, *a: ("called", a)
    places(read), places(call)
    print(read(), call())
    K.__get__ = lambda self, o, t: (o is c, o is None, t is C)
    print(c.x, C.x)
    attempt(call)
    del K.__get__
    print(read(), call())
    K.__get__ = lambda self, o, t: lambda: "bound"
    print(call(), C.x())
    del K.__get__
    print(read(), call())
    if not hasattr(c, "__dict__"):
        return

    def store(v): c.x = v
    places(lambda: store(1))
    print(c.x, vars(c))
    K.__set__ = lambda self, o, v: log.append(v)
    store(7)
    print(log, vars(c), c.x is value)
    K.__get__ = lambda self, o, t: "got"
    print(c.x, C.x)
    del K.__get__
    print(c.x is value, C.x is value)
    del K.__set__
    print(c.x)
    store(2)
    print(c.x, log)
    K.__delete__ = lambda self, o: log.append("deleted")
    del c.x
    attempt(lambda: store(3))
    print(vars(c), log)
    del K.__delete__
    del c.x
    print(vars(c), read())


def plain(value):
    class C: x = value
    return C


def inherited(value):
    class C(plain(value)): pass
    return C


def with_slots(value):
    class C:
        __slots__ = ()
        x = value
    return C


def on_list(value):
    class C(list): x = value
    return C


def with_dict(value):
    class C:
        x = value

        def __init__(self): self.__dict__
    return C


for make in plain, inherited, with_slots, on_list, with_dict:
    for base in (), (Exception,):
        print(make.__name__, base)
        comes_and_goes(make, base)


# ---- the value gets another class, or its class other bases ----
class Plain: pass
class Also(Plain): pass
class Getter:
    def __get__(self, o, t): return "got"
class Setter(Getter):
    def __set__(self, o, v): print("set", v)


class E:
    z = Plain()


e = E()
value = E.z
def read(): return e.z if type(e.z) is str else type(e.z).__name__
def write(v): e.z = v
places(read)
for cls in Getter, Plain, Also, Setter, Plain:
    value.__class__ = cls
    print(read(), E.z if type(E.z) is str else type(E.z).__name__)
write("own")
print(read())
places(lambda: write("own"))
for cls in Getter, Setter, Plain, Setter:
    value.__class__ = cls
    print(read(), end=" ")
    write(cls.__name__)
    print(vars(e))
value.__class__ = Also  # known as a value of a class by way of another
del e.z
places(read)
print(read())
Also.__get__ = lambda self, o, t: "by Also"
print(read())
del Also.__get__
Plain.__get__ = lambda self, o, t: "by Plain"
print(read())
del Plain.__get__
print(read())
class Base: pass
Also.__bases__ = (Base,)
print(read())
Base.__get__ = lambda self, o, t: "by Base"
print(read())
Also.__bases__ = (Plain,)
print(read())


# ---- the metaclass of a class ----
class Meta(type): pass
class Meta2(type):
    kind = property(lambda cls: "Meta2's")
    other = "Meta2's"
class F(metaclass=Meta):
    kind = "own"
def read(): return F.kind, getattr(F, "other", None)
places(read)
print(read())
F.__class__ = Meta2
print(read())
F.__class__ = Meta
print(read())
Meta.other = Plain()
places(read)
print(read()[0], type(read()[1]).__name__)
Plain.__get__ = lambda self, o, t: "by Plain"
print(read())
Plain.__set__ = lambda self, o, v: print("set", v)
F.other = 1
print(read())
del Plain.__get__, Plain.__set__
F.other = 1
print(read())


# ---- super, and special methods ----
class G:
    x = Plain()
    __len__ = Plain()
class H(G):
    def read(self): return super().x
    x = 1
h = H()
places(h.read)
Plain.__get__ = lambda self, o, t: (lambda: 5)
print(h.read()(), len(h))
del Plain.__get__
print(type(h.read()).__name__)
attempt(lambda: len(h))


# ---- other ways to read and write ----
class I:
    x = 1
    def __init__(self): self.y = 2
    def m(self): return "m"
i = I()
def read(): return i.x, i.y, i.m()
def write(): i.y, i.w = 3, 4
places(read), places(write)
log = []
I.__setattr__ = lambda self, name, v: log.append((name, v))
write()
print(log)
I.__getattribute__ = lambda self, name: (lambda: "all") if name == "m" else "all"
print(read())
del I.__getattribute__
print(read())
del I.__setattr__
write()
print(read())
class J(I): pass
i = J()
places(read), places(write)
I.__getattribute__ = lambda self, name: (lambda: "all") if name == "m" else "all"
print(read())


# ---- slots change places: one descriptor after another under a name ----
class S:
    __slots__ = "a", "b", "c"
s = S()
s.a, s.b = "a", "b"
def read(): return s.a
def write(v): s.a = v
a, b = S.a, S.b
for descriptor, name in ((b, "b"), (S.c, "c"), (a, "a"), (property(lambda self: "property"), "property"), (a, "a")):
    places(read)
    attempt(lambda: write("a"))
    S.a = descriptor
    print(name)
    attempt(read)
    attempt(lambda: write(name))
    attempt(read)
    print([getattr(s, slot, None) for slot in ("a", "b", "c")], a.__get__(s), b.__get__(s))
class T(S): __slots__ = "a",
s = T()
s.a = "own"
places(read)
T.a = S.b
attempt(read)
del T.a
attempt(read)

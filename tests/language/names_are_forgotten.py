"""Names made at run time are forgotten when nobody has them; what they meant is not taken for what others mean."""
import gc
import operator
import sys
import types


def heap():
    """Bytes of the heap of objects where the interpreter says that."""
    gc.collect()
    return gc.get_stats()[-1].get("heap_bytes", 0)


class Meta(type): pass
class Holder: pass
class Other(metaclass=Meta): pass
class Text(str): pass
holder, other = Holder(), Other()
others = [Other() for _ in range(3)]


def intern(n): sys.intern(f"interned name {n}")
def attribute(n):
    setattr(holder, f"attribute{n}", 1)
    delattr(holder, f"attribute{n}")
def fresh_instance(n): setattr(Holder(), f"fresh{n}", 1)
def absent(n):
    for o in holder, Holder, other, Other, sys, 7:
        getattr(o, f"absent{n}", None)
def absent_interned(n):
    name = sys.intern(f"absent{n}")
    for o in holder, Holder, other, Other, sys, 7:
        hasattr(o, name)
def class_attribute(n):
    setattr(Holder, f"in_class{n}", 1)
    getattr(holder, f"in_class{n}")
    delattr(Holder, f"in_class{n}")
def meta_attribute(n):
    setattr(Meta, f"in_meta{n}", 1)
    getattr(Other, f"in_meta{n}")
    delattr(Meta, f"in_meta{n}")
def subclass_of_str(n):
    setattr(holder, Text(f"text{n}"), 1)
    delattr(holder, Text(f"text{n}"))
def keyword(n): dict(**{f"keyword{n}": 1})
def module(n): setattr(types.ModuleType(f"module{n}"), f"member{n}", n)
def getter(n): operator.attrgetter(f"one{n}.two{n}")
def site(n): # the same names in the tables of several classes, by way of inline caches
    exec(f"o.site{n} = 1\np.site{n} = 2\no.site{n}\np.site{n}\ndel o.site{n}, p.site{n}", {"o": holder, "p": other})
def site_absent(n):
    exec(f"for x in o:\n try: x.nothing{n}\n except AttributeError: pass", {"o": [holder, Holder, other, Other, 7]})
def code(n):
    exec(f"def f{n}(p{n}, *, k{n}=1):\n v{n} = p{n}\n return lambda: v{n} + k{n}\nf{n}(1, k{n}=2)()\ndel f{n}", {})
def a_class(n): type(f"Class{n}", (), {f"member{n}": 1, "__slots__": (f"slot{n}",)})


COUNT = 15000
for f, count in ((intern, COUNT), (attribute, COUNT), (fresh_instance, COUNT), (absent, COUNT),
                 (absent_interned, COUNT), (class_attribute, COUNT), (meta_attribute, COUNT // 6),
                 (subclass_of_str, COUNT), (keyword, COUNT), (module, COUNT), (getter, COUNT), (site, COUNT // 2),
                 (site_absent, COUNT // 2), (code, COUNT // 4), (a_class, COUNT // 8)):
    for n in range(count):
        f(n)
    before = heap()
    for n in range(count, 2 * count):
        f(n)
    more = heap() - before
    print(f.__name__, "is forgotten" if more < count * 12 + 2 ** 17 else f"leaks {more / count:.0f} bytes each")


# ---- orders of attributes without end ----
names = [f"order{i}" for i in range(40)]
state = 1
for turn in range(6000):
    instance = Other()
    for _ in range(6):
        state = (state * 1103515245 + 12345) % 2 ** 31
        setattr(instance, names[state // 64 % 40], state)
        if getattr(instance, names[state // 64 % 40]) != state:
            print("wrong")
    if turn == 3000:
        before = heap()
print("orders", "are bounded" if heap() - before < 2 ** 20 else "leak")


# ---- a name at the address of a dead one means what it says ----
def means(n):
    """Attributes of several objects by names that exist for a moment only, through an inline cache each."""
    name = f"m{n % 97}_{n}"
    setattr(holder, name, n)
    setattr(Holder, "c" + name, -n)
    space = {"o": holder, "p": Holder()}
    exec(f"def own(o): return o.{name}\ndef of_class(o): return o.c{name}\ndef no(o): return o.n{name}", space)
    got = [space["own"](holder), space["of_class"](space["p"]), space["of_class"](Holder)]
    for o in space["p"], Holder, 7:
        try:
            got.append(space["no"](o))
        except AttributeError:
            pass
    delattr(holder, name)
    delattr(Holder, "c" + name)
    return got == [n, -n, -n]


print("wrong:", [n for n in range(3000) if not means(n)])


# ---- the metaclass gets what the class had found without it ----
for n in range(300):
    space = {"C": type.__new__(Meta, "C", (), {f"late{n}": "own"})}
    exec(f"def get(): return C.late{n}", space)
    first = space["get"](), space["get"]()
    setattr(Meta, f"late{n}", property(lambda cls: "of the metaclass"))
    second = space["get"](), space["get"]()
    delattr(Meta, f"late{n}")
    if (first, second, space["get"]()) != (("own",) * 2, ("of the metaclass",) * 2, "own"):
        print("metaclass", n, first, second)


# ---- a class dictionary with keys that nobody interned ----
class Space(dict): pass
def odd(n):
    C = type("C", (), {"".join(["ke", "y", str(n)]): n})
    found = getattr(C(), f"key{n}"), getattr(C, f"key{n}")
    setattr(C, f"key{n}", n + 1)
    found += (getattr(C(), f"key{n}"), f"key{n}" in vars(C))
    delattr(C, f"key{n}")
    return found + (hasattr(C, f"key{n}"), hasattr(C(), f"key{n}"))
print([odd(n) for n in range(3)])


# ---- identity ----
a = sys.intern("".join(["identical", " name"]))
print(a is sys.intern("".join(["identical", " na", "me"])), sys.intern("x" * 1) is sys.intern("xx"[1]))
grown = sys.intern("".join(["gro", "wing"]))
same = "growing"
grown += "!"
print(grown, sys.intern("".join(["grow", "ing"])), same)
def grow(n):
    s = sys.intern(f"grow{n}")
    s += "!"
    return s, sys.intern(f"grow{n}"), sys.intern(f"grow{n}!")
print(grow(1), grow(2))

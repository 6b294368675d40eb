# o.__class__ = X while other threads use o: what they get is what one of the classes says, never another attribute,
# never an error that no class would give. Classes are turned there and back again, so that looking at the class twice
# would not tell.
import threading

ROUNDS = 4000


def beside(turn, *looks):
    """Run each look in a thread over and over until `turn` has been called ROUNDS times; collect what was wrong."""
    wrong, done = set(), False

    def turner():
        nonlocal done
        try:
            for _ in range(ROUNDS):
                turn()
        except Exception as error:
            wrong.add(f"turning: {error!r}")
        done = True

    def looker(look):
        while not done:
            try:
                for _ in range(20):
                    result = look()
                    if result:
                        wrong.add(f"{look.__name__}: {result}")
            except Exception as error:
                wrong.add(f"{look.__name__}: {error!r}")
    threads = [threading.Thread(target=turner)] + [threading.Thread(target=looker, args=(f,)) for f in looks]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    for look in looks:  # and when it is over all is as it was
        if result := look():
            wrong.add(f"afterwards: {look.__name__}: {result}")
    return sorted(wrong)[:5] or "ok"


# ---- instances with a __dict__: the same names at other places, other kinds of them ----
class A:
    def __init__(self): self.own = "own"
    kind = "A"
    both = "A"
    only_a = 1
    def name(self): return "A"
    def bound(self): return self.kind in "AB" and self.own
    @property
    def p(self): return "A"
    def __len__(self): return 1
    def __add__(self, n): return 1 + n
    def __call__(self): return "A"
    def __getitem__(self, i): return i
    mixed = "A"


class B:
    x1, x2, x3, x4 = range(4)
    @property
    def mixed(self): return "B"
    def __getitem__(self, i): return i
    def __call__(self): return "B"
    def __add__(self, n): return 2 + n
    def __len__(self): return 2
    @property
    def p(self): return "B"
    def bound(self): return self.kind in "AB" and self.own
    def name(self): return "B"
    @property
    def both(self): return "B"
    kind = "B"


class C(B):
    extra = 1


for i in range(30):
    setattr(B, f"z{i}", i)
o = A()


def turn():
    o.__class__ = B
    o.__class__ = C
    o.__class__ = A


def attributes():
    for v in o.kind, o.both, o.p, o.mixed, getattr(o, "kind"):
        if v != "A" and v != "B":
            return v
    if o.own != "own" or o.__dict__["own"] != "own" or vars(o) is not o.__dict__:
        return vars(o)


def methods():
    for v in o.name(), o(), o.name.__func__(o):
        if v != "A" and v != "B":
            return v
    if o.bound() != "own" or len(o) not in (1, 2) or o + 1 not in (2, 3) or o[3] != 3:
        return "methods"


def checks():
    if type(o) not in (A, B, C) or o.__class__ not in (A, B, C) or not isinstance(o, (A, B)):
        return type(o)
    if not isinstance(o, object) or hasattr(o, "none") or getattr(o, "none", 5) != 5:
        return "checks"
    try:
        if o.only_a != 1:
            return o.only_a
    except AttributeError:
        pass


print("attributes", beside(turn, attributes, attributes))
print("methods", beside(turn, methods, methods))
print("checks", beside(turn, checks, attributes))


# ---- writers: what is stored is in the dict, or with the setter ----
class Plain:
    pass


class Setter:
    y = 1
    @property
    def x(self): raise LookupError("set only")
    @x.setter
    def x(self, v): seen.append(v)


seen, stored, p = [], [], Plain()


def turn_setter():
    p.__class__ = Setter
    p.__class__ = Plain


def write():
    n = len(stored) + 1
    p.x = n
    stored.append(n)
    if p.__dict__.get("x") != n and seen[-1:] != [n]:
        return "lost"


def write_others():
    p.y = 5
    p.n, p.m = 1, 2
    if p.y != 5 or p.n != 1:
        return vars(p)
    del p.n
    if hasattr(p, "n"):
        return "not deleted"


print("writers", beside(turn_setter, write, write_others))


# ---- classes with __slots__ alone, with both, and on top of a built-in class ----
def kinds_of(base, slots):
    body = {"__slots__": slots, "kind": "first", "name": lambda self: "first"}
    first = type("First", base, dict(body, p=property(lambda self: "first")))
    body = {"z": 0, "p": property(lambda self: "second"), "name": lambda self: "second", "kind": "second"}
    second = type("Second", base, dict(body, __slots__=slots))
    return first, second


def turned(base, slots):
    first, second = kinds_of(base, slots)
    o = first()
    o.s, o.t = "s", "t"
    has_dict = hasattr(o, "__dict__")

    def turn():
        o.__class__ = second
        o.__class__ = first

    def read():
        for v in o.kind, o.p, o.name():
            if v != "first" and v != "second":
                return v
        if o.s != "s" or o.t != "t":
            return o.s, o.t
        if has_dict and type(o.__dict__) is not dict:
            return o.__dict__
        if hasattr(o, "w"):
            return o.w

    def store():
        o.s = "s"
        o.t = "t"
        if has_dict:
            o.d = "d"
            return o.d != "d"
    return beside(turn, read, store)


for base, slots in [((), ("s", "t", "w")), ((), ("s", "t", "w", "__dict__")), ((list,), ("s", "t", "w")),
                    ((Exception,), ("s", "t", "w"))]:
    print(*[b.__name__ for b in base], *slots, turned(base, slots))


# ---- many instances, in many threads; then what caches remember is right ----
class D:
    kind = "D"
    def name(self): return "D"


class E:
    def name(self): return "E"
    a, b = 1, 2
    kind = "E"


crowd = [D() for _ in range(50)]


def turn_crowd():
    for o in crowd[::10]:
        o.__class__ = E
        o.__class__ = D


def crowd_right():
    for o in crowd:
        if o.name() not in "DE" or o.kind not in "DE":
            return o.name()


print("crowd", beside(turn_crowd, turn_crowd, crowd_right, crowd_right), {o.name() + o.kind for o in crowd})


# ---- classes that die after their instances left them; metaclasses ----
def leave():
    F = type("F", (), {"kind": "F", "name": lambda self: "F", "p": property(lambda self: "F")})
    left.__class__ = F
    left.__class__ = D


def left_right():
    if left.kind not in "DF" or left.name() not in "DF" or getattr(left, "p", "F") != "F":
        return left.kind


left = D()
print("left", beside(leave, left_right, left_right))


class Meta(type):
    def who(cls): return "Meta"
    kind = "Meta"


class Meta2(type):
    @property
    def kind(cls): return "Meta2"
    n = 1
    def who(cls): return "Meta2"


class G(metaclass=Meta):
    own = "own"


def turn_meta():
    G.__class__ = Meta2
    G.__class__ = Meta


def meta_right():
    if G.who() not in ("Meta", "Meta2") or G.kind not in ("Meta", "Meta2") or G.own != "own":
        return G.kind


print("metaclasses", beside(turn_meta, meta_right, meta_right))

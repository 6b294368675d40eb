"""Places in the code that add attributes, replace those beyond the in-line slots, or read attributes of classes, of
modules and of instances of several classes by turns, while the classes change under them."""
from support import attempt
import sys


class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y

    def move(self):
        self.z = self.x + self.y
        return self.z


def make(n=4):
    return [vars(Point(i, -i)) for i in range(n)]


print(make())
Point.y = property(lambda self: "computed", lambda self, v: self.__dict__.__setitem__("stored", v))
print(make(), Point(1, 2).y)
del Point.y
print(make())
Point.y = 5
print(make(), Point.y)
Point.__setattr__ = lambda self, name, v: object.__setattr__(self, name + "_", v)
print(make())
del Point.__setattr__
print(make())


class Other:
    pass


def add(o, v):
    o.a = v
    o.b = v + 1
    return o


out = []
for i in range(40):
    o = Other() if i % 3 else Point(1, 2)
    if i % 4 == 1:
        o.first = i
    if i % 5 == 2:
        o.__dict__
    if i % 7 == 3:
        o.a = "before"
        del o.a
    if i % 11 == 4:
        o.__class__ = Point if type(o) is Other else Other
    if i == 20:
        Other.b = property(lambda self: "other's b")
    if i == 30:
        del Other.b
    try:
        add(o, i)
    except AttributeError as e:
        out.append(str(e))
    out.append((type(o).__name__, sorted(vars(o))))
print(out)


class Wide:
    pass


def wide(n):
    o = Wide()
    for i in range(n):
        setattr(o, f"w{i}", i)
    return o


first = wide(30)


def touch(o, v):
    o.w20 = v
    o.w29 = [v]
    return o.w20, o.w29, o.w0


for i in range(6):
    print(touch(first, i), touch(wide(30), i), touch(wide(30), "new"))
    if i == 2:
        first.one_more = 1
        first.another = 2
    if i == 3:
        Wide.w29 = property(lambda self: "hidden", lambda self, v: None)
    if i == 4:
        del Wide.w29
        vars(first)
del first.w20
attempt(lambda: first.w20)
print(touch(first, "again"))


class Slots:
    __slots__ = ("a", "b", "__dict__")
    kind = "slots"

    def __init__(self):
        self.a = 1
        self.b = 2
        self.c = 3


class Bare:
    __slots__ = ("a", "b")
    kind = "bare"


class Plain:
    kind = "plain"
    a = "class a"


class Sub(Plain):
    def __init__(self):
        self.b = "b first"
        self.a = "a"


def read(o):
    return o.kind, o.a


def put(o, v):
    o.a = v
    return o.a


bare = Bare()
attempt(read, bare)
print(put(bare, 7), read(bare))
del bare.a
attempt(read, bare)
objects = [Slots(), bare, Plain(), Sub(), Plain, Sub]
print([put(o, i) for i, o in enumerate(objects[:4])], [read(o) for o in objects])
for turn in range(8):
    if turn == 1:
        Plain.kind = ["plain"]
    if turn == 2:
        Sub.kind = "sub's own"
    if turn == 3:
        Plain.kind = property(lambda self: "plain property")
    if turn == 4:
        objects[3].kind = "instance's own" if not isinstance(Sub.kind, property) else None
    if turn == 5:
        del Sub.kind
    if turn == 6:
        Plain.kind = 6
    if turn == 7:
        Bare.kind = lambda self: "bound"
    row = []
    for o in objects * 2:
        kind = read(o)[0]
        row.append(kind if isinstance(kind, (str, int, list)) else type(kind).__name__)
    print(turn, row)


class Calls:
    def m(self):
        return "Calls.m"


class Calls2(Calls):
    def __init__(self):
        self.own = 1


class Calls3(Calls):
    def m(self):
        return "Calls3.m"


def call(o):
    return o.m()


receivers = [Calls(), Calls2(), Calls3(), Calls()]
for turn in range(5):
    if turn == 2:
        Calls.m = lambda self: "patched"
    if turn == 3:
        receivers[1].m = lambda: "own"
    if turn == 4:
        del Calls3.m
    print([call(o) for o in receivers])


def module_attribute():
    return sys.made_here


sys.made_here = 1
print(module_attribute(), module_attribute())
sys.made_here = "two"
print(module_attribute())
sys.made_here = print
print(module_attribute() is print)
del sys.made_here
attempt(module_attribute)


class Grown:
    def __init__(self, n):
        self.n = n
        self.reset()

    def reset(self):
        self.p = self.q = self.r = self.s = self.n


print([sorted(vars(Grown(i)).items()) for i in range(3)])

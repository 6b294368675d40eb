"""Arguments that a callee borrows from its caller: everything that looks at them, keeps them or outlives the call."""

import sys
import weakref


class Thing:
    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return f"<{self.name}>"

    def __del__(self):
        if self.name not in "xwr":  # looks at frames keep those, more or less long
            print("gone", self.name)


def show(*labels):
    print(*labels)


# locals() and frames of the callee, while it runs and afterwards
def looks(a, b):
    kept = locals()
    frame = sys._getframe()
    print(sorted(kept), frame.f_locals["a"] is a, frame.f_back.f_locals["x"] is a)
    return frame


def caller():
    x = Thing("x")
    frame = looks(x, x)
    del x
    print("caller's is deleted")
    print(frame.f_locals["a"].name)
    del frame
    print("frame is deleted")


caller()


# del and assignment of an argument leave the caller's alone
def deletes(a):
    del a
    try:
        a
    except UnboundLocalError as error:
        print(error)


def assigns(a):
    a = 1
    return a


def leaves():
    y = Thing("y")
    deletes(y)
    print(assigns(y), y)


leaves()


# what is returned, stored, yielded or captured outlives the call
def same(a):
    return a


def cell(a):
    def inner():
        return a

    return inner


def generate(a, b):
    yield a
    yield b


async def coroutine(a):
    return a


def outlive():
    z = Thing("z")
    result = same(z)
    inner = cell(z)
    generator = generate(z, result)
    waiting = coroutine(z)
    weak = weakref.ref(z)
    del z, result
    print(inner(), next(generator), next(generator))
    try:
        waiting.send(None)
    except StopIteration as stop:
        print(stop.value)
        del stop
    del inner, waiting
    generator.close()
    del generator
    print(weak())


outlive()


# a traceback keeps the callee's arguments
def raises(a, b):
    raise ValueError(a.name)


def catch():
    w = Thing("w")
    try:
        raises(w, [w])
    except ValueError as error:
        kept = error.__traceback__.tb_next.tb_frame
    del w
    print(kept.f_locals["a"])
    kept.clear()
    print("cleared")


catch()


# temporaries are the callee's own
def last(a):
    del a
    print("after del")


last(Thing("temporary"))


def recursion(n, a):
    return a if n == 0 else recursion(n - 1, a)


print(recursion(200, Thing("deep")))


# what a callee does to the caller's names through closures and globals
def rebinds():
    v = Thing("v")

    def change():
        nonlocal v
        v = None

    def callee(a):
        change()
        print("rebound", a)
        return a

    callee(v)
    print("end of rebinds")


rebinds()

G = Thing("global")


def drops_global(a):
    global G
    G = None
    print("dropped", a)


drops_global(G)


# instances, methods, super, keywords, defaults
class Base:
    def __init__(self, a):
        self.a = a

    def method(self, a, b=None):
        return self, a, b

    def __repr__(self):
        return "Base()"


class Derived(Base):
    def __init__(self, a):
        super().__init__(a)
        print(locals()["self"] is self, a)

    def method(self, a, b=3):
        return super().method(a, b)


def methods():
    t = Thing("t")
    d = Derived(t)
    print(d.method(t), d.method(t, b=t), d.a)
    del t
    print("t is deleted")


methods()


def unpack(a, *rest, k=0, **more):
    print(a, rest, k, sorted(more))


def spreads():
    s = Thing("s")
    unpack(s, s, k=s, q=s)
    unpack(*[s, s], **{"k": s})


spreads()


def swaps(a, b):
    a, b = b, a
    return [a, b]


def comprehends(a):
    return [a for _ in range(2)], {a for _ in range(2)} == {a}, [a for a in (1, 2)], a


def rest():
    p, q = Thing("p"), Thing("q")
    print(swaps(p, q), comprehends(p))
    text = "t" + str(1)
    print(appends(text), text)


def appends(a):
    a = a + "!"
    a += "?"
    return a


rest()


def deep_traceback(a):
    def level(n, b):
        if n == 0:
            1 / 0
        level(n - 1, b)

    level(5, a)


def frames_of_traceback():
    r = Thing("r")
    try:
        deep_traceback(r)
    except ZeroDivisionError as error:
        at = error.__traceback__
    del r
    seen = []
    while at:
        seen.append(sorted(at.tb_frame.f_locals))
        at = at.tb_next
    print(seen)


frames_of_traceback()
print("end")

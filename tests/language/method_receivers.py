"""The object of a method call stays the one that was looked at, whatever the arguments do to its name."""

import gc
import weakref


class A:
    def __init__(self, name):
        self.name = name

    def show(self, *args, **keywords):
        return self.name, [getattr(a, "name", a) for a in args], sorted(keywords)

    def __del__(self):
        print("end of", self.name)


def rebound():
    x = A("first")
    return x.show(x := A("second"), x, key=(x := A("third")))


def rebound_in_branch(flag):
    x = A("kept")
    return x.show((x := A("other")) if flag else x)


def deleted():
    x = A("deleted")

    def drop():
        nonlocal x
        del x
        return "dropped"

    return x.show(drop())


def in_loop():
    out = []
    x = A("loop")
    for i in range(3):
        out.append(x.show(i, x := A(f"loop {i}")))
    return out


def chained():
    x = A("chain")
    return x.show(x.show(x.show())[0], *x.show()[1])


def in_generator():
    x = A("in generator")
    while True:
        got = yield x.show((yield "argument"), x)
        if got == "stop":
            return x.show()
        x = A(f"after {got}")


def built_in():
    x = [1]
    x.append((x := [2]))
    x.append(x)
    return x[0], x[1] is x


def immediate():
    n, f, b, none = 5, 2.5, True, None
    return n.bit_length(), f.is_integer(), b.bit_length(), none.__class__.__name__, (3).__add__(4)


def failing():
    x = A("failing")
    try:
        x.show(x.missing)
    except AttributeError as error:
        print(error)
    try:
        x.show(1 / 0, (x := None))
    except ZeroDivisionError:
        return x.show()


def only_reference():
    """The receiver may be held by nothing but the call."""
    x = A("temporary")
    r = weakref.ref(x)

    def drop():
        nonlocal x
        x = None
        gc.collect()
        return r() is not None

    return x.show(drop())


print(rebound())
print(rebound_in_branch(True), rebound_in_branch(False))
print(deleted())
print(in_loop())
print(chained())
g = in_generator()
print(next(g), g.send("sent"), g.send("more"), g.send("again"))
try:
    g.send("stop")
except StopIteration as stop:
    print(stop.value)
del g
print(built_in())
print(immediate())
print(failing())
print(only_reference())

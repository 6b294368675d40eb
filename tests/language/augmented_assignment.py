"""Augmented assignment: what is evaluated once, in which order, and which object is written to."""


class Place:
    def __init__(self, name, **values):
        self.name = name
        self.__dict__.update(values)

    def __repr__(self):
        return f"{self.name}{ {k: v for k, v in vars(self).items() if k != 'name'} }"


class Logged:
    """Says what happens to it."""

    def __init__(self, label):
        object.__setattr__(self, "label", label)
        object.__setattr__(self, "values", {})

    def __getattr__(self, name):
        print(self.label, "get", name)
        return self.values.get(name, 0)

    def __setattr__(self, name, value):
        print(self.label, "set", name, value)
        self.values[name] = value

    def __getitem__(self, key):
        print(self.label, "get item", key)
        return self.values.get(key, 0)

    def __setitem__(self, key, value):
        print(self.label, "set item", key, value)
        self.values[key] = value


def say(what):
    print("say", what)
    return what


def simple():
    x = Place("x", a=1, b=[1])
    x.a += 2
    x.a -= 1
    x.a *= 10
    x.a //= 3
    x.a **= 2
    x.a <<= 3
    x.a |= 5
    x.a ^= 1
    x.a &= 0xFFF
    x.a >>= 1
    x.a %= 100
    x.a /= 7
    x.b += (2, 3)
    x.b *= 2
    return x


def rebinding():
    """The expression binds the name anew: the attribute of the object before is meant."""
    first = x = Place("first", a=1)
    x.a += (x := Place("second", a=100)).a
    return first, x


def deleting():
    x = Place("kept", a=1)
    keep = x

    def drop():
        nonlocal x
        del x
        return 5

    x.a += drop()
    return keep


def conditional(flag):
    x = Place("x", a=1)
    x.a += 10 if flag else (x := Place("other", a=5)).a
    return x


def nested():
    x, y = Place("x", a=1), Place("y", a=2)
    x.a += y.a * (y.a + x.a) - [x.a for _ in range(3)][0]
    x.a += (lambda: x.a)()
    return x, y


def generator():
    x = Place("x", a=1)
    x.a += yield x.a
    x.a += yield x.a
    yield x


def failing():
    x = Place("x", a=1)
    try:
        x.a += 1 / 0
    except ZeroDivisionError:
        pass
    try:
        x.missing += 1
    except AttributeError as error:
        print(error)
    try:
        x.a += "text"
    except TypeError as error:
        print(error)
    return x


def unbound():
    try:
        x.a += 1
    except UnboundLocalError as error:
        print(error)
    x = 1


def ordered():
    x = Logged("x")
    x.a += say(1)
    x[say("k")] += say(2)
    for x.b in range(2):
        pass
    x.a, x.c = say(3), say(4)


class InPlace:
    def __init__(self, log=()):
        self.log = list(log)

    def __getattr__(self, name):
        if not name.startswith("__i"):
            raise AttributeError(name)
        return lambda other: self.log.append(name) or self

    for operator in "add sub mul truediv floordiv mod pow lshift rshift and or xor matmul".split():
        exec(f"def __i{operator}__(self, other): self.log.append('{operator}'); return self")


def in_place():
    x = Place("x", a=InPlace())
    a = x.a
    x.a += 1
    x.a -= 1
    x.a *= 1
    x.a /= 1
    x.a //= 1
    x.a %= 1
    x.a **= 1
    x.a <<= 1
    x.a >>= 1
    x.a &= 1
    x.a |= 1
    x.a ^= 1
    x.a @= 1
    y = a
    y += 1
    y @= 2
    return a.log, x.a is a, y is a


def texts():
    x = Place("x", a="one")
    x.a += "two"
    s = t = "left"
    s += "right"
    s += s
    return x, s, t


print(simple())
print(rebinding())
print(deleting())
print(conditional(True), conditional(False))
print(nested())
g = generator()
print(next(g), g.send(5), g.send(7))
print(failing())
unbound()
ordered()
print(in_place())
print(texts())

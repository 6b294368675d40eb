"""Loops that unpack what items(), enumerate and zip give: ends, errors, changes meanwhile, subclasses, iterators used on."""


def show(name, f):
    try:
        print(name, f())
    except Exception as e:
        print(name, type(e).__name__, e)


class Loud:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("del", self.name)


def items():
    found = []
    for k, v in {"a": 1, "b": [2], 3: None}.items():
        found.append((k, v))
    return found


def grown():
    d = {1: 2, 3: 4}
    for k, v in d.items():
        d[k + 10] = v


def emptied():
    d = {1: 2, 3: 4, 5: 6}
    for k, v in d.items():
        d.clear()
    return d


def replaced():
    d = {i: Loud(i) for i in range(3)}
    for k, v in d.items():
        d[k] = None
        v = k = None
    return d


def left():
    it = iter({1: 2, 3: 4, 5: 6}.items())
    for k, v in it:
        break
    return k, v, next(it), list(it), list(it)


def numbered():
    found = []
    for i, x in enumerate("abc", 1 << 61):
        found.append((i, x))
    for i, x in enumerate([Loud("one"), Loud("two")]):
        found.append((i, x.name))
    del x
    it = enumerate(iter("xyz"), -1)
    for i, x in it:
        break
    return found, i, x, next(it), [j for j in it]


def raising():
    def source():
        yield 1
        raise KeyError("source")

    for i, x in enumerate(source()):
        print(i, x)


def stopping():
    class Source:
        n = 0

        def __iter__(self):
            return self

        def __next__(self):
            self.n += 1
            if self.n == 3:
                raise StopIteration(5)
            return self.n

    return [(i, x, y) for i, x in enumerate(Source()) for y, z in zip(Source(), "abc")]


def zipped():
    a, b = iter([1, 2, 3]), iter("xy")
    pairs = [(q, p) for p, q in zip(a, b)]
    return pairs, list(a), list(b)


def strict(first, second):
    def run():
        found = []
        for p, q in zip(first, second, strict=True):
            found.append(p)
        return found

    return run


def subclassed():
    class Doubling(enumerate):
        def __next__(self):
            i, x = super().__next__()
            return x, i, i

    for i, x in Doubling("ab"):
        pass


def threes():
    return [(a, b) for a, b in zip("abc", "def", "ghi")]


def nested():
    return [(i, k, v) for i, (k, v) in enumerate({1: 2, 3: 4}.items())]


def cyclic():
    l = []
    for i, x in enumerate(l):
        pass
    l = [1, 2]
    for i, x in enumerate(l):
        if i < 5:
            l.append(x)
    return l


def captured():
    fs = []
    for i, x in enumerate("ab"):
        fs.append(lambda: (i, x))
    return [f() for f in fs]


def finished():
    e = enumerate([1])
    z = zip([1], [2])
    for i, x in e:
        pass
    for i, x in e:
        print("again")
    for i, x in z:
        pass
    for i, x in z:
        print("again")
    return next(e, "end"), next(z, "end")


for f in items, grown, emptied, replaced, left, numbered, raising, stopping, zipped, subclassed, threes, nested, cyclic, captured, finished:
    show(f.__name__, f)
for first, second in ([1, 2], [3, 4]), ([1, 2], [3]), ([1], [3, 4]), ([], []):
    show("strict", strict(first, second))


def generator():
    for k, v in {1: 2, 3: 4}.items():
        got = yield k, v
        print("got", got)


g = generator()
print(next(g), g.send("x"), next(g, "end"))

"""Bytearrays that are changed by what an operation on them calls: an index, an item, the bytes of another object."""
from support import attempt


class Changes:
    def __init__(self, change, number):
        self.change, self.number = change, number

    def __index__(self):
        attempt(self.change)
        return self.number


OPERATIONS = {
    "b[n]": lambda b, n: b[n],
    "b[n:]": lambda b, n: len(b[n:]),
    "b[:n]": lambda b, n: b[:n],
    "b[::n]": lambda b, n: len(b[::n]),
    "b[n:n]": lambda b, n: b[n:n],
    "del b[n]": lambda b, n: b.__delitem__(n),
    "del b[n:]": lambda b, n: b.__delitem__(slice(n, None)),
    "b[n:] = ...": lambda b, n: b.__setitem__(slice(n, None), b"zz"),
    "b[n:n] = [n]": lambda b, n: b.__setitem__(slice(n, n), [n]),
    "b[:0] = b": lambda b, n: b.__setitem__(slice(n, 0), b),
    "insert": lambda b, n: b.insert(n, 1),
    "insert(0, n)": lambda b, n: b.insert(0, n),
    "pop": lambda b, n: b.pop(n),
    "append": lambda b, n: b.append(n),
    "remove": lambda b, n: b.remove(n),
    "extend": lambda b, n: b.extend([n, n]),
    "init": lambda b, n: b.__init__(n),
    "init of items": lambda b, n: b.__init__([n]),
    "hex": lambda b, n: len(b.hex("-", n)),
    "hex of groups": lambda b, n: len(b.hex(bytes_per_sep=n)),
    "splitlines": lambda b, n: len(b.splitlines(n)),
    "split": lambda b, n: len(b.split(b"a", n)),
    "expandtabs": lambda b, n: len(b.expandtabs(n)),
    "center": lambda b, n: len(b.center(n)),
    "zfill": lambda b, n: len(b.zfill(n)),
    "*": lambda b, n: len(b * n),
    "*=": lambda b, n: len(b.__imul__(n)),
    "reduce": lambda b, n: len(b.__reduce_ex__(n)),
}


def arguments():
    for name, operation in OPERATIONS.items():
        for number in 0, 1, 5:
            for change in "append", "clear", "grow":
                b = bytearray(b"abcdef")
                change = {"append": lambda: b.append(7), "clear": b.clear, "grow": lambda: b.extend(b"q" * 5000)}[change]
                print(name, number, end=" ")
                attempt(operation, b, Changes(change, number))
                print(b[:20], len(b))


def sources():
    def items(b):
        for i in range(3):
            b.append(i)
            yield i + 100

    class Hinted:
        def __init__(self, hint):
            self.hint = hint

        def __iter__(self):
            return iter([1, 2])

        def __length_hint__(self):
            return self.hint // 1

    for use in (bytes, bytearray, bytearray().extend, lambda v: bytearray(b"abc").__setitem__(slice(0, 1), v)):
        for source in (Hinted(5), Hinted(-5), Hinted("x"), "", "a", 5, 1.5, 1j, None, [1, "a"], ["a"], [256], [-1], [None],
                       memoryview(b"abcdef")[::2], memoryview(b"abcdef")[::-1]):
            attempt(use, source)
    for use in (lambda b: b.extend(items(b)), lambda b: b.__setitem__(slice(0, 1), items(b)),
                lambda b: b.__setitem__(slice(0, 100, 2), items(b)), lambda b: b.__iadd__(items(b)),
                lambda b: b.__init__(b), lambda b: b.extend(b), lambda b: b.__iadd__(b), lambda b: b.__init__(iter(b)),
                lambda b: b.__init__(memoryview(b)), lambda b: b.extend(memoryview(b)),
                lambda b: b.__setitem__(slice(1, 2), memoryview(b)), lambda b: b.__setitem__(slice(1, 2), b),
                lambda b: b.__setitem__(slice(None, None, 2), b[::2]), lambda b: b.__iadd__(memoryview(b)),
                lambda b: b.join([b, b]), lambda b: b.replace(b, b), lambda b: b.__init__(5), lambda b: b.__init__("x"),
                lambda b: b.__init__("\u20ac", "utf-8"), lambda b: b.__init__("x", "ascii", 5)):
        b = bytearray(b"abcdef")
        attempt(use, b)
        print(b)
    view = memoryview(b)
    for use in b.__init__, lambda: b.__init__(b"12345"), lambda: b.__init__("x", "ascii"), b.clear, lambda: b.__init__(b):
        attempt(use)
    for use in (bytes, bytearray, b"".join, b"a".__add__, bytearray().__iadd__, bytearray().extend, int, float,
                lambda v: b"".join([v]), lambda v: str(v, "ascii"), lambda v: b"%b" % v, b"a".find, b"a".split):
        attempt(use, view[::-2])


arguments()
sources()

"""Memoryviews that are released, and bytearrays that are resized, by what an operation on them calls."""
from support import attempt


class Releases:
    """A number that releases a view, then tries to resize what it looked at."""

    def __init__(self, view, data, number=0):
        self.view, self.data, self.number = view, data, number

    def __index__(self):
        for meddle in (self.view.release, lambda: self.data.extend(b"x" * 10000)):
            try:
                meddle()
            except (AttributeError, BufferError) as error:
                print("  inside:", error)
        return self.number

    def __float__(self):
        return float(self.__index__())

    def __bool__(self):
        return self.__index__() == 0


OPERATIONS = {
    "m[n]": lambda m, n: m[n],
    "m[n,]": lambda m, n: m[(n,)],
    "m[n:]": lambda m, n: m[n:].tolist(),
    "m[:n]": lambda m, n: m[:n].tolist(),
    "m[::n]": lambda m, n: m[::n].tolist(),
    "m[n] = 1": lambda m, n: m.__setitem__(n, 1),
    "m[0] = n": lambda m, n: m.__setitem__(0, n),
    "m[n,] = 1": lambda m, n: m.__setitem__((n,), 1),
    "m[n:2] = ...": lambda m, n: m.__setitem__(slice(n, 2), b"xy"),
    "m[:n] = b''": lambda m, n: m.__setitem__(slice(0, n), b""),
    "m[n:] = m": lambda m, n: m.__setitem__(slice(n, None), m),
    "m[n:] = 5": lambda m, n: m.__setitem__(slice(n, None), 5),
    "m.hex": lambda m, n: m.hex("-", n),
    "m.cast": lambda m, n: m.cast("B", [n]),
    "m.tobytes": lambda m, n: m.tobytes(n),
    "n in m": lambda m, n: n in m,
    "m == n": lambda m, n: m == n,
    "release": lambda m, n: m.release(),
}


def main():
    for name, operation in OPERATIONS.items():
        for data in bytearray(b"abcdefgh"), b"abcdefgh":
            for code in "B", "b", "?", "h", "q", "f", "d", "n":
                for number in (0, 1, -1, 100, 2**70) if code == "B" else (0,):
                    print(name, type(data).__name__, code, number)
                    data = type(data)(b"abcdefgh")
                    view = memoryview(data).cast(code)
                    attempt(operation, view, Releases(view, data, number))
                    attempt(len, view)
                    print("  ", data[:8], len(data))
    shapes()
    all_of_a_released_view()
    exports()
    iterators()


def shapes():
    def fresh():
        return memoryview(bytearray(range(24))).cast("B", (2, 3, 4))

    view = fresh()
    attempt(view.__getitem__, (1, Releases(view, view.obj, 2), 1))
    view = fresh()
    attempt(view.__getitem__, Releases(view, view.obj))
    view = fresh()
    attempt(view.__setitem__, (1, Releases(view, view.obj, 2), 1), 1)
    view = fresh()
    attempt(view.__setitem__, (1, 1, 1), Releases(view, view.obj))
    scalar = memoryview(bytearray(range(8))).cast("q", ())
    for view in fresh(), scalar:
        for key in (0, (0,), (0, 0), (0, 0, 0), (0, 0, 0, 0), (2, 0, 0), (0, -4, 0), (0, 0, 4), slice(None),
                    (slice(None),), (slice(None), 0, 0), (), None, "a", (0, "a", 0)):
            for operation in (lambda: view[key] if key != slice(None) else view[key].tolist(),
                              lambda: view.__setitem__(key, 1), lambda: view.__setitem__(key, b""),
                              lambda: view.__delitem__(key)):
                attempt(operation)
    attempt(scalar.tolist)
    attempt(scalar.tobytes)
    attempt(list, scalar)
    attempt(lambda: 1 in scalar)
    print(scalar == scalar, scalar[...] is scalar, len(scalar))


def all_of_a_released_view():
    view = memoryview(b"abc")
    view.release()
    for name in sorted(set(dir(view)) - set(dir(object))):
        if isinstance(getattr(memoryview, name), type(memoryview.cast)):
            attempt(getattr(view, name), *["B"] * (name == "cast"))
        elif not name.startswith("_"):
            attempt(getattr, view, name)
    for use in (len, list, hash, memoryview, bytes, bytearray, b"a".find, bytearray().extend, b"".__add__,
                bytearray().__iadd__, int, float, reversed, lambda v: b"".join([v]), lambda v: v[0], lambda v: v[:],
                lambda v: str(v, "ascii"), lambda v: int.from_bytes(v, "big"), lambda v: v == v, lambda v: v != b"abc",
                lambda v: b"abc" == v, lambda v: repr(v)[:12],
                lambda v: memoryview(bytearray(3)).__setitem__(slice(3), v)):
        attempt(use, view)


def exports():
    data = bytearray(b"abcdef")
    view = memoryview(data)
    part = view[1:]
    inner = memoryview(view)
    view.release()
    view.release()
    attempt(data.append, 1)
    inner.release()
    attempt(data.append, 1)
    print(part.tobytes())
    with part:
        part[0] = 65
    attempt(part.__enter__)
    data.append(1)
    print(data)
    view = memoryview(data)
    view[1:] = view[:-1]
    print(data)
    view[::2] = view[3::-1][:4]
    print(data)
    view[::-1] = view
    print(data)
    view[1::2], view[::2] = bytes(view[1::2])[::-1], b"wxyz"
    print(data, bytes(view[::-2]), view[::-1] == bytes(data)[::-1])
    for code in "e", "z", "BB", "@", "<B", "@q":
        attempt(lambda: view.cast(code).tolist())
    for code in "BbcHhIiLlQqNnfd?P":
        items = memoryview(bytearray(8)).cast(code)
        for number in (-1, 255, 2**31, 2**63, 2**64, -2**63, 1e300, 10**400, "a", b"a", b"ab", None, True):
            attempt(items.__setitem__, 0, number)
            attempt(items.__getitem__, 0)
    print(memoryview(bytearray(8)).cast("q")[::2**62].strides)


def iterators():
    view = memoryview(b"abc")
    iterator = iter(view)
    print(type(iterator).__name__, next(iterator), hasattr(iterator, "__length_hint__"))
    view.release()
    for _ in range(4):
        attempt(next, iterator)
    view = memoryview(b"abc")
    print([(i, view.release() if i == 99 else None) for i in view])
    attempt(iter, memoryview(bytes(6)).cast("B", (2, 3)))


main()

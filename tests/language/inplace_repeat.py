"""a *= b where one of them is a sequence: only numbers of built-in types repeat what stands on the right."""
from collections import OrderedDict, deque


class Int(int):
    pass


class Index:
    def __index__(self):
        return 2


class Sized(Index):
    def __len__(self):
        return 2


def attempt(title, function):
    try:
        print(title, function())
    except (TypeError, OverflowError, MemoryError) as e:
        print(title, type(e).__name__, e)


def inplace(a, b):
    a *= b
    return a


LEFT = [2, True, Int(2), Index(), Sized(), 2.5, None, {}, {1}, range(3), memoryview(b"x"), {}.keys(), OrderedDict(),
        int | str, len, iter([]), 10**30, -1]
RIGHT = [[1], "ab", (1,), b"x", bytearray(b"y"), deque([1])]
for left in LEFT:
    for right in RIGHT:
        attempt(f"{type(left).__name__} *= {type(right).__name__}", lambda: inplace(left, right))
        attempt(f"{type(left).__name__} * {type(right).__name__}", lambda: left * right)
        attempt(f"{type(right).__name__} *= {type(left).__name__}", lambda: inplace(right[:] if right != deque([1]) else deque([1]), left))


def unpack(v):
    x, y = v


for v in int | str, list[int], 5, len, {1: 2}, memoryview(b"ab"), Sized(), object:
    attempt(type(v).__name__, lambda: unpack(v))

# Callbacks that change what is being sorted, compared, grouped or pushed to; what tee hands on.
import heapq
import itertools
import sys


def attempt(call):
    try:
        print(call())
    except Exception as e:
        print(type(e).__name__, e)


class Killer:
    def __init__(self, x):
        pass

    def __lt__(self, other):
        return False

    def __del__(self):
        data[:] = range(3)


data = list(range(10))
attempt(lambda: data.sort(key=Killer))


class Clears(int):
    target = []

    def __lt__(self, other):
        self.target.clear()
        return NotImplemented

    def __eq__(self, other):
        for target in self.targets:
            target.clear()
        return NotImplemented

    __hash__ = int.__hash__


heap = [Clears(0)]
Clears.target = heap
attempt(lambda: heapq.heappushpop(heap, 1))
left, right = [Clears(1)], [Clears(2)]
Clears.targets = [left, right]
print(left == right, left, right)
left, right = [Clears(1)], [3]
Clears.targets = [left]
print(left == right, left, right)
left, right = [Clears(1)], [3]
Clears.targets = [left]
print(left < right, left, right)

it = itertools.groupby("AABBB")
_, first = next(it)
_, second = next(it)
print(list(first), next(second))
list(it)
print(list(second))
a, b = itertools.tee("abc")
c, d = itertools.tee(a)
print(a is c, list(d), list(b), list(c))


class Copied:
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return self

    def __next__(self):
        self.n += 1
        if self.n > 3:
            raise StopIteration
        return self.n

    def __copy__(self):
        return Copied(self.n)


one = Copied(0)
x, y, z = itertools.tee(one, 3)
print(x is one, type(y).__name__, list(x), list(y), list(z))


class Refuses:
    @property
    def __eq__(self):
        raise AttributeError("no")

    @property
    def __lt__(self):
        raise ValueError("no")


print(Refuses() == Refuses(), Refuses() == 1)
attempt(lambda: Refuses() < 1)


class Hint:
    def __iter__(self):
        return iter("ab")

    def __length_hint__(self):
        return sys.maxsize


items = [1, 2]
items.extend(Hint())
print(items, frozenset("a").intersection() == {"a"})
o = object()
print(sys.getrefcount(o), sys.getrefcount([o, o]), sys.getrefcount(o))

"""Calls of functions written in C: counts and names of arguments, receivers of other classes, what happens meanwhile."""
import math
import operator
from support import attempt

# counts and names
attempt(len)
attempt(lambda: len())
attempt(lambda: len([], []))
attempt(lambda: len(obj=[]))
attempt(lambda: isinstance(1))
attempt(lambda: isinstance(1, int, 2))
attempt(lambda: [].append())
attempt(lambda: [].append(1, 2))
attempt(lambda: [].append(object=1))
attempt(lambda: {}.get())
attempt(lambda: {}.get(1, 2, 3))
attempt(lambda: {}.get(key=1))
attempt(lambda: [].insert(1))
attempt(lambda: [].clear(1))
attempt(lambda: "".split(1, 2, 3))
attempt(lambda: "".split(sep=1))
attempt(lambda: "".split(seq=","))
attempt(lambda: "".split(",", sep=","))
attempt(lambda: math.sqrt())
attempt(lambda: math.sqrt(1, 2))
attempt(lambda: math.sqrt("x"))
attempt(lambda: getattr(1))
attempt(lambda: getattr(1, "a", 2, 3))
attempt(lambda: locals(1))
attempt(lambda: pow(1))
attempt(lambda: pow(base=2))
attempt(lambda: round())
attempt(lambda: sum([1], start="x"))
attempt(lambda: list.append())
attempt(lambda: list.append(1, 2))
attempt(lambda: str.upper(1))
attempt(lambda: operator.add(1))
attempt(lambda: 5())
attempt(lambda: None(1, 2))

# with defaults, by name, through stars
print("a,b c".split(), "a,b,c".split(","), "a,b,c".split(",", 1), "a,b,c".split(sep=",", maxsplit=1))
print({1: 2}.get(1), {1: 2}.get(3), {1: 2}.get(3, 4), [3, 4].pop(), [3, 4].pop(0), pow(2, 5, mod=7), round(2.567, 2))
print(sum([1, 2], 3), sum([1, 2], start=3), "abc".startswith("b", 1), "abc".startswith("b", 1, 2), int("7", base=8))
print(len(*[[1, 2]]), isinstance(*(1, int)), [1, 2].index(*[2]), "x".join(*[["a", "b"]]), sorted([2, 1], reverse=True))


# receivers of derived classes, functions bound by hand, methods of classes
class Derived(list):
    pass


class Other(list):
    def append(self, item):
        super().append(item * 2)


for kind in list, Derived, Other, list:
    items = kind()
    items.append(4)
    add = items.append
    add(5)
    list.append(items, 6)
    kind.append(items, 7)
    print(kind.__name__, items, items.pop(), items.index(6), len(items))
attempt(lambda: list.append((), 1))
print(list(map(len, ["a", "bc"])), [].__len__(), "abc".__contains__("b"))
import types
print(types.MethodType(isinstance, 5)(int), types.MethodType(list.append, items)(9), items[-1])


# one place of the program, many callables
def call(f, *args):
    return f(args[0]) if len(args) == 1 else f(args[0], args[1]) if len(args) == 2 else f()


def python(a=1, b=2):
    return a, b


class Made:
    def __init__(self, a=0, b=0):
        self.a = a, b


for turn in range(3):
    for f in len, python, str, Made, [1, 2].index, type, Derived, repr, lambda a=None, b=None: a, sorted:
        for args in (), ("ab",), ("ab", "b"):
            try:
                result = call(f, *args)
                print(getattr(result, "a", result))
            except Exception as error:
                print(type(error).__name__)


# what is called changes what it was called with
class Sly:
    def __init__(self, act):
        self.act = act

    def __eq__(self, other):
        self.act()
        return True

    __hash__ = None

    def __len__(self):
        self.act()
        return 3

    def __index__(self):
        self.act()
        return 0

    def __del__(self):
        print("gone", end=" ")


def rebind():
    global items, sly, get
    items = sly = get = None


items = [1, 2, 3]
sly = Sly(rebind)
print(items.index(sly), items, sly)
items = [1, 2, 3]
sly = Sly(rebind)
print(items.pop(sly), items)
get = items = sly = Sly(rebind)
print(len(sly), sly)
items = ["text"]
sly = Sly(lambda: items.clear())
print(items.count(sly), items)
attempt(lambda: items.insert(Sly(lambda: 1 / 0), 1))


class Shouting:
    def __del__(self):
        print("dropped", end=" ")


print([].append(Shouting()), {}.get(1, Shouting()) is None, isinstance(Shouting(), Shouting))
del sly


def deep(n):
    return max([n], key=deep) if n > 3 else sorted([n, 1], key=lambda v: -v)


print(deep(3))

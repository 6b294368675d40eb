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


# ---- built-in classes called as functions, min and max of two, partial functions with keywords ----
import functools
import operator

class Number(int):
    def __new__(cls, *args): return super().__new__(cls, *args)
class Words(list): pass
class Truth:
    def __bool__(self): return None
class Told:
    def __str__(self): return 5
    def __int__(self): return True
    def __index__(self): return 3
    def __iter__(self): return iter("ab")

def made(cls, *args):
    try:
        result = cls(*args) if len(args) > 2 else cls() if not args else cls(args[0]) if len(args) == 1 else \
            cls(args[0], args[1])
        return type(result).__name__, result if type(result) is not set else sorted(result)
    except Exception as e:
        return type(e).__name__, str(e)

for cls in int, bool, float, str, type, tuple, list, dict, set, range, Number, Words:
    print(cls.__name__, made(cls))
    for argument in 3, -2, True, "7", "x y", b"12", 2.5, None, [1, 2], (1, 2), {"a": 1}, {3}, Truth(), Told(), int, iter([1]), range(2):
        if not (cls is str and type(argument) is type(iter([]))):
            print(" ", type(argument).__name__, made(cls, argument), made(cls, argument, 10)[:1])
            print("   ", [repr(v) for v in map(functools.partial(made, cls), [2, "5"])])
print(list(map(int, ["1", "2"])), list(map(str, [1, 2])), list(map(type, [1, ""])))

class Sly:
    def __init__(self, n): self.n = n
    def __lt__(self, other): return [] if self.n > 5 else "yes"
    def __gt__(self, other): raise ValueError(f"{self.n} {other.n}")
    def __repr__(self): return f"Sly({self.n})"
for f in min, max:
    for pair in (1, 2), (2, 1), (1, 1.0), (1.0, 1), ("a", "b"), (Sly(1), Sly(2)), (Sly(9), Sly(8)), (1, "a"), (None, 1), (True, 1):
        print(f.__name__, pair, end=" ")
        try:
            print(f(*pair), f(pair[0], pair[1], key=lambda v: 1))
        except Exception as e:
            print(type(e).__name__, e)

def shown(*args, **kwargs): return args, kwargs
p = functools.partial(shown, 1, a=1, b=2)
print(p(), p(2), p(2, c=3), p(b=5, c=6), p(*range(20), **{f"k{i}": i for i in range(3)}))
print(operator.methodcaller("format", 1, x=2)("{} {x}"), functools.partial(p, 7, b=8)(9, a=10))
q = functools.partial(shown)
q.keywords[1] = 2
try:
    print(q())
except TypeError as e:
    print(e)

"""OrderedDict: order, moving, iterators, views, subclasses, equality, pickling state; and shared by threads."""
from collections import OrderedDict, Counter
from collections.abc import KeysView, ItemsView, ValuesView


def show(f, *args, **kwargs):
    try:
        print(f(*args, **kwargs))
    except Exception as e:
        print(type(e).__name__, e)


d = OrderedDict([("a", 1), ("b", 2), ("c", 3)], d=4)
print(d, list(d), list(reversed(d)), len(d), d == dict(d), dict(d))
d.move_to_end("a")
print(d)
d.move_to_end("c", last=False)
print(d)
d.move_to_end("c", False)
d.move_to_end("a", True)
print(d)
show(d.move_to_end, "zz")
show(d.move_to_end, [])
for _ in range(3):
    print(d.popitem(last=False), d.popitem(), d)
    if not d:
        break
    d["x"] = 1
    d["y"] = 2
show(OrderedDict().popitem)
show(OrderedDict().popitem, last=False)
d = OrderedDict.fromkeys("abcdefgh", value=0)
for k in "hgfedcba":
    d.move_to_end(k, last=False)
print("".join(d))
for i in range(1000):
    d.move_to_end("abcdefgh"[i * 7 % 8], last=i % 3 == 0)
print("".join(d), "".join(reversed(d)), d.keys(), d.values(), list(d.items()))
print(isinstance(d.keys(), KeysView), isinstance(d.items(), ItemsView), isinstance(d.values(), ValuesView))
print(type(d.keys()).__name__, type(d.keys()).__mro__[1].__name__, type(iter(d)).__name__, type(reversed(d.items())).__name__)
print(list(reversed(d.keys())), list(reversed(d.values())), list(reversed(d.items()))[:2])
print(sorted(d.keys() & {"a", "b", "zz"}), sorted(d.keys() | {"q"})[-1], d.keys() == set("abcdefgh"), ("a", 0) in d.items())
print(d.keys() - set("abc") == set("defgh"), d.keys().isdisjoint("xyz"), d.keys() <= set("abcdefghi"))

one, two = OrderedDict(a=1, b=2), OrderedDict(b=2, a=1)
print(one == two, one != two, one == dict(two), dict(one) == two, one == OrderedDict(a=1, b=2), one == 3, one != 3)
show(lambda: one < two)
print(one | {"c": 3}, {"c": 3} | one, one | two, type(one | dict()).__name__)
show(lambda: one | [("c", 3)])
one |= [("c", 3)]
print(one)
show(lambda: OrderedDict(1))
show(lambda: OrderedDict([1]))
show(lambda: OrderedDict([(1,)]))
show(lambda: OrderedDict([(1, 2, 3)]))
show(lambda: OrderedDict([], []))
show(OrderedDict().update, 1, 2)
show(lambda: OrderedDict({[]: 1} if 0 else [([], 1)]))
show(one.pop, "nothing")
show(one.pop, "nothing", 7)
show(one.pop, key="c", default=0)
show(one.setdefault, "z")
show(one.setdefault, key="y", default=5)
print(one, one.copy(), one.copy() is one)
show(lambda: one.__delitem__("qq"))
del one["z"]
print(one)

it = iter(one)
print(next(it))
one["new"] = 1
show(next, it)
show(next, it)
it = iter(one.items())
next(it)
one.move_to_end("a")
show(next, it)
it = iter(one)
next(it)
one["a"] = 100  # no change of the order
print(list(it))
it = iter(one.values())
next(it)
print(it.__reduce__()[1], list(it))
one.clear()
print(one, list(one), bool(one))

x = OrderedDict(a=1)
x.attribute = [1]
print(x.__dict__, x.__reduce__()[:4], list(x.__reduce__()[4]), OrderedDict(a=1).__reduce__()[2])
x["self"] = x
print(x)
import weakref

print(weakref.ref(x)() is x)


class Loud(OrderedDict):
    def __setitem__(self, key, item):
        print("set", key, item)
        super().__setitem__(key, item)

    def __getitem__(self, key):
        print("get", key)
        return super().__getitem__(key)

    def __delitem__(self, key):
        print("del", key)
        super().__delitem__(key)

    def __missing__(self, key):
        return "missing " + key


loud = Loud([("a", 1)], b=2)
loud.update({"c": 3})
loud.update(OrderedDict(d=4))
print(loud, loud["q"])
print(loud.pop("a"), loud.popitem(), loud.setdefault("b", 5), loud.setdefault("e", 6))
print(loud.copy(), loud | {"f": 1})
loud |= {"g": 1}
print(Loud.fromkeys("x"))
show(loud.pop, "nothing")


class NoItems(OrderedDict):
    def items(self):
        return [("made", "up")]

    def keys(self):
        return ["a"]


n = NoItems(a=1, b=2)
print(n, dict(n), OrderedDict(n), n.__reduce__()[1:4])
c = Counter("abca")
print(OrderedDict(c), OrderedDict(zip("ab", [1, 2])), OrderedDict(x for x in [(1, 2)]))
print({**OrderedDict(b=1, a=2)}, list(OrderedDict(b=1, a=2)), max(OrderedDict(b=1, a=2)))


def f(**kwargs):
    return kwargs


print(f(**OrderedDict(b=1, a=2)))
cache = OrderedDict()
for i in range(10000):
    cache[i] = i
    cache.move_to_end(i // 2 if i // 2 in cache else i)
    if len(cache) > 100:
        cache.popitem(last=False)
print(len(cache), list(cache)[:3], list(cache)[-3:])

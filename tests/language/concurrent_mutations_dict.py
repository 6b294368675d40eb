"""Every operation that changes a dict, from several threads at once: each is one step, as under CPython's lock. And a
look-up whose comparison changes the dict ends. What is printed is what was odd."""
import collections
import itertools
from support import attempt, beside, together

N = 3000


def row(name, *odd):
    print(name, *odd)


def inserts_kept(name, start, step):
    d = dict(start)
    numbers = iter(range(10**6, 10**6 + N))
    odd = together(N, lambda: d.__setitem__(next(numbers), 0), lambda: step(d))
    row(name, odd, sorted(k for k in d if type(k) is int and k >= 10**6) == list(range(10**6, 10**6 + N)))


inserts_kept("update", {}, lambda d: d.update(a=1, b=2))
inserts_kept("update from a dict", {}, lambda d: d.update({"a": 1, (1, 2): 2}))
inserts_kept("update from pairs", {}, lambda d: d.update([("a", 1), ("b", 2)]))
inserts_kept("|=", {}, lambda d: d.__ior__({"a": 1, "b": 2}))
inserts_kept("setdefault and pop", {}, lambda d: (d.setdefault("a", 1), d.pop("a")))
inserts_kept("set and del", {}, lambda d: (d.__setitem__("a", 1), d.__delitem__("a")))
inserts_kept("copy", {}, lambda d: d.copy())

d = {}
wins = []
numbers = [iter(range(N)) for _ in range(3)]
row("setdefault", together(N, *[lambda k=k: (lambda i: d.setdefault(i, k) == k and wins.append(i))(next(numbers[k]))
                                for k in range(3)]), len(d), sorted(wins) == list(range(N)))
row("pop", together(N, *[lambda k=k: d.pop(len(d), None) for k in range(3)]), len(d) <= N)
d = dict.fromkeys(range(2 * N))
taken = []
row("popitem", together(N, *[lambda: taken.append(d.popitem()[0])] * 2), d, sorted(taken) == list(range(2 * N)))
d = dict.fromkeys(range(2 * N))
numbers = iter(range(2 * N))
row("del", together(N, *[lambda: d.__delitem__(next(numbers))] * 2), d)
d = {}
row("clear and update", together(N, lambda: d.clear(), lambda: d.update(a=1, b=1)), sorted(d) in ([], ["a", "b"]))

# ---- lookers ----
d = {"a": 0, "b": 0}
counter = itertools.count(1)


def both():
    i = next(counter)
    d.update(a=i, b=i)


row("copy beside update", beside(N, lambda: len(set(d.copy().values())) == 1, both))
row("list beside update", beside(N, lambda: len(set(list(d.values()))) == 1, both))
row("== beside update", beside(N, lambda: (d == d.copy()) or True, both))
d = {i: i for i in range(100)}


def grow():
    for i in range(1000, 1200):
        d[i] = i
    for i in range(1000, 1200):
        del d[i]


row("get beside growth", beside(N, lambda: d[50] == 50 and 99 in d and d.get(7) == 7, grow))
d = {}


def lives():
    i = 2 * next(counter)
    d["k"] = i
    d.popitem()
    d["x"] = i + 1
    d.popitem()


row("an entry's lives", beside(5 * N, lambda: (d.get("k") or 0) % 2 == 0, lives))
row("items beside popitem", beside(N, lambda: all(v % 2 == (k == "x") for k, v in d.copy().items()), lives))
d = dict.fromkeys(range(1000))
for i in range(5):  # popitem finds the last item however many went before it
    for _ in range(150):
        d.popitem()
    d[f"new{i}"] = i
print(len(d), list(reversed(d))[:3], list(d)[:2], d.popitem(), d.popitem())


# ---- comparisons in Python ----
class Key:
    """Notes each comparison in the dict that is being searched."""
    def __init__(self, name): self.name = name
    def __hash__(self): return 77
    def __eq__(self, other):
        d[next(counter)] = self.name
        return self.name == other.name


d = {Key("a"): 1}
for call in (lambda: Key("a") in d, lambda: d.get(Key("a")), lambda: d.get(Key("b"), "no"), lambda: d[Key("a")],
             lambda: d.__setitem__(Key("a"), 2), lambda: d.__setitem__(Key("c"), 3), lambda: d.setdefault(Key("a"), 4),
             lambda: d.setdefault(Key("d"), 5), lambda: d.pop(Key("a")), lambda: d.__delitem__(Key("c")),
             lambda: d.pop(Key("z"), "no"), lambda: Key("d") in d.keys(), lambda: d.update({Key("d"): 6})):
    attempt(call)
print(sorted((k.name, v) for k, v in d.items() if isinstance(k, Key)))


class Counted:
    compared = 0
    def __hash__(self): return 42
    def __eq__(self, other):
        Counted.compared += 1
        return self is other


d = {Counted(): 0, 0: 0, 1: 1, 2: 2, 3: 3}
d[Counted()] = 1  # the table grows here
print(len(d), Counted.compared)


class Plain:
    def __init__(self, number): self.number = number
    def __hash__(self): return self.number % 7
    def __eq__(self, other): return self.number == other.number


d = {}
numbers = [iter(range(60)) for _ in range(3)]
row("keys in Python", together(60, *[lambda n=n: d.__setitem__(Plain(next(n)), 0) for n in numbers]),
    {k.number for k in d} == set(range(60)))

# ---- counters ----
counter, letters = collections.Counter(), "abcabcaab" * 20
row("Counter", together(N // 100, *[lambda: counter.update(letters)] * 3),
    counter == {"a": 240 * N // 100, "b": 180 * N // 100, "c": 120 * N // 100})

"""Loops of C over containers, and `next` of built-in iterators, are single steps beside other threads."""
import collections
import functools
import heapq
import itertools
import math
import operator
import re
import sys
import threading
import types

sys.setswitchinterval(0.0005)
ROUNDS = 50
THREADS = 3


def beside(write, tests):
    """Run each test many times while a thread writes; say which raised or gave something that was never there."""
    stop = False

    def writer():
        while not stop:
            for _ in range(50):
                write()

    thread = threading.Thread(target=writer)
    thread.start()
    try:
        for name, (test, good) in tests.items():
            wrong = 0
            for _ in range(ROUNDS):
                try:
                    wrong += not good(test())
                except (RuntimeError, IndexError, KeyError) as error:
                    wrong += 1
                    print(name, "raised", repr(error))
                    break
            if wrong:
                print(name, "was wrong")
    finally:
        stop = True
        thread.join()


def anything(_):
    return True


def keywords(*args, **kwargs):
    return len(kwargs)


# ---- sizes change ----
N = 20
d = {str(i): i for i in range(N)}
s = {i * 977 for i in range(N)}
q = collections.deque(range(N))
small = {i: i for i in range(N)}
ordered = collections.OrderedDict(d)
shown = types.MappingProxyType(d)


class Derived(dict):
    pass


derived = Derived(d)


def grow_and_shrink():
    d["x"] = 5
    s.add(5)
    q.append(5)
    small[99] = 1
    ordered["x"] = derived["x"] = 5
    del d["x"], small[99], ordered["x"], derived["x"]
    s.discard(5)
    q.pop()


def sizes(extra):
    return lambda result: len(result) in (N, N + extra)


beside(grow_and_shrink, {
    "sum of values": (lambda: sum(d.values()), lambda x: x in (190, 195)),
    "max": (lambda: max(d), lambda x: x in ("9", "x")),
    "min of set": (lambda: min(s), lambda x: x == 0),
    "any": (lambda: any(d.values()), bool),
    "all": (lambda: all(d), bool),
    "tuple": (lambda: tuple(d), sizes(1)),
    "tuple of items": (lambda: tuple(d.items()), sizes(1)),
    "list of values": (lambda: list(d.values()), sizes(1)),
    "list of deque": (lambda: list(q), sizes(1)),
    "tuple of deque": (lambda: tuple(q), sizes(1)),
    "set of deque": (lambda: set(q), sizes(0)),
    "deque of deque": (lambda: collections.deque(q), sizes(1)),
    "deque copied": (q.copy, sizes(1)),
    "deque extended": (lambda: (collections.deque(), None)[0].extend(d) or d, anything),
    "deque contains": (lambda: 19 in q, bool),
    "deque count": (lambda: q.count(5), lambda x: x in (1, 2)),
    "deque index": (lambda: q.index(19), lambda x: x == 19),
    "deque equals": (lambda: q == q.copy(), anything),
    "deque less": (lambda: q < q.copy(), anything),
    "deque printed": (lambda: repr(q), lambda x: x.startswith("deque([0, 1, 2, ")),
    "dict printed": (lambda: repr(d), lambda x: x.startswith("{'0': 0, '1': 1, ")),
    "join": (lambda: ",".join(d), lambda x: x.startswith("0,1,2,3,") and x.count(",") in (N - 1, N)),
    "bytes": (lambda: bytes(small), lambda x: len(x) in (N, N + 1)),
    "bytearray": (lambda: bytearray(small.values()), lambda x: len(x) in (N, N + 1)),
    "frozenset": (lambda: frozenset(d), sizes(1)),
    "set of keys": (lambda: set(d.keys()), sizes(1)),
    "set updated": (lambda: set().union(d, s), lambda x: len(x) in (2 * N, 2 * N + 1, 2 * N + 2)),
    "set without": (lambda: {"0", "1", "y"}.difference(d), lambda x: x == {"y"}),
    "set with": (lambda: {"0", "1", "y"}.intersection(d), lambda x: x == {"0", "1"}),
    "superset": (lambda: {"0"}.issuperset(d), operator.not_),
    "disjoint": (lambda: {"y"}.isdisjoint(d), bool),
    "fromkeys": (lambda: dict.fromkeys(d), sizes(1)),
    "fromkeys of set": (lambda: dict.fromkeys(s), sizes(1)),
    "fromkeys of deque": (lambda: dict.fromkeys(q), sizes(0)),
    "display *": (lambda: [*d, *s, *q], anything),
    "display **": (lambda: {**d}, sizes(1)),
    "call *": (lambda: keywords(*d), lambda x: x == 0),
    "sum of ordered values": (lambda: sum(ordered.values()), lambda x: x in (190, 195)),
    "max of ordered": (lambda: max(ordered), lambda x: x in ("9", "x")),
    "list of ordered": (lambda: list(ordered), sizes(1)),
    "tuple of ordered items": (lambda: tuple(ordered.items()), sizes(1)),
    "join of ordered": (lambda: ",".join(ordered), lambda x: x.startswith("0,1,2,3,")),
    "dict of ordered": (lambda: dict(ordered), sizes(1)),
    "ordered of items": (lambda: collections.OrderedDict(d.items()), sizes(1)),
    "ordered of proxy": (lambda: collections.OrderedDict(shown), sizes(1)),
    "dict of proxy": (lambda: dict(shown), sizes(1)),
    "display ** of proxy": (lambda: {**shown}, sizes(1)),
    "call ** of proxy": (lambda: keywords(**shown), lambda x: x in (N, N + 1)),
    "call ** of subclass": (lambda: keywords(**derived), lambda x: x in (N, N + 1)),
    "call ** of ordered": (lambda: keywords(**ordered), lambda x: x in (N, N + 1)),
    "call **": (lambda: keywords(**d), lambda x: x in (N, N + 1)),
    "sorted": (lambda: sorted(d), sizes(1)),
    "sorted set": (lambda: sorted(s), sizes(1)),
    "sorted deque": (lambda: sorted(q), sizes(1)),
    "counted": (lambda: collections.Counter(d.values()), sizes(0)),
    "reduced": (lambda: functools.reduce(operator.add, d.values()), lambda x: x in (190, 195)),
    "fsum": (lambda: math.fsum(d.values()), lambda x: x in (190, 195)),
    "prod": (lambda: math.prod(small), lambda x: x == 0),
    "countOf": (lambda: operator.countOf(d.values(), 5), lambda x: x in (1, 2)),
    "in values": (lambda: 19 in d.values(), bool),
    "keys & set": (lambda: d.keys() & {"3", "y"}, lambda x: x == {"3"}),
    "keys | set": (lambda: d.keys() | {"3"}, sizes(1)),
    "keys - set": (lambda: d.keys() - {"3", "x"}, lambda x: len(x) == N - 1),
    "keys <= set": (lambda: d.keys() <= {"3"}, operator.not_),
    "permutations": (lambda: itertools.permutations(d, 1), anything),
    "product": (lambda: list(itertools.product(d.keys(), "a")), sizes(1)),
    "heapified": (lambda: heapq.nsmallest(1, d.values()), anything),
    "unpacked": (lambda: [x for x, *y in (d,)], lambda x: x == ["0"]),
})


# ---- what belongs together changes together ----
pair = {"a": 0, "b": 0, "c": 10}
balance = [1, 2, 3, 4]
step = 0


def keep_the_sum():
    global step
    step += 1
    pair.update(a=step, b=-step)
    balance.reverse()
    balance[:] = [step, -step, 5, 5]


beside(keep_the_sum, {
    "sum of changing values": (lambda: sum(pair.values()), lambda x: x == 10),
    "sum of changing list": (lambda: sum(balance), lambda x: x == 10),
    "fsum of changing values": (lambda: math.fsum(pair.values()), lambda x: x == 10),
    "tuple of changing values": (lambda: tuple(pair.values()), lambda x: sum(x) == 10),
})


# ---- an iterator that was made but not used yet is out of date by its own thread's changes, not by others' ----
def unused_iterators():
    failed = 0
    for _ in range(100):
        for use in (lambda: list(enumerate(d)), lambda: list(zip(d, d.values())), lambda: list(map(str, s)),
                    lambda: list(filter(None, d.values())), lambda: sum(map(int, q))):
            try:
                use()
            except RuntimeError:
                failed += 1
    return failed < 15  # CPython may change threads between making and using


beside(grow_and_shrink, {"unused": (unused_iterators, bool)})


def mutating():
    """What one thread does itself is an error as ever, while others are there."""
    other = threading.Event()
    thread = threading.Thread(target=other.wait)
    thread.start()
    for make, change in (
        (lambda: {1: 1, 2: 2}, lambda x: x.__setitem__(3, 3)),
        (lambda: {1, 2}, lambda x: x.add(3)),
        (lambda: collections.deque([1, 2]), lambda x: x.append(3)),
    ):
        x = make()
        iterator = iter(x)
        change(x)
        x = make()
        for use in (
            lambda x: (lambda i: (change(x), next(i)))(iter(x)),
            lambda x: max(x, key=lambda k: change(x) or k),
            lambda x: list(map(lambda k: change(x), x)),
            lambda x: [change(x) for k in x],
            lambda x: sum(x, start=type("T", (), {"__add__": lambda self, k: change(x) or self})()),
            lambda x: (lambda i: (next(i), change(x), list(i)))(iter(x)),
        ):
            try:
                use(make())
                print("no error")
            except RuntimeError as error:
                print(error)
        del iterator
    grown = [1, 2]
    print(max(grown, key=lambda k: grown.append(k) or k if len(grown) < 9 else k), grown)
    other.set()
    thread.join()


mutating()


# ---- shared iterators ----
def crowd(iterator, count=THREADS):
    """What the threads got altogether."""
    got = [[] for _ in range(count)]
    start = threading.Barrier(count)

    def take(mine):
        start.wait()
        for item in iterator:
            mine.append(item)

    threads = [threading.Thread(target=take, args=(part,)) for part in got]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return [item for part in got for item in part]


SIZE = 1000
numbers = list(range(SIZE))
SHARED = {
    "list": lambda: iter(numbers),
    "list reversed": lambda: reversed(numbers),
    "tuple": lambda: iter(tuple(numbers)),
    "range": lambda: iter(range(SIZE)),
    "long range": lambda: iter(range(10**20, 10**20 + SIZE)),
    "dict": lambda: iter(dict.fromkeys(numbers)),
    "dict values": lambda: iter(dict(zip(numbers, numbers)).values()),
    "dict items": lambda: iter(dict(zip(numbers, numbers)).items()),
    "dict reversed": lambda: reversed(dict.fromkeys(numbers)),
    "set": lambda: iter(set(numbers)),
    "deque": lambda: iter(collections.deque(numbers)),
    "deque reversed": lambda: reversed(collections.deque(numbers)),
    "str": lambda: iter("".join(map(chr, range(SIZE)))),
    "bytes": lambda: iter(bytes(range(256))),
    "bytearray": lambda: iter(bytearray(range(256))),
    "enumerate": lambda: enumerate(numbers),
    "enumerate big": lambda: enumerate(numbers, 2**61 - SIZE // 2),
    "zip": lambda: zip(numbers, range(SIZE)),
    "zip of five": lambda: zip(numbers, numbers, numbers, numbers, numbers),
    "map": lambda: map(str, numbers),
    "map of two": lambda: map(operator.sub, numbers, range(0, 2 * SIZE, 2)),
    "filter": lambda: filter(None, numbers),
    "chain": lambda: itertools.chain(numbers, range(SIZE, 2 * SIZE), "ab"),
    "chained": lambda: itertools.chain.from_iterable([[i, i + 1] for i in range(SIZE)]),
    "islice": lambda: itertools.islice(itertools.count(), 5, SIZE, 3),
    "islice of count by steps": lambda: itertools.islice(itertools.count(0, 7), SIZE),
    "islice of floats": lambda: itertools.islice(itertools.count(0.5), SIZE),
    "islice of cycle": lambda: itertools.islice(itertools.cycle(range(7)), SIZE),
    "repeat": lambda: itertools.repeat(5, SIZE),
    "accumulate": lambda: itertools.accumulate(numbers),
    "compress": lambda: itertools.compress(numbers, itertools.cycle([1, 0, 1])),
    "takewhile": lambda: itertools.takewhile((SIZE // 2).__gt__, numbers),
    "dropwhile": lambda: itertools.dropwhile((SIZE // 2).__gt__, numbers),
    "filterfalse": lambda: itertools.filterfalse(None, itertools.chain(numbers, [0] * SIZE)),
    "starmap": lambda: itertools.starmap(operator.add, zip(numbers, numbers)),
    "pairwise": lambda: itertools.pairwise(numbers),
    "zip_longest": lambda: itertools.zip_longest(numbers, range(SIZE // 2)),
    "product": lambda: itertools.product(range(12), range(12), range(12)),
    "permutations": lambda: itertools.permutations(range(6)),
    "combinations": lambda: itertools.combinations(range(12), 4),
    "with replacement": lambda: itertools.combinations_with_replacement(range(8), 4),
    "tee": lambda: itertools.tee(numbers)[0],
    "nested": lambda: enumerate(zip(itertools.chain(numbers, numbers), itertools.count())),
    "matches": lambda: map(operator.methodcaller("group"), re.finditer("[0-9]+", " ".join(map(str, numbers)))),
    "callable": lambda: iter(itertools.chain(numbers, [-1]).__next__, -1),
    "callable partial": lambda: iter(functools.partial(next, itertools.chain(numbers, [-1])), -1),
}
for name, make in SHARED.items():
    expected = sorted(map(repr, make()))
    for _ in range(2):
        if sorted(map(repr, crowd(make()))) != expected:
            print("shared", name, "gave some twice or lost some")


def groups():
    """Threads that share a groupby see each group's key once."""
    keys = crowd(map(operator.itemgetter(0), itertools.groupby(numbers, key=(10).__rfloordiv__)))
    return keys == [] or sorted(keys) == list(range(SIZE // 10))


print(groups())

# ---- siblings of a tee ----
for _ in range(5):
    siblings = itertools.tee(iter(range(SIZE)), THREADS)
    sums = []
    threads = [threading.Thread(target=lambda x: sums.append(sum(x)), args=(x,)) for x in siblings]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    if sums != [sum(range(SIZE))] * THREADS:
        print("siblings missed something")

entered, leave = threading.Event(), threading.Event()


class Slow:
    def __iter__(self):
        return self

    def __next__(self):
        entered.set()
        leave.wait(10)
        return 1


first, second = itertools.tee(Slow())
thread = threading.Thread(target=next, args=(first,))
thread.start()
entered.wait()
try:
    next(second)
except RuntimeError as error:
    print(error)
leave.set()
thread.join()
print(next(second), "end")

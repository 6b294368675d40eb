"""What programs may rely on when threads share an object (the table in threads/README.md), where no other case of this
folder shows it. What is printed is what was odd."""
import array
import collections
import functools
import io
import itertools
import operator
import queue
import re
import threading
import types
import weakref
from support import beside, together

N = 1500


def row(name, *odd):
    print(name, *odd)


# ---- iterators: each item is given once ----
def given_once(name, iterator, expected, threads=3):
    taken = [[] for _ in range(threads)]

    def take(mine):
        for x in iterator:
            mine.append(x)

    odd = together(1, *[lambda mine=mine: take(mine) for mine in taken])
    row(name, odd, sorted(itertools.chain(*taken)) == sorted(expected), all(x == sorted(x) for x in taken))


numbers = list(range(N))
given_once("next of list", iter(numbers), numbers)
given_once("next of tuple", iter(tuple(numbers)), numbers)
given_once("next of range", iter(range(N)), numbers)
given_once("next of dict", iter(dict.fromkeys(numbers)), numbers)
given_once("next of items", iter(dict(enumerate(numbers)).items()), [(i, i) for i in numbers])
given_once("next of set", iter(set(numbers)), numbers)
given_once("next of deque", iter(collections.deque(numbers)), numbers)
given_once("next of bytes", iter(bytes(numbers[:250])), numbers[:250])
given_once("next of str", iter("".join(map(chr, numbers))), map(chr, numbers))
given_once("next of array", iter(array.array("i", numbers)), numbers)
given_once("next of enumerate", enumerate(numbers), enumerate(numbers))
given_once("next of zip", zip(numbers, numbers), zip(numbers, numbers))
given_once("next of map", map(operator.neg, numbers[::-1]), [-x for x in numbers])
given_once("next of filter", filter(None, numbers), numbers[1:])
given_once("next of chain", itertools.chain(numbers[:9], numbers[9:]), numbers)
given_once("next of islice", itertools.islice(itertools.count(), N), numbers)
given_once("next of count", itertools.takewhile(lambda x: x < 10 * N, itertools.count()), range(10 * N))
given_once("next of pairs", itertools.pairwise(numbers), itertools.pairwise(numbers))
given_once("next of combinations", itertools.combinations(numbers[:40], 2), itertools.combinations(numbers[:40], 2))


# ---- generators: one thread at a time, others are told ----
def generated():
    yield from range(N)


generator, given = generated(), []


def take_generated():
    try:
        given.append(next(generator))
    except ValueError as error:
        assert str(error) == "generator already executing", error
    except StopIteration:
        pass


row("next of generator", together(2 * N, *[take_generated] * 3), sorted(given) == numbers[: len(given)])


# ---- attributes, names ----
class Thing:
    shared = ("a", "a")


thing = Thing()
thing.pair = (0, 0)
pairs = [(i, i) for i in range(7)]
step = itertools.cycle(pairs)
row("o.x beside o.x = y", beside(N, lambda: operator.eq(*thing.pair), lambda: setattr(thing, "pair", next(step))))


def there_and_gone():
    thing.other = (1, 1)
    del thing.other


def found_or_missing():
    try:
        return thing.other == (1, 1)
    except AttributeError:
        return True


row("o.x beside del o.x", beside(N, found_or_missing, there_and_gone))
many = [f"attribute_{i}" for i in range(200)]
row("o.x = y of all", together(1, *[lambda k=k: [setattr(thing, f"{name}_{k}", k) for name in many] for k in range(3)]),
    all(getattr(thing, f"{name}_{k}") == k for name in many for k in range(3)))
row("class attribute", beside(N, lambda: operator.eq(*Thing.shared), lambda: setattr(Thing, "shared", next(step))))
row("attribute by an instance", beside(N, lambda: operator.eq(*thing.shared), lambda: setattr(Thing, "shared", next(step))))
a_global = (0, 0)


def set_global():
    global a_global
    a_global = next(step)


row("global name", beside(N, lambda: operator.eq(*a_global), set_global))


def cells():
    x = (0, 0)

    def store():
        nonlocal x
        x = next(step)

    return lambda: operator.eq(*x), store


row("closure cell", beside(N, *cells()))
module = types.ModuleType("module")
module.pair = (0, 0)
row("module attribute", beside(N, lambda: operator.eq(*module.pair), lambda: setattr(module, "pair", next(step))))
row("vars of an instance", beside(N, lambda: type(dict(vars(thing))) is dict, lambda: setattr(thing, "pair", next(step))))

# ---- dicts that make what is missing, caches ----
made = collections.defaultdict(itertools.count().__next__)
row("defaultdict", together(N, *[lambda: made[next(step)]] * 3), sorted(made) == pairs, len(set(made.values())) == 7)
calls = itertools.count()


@functools.lru_cache(maxsize=None)
def cached(i):
    return [next(calls)]


seen = [cached(i) for i in range(50)]
row("lru_cache, found", together(N // 50, *[lambda: [cached(i) is seen[i] or 1 / 0 for i in range(50)]] * 3))
small = functools.lru_cache(maxsize=8)(lambda i: (i, i))
place = itertools.cycle(range(20))
row("lru_cache, full", together(N, *[lambda: small(next(place))[0] + 1] * 3), small.cache_info().currsize)


class Reduced:
    pass


live = {i: Reduced() for i in range(20)}
weak = weakref.WeakValueDictionary(live)
row("WeakValueDictionary", beside(N // 5, lambda: all(weak[i] is live[i] for i in range(20)),
                                  lambda: weak.__setitem__("more", Reduced())))

# ---- dict iteration: an error where the size changed, never a wrong value beside a key ----
table = {i: (i, i) for i in range(20)}


def change_table():
    table[99] = (99, 99)
    del table[99]


def walk_table():
    try:
        return all(key == value[0] == value[1] for key, value in table.items())
    except RuntimeError as error:
        return "changed" in str(error)


row("for k, v in d.items()", beside(N, walk_table, change_table))

# ---- arrays, queues ----
typed = array.array("q", [7]) * (4 * N)
row("array", together(N, lambda: typed.append(7), lambda: typed.extend([7, 7]), lambda: typed.pop(0)), set(typed), len(typed))
typed = array.array("q", [0, 0])
big = [(1 << 62) + 1, -(1 << 62) - 1]
turn = itertools.cycle(big)
row("array item", beside(N, lambda: typed[1] in (0, *big), lambda: typed.__setitem__(1, next(turn))))
for name, q in ("SimpleQueue", queue.SimpleQueue()), ("Queue", queue.Queue()), ("LifoQueue", queue.LifoQueue()):
    got = [[], []]
    row(name, together(N // 4, *[lambda: q.put(1)] * 2, *[lambda mine=mine: mine.append(q.get()) for mine in got]),
        q.qsize(), len(got[0]) + len(got[1]))

# ---- streams: a call's bytes or characters stay together ----


def whole_lines(name, stream, line, result):
    row(name, together(N // 5, *[lambda k=k: stream.write(line(k)) for k in "abc"]),
        all(len(set(text)) == 1 for text in result().split()), len(result()))


raw = io.BytesIO()
whole_lines("BytesIO.write", raw, lambda k: (k * 30 + "\n").encode(), raw.getvalue)
text = io.StringIO()
whole_lines("StringIO.write", text, lambda k: k * 30 + "\n", text.getvalue)
beneath = io.BytesIO()
buffered = io.BufferedWriter(beneath, 100)
whole_lines("BufferedWriter.write", buffered, lambda k: (k * 30 + "\n").encode(), lambda: (buffered.flush(), beneath.getvalue())[1])
beneath = io.BytesIO()
wrapper = io.TextIOWrapper(beneath, "utf-8")
whole_lines("TextIOWrapper.write", wrapper, lambda k: k * 30 + "\n", lambda: (wrapper.flush(), beneath.getvalue())[1])
lines = io.BytesIO(b"".join(b"%d\n" % i for i in range(N)))
taken_lines = [[], [], []]
buffered = io.BufferedReader(io.BytesIO(lines.getvalue()))
row("readline of BufferedReader", together(N // 3, *[lambda mine=mine: mine.append(buffered.readline()) for mine in taken_lines]),
    sorted(itertools.chain(*taken_lines)) == sorted(b"%d\n" % i for i in range(N)))

# ---- a thread's own ----
local = threading.local()


def own():
    local.x = threading.get_ident()
    assert local.x == threading.get_ident()


row("threading.local", together(N, *[own] * 3))

# ---- one pattern for all ----
pattern = re.compile(r"(\w)(\d+)")
row("pattern", together(N // 3, *[lambda k=k: pattern.match(f"{k}123").group(1) == k or 1 / 0 for k in "abc"]))

"""An OrderedDict that several threads change: each operation is one step, nothing is lost and nothing breaks."""
import threading
from collections import OrderedDict

THREADS, ROUNDS = 4, 400


def together(work):
    start, errors = threading.Barrier(THREADS), []

    def run(n):
        start.wait()
        try:
            work(n)
        except Exception as e:
            errors.append(repr(e))

    threads = [threading.Thread(target=run, args=(n,)) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def fresh(n):
    return OrderedDict((i, str(i)) for i in range(n))


# what is always there is found while it moves, and nothing is there twice
d = fresh(50)


def move(n):
    for i in range(ROUNDS):
        key = (i * 7 + n) % 50
        d.move_to_end(key, last=i % 2 == 0)
        assert d[key] == str(key) and key in d and d.get(key) is not None


print("moves", together(move), sorted(d) == list(range(50)), sorted(d.items()) == [(i, str(i)) for i in range(50)])
print("reversed agrees", list(d) == list(reversed(list(reversed(d)))))

# each item is taken once
d = fresh(THREADS * ROUNDS)
taken = []


def take(n):
    for i in range(ROUNDS):
        taken.append(d.popitem(last=(i + n) % 2 == 0))


print("popitem", together(take), len(d), sorted(taken) == [(i, str(i)) for i in range(THREADS * ROUNDS)])

# inserted once, popped once
d = OrderedDict()
popped = []


def insert(n):
    for i in range(ROUNDS):
        d[n, i] = i
        d.move_to_end((n, i), last=False)
        if i % 2:
            popped.append(d.pop((n, i)))


print("insert", together(insert), len(d), len(popped), sum(d.values()) == THREADS * sum(range(0, ROUNDS, 2)))

# a cache of the least recently used
d = OrderedDict()


def cache(n):
    for i in range(ROUNDS):
        key = (i * 13 + n) % 97
        if d.setdefault(key, key) != key:
            raise ValueError(key)
        try:
            d.move_to_end(key)
        except KeyError:
            pass
        if len(d) > 40:
            d.popitem(last=False)


print("cache", together(cache), len(d) <= 40 + THREADS, all(key == item for key, item in d.items()))

# an iterator raises, or gives what is there; copies and comparisons see one moment
d = fresh(30)


def look(n):
    for i in range(ROUNDS // 4):
        if n % 2:
            d.move_to_end(i % 30, last=i % 3 == 0)
        else:
            try:
                seen = list(d)
                assert len(seen) == len(set(seen)), seen
            except RuntimeError as e:
                assert str(e) == "OrderedDict mutated during iteration", e
            assert sorted(d.copy()) == list(range(30)) and sorted(dict(d.copy()).values()) == sorted(map(str, range(30)))


print("look", together(look), len(d))

# one iterator for all: no item twice
items = iter(fresh(THREADS * ROUNDS).items())
got = []


def drain(n):
    for item in items:
        got.append(item)


print("drain", together(drain), sorted(got) == [(i, str(i)) for i in range(THREADS * ROUNDS)])

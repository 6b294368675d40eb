"""functools.lru_cache around functions of C, which run no Python code: threads that miss a key at once get one result."""
import functools
import itertools
import threading

ROUNDS = 400
THREADS = 3


def race(size):
    """Number keys in several threads; return whether each key has one number, and the counts."""
    number = functools.lru_cache(size)(functools.partial(next, itertools.count(1000)))
    gate, found = threading.Barrier(THREADS), []

    def body():
        mine = []
        gate.wait()
        for key in range(ROUNDS):
            mine.append(number(key))
        found.append(mine)

    threads = [threading.Thread(target=body) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    info = number.cache_info()
    return found[0] == found[1] == found[2], len(set(found[0])), info.hits, info.misses, info.currsize


def race_equal(size):
    """The same where each computation gives the same small number."""
    length = functools.lru_cache(size)(len)
    gate, keys = threading.Barrier(THREADS), ["x" * n for n in range(ROUNDS)]

    def body():
        gate.wait()
        for key in keys:
            length(key)

    threads = [threading.Thread(target=body) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return length.cache_info()


for size in None, ROUNDS:
    print(race(size), race_equal(size))
twice = functools.lru_cache(0)(len)
print(twice("ab"), twice("ab"), twice.cache_info())

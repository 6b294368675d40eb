"""Iterators over iterators over iterators, 60,000 deep: an error or a result, never a crash."""
import functools
import itertools
import operator
import os
import platform
import threading

DEEP = 60_000
WRAPPERS = {
    "map": lambda x: map(bool, x),
    "filter": lambda x: filter(None, x),
    "zip": lambda x: zip(x),
    "zip of five": lambda x: zip(x, [1], [1], [1], [1]),
    "enumerate": enumerate,
    "chain": lambda x: itertools.chain(x, [2]),
    "islice": lambda x: itertools.islice(x, 5),
    "accumulate": itertools.accumulate,
    "cycle": itertools.cycle,
    "takewhile": lambda x: itertools.takewhile(bool, x),
    "dropwhile": lambda x: itertools.dropwhile(operator.not_, x),
    "starmap": lambda x: itertools.starmap(tuple, zip(x)),
    "compress": lambda x: itertools.compress(x, [1]),
    "filterfalse": lambda x: itertools.filterfalse(operator.not_, x),
    "zip_longest": lambda x: itertools.zip_longest(x, [1]),
    "pairwise": itertools.pairwise,
    "groupby": itertools.groupby,
    "tee": lambda x: itertools.tee(x)[0],
    "callable": lambda x: iter(functools.partial(next, x), 5),
}


def nest(wrap):
    iterator = iter([1, 2, 3])
    for _ in range(DEEP):
        iterator = wrap(iterator)
    return iterator


def step(iterator):
    try:
        next(iterator)
    except (RecursionError, StopIteration, TypeError):
        pass


def survives(wrap):
    """In a child, because CPython crashes in some of them."""
    child = os.fork()
    if not child:
        step(nest(wrap))  # which then dies
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def everywhere():
    for name, wrap in WRAPPERS.items():
        if survives(wrap) or platform.python_implementation() != "Atoll":
            print(name, "survived")
        else:
            print(name, "crashed")


everywhere()
thread = threading.Thread(target=everywhere)
thread.start()
thread.join()

"""Iterators, aliases and descriptors wrapped 60,000 deep in each other: an error or a result, never a crash."""
import functools
import itertools
import operator
import sys
import threading
import types

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


ALIASES = {
    "argument": lambda x: types.GenericAlias(list, (x,)),
    "origin": lambda x: types.GenericAlias(x, int),
}
USES = {
    "parameters": lambda x: x.__parameters__,
    "item": lambda x: x[int],
    "attribute": lambda x: x.missing,
}


DESCRIPTORS = [property, staticmethod, classmethod, lambda x: property(None, None, x)]


def nest(wrap, x):
    for _ in range(DEEP):
        x = wrap(x)
    return x


def survives(name, wrap, x, use):
    if sys.implementation.name == "atoll":  # CPython crashes in some of them
        try:
            use(nest(wrap, x))  # which then dies
        except (RecursionError, StopIteration, TypeError, AttributeError):
            pass
    print(name, "survived")


def of_iterators(names):
    for name in names:
        survives(name, WRAPPERS[name], iter([1, 2, 3]), next)


of_iterators(WRAPPERS)
for name, wrap in ALIASES.items():
    for use in USES:
        survives(f"{name} {use}", wrap, int, USES[use])
for wrap in DESCRIPTORS:
    survives("abstract", wrap, len, lambda x: x.__isabstractmethod__)
thread = threading.Thread(target=of_iterators, args=(["map", "chain", "zip"],))
thread.start()
thread.join()

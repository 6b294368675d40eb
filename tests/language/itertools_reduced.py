"""Iterators are copied at each of their steps, and take states that no copy would give them."""
import copy
import itertools as it
from collections import OrderedDict
from support import attempt


def reduced(name, iterator):
    print(name, end=" ")
    attempt(iterator.__reduce__)


def steps(name, make, count=4):
    iterator = make()
    for _ in range(count):
        reduced(name, iterator)
        twin = copy.copy(iterator) if hasattr(type(iterator), "__reduce__") else None
        print(next(iterator, "stop"), "copy", next(twin, "stop"))



steps("str", lambda: iter("abc"))
steps("bytes", lambda: iter(b"ab"))
steps("bytearray", lambda: iter(bytearray(b"ab")))
for start in ((1,), (1.5, 2), (10**30,)):
    steps("count", lambda: it.count(*start), 2)
steps("cycle", lambda: it.cycle([1, 2]), 6)
steps("empty cycle", lambda: it.cycle([]), 3)
steps("repeat", lambda: it.repeat(1, 2))
steps("repeat for ever", lambda: it.repeat(1), 2)
steps("accumulate", lambda: it.accumulate([1, 2]), 3)
steps("accumulate initial", lambda: it.accumulate([1, 2], initial=5), 3)
steps("accumulate None", lambda: it.accumulate([None, 2], max and (lambda a, b: None)), 3)
steps("chain", lambda: it.chain([1], [2]))
steps("compress", lambda: it.compress([1, 2], [1, 1]), 3)
for kind in (it.dropwhile, it.takewhile, it.filterfalse):
    steps(kind.__name__, lambda: kind(bool, [1, 0, 2]), 3)
steps("groupby", lambda: it.groupby([1, 1, 2], abs), 3)
for bounds in ((1, 4, 2), (1, None), (0,)):
    steps("islice", lambda: it.islice([1, 2, 3, 4, 5], *bounds))
steps("starmap", lambda: it.starmap(max, [(1, 2)]), 2)
steps("zip_longest", lambda: it.zip_longest([1], [2, 3], fillvalue=9))
steps("product", lambda: it.product([1, 2], repeat=2), 6)
steps("empty product", lambda: it.product([1, 2], []), 3)
steps("permutations", lambda: it.permutations([1, 2, 3], 2), 8)
for kind in (it.permutations, it.combinations, it.combinations_with_replacement):
    steps(kind.__name__, lambda: kind([1, 2, 3], 2), 3)
    steps(kind.__name__, lambda: kind([], 2), 3)
reduced("pairwise", it.pairwise([1, 2]))
ordered = OrderedDict(a=1, b=2)
for make in (ordered.items, ordered.values, ordered.__reversed__):
    steps("ordered", lambda: iter(make()), 3)

groups = it.groupby([1, 1, 2])
key, group = next(groups)
reduced("group", group)
next(groups)
reduced("group that is over", group)
for arguments in ((), (1,), (1, 2)):
    attempt(it._grouper, *arguments)

# ---- the siblings of a tee keep what they share ----
first, second = it.tee(range(200))
for i in range(60):
    next(first)
both = copy.deepcopy((first, second))
print([next(both[0]) for _ in range(70)][-1], [next(both[1]) for _ in range(131)][-1], next(both[0]))
kind, arguments, state = first.__reduce__()
print(kind, arguments, state[1], state[0].__reduce__()[1][1:])
block = it._tee_dataobject
for arguments in (
    (), (1,), (iter([1]), [2] * 58, None), (iter([1]), [2] * 57, 5), (iter([1]), [2] * 5, block(iter([5]), [1], None)),
):
    try:
        print(block(*arguments))
    except (TypeError, ValueError) as error:
        print(type(error).__name__, error)
full = block(iter([1]), [2] * 57, block(iter([5]), [1], None))
for index in (-1, 0, 1, 55, 57, 58, "a"):
    tee = kind(())
    try:
        tee.__setstate__((full, index))
    except (TypeError, ValueError) as error:
        print(type(error).__name__, error)
    print(len(list(tee)))

# ---- states ----
INDICES = (1, (), (1,), (0, 1), (1, 2), (9, 9), (-9, -9), (5, -5), ("a", 1))
CASES = {
    "str": (lambda: iter("abc"), (0, 2, 3, 4, -1, "x", None, 10**30)),
    "bytes": (lambda: iter(b"abc"), (0, 2, 3, 4, -1, "x", None, 10**30)),
    "bytearray": (lambda: iter(bytearray(b"abc")), (0, 2, 3, 4, -1, "x")),
    "list": (lambda: iter([1, 2, 3]), (0, 2, 3, 4, -1, "x")),
    "cycle": (lambda: it.cycle([1, 2]), (1, (), ([], 0), ([5], 0), ([5], 1), ((5,), 1), ([5], "x"), ([5, 6], False))),
    "accumulate": (lambda: it.accumulate([1, 2]), (1, "a", None)),
    "chain": (
        lambda: it.chain([1], [2]),
        (1, (), (1,), (iter([5]),), (iter([[5]]), iter([6])), ([1],), (iter([]), iter([]), 1)),
    ),
    "dropwhile": (lambda: it.dropwhile(bool, [1, 2, 0, 3]), (0, 1, "", 5)),
    "takewhile": (lambda: it.takewhile(bool, [1, 2, 0, 3]), (0, 1, "", 5)),
    "groupby": (lambda: it.groupby([1, 1, 2]), (1, (), (1, 2, 3), (1, 2))),
    "islice": (lambda: it.islice([1, 2, 3], 2), (1, -1, "x", 5, 0)),
    "zip_longest": (lambda: it.zip_longest([1], [2, 3]), (5,)),
    "product": (lambda: it.product([1, 2], [3, 4]), INDICES),
    "permutations": (
        lambda: it.permutations([1, 2, 3], 2),
        (
            1, ((0, 1, 2), (3, 2)), ((0, 1), (3, 2)), ((2, 1, 0), (3, 1)), ((9, 9, 9), (9, 9)), (1, 2),
            ((0, 1, 2), (3, 2), 1), (tuple("abc"), tuple("de")),
        ),
    ),
    "combinations": (lambda: it.combinations([1, 2, 3], 2), INDICES),
    "with replacement": (lambda: it.combinations_with_replacement([1, 2, 3], 2), INDICES),
    "tee": (lambda: it.tee([1, 2, 3])[0], (1, (), (1, 2))),
}
for name, (make, states) in CASES.items():
    for state in states:
        iterator = make()
        print(name, state, end=" ")
        try:
            iterator.__setstate__(state)
            print(list(it.islice(iterator, 5)), iterator.__reduce__())
        except (TypeError, ValueError, OverflowError) as error:
            print(type(error).__name__, error)

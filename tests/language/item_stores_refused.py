# Items of what has none: what is said of stores and deletions, by the kind of type and of key.
import collections
import types


def function():
    pass


class Plain:
    pass


class Index:
    def __index__(self):
        return 10**30


values = [
    function, int, 1, None, "a", b"a", (), range(3), iter([]), {}.keys(), slice(1), len, frozenset(), 1.5, object(), Plain(),
    type("A", (int,), {})(), type("A", (tuple,), {})(), type("A", (str,), {})(), zip(), property(), int | str, list[int], ValueError(), ...,
    super(int, 1), {}.items(), {}.values(), type(vars(int))({}), collections.OrderedDict().keys(), types.SimpleNamespace(),
    types.ModuleType("a"), function.__code__, Plain().__init__, [].append, {1}, memoryview(b"a"), (i for i in ()),
]
for v in values:
    for key in [1, "a", slice(1, 2), None, 10**30, Index(), True]:
        try:
            v[key] = 1
        except Exception as e:
            print(type(v).__name__, type(key).__name__, type(e).__name__, e)
        try:
            del v[key]
        except Exception as e:
            print(type(v).__name__, type(key).__name__, type(e).__name__, e)

# Containers that a subclass gives another length.
for base in (list, dict, set, frozenset, str, tuple, collections.deque, collections.OrderedDict):
    made = type("Long", (base,), {"__len__": lambda self: 5})()
    print(base.__name__, bool(made), not made, "yes" if made else "no", "__bool__" in dir(base))

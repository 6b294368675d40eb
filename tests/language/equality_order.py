"""Which of two items is asked for its __eq__ when containers are compared or searched."""
import collections
import itertools
import operator
import types


class A:
    def __init__(self, name):
        self.name = name

    def __eq__(self, other):
        print(self.name, "==", other.name, end="; ")
        return True

    def __hash__(self):
        return 1


def show(title, result):
    print(title, result if isinstance(result, (bool, int)) else "")


x, y = {1: A("x")}, {1: A("y")}
show("dict", x == y)
show("dict, unequal", x != y)
show("two ordered", collections.OrderedDict(x) == collections.OrderedDict(y))
show("ordered and dict", collections.OrderedDict(x) == y)
show("dict and ordered", x == collections.OrderedDict(y))
show("proxy", types.MappingProxyType(x) == y)
show("namespace", types.SimpleNamespace(a=A("n")) == types.SimpleNamespace(a=A("o")))
show("keys", {A("k1"): 1} == {A("k2"): 1})
show("sets", {A("s1")} == {A("s2")})
show("subset", {A("s1")} <= {A("s2")})
show("in set", A("q") in {A("p")})
show("in items", (1, A("v")) in {1: A("w")}.items())
show("in values", A("v") in {1: A("w")}.values())
show("items", {1: A("w")}.items() == {1: A("z")}.items())
for kind in list, tuple, collections.deque:
    show(kind.__name__, kind([A("l")]) == kind([A("m")]))
    show("in", A("m") in kind([A("l")]))
    show("index", kind([A("l")]).index(A("m")))
    show("count", kind([A("l")]).count(A("m")))
    if kind is not tuple:
        show("remove", kind([A("l")]).remove(A("m")))
show("slice", slice(A("d")) == slice(A("e")))
show("countOf", operator.countOf([A("i")], A("j")))
show("indexOf", operator.indexOf([A("i")], A("j")))
show("contains", operator.contains(iter([A("i")]), A("j")))
show("groupby", list(itertools.groupby([A("g1"), A("g2")])))
show("sentinel", list(iter(lambda: A("called"), A("sentinel"))))

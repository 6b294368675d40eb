"""collections: deque, namedtuple, OrderedDict, defaultdict, Counter, ChainMap, User*."""
import collections
import collections.abc
from collections import deque, namedtuple, OrderedDict, defaultdict, Counter, ChainMap, UserDict, UserList, UserString
from support import attempt
d = deque([1, 2, 3])
d.append(4)
d.appendleft(0)
print(d, d.pop(), d.popleft(), d[0], d[-1], len(d), 2 in d, list(reversed(d)))
d.extend("ab")
d.extendleft("yz")
d.rotate(2)
print(d)
d.rotate(-1)
print(d, d.index(2), d.count("a"))
d.remove("a")
d.insert(1, "i")
d.reverse()
d[0] = "s"
del d[1]
print(d, d.copy() == d, d + deque([1]), deque("ab") * 2)
d.clear()
attempt(d.pop)
attempt(d.popleft)
attempt(lambda: d[0])
attempt(d.remove, 5)
m = deque(range(5), maxlen=3)
m.append(9)
m.appendleft(7)
print(m, m.maxlen, repr(m), deque(maxlen=0), deque([1]) < deque([2]), deque([1]) == [1])
attempt(m.insert, 1, 1)
attempt(deque, 5)
attempt(lambda: deque([], -1))
attempt(hash, m)
def mutate():
    x = deque([1, 2])
    for v in x: x.append(v)
attempt(mutate)
big = deque(range(1000))
big.rotate(333)
print(big[0], big[500], sum(big), len(big))
P = namedtuple("P", "x y")
p = P(1, y=2)
print(
    p, p.x, p[1], p._fields, p._asdict(), p._replace(x=5), P._make([3, 4]), p == (1, 2), P.__doc__,
    hash(p) == hash((1, 2)), p + (3,), isinstance(p, tuple), [*p], P.x.__doc__
)
x, y = p
attempt(P, 1)
attempt(P, 1, 2, 3)
attempt(lambda: setattr(p, "x", 1))
attempt(lambda: p._replace(z=1))
attempt(namedtuple, "B", "a a")
attempt(namedtuple, "B", "def")
attempt(namedtuple, "B", "_a")
D = namedtuple("D", ["a", "b"], defaults=[9], module="mod")
print(D(1), D._field_defaults, D.__module__, namedtuple("R", "a def b a", rename=True)._fields)
class Sub(P):
    __slots__ = ()
    def total(self): return self.x + self.y
print(Sub(1, 2), Sub(1, 2).total())
o = OrderedDict(a=1, b=2)
o["c"] = 3
o.move_to_end("a")
print(o, list(o))
o.move_to_end("c", last=False)
print(
    list(o), o.popitem(), o.popitem(last=False), o,
    OrderedDict([(1, 2), (3, 4)]) == OrderedDict([(3, 4), (1, 2)]), OrderedDict([(1, 2)]) == {1: 2},
    list(reversed(OrderedDict.fromkeys("ab"))), repr(OrderedDict()), o | {"z": 1}
)
attempt(OrderedDict().popitem)
attempt(lambda: o.move_to_end("q"))
dd = defaultdict(list)
dd["a"].append(1)
dd["b"]
print(dd, dd.default_factory, dd.get("q"), len(dd), dict(dd), defaultdict(int, a=1), dd.copy())
attempt(lambda: defaultdict()["x"])
attempt(defaultdict, 5)
dc = defaultdict(lambda: defaultdict(int))
dc[1][2] += 3
print({k: dict(v) for k, v in dc.items()}, repr(defaultdict(None)), dd | {"c": 1})
c = Counter("abracadabra")
print(
    c, c.most_common(2), c["a"], c["zz"], c.total(), sorted(c.elements())[:4], Counter(a=1, b=-1),
    +Counter(a=1, b=-1), -Counter(a=1, b=-1), Counter("ab") + Counter("b"), Counter("aab") - Counter("a"),
    Counter("aab") & Counter("ab"), Counter("a") | Counter("b"), Counter("ab") <= Counter("abc"),
    Counter(a=1) == Counter(a=1, b=0)
)
c.update("zzz")
c.subtract({"a": 10})
print(c.most_common(1), c["a"])
del c["zz"]
print(Counter([1, 1]).most_common(), repr(Counter()), Counter({"x": 2}).copy())
attempt(Counter.fromkeys, "a")
m = ChainMap({"a": 1}, {"a": 2, "b": 3})
print(m["a"], m["b"], dict(m), m.new_child({"b": 9})["b"], m.parents, len(m), "b" in m, m)
m["z"] = 1
print(m.maps)
attempt(lambda: m["q"])
attempt(lambda: m.pop("b"))
class UD(UserDict):
    def __setitem__(self, k, v): super().__setitem__(k.lower(), v)
u = UD(A=1)
u["B"] = 2
print(u, u["a"], "b" in u, len(u), u.data)
ul = UserList([3, 1])
ul.append(2)
ul.sort()
print(ul, ul + [9], ul[0], ul == [1, 2, 3])
us = UserString("abc")
print(us.upper(), us + "d", us == "abc", len(us))
print(
    isinstance([], collections.abc.Sequence), isinstance({}, collections.abc.Mapping),
    isinstance((i for i in []), collections.abc.Iterator), isinstance(5, collections.abc.Hashable),
    isinstance([], collections.abc.Hashable), issubclass(dict, collections.abc.MutableMapping),
    isinstance(len, collections.abc.Callable), isinstance(range(1), collections.abc.Sequence),
    isinstance(set(), collections.abc.Set)
)
class MySeq(collections.abc.Sequence):
    def __len__(self): return 3
    def __getitem__(self, i):
        if i > 2: raise IndexError
        return i * 2
s = MySeq()
print(list(s), 4 in s, s.index(2), s.count(0), list(reversed(s)))
class MyMap(collections.abc.MutableMapping):
    def __init__(self): self.d = {}
    def __getitem__(self, k): return self.d[k]
    def __setitem__(self, k, v): self.d[k] = v
    def __delitem__(self, k): del self.d[k]
    def __iter__(self): return iter(self.d)
    def __len__(self): return len(self.d)
mm = MyMap()
mm.update(a=1)
print(
    mm.pop("a"), mm.get("q"), mm.setdefault("k", 5), list(mm.items()), "k" in mm, mm == {"k": 5},
    mm.keys() & {"k"}
)
class Abstract(collections.abc.Sequence): pass
attempt(Abstract)
import abc
class AB(abc.ABC):
    @abc.abstractmethod
    def a(self): ...
    @property
    @abc.abstractmethod
    def b(self): ...
attempt(AB)
class Conc(AB):
    a = b = 1
print(Conc().a, AB.__abstractmethods__ == {"a", "b"}, isinstance(Conc(), AB))
AB.register(int)
print(isinstance(5, AB), issubclass(int, AB))

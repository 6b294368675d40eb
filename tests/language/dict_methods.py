"""Dictionaries."""
from support import attempt
d = {"a": 1, "b": 2, 3: "c", None: 0, (1, 2): "t", 2.5: "f", True: "one"}
print(
    d, len(d), d["a"], d[1], d[1.0], d.get("zz"), d.get("zz", 5), "a" in d, "q" not in d, list(d),
    list(d.values()), list(d.items())
)
attempt(lambda: d["missing"])
attempt(lambda: d[[]])
attempt(lambda: {[]: 1})
attempt(lambda: {}.popitem())
attempt(lambda: {}.pop("x"))
attempt(lambda: hash({}))
d["new"] = 9
d["a"] = 100
del d["b"]
print(d)
print(d.pop("a"), d.pop("a", None), d.popitem(), d.setdefault("s", []), d.setdefault("s", 1), d)
d.update({"u": 1}, v=2)
d.update([("w", 3), ("x", 4)])
d.update()
print(d)
attempt(lambda: {}.update(5))
attempt(lambda: {}.update([1]))
attempt(lambda: {}.update([(1, 2, 3)]))
attempt(lambda: dict([("a",)]))
attempt(lambda: dict(1))
attempt(lambda: dict(a=1, **{"a": 2}))
print(
    dict(), dict(a=1), dict([(1, 2)]), dict({1: 2}, b=3), dict.fromkeys("ab"), dict.fromkeys([1, 2], 0),
    dict(zip("ab", [1, 2])), {**{"a": 1}, "b": 2, **{"a": 3}}
)
print(
    {1: 2} == {1: 2.0}, {1: 2} == {1: 3}, {1: 2, 3: 4} == {3: 4, 1: 2}, {1: 2} | {3: 4}, {1: 2} | {1: 5},
    {} == [], {1: 1} != {}
)
attempt(lambda: {} < {})
attempt(lambda: {} | [(1, 2)])
e = {1: 1}
e |= [(2, 2)]
print(e)
e.clear()
print(e, bool(e))
k, v, i = d.keys(), d.values(), d.items()
print(
    type(k), type(v), type(i), len(k), "u" in k, ("u", 1) in i, 1 in v, k & {"u", "zz"},
    sorted(map(str, k - {"u"}))[:2], {"q"} | (k & {"u"}) == {"q", "u"}, k.isdisjoint({"qq"}), k.mapping == d
)
d["later"] = 1
print(
    "later" in k, len(v), list(reversed(d))[:2], list(reversed(d.items()))[0], k == set(d),
    repr({1: 2}.keys()), repr({1: 2}.values()), repr({1: 2}.items())
)
def mutate_in_loop():
    x = {1: 1, 2: 2}
    for key in x: x[key + 10] = 1
attempt(mutate_in_loop)
def delete_in_loop():
    x = {1: 1, 2: 2}
    for key in x: del x[key]
attempt(delete_in_loop)
x = {1: 1, 2: 2}
for key in x: x[key] = key * 10
print(
    x, {v: k for k, v in x.items()}, {i: i * i for i in range(5) if i % 2}, sorted({"b": 1, "a": 2}),
    max({"a": 5, "b": 3}, key=lambda q: q)
)
r = {}
r["self"] = r
print(r)
n = {"a": {"b": [1, {"c": 2}]}}
print(n["a"]["b"][1]["c"], n)
c = n.copy()
c["a"]["b"] = 0
print(n, c is n)
class K:
    def __init__(self, n): self.n = n
    def __hash__(self): return 1
    def __eq__(self, o): return isinstance(o, K) and self.n == o.n
    def __repr__(self): return f"K{self.n}"
h = {K(i): i for i in range(20)}
print(h[K(7)], K(30) in h, len(h))
del h[K(3)]
h[K(3)] = "again"
print(list(h)[-1], len(h), h)
class Bad:
    def __hash__(self): return 5
    def __eq__(self, o): raise ValueError("no comparing")
attempt(lambda: {Bad(): 1, Bad(): 2})
class NoHash:
    __hash__ = None
attempt(lambda: {NoHash(): 1})
class M(dict):
    def __missing__(self, key): self[key] = key * 2; return self[key]
m = M(a=1)
print(m["a"], m["zz"], m, m.get("q"), "q" in m, type(m.copy()))
big = {i: str(i) for i in range(5000)}
for i in range(0, 5000, 2): del big[i]
for i in range(5000, 6000): big[i] = "n"
print(len(big), list(big)[:5], list(big)[-2:], sum(big), big[4999], 4998 in big)
order = {}
for w in "the quick brown fox jumps over the lazy dog".split(): order[w] = order.get(w, 0) + 1
print(order)
order.pop("the")
order["the"] = 0
print(list(order))
def f(**kw): kw["x"] = 1; return kw
src = {"y": 2}
print(f(**src), src)
attempt(lambda: f(**{1: 2}))
attempt(lambda: f(**5))
attempt(lambda: f(y=1, **src))
it = iter({1: 1})
print(next(it), next(it, None))
g = {}
g[1] = g.setdefault(2, 3)
print(g, 1 in g.keys(), {"a": 1}.items() == {"a": 1}.items())

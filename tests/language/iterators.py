"""The iterator protocol, and the iterators of the built-in types."""
from support import attempt
class Count:
    def __init__(self, n): self.n = n
    def __iter__(self): return CountIter(self.n)
class CountIter:
    def __init__(self, n): self.n = n; self.i = 0
    def __iter__(self): return self
    def __next__(self):
        if self.i >= self.n: raise StopIteration
        self.i += 1
        return self.i
c = Count(3)
print(
    list(c), list(c), [*c, *c], sum(c), max(c), 2 in c, 9 in c, tuple(c), set(c), dict(zip(c, "abc")),
    list(map(str, c)), sorted(c, reverse=True), "".join(map(str, c)), list(enumerate(c, 5))
)
a, b, d = c
print(a, b, d)
first, *rest = c
print(first, rest)
attempt(lambda: next(c))
attempt(lambda: iter(5))
attempt(lambda: list(None))
it = iter(c)
print(next(it), next(it), next(it), next(it, "end"), next(it, None))
attempt(next, it)
for t in (
    [1, 2], (1, 2), "é", {1: 2}, {1}, range(2), b"ab", {1: 2}.keys(), {1: 2}.values(), {1: 2}.items(),
    iter([1]), enumerate([1]), zip([1]), map(str, [1]), filter(None, [1]), reversed([1]), (x for x in [1]),
    bytearray(b"a"), frozenset([1]), reversed("ab"), reversed(range(3)), reversed({1: 2}), iter(int, 0)
):
    i = iter(t)
    print(type(i).__name__, end=" ")
    assert iter(i) is i
print()
n = [0]
def tick(): n[0] += 1; return n[0]
print(list(iter(tick, 4)))
attempt(lambda: iter(5, 5))
l = [1, 2, 3]
it = iter(l)
next(it)
l.append(4)
print(list(it))
l.append(5)
print(list(it))
l = [1, 2, 3]
it = iter(l)
next(it)
l.clear()
print(list(it))
print(
    list(zip("abc", [1, 2])), list(zip()), list(zip("ab", "cd", "ef")),
    list(map(lambda a, b: a + b, [1, 2, 3], [10, 20])), list(filter(lambda x: x > 1, [1, 2, 3])),
    list(filter(None, [0, 1, "", "a"]))
)
attempt(lambda: list(zip([1, 2], [1], strict=True)))
attempt(lambda: list(zip([1], [1, 2], strict=True)))
attempt(zip, 5)
attempt(map, str)
attempt(lambda: list(map(5, [1])))
attempt(filter, None)
z = zip([1, 2, 3], it2 := iter([1]))
print(next(z))
attempt(next, z)
print(list(reversed([1, 2, 3])), list(reversed((1, 2))), "".join(reversed("abc")))
attempt(reversed, (x for x in [1]))
attempt(enumerate, 5)
class Seq:
    def __len__(self): return 3
    def __getitem__(self, i):
        print("get", i, end=" ")
        if i >= 3: raise IndexError
        return i * i
print(list(reversed(Seq())), list(Seq()), 4 in Seq())
class Raises:
    def __iter__(self): return self
    def __next__(self): raise ValueError("next fails")
for f in (
    list, tuple, set, sum, max, sorted, any, "".join, dict, enumerate, lambda x: [*x],
    lambda x: [i for i in x], lambda x: 1 in x
): 
    attempt(lambda: list(f(Raises())) if f is enumerate else f(Raises()))
attempt(lambda: dict([1]))
attempt(lambda: dict(["abc"]))
print(dict(["ab", "cd"]))
class Hint(CountIter):
    def __length_hint__(self): return 100
print(list(Hint(2)))
i = iter([1, 2, 3])
print(
    list(zip(i, i)), any(x > 2 for x in i), all([]), any([]), min([3, 1], default=0), max([], default="d"),
    sum([[1], [2]], []), sum([1.5, 2]), sum([], 5), sum((1, 2), start=3)
)
attempt(max, [])
attempt(min, ())
attempt(sum, ["a"])
attempt(sum, ["a"], "")
attempt(max, 5)
attempt(max)
attempt(lambda: max(1, 2, default=3))
attempt(lambda: min([1, "a"]))
d = {1: "a", 2: "b"}
for k, v in d.items(): print(k, v, end=" ")
for i, (k, v) in enumerate(d.items()): print(i, k, v, end=" ")
for i in range(3):
    if i == 5: break
else: print("for-else", end=" ")
for i in range(3):
    if i == 1: break
else: print("never")
while i < 5:
    i += 1
    if i == 3: continue
    if i == 4: break
else: print("never")
print(i)
for x in []: pass
else: print("empty else")
for a, (b, *c) in [(1, (2, 3, 4)), (5, "xyz")]: print(a, b, c, end=" ")
class T: pass
t = T()
l = [0, 0]
for t.attr in range(3): pass
for l[1] in "ab": pass
print(t.attr, l)


class Text(str):
    pass


print([type(iter(text)).__name__ for text in ("", "a", "é", "aé", Text("a"), Text("é"))])

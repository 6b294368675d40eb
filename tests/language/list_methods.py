"""Lists."""
from support import attempt, attempt_all
a = [3, 1, 2]
a.append(5)
a.extend([4, 9])
a.extend("xy")
a.insert(0, "first")
a.insert(-1, "penult")
a.insert(100, "end")
print(a)
print(a.pop(), a.pop(0), a.pop(-2), a)
a.remove(9)
print(a, a.index(2), a.count(1), len(a))
attempt([].pop)
attempt([1].pop, 5)
attempt([1].remove, 2)
attempt([1].index, 2)
attempt([1, 2, 3].index, 1, 1)
attempt(lambda: [1][3])
attempt(lambda: [1]["a"])
attempt(lambda: [1] + (2,))
attempt(lambda: [1] * 1.5)
attempt(lambda: [1].foo)
attempt(lambda: hash([]))
b = [5, 3, 8, 1]
b.sort()
print(b)
b.sort(reverse=True)
print(b)
b.reverse()
print(b)
b.sort(key=lambda x: -x)
print(b)
words = ["banana", "Apple", "cherry", "apple"]
words.sort(key=str.lower)
print(words, sorted(words, key=len, reverse=True), sorted(words))
attempt(sorted, [1, "a"])
attempt([1, 2].sort, 5)
attempt(lambda: sorted([3, 1], key=5))
print(
    [1, 2] + [3], [0] * 4, 2 * [1, 2], [1, 2] == [1, 2], [1, 2] < [1, 3], [1] < [1, 0], [] < [1],
    [2] > [1, 5], [1, 2] != [1], 1 in [1, 2], 5 not in [1]
)
c = [1, 2, 3]
d = c
d += [4]
print(c, c is d)
c = c + [5]
print(c, d, c is d)
d *= 2
print(d)
e = d.copy()
e.clear()
print(e, d)
m = [[0] * 3 for _ in range(2)]
m[0][1] = 7
print(m, [[]] * 2, list(map(len, m)))
r = [1]
r.append(r)
print(r, r == r, len(r))
t = ([],)
t[0].append(t)
print(t)
s = list(range(10))
del s[0]
del s[-1]
del s[2:4]
print(s)
del s[::2]
print(s)
s[1:1] = [7, 8, 9]
print(s)
s[:] = []
print(s)
s = list(range(10))
s[2:5] = "abc"
print(s)
s[::2] = [0] * 5
print(s)
s[1:9:3] = (1, 2, 3)
print(s)
s[5:2] = [99]
print(s)
def assign(target, index, v): target[index] = v
attempt(assign, [1, 2, 3, 4], slice(0, 4, 2), [1])
attempt(assign, [1], slice(0, 1), 5)
attempt(assign, [1], 5, 5)
attempt(assign, [1], "x", 5)
print(
    list(), list((1, 2)), list("ab"), list({3: 1}), list(range(3)), list(x for x in "q"), [*range(3), *"ab"],
    [i for i in (1, 2)]
)
attempt(list, 5)
x = [1, 2, 3, 4, 5]
for v in x:
    if v % 2: x.remove(v)
print(x)
for i, v in enumerate(x):
    if len(x) < 6: x.append(v)
print(x)
class L(list):
    def __getitem__(self, i): return ("got", list.__getitem__(self, i))
    def extra(self): return len(self)
l = L([1, 2])
l.append(3)
print(
    l, l[0], l.extra(), l + [4], type(l + [4]), l == [1, 2, 3], isinstance(l, list), sorted(l, reverse=True),
    [*l]
)
big = list(range(1000, 0, -1))
big.sort()
print(big[:3], big[-3:], sum(big), big == list(range(1, 1001)))
pairs = [(i * 7 % 10, i) for i in range(30)]
pairs.sort(key=lambda p: p[0])
print(pairs)
print(
    [3, 1.5, True, 2].__class__, sorted([3, 1.5, True, 2]), max([3, 1, 2]), min([[2], [1, 5]]),
    list(reversed([1, 2, 3])), repr([None, "a", 1.0, [()]])
)
q = [3, 2, 1]
def evil(v):
    q.append(v)
    return v
attempt(lambda: q.sort(key=evil))
it = iter([1, 2])
print(next(it), next(it), next(it, "done"), it.__length_hint__() if hasattr(it, "__length_hint__") else 0)

# Repeated without end: nothing stays nothing, and the rest is too much.
most = 2**63 - 1
nothing = []
nothing *= most
print([] * most, nothing, () * most, "" * most, b"" * most, bytearray() * most)
for item in [1, 2], (1, 2), "ab", b"ab", bytearray(b"ab"):
    attempt(lambda: item * most)

# what cannot be held is refused at once
attempt(lambda: list(range(1 << 62)))
attempt(lambda: [].extend(range(1 << 55)))
attempt(lambda: sorted(range(1 << 62)))


# a list that extends itself takes the items it had, also of a subclass
class Sub(list): pass


items = Sub([1, 2])
items.extend(items)
items += items
items[1:3] = items
print(items)

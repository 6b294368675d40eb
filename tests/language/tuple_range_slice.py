"""Tuples, ranges, slices."""
from support import attempt, attempt_all
t = (1, "a", None, 2.5)
print(
    t, t[0], t[-1], t[1:3], t[::-1], len(t), t + (5,), t * 2, t.count(1), t.index("a"), 1 in t,
    hash((1, 2)) == hash((1, 2)), (), (1,), tuple("ab"), tuple([1]), tuple()
)
print(
    (1, 2) < (1, 3), (1,) < (1, 0), () < (1,), (1, "a") == (1, "a"), ((1, 2), 3) > ((1, 1), 9),
    (1, 2) == [1, 2]
)
attempt(lambda: (1, 2)[5])
attempt(lambda: (1,) + [2])
attempt(lambda: (1, 2).index(3))
attempt(lambda: hash(([],)))
attempt(lambda: (1, 2) < (1, "a"))
attempt(lambda: () < 1)
def assign(o, i, v): o[i] = v
def delete(o, i): del o[i]
attempt(assign, (1,), 0, 2)
attempt(delete, (1,), 0)
attempt(assign, "abc", 0, "x")
attempt(assign, range(3), 0, 2)
u = ([1],)
try:
    u[0] += [2]
except TypeError as e:
    print(e, u)
for r in (
    range(5), range(2, 8), range(0, 10, 3), range(10, 0, -3), range(5, 5), range(0), range(-3, 3),
    range(10**20, 10**20 + 3), range(0, -5)
):
    print(r, list(r), len(r), r[::-1], r[1:], bool(r), r.start, r.stop, r.step)
print(
    range(5)[2], range(5)[-1], range(0, 10, 2)[1:3], 3 in range(5), 5 in range(5), 4 in range(0, 10, 3),
    2.0 in range(3), "a" in range(3), range(3) == range(0, 3, 1), range(0) == range(5, 5),
    hash(range(3)) == hash(range(0, 3))
)
print(
    range(10).index(3), range(0, 10, 2).count(4), range(10).count(11), list(reversed(range(0, 10, 3))),
    max(range(5)), sum(range(101)), sorted(range(5), reverse=True)
)
attempt_all(range, (1, 2, 0), "a", 1.5, (), (1, 2, 3, 4))
attempt(lambda: range(5)[7])
attempt(lambda: range(5).index(9))
attempt(lambda: len(range(10**30)))
s = slice(1, 5, 2)
print(
    s, s.start, s.stop, s.step, slice(3), slice(None), s.indices(4), slice(None, None, -1).indices(5),
    slice(-3, None).indices(10), s == slice(1, 5, 2), slice(1) < slice(2)
)
attempt(lambda: hash(slice(1)))
attempt(slice)
attempt(lambda: [1][::0])
attempt(lambda: [1]["a":])
attempt(lambda: [1][1.5:])
x = "0123456789"
for a in (None, 0, 2, -3, 12, -12):
    print([x[a:b:c] for b in (None, 5, -1, 20, -20) for c in (None, 1, 2, -1, -3)])
class G:
    def __getitem__(self, k): return k
g = G()
print(g[1], g[1:2], g[::3], g[1, 2], g[1:2, ...], g[()], g["k"], g[:, 1], g[*[1, 2]])
class I:
    def __index__(self): return 2
print(x[I()], x[I():], [0] * I(), range(I()), hex(I()), (1, 2, 3)[I()])

# subclasses of any length have their attributes behind the items
class Long(tuple):
    pass


for n in 0, 1, 2, 3, 10, 1000, 5001, 100000:
    long = Long(range(n))
    before = long.__dict__.copy()
    long.x = n
    print(n, before, long.x, len(long), sum(long))

"""Every operation that changes a deque, from several threads at once: each is one step, as under CPython's lock. What
is printed is what was odd."""
from collections import deque
from support import attempt, beside, together

N = 3000


def row(name, *odd):
    print(name, *odd)


def appends_kept(name, step, start=range(5)):
    d = deque(start)
    numbers = iter(range(10**6, 10**6 + N))
    odd = together(N, lambda: d.append(next(numbers)), lambda: step(d))
    row(name, odd, sorted(x for x in d if x >= 10**6) == list(range(10**6, 10**6 + N)))


appends_kept("rotate", lambda d: d.rotate(3))
appends_kept("reverse", lambda d: d.reverse())
appends_kept("insert and remove", lambda d: (d.insert(1, -7), d.remove(-7)))
appends_kept("appendleft and popleft", lambda d: (d.appendleft(-1), d.popleft()))
appends_kept("d[0] = x", lambda d: d.__setitem__(0, -5))
appends_kept("*= 1", lambda d: d.__imul__(1))
appends_kept("extendleft and del d[0]", lambda d: (d.extendleft((-1, -2)), d.__delitem__(0), d.__delitem__(0)))
appends_kept("copy", lambda d: d.copy())

d = deque(range(2 * N))
row("del d[-1]", together(N, *[lambda: d.__delitem__(-1)] * 2), d)
d = deque(range(2 * N))
taken = []
row("pop", together(N, lambda: taken.append(d.pop()), lambda: taken.append(d.popleft())), d,
    sorted(taken) == list(range(2 * N)))
d = deque()
row("extend", together(N, *[lambda v=v: d.extend([v, v, v]) for v in (1, 2)]), len(d),
    all(d[i] == d[i + 1] == d[i + 2] for i in range(0, len(d), 3)))
d = deque()
row("+=", together(N, *[lambda v=v: d.__iadd__(deque((v, v))) for v in (1, 2)]), len(d),
    all(d[i] == d[i + 1] for i in range(0, len(d), 2)))
d = deque(maxlen=6)
row("extend to a limit", together(N, *[lambda v=v: d.extend((v, v, v)) for v in (1, 2)]), len(d),
    d[0] == d[1] == d[2], d[3] == d[4] == d[5])
d = deque(maxlen=3)
row("extend beyond a limit", together(N, *[lambda v=v: d.extendleft([0] * 9 + [v, v, v]) for v in (1, 2)]), len(set(d)))
d = deque([1, 2, 3] * N)
row("remove", together(N, *[lambda v=v: d.remove(v) for v in (1, 2, 3)]), d)
d = deque([1])
row("*= 2", together(8, *[lambda: d.__imul__(2)] * 2), len(d))
d = deque(range(10))
row("rotate there and back", together(N, lambda: d.rotate(1), lambda: d.rotate(-1)), d)
d = deque()
row("insert at the end", together(N, *[lambda v=v: d.insert(len(d) + 10**6, v) for v in (1, 2)]), d.count(1), d.count(2))
d = deque(range(5))
row("clear and extend", together(N, lambda: d.clear(), lambda: d.extend((1, 2))), len(d) % 2)
d = deque([0] * 5, maxlen=5)
row("append to a full one", together(N, *[lambda v=v: d.append(v) for v in (1, 2)]), len(d))

# ---- lookers ----
d = deque(range(10))
shift = lambda: (d.appendleft(-1), d.popleft())
row("remove beside shifts", beside(N, lambda: (d.remove(5), d.append(5)) == (None, None), shift),
    sorted(x for x in d if x >= 0))
d = deque(range(10))
row("in", beside(N, lambda: 5 in d and 77 not in d, shift))
row("count", beside(N, lambda: d.count(5) == 1, shift))
row("index", beside(N, lambda: d.index(5) in (5, 6), shift), beside(N, lambda: d.index(9, -1) in (9, 10), shift))
row("d[-1]", beside(N, lambda: d[-1] == 9, shift))
row("copy", beside(N, lambda: len(d.copy()) in (10, 11), shift))
row("==", beside(N, lambda: (d == deque(range(10))) in (True, False), shift))
row("+", beside(N, lambda: len(d + d) in (20, 21, 22), shift))
row("repr", beside(300, lambda: repr(d).startswith("deque(["), shift))
push = lambda: (d.append(4), d.pop())
row("d[-1] = x", beside(N, lambda: d.__setitem__(-1, 9) is None, push))
d = deque(range(8))
row("copy beside rotate", beside(N, lambda: sorted(d.copy()) == list(range(8)), lambda: d.rotate(3)))
row("in beside rotate", beside(N, lambda: 3 in d, lambda: d.rotate(1)))


# ---- comparisons in Python that change the deque ----
class Changes:
    def __init__(self, deque, result): self.deque, self.result = deque, result
    def __eq__(self, other):
        self.deque.append(1)
        return self.result


for result in (False, True):
    for name in ("count", "index", "remove", "__contains__"):
        d = deque([1, 2])
        d.extend([Changes(d, result), 5])
        print(result, name, end=" ")
        attempt(getattr(d, name), 3)
        print(len(d))
for n in (-1, 0, 1, 2, 3, 7):
    for limit in (None, 0, 1, 4, 5, 100):
        d = deque("abc", limit)
        d *= n
        print(n, limit, "".join(d), "".join(deque("xy", limit) * n))
d = deque("abcdef", 4)
d.extend("ghi")
d.extendleft(("j", "k", "l", "m", "n"))
d.extend([])
d += d
print(d)

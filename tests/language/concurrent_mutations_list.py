"""Every operation that changes a list, from several threads at once: each is one step, as under CPython's lock, so
nothing is lost or doubled, and who reads beside it sees a state from before or after. What is printed is what was odd."""
import bisect
from support import beside, together

N = 2000


def row(name, *odd):
    print(name, *odd)


# ---- one step beside appends: none may be lost, whatever the other thread does to the list ----
def appends_kept(name, start, step):
    """Tagged items are appended while `step` runs: they are all there afterwards."""
    items = list(start)
    numbers = iter(range(10**6, 10**6 + N))
    odd = together(N, lambda: items.append(next(numbers)), lambda: step(items))
    kept = [x for x in items if type(x) is int and x >= 10**6]
    row(name, odd, len(kept) == N, sorted(set(kept)) == list(range(10**6, 10**6 + N)))


appends_kept("sort", range(50), lambda l: l.sort())
appends_kept("sort reverse", range(50), lambda l: l.sort(reverse=True))
appends_kept("sort by a built-in key", range(50), lambda l: l.sort(key=float))
appends_kept("reverse", range(50), lambda l: l.reverse())
appends_kept("*= 1", range(3), lambda l: l.__imul__(1))
appends_kept("insert and pop(0)", [], lambda l: (l.insert(0, 1), l.remove(1)))
appends_kept("l[:0] = ... and del l[:2]", [], lambda l: (l.__setitem__(slice(0, 0), [1, 2]), l.remove(1), l.remove(2)))
appends_kept("l[0:1] = [...]", [0], lambda l: l.__setitem__(slice(0, 1), [1]))
appends_kept("l[0] = x", [0], lambda l: l.__setitem__(0, 1))
appends_kept("l[:4:2] = [...]", range(4), lambda l: l.__setitem__(slice(0, 4, 2), (7, 8)))
appends_kept("extend and remove", [], lambda l: (l.extend([1, 2, 3]), l.remove(1), l.remove(2), l.remove(3)))
appends_kept("+= and remove", [], lambda l: (l.__iadd__((1, 2)), l.remove(1), l.remove(2)))
appends_kept("insort", [], lambda l: (bisect.insort(l, 5), l.remove(5)))

# ---- all threads take the same step; the sum of what they did is there ----
items = list(range(2 * N))
row("del l[-1]", together(N, *[lambda: items.__delitem__(-1)] * 2), items)
items = list(range(2 * N))
row("del l[-1:]", together(N, *[lambda: items.__delitem__(slice(-1, None))] * 2), items)
items = list(range(4 * N))
row("del l[-2::]", together(N, *[lambda: items.__delitem__(slice(-2, None, 1))] * 2), items)
items = list(range(4 * N))
row("del l[:4:2]", together(N, *[lambda: items.__delitem__(slice(0, 4, 2))] * 2), items)
items = list(range(2 * N))
row("del l[0]", together(N, *[lambda: items.__delitem__(0)] * 2), items)
items = list(range(2 * N))
taken = []
row("pop", together(N, lambda: taken.append(items.pop()), lambda: taken.append(items.pop(0))), items,
    sorted(taken) == list(range(2 * N)))
items = [1, 2, 3] * N
row("remove", together(N, *[lambda v=v: items.remove(v) for v in (1, 2, 3)]), items)
items = []
row("insert", together(N, *[lambda v=v: items.insert(-1, v) for v in (1, 2, 3)]), [items.count(v) for v in (1, 2, 3)])
items = []
row("extend", together(N, *[lambda v=v: items.extend([v, v, v]) for v in (1, 2)]), len(items),
    all(items[i] == items[i + 1] == items[i + 2] for i in range(0, len(items), 3)))
items = []
row("+=", together(N, *[lambda v=v: items.__iadd__((v, v)) for v in (1, 2)]), len(items),
    all(items[i] == items[i + 1] for i in range(0, len(items), 2)))
items = []
row("l[n:] = ...", together(N, *[lambda v=v: items.__setitem__(slice(len(items) + 10**6, None), [v, v]) for v in (1, 2)]),
    len(items), all(items[i] == items[i + 1] for i in range(0, len(items), 2)))
items = list(range(16))
row("reverse twice", together(2 * N, *[lambda: items.reverse()] * 3), items == list(range(16)))
items = list(range(100, 0, -1))
row("sort twice", together(300, *[lambda: items.sort()] * 3), items == list(range(1, 101)))
items = [1]
row("*= 2", together(8, *[lambda: items.__imul__(2)] * 2), len(items))
items = [1]
row("+= self", together(8, *[lambda: items.__iadd__(items)] * 2), len(items))
items = []
row("insort", together(N // 4, *[lambda v=v: bisect.insort(items, (v * len(items)) % 97) for v in (3, 5, 7)]),
    len(items), items == sorted(items))
items = list(range(100))
row("clear and extend", together(N, lambda: items.clear(), lambda: items.extend((1, 2))), set(items) <= {1, 2})

# ---- lookers beside a thread that changes what does not matter to them ----
items = list(range(50))
shift = lambda: (items.insert(0, -1), items.pop(0))
row("in", beside(N, lambda: 25 in items, shift))
row("not in", beside(N, lambda: 99 not in items, shift))
row("index", beside(N, lambda: items.index(49) in (49, 50), shift))
row("index with bounds", beside(N, lambda: items.index(49, -1) in (49, 50), shift))
row("count", beside(N, lambda: items.count(30) == 1, shift))
row("l[-1]", beside(N, lambda: items[-1] == 49, shift))
row("l[-2:]", beside(N, lambda: items[-2:] == [48, 49], shift))
row("l[::-1]", beside(N, lambda: items[::-1][:50] == list(range(49, -1, -1)), shift))
row("l[-1:0:-7]", beside(N, lambda: items[-1:0:-7][0] == 49, shift))
row("copy", beside(N, lambda: items.copy() in (list(range(50)), list(range(-1, 50))), shift))
row("len", beside(N, lambda: len(items) in (50, 51), shift))
row("+", beside(N, lambda: (items + [])[-1] == 49, shift))
row("*", beside(N, lambda: (items * 2)[-1] == 49, shift))
both = list(range(50)), list(range(-1, 50))
row("==", beside(N, lambda: items == both[0] or items == both[0] or items == both[1] or True, shift),
    beside(N, lambda: (items == both[0]) != (items != both[0]) or True, shift))
row("<", beside(N, lambda: items < [1], shift), beside(N, lambda: [-2] < items, shift))
turn = lambda: items.reverse()
items = [0] * 30 + [1] + [0] * 30
row("in beside reverse", beside(N, lambda: 1 in items, turn), beside(N, lambda: items.index(1) == 30, turn))
row("== beside reverse", beside(N, lambda: items == [0] * 30 + [1] + [0] * 30, turn))
items = list(range(60))
row("sum beside reverse", beside(N, lambda: items.copy() in (list(range(60)), list(range(59, -1, -1))), turn))
row("two items beside reverse", beside(N, lambda: items[0:60:59] in ([0, 59], [59, 0]), turn))
items = [3, 1, 2] * 20
row("len beside sort", beside(N, lambda: len(items) == 60, lambda: items.sort(), lambda: items.reverse()))
row("copy beside sort", beside(N, lambda: sorted(items.copy()) == [1] * 20 + [2] * 20 + [3] * 20,
                               lambda: items.sort(), lambda: items.reverse()))
items = [1, 2, 3]
push = lambda: (items.append(4), items.pop())
row("l[-1] = x", beside(N, lambda: items.__setitem__(-1, 9) is None, push), items[:2])
items = list(range(10000, 0, -1))
more = iter([1] * 4000)
row("a long sort", beside(20, lambda: (items.sort(), items.append(0), len(items) > 10000)[-1],
                          lambda: items.extend([next(more)] if more.__length_hint__() else ())),
    items.count(0), sorted(set(items)) == list(range(10001)))


class Slow:
    """Compares in Python: then steps may mix, but items stay."""
    def __init__(self, number): self.number = number
    def __lt__(self, other): return self.number < other.number
    def __eq__(self, other): return self.number == other.number


items = [Slow(i) for i in range(40)]
everything = {id(x) for x in items}


def sort():
    try:
        items.sort()
    except ValueError:
        pass


together(100, sort, sort, sort)
row("sort in Python", {id(x) for x in items} == everything, len(items))

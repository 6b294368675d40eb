"""Every operation that changes a set, from several threads at once: each is one step, as under CPython's lock. And a
look-up whose comparison changes the set ends. What is printed is what was odd."""
import itertools
from support import attempt, beside, together

N = 2000


def row(name, *odd):
    print(name, *odd)


def adds_kept(name, step, start=range(5)):
    s = set(start)
    numbers = iter(range(10**6, 10**6 + N))
    odd = together(N, lambda: s.add(next(numbers)), lambda: step(s))
    row(name, odd, sorted(x for x in s if x >= 10**6) == list(range(10**6, 10**6 + N)))


everything = set(range(5)) | set(range(10**6, 10**6 + N))
adds_kept("&=", lambda s: s.__iand__(everything))
adds_kept("&= frozenset", lambda s: s.__iand__(frozenset(everything)))
adds_kept("intersection_update", lambda s: s.intersection_update(everything, list(everything)))
adds_kept("-=", lambda s: s.__isub__({1, 2}))
adds_kept("difference_update", lambda s: s.difference_update([1, 2], {3: 3}, (4,)))
adds_kept("|=", lambda s: s.__ior__({1, 2, 7}))
adds_kept("update", lambda s: s.update([1, 2], {3: 3}, (4,), {5}, {6: 6}.keys()))
adds_kept("^=", lambda s: s.__ixor__({1, 2, 9}))
adds_kept("symmetric_difference_update", lambda s: s.symmetric_difference_update([1, 2, 9]))
adds_kept("add and discard", lambda s: (s.add(1), s.discard(1)))
adds_kept("copy", lambda s: s.copy())

s = set(range(2 * N))
taken = []
row("pop", together(N, *[lambda: taken.append(s.pop())] * 2), s, sorted(taken) == list(range(2 * N)))
s = set(range(2 * N))
numbers = iter(range(2 * N))
row("remove", together(N, *[lambda: s.remove(next(numbers))] * 2), s)
s = {1}
row("^= twice", together(2 * N, *[lambda: s.__ixor__({1, 2, 3})] * 2), s)
s = set()
row("|= and -=", together(N, lambda: s.__ior__({1, 2, (3, 4)}), lambda: s.__isub__({1, 2, (3, 4)})), len(s) in (0, 3))
row("|= and clear", together(N, lambda: s.__ior__({1, 2, 3}), lambda: s.clear()), len(s) in (0, 3))

# ---- lookers ----
s = {1, 2}
swap = lambda: s.__ixor__({1, 2, 3, 4})
row("copy beside ^=", beside(N, lambda: s.copy() in ({1, 2}, {3, 4}), swap))
row("& beside ^=", beside(N, lambda: s & {1, 2, 3, 4} in ({1, 2}, {3, 4}), swap))
row("- beside ^=", beside(N, lambda: {1, 2, 3, 4, 5} - s in ({1, 2, 5}, {3, 4, 5}), swap))
row("| beside ^=", beside(N, lambda: len(s | {5}) == 3, swap))
row("^ beside ^=", beside(N, lambda: s ^ {5} in ({1, 2, 5}, {3, 4, 5}), swap))
row("== beside ^=", beside(N, lambda: s != {1, 3} and s != {2, 4}, swap))
row("<= beside ^=", beside(N, lambda: s <= {1, 2, 3, 4} and not s <= {1, 3}, swap))
row("isdisjoint beside ^=", beside(N, lambda: not s.isdisjoint({1, 3}), swap))
row("len beside ^=", beside(N, lambda: len(s) == 2, swap))
row("list beside ^=", beside(N, lambda: sorted(list(s)) in ([1, 2], [3, 4]), swap))
b = {1, 2, 3}
churn = lambda: (b.discard(2), b.add(2), b.add(10), b.discard(10))
row("a - b beside churn", beside(N, lambda: {1, 3, 5} - b == {5}, churn))
row("a & b beside churn", beside(N, lambda: {1, 3, 5} & b == {1, 3}, churn))
row("in beside churn", beside(N, lambda: 1 in b and 3 in b and 5 not in b, churn))
big = set(range(50))


def resize():
    big.update(range(1000, 1300))
    big.difference_update(range(1000, 1300))


row("& beside resizing", beside(300, lambda: len(big & set(range(50))) == 50, resize))
row("& with the resizing one smaller", beside(300, lambda: len(set(range(500)) & big) == 50, resize))
row("- beside resizing", beside(300, lambda: set(range(60)) - big == set(range(50, 60)), resize))
row("<= beside resizing", beside(300, lambda: set(range(50)) <= big and big >= set(range(50)), resize))
row("iteration of a copy", beside(300, lambda: set(range(50)) <= set(big), resize))

# ---- comparisons in Python ----
counter = itertools.count(1000)


class Key:
    """Notes each comparison in the set that is being searched."""
    def __init__(self, name): self.name = name
    def __hash__(self): return 77
    def __eq__(self, other):
        s.add(next(counter))
        return self.name == other.name


s = {Key("a")}
for call in (lambda: Key("a") in s, lambda: Key("b") in s, lambda: s.add(Key("a")), lambda: s.add(Key("c")),
             lambda: s.discard(Key("a")), lambda: s.remove(Key("c")), lambda: s.discard(Key("z"))):
    attempt(call)
print([x.name for x in s if isinstance(x, Key)])


class Plain:
    def __init__(self, number): self.number = number
    def __hash__(self): return self.number % 7
    def __eq__(self, other): return self.number == other.number


s = set()
numbers = [iter(range(60)) for _ in range(3)]
row("items in Python", together(60, *[lambda n=n: s.add(Plain(next(n))) for n in numbers]),
    {x.number for x in s} == set(range(60)))
keep = {Plain(i) for i in range(30)}
row("&= in Python", together(20, lambda: s.__iand__(keep), lambda: s.__isub__({Plain(99)})),
    {x.number for x in s} == set(range(30)))

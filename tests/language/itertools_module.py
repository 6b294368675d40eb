"""itertools and heapq."""
import heapq
import itertools as it
from support import attempt
def take(n, i): return list(it.islice(i, n))
print(
    take(3, it.count()), take(3, it.count(5, 2)), take(3, it.count(1.5, 0.5)), take(5, it.cycle("ab")),
    list(it.repeat(1, 3)), take(2, it.repeat("x")), repr(it.count(3)), repr(it.repeat(1, 2))
)
print(
    list(it.accumulate([1, 2, 3])), list(it.accumulate([1, 2, 3], lambda a, b: a * b, initial=10)),
    list(it.chain("ab", [1], ())), list(it.chain.from_iterable(["ab", "c"])),
    list(it.compress("abcd", [1, 0, 1])), list(it.dropwhile(lambda x: x < 2, [1, 2, 1])),
    list(it.takewhile(lambda x: x < 2, [1, 2, 1])), list(it.filterfalse(lambda x: x % 2, range(5))),
    list(it.filterfalse(None, [0, 1])), list(it.starmap(pow, [(2, 3), (3, 2)])), list(it.pairwise("abc")),
    list(it.zip_longest("ab", "c", fillvalue="-"))
)
print(
    [(k, list(g)) for k, g in it.groupby("aabbbc")],
    [(k, len(list(g))) for k, g in it.groupby([1, 3, 2, 4], key=lambda x: x % 2)],
    list(it.islice("abcdef", 2)), list(it.islice("abcdef", 1, 5, 2)), list(it.islice("abcdef", 3, None))
)
attempt(it.islice, [1], -1)
attempt(it.islice, [1], 1, 2, 0)
attempt(it.islice, [1], "a")
a, b, c = it.tee([1, 2, 3], 3)
print(next(a), list(b), list(a), list(c))
print(
    list(it.product("ab", [1, 2])), list(it.product([0, 1], repeat=2)), list(it.product()),
    list(it.permutations([1, 2, 3])), list(it.permutations("abc", 2)), list(it.combinations("abc", 2)),
    list(it.combinations([1], 2)), list(it.combinations_with_replacement("ab", 2)),
    len(list(it.permutations(range(6)))), list(it.permutations([1], 5)), list(it.product("a", ""))
)
attempt(it.permutations, 5)
attempt(it.combinations, [1], -1)
attempt(it.count, "a")
attempt(it.chain, 5) if False else None
attempt(lambda: list(it.chain(5)))
attempt(it.repeat)
attempt(lambda: list(it.starmap(pow, [1])))
attempt(it.tee, [1], -1)
g = it.groupby([1, 1, 2])
k, sub = next(g)
next(g)
print(list(sub))
attempt(lambda: list(it.accumulate(["a", 1])))
h = []
[heapq.heappush(h, x) for x in [5, 1, 4, 2, 3]]
print(h[0], [heapq.heappop(h) for _ in range(5)])
h = [9, 3, 7, 1]
heapq.heapify(h)
print(
    h, heapq.heappushpop(h, 0), heapq.heapreplace(h, 5), sorted(h), heapq.nlargest(2, [1, 5, 3]),
    heapq.nsmallest(2, [1, 5, 3], key=lambda x: -x), list(heapq.merge([1, 4], [2, 3])),
    list(heapq.merge([4, 1], [3, 2], reverse=True)), list(heapq.merge(["aa"], ["b"], key=len))
)
attempt(lambda: heapq.heapify([1, "a"]))

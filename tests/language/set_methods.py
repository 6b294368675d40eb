"""Sets and frozensets (printed sorted: their order is nobody's business)."""
from support import attempt
s = {3, 1, 2, 2, 1}
print(sorted(s), len(s), 1 in s, 9 in s, set(), {1}, set("a"), frozenset([5]), frozenset(), type({*()}))
s.add(4)
s.add(4)
s.discard(9)
s.remove(1)
s.update([7, 8], (9,))
print(sorted(s))
print(s.pop() in {2, 3, 4, 7, 8, 9}, len(s))
s.clear()
print(s)
attempt(s.remove, 5)
attempt(s.pop)
attempt(s.add, [])
attempt(lambda: {[]})
attempt(lambda: hash(s))
attempt(lambda: set(5))
attempt(lambda: {1} + {2})
attempt(lambda: {1} | [2])
attempt(lambda: {1} < [2])
a, b = {1, 2, 3, 4}, {3, 4, 5}
print(
    sorted(a | b), sorted(a & b), sorted(a - b), sorted(a ^ b), a <= b, {3} < a, a >= {1, 2}, a > a, a >= a,
    a == {4, 3, 2, 1}, a != b, a.isdisjoint({9}), a.issubset(range(10)), a.issuperset([1])
)
print(
    sorted(a.union([9], "x"), key=str), sorted(a.intersection([1, 2, 77], {2})),
    sorted(a.difference([1], [2])), sorted(a.symmetric_difference([1, 99])), a.copy() == a, a.copy() is a
)
c = set(a)
c |= {10}
c &= {1, 2, 10}
c ^= {1, 5}
c -= {5}
print(sorted(c))
c.intersection_update([2, 10, 3])
c.difference_update([10])
c.symmetric_difference_update([2, 8])
print(sorted(c))
f = frozenset([1, 2])
print(
    f, hash(f) == hash(frozenset([2, 1])), f | {3} == frozenset([1, 2, 3]), type(f | {3}), type({3} | f),
    {f: 1}[frozenset((2, 1))], f == {1, 2}, f.union([5]) == {1, 2, 5}, frozenset(f) is f
)
attempt(lambda: f.add(1))
print({1, 1.0, True}, len({0, False, 0.0}), {"a", "a"}, {(1, 2)}, {None})
print(
    sorted({x % 3 for x in range(10)}), sorted({*range(3), *"ab"}, key=str), {1} == frozenset({1}),
    set() == frozenset(), bool(set()), bool({0}), {frozenset({1})} == {frozenset({1})},
    frozenset({1}) in {frozenset({1})}, {1} in {frozenset({1})}
)
def mutate():
    x = {1, 2, 3}
    for v in x: x.add(v + 10)
attempt(mutate)
big = set(range(0, 3000, 3))
big2 = set(range(0, 3000, 5))
print(len(big | big2), len(big & big2), len(big - big2), len(big ^ big2), sum(big & big2))
for i in range(0, 3000, 6): big.discard(i)
print(len(big), 3 in big, 6 in big, min(big), max(big))
class K:
    def __init__(self, n): self.n = n
    def __hash__(self): return self.n % 3
    def __eq__(self, o): return self.n == o.n
print(len({K(i % 7) for i in range(50)}), K(3) in {K(3), K(0)}, K(6) in {K(3), K(0)})
class S(set):
    pass
x = S([1, 2])
print(x, type(x | {3}), x == {1, 2}, repr(S()), len(x), repr(frozenset({1})), type(x.copy()))
print(
    set().union(*[{i} for i in range(4)]) == {0, 1, 2, 3}, set.intersection({1, 2}, {2}), max({3, 9, 4}),
    sum({1, 2}), any({0}), all({1}), list({7}), tuple({8}), dict.fromkeys({1})
)

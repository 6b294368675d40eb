"""Comprehensions and generator expressions: scopes, order of evaluation, nesting."""
from support import attempt
x = "outer"
print(
    [x for x in range(3)], x, {x: x * x for x in range(3)}, x, sorted({x % 2 for x in range(5)}),
    list(x + 1 for x in range(3)), x
)
print(
    [(i, j) for i in range(3) for j in range(i)], [i for i in range(20) if i % 2 if i % 3],
    [[j * i for j in range(3)] for i in range(3)], [y for row in [[1, 2], [3]] for y in row]
)
print(
    [lambda: i for i in range(3)][0](), [f() for f in [lambda i=i: i for i in range(3)]],
    [(lambda q: q * i)(2) for i in range(3)]
)
def trace(tag, v):
    print(tag, end=" ")
    return v
print(
    [trace("e", i) for i in trace("it", [1, 2]) if trace("c", True)],
    {trace("k", 1): trace("v", 2) for _ in [0]}
)
class C:
    items = [1, 2, 3]
    doubled = [i * 2 for i in items]
    try:
        bad = [i for _ in range(1) for i in [items]]
    except NameError as e:
        print("class scope:", e)
    gen = list(i for i in items)
print(C.doubled, C.gen, hasattr(C, "i"))
def f(n):
    k = 10
    total = [(k := k + v) for v in range(n)]
    return total, k, [m for m in range(n) if (last := m) % 2], last
print(f(4))
print(any((hit := v) > 3 for v in [1, 5, 2]), hit)
def nested():
    a = 1
    return [[a + b + c for c in range(2)] for b in range(2) if [d for d in range(a)]]
print(nested())
g = (print("made", i) or i for i in [1, 2])
print("not yet")
print(next(g), next(g), next(g, "end"))
attempt(lambda: [1 / i for i in (1, 0)])
attempt(lambda: [a for a, in [(1, 2)]])
attempt(lambda: [undefined for _ in [1]])
attempt(lambda: {[]: 1 for _ in [1]})
attempt(lambda: [i for i in 5])
print(
    [*[1, 2], *(i for i in "ab")], [a + b for a, b in zip("xy", "12")], [a for a, *b in [(1, 2, 3)]],
    [b for a, *b in [(1, 2, 3)]], {k: v for k, v in {"a": 1}.items()},
    [d["v"] for d["v"] in range(3)] if (d := {}) == {} else 0
)
print(
    sum(i * i for i in range(10)), max((i, -i) for i in range(3)), "".join(c for c in "hello" if c != "l"),
    dict((i, i) for i in range(2)), sorted((i for i in [3, 1, 2]), reverse=True)
)
def yields():
    return [(yield_) for yield_ in "ab"]
import gc
def gen_scope(it): return (v * factor for v in it for factor in (1, 2))
print(list(gen_scope([1, 2])), [locals().get("v", "none") for v in [1]] , len([0 for _ in range(1000)]))
try:
    list(1 / v for v in [1, 0])
except ZeroDivisionError as e:
    print(e, e.__traceback__.tb_next.tb_frame.f_code.co_name, [v for v in [1]] and "ok")

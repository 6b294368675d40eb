"""Functions as values: higher order, currying, memo tables, recursion through closures, generators of functions."""
def compose(*fs): return lambda x: [x := f(x) for f in reversed(fs)][-1] if fs else x
def curry(f, n): return f if n == 0 else (lambda *a: (lambda g: g if isinstance(g, int) else g)(f(*a)) if len(a) >= n else curry(lambda *b: f(*a, *b), n - len(a)))
print(
    compose(str, lambda x: x + 1, abs)(-5), compose()(3), curry(lambda a, b, c: a * b + c, 3)(2)(3)(4),
    curry(lambda a, b: a - b, 2)(5, 3)
)
Y = lambda f: (lambda x: x(x))(lambda x: f(lambda *a: x(x)(*a)))
print(Y(lambda s: lambda n: 1 if n < 2 else n * s(n - 1))(10))
def memo(f):
    table = {}
    def g(*a):
        if a not in table: table[a] = f(*a)
        return table[a]
    g.table = table
    return g
@memo
def paths(r, c): return 1 if r == 0 or c == 0 else paths(r - 1, c) + paths(r, c - 1)
print(paths(16, 16), len(paths.table))
def church(n): return lambda f: lambda x: x if n == 0 else f(church(n - 1)(f)(x))
add = lambda a, b: lambda f: lambda x: a(f)(b(f)(x))
print(add(church(3), church(4))(lambda v: v + 1)(0), church(3)(church(2))(lambda v: v + 1)(0))
def accumulator():
    total, calls = 0, []
    def add(n=1, *, reset=False):
        nonlocal total
        if reset: total = 0; calls.clear()
        total += n
        calls.append(n)
        return total
    def history(): return tuple(calls)
    add.history = history
    return add
a, b = accumulator(), accumulator()
a(1)
a(2)
b(10)
print(a(), b(), a.history(), b.history(), a(5, reset=True))
def make():
    fs = []
    for i in range(3):
        def f(i=i):
            def g(j): return i * 10 + j
            return g
        fs.append(f())
    return fs
print([f(1) for f in make()], [[(lambda x: x * y)(2) for y in range(3)] for _ in range(2)])
def pipeline(source, *stages):
    for s in stages: source = s(source)
    return source
print(list(pipeline(range(20), lambda s: (x for x in s if x % 2), lambda s: map(lambda x: x * x, s), lambda s: (x for i, x in enumerate(s) if i % 3 == 0))))
class Fn:
    def __init__(self, f): self.f = f
    def __rshift__(self, o): return Fn(lambda x: o.f(self.f(x)))
    def __call__(self, x): return self.f(x)
print((Fn(lambda x: x + 1) >> Fn(lambda x: x * 2) >> Fn(str))(4))
state = {"n": 0}
def deep(n):
    def inner():
        state["n"] += 1
        return deep(n - 1) if n else state["n"]
    return inner()
print(deep(100))
fs = {}
for name in ("a", "b"): exec(f"def {name}(x, y={len(fs)}): return '{name}', x, y", fs)
print(fs["a"](1), fs["b"](2, 3))
print(
    (lambda *a, k=1, **kw: (a, k, kw))(1, 2, k=3, z=4), (lambda: (yield))().__class__.__name__,
    (lambda a, /, b, *, c: (a, b, c))(1, b=2, c=3), sorted([lambda: 1, lambda: 2], key=lambda f: -f())[0]()
)
def many_locals():
    a0=a1=a2=a3=a4=a5=a6=a7=a8=a9=1
    b0=b1=b2=b3=b4=b5=b6=b7=b8=b9=2
    def i1(): return a0 + b9 + a5
    def i2():
        nonlocal a0
        a0 += 100
        return i1()
    return i2() + i1() + a0
print(many_locals())

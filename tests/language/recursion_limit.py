"""Deep recursion of every sort ends in RecursionError, and the program goes on."""
import sys
from support import attempt
def f(n): return f(n + 1)
attempt(f, 0)
def depth(n=1):
    try: return depth(n + 1)
    except RecursionError: return n
print(900 < depth() <= 1000, depth() == depth(), sys.getrecursionlimit())
class A:
    def __repr__(self): return repr(self)
    def __eq__(self, o): return self == o
    def __getattr__(self, n): return getattr(self, n + "x")
    def __call__(self): return self()
    def __add__(self, o): return self + o
    def __len__(self): return len(self)
    def __iter__(self): return iter(self)
    def __hash__(self): return hash(self)
    def __str__(self): return f"{self}"
    def __bool__(self): return bool(self)
    def __contains__(self, x): return x in self
    def __getitem__(self, i): return self[i]
def name(g, *a):
    try: g(*a)
    except RecursionError as e: print(type(e).__name__, str(e).startswith("maximum recursion depth exceeded"))
    else: print("ended")
a = A()
for g in (
    repr, lambda x: x == x, lambda x: x.y, lambda x: x(), lambda x: x + 1, len, iter, hash, str, bool,
    lambda x: 1 in x, lambda x: x[0], sorted, list
): name(g, a)
l = []
l2 = [l]
l.append(l2)
print(l, l2)
attempt(lambda: l == [[l]] or "cmp")
x = []
for _ in range(100000): x = [x]
name(repr, x)
name(lambda v: v == [v], x)
y = x
del x
while y: y = y[0]
t = ()
for _ in range(100000): t = (t,)
name(repr, t)
del t
d = {}
for _ in range(50000): d = {1: d}
name(repr, d)
name(str, d)
del d
class Node:
    def __init__(self, n): self.n = n
n = None
for _ in range(100000): n = Node(n)
del n
print("freed")
g = None
def gen(inner):
    if inner is not None: yield from inner
    yield 1
it = gen(None)
for _ in range(5000): it = gen(it)
name(next, it)
del it
fn = lambda: 0
for _ in range(50000): fn = (lambda f: lambda: f())(fn)
name(fn)
del fn
def mutual_a(n): return mutual_b(n + 1)
def mutual_b(n): return mutual_a(n + 1)
name(mutual_a, 0)
name(lambda: eval("[" * 50 + "]" * 50))
for s in (
    "(" * 90 + ")" * 90 , "-" * 50 + "1", "not " * 50 + "1", "[" * 250 + "]" * 250,
    "(" * 199 + "1" + ")" * 199
):
    try: eval(s); print("fine")
    except (RecursionError, MemoryError, SyntaxError) as e: print(type(e).__name__, str(e)[:40])
sys.setrecursionlimit(200)
print(depth() < 200)
sys.setrecursionlimit(3000)
print(2000 < depth() < 3000)
attempt(sys.setrecursionlimit, 0)
attempt(sys.setrecursionlimit, "x")
sys.setrecursionlimit(1000)
def in_finally(n):
    try: return in_finally(n + 1)
    finally: pass
name(in_finally, 0)
def catches(n):
    try: return catches(n + 1)
    except RecursionError: raise ValueError("turned") from None
attempt(catches, 0)
class P:
    @property
    def p(self): return self.p
    def __del__(self): pass
name(lambda: P().p)
name(lambda: [i.p for i in [P()]])
name(lambda: (lambda s: s(s))(lambda s: s(s)))
name(lambda: list(map(f, [1])))
nested = (int,)
for _ in range(100000): nested = (nested,)
name(isinstance, "s", nested)
del nested
print("still here", depth() > 900)

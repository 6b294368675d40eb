"""Assignment in all its forms: chains, unpacking, stars, walrus, augmented, del."""
from support import attempt, run
a, b = 1, 2
a, b = b, a
print(a, b)
(a, b), c = (1, 2), 3
[a, [b, c]] = [1, (2, 3)]
print(a, b, c)
a = b = c = 0
print(a, b, c)
*a, = [1, 2]
print(a)
a, *b = "xyz"
print(a, b)
*a, b = range(4)
print(a, b)
a, *b, c = 1, 2
print(a, b, c)
a, (b, *c), *d = 1, (2, 3, 4), 5, 6
print(a, b, c, d)
[*x] = {}
print(x)
(a,) = [1]
print(a)
() = []
[] = ()
def unpack2(v): a, b = v; return a, b
def unpack_star(v): a, *b, c = v; return a, b, c
attempt(unpack2, [1])
attempt(unpack2, [1, 2, 3])
attempt(unpack2, 5)
attempt(unpack2, {})
attempt(unpack2, "ab")
attempt(unpack2, iter([1, 2]))
attempt(unpack2, (i for i in range(5)))
attempt(unpack_star, [1])
attempt(unpack_star, [])
attempt(unpack_star, "abcd")
attempt(unpack2, None)
i = 0
l = [10, 20, 30]
i, l[i] = 1, 99
print(i, l)
l[0], l[1] = l[1], l[0]
print(l)
class T: pass
t = T()
t.x, t.y = 1, 2
t.z = t.w = [0]
t.z[0] += 5
print(t.__dict__)
t.x, l[2], q = "abc"
print(t.x, l, q)
def side(tag, v): print(tag, end=" "); return v
side("obj", l)[side("idx", 0)] = side("val", 7)
print(l)
side("o", l)[side("i", 0)] += side("v", 1)
print(l)
side("a", t).x = side("b", 1)
print()
x = 5
x += 1
x -= 2
x *= 3
x //= 2
x **= 2
x %= 7
x <<= 4
x |= 1
x ^= 3
x &= 0xFF
x >>= 1
x /= 4
print(x)
s = "a"
s += "b"
s *= 2
s %= ()
print(s)
if (n := len("hello")) > 3: print("walrus", n)
while (n := n - 1) > 2: print(n, end=" ")
print(
    [y := 1, y ** 2], (z := 3) + z, [last := v for v in range(3)], last, {(k := 1): k}, f"{(w := 5)}", w,
    (lambda: (u := 7) + u)(), any((found := v) for v in [0, 4]), found, print(m := 3) or m
)
def f(n): return (n := n + 1), n
print(f(1))
del a
attempt(lambda: a)
d = {1: 1, 2: 2}
del d[1], l[0], t.x
print(d, l, t.__dict__)
del (b, c), [q]
attempt(lambda: b)
x: int = 5
y: list = []
t.ann: int = 3
l[0]: int = 4
(v): int = 6
print(x, y, t.ann, l, v, sorted(__annotations__))
for source in (
    "x = yield_ = 1; print(x)", "a, b += 1", "(a, b) += 1", "f() = 1", "1 = x", "None = 1", "x + 1 = 2",
    "[a, 1] = 1", "a = 1 = b", "*a = [1]", "*a, *b = 1", "(x := 1)", "x := 1", "(a.b := 1)", "(a[0] := 1)",
    "del f()", "del 1", "del (a + b)", "del *a", "lambda: x = 1", "x: int: str", "(a, b): int", "a, b: int",
    "for 1 in x: pass", "for f() in x: pass", "with a as 1: pass", "[x for 1 in y]", "a if b else c = 1",
    "'s' = 1", "f'{x}' = 1", "{} = 1", "{1: 2} = 1", "... = 1", "not x = 1", "-x = 1", "x < y = 1",
    "True = 1", "__debug__ = 1", "def f(None): pass", "def f(a, a): pass", "lambda a, a: 0", "import a as 1",
    "x = *a", "print(*a for a in b)", "f(a for a in b, c)", "f(a=1, 2)", "f(**a, *b)", "f(**a, b)",
    "f(a=1, a=2)", "f(1=2)", "f(a.b=1)", "f((a)=1)", "f(True=1)", "a = b := c", "[y := f(x), y**2]",
    "{x := 1}", "x[y := 1]", "x[a:=1, b:=2]", "def f(x=(y := 1)): pass", "[i := 0 for i in range(5)]",
    "[[(j := 0) for i in x] for j in y]", "class A: [x := 1 for i in y]", "[i for i in (i := x)]"
):
    try: compile(source, "<s>", "exec"); print(source, "| ok")
    except SyntaxError as e: print(
        source, "|", type(e).__name__, e.msg, e.lineno, e.offset, e.end_lineno, e.end_offset
    )

"""Scopes: local, nonlocal, global, built-in; closures and cells; del."""
from support import attempt, run
g = 1
def read(): return g
def write():
    global g, fresh
    g = 2
    fresh = "f"
write()
print(g, fresh, read())
def unbound():
    print(later)
    later = 1
attempt(unbound)
def counter(start=0):
    n = start
    def inc(step=1):
        nonlocal n
        n += step
        return n
    def get(): return n
    return inc, get
inc, get = counter(10)
inc()
inc(5)
print(
    get(), counter()[1](), inc.__closure__[0].cell_contents, inc.__code__.co_freevars,
    counter.__code__.co_cellvars
)
def outer():
    a = 1
    def mid():
        b = 2
        def inner():
            nonlocal a, b
            a += 1
            b += 1
            return a, b
        return inner
    return mid()
f = outer()
print(f(), f(), outer()())
def free_unbound():
    def inner(): return v
    attempt(inner)
    v = 1
    attempt(inner)
    del v
    attempt(inner)
free_unbound()
def deleted():
    x = 1
    del x
    try: x
    except UnboundLocalError as e: print(e)
    x = 2
    return x
print(deleted())
def loop():
    fs = []
    for i in range(3):
        def h(j=i): return i, j
        fs.append(h)
    return [h() for h in fs]
print(loop())
def exc_name():
    e = "kept"
    try: raise ValueError("v")
    except ValueError as e: pass
    try: return e
    except UnboundLocalError as err: return str(err)
print(exc_name())
class K:
    attr = "class"
    def m(self):
        try: return attr
        except NameError as e: return str(e)
    copy = attr
    def inner(): return g
    value = inner()
attr_seen = K().m()
print(attr_seen, K.copy, K.value)
def class_in_function():
    v = "enclosing"
    class A:
        got = v
        v = "own"
        after = v
        def m(self): return v
    return A.got, A.after, A().m()
attempt(class_in_function)
def class_closure():
    w = "enclosing"
    class A:
        got = w
        def m(self): return w
        class B:
            deep = w
    return A.got, A().m(), A.B.deep
print(class_closure())
print(len([1]), (lambda: len("ab"))())
len = lambda o: "shadowed"
print(len([1]))
del len
print(len([1]))
attempt(lambda: undefined_name)
del g
attempt(lambda: g)
for source in (
    "del nothing", "def f():\n global q\n del q\nf()", "x = 1\ndef f():\n  x += 1\nf()",
    "def f(a):\n  del a\n  return a\nf(1)", "import nothere", "from os import nothere",
    "for i in range(3): pass\nprint(i)", "print(__name__)", "def f(): return locals()\nprint(f())",
    "def f(a, b=2):\n c = 3\n return locals()\nprint(f(1))",
    "class A:\n  x = 1\n  print(sorted(k for k in locals() if not k.startswith('__')))"
):
    run(source, __name__="case")
def rec(n): return 1 if n == 0 else n * rec(n - 1)
print(rec(20), (lambda f: f(f, 5))(lambda s, n: 1 if n == 0 else n * s(s, n - 1)))
def gen_closure():
    x = 0
    def set_(v):
        nonlocal x
        x = v
    def gen():
        while True: yield x
    return set_, gen()
s, it = gen_closure()
print(next(it))
s(5)
print(next(it))
def defaults(a, acc=[]): acc.append(a); return acc
print(defaults(1), defaults(2), defaults.__defaults__, defaults(3, []))
a = b = c = []
a.append(1)
print(b, c is a)
a, b = b, a
x = y = z = 0
print(x, y, z)
if True:
    conditional = 1
print(
    conditional, "conditional" in globals(), sorted(n for n in dir() if n in ("a", "b", "x")),
    vars() is globals(), callable(globals)
)
def star_inner(*args, **kw):
    def show(): return args, kw
    return show
print(star_inner(1, 2, k=3)())

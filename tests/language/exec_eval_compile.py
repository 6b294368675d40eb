"""exec, eval, compile; namespaces; code objects."""
import sys

from support import attempt
x = 1
exec("x = 2; y = 3")
print(x, y)
ns = {}
exec("a = 1\nb = a + 1\ndef f(): return a + b", ns)
print(ns["b"], ns["f"](), sorted(k for k in ns if k != "__builtins__"), "__builtins__" in ns)
g, l = {"v": 1}, {}
exec("w = v; global q; q = 9", g, l)
print(l, g["q"], "w" in g)
print(
    eval("1 + 2 * 3"), eval(" \t 5"), eval("[i for i in range(3)]"), eval("(lambda: x)()"),
    eval("v", {"v": 7}), eval("len('abc')", {}), eval(b"1+1"), eval("x\n"), eval("(1,\n2)")
)
attempt(eval, "x = 1")
attempt(eval, "")
attempt(eval, "1 2")
attempt(eval, "undefined")
attempt(eval, "1", 5)
attempt(eval, "1", {}, 5)
attempt(exec, "x", 5)
attempt(eval, 5)
attempt(exec, "def")
attempt(eval, "a\0b")
attempt(exec, "  x = 1")
attempt(eval, "len", {"__builtins__": {}})
attempt(eval, "print", {"__builtins__": {"print": 1}})
c = compile("x + 1", "file.py", "eval")
print(eval(c), c.co_filename, c.co_name, type(c).__name__, eval(c, {"x": 10}))
c = compile("z = 1\nz += 1\n", "f", "exec")
n = {}
exec(c, n)
print(n["z"], eval(c, n))
c = compile("1 + 1", "f", "single")
exec(c)
exec(compile("x", "f", "single"))
exec(compile("None", "f", "single"))
exec(compile("for i in range(2): i\n", "f", "single"))
attempt(compile, "x", "f", "nope")
attempt(compile, "x = 1", "f", "eval")
attempt(compile, "x = 1\ny = 2", "f", "single")
attempt(compile, 5, "f", "exec")
attempt(compile, "x")
attempt(compile, "\0", "f", "exec")
def scope():
    v = "local"
    exec("v = 'changed'; new = 1")
    d = {}
    exec("v2 = 2", globals(), d)
    return v, eval("v"), d, [eval("v") for v in [5]], "new" in locals()
print(scope())
class M(dict):
    def __missing__(self, k): return k * 2
print(eval("abc + d", {}, M(d="!")))
m = M()
exec("x = hello", {}, m)
print(m)
def f():
    "docstring of f"
    a = 1
    def g(): return a
    return g
k = f.__code__
print(k.co_name, k.co_consts[0], k.co_varnames, k.co_cellvars, k.co_nlocals, f.__doc__)
attempt(lambda: eval(f().__code__))
attempt(lambda: exec(f().__code__))
print(eval(compile("lambda a, *b, c=1, **d: 0", "f", "eval")).__code__.co_varnames)
exec("""
class A:
    def m(self): return __class__.__name__
    x = [i for i in range(3)]
print(A().m(), A.x, __name__)
""", {"__name__": "custom"})
src = "def outer():\n    def inner():\n        raise ValueError('deep')\n    inner()\n"
ns = {}
exec(compile(src, "generated.py", "exec"), ns)
try: ns["outer"]()
except ValueError as e:
    t = e.__traceback__
    frames = []
    while t: frames.append((t.tb_frame.f_code.co_name, t.tb_lineno, t.tb_frame.f_code.co_filename.split("/")[-1])); t = t.tb_next
    print(frames)
big = "\n".join(f"v{i} = {i} * 2" for i in range(2000)) + "\ntotal = " + " + ".join(f"v{i}" for i in range(0, 2000, 100))
n = {}
exec(big, n)
print(n["total"], len(n))
deep = "if 1:\n" + "".join("    " * i + "if 1:\n" for i in range(1, 15)) + "    " * 15 + "deep = 'ok'"
exec(deep, n)
print(n["deep"])
lst = eval("[" + ",".join(map(str, range(5000))) + "]")
print(len(lst), sum(lst))
d = eval("{" + ",".join(f"{i}: {i}" for i in range(2000)) + "}")
print(len(d), d[1999])
print(
    eval("f(" + ",".join(map(str, range(400))) + ")", {"f": lambda *a: len(a)}), eval("+".join(["1"] * 500)),
    eval("'a' " * 300) == "a" * 300
)
loop = "t = 0\nfor i in range(10):\n" + "".join(f"    if i == {j}: t += {j}; continue\n" for j in range(200))
n = {}
exec(loop, n)
print(n["t"])
jumps = "x = 0\nwhile x < 3:\n    x += 1\n" + "    y = x\n" * 2000
n = {}
exec(jumps, n)
print(n["x"], n["y"])
print(
    __debug__, compile("", "e", "exec").co_consts, eval("__name__"), exec("pass"), exec(""),
    exec("# comment"), eval("...") is ..., exec("if 1:\n\tx = 5\n") or x, exec(b"\xef\xbb\xbfq = 2") or q,
    exec("# -*- coding: latin-1 -*-\nq = 'é'") or q
)

# Decimal literals may be as long as what int() takes.
sys.set_int_max_str_digits(640)
try:
    eval("7" * 641)
except SyntaxError as error:
    print(error.msg[:60])
sys.set_int_max_str_digits(0)
print(eval("7" * 5000) % 1000007)
sys.set_int_max_str_digits(4300)

"""with statements: protocol, suppression, several items, contextlib."""
import contextlib
from support import attempt
class CM:
    def __init__(self, name, suppress=False): self.name = name; self.suppress = suppress
    def __enter__(self): print("enter", self.name); return self.name.upper()
    def __exit__(self, t, v, tb): print(
        "exit", self.name, t.__name__ if t else None, v, tb is not None
    ); return self.suppress
with CM("a") as x: print("body", x)
with CM("a") as x, CM("b") as y: print(x, y)
with (CM("p") as p, CM("q"),): print("paren", p)
with CM("s", True): raise ValueError("suppressed")
def raising():
    with CM("r"): raise KeyError("out")
attempt(raising)
def ret():
    with CM("ret"): return "value"
print(ret())
def loop():
    for i in range(3):
        with CM(f"l{i}"):
            if i == 0: continue
            if i == 1: break
loop()
with CM("outer", True), CM("inner"): 1 / 0
with CM("t") as (a): print(a)
class Pair(CM):
    def __enter__(self): return 1, (2, 3)
with Pair("pair") as (a, (b, c)): print(a, b, c)
class T: pass
t = T()
with CM("attr") as t.x: print(t.x)
class NoExit:
    def __enter__(self): pass
class NoEnter:
    def __exit__(self, *a): pass
def use(c):
    with c: print("never")
attempt(use, NoExit())
attempt(use, NoEnter())
attempt(use, 5)
class ExitRaises(CM):
    def __exit__(self, *a): raise RuntimeError("in exit")
def both():
    try:
        with ExitRaises("x"): raise ValueError("body")
    except RuntimeError as e: print(repr(e), repr(e.__context__))
both()
class EnterRaises(CM):
    def __enter__(self): raise RuntimeError("in enter")
def enters():
    with CM("first"), EnterRaises("second"): print("never")
attempt(enters)
@contextlib.contextmanager
def managed(n):
    print("setup", n)
    try: yield n * 2
    except ValueError as e: print("handled", e)
    finally: print("teardown")
with managed(2) as m: print(m)
with managed(3): raise ValueError("v")
def unhandled():
    with managed(4): raise KeyError("k")
attempt(unhandled)
@contextlib.contextmanager
def no_yield():
    if False: yield
def two_yields_():
    yield 1
    yield 2
two_yields = contextlib.contextmanager(two_yields_)
attempt(use, no_yield())
def use2(c):
    with c: pass
attempt(use2, two_yields())
with contextlib.suppress(ValueError, KeyError): raise KeyError
with contextlib.nullcontext(5) as n: print(n)
with contextlib.ExitStack() as stack:
    for i in range(3): stack.enter_context(CM(f"s{i}"))
    stack.callback(print, "callback", end="!\n")
    stack.push(lambda *a: print("pushed", a[0]))
with contextlib.ExitStack() as stack:
    stack.enter_context(CM("sup", True))
    stack.callback(lambda: print("cb"))
    raise ValueError
with contextlib.closing(type("C", (), {"close": lambda self: print("closed")})()): pass
@managed(1)
def decorated(): print("in decorated"); return 9
print(decorated())
class Deco(contextlib.ContextDecorator):
    def __enter__(self): print("<", end=""); return self
    def __exit__(self, *a): print(">")
@Deco()
def f(): print("f", end="")
f()
f()
@contextlib.contextmanager
def redirect():
    import sys
    class W:
        def __init__(self): self.parts = []
        def write(self, s): self.parts.append(s)
        def flush(self): pass
    old, sys.stdout = sys.stdout, W()
    try: yield sys.stdout
    finally: sys.stdout = old
with redirect() as w: print("captured", 1)
print(w.parts)

"""Generators: send, throw, close, yield from, return values, states."""
from support import attempt
def g(n):
    got = []
    for i in range(n):
        got.append((yield i))
    return got
it = g(3)
print(next(it), it.send("a"), it.send("b"))
try: it.send("c")
except StopIteration as e: print("value", e.value)
attempt(next, it)
print(list(g(4)), sum(g(5)), [*g(2)], tuple(g(0)), max(g(3)))
it = g(2)
attempt(it.send, 1)
print(next(it))
it.close()
attempt(next, it)
it.close()
print(list(it))
def cleanup(log):
    try:
        yield 1
        yield 2
    except ValueError as e:
        log.append(f"caught {e}")
        yield "recovered"
    finally:
        log.append("finally")
log = []
it = cleanup(log)
next(it)
print(it.throw(ValueError("x")), log)
it.close()
print(log)
log = []
it = cleanup(log)
next(it)
attempt(it.throw, KeyError("k"))
print(log)
attempt(next, it)
log = []
it = cleanup(log)
next(it)
del it
print(log)
it = cleanup([])
attempt(it.throw, ValueError("before start"))
attempt(it.throw, 5)
def ignores():
    while True:
        try: yield
        except GeneratorExit: yield "no"
it = ignores()
next(it)
attempt(it.close)
def delegate(it):
    result = yield from it
    yield ("result", result)
def inner():
    x = yield 1
    try: y = yield x
    except ValueError as e: y = f"inner {e}"
    return y
d = delegate(inner())
print(next(d), d.send("sent"), d.throw(ValueError("t")), list(d))
print(list(delegate([1, 2])), list(delegate("ab")))
d = delegate(iter([1, 2]))
next(d)
attempt(d.send, 5)
d = delegate(inner())
next(d)
d.close()
attempt(next, d)
attempt(lambda: list(delegate(5)))
def chain(n):
    if n: yield from chain(n - 1)
    yield n
print(list(chain(50))[-3:], sum(chain(200)))
class Custom:
    def __init__(self): self.n = 0
    def __iter__(self): return self
    def __next__(self):
        self.n += 1
        if self.n > 3: raise StopIteration("custom value")
        return self.n
    def send(self, v): return f"sent {v}"
    def throw(self, *a): return f"thrown {a}"
    def close(self): print("custom close")
d = delegate(Custom())
print(list(d))
d = delegate(Custom())
print(next(d), d.send(9))
d.close()
def stop_inside():
    yield 1
    raise StopIteration("leaks")
attempt(lambda: list(stop_inside()))
def next_leak():
    yield next(iter([]))
attempt(lambda: list(next_leak()))
def reenter():
    yield next(me)
me = reenter()
attempt(next, me)
def fib():
    a, b = 0, 1
    while True: yield a; a, b = b, a + b
def take(n, it): return [x for _, x in zip(range(n), it)]
print(take(10, fib()), take(3, (x * x for x in fib() if x % 2)))
it = g(1)
print(
    type(it).__name__, it.gi_running, it.gi_frame is not None, it.gi_yieldfrom, it.__name__, it.__qualname__,
    iter(it) is it, repr(it).split(" at ")[0]
)
list(it)
print(it.gi_frame)
e = (i for i in [1])
print(e.__name__, repr(e).split(" at ")[0], hasattr(e, "send"))
def y_expr():
    x = yield
    y = (yield x) or "default"
    z = [(yield), (yield)]
    return x, y, z
it = y_expr()
next(it)
print(it.send(1), it.send(None), it.send("p"))
try: it.send("q")
except StopIteration as s: print(s.value)
def empty():
    return
    yield
def ret():
    if False: yield
    return 5
print(list(empty()), list(ret()))
def with_gen():
    with open_thing() as t: yield t
class open_thing:
    def __enter__(self): print("enter"); return self
    def __exit__(self, *a): print("exit", a[0]); return False
    def __repr__(self): return "thing"
for t in with_gen(): print(t); break
w = with_gen()
next(w)
w.close()
def local_state():
    a = 1
    b = [2]
    yield a
    a += 10
    b.append(a)
    yield b
    yield (lambda: a)()
print(list(local_state()))
its = [g(3) for _ in range(3)]
print([next(i) for i in its for _ in range(2)], list(zip(*its)))
def throws_type():
    try: yield 1
    except ZeroDivisionError as e: yield repr(e)
it = throws_type()
next(it)
print(it.throw(ZeroDivisionError))
it = throws_type()
next(it)
print(it.throw(ZeroDivisionError, "arg"))
def primes():
    sieve = {}
    q = 2
    while True:
        p = sieve.pop(q, None)
        if p is None: yield q; sieve[q * q] = q
        else:
            x = p + q
            while x in sieve: x += p
            sieve[x] = p
        q += 1
print(take(20, primes()))
def tree(t):
    if t: yield from tree(t[0]); yield t[1]; yield from tree(t[2])
print(list(tree((((), 1, ()), 2, ((), 3, ((), 4, ()))))))

"""What is thrown into generators and coroutines: its context, the stack it shows, who may be awaited."""

from contextlib import contextmanager
@contextmanager
def c(exc):
    try: yield
    finally: raise exc
def chain(e):
    r = []
    while e is not None: r.append(repr(e)); e = e.__context__
    return r
try:
    with c(Exception(4)), c(Exception(3)), c(Exception(2)): raise Exception(1)
except Exception as e: print(chain(e))
def g(exc):
    try: yield
    finally: raise exc
a = g(Exception('a')); next(a)
try: a.throw(Exception('t'))
except Exception as e: print(chain(e))
a = g(Exception('a')); next(a)
try:
    try: raise KeyError('k')
    except KeyError as k: a.throw(k)
except Exception as e: print(chain(e))
a = g(Exception('a')); next(a)
try:
    try: raise KeyError('k')
    except KeyError as k: a.throw(ValueError('v'))
except Exception as e: print(chain(e))
a = g(Exception('a')); next(a); x = ValueError('has'); x.__context__ = KeyError('old')
try:
    try: raise TypeError('t')
    except TypeError: a.throw(x)
except Exception as e: print(chain(e))


# await of a coroutine that is suspended already, or that is done
import types
@types.coroutine
def nop(): yield
async def coro(): await nop(); return 'spam'
async def waiter(c): await c
c = coro(); c.send(None)
try: waiter(c).send(None)
except BaseException as e: print(type(e).__name__, e)
async def done(): return 'spam'
it = done().__await__()
for f in (lambda: next(it), lambda: next(it), lambda: it.send(None), lambda: it.throw(Exception('wat'))):
    try: f()
    except BaseException as e: print(type(e).__name__, e)
d = done(); d.close()
for f in (lambda: d.send(None), lambda: d.throw(Exception('wat')), lambda: waiter(d).send(None)):
    try: f()
    except BaseException as e: print(type(e).__name__, e)


# gen.throw inside an except block: the new exception's __context__
def g():
    try: raise KeyError('a')
    except Exception: yield
gen = g(); gen.send(None)
try: gen.throw(ValueError)
except Exception as e: print(repr(e.__context__))
def f():
    try: raise KeyError('a')
    except Exception:
        try: yield from g2()
        except Exception as e: print(repr(e.__context__))
def g2(): yield
gen = f(); gen.send(None)
try: gen.throw(ValueError)
except StopIteration: pass


# the stack seen by a coroutine is the same whether it was resumed by send or by throw
import types, traceback
@types.coroutine
def a():
    try: yield [f.name for f in traceback.extract_stack()]
    except Exception: yield [f.name for f in traceback.extract_stack()]
async def b(): await a()
async def c(): await b()
x = c(); print(x.send(None)); print(x.throw(ValueError))


# frames of a traceback when an exception is thrown through yield from
import sys
def f(): yield
def g():
    yield from f()
gen = g(); gen.send(None)
try: gen.throw(ValueError)
except ValueError as e:
    tb = e.__traceback__; names = []
    while tb: names.append(tb.tb_frame.f_code.co_name); tb = tb.tb_next
    print(names)
def get_stack():
    try: raise ValueError
    except ValueError: pass
import traceback
def f2():
    try: yield
    except Exception: print([x.name for x in traceback.extract_stack()][-2:])
def g2(): yield from f2()
gen = g2(); gen.send(None)
try: gen.throw(RuntimeError)
except StopIteration: pass


# an error of __await__ of what __anext__ returns becomes a TypeError
class F:
    def __aiter__(self): return self
    def __anext__(self): return self
    def __await__(self): 1 / 0
async def main():
    async for _ in F(): pass
try: main().send(None)
except Exception as e: print(type(e).__name__, e, repr(e.__cause__))

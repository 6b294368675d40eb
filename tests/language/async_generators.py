"""Hooks of asynchronous generators, anext with a default, origins of coroutines, steps that overlap."""
import sys, warnings, types

@types.coroutine
def pause(v):
    return (yield v)

def run(awaitable):
    out = []
    it = awaitable.__await__() if hasattr(awaitable, '__await__') else awaitable
    try:
        while True:
            out.append(it.send(None) if hasattr(it, 'send') else next(it))
    except StopIteration as e:
        return out, e.value
    except BaseException as e:
        return out, type(e).__name__, str(e)

async def gen(n):
    try:
        for i in range(n):
            await pause('p%d' % i)
            yield i
    finally:
        await pause('closing')

print(sys.get_asyncgen_hooks())
log = []
def first(g): log.append(('first', g.__name__))
def final(g): log.append(('final', g.__name__)); run(g.aclose())
sys.set_asyncgen_hooks(firstiter=first, finalizer=final)
print(sys.get_asyncgen_hooks().firstiter is first, sys.get_asyncgen_hooks()[1] is final)
g = gen(3)
print(run(g.__anext__()), g.ag_running)
print(run(g.asend('x')))
del g
print(log)
log.clear()
g = gen(2)
del g
print(log)
g = gen(1)
print(run(g.__anext__()), run(g.__anext__()), run(g.__anext__()), run(g.aclose()))
del g
print(log); log.clear()
for bad in (5, 'x'):
    try: sys.set_asyncgen_hooks(bad)
    except TypeError as e: print(e)
    try: sys.set_asyncgen_hooks(finalizer=bad)
    except TypeError as e: print(e)
sys.set_asyncgen_hooks(None, None)
print(sys.get_asyncgen_hooks())

async def consume(g, *d): return await anext(g, *d)
g = gen(1)
print(run(consume(g, 'd')), run(consume(g, 'd')), run(consume(g, 'd')), run(consume(g)))
for args in ((5,), (5, 6), ([],), (iter([]), 1)):
    try: anext(*args)
    except TypeError as e: print(e)
class It:
    def __init__(self, n): self.n = n
    def __aiter__(self): return self
    async def __anext__(self):
        if not self.n: raise StopAsyncIteration
        self.n -= 1
        return self.n
i = It(1)
print(run(anext(i, 'none')), run(anext(i, 'none')), run(anext(i)))
a = anext(It(0), 'dflt')
print(type(a).__name__, a.__await__() is a, iter(a) is a)
for f in (lambda: a.send(None), lambda: a.throw(ValueError('v')), lambda: a.close()):
    try: print(f())
    except BaseException as e: print(type(e).__name__, e)

# steps that overlap, are used twice, or come too late
g = gen(3)
one = g.__anext__(); print(one.send(None), g.ag_running)
for step in (g.__anext__(), g.asend(1), g.athrow(ValueError), g.aclose()):
    try: step.send(None)
    except BaseException as e: print(type(e).__name__, e)
    try: step.send(None)
    except BaseException as e: print(type(e).__name__, e)
try: one.send(None)
except StopIteration as e: print('got', e.value, g.ag_running)
try: one.send(None)
except RuntimeError as e: print(e)
try: one.throw(ValueError)
except RuntimeError as e: print(e)
two = g.athrow(ValueError('thrown'))
try: two.send(5)
except RuntimeError as e: print(e)
print(run(two)); print(run(two)); print(run(g.__anext__())); print(run(g.aclose())); print(run(g.athrow(KeyError)))
async def stubborn():
    while True:
        try: yield 1
        except GeneratorExit: pass
g = stubborn(); print(run(g.__anext__()), run(g.aclose()))
g = stubborn(); print(run(g.aclose()), run(g.__anext__()))
c = g.aclose(); c.close(); print(run(c))

# origins
print(sys.get_coroutine_origin_tracking_depth())
async def co(): pass
def make(): return co()
c = make(); print(c.cr_origin); c.close()
sys.set_coroutine_origin_tracking_depth(2)
c = make(); print([(l, n) for f, l, n in c.cr_origin]); c.close()
def outer(): return make()
c = outer(); print([(l, n) for f, l, n in c.cr_origin]); c.close()
sys.set_coroutine_origin_tracking_depth(0)
for bad in (-1, 'x'):
    try: sys.set_coroutine_origin_tracking_depth(bad)
    except (ValueError, TypeError) as e: print(type(e).__name__, e)
with warnings.catch_warnings(record=True) as w:
    warnings.simplefilter('always')
    co(); print(w[-1].message)
    sys.set_coroutine_origin_tracking_depth(3)
    make(); print(str(w[-1].message).count('File'), str(w[-1].message).splitlines()[0])

"""Comprehensions run in frames without function objects: names, closures, tracebacks, generators, asynchronous ones."""

import gc
import sys

x = [i for i in range(3)]


class A:
    doubled = [j * 2 for j in x]
    lazy = (k for k in x)

    def mixed(self):
        return [self for _ in x], {i: (lambda: i) for i in x}


print(x, A.doubled, list(A.lazy))
a = A()
selves, functions = a.mixed()
print(selves == [a] * 3, [f() for f in functions.values()])

g = (i for i in x)
print(g.__name__, g.__qualname__, g.gi_code.co_name, g.gi_frame.f_globals is globals())


def outer():
    def inner():
        g = (z for z in [1])
        print(g.__qualname__, g.__name__)
        return g

    return inner()


# The generator outlives the function in whose frame it began.
left = outer()
del outer
gc.collect()
print(list(left))


def divide():
    return [1 / 0 for _ in x]


try:
    divide()
except ZeroDivisionError as error:
    trace = error.__traceback__
    while trace:
        print(trace.tb_frame.f_code.co_name, trace.tb_lineno)
        trace = trace.tb_next


def recurse(n):
    return [recurse(n - 1) for _ in range(1)] if n else []


try:
    recurse(100000)
except RecursionError:
    print("too deep")


def generator():
    y = yield [(i, (last := i)) for i in x]
    z = [w for w in (v for v in y)]
    yield z, last


h = generator()
print(next(h), h.send([1, 2, 3]))


async def collect():
    return [i async for i in numbers()]


async def numbers():
    for i in range(3):
        yield i


c = collect()
try:
    c.send(None)
except StopIteration as stop:
    print(stop.value)


def names():
    g = (sys._getframe().f_code.co_name for _ in range(1))
    return list(g), [sys._getframe().f_back.f_code.co_name for _ in range(1)]


print(names())


def unbound():
    q = 1

    def use():
        return [q for _ in range(2)]

    del q
    try:
        use()
    except NameError as error:
        print(error)


unbound()
print({k: [v for v in range(k)] for k in {n % 3 for n in range(9)}})

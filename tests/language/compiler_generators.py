"""Generators, coroutines and their clauses, driven by hand."""
import types


def drive(c):
    out = []
    try:
        v = c.send(None)
        while True:
            out.append(v)
            v = c.send(("answer", v))
    except StopIteration as e:
        return out, e.value


@types.coroutine
def ask(q):
    a = yield q
    return a


async def simple():
    a = await ask(1)
    b = await ask(2)
    return a, b


print(drive(simple()))


class Ticker:
    def __init__(self, n):
        self.n, self.i = n, 0

    def __aiter__(self):
        return self

    async def __anext__(self):
        self.i += 1
        if self.i > self.n:
            raise StopAsyncIteration
        return await ask(self.i)


class Manager:
    def __init__(self, swallow=False):
        self.swallow = swallow

    async def __aenter__(self):
        await ask("enter")
        return self

    async def __aexit__(self, kind, value, tb):
        await ask(("exit", kind and kind.__name__))
        return self.swallow


async def loops(n):
    out = []
    async for x in Ticker(n):
        if x == ("answer", 2):
            continue
        if x == ("answer", 4):
            break
        out.append(x)
    else:
        out.append("else")
    return out


print(drive(loops(3)))
print(drive(loops(6)))


async def comprehensions():
    a = [x async for x in Ticker(2)]
    b = {x: y for x, y in [(1, 2)]}
    c = [await ask(i) for i in range(2)]
    d = {x async for x in Ticker(1) if x}
    e = [[y async for y in Ticker(1)] for _ in range(2)]
    g = (x async for x in Ticker(2))
    f = [x async for x in g]
    return a, b, c, len(d), e, f


print(drive(comprehensions()))


async def managers(how):
    async with Manager(how == "swallow") as m, Manager():
        if how == "return":
            return await ask("r")
        if how in ("raise", "swallow"):
            raise KeyError(how)
        await ask("body")
    return "after"


for how in ("plain", "return", "swallow"):
    print(drive(managers(how)))
try:
    print(drive(managers("raise")))
except KeyError as e:
    print("out", e)


async def agen():
    try:
        got = yield 1
        print("got", got)
        await ask("inside")
        yield 2
    finally:
        await ask("cleanup")


async def use():
    out = []
    g = agen()
    out.append(await g.asend(None))
    out.append(await g.asend("hello"))
    await g.aclose()
    async for x in agen():
        out.append(x)
    return out


print(drive(use()))


def delegating():
    r = yield from sub()
    yield ("result", r)
    try:
        yield from [1, 2]
    except KeyError:
        yield "caught"
    return "done"


def sub():
    x = yield "sub"
    try:
        y = yield x
    except ValueError as e:
        y = str(e)
    return x, y


g = delegating()
print(next(g), g.send("X"), g.throw(ValueError("V")), next(g), g.throw(KeyError()), list(g))


def expressions():
    x = [(yield 1), (yield 2)]
    y = (yield x[0]) + (yield)
    z = f"{(yield y)}"
    d = {(yield "k"): (yield "v")}
    return x, y, z, d, (yield 1) if (yield 0) else (yield 2), lambda: (yield)


print(drive(expressions())[0])


def gen_finally():
    for i in range(2):
        try:
            yield i
        finally:
            yield ("f", i)


print(list(gen_finally()))
print(list(x for x in (y * 2 for y in range(4)) if x), sum(x for x in range(5)), [*(i for i in "ab")])


def stop_inside():
    yield 1
    raise StopIteration


g = stop_inside()
next(g)
try:
    next(g)
except RuntimeError as e:
    print(e, type(e.__cause__).__name__)


def recursive(n):
    if n:
        yield n
        yield from recursive(n - 1)


print(list(recursive(5)), len(list(recursive(150))))


def except_star(errors):
    out = []
    try:
        try:
            raise ExceptionGroup("g", errors)
        except* ValueError as e:
            out.append(("value", [str(x) for x in e.exceptions]))
        except* (KeyError, TypeError) as e:
            out.append(("key/type", len(e.exceptions)))
            if len(e.exceptions) > 1:
                raise IndexError("new")
        else:
            out.append("else")
        finally:
            out.append("finally")
    except BaseException as e:  # the case is about catching all
        out.append((type(e).__name__, [type(x).__name__ for x in getattr(e, "exceptions", ())]))
    return out


print(except_star([ValueError(1)]))
print(except_star([ValueError(1), KeyError(2), OSError(3)]))
print(except_star([KeyError(1), TypeError(2)]))
print(except_star([OSError(1)]))
try:
    raise ValueError("naked")
except* ValueError as e:
    print(repr(e))

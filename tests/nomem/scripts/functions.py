# Closures, generators, comprehensions, decorators, arguments of every kind and context managers.
def counter(start=0, *, step=1):
    n = start

    def advance(times=1):
        nonlocal n
        for _ in range(times):
            n += step
        return n

    return advance


def traced(function):
    calls = []

    def wrapper(*args, **kwargs):
        calls.append((args, sorted(kwargs.items())))
        return function(*args, **kwargs)

    wrapper.calls = calls
    return wrapper


@traced
def combine(a, b=2, /, c=3, *rest, d, e=5, **more):
    return a, b, c, rest, d, e, sorted(more.items())


def numbers(n):
    try:
        for i in range(n):
            got = yield i
            if got:
                yield got * 2
    finally:
        closed.append(n)


def chain(*iterables):
    for iterable in iterables:
        yield from iterable
    return "end"


closed = []


class Managed:
    def __enter__(self):
        print("enter")
        return self

    def __exit__(self, kind, error, trace):
        print("exit", kind and kind.__name__)
        return True


advance = counter(10, step=5)
print(advance(), advance(3), counter()())
print(combine(1, d=4), combine(1, 2, 3, 4, 5, d=6, z=7, y=8), len(combine.calls))
try:
    combine()
except TypeError as error:
    print(error)
generator = numbers(5)
print(next(generator), generator.send(21), next(generator))
generator.close()
print(closed)
print(list(chain("ab", numbers(2), [x * y for x in range(3) for y in range(3) if x != y])))
print({k: v for k, v in zip("abc", range(3))}, {x % 3 for x in range(10)}, sum(x * x for x in range(50)))
with Managed() as managed, Managed():
    raise ValueError("swallowed")
first, *middle, last = (f * 2 for f in range(6))
print(first, middle, last, sorted("banana", key=lambda c: (-ord(c), c)), list(map(lambda a, b: a + b, [1, 2], [3, 4])))


def depth(n):
    return 0 if n == 0 else 1 + depth(n - 1)


print(depth(150), (lambda *a, **k: (a, k))(*range(5), **{"x": 1}))

"""The profiler in C: what it counts, its clocks, and what it refuses."""
import _lsprof
import cProfile
import io
import pstats

ticks = 0


def clock():
    global ticks
    ticks += 1
    return ticks


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def work(items):
    items.append(len(items))
    sorted(items, key=lambda i: -i)
    str.upper("a")
    try:
        items.pop(10)
    except IndexError:
        pass
    return sum(i for i in items)


def show(profiler):
    def name(code):
        return code if isinstance(code, str) else code.co_name

    for e in sorted(profiler.getstats(), key=lambda e: name(e.code)):
        print(name(e.code), e.callcount, e.reccallcount, round(e.totaltime, 9), round(e.inlinetime, 9),
              sorted((name(s.code), *(round(n, 9) for n in s[1:])) for s in e.calls or ()))


for arguments in (clock, 0.5), (clock,), (clock, 1, False), (clock, 1, True, False):
    ticks = 0
    profiler = _lsprof.Profiler(*arguments)
    profiler.enable()
    fib(5)
    work([3, 1, 2])
    profiler.disable()
    show(profiler)
    profiler.clear()
    print(profiler.getstats())

profiler = cProfile.Profile()
print(profiler.runcall(fib, 4), profiler.runctx("x = fib(3)", globals(), {}) is profiler)
out = io.StringIO()
stats = pstats.Stats(profiler, stream=out).strip_dirs().sort_stats("name")
stats.print_callers("fib")
print(stats.total_calls, stats.prim_calls)
with cProfile.Profile() as profiler:
    [fib(i) for i in range(3)]
print(sum(e.callcount for e in profiler.getstats() if getattr(e.code, "co_name", "") == "fib"))
for arguments in ("x", "y"), (None, None):
    try:
        _lsprof.Profiler(*arguments)
    except TypeError as e:
        print(e)

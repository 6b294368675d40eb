"""tracemalloc: where objects and the storage behind them were allocated, snapshots, warnings, options."""
import gc
import os
import subprocess
import sys
import tracemalloc
import warnings


def lines(obj):
    traceback = tracemalloc.get_object_traceback(obj)
    if traceback is None:
        return None
    return [(os.path.basename(f.filename), f.lineno) for f in traceback], traceback.total_nframe


def make(size):
    return bytes(bytearray(size))


def deep(n, size):
    return deep(n - 1, size) if n else make(size)


print(tracemalloc.is_tracing(), tracemalloc.get_traced_memory(), tracemalloc._get_traces(),
      tracemalloc.get_object_traceback(object()))
tracemalloc.clear_traces()
tracemalloc.stop()
before = make(100)
for frames in (0, -1, 65536, 1 << 40, "x", None):
    try:
        tracemalloc.start(frames)
    except (ValueError, TypeError, OverflowError) as e:
        print(frames, type(e).__name__, e if isinstance(e, ValueError) else "")
tracemalloc.start()
tracemalloc.start(7)  # it is on: nothing happens
print(tracemalloc.is_tracing(), tracemalloc.get_traceback_limit(), lines(before), lines(make(100)), lines(5), lines(None))
tracemalloc.stop()
print(lines(make(100)), tracemalloc.get_traced_memory())

tracemalloc.start(3)
print(lines(make(100)), lines(deep(5, 100)), lines(deep(100, 100)))
tracemalloc.stop()
tracemalloc.start(60)
print(len(lines(deep(100, 100))[0]), lines(deep(100, 100))[1])


class Thing:
    pass


# Whose storage is traced: what a list, a dict, a str take, and what they give back.
def taken(make, drop):
    gc.collect()
    start = tracemalloc.get_traced_memory()[0]
    thing = make()
    used = tracemalloc.get_traced_memory()[0] - start
    drop(thing)
    left = tracemalloc.get_traced_memory()[0] - start
    thing = None
    gone = tracemalloc.get_traced_memory()[0] - start
    return used > 8000, left < used / 2, gone < 1000


for name, make_it, drop in (
        ("list", lambda: [None] * 1000, list.clear),
        ("appended", lambda: [x for x in map(lambda i: None, range(1000))], list.clear),
        ("dict", lambda: dict.fromkeys(range(1000)), dict.clear),
        ("set", lambda: set(range(1000)), set.clear),
        ("instances", lambda: [Thing() for _ in range(1000)], list.clear),
        ("texts", lambda: ["x" * (i + 10) for i in range(1000)], list.clear),
        ("bytearray", lambda: bytearray(10000), bytearray.clear),
):
    print(name, *taken(make_it, drop))
text = "y" * 20000
print(tracemalloc.get_traced_memory()[0] > 20000, lines(text)[0][-1])


# Islands are given back by the collector.
def islands():
    for _ in range(1000):
        a, b = Thing(), Thing()
        a.other, b.other = b, a


gc.collect()
start = tracemalloc.get_traced_memory()[0]
gc.disable()
islands()
middle = tracemalloc.get_traced_memory()[0]
gc.enable()
print(gc.collect() >= 2000, middle - start > 30000, tracemalloc.get_traced_memory()[0] - start < (middle - start) / 4)

# Snapshots.
tracemalloc.clear_traces()
print(lines(text), tracemalloc.get_traced_memory()[0] < 2000)
first = tracemalloc.take_snapshot()
kept = [make(1000 + i) for i in range(100)]
second = tracemalloc.take_snapshot().filter_traces([tracemalloc.Filter(True, __file__)])
for statistic in second.compare_to(first, "lineno")[:1]:
    frame = statistic.traceback[0]
    print(os.path.basename(frame.filename), frame.lineno, statistic.count_diff >= 100, statistic.size_diff > 100000)
made_at = lines(make(100))[0][-1][1]
exact = [t for t in second.traces if t.traceback[-1].lineno == made_at]
print(len(exact) >= 100, {t.domain for t in exact}, max(t.traceback.total_nframe for t in exact) >= 2)
total = sum(t.size for t in tracemalloc.take_snapshot().traces)
print(abs(tracemalloc.get_traced_memory()[0] - total) < 50000, tracemalloc.get_tracemalloc_memory() > 1000)
now, peak = tracemalloc.get_traced_memory()
kept = None
print(tracemalloc.get_traced_memory()[1] >= peak >= now)
tracemalloc.reset_peak()
print(tracemalloc.get_traced_memory()[1] < peak - 50000)

# A block may be traced, freed while nothing is traced, and traced again.
old = [make(200) for _ in range(500)]
tracemalloc.stop()
old = old[::2]
tracemalloc.start()
new = [make(200) for _ in range(500)]
print([lines(o) for o in old] == [None] * 250, {len(lines(o)[0]) for o in new})
del old
print({len(lines(o)[0]) for o in new})

# Classes and their names of files.
namespace = {}
exec(compile("def f():\n    return bytearray(500)\nclass C: pass\n", "nämé \u20ac \U0001f40d.py", "exec"), namespace)
print(lines(namespace["f"]()), lines(namespace["C"])[0][-1][0])
exec(compile("def f():\n    return bytearray(500)", "", "exec"), namespace)
print(lines(namespace["f"]()))
tracemalloc.stop()

# Warnings tell where what they are about was allocated.
code = """import warnings, sys
class Lost:
    __slots__ = ()
    def __del__(self):
        warnings.warn('lost', ResourceWarning, source=self)
def lose():
    Lost()
warnings.simplefilter('always')
lose()
"""
for options in ([], ["-X", "tracemalloc=3"]):
    done = subprocess.run([sys.executable, *options, "-c", code], capture_output=True, text=True)
    print(done.stderr)
show = "import tracemalloc as t; print(t.is_tracing(), t.get_traceback_limit())"
for options, variable in ((["-X", "tracemalloc"], None), (["-X", "tracemalloc=12"], None), ([], "5"), ([], "0"),
                          (["-E"], "5"), (["-X", "tracemalloc=2"], "5")):
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONTRACEMALLOC"}
    if variable is not None:
        environment["PYTHONTRACEMALLOC"] = variable
    done = subprocess.run([sys.executable, *options, "-c", show], capture_output=True, text=True, env=environment)
    print(options, variable, done.stdout, done.stderr)
failed = subprocess.run([sys.executable, "-X", "tracemalloc=1000000", "-c", "0"], capture_output=True, text=True)
print(failed.returncode, "the number of frames must be in range [1; 65535]" in failed.stderr)
# "Object allocated at" for what is not closed.
code = "import socket\ndef f():\n    s = socket.socket()\nf()\n"
done = subprocess.run([sys.executable, "-X", "dev", "-X", "tracemalloc=2", "-c", code], capture_output=True, text=True)
print([line for line in done.stderr.splitlines() if "File" in line])
code = "import os\ndef f():\n    s = os.scandir('/')\n    next(s)\nf()\n"
done = subprocess.run([sys.executable, "-X", "dev", "-X", "tracemalloc=2", "-c", code], capture_output=True, text=True)
print([line for line in done.stderr.splitlines() if "File" in line])

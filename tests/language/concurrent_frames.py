"""Frames read, and cleared, by threads that do not run them: of generators that others resume, of threads that wait or
run, and after what ran them is gone."""
import gc
import sys
import threading
import weakref


def gen(n):
    x = [n]
    yield x
    y = {n: x}
    yield y


class Awaitable:
    def __await__(self):
        yield 1


async def coroutine(n):
    x = [n]
    await Awaitable()
    return x


async def async_generator(n):
    x = [n]
    await Awaitable()
    yield x


def delegating(n):
    x = [n]
    yield from gen(n)


def run_generator(g):
    for _ in g:
        pass


def run_coroutine(c):
    for i in range(3):
        try:
            c.send(None)
        except StopIteration:
            break


def run_async(a):
    for i in range(2):
        run_coroutine(a.asend(None))


KINDS = [(gen, "gi_frame", "gi_yieldfrom", run_generator), (delegating, "gi_frame", "gi_yieldfrom", run_generator),
         (coroutine, "cr_frame", "cr_await", run_coroutine), (async_generator, "ag_frame", "ag_await", run_async)]


def read(frame, first, last, names):
    line = frame.f_lineno
    assert line is None or first <= line <= last, line
    assert frame.f_lasti >= -1
    assert set(frame.f_locals) <= names, frame.f_locals
    back = frame.f_back
    assert back is None or back.f_code is not None
    repr(frame)


def race(make, frame_name, delegate_name, run, rounds):
    box = [make(0)]
    stop = False

    def runner():
        i = 0
        while not stop:
            i += 1
            box[0] = one = make(i)
            try:
                run(one)
                one.close() if hasattr(one, "close") else None
            except (RuntimeError, ValueError, StopAsyncIteration):  # cleared before it was started, or meanwhile
                pass
    thread = threading.Thread(target=runner)
    thread.start()
    first = make.__code__.co_firstlineno
    for i in range(rounds):
        one = box[0]
        frame = getattr(one, frame_name)
        getattr(one, delegate_name)
        if frame is not None:
            read(frame, first, first + 5, {"n", "x", "y"})
            if i % 3 == 0:
                try:
                    frame.clear()
                except RuntimeError as e:
                    assert str(e) == "cannot clear an executing frame", e
    stop = True
    thread.join()
    print(make.__name__, "survived")


def unraisable(report):
    """clear() closes what it finds suspended; somebody else may just have resumed that."""
    assert "already executing" in str(report.exc_value), report.exc_value


import warnings
warnings.simplefilter("ignore")
sys.unraisablehook = unraisable
for kind in KINDS:
    race(*kind, 3000)

sys.unraisablehook = sys.__unraisablehook__

# what a frame keeps
g = gen(5)
next(g)
frame = g.gi_frame
died = weakref.ref(g)
del g
print(died() is None, frame.f_locals, frame.f_lineno - gen.__code__.co_firstlineno, frame.f_back)
frame.clear()
print(frame.f_locals)

g = gen(6)
print(g.gi_frame.f_locals, g.gi_frame is g.gi_frame, g.gi_frame.f_lasti >= 0)
next(g)
print(g.gi_frame.f_locals, g.gi_frame.f_locals is g.gi_frame.f_locals)
frame = g.gi_frame
list(g)
print(g.gi_frame, frame.f_locals)

# clear() closes, and nobody hears of what goes wrong
closed = []


def closing():
    try:
        yield 1
    finally:
        closed.append(1)


g = closing()
next(g)
g.gi_frame.clear()
print(closed, g.gi_frame, list(g))


def clears_itself():
    try:
        sys._getframe().clear()
    except RuntimeError as e:
        yield str(e)
    try:
        me.gi_frame.clear()
    except RuntimeError as e:
        yield str(e)


me = clears_itself()
print(list(me))

# an island of a generator and its frame object
for i in range(20):
    g = gen(i)
    next(g)
    g.gi_frame.f_locals["x"].append(g.gi_frame)
    g = delegating(i)
    next(g).append(g)
    g.gi_frame.f_locals["x"].append(g)
del g
gc.collect()

# threads that wait, and threads that run
entered, leave = threading.Event(), threading.Event()
lines = []


def inner(a):
    b = [a]
    entered.set()
    leave.wait()
    return b


def outer(c):
    return inner(c + 1)


t = threading.Thread(target=outer, args=(1,))
t.start()
entered.wait()
frame = None
while frame is None:
    frame = sys._current_frames().get(t.ident)
    while frame is not None and frame.f_code is not inner.__code__:
        frame = frame.f_back
print(frame.f_locals, frame.f_back.f_code.co_name, frame.f_back.f_locals)
names = []
f = frame
while f is not None:
    names.append(f.f_code.co_name)
    f = f.f_back
print(names)
leave.set()
t.join()
print(frame.f_locals, frame.f_back.f_code.co_name)

running, handed = threading.Event(), []
stop = False


def busy(n):
    handed.append(sys._getframe())
    running.set()
    i = 0
    while not stop:
        i += n
        x = str(i)
    return i


t = threading.Thread(target=busy, args=(2,))
t.start()
running.wait()
first = busy.__code__.co_firstlineno
seen = set()
while len(seen) < 3:
    f = handed[0]
    assert first <= f.f_lineno <= first + 8, f.f_lineno
    seen.update(f.f_locals)
    assert f.f_back is None or f.f_back.f_code.co_name == "run"
stop = True
t.join()
print(sorted(seen), type(handed[0].f_locals["i"]).__name__)


def deep(n):
    if n:
        return deep(n - 1)
    frames.append(sys._getframe())
    return 0


# frames whose thread ends meanwhile
frames = []
for i in range(30):
    t = threading.Thread(target=deep, args=(20,))
    t.start()
    for f in frames[-1:]:
        while f is not None:
            f.f_lineno, f.f_locals
            f = f.f_back
    t.join()
print(len(frames), frames[-1].f_locals)

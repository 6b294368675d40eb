"""Functions, methods and modules that threads call while others replace them, with collections in between.

What a thread has on its stack uncounted must outlive its last other reference, through calls that block, generators,
deep stacks and exceptions."""

import functools
import gc
import sys
import threading
import time
import types
import weakref

from support import beside

ROUNDS = 60


def make_step(number):
    """A new function, which nothing but its global name holds."""

    def step(depth, then):
        if depth:
            return step_again(depth - 1, then) + 1
        return then() + number * 0

    return step


step_again = make_step(0)


class Worker:
    def method(self, depth, then):
        return self.method(depth - 1, then) + 1 if depth else then()


def replace_everything():
    """Give every name a new object; the old ones have no owner but the stacks of the callers."""
    global step_again, module
    step_again = make_step(1)
    Worker.method = types.FunctionType(Worker.method.__code__, globals(), "method")
    fresh = types.ModuleType("module")
    fresh.answer = lambda: 42
    module = fresh


module = types.ModuleType("module")
replace_everything()
stop = threading.Event()
ready = threading.Barrier(5)
failures = []


def nothing():
    return 0


def sleep():
    time.sleep(0.0002)
    return 0


def collect():
    gc.collect()
    return 0


def fail():
    raise KeyError("as intended")


def numbers(count):
    for i in range(count):
        # the callable lies on the generator's stack while it is suspended
        yield max((yield i) or 0, step_again(1, nothing))


def call_functions(then):
    assert step_again(7, then) == 7


def call_methods(then):
    assert Worker().method(7, then) == 7


def call_module(then):
    assert module.answer() + then() == 42


def call_generator(then):
    generator = numbers(4)
    assert next(generator) == 0
    then()
    assert generator.send(5) == 5
    generator.close()


def call_failing(then):
    then()
    try:
        step_again(5, fail)
    except KeyError as error:
        assert str(error) == "'as intended'"
    else:
        raise AssertionError("no error")


def call_sorted(then):
    assert sorted([3, 1, 2], key=lambda n: n + then()) == [1, 2, 3]


def run(calls):
    ready.wait()
    try:
        for i in range(ROUNDS):
            for call in calls:
                call((nothing, sleep, nothing, collect)[i % 4] if i % 8 else nothing)
    except BaseException as error:  # whatever it is, the main thread prints it
        failures.append(repr(error))


def replace():
    ready.wait()
    while not stop.is_set():
        replace_everything()
        time.sleep(0.0001)


groups = [
    (call_functions, call_methods),
    (call_methods, call_module, call_sorted),
    (call_functions, call_generator, call_failing),
    (call_failing, call_module, call_functions),
]
replacer = threading.Thread(target=replace)
callers = [threading.Thread(target=run, args=(group,)) for group in groups]
replacer.start()
for thread in callers:
    thread.start()
for thread in callers:
    thread.join()
stop.set()
replacer.join()
print("failures:", failures)


# The same one step after another: what the main thread made is called by two threads, so that its count is sharded;
# then it is replaced, and garbage is collected, while the second one is inside it.
def replace_and_collect():
    inside = [weakref.ref(step_again), weakref.ref(Worker.method), weakref.ref(module.answer)]
    replace_everything()
    gc.collect()
    alive.append([reference() is not None for reference in inside])
    return 0


def use(then):
    """Every call is made at a place that ran before, so that caches are filled."""
    for now in (nothing, nothing, then, nothing):
        step_again(2, now)
    for now in (nothing, nothing, then, nothing):
        Worker().method(2, now)
    for now in (nothing, nothing, then, nothing):
        assert max(module.answer(), now()) == 42
    for now in (nothing, nothing, then, nothing):
        call_generator(now)


alive = []
for _ in range(3):
    replace_everything()
    for then in (nothing, replace_and_collect):
        thread = threading.Thread(target=use, args=(then,))
        thread.start()
        thread.join()
print(alive)


# A stack so deep that settling it again and again would show.
def deep(n):
    return deep(n - 1) + 1 if n else sum(sleep() for _ in range(20))


sys.setrecursionlimit(6000)
results = []
crew = [threading.Thread(target=lambda: results.append(deep(2000))) for _ in range(3)]
for thread in crew:
    thread.start()
for thread in crew:
    thread.join()
print(results)


# Names that go altogether while their objects run.
def vanishing(event):
    globals().pop("vanishing", None)
    event.set()
    gc.collect()
    return "still here"


def call_vanishing(out):
    try:
        out.append(vanishing(threading.Event()))
    except NameError:
        out.append("gone")


for _ in range(20):
    keep = vanishing
    out = []
    pair = [threading.Thread(target=call_vanishing, args=(out,)) for _ in range(2)]
    for thread in pair:
        thread.start()
    for thread in pair:
        thread.join()
    out = set(out) <= {"still here", "gone", None} and "still here" in out
    assert out
    vanishing = keep
    del keep
print("vanished and came back")


# What a stored item displaces may block while the item, a function on the stack uncounted, is stored already.
class Sleepy:
    def __del__(self):
        sleep()


def store(items):
    items[0] = step_again


spinning = threading.Event()
spinner = threading.Thread(target=lambda: [step_again(1, nothing) for _ in iter(spinning.is_set, True)])
spinner.start()
stored = []
for _ in range(10):
    replace_everything()
    stored.append(weakref.ref(step_again))
    time.sleep(0.01)
    items = [Sleepy()]
    for _ in range(20):
        store(items)
        items[0] = Sleepy()
spinning.set()
spinner.join()
replace_everything()
gc.collect()
print([reference() for reference in stored])


# Several threads set __code__ at once while others are inside the old ones.
def changing(x):
    return x


def fresh_code():
    names = {}
    exec("def made(x):\n    for i in range(20):\n        x += i\n    return x - 190", names)
    return names["made"].__code__


def change():
    for _ in range(60):
        changing.__code__ = fresh_code()


def call():
    results.append({changing(5) for _ in range(3000)})


results = []
crew = [threading.Thread(target=target) for target in (change, call, change, call, change)]
for thread in crew:
    thread.start()
for thread in crew:
    thread.join()
print(results)


# A property is initialised anew while others use and copy it.
class Owner:
    shared = property(lambda self: 1, doc="said")


def initialise():
    for i in range(1000):
        Owner.shared.__init__(lambda self: 1, doc="said" if i % 2 else None)


def copy_it():
    results.append({(Owner().shared, Owner.shared.getter(len).fget) for _ in range(1000)} == {(1, len)})


results = []
crew = [threading.Thread(target=target) for target in (initialise, copy_it, copy_it)]
for thread in crew:
    thread.start()
for thread in crew:
    thread.join()
print(results)

# A partial whose function, arguments and keywords are set at once

partial = functools.partial(max, 1)


def set_states():
    partial.__setstate__((min, (5,), {}, None))
    partial.__setstate__((max, (1, 2), {}, None))


print(beside(2000, lambda: partial(3) == 3, set_states))

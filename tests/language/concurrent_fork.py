"""Forks while other threads change shared objects, classes and modules, and while cycles of the collector run.

The child has one thread. It must find no lock held and nothing half changed, start threads of its own, collect, and
fork again.
"""

import gc
import os
import sys
import threading
import weakref

FORKS = 40
shared, items = {}, []


class Thing:
    def method(self):
        return 1


thing = Thing()


def hammer(number):
    i = 0
    while not stop:
        shared[number, i % 100] = i
        items.append(i)
        if len(items) > 1000:
            items.clear()
        setattr(thing, f"attribute{i % 50}", i)
        setattr(Thing, f"shared{i % 5}", i)
        sys.intern(f"name{i % 1000}")
        pair = [None]
        pair[0] = [pair]
        i += 1


def use_all():
    shared[0, 0] = 1
    pairs = list(shared.items())
    items.append(1)
    sorted(items)
    thing.attribute1 = 3
    Thing.method = lambda self: 2
    Thing.other = Thing.method
    sys.intern("a name that nobody knew")
    assert thing.method() == 2 and thing.__dict__["attribute1"] == 3 and pairs


def in_child(deeper):
    use_all()
    thread = threading.Thread(target=use_all)
    thread.start()
    thread.join()
    ring = Thing()
    ring.ring = ring
    reference = weakref.ref(ring)
    del ring
    gc.collect()
    assert reference() is None
    if deeper:
        assert fork_and_wait(False) == 0


def fork_and_wait(deeper):
    child = os.fork()
    if child == 0:
        status = 1
        try:
            in_child(deeper)
            status = 0
        finally:
            os._exit(status)
    return os.waitpid(child, 0)[1]


stop = False
crew = [threading.Thread(target=hammer, args=(number,)) for number in range(3)]
for thread in crew:
    thread.start()
statuses = [fork_and_wait(number % 8 == 0) for number in range(FORKS)]
stop = True
for thread in crew:
    thread.join()
print("statuses other than 0:", [status for status in statuses if status])

"""Forks while other threads change shared objects, classes and modules, and while cycles of the collector run.

The children start no threads: when the forking process had several, ThreadSanitizer's runtime does not support that. It
follows pointers into the stacks of threads that are gone, and crashes in one child of some hundreds
(SlotAttachAndLock). fork_beside_threads.py has what children do besides.
"""

import _imp
import os
import sys
import threading
import time

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


def fork_and_wait(in_child, *arguments):
    child = os.fork()
    if child == 0:
        status = 1
        try:
            in_child(*arguments)
            status = 0
        finally:
            os._exit(status)
    return os.waitpid(child, 0)[1]


def fork_beside_threads(in_child):
    """Run in_child(number) in one child after the other, and print how those ended that failed."""
    global stop
    stop = False
    crew = [threading.Thread(target=hammer, args=(number,)) for number in range(3)]
    for thread in crew:
        thread.start()
    statuses = [fork_and_wait(in_child, number) for number in range(FORKS)]
    stop = True
    for thread in crew:
        thread.join()
    print("statuses other than 0:", [status for status in statuses if status])


def in_child(number):
    use_all()
    if number % 8 == 0:
        assert fork_and_wait(use_all) == 0


def fork_beside_import_lock():
    """A fork waits for who holds the import lock: the child sees nothing half done, and the lock is free there."""
    names, taken = ["whole"], threading.Event()

    def change():
        _imp.acquire_lock()
        names.append("half")
        taken.set()
        time.sleep(0.02)
        names.pop()
        _imp.release_lock()

    def in_child():
        assert not _imp.lock_held()
        _imp.acquire_lock()
        assert names == ["whole"]

    for _ in range(3):
        taken.clear()
        thread = threading.Thread(target=change)
        thread.start()
        taken.wait()
        print("beside the import lock:", fork_and_wait(in_child))
        thread.join()
    print(_imp.lock_held())


if __name__ == "__main__":
    fork_beside_threads(in_child)
    fork_beside_import_lock()

"""Forks while other threads run: children that start threads, collect, and fork again."""

import gc
import threading
import weakref

from concurrent_fork import Thing, fork_and_wait, fork_beside_threads, use_all


def use_threads():
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


def in_child(number):
    use_threads()
    if number % 8 == 0:
        assert fork_and_wait(use_threads) == 0


fork_beside_threads(in_child)

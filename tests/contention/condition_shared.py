"""A condition whose lock is held while work is done; waiting to be notified is no contention."""

import threading
from support import together

condition = threading.Condition()


def work():
    with condition:  # guilty: lock wait, _thread.RLock
        sum(range(2000))
        condition.wait(0.0001)


together(work, work, work)

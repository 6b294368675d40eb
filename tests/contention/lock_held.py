"""A lock that is held while work is done."""

import threading
from support import together

lock = threading.Lock()


def work():
    with lock:  # guilty: lock wait, _thread.lock
        sum(range(2000))


together(work, work, work)

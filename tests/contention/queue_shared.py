"""A queue.Queue through which more goes than its one lock bears: the line that calls it is to blame, not queue.py."""

import queue
from support import together

q = queue.Queue()


def work():
    q.put(q.qsize() and q.get())  # guilty: lock wait, _thread.lock


together(work, work, work)

"""A dict of counts, to which each thread adds under keys of its own."""

import threading
from support import together

counts = {}


def work():
    key = threading.get_ident()
    for i in range(100):
        counts[key] = i  # guilty: object lock, dict


together(work, work, work)

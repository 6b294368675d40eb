"""Objects that one thread makes and another one lets go."""

import collections
from support import together

passed = collections.deque(maxlen=10000)


def make():
    for i in range(100):
        passed.append((i, i))


def drop():
    for _ in range(100):
        if passed:
            item = passed.popleft()  # guilty: freed elsewhere, tuple


together(make, drop)

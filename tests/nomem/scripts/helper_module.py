"""A small module that `imports.py` imports."""
from collections import OrderedDict, namedtuple

Pair = namedtuple("Pair", "left right")


def pairs(n):
    return [Pair(i, i * i) for i in range(n)]


ordered = OrderedDict((p.left, p.right) for p in pairs(4))

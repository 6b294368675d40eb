"""A thread that asks for whole collections while others run."""

import gc
from support import together


def busy():
    sum(range(1000))


def collect():
    gc.collect()  # guilty: grace period


together(busy, collect)

"""A set in which all threads note what they have seen."""

from support import together

seen = set()


def work():
    for i in range(100):
        seen.add(i)  # guilty: object lock, set


together(work, work, work)

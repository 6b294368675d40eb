"""A list to which all threads append."""

from support import together

results = []


def work():
    for i in range(100):
        results.append(i)  # guilty: object lock, list
    if len(results) > 10000:
        del results[:5000]


together(work, work, work)

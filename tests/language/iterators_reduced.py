"""How far reversed and other iterators say they are."""

# __reduce__ of a reversed list iterator that has given all its elements, but has not raised StopIteration yet
orig = [4, 5]
it = reversed(orig)
for i in range(4):
    f, a, *r = it.__reduce__(); print(f.__name__, a, r); next(it, None)
it = iter(orig)
for i in range(4):
    f, a, *r = it.__reduce__(); print(f.__name__, a, r); next(it, None)

"""How far reversed and other iterators say they are."""

# __reduce__ of a reversed list iterator that has given all its elements, but has not raised StopIteration yet
orig = [4, 5]
it = reversed(orig)
for i in range(4):
    f, a, *r = it.__reduce__(); print(f.__name__, a, r); next(it, None)
it = iter(orig)
for i in range(4):
    f, a, *r = it.__reduce__(); print(f.__name__, a, r); next(it, None)


# Places that no small int holds.
class Endless:
    def __init__(self, length):
        self.length = length

    def __len__(self):
        return self.length

    def __getitem__(self, i):
        return i


for length in 2**63 - 1, 2**62, 2**61, 2**61 - 1:
    it = reversed(Endless(length))
    print(next(it), next(it), it.__reduce__()[2], it.__length_hint__())
    it.__setstate__(2**63 - 1)
    print(it.__reduce__()[2])
    it = iter(Endless(length))
    it.__setstate__(length)
    print(it.__reduce__()[2], it.__length_hint__())
    try:
        print(next(it), next(it))
    except OverflowError as e:
        print(e)

"""gc.freeze, gc.set_debug and gc.garbage, counts, generations."""
import gc
import subprocess
import sys
import weakref


class Thing:
    pass


class Last:
    def __del__(self):
        print("finalized")


def island(cls=Thing):
    a, b = cls(), Thing()
    a.other, b.other = b, a
    return weakref.ref(a)


gc.collect()
print(gc.get_freeze_count(), gc.unfreeze(), gc.get_freeze_count())
a = Thing()
a.me = a
inner = island()
dead = a.inner, _ = [Thing(), Thing()]
a.inner.outer = a
frozen = weakref.ref(a)
dead = None
print(gc.freeze(), gc.get_freeze_count() > 100)
count = gc.get_freeze_count()
del a
print(gc.collect() in (0, 2), frozen() is None)  # left out: not found
young = island()
gc.collect()
print(young() is None)  # what is born later is found
print(any(o is frozen() for o in gc.get_objects()), frozen() in gc.get_referrers(frozen().inner))
# A frozen object dies by its count, and its block is an ordinary one.
things = [Thing() for _ in range(3000)]
references = [weakref.ref(t) for t in things]
gc.freeze()
more = gc.get_freeze_count()
things.clear()
print(all(r() is None for r in references), more - gc.get_freeze_count() >= 3000)
fresh = [island() for _ in range(3000)]
gc.collect()
print(all(r() is None for r in fresh))
print(gc.unfreeze(), gc.get_freeze_count(), gc.collect() >= 2, frozen() is None)


# Objects whose island is frozen in part.
def partly():
    first, second = Thing(), Thing()
    first.other = second
    gc.freeze()
    third = Thing()
    second.third, third.first = third, first
    return weakref.ref(first), weakref.ref(third)


parts = partly()
gc.collect()
print([p() is None for p in parts])
gc.unfreeze()
gc.collect()
print([p() is None for p in parts])

# SAVEALL
gc.collect()
gc.set_debug(gc.DEBUG_SAVEALL)
print(gc.get_debug(), gc.garbage)
saved = island(Last)
print(gc.collect(), sorted(type(o).__name__ for o in gc.garbage), saved(), gc.garbage[0].other in gc.garbage)
print(gc.collect(), len(gc.garbage))
gc.set_debug(0)
gc.garbage.clear()
print(gc.collect(), gc.garbage)
gc.set_debug(gc.DEBUG_SAVEALL)
Last()  # no cycle: it just dies
kept = gc.garbage
gc.garbage = None
island()
print(gc.collect(), len(kept))
gc.set_debug(0)
kept.clear()
gc.garbage = kept
print(gc.collect())
for wrong in ("x", None, 1.5):
    try:
        gc.set_debug(wrong)
    except TypeError as e:
        print(e)

code = """import gc
class Thing: pass
gc.collect()
gc.set_debug(%s)
t = Thing(); t.me = t
del t
gc.collect()
gc.set_debug(0)
"""
for flags in ("gc.DEBUG_STATS", "gc.DEBUG_COLLECTABLE", "gc.DEBUG_LEAK", "gc.DEBUG_UNCOLLECTABLE"):
    done = subprocess.run([sys.executable, "-c", code % flags], capture_output=True, text=True)
    words = [line.split(" at 0x")[0].split(" 0x")[0].split(", ")[0] for line in done.stderr.splitlines()]
    print(flags, sorted({" ".join(w for w in line.split(":")[-1].split() if not w.isdigit()) for line in words}))

# Counts, and who is in which generation.
gc.collect()
first = gc.get_count()
things = [[] for _ in range(50)]
print(first[1:], first[0] < 5, gc.get_count()[0] - first[0] >= 50)
new = [[], []]
print(any(o is new for o in gc.get_objects(0)), any(o is new for o in gc.get_objects(2)))
whole = len(gc.get_objects())
parts = [len(gc.get_objects(g)) for g in range(3)]
print(abs(sum(parts) - whole) < 10)
for wrong in (-1, -2, 3, "x", 1.5):
    try:
        gc.get_objects(wrong)
    except (ValueError, TypeError) as e:
        print(e)
t = Last()
print(gc.is_finalized(t), gc.is_finalized(3))
held = []
Last.__del__ = lambda self: held.append(self)
del t
print(gc.is_finalized(held[0]))

"""gc.callbacks are told of collections that gc.collect() makes: the phases, what the figures are, errors, changes of the
list meanwhile, collections asked for by a callback."""
import gc
import sys

gc.disable()
gc.collect()
seen = []


def tell(phase, info):
    seen.append((phase, sorted(info), info["generation"], info["collected"] > 0, info["uncollectable"]))


gc.callbacks.append(tell)
a = []
a.append(a)
del a
print(gc.collect() > 0, seen)
seen.clear()
gc.collect(0)
gc.collect(1)
print([s[::2] for s in seen])
seen.clear()

hooked = []
sys.unraisablehook = lambda args: hooked.append((args.exc_type.__name__, args.object))


def fails(phase, info):
    raise ValueError(phase)


gc.callbacks.insert(0, fails)
gc.collect()
print([(name, what is fails) for name, what in hooked], [s[0] for s in seen])
gc.callbacks.remove(fails)
seen.clear()


def again(phase, info):
    seen.append((phase, gc.collect()))


gc.callbacks[:] = [again]
gc.collect()
print(seen)
seen.clear()


def clears(phase, info):
    seen.append(phase)
    gc.callbacks.clear()


gc.callbacks[:] = [clears, tell]
gc.collect()
print(seen, gc.callbacks)
gc.callbacks = [tell]  # another list is another list
seen.clear()
gc.collect()
print(seen)

"""Walks through the heap beside threads that reuse their pairs and build containers."""

import gc
import threading

wrong = []
stop = threading.Event()


def work():
    while not stop.is_set():
        for i, (a, b) in enumerate(zip(range(50), range(50))):
            if not i == a == b:
                wrong.append((i, a, b))
        table = {i: (i, -i) for i in range(20)}
        for key, (x, y) in table.items():
            if key != x or key != -y:
                wrong.append((key, x, y))


threads = [threading.Thread(target=work) for _ in range(3)]
for thread in threads:
    thread.start()

for _ in range(3):
    pairs = [o for o in gc.get_objects() if type(o) is tuple and len(o) == 2]
    for pair in pairs:
        first, second = pair
        if type(first) is int and type(second) is int and repr(pair) != f"({first}, {second})":
            wrong.append(pair)
    for o in gc.get_objects()[:200]:
        gc.get_referents(o)
    del pairs, pair, first, second, o

iterator = enumerate("abc")
next(iterator)
print(type(gc.get_referents(iterator)), next(iterator), next(iterator))


class Thing:
    pass


thing = Thing()
holders = [[thing], {"thing": thing}, (thing, thing)]
found = gc.get_referrers(thing)
print([holder in found for holder in holders], len(gc.get_referents(holders[2])))
del found

stop.set()
for thread in threads:
    thread.join()
print(wrong)

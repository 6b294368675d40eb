"""Uses the module of counter.c; run.py compares what it prints with counter.out."""
import gc
import sys
import threading
import weakref

import counter
from counter import Counter

print(counter.__name__, counter.__doc__, counter.ANSWER, counter.greeting, counter.__spec__.name)
c = Counter(2)
print(c, c.add(), c.add(3), c.add(times) if (times := 0) else c.state, c.step, c.listener)
for wrong in (lambda: Counter("x"), lambda: Counter(1, 2), lambda: c.add(-1), lambda: c.add("x"), lambda: c.add(2 ** 80),
              lambda: counter.total("text"), lambda: counter.total(), lambda: setattr(c, "step", 1), lambda: c + 1,
              lambda: Counter(1, listener=int.missing)):
    try:
        print(wrong())
    except Exception as error:
        print(type(error).__name__, error)
heard = []
c.listener = heard.append
print(c.add(), Counter(2.5).add(2), Counter(10 ** 30).add(), heard, c + c)
c.listener = lambda total: 1 // 0
try:
    c.add()
except ZeroDivisionError as error:
    print("listener:", error)
print(counter.total(b"abc"), counter.total(bytearray(300000)), counter.total(memoryview(b"abcd")[1:]))


class Loud(Counter):
    def __repr__(self):
        return "loud " + super().__repr__()


loud = Loud(3)
loud.listener = loud.add  # a cycle through the slot
reference = weakref.ref(loud) if hasattr(loud, "__weakref__") else None
print(loud)
del loud
gc.collect()
print(reference is None or reference() is None)

shared = Counter()
threads = [threading.Thread(target=lambda: [shared.add(i % 7) for i in range(2000)]) for _ in range(4)]
threads += [threading.Thread(target=lambda: [setattr(shared, "listener", None) or shared.state for _ in range(2000)])]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(shared.state)
c.wait(0.01)
print(counter.elsewhere(lambda: threading.get_ident() != threading.main_thread().ident))
try:
    counter.elsewhere(lambda: [].pop())
except IndexError as error:
    print("elsewhere:", error)

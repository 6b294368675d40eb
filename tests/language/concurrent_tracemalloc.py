"""Allocations are traced while threads allocate, hand on and free, the collector frees, and others clear, stop, start
and read."""
import gc
import queue
import threading
import tracemalloc


class Node:
    pass


def make(i):
    a, b = Node(), Node()
    a.other, b.other, a.text = b, a, "t" * (i % 50 + 20)
    return [bytes(bytearray(i % 300)), a, {i: [i]}]


def pass_on(sent, received, count):
    for i in range(count):
        sent.put(make(i))
        thing = received.get()
        thing.append([None] * (i % 40))  # storage of a list that another thread made
        thing[2].update(dict.fromkeys(range(i % 30)))


def disturb(done):
    while not done.is_set():
        tracemalloc.clear_traces()
        tracemalloc.take_snapshot()
        tracemalloc.get_object_traceback(gc)
        tracemalloc.stop()
        tracemalloc.get_traced_memory()
        tracemalloc.start(40)
        tracemalloc.get_tracemalloc_memory()
        tracemalloc.reset_peak()


def switch(count):
    for _ in range(count):
        tracemalloc.start()
        tracemalloc.stop()


def run(count, with_disturbance):
    queues = [queue.SimpleQueue() for _ in range(3)]
    threads = [threading.Thread(target=pass_on, args=(queues[i], queues[(i + 1) % 3], count)) for i in range(3)]
    done = threading.Event()
    if with_disturbance:
        threads.append(threading.Thread(target=disturb, args=(done,)))
    for t in threads:
        t.start()
    for t in threads[:3]:
        t.join()
    done.set()
    for t in threads[3:]:
        t.join()


tracemalloc.start()
run(150, True)
tracemalloc.stop()
gc.collect()

# Somebody allocates at the moment at which tracing ends.
switches = [threading.Thread(target=switch, args=(1500,)) for _ in range(2)]
for t in switches:
    t.start()
while any(t.is_alive() for t in switches):
    [[i] for i in range(50)]
tracemalloc.stop()

# Nobody disturbs: what is left is what lives.
tracemalloc.start(2)
run(1, False)
gc.collect()
before = tracemalloc.get_traced_memory()[0]
run(300, False)
gc.collect()
after = tracemalloc.get_traced_memory()[0]
print(after - before < 60000 or after - before)
total = sum(t.size for t in tracemalloc.take_snapshot().traces)
print(abs(total - tracemalloc.get_traced_memory()[0]) < 60000)

# What one thread makes another one is told of, and frees.
made = []


def fill():
    made.extend(make(i) for i in range(100))


filler = threading.Thread(target=fill)
filler.start()
filler.join()
print({tracemalloc.get_object_traceback(m[0])[-1].lineno for m in made if len(m[0]) > 1})
with_them = tracemalloc.get_traced_memory()[0]
made.clear()
gc.collect()
print(with_them - tracemalloc.get_traced_memory()[0] > 15000)
tracemalloc.stop()

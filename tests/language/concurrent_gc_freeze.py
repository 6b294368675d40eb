"""Objects are frozen and unfrozen, and islands are saved, while threads make, hand on and free."""
import gc
import queue
import threading
import weakref


class Node:
    pass


def island(n):
    a, b = Node(), Node()
    a.other, b.other, a.more = b, a, [n] * (n % 20)
    return a


def pass_on(sent, received, references, count):
    for i in range(count):
        node = island(i)
        if i % 7 == 0:
            references.append(weakref.ref(node))
        sent.put([node, [Node() for _ in range(i % 10)]])
        node = None
        received.get()[1].clear()


def freeze(done):
    while not done.is_set():
        gc.freeze()
        assert gc.get_freeze_count() > 0
        gc.collect()
        gc.unfreeze()
        gc.get_objects(0)


def save(done):
    while not done.is_set():
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        gc.set_debug(0)
        gc.garbage.clear()


def run(disturb, count):
    references = []
    queues = [queue.SimpleQueue() for _ in range(3)]
    threads = [threading.Thread(target=pass_on, args=(queues[i], queues[(i + 1) % 3], references, count))
               for i in range(3)]
    done = threading.Event()
    threads.append(threading.Thread(target=disturb, args=(done,)))
    for t in threads:
        t.start()
    for t in threads[:3]:
        t.join()
    done.set()
    threads[3].join()
    gc.unfreeze()
    gc.garbage.clear()
    gc.collect()
    gc.garbage.clear()
    gc.collect()
    print(gc.get_freeze_count(), sum(r() is not None for r in references), len(references) > 10)


run(freeze, 400)
run(save, 400)

# Threads: started, joined, with locks, a shared dict, cyclic garbage, and one that ends with an exception of its own.
import _thread
import gc

lock = _thread.allocate_lock()
finished = _thread.allocate_lock()
finished.acquire()
shared, ended = {}, []


class Node:
    def __init__(self, other):
        self.other = other
        if other is not None:
            other.other = self


def work(number, rounds):
    try:
        for i in range(rounds):
            Node(Node(None))
            with lock:
                shared[number] = shared.get(number, 0) + i
    finally:
        with lock:
            ended.append(number)
            last = len(ended) == 3
        if last:
            finished.release()


started = 0
for n in range(3):
    try:
        _thread.start_new_thread(work, (n, 30))
    except (MemoryError, RuntimeError):
        with lock:
            ended.append(n)
            last = len(ended) == 3
        if last:
            finished.release()
        raise
if not finished.acquire(True, 1):
    print("a thread vanished")
print(sorted(shared.items()), sorted(ended))
gc.collect()

"""What a thread made dies by another thread's hand at the very moment the thread ends: finalizers and callbacks of weak
references run all the same, on a thread that can run them."""
import _thread
import gc
import time
import weakref

ROUNDS, EACH = 150, 40
finalized, called, references = [], [], []


class Finalized:
    def __del__(self):
        finalized.append(1)


class Referred:
    pass


def make(box, done):
    for _ in range(EACH):
        box.append(Finalized())
        referred = Referred()
        references.append(weakref.ref(referred, called.append))
        box.append(referred)
    done.release()


for _ in range(ROUNDS):
    box, done = [], _thread.allocate_lock()
    done.acquire()
    _thread.start_new_thread(make, (box, done))
    done.acquire()
    while box:
        box.pop()
end = time.monotonic() + 30
while min(len(finalized), len(called)) < ROUNDS * EACH and time.monotonic() < end:
    gc.collect()
print(len(finalized) == len(called) == ROUNDS * EACH)

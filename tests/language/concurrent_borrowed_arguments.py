"""Callees that borrow their arguments, beside threads that replace what the callers got them from and look at frames."""

import sys
import threading

box = [[0]]
stop = False


class Holder:
    def __init__(self, item):
        self.item = item

    def get(self, other):
        return self.item, other


holder = Holder([0])


def inner(a, b):
    c = [a, b]
    return c[0][0] + c[1][0]


def outer(a, b, n):
    if n:
        return outer(a, b, n - 1)
    return inner(a, b)


def generate(a):
    yield a
    yield a


def work(results):
    total = 0
    for i in range(3000):
        mine = box[0]
        total += outer(mine, box[0], 3) * 0
        holder.get(mine)
        total += len(list(generate(mine)))
        try:
            outer(mine, None, 1)
        except TypeError as error:
            total += error.__traceback__.tb_next.tb_frame.f_locals["a"] is mine
    results.append(total)


def replace():
    while not stop:
        box[0] = [0]
        holder.item = [1]


def look():
    while not stop:
        for frame in sys._current_frames().values():
            while frame:
                frame.f_locals
                frame = frame.f_back


results = []
others = [threading.Thread(target=replace), threading.Thread(target=look)]
workers = [threading.Thread(target=work, args=(results,)) for _ in range(2)]
for thread in others + workers:
    thread.start()
for thread in workers:
    thread.join()
stop = True
for thread in others:
    thread.join()
print(results)

"""Threads exchange what is in a slot and read it: what one of them is about to count the others may have freed."""
import threading

SLOT = [[0]]


def exchange():
    for _ in range(6000):
        SLOT[0] = [len(SLOT[0])]  # guilty: freed elsewhere, list


threads = [threading.Thread(target=exchange) for _ in range(5)]
for t in threads:
    t.start()
for t in threads:
    t.join()

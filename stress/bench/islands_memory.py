"""Memory under a storm of islands: two-object cycles made by threads beside a large live heap.

    islands_memory.py KIND [MILLIONS [LIVE [THREADS]]]

KIND is `cycles`, where the two objects of a pair know each other, or `plain`, where only one knows the
other and counting frees both at once. Everything else is the same. Prints seconds and the peak of resident memory in
KiB, and at the end what the collector says of itself.
"""

import gc
import sys
import threading
from time import perf_counter


class Node:
    __slots__ = ("other", "number")

    def __init__(self, number):
        self.other = None
        self.number = number


def make_cycles(count):
    for i in range(count):
        a = Node(i)
        b = Node(i)
        a.other = b
        b.other = a


def make_plain(count):
    for i in range(count):
        a = Node(i)
        b = Node(i)
        a.other = b
        b.other = None


def peak_resident():
    """The most memory that was resident at any time, in KiB; 0 where the system does not tell."""
    try:
        with open("/proc/self/status", encoding="ascii", errors="replace") as file:
            lines = [line for line in file if line.startswith("VmHWM:")]
    except OSError:
        return 0
    return int(lines[0].split()[1]) if lines else 0


def main(kind, millions=20.0, live=1000000, threads=2):
    work = {"cycles": make_cycles, "plain": make_plain}[kind]
    heap = [Node(i) for i in range(live)]
    for left, right in zip(heap, heap[1:]):
        left.other = right
    count = int(millions * 1000000) // threads
    start = perf_counter()
    crew = [threading.Thread(target=work, args=(count,)) for _ in range(threads)]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
    seconds = perf_counter() - start
    print(f"{seconds:.6f} {peak_resident()} {len(heap)}")
    for left in heap:
        left.other = None
    print(gc.get_stats())


if __name__ == "__main__":
    main(sys.argv[1], *map(float, sys.argv[2:3]), *map(int, sys.argv[3:]))

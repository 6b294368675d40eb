"""k-means clustering of points in the plane, distances computed by a pool of threads.

    kmeans.py [THREADS [POINTS]]

The points are cut into chunks, the same for every number of threads; a pool of workers takes chunks from a
queue, and partial sums are merged in the order of chunks, so that rounding does not depend on who came first.
"""

import sys
import threading
from collections import namedtuple
from functools import reduce
from queue import SimpleQueue

CLUSTERS = 7
CHUNKS = 32
ROUNDS = 12

Point = namedtuple("Point", "x y")


class Sums:
    """What a chunk contributes to the next centres: count, sum of x, sum of y, and squared error."""

    def __init__(self):
        self.count = [0] * CLUSTERS
        self.x = [0.0] * CLUSTERS
        self.y = [0.0] * CLUSTERS
        self.error = 0.0

    def __add__(self, other):
        result = Sums()
        result.count = [a + b for a, b in zip(self.count, other.count)]
        result.x = [a + b for a, b in zip(self.x, other.x)]
        result.y = [a + b for a, b in zip(self.y, other.y)]
        result.error = self.error + other.error
        return result


class Pool:
    """Worker threads that answer (index, function, arguments) with (index, result)."""

    def __init__(self, threads):
        self.requests = SimpleQueue()
        self.answers = SimpleQueue()
        self.crew = [threading.Thread(target=self.serve) for _ in range(threads)]

    def __enter__(self):
        for thread in self.crew:
            thread.start()
        return self

    def __exit__(self, *exception):
        for _ in self.crew:
            self.requests.put(None)
        for thread in self.crew:
            thread.join()
        return False

    def serve(self):
        while (request := self.requests.get()) is not None:
            index, function, arguments = request
            self.answers.put((index, function(*arguments)))

    def map(self, function, items, *shared):
        """Apply a function to all items; the results come in the order of the items."""
        items = list(items)
        for index, item in enumerate(items):
            self.requests.put((index, function, (item, *shared)))
        results = [None] * len(items)
        for _ in items:
            index, result = self.answers.get()
            results[index] = result
        return results


def make_points(count):
    """Return points in heaps about hidden centres."""
    state = 99991
    points = []
    for i in range(count):
        heap = i % CLUSTERS
        spread = []
        for _ in range(4):
            state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
            spread.append((state >> 8) / 2**24 - 0.5)
        points.append(Point(heap * 3 % 7 + spread[0] + spread[1], heap * 5 % 7 + spread[2] + spread[3]))
    return points


def assign(points, centres):
    """Find the nearest centre of each point of a chunk and sum the points up by centre."""
    sums = Sums()
    for x, y in points:
        best = 0
        least = 1e300
        for index, (cx, cy) in enumerate(centres):
            dx = x - cx
            dy = y - cy
            distance = dx * dx + dy * dy
            if distance < least:
                least = distance
                best = index
        sums.count[best] += 1
        sums.x[best] += x
        sums.y[best] += y
        sums.error += least
    return sums


def cluster(pool, points):
    """Yield (round, centres, sums) until the centres rest."""
    size = (len(points) + CHUNKS - 1) // CHUNKS
    chunks = [points[i : i + size] for i in range(0, len(points), size)]
    centres = points[:CLUSTERS]
    for number in range(1, ROUNDS + 1):
        sums = reduce(Sums.__add__, pool.map(assign, chunks, centres))
        moved = [
            Point(x / count, y / count) if count else old
            for count, x, y, old in zip(sums.count, sums.x, sums.y, centres)
        ]
        yield number, moved, sums
        if moved == centres:
            return
        centres = moved


def main(argv):
    threads = int(argv[1]) if len(argv) > 1 else 2
    count = int(argv[2]) if len(argv) > 2 else 150000
    points = make_points(count)
    with Pool(threads) as pool:
        for number, centres, sums in cluster(pool, points):
            print(f"round {number:2d}: error {sums.error:.6f}")
    for centre, members in sorted(zip(centres, sums.count)):
        print(f"  {members:6d} points about ({centre.x:9.6f}, {centre.y:9.6f})")
    print("a point:", points[count // 2]._replace(y=0.0))


if __name__ == "__main__":
    main(sys.argv)

"""Graphs whose nodes point both ways, built and dropped by the million: work for a cycle collector.

    islands.py [THREADS [NODES]]

Each thread builds one small archipelago after another: villages along a ring road that know their
neighbours in both directions, houses that know their village, and a ferry between two rings. It walks about,
adds something up and forgets the whole. No reference count of such a graph ever reaches zero by itself.
Weak references and a callback tell in the end that nothing survived.
"""

import gc
import sys
import threading
import weakref

RING = 10
HOUSES = 4


class Node:
    """A place that keeps references to its neighbours, who keep references to it."""

    def __init__(self, name):
        self.name = name
        self.neighbours = []

    def join(self, other):
        self.neighbours.append(other)
        other.neighbours.append(self)


class House:
    """The smallest cycle: a house and its village."""

    __slots__ = ("village", "people")

    def __init__(self, village, people):
        self.village = village
        self.people = people


class Village(Node):
    def __init__(self, name):
        super().__init__(name)
        self.houses = [House(self, number) for number in range(HOUSES)]
        self.census = lambda: sum(house.people for house in self.houses)


class Sentinel:
    """Sits in an archipelago and is watched by a weak reference."""

    def __init__(self, place):
        self.place = place
        place.sentinel = self


def build_ring(size, name):
    """Return one village of a ring of `size`."""
    first = previous = Village(f"{name}.0")
    for i in range(1, size):
        village = Village(f"{name}.{i}")
        previous.join(village)
        previous = village
    previous.join(first)
    return first


def walk(start):
    """Visit all places that can be reached; return how many and the people who live there."""
    seen = {id(start)}
    todo = [start]
    people = 0
    while todo:
        place = todo.pop()
        people += place.census()
        for neighbour in place.neighbours:
            if id(neighbour) not in seen:
                seen.add(id(neighbour))
                todo.append(neighbour)
    return len(seen), people


class Explorer(threading.Thread):
    """Builds archipelagos and forgets them; keeps only sums and weak references."""

    def __init__(self, number, nodes):
        super().__init__(name=f"explorer {number}")
        self.archipelagos = max(1, nodes // (2 * RING * (1 + HOUSES)))
        self.places = 0
        self.people = 0
        self.watched = []
        self.gone = []

    def run(self):
        for number in range(self.archipelagos):
            north = build_ring(RING, "north")
            south = build_ring(RING, "south")
            north.join(south)
            if number % 16 == 0:
                self.watched.append(weakref.ref(Sentinel(south), self.gone.append))
            places, people = walk(north)
            self.places += places
            self.people += people


def main(argv):
    threads = int(argv[1]) if len(argv) > 1 else 2
    nodes = int(argv[2]) if len(argv) > 2 else 2000000
    explorers = [Explorer(number, nodes // threads) for number in range(threads)]
    for explorer in explorers:
        explorer.start()
    for explorer in explorers:
        explorer.join()
    gc.collect()
    for number, explorer in enumerate(explorers):
        alive = sum(reference() is not None for reference in explorer.watched)
        print(
            f"explorer {number}: {explorer.archipelagos} archipelagos, {explorer.places} places, "
            f"{explorer.people} people; {len(explorer.watched)} watched, {alive} left, {len(explorer.gone)} reported"
        )
    print("garbage that could not be freed:", len(gc.garbage))


if __name__ == "__main__":
    main(sys.argv)

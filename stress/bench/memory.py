"""Memory of small instances: a list of objects with two integer attributes.

    memory.py COUNT

Builds the list, says so, and waits for a byte on standard input while somebody outside looks at its
resident memory.
"""

import os
import sys


class Pair:
    def __init__(self, first, second):
        self.first = first
        self.second = second


def main(count):
    pairs = [None] * count
    for i in range(count):
        pairs[i] = Pair(i, i + 1)
    print("ready", len(pairs), flush=True)
    os.read(0, 1)


if __name__ == "__main__":
    main(int(sys.argv[1]))

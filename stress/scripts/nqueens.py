"""The N queens problem: all solutions counted, first rows shared out among threads.

    nqueens.py [THREADS [N]]

The squares of the first two rows make a list of tasks. A thread takes a task, counts its completions with
a recursive search over bit masks and adds up its own tally; a generator then shows a first solution.
"""

import sys
import threading
from collections import deque


def count_completions(full, columns, left, right):
    """Count the ways to fill the remaining rows; the masks hold the attacked squares of the next row."""
    if columns == full:
        return 1
    found = 0
    free = full & ~(columns | left | right)
    while free:
        square = free & -free
        free ^= square
        found += count_completions(full, columns | square, (left | square) << 1 & full, (right | square) >> 1)
    return found


def opening_moves(n):
    """Yield the positions (first column, second column) of two queens that leave each other alone."""
    for first in range(n):
        for second in range(n):
            if abs(first - second) > 1:
                yield first, second


def solutions(n, placed=()):
    """Generate solutions as tuples of columns, in lexical order."""
    row = len(placed)
    if row == n:
        yield placed
        return
    for column in range(n):
        if all(column != c and abs(column - c) != row - r for r, c in enumerate(placed)):
            yield from solutions(n, placed + (column,))


class Tally:
    """Tasks that are left, and solutions found by first column."""

    def __init__(self, n):
        self.n = n
        self.tasks = deque(opening_moves(n))
        self.by_column = [0] * n
        self.lock = threading.Lock()

    def work(self):
        n = self.n
        full = (1 << n) - 1
        mine = {}
        while True:
            try:
                first, second = self.tasks.popleft()
            except IndexError:
                break
            a, b = 1 << first, 1 << second
            left = ((a << 1 & full) | b) << 1 & full
            right = ((a >> 1) | b) >> 1
            mine[first] = mine.get(first, 0) + count_completions(full, a | b, left, right)
        with self.lock:
            for first, found in mine.items():
                self.by_column[first] += found


def main(argv):
    threads = int(argv[1]) if len(argv) > 1 else 2
    n = int(argv[2]) if len(argv) > 2 else 13
    tally = Tally(n)
    crew = [threading.Thread(target=tally.work) for _ in range(threads)]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
    print(f"{n} queens: {sum(tally.by_column)} solutions")
    for column, found in enumerate(tally.by_column):
        print(f"  first queen in column {column:2d}: {found}")
    example = next(solutions(n), None)
    if example is not None:
        for column in example:
            print(" ".join("Q" if c == column else "." for c in range(n)))


if __name__ == "__main__":
    main(sys.argv)

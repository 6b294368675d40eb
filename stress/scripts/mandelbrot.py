"""Mandelbrot set, computed row by row on several threads.

    mandelbrot.py [THREADS [SIZE]]

Threads take the next free row from a shared counter, so that the dear rows in the middle of the picture
do not all fall to the same thread. The picture is printed small; a checksum covers every point.
"""

import sys
import threading

LIMIT = 60
SHADES = " .,:;-=+*%#@"


class Picture:
    """A grid of escape times over the usual window of the complex plane."""

    def __init__(self, size):
        self.width = size
        self.height = size * 2 // 3
        self.rows = [None] * self.height
        self.next_row = 0
        self.lock = threading.Lock()

    def take_row(self):
        """Return the number of a row that nobody has begun yet, or None when all are taken."""
        with self.lock:
            row = self.next_row
            if row >= self.height:
                return None
            self.next_row = row + 1
            return row

    def compute_row(self, row):
        """Fill one row with escape times (LIMIT for points of the set)."""
        width = self.width
        imag = -1.0 + 2.0 * row / self.height
        line = []
        for column in range(width):
            real = -2.0 + 3.0 * column / width
            line.append(escape_time(real, imag))
        self.rows[row] = line

    def work(self):
        """What each thread does until no row is left."""
        while (row := self.take_row()) is not None:
            self.compute_row(row)

    def checksum(self):
        total = 0
        for line in self.rows:
            for value in line:
                total = (total * 31 + value) % 1000000007
        return total

    def draw(self, columns=66, lines=22):
        """Yield the picture as lines of text."""
        for y in range(lines):
            source = self.rows[y * self.height // lines]
            yield "".join(
                SHADES[source[x * self.width // columns] * (len(SHADES) - 1) // LIMIT] for x in range(columns)
            ).rstrip()


def escape_time(real, imag):
    """Count the steps of z = z*z + c before z leaves the circle of radius two."""
    x = y = 0.0
    for step in range(LIMIT):
        xx = x * x
        yy = y * y
        if xx + yy > 4.0:
            return step
        y = 2.0 * x * y + imag
        x = xx - yy + real
    return LIMIT


def main(argv):
    threads = int(argv[1]) if len(argv) > 1 else 2
    size = int(argv[2]) if len(argv) > 2 else 960
    picture = Picture(size)
    crew = [threading.Thread(target=picture.work) for _ in range(threads)]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
    for line in picture.draw():
        print(line)
    inside = sum(line.count(LIMIT) for line in picture.rows)
    print(f"{picture.width}x{picture.height}: {inside} points inside, checksum {picture.checksum()}")


if __name__ == "__main__":
    main(sys.argv)

"""Spectral norm of the infinite matrix 1, 1/2, 1/3, 1/4, 1/5, ... by the power method, rows in parallel.

    spectralnorm.py [THREADS [N]]

The vectors are lists shared by all threads. In each half step a thread writes the elements of its own
stretch; a barrier divides the half steps, so nobody reads what is still being written.
"""

import math
import sys
import threading


def element(i, j):
    """The matrix element A[i][j]; no matrix is ever stored."""
    return 1.0 / ((i + j) * (i + j + 1) // 2 + i + 1)


def element_transposed(i, j):
    return element(j, i)


class PowerMethod:
    """v <- (A^T A) u, u <- (A^T A) v, over and over."""

    def __init__(self, n, threads):
        self.n = n
        self.u = [1.0] * n
        self.v = [0.0] * n
        self.between = [0.0] * n
        self.barrier = threading.Barrier(threads)
        bounds = [n * i // threads for i in range(threads + 1)]
        self.crew = [
            threading.Thread(target=self.iterate, args=(start, stop)) for start, stop in zip(bounds, bounds[1:])
        ]

    def multiply(self, matrix, source, target, start, stop):
        """target[start:stop] = matrix @ source."""
        for i in range(start, stop):
            total = 0.0
            for j, x in enumerate(source):
                total += matrix(i, j) * x
            target[i] = total
        self.barrier.wait()

    def iterate(self, start, stop):
        for _ in range(5):
            self.multiply(element, self.u, self.between, start, stop)
            self.multiply(element_transposed, self.between, self.v, start, stop)
            self.multiply(element, self.v, self.between, start, stop)
            self.multiply(element_transposed, self.between, self.u, start, stop)

    def run(self):
        for thread in self.crew:
            thread.start()
        for thread in self.crew:
            thread.join()
        numerator = sum(u * v for u, v in zip(self.u, self.v))
        denominator = sum(v * v for v in self.v)
        return math.sqrt(numerator / denominator)


def main(argv):
    threads = int(argv[1]) if len(argv) > 1 else 2
    n = int(argv[2]) if len(argv) > 2 else 520
    print(f"spectral norm of {n} x {n}: {PowerMethod(n, threads).run():.9f}")


if __name__ == "__main__":
    main(sys.argv)

"""Generators, small calls and float arithmetic: the spectral norm of an infinite matrix."""

from math import sqrt

from harness import main


def element(i, j):
    return 1.0 / ((i + j) * (i + j + 1) // 2 + i + 1)


def times(u):
    size = range(len(u))
    return [sum(element(i, j) * x for j, x in enumerate(u)) for i in size]


def times_transposed(u):
    size = range(len(u))
    return [sum(element(j, i) * x for j, x in enumerate(u)) for i in size]


def bench(n):
    u = [1.0] * n
    for _ in range(4):
        v = times_transposed(times(u))
        u = times_transposed(times(v))
    return f"{sqrt(sum(a * b for a, b in zip(u, v)) / sum(b * b for b in v)):.9f}"


if __name__ == "__main__":
    main(bench, 720)

"""Generators, tuples and sets: n queens by permutations."""

from harness import main


def permutations(iterable):
    """All permutations in lexical order of position, in Python."""
    pool = tuple(iterable)
    n = len(pool)
    indices = list(range(n))
    cycles = list(range(n, 0, -1))
    yield tuple(pool[i] for i in indices)
    while n:
        for i in reversed(range(n)):
            cycles[i] -= 1
            if cycles[i] == 0:
                indices[i:] = indices[i + 1 :] + indices[i : i + 1]
                cycles[i] = n - i
            else:
                j = cycles[i]
                indices[i], indices[-j] = indices[-j], indices[i]
                yield tuple(pool[i] for i in indices)
                break
        else:
            return


def queens(n):
    columns = range(n)
    for places in permutations(columns):
        if n == len({places[i] + i for i in columns}) == len({places[i] - i for i in columns}):
            yield places


def bench(rounds):
    return [len(list(queens(9))) for _ in range(rounds)]


if __name__ == "__main__":
    main(bench, 2)

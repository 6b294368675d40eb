"""Lists of small integers: flips of all permutations."""

from harness import main


def fannkuch(n):
    permutation = list(range(n))
    counts = [0] * n
    checksum = longest = 0
    sign = 1
    height = n
    while True:
        while height > 1:
            counts[height - 1] = height
            height -= 1
        first = permutation[0]
        if first:
            flipped = permutation[:]
            flips = 0
            while first:
                flipped[: first + 1] = flipped[first::-1]
                flips += 1
                first = flipped[0]
            if flips > longest:
                longest = flips
            checksum += sign * flips
        sign = -sign
        while True:
            if height == n:
                return f"{checksum} {longest}"
            permutation.insert(height, permutation.pop(0))
            counts[height] -= 1
            if counts[height] > 0:
                break
            height += 1


def bench(rounds):
    return [fannkuch(9) for _ in range(rounds)][-1]


if __name__ == "__main__":
    main(bench, 4)

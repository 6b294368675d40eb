"""Polymorphic methods, lists and deques of objects: the DeltaBlue benchmark of ../scripts."""

from harness import main, script

deltablue = script("deltablue")


def bench(n):
    return deltablue.chain_test(n), deltablue.projection_test(n)


if __name__ == "__main__":
    main(bench, 25000)

"""Calls: the Fibonacci numbers by their definition."""

from harness import main


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


if __name__ == "__main__":
    main(fib, 35)

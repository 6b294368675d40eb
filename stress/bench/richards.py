"""Methods and attributes of many small classes: the Richards benchmark of ../scripts."""

from harness import main, script

richards = script("richards")


def bench(rounds):
    return [richards.run_system() for _ in range(rounds)][-1]


if __name__ == "__main__":
    main(bench, 30)

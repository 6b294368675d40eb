#!/usr/bin/python3.11
"""Runs the programs of stress/scripts with several numbers of threads and compares them with CPython 3.11.

    run.py [--atoll PATH | --preset NAME] [--threads 1,2,4,16] [--repeat K] [--size small|default] [--chaos SEEDS]
           [FILTER...]

Every program is run K times with each number of threads, and so for each seed of --chaos; each time it has to print exactly what CPython
prints, nothing on standard error, and end with status 0. The full measure is --repeat 20 --size default; the
small sizes are for the test suite and for sanitizers.
"""

import argparse
import difflib
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import oracle  # noqa: E402 (its folder had to be put on the path first)

SCRIPTS = os.path.join(oracle.ROOT, "stress", "scripts")
# The second argument of each program when it is to take a fraction of a second, also under a sanitizer.
SMALL = {
    "bank": 4000,
    "deltablue": 120,
    "islands": 20000,
    "kmeans": 2000,
    "mandelbrot": 60,
    "mergesort": 4000,
    "nbody": 20,
    "nqueens": 7,
    "producers_consumers": 40,
    "richards": 1,
    "spectralnorm": 40,
    "wordcount": 60,
}


def command(interpreter, name, threads, size, options=()):
    """The command line of one run."""
    arguments = [interpreter, *options, name + ".py", str(threads)]
    if size == "small":
        arguments.append(str(SMALL[name]))
    return arguments


def check(name, threads, options):
    """Run one program under both; return (runs that agreed, a description of the first that did not)."""
    expected = oracle.run(command(oracle.CPYTHON, name, threads, options.size), options.timeout, cwd=SCRIPTS).text()
    runs = [run for run in oracle.chaos_arguments(options) for _ in range(options.repeat)]
    for number, (seed, arguments) in enumerate(runs):
        line = command(options.atoll, name, threads, options.size, arguments)
        actual = oracle.run(line, options.timeout, cwd=SCRIPTS).text()
        if actual != expected:
            ours = f"{name} atoll" if seed is None else f"{name} atoll -X chaos={seed}"
            lines = expected.splitlines(), actual.splitlines()
            return number, "\n".join(list(difflib.unified_diff(*lines, f"{name} cpython", ours, lineterm="", n=1))[:40])
    return len(runs), None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    oracle.add_interpreter_options(parser)
    oracle.add_chaos_option(parser)
    parser.add_argument("--threads", default="1,2,4,16", help="numbers of threads, with commas")
    parser.add_argument("--repeat", type=int, default=20)
    parser.add_argument("--size", choices=["small", "default"], default="default")
    parser.add_argument("--timeout", type=float, default=300.0, help="seconds for one run")
    parser.add_argument("filters", nargs="*")
    options = parser.parse_args()
    options.atoll = oracle.find_interpreter(parser, options)
    names = sorted(name[:-3] for name in os.listdir(SCRIPTS) if name.endswith(".py"))
    if sorted(SMALL) != names:
        parser.error(f"small sizes are not known for exactly the programs there are: {set(names) ^ set(SMALL)}")
    if options.filters:
        names = [name for name in names if any(part in name for part in options.filters)]
    if not names:
        parser.error("no program matches")
    failed = 0
    for name in names:
        for threads in map(int, options.threads.split(",")):
            start = time.monotonic()
            agreed, difference = check(name, threads, options)
            runs = options.repeat * (len(options.chaos) or 1)
            print(
                f"{name:22} {threads:3} threads: {agreed:3} of {runs} runs agree"
                f" ({time.monotonic() - start:.1f} s)",
                flush=True,
            )
            if difference is not None:
                failed += 1
                print(difference, flush=True)
    print(f"{failed} combinations differ" if failed else "all runs agree")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

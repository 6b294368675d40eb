"""Runs one pattern of patterns.py and prints figures, as JSON: worker.py PATTERN SECONDS THREADS[,THREADS...]

First how often a second one thread does the thing ("one", the body's n; the median of the runs), then for each number
of threads all threads together, private and shared. Beside them two processes stand: the program forks, and both halves
run the private body at once ("pair", both together).
"""

import json
import os
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from patterns import PATTERNS  # noqa: E402

START = 256  # the smallest n of a body: more than any body's divisor
RUNS = 3


def timed(body, n):
    start = time.perf_counter()
    body(n)
    return time.perf_counter() - start


def calibrate(make, seconds):
    """n with which the body takes about so many seconds."""
    body, n = make(), START
    while (taken := timed(body, n)) < seconds / 4:
        n *= 4 if taken < seconds / 16 else 2
    return max(START, int(n * seconds / taken))


def together(make, count, n):
    """Wall seconds in which so many threads run a body that each has made for itself once."""
    gate = threading.Barrier(count + 1)
    moments = []

    def work():
        body = make()
        gate.wait()
        begun = time.perf_counter()
        body(n)
        moments.append((begun, time.perf_counter()))

    crew = [threading.Thread(target=work) for _ in range(count)]
    for thread in crew:
        thread.start()
    gate.wait()
    for thread in crew:
        thread.join()
    return max(end for _, end in moments) - min(begin for begin, _ in moments)


def beside(make, n):
    """Wall seconds in which two processes run the body once each."""
    read, write = os.pipe()
    start = time.time() + 0.02
    child = os.fork()
    body = make()
    while time.time() < start:
        time.sleep(max(0.0, start - time.time()))
    taken = timed(body, n)
    if child == 0:
        os.write(write, repr(taken).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as file:
        other = float(file.read())
    os.waitpid(child, 0)
    return max(taken, other)


def median(values):
    return sorted(values)[len(values) // 2]


def main():
    name, seconds, counts = sys.argv[1], float(sys.argv[2]), [int(c) for c in sys.argv[3].split(",")]
    make = PATTERNS[name].make
    n = calibrate(make, seconds)
    figures = {"one": [], "pair": []}
    for count in counts:
        figures[f"private {count}"], figures[f"shared {count}"] = [], []
    for _ in range(RUNS):
        figures["one"].append(n / timed(make(), n))
        figures["pair"].append(2 * n / beside(make, n))
        for count in counts:
            figures[f"private {count}"].append(count * n / together(make, count, n))
            body = make()
            figures[f"shared {count}"].append(count * n / together(lambda: body, count, n))
    print(json.dumps({key: median(values) for key, values in figures.items()}))


if __name__ == "__main__":
    main()

"""What the benchmark programs of this folder share.

Each of them calls `main(function, size)`; it is then run as

    NAME.py [SIZE [THREADS]]

does the whole work once on each thread, and prints one line: seconds of wall time, and the result, which
has to be the same under every interpreter.
"""

import os.path
import sys
from time import perf_counter


def script(name):
    """Import one of the programs in ../scripts."""
    folder = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "scripts")
    sys.path.insert(0, folder)
    try:
        return __import__(name)
    finally:
        sys.path.remove(folder)


def run_threads(function, size, threads):
    """Run function(size) on several threads at once; return wall seconds and the results."""
    import threading

    results = [None] * threads
    gate = threading.Barrier(threads + 1)

    def work(place):
        gate.wait()
        results[place] = function(size)

    crew = [threading.Thread(target=work, args=(i,)) for i in range(threads)]
    for thread in crew:
        thread.start()
    gate.wait()
    start = perf_counter()
    for thread in crew:
        thread.join()
    return perf_counter() - start, results


def main(function, size):
    if len(sys.argv) > 1:
        size = int(sys.argv[1])
    threads = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    if threads == 1:
        start = perf_counter()
        result = function(size)
        seconds = perf_counter() - start
    else:
        seconds, results = run_threads(function, size, threads)
        result = results[0]
        assert all(other == result for other in results), "threads disagree"
    print(f"{seconds:.6f} {result}")

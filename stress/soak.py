#!/usr/bin/python3.11
"""Runs what is concurrent again and again, by chance, until the time is over; every failure is kept and can be repeated.

    soak.py --time 30m [--preset tsan|asan|debug|release] [--threads N] [--seed S] [--no-chaos] [--jobs J]
            [--keep DIR] [FILTER...]

A seed decides the order and everything else: which language case (those of threads, with one for each row of the
guarantees in threads/README.md, and those of the threading and queue modules), which program of stress/scripts with how
many threads, the C stress of libatoll-gc with which seed; and, for two of three, the seed of -X chaos. Output has to be
CPython's, the exit status 0, sanitizers silent. A FILTER is a part of a name. On a terminal the state is shown as it
goes. --time takes s, m or h.
"""

import argparse
import concurrent.futures
import os
import random
import re
import resource
import shlex
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.join(os.path.dirname(HERE), "tests")
for folder in ("scripts", ""):
    sys.path.insert(0, os.path.join(TESTS, folder))
import oracle  # noqa: E402 (its folder had to be put on the path first)

LANGUAGE = os.path.join(TESTS, "language")
SCRIPTS = os.path.join(HERE, "scripts")
CONCURRENT = re.compile(r"(concurrent|threading|queue|thread)")
ADDRESS = re.compile(r"\bat 0x[0-9a-f]+\b")
UNITS = {"s": 1, "m": 60, "h": 3600}
EACH = 600  # seconds that one run may take


def seconds(text):
    return float(text[:-1]) * UNITS[text[-1]] if text[-1:] in UNITS else float(text)


class Work:
    """One thing that can be run: its name, folder, and the command for an interpreter and a number of threads.

    `sizes` are its arguments; without an oracle (C programs) the status alone counts.
    """

    def __init__(self, name, folder, command, compares=True):
        self.name, self.folder, self.command, self.compares = name, folder, command, compares
        self.expected = {}

    def run(self, interpreter, threads, seed, chaos):
        """(command, fault or None, seconds)"""
        options = ["-X", f"chaos={chaos}"] if chaos is not None and self.compares else []
        command = self.command(interpreter, options, threads, seed)
        begun = time.monotonic()
        done = oracle.run(command, EACH, cwd=self.folder)
        took = time.monotonic() - begun
        if not self.compares:
            return command, None if done.status == 0 else done.text(), took
        expected = self.expected.get(threads)
        if expected is None:
            line = self.command(oracle.CPYTHON, [], threads, seed)
            expected = self.expected[threads] = ADDRESS.sub("at 0x...", oracle.run(line, EACH, cwd=self.folder).text())
        actual = ADDRESS.sub("at 0x...", done.text())
        fault = None if actual == expected else f"expected\n{expected}\nbut it was\n{actual}"
        return command, fault, took


def all_work(build):
    """Everything there is."""
    from run import SMALL  # tests/scripts/run.py

    for name in sorted(os.listdir(LANGUAGE)):
        if CONCURRENT.match(name) and name.endswith(".py"):
            yield Work(name[:-3], LANGUAGE, lambda python, options, threads, seed, name=name: [python, *options, name])
    for name, size in SMALL.items():
        yield Work(
            f"script {name}",
            SCRIPTS,
            lambda python, options, threads, seed, name=name, size=size: [
                python, *options, f"{name}.py", str(threads), str(size)
            ],
        )
    stress = os.path.join(build, "tests", "gc_stress_graphs")
    if os.path.exists(stress):
        yield Work(
            "gc stress",
            build,
            lambda python, options, threads, seed: [stress, "30000", "4", str(seed)],
            compares=False,
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    oracle.add_interpreter_options(parser)
    parser.add_argument("--time", type=seconds, required=True, help="how long: 90s, 30m, 2h")
    parser.add_argument("--threads", type=int, help="threads of the programs of stress/scripts (default: 2, 4 or 16)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-chaos", action="store_true")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--keep", default=os.path.join(oracle.ROOT, "build", "soak"), help="where failures are kept")
    parser.add_argument("filters", nargs="*")
    options = parser.parse_args()
    atoll = oracle.find_interpreter(parser, options)
    work = [w for w in all_work(os.path.dirname(atoll)) if not options.filters or any(f in w.name for f in options.filters)]
    if not work:
        parser.error("nothing matches")
    chance = random.Random(options.seed)
    end = time.monotonic() + options.time
    runs = failed = 0

    def one():
        chosen, threads = chance.choice(work), options.threads or chance.choice((2, 4, 16))
        seed = chance.randrange(1 << 32)
        chaos = None if options.no_chaos or chance.randrange(3) == 0 else seed
        return chosen, (atoll, threads, seed, chaos)

    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        pending = {}
        while pending or time.monotonic() < end:
            while len(pending) < options.jobs and time.monotonic() < end:
                chosen, arguments = one()
                pending[pool.submit(chosen.run, *arguments)] = chosen
            done, _ = concurrent.futures.wait(pending, return_when=concurrent.futures.FIRST_COMPLETED)
            for future in done:
                chosen = pending.pop(future)
                command, fault, took = future.result()
                runs += 1
                if fault:
                    failed += 1
                    os.makedirs(options.keep, exist_ok=True)
                    path = os.path.join(options.keep, f"{failed}.txt")
                    with open(path, "w", encoding="utf-8") as file:
                        file.write(f"cd {chosen.folder}\n{shlex.join(command)}\n\n{fault}")
                    print(f"{chosen.name}: fails after {took:.1f} s; {shlex.join(command)}; see {path}", flush=True)
                if sys.stderr.isatty():
                    left = max(0, end - time.monotonic())
                    print(f"\r{runs} runs, {failed} failed, {left:.0f} s left ", end="", file=sys.stderr, flush=True)
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"{runs} runs of {len(work)} programs, {failed} failed; the largest process took {largest} MiB")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

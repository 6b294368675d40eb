#!/usr/bin/python3.11
"""Hostile arguments: calls every function, type and method of the built-in modules with odd values.

    calls.py [--atoll PATH | --preset NAME] [--count N] [--first N] [--seed S] [--threads T] [-j JOBS]

Call number N of seed S is always the same call (calls_worker.py). Calls run in batches, each in a process of its own, with
little memory and a time limit. A call may raise whatever it likes; it must not kill the process, give a sanitizer report,
or hang. A call that hangs or dies is tried alone under CPython: what hangs or dies there as well is counted, not blamed.
"""

import argparse
import collections
import concurrent.futures
import os
import resource
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests"))
import mutate  # noqa: E402 (beside this file)
import oracle  # noqa: E402 (its folder had to be put on the path first)

BATCH = 250
TIME_LIMIT = 60  # seconds for a batch without progress


def limit():
    if not mutate.SANITIZED:
        resource.setrlimit(resource.RLIMIT_DATA, (mutate.MEMORY_LIMIT, mutate.MEMORY_LIMIT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 24, 1 << 24))
    resource.setrlimit(resource.RLIMIT_CPU, (TIME_LIMIT * 2, TIME_LIMIT * 2))


def run_calls(interpreter, options, first, count, extra=()):
    """Run calls first .. first + count - 1; return (verdict, last call begun, its target, detail)."""
    command = [interpreter, os.path.join(HERE, "calls_worker.py"), str(options.seed), str(first), str(count), *extra]
    with tempfile.TemporaryDirectory(prefix="calls-") as folder, tempfile.TemporaryFile() as progress:
        env = oracle.environment()
        # a request for a terabyte is an odd argument like others: it has to be a MemoryError under a sanitizer, too
        env["ASAN_OPTIONS"] += ":allocator_may_return_null=1:detect_leaks=0"

        def prepare():
            limit()
            os.dup2(progress.fileno(), 3)
            os.set_inheritable(3, True)  # it may have been 3 before

        err = b""
        try:
            done = subprocess.run(
                command, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                timeout=TIME_LIMIT, preexec_fn=prepare, close_fds=False,
            )  # fmt: skip
            status, err = done.returncode, done.stderr
        except subprocess.TimeoutExpired as slow:
            status, err = None, slow.stderr or b""
        progress.seek(0)
        lines = progress.read().decode("utf-8", "replace").splitlines()
    number, _, target = lines[-1].partition(" ") if lines else (str(first), "", "start")
    text = err.decode("utf-8", "replace")
    if mutate.REPORT.search(text) or status == oracle.SANITIZER_STATUS:
        return "report", int(number), target, text[-3000:]
    if status is None:
        return "time", int(number), target, ""
    if status < 0:
        return "signal", int(number), target, f"signal {-status}: {text[-1500:]}"
    if status != 0:
        return "ended", int(number), target, f"status {status}: {text[-1500:]}"
    return "normal", int(number), target, ""


def run_batch(first, options):
    """Run one batch to its end, beyond calls that kill it; return (counts, [(verdict, command, target, detail)])."""
    counts, found = collections.Counter(), []
    extra = ["--threads", str(options.threads)] if options.threads > 1 else []
    end = min(first + BATCH, options.first + options.count)
    start = first
    while start < end:
        verdict, number, target, detail = run_calls(options.atoll, options, start, end - start, extra)
        counts["calls"] += (end if verdict == "normal" else number + 1) - start
        if verdict == "normal":
            break
        blame = True
        if verdict in ("time", "signal", "ended") and target != "start":
            peer = run_calls(oracle.CPYTHON, options, number, 1, ["--target", target])[0]
            blame = peer == "normal"
        counts[verdict if blame else verdict + " in CPython, too"] += 1
        if blame:
            command = f"calls_worker.py {options.seed} {start} {number + 1 - start} {' '.join(extra)}"
            found.append((verdict, command, target, detail))
        start = number + 1
    return counts, found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    oracle.add_interpreter_options(parser)
    parser.add_argument("--count", type=int, default=20000)
    parser.add_argument("--first", type=int, default=0, help="number of the first call")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1, help="threads that call beside each other")
    parser.add_argument("-j", "--jobs", type=int, default=2)
    options = parser.parse_args()
    options.atoll = oracle.find_interpreter(parser, options)
    mutate.SANITIZED = mutate.is_sanitized(options.atoll)
    counts, bad = collections.Counter(), 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        starts = range(options.first, options.first + options.count, BATCH)
        for number, (some, found) in enumerate(pool.map(lambda first: run_batch(first, options), starts)):
            counts += some
            for verdict, command, target, detail in found:
                bad += 1
                print(f"{verdict}: {target}: {command}\n{detail}", flush=True)
            if sys.stderr.isatty():
                print(f"\r{(number + 1) * BATCH} calls", end="", file=sys.stderr)
    print(", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items())))
    print(f"{bad} calls end as they should not")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

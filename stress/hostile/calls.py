#!/usr/bin/python3.11
"""Hostile arguments: calls every function, type and method of the built-in modules with odd values.

    calls.py [--atoll PATH | --preset NAME] [--count N] [--first N] [--seed S] [--threads T] [-j JOBS]

Call number N of seed S is always the same call (calls_worker.py). Calls run in batches, each in a process of its own that
may take MEMORY bytes more than it has when it begins, so that endless iterators come to an end. A call may raise whatever
it likes; it must not kill the process, give a sanitizer report, or hang. A call that dies or takes longer than TIME_LIMIT
is tried alone under CPython, with the same limits: what does so there as well is counted, not blamed. Nor is what ends
when it is given more time.
"""

import argparse
import collections
import concurrent.futures
import os
import re
import resource
import select
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
WORKER = os.path.join(HERE, "calls_worker.py")
sys.path.insert(0, os.path.join(ROOT, "tests"))
import mutate  # noqa: E402 (beside this file)
import oracle  # noqa: E402 (its folder had to be put on the path first)

BATCH = 1000
TIME_LIMIT = 10  # seconds for one call; what notices signals is interrupted after two
PATIENCE = 12  # times that limit, alone, before a call hangs that CPython ends
MEMORY = 1 << 27
# A sanitizer that gets no memory for its own records ends the process.
SANITIZER_STARVED = re.compile(r"ERROR: (\w+Sanitizer: (failed to allocate|out of memory)|Failed to mmap)")
# What it says of a request that no machine could grant; the answer is a MemoryError.
TOO_LARGE = re.compile(r"^.*WARNING: \w+Sanitizer failed to allocate 0x\w+ bytes$", re.MULTILINE)
BEGUN = re.compile(r"^(\d+) (\S+)$", re.MULTILINE)


def limit_files():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 24, 1 << 24))


def limit_memory(pid):
    """Let a process take MEMORY bytes more than it has: a sanitizer has reserved terabytes."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        now = next(int(line.split()[1]) << 10 for line in status if line.startswith("VmData:"))
    resource.prlimit(pid, resource.RLIMIT_DATA, (now + MEMORY, resource.RLIM_INFINITY))


def follow(process, seconds):
    """Read what calls a process says it begins, until its end; return (whether none took too long, all it said)."""
    said = b""
    while select.select([process.stdout], [], [], seconds)[0]:
        more = os.read(process.stdout.fileno(), 1 << 16)
        if not more:
            break
        if not said:
            limit_memory(process.pid)
            process.stdin.write(b"begin")
            process.stdin.flush()
        said += more
        if said.endswith(b"done\n"):  # what its end takes is not a call's
            resource.prlimit(process.pid, resource.RLIMIT_DATA, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            process.stdin.close()
    try:
        process.wait(seconds)
        return True, said.decode("utf-8", "replace")
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return False, said.decode("utf-8", "replace")


def run_calls(interpreter, options, first, count, seconds=TIME_LIMIT):
    """Run calls first .. first + count - 1; return (verdict, last call begun, its target, detail)."""
    command = [interpreter, WORKER, options.names, str(options.seed), str(first), str(count), str(options.threads)]
    env = oracle.environment()
    # A request for a terabyte is an odd argument like others: it has to be a MemoryError under a sanitizer, too. What the
    # runtime itself has left at its end it says; whatever a C library keeps from odd calls is not looked for. What was
    # freed counts as taken for a while: a quarter of the memory that calls may take.
    env["ASAN_OPTIONS"] += ":allocator_may_return_null=1:detect_leaks=0:quarantine_size_mb=32"
    with tempfile.TemporaryDirectory(prefix="calls-") as folder, tempfile.TemporaryFile() as errors:
        with subprocess.Popen(
            command, cwd=folder, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, preexec_fn=limit_files
        ) as process:
            in_time, said = follow(process, seconds)
        errors.seek(0)
        text = TOO_LARGE.sub("", errors.read().decode("utf-8", "replace"))
    number, target = (BEGUN.findall(said) or [(first, "start")])[-1]
    if not in_time:
        verdict, detail = "time", ""
    elif SANITIZER_STARVED.search(text):
        verdict, detail = "sanitizer out of memory", text[-1500:]
    elif mutate.REPORT.search(text) or process.returncode == oracle.SANITIZER_STATUS:
        verdict, detail = "report", text[:6000]
    elif process.returncode < 0:
        verdict, detail = "signal", f"signal {-process.returncode}: {text[-1500:]}"
    elif process.returncode != 0:
        verdict, detail = "ended", f"status {process.returncode}: {text[-1500:]}"
    else:
        verdict, detail = "normal", ""
    return verdict, int(number), target, detail


def run_batch(first, options):
    """Run one batch to its end, beyond calls that kill it; return (counts, [(verdict, command, target, detail)])."""
    counts, found = collections.Counter(), []
    end = min(first + BATCH, options.first + options.count)
    start = first
    while start < end:
        verdict, number, target, detail = run_calls(options.atoll, options, start, end - start)
        counts["calls"] += (end if verdict == "normal" else number + 1) - start
        if verdict == "normal":
            break
        blame = verdict != "sanitizer out of memory"
        if verdict in ("time", "signal", "ended") and target != "start":
            blame = run_calls(oracle.CPYTHON, options, number, 1)[0] == "normal"
            verdict += "" if blame else " in CPython, too"
            if blame and verdict == "time":
                verdict, _, _, detail = run_calls(options.atoll, options, number, 1, TIME_LIMIT * PATIENCE)
                blame = verdict != "normal"
                verdict = verdict if blame else "slow"
        counts[verdict] += 1
        if blame:
            threads = f" --threads {options.threads}" if options.threads > 1 else ""
            command = f"calls.py --seed {options.seed} --first {start} --count {number + 1 - start}{threads}"
            found.append((verdict, command, target, detail))
        start = number + 1
    return counts, found


def common_names(options, file):
    """Write to a file which functions to call and which types to make values of: types that CPython has, too."""
    both = []
    for interpreter in (options.atoll, oracle.CPYTHON):
        done = oracle.run([interpreter, WORKER, "--list"], TIME_LIMIT * 6)
        if done.status != 0:
            sys.exit(f"{interpreter} cannot list what to call: {done.text()}")
        both.append(done.out.splitlines())
    theirs = set(both[1])
    file.write("".join(f"{line}\n" for line in both[0] if line in theirs or not line.startswith("type ")))
    file.flush()


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
    counts, bad = collections.Counter(), 0
    with tempfile.NamedTemporaryFile("w", prefix="calls-") as names, concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        common_names(options, names)
        options.names = names.name
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

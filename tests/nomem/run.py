"""No memory: let each allocation of a few scripts fail in turn and look at how the program ends.

    /usr/bin/python3.11 tests/nomem/run.py --atoll PATH [--all | --runs N] [--first N] [--last N] [script ...]

`atoll -X fail-allocation=0` counts the allocations that a script makes after start-up: objects, storage, raw memory.
With `-X fail-allocation=N` the N-th fails, once. Every run must then end in one of two ways:

- as if nothing had happened, with exactly the output of an undisturbed run, or with a report on stderr of what was
  ignored or of the thread that ended, or of the error that the script caught (then the output may differ);
- with exit status 1 and an uncaught exception that is, or follows from, a MemoryError; what was printed until then is
  a beginning of the undisturbed output. (Status 2 when it is the script that cannot be read.)

Never in a signal, a hang, a sanitizer's report or a leak (builds with sanitizers or checks report leaks at exit).
Without --all, the tests are a sample: --runs per script, spread evenly, the offset differing from script to script.
"""
import argparse
import os
import re
import subprocess
import sys
import time
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
SCRIPTS = os.path.join(HERE, "scripts")

# Scripts whose number and order of allocations differ from run to run.
UNSTEADY = {"threads"}
# When the allocation that fails is the entry of a merge queue, the object whose count was to be merged becomes immortal
# (gc/counting.c: an uncount cannot fail and must not wait), and what it refers to is reported as leaked at the end.
MAY_LEAK = {"threads"}
LEAK = re.compile(r"^\s*atoll: leak: .*$\n?", re.MULTILINE)
LEAK_STATUS = 99

FATAL = re.compile(r"Sanitizer|runtime error:|atoll: leak|Assertion|Fatal Python error|SystemError", re.ASCII)
BLAMED = re.compile(r"MemoryError|no memory|Cannot allocate memory|can't start new thread|out of memory", re.ASCII)


def run(atoll, script, number, timeout):
    """Exit status (None: it hung), standard output and error of one run."""
    command = [atoll, "-B", "-X", f"fail-allocation={number}", os.path.join(SCRIPTS, script + ".py")]
    environment = dict(os.environ, PYTHONHASHSEED="1", PYTHONIOENCODING="utf-8")
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout, env=environment)
    except subprocess.TimeoutExpired as late:
        return None, late.stdout or b"", (late.stderr or b"").decode("utf-8", "replace")
    return done.returncode, done.stdout, done.stderr.decode("utf-8", "replace")


def judge(script, expected, status, out, err):
    """What is wrong with the way a run ended, or None."""
    if status is None:
        return "hangs"
    if script in MAY_LEAK:
        err = LEAK.sub("", err)
        status = 0 if status == LEAK_STATUS else status
    if status < 0:
        return f"killed by signal {-status}"
    if FATAL.search(err):
        return "a check failed"
    if status == 0:
        if out == expected or err.strip() or b"MemoryError" in out:
            return None
        return "normal exit, other output, and no word about it"
    if status == 2 and "can't open file" in err and not out:
        return None
    if status not in (1, 120):
        return f"exit status {status}"
    if not BLAMED.search(err):
        return f"exit status {status} and no MemoryError"
    if not expected.startswith(out) and script not in UNSTEADY and "Exception ignored" not in err:
        return "the output went astray before the end"
    return None


def chosen(count, script, options):
    """The numbers of the allocations that shall fail."""
    first, last = options.first, min(options.last or count, count)
    if options.all or last - first < options.runs:
        return list(range(first, last + 1))
    stride = (last - first + 1) / options.runs
    offset = zlib.crc32(script.encode()) % 1000 / 1000
    return sorted({first + int((i + offset) * stride) for i in range(options.runs)})


def try_script(script, options):
    """All runs of one script. Returns (number of runs, failures)."""
    status, expected, err = run(options.atoll, script, 0, 10 * options.timeout)
    counted = re.search(r"^allocations: (\d+)$", err, re.M)
    if status != 0 or not counted or FATAL.search(err):
        return 1, [f"{script}: undisturbed run ends with status {status}: {err[-1500:]}"]
    numbers = chosen(int(counted[1]), script, options)
    failures, kinds = [], {"normal": 0, "error": 0}
    for number in numbers:
        status, out, err = run(options.atoll, script, number, options.timeout)
        wrong = judge(script, expected, status, out, err)
        kinds["normal" if status == 0 else "error"] += 1
        if wrong:
            shown = err.splitlines()
            if status == 0:
                shown += ["it printed:"] + out.decode("utf-8", "replace").splitlines()
            tail = "\n    ".join(shown[-options.lines:])
            failures.append(f"{script}: allocation {number}: {wrong}\n    {tail}")
            print(failures[-1], flush=True)
    print(f"{script}: {counted[1]} allocations, {len(numbers)} failed in turn: {kinds['normal']} normal ends, "
          f"{kinds['error']} with status 1, {len(failures)} wrong", flush=True)
    if not kinds["error"] and len(numbers) > 10:
        failures.append(f"{script}: no failure had any effect: nothing was tested")
        print(failures[-1])
    return len(numbers) + 1, failures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--atoll", required=True, help="the program under test")
    parser.add_argument("--all", action="store_true", help="every allocation, not a sample")
    parser.add_argument("--runs", type=int, default=60, help="runs per script without --all")
    parser.add_argument("--first", type=int, default=1, help="first allocation to fail")
    parser.add_argument("--last", type=int, default=0, help="last allocation to fail")
    parser.add_argument("--timeout", type=float, default=30, help="seconds per run")
    parser.add_argument("--lines", type=int, default=6, help="lines of stderr to show for a failure")
    parser.add_argument("scripts", nargs="*", help="names in tests/nomem/scripts, without .py")
    options = parser.parse_args()
    options.atoll = os.path.abspath(options.atoll)
    every = sorted(n[:-3] for n in os.listdir(SCRIPTS) if n.endswith(".py") and n != "helper_module.py")
    began, runs, failures = time.monotonic(), 0, []
    for script in options.scripts or every:
        made, wrong = try_script(script, options)
        runs += made
        failures += wrong
    print(f"{runs} runs, {len(failures)} wrong, {time.monotonic() - began:.0f} s")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/python3.11
"""Long calls in C: how long they keep a grace period, and Ctrl-C, waiting.

    long_calls.py [--atoll PATH | --preset NAME] [--tries N] [--limit MS] [--interrupt] [NAME...]

Each kind of call (long_calls_values.py, long_calls_programs.py) runs in a process of its own, while another thread gives
back storage that needs a grace period each time. The figure is the longest period of the process (gc.get_stats), the
least of a few tries: whoever is put aside by the scheduler meanwhile says nothing about the call. It has to be a
millisecond at most.

With --interrupt a SIGINT comes in the middle of the call, by default one of those that take half a second and more. The
figure is the time until KeyboardInterrupt is caught, beside CPython's; where that notices the signal within 50 ms Atoll
has to.
"""

import argparse
import os
import signal
import sys
import threading
import time

from long_calls_programs import INTERRUPTED, PROGRAMS
from long_calls_values import VALUES

KINDS = {**VALUES, **PROGRAMS}


def beside(ends):
    """Make grace periods: storage of a list that two threads know is retired."""
    filler = [None] * 40000
    while not ends:
        SHARED[:] = filler
        SHARED.clear()
        time.sleep(0.0002)


SHARED = []


def fails(f, *arguments):
    """For calls that raise."""
    try:
        f(*arguments)
    except Exception as error:
        return error
    raise SystemExit("nothing raised")


def run_kind(name):
    """In Atoll: print the longest grace period before and after the call, and how long it took."""
    import gc

    gc.disable()
    sys.set_int_max_str_digits(0)
    setup, call = KINDS[name]
    names = {"fails": fails}
    exec(setup, names)
    code = compile("result = " + call, "call", "exec")
    ends = []
    thread = threading.Thread(target=beside, args=(ends,), daemon=True)
    thread.start()
    time.sleep(0.02)
    before = gc.get_stats()[2]["longest_grace"]
    begin = time.perf_counter()
    exec(code, names)
    end = time.perf_counter()
    time.sleep(0.02)
    after = gc.get_stats()[2]["longest_grace"]
    ends.append(1)
    thread.join()
    print(before, after, end - begin, flush=True)
    os._exit(0)


def run_interrupted(name):
    """In Atoll or CPython: print the time between a SIGINT in the middle of the call and KeyboardInterrupt."""
    sys.set_int_max_str_digits(0)
    setup, call = (INTERRUPTED if name in INTERRUPTED else KINDS)[name]
    names = {"fails": fails}
    exec(setup, names)
    code = compile(call, "call", "eval")
    here, there = os.pipe()
    parent = os.getpid()
    if os.fork() == 0:
        time.sleep(0.2 if name in INTERRUPTED else 0.01)
        os.write(there, repr(time.monotonic()).encode())
        os.kill(parent, signal.SIGINT)
        os._exit(0)
    try:
        eval(code, names)
        print("finished", flush=True)
        time.sleep(1)
    except KeyboardInterrupt:
        print(time.monotonic() - float(os.read(here, 100)), flush=True)
    os._exit(0)


def go_first():
    """Run before most of what else the machine does, where that is allowed: waits for the processor are not the call's.
    (Not as a real-time process: Linux keeps 50 ms of each second from those.)"""
    try:
        os.setpriority(os.PRIO_PROCESS, 0, -20)
    except PermissionError:
        pass


class CallFailed(Exception):
    """The call ended in another way than it should."""


def ask(interpreter, mode, name, seconds):
    import subprocess, tempfile  # which Atoll has not yet

    command = [interpreter, os.path.abspath(__file__), mode, name]
    with tempfile.TemporaryDirectory() as room:
        environment = dict(os.environ, ATOLL_CACHE=room)
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, preexec_fn=go_first,
                                  cwd=room, env=environment)
        except subprocess.TimeoutExpired:
            return None
    if done.returncode or not done.stdout:
        raise CallFailed(f"{name}: status {done.returncode}: {done.stderr[-1000:]}")
    return done.stdout.splitlines()[0]


def measure_grace(options, name):
    best, took = None, 0
    for _ in range(options.tries):
        answer = ask(options.atoll, "--kind", name, 120)
        if answer is None:
            return True, "120 seconds are not enough"
        before, after, took = (float(word) for word in answer.split())
        longest = after / 1e6 if after > before else 0
        best = longest if best is None else min(best, longest)
        if best <= options.limit:
            break
    return best > options.limit, f"{best:.2f} ms of {took * 1000:.0f} ms"


def measure_interrupt(options, name):
    answers = [ask(x, "--interrupted", name, 60) for x in (options.atoll, oracle.CPYTHON)]
    ours, theirs = (1000 * float(x) if x and x != "finished" else None for x in answers)
    wrong = theirs is not None and theirs < 50 and (ours is None or ours > 50) and answers[0] != "finished"
    return wrong, ", ".join(f"{x:.1f} ms" if x is not None else str(y) for x, y in zip((ours, theirs), answers))


def main():
    global oracle
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests"))
    import oracle

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    oracle.add_interpreter_options(parser)
    parser.add_argument("--tries", type=int, default=5)
    parser.add_argument("--limit", type=float, default=1.0, help="milliseconds that a grace period may take")
    parser.add_argument("--interrupt", action="store_true", help="measure the time until KeyboardInterrupt instead")
    parser.add_argument("--all", action="store_true", help="print each figure, not only those that are too long")
    parser.add_argument("names", nargs="*", help="kinds of calls")
    options = parser.parse_args()
    options.atoll = oracle.find_interpreter(parser, options)
    bad = 0
    names = options.names or (INTERRUPTED if options.interrupt else KINDS)
    for name in names:
        try:
            wrong, shown = (measure_interrupt if options.interrupt else measure_grace)(options, name)
        except CallFailed as failure:
            wrong, shown = True, str(failure)
        bad += wrong
        if wrong or options.all:
            print(f"{'LONG ' if wrong else ''}{name}: {shown}", flush=True)
    print(f"{bad} of {len(names)} kinds of calls keep others waiting")
    return 1 if bad else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--kind"]:
        run_kind(sys.argv[2])
    elif sys.argv[1:2] == ["--interrupted"]:
        run_interrupted(sys.argv[2])
    else:
        sys.exit(main())

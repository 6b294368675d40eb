#!/usr/bin/python3.11
"""Long calls in C: how long they keep a grace period, and Ctrl-C, waiting.

    long_calls.py [--atoll PATH | --preset NAME] [--tries N] [--limit MS] [--where] [--interrupt] [NAME...]

Each kind of call (long_calls_values.py, long_calls_programs.py, long_calls_modules.py) runs in a process of its own,
while another thread gives back storage that needs a grace period each time. The figure is the longest that a thread
kept a period waiting during the call, by its own processor clock (grace_clock.c): what else the machine does is not the
call's. It has to be a millisecond at most; the least of a few tries counts, since caches and pages vary. --where tells
in which functions the thread was at the end of that time.

With --interrupt a signal comes when the call has run for ten milliseconds (or 200, for those that take half a second
and more, which are measured by default; NAME may be "all"). The figure is the processor time until KeyboardInterrupt is
caught, beside CPython's; where that notices the signal within 50 ms, and not because the call is over, Atoll has to.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time

from long_calls_modules import MODULES
from long_calls_programs import INTERRUPTED, PROGRAMS
from long_calls_values import VALUES

KINDS = {**VALUES, **PROGRAMS, **MODULES}


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


def longest():
    """The figure of grace_clock.c so far, in seconds."""
    with open(os.environ["GRACE_CLOCK"], "rb") as record:
        return int.from_bytes(record.read(8), "little") / 1e9


def forget():
    with open(os.environ["GRACE_CLOCK"], "r+b") as record:
        record.write(bytes(8))


def run_kind(name):
    """In Atoll: print the longest wait for a thread during the call, and how long the call took."""
    import gc

    gc.disable()
    sys.set_int_max_str_digits(0)
    setup, call = KINDS[name]
    names = {"fails": fails}
    exec(setup, names)
    code = compile(call if call.startswith("globals().pop") else "result = " + call, "call", "exec")
    ends = []
    thread = threading.Thread(target=beside, args=(ends,), daemon=True)
    thread.start()
    time.sleep(0.02)
    forget()
    begin = time.thread_time()
    exec(code, names)
    end = time.thread_time()
    time.sleep(0.005)
    print(longest(), end - begin, flush=True)
    os._exit(0)


def prepare_alarm():
    """A function that sets a timer by the process's clock, for SIGINT."""
    import ctypes

    libc = ctypes.CDLL("libc.so.6", use_errno=True)
    event, timer = (ctypes.c_int * 16)(0, 0, signal.SIGINT), ctypes.c_void_p()  # struct sigevent: SIGEV_SIGNAL is 0
    if libc.timer_create(time.CLOCK_PROCESS_CPUTIME_ID, event, ctypes.byref(timer)) != 0:
        raise OSError(ctypes.get_errno(), "timer_create")

    def set_alarm(seconds):
        libc.timer_settime(timer, 0, (ctypes.c_long * 4)(0, 0, 0, int(seconds * 1e9)), None)

    return set_alarm


def run_interrupted(name, uninterrupted=False):
    """In Atoll or CPython: print the processor time from a signal in the middle of the call to KeyboardInterrupt, or to the
    end of the call if no signal comes."""
    sys.set_int_max_str_digits(0)
    setup, call = (INTERRUPTED if name in INTERRUPTED else KINDS)[name]
    names = {"fails": fails}
    exec(setup, names)
    code = compile(call, "call", "eval")
    delay = 0.2 if name in INTERRUPTED else 0.01
    signal.signal(signal.SIGINT, signal.default_int_handler)  # which may be ignored, as in a shell's background
    set_alarm = prepare_alarm()
    begin = time.process_time()
    if not uninterrupted:
        set_alarm(delay)
    try:
        eval(code, names)
        set_alarm(0)
        print(time.process_time() - begin - delay if uninterrupted else "finished", flush=True)
    except KeyboardInterrupt:
        print(max(0, time.process_time() - begin - delay), flush=True)
    os._exit(0)


class CallFailed(Exception):
    """The call ended in another way than it should."""


def build_clock(folder):
    """Make grace_clock.so in the folder; its path."""
    path = os.path.join(folder, "grace_clock.so")
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "grace_clock.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", path, source, "-ldl"], check=True)
    return path


def ask(interpreter, mode, name, seconds, clock=None):
    """The line that the mode prints, and what grace_clock.c noted last; None: it takes too long."""
    command = [interpreter, os.path.abspath(__file__), mode, name]
    with tempfile.TemporaryDirectory() as room:
        record = os.path.join(room, "grace_clock")
        environment = dict(os.environ, ATOLL_CACHE=room)
        if clock:
            environment.update(LD_PRELOAD=clock, GRACE_CLOCK=record)
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, cwd=room, env=environment)
        except subprocess.TimeoutExpired:
            return None, ""
        calls = open(record, "rb").read()[8:].partition(b"\0")[0].decode() if clock else ""
    if done.returncode or not done.stdout:
        raise CallFailed(f"{name}: status {done.returncode}: {done.stderr[-1000:]}")
    return done.stdout.splitlines()[0], calls


def name_calls(calls):
    """The functions of the lines of backtrace_symbols: innermost first, those of the clock and of liburcu left out."""
    found = []
    for line in calls.splitlines():
        file, _, rest = line.partition("(")
        inside, _, address = rest.partition(") [")
        if "grace_clock" in file or "liburcu" in file:
            continue
        offset = inside.rpartition("+")[2] or address.rstrip("]")
        done = subprocess.run(["addr2line", "-fise", file, offset], capture_output=True, text=True)
        lines = done.stdout.splitlines()
        found.extend(f"{function} ({place})" for function, place in zip(lines[::2], lines[1::2]))
    return found


def measure_grace(options, name):
    best, took, calls = None, 0, ""
    for _ in range(options.tries):
        answer, noted = ask(options.atoll, "--kind", name, 300, options.clock)
        if answer is None:
            return True, "300 seconds are not enough"
        longest, took = (1000 * float(word) for word in answer.split())
        if best is None or longest < best:
            best, calls = longest, noted
        if best <= options.limit:
            break
    wrong = best > options.limit
    where = "".join(f"\n    {call}" for call in name_calls(calls)[:12]) if options.where and wrong else ""
    return wrong, f"{best:.2f} ms of {took:.0f} ms{where}"


def measure_interrupt(options, name):
    """CPython is only asked where Atoll takes too long."""
    ours = ask(options.atoll, "--interrupted", name, 120)[0]
    if ours and (ours == "finished" or float(ours) <= 0.05):
        return False, ours if ours == "finished" else f"{1000 * float(ours):.1f} ms"
    theirs = ask(oracle.CPYTHON, "--interrupted", name, 120)[0]
    wrong = theirs is not None and theirs != "finished" and float(theirs) < 0.05
    if wrong:
        rest = ask(oracle.CPYTHON, "--uninterrupted", name, 120)[0]
        wrong = rest is None or float(theirs) < float(rest) / 2  # else the call was simply over
    shown = [f"{1000 * float(x):.1f} ms" if x and x != "finished" else x or "too long" for x in (ours, theirs)]
    return wrong, ", CPython ".join(shown)


def main():
    global oracle
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests"))
    import oracle

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    oracle.add_interpreter_options(parser)
    parser.add_argument("--tries", type=int, default=5)
    parser.add_argument("--limit", type=float, default=1.0, help="milliseconds that a grace period may take")
    parser.add_argument("--interrupt", action="store_true", help="measure the time until KeyboardInterrupt instead")
    parser.add_argument("--where", action="store_true", help="tell which functions keep a grace period too long")
    parser.add_argument("--all", action="store_true", help="print each figure, not only those that are too long")
    parser.add_argument("names", nargs="*", help="kinds of calls")
    options = parser.parse_args()
    options.atoll = oracle.find_interpreter(parser, options)
    names = options.names or (INTERRUPTED if options.interrupt else KINDS)
    if names == ["all"]:
        names = {**KINDS, **INTERRUPTED} if options.interrupt else KINDS
    with tempfile.TemporaryDirectory() as room:
        options.clock = None if options.interrupt else build_clock(room)
        bad = measure(options, names)
    print(f"{bad} of {len(names)} kinds of calls keep others waiting")
    return 1 if bad else 0


def measure(options, names):
    """Print what is too long; how many are."""
    bad = 0
    for name in names:
        try:
            wrong, shown = (measure_interrupt if options.interrupt else measure_grace)(options, name)
        except CallFailed as failure:
            wrong, shown = True, str(failure)
        bad += wrong
        if wrong or options.all:
            print(f"{'LONG ' if wrong else ''}{name}: {shown}", flush=True)
    return bad


if __name__ == "__main__":
    if sys.argv[1:2] == ["--kind"]:
        run_kind(sys.argv[2])
    elif sys.argv[1:2] in (["--interrupted"], ["--uninterrupted"]):
        run_interrupted(sys.argv[2], sys.argv[1] == "--uninterrupted")
    else:
        sys.exit(main())

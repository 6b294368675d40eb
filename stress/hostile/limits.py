#!/usr/bin/python3.11
"""Limits and signals: small programs under resource limits, with allocations that fail, in storms of signals.

    limits.py [--atoll PATH | --preset NAME] [--count N] [--first N] [--seed S] [-j JOBS]

Run number N of seed S is always the same program under the same limits, with the same signals at the same moments; what
the program is doing at those moments depends on the machine. A run may end normally or with a Python error. It must not die
of a signal that it was not sent, give a sanitizer report, hang, or end without having said why. What dies, hangs or
ends silently is tried under CPython, too: what does so there is counted, not blamed.
"""

import argparse
import collections
import concurrent.futures
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests"))
import mutate  # noqa: E402 (beside this file)
import oracle  # noqa: E402 (its folder had to be put on the path first)

TIME_LIMIT = 30
STORM = 0.6  # seconds in which signals come

# What every program begins with: handlers, of which one raises now and then.
HEAD = """
import signal, sys, os, time
class Timeout(Exception): pass
calls = 0
def note(number, frame):
    global calls
    calls += 1
    if number == signal.SIGUSR1 and calls % 7 == 0:
        raise Timeout
for number in (signal.SIGALRM, signal.SIGTERM, signal.SIGCHLD, signal.SIGUSR1):
    signal.signal(number, note)
end = time.monotonic() + 0.7
"""

PROGRAMS = {
    "sleep": """
while time.monotonic() < end:
    try:
        time.sleep(0.05)
    except Timeout:
        pass
""",
    "threads": """
import threading
while time.monotonic() < end:
    results = []
    threads = [threading.Thread(target=lambda: results.append(sum(range(2000))), daemon=True) for _ in range(6)]
    for t in threads: t.start()
    for t in threads: t.join(10)
""",
    "locks": """
import threading
lock = threading.Lock(); total = [0]
def work():
    while time.monotonic() < end:
        with lock:
            total[0] += 1
        if lock.acquire(timeout=0.001):
            lock.release()
threads = [threading.Thread(target=work, daemon=True) for _ in range(3)]
for t in threads: t.start()
while time.monotonic() < end:
    try:
        with lock:
            total[0] += 1
    except Timeout:
        pass
for t in threads: t.join(10)
""",
    "conditions": """
import threading
condition = threading.Condition(); items = []
def work():
    while time.monotonic() < end:
        with condition:
            while not items and time.monotonic() < end:
                condition.wait(0.01)
            if items: items.pop()
threads = [threading.Thread(target=work, daemon=True) for _ in range(3)]
for t in threads: t.start()
while time.monotonic() < end:
    with condition:
        items.append(1)
        condition.notify()
    with condition:
        condition.wait(0.002)
for t in threads: t.join(10)
""",
    "queue": """
import queue, threading
q = queue.Queue(4)
def work():
    while q.get() is not None: pass
threads = [threading.Thread(target=work, daemon=True) for _ in range(2)]
for t in threads: t.start()
while time.monotonic() < end:
    try:
        q.put(list(range(100)), timeout=1)
    except Timeout:
        pass
for t in threads: q.put(None, timeout=5)
for t in threads: t.join(10)
""",
    "fork": """
while time.monotonic() < end:
    pid = os.fork()
    if pid == 0:
        try:
            [str(i) for i in range(500)]
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
""",
    "fork beside threads": """
import threading
def work():
    while time.monotonic() < end:
        {str(i): [i] for i in range(200)}
threads = [threading.Thread(target=work, daemon=True) for _ in range(2)]
for t in threads: t.start()
while time.monotonic() < end:
    pid = os.fork()
    if pid == 0:
        try:
            import gc
            gc.collect()
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
for t in threads: t.join(10)
""",
    "finalizers": """
import gc, weakref
class Node:
    def __init__(self): self.me = self
    def __del__(self): sum(range(50))
gone = []
while time.monotonic() < end:
    for _ in range(200):
        n = Node(); weakref.finalize(n, gone.append, 1)
    gc.collect()
""",
    "memory": """
kept = []
while time.monotonic() < end:
    try:
        kept.append(bytearray(1 << 20)); kept.append([None] * 50000); kept.append('x' * 300000)
        kept.append({i: str(i) for i in range(3000)})
        if len(kept) > 200: kept.clear()
    except (MemoryError, Timeout):
        kept.clear()
""",
    "text": """
while time.monotonic() < end:
    try:
        s = 'the quick brown fox ' * 20000
        s.split(); s.upper(); s.replace('fox', 'dog'); s.encode('utf-16'); sorted(s[:5000]); hash(s)
    except (MemoryError, Timeout):
        pass
""",
    "big numbers": """
sys.set_int_max_str_digits(0)
while time.monotonic() < end:
    try:
        x = 3 ** 100000
        str(x); x * x // (x - 1); pow(7, x % 1000, 10 ** 50); int(str(x)[:9000])
    except (MemoryError, Timeout):
        pass
""",
    "recursion": """
def deep(n): return 0 if n == 0 else 1 + deep(n - 1)
class Odd:
    def __eq__(self, other): return [self] == [other]
while time.monotonic() < end:
    try:
        deep(900); sorted([3, 1, 2], key=lambda x: deep(50) + x)
        Odd() == Odd()
    except (RecursionError, MemoryError, Timeout):
        pass
""",
    "files": """
name = 'file'
while time.monotonic() < end:
    try:
        with open(name, 'w') as f:
            for i in range(2000): f.write('a line of text\\n')
        with open(name) as f:
            f.readlines()
        handles = [open(name) for _ in range(20)]
        handles.clear()
    except (OSError, MemoryError, Timeout):
        pass
""",
    "pipes": """
while time.monotonic() < end:
    try:
        r, w = os.pipe()
        try:
            os.write(w, b'x' * 1000); os.read(r, 100)
        finally:
            os.close(r); os.close(w)
    except (OSError, Timeout):
        pass
""",
    "imports": """
import json, re, collections, functools, enum, argparse
while time.monotonic() < end:
    try:
        json.loads(json.dumps({'a': [1, 2.5, None]})); re.sub('a+', 'b', 'aaabbb' * 200)
        exec(compile('def f(x):\\n    return x + 1\\nf(1)', 'text', 'exec'), {})
    except (MemoryError, Timeout):
        pass
""",
    "generators": """
def count():
    try:
        for i in range(10 ** 9): yield i
    finally:
        pass
while time.monotonic() < end:
    try:
        g = count()
        for i in g:
            if i > 1000: break
        del g
        list(zip(range(500), map(str, range(500))))
    except (MemoryError, Timeout):
        pass
""",
}
TAIL = """
print("done")
"""

SIGNALS = [signal.SIGINT, signal.SIGALRM, signal.SIGTERM, signal.SIGCHLD, signal.SIGUSR1, signal.SIGWINCH, signal.SIGPIPE]
DEADLY = {signal.SIGALRM, signal.SIGTERM, signal.SIGUSR1, signal.SIGINT, signal.SIGPIPE}  # by default, before the handlers are there


class Run:
    """What run number N of a seed is."""

    def __init__(self, seed, number):
        dice = random.Random(f"{seed}/{number}")
        self.name = dice.choice(sorted(PROGRAMS))
        self.limits = {}
        self.fail = 0
        self.signals = []  # (moment, signal), in order
        kind = dice.choice(["limits", "signals", "both", "allocation", "all"])
        if kind in ("limits", "both", "all"):
            for _ in range(dice.choice([1, 1, 2])):
                self.add_limit(dice)
        if kind in ("allocation", "all"):
            self.fail = int(10 ** dice.uniform(0, 4.5))
        if kind in ("signals", "both", "all"):
            chosen = dice.sample(SIGNALS, dice.randint(1, 4))
            count = dice.choice([1, 5, 50, 500])
            self.signals = sorted((dice.uniform(0, STORM), dice.choice(chosen)) for _ in range(count))

    def add_limit(self, dice):
        name = dice.choice(["AS", "AS", "DATA", "DATA", "STACK", "NOFILE", "NPROC", "FSIZE"])
        value = {
            "AS": lambda: int(10 ** dice.uniform(7, 9.5)),
            "DATA": lambda: int(10 ** dice.uniform(6, 9)),
            "STACK": lambda: int(10 ** dice.uniform(4.9, 7.5)),
            "NOFILE": lambda: dice.randint(0, 40),
            "NPROC": lambda: dice.randint(0, 8),
            "FSIZE": lambda: int(10 ** dice.uniform(0, 5)),
        }[name]()
        self.limits[name] = value

    def __str__(self):
        said = [self.name] + [f"{name}={value}" for name, value in self.limits.items()]
        said += [f"fail-allocation={self.fail}"] * bool(self.fail)
        counts = collections.Counter(s.name for _, s in self.signals)
        return ", ".join(said + [f"{count} {name}" for name, count in counts.items()])

    def prepare(self):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        for name, value in self.limits.items():
            resource.setrlimit(getattr(resource, "RLIMIT_" + name), (value, value))
        if "NPROC" in self.limits and os.getuid() == 0:
            os.setresgid(65533, 65533, 65533)
            os.setresuid(65533, 65533, 65533)  # who is privileged is not bound

    def send(self, process):
        begin = time.monotonic()
        for moment, number in self.signals:
            time.sleep(max(0, begin + moment - time.monotonic()))
            if process.poll() is not None:
                return
            process.send_signal(number)

    def run(self, interpreter, with_failures):
        """Return (verdict, detail)."""
        options = ["-X", f"fail-allocation={self.fail}"] if self.fail and with_failures else []
        with tempfile.TemporaryDirectory(prefix="limits-") as folder:
            os.chmod(folder, 0o777)
            command = [interpreter, *options, "-c", HEAD + PROGRAMS[self.name] + TAIL]
            try:
                process = subprocess.Popen(
                    command, cwd=folder, env=oracle.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE, preexec_fn=self.prepare,
                )  # fmt: skip
            except (OSError, subprocess.SubprocessError):
                return "not started", ""  # the limits leave no room for any program
            sender = threading.Thread(target=self.send, args=(process,))
            sender.start()
            try:
                out, err = process.communicate(timeout=TIME_LIMIT)
                status = process.returncode
            except subprocess.TimeoutExpired:
                process.kill()
                out, err = process.communicate()
                status = None
            sender.join()
        return self.judge(status, out, err.decode("utf-8", "replace"))

    def judge(self, status, out, err):
        sent = {number for _, number in self.signals}
        if mutate.REPORT.search(err) or status == oracle.SANITIZER_STATUS or "Fatal error" in err:
            return "report", err[-2000:]
        if status is None and self.fail and "MemoryError" in err:
            return "stuck", ""  # what the exception cut short, such as the release of a lock, is waited for
        if status is None:
            return "time", err[-1000:]
        if status < 0 and not (signal.Signals(-status) in DEADLY and -status in sent):
            return "signal", f"signal {-status}: {err[-1000:]}"
        if status >= 0 and b"done" not in out and not err.strip():
            return "silent", f"status {status}"
        if "SystemError" in err:
            return "error", err[-1000:]
        return "normal" if status == 0 else "refused", ""


def run_number(number, options):
    run = Run(options.seed, number)
    verdict, detail = run.run(options.atoll, True)
    if verdict in ("time", "signal", "silent") and not run.fail and run.run(oracle.CPYTHON, False)[0] == verdict:
        verdict += " in CPython, too"
    return number, run, verdict, detail


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    oracle.add_interpreter_options(parser)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--first", type=int, default=0, help="number of the first run")
    parser.add_argument("--seed", default="atoll")
    parser.add_argument("-j", "--jobs", type=int, default=2)
    options = parser.parse_args()
    options.atoll = oracle.find_interpreter(parser, options)
    if mutate.is_sanitized(options.atoll):
        print("sanitizers reserve terabytes: no limits for them")
        return 0
    counts, bad = collections.Counter(), 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        numbers = range(options.first, options.first + options.count)
        for number, run, verdict, detail in pool.map(lambda n: run_number(n, options), numbers):
            counts[verdict] += 1
            if verdict in ("report", "time", "signal", "silent", "error"):
                bad += 1
                print(f"run {number} ({run}): {verdict}: {detail}", flush=True)
    print(", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items())))
    print(f"{options.count - bad} of {options.count} runs end as they should")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

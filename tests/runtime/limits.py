#!/usr/bin/env python3
"""limits.py ATOLL: what the program does with little address space, little memory, and no thread beyond its own."""
import resource
import subprocess
import sys

MEGABYTE = 1 << 20

# Islands by the hundred thousand, some with finalizers: found while the program allocates, and by gc.collect().
CHURN = """
import gc
class Node: pass
finalized = []
class Dying:
    def __del__(self): finalized.append(1)
def resident():
    with open("/proc/self/statm") as f: return int(f.read().split()[1]) * 4096
most = 0
for i in range(300000):
    a = Node(); b = Node(); a.other = b; b.other = a
    if i % 100 == 0:
        a.dying = Dying(); a.dying.holder = a
    if i % 20000 == 0:
        most = max(most, resident())
del a, b
gc.collect(); gc.collect()
assert len(finalized) == 3000, len(finalized)
assert most < 60 << 20, most
print("ok")
"""

THREADS = """
import threading
event = threading.Event()
threads = [threading.Thread(target=event.wait) for _ in range(200)]
for t in threads: t.start()
event.set()
for t in threads: t.join()
print("ok")
"""

RESIDENT = """
import threading
def resident():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmRSS"))
event = threading.Event()
threads = [threading.Thread(target=event.wait) for _ in range(2000)]
before = resident()
for t in threads: t.start()
each = (resident() - before) / 2000
event.set()
for t in threads: t.join()
assert each < 39, each  # KiB: ten thousand of them stay within 400 MB
print("ok")
"""

REFUSED = """
import threading
try:
    threading.Thread(target=print).start()
except RuntimeError as e:
    print(e)
"""


def run(atoll, code, **limits):
    # A user without privileges: RLIMIT_NPROC does not bind others.
    user = {"user": 65533} if "RLIMIT_NPROC" in limits else {}

    def limit():
        for name, value in limits.items():
            resource.setrlimit(getattr(resource, name), (value, value))
    p = subprocess.run([atoll, "-c", code], preexec_fn=limit, capture_output=True, text=True, timeout=240, **user)
    return p.returncode, p.stdout, p.stderr


def main(atoll):
    cases = [
        ("churn, address space of 500 MB", CHURN, {"RLIMIT_AS": 500000 << 10}, "ok\n"),
        ("churn, 64 MB of data", CHURN, {"RLIMIT_DATA": 64 * MEGABYTE}, "ok\n"),
        ("200 threads, address space of 3.5 GB", THREADS, {"RLIMIT_AS": 3500000 << 10}, "ok\n"),
        ("200 threads, 3.5 GB of data", THREADS, {"RLIMIT_DATA": 3500000 << 10}, "ok\n"),
        ("what a thread costs", RESIDENT, {}, "ok\n"),
    ]
    try:
        run(atoll, "pass", RLIMIT_NPROC=1)
    except (PermissionError, subprocess.SubprocessError):
        print("not privileged to become another user: no test without threads")
    else:
        cases += [("churn, no thread", CHURN, {"RLIMIT_NPROC": 1}, "ok\n"),
                  ("a thread refused", REFUSED, {"RLIMIT_NPROC": 1}, "can't start new thread\n")]
    failed = 0
    for name, code, limits, expected in cases:
        got = run(atoll, code, **limits)
        if got != (0, expected, ""):
            print(f"{name}: {got}")
            failed += 1
    status, out, err = run(atoll, "print(1)", RLIMIT_AS=16 * MEGABYTE)
    if status != 1 or out or not err.startswith("atoll: cannot start: ") or "ulimit -v" not in err:
        print(f"too little address space: {(status, out, err)}")
        failed += 1
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]) != 0)

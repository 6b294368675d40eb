#!/usr/bin/python3.11
"""Allocation failure: small programs run again and again, each time with another allocation that fails.

    no_memory.py [--atoll PATH | --preset NAME] [--stride K] [--jobs J] [NAME...]

With -X fail-allocation=N, Atoll lets the N-th allocation after start-up fail (0: none, but the number of
allocations is told at the end). Whatever N is, the program has to end with its usual output, or with
an exception: MemoryError, or what the program made of it. A signal, a sanitizer report or a hang is a failure.
"""

import argparse
import collections
import concurrent.futures
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests"))
import oracle  # noqa: E402

TIME_LIMIT = 60
TOLD = re.compile(r"^allocations: (\d+)$", re.MULTILINE)
REPORT = re.compile(r"(ERROR|WARNING|SUMMARY): \w*Sanitizer|runtime error: |Assertion .* failed")

PROGRAMS = {
    "containers": """
numbers = [i * 1.5e-300 for i in range(40)]
numbers += [10 ** 30 + i for i in range(10)]
table = {str(i): [i, (i,), {i}] for i in range(30)}
table.update(zip("abc", numbers))
del table["7"], numbers[3:6]
print(len(numbers), len(table), sorted(table)[:3], numbers[-1], set(range(20)) | {99} == {*range(20), 99})
""",
    "strings": """
words = "the quick brown fox jumps over the lazy dog".split()
text = ", ".join(word.title() for word in words) + "\\u65e5" * 3
print(text.upper().replace("THE", "a"), f"{len(text):>5} {words!r}", "%s-%d" % (words[0], 5), text.encode()[:4])
""",
    "classes": """
class Base:
    def __init__(self, value):
        self.value = value
    def __eq__(self, other):
        return self.value == other.value
    @property
    def double(self):
        return self.value * 2
class Derived(Base):
    __slots__ = ("extra",)
    def __init__(self, value):
        super().__init__(value)
        self.extra = [value]
        self.other = self
print([Derived(i).double for i in range(5)], Derived(1) == Derived(1), type("Made", (Base,), {"x": 1})(3).x)
""",
    "exceptions": """
def fails(n):
    try:
        return [1, 2][n] / (n - 1)
    except ZeroDivisionError as error:
        raise ValueError("chained") from error
    finally:
        print("finally", n)
for n in range(4):
    try:
        print(fails(n))
    except (ValueError, IndexError) as error:
        print(repr(error), repr(error.__cause__))
""",
    "generators": """
def walk(tree):
    if isinstance(tree, list):
        for branch in tree:
            yield from walk(branch)
    else:
        yield tree
def closure():
    total = 0
    def add(n):
        nonlocal total
        total += n
        return total
    return add
add = closure()
print([add(x) for x in walk([1, [2, [3, [4]], 5], [[]]])], dict(enumerate(x * 2 for x in "ab")))
""",
    "compiling": """
source = '''
def f(a, *b, c=1, **d):
    with open_() as x, y:
        return [lambda: (a, i) for i in b if i not in d] or f"{a!r:>{c}}"
class A(B, metaclass=C):
    x: int = 5
    async_ = {**{}, 1: 2}
'''
code = compile(source, "<made>", "exec")
print(code.co_names, eval("[i ** 2 for i in range(4)]"))
try:
    compile("x = (1,", "<broken>", "exec")
except SyntaxError as error:
    print(error)
""",
    "islands": """
import gc
class Node:
    pass
for i in range(20):
    a, b = Node(), Node()
    a.other, b.other = b, a
    a.list = [a, b]
del a, b
gc.collect()
print("collected")
""",
    "threads": """
import _thread
lock = _thread.allocate_lock()
lock.acquire()
out = []
def work():
    try:
        out.extend(str(i) for i in range(10))
    finally:
        lock.release()
try:
    _thread.start_new_thread(work, ())
except RuntimeError:
    lock.release()
lock.acquire()
print(len(out) <= 10)
""",
}


def run(program, number, options):
    """Run a program with the given allocation failing."""
    return oracle.run([options.atoll, "-X", f"fail-allocation={number}", "-c", PROGRAMS[program]], TIME_LIMIT)


def judge(program, number, usual, options):
    """Return (number, verdict, detail) of one run."""
    outcome = run(program, number, options)
    tail = outcome.err.strip()[-500:]
    if outcome.status is None:
        return number, "hangs", tail
    if outcome.status < 0:
        return number, f"signal {-outcome.status}", tail
    if outcome.status == oracle.SANITIZER_STATUS or REPORT.search(outcome.err):
        return number, "report", tail
    if outcome.status == 0:
        return number, "usual output" if outcome.out == usual else "other output", outcome.out[-200:]
    if "MemoryError" in outcome.err:
        return number, "MemoryError", ""
    return number, "other error", tail


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    oracle.add_interpreter_options(parser)
    parser.add_argument("--stride", type=int, default=1, help="let only every K-th allocation fail")
    parser.add_argument("-j", "--jobs", type=int, default=2)
    parser.add_argument("programs", nargs="*", default=sorted(PROGRAMS))
    options = parser.parse_args()
    options.atoll = oracle.find_interpreter(parser, options)
    bad = 0
    for program in options.programs:
        usual = run(program, 0, options)
        told = TOLD.search(usual.err)
        if usual.status != 0 or told is None:
            print(f"{program}: does not run without failures: {usual.text()}")
            bad += 1
            continue
        counts = collections.Counter()
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            numbers = range(1, int(told[1]) + 1, options.stride)
            for number, verdict, detail in pool.map(lambda n: judge(program, n, usual.out, options), numbers):
                counts[verdict] += 1
                # A program that prints something else and ends well has swallowed an error.
                if verdict not in ("usual output", "MemoryError", "other error"):
                    bad += 1
                    print(f"{program}, allocation {number}: {verdict}: {detail}", flush=True)
        summary = ", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items()))
        print(f"{program}: {told[1]} allocations: {summary}", flush=True)
    print(f"{bad} runs fail" if bad else "every failure is survived")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

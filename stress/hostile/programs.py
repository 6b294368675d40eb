#!/usr/bin/python3.11
"""Programs by chance (grammar.py) under Atoll and CPython: output, exceptions and exit status have to be the same.

    programs.py [--atoll PATH | --preset NAME] [--count N] [--first N] [--seed S] [-j JOBS] [--keep DIR]

Program number N of seed S is always the same text. Programs run in batches of BATCH in one process; each has its own
namespace and a limit of time, and what reaches the limit under either is left out and counted. A batch whose process ends
early is tried one by one.
"""

import argparse
import concurrent.futures
import os
import re
import resource
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "tests"))
import grammar  # noqa: E402 (beside this file)
import oracle  # noqa: E402 (its folder had to be put on the path first)

BATCH = 50
MEMORY = 3 << 30  # address space of a process
LATE = "[out of time]"

# Runs under either interpreter: reads the programs, prints each one's number and then what it prints.
WORKER = '''
import signal, sys
sys.setrecursionlimit(200)
class Late(BaseException): pass
def late(*_): raise Late
signal.signal(signal.SIGALRM, late)
prelude = open(sys.argv[1]).read()
start = {"__name__": "__main__"}
exec(compile(prelude, "prelude", "exec"), start)
error = start["error"]
for path in sys.argv[2:]:
    print("[program]", flush=True)
    space = {"__name__": "__main__"}
    exec(compile(prelude, "prelude", "exec"), space)
    try:
        signal.setitimer(signal.ITIMER_REAL, 3)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        exec(compile(text, "program", "exec"), space)
        signal.setitimer(signal.ITIMER_REAL, 0)
    except Late:
        print("[out of time]")
    except SyntaxError as e:
        signal.setitimer(signal.ITIMER_REAL, 0)
        print(type(e).__name__, ascii(e.args))
    except BaseException as e:
        signal.setitimer(signal.ITIMER_REAL, 0)
        tb, lines = e.__traceback__.tb_next, []
        while tb is not None:
            lines.append(tb.tb_lineno)
            tb = tb.tb_next
        print("ends with", error(e), lines[:4])
    signal.setitimer(signal.ITIMER_REAL, 0)
    space.clear()
print("[program]", flush=True)
'''


def limited():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def outputs(interpreter, worker, files, limit_memory):
    """What each of the programs printed, or None for those that the process did not live to end; and how it ended."""
    options = {"preexec_fn": limited} if limit_memory else {}
    done = oracle.run([interpreter, "-W", "ignore", worker, os.path.join(os.path.dirname(worker), "prelude.py"), *files], 10 + 4 * len(files), **options)
    text = re.sub("0x[0-9a-f]{6,}", "0x...", done.out)
    text = re.sub("(maximum recursion depth exceeded)[a-z A-Z]*", r"\1", text)  # where it is noticed differs
    parts = text.split("[program]\n")[1:]
    whole = parts[:-1][: len(files)]
    return whole + [None] * (len(files) - len(whole)), done


def compare(job):
    """Run a batch under both; return the failures (number, what ours did, what theirs did) and how many were left out."""
    interpreter, folder, seed, numbers, limit_memory = job
    worker = os.path.join(folder, "worker.py")
    files = []
    for number in numbers:
        files.append(os.path.join(folder, f"{seed}-{number}.py"))
        with open(files[-1], "w", encoding="utf-8") as file:
            file.write(grammar.program(seed, number))
    ours, our_end = outputs(interpreter, worker, files, limit_memory)
    theirs, their_end = outputs(oracle.CPYTHON, worker, files, limit_memory)
    failures, left_out = [], 0
    for number, mine, his, file in zip(numbers, ours, theirs, files):
        if (mine is None or his is None) and len(numbers) > 1:
            more, late = compare((interpreter, folder, seed, [number], limit_memory))
            failures += more
            left_out += late
            continue
        if his is None or (LATE in his or (mine is not None and LATE in mine)):
            left_out += 1
        elif mine is None:
            failures.append((number, our_end.text(), his))
        elif mine != his:
            failures.append((number, mine, his))
        elif len(numbers) == 1 and our_end.status != their_end.status:
            failures.append((number, our_end.text(), their_end.text()))
        os.unlink(file)
    return failures, left_out


def first_difference(mine, his):
    for mine_line, his_line in zip(mine.split("\n"), his.split("\n")):
        if mine_line != his_line:
            return f"    Atoll:   {mine_line[:300]}\n    CPython: {his_line[:300]}"
    return "    one goes on where the other ends"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--keep", metavar="DIR", help="leave programs that differ there")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count())
    oracle.add_interpreter_options(parser)
    options = parser.parse_args()
    interpreter = oracle.find_interpreter(parser, options)
    limit_memory = "asan" not in interpreter and "tsan" not in interpreter  # which reserve terabytes
    numbers = range(options.first, options.first + options.count)
    batches = [numbers[i : i + BATCH] for i in range(0, len(numbers), BATCH)]
    failed = left_out = 0
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for name, text in (("worker.py", WORKER), ("prelude.py", grammar.PRELUDE)):
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        jobs = [(interpreter, folder, options.seed, list(batch), limit_memory) for batch in batches]
        for done, (failures, late) in enumerate(pool.map(compare, jobs), 1):
            left_out += late
            failed += len(failures)
            for number, mine, his in failures:
                print(f"program {number} of seed {options.seed} differs:\n{first_difference(mine, his)}", flush=True)
                if options.keep:
                    os.makedirs(options.keep, exist_ok=True)
                    with open(os.path.join(options.keep, f"{options.seed}-{number}.py"), "w", encoding="utf-8") as file:
                        file.write(grammar.PRELUDE + grammar.program(options.seed, number))
            if sys.stderr.isatty():
                print(f"\r{min(done * BATCH, len(numbers))}/{len(numbers)}", end="", file=sys.stderr, flush=True)
    print(f"{len(numbers)} programs: {failed} differ, {left_out} left out for time or memory")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

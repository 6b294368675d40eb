#!/usr/bin/python3.11
"""Hostile input: mutated copies of the programs, which may fail in Python but never in C.

    mutate.py [--atoll PATH | --preset NAME] [--count N] [--seed S] [--jobs J] [--keep DIR]

A mutant is a program of stress/scripts or of tests/language in which bytes were flipped, lines dropped,
doubled or swapped, or tokens changed. It runs with little memory, a time limit and closed standard input.
It may end normally, or with a Python error, or run out of time; it must not die of a signal or
give a sanitizer report. Where CPython's compiler refuses the mutant, Atoll has to refuse it with the same
exception at the same line.
"""

import argparse
import collections
import concurrent.futures
import os
import random
import re
import resource
import shutil
import signal
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests"))
import oracle  # noqa: E402 (its folder had to be put on the path first)

SOURCES = [os.path.join(ROOT, "stress", "scripts"), os.path.join(ROOT, "tests", "language")]
# Cases that run deep on purpose say nothing more when they are mutated; those that name files might find some.
LEFT_OUT = {"run.py", "recursion_limit.py", "sys_os_time.py"}
TIME_LIMIT = 10
SANITIZED = False  # set by main, before any mutant runs
MEMORY_LIMIT = 3 << 30  # of writable memory: address space that is only reserved does not count
SYNTAX_ERRORS = ("SyntaxError", "IndentationError", "TabError")
REPORT = re.compile(
    r"(ERROR|WARNING|SUMMARY): (Address|Leak|Thread|UndefinedBehavior|Memory)Sanitizer|runtime error: |Assertion .* failed"
)
LAST_LINE = re.compile(r"^(\w+(?:\.\w+)*)(?::|$)")
PLACE = re.compile(r'^  File ".*mutant\.py", line (\d+)$')


def flip_bytes(data, dice):
    """Change a few bytes to anything."""
    data = bytearray(data)
    for _ in range(dice.choice([1, 1, 2, 4])):
        data[dice.randrange(len(data))] = dice.randrange(256)
    return bytes(data)


def flip_letters(data, dice):
    """Change a few bytes to printable ones, which get past the tokenizer more often."""
    data = bytearray(data)
    for _ in range(dice.choice([1, 2, 3])):
        data[dice.randrange(len(data))] = dice.choice(b"()[]{}:;,.=+-*/%<>@!\"'\\#\n\t 019azAZ_")
    return bytes(data)


def change_lines(data, dice):
    """Drop, double, swap or indent lines."""
    lines = data.splitlines(keepends=True)
    for _ in range(dice.choice([1, 1, 2, 5])):
        here, there = dice.randrange(len(lines)), dice.randrange(len(lines))
        match dice.randrange(4):
            case 0:
                del lines[here]
            case 1:
                lines.insert(here, lines[here])
            case 2:
                lines[here], lines[there] = lines[there], lines[here]
            case 3:
                lines[here] = dice.choice([b" ", b"    ", b"\t"]) + lines[here]
        if not lines:
            return b"\n"
    return b"".join(lines)


def change_tokens(data, dice):
    """Replace a word or a number by another one of the same program: the mutant mostly compiles."""
    tokens = list(re.finditer(rb"\w+", data))
    pieces, end = [], 0
    for index in sorted(dice.sample(range(len(tokens)), min(len(tokens), dice.choice([1, 2, 4])))):
        pieces += [data[end : tokens[index].start()], dice.choice(tokens)[0]]
        end = tokens[index].end()
    return b"".join([*pieces, data[end:]])


def cut_short(data, dice):
    """Drop the end."""
    return data[: dice.randrange(len(data))]


# By these a program may end itself: a mutant of one that sets an alarm may have lost its handler.
ASKED_FOR = {signal.SIGALRM, signal.SIGVTALRM, signal.SIGPROF, signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGUSR1,
             signal.SIGUSR2, signal.SIGPIPE}  # fmt: skip
MUTATIONS = [flip_bytes, flip_letters, change_lines, change_lines, cut_short] + [change_tokens] * 6


def programs():
    """Return (name, bytes) of every program that is mutated."""
    found = []
    for folder in SOURCES:
        for name in sorted(os.listdir(folder)):
            if name.endswith(".py") and name not in LEFT_OUT:
                with open(os.path.join(folder, name), "rb") as file:
                    found.append((name, file.read()))
    return found


def syntax_error(lines):
    """Return (exception, line) from the text that an uncaught syntax error leaves; the line may be None."""
    last = LAST_LINE.match(lines[-1])
    numbers = [int(place[1]) for place in map(PLACE.match, lines) if place]
    return last[1] if last else lines[-1], numbers[-1] if numbers else None


def refusal(outcome):
    """Return (exception, line) when a run ended in a syntax error of the mutant itself, else None."""
    lines = outcome.err.rstrip().splitlines()
    if outcome.status != 1 or not lines:
        return None
    if "Traceback (most recent call last):" in lines:
        return None
    found = syntax_error(lines)
    return found if found[0] in SYNTAX_ERRORS else None


def expected_refusal(path):
    """What CPython's compiler says of the mutant: (exception, line), or None when it compiles."""
    code = "import sys; compile(open(sys.argv[1], 'rb').read(), sys.argv[1], 'exec')"
    outcome = oracle.run([oracle.CPYTHON, "-W", "ignore", "-c", code, path], 60)
    if outcome.status == 0:
        return None
    return syntax_error(outcome.err.rstrip().splitlines())


def run_mutant(number, options):
    """Make mutant `number`, run it, and return (number, name, verdict, detail)."""
    dice = random.Random(f"{options.seed}/{number}")
    name, data = dice.choice(options.programs)
    for _ in range(dice.choice([1, 1, 1, 2])):
        data = dice.choice(MUTATIONS)(data, dice) or b"\n"
    folder = tempfile.mkdtemp(prefix="mutant-")
    try:
        path = os.path.join(folder, "mutant.py")
        with open(path, "wb") as file:
            file.write(data)
        shutil.copy(os.path.join(SOURCES[1], "support.py"), folder)
        verdict, detail = judge(path, folder, options)
        if verdict not in ("normal", "error", "refused", "time") and options.keep:
            os.makedirs(options.keep, exist_ok=True)
            shutil.copy(path, os.path.join(options.keep, f"{number:05d}-{verdict}-{name}"))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return number, name, verdict, detail


def is_utf8(path):
    with open(path, "rb") as file:
        try:
            file.read().decode()
        except UnicodeDecodeError:
            return False
    return True


def is_sanitized(path):
    """A sanitizer reserves terabytes of address space for its shadow: such a program cannot live with a limit."""
    with open(path, "rb") as file:
        data = file.read()
    return b"__asan_init" in data or b"__tsan_init" in data


def limit():
    """Runs in the child before the interpreter: little memory, small files, no core."""
    if not SANITIZED:
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_LIMIT, MEMORY_LIMIT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 24, 1 << 24))


def judge(path, folder, options):
    """Run a mutant under Atoll; return (verdict, detail)."""
    outcome = oracle.run([options.atoll, path, "2", "40"], TIME_LIMIT, cwd=folder, preexec_fn=limit)
    tail = outcome.err.strip()[-600:]
    if REPORT.search(outcome.err) or outcome.status == oracle.SANITIZER_STATUS:
        return "report", tail
    if outcome.status is None:
        return "time", ""
    if outcome.status < 0 and -outcome.status not in ASKED_FOR:
        return "signal", f"signal {-outcome.status}: {tail}"
    if options.no_syntax:
        return ("normal" if outcome.status == 0 else "error"), ""
    actual = refusal(outcome)
    if not is_utf8(path):
        # Whether bad bytes or bad grammar is noticed first depends on how the file is read: any refusal will do.
        return ("refused" if actual else "differs"), f"not UTF-8, got {actual}: {tail}"
    expected = expected_refusal(path)
    if expected is not None and expected[0] not in SYNTAX_ERRORS:
        # A null byte, for which there is no syntax error: any refusal will do.
        return ("refused" if outcome.status else "differs"), f"expected {expected}, status {outcome.status}: {tail}"
    if expected != actual:
        return "differs", f"expected {expected}, got {actual}: {tail}"
    if expected is not None:
        return "refused", ""
    return ("normal" if outcome.status == 0 else "error"), ""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    oracle.add_interpreter_options(parser)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0, help="number of the first mutant")
    parser.add_argument("--seed", default="atoll")
    parser.add_argument("-j", "--jobs", type=int, default=2)
    parser.add_argument("--keep", help="folder for mutants that fail the test")
    parser.add_argument("--no-syntax", action="store_true", help="do not compare syntax errors")
    options = parser.parse_args()
    options.atoll = oracle.find_interpreter(parser, options)
    global SANITIZED
    SANITIZED = is_sanitized(options.atoll)
    options.programs = programs()
    counts = collections.Counter()
    bad = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        numbers = range(options.first, options.first + options.count)
        for number, name, verdict, detail in pool.map(lambda n: run_mutant(n, options), numbers):
            counts[verdict] += 1
            if verdict in ("signal", "report", "differs"):
                bad += 1
                print(f"mutant {number} of {name}: {verdict}: {detail}", flush=True)
    print(", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items())))
    print(f"{options.count - bad} of {options.count} mutants end as they should")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

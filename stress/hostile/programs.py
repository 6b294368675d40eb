#!/usr/bin/python3.11
"""Programs by chance (grammar.py) under Atoll and CPython: output, exceptions and exit status have to be the same.

    programs.py [--atoll PATH | --preset NAME] [--count N] [--first N] [--seed S] [-j JOBS] [--keep DIR] [--reduce]

Program number N of seed S is always the same text. Programs run in batches of BATCH: one process of each interpreter runs
the prelude (programs_prelude.py) and forks for every few of them (programs_worker.py). What differs is run alone, and what
then differs no more (a program before it, that differs, changed a class of the prelude) is counted. What reaches the limit of time
under either is left out and counted. Differences that are explained (EXPLAINED) are counted, too. --reduce makes what
differs as short as it can.
"""

import argparse
import ast
import collections
import concurrent.futures
import os
import re
import resource
import sys
import tempfile
import warnings

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "tests"))
import grammar  # noqa: E402 (beside this file)
import mutate  # noqa: E402 (beside this file)
import oracle  # noqa: E402 (its folder had to be put on the path first)

WORKER = os.path.join(HERE, "programs_worker.py")
BATCH = 500
MEMORY = 900 << 20  # address space of a process
LATE = "[out of time]"
RECURSION = "maximum recursion depth exceeded"
WORDS = re.compile(r"[^\[\], ]+")

ARITY = r"[\w.]+(?:\(\))? (?:expected|takes) (?:exactly |at most |at least )?(?:\d|one|no)? ?(?:positional )?arguments?(?:, got| \()(?P<given> ?\d)(?: given\))?"

# Lines that may differ, and why: (reason, what CPython's line has, what both lines have to be the same without).
EXPLAINED = [
    ("CPython has an iterator of its own for ASCII text", r"str_ascii_iterator", r"str_(ascii_)?iterator"),
    ("a running generator expression shows no '.0': its iterator has moved to the stack", r"\{'\.0': <\w+ ", r"'\.0': <\w+ [^{}]*?>(, (?=')|(?=\}))"),
    ("CPython words wrong numbers of arguments in five ways, by the age of a function", ARITY, ARITY),
    ("functions of CPython that are not told their names", r"function missing|for this function", r"(function|[\w.]+\(\)) (?=missing)|for (this function|\w+\(\))"),
    ("CPython gives back the instance of a subclass of str where nothing was to be done", r"<MyStr>|'MyStr' object", r"<MyStr>|'my'|'(MyStr|str)' object"),
    ("CPython forgets to look at KeyErrors that have a context where keywords are merged", r"KeyError\('\w+'\) __context__",
     r"KeyError\('\w+'\)|TypeError\(.[^()]*\(\) got multiple values for keyword argument '\w+'.\)"),
]  # fmt: skip


def limited():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def normal(text):
    """Output without what differs between any two runs."""
    text = re.sub("0x[0-9a-f]{6,}| at 0x[0-9a-f]+(?=>)", "0x...", text)
    return re.sub(r"\.\.\.x[0-9a-f]+>", "...>", text)  # what reprlib leaves of an address


def outputs(interpreter, files, limit_memory):
    """What each of the programs printed, or None for those that their process's parent did not live to end; its errors."""
    options = {"preexec_fn": limited} if limit_memory else {}
    done = oracle.run([interpreter, "-W", "ignore", WORKER, *files], 60 + 10 * len(files), **options)
    parts = normal(done.out).split("[program]\n")[1:]
    whole = parts[:-1][: len(files)]
    return whole + [None] * (len(files) - len(whole)), done.err


def explained(mine, his):
    """Why two outputs differ, if each line that does is explained; None if one is not."""
    if RECURSION in mine or RECURSION in his:
        return "CPython's limit of recursion counts calls of functions in C"
    mine_lines, his_lines = mine.split("\n"), his.split("\n")
    if len(mine_lines) != len(his_lines):
        return None
    found = None
    for mine_line, his_line in zip(mine_lines, his_lines):
        if mine_line == his_line:
            continue
        found = None
        for reason, sign, without in EXPLAINED:
            if re.search(sign, his_line) and re.sub(without, "", mine_line) == re.sub(without, "", his_line):
                found = reason
        if not found and "__context__" in his_line and mine_line.startswith(his_line[:-1] + ", ("):
            found = "CPython forgets where a delegate raised whose generator is in a handler"
        if not found and re.search("<|class |Error", his_line) and sorted(WORDS.findall(mine_line)) == sorted(WORDS.findall(his_line)):
            found = "sets are in the order of hashes that are addresses"
        if not found:
            return None
    return found


def compare(job):
    """Run a batch under both; return the failures (number, what ours did, what theirs did) and what else is counted."""
    interpreter, folder, seed, numbers, limit_memory = job
    files = []
    for number in numbers:
        files.append(os.path.join(folder, f"{seed}-{number}.py"))
        with open(files[-1], "w", encoding="utf-8", errors="surrogatepass") as file:
            file.write(grammar.program(seed, number))
    failures, counts = [], collections.Counter()
    ours, our_errors = outputs(interpreter, files, limit_memory)
    theirs, _ = outputs(oracle.CPYTHON, files, limit_memory)
    if mutate.REPORT.search(our_errors):
        failures.append((numbers[0], our_errors[:6000], ""))
    for number, mine, his, file in zip(numbers, ours, theirs, files):
        os.unlink(file)
        if mine == his is not None and LATE not in his:
            continue
        if LATE in (his or LATE) or LATE in (mine or ""):
            counts["left out for time"] += 1
        elif mine is None and len(numbers) == 1:
            failures.append((number, our_errors[-1000:] or "ends early", his))
        elif mine is not None and (reason := explained(mine, his)):
            counts[f"explained: {reason}"] += 1
        elif len(numbers) == 1:
            failures.append((number, mine, his))
        else:
            alone, more = compare((interpreter, folder, seed, [number], limit_memory))
            failures += alone
            counts += more or {"alone the same, after a program that differs": not alone}
    return failures, counts


def first_difference(mine, his):
    for mine_line, his_line in zip(mine.split("\n"), his.split("\n")):
        if mine_line != his_line:
            return f"    Atoll:   {mine_line[:400]}\n    CPython: {his_line[:400]}"
    return "    one goes on where the other ends"


def differs(interpreter, folder, text, limit_memory):
    """(Atoll's output, CPython's) if they differ for a program, else None."""
    file = os.path.join(folder, "reduced.py")
    with open(file, "w", encoding="utf-8", errors="surrogatepass") as out:
        out.write(text)
    (mine,), _ = outputs(interpreter, [file], limit_memory)
    (his,), _ = outputs(oracle.CPYTHON, [file], limit_memory)
    if his is None or LATE in his or mine == his or mine is not None and (LATE in mine or explained(mine, his)):
        return None
    return mine or "ends early", his


def reduced(interpreter, folder, text, limit_memory):
    """A program without the statements that a difference does not need."""
    tree = ast.parse(text)

    def bodies(node):
        for field in ("body", "orelse", "finalbody", "handlers", "cases"):
            if isinstance(found := getattr(node, field, None), list):
                yield node, field, found
                for child in found:
                    yield from bodies(child)

    smaller = True
    while smaller:
        smaller = False
        for node, field, found in list(bodies(tree)):
            for k in reversed(range(len(found))):
                kept = found[:]
                # a try statement is replaced by what it tries
                for new in ([], found[k].body if isinstance(found[k], ast.Try) else None):
                    if new is None or (field == "body" and not kept[:k] + new + kept[k + 1 :] and not isinstance(node, ast.Module)):
                        continue
                    found[k : k + 1] = new
                    try:
                        if differs(interpreter, folder, ast.unparse(tree) + "\n", limit_memory):
                            smaller = True
                            break
                    except Exception:  # what is no tree any more
                        pass
                    found[:] = kept
    return ast.unparse(tree) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--keep", metavar="DIR", help="leave programs that differ there")
    parser.add_argument("--reduce", action="store_true", help="show each program that differs, made shorter")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count())
    oracle.add_interpreter_options(parser)
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # of programs that grammar.py tries to compile
    interpreter = oracle.find_interpreter(parser, options)
    limit_memory = "asan" not in interpreter and "tsan" not in interpreter  # which reserve terabytes
    if not limit_memory:
        os.environ["ASAN_OPTIONS"] = f"allocator_may_return_null=1:max_allocation_size_mb={MEMORY >> 21}:detect_leaks=0:" + os.environ.get("ASAN_OPTIONS", "")
    numbers = range(options.first, options.first + options.count)
    batches = [numbers[i : i + BATCH] for i in range(0, len(numbers), BATCH)]
    failed, counts = 0, collections.Counter()
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        jobs = [(interpreter, folder, options.seed, list(batch), limit_memory) for batch in batches]
        for done, (failures, more) in enumerate(pool.map(compare, jobs), 1):
            counts += more
            failed += len(failures)
            for number, mine, his in failures:
                print(f"program {number} of seed {options.seed} differs:\n{first_difference(mine, his)}", flush=True)
                text = grammar.program(options.seed, number)
                if options.reduce and differs(interpreter, folder, text, limit_memory):
                    text = reduced(interpreter, folder, text, limit_memory)
                    print("    " + text.replace("\n", "\n    "), flush=True)
                if options.keep:
                    os.makedirs(options.keep, exist_ok=True)
                    with open(os.path.join(options.keep, f"{options.seed}-{number}.py"), "w", encoding="utf-8", errors="surrogatepass") as file:
                        file.write(text)
            if sys.stderr.isatty():
                print(f"\r{min(done * BATCH, len(numbers))}/{len(numbers)}", end="", file=sys.stderr, flush=True)
    for reason, count in counts.most_common():
        print(f"{count} {reason}")
    print(f"{len(numbers)} programs: {failed} differ, {counts.total()} explained or left out")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

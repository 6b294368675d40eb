#!/usr/bin/python3.11
"""Runs the language cases under Atoll and under CPython 3.11 and compares what they say.

    run.py [--atoll PATH | --preset NAME] [-j N] [--chaos SEEDS] [--list] [FILTER...]

A case is a file of this folder. Standard output, standard error and the exit status have to be the same;
addresses in object representations do not count. Differences are printed as unified diffs, CPython's side
first. With --chaos Atoll runs each case once for each seed. A FILTER is the name of a case's file, or a part of it.
"""

import argparse
import concurrent.futures
import difflib
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import oracle  # noqa: E402 (its folder had to be put on the path first)

NOT_CASES = {"run.py", "support.py", "audit_support.py"}
ADDRESS = re.compile(r"\bat 0x[0-9a-f]+\b")
MAX_DIFF_LINES = 60


def run_case(interpreter, name, timeout, arguments=()):
    """Run one case; return what it said, without addresses, which differ from run to run."""
    return ADDRESS.sub("at 0x...", oracle.run([interpreter, *arguments, name], timeout, cwd=HERE).text())


def compare(case, options):
    """Return (case, diff lines of the first run that differs); no lines when all agree."""
    expected = run_case(oracle.CPYTHON, case, 60)
    for seed, arguments in oracle.chaos_arguments(options):
        actual = run_case(options.atoll, case, options.timeout, arguments)
        if actual != expected:
            name = f"{case} atoll" if seed is None else f"{case} atoll -X chaos={seed}"
            lines = expected.splitlines(), actual.splitlines()
            return case, list(difflib.unified_diff(*lines, f"{case} cpython", name, lineterm="", n=1))
    return case, []


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    oracle.add_interpreter_options(parser)
    oracle.add_chaos_option(parser)
    parser.add_argument("-j", "--jobs", type=int, default=2)
    parser.add_argument("--timeout", type=float, default=60.0, help="seconds for a case")
    parser.add_argument("--list", action="store_true", help="print the names of the cases")
    parser.add_argument("--brief", action="store_true", help="print no diffs, only which cases differ")
    parser.add_argument("filters", nargs="*")
    options = parser.parse_args()
    cases = sorted(name for name in os.listdir(HERE) if name.endswith(".py") and name not in NOT_CASES)
    if options.filters:
        exact = set(options.filters).intersection(cases)
        parts = set(options.filters) - exact
        cases = [case for case in cases if case in exact or any(part in case for part in parts)]
    if options.list:
        print("\n".join(cases))
        return 0
    options.atoll = oracle.find_interpreter(parser, options)
    if not cases:
        parser.error("no case matches")
    failed = []
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for case, diff in pool.map(lambda case: compare(case, options), cases):
            if diff:
                failed.append(case)
                shown = 0 if options.brief else MAX_DIFF_LINES
                print("\n".join(diff[:shown]) if shown else f"{case}: {len(diff)} lines of difference")
                if shown and len(diff) > shown:
                    print(f"... {len(diff) - shown} more lines")
    if failed:
        print("failed:", " ".join(failed))
    print(f"{len(cases) - len(failed)} of {len(cases)} language cases agree")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

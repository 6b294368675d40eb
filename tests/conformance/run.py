#!/usr/bin/python3.11
"""Run CPython's own test modules under Atoll and keep the ledger of what passes.

    run.py                      every module of core.txt
    run.py test_list test_dict  these
    run.py --all                every module of the installed suite
    run.py --check ...          fail where the ledger has a better number
    run.py --update ...         write what was seen into the ledger
    run.py --beside ...         CPython, too: show what only Atoll fails

Each module is one process, `atoll -m unittest -v test.NAME`, in an empty folder of its own. The ledger has a line for
each module: tests that ran, passed, were skipped, failed, and how the process ended where it did not end by itself.
A test of several failing subtests has failed once. exceptions.txt names the tests that may fail, with the reason;
left_out.txt, classes of tests that are not run.
"""

import argparse
import ast
import concurrent.futures
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import oracle  # noqa: E402 (its folder had to be put on the path first)

SUITE = "/usr/lib/python3.11/test"
STAND_INS = os.path.join(HERE, "stand_ins")  # for modules in which CPython tests its inside; `-m` finds them first
LEDGER = os.path.join(HERE, "ledger.txt")
HEAD = "# module ran passed skipped failed [how the process ended]; written by `tests/conformance/run.py --update`\n"

# "test_x (test.test_y.Case.test_x) ... ok"; a doc string puts the outcome on the next line, output of the test anywhere.
TEST = re.compile(r"^(?:FAIL|ERROR|UNEXPECTED SUCCESS): (.*)$", re.M)
RAN = re.compile(r"^Ran (\d+) tests? in ", re.M)
END = re.compile(r"^(?:OK|FAILED)(?: \((.*)\))?\s*$", re.M)


class Result:
    """What one module's run came to. `ended` is empty when the process ended by itself."""

    def __init__(self, ran=0, passed=0, skipped=0, failed=0, ended=""):
        self.ran, self.passed, self.skipped, self.failed, self.ended = ran, passed, skipped, failed, ended
        self.failures = []  # ids of tests
        self.output = ""
        self.seconds = 0.0

    def row(self, module):
        return f"{module} {self.ran} {self.passed} {self.skipped} {self.failed} {self.ended}".rstrip()


def core_modules():
    with open(os.path.join(HERE, "core.txt")) as file:
        return file.read().split()


def all_modules():
    """The modules of the suite; of a package of tests, its modules, each for itself."""
    found = []
    for name in sorted(os.listdir(SUITE)):
        path = os.path.join(SUITE, name)
        if not name.startswith("test_"):
            continue
        if name.endswith(".py"):
            found.append(name[:-3])
        elif os.path.exists(os.path.join(path, "__init__.py")):
            inner = [n[:-3] for n in sorted(os.listdir(path)) if re.match(r"test_?.*\.py$", n)]
            found.extend(f"{name}.{n}" for n in inner) if inner else found.append(name)
    return found


def read_exceptions():
    """The tests that may fail: {id: reason}."""
    found = {}
    try:
        with open(os.path.join(HERE, "exceptions.txt")) as file:
            for line in file:
                line = line.strip()
                if line and not line.startswith("#"):
                    name, _, reason = line.partition(" ")
                    found[name] = reason.strip()
    except FileNotFoundError:
        pass
    return found


def chosen_tests(module):
    """Options for unittest: none, or the module's classes without those of left_out.txt."""
    with open(os.path.join(HERE, "left_out.txt")) as file:
        left_out = {tuple(line.split(None, 2)[:2]) for line in file if not line.startswith("#")}
    if not any(name == module for name, _ in left_out):
        return []
    with open(os.path.join(SUITE, *module.split(".")) + ".py", encoding="utf-8") as file:
        classes = [node.name for node in ast.parse(file.read()).body if isinstance(node, ast.ClassDef)]
    kept = [name for name in classes if (module, name) not in left_out]
    return [word for name in kept for word in ("-k", f"test.{module}.{name}.*")]


def read_ledger():
    ledger = {}
    try:
        with open(LEDGER) as file:
            for line in file:
                parts = line.split(None, 5)
                if parts and not line.startswith("#"):
                    ledger[parts[0]] = Result(*map(int, parts[1:5]), *(p.strip() for p in parts[5:]))
    except FileNotFoundError:
        pass
    return ledger


def write_ledger(ledger):
    """Core modules first, in the list's order, then the others by name."""
    core = core_modules()
    order = [m for m in core if m in ledger] + sorted(set(ledger) - set(core))
    with open(LEDGER + ".new", "w") as file:
        file.write(HEAD)
        file.writelines(ledger[module].row(module) + "\n" for module in order)
    os.replace(LEDGER + ".new", LEDGER)


def test_id(text):
    """From a headline of unittest, "test_x (test.test_y.Case.test_x) [subtest] (i=1)", the test's full name."""
    inner = re.search(r"\(((?:\w+\.)+\w+)\)", text)
    return inner.group(1) if inner else text.split()[0]


def environment():
    """As for other tests, but with hashes by chance, as users have them, and folders that nobody else has."""
    env = oracle.environment()
    del env["PYTHONHASHSEED"]
    return env


def run_module(interpreter, module, timeout):
    """One process; children that it leaves behind are ended with it."""
    folder = tempfile.mkdtemp(prefix="conformance-")
    if interpreter != oracle.CPYTHON:
        shutil.copytree(STAND_INS, folder, dirs_exist_ok=True)
    began = time.monotonic()
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(
            [interpreter, "-m", "unittest", "-v", *chosen_tests(module), f"test.{module}"],
            cwd=folder,
            env={**environment(), "TMPDIR": folder},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # which shells ignore in the background
        )
        try:
            status = process.wait(timeout)
        except subprocess.TimeoutExpired:
            status = None
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
        out.seek(0)
        text = out.read().decode("utf-8", "replace")
    subprocess.run(["chmod", "-R", "u+rwx", folder], stderr=subprocess.DEVNULL)
    shutil.rmtree(folder, ignore_errors=True)
    result = judge(status, text)
    result.seconds = time.monotonic() - began
    return result


def judge(status, text):
    result = Result()
    result.output = text
    ran, end = RAN.search(text), None
    for end in END.finditer(text):
        pass
    if status is None:
        result.ended = "out of time"
    elif status < 0:
        result.ended = signal.Signals(-status).name
    elif status == oracle.SANITIZER_STATUS:
        result.ended = "sanitizer"
    elif ran is None or end is None:
        result.ended = f"status {status}"
    if ran is None or end is None:
        return result
    counts = dict(re.findall(r"([a-z]+(?: [a-z]+)*)=(\d+)", end.group(1) or ""))
    result.failures = sorted(set(map(test_id, TEST.findall(text))))
    result.ran = int(ran.group(1))
    result.skipped = min(int(counts.get("skipped", 0)), result.ran)
    result.failed = len(result.failures)
    result.passed = max(result.ran - result.skipped - result.failed, 0)
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("modules", nargs="*", help="test_NAME of the suite (default: those of core.txt)")
    parser.add_argument("--all", action="store_true", help="every module of the suite")
    parser.add_argument("--check", action="store_true", help="fail where the ledger has a better number")
    parser.add_argument("--update", action="store_true", help="write the numbers into the ledger")
    parser.add_argument("--beside", action="store_true", help="run CPython, too, and show what only Atoll fails")
    parser.add_argument("--output", metavar="FOLDER", help="keep each module's output there")
    parser.add_argument("--timeout", type=float, default=600, help="seconds for a module (600)")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count())
    oracle.add_interpreter_options(parser)
    options = parser.parse_args()
    interpreter = oracle.find_interpreter(parser, options)
    if not os.path.isdir(SUITE):
        parser.error(f"{SUITE} is missing (Debian's libpython3.11-testsuite)")
    modules = [m.removeprefix("test.") for m in options.modules] or (all_modules() if options.all else core_modules())
    if options.output:
        os.makedirs(options.output, exist_ok=True)

    ledger, excepted = read_ledger(), read_exceptions()
    seen, worse, green = {}, [], 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        def both(module):
            ours = run_module(interpreter, module, options.timeout)
            return ours, run_module(oracle.CPYTHON, module, options.timeout) if options.beside else None

        futures = {pool.submit(both, module): module for module in modules}
        for number, future in enumerate(concurrent.futures.as_completed(futures), 1):
            module = futures[future]
            ours, theirs = future.result()
            seen[module] = ours
            unexplained = [f for f in ours.failures if f not in excepted]
            is_green = not ours.ended and not unexplained
            green += is_green
            line = f"[{number}/{len(modules)}] {ours.row(module)} ({ours.seconds:.1f} s)"
            if theirs:
                line += f"  CPython: {theirs.ran} {theirs.passed} {theirs.skipped} {theirs.failed} {theirs.ended}"
            print(line, flush=True)
            ignored = set(theirs.failures) if theirs else set()
            for name in unexplained:
                if name not in ignored:
                    print(f"    {name}")
            before = ledger.get(module)
            if options.check and (before is None or ours.passed < before.passed or (ours.ended and not before.ended)):
                worse.append(module)
                had = before.row(module) if before else "no line"
                print(f"    the ledger has: {had}\n{ours.output[-6000:]}")
            if options.output:
                with open(os.path.join(options.output, module + ".txt"), "w") as file:
                    file.write(ours.output)
    total = [sum(getattr(r, field) for r in seen.values()) for field in ("ran", "passed", "skipped", "failed")]
    print("modules {}, green {}; tests: ran {}, passed {}, skipped {}, failed {}".format(len(seen), green, *total))
    if options.update:
        write_ledger({**ledger, **seen})
    if options.check and not options.modules and not options.all:
        worse += [m for m in core_modules() if m not in ledger and m not in worse]
    if worse:
        print("worse than the ledger:", " ".join(worse))
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())

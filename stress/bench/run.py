#!/usr/bin/python3.11
"""Measures Atoll beside CPython 3.11 (and PyPy, where it is installed) and holds it to its targets.

    run.py [--atoll PATH] [--runs N] [--only NAME,...] [SECTION...]

Sections: speed, throughput, contention, memory, startup, islands, library; all of them by default. Interpreters take
turns, so that whatever else the machine does meets all of them; figures are medians. Each benchmark leaves its figures
in build/bench/NAME.json. Exits with 1 when a program fails or results differ; a missed target is
reported, and fails only with --strict.
"""

import argparse
import ast
import json
import math
import os
import shutil
import statistics
import subprocess
import sys
import time

from contention import measure as contention

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
CPYTHON = "/usr/bin/python3.11"
PROGRAMS = [
    "fib",
    "nbody",
    "spectralnorm",
    "fannkuch",
    "richards",
    "deltablue",
    "float",
    "nqueens",
    "dict_words",
    "binary_trees",
]
SECTIONS = ["speed", "throughput", "contention", "memory", "startup", "islands", "library"]
TIMEOUT = 600


class Failure(Exception):
    """A benchmark program did not do its work."""


class Report:
    """Targets met and missed, failures, and the JSON files."""

    def __init__(self, folder):
        self.folder = folder
        self.missed = []
        self.failed = []
        os.makedirs(folder, exist_ok=True)

    def target(self, text, met):
        print(f"  {'met   ' if met else 'MISSED'} {text}")
        if not met:
            self.missed.append(text)

    def fail(self, text):
        print(f"  FAILED {text}")
        self.failed.append(text)

    def write(self, name, figures):
        with open(os.path.join(self.folder, name + ".json"), "w", encoding="utf-8") as file:
            json.dump(figures, file, indent=2, sort_keys=True)
            file.write("\n")


def heading(text):
    print(f"\n{text}\n{'-' * len(text)}", flush=True)


def median(values):
    return statistics.median(values)


def geometric_mean(values):
    return math.exp(sum(map(math.log, values)) / len(values)) if values else float("nan")


def run(command, **options):
    """Run a program; return its output or raise Failure with the end of what it said."""
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TIMEOUT, cwd=HERE, **options
        )
    except subprocess.TimeoutExpired:
        raise Failure(f"{' '.join(command)}: more than {TIMEOUT} s") from None
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise Failure(f"{' '.join(command)}: exit status {done.returncode}: {last}")
    return done.stdout


def timed(interpreter, program, *arguments):
    """Run a benchmark; return the seconds it measured itself, and its result."""
    output = run([interpreter, os.path.join(HERE, program + ".py"), *map(str, arguments)])
    seconds, _, result = output.partition(" ")
    return float(seconds), result.strip()


def wall(command):
    start = time.perf_counter()
    output = run(command)
    return time.perf_counter() - start, output


def measure_speed(options, report):
    heading(f"Speed of one thread, medians of {options.runs} (seconds; ratio = CPython / Atoll, more is better)")
    names = {"cpython": CPYTHON, "atoll": options.atoll}
    if options.pypy:
        names["pypy"] = options.pypy
    print(f"{'':16}{'cpython':>10}{'atoll':>10}{'ratio':>8}" + (f"{'pypy':>10}{'ratio':>8}" if options.pypy else ""))
    ratios = {}
    for program in options.programs:
        times = {name: [] for name in names}
        results = {}
        try:
            for _ in range(options.runs):
                for name, interpreter in names.items():
                    seconds, results[name] = timed(interpreter, program)
                    times[name].append(seconds)
            if len(set(results.values())) != 1:
                raise Failure(f"{program}: results differ: {results}")
        except Failure as failure:
            report.fail(str(failure))
            continue
        medians = {name: median(values) for name, values in times.items()}
        ratio = ratios[program] = medians["cpython"] / medians["atoll"]
        line = f"{program:16}{medians['cpython']:10.3f}{medians['atoll']:10.3f}{ratio:8.2f}"
        if options.pypy:
            line += f"{medians['pypy']:10.3f}{medians['cpython'] / medians['pypy']:8.2f}"
        print(line, flush=True)
        report.write(program, {"seconds": times, "median": medians, "ratio": ratio, "result": results["atoll"]})
    if ratios:
        mean = geometric_mean(list(ratios.values()))
        worst = min(ratios, key=ratios.get)
        report.write("speed", {"ratios": ratios, "geometric_mean": mean})
        report.target(f"geometric mean {mean:.2f}, at least 1.60", mean >= 1.6)
        report.target(f"slowest is {worst} with {ratios[worst]:.2f}, at least 1.00", ratios[worst] >= 1.0)


def timed_pair(interpreter, program):
    """Seconds of the slower of two processes that run a benchmark at the same time."""
    command = [interpreter, os.path.join(HERE, program + ".py")]
    pair = [subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    outputs = [process.communicate(timeout=TIMEOUT)[0] for process in pair]
    if any(process.returncode for process in pair):
        raise Failure(f"{' '.join(command)}: fails when two run at once")
    return max(float(output.partition(" ")[0]) for output in outputs)


def measure_throughput(options, report):
    runs = max(3, options.runs)
    heading(f"Throughput of two threads that each do the full work, medians of {runs} (2 * t1 / t2)")
    print("Two processes beside each other (2 * t1 / p2) tell what the machine gives; share = p2 / t2.")
    print(f"{'':16}{'t1':>10}{'t2':>10}{'p2':>10}{'threads':>10}{'processes':>10}{'share':>8}")
    figures, limits = {}, {}
    for program in options.programs:
        one, two, pair = [], [], []
        size = program_size(program)
        try:
            for _ in range(runs):
                one.append(timed(options.atoll, program)[0])
                two.append(timed(options.atoll, program, size, 2)[0])
                pair.append(timed_pair(options.atoll, program))
        except Failure as failure:
            report.fail(str(failure))
            continue
        t1, t2, p2 = median(one), median(two), median(pair)
        figures[program], limits[program] = 2 * t1 / t2, 2 * t1 / p2
        print(
            f"{program:16}{t1:10.3f}{t2:10.3f}{p2:10.3f}{figures[program]:10.2f}{limits[program]:10.2f}{p2 / t2:8.2f}",
            flush=True,
        )
    if figures:
        mean, limit = geometric_mean(list(figures.values())), geometric_mean(list(limits.values()))
        worst = min(figures, key=figures.get)
        report.write("throughput", {"figures": figures, "geometric_mean": mean, "processes": limits})
        print(f"  two processes reach {limit:.2f} in the mean, two threads {mean / limit:.2f} of that")
        report.target(f"geometric mean {mean:.2f}, at least 1.80", mean >= 1.8)
        report.target(f"least is {worst} with {figures[worst]:.2f}, at least 1.80", figures[worst] >= 1.8)


def measure_contention(options, report):
    heading("Contention: patterns of sharing (build/bench/contention.svg shows them)")
    contention.measure(report, CPYTHON, options.atoll, options.patterns and options.patterns.split(","))


def program_size(program):
    """The default size that a benchmark program names in its last line: main(function, SIZE)."""
    with open(os.path.join(HERE, program + ".py"), encoding="utf-8") as file:
        last = file.read().rstrip().rpartition(",")[2]
    return int(last.rstrip(")"))


def resident(interpreter, count):
    """Resident bytes of memory.py while it holds `count` instances."""
    with subprocess.Popen(
        [interpreter, os.path.join(HERE, "memory.py"), str(count)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as child:
        try:
            if not child.stdout.readline().startswith(b"ready"):
                raise Failure(f"{interpreter} memory.py: {child.stderr.read().decode()[-200:]}")
            with open(f"/proc/{child.pid}/status", encoding="ascii") as file:
                for line in file:
                    if line.startswith("VmRSS:"):
                        return int(line.split()[1]) * 1024
            raise Failure("no VmRSS")
        finally:
            child.kill()


def measure_memory(options, report):
    heading("Memory: a million instances with two integer attributes in a list (bytes each, in all)")
    count = 1000000
    figures = {}
    for name, interpreter in {"cpython": CPYTHON, "atoll": options.atoll}.items():
        try:
            figures[name] = median([(resident(interpreter, count) - resident(interpreter, 0)) / count for _ in range(3)])
        except Failure as failure:
            report.fail(str(failure))
            return
        print(f"{name:16}{figures[name]:10.1f}")
    report.write("memory", figures)
    report.target(f"{figures['atoll']:.1f} bytes each, at most 64", figures["atoll"] <= 64)


IMPORT = "import time; t = time.perf_counter(); import threading; print(time.perf_counter() - t)"


def measure_startup(options, report):
    runs = 21
    heading(f"Start-up, medians of {runs} (milliseconds)")
    cases = {
        "pass": (["-S", "-c", "pass"], ["-c", "pass"], False),
        "import threading": (["-S", "-c", IMPORT], ["-c", IMPORT], True),
        "whole, importing": (["-S", "-c", "import threading"], ["-c", "import threading"], False),
    }
    figures = {}
    for name, (theirs, ours, inside) in cases.items():
        times = {"cpython": [], "atoll": []}
        try:
            for _ in range(runs):
                for key, command in (("cpython", [CPYTHON, *theirs]), ("atoll", [options.atoll, *ours])):
                    seconds, output = wall(command)
                    times[key].append(float(output) if inside else seconds)
        except Failure as failure:
            report.fail(str(failure))
            continue
        figures[name] = {key: median(values) * 1000 for key, values in times.items()}
        figures[name]["ratio"] = figures[name]["atoll"] / figures[name]["cpython"]
        print(f"{name:18}{figures[name]['cpython']:10.2f}{figures[name]['atoll']:10.2f}{figures[name]['ratio']:8.2f}")
    report.write("startup", figures)
    if "pass" in figures:
        ratio = figures["pass"]["ratio"]
        report.target(f"-c pass takes {ratio:.2f} of CPython's time, less than 0.50", ratio < 0.5)
    if "import threading" in figures:
        ratio = figures["import threading"]["ratio"]
        report.target(f"import threading takes {ratio:.2f} of CPython's time, at most 1.00", ratio <= 1)


def peak(interpreter, kind, millions):
    """Run islands_memory.py; return peak resident bytes, seconds, and the collector's statistics.

    The peak is what the program reads of itself before it takes its heap down, or what the system says when it has
    ended, whichever is larger.
    """
    out_read, out_write = os.pipe()
    child = subprocess.Popen(
        [interpreter, os.path.join(HERE, "islands_memory.py"), kind, str(millions)],
        stdin=subprocess.DEVNULL,
        stdout=out_write,
    )
    os.close(out_write)
    with os.fdopen(out_read, encoding="utf-8") as file:
        output = file.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise Failure(f"{interpreter} islands_memory.py {kind}: exit status {child.returncode}")
    first, _, stats = output.partition("\n")
    seconds, resident = first.split()[:2]
    return max(usage.ru_maxrss, int(resident)) * 1024, float(seconds), ast.literal_eval(stats.strip())


def mutator_stops(stats):
    """The number of times a mutator waited for the collector, or None when that is not counted."""
    found = [entry["mutator_stops"] for entry in stats if "mutator_stops" in entry]
    return sum(found) if found else None


def measure_islands(options, report):
    heading(f"Islands: {options.millions:g} million two-object cycles on two threads beside a million live objects")
    print("  peak of resident memory: median, and lowest to highest of the runs; CPython is run once")
    print(f"{'':24}{'peak MiB':>10}{'from':>10}{'to':>10}{'seconds':>10}")
    begun = time.perf_counter()
    found = {"cpython plain": [], "cpython cycles": [], "atoll plain": [], "atoll cycles": []}
    try:
        for run in range(options.runs):
            for name, runs in found.items():
                who, kind = name.split()
                if who == "atoll" or run == 0:
                    runs.append(peak(options.atoll if who == "atoll" else CPYTHON, kind, options.millions))
    except Failure as failure:
        report.fail(str(failure))
        return
    figures = {}
    for name, runs in found.items():
        peaks = [memory for memory, _, _ in runs]
        seconds = statistics.median(taken for _, taken, _ in runs)
        figures[name] = {"peak": statistics.median(peaks), "peaks": peaks, "seconds": seconds, "stats": runs[-1][2]}
        row = "".join(f"{size / 2**20:10.1f}" for size in (statistics.median(peaks), min(peaks), max(peaks)))
        print(f"{name:24}{row}{seconds:10.2f}", flush=True)
    ours, plain = figures["atoll cycles"], figures["atoll plain"]
    ratio = ours["peak"] / plain["peak"]
    stops = [mutator_stops(stats) for _, _, stats in found["atoll cycles"]]
    stops = None if None in stops else sum(stops)
    print("  the collector says:", ours["stats"])
    print(f"  highest with cycles / lowest without: {max(ours['peaks']) / min(plain['peaks']):.2f}")
    print(f"  this section took {time.perf_counter() - begun:.0f} seconds")
    report.write("islands", {**figures, "ratio": ratio})
    report.target(f"peak memory is {ratio:.2f} times that without cycles, less than 1.50", ratio < 1.5)
    cycles = sum(sum(entry.get("collections", 0) for entry in stats) for _, _, stats in found["atoll cycles"])
    report.target(f"waits of mutators for the collector: {stops} in {cycles} cycles, at most one in each", stops is not None and stops <= cycles)


# What people feel is at CPython's speed; _decimal stands on another library than CPython's and is held to half of it.
FELT = ("json", "pickle", "csv", "datetime", "xml", "asyncio", "struct", "random", "array")
FELT_RATIO, DECIMAL_RATIO = 1.0, 2.0


def measure_library(options, report):
    heading(f"The library's C modules, medians of {options.runs} (microseconds of one call; ratio = Atoll / CPython, less is better)")
    times, results = {}, {}
    try:
        for _ in range(options.runs):
            for name, interpreter in (("cpython", CPYTHON), ("atoll", options.atoll)):
                for line in run([interpreter, os.path.join(HERE, "library.py")]).splitlines():
                    case, seconds, result = line.split()
                    times.setdefault(case, {}).setdefault(name, []).append(float(seconds))
                    results.setdefault(case, set()).add(result)
    except Failure as failure:
        report.fail(str(failure))
        return
    figures, modules = {}, {}
    for case, taken in times.items():
        if len(results[case]) != 1:
            report.fail(f"{case}: results differ")
        theirs, ours = median(taken["cpython"]), median(taken["atoll"])
        figures[case] = {"cpython": theirs, "atoll": ours, "ratio": ours / theirs}
        modules.setdefault(case.partition("_")[0], []).append(ours / theirs)
        print(f"{case:26}{theirs * 1e6:12.1f}{ours * 1e6:12.1f}{ours / theirs:8.2f}")
    means = {module: geometric_mean(ratios) for module, ratios in modules.items()}
    report.write("library", {"cases": figures, "modules": means})
    for module, mean in means.items():
        limit = FELT_RATIO if module in FELT else DECIMAL_RATIO if module == "decimal" else None
        if limit:
            report.target(f"{module}: {mean:.2f} of CPython's time in the mean, at most {limit:.2f}", mean <= limit)
        else:
            print(f"         {module}: {mean:.2f} of CPython's time in the mean")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--atoll", default=os.path.join(ROOT, "build", "release", "atoll"))
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", help="names of benchmark programs, with commas")
    parser.add_argument("--patterns", help="parts of names of patterns of the contention section, with commas")
    parser.add_argument("--millions", type=float, default=20.0, help="cycles of the islands section, in millions")
    parser.add_argument("--no-pypy", action="store_true")
    parser.add_argument("--strict", action="store_true", help="fail when a target is missed")
    parser.add_argument("--output", default=os.path.join(ROOT, "build", "bench"))
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(SECTIONS))
    options = parser.parse_args()
    options.atoll = shutil.which(options.atoll) or parser.error(f"no such interpreter: {options.atoll}")
    options.atoll = os.path.abspath(options.atoll)
    options.pypy = None if options.no_pypy else shutil.which("pypy3")
    options.programs = options.only.split(",") if options.only else PROGRAMS
    for name in options.programs:
        if name not in PROGRAMS:
            parser.error(f"no such program: {name}")
    for section in options.sections:
        if section not in SECTIONS:
            parser.error(f"no such section: {section}")
    report = Report(options.output)
    measures = {
        "speed": measure_speed,
        "throughput": measure_throughput,
        "contention": measure_contention,
        "memory": measure_memory,
        "startup": measure_startup,
        "islands": measure_islands,
        "library": measure_library,
    }
    for section in options.sections or SECTIONS:
        measures[section](options, report)
    heading("Summary")
    print(f"{len(report.failed)} failures, {len(report.missed)} targets missed; figures are in {os.path.relpath(options.output)}")
    return 1 if report.failed or (options.strict and report.missed) else 0


if __name__ == "__main__":
    sys.exit(main())

"""The section `contention` of run.py: patterns.py under every interpreter that is installed.

A pattern's figure is the throughput of several threads in terms of what two separate processes reach beside each other
at that moment, so that a machine that is busy or has half a processor is not taken for contention. What all threads
write to (WRITE) is held to one thread's throughput, and what waits (WAIT) to nothing.
"""

import html
import json
import os
import shutil
import statistics
import subprocess

from contention.patterns import PATTERNS, READ, WRITE

FOLDER = os.path.dirname(os.path.abspath(__file__))
PEERS = ["python3.13t", "python3.14t", "pypy3"]
THREADS = [1, 2, 4, 8, 16]
SHARE_OF_PROCESSES = 0.9  # two threads that only read, of two processes; sixteen threads, of two
SHARE_OF_ONE = 0.8  # all threads that write to one container, of one thread
TIMEOUT = 300


def interpreters(cpython, atoll):
    """Names and paths: CPython, Atoll, and the peers that are installed or named by ATOLL_PEERS (paths, with colons)."""
    named = [path for path in os.environ.get("ATOLL_PEERS", "").split(":") if path]
    found = [path for path in map(shutil.which, PEERS) if path] + named
    return {"python3.11": cpython, "atoll": atoll, **{os.path.basename(path): path for path in found}}


def figures_of(interpreter, name, seconds):
    """What worker.py says of a pattern: operations a second by kind of run. Raises on failure."""
    threads = ",".join(map(str, THREADS))
    command = [interpreter, os.path.join(FOLDER, "worker.py"), name, str(seconds), threads]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TIMEOUT)
    if done.returncode:
        raise RuntimeError(f"{interpreter} worker.py {name}: {(done.stderr.strip().splitlines() or ['no message'])[-1]}")
    return json.loads(done.stdout)


def ratios_of(figures):
    """The figures that are judged."""
    return {
        "processes": figures["pair"] / figures["one"],
        "private": figures["private 2"] / figures["pair"],
        "shared": figures["shared 2"] / figures["pair"],
        "many": figures["shared 16"] / figures["shared 2"],
        "of one": min(figures[f"shared {count}"] for count in THREADS[1:]) / figures["shared 1"],
    }


def judged(kind, ratios):
    """The figure that counts for a pattern of this kind and its bar, or None."""
    if kind == READ:
        return min(ratios["private"], ratios["shared"], ratios["many"]), SHARE_OF_PROCESSES
    return (ratios["of one"], SHARE_OF_ONE) if kind == WRITE else None


def picture(results, names):
    """An SVG: for each pattern a bar for each interpreter, two threads that share in terms of two processes."""
    colours = ["#8a8a8a", "#1f77b4", "#2ca02c", "#d62728", "#9467bd", "#8c564b"]
    left, width, bar = 220, 480, 7
    row = bar * len(names) + 6
    height = 60 + row * len(results)
    scale = width / 1.2

    def text(x, y, words, size=11, anchor="start"):
        return f'<text x="{x:.0f}" y="{y:.0f}" font-size="{size}" text-anchor="{anchor}">{html.escape(words)}</text>'

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + width + 20}" height="{height}" font-family="sans-serif">',
        '<rect width="100%" height="100%" fill="white"/>',
        text(10, 18, "Throughput of two threads on shared objects, in terms of two processes", 13),
    ]
    for i, name in enumerate(names):
        x = left + i * 110
        parts.append(f'<rect x="{x}" y="28" width="10" height="10" fill="{colours[i % len(colours)]}"/>')
        parts.append(text(x + 14, 37, name))
    for mark in (0.5, 1.0):
        x = left + mark * scale
        parts.append(f'<line x1="{x:.0f}" x2="{x:.0f}" y1="46" y2="{height}" stroke="#cccccc"/>')
        parts.append(text(x, height - 2, f"{mark:g}", 9, "middle"))
    for place, (pattern, by_name) in enumerate(results.items()):
        y = 50 + place * row
        parts.append(text(left - 8, y + row / 2 + 2, pattern.replace("_", " "), 11, "end"))
        for i, name in enumerate(names):
            if name in by_name:
                length = min(by_name[name]["shared"], 1.2) * scale
                parts.append(
                    f'<rect x="{left}" y="{y + i * bar}" width="{length:.1f}" height="{bar - 1}" '
                    f'fill="{colours[i % len(colours)]}"><title>{name}: {by_name[name]["shared"]:.2f}</title></rect>'
                )
    return "\n".join(parts + ["</svg>", ""])


def measure(report, cpython, atoll, only=None, seconds=0.05):
    """Run the patterns (those whose names contain `only`), print a table, leave JSON and SVG."""
    names = interpreters(cpython, atoll)
    print("one: millions a second on one thread. Then: two processes, of one; two threads with objects of their own and")
    print("with shared ones, of two processes; sixteen that share, of two; the least of all that share, of one thread.")
    print(f"{'':28}{'':12}{'one':>9}{'processes':>11}{'private':>9}{'shared':>9}{'sixteen':>9}{'of one':>9}")
    results, raw, shares = {}, {}, []
    for pattern, kind in ((name, pattern.kind) for name, pattern in PATTERNS.items()):
        if only and not any(part in pattern for part in only):
            continue
        results[pattern], raw[pattern] = {}, {}
        for name, path in names.items():
            try:
                figures = figures_of(path, pattern, seconds)
            except (RuntimeError, subprocess.TimeoutExpired, ValueError) as failure:
                report.fail(str(failure))
                continue
            ratios = ratios_of(figures)
            raw[pattern][name], results[pattern][name] = figures, ratios
            line = "".join(f"{ratios[key]:9.2f}" for key in ("private", "shared", "many", "of one"))
            title = pattern if name == "python3.11" else ""
            print(f"{title:28}{name:12}{figures['one'] / 1e6:9.2f}{ratios['processes']:11.2f}{line}", flush=True)
            if name == "atoll" and (verdict := judged(kind, ratios)):
                shares.append((verdict[0], verdict[1], pattern))
    report.write("contention", {"figures": raw, "ratios": results, "threads": THREADS})
    with open(os.path.join(report.folder, "contention.svg"), "w", encoding="utf-8") as file:
        file.write(picture(results, list(names)))
    for name in names:
        shared = [ratios[name]["shared"] for ratios in results.values() if name in ratios]
        if shared:
            print(f"  {name}: two threads that share reach {statistics.geometric_mean(shared):.2f} of two processes in the mean")
    below = [f"{pattern} {share:.2f}" for share, bar, pattern in sorted(shares) if share < bar]
    report.target(
        f"{len(shares) - len(below)} of {len(shares)} patterns reach {SHARE_OF_PROCESSES} of two processes, or"
        f" {SHARE_OF_ONE} of one thread where all write{': ' if below else ''}{', '.join(below)}",
        not below,
    )

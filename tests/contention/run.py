#!/usr/bin/python3.11
"""Does the report of contention name the guilty line of each planted program?

    run.py --atoll PATH [NAME...]

A program of this folder has one line with the comment `# guilty: KIND` or `# guilty: KIND, TYPE`: the costliest row of
that kind, and that type, has to be that line. Pauses by chance (-X chaos) make threads meet on a busy machine, too.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

HERE = os.path.dirname(os.path.abspath(__file__))
GUILTY = re.compile(r"# guilty: ([a-z ]+)(?:, (\S+))?$")
NOT_PROGRAMS = {"run.py", "support.py"}


def guilty_line(path):
    """(line, kind, type or None)"""
    with open(path, encoding="utf-8") as file:
        for number, text in enumerate(file, 1):
            if match := GUILTY.search(text.rstrip()):
                return number, match[1].strip(), match[2]
    raise ValueError(f"{path}: nobody is guilty")


def fault_of(atoll, path):
    """What is wrong with the report of a program, or None."""
    line, kind, type_name = guilty_line(path)
    with tempfile.TemporaryDirectory() as folder:
        files = [os.path.join(folder, name) for name in ("report.json", "report.svg")]
        command = [atoll, "-X", "chaos=1", "-X", "contention", "--json", files[0], "--svg", files[1], path]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL)
        if done.returncode or "contention:" not in done.stderr:
            return f"exit status {done.returncode}: {done.stderr[-2000:]}"
        with open(files[0], encoding="utf-8") as file:
            report = json.load(file)
        xml.etree.ElementTree.parse(files[1])
    rows = [row for row in report["rows"] if row["kind"] == kind and type_name in (None, row["type"])]
    if not rows:
        return f"no row of kind {kind}\n{done.stderr}"
    first = rows[0]
    if (first["file"], first["line"]) != (path, line):
        return f"names {first}\n{done.stderr}"
    return None


MISUSE = """
import _contention, atoll
with atoll.contention(file=False) as watched:
    for wrong in (lambda: atoll.contention().__enter__(), lambda: _contention.start(3)):
        try:
            wrong()
        except (RuntimeError, TypeError) as error:
            print(error)
try:
    _contention.stop()
except RuntimeError as error:
    print(error)
print(type(watched.report.rows))
"""
MISUSED = """contention is watched already
start() argument must be str, not int
contention is not watched
<class 'list'>
"""


def fault_of_misuse(atoll):
    done = subprocess.run([atoll, "-c", MISUSE], capture_output=True, text=True, timeout=120)
    return None if done.stdout == MISUSED and not done.returncode else done.stdout + done.stderr


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--atoll", required=True)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    fault = fault_of_misuse(options.atoll)
    print(f"misuse: {fault or 'refused'}", flush=True)
    failed = fault is not None
    for name in sorted(os.listdir(HERE)):
        if not name.endswith(".py") or name in NOT_PROGRAMS or (options.names and name[:-3] not in options.names):
            continue
        fault = fault_of(options.atoll, os.path.join(HERE, name))
        print(f"{name}: {fault or 'named'}", flush=True)
        failed += fault is not None
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

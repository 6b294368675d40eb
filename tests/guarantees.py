#!/usr/bin/env python3
"""Is each row of the table in threads/README.md shown by a case that exists?

A row ends with the name of a case of tests/language (without "concurrent_") and a label of that case.
"""
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
README = os.path.join(os.path.dirname(HERE), "threads", "README.md")
ROW = re.compile(r"^\| (?P<type>[^|]+) \| (?P<operation>(?:[^|]|\\\|)+) \| (?P<word>[^|]+) \| (?P<case>\w+): `(?P<label>.+)` \|$")
WORDS = {"atomic", "snapshot", "per item", "may see changes", "raises"}


def faults():
    rows = 0
    with open(README, encoding="utf-8") as file:
        text = file.read().partition("## What programs may rely on")[2]
    for line in text.splitlines():
        if not line.startswith("| ") or line.startswith(("| type |", "| ---")):
            continue
        rows += 1
        match = ROW.match(line)
        if not match or match["word"] not in WORDS:
            yield f"not a row: {line}"
            continue
        path = os.path.join(HERE, "language", f"concurrent_{match['case']}.py")
        label = match["label"].replace("\\|", "|")
        if not os.path.exists(path):
            yield f"no such case: {path}"
        else:
            with open(path, encoding="utf-8") as file:
                if f'"{label}' not in file.read():
                    yield f"{path}: nothing is labelled {label!r}"
    if not rows:
        yield f"{README}: there is no table"


def main():
    found = list(faults())
    print("\n".join(found) or "each row is shown")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

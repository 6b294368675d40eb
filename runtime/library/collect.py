"""Watching contention: what threads lose to one another, by the line of Python that loses."""

import json
import linecache
import os
import sys

import _contention

WAITS = ("lock wait", "event wait", "object lock", "grace period")
# What one costs that is no wait, in seconds: the order of magnitude of a cache line that moves between processors.
COSTS = {"count": 1e-7, "switched to cells": 1e-6, "freed elsewhere": 5e-8}


class Row:
    """One line of Python and what it fought for.

    `what` is the expression that did, as its source says; `seconds` and `longest` are of waits, `cost` is what the row
    is ordered by: the waits, and for what is no wait its number times a guess. Who waits for an event is not disturbed.
    """

    def __init__(self, kind, type_name, file, function, line, what):
        self.kind, self.type, self.file, self.function = kind, type_name, file, function
        self.line, self.what = line, what
        self.times, self.seconds, self.longest = 0, 0.0, 0.0

    @property
    def cost(self):
        return 0.0 if self.kind == "event wait" else self.seconds + self.times * COSTS.get(self.kind, 0.0)


class Report:
    """rows, the costliest first; threads: a dict for each that lost something; seconds that were watched."""

    def __init__(self, seconds, records):
        self.seconds = seconds
        self.threads = []
        self.incomplete = any(record[4] for record in records)
        rows = {}
        for ident, places, step, timeline, _ in sorted(records, key=lambda record: record[0]):
            by_kind = dict(zip(_contention.KINDS, timeline))
            self.threads.append({"ident": ident, "step": step / 1e9, "timeline": by_kind})
            for kind, type_name, file, function, line, end_line, column, end_column, times, waited, longest in places:
                what = source_of(file, line, end_line, column, end_column)
                key = (_contention.KINDS[kind], type_name, file, function, line, what)
                row = rows.setdefault(key, Row(*key))
                row.times += times
                row.seconds += waited / 1e9
                row.longest = max(row.longest, longest / 1e9)
        self.rows = sorted(rows.values(), key=lambda row: (row.cost, row.seconds), reverse=True)

    def as_json(self):
        """For json.dump: times in seconds; a timeline has a number for each step of its thread: seconds, or how often."""
        rows = [{**vars(row), "cost": row.cost} for row in self.rows]
        threads = [
            {
                **thread,
                "timeline": {
                    kind: [n / 1e9 if kind in WAITS else n for n in numbers]
                    for kind, numbers in thread["timeline"].items()
                    if numbers
                },
            }
            for thread in self.threads
        ]
        return {"seconds": self.seconds, "incomplete": self.incomplete, "rows": rows, "threads": threads}


def source_of(file, line, end_line, column, end_column):
    """The expression between the columns (bytes of UTF-8), or the line where it is longer or unknown; or ''."""
    if not file or line <= 0:
        return ""
    text = linecache.getline(file, line)
    if line == end_line and 0 <= column < end_column:
        text = text.encode()[column:end_column].decode(errors="replace")
    return text.strip()


def write_report(report, json_file=None, svg_file=None, file=None):
    """The table, to stderr or `file`; and what else is wanted."""
    from atoll import picture, table

    if json_file:
        with open(json_file, "w", encoding="utf-8") as out:
            json.dump(report.as_json(), out, indent=1)
            out.write("\n")
    if svg_file:
        with open(svg_file, "w", encoding="utf-8") as out:
            out.write(picture.draw(report))
    print(table.draw(report), file=file or sys.stderr, flush=True)


class contention:
    """with atoll.contention(json=None, svg=None, file=None) as watched: ...

    Reports at the end of the block where threads disturbed one another in it: a table to `file` (stderr by default;
    False: none), JSON and a picture to the files that are named. watched.report is the Report. One at a time.
    """

    def __init__(self, json=None, svg=None, file=None):
        self.json, self.svg, self.file = json, svg, file
        self.report = None

    def __enter__(self):
        _contention.start(os.path.dirname(os.__file__))
        return self

    def __exit__(self, *exception):
        self.report = Report(*_contention.stop())
        if self.file is not False:
            write_report(self.report, self.json, self.svg, self.file)


def watch_program():
    """-X contention: watch from now on, and report when the program ends."""
    import atexit

    watched = contention(sys._xoptions.get("contention-json"), sys._xoptions.get("contention-svg"))
    atexit.register(watched.__exit__)
    watched.__enter__()

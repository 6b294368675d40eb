"""The report of contention as text."""

import os

MOST = 25  # rows; JSON has all
LEAST = 0.001  # of all that was lost: what costs less is not shown, unless there is hardly anything
FEW = 5


def duration(seconds):
    if seconds == 0:
        return ""
    for factor, unit in ((1, "s"), (1e3, "ms"), (1e6, "us")):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e9:.0f} ns"


def place(row):
    if not row.file:
        return "(no Python ran)"
    folder = os.getcwd() + os.sep
    name = row.file[len(folder) :] if row.file.startswith(folder) else row.file
    return f"{name}:{row.line}"


def draw(report):
    """The costliest rows, in columns."""
    lines = [f"contention: {report.seconds:.3f} s watched, {len(report.threads)} threads lost something"]
    if report.incomplete:
        lines.append("(not all of it: there was no memory to note more)")
    if not report.rows:
        return lines[0]
    cells = [("times", "waited", "longest", "kind", "type", "line", "expression")]
    lost = sum(row.cost for row in report.rows)
    shown = [row for i, row in enumerate(report.rows[:MOST]) if i < FEW or row.cost >= LEAST * lost]
    for row in shown:
        waits = duration(row.seconds), duration(row.longest)
        cells.append((str(row.times), *waits, row.kind, row.type or "", place(row), row.what))
    widths = [max(len(row[i]) for row in cells) for i in range(6)]
    for row in cells:
        numbers = "  ".join(cell.rjust(width) for cell, width in zip(row[:3], widths))
        names = "  ".join(cell.ljust(width) for cell, width in zip(row[3:6], widths[3:]))
        lines.append(f"{numbers}  {names}  {row[6]}".rstrip())
    if len(report.rows) > len(shown):
        lines.append(f"and {len(report.rows) - len(shown)} more that cost little")
    return "\n".join(lines)

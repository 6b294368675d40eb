"""The report of contention as SVG: a band for each thread over time, coloured by what it waited for.

The height of a colour is the part of the step that was spent so; of what is no wait, its number times a guess of its
cost (collect.COSTS).
"""

from html import escape

from atoll.collect import COSTS, WAITS

COLOURS = {
    "lock wait": "#d62728",
    "event wait": "#cccccc",
    "object lock": "#ff7f0e",
    "count": "#1f77b4",
    "switched to cells": "#17becf",
    "grace period": "#9467bd",
    "freed elsewhere": "#2ca02c",
}
LEFT, WIDTH, BAND, GAP, TOP, ROWS = 130, 820, 40, 10, 56, 12


def text(x, y, words, size=11, anchor="start"):
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}">{escape(words)}</text>'


def box(x, y, width, height, colour, title=""):
    inside = f"<title>{escape(title)}</title>" if title else ""
    return f'<rect x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{height:.2f}" fill="{colour}">{inside}</rect>'


def share(kind, number, step):
    """The part of a step that a kind took."""
    seconds = number / 1e9 if kind in WAITS else number * COSTS[kind]
    return min(1.0, seconds / step)


def band(thread, number, y, scale):
    parts = [text(LEFT - 8, y + BAND / 2 + 4, f"thread {number}", 11, "end"), box(LEFT, y, WIDTH, BAND, "#f6f6f6")]
    step = thread["step"]
    for i in range(max(map(len, thread["timeline"].values()), default=0)):
        bottom = y + BAND
        for kind, numbers in thread["timeline"].items():
            part = share(kind, numbers[i], step) if i < len(numbers) else 0
            height = min(part * BAND, bottom - y)
            if height > 0.05:
                bottom -= height
                title = f"{kind}: {part:.0%} of {step * 1e3:g} ms"
                parts.append(box(LEFT + i * step * scale, bottom, max(step * scale, 0.3), height, COLOURS[kind], title))
    return parts


def draw(report):
    """The whole picture, as text."""
    scale = WIDTH / max(report.seconds, 1e-9)
    rows = report.rows[:ROWS]
    below = TOP + len(report.threads) * (BAND + GAP) + 30
    height = below + 18 * (len(rows) + 1)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 20}" height="{height}" font-family="sans-serif">',
        box(0, 0, LEFT + WIDTH + 20, height, "white"),
        text(10, 20, f"Contention in {report.seconds:.3f} s: what threads waited for", 14),
    ]
    for i, (kind, colour) in enumerate(COLOURS.items()):
        parts += [box(LEFT + i * 120, 32, 10, 10, colour), text(LEFT + i * 120 + 14, 41, kind)]
    for i, thread in enumerate(report.threads):
        parts += band(thread, i + 1, TOP + i * (BAND + GAP), scale)
    for i in range(6):
        x = LEFT + WIDTH * i / 5
        parts.append(text(x, below - 14, f"{report.seconds * i / 5:.3g} s", 10, "middle"))
    for i, row in enumerate(rows):
        where = f"{row.file}:{row.line}" if row.file else "(no Python ran)"
        words = f"{row.times} x {row.kind} {row.type or ''}  {where}  {row.what}"
        y = below + 18 * (i + 1)
        parts += [box(10, y - 9, 10, 10, COLOURS[row.kind]), text(26, y, words)]
    return "\n".join(parts + ["</svg>", ""])

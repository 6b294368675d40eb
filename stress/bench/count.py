#!/usr/bin/python3.11
"""Counts the instructions that single operations take, with callgrind: figures that no noise of a machine reaches.

    count.py [--atoll PATH] [--beside] [--check FILE] [--turns N] [OPERATION...]

An operation is run in loops of two lengths, ten times in each turn; the difference of the two totals, less that of an
empty loop, is what one costs. --beside counts CPython's as well. OPERATION is a part of a name.
--check compares with FILE, lines of "limit operation": exits with 1 when an operation takes more than its limit.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
CPYTHON = "/usr/bin/python3.11"
UNROLLED = 10

SETUP = """
import math
class Point:
    kind = 'point'
    def __init__(self, x, y, z):
        self.x = x; self.y = y; self.z = z
    def get(self):
        return self.x
    @property
    def first(self):
        return self.x
class Slotted:
    __slots__ = ('x', 'y')
class Grown:
    pass
def grow(o):
    for name in 'abcdefghijkl':
        setattr(o, name, 1)
    return o
def f0(): pass
def f1(a): pass
def f2(a, b): pass
def f3(a, b, c): pass
def fd(a, b=2): pass
def numbers():
    while True:
        yield 1
"""

# What is done, by name; locals that it uses: p a Point, s a Slotted, l a list, d a dict, t a tuple, g a generator,
# i and j ints, x and y floats, text a str.
OPERATIONS = {
    "tuple of 2": "r = (i, j)",
    "list of 2": "r = [i, j]",
    "dict of 2": "r = {'a': i, 'b': j}",
    "instance of 3": "r = Point(i, j, x)",
    "boxed int": "r = big + i",
    "str made": "r = text + 'x'",
    "call of 0": "f0()",
    "call of 1": "f1(p)",
    "call of 2": "f2(p, l)",
    "call of 3": "f3(p, l, d)",
    "call with default": "fd(p)",
    "call with keyword": "fd(p, b=l)",
    "method": "p.get()",
    "bound method": "bound()",
    "closure": "closure()",
    "len": "r = len(l)",
    "isinstance": "r = isinstance(p, Point)",
    "ord": "r = ord('a')",
    "abs": "r = abs(i)",
    "min of 2": "r = min(i, j)",
    "math.sqrt": "r = math.sqrt(x)",
    "int of str": "r = int('7')",
    "str of int": "r = str(i)",
    "range loop": "for r in range(1): pass",
    "list.append and pop": "l.append(p); l.pop()",
    "dict.get": "r = d.get('a')",
    "dict.items loop": "for k, r in d.items(): pass",
    "str.startswith": "r = text.startswith('te')",
    "sorted with key": "r = sorted(t, key=len_of)",
    "load attribute": "r = p.x",
    "store attribute": "p.x = i",
    "load slot": "r = s.x",
    "store slot": "s.x = i",
    "load class attribute": "r = p.kind",
    "load overflow": "r = o.l",
    "store overflow": "o.l = i",
    "property": "r = p.first",
    "module attribute": "r = math.pi",
    "two shapes": "r = p.x; r = q.x",
    "global": "r = SETUP_DONE",
    "list item": "r = l[1]",
    "list item stored": "l[1] = i",
    "tuple item": "r = t[1]",
    "dict item": "r = d['a']",
    "dict item stored": "d['a'] = i",
    "next of generator": "r = next(g)",
    "generator in for": "for r in h: break",
    "int add": "r = i + j",
    "float multiply": "r = x * y",
    "compare and jump": "if i < j: r = i",
    "unpack": "k, r = t2",
    "exception": "try: raise error\nexcept ValueError: pass",
    "comprehension": "r = [k for k in t]",
    "f-string": "r = f'{i} {text}'",
}


def program(operation, turns):
    body = "\n".join(["pass" if operation is None else OPERATIONS[operation]] * UNROLLED)
    body = "\n".join("        " + line for line in body.splitlines())
    return f"""{SETUP}
SETUP_DONE = True
def run():
    p, q, s, o = Point(1, 2, 3), Slotted(), Slotted(), grow(Grown())
    q = Grown(); q.y = 1; q.x = 2
    s.x = s.y = 1
    l, d, t, t2 = [1, p, 3], {{'a': 1, 'b': p}}, (1, p, 'x'), (1, 2)
    g, h = numbers(), numbers()
    i, j, x, y, big = 3, 4, 1.5, 2.5, 1 << 70
    text, bound, error = 'text' + str(i), p.get, ValueError()
    len_of = lambda v: 1
    captured = 1
    def closure(): return captured
    r = k = None
    for turn in range({turns}):
{body}
run()
"""


def instructions(interpreter, source):
    with tempfile.NamedTemporaryFile("w", suffix=".py") as file:
        file.write(source)
        file.flush()
        environment = dict(os.environ, PYTHONHASHSEED="0")
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", interpreter, "-S", "-E", file.name],
            capture_output=True, text=True, env=environment)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or not found:
        raise SystemExit(f"count.py: the program failed:\n{done.stderr}\n{source}")
    return int(found.group(1))


def cost(interpreter, operation, turns, empty):
    short, long = (instructions(interpreter, program(operation, n)) for n in (turns, 2 * turns))
    return (long - short) / (turns * UNROLLED) - empty


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--atoll", default=os.path.join(ROOT, "build/release/atoll"))
    options.add_argument("--beside", action="store_true")
    options.add_argument("--check", metavar="FILE")
    options.add_argument("--turns", type=int, default=4000, help="of the shorter loop")
    options.add_argument("operations", nargs="*")
    options = options.parse_args()
    limits = {}
    if options.check:
        with open(options.check, encoding="utf-8") as file:
            limits = {name.strip(): int(limit) for limit, name in (line.split(None, 1) for line in file if line[0] != "#")}
    interpreters = [options.atoll] + [CPYTHON] * options.beside
    empty = [cost(interpreter, None, options.turns, 0) for interpreter in interpreters]
    exceeded = False
    for name in OPERATIONS:
        if limits and name not in limits:
            continue
        if options.operations and not any(part in name for part in options.operations):
            continue
        costs = [round(cost(interpreter, name, options.turns, less)) for interpreter, less in zip(interpreters, empty)]
        bad = bool(limits) and costs[0] > limits[name]
        exceeded |= bad
        print(f"{name:24}" + "".join(f"{count:8}" for count in costs) +
              (f"   limit {limits[name]}" + " EXCEEDED" * bad if limits else ""), flush=True)
    return 1 if exceeded else 0


if __name__ == "__main__":
    sys.exit(main())

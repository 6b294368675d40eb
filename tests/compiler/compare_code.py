"""The code generator beside CPython's: the same positions, the same errors.

    compare_code.py CODE_DUMP positions FILE...    instructions that can raise, by function and position
    compare_code.py CODE_DUMP errors               syntax errors of the later stages: message and place

The bytecodes differ, but each instruction that can raise has a counterpart in CPython's, at the same position: that is
what tracebacks underline.
"""
import collections
import dis
import os
import re
import subprocess
import sys
import tempfile
import warnings

GROUPS = {
    "call": "CALL CALL_KW",
    "call general": "CALL_FUNCTION_EX",
    "attribute": "LOAD_ATTR LOAD_METHOD LOAD_FAST_ATTR LOAD_FAST_METHOD",
    "store attribute": "STORE_ATTR STORE_FAST_ATTR",
    "delete attribute": "DELETE_ATTR",
    "subscript": "BINARY_SUBSCR BINARY_SLICE",
    "store subscript": "STORE_SUBSCR STORE_SLICE",
    "delete subscript": "DELETE_SUBSCR",
    "compare": "COMPARE_OP COMPARE_OP_JUMP_IF_FALSE",
    "contains": "CONTAINS_OP",
    "global": "LOAD_GLOBAL LOAD_GLOBAL_PUSH_NULL",
    "name": "LOAD_NAME",
    "store name": "STORE_NAME",
    "cell": "LOAD_DEREF",
    "class cell": "LOAD_CLASSDEREF",
    "iterate": "GET_ITER",
    "next": "FOR_ITER",
    "with": "BEFORE_WITH BEFORE_ASYNC_WITH",
    "raise": "RAISE_VARARGS LOAD_ASSERTION_ERROR",
    "import": "IMPORT_NAME IMPORT_FROM",
    "unary": "UNARY_NOT UNARY_NEGATIVE UNARY_INVERT UNARY_POSITIVE",
    "handler": "CHECK_EXC_MATCH",
    "function": "MAKE_FUNCTION LOAD_BUILD_CLASS",
    "yield": "YIELD_VALUE SEND GET_AWAITABLE",
    "async": "GET_AITER GET_ANEXT END_ASYNC_FOR",
    "match": "MATCH_CLASS MATCH_KEYS",
    "binary": "BINARY_OP BINARY_ADD BINARY_SUBTRACT BINARY_MULTIPLY BINARY_TRUE_DIVIDE BINARY_FLOOR_DIVIDE "
    "BINARY_REMAINDER BINARY_AND BINARY_OR BINARY_XOR BINARY_LSHIFT BINARY_RSHIFT",
}
GROUP_OF = {name: group for group, names in GROUPS.items() for name in names.split()}


def expected(code, functions):
    places = set()
    for instruction in dis.get_instructions(code):
        group, at = GROUP_OF.get(instruction.opname), instruction.positions
        if group and at.lineno is not None:
            places.add((group, at.lineno, at.col_offset, at.end_lineno, at.end_col_offset))
        elif instruction.opname in ("FORMAT_VALUE", "BUILD_STRING"):
            # CPython turns some "..." % (...) into f-strings; a % there stands for either.
            places.add(("formatted", at.lineno, at.col_offset, at.end_lineno, at.end_col_offset))
    functions[code.co_qualname, code.co_firstlineno].append(places)
    for constant in code.co_consts:
        if hasattr(constant, "co_code"):
            expected(constant, functions)


def found(text, functions):
    places = None
    for line in text.splitlines():
        if match := re.match(r"== \('(.*)'\) line (\d+), ", line):
            places = set()
            functions[match[1], int(match[2])].append(places)
        elif match := re.match(r"\s*(-?\d+):(-?\d+)\s*-\s*(-?\d+):(-?\d+)\s+\d+ (\w+)", line):
            # A comprehension is called without a function being made: one instruction for both.
            groups = ["call", "function"] if match[5] == "CALL_COMPREHENSION" else [GROUP_OF.get(match[5])]
            start, column, end, end_column = map(int, match.groups()[:4])
            for group in filter(None, groups if start >= 0 else ()):
                places.add((group, start, column if column >= 0 else None, end, end_column if end_column >= 0 else None))


def compare_positions(dump, files):
    functions = differences = 0
    for path in files:
        with open(path, "rb") as file:
            source = file.read()
        try:
            code = compile(source, path, "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            continue
        want, got = collections.defaultdict(list), collections.defaultdict(list)
        expected(code, want)
        result = subprocess.run([dump, path], capture_output=True, text=True, errors="replace")
        found(result.stdout, got)
        for key in want:
            functions += 1
            if len(want[key]) != len(got.get(key, ())):
                print(f"{path}: {key}: {len(want[key])} code objects, here {len(got.get(key, ()))}")
                differences += 1
                continue
            for a, b in zip(want[key], got[key]):
                formatted = {place[1:] for place in a if place[0] == "formatted"}
                a = {place for place in a if place[0] != "formatted"}
                b = {place for place in b if place[0] != "binary" or place in a or place[1:] not in formatted}
                for place in a ^ b:
                    if place[0] == "binary" and place in b:
                        continue  # such a %, whose string has a place of its own
                    print(f"{path}: {key[0]}: {place} {'is missing' if place in a else 'is not in CPython'}")
                    differences += 1
    print(functions, "functions,", differences, "differences")
    return differences


ERRORS = r"""
return 1
---
def f():
    yield 1
    return 2
class A:
    return 3
---
class A:
    yield 1
---
x = [(yield 1) for i in y]
---
def f():
    x = {(yield 1): 2 for i in y}
---
def f():
    x = ((yield 1) for i in y)
---
break
---
continue
---
for x in y:
    def f():
        break
---
while 1:
    pass
else:
    continue
---
def f(a, a): pass
---
def f(a, *, b, c, b): pass
---
lambda a, a: 1
---
def f(*a, a): pass
---
def f(x):
    global x
---
def f():
    x = 1
    global x
---
def f():
    print(x)
    global x
---
def f():
    x: int
    global x
---
def f():
    global x
    x: int = 1
---
def f():
    nonlocal x
---
nonlocal x
---
def f():
    x = 1
    def g():
        print(x)
        nonlocal x
---
def f(x):
    def g(x):
        nonlocal x
---
def f():
    x = 1
    def g():
        global x
        nonlocal x
---
class A:
    nonlocal x
---
def f():
    class C:
        x = 1
        def g():
            nonlocal x
---
def f():
    from x import *
---
await x
---
def f():
    await x
---
def f():
    lambda: await x
---
def f():
    async for x in y: pass
---
async for x in y: pass
---
def f():
    async with x: pass
---
def f():
    return [x async for x in y]
---
[x async for x in y]
---
async def f():
    def g():
        [x async for x in y]
---
async def f():
    x = [[y async for y in z] for w in v]
---
async def f():
    yield 1
    return 2
---
async def f():
    yield from x
---
try: pass
except: pass
except ValueError: pass
---
*a = 1
---
*a
---
x = *a
---
a, *b, *c = d
---
__debug__ = 1
---
def f(__debug__): pass
---
del __debug__
---
x.__debug__ = 1
---
f(__debug__=1)
---
import a as __debug__
---
for __debug__ in x: pass
---
def __debug__(): pass
---
with a as __debug__: pass
---
f(a=1, b=2, a=3)
---
class A(m=1, m=2): pass
---
from __future__ import nope
---
x = 1
from __future__ import annotations
---
x = 1;from __future__ import annotations
---
from __future__ import braces
---
def f():
    from __future__ import annotations
---
[x := 1 for x in y]
---
[(x := 1) for x in y]
---
[y for x in (y := z)]
---
class A:
    [(y := 1) for x in z]
---
[i for i in range(5) if (j := 0) for j in range(5)]
---
[[(i := 1) for j in range(3)] for i in range(5)]
---
[i for i in [j for j in (k := 1)]]
---
from __future__ import annotations
def f(x: (yield)): pass
---
from __future__ import annotations
x: (y := 1) = 3
---
match x:
    case _: pass
    case 1: pass
---
match x:
    case y: pass
    case 1: pass
---
match x:
    case 1 | _: pass
    case 3: pass
---
match x:
    case a | 1: pass
---
match x:
    case (a, 1) | (b, 1): pass
---
match x:
    case [a, a]: pass
---
match x:
    case [*a, *b]: pass
---
match x:
    case A(a=1, a=2): pass
---
match x:
    case {1: a, 1: b}: pass
---
match x:
    case (a as a): pass
---
while 1:
    try: pass
    except* ValueError:
        break
---
def f():
    try: pass
    except* ValueError:
        return
---
if 0:
    return
---
with a: break
---
for x in y:
    pass
break
---
def f(*, a, **a): pass
---
def f(a):
    nonlocal a
---
global x
x = 1
"""


def nested(line, levels):
    return "".join("    " * i + line + "\n" for i in range(levels)) + "    " * levels + "pass\n"


def compare_errors(dump):
    cases = [case.lstrip("\n") for case in ERRORS.split("---\n")] + [nested("while x:", 21), nested("with x:", 21)]
    warnings.simplefilter("ignore")
    differences = 0
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, f"{i}.py") for i in range(len(cases))]
        for path, case in zip(paths, cases):
            with open(path, "w") as file:
                file.write(case)
        output = subprocess.run([dump, "-q", *paths], capture_output=True, text=True).stdout
        got = dict(re.findall(r"^(\S+\.py): does not compile: (.*)$", output, re.M))
        for path, case in zip(paths, cases):
            try:
                compile(case, path, "exec", dont_inherit=True)
                want = None
            except SyntaxError as error:
                want = repr([error.msg, error.lineno, error.offset, None, error.end_lineno, error.end_offset])
            if got.get(path) != want:
                print(f"{case}want {want}\ngot  {got.get(path)}")
                differences += 1
    print(len(cases), "errors,", differences, "differences")
    return differences


if __name__ == "__main__":
    if sys.argv[2] == "errors":
        sys.exit(compare_errors(sys.argv[1]) != 0)
    sys.exit(compare_positions(sys.argv[1], sys.argv[3:]) != 0)

#!/usr/bin/env python3
"""Holds the maps of basic blocks (runtime/compiler/code/block_map.h) against what is found here in another way.

    compare_blocks.py CODE_DUMP FILE...

From the listing of each code object this program walks instruction by instruction, not by blocks: which instructions are
reached and what lies on the stack there by following every way from the beginning until nothing changes; which slots are
live by going back from each instruction that reads one until something writes it.
"""
import re
import subprocess
import sys

INSTRUCTION = re.compile(r"^\s*-?\d+:-?\d+\s*-\s*-?\d+:-?\d+\s+(\d+) ([A-Z_]+) +(\d+)")
RANGE = re.compile(r"^  units (\d+) to (\d+): handler (\d+), depth (\d+)(, lasti)?$")
BLOCK = re.compile(r"^  block (\d+) to (\d+):( loop)?( handles)?( resumes)?(?: handler (\d+))?; stack(.*); live(.*)$")

# What an instruction takes and pushes; letters: v a value, n an empty word, ? either, e an exception, x the handled one
# before, p a position. What it leaves in its place it takes and pushes again.
SIMPLE = {
    "NOP": (0, ""), "RESUME": (0, ""), "POP_TOP": (1, ""), "PUSH_NULL": (0, "n"), "LOAD_CONST": (0, "v"),
    "LOAD_SMALL_INT": (0, "v"), "LOAD_FAST": (0, "v"), "LOAD_FAST_BORROW": (0, "v"), "LOAD_FAST_BORROW_PAIR": (0, "vv"),
    "LOAD_FAST_SMALL_INT": (0, "vv"), "STORE_FAST": (1, ""), "STORE_FAST_LOAD_FAST": (1, "v"),
    "STORE_FAST_STORE_FAST": (2, ""), "DELETE_FAST": (0, ""), "MAKE_CELL": (0, ""), "COPY_FREE_VARS": (0, ""),
    "LOAD_CLOSURE": (0, "v"), "LOAD_DEREF": (0, "v"), "LOAD_CLASSDEREF": (0, "v"), "STORE_DEREF": (1, ""),
    "DELETE_DEREF": (0, ""), "LOAD_NAME": (0, "v"), "STORE_NAME": (1, ""), "DELETE_NAME": (0, ""), "LOAD_GLOBAL": (0, "v"),
    "LOAD_GLOBAL_PUSH_NULL": (0, "vn"), "STORE_GLOBAL": (1, ""), "DELETE_GLOBAL": (0, ""), "LOAD_ATTR": (1, "v"),
    "LOAD_METHOD": (1, "v?"), "STORE_ATTR": (2, ""), "LOAD_FAST_ATTR": (0, "v"), "LOAD_FAST_METHOD": (0, "v?"),
    "STORE_FAST_ATTR": (1, ""), "DELETE_ATTR": (1, ""), "BINARY_SUBSCR": (2, "v"), "STORE_SUBSCR": (3, ""),
    "DELETE_SUBSCR": (2, ""), "BINARY_SLICE": (3, "v"), "STORE_SLICE": (4, ""), "COMPARE_OP": (2, "v"), "IS_OP": (2, "v"),
    "CONTAINS_OP": (2, "v"), "LIST_APPEND": (1, ""), "SET_ADD": (1, ""), "MAP_ADD": (2, ""), "LIST_EXTEND": (1, ""),
    "SET_UPDATE": (1, ""), "DICT_UPDATE": (1, ""), "DICT_MERGE": (1, ""), "LIST_TO_TUPLE": (1, "v"),
    "JUMP_FORWARD": (0, ""), "JUMP_BACKWARD": (0, ""), "JUMP_BACKWARD_NO_INTERRUPT": (0, ""),
    "COMPARE_OP_JUMP_IF_FALSE": (2, ""), "POP_JUMP_IF_FALSE": (1, ""), "POP_JUMP_IF_TRUE": (1, ""),
    "POP_JUMP_IF_NONE": (1, ""), "POP_JUMP_IF_NOT_NONE": (1, ""), "GET_ITER": (1, "v"), "RETURN_VALUE": (1, ""),
    "RETURN_CONST": (0, ""), "LOAD_BUILD_CLASS": (0, "v"), "IMPORT_NAME": (2, "v"), "IMPORT_FROM": (1, "vv"),
    "IMPORT_STAR": (1, ""), "PUSH_EXC_INFO": (1, "xe"), "POP_EXCEPT": (1, ""), "CHECK_EXC_MATCH": (2, "ev"),
    "CHECK_EG_MATCH": (2, "vv"), "PREP_RERAISE_STAR": (2, "v"), "BEFORE_WITH": (1, "vv"), "LOAD_ASSERTION_ERROR": (0, "v"),
    "RETURN_GENERATOR": (0, "v"), "YIELD_VALUE": (1, "v"), "GET_YIELD_FROM_ITER": (1, "v"), "GET_AWAITABLE": (1, "v"),
    "ASYNC_GEN_WRAP": (1, "v"), "BEFORE_ASYNC_WITH": (1, "vv"), "GET_AITER": (1, "v"), "GET_ANEXT": (1, "vv"),
    "END_ASYNC_FOR": (2, ""), "MATCH_MAPPING": (1, "vv"), "MATCH_SEQUENCE": (1, "vv"), "MATCH_KEYS": (2, "vvv"),
    "MATCH_CLASS": (3, "v"), "GET_LEN": (1, "vv"), "SETUP_ANNOTATIONS": (0, ""), "PRINT_EXPR": (1, ""), "RERAISE": (1, ""),
    "WITH_EXCEPT_START": (0, "v"),
}
COUNTED = {  # the number of operands, by the argument
    "BUILD_TUPLE": lambda n: n, "BUILD_LIST": lambda n: n, "BUILD_SET": lambda n: n, "BUILD_STRING": lambda n: n,
    "BUILD_SLICE": lambda n: n, "BUILD_MAP": lambda n: 2 * n, "BUILD_CONST_KEY_MAP": lambda n: n + 1,
    "FORMAT_VALUE": lambda n: 1 + (n >> 2 & 1), "CALL": lambda n: n + 2, "CALL_KW": lambda n: n + 3,
    "CALL_COMPREHENSION": lambda n: n + 2, "CALL_FUNCTION_EX": lambda n: 3 + (n & 1),
    "MAKE_FUNCTION": lambda n: 1 + bin(n & 15).count("1"),
}
ENDS = {"JUMP_FORWARD", "JUMP_BACKWARD", "JUMP_BACKWARD_NO_INTERRUPT", "RETURN_VALUE", "RETURN_CONST", "RAISE_VARARGS",
        "RERAISE"}
JUMPS = {"JUMP_FORWARD", "JUMP_BACKWARD", "JUMP_BACKWARD_NO_INTERRUPT", "COMPARE_OP_JUMP_IF_FALSE", "POP_JUMP_IF_FALSE",
         "POP_JUMP_IF_TRUE", "POP_JUMP_IF_NONE", "POP_JUMP_IF_NOT_NONE", "JUMP_IF_FALSE_OR_POP", "JUMP_IF_TRUE_OR_POP",
         "FOR_ITER", "SEND"}
SILENT = {"NOP", "POP_TOP", "PUSH_NULL", "COPY", "SWAP", "LOAD_CONST", "LOAD_SMALL_INT", "STORE_FAST",
          "STORE_FAST_STORE_FAST", "LOAD_CLOSURE", "STORE_DEREF", "IS_OP", "JUMP_FORWARD", "JUMP_BACKWARD_NO_INTERRUPT",
          "POP_JUMP_IF_NONE", "POP_JUMP_IF_NOT_NONE", "RETURN_VALUE", "RETURN_CONST", "PUSH_EXC_INFO", "POP_EXCEPT",
          "LOAD_ASSERTION_ERROR", "MATCH_MAPPING", "MATCH_SEQUENCE"}
PROLOGUE = {"MAKE_CELL", "COPY_FREE_VARS", "RETURN_GENERATOR"}
LETTERS = {"nothing": "n", "perhaps": "?", "exception": "e", "previous": "x", "position": "p"}


class Code:
    def __init__(self, name):
        self.name, self.instructions, self.ranges, self.blocks = name, [], [], []


def listings(text):
    codes = []
    for line in text.splitlines():
        if line.startswith("== ("):
            codes.append(Code(line))
        elif match := INSTRUCTION.match(line):
            codes[-1].instructions.append((int(match[1]), match[2], int(match[3])))
        elif match := RANGE.match(line):
            codes[-1].ranges.append((int(match[1]), int(match[2]), int(match[3]), int(match[4]), bool(match[5])))
        elif match := BLOCK.match(line):
            codes[-1].blocks.append(match)
    return codes


def join(a, b):
    assert len(a) == len(b), (a, b)
    return "".join(x if x == y else "?" if x in "n?" or y in "n?" else "v" for x, y in zip(a, b))


def effect(stack, name, argument):
    """The stack after the instruction, and after its jump."""
    if name in SIMPLE:
        pops, pushes = SIMPLE[name]
    elif name in COUNTED:
        pops, pushes = COUNTED[name](argument), "v"
    elif name == "COPY":
        return stack + stack[-argument], None
    elif name == "SWAP":
        items = list(stack)
        items[-1], items[-argument] = items[-argument], items[-1]
        return "".join(items), None
    elif name == "UNPACK_SEQUENCE":
        pops, pushes = 1, "v" * argument
    elif name == "UNPACK_EX":
        pops, pushes = 1, "v" * ((argument & 0xFFF) + (argument >> 12) + 1)
    elif name == "RAISE_VARARGS":
        pops, pushes = argument, ""
    elif name.startswith("JUMP_IF_"):
        return stack[:-1], stack
    elif name == "FOR_ITER":
        return stack + "v", stack[:-1]
    elif name == "SEND":
        return stack[:-1] + "v", stack[:-2] + "v"
    elif name.startswith("UNARY_"):
        pops, pushes = 1, "v"
    else:
        assert name.startswith("BINARY_"), name
        pops, pushes = 2, "v"
    assert pops <= len(stack), (stack, name)
    after = stack[:len(stack) - pops] + pushes
    return after, after


def accesses(name, argument):
    """Slots read before anything is written, written, and read afterwards."""
    pair = argument & 0xFFF, argument >> 12
    if name == "LOAD_FAST_BORROW_PAIR":
        return pair, (), ()
    if name == "LOAD_FAST_SMALL_INT":
        return pair[:1], (), ()
    if name == "STORE_FAST":
        return (), (argument,), ()
    if name == "STORE_FAST_STORE_FAST":
        return (), pair, ()
    if name == "STORE_FAST_LOAD_FAST":
        return (), pair[:1], pair[1:]
    if name == "DELETE_FAST":
        return (argument,), (argument,), ()
    if name in ("LOAD_FAST_ATTR", "LOAD_FAST_METHOD", "STORE_FAST_ATTR"):
        return (argument & 0xFF,), (), ()
    if name.startswith("LOAD_FAST") or name == "LOAD_CLOSURE" or name.endswith("DEREF"):
        return (argument,), (), ()
    return (), (), ()


def handler_of(code, unit):
    return next((r for r in code.ranges if r[0] <= unit < r[1]), None)


def walk(code):
    """The stack before each unit that is reached, the ways between units, and those of exceptions."""
    following = {a[0]: b[0] for a, b in zip(code.instructions, code.instructions[1:])}
    by_unit = {unit: (name, argument) for unit, name, argument in code.instructions}
    start, stack = 0, ""
    while by_unit[start][0] in PROLOGUE:
        stack = "v" if by_unit[start][0] == "RETURN_GENERATOR" else ""
        start = following[start]
        if stack:
            break
    stacks, ways, raised, waiting = {start: stack}, {}, {}, [start]

    def reach(unit, stack):
        joined = join(stacks[unit], stack) if unit in stacks else stack
        if stacks.get(unit) != joined:
            stacks[unit] = joined
            waiting.append(unit)

    while waiting:
        unit = waiting.pop()
        name, argument = by_unit[unit]
        after, taken = effect(stacks[unit], name, argument)
        ways[unit] = []
        found = handler_of(code, unit)
        if found and name not in SILENT:
            raised[unit] = found[2]
            reach(found[2], stacks[unit][:found[3]] + "p" * found[4] + "e")
        if name in JUMPS:
            target = argument & 0x1FFFFF if name == "COMPARE_OP_JUMP_IF_FALSE" else argument
            ways[unit].append(target)
            reach(target, taken)
        if name not in ENDS:
            ways[unit].append(following[unit])
            reach(following[unit], after)
    return start, by_unit, following, stacks, ways, raised


def live_before(by_unit, ways, raised):
    """For each slot the units before which it is live."""
    back, back_raised, live = {}, {}, {}
    for unit, targets in ways.items():
        for target in targets:
            back.setdefault(target, []).append(unit)
    for unit, target in raised.items():
        back_raised.setdefault(target, []).append(unit)
    for unit in ways:
        reads, writes, late = accesses(*by_unit[unit])
        for slot in set(reads) | (set(late) - set(writes)):
            waiting, seen = [unit], live.setdefault(slot, set())
            while waiting:
                at = waiting.pop()
                if at in seen:
                    continue
                seen.add(at)
                for before in back.get(at, []) + back_raised.get(at, []):
                    if slot not in accesses(*by_unit[before])[1]:
                        waiting.append(before)
    return live


def check(code):
    start, by_unit, following, stacks, ways, raised = walk(code)
    live = live_before(by_unit, ways, raised)
    heads = {start}
    for unit in by_unit:
        if unit >= start:
            name, argument = by_unit[unit]
            if name in JUMPS:
                heads.add(argument & 0x1FFFFF if name == "COMPARE_OP_JUMP_IF_FALSE" else argument)
            if (name in JUMPS or name in ENDS or name == "YIELD_VALUE") and unit in following:
                heads.add(following[unit])
    for begin, end, target, _, _ in code.ranges:
        heads |= {begin, end, target}
    expected = sorted(unit for unit in heads if unit in stacks)
    assert [int(b[1]) for b in code.blocks] == expected, ("blocks", expected)
    loops = {target for unit, targets in ways.items() for target in targets if target <= unit}
    resumed = {following[u] for u in following if by_unit[u][0] in ("YIELD_VALUE", "RETURN_GENERATOR") and
               (u in stacks or following[u] == start)}
    reached_handlers = set(raised.values())
    for block in code.blocks:
        unit = int(block[1])
        letters = "".join(LETTERS.get(kind, "v") for kind in block[7].split())
        assert letters == stacks[unit], ("stack", unit, letters, stacks[unit])
        mine = {int(slot) for slot in block[8].split()}
        other = {slot for slot, units in live.items() if unit in units}
        assert mine == other, ("live", unit, mine, other)
        assert bool(block[3]) == (unit in loops), ("loop", unit)
        assert bool(block[5]) == (unit in resumed), ("resumes", unit)
        units = [u for u in by_unit if unit <= u < int(block[2])]
        assert all(ways[u] == [following[u]] for u in units[:-1]), ("end", unit)
        found = handler_of(code, unit)
        want = found[2] if found and found[2] in stacks else None
        assert (int(block[6]) if block[6] else None) == want, ("handler", unit, want)
        assert all(handler_of(code, u) == found for u in units), ("one handler", unit)
        assert bool(block[4]) or unit not in reached_handlers, ("handles", unit)
    return len(code.blocks)


def main():
    dump, files = sys.argv[1], sys.argv[2:]
    blocks = codes = wrong = 0
    for name in files:
        text = subprocess.run([dump, "-b", name], capture_output=True, text=True, check=True).stdout
        for code in listings(text):
            codes += 1
            try:
                blocks += check(code)
            except AssertionError as e:
                wrong += 1
                print(f"{name}: {code.name}: {e}")
    print(f"{blocks} blocks of {codes} code objects, {wrong} wrong")
    return 1 if wrong or not blocks else 0


if __name__ == "__main__":
    sys.exit(main())

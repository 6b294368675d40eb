#!/usr/bin/python3.11
"""Long calls in C: how long they keep a grace period, and Ctrl-C, waiting.

    long_calls.py [--atoll PATH | --preset NAME] [--tries N] [--limit MS] [--interrupt] [NAME...]

Each kind of call runs in a process of its own, while another thread gives back storage that needs a grace period each time.
The figure is the longest period of the process (gc.get_stats), the least of a few tries: whoever is put aside by the
scheduler meanwhile says nothing about the call. It has to be a millisecond at most.

With --interrupt a SIGINT comes in the middle of the call. The figure is the time until KeyboardInterrupt is caught, beside
CPython's; where that notices the signal within 50 ms Atoll has to.
"""

import argparse
import os
import signal
import sys
import threading
import time

# name: (what is made beforehand, the call)
TEXT = "s = 'the quick brown fox ' * 3000000"
BYTES = "s = b'the quick brown fox ' * 3000000"
WIDE = "s = 'the qu\\u0142ck brown fox ' * 2000000"
PARTS = "l = [str(i) for i in range(1000000)]"
NUMBERS = "l = [i * 7919 % 1000003 for i in range(3000000)]"
FLOATS = "l = [i * 7919 % 1000003 * 0.37 for i in range(1000000)]"
KINDS = {
    "sum": ("", "sum(range(10 ** 7))"),
    "list of a range": ("", "list(range(10 ** 7))"),
    "tuple of a range": ("", "tuple(range(10 ** 7))"),
    "set of a list": (NUMBERS, "set(l)"),
    "dict of pairs": (PARTS, "dict(zip(l, l))"),
    "list copied": ("l = [None] * (2 * 10 ** 7)", "l[:]"),
    "list repeated": ("l = [1, 2, 3]", "l * 10 ** 7"),
    "lists added": ("l = [None] * 10 ** 7", "l + l"),
    "list extended": ("l = [None] * 10 ** 7; m = []", "m.extend(l)"),
    "list from a tuple": ("l = (None,) * 10 ** 7", "list(l)"),
    "tuple from a list": ("l = [None] * 10 ** 7", "tuple(l)"),
    "list of texts copied": (PARTS + "; l *= 10", "l[:]"),
    "list reversed": ("l = [None] * (2 * 10 ** 7)", "l.reverse()"),
    "insert at the front": ("l = [None] * (2 * 10 ** 7)", "l.insert(0, 1)"),
    "delete at the front": ("l = [None] * (2 * 10 ** 7)", "l.pop(0)"),
    "slice deleted": ("l = [None] * (2 * 10 ** 7)", "l.__delitem__(slice(None, None, 2))"),
    "slice assigned": ("l = [None] * (2 * 10 ** 7); m = [1] * 5000000", "l.__setitem__(slice(0, 5), m)"),
    "list cleared": (PARTS + "; l = [str(x) for x in l]", "l.clear()"),
    "list dropped": (PARTS + "; l = [str(x) + 'a' for x in l]", "globals().pop('l')"),
    "list.index": ("l = [1] * 10 ** 7", "l.index(2) if 2 in l else None"),
    "list.count": (FLOATS, "l.count(-1.0)"),
    "in a list": (FLOATS, "-1.0 in l"),
    "in a list of texts": (PARTS, "'x' in l"),
    "lists compared": (NUMBERS + "; m = l[:]", "l == m"),
    "list.remove": ("l = [1] * 10 ** 7 + [2]", "l.remove(2)"),
    "tuples compared": (NUMBERS + "; l = tuple(l); m = tuple(l[:])", "l == m"),
    "tuple repeated": ("t = (1, 2)", "t * 10 ** 7"),
    "tuple sliced by a step": ("l = (None,) * (2 * 10 ** 7)", "l[::-2]"),
    "startswith many": ("t = ('b',) * 10 ** 7", "'a'.startswith(t)"),
    "deque repeated": ("from collections import deque; d = deque([1])", "d * 3000000"),
    "tuple hashed": (NUMBERS + "; l = tuple(l)", "hash(l)"),
    "sort": (NUMBERS, "l.sort()"),
    "sort of floats": (FLOATS, "l.sort()"),
    "sort of texts": (PARTS, "l.sort(reverse=True)"),
    "sort by a key": (NUMBERS, "l.sort(key=float)"),
    "sorted": (NUMBERS, "sorted(l)"),
    "heapify": (NUMBERS + "; import heapq", "heapq.heapify(l)"),
    "heapify of texts": (PARTS + "; import heapq; l.sort(reverse=True)", "heapq.heapify(l)"),
    "dict copied": (PARTS + "; d = dict.fromkeys(l)", "d.copy()"),
    "dict updated": (PARTS + "; d = dict.fromkeys(l)", "{}.update(d)"),
    "dict.fromkeys": (NUMBERS, "dict.fromkeys(l)"),
    "dict compared": (PARTS + "; d = dict.fromkeys(l); e = d.copy()", "d == e"),
    "dict cleared": (PARTS + "; d = {x + 'a': x + 'b' for x in l}", "d.clear()"),
    "keys and": (PARTS + "; d = dict.fromkeys(l)", "d.keys() & d.keys()"),
    "dict listed": (PARTS + "; d = dict.fromkeys(l)", "list(d.items())"),
    "dict grown": ("d = dict.fromkeys(range(5592405))", "[d.__setitem__(-i, i) for i in range(2, 10)]"),
    "set copied": (NUMBERS + "; d = set(l)", "d.copy()"),
    "set or": (NUMBERS + "; d = set(l)", "d | {-1}"),
    "set and": (NUMBERS + "; d = set(l); e = set(l[::2])", "d & e"),
    "set minus": (NUMBERS + "; d = set(l); e = set(l[::2])", "d - e"),
    "set update": (NUMBERS + "; d = set(l); e = set()", "e.update(d)"),
    "set compared": (NUMBERS + "; d = set(l); e = set(l)", "d == e"),
    "frozenset hashed": (NUMBERS + "; d = frozenset(l)", "hash(d)"),
    "deque of a list": (NUMBERS + "; from collections import deque", "deque(l)"),
    "deque rotated": (NUMBERS + "; from collections import deque; d = deque(l)", "d.rotate(1000000)"),
    "deque reversed": (NUMBERS + "; from collections import deque; d = deque(l)", "d.reverse()"),
    "deque insert": (NUMBERS + "; from collections import deque; d = deque(l)", "d.insert(1500000, 1)"),
    "in a deque": (NUMBERS + "; from collections import deque; d = deque(l)", "-1 in d"),
    "Counter": (NUMBERS + "; from collections import Counter", "Counter(l)"),
    "map": ("", "list(map(abs, range(3000000)))"),
    "zip": ("", "list(zip(range(2000000), range(2000000)))"),
    "product": ("import itertools", "list(itertools.product(range(120), repeat=3))"),
    "combinations": ("import itertools", "sum(1 for _ in itertools.combinations(range(120), 3))"),
    "max": (FLOATS, "max(l)"),
    "fsum": (FLOATS + "; import math", "math.fsum(l)"),
    "dist": (FLOATS + "; import math", "math.dist(l, l)"),
    "repr of a list": (FLOATS, "repr(l)"),
    "join": (PARTS, "','.join(l)"),
    "join of bytes": ("l = [b'%d' % i for i in range(1000000)]", "b','.join(l)"),
    "join of two huge": (TEXT + "; l = [s, s]", "''.join(l)"),
    "text added": (TEXT, "s + s"),
    "text repeated": ("", "'abc' * 10 ** 8"),
    "character repeated": ("", "'a' * (3 * 10 ** 8)"),
    "bytes repeated": ("", "b'abc' * 10 ** 8"),
    "bytes zeroed": ("", "bytes(3 * 10 ** 8)"),
    "bytearray zeroed": ("", "bytearray(3 * 10 ** 8)"),
    "bytes of a list": ("l = [1] * 10 ** 7", "bytes(l)"),
    "bytearray insert": ("s = bytearray(2 * 10 ** 8)", "s.insert(0, 1)"),
    "bytearray del": ("s = bytearray(2 * 10 ** 8)", "s.__delitem__(slice(5, 9))"),
    "bytearray del step": ("s = bytearray(10 ** 8)", "s.__delitem__(slice(0, None, 2))"),
    "bytearray extend": ("s = bytearray(10 ** 8)", "s.extend(s)"),
    "bytearray +=": ("s = bytearray(10 ** 8); t = bytes(s)", "s.__iadd__(t)"),
    "bytearray reverse": ("s = bytearray(10 ** 8)", "s.reverse()"),
    "bytes to bytearray": (BYTES, "bytearray(s)"),
    "text sliced": (TEXT, "s[1:-1]"),
    "text sliced by a step": (TEXT, "s[::-1]"),
    "bytes sliced by a step": (BYTES, "s[::-1]"),
    "texts compared": (TEXT + "; t = s[:-1] + 'y'", "s < t"),
    "texts equal": (TEXT + "; t = s[:-1] + 'y'", "s == t"),
    "bytes compared": (BYTES + "; t = s[:-1] + b'y'", "s == t"),
    "text hashed": (TEXT, "hash(s)"),
    "bytes hashed": (BYTES, "hash(s)"),
    "text as a key": (TEXT + "; t = s[:-1] + s[-1:]; hash(s); hash(t); d = {s: 1}", "d[t]"),
    "replace a character": (TEXT, "s.replace('q', 'z')"),
    "replace a word": (TEXT, "s.replace('quick', 'slow')"),
    "replace nothing": (TEXT, "s.replace('quack', 'slow')"),
    "replace in bytes": (BYTES, "s.replace(b'quick', b'slow')"),
    "replace in wide text": (WIDE, "s.replace('brown', 'red')"),
    "split": (TEXT, "len(s.split())"),
    "split at a text": (TEXT, "len(s.split('fox'))"),
    "split none": ("s = 'a' * 10 ** 8", "s.split()"),
    "rsplit": (TEXT, "len(s.rsplit())"),
    "splitlines": ("s = 'a line\\n' * 5000000", "len(s.splitlines())"),
    "splitlines none": ("s = 'a' * 10 ** 8", "len(s.splitlines())"),
    "find": (TEXT, "s.find('foxes')"),
    "find a character": (TEXT, "s.find('!')"),
    "find in wide text": (WIDE, "s.find('foxes')"),
    "find hard": ("s = 'a' * 30000000; n = 'a' * 1000 + 'b' + 'a' * 1000", "s.find(n)"),
    "rfind": (TEXT, "s.rfind('quicker')"),
    "count": (TEXT, "s.count('fox')"),
    "count a character": (TEXT, "s.count('x')"),
    "in a text": (TEXT, "'foxes' in s"),
    "strip": ("s = ' ' * 10 ** 8 + 'x'", "s.strip()"),
    "strip of characters": ("s = 'ab' * 5 * 10 ** 7 + 'x'", "s.lstrip('abc')"),
    "partition": (TEXT, "s.rpartition('!')"),
    "upper": (TEXT, "s.upper()"),
    "lower wide": (WIDE, "s.lower()"),
    "casefold": (WIDE, "s.casefold()"),
    "swapcase": (TEXT, "s.swapcase()"),
    "title": (TEXT, "s.title()"),
    "capitalize": (TEXT, "s.capitalize()"),
    "isalpha": ("s = 'a' * 10 ** 8", "s.isalpha()"),
    "isdigit wide": ("s = '\\u0661' * 3 * 10 ** 7", "s.isdigit()"),
    "isupper": ("s = 'A' * 10 ** 8", "s.isupper()"),
    "isprintable": (TEXT, "s.isprintable()"),
    "isidentifier": ("s = 'a' * 10 ** 8", "s.isidentifier()"),
    "isspace of bytes": ("s = b' ' * 10 ** 8", "s.isspace()"),
    "upper of bytes": (BYTES, "s.upper()"),
    "title of bytes": (BYTES, "s.title()"),
    "translate": (TEXT, "s.translate({ord('q'): 'QQ', ord('f'): None})"),
    "translate of bytes": (BYTES, "s.translate(bytes(range(255, -1, -1)), b'q')"),
    "expandtabs": ("s = 'a\\tb' * 10 ** 7", "s.expandtabs()"),
    "expandtabs of bytes": ("s = b'a\\tb' * 10 ** 7", "s.expandtabs()"),
    "zfill": ("", "'1'.zfill(2 * 10 ** 8)"),
    "center": ("", "'1'.center(2 * 10 ** 8)"),
    "ljust wide": ("", "'1'.ljust(10 ** 8, '\\u0142')"),
    "format": (TEXT, "'{:>1}{}'.format(s, s)"),
    "format width": ("", "format(1, '200000000d')"),
    "percent": (TEXT, "'%s%s' % (s, s)"),
    "percent of bytes": (BYTES, "b'%s%s' % (s, s)"),
    "f-string": (TEXT, "f'{s}{s}'"),
    "repr of a text": (TEXT, "repr(s)"),
    "repr of a wide text": (WIDE, "repr(s)"),
    "ascii": (WIDE, "ascii(s)"),
    "repr of bytes": (BYTES, "repr(s)"),
    "encode utf-8": (WIDE, "s.encode()"),
    "encode ascii": (TEXT, "s.encode()"),
    "encode latin-1": (TEXT, "s.encode('latin-1')"),
    "encode ignoring": (WIDE, "s.encode('latin-1', 'ignore')"),
    "encode utf-16": (WIDE, "s.encode('utf-16')"),
    "encode utf-32": (WIDE, "s.encode('utf-32')"),
    "encode unicode_escape": (WIDE, "s.encode('unicode_escape')"),
    "encode raw_unicode_escape": (WIDE, "s.encode('raw_unicode_escape')"),
    "decode utf-8": (WIDE + "; s = s.encode()", "s.decode()"),
    "decode ascii": (BYTES, "s.decode('ascii')"),
    "decode latin-1": ("s = b'caf\\xe9' * 2 * 10 ** 7", "s.decode('latin-1')"),
    "decode replacing": ("s = b'caf\\xe9 ' * 3 * 10 ** 6", "s.decode('utf-8', 'replace')"),
    "decode utf-16": (WIDE + "; s = s.encode('utf-16')", "s.decode('utf-16')"),
    "decode utf-32": (WIDE + "; s = s.encode('utf-32')", "s.decode('utf-32')"),
    "decode unicode_escape": (WIDE + "; s = s.encode('unicode_escape')", "s.decode('unicode_escape')"),
    "decode cp1252": (BYTES, "s.decode('cp1252')"),
    "encode cp1252": (TEXT, "s.encode('cp1252')"),
    "decode utf-7": (BYTES, "s.decode('utf-7')"),
    "hex": (BYTES, "s.hex()"),
    "hex with separators": (BYTES, "s.hex(':', 2)"),
    "fromhex": (BYTES + "; s = s.hex()", "bytes.fromhex(s)"),
    "memoryview copied": (BYTES + "; s = memoryview(s)", "s.tobytes()"),
    "memoryview by a step": (BYTES + "; s = memoryview(s)[::3]", "s.tobytes()"),
    "memoryview list": (BYTES + "; s = memoryview(s)[:10 ** 7]", "s.tolist()"),
    "memoryviews compared": (BYTES + "; s = memoryview(s); t = s[::1]", "s == bytes(s)"),
    "memoryview assigned": ("s = bytearray(10 ** 8); t = bytes(s); m = memoryview(s)", "m.__setitem__(slice(None), t)"),
    "BytesIO written": ("import io; f = io.BytesIO(); s = bytes(10 ** 8)", "f.write(s)"),
    "BytesIO read": ("import io; f = io.BytesIO(bytes(10 ** 8)); f.read(1)", "f.read()"),
    "StringIO written": (TEXT + "; import io; f = io.StringIO()", "f.write(s)"),
    "StringIO value": ("import io; f = io.StringIO(); f.write('a' * 10 ** 8)", "f.getvalue()"),
    "StringIO read": ("import io; f = io.StringIO('a' * 10 ** 8); f.read(1)", "f.read()"),
    "StringIO line": ("import io; f = io.StringIO('a' * 10 ** 8)", "f.readline()"),
    "startswith many bytes": ("t = (b'b',) * 10 ** 7", "b'a'.startswith(t)"),
    "StringIO lines": ("import io; f = io.StringIO('a line\\n' * 2000000)", "f.readlines()"),
    "int of a text": ("s = '7' * 500000", "int(s)"),
    "int of hex": ("s = 'f' * 10 ** 8", "int(s, 16)"),
    "text of an int": ("i = 7 ** 500000", "str(i)"),
    "hex of an int": ("i = 1 << 400000000", "hex(i)"),
    "float of a text": ("s = '7' * 10 ** 7", "float(s)"),
    "ints multiplied": ("i = (1 << 20000000) - 12345", "i * i"),
    "ints added": ("i = (1 << 2000000000) - 12345", "i + i"),
    "int shifted": ("i = (1 << 2000000000) - 12345", "i >> 3"),
    "ints and": ("i = (1 << 1000000000) - 12345", "i & (i - 1)"),
    "ints compared": ("i = (1 << 2000000000) - 12345; j = i + 0", "i == j"),
    "int negated": ("i = (1 << 2000000000) - 12345", "-i"),
    "int hashed": ("i = (1 << 1000000000) - 12345", "hash(i)"),
    "int to bytes": ("i = (1 << 1000000000) - 12345", "i.to_bytes(126000000, 'little')"),
    "int from bytes": ("s = b'abcd' * 3 * 10 ** 7", "int.from_bytes(s, 'big')"),
    "bit_count": ("i = (1 << 2000000000) - 12345", "i.bit_count()"),
    "power": ("", "3 ** 5000000"),
    "factorial": ("import math", "math.factorial(200000)"),
    "comb": ("import math", "math.comb(300000, 150000)"),
    "perm": ("import math", "math.perm(100000, 50000)"),
    "isqrt": ("import math; i = (1 << 20000000) - 12345", "math.isqrt(i)"),
    "gcd": ("import math; i = (1 << 3000000) - 12345", "math.gcd(i, i // 3)"),
    "compile of statements": ("s = 'a = b + 1\\n' * 100000", "compile(s, 't', 'exec')"),
    "compile of a list": ("s = '[' + '1, x, ' * 500000 + ']'", "compile(s, 't', 'eval')"),
    "compile of constants": ("s = '(' + '1, \"abc\", ' * 500000 + ')'", "compile(s, 't', 'eval')"),
    "compile of a sum": ("s = '+'.join(['x'] * 1000)", "[compile(s, 't', 'eval') for _ in range(30)]"),
    "compile of a long string": ("s = 'x = ' + repr('abc\\n' * 5000000)", "compile(s, 't', 'exec')"),
    "compile of a comment": ("s = '#' + 'abc ' * 10000000 + '\\nx\\n'", "compile(s, 't', 'exec')"),
    "compile of a call": ("s = 'f(' + 'a, ' * 300000 + ')'", "compile(s, 't', 'eval')"),
    "regular expression": (TEXT + "; import re; p = re.compile('[a-z]+!')", "p.search(s[:3000000])"),
    "re.sub": (TEXT + "; import re; p = re.compile('quick')", "p.sub('slow', s[:10000000])"),
    "re.findall": (TEXT + "; import re; p = re.compile('o')", "len(p.findall(s[:20000000]))"),
    "json of a list": (FLOATS + "; import json", "json.dumps(l[:200000])"),
    "str.maketrans": (TEXT, "str.maketrans(s[:10 ** 6], s[:10 ** 6])"),
    "range index": ("", "range(10 ** 7).index(5.0 + 10 ** 6)"),
    "range in": ("", "0.5 in range(3 * 10 ** 6)"),
    "array of slots": ("class C: __slots__ = ('a', 'b')\nl = [C() for _ in range(500000)]", "globals().pop('l')"),
    "deep list dropped": ("l = []\nfor i in range(10 ** 6): l = [l]", "globals().pop('l')"),
    "dict dropped": (PARTS + "; d = {x + 'a': x for x in l}", "globals().pop('d')"),
    "set dropped": (PARTS + "; d = {x + 'a' for x in l}", "globals().pop('d')"),
    "huge text dropped": ("s = 'a' * 5 * 10 ** 8", "globals().pop('s')"),
}
# Calls of half a second and more, for SIGINT.
INTERRUPTED = {
    "power": ("", "10 ** 10 ** 8"),
    "huge power": ("", "3 ** (5 * 10 ** 8)"),
    "text of a huge int": ("i = 1 << 40000000", "str(i)"),
    "int of a huge text": ("s = '7' * 30000000", "int(s)"),
    "comb": ("import math", "math.comb(4 * 10 ** 6, 2 * 10 ** 6)"),
    "perm": ("import math", "math.perm(10 ** 7, 5 * 10 ** 6)"),
    "factorial": ("import math", "math.factorial(10 ** 7)"),
    "product": ("i = (1 << 800000000) - 12345", "i * i"),
    "quotient": ("i = (1 << 400000000) - 12345; j = (1 << 200000000) - 1", "i // j"),
    "power modulo": ("i = (1 << 50000) - 12345; j = (1 << 50001) - 1", "pow(3, i, j)"),
    "isqrt": ("import math; i = (1 << 400000000) - 12345", "math.isqrt(i)"),
    "gcd": ("import math; i = 3 ** 6000000; j = 5 ** 4000000", "math.gcd(i, j)"),
    "sum": ("import itertools", "sum(itertools.repeat(1, 10 ** 10))"),
    "regular expression": ("import re", "re.match('(a*)*b', 'a' * 40)"),
}


def beside(ends):
    """Make grace periods: storage of a list that two threads know is retired."""
    filler = [None] * 40000
    while not ends:
        SHARED[:] = filler
        SHARED.clear()
        time.sleep(0.0002)


SHARED = []


def run_kind(name):
    """In Atoll: print the longest grace period before and after the call, and how long it took."""
    import gc

    gc.disable()
    sys.set_int_max_str_digits(0)
    setup, call = KINDS[name]
    names = {}
    exec(setup, names)
    code = compile("result = " + call, "call", "exec")
    ends = []
    thread = threading.Thread(target=beside, args=(ends,))
    thread.start()
    time.sleep(0.02)
    before = gc.get_stats()[2]["longest_grace"]
    begin = time.perf_counter()
    exec(code, names)
    end = time.perf_counter()
    time.sleep(0.02)
    after = gc.get_stats()[2]["longest_grace"]
    ends.append(1)
    thread.join()
    print(before, after, end - begin, flush=True)
    os._exit(0)


def run_interrupted(name):
    """In Atoll or CPython: print the time between a SIGINT in the middle of the call and KeyboardInterrupt."""
    sys.set_int_max_str_digits(0)
    setup, call = INTERRUPTED[name]
    names = {}
    exec(setup, names)
    code = compile(call, "call", "eval")
    here, there = os.pipe()
    parent = os.getpid()
    if os.fork() == 0:
        time.sleep(0.2)
        os.write(there, repr(time.monotonic()).encode())
        os.kill(parent, signal.SIGINT)
        os._exit(0)
    try:
        eval(code, names)
        print("finished", flush=True)
        time.sleep(1)
    except KeyboardInterrupt:
        print(time.monotonic() - float(os.read(here, 100)), flush=True)
    os._exit(0)


def go_first():
    """Run before whatever else the machine does, where that is allowed: waits for the processor are not the call's."""
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    except PermissionError:
        pass


def ask(interpreter, mode, name, seconds):
    import subprocess  # which Atoll has not yet

    command = [interpreter, os.path.abspath(__file__), mode, name]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, preexec_fn=go_first)
    except subprocess.TimeoutExpired:
        return None
    if done.returncode or not done.stdout:
        raise SystemExit(f"{name}: status {done.returncode}: {done.stderr[-1000:]}")
    return done.stdout.splitlines()[0]


def measure_grace(options, name):
    best, took = None, 0
    for _ in range(options.tries):
        answer = ask(options.atoll, "--kind", name, 120)
        if answer is None:
            return None, 120
        before, after, took = (float(word) for word in answer.split())
        longest = after / 1e6 if after > before else 0
        best = longest if best is None else min(best, longest)
        if best <= options.limit:
            break
    return best, took


def main():
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests"))
    import oracle

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    oracle.add_interpreter_options(parser)
    parser.add_argument("--tries", type=int, default=5)
    parser.add_argument("--limit", type=float, default=1.0, help="milliseconds that a grace period may take")
    parser.add_argument("--interrupt", action="store_true", help="measure the time until KeyboardInterrupt instead")
    parser.add_argument("--all", action="store_true", help="print each figure, not only those that are too long")
    parser.add_argument("names", nargs="*", help="kinds of calls")
    options = parser.parse_args()
    options.atoll = oracle.find_interpreter(parser, options)
    bad = 0
    names = options.names or (INTERRUPTED if options.interrupt else KINDS)
    for name in names:
        if options.interrupt:
            figures = [ask(x, "--interrupted", name, 60) for x in (options.atoll, oracle.CPYTHON)]
            ours, theirs = (1000 * float(x) if x and x != "finished" else None for x in figures)
            wrong = theirs is not None and theirs < 50 and (ours is None or ours > 50) and figures[0] != "finished"
            shown = ", ".join(f"{x:.1f} ms" if x is not None else str(y) for x, y in zip((ours, theirs), figures))
        else:
            longest, took = measure_grace(options, name)
            wrong = longest is None or longest > options.limit
            shown = f"{longest} ms of {took * 1000:.0f} ms" if longest is None else f"{longest:.2f} ms of {took * 1000:.0f} ms"
        bad += wrong
        if wrong or options.all:
            print(f"{'LONG ' if wrong else ''}{name}: {shown}", flush=True)
    print(f"{bad} of {len(names)} kinds of calls keep others waiting")
    return 1 if bad else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--kind"]:
        run_kind(sys.argv[2])
    elif sys.argv[1:2] == ["--interrupted"]:
        run_interrupted(sys.argv[2])
    else:
        sys.exit(main())

"""Long calls in C, and that collections beside them end: no loop over data of the program's size holds them up."""
import gc
import io
import itertools
import math
import operator
import re
import sys
import threading
from collections import deque

ends = False
collections = 0


def collect():
    global collections
    if sys.implementation.name == "cpython":
        return  # there a collection waits for the call
    while not ends:
        gc.collect()
        collections += 1


def beside(name, call):
    """Collections begin and end while the call runs: two of them in one of ten tries, as threads may have to wait."""
    ended = sys.implementation.name == "cpython"
    for _ in range(10):
        before = collections
        result = call()
        ended = ended or collections - before >= 2
        if ended:
            break
    print(name, result, ended)


numbers = list(itertools.islice(itertools.cycle([3, 1.5, 2, 10 ** 30]), 300000))
texts = [str(i * 7919 % 1000003) for i in range(200000)]
big = 7 ** 250000
thread = threading.Thread(target=collect)
thread.start()
beside("sum", lambda: sum(range(12000000)))
beside("max", lambda: max(map(abs, range(-4000000, 10))))
beside("any", lambda: any(itertools.repeat(0, 12000000)))
beside("tuple", lambda: len(tuple(itertools.repeat(0, 8000000))))
beside("set", lambda: len(set(map(str, range(500000)))))
beside("dict", lambda: len(dict.fromkeys(map(str, range(500000)))))
beside("zip", lambda: sum(1 for _ in zip(range(10), range(10))) + len(list(zip(range(800000), range(800000)))))
beside("product", lambda: len(list(itertools.product(range(100), repeat=3))))
beside("sorted", lambda: sorted(numbers * 3)[-1])
beside("sorted texts", lambda: sorted(texts * 5)[-1])
beside("in", lambda: -1.25 in numbers * 10)
beside("repr", lambda: len(repr([1.1] * 600000)))
beside("compile", lambda: len(compile("a = b + 1\n" * 60000, "text", "exec").co_names))
beside("product of ints", lambda: math.prod([big] * 24) % 1000007)
beside("power", lambda: pow(3, 12000000).bit_length())
beside("text of an int", lambda: (sys.set_int_max_str_digits(0), len(str(big * big * big)))[1])
beside("factorial", lambda: math.factorial(300000).bit_length())
beside("division by a digit", lambda: (1 << 300000000) // 7 % 1000007)
beside("precision", lambda: len("%.20000000f" % 0.1))
beside("commas", lambda: len(format(1, "010000000,d")))
beside("float of a text", lambda: float("7" * 200 + "." + "7" * 10000000))
beside("template of braces", lambda: len(("{{}}" * 1500000).format()))
beside("tuples of many", lambda: len(next(itertools.product([0, 1], repeat=1200000))))
beside("zip of many", lambda: len(next(zip(*[(1,)] * 600000))))
beside("names of many", lambda: len(operator.itemgetter(*range(500000))(range(500000))))
beside("run of a pattern", lambda: re.match("[ab]*", "ab" * 10000000).end())
beside("long name", lambda: len(compile("a" * 20000000, "text", "eval").co_names[0]))
beside("blank lines", lambda: compile("\n" * 12000000 + "a\n", "text", "exec").co_firstlineno)
beside("long body", lambda: len(compile("def f():\n" + " a = b + 1\n" * 100000, "text", "exec").co_consts))
beside("one line", lambda: len(io.BytesIO(bytes(100000000)).readline()))
beside("table of characters", lambda: len((b"abc" * 8000000).decode("cp1252")))
beside("what has no code", lambda: len(("\u0142" * 3000000).encode("ascii", "xmlcharrefreplace")))
beside("list of a deque", lambda: len(list(deque([1]) * 3000000)))
ends = True
thread.join()

# What is interrupted in the middle fails no more than it does in CPython.


class Island:
    def __init__(self):
        self.me = self

    def __del__(self):
        deaths.append(1)


deaths = []
for _ in range(100):
    Island()
print(len(list(map(lambda x: Island().me is None, range(2000)))))
gc.collect()
print(len(deaths))

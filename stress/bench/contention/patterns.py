"""Patterns of sharing: what threads do with objects that are their own, or everybody's.

Each function decorated with `pattern` makes the objects and returns `body(n)`, which does the thing n times. Shared,
it is called once and all threads run the body it returned; private, each thread has it called for itself. Only what
CPython 3.11 and its free-threaded builds, PyPy and Atoll all have is used.

Kinds: READ, what no thread should notice the others at; WRITE, all threads change one container; WAIT, a thread has
to wait for another one by its nature.
"""

import array
import collections
import contextvars
import copy
import dataclasses
import enum
import functools
import itertools
import json
import logging
import queue
import re
import struct
import threading
import types

READ, WRITE, WAIT = "read", "write", "wait"
PATTERNS = {}


def pattern(kind=READ):
    def register(make):
        PATTERNS[make.__name__] = (kind, make)
        return make

    return register


def objects(count):
    """A list of so many objects that nothing else refers to."""
    return [[i] for i in range(count)]


class Point:
    limit = ("a", "tuple")

    def __init__(self, x, y):
        self.x = x
        self.y = y

    @property
    def left(self):
        return self.x

    def method(self):
        return None

    def first(self):
        return self.x

    @classmethod
    def of_class(cls):
        return None


class Child(Point):
    def method(self):
        return super().method()


# ---- attributes ----


@pattern()
def instance_attributes():
    p = Point([1], (2, 3))

    def body(n):
        for _ in range(n):
            p.x
            p.y

    return body


@pattern()
def instance_attributes_small():
    p = Point(1, 2.5)

    def body(n):
        for _ in range(n):
            p.x
            p.y

    return body


@pattern()
def slots():
    class Slotted:
        __slots__ = ("x", "y")

    p = Slotted()
    p.x, p.y = [1], (2, 3)

    def body(n):
        for _ in range(n):
            p.x
            p.y

    return body


@pattern()
def class_attribute():
    p = Point(1, 2)

    def body(n):
        for _ in range(n):
            p.limit
            Point.limit

    return body


@pattern()
def properties():
    p = Point([1], 2)

    def body(n):
        for _ in range(n):
            p.left

    return body


@pattern()
def enum_member():
    Colour = enum.Enum("Colour", "RED GREEN")

    def body(n):
        for _ in range(n):
            Colour.RED is Colour.GREEN

    return body


@pattern(WRITE)
def attribute_store():
    p = Point(1, 2)

    def body(n):
        for i in range(n):
            p.x = i

    return body


@pattern()
def thread_local():
    local = threading.local()

    def body(n):
        local.x = [1]
        for _ in range(n):
            local.x

    return body


# ---- names ----


@pattern()
def module_globals():
    names = {"a": [1], "b": (2, 3)}
    exec("def body(n):\n for _ in range(n):\n  a\n  b", names)
    return names["body"]


@pattern()
def builtins():
    def body(n):
        for _ in range(n):
            len
            ValueError

    return body


@pattern()
def closure_cells():
    a, b = [1], (2, 3)

    def body(n):
        def inner():
            for _ in range(n):
                a
                b

        inner()

    return body


@pattern()
def defaults():
    def f(a=[1], b=("x", "y")):
        return None

    def body(n):
        for _ in range(n):
            f()

    return body


@pattern()
def module_attribute():
    module = types.ModuleType("settings")
    module.a, module.b = [1], (2, 3)

    def body(n):
        for _ in range(n):
            module.a
            module.b

    return body


# ---- calls ----


@pattern()
def method_calls():
    p = Point(1, 2)

    def body(n):
        for _ in range(n):
            p.method()

    return body


@pattern()
def method_returning_object():
    p = Point([1], 2)

    def body(n):
        for _ in range(n):
            p.first()

    return body


@pattern()
def bound_method():
    method = Point(1, 2).method

    def body(n):
        for _ in range(n):
            method()

    return body


@pattern()
def class_method():
    def body(n):
        for _ in range(n):
            Point.of_class()

    return body


@pattern()
def super_method():
    p = Child(1, 2)

    def body(n):
        for _ in range(n):
            p.method()

    return body


@pattern()
def object_as_argument():
    thing = [1]

    def f(a, b):
        return a

    def body(n):
        for _ in range(n):
            f(thing, b=thing)

    return body


@pattern()
def recursion():
    def fib(n):
        return n if n < 2 else fib(n - 1) + fib(n - 2)

    def body(n):
        for _ in range(n // 64):
            fib(9)

    return body


@pattern()
def partial_call():
    f = functools.partial(Point.method, Point(1, 2))

    def body(n):
        for _ in range(n):
            f()

    return body


@pattern()
def cached_call():
    @functools.lru_cache(maxsize=None)
    def f(x):
        return [x]

    def body(n):
        for _ in range(n):
            f(1)

    return body


@pattern()
def logging_disabled():
    logger = logging.getLogger("contention")
    logger.setLevel(logging.WARNING)

    def body(n):
        for _ in range(n // 8):
            logger.debug("not shown")

    return body


# ---- making things ----


@pattern()
def make_closures():
    def body(n):
        for i in range(n):
            lambda: i

    return body


@pattern()
def make_instances():
    def body(n):
        for i in range(n):
            Point(i, i)

    return body


@pattern()
def make_dataclasses():
    @dataclasses.dataclass
    class Item:
        name: str
        price: float

    def body(n):
        for _ in range(n):
            Item("name", 1.5)

    return body


@pattern()
def make_containers():
    def body(n):
        for i in range(n):
            [i, i], (i, i), {"a": i}

    return body


@pattern()
def make_of_shared_objects():
    a, b = objects(2)

    def body(n):
        for _ in range(n):
            [a, b], (a, b)

    return body


@pattern()
def make_cycles():
    def body(n):
        for _ in range(n):
            a = []
            a.append(a)

    return body


@pattern()
def make_classes():
    def body(n):
        for _ in range(n // 256):
            type("C", (), {"x": 1})

    return body


@pattern()
def generators():
    def count(n):
        while n:
            yield n
            n -= 1

    def body(n):
        for _ in count(n):
            pass

    return body


@pattern()
def exceptions():
    def fail():
        raise ValueError("no")

    def body(n):
        for _ in range(n // 4):
            try:
                fail()
            except ValueError:
                pass

    return body


# ---- containers that are read ----


@pattern()
def iterate_tuple():
    things = tuple(objects(16))

    def body(n):
        for _ in range(n // 16):
            for _ in things:
                pass

    return body


@pattern()
def iterate_list():
    things = objects(16)

    def body(n):
        for _ in range(n // 16):
            for _ in things:
                pass

    return body


@pattern()
def iterate_dict():
    things = {str(i): [i] for i in range(16)}

    def body(n):
        for _ in range(n // 16):
            for _, _ in things.items():
                pass

    return body


@pattern()
def iterate_set():
    things = {(i, "x") for i in range(16)}

    def body(n):
        for _ in range(n // 16):
            for _ in things:
                pass

    return body


@pattern()
def index_list():
    things = objects(16)

    def body(n):
        for i in range(n):
            things[i & 15]

    return body


@pattern()
def index_tuple():
    things = tuple(objects(16))

    def body(n):
        for i in range(n):
            things[i & 15]

    return body


@pattern()
def dict_one_str():
    things = {"key": "a value that is no name"}

    def body(n):
        for _ in range(n):
            things["key"]

    return body


@pattern()
def dict_objects():
    things = {i: [i] for i in range(64)}

    def body(n):
        for i in range(n):
            things[i & 63]

    return body


@pattern()
def dict_get():
    things = {"a": [1], "b": (2, 3)}

    def body(n):
        for _ in range(n):
            things.get("a")
            "b" in things

    return body


@pattern()
def set_contains():
    things = {"a", "b", ("c", "d")}
    key = ("c", "d")

    def body(n):
        for _ in range(n):
            "a" in things
            key in things

    return body


@pattern()
def list_contains():
    a, b, c = things = ["a", "bc", "def"]

    def body(n):
        for _ in range(n):
            "def" in things

    return body


@pattern()
def copy_list():
    things = objects(16)

    def body(n):
        for _ in range(n // 16):
            things[:]

    return body


@pattern()
def copy_dict():
    things = {str(i): [i] for i in range(16)}

    def body(n):
        for _ in range(n // 16):
            things.copy()

    return body


@pattern()
def deepcopy_tree():
    tree = {"a": [1, 2, [3]], "b": {"c": (4, 5)}}

    def body(n):
        for _ in range(n // 256):
            copy.deepcopy(tree)

    return body


@pattern()
def unpack_tuple():
    pair = tuple(objects(2))

    def body(n):
        for _ in range(n):
            a, b = pair

    return body


@pattern()
def array_index():
    things = array.array("d", range(64))

    def body(n):
        for i in range(n):
            things[i & 63]

    return body


@pattern()
def ordered_dict():
    things = collections.OrderedDict((str(i), [i]) for i in range(8))

    def body(n):
        for _ in range(n):
            things["3"]

    return body


@pattern()
def graph_walk():
    nodes = [Point(i, None) for i in range(32)]
    for i, node in enumerate(nodes):
        node.y = nodes[(i * 7 + 1) % 32]

    def body(n):
        node = nodes[0]
        for _ in range(n):
            node = node.y

    return body


# ---- text and numbers ----


@pattern()
def text_methods():
    text = "one two three four"

    def body(n):
        for _ in range(n // 4):
            text.split()
            text.startswith("one")

    return body


@pattern()
def text_format():
    name = "a name"

    def body(n):
        for i in range(n // 2):
            f"{name}: {i}"

    return body


@pattern()
def text_compare():
    a, b = "".join(["a", "bc"]), "".join(["ab", "c"])

    def body(n):
        for _ in range(n):
            a == b

    return body


@pattern()
def regular_expression():
    expression = re.compile(r"(\w+) (\d+)")
    text = "name 12345"

    def body(n):
        for _ in range(n // 8):
            expression.match(text).group(1)

    return body


@pattern()
def re_module():
    text = "name 12345"

    def body(n):
        for _ in range(n // 16):
            re.match(r"(\w+) (\d+)", text)

    return body


@pattern()
def integers():
    def body(n):
        s = 0
        for i in range(n):
            s += i & 7

    return body


@pattern()
def floats():
    def body(n):
        x = 0.5
        for _ in range(n):
            x = x * 3.7 * (1.0 - x)

    return body


@pattern()
def big_numbers():
    a, b = 3**60, 5**50

    def body(n):
        for _ in range(n):
            a + b

    return body


@pattern()
def sorting():
    things = [(i * 7919) % 1009 for i in range(256)]

    def body(n):
        for _ in range(n // 512):
            sorted(things)

    return body


@pattern()
def json_of_shared():
    tree = {"a": [1, 2, 3], "b": {"c": "d", "e": None}}

    def body(n):
        for _ in range(n // 64):
            json.loads(json.dumps(tree))

    return body


@pattern()
def struct_unpack():
    layout = struct.Struct("<ihd")
    data = layout.pack(1, 2, 3.5)

    def body(n):
        for _ in range(n):
            layout.unpack(data)

    return body


@pattern()
def memory_views():
    data = memoryview(bytes(range(64)))

    def body(n):
        for i in range(n):
            data[i & 63]

    return body


# ---- state that all change ----


@pattern(WRITE)
def dict_store_one_key():
    things = {"key": 0}

    def body(n):
        for i in range(n):
            things["key"] = i

    return body


@pattern(WRITE)
def dict_store_own_key():
    things = {}

    def body(n):
        key = threading.get_ident()
        for i in range(n):
            things[key] = i

    return body


@pattern(WRITE)
def list_append():
    things = []

    def body(n):
        for i in range(n):
            things.append(i)
            things.pop()

    return body


@pattern(WRITE)
def list_store():
    things = [0] * 64

    def body(n):
        for i in range(n):
            things[i & 63] = i

    return body


@pattern(WRITE)
def set_add():
    things = set()

    def body(n):
        for i in range(n):
            things.add(i & 63)

    return body


@pattern(WRITE)
def deque_append():
    things = collections.deque(maxlen=64)

    def body(n):
        for i in range(n):
            things.append(i)

    return body


@pattern(WRITE)
def counter():
    things = collections.Counter()

    def body(n):
        for i in range(n // 4):
            things[i & 7] += 1

    return body


@pattern(WRITE)
def shared_iterator():
    numbers = itertools.count()

    def body(n):
        for _ in range(n):
            next(numbers)

    return body


@pattern(WRITE)
def nonlocal_store():
    x = 0

    def body(n):
        nonlocal x
        for i in range(n):
            x = i

    return body


# ---- locks and the like ----


@pattern()
def lock_looked_at():
    lock = threading.Lock()

    def body(n):
        for _ in range(n):
            lock.locked()

    return body


@pattern()
def context_variable():
    variable = contextvars.ContextVar("variable", default=(1, 2))

    def body(n):
        for _ in range(n):
            variable.get()

    return body


@pattern(WAIT)
def lock_taken():
    lock = threading.Lock()

    def body(n):
        for _ in range(n):
            with lock:
                pass

    return body


@pattern(WAIT)
def rlock_taken():
    lock = threading.RLock()

    def body(n):
        for _ in range(n):
            with lock:
                pass

    return body


@pattern(WAIT)
def simple_queue():
    q = queue.SimpleQueue()

    def body(n):
        for i in range(n):
            q.put(i)
            q.get()

    return body


@pattern(WAIT)
def queues():
    q = queue.Queue()

    def body(n):
        for i in range(n // 8):
            q.put(i)
            q.get()

    return body

"""Patterns of sharing: what threads do with objects that are their own, or everybody's.

A pattern is two pieces of source, as in timeit: what makes the objects, and what is done with them again and again.
`make()` runs the first and returns `body(n)`, which does the second n times (n // divisor times where it is long).
Shared, it is called once and all threads run the body it returned; private, each thread calls it for itself. Only what
CPython 3.11 and its free-threaded builds, PyPy and Atoll all have is used.

Kinds: READ, what no thread should notice the others at; WRITE, all threads change one container; WAIT, a thread has
to wait for another one by its nature.
"""

import textwrap

READ, WRITE, WAIT = "read", "write", "wait"

# What every pattern finds as global names, anew for each make().
COMMON = """
import array, collections, contextvars, copy, dataclasses, enum, functools, itertools, json, logging, queue, re, struct
import threading, types

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

class Slotted:
    __slots__ = ("x", "y")

def objects(count):
    return [[i] for i in range(count)]
"""

FRAME = """
def make():
{setup}
    def body(n):
{own}
        for i in range(n // {divisor}):
{statement}
    return body
"""


class Pattern:
    """`own`: what each thread does before its turns."""

    def __init__(self, statement, setup="", own="", divisor=1, kind=READ):
        self.kind = kind
        parts = {"setup": (setup, 4), "own": (own, 8), "statement": (statement, 12)}
        indented = {key: textwrap.indent(text or "pass", " " * by) for key, (text, by) in parts.items()}
        self.code = compile(COMMON + FRAME.format(divisor=divisor, **indented), f"<{statement}>", "exec")

    def make(self):
        """Make the objects; the body that uses them."""
        names = {}
        exec(self.code, names)
        return names["make"]()


FOR = "for x in things: pass"
PATTERNS = {
    # ---- attributes ----
    "instance_attributes": Pattern("p.x; p.y", "p = Point([1], (2, 3))"),
    "instance_attributes_small": Pattern("p.x; p.y", "p = Point(1, 2.5)"),
    "slots": Pattern("p.x; p.y", "p = Slotted(); p.x, p.y = [1], (2, 3)"),
    "class_attribute": Pattern("p.limit; Point.limit", "p = Point(1, 2)"),
    "properties": Pattern("p.left", "p = Point([1], 2)"),
    "enum_member": Pattern("Colour.RED is Colour.GREEN", "Colour = enum.Enum('Colour', 'RED GREEN')"),
    "module_attribute": Pattern("m.a; m.b", "m = types.ModuleType('settings'); m.a, m.b = [1], (2, 3)"),
    "thread_local": Pattern("local.x", "local = threading.local()", own="local.x = [1]"),
    "attribute_store": Pattern("p.x = i", "p = Point(1, 2)", kind=WRITE),
    # ---- names ----
    "module_globals": Pattern("a; b", "global a, b; a, b = [1], (2, 3)"),
    "builtins": Pattern("len; ValueError"),
    "closure_cells": Pattern("a; b", "a, b = [1], (2, 3)"),
    "defaults": Pattern("f()", "def f(a=[1], b=('x', 'y')): return None"),
    # ---- calls ----
    "method_calls": Pattern("p.method()", "p = Point(1, 2)"),
    "method_returning_object": Pattern("p.first()", "p = Point([1], 2)"),
    "bound_method": Pattern("method()", "method = Point(1, 2).method"),
    "class_method": Pattern("Point.of_class()"),
    "super_method": Pattern("p.method()", "p = Child(1, 2)"),
    "object_as_argument": Pattern("f(thing, b=thing)", "thing = [1]\ndef f(a, b): return a"),
    "recursion": Pattern("fib(9)", "def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)", divisor=64),
    "partial_call": Pattern("f()", "f = functools.partial(Point.method, Point(1, 2))"),
    "cached_call": Pattern("f(1)", "@functools.lru_cache(maxsize=None)\ndef f(x): return [x]"),
    "logging_disabled": Pattern(
        "log.debug('not shown')", "log = logging.getLogger('name'); log.setLevel(logging.WARNING)", divisor=8
    ),
    # ---- making things ----
    "make_closures": Pattern("lambda: i"),
    "make_instances": Pattern("Point(i, i)"),
    "make_dataclasses": Pattern(
        "Item('name', 1.5)", "@dataclasses.dataclass\nclass Item:\n    name: str\n    price: float"
    ),
    "make_containers": Pattern("[i, i], (i, i), {'a': i}"),
    "make_of_shared_objects": Pattern("[a, b], (a, b)", "a, b = objects(2)"),
    "make_cycles": Pattern("a = []; a.append(a)"),
    "make_classes": Pattern("type('C', (), {'x': 1})", divisor=256),
    "generators": Pattern("for x in g(): pass", "def g():\n    for i in range(16): yield i", divisor=16),
    "exceptions": Pattern(
        "try: fail()\nexcept ValueError: pass", "def fail(): raise ValueError('no')", divisor=4
    ),
    # ---- containers that are read ----
    "iterate_tuple": Pattern(FOR, "things = tuple(objects(16))", divisor=16),
    "iterate_list": Pattern(FOR, "things = objects(16)", divisor=16),
    "iterate_dict": Pattern("for k, v in d.items(): pass", "d = {str(i): [i] for i in range(16)}", divisor=16),
    "iterate_set": Pattern(FOR, "things = {(i, 'x') for i in range(16)}", divisor=16),
    "index_list": Pattern("things[i & 15]", "things = objects(16)"),
    "index_tuple": Pattern("things[i & 15]", "things = tuple(objects(16))"),
    "dict_one_str": Pattern("d['key']", "d = {'key': 'a value that is no name'}"),
    "dict_objects": Pattern("d[i & 63]", "d = {i: [i] for i in range(64)}"),
    "dict_get": Pattern("d.get('a'); 'b' in d", "d = {'a': [1], 'b': (2, 3)}"),
    "set_contains": Pattern("'a' in s; key in s", "key = ('c', 'd'); s = {'a', 'b', key}"),
    "list_contains": Pattern("'def' in things", "things = ['a', 'bc', 'def']"),
    "copy_list": Pattern("things[:]", "things = objects(16)", divisor=16),
    "copy_dict": Pattern("d.copy()", "d = {str(i): [i] for i in range(16)}", divisor=16),
    "deepcopy_tree": Pattern(
        "copy.deepcopy(tree)", "tree = {'a': [1, 2, [3]], 'b': {'c': (4, 5)}}", divisor=256
    ),
    "unpack_tuple": Pattern("a, b = pair", "pair = tuple(objects(2))"),
    "array_index": Pattern("things[i & 63]", "things = array.array('d', range(64))"),
    "ordered_dict": Pattern("d['3']", "d = collections.OrderedDict((str(i), [i]) for i in range(8))"),
    "graph_walk": Pattern(
        "node = node.y",
        "nodes = [Point(i, None) for i in range(32)]\nfor i, p in enumerate(nodes): p.y = nodes[(i * 7 + 1) % 32]",
        own="node = nodes[0]",
    ),
    # ---- text and numbers ----
    "text_methods": Pattern("text.split(); text.startswith('one')", "text = 'one two three four'", divisor=4),
    "text_format": Pattern("f'{name}: {i}'", "name = 'a name'", divisor=2),
    "text_compare": Pattern("a == b", "a, b = ''.join(['a', 'bc']), ''.join(['ab', 'c'])"),
    "regular_expression": Pattern(
        "e.match(text).group(1)", r"e = re.compile(r'(\w+) (\d+)'); text = 'name 12345'", divisor=8
    ),
    "re_module": Pattern(r"re.match(r'(\w+) (\d+)', text)", "text = 'name 12345'", divisor=16),
    "integers": Pattern("s += i & 7", own="s = 0"),
    "floats": Pattern("x = x * 3.7 * (1.0 - x)", own="x = 0.5"),
    "big_numbers": Pattern("a + b", "a, b = 3**60, 5**50"),
    "sorting": Pattern("sorted(things)", "things = [(i * 7919) % 1009 for i in range(256)]", divisor=256),
    "json_of_shared": Pattern(
        "json.loads(json.dumps(tree))", "tree = {'a': [1, 2, 3], 'b': {'c': 'd', 'e': None}}", divisor=64
    ),
    "struct_unpack": Pattern("s.unpack(data)", "s = struct.Struct('<ihd'); data = s.pack(1, 2, 3.5)"),
    "memory_views": Pattern("data[i & 63]", "data = memoryview(bytes(range(64)))"),
    # ---- state that all change ----
    "dict_store_one_key": Pattern("d['key'] = i", "d = {}", kind=WRITE),
    "dict_store_own_key": Pattern("d[key] = i", "d = {}", own="key = threading.get_ident()", kind=WRITE),
    "list_append": Pattern("things.append(i); things.pop()", "things = []", kind=WRITE),
    "list_store": Pattern("things[i & 63] = i", "things = [0] * 64", kind=WRITE),
    "set_add": Pattern("s.add(i & 63)", "s = set()", kind=WRITE),
    "deque_append": Pattern("d.append(i)", "d = collections.deque(maxlen=64)", kind=WRITE),
    "counter": Pattern("c[i & 7] += 1", "c = collections.Counter()", divisor=4, kind=WRITE),
    "shared_iterator": Pattern("next(numbers)", "numbers = itertools.count()", kind=WRITE),
    "nonlocal_store": Pattern("x = i", "x = 0", own="nonlocal x", kind=WRITE),
    # ---- locks and the like ----
    "lock_looked_at": Pattern("lock.locked()", "lock = threading.Lock()"),
    "context_variable": Pattern("v.get()", "v = contextvars.ContextVar('v', default=(1, 2))"),
    "lock_taken": Pattern("with lock: pass", "lock = threading.Lock()", kind=WAIT),
    "rlock_taken": Pattern("with lock: pass", "lock = threading.RLock()", kind=WAIT),
    "simple_queue": Pattern("q.put(i); q.get()", "q = queue.SimpleQueue()", kind=WAIT),
    "queues": Pattern("q.put(i); q.get()", "q = queue.Queue()", divisor=8, kind=WAIT),
}

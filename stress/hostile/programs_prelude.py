"""What each program by chance (grammar.py) begins with: what prints its values, and objects to work with."""
import abc, array as array_module, ast, base64, binascii, bisect, calendar, cmath, codecs, collections, colorsys, contextlib, contextvars, copy, csv, dataclasses
import datetime as datetime_module, decimal, difflib, enum, fnmatch, fractions, functools, gc, graphlib, hashlib, heapq, hmac, html, inspect, io, ipaddress, itertools, json, keyword
import locale, marshal, math, numbers, operator, os, pathlib, pickle, posixpath, pprint, queue, random, re, reprlib, secrets, shlex, statistics, string, struct, symtable, sys
import textwrap, time as time_module, tokenize, traceback, types, typing, unicodedata, urllib.parse, uuid, warnings, weakref, zlib, zoneinfo
from array import array
from collections import ChainMap, Counter, OrderedDict, UserDict, UserList, UserString, defaultdict, deque, namedtuple
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from functools import cache, cmp_to_key, lru_cache, partial, partialmethod, reduce, singledispatch
from itertools import (accumulate, chain, combinations, combinations_with_replacement, compress, count, cycle, dropwhile, filterfalse, groupby, islice, pairwise, permutations,
                       product, repeat, starmap, takewhile, tee, zip_longest)
from operator import add, attrgetter, concat, contains, countOf, delitem, getitem, indexOf, itemgetter, methodcaller, mul, neg, setitem, sub
from types import SimpleNamespace
import enum as enum_module
from enum import Enum

PLAIN = (int, float, complex, bool, str, bytes, bytearray, type(None), range, slice, type(...), type(NotImplemented))


def show(v, depth=0):
    """A value as text: sets in order, iterators by what they give, nothing that runs the program's code without need."""
    t = type(v)
    if depth > 4:
        return "..."
    if t in (set, frozenset):
        return t.__name__ + "{" + ", ".join(sorted(show(i, depth + 1) for i in v)) + "}"
    if t in (list, tuple, deque):
        return t.__name__ + "[" + ", ".join([show(i, depth + 1) for i in v][:40]) + "]"
    if t is types.MappingProxyType:
        return "mappingproxy" + show(sorted(map(str, v)), depth)
    if t in (dict, OrderedDict, Counter):
        return ("" if t is dict else t.__name__) + "{" + ", ".join([show(k, depth + 1) + ": " + show(i, depth + 1) for k, i in v.items() if type(k) is not str or k != "__builtins__"][:40]) + "}"
    if t in PLAIN:
        return ascii(v)[:400]
    if isinstance(v, BaseException):
        return error(v, depth + 1)
    if t in (type, abc.ABCMeta, enum.EnumType, Meta):
        return "class " + v.__qualname__
    if t.__module__ == "itertools" or t in (zip, map, filter, enumerate, types.GeneratorType, reversed) and depth < 2:
        return f"<{t.__name__} {show(take(v), depth + 1)}>"
    if t is types.ModuleType:
        return "module " + v.__name__
    if isinstance(v, type) or t.__module__ == "__main__":
        return "<" + t.__name__ + ">"
    try:
        return f"<{t.__name__} {ascii(v)[:200]}>"
    except Exception as e:
        return f"<{t.__name__} {type(e).__name__}>"


def take(v):
    """The first items of an iterator, and what ends it."""
    found = []
    try:
        for _ in range(8):
            found.append(next(v))
    except StopIteration:
        pass
    except Exception as e:
        found.append(e)
    return found


def error(e, depth=0):
    text = type(e).__name__ + "(" + ", ".join(show(i, depth + 1) for i in e.args) + ")"
    if isinstance(e, BaseExceptionGroup):
        text += show(e.exceptions, depth + 1)
    if depth < 3:
        for name in ("__cause__", "__context__"):
            if getattr(e, name) is not None:
                text += " " + name + " " + error(getattr(e, name), depth + 1)
    return text


def lines_of(tb):
    """The lines and columns of a traceback."""
    found = []
    while tb is not None and len(found) < 4:
        found.append(tuple(next(islice(tb.tb_frame.f_code.co_positions(), tb.tb_lasti // 2, None))) if tb.tb_lasti >= 0 else tb.tb_lineno)
        tb = tb.tb_next
    return found


def out(*values):
    print(*[show(v) for v in values])


def attempt(function):
    try:
        out(function())
    except Exception as e:
        print(error(e), lines_of(e.__traceback__.tb_next))


def shown(e):
    """What the interpreter prints of an exception that nobody catches."""
    kept, sys.stderr = sys.stderr, io.StringIO()
    try:
        sys.__excepthook__(type(e), e, e.__traceback__)
        return sys.stderr.getvalue()
    finally:
        sys.stderr = kept


def hashed(v):
    """A hash where it is no address."""
    found = hash(v)
    return found if type(v) in PLAIN and v is not None and v == v and type(v) not in (type(...), type(NotImplemented)) or type(v) in (Decimal, Fraction, date, timedelta) else "hashed"


def print_to(v):
    print(v, file=(text := io.StringIO()))
    return text.getvalue()


def csv_text(*values):
    csv.writer(text := io.StringIO()).writerow(values)
    return text.getvalue()


def tokens(text):
    return [(i.type, i.string, i.start) for i in tokenize.generate_tokens(io.StringIO(text).readline)]


def code(text):
    """What a compiled program says of itself, and what its compiler warns of."""
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        found = [describe(compile(text, "p", "exec"))]
    return found + [(i.category.__name__, str(i.message), i.lineno) for i in warned]


def describe(c):
    return (c.co_name, c.co_qualname, c.co_firstlineno, c.co_argcount, c.co_kwonlyargcount, c.co_posonlyargcount, c.co_flags & ~0x40, c.co_varnames, sorted(c.co_names),
            c.co_freevars, sorted(c.co_cellvars), sorted([describe(i) for i in c.co_consts if isinstance(i, types.CodeType)]))  # fmt: skip


def symbols(text):
    def of(table):
        return (table.get_type(), table.get_name(), table.get_lineno(), table.is_optimized(), table.is_nested(),
                [(s.get_name(), s.is_global(), s.is_local(), s.is_free(), s.is_parameter(), s.is_assigned(), s.is_namespace()) for s in table.get_symbols()],
                [of(i) for i in table.get_children()])  # fmt: skip

    return of(symtable.symtable(text, "p", "exec"))


def lines(function):
    """The lines of its code, each run of instructions once."""
    found = [i[2] - function.__code__.co_firstlineno for i in function.__code__.co_lines() if i[2] is not None]
    return [line for line, before in zip(found, [None, *found]) if line != before]


def drive(coroutine):
    try:
        for _ in range(20):
            out("awaits", coroutine.send(None))
    except StopIteration as e:
        return e.value


async def sends(v):
    return await v


class Wait:
    def __init__(self, v): self.v = v
    def __await__(self):
        got = yield self.v
        return self.v if got is None else got
class Box:
    x = 1
    def __init__(self, v=0): self.v = v
    def __enter__(self): out("enter"); return self
    def __exit__(self, t, e, tb): out("exit", t); return self.v == 3
    async def __aenter__(self): out("aenter"); return self
    async def __aexit__(self, t, e, tb): out("aexit", t); return self.v == 3
    def __aiter__(self): self.n = 0; return self
    async def __anext__(self):
        self.n += 1
        if self.n > 3: raise StopAsyncIteration
        return self.n
    def __call__(self, *p, **q): return p, q
    def __getitem__(self, i):
        if i == 3: raise IndexError(i)
        return i
    def __setitem__(self, i, v): out("set", i, v)
    def __delitem__(self, i): out("del", i)
    def __add__(self, o): return "add", o
    def __radd__(self, o): return "radd", o
    def __iadd__(self, o): self.v = o; return self
    def __contains__(self, o): return o == 1
    def __eq__(self, o): return isinstance(o, Box) and o.v == self.v
    def __hash__(self): return 5
    def __len__(self): return 2
    def __index__(self): return 1
    def __format__(self, spec): return "box" + spec
class Odd:
    __match_args__ = ("x", "y")
    x = 1
    y = 2
    def __bool__(self): raise ValueError("bool")
    def __eq__(self, o): raise TypeError("eq")
    def __hash__(self): raise TypeError("hash")
    def __len__(self): return -1
    def __iter__(self): return 5
    def __index__(self): return "i"
    def __getattr__(self, name): raise AttributeError("no " + name)
class Slotted:
    __slots__ = ("x", "y")
    def __init__(self, x): self.x = x
class Mistake(Exception):
    def __init__(self, *p): self.p = p
    def __str__(self): return f"mistake {self.p}"
class Meta(type):
    def __call__(cls, *p, **q): return super().__call__(*p, **q)
    def __instancecheck__(cls, o): return o == 1
    def __subclasscheck__(cls, o): return o is int
    def __getattr__(cls, name): return "meta " + name if name[:1] != "_" else object.__getattribute__(cls, name)
    def __iter__(cls): return iter("m")
    def __len__(cls): return 3
    def __or__(cls, o): return "meta or"
class Made(metaclass=Meta):
    y = 5
class Hello:
    def hello(self, *p): return "hello", p
class Derived(Hello):
    def hello(self, *p): return "derived", super().hello(*p)
class MyInt(int):
    def __add__(self, o): return "myadd", o
    def __repr__(self): return f"MyInt({int(self)})"
class MyStr(str):
    def __str__(self): return "mystr"
    def __eq__(self, o): return str.__eq__(self, o)
    __hash__ = str.__hash__
class Mine(list):
    def __getitem__(self, i): return "mine", i
    def __iter__(self): return iter("it")
    def __len__(self): return 7
class MyDict(dict):
    def __missing__(self, key): return "missing", key
    def __setitem__(self, key, v): super().__setitem__(key, (v,))
    def keys(self): return ["x", "q"]
class Number:
    """All of arithmetic; an odd one reflects nothing."""
    def __init__(self, n): self.n = n
    def __eq__(self, o): return self.n == getattr(o, "n", o)
    def __hash__(self): return hash(self.n)
    def __repr__(self): return f"Number({self.n})"
    def __int__(self): return self.n
    def __float__(self): return self.n + 0.5
    def __complex__(self): return complex(self.n, 1)
    def __index__(self): return self.n
    def __bool__(self): return self.n > 0
    def __neg__(self): return Number(-self.n)
    def __abs__(self): return Number(abs(self.n))
    def __invert__(self): return "invert"
    def __round__(self, *p): return "round", p
    def __lt__(self, o): return self.n < o if isinstance(o, int) else NotImplemented
    def __ge__(self, o): return "ge"
for name in "add sub mul truediv floordiv mod pow matmul lshift rshift and or xor divmod".split():
    def forward(self, o, *p, name=name): return NotImplemented if isinstance(o, str) else (name, self.n, o, *p)
    def reflected(self, o, *p, name=name): return NotImplemented if self.n % 2 else ("r" + name, self.n, o, *p)
    setattr(Number, f"__{name}__", forward)
    setattr(Number, f"__r{name}__", reflected)
    if name != "divmod":
        def inplace(self, o, name=name): self.n = name; return self
        if name in "add and pow matmul":
            setattr(Number, f"__i{name}__", inplace)
class Proxy:
    """Passes everything on."""
    def __init__(self, v): object.__setattr__(self, "_of", v)
    def __getattr__(self, name): return getattr(self._of, name)
    def __setattr__(self, name, v): setattr(self._of, name, v)
    def __iter__(self): return iter(self._of)
    def __len__(self): return len(self._of)
    def __getitem__(self, i): return self._of[i]
    def __setitem__(self, i, v): self._of[i] = v
    def __delitem__(self, i): del self._of[i]
    def __eq__(self, o): return self._of == o
    def __bool__(self): return bool(self._of)
    def __call__(self, *p, **q): return self._of(*p, **q)
    def __add__(self, o): return self._of + o
    def __iadd__(self, o): self._of += o; return self
    def __str__(self): return str(self._of)
class Descriptor:
    def __get__(self, o, t=None): return "got", o is None
    def __set__(self, o, v): out("descriptor set", v)
class Node:
    def __init__(self, next=None): self.next = next; self.d = {"n": self}
    def __iter__(self):
        yield 1
        if self.next: yield from self.next
    __slots__ = ("next", "d", "__weakref__")
class Weird:
    at = Descriptor()
    def __getattribute__(self, name): return object.__getattribute__(self, name) if name[:1] == "_" or name == "at" else "weird " + name
    def __lt__(self, o): return NotImplemented
    def __iter__(self): return iter(self.__class__.__name__)
    def __next__(self): return 1
    __contains__ = None
    __hash__ = None
class Virtual(abc.ABC):
    @abc.abstractmethod
    def must(self): ...
    @classmethod
    def __subclasshook__(cls, c): return True if c is str else NotImplemented
Virtual.register(float)
class AsyncOnly:
    async def __aenter__(self): return await Wait("aenter")
    async def __aexit__(self, *p): return await Wait(False)
class Color(enum.Enum):
    RED = 1
    GREEN = "g"
    ALIAS = 1
    def m(self): return self.name
class Perm(enum.Flag):
    R = 4
    W = 2
    X = enum.auto()
class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2
class Positive(int):
    __slots__ = ()
    def __new__(cls, v=1): return super().__new__(cls, abs(v))
@dataclasses.dataclass
class Data:
    v: int
    w: list = dataclasses.field(default_factory=list)
@dataclasses.dataclass(frozen=True, order=True, slots=True)
class Frozen:
    p: int
    q: object = "q"
Point = namedtuple("Point", "x y", defaults=[9])
T = typing.TypeVar("T")
def counting(n=3):
    for i in range(n):
        got = yield i
        if got: out("counting got", got)
    return "counted"
def echo():
    got = None
    while got != 1:
        try:
            got = yield got
        except ValueError as e:
            got = e
def delegating():
    out("delegated", (yield from counting(2)))
    yield from echo()
async def gather():
    for i in range(2):
        got = yield i
        if got: out("gather got", got)
        await Wait(i)
async def fetch(v):
    await Wait(v)
    return v
@types.coroutine
def sleepy():
    got = yield "sleepy"
    return got
del name, forward, reflected, inplace


def fresh():
    """What a program begins with."""
    return {"a": 1, "b": "two", "c": [3, 4], "d": {"k": 5}, "e": (6, 7.5), "f": Box(1), "g": None, "h": None}

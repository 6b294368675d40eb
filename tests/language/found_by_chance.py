"""What programs by chance found different: positions, iteration, throw(), releases, printing, messages."""
import gc
import io
import sys
import weakref
from collections import deque

from support import attempt


def place(function):
    """The columns of the instruction where a function raises."""
    try:
        function()
    except Exception as e:
        tb = e.__traceback__.tb_next
        found = list(tb.tb_frame.f_code.co_positions())[tb.tb_lasti // 2]
        print(type(e).__name__, found[2:])


place(lambda: (1, [undefined_name, 2]))
place(lambda: undefined_name + 1)
place(lambda: (1).foo)
place(lambda: place.foo.bar(2))


# A metaclass with __getitem__ makes its classes iterable; classes with __class_getitem__ are not.
class Numbered(type):
    def __getitem__(cls, i):
        if i > 2:
            raise IndexError
        return i


class By(metaclass=Numbered):
    pass


class Generic:
    __class_getitem__ = lambda cls, i: i


for function in (list, deque, tuple, iter, sorted, "".join, [].extend, dict, lambda v: [*v], lambda v: 1 in v, map, bytes, sum, list[int].__class__):
    attempt(lambda: (function(By) if function is not map else map(str, By)).__class__)
    attempt(lambda: function(Generic).__class__)
attempt("".join, int)


# throw(): what is no exception goes down to the innermost delegate; one without throw() is not taken for having returned.
class Thrown:
    def __iter__(self):
        return self

    def __next__(self):
        return 1

    def throw(self, *given):
        print("given", given)
        raise KeyError(1)


def delegating(to):
    try:
        result = yield from to
        print("result", result)
    except Exception as e:
        print("caught", repr(e))
        yield 3
    finally:
        print("outer ends")


def inner():
    try:
        yield 1
    finally:
        print("inner ends")


for make in (inner, lambda: [1, 2], Thrown, lambda: delegating([1])):
    for given in ((5,), (StopIteration, 5), (StopIteration(6),), (ValueError, "v", None), (ValueError("i"), 3), (GeneratorExit,)):
        g = delegating(make())
        next(g)
        attempt(g.throw, *given)
        attempt(g.close)


async def agen():
    yield 1


h = agen()
attempt(h.aclose().send, None)
attempt(h.athrow(ValueError).throw, StopIteration(2))


# Callbacks of weak references in islands come before finalizers.
class Ring:
    def __init__(self):
        self.me = self

    def __del__(self):
        print("finalized")


def leave():
    ring = Ring()
    reference = weakref.ref(ring, lambda w: print("gone", w() is None))
    del ring
    gc.collect()
    return reference()


print(leave())


# Items of extended slices are released first to last.
class Dies:
    def __init__(self, n):
        self.n = n

    def __del__(self):
        print("dies", self.n)


items = [Dies(i) for i in range(5)]
items[::2] = [0, 0, 0]
items = [Dies(i) for i in range(5)]
del items[::2]
items = [Dies(i) for i in range(5)]
del items[::-2], items


# A list of a subclass that is assigned to itself is not asked for its items; others are.
class Other(list):
    def __iter__(self):
        return iter("xyzw")

    def __len__(self):
        return 2

    def __getitem__(self, i):
        return i + 100


v = Other([1, 2, 3, 4])
v[::-1] = v
v[1:2] = v
print(list.__repr__(v))
v = [1, 2, 3, 4]
v[::1] = Other([5])
print(v)
import array
print(array.array("i", Other([7, 8, 9])))


# What cannot be raised is shown without its chain, notes and suggestions; notes line by line.
class Fails:
    def __del__(self):
        e = NameError("name 'prin' is not defined", name="prin")
        e.add_note("note")
        raise e from KeyError(2)


kept, sys.stderr = sys.stderr, io.StringIO()
Fails()
e = ExceptionGroup("g", [ValueError(1)])
for note in ("", "a\n", "b\rc\n\nd"):
    e.add_note(note)
sys.__excepthook__(type(e), e, None)
kept, sys.stderr = sys.stderr, kept
print([line for line in kept.getvalue().split("\n") if " at 0x" not in line and "File" not in line])


# Odd results of special methods.
class Returns:
    def __init__(self, v):
        self.v = v

    def answer(self, *_):
        return self.v

    __index__ = __complex__ = keys = __repr__ = answer


class Got:
    __get__ = tuple  # not bound to the descriptor: it gets that, too


class Get:
    __get__ = lambda *given: len(given)


class HasBoth:
    x = Got()
    y = Get()


attempt(lambda: HasBoth().x)
attempt(lambda: HasBoth().y)
attempt(lambda: HasBoth.y)
attempt(str, Returns(5))
attempt(repr, Returns(5))
attempt("%c".__mod__, Returns("s"))
attempt(b"%c".__mod__, Returns("s"))
attempt(complex, 1, Returns(5))
attempt(complex, Returns(5), "a")
attempt({}.update, Returns(5))
attempt(eval, "1", Other())
attempt(eval, "1", 5, 6)
attempt(exec, "1", 5, 6)
attempt(zip, x=1, y=2)
attempt(type.__new__, type, 1, x=1)
attempt(lambda: type("S", (), {"__slots__": ("p", "__dict__", "__dict__"), "p": 1}))
from itertools import islice
attempt(islice, [1], -9)
attempt(islice, [1], -1)


class A1(Exception): pass
class A2(A1): pass
for bases in (int,), (list,), (OSError,):
    attempt(lambda: setattr(A2, "__bases__", bases))
for a, b in ((1j, 1e300), (-1, 1j), (complex("inf"), 2), (1e308 + 1j, 1e308j), (0j, -1), (complex(0, "inf"), 1.5), (1e200 + 1e200j, 3)):
    attempt(pow, a, b)


def wrapped():
    try:
        raise ValueError(1)
    except* ValueError as e:
        return e.__traceback__


print(wrapped())


# The else of try-except* is looked at after the handlers; which __new__ to use; what may be shown by a proxy.
def flow(n):
    for i in range(3):
        try:
            if n:
                raise n
        except* TypeError:
            print("handled")
        else:
            print("else", i)
            if i:
                break
            continue
        finally:
            print("finally")
        print("after")
    return "end"


print(flow(None), flow(TypeError()))
attempt(compile, "try: pass\nexcept* A:\n match x:\n  case _: pass\n  case 1: pass\nelse:\n match x:\n  case p: pass\n  case 1: pass\n", "p", "exec")


class Plain(int):
    pass


class New(int):
    def __new__(cls):
        return object.__new__(cls)


for cls in (Plain, New, type("S", (New,), {})):
    attempt(object.__new__, cls)
import types
attempt(lambda: types.MappingProxyType("ab"))
attempt(lambda: types.MappingProxyType([1]))

# What CPython has frozen comes from the library, also when importlib is awake.
import importlib.util, os, tempfile
with tempfile.TemporaryDirectory() as folder:
    with open(os.path.join(folder, "abc.py"), "w") as file:
        file.write("print('not this one')")
    sys.path.insert(0, folder)
    kept = sys.modules.pop("abc")
    import abc
    print(abc.ABCMeta.__name__)
    sys.modules["abc"] = kept
    del sys.path[0]

# Lists that are iterated asynchronously stay lists; what has a name is shown by it; sum() asks for an iterator first.
async def over():
    async for _ in [1, 2]:
        pass


attempt(over().send, None)
print(list[over], list[len], int | list[over], list[[].append.__self__])
attempt(sum, 5, "")
attempt(sum, [], b"")
attempt(lambda: type("W", (), {"__slots__": ("__weakref__", "__weakref__")}))

# What has fields of its own is not copied as what has attributes only.
import copy
for value in ((lambda: over).__code__, (lambda x: lambda: x)(1).__closure__[0], sys, types.MappingProxyType({}), object(), types.SimpleNamespace(a=1), slice(1), property(len)):
    attempt(lambda: type(copy.copy(value)).__name__)
    attempt(lambda: type(copy.deepcopy(value)).__name__)


# Who traces sees how generators end that have nothing to unwind; annotations as text.
events = []


def trace(frame, event, arg):
    if frame.f_code.co_name == "<genexpr>":
        events.append(event)
    return trace


def drops():
    x = (i for i in [1, 2])
    next(x)
    del x
    x = (i for i in [1, 2])
    x.close()
    x = (i for i in [1, 2])


sys.settrace(trace)
drops()
sys.settrace(None)
print(events)
exec("from __future__ import annotations\ndef annotated(p: lambda *q: 1, q: lambda x, *, k: 2, r: lambda: 3, s: lambda **k: 4): pass")
print(annotated.__annotations__)


class Watched(dict):
    def __getattribute__(self, name):
        print("asked for", name)
        return super().__getattribute__(name)


print({}.__class__(Watched(a=1)), {**Watched(b=2)}, dict(Watched(c=3), d=4), {} | Watched(e=5))

from collections import deque
attempt(deque([1, 2]).index, 2, None)
attempt(deque([1, 2]).index, 2, 0, "a")

# What can be weakly referenced and what cannot: by type, by its bases, by __slots__.
import collections
import itertools
import operator
import re
import struct
import types


class Numeric(int):
    pass


class Both(int, Generic):
    pass


class Pair(collections.namedtuple("Pair", "a b")):
    pass


class Bare(set):
    __slots__ = ()


class Group(ExceptionGroup):
    __slots__ = ()


plain = {1: 2}
referable = [set(), frozenset(), len, [].append, place, Watched().keys, (i for i in ()), re.compile(""), sys, memoryview(b""), list[int], deque(), Bare(), struct.Struct("b"), int, ExceptionGroup("", [ValueError()]), Group("", [ValueError()]), place.__code__, itertools.tee(())[0], collections.OrderedDict(), Watched()]
refused = [iter([]), iter(()), iter({1}), iter(plain), iter(plain.values()), reversed(plain), reversed([]), iter(range(10**30)), iter(deque()), plain.keys(), plain.values(), plain.items(), collections.OrderedDict().keys(), int.__add__, (1).__add__, int.__dict__["from_bytes"], int.real, types.FunctionType.__closure__, types.SimpleNamespace(), int | str, Numeric(1), Both(1), Pair(1, 2), sys.flags, ValueError(), itertools.count(), itertools.chain(), operator.itemgetter(1), io.IncrementalNewlineDecoder(None, False), sys.exc_info]
for value in referable + refused:
    attempt(lambda: type(weakref.ref(value)).__name__ + ("" if type(value).__weakrefoffset__ else "?"))
attempt(lambda: type("W", (int,), {"__slots__": "__weakref__"}))
attempt(lambda: type("W", (Pair,), {"__slots__": ("__weakref__",)}))

# What finds items by index is no mapping for "%"; text without "%" stays what it was; names of types in messages of paths.
import functools
import os
import binascii
from decimal import Decimal


class Keyed(deque):
    def __getitem__(self, key):
        return key


class Queue(deque):
    pass


class Odd(str):
    def __repr__(self):
        raise KeyError


for value in (deque([1]), Queue([1]), Keyed([1]), [1], {1: 2}, {1}, ()):
    for form in ("%%", "%s", "", "a", "%(a)s", b"%%", b"a"):
        attempt(lambda: form % value)
text = "ab" * len(sys.argv)
print([text % value is text for value in ([], {}, (), Keyed())])
for key in (b"a", None, 1.5, 10**30, True, 7):
    for queue in (deque("abc"), Queue("abc"), Keyed("abc")):
        attempt(lambda: queue[key])
        attempt(lambda: queue.__getitem__(key))
        attempt(lambda: deque.__getitem__(queue, key))
        attempt(lambda: queue.__setitem__(key, 1))
        attempt(lambda: queue.__delitem__(key))
        attempt(lambda: operator.delitem(queue, key))
for value in (functools.partial(len), re.compile(""), deque(), None):
    for function in (os.fspath, os.stat, open, os.listdir):
        attempt(function, value) if value is not None or function is not os.listdir else None
for function in (int, float, lambda v: int(v, 10)):
    attempt(lambda: function(Odd("x")))  # the message cannot be made
for function in (itertools.dropwhile, itertools.takewhile, itertools.filterfalse):
    attempt(lambda: list(function(None, [0, 1])))
    attempt(lambda: list(function(bool, [0, 1])))
for bounds in ((2, None, -2), (0, 1, 0), (-2, 1, -2), (0, 1, None), (0, -1), (0, 10**30, -1), (0, 1, "a")):
    attempt(lambda: list(itertools.islice([1, 2], *bounds)))
attempt(compile, 5, "", "c")
attempt(compile, 5, "", "func_type")
attempt(compile, 5, "", "exec")
for value in (1j, 1 + 0j, 2.5):
    print(Decimal(1).__eq__(value), Decimal(1).__ne__(value), Decimal(1) == value, Decimal(1) != value)
print(len(compile("try:\n    a\nfinally:\n    attempt(lambda: f'{a = !a}')\n", "", "exec").co_consts))


def unbound():
    f.x -= 1
    f = 1


place(unbound)

# Separators that are no ASCII; who is asked for a length; who has an __init__; how often keys are asked for.
import builtins

for separator in ("\xe9", b"\xe9", "\u0123", "", b"-", 5):
    attempt(lambda: binascii.hexlify(b"abc", separator))
    attempt(lambda: b"abc".hex(separator))
    attempt(lambda: memoryview(b"abc").hex(separator, 2))


class Asked:
    def __len__(self):
        print("asked", type(self).__bases__)
        return super().__len__()

    def __getattr__(self, name):
        print("lacks", name)
        raise AttributeError(name)


for base in (set, frozenset, dict, list, deque):
    value = type("Asked" + base.__name__, (Asked, base), {})([(1, 2)])
    for function in (list, lambda v: [*v], lambda v: [].extend(v), sorted):
        attempt(function, value)


class Lying(set):
    def __len__(self):
        return -1


attempt(list, Lying())
attempt(lambda: {**Asked()})
attempt(lambda: dict(**Asked()))
for name, error in sorted(vars(builtins).items()):
    if isinstance(error, type) and issubclass(error, Exception):
        print(name, [n for n in ("__init__", "__new__", "__str__", "__reduce__") if n in vars(error)])
attempt(ValueError.__init__, 1)
attempt(ConnectionError.__init__, ValueError())

# Formats name the class of what they are for; bisect() wants sequences.
import bisect


class Real(float):
    pass


class Imaginary(complex):
    pass


for value in (Real(1.5), Imaginary(1), 1.5, 1j):
    for form in ("d", "5s", ",x", ".2", "=5", "", "ab"):
        attempt(format, value, form)
for value in ({0: 1}, {}, {1}, (), 5, "ab"):
    attempt(bisect.bisect, value, "b")
    attempt(bisect.insort, value, "b")

# Arguments that are text for C; what is looked at first; no negative zeros.
import datetime

for text in ("\0", "hours\0", "\udc80", "hours", 5):
    attempt(datetime.time().isoformat, text)
    attempt(lambda: io.TextIOWrapper(io.BytesIO(), newline=text))
for parts in ((1, "x", 2.5), (1, "x", 10**30), (0, (1, 2), 3), (1, (), "F"), (0, "x", 1)):
    attempt(Decimal, parts)
for value in (-1j, complex(-0.0, -0.0), complex(-0.0, 1)):
    print(format(value, "z"), format(value, "+z"), format(value, "z.1f"), format(value, "z#"))

for function in (eval, exec):
    for arguments in ((5, None, 5), (5, {}, 5), ("1", None, 5), ("1", None, {}), (5, 5, 5), (5, 5)):
        attempt(function, *arguments)
attempt((1j).__pow__, [], ...)
attempt((1j).__pow__, 1, ...)

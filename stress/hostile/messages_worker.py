"""Results and exceptions of calls: what runs under both interpreters (messages.py drives it).

    messages_worker.py MODULE     call what the module has, and print (call, what it gave) for each call

Functions and types of a built-in module are called with each of ARGUMENTS. The module "methods" stands for the methods of
built-in types: those of the values of `samples`, each on a fresh one.
"""

import array
import collections
import contextvars
import functools
import importlib
import io
import itertools
import operator
import os
import random
import re
import signal
import sys
import types
import weakref

import calls_worker  # beside this file

ARGUMENTS = [
    "", "None", "1", "'a'", "b'a'", "[]", "1.5", "-1", "2**70", "{}", "1, 2", "'a', 'b'", "b'a', b'b'", "'a', 1", "len, [1]",
    "None, None", "1, 2, 3", "'a', 'b', 'c'", "b'a', 1, 2", "None, None, None, None", "1, 1, 1, 1, 1, 1, 1, 1, 1", "x=1", "1, x=1",
    "'a', errors=1", "(1, 2)", "object", "float('nan')", "'\\ud800'", "'a\\0b'",
]  # fmt: skip

# Results of these types are printed, of others only the type.
PLAIN = (int, str, bytes, float, list, tuple, dict, bool, type(None), set, frozenset, complex, bytearray)

CALLED_ON_TYPES = (types.BuiltinFunctionType, types.MethodDescriptorType, types.WrapperDescriptorType, types.ClassMethodDescriptorType)

# Every type has these from object or type, and what they give is the interpreter's own.
NOT_CALLED = set(
    """
    __class__ __del__ __dir__ __doc__ __getstate__ __hash__ __init_subclass__ __reduce__ __reduce_ex__ __sizeof__ __subclasses__
    __subclasshook__
    """.split()
)


def samples():
    """A fresh value of each built-in type that can be made without files, sockets and threads."""
    import _blake2, _bz2, _csv, _lzma, _md5, _pickle, _queue, _sha1, _struct, zlib  # noqa: E401

    def generator():
        yield

    async def asynchronous():
        yield

    yield from ["abc", b"abc", bytearray(b"abc"), memoryview(b"abc"), 5, True, 2.5, 1j, None, ..., NotImplemented]
    yield from [[1, 2], (1, 2), {1: 2}, {1}, frozenset({1}), range(5), slice(1, 2), object(), int, type]
    yield from [iter([1]), iter((1,)), iter("a"), iter({1: 2}), iter({1}), reversed([1]), enumerate([1]), zip([1]), map(str, [1])]
    yield from [filter(None, [1]), {1: 2}.keys(), {1: 2}.values(), {1: 2}.items(), generator(), asynchronous()]
    yield from [len, [].append, list.append, int.__add__, (5).__add__, int.from_bytes, dict.__dict__["fromkeys"], generator]
    yield from [type.__dict__["__mro__"], property(), classmethod(len), staticmethod(len), super(int, 5), generator.__code__]
    yield from [Exception("e"), KeyError("k"), OSError(2, "x", "f"), SyntaxError("m", ("f", 1, 2, "t")), StopIteration(3)]
    yield from [UnicodeDecodeError("utf-8", b"a", 0, 1, "r"), UnicodeEncodeError("utf-8", "a", 0, 1, "r"), ImportError("m", name="n")]
    yield from [types.SimpleNamespace(a=1), types.MappingProxyType({}), types.ModuleType("m"), list[int], int | str]
    yield from [io.BytesIO(b"abc"), io.StringIO("abc"), io.BufferedReader(io.BytesIO(b"abc")), io.BufferedWriter(io.BytesIO())]
    yield from [io.BufferedRandom(io.BytesIO()), io.TextIOWrapper(io.BytesIO()), io.IncrementalNewlineDecoder(None, True)]
    yield from [array.array("i", [1, 2]), collections.deque([1]), collections.defaultdict(int), collections.OrderedDict(a=1)]
    yield from [itertools.chain([1]), itertools.islice([1], 1), itertools.groupby([1]), itertools.product([1])]
    yield from [itertools.combinations([1], 1), itertools.permutations([1])]
    yield from [functools.partial(len), functools.lru_cache(len), operator.itemgetter(1), operator.attrgetter("a")]
    yield from [operator.methodcaller("a"), re.compile("a"), re.match("a", "a"), weakref.ref(int)]
    yield from [contextvars.ContextVar("v"), contextvars.Context(), random.Random(1)]
    yield from [_struct.Struct("i"), _sha1.sha1(), _md5.md5(), _blake2.blake2b(), zlib.compressobj(), zlib.decompressobj()]
    yield from [_bz2.BZ2Compressor(), _lzma.LZMADecompressor(), _queue.SimpleQueue(), _csv.reader([]), _csv.writer(io.StringIO())]
    yield from [_pickle.Pickler(io.BytesIO()), _pickle.Unpickler(io.BytesIO())]


def methods():
    """(name, function, what makes the arguments before the others) for the methods of the samples' types."""
    seen = set()
    for number, sample in enumerate(samples()):
        own = functools.partial(lambda n: [next(itertools.islice(samples(), n, None))], number)
        kind = type(sample)
        for attribute in sorted(vars(kind)):
            name = f"{kind.__module__}.{kind.__qualname__}.{attribute}"
            descriptor = vars(kind)[attribute]
            if name in seen or attribute in NOT_CALLED or not isinstance(descriptor, CALLED_ON_TYPES):
                continue
            seen.add(name)
            yield name, getattr(kind, attribute), list if isinstance(descriptor, types.ClassMethodDescriptorType) else own


def functions(name):
    """The same for the functions and types of a module."""
    for attribute, v in sorted(vars(importlib.import_module(name)).items()):
        if attribute.startswith("__") or isinstance(v, type) and issubclass(v, BaseException):
            continue
        if isinstance(v, (types.BuiltinFunctionType, type)):
            yield f"{name}.{attribute}", v, list


def text(v):
    """What a value looks like, without addresses."""
    try:
        return re.sub("0x[0-9a-f]+", "0x...", v if isinstance(v, str) else repr(v))[:300]
    except Exception as e:
        return f"repr raises {type(e).__name__}"


def result_of(call, own, arguments):
    """What a call gives, as text."""
    try:
        signal.setitimer(signal.ITIMER_REAL, 2)
        result = eval(f"call(*own(), {arguments})", {"call": call, "own": own})
        return f"{type(result).__name__} {text(repr(result))}" if type(result) in PLAIN else type(result).__name__
    except (RecursionError, MemoryError, calls_worker.Late) as e:
        return type(e).__name__  # where it is noticed differs
    except BaseException as e:
        return f"{type(e).__name__}: {text(str(e))}"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def main():
    name = sys.argv[1]
    out = open(os.dup2(1, calls_worker.SAID), "w", buffering=1)
    os.dup2(os.open(os.devnull, os.O_RDWR), 1)  # which is among the arguments
    signal.signal(signal.SIGALRM, calls_worker.late)
    try:
        targets = list(methods() if name == "methods" else functions(name))
    except ImportError:
        return  # it has nothing then
    for full, call, own in targets:
        for arguments in ARGUMENTS if full not in calls_worker.LEFT_OUT else []:
            print(ascii((f"{full}({arguments})", result_of(call, own, arguments))), file=out)


main()

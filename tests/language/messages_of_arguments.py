# What built-in functions and methods say of too few, too many and named arguments.
import builtins
import re
import types


def shown(label, function, *args, **kwargs):
    try:
        result = type(function(*args, **kwargs)).__name__
    except Exception as e:
        result = f"{type(e).__name__} {e}"
    print(label, "->", re.sub("0x[0-9a-f]+", "0x", result)[:160])


def use(name, function):
    shown(f"{name}()", function)
    shown(f"{name}(*9)", function, *[1] * 9)
    shown(f"{name}(x=1)", function, x=1)
    shown(f"{name}(1, x=1)", function, 1, x=1)


samples = [
    "ab", b"ab", bytearray(b"ab"), [1], (1,), {1: 2}, {1}, frozenset([1]), 5, True, 1.5, 1j, range(3), slice(1),
    Exception(1), object(), iter([1]), {}.keys(), types.ModuleType("m"),
    use, None, type(vars(int))({}), {}.items(), super(int, 1), [].append, OSError(1, "a"),
]
other = {"__class__", "__init_subclass__", "__subclasshook__", "__iter__", "__exit__", "__new__"}  # what they return is another matter
for sample in samples:
    for name in sorted(set(dir(sample)) - other):
        function = getattr(sample, name)
        if callable(function) and (type(sample), name) != (range, "__reduce__"):
            use(f"{type(sample).__name__}.{name}", function)
for name in sorted(
    set(dir(builtins))
    - {"breakpoint", "input", "help", "quit", "exit", "copyright", "credits", "license", "__build_class__", "open", "__import__", "exec", "eval", "print"}
):
    function = getattr(builtins, name)
    if callable(function):
        use(name, function)
        shown(f"{name}(1)", function, 1)
        shown(f"{name}(1, 2)", function, 1, 2)
        shown(f"{name}(None, None, None)", function, None, None, None)


def evaluated(text):
    try:
        print(text, "->", eval(text))
    except Exception as e:
        print(text, "->", type(e).__name__, e)


for method in ["find", "index", "count", "startswith", "endswith", "rfind", "rindex"]:
    for receiver in ["'a'", "b'a'", "bytearray()"]:
        for arguments in ["", "1, 2, 3, 4, 5", "x=1", "*(), x=1", "'a', x=1", "**{}", "'a', [1]", "'a', None, 'b'", "1, [1]"]:
            evaluated(f"{receiver}.{method}({arguments})")
for text in [
    "sorted()", "sorted(1, 2)", "sorted([], x=1)", "sorted(x=1)", "sorted([1], key=1)", "sorted([1], reverse='a')", "[].sort(reverse=None)",
    "pow(1, start=2)", "pow(start=1)", "int.from_bytes(default=1)", "super(1, 2, 3)", "True.bit_count(x=1)", "True.bit_count(**{'x': 1})",
    "print(*(int | str))", "len(*slice(1))", "print(1, *slice(1))", "[*(int | str)]", "(lambda *a: a)(*(int | str))", "float.fromhex(1)",
]:
    evaluated(text)


# Numbers that are too large, for arguments and for counts; what cannot be joined; sides that are asked in turn.
import collections
import contextvars
import io
import itertools


class Broken:
    __iter__ = 5


class Raising:
    def __iter__(self):
        raise TypeError("of its own")


large = 1 << 70
for source in ("'a'.ljust(large)", "[1].pop(large)", "[].insert(large, 1)", "'a'.split('a', large)", "'a' * large",
               "[1].__mul__(large)", "bytes(large)", "'abc'[large]", "[][:large]", "bytearray(b'a').pop(large)",
               "collections.deque(maxlen=large)", "(5).to_bytes(large, 'big')", "itertools.repeat(1, large)",
               "itertools.islice([], large)", "io.BytesIO().read(large)", "io.BytesIO().seek(large)", "1 << large",
               "''.join(Broken())", "b''.join(Broken())", "''.join(Raising())", "bytearray().join(5)", "''.join(x for x in 5)",
               "contextvars.ContextVar()", "contextvars.ContextVar('a', 5)", "contextvars.ContextVar(default=1)"):
    try:
        print(source, eval(source))
    except Exception as error:
        print(source, type(error).__name__, error)
for left in {}, set(), range(3), 5, None, [], "", type("Int", (int,), {})(2):
    for right in "ab", [1]:
        try:
            it = left
            it *= right
            print(left, right, it)
        except TypeError as error:
            print(left, right, error)

"""Numbers as arguments: which exception tells that one is too large, negative or none, in each of the forms C has."""
import array
import collections
import io
import re
import weakref


LEFT_OUT = (io.TextIOWrapper, "seek"), (io.BytesIO, "readlines")


def attempt(function, *arguments, **keywords):
    try:
        print(repr(function(*arguments, **keywords))[:60])
    except BaseException as e:
        print(type(e).__name__, e)


for argument in "a", None, 1.5, -1, 2**70, b"a", True, []:
    print(ascii(argument))
    for make in lambda: io.BytesIO(b"abc"), lambda: io.StringIO("abc"), lambda: io.TextIOWrapper(io.BytesIO(b"abc")), \
            lambda: io.BufferedReader(io.BytesIO(b"abc")), lambda: io.BufferedRandom(io.BytesIO(b"abc")):
        for name in "truncate", "read", "readline", "readlines", "read1", "peek", "seek":
            if hasattr(make(), name) and (type(make()), name) not in LEFT_OUT:
                attempt(getattr(make(), name), argument)
    attempt(io.IncrementalNewlineDecoder, None, 1, argument)
    attempt(io.IncrementalNewlineDecoder(None, True).decode, "a", argument)
    for container in "abc", b"abc", bytearray(b"abc"):
        for name in "center", "ljust", "rjust", "zfill", "expandtabs":
            if argument != 2**70 or name != "expandtabs":
                attempt(getattr(container, name), argument)
        attempt(container.split, None, argument)
        attempt(container.replace, container[:1], container[1:2], argument)
    for container in [1, 2], bytearray(b"abc"), array.array("i", [1, 2]), collections.deque([1, 2]):
        for name in "pop", "rotate":
            if hasattr(container, name) and not isinstance(container, collections.deque | list):
                attempt(getattr(container, name), argument)
        attempt(container.insert, argument, 1)
    attempt([1, 2].pop, argument)
    attempt(collections.deque([1]).rotate, argument)
    attempt(int.to_bytes, 1, argument)
    attempt(re.match("(a)", "a").group, argument)
    attempt(re.compile("a").search, "a", argument)
    attempt(compile, "a", argument, 3)
    attempt(BaseExceptionGroup, "a", argument)
    attempt(SyntaxError, "a", argument)
    attempt(dict.__dict__["fromkeys"], argument)
    attempt(weakref.ref(attempt), argument)
for kind in io.BufferedReader, io.BufferedWriter, io.BufferedRandom, io.TextIOWrapper:
    attempt(kind)
    attempt(kind, None)
    attempt(kind, io.BytesIO(), 0)
for name in "a\0b", "utf-8\0":
    attempt("a".encode, name)
    attempt("a".encode, "utf-8", name)
    attempt(b"a".decode, name)
    attempt(str, b"a", name)
    attempt(bytes, "a", name)
    attempt(bytearray, "a", "utf-8", name)
    attempt(io.TextIOWrapper, io.BytesIO(), name)
attempt(ExceptionGroup, 1, [])
attempt(SyntaxError, "a", (1,) * 5)
attempt(SyntaxError, "a", (1,) * 7)
attempt(compile, 1, 2, 3)
closed = io.BufferedReader(io.BytesIO(b"abc"))
closed.close()
attempt(closed.truncate)

"""What only a regular expression's scanner holds is found when it is garbage, also what the scanner reads as a buffer."""
import gc
import re
import sys
import weakref


class Mark:
    pass


class Text(str):
    pass


class Bytes(bytes):
    pass


class Array(bytearray):
    pass


# CPython 3.11's scanners are not looked into, so there such islands stay.
for kind, pattern, text in ((Text, "b", "abc"), (Bytes, b"b", b"abc"), (Array, b"b", b"abc")):
    searched = kind(text)
    searched.scanner = re.compile(pattern).scanner(searched)
    searched.mark = Mark()
    mark = weakref.ref(searched.mark)
    print(searched.scanner.search())
    del searched
    gc.collect()
    print(mark() is None or sys.implementation.name == "cpython")

# Long tuples from what tells its length and from what does not.
print(len(tuple(range(300000))), sum(tuple(i for i in range(300000))), tuple(map(abs, range(-20, 3)))[::7])

"""One thread makes objects and drops them last, which another read meanwhile and dropped before: what it read comes
before the memory's next use."""
from support import beside

N = 400
MAKERS = {
    "complex": (lambda: complex(8, 1), lambda v: v.real, 8.0),
    "float": (lambda: 8.0 * len(holder), lambda v: v.is_integer(), True),
    "range": (lambda: range(8 * len(holder)), lambda v: v.stop, 8),
    "slice": (lambda: slice(8 * len(holder)), lambda v: v.stop, 8),
    "bytes": (lambda: bytes(8 * len(holder)), len, 8),
    "str": (lambda: "abcdefgh" * len(holder), len, 8),
    "int": (lambda: 8 << 70 * len(holder), lambda v: v >> 70, 8),
    "tuple": (lambda: (8,) * len(holder), lambda v: v[0], 8),
    "memoryview": (lambda: memoryview(bytearray(8)), lambda v: v.nbytes, 8),
    "code": (lambda: (lambda: 8).__code__.replace(co_firstlineno=8), lambda v: v.co_firstlineno, 8),
}

holder = [None]
for name, (make, read, expected) in MAKERS.items():
    holder[0] = make()

    def look():
        v = holder[0]
        return read(v) == expected

    def replace():
        old, holder[0] = holder[0], make()

    print(name, beside(N, look, replace))

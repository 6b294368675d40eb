"""marshal: values as bytes and back, in every version; code objects come back too."""
import io
import marshal
import math

samples = [None, True, False, ..., StopIteration, 0, 1, -1, 2**31 - 1, -2**31, 2**31, 2**70, -2**70, 1.5, -0.0, 1e300, math.inf,
           2j, "", "text", "\xe9\u20ac\U0001f600", "\udc80", "x" * 300, b"", b"bytes", (), (1, (2,)), [], [1, [2]], {}, {1: {"a": 2}},
           set(), {1, 2, "x"}, frozenset({1, 2}), tuple(range(300))]
for version in range(5):
    again = [marshal.loads(marshal.dumps(sample, version)) for sample in samples]
    print(version, all(a == b and type(a) is type(b) for a, b in zip(samples, again)), repr(again[14]))
for sample in ("text".upper(), "\xe9" * 2, b"bytes", (1, 2.5), [None, True], {"key": 10**20}, {"b", "a", "c"}):
    print([marshal.dumps(sample, version) for version in (0, 1, 2)])

def function(a, *, b=1):
    def inner():
        return a, b
    return inner
code = marshal.loads(marshal.dumps((function.__code__, function.__code__)))
print(code[0] is code[1], code[0].co_name, code[0].co_consts[1].co_name)
function.__code__ = code[0]
print(function(3)())

loop = []
loop.append(loop)
again = marshal.loads(marshal.dumps(loop))
print(again[0] is again)
d = {}
d["d"] = d
again = marshal.loads(marshal.dumps(d))
print(again["d"] is again)
same = "not interned " * 3
again = marshal.loads(marshal.dumps([same, same]))
print(again[0] is again[1])

file = io.BytesIO()
for sample in samples[:12]:
    marshal.dump(sample, file)
file.seek(0)
print([marshal.load(file) for _ in range(12)])

class BadReader(io.BytesIO):
    def readinto(self, buffer):
        count = super().readinto(buffer)
        return count + 10 if count and count > 4 else count

deep = []
for _ in range(3000):
    deep = [deep]
for name, action in {
    "object": lambda: marshal.dumps(object()), "subclass": lambda: marshal.dumps(type("I", (int,), {})()),
    "deep": lambda: marshal.dumps(deep), "empty": lambda: marshal.loads(b""), "short": lambda: marshal.loads(b"i\0"),
    "unknown": lambda: marshal.loads(b"?"), "null": lambda: marshal.loads(b"0"), "reference": lambda: marshal.loads(b"r\0\0\0\0"),
    "digit": lambda: marshal.loads(b"l\x02\0\0\0\0\0\0\x80"), "zero": lambda: marshal.loads(b"l\x02\0\0\0\0\0\0\0"),
    "size": lambda: marshal.loads(b"l\0\0\0\x80"), "item": lambda: marshal.loads(b")\x010"), "str": lambda: marshal.loads("text"),
    "nested": lambda: marshal.loads(b")\x01" * 3000 + b"N"), "end": lambda: marshal.load(io.BytesIO(b"")),
    "middle": lambda: marshal.load(io.BytesIO(b"i\0")), "text": lambda: marshal.load(io.StringIO("x")),
    "bad": lambda: marshal.load(BadReader(marshal.dumps("a text that is long"))), "long": lambda: marshal.loads(b"(\0\0\0\x80"),
    "bytes": lambda: marshal.loads(b"s\xff\xff\xff\x7f"),
}.items():
    try:
        print(name, action())
    except Exception as error:
        print(name, type(error).__name__, error)

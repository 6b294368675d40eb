"""Buffered and text streams over raw streams that misbehave, and streams whose initialisation failed."""
import io
import sys
import tempfile
import threading


def report(step):
    try:
        return step()
    except Exception as error:
        cause = error.__cause__ or error.__context__
        return f"{type(error).__name__}: {error}" + (f" <- {cause!r}" if cause else "")


class Raw(io.RawIOBase):
    position = 0
    answers = ()

    def __init__(self, *answers):
        self.answers = list(answers)
        self.calls = []

    def readable(self):
        return True

    writable = seekable = readable

    def readinto(self, room):
        answer = self.answers.pop(0) if self.answers else 0
        self.calls.append(len(room))
        if isinstance(answer, bytes):
            room[: len(answer)] = answer
            return len(answer)
        return answer

    def write(self, data):
        self.calls.append(bytes(data))
        return self.answers.pop(0) if self.answers else len(data)

    def seek(self, offset, whence=0):
        return self.position

    def tell(self):
        return self.position


# ---- what a raw stream says ----
for make in (io.BufferedReader, io.BufferedWriter, io.BufferedRandom):
    for Raw.position in (-1, -123, 5, "x", None, 2**70, 2.5):
        stream = make(Raw())
        print(make.__name__, repr(Raw.position), report(stream.tell), report(lambda: stream.seek(0)),
              report(lambda: stream.seek(0, 1)))  # fmt: skip
Raw.position = 0
for answer in (-1, 100, "x", None, 2**70, 2.5, b"", b"abc"):
    for step in (lambda s: s.read(3), lambda s: s.read1(3), lambda s: s.readline(), lambda s: s.peek(),
                 lambda s: s.readinto(bytearray(3)), lambda s: s.readinto1(bytearray(3))):  # fmt: skip
        print(repr(answer), report(lambda: step(io.BufferedReader(Raw(answer), 10))))
    if answer is None:
        continue
    writer = io.BufferedWriter(Raw(), 4)
    writer.raw.answers = [answer]
    print(report(lambda: writer.write(b"abcdefgh")), writer.raw.calls)

# ---- one read at most ----
for sizes in ([3, 10, 20], [20, 20], [10, 11, 1], [0, 5]):
    for peek in (False, True):
        for name in ("readinto1", "read1"):
            raw = Raw(b"abc", b"de", b"fgh", None, b"jkl", b"m" * 10)
            stream = io.BufferedReader(raw, 10)
            got = []
            for size in sizes * 3:
                if peek:
                    stream.peek(1)
                if name == "read1":
                    got.append(report(lambda: stream.read1(size)))
                else:
                    room = bytearray(size)
                    got.append((report(lambda: stream.readinto1(room)), bytes(room)))
            print(name, sizes, peek, got, raw.calls)
raw = Raw(b"abcdef", b"gh")
stream = io.BufferedReader(raw, 4)
print(stream.read1(), stream.read1(-1), stream.read1(0), stream.read1(), raw.calls)

# ---- initialisation that fails ----
for make in (io.BufferedReader, io.BufferedWriter, io.BufferedRandom):
    stream = make(Raw())
    for arguments in ((Raw(), 0), (Raw(), -5), (Raw(), "x"), (3,), (io.StringIO(),), ()):
        print(make.__name__, arguments[1:], report(lambda: stream.__init__(*arguments)))
        print(*[report(step) for step in (stream.flush, stream.tell, lambda: stream.read(1), lambda: stream.write(b"x"),
                                          lambda: stream.closed, stream.detach)])  # fmt: skip
        stream.__init__(Raw())
    print(report(lambda: repr(make.__new__(make)))[: len(make.__name__) + 5])
text = io.TextIOWrapper(io.BytesIO(b"abc"))
for arguments in ((io.BytesIO(), "nonsense"), (io.BytesIO(), "ascii", 3), (io.BytesIO(), "ascii", None, "x"), (3,), (None, "utf-8")):
    print(arguments[1:], report(lambda: text.__init__(*arguments)))
    print(*[report(step) for step in (lambda: text.read(1), lambda: text.write("x"), text.tell, lambda: repr(text))])
    text.__init__(io.BytesIO(b"abc"), "utf-8")
    print(text.read(1))
print(report(lambda: repr(io.TextIOWrapper.__new__(io.TextIOWrapper))))
text.detach()
print(repr(text), report(lambda: text.read(1)))


# ---- closing both of a pair ----
class Failing(Raw):
    def __init__(self, error):
        super().__init__()
        self.error = error

    def close(self):
        if self.error:
            error, self.error = self.error, None
            raise error
        super().close()


for first in (None, ValueError("writer")):
    for second in (None, KeyError("reader")):
        pair = io.BufferedRWPair(Failing(second), Failing(first))
        print(report(pair.close), pair.closed)


# ---- closed by another thread, which has the lock ----
class Slow(Raw):
    def __init__(self):
        super().__init__()
        self.closing, self.waited = threading.Event(), threading.Event()

    def close(self):
        if not self.closed:
            self.closing.set()
            self.waited.wait(0.2)
        super().close()


for make in (io.BufferedWriter, io.BufferedRandom):
    raw = Slow()
    stream = make(raw, 8)
    closer = threading.Thread(target=stream.close)
    closer.start()
    raw.closing.wait()
    print(make.__name__, report(lambda: stream.write(b"spam")), stream.closed)
    closer.join()

# ---- more characters than there are ----
with tempfile.TemporaryFile("w+") as f:
    f.write("é" * 20000)
    for size in (1, 19000, 10**6, sys.maxsize, sys.maxsize - 2000):
        f.seek(0)
        print(size, len(f.read(size)), f.tell())

# ---- lines up to a number of bytes ----
class Three:
    def __index__(self):
        return 3


class Lines(io.BytesIO):
    def readline(self, size=-1):
        return b"never"

    def __iter__(self):
        return iter([b"other", 3])


for make, data in ((io.BytesIO, b"ab\ncd\n\nef\ngh"), (io.StringIO, "ab\ncd\n\nef\ngh"),
                   (lambda data: io.BufferedReader(io.BytesIO(data)), b"ab\ncd\n\nef\ngh")):  # fmt: skip
    for hint in (None, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 100, True, sys.maxsize, 2**64, Three(), "x", 2.5):
        stream = make(data)
        stream.read(1)
        print(report(lambda: stream.readlines(hint)), stream.tell())
    stream.seek(100)
    print(stream.readlines(), stream.readlines(3))
    stream.close()
    print(report(lambda: stream.readlines("x")))
print(Lines(b"ab\ncd").readlines(), report(lambda: io.IOBase.readlines(Lines())), report(lambda: io.IOBase.readlines(Lines(), 9)))

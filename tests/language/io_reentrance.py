"""Streams that are used again from inside their own operations, and positions far beyond what memory holds."""
import codecs
import io


class Numbers(io.TextIOWrapper):
    def readline(self):
        return 5


try:
    print(list(Numbers(io.BytesIO(b"a"))))
except OSError as error:
    print(error)


class Raw(io.RawIOBase):
    """Writes to the text stream above while that one hands its bytes down."""

    text = None
    length = 0

    def writable(self):
        return True

    def write(self, data):
        if self.text:
            text, self.text = self.text, None
            try:
                text.write("y" * 300000)
            except RuntimeError as error:
                print(str(error).partition("<")[0])
        assert set(data) <= set(b"xy"), set(data)
        self.length += len(data)
        return len(data)


raw = Raw()
raw.text = text = io.TextIOWrapper(io.BufferedWriter(raw), encoding="utf-8")
for _ in range(20):
    text.write("x" * 5000)
text.close()
print(raw.length >= 100000)


def read_more(error):
    stream.read(100)
    return "?", error.end


codecs.register_error("read more", read_more)
stream = io.TextIOWrapper(io.BytesIO(b"a\xff" * 100000), encoding="utf-8", errors="read more")
print(set(stream.read(20000)) <= set("a?"))

for stream, item in (io.BytesIO(), b"x"), (io.StringIO(), "x"):
    for position in 10**14, (2**64 - 216) // 5 - 1:
        stream.seek(position)
        try:
            stream.write(item)
        except MemoryError:
            print("no memory")

layer = io.BytesIO(b"deep down")
for _ in range(50):
    layer = io.BufferedReader(layer)
print(layer.closed, layer.read(4))
layer.close()
print(layer.closed)


class Raw(io.RawIOBase):
    """Closes the stream above it in the middle of its work."""

    def __init__(self, when):
        self.when = when
        self.above = None

    def meddle(self, when):
        if when == self.when and self.above is not None:
            above, self.above = self.above, None
            attempt("close in " + when, above.close)

    def readable(self):
        return True

    def writable(self):
        return True

    def seekable(self):
        return False

    def readinto(self, room):
        self.meddle("readinto")
        return 0

    def write(self, data):
        self.meddle("write")
        return len(data)

    def close(self):
        self.meddle("close")
        super().close()


def attempt(what, call, *args):
    try:
        print(what, call(*args))
    except Exception as error:
        print(what, type(error).__name__, str(error).split("<")[0])


for kind, when in ((io.BufferedReader, "readinto"), (io.BufferedReader, "close"), (io.BufferedWriter, "write"),
                   (io.BufferedWriter, "close")):
    raw = Raw(when)
    stream = raw.above = kind(raw)
    if kind is io.BufferedReader:
        attempt("read", stream.read, 5)
    else:
        attempt("write", stream.write, b"abc")
        attempt("flush", stream.flush)
    print(stream.closed)
    attempt("close", stream.close)
    print(stream.closed, raw.closed)
    attempt("close again", stream.close)

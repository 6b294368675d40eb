"""Streams in memory: their states, what views of them forbid, arguments that change them."""
import copy
import io

from support import attempt


class Text(io.StringIO):
    pass


class Bytes(io.BytesIO):
    pass


def states():
    for make in (lambda: io.StringIO("a\nb\r\nc", newline=None), lambda: io.StringIO("a\nb\r\nc", newline=""),
                 lambda: io.StringIO("a\nb", newline="\r\n"), lambda: io.StringIO("ab"), lambda: io.BytesIO(b"abc"),
                 lambda: Text("x"), lambda: Bytes(b"y")):
        stream = make()
        stream.read(2)
        if isinstance(stream, (Text, Bytes)):
            stream.attribute = 5
        print(stream.__getstate__())
        other = copy.copy(stream)
        print(type(other).__name__, other.tell(), other.getvalue(), vars(other), other.read())
        size, empty = (4, ("", "\n")) if isinstance(stream, io.StringIO) else (3, (b"",))
        other = make()
        for state in (None, (), (empty[0],), *[(*empty, at, given) for at, given in (
                (0, None), (-1, None), (0, 5), (2**70, None), ("a", None), (7, {"z": 2}))], (*empty, 0, None, 1)):
            attempt(other.__setstate__, state)
            print(vars(other), other.closed, other.tell(), repr(other.getvalue()))
        if size == 4:
            attempt(other.__setstate__, ("", "x", 0, None))
            attempt(other.__setstate__, ("", 5, 0, None))
            attempt(other.__setstate__, ("a\r\nb", None, 1, None))
            print(repr(other.getvalue()), other.newlines)
        other.close()
        attempt(other.__getstate__)
        attempt(other.__setstate__, (*empty, 0, None))


def views():
    stream = io.BytesIO(b"abc")
    view = stream.getbuffer()
    for call in (lambda: stream.write(5), lambda: stream.write(b""),
                 lambda: stream.__setstate__((b"", 0, None)), stream.close, lambda: stream.truncate(1),
                 lambda: stream.truncate("a"), lambda: stream.writelines([b""]), stream.getvalue,
                 lambda: stream.seek(100), lambda: stream.read(1), lambda: stream.readinto(view), view.release,
                 lambda: stream.readinto(view), lambda: stream.readinto1(b""), lambda: stream.write(b"x")):
        attempt(call)


class Meddles:
    def __init__(self, meddle, number):
        self.meddle, self.number = meddle, number

    def __index__(self):
        attempt(self.meddle)
        return self.number


def arguments():
    for make, item in (lambda: io.BytesIO(b"abcdef"), b"q"), (lambda: io.StringIO("abcdef"), "q"):
        for method in "read", "readline", "seek", "truncate":
            for number in 0, 3:
                for name in "close", "write", "seek", "init", "truncate":
                    stream = make()
                    meddle = {"close": stream.close, "write": lambda: stream.write(item * 10000),
                              "seek": lambda: stream.seek(3), "init": stream.__init__,
                              "truncate": lambda: stream.truncate(0)}[name]
                    if isinstance(stream, io.StringIO) and name == "close":
                        continue  # CPython looks at the old state
                    attempt(getattr(stream, method), Meddles(meddle, number))
                    if not stream.closed:
                        print(method, number, name, stream.tell(), stream.getvalue()[:10], len(stream.getvalue()))


states()
views()
arguments()

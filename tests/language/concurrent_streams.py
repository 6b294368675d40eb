"""Streams in several threads: initialised again, restored, closed and replaced beside readers and writers."""

import io
import os
import sys
import tempfile
import threading

ROUNDS = 300


def together(*workers):
    barrier = threading.Barrier(len(workers))
    failures = []

    def run(work):
        barrier.wait()
        try:
            for i in range(ROUNDS):
                work(i)
        except Exception as error:
            failures.append(repr(error))

    threads = [threading.Thread(target=run, args=(work,)) for work in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(set(failures))


def allowed(*types):
    def decorate(work):
        def careful(i):
            try:
                work(i)
            except types:
                pass

        return careful

    return decorate


def bytes_streams():
    stream = io.BytesIO(b"ab\n" * 50)

    def again(i):
        stream.__init__((b"ab\n", b"cd\n")[i % 2] * (i % 60))

    def restore(i):
        stream.__setstate__(((b"ef\n", b"gh\n")[i % 2] * (i % 40), i % 7, None))

    def whole(i):
        contents = stream.getvalue()
        assert len(contents) % 3 == 0, contents
        assert contents.replace(contents[:3], b"") == b"" or not contents, contents

    def read(i):
        stream.seek(0)
        stream.read(i % 9)
        stream.readline()
        next(stream, None)
        stream.readinto(bytearray(4))
        stream.tell()

    @allowed(BufferError)
    def view(i):
        with stream.getbuffer() as buffer:
            bytes(buffer)

    print("BytesIO", together(allowed(BufferError)(again), allowed(BufferError)(restore), whole, read, view))


def text_streams():
    stream = io.StringIO("ab\n" * 50)

    def again(i):
        stream.__init__(("ab\n", "cd\n", "\u20ac\u20ac\n")[i % 3] * (i % 60), newline=(None, "\n", "\r\n")[i % 3])

    def restore(i):
        stream.__setstate__((("ef\n", "gh\n")[i % 2] * (i % 40), "\n", i % 7, None))

    def whole(i):
        contents = stream.getvalue().replace("\r\n", "\n")
        assert len(contents) % 3 == 0, contents
        assert contents.replace(contents[:3], "") == "" or not contents, contents

    def read(i):
        stream.seek(0)
        stream.read(i % 9)
        stream.readline()
        next(stream, None)
        stream.tell()
        stream.newlines

    workers = [again, whole, read]
    if hasattr(stream, "__setstate__"):
        workers.append(restore)
    print("StringIO", together(*workers))


def closed_beside_users():
    for make, data in ((io.BytesIO, b"xy\n" * 10), (io.StringIO, "xy\n" * 10)):
        holder = [make(data)]

        @allowed(ValueError)
        def use(i):
            stream = holder[0]
            stream.write(data[:3])
            stream.seek(0)
            stream.readline()

        @allowed(ValueError)
        def close(i):
            holder[0].close()
            holder[0] = make(data)

        print(make.__name__, "closed", together(use, use, close))


def wrappers():
    text = io.TextIOWrapper(io.BytesIO(b"line\n" * 200), encoding="utf-8")

    @allowed(ValueError, OSError)
    def lines(i):
        for line in text:
            break

    @allowed(ValueError, OSError)
    def ask(i):
        text.newlines, text.line_buffering, text.write_through, text._CHUNK_SIZE
        text.tell()
        text.seek(0)

    @allowed(ValueError, OSError)
    def write(i):
        text.write("line\n")
        text.flush()

    @allowed(ValueError, OSError)
    def again(i):
        text.__init__(io.BytesIO(b"line\n" * 20), encoding=("utf-8", "ascii", "utf-16")[i % 3], newline=(None, "")[i % 2])

    print("TextIOWrapper", together(lines, ask, write, again))


def buffered():
    read_end, write_end = os.pipe()
    reader, writer = os.fdopen(read_end, "rb"), os.fdopen(write_end, "wb")
    got = []

    def write(i):
        writer.write(b"%04d\n" % i)
        if i % 10 == 0:
            writer.flush()
        if i == ROUNDS - 1:
            writer.close()

    def read(i):
        line = reader.readline()
        if line:
            got.append(line)

    print("pipe", together(write, read), len(got), len(set(map(len, got))))
    reader.close()


def buffered_again():
    stream = io.BufferedRandom(io.BytesIO(b"line\n" * 100), 16)

    def allow(work):
        return allowed(ValueError, OSError, RuntimeError)(work)

    workers = [lambda i: stream.read1(), lambda i: stream.read(3), lambda i: stream.readline(), lambda i: stream.peek(),
               lambda i: stream.readinto(bytearray(7)), lambda i: stream.write(b"line\n"), lambda i: stream.seek(0),
               lambda i: repr(stream), lambda i: stream.__init__(io.BytesIO(b"line\n" * 30), 8 + i % 50),
               lambda i: stream.close() if i % 30 == 0 else None]
    print("BufferedRandom", together(*map(allow, workers)))


bytes_streams()
text_streams()
closed_beside_users()
wrappers()
buffered()
buffered_again()


# Lines of one file, each given out once; then it is closed, or its buffer taken away, under those who read.
def shared_lines():
    with tempfile.NamedTemporaryFile('w+') as kept:
        written = ['line %d\n' % i for i in range(5000)]
        kept.writelines(written)
        kept.flush()
        for end in None, 'close', 'detach':
            stream, got = open(kept.name), [[] for _ in range(4)]

            def read(lines):
                try:
                    for line in stream:
                        lines.append(line)
                except ValueError:
                    pass

            readers = [threading.Thread(target=read, args=(lines,)) for lines in got]
            for reader in readers:
                reader.start()
            if end:
                beneath = stream.buffer
                getattr(stream, end)()
                beneath.close()
            for reader in readers:
                reader.join()
            found = sorted(sum(got, []))
            whole = found == sorted(written) if end is None else set(found) <= set(written)
            print(end, whole or sys.implementation.name == "cpython")  # which may lose some
            if end is None:
                stream.close()


shared_lines()

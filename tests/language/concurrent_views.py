"""Memoryviews released, and what they look at resized, beside threads that use them: each operation is one step, and
fails only as it does when the release came before."""
import io

from support import attempt, beside, together

N = 2000
RELEASED = ValueError("operation forbidden on released memoryview object")


def either(expected, operation, *args):
    """Is the result what is expected, or the view released?"""
    try:
        found = operation(*args)
    except ValueError as error:
        return str(error) == str(RELEASED) or repr(error)
    return found == expected or repr(found)


USES = {
    "m[0]": lambda m: m[0],
    "m[-1:]": lambda m: bytes(m[-1:]),
    "m[::-2]": lambda m: m[::-2].tobytes(),
    "tobytes": lambda m: m.tobytes(),
    "tolist": lambda m: m.tolist(),
    "hex": lambda m: m.hex(),
    "bytes": bytes,
    "list": list,
    "cast": lambda m: m.cast("h").tolist(),
    "==": lambda m: m[:] == b"abcdefgh",
    "in": lambda m: 104 in m,
    "find": lambda m: b"xabcdefgh".find(m),
    "memoryview": lambda m: memoryview(m).tolist(),
    "attributes": lambda m: (m.nbytes, m.format, m.shape, m.strides),
    "m[1:3] = m[1:3]": lambda m: m.__setitem__(slice(1, 3), m[1:3]),
    "m[2] = 99": lambda m: m.__setitem__(2, 99),
    "m[::2] = ...": lambda m: m.__setitem__(slice(None, None, 2), b"aceg"),
    "BytesIO.write": lambda m: io.BytesIO().write(m),
    "readinto": lambda m: io.BytesIO(b"abcdefgh").readinto(m[:]),
}


def released_beside_users():
    for name, use in USES.items():
        expected = use(memoryview(bytearray(b"abcdefgh")))
        holder = [memoryview(bytearray(b"abcdefgh"))]

        def replace():
            data = bytearray(b"abcdefgh")
            view, holder[0] = holder[0], memoryview(data)
            old = view.obj
            try:
                view.release()
                old.extend(b"x" * 1000)
                old.clear()
            except BufferError:  # slices and writers hold it a while
                pass

        print(name, beside(N // 4, lambda: either(expected, use, holder[0]), replace))


def readers_never_hinder():
    data = bytearray(b"abcdefgh" * 50)
    view = memoryview(data)

    def release_and_grow():
        nonlocal view
        view.release()
        data.extend(b"x")
        del data[-1]
        view = memoryview(data)

    for name in "m[0]", "tobytes", "tolist", "hex", "bytes", "find", "BytesIO.write", "m[2] = 99":
        use = USES[name]

        def read():
            try:
                use(view)
            except ValueError as error:
                if str(error) != str(RELEASED):
                    raise

        print("never hindered:", name, together(N // 4, release_and_grow, read, read))


def writes_are_seen_whole():
    data = bytearray(8)
    items = memoryview(data).cast("q")
    words = [0x0101010101010101 * i for i in range(2)]
    state = 0

    def write():
        nonlocal state
        state ^= 1
        items[0] = words[state]

    print(beside(N, lambda: items[0] in words, write))
    print(beside(N, lambda: bytes(data) in (bytes(8), b"\1" * 8), write))
    print(beside(N, lambda: items.tobytes() in (bytes(8), b"\1" * 8), write))
    text = bytearray(b"aaaa")
    view = memoryview(text)

    def fill():
        view[:] = b"aaaa"
        view[:] = b"bbbb"

    print(beside(N, lambda: text.count(b"a") in (0, 4), fill))
    print(beside(N, lambda: view == b"aaaa" or view == b"bbbb" or bytes(view) in (b"aaaa", b"bbbb"), fill))


def shared_iterator():
    source = iter(memoryview(bytes(range(256)) * 8))
    got = []
    odd = together(512, *[lambda: got.append(next(source))] * 4)
    print(odd, len(got), sorted(got) == sorted(bytes(range(256)) * 8))


def stream_buffers():
    stream = io.BytesIO(b"abcdefgh" * 10)
    view = stream.getbuffer()

    def write():
        view[0] = 65
        view[0] = 97

    print(beside(N, lambda: stream.getvalue()[1:] == (b"abcdefgh" * 10)[1:], write))
    attempt(stream.write, b"x")
    view.release()

    def borrow():
        with stream.getbuffer() as buffer:
            return buffer[1] == 98

    def rewrite():
        try:
            stream.seek(0)
            stream.write(b"abcdefgh" * 20)
            stream.truncate(16)
        except BufferError:
            pass

    print(beside(N, borrow, rewrite))
    holder = [io.BytesIO(b"abc")]

    def close():
        try:
            holder[0].close()
            holder[0] = io.BytesIO(b"abc")
        except BufferError:
            pass

    def look():
        try:
            with holder[0].getbuffer() as buffer:
                return bytes(buffer) == b"abc"
        except ValueError as error:
            return str(error) == "I/O operation on closed file."

    print(beside(N, look, close))


def main():
    released_beside_users()
    readers_never_hinder()
    writes_are_seen_whole()
    shared_iterator()
    stream_buffers()


main()

# Classes of streams that extend __del__.
import io

record = []


def make(base):
    class Stream(base):
        def __del__(self):
            record.append(1)
            super().__del__()

        def close(self):
            record.append(2)
            super().close()

        def flush(self):
            record.append(3)
            super().flush()

    return Stream


class Raw(io.RawIOBase):
    def writable(self):
        return True

    readable = writable

    def write(self, data):
        print("write", bytes(data))
        return len(data)


for base, arguments in ((io.IOBase, ()), (io.RawIOBase, ()), (io.BufferedIOBase, ()), (io.TextIOBase, ()),
                        (io.BytesIO, (b"x",)), (io.StringIO, ("x",)), (io.BufferedReader, (Raw(),)),
                        (io.BufferedWriter, (Raw(),)), (io.TextIOWrapper, (io.BytesIO(),)), (io.FileIO, (__file__,))):
    stream = make(base)(*arguments)
    del stream
    print(base.__name__, record)
    record.clear()

stream = make(io.BufferedWriter)(Raw())
stream.write(b"pending")
stream.__del__()
print(stream.closed, record)
record.clear()
del stream
print(record)


class Silent(io.RawIOBase):
    def __del__(self):
        record.append("silent")

    def close(self):
        record.append("closed")


Silent()
print(record)
record.clear()
del Silent.__del__
Silent()
print(record)

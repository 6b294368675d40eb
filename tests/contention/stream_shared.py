"""Threads that write to one buffered stream."""

from support import together

stream = open("/dev/null", "wb")
data = bytes(100)


def work():
    for _ in range(100):
        stream.write(data)  # guilty: lock wait, _io.BufferedWriter


together(work, work, work)

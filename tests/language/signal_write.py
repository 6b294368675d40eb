# A buffered write that a signal cuts short runs the handler before it waits again.
import os
import signal


def handler(number, frame):
    signal.setitimer(signal.ITIMER_REAL, 0)
    raise ZeroDivisionError


signal.signal(signal.SIGALRM, handler)
for mode, data in (("wb", b"x" * (1 << 20)), ("w", "x" * (1 << 20))):
    r, w = os.pipe()
    stream = open(w, mode, closefd=False)
    signal.setitimer(signal.ITIMER_REAL, 0.05, 0.5)  # again, if the first comes before the write waits
    try:
        stream.write(data)
    except ZeroDivisionError:
        print("interrupted")
    print(os.read(r, 3))
    os.close(r)
    try:
        stream.close()
    except BrokenPipeError:
        pass
    os.close(w)

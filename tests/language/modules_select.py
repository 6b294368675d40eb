"""select, fcntl: descriptors that are ready, locks of files, arguments that are wrong."""
import fcntl
import os
import select
import signal
import time


def attempt(function, *args, **kwargs):
    try:
        print(function(*args, **kwargs))
    except Exception as error:
        print(type(error).__name__, error)


class Shrinks:
    """Its fileno() takes an item from the list that is being read."""
    def __init__(self, fd, items):
        self.fd, self.items = fd, items

    def fileno(self):
        del self.items[-1]
        return self.fd


reader, writer = os.pipe()
names = {reader: "reader", writer: "writer"}

# select
print([[names[fd] for fd in ready] for ready in select.select([reader], [writer], [], 5)])
print(select.select([reader], [], [], 0), select.select([], [], (), 0.001))
os.write(writer, b"x")
print([len(ready) for ready in select.select([reader], [writer], [reader])])
items = []
items[:] = [Shrinks(writer, items) for _ in range(10)]
print([len(ready) for ready in select.select([], items, [])], len(items))
attempt(select.select, 1, [], [])
attempt(select.select, ["x"], [], [])
attempt(select.select, [-1], [], [])
attempt(select.select, [1024], [], [])
attempt(select.select, [], [], [], "x")
attempt(select.select, [], [], [], -1)
attempt(select.select, [], [], [], float("nan"))
attempt(select.select, [], [], [], 1e30)

# poll
poller = select.poll()
poller.register(reader)
poller.register(writer, select.POLLOUT)
print(sorted((names[fd], event) for fd, event in poller.poll(1000)))
poller.modify(writer, select.POLLIN)
print([(names[fd], event) for fd, event in poller.poll()])
poller.unregister(reader)
print(poller.poll(1), poller.poll(0.5))
attempt(poller.unregister, reader)
attempt(poller.modify, reader, 1)
attempt(poller.register, reader, -1)
attempt(poller.register, reader, 65536)
attempt(poller.register, reader, "x")
attempt(poller.poll, "x")
attempt(poller.poll, 2 ** 40)
attempt(type(poller))

# epoll
with select.epoll() as e:
    e.register(reader, select.EPOLLIN)
    e.register(writer, select.EPOLLOUT | select.EPOLLET)
    print(sorted((names[fd], event) for fd, event in e.poll(1)))
    print(len(e.poll(maxevents=1)))
    e.modify(writer, 0)
    e.unregister(reader)
    print(e.poll(0.001), e.closed)
    attempt(e.unregister, reader)
    attempt(e.register, writer)
    attempt(e.poll, maxevents=0)
    attempt(e.poll, timeout="x")
    again = select.epoll.fromfd(os.dup(e.fileno()))
    print(again.fileno() != e.fileno())
    again.close()
print(e.closed)
attempt(e.fileno)
attempt(e.poll)
attempt(select.epoll, 0)
attempt(select.epoll, 1, 12)

# A signal whose handler returns does not shorten a wait; one whose handler raises ends it.
seen = []
signal.signal(signal.SIGALRM, lambda number, frame: seen.append(number))
signal.setitimer(signal.ITIMER_REAL, 0.02)
start = time.monotonic()
print(select.select([], [], [], 0.1), time.monotonic() - start >= 0.1, len(seen))


def handler(number, frame):
    raise KeyError("handler")


signal.signal(signal.SIGALRM, handler)
for wait in (lambda: select.select([], [], []), select.poll().poll, select.epoll().poll):
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    attempt(wait)

# fcntl
print(fcntl.fcntl(reader, fcntl.F_GETFD), fcntl.fcntl(reader, fcntl.F_SETFD, 0), fcntl.fcntl(reader, fcntl.F_GETFD))
print(fcntl.ioctl(reader, 0x541B, b"\0\0\0\0"))  # FIONREAD
room = bytearray(4)
print(fcntl.ioctl(reader, 0x541B, room), room, fcntl.ioctl(reader, 0x541B, room, False))
path = f"/tmp/atoll-fcntl-{os.getpid()}"
with open(path, "wb") as file:
    os.unlink(path)
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 10, 5, os.SEEK_SET)
    attempt(fcntl.lockf, file, fcntl.LOCK_SH)
    attempt(fcntl.lockf, file, 0)
    print(len(fcntl.fcntl(file, fcntl.F_GETLK, b"\0" * 32)))
attempt(fcntl.fcntl, reader, fcntl.F_GETFD, b"x" * 1025)
attempt(fcntl.fcntl, reader, fcntl.F_GETFD, 1.5)
attempt(fcntl.ioctl, reader, 1, 1.5)
attempt(fcntl.ioctl, reader, 0x541B, b"x" * 1025)
attempt(fcntl.fcntl, "x", 1)
attempt(fcntl.flock, -1, fcntl.LOCK_UN)
attempt(fcntl.flock, 999, fcntl.LOCK_UN)

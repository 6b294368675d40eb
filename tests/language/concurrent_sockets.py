"""Sockets, polls and descriptors beside other threads: closed in use, asked by several at once."""
import _socket
import select
import threading


def run(*functions):
    threads = [threading.Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


# One receives what the other sends.
a, b = _socket.socketpair()
received = []


def send():
    for i in range(60):
        a.sendall(b"%03d" % i)
    a.shutdown(_socket.SHUT_WR)


def receive():
    while part := b.recv(64):
        received.append(part)


run(send, receive)
print(b"".join(received) == b"".join(b"%03d" % i for i in range(60)))

# A buffer that several fill, each a part of it.
a, b = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_DGRAM)
room = bytearray(8)


def fill(part):
    for _ in range(20):
        b.recv_into(memoryview(room)[part])


run(lambda: [a.send(b"x" * 4) for _ in range(40)], lambda: fill(slice(0, 4)), lambda: fill(slice(4, 8)))
print(room)


# Closed while others use it: an error, or what was there.
def use(s):
    for _ in range(40):
        try:
            s.settimeout(0.001)
            s.getsockname()
            s.fileno()
            repr(s)
            s.recv(1)
        except (OSError, ValueError):
            pass


for _ in range(3):
    s, t = _socket.socketpair()
    run(lambda: use(s), lambda: use(s), s.close)
    t.close()

# A poll object that several change; only one may wait.
poll = select.poll()
outcomes = set()


def change():
    for _ in range(40):
        poll.register(b, select.POLLOUT)
        try:
            poll.modify(b, select.POLLIN)
            poll.unregister(b)
        except (KeyError, OSError):
            pass
        try:
            outcomes.update(events for fd, events in poll.poll(0))
        except RuntimeError:
            pass


run(change, change, change)
print(outcomes <= {select.POLLIN, select.POLLOUT})
e = select.epoll()


def watch():
    for _ in range(20):
        try:
            e.register(b.fileno(), select.EPOLLOUT)
            e.poll(0)
            e.unregister(b.fileno())
        except (OSError, ValueError):
            pass


run(watch, watch, e.close)
print(e.closed)

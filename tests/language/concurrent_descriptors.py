"""Descriptors that one thread closes while others use them, and other files get their numbers: nobody meets another's."""
import _io
import _socket
import os
import select
import sys
import threading
import time

# CPython itself has the window in which a number changes its meaning, if a small one: there it is only said what is so.
ROUNDS = 150 if sys.implementation.name == "atoll" else 1


def run(*functions):
    failures = []

    def guarded(function):
        try:
            function()
        except Exception as error:
            failures.append(repr(error))

    threads = [threading.Thread(target=guarded, args=(function,)) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


ended = False
foreign = []


def intrude():
    """Open and close: whoever wrote to a number that was closed, wrote here; whoever read from one, took from here."""
    while not ended:
        r, w = os.pipe()
        a, b = _socket.socketpair()
        a.setblocking(False)
        b.setblocking(False)
        os.set_blocking(r, False)
        os.write(w, b"own")
        b.send(b"own")
        time.sleep(0)
        for read in (lambda: os.read(r, 100), lambda: a.recv(100)):
            try:
                got = read()
            except BlockingIOError:
                got = b"stolen"
            if got != b"own":
                foreign.append(got)
        try:
            foreign.append(b.recv(100))
        except BlockingIOError:
            pass
        os.close(r)
        os.close(w)
        a.close()
        b.close()


def beside_intruders(name, make, users, close):
    """Others use what is made, closed and made again."""
    global ended
    ended = False
    holder = [make()]

    def use(step):
        def work():
            while not ended:
                try:
                    step(holder[0])
                except (OSError, ValueError):
                    pass

        return work

    def renew():
        global ended
        try:
            for i in range(ROUNDS):
                close(holder[0])
                holder[0] = make()
        finally:
            ended = True

    failures = run(renew, intrude, *[use(step) for step in users])
    close(holder[0])
    print(name, failures, foreign)


# ---- files ----
def again(file):
    file.close()
    file.__init__(os.devnull, "r+")


def null():
    return _io.FileIO(os.devnull, "r+")


def ask(file):
    file.tell()
    file.isatty()
    file.seekable()
    file.seek(0)


FILE_USERS = [lambda f: f.write(b"foreign"), lambda f: f.read(5), lambda f: f.readinto(bytearray(5)),
              lambda f: f.readall(), ask]  # fmt: skip
beside_intruders("FileIO", null, FILE_USERS, _io.FileIO.close)
shared = null()
beside_intruders("FileIO again", lambda: shared, FILE_USERS, again)
shared.close()


# ---- sockets ----
def datagrams():
    s = _socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM)
    s.bind(("127.0.0.1", 0))
    s.connect(s.getsockname())
    s.setblocking(False)
    return s


def wait(s):
    s.settimeout(0.001)
    s.recv(5)


SOCKET_USERS = [lambda s: s.send(b"foreign"), lambda s: s.recv(5), lambda s: s.sendmsg([b"for", b"eign"]),
                lambda s: s.recv_into(bytearray(5)), wait]  # fmt: skip
beside_intruders("socket", datagrams, SOCKET_USERS, _socket.socket.close)


# ---- epoll ----
def watching():
    e = select.epoll()
    own.append(e)
    return e


def watch(e):
    try:
        e.register(own_read, select.EPOLLIN)
    finally:
        e.poll(0)


def check_epolls():
    """An epoll of its own, that nobody tells anything."""
    while not ended:
        with select.epoll() as e:
            time.sleep(0)
            if events := e.poll(0):
                foreign.append(events)


own_read, own_write = os.pipe()
os.write(own_write, b"x")
own = []
beside_intruders("epoll", watching, [watch, watch, lambda e: check_epolls()], select.epoll.close)


# ---- directories ----
def directory():
    return os.scandir(os.path.dirname(os.__file__))


def close_and_see(d):
    d.close()
    closed.append(d)


closed = []
beside_intruders("scandir", directory, [lambda d: next(d, None)] * 2, close_and_see)
print(sum(len(list(d)) for d in closed))  # closed for good
del closed

# ---- a call that waits ----
a, b = _socket.socketpair()
number = b.fileno()
got = []
receiver = threading.Thread(target=lambda: got.append(b.recv(10)))
receiver.start()
time.sleep(0.1)
b.close()
print(b.fileno(), b)
for use in (lambda: b.recv(1), lambda: b.send(b"x"), b.getsockname, lambda: b.setblocking(True), lambda: b.detach()):
    try:
        print(use())
    except OSError as error:
        print(error)
a.send(b"late")
receiver.join()
print(got)
try:
    print(a.send(b"later"))  # now nobody has the other end
except OSError as error:
    print(error)
try:
    print(os.fstat(number))
except OSError as error:
    print(error)

# One with a timeout notices after its wait.
a, b = _socket.socketpair()
b.settimeout(20)


def receive():
    try:
        got.append(b.recv(10))
    except OSError as error:
        got.append(str(error))


got.clear()
receiver = threading.Thread(target=receive)
receiver.start()
time.sleep(0.1)
b.close()
a.send(b"late")
receiver.join()
print(got)

# Taken out, or replaced, while a call waits.
a, b = _socket.socketpair()
receiver = threading.Thread(target=receive)
b.settimeout(None)
got.clear()
receiver.start()
time.sleep(0.1)
number = b.detach()
print(b.fileno(), number >= 0)
a.send(b"detached")
receiver.join()
os.close(number)
print(got, a.recv(1))

r, w = os.pipe()
r2, w2 = os.pipe()
f = _io.FileIO(r)
got.clear()
reader = threading.Thread(target=lambda: got.append(f.read(10)))
reader.start()
time.sleep(0.1)
f.__init__(r2)
os.write(w2, b"new")
print(f.read(10), f.fileno() == r2)
os.write(w, b"old")
reader.join()
print(got)
f.close()
for end in (r, r2):
    try:
        print(os.fstat(end))
    except OSError as error:
        print(error)

# The child of a fork has no such thread: there the descriptor is closed at once.
a, b = _socket.socketpair()
number = b.fileno()
receiver = threading.Thread(target=lambda: b.recv(10))
receiver.start()
time.sleep(0.1)
pid = os.fork()
if pid == 0:
    b.close()
    try:
        os.fstat(number)
    except OSError:
        os._exit(7)
    os._exit(1)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
a.send(b"end")
receiver.join()
print(b.fileno() == number)

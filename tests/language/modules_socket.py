"""_socket by way of socket: streams, datagrams, addresses, messages with descriptors, timeouts, wrong arguments."""
import os
import signal
import socket
import threading
import time


def attempt(function, *args, **kwargs):
    try:
        print(function(*args, **kwargs))
    except Exception as error:
        print(type(error).__name__, error)


# A server and its clients.
with socket.create_server(("127.0.0.1", 0)) as server:
    host, port = server.getsockname()

    def serve():
        for _ in range(3):
            connection, address = server.accept()
            with connection:
                data = b""
                while part := connection.recv(1000):
                    data += part
                connection.sendall(data.upper())

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    for i in range(3):
        with socket.create_connection((host, port), timeout=10) as client:
            named = client.getpeername() == (host, port)
            client.sendall(b"island %d " % i * 1000)
            client.shutdown(socket.SHUT_WR)
            answer = b""
            while part := client.recv(4096):
                answer += part
            print(host, len(answer), answer[:9], named)
    thread.join()
attempt(server.accept)
print(repr(socket.socket.__mro__[1]), server.fileno(), repr(server)[:30])

# Datagrams.
a = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
b = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
a.bind(("", 0))
print(b.sendto(b"hello", ("localhost", a.getsockname()[1])), b.sendto(memoryview(b"again"), 0, ("127.0.0.1", a.getsockname()[1])))
data, address = a.recvfrom(100)
print(data, address[0], address == ("127.0.0.1", b.getsockname()[1]))
room = bytearray(10)
print(a.recvfrom_into(room)[0], room)
a.close(), b.close()

# Pairs, messages, descriptors.
a, b = socket.socketpair()
print(a.family, a.type, a.proto, a.getsockname(), b.getpeername())
a.sendmsg([b"one", b" ", bytearray(b"two")])
print(b.recvmsg(100, 100))
read, write = os.pipe()
a.sendmsg([b"fds"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, b"".join(fd.to_bytes(4, "little") for fd in (read, write)))])
message, controls, flags, address = b.recvmsg(100, socket.CMSG_SPACE(8))
os.write(int.from_bytes(controls[0][2][4:8], "little"), b"through")
print(message, controls[0][:2], len(controls[0][2]), flags, address, os.read(read, 100))
rooms = [bytearray(2), bytearray(10)]
a.send(b"scattered")
print(b.recvmsg_into(rooms), rooms)
print(socket.CMSG_LEN(4), socket.CMSG_SPACE(4))
attempt(socket.CMSG_LEN, -1)
attempt(b.recvmsg, -1)
attempt(b.recvmsg, 1, -1)
attempt(a.sendmsg, 1)
attempt(a.sendmsg, [b""], [(1, 2)])
attempt(a.recv, -1)
attempt(a.recv_into, bytearray(3), 4)
attempt(a.recv_into, b"xyz")

# Timeouts.
print(a.gettimeout(), a.getblocking())
a.settimeout(0.01)
print(a.gettimeout(), a.getblocking())
attempt(a.recv, 1)
a.setblocking(False)
attempt(a.recv, 1)
print(a.gettimeout(), a.timeout)
for wrong in (-1, "x", float("nan"), 1e20, 1e9):
    attempt(a.settimeout, wrong)
a.settimeout(0.05)
attempt(a.sendall, b"x" * 10_000_000)
a.settimeout(None)
signal.signal(signal.SIGALRM, lambda *args: 1 / 0)
signal.setitimer(signal.ITIMER_REAL, 0.02)
attempt(a.recv, 1)
socket.setdefaulttimeout(2.5)
with socket.socket() as c:
    print(c.gettimeout(), socket.getdefaulttimeout())
socket.setdefaulttimeout(None)
with socket.socket(type=socket.SOCK_STREAM | socket.SOCK_NONBLOCK) as c:
    print(c.gettimeout(), c.type)

# Options.
print(a.getsockopt(socket.SOL_SOCKET, socket.SO_TYPE), a.getsockopt(socket.SOL_SOCKET, socket.SO_TYPE, 4))
a.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
a.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, b"\0\0\0\0")
attempt(a.getsockopt, socket.SOL_SOCKET, socket.SO_TYPE, 1025)
attempt(a.setsockopt, socket.SOL_SOCKET, socket.SO_TYPE, "x")
attempt(a.setsockopt, socket.SOL_SOCKET, socket.SO_TYPE, None, -1)

# Life.
fd = a.detach()
print(a.fileno(), a.detach())
a = socket.socket(fileno=fd)
print(a.family, a.type, a.proto)
a.close()
b.close()
attempt(b.recv, 1)
attempt(b.getsockname)
attempt(socket.socket, fileno=-1)
attempt(socket.socket, fileno=1.5)
attempt(socket.socket, fileno=99999)
attempt(socket.socket, 12345)
attempt(socket.close, -1)
attempt(socket.dup, -1)

# UNIX addresses.
for name in (f"/tmp/atoll-socket-{os.getpid()}", b"\0atoll-%d" % os.getpid()):
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(name)
        s.listen()
        with socket.socket(socket.AF_UNIX) as t:
            t.connect(name)
            print(t.getpeername() == name, t.getsockname(), s.accept()[1])
    if isinstance(name, str):
        os.unlink(name)
with socket.socket(socket.AF_UNIX) as s:
    attempt(s.bind, "x" * 200)
    attempt(s.bind, 1)
    attempt(s.connect, "/nonexistent")
    print(s.connect_ex("/nonexistent"))
with socket.socket() as s:
    for wrong in ("x", ("x",), ("127.0.0.1", -1), ("127.0.0.1", 65536), ("127.0.0.1", "x"), (1, 2), ("a\0b", 1), None,
                  ("<broadcast>", 1, 2)):
        attempt(s.connect, wrong)
    attempt(s.bind, ("::1", 0))
with socket.socket(socket.AF_INET6) as s:
    attempt(s.bind, ("::1", 0, 1 << 20))
    attempt(s.connect, ("<broadcast>", 1))
    attempt(s.connect, ("::1",))
with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as s:
    s.bind((0, 0))
    print(len(s.getsockname()))
    attempt(s.bind, 1)
    attempt(s.bind, (1,))

# Names and numbers.
print(socket.getaddrinfo("127.0.0.1", 80, type=socket.SOCK_STREAM), socket.getaddrinfo(None, "http", socket.AF_INET)[0])
attempt(socket.getaddrinfo, 1, 2)
attempt(socket.getaddrinfo, "localhost", 1.5)
attempt(socket.getaddrinfo, "no.such.host.invalid.", 1, flags=socket.AI_NUMERICHOST)
print(socket.getnameinfo(("127.0.0.1", 80), socket.NI_NUMERICHOST | socket.NI_NUMERICSERV))
attempt(socket.getnameinfo, ("127.0.0.1", 80, 1), 0)
attempt(socket.getnameinfo, "x", 0)
print(socket.gethostbyname("127.0.0.1"), socket.gethostbyname(""), socket.gethostbyname("<broadcast>"))
print(socket.gethostbyname_ex("127.0.0.1"))
print(socket.getservbyname("http", "tcp"), socket.getservbyport(443), socket.getprotobyname("udp"))
attempt(socket.getservbyname, "nonexistent")
attempt(socket.getservbyport, 70000)
attempt(socket.getprotobyname, "nonexistent")
print(socket.gethostname() == os.uname().nodename, socket.if_nametoindex("lo"), socket.if_indextoname(1))
attempt(socket.if_nametoindex, "nonexistent")
attempt(socket.if_indextoname, -1)
attempt(socket.if_indextoname, 2 ** 40)
print(socket.htons(1), socket.ntohl(1), socket.inet_aton("1.2.3"), socket.inet_ntoa(b"\1\2\3\4"))
print(socket.inet_pton(socket.AF_INET6, "::1"), socket.inet_ntop(socket.AF_INET6, b"\0" * 15 + b"\1"))
for wrong in (lambda: socket.htons(-1), lambda: socket.htons(1 << 16), lambda: socket.ntohl(-1),
              lambda: socket.ntohl(1 << 32), lambda: socket.ntohl("x"), lambda: socket.inet_aton("x"),
              lambda: socket.inet_ntoa(b"x"), lambda: socket.inet_pton(socket.AF_INET, "x"),
              lambda: socket.inet_pton(99, "x"), lambda: socket.inet_ntop(99, b""),
              lambda: socket.inet_ntop(socket.AF_INET, b""), lambda: socket.inet_ntop(socket.AF_INET, "1.2.3.4")):
    attempt(wrong)

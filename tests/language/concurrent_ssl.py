"""TLS on several threads: contexts that change while connections are made, both directions of one connection at once."""
import os
import socket
import ssl
import threading

FOLDER = os.path.dirname(__import__("test").__file__)
server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
server.load_cert_chain(os.path.join(FOLDER, "keycertecc.pem"))
client = ssl.create_default_context(cafile=os.path.join(FOLDER, "pycacert.pem"))
HOST = "localhost-ecc"


def together(*functions):
    threads = [threading.Thread(target=f) for f in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def connect():
    for _ in range(4):
        to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
        sides = [client.wrap_bio(to_client, to_server, False, HOST), server.wrap_bio(to_server, to_client, True)]
        while sides:
            for side in list(sides):
                try:
                    side.do_handshake()
                    sides.remove(side)
                except ssl.SSLWantReadError:
                    pass
        done.append(1)


def change():
    for i in range(10):
        server.set_ciphers("ECDHE+AESGCM" if i % 2 else "ALL")
        server.set_alpn_protocols(["a" * (i + 1), "b"])
        server.sni_callback = (lambda *args: None) if i % 2 else None
        client.verify_flags |= ssl.VERIFY_ALLOW_PROXY_CERTS if i % 2 else 0
        client.verify_flags = ssl.VERIFY_X509_TRUSTED_FIRST
        client._msg_callback = (lambda *args: None) if i % 2 else None
        client.get_ca_certs(), server.get_ciphers(), client.session_stats()


done = []
together(connect, connect, change)
print(len(done))

# Each side reads on one thread and writes on another.
left, right = socket.socketpair()
ends = {}
together(lambda: ends.update(right=server.wrap_socket(right, server_side=True)),
         lambda: ends.update(left=client.wrap_socket(left, server_hostname=HOST)))  # fmt: skip
SIZE = 100_000
received = {}


def write(end):
    for _ in range(10):
        ends[end].sendall(bytes(SIZE // 10))


def read(end):
    count = 0
    while count < SIZE:
        count += len(ends[end].recv(5000))
        ends[end].cipher(), ends[end].pending(), ends[end].version()
    received[end] = count


together(*[lambda f=f, end=end: f(end) for f in (write, read) for end in ends])
print(sorted(received.items()))


# One is closed while another thread waits in it.
def wait():
    try:
        print(ends["left"].recv(10))
    except (ssl.SSLError, ValueError, OSError):
        print(b"")


thread = threading.Thread(target=wait)
thread.start()
ends["right"].shutdown(socket.SHUT_RDWR)
ends["right"].close()
thread.join()
ends["left"].close()

# MemoryBIOs
bio = ssl.MemoryBIO()


def fill():
    for _ in range(200):
        bio.write(b"x" * 50)


taken = []
together(fill, fill, lambda: taken.extend(len(bio.read(70)) for _ in range(200)))
print(sum(taken) + bio.pending)

"""The module _ssl: contexts, handshakes over memory and sockets, certificates, callbacks, sessions, errors."""
import os
import socket
import ssl
import tempfile
import threading
import warnings

FOLDER = os.path.dirname(__import__("test").__file__)
SIGNED, AUTHORITY = os.path.join(FOLDER, "keycert3.pem"), os.path.join(FOLDER, "pycacert.pem")


def show(function, *args):
    try:
        print(function(*args))
    except Exception as e:
        print(type(e).__name__, e, getattr(e, "reason", "-"), getattr(e, "library", "-"))


def contexts():
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context(cafile=AUTHORITY)
    server.load_cert_chain(SIGNED)
    return server, client


def pair(server, client, name="localhost", **options):
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    return (client.wrap_bio(to_client, to_server, False, name, **options), server.wrap_bio(to_server, to_client, True))


def handshake(*sides):
    waiting = list(sides)
    while waiting:
        for side in list(waiting):
            try:
                side.do_handshake()
                waiting.remove(side)
            except ssl.SSLWantReadError:
                pass


# ---- settings ----
server, client = contexts()
print(client.verify_mode, client.check_hostname, server.options == client.options, client.cert_store_stats())
print([c["name"] for c in client.get_ciphers()][:3], client.get_ca_certs()[0]["subject"])
show(setattr, client, "verify_mode", ssl.CERT_NONE)
show(setattr, server, "verify_mode", 9)
show(setattr, client, "sni_callback", print)
show(contexts()[1].set_ciphers, "none of these")
show(client.load_verify_locations)
show(client.load_verify_locations, None, None, b"nonsense")
show(client.load_verify_locations, "/nonexistent")
show(contexts()[0].load_cert_chain, AUTHORITY)
show(contexts()[0].load_cert_chain, os.path.join(FOLDER, "keycert.passwd.pem"), None, lambda: 1 / 0)
show(server.set_ecdh_curve, "circle")
show(lambda: (ssl._ASN1Object("1.3.6.1.5.5.7.3.1"), ssl._ASN1Object.fromname("CN")))
show(ssl.RAND_bytes, -1)
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter("always")
    ssl.SSLContext(ssl.PROTOCOL_TLSv1_2)
    contexts()[1].options |= ssl.OP_NO_TLSv1_1
    print([str(w.message) for w in seen])

# ---- a connection over memory ----
names = []
server.sni_callback = lambda connection, name, context: names.append((type(connection).__name__, name, context is server))
server.set_alpn_protocols(["h2", "http/1.1"])
client.set_alpn_protocols(["spdy", "http/1.1"])
messages = []
client._msg_callback = lambda *args: messages.append(args[1:3])
a, b = pair(server, client)
show(a.getpeercert)
show(pair(server, contexts()[1])[0].read, 5)
handshake(a, b)
print(a.version(), a.cipher(), a.selected_alpn_protocol(), b.selected_alpn_protocol(), names)
print(len(messages) > 5, messages[0], a.session_reused, a.server_hostname, b.server_side)
print(a.getpeercert())
print(b.getpeercert(), a._sslobj.get_verified_chain()[0], hash(a._sslobj.get_verified_chain()[1]))
print(len(a.get_channel_binding()), a.get_channel_binding() == b.get_channel_binding())
print(a.write(b"question"), b.read(100), b.write(bytearray(b"answer")), a.read(3), a.pending())
room = bytearray(10)
print(a.read(10, room), room, a.read(0))
show(a.read, -1)
show(b.unwrap)
print(a.unwrap(), b.unwrap())
show(a.write, b"late")

# ---- sessions ----
first, second = pair(server, client)
handshake(first, second)
second.write(b"x")
first.read(1)
third, fourth = pair(server, client, session=first.session)
handshake(third, fourth)
print(third.session_reused, third.session != first.session, first.session.has_ticket, client.session_stats()["connect"])
show(setattr, third, "session", first.session)

# ---- what goes wrong ----
other = pair(server, client, "example.org")
show(handshake, *other)
show(handshake, *other[1:])
stranger = ssl.create_default_context()
show(handshake, *pair(server, stranger))
server.sni_callback = lambda *args: ssl.ALERT_DESCRIPTION_ACCESS_DENIED
a, b = pair(server, client)
show(handshake, a, b)
show(handshake, a)
server.sni_callback = None


def message(*args):
    raise KeyError(args[2].name)


client._msg_callback = message
a, b = pair(server, client)
show(handshake, a, b)
client._msg_callback = None
bio = ssl.MemoryBIO()
print(bio.write(b"abc"), bio.pending, bio.read(2), bio.eof, bio.write_eof(), bio.read(), bio.eof)
show(bio.write, b"x")

# ---- sockets ----
with tempfile.TemporaryDirectory() as folder:
    client.keylog_filename = os.path.join(folder, "keys")
    left, right = socket.socketpair()

    def serve():
        with server.wrap_socket(right, server_side=True) as connection:
            while data := connection.recv(1000):
                connection.sendall(data.upper())
            connection.unwrap()

    thread = threading.Thread(target=serve)
    thread.start()
    with client.wrap_socket(left, server_hostname="localhost") as connection:
        connection.settimeout(0.01)
        show(connection.recv, 1)
        connection.settimeout(0)
        show(connection.recv, 1)
        connection.settimeout(5)
        connection.sendall(b"hello" * 3)
        print(connection.recv(1000), connection.recv_into(room, 0) if False else connection.pending())
        connection.unwrap().close()
    thread.join()
    print(len(open(client.keylog_filename).readlines()) >= 5, open(client.keylog_filename).readline().strip())
    client.keylog_filename = None
left, right = socket.socketpair()
right.close()
show(lambda: client.wrap_socket(left, server_hostname="localhost"))
show(lambda: client.wrap_socket(socket.socket(socket.AF_INET, socket.SOCK_DGRAM), server_hostname="localhost"))

"""Two threads feed one hash object, small and large pieces, while a third asks for digests and copies."""
import threading
import _sha256

PIECES = [b"a" * 10, b"b" * 100000]
ROUNDS = 30
shared = _sha256.sha256()


def feed(piece):
    for _ in range(ROUNDS):
        shared.update(piece)


def look():
    for _ in range(ROUNDS):
        copy = shared.copy()
        before = copy.digest()
        copy.update(b"")
        assert copy.digest() == before and len(shared.digest()) == 32


threads = [threading.Thread(target=feed, args=[b"x" * 70000]) for _ in range(2)] + [threading.Thread(target=look)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(shared.hexdigest() == _sha256.sha256(b"x" * 70000 * 2 * ROUNDS).hexdigest())


def own(piece):
    h = _sha256.sha256()
    for _ in range(ROUNDS):
        h.update(piece)
    print(h.hexdigest())


for piece in PIECES:
    thread = threading.Thread(target=own, args=[piece])
    thread.start()
    thread.join()

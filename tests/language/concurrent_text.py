"""Threads that build text and numbers, and share one bytearray and one dict of names."""
import threading

shared = bytearray()
names = {}
totals = []


def work(k):
    total = 0
    for i in range(8000):
        shared.append(i & 255)
        if i % 50 == 9:
            shared.pop()
        name = 'n%d' % (i % 500)
        names[name] = name
        text = name + str(k)
        text += 'z'
        text += 'w' * 3
        total += len(text.upper().lower().split('z')) + len(str(int(str(10**20 + i)) * 7))
        if i % 500 == 100:
            copy = bytes(shared)
            total += memoryview(copy)[3:5].nbytes + (shared.find(b'\x05') >= 0) + (shared[0] >= 0)
            total += len(shared.split(b'\x07', 1))
    totals.append(total)


threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len(shared), len(names), all(names[name] is name or names[name] == name for name in names), totals)


# The first use of the registry of codecs, by all of them at once.
def encode(name):
    start.wait()
    try:
        encoded.append("ä".encode(name))
    except LookupError as error:
        encoded.append(error)


start = threading.Barrier(3)
encoded = []
threads = [threading.Thread(target=encode, args=(name,)) for name in ("cp1252", "cp437", "mac_roman")]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(sorted(map(str, encoded)))

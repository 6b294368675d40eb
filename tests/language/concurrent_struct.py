# Threads that share formats, buffers and an iterator; every item of the iterator is given out once.
import struct
import threading

data = bytearray(struct.pack('<2000I', *range(2000)))
shared = struct.iter_unpack('<I', data)
one = struct.Struct('<HH')
target = bytearray(64)
taken = []
wrong = []


def work(n):
    mine = []
    for (i,) in shared:
        mine.append(i)
    for i in range(300):
        if struct.unpack('<hB', struct.pack('<hB', i, n)) != (i, n):
            wrong.append(i)
        struct.calcsize(f'<{i % 130}i')
        struct.pack_into('<QQ', target, 8, i, i)
        a, b = struct.unpack_from('<QQ', target, 8)
        if a != b:
            wrong.append((a, b))
        if one.pack(i, n)[2:] not in (bytes([n, 0]), bytes([0, n])):
            wrong.append(n)
        one.__init__('>HH' if i % 2 else '<HH')
    taken.extend(mine)


threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(sorted(taken) == list(range(2000)), wrong)

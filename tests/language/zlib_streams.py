"""The zlib module: whole texts, objects, limits, dictionaries, copies, checksums, errors."""
import copy
import zlib

text = b"the quick brown fox " * 5000
packed = zlib.compress(text)
print(len(packed) < 1000, zlib.decompress(packed) == text, zlib.decompress(bytearray(packed), bufsize=1) == text)
for level in range(-1, 10):
    print(level, zlib.decompress(zlib.compress(text, level)) == text, end=" ")
print()
for wbits in (-15, 31, 9):
    c = zlib.compressobj(wbits=wbits)
    out = c.compress(text[:1000]) + c.flush(zlib.Z_SYNC_FLUSH) + c.compress(text[1000:]) + c.flush()
    print(wbits, zlib.decompress(out, wbits) == text)
d = zlib.decompressobj()
parts = [d.decompress(packed + b"tail", 1000)]
while not d.eof:
    parts.append(d.decompress(d.unconsumed_tail, 1000))
print(b"".join(parts) == text, d.eof, d.unused_data, {len(p) for p in parts})
d = zlib.decompressobj()
print(len(d.decompress(packed + b"tail", 10)), d.eof, len(d.flush()), d.eof, d.unused_data, d.unconsumed_tail)
c = zlib.compressobj(zdict=b"quick brown fox")
out = c.compress(b"brown fox") + c.flush()
print(zlib.decompressobj(zdict=b"quick brown fox").decompress(out))
d = zlib.decompressobj()
half = d.decompress(packed[:50])
other = copy.copy(d)
print(half + d.decompress(packed[50:]) == text == half + other.decompress(packed[50:]))
c = zlib.compressobj()
begun = c.compress(text)
other = c.copy()
print(begun + c.flush() == begun + other.flush(), copy.deepcopy(zlib.compressobj()).flush())
print(zlib.crc32(b"abc"), zlib.crc32(b"abc", -1), zlib.adler32(b"abc", 1 << 40), zlib.crc32(text, zlib.crc32(b"x")),
      zlib.adler32(b""), zlib.crc32(memoryview(text)[3:]))


def show(*calls):
    for call in calls:
        try:
            print(call())
        except Exception as error:
            print(type(error).__module__, type(error).__name__, error)


show(lambda: zlib.compress("x"), lambda: zlib.compress(b"x", 10), lambda: zlib.decompress(b"x"), lambda: zlib.decompress(b"xxxxx"),
     lambda: zlib.decompress(packed, bufsize=-1), lambda: zlib.decompress(packed, bufsize=0) == text,
     lambda: zlib.compressobj(10), lambda: zlib.compressobj(wbits=3), lambda: zlib.decompressobj(wbits=3),
     lambda: zlib.decompressobj(zdict="x"), lambda: zlib.decompressobj(zdict=3), lambda: zlib.compressobj(zdict=3),
     lambda: type(c)(), lambda: c.compress(b""), lambda: c.flush(), lambda: c.copy(), lambda: d.decompress(b"xx", -1),
     lambda: d.flush(0), lambda: d.flush(-1), lambda: d.decompress(b"xxxxxx"), lambda: zlib.crc32("x"),
     lambda: zlib.decompressobj(zdict=b"no").decompress(out), lambda: zlib.decompressobj().decompress(out),
     lambda: zlib.decompressobj().flush(), lambda: zlib.decompress(packed[:-1]), lambda: zlib.crc32(b"", 1.5),
     lambda: zlib.compress(b"", b""), lambda: setattr(d, "eof", 1), lambda: zlib.decompressobj().decompress(packed, max_length=3))

"""Threads compress into one stream, and decompress from one, while others read attributes and copy."""
import threading
import zlib
import _bz2
import _lzma

PIECE = bytes(range(256)) * 20
ROUNDS = 6


def run(*functions):
    threads = [threading.Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def check(compressor, new, rounds):
    parts = []
    lock = threading.Lock()

    def feed():
        for _ in range(rounds):
            with lock:  # the pieces of the output have an order
                parts.append(compressor.compress(PIECE))

    def look():
        for _ in range(rounds):
            getattr(compressor, "copy", int)()

    run(feed, feed, look)
    packed = b"".join(parts) + compressor.flush()
    print(new().decompress(packed) == PIECE * 2 * rounds)
    d = new()
    lengths = [len(d.decompress(packed, 1))]

    def drain():
        try:
            while not d.eof:
                more = d.decompress(getattr(d, "unconsumed_tail", b""), 500) if not hasattr(d, "needs_input") else \
                    d.decompress(b"", 500)
                with lock:
                    lengths.append(len(more))
        except (EOFError, zlib.error):
            pass

    if hasattr(d, "needs_input"):
        run(drain, drain, lambda: d.unused_data)
        print(sum(lengths) == len(PIECE) * 2 * rounds, d.eof, d.unused_data)


check(zlib.compressobj(), zlib.decompressobj, ROUNDS)
check(_bz2.BZ2Compressor(1), _bz2.BZ2Decompressor, 2)
check(_lzma.LZMACompressor(preset=0), _lzma.LZMADecompressor, 2)
shared = zlib.decompressobj()
packed = zlib.compress(PIECE)


def tear():
    for _ in range(50):
        try:
            shared.decompress(packed, 100)
            shared.copy()
            shared.unused_data, shared.unconsumed_tail, shared.eof
        except (zlib.error, ValueError):
            pass


run(tear, tear)
shared = zlib.compressobj()
run(*[lambda: [shared.compress(PIECE) for _ in range(5)]] * 3)
print(len(shared.flush()) >= 0)

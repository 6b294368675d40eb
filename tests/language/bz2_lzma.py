"""The modules _bz2 and _lzma: whole streams, pieces, limits, what is behind the end, filters, errors."""
import _bz2
import _lzma as L

text = b"the quick brown fox " * 5000


def show(*calls):
    for call in calls:
        try:
            print(call())
        except Exception as error:
            print(type(error).__module__, type(error).__name__, error)


def check(compressor, new):
    packed = compressor.compress(text[:7000]) + compressor.compress(b"") + compressor.compress(text[7000:]) + compressor.flush()
    show(lambda: compressor.compress(b""), compressor.flush)
    d = new()
    print(d.decompress(packed + b"tail") == text, d.eof, d.needs_input, d.unused_data)
    show(lambda: d.decompress(b""))
    d = new()
    parts = [d.decompress(packed[:20], 10), d.decompress(packed[20:], 1000)]
    while not d.eof:
        parts.append(d.decompress(b"", 1000))
    print(b"".join(parts) == text, max(map(len, parts)), d.unused_data)
    d = new()
    print(b"".join(d.decompress(packed[i:i + 7]) for i in range(0, len(packed), 7)) == text, d.eof)
    d = new()
    print(d.decompress(packed, 0), d.needs_input, d.eof, len(d.decompress(b"", -1)), d.needs_input, d.eof)


check(_bz2.BZ2Compressor(), _bz2.BZ2Decompressor)
check(_bz2.BZ2Compressor(1), _bz2.BZ2Decompressor)
check(L.LZMACompressor(), L.LZMADecompressor)
check(L.LZMACompressor(L.FORMAT_ALONE, preset=1), L.LZMADecompressor)
chain = [{"id": L.FILTER_DELTA, "dist": 4}, {"id": L.FILTER_LZMA2, "preset": 3, "dict_size": 1 << 16}]
check(L.LZMACompressor(L.FORMAT_XZ, check=L.CHECK_SHA256, filters=chain), L.LZMADecompressor)
check(L.LZMACompressor(L.FORMAT_RAW, filters=chain), lambda: L.LZMADecompressor(L.FORMAT_RAW, filters=chain))

B, C, D = _bz2.BZ2Decompressor, L.LZMACompressor, L.LZMADecompressor
show(lambda: _bz2.BZ2Compressor(0), lambda: _bz2.BZ2Compressor("x"), lambda: _bz2.BZ2Compressor(compresslevel=3), lambda: B(3),
     lambda: B(x=3), lambda: B().decompress(), lambda: B().decompress("x"), lambda: B().decompress(b"x" * 20),
     lambda: B().decompress(b"", max_length=5))
show(lambda: C(5), lambda: C(L.FORMAT_RAW), lambda: C(L.FORMAT_ALONE, check=4), lambda: C(preset=99),
     lambda: C(preset=3, filters=[]), lambda: C(filters=[]), lambda: C(filters=3), lambda: C(filters=[3]), lambda: C(filters=[{}]),
     lambda: C(filters=[{"id": 77}]), lambda: C(filters=[{"id": L.FILTER_LZMA2, "x": 3}]),
     lambda: C(filters=[{"id": L.FILTER_LZMA2, "preset": 77}]), lambda: C(filters=[{"id": L.FILTER_DELTA}] * 5),
     lambda: C(filters=[{"id": L.FILTER_DELTA, "x": 2}]), lambda: C(filters=[{"id": L.FILTER_X86, "x": 2}]),
     lambda: C(preset=-1), lambda: C(preset=1 << 40), lambda: C(check=99), lambda: C("x"),
     lambda: C(L.FORMAT_ALONE, filters=[{"id": L.FILTER_LZMA2}]), lambda: C(1, 2, 3, 4, 5), lambda: C(wrong=1))
show(lambda: D(L.FORMAT_RAW), lambda: D(L.FORMAT_XZ, filters=[]), lambda: D(L.FORMAT_RAW, memlimit=5, filters=[]), lambda: D(9),
     lambda: D(memlimit=-1), lambda: D(memlimit="x"), lambda: D(L.FORMAT_XZ).decompress(b"x" * 30))
d = D()
print(d.check, d.eof, d.needs_input, d.unused_data)
print(d.decompress(C().flush()), d.check, d.eof, d.needs_input, d.unused_data)
show(lambda: L._encode_filter_properties({"id": L.FILTER_LZMA2}), lambda: L._decode_filter_properties(L.FILTER_LZMA1, b"]\0\0\0\1"),
     lambda: L._decode_filter_properties(L.FILTER_LZMA1, b"x"), lambda: L._decode_filter_properties(L.FILTER_DELTA, b"x"),
     lambda: L._decode_filter_properties(L.FILTER_X86, b"xxxx"), lambda: L._decode_filter_properties(L.FILTER_LZMA2, b"\x10"),
     lambda: L._decode_filter_properties(99, b"\x10"), lambda: L.is_check_supported(4), lambda: L.is_check_supported(99),
     lambda: L.is_check_supported("x"), lambda: L.LZMAError.__mro__, lambda: (L.FILTER_LZMA1, L.PRESET_EXTREME, L.MF_BT4))

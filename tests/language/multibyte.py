# The encodings of East Asia: tables, states, error handlers, streams.
import codecs
import hashlib
import io
import _multibytecodec

NAMES = """gb2312 gbk gb18030 hz big5hkscs big5 cp950 iso2022_jp iso2022_jp_1 iso2022_jp_2 iso2022_jp_2004 iso2022_jp_3
iso2022_jp_ext iso2022_kr shift_jis cp932 euc_jp shift_jis_2004 euc_jis_2004 euc_jisx0213 shift_jisx0213 euc_kr cp949
johab""".split()
TEXT = "\n".join(map(chr, [*range(0x500), *range(0x2000, 0x3400), *range(0x4E00, 0x5200), *range(0xAC00, 0xB000),
                           *range(0xF900, 0xFA80), *range(0xFE00, 0x10000), *range(0x20000, 0x20200)]))


def attempt(function, *args, **kwargs):
    try:
        print(ascii(function(*args, **kwargs)))
    except Exception as error:
        print(type(error).__name__, ascii(str(error)))


def digest(data):
    return hashlib.md5(data).hexdigest()


for name in NAMES:
    encoded = TEXT.encode(name, "replace")
    pairs = b"".join(bytes((lead, trail, 10, 10, 10)) for lead in range(0x80, 0x100) for trail in range(0x30, 0x100, 3))
    print(name, digest(encoded), digest(encoded.decode(name, "replace").encode("utf-8")),
          digest(pairs.decode(name, "replace").encode("utf-8")))
    pairs = "か\u309aʌ\u0301Ê\u0304"
    if name in ("iso2022_jp_2004", "iso2022_jp_3"):
        pairs = "Ê"  # the oracle's answer is not always the same
    print(ascii(f"{pairs} 中国简体한글똠αé¥~\n".encode(name, "backslashreplace")))
    # piece by piece
    encoder, decoder = codecs.getincrementalencoder(name)(), codecs.getincrementaldecoder(name)()
    text = pairs + "a國國b國"
    pieces = []
    encoder.errors = "namereplace"
    for c in text:
        pieces.append(encoder.encode(c))
        state = encoder.getstate()
        encoder.reset()
        encoder.setstate(state)
    pieces.append(encoder.encode("", True))
    print(pieces, encoder.getstate())
    for byte in b"".join(pieces):
        print(ascii(decoder.decode(bytes((byte,)))), decoder.getstate(), end=" ")
    print(ascii(decoder.decode(b"", True)))

# bad parts
for data in (b"\x1b$", b"\x1b$Z", b"\x1b$B!", b"\x1b$B\xff\xff", b"\x1b$)Cx\x0e\x7f\x7f", b"\x1b.AA\x1bN\xff", b"\x80",
             b"\xff\xff", b"~", b"~x~{\x7f\x7f~}", b"\x81\x30\x81", b"\xa4\xd4\xa4\xa1", b"\x8f\xff\xff", b"\x8e\x20", b"\xeb"):
    for name in ("gb18030", "hz", "iso2022_jp_2", "iso2022_kr", "euc_jis_2004", "euc_kr", "cp932", "shift_jis"):
        attempt(data.decode, name)
        print(ascii(data.decode(name, "backslashreplace")))

answer = None


def handler(error):
    print(type(error).__name__, error.encoding, error.start, error.end, error.reason)
    return answer


codecs.register_error("multibyte.test", handler)
for answer in (("x", 1), ("あ", 2), (b"raw", 2), ("\ud800", 2), ("x", -1), ("x", 9), ("x", -9), ("x", 1 << 80), ("x",), None,
               (1, 2), ["x", 1]):
    attempt("\ud800a".encode, "iso2022_jp", "multibyte.test")
    attempt(b"\xffa".decode, "iso2022_jp", "multibyte.test")
attempt("\ud800".encode, "big5", "no such handler")

# streams
for name, text in (("euc_jis_2004", "か\u309aか\nか"), ("iso2022_jp", "漢字\nかな"), ("gb18030", "\U0001F600中\n")):
    stream = io.BytesIO()
    writer = codecs.getwriter(name)(stream)
    writer.writelines(text)
    print(stream.getvalue())
    writer.reset()
    print(stream.getvalue())
    data = stream.getvalue()
    for size in (1, 2, 5, -1, None):
        reader = codecs.getreader(name)(io.BytesIO(data))
        print([ascii(reader.read(size)) for _ in range(4)], end=" ")
        reader = codecs.getreader(name)(io.BytesIO(data))
        print(ascii(reader.readline(size)), ascii(reader.readlines(size)), reader.stream is not None)
reader = codecs.getreader("big5")(io.BytesIO(b"a\xa4"))
attempt(reader.read)
attempt(reader.read)

# arguments
codec = codecs.lookup("euc_jp").incrementalencoder.codec
encoder, decoder = codecs.getincrementalencoder("hz")(), codecs.getincrementaldecoder("hz")()
attempt(type(codec))
attempt(codec.encode, 5)
attempt(codec.encode, "a", 5)
attempt(codec.decode, "a")
attempt(_multibytecodec.MultibyteIncrementalEncoder)
attempt(_multibytecodec.MultibyteIncrementalDecoder, 5)
attempt(_multibytecodec.MultibyteStreamReader)
attempt(_multibytecodec.MultibyteStreamWriter, 1)
attempt(type("Broken", (_multibytecodec.MultibyteStreamReader,), {"codec": 5}), 1)
for state in (-1, 1 << 200, 1.0, 0xFF, 0xFF01, 9, 0x78787803):
    attempt(encoder.setstate, state)
for state in ((b"", 1 << 64), (b"", -1), (b"123456789", 0), (b"",), ("", 0), [b"", 1], (b"12345678", 1)):
    attempt(decoder.setstate, state)
for value in (5, "ignore"):
    attempt(setattr, encoder, "errors", value)
attempt(delattr, encoder, "errors")

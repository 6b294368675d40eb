"""Where text streams are: tell() between characters of all kinds of encodings, seek() back, byte order marks."""
import codecs
import io
import os
import random
import tempfile

os.chdir(tempfile.mkdtemp())


def report(step):
    try:
        return step()
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def walk(name, encoding, errors, newline, sizes, chunk):
    """The position before each read, and what is read from each of them again."""
    with open(name, encoding=encoding, errors=errors, newline=newline) as f:
        f._CHUNK_SIZE = chunk
        places = []
        while True:
            place = f.tell()
            part = f.read(sizes[len(places) % len(sizes)])
            places.append((place, part))
            if not part:
                break
        again = []
        for place, part in places[::-1]:
            again.append(f.seek(place) == place and f.read(len(part)) == part)
        return places, all(again)


TEXTS = {
    "shift_jis": "日本語\r\nテキスト abc\rxyz\n",
    "iso2022_jp": "日本語\nテキスト abc\nxyz 漢字",
    "utf-7": "日本語\nテキスト + abc\r\nxyz",
    "utf-8-sig": "éa€\n\r\nxyz😀",
    "utf-16": "éa€\n\r\nxyz😀",
    "utf-32-be": "éa€\n\r\nxyz😀",
    "hz": "~日本 abc\r\n漢",
    "utf-8": "éa€\n\r\nxyz😀\r",
}
for encoding, text in TEXTS.items():
    with open("text", "wb") as f:
        f.write(text.encode(encoding, "replace"))
    for newline in (None, "", "\n", "\r\n"):
        for chunk in (8192, 3):
            print(encoding, repr(newline), chunk, report(lambda: walk("text", encoding, "strict", newline, [1, 2], chunk)))

# What is wrong in the text: handlers make one character of several bytes, several of one, or none.
def double(error):
    return "<>", error.end


codecs.register_error("double", double)
with open("text", "wb") as f:
    f.write("日本語\r\nテキスト abc\r\nxyz".encode("shift_jis") + b"\xf0\x9f\x98")
for encoding in ("utf-8", "ascii", "shift_jis", "euc_jp", "utf-16-le"):
    for errors in ("replace", "ignore", "surrogateescape", "backslashreplace", "double"):
        for newline in (None, ""):
            print(encoding, errors, repr(newline), report(lambda: walk("text", encoding, errors, newline, [1], 5)))

# Many more, as a number.
dice = random.Random(5)
for i in range(120):
    encoding = dice.choice(["utf-8", "shift_jis", "gb18030", "utf-8-sig", "iso2022_kr", "big5", "utf-7", "latin-1"])
    errors = dice.choice(["strict", "replace", "ignore", "surrogateescape"])
    text = "".join(dice.choice("ab\r\n é日本한국中文") for _ in range(30)).encode(encoding, "ignore")
    if dice.random() < 0.3:
        text = bytes(byte if dice.random() < 0.9 else dice.randrange(256) for byte in text)
    with open("text", "wb") as f:
        f.write(text)
    sizes = [dice.randrange(1, 4) for _ in range(3)]
    newline, chunk = dice.choice([None, "", "\n", "\r"]), dice.choice([1, 4, 7, 8192])
    print(i, report(lambda: walk("text", encoding, errors, newline, sizes, chunk)))

# Cookies that nobody gave.
with open("text", encoding="shift_jis") as f:
    for cookie in (1 << 64, 5 << 128, (3 << 96) + (4 << 128), 1 << 160, -1, 1 << 170, 1.0, "1", None):
        print(cookie, report(lambda: (f.seek(cookie), f.tell(), f.read(2))))
    for whence in (1, 2, 3, -1):
        print(whence, report(lambda: f.seek(0, whence)), report(lambda: f.seek(1, whence)))
    f.close()
    print(report(lambda: f.seek(0, 7)))


# ---- byte order marks ----
def contents():
    with open("text", "rb") as f:
        return f.read()


for encoding in ("utf-8-sig", "utf-16", "utf-16-le", "utf-32", "utf-8", "iso2022_jp"):
    with open("text", "w", encoding=encoding) as f:
        f.write("aaa")
        place = f.tell()
    with open("text", "a", encoding=encoding) as f:
        f.write("xxx")
    print(encoding, place, contents())
    with open("text", "r+", encoding=encoding) as f:
        f.seek(place)
        f.write("z")
        f.seek(0)
        f.write("b")
    print(contents())
    with open("text", "w", encoding=encoding) as f:
        f.write("aaa")
        f.seek(0)
        f.truncate()
        f.write("bbb")
        f.seek(0, 2)
        f.write("c")
    print(contents())
    r, w = os.pipe()
    with open(w, "w", encoding=encoding) as f:
        f.write("a")
        f.write("b")
    print(os.read(r, 100))
    os.close(r)
    raw = io.BytesIO()
    t = io.TextIOWrapper(raw, encoding="ascii", newline="\n")
    t.write("a")
    t.reconfigure(encoding=encoding)
    t.write("é")
    t.reconfigure(errors="replace")
    t.write("b")
    t.flush()
    print(raw.getvalue())

# ---- codecs ----
for encoding in ("hex", "rot13", "zlib", "nonsense", "locale"):
    print(encoding, report(lambda: io.TextIOWrapper(io.BytesIO(b"abc"), encoding=encoding)))
t = io.TextIOWrapper(io.BytesIO(b"abc"), encoding="latin-1")
t.reconfigure(encoding="locale")
print(t.encoding, report(lambda: t.reconfigure(encoding="hex")))


class OneWay(codecs.IncrementalDecoder):
    states = None

    def decode(self, data, final=False):
        return data.decode("latin-1")

    def getstate(self):
        return OneWay.states


def find(name):
    if name == "one_way":
        return codecs.CodecInfo(name="one_way", encode=None, decode=None, incrementaldecoder=OneWay)


codecs.register(find)
for OneWay.states in ((b"", 0), (b"", 3), 42, (), (1, 2), (b"x", "y")):
    t = io.TextIOWrapper(io.BufferedReader(io.BytesIO(b"abc")), encoding="one_way", newline="")
    print(OneWay.states, report(lambda: (t.read(1), t.tell())))
print(report(lambda: io.TextIOWrapper(io.BufferedWriter(io.BytesIO(b"abc")), encoding="one_way")))

# ---- what gathers before it is written ----
class Sizes(io.RawIOBase):
    def __init__(self):
        self.sizes = []

    def writable(self):
        return True

    def write(self, data):
        self.sizes.append(len(data))
        return len(data)


for pieces in (["abc", "def", "x" * 9000, "y"], ["x" * 8192, "y"], ["x" * 5000, "y" * 3192, "z"], ["x" * 5000] * 4):
    raw = Sizes()
    t = io.TextIOWrapper(raw, encoding="ascii")
    for piece in pieces:
        t.write(piece)
    print(raw.sizes)
    t.flush()
    print(raw.sizes)

# ---- truncating where the stream beneath is ----
with open("text", "w") as f:
    f.write("abc\ndef\n")
with open("text", "r+") as f:
    f.read(1)
    print(f.truncate(), f.tell(), f.truncate(5))
print(contents())

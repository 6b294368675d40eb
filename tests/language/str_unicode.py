"""Strings of one, two and four bytes a character, mixed; slicing, searching, case, comparison."""
from support import attempt
texts = [
    "", "a", "ascii only", "caf\u00e9", "\u65e5\u672c\u8a9e", "\U0001F600\U0001F601",
    "mix \u00e9 \u65e5 \U0001F600 end", "\ud800", "e\u0301", "\u0130\u0131", "\ufb01", "\u00df", "\u01c5",
    "\u1e9e", "\u03a3\u03c3\u03c2", "\u0660\u0661", "\u2460", "\u00bd", "\u00a0", "\u200b", "\u2028",
    "\U0010ffff", "\x00\x01\x7f\x80\x9f"
]
for t in texts:
    print(
        ascii(t), len(t), ascii(t.upper()), ascii(t.lower()), ascii(t.title()), ascii(t.capitalize()),
        ascii(t.swapcase()), ascii(t.casefold()), ascii(t[::-1]), ascii(repr(t)), t.isalpha(), t.isalnum(),
        t.isdigit(), t.isdecimal(), t.isnumeric(), t.isspace(), t.isprintable(), t.isidentifier(),
        t.isupper(), t.islower(), t.istitle()
    )
for a in texts[2:8]:
    for b in texts[2:8]:
        s = a + b
        assert s[: len(a)] == a and s[len(a) :] == b and s.find(b) <= len(a) and (b in s) and s.startswith(a) and s.endswith(b) and s.replace(b, "") == a.replace(b, "") and s.count("zz") == 0 and s.split(b)[0] == a.split(b)[0]
        print(a < b, a == b, a > b, end=" ")
print()
m = texts[6]
print(
    [ascii(c) for c in m], ascii(m[4]), ascii(m[6:9]), m.index("\u65e5"), m.find("\U0001F600"), m.rfind(" "),
    ascii(m.center(30, "\u65e5")), ascii(m.replace("\U0001F600", "x")),
    len(m.replace("\U0001F600", "x").encode()), ascii(m.partition("\u65e5")), ascii(m.split()), ascii(m * 2),
    ascii("\u65e5".join("abc")), ascii(m.translate({0x65e5: "sun", 0xe9: None}))
)
for t in texts:
    if t != "\ud800":
        for enc in ("utf-8", "utf-16", "utf-32-le"):
            assert t.encode(enc).decode(enc) == t, (t, enc)
print(
    [t.encode("utf-8") for t in texts[3:7]], "\u00e9".encode("latin-1"),
    ascii(b"\xff\xfe\xe9\x00".decode("utf-16")), ascii("\ud83d\ude00"),
    ascii("a\ud800".encode("utf-8", "surrogatepass")), ascii("\udcff".encode("utf-8", "surrogateescape")),
    ascii(b"a\xff".decode("utf-8", "surrogateescape")), ascii("\u65e5".encode("ascii", "xmlcharrefreplace")),
    ascii("\u65e5".encode("ascii", "namereplace")) if False else ""
)
for bad in (
    b"\x80", b"\xc3", b"\xc3(", b"\xe2\x82", b"\xe2(\xa1", b"\xf0\x90\x80", b"\xf8\x88", b"\xed\xa0\x80",
    b"\xc0\x80", b"\xf5\x80\x80\x80", b"ok\xffok"
):
    attempt(bad.decode)
    print(
        ascii(bad.decode("utf-8", "replace")), ascii(bad.decode("utf-8", "ignore")),
        ascii(bad.decode("latin-1"))
    )
for s, e in (
    ("\u65e5", "ascii"), ("\u65e5", "latin-1"), ("ab\ud800c", "utf-8"), ("\u00e9\u00e9", "ascii"),
    ("x", "unknown-codec"), ("x", "utf8"), ("x", "UTF_8"), ("x", "Latin1"), ("x", "us-ascii"),
    ("x", "iso-8859-1")
): attempt(s.encode, e)
attempt("x".encode, "ascii", "nohandler")
attempt("\u65e5".encode, "ascii", "nohandler")
ident = {"\u00e9t\u00e9": 1, "\U0001d4b3": 2}
print(
    ascii(max(texts)), ascii(min(texts[1:])), ascii(sorted("z\u00e9a\u65e5B")), "\u00e9" == "e\u0301",
    ord("\U0010ffff"), [hex(ord(c)) for c in m[-5:]]
)
big = "\u65e5" * 1000 + "x" + "\U0001F600" * 10
print(
    len(big), big.find("x"), big.count("\u65e5"), big[999:1002] == "\u65e5x\U0001F600",
    len(big[:1000].encode()), big[1000:1001] == "x", len(big.replace("\u65e5", "")),
    big.strip("\u65e5") == "x" + "\U0001F600" * 10, len(big.split("x")), big.rindex("\u65e5")
)
s = ""
for i in range(300): s += chr(i * 37)
print(
    len(s), sum(map(ord, s)), s.isascii(), len(s.encode("utf-8", "surrogatepass")), ascii(s[10:14]),
    "%s" % "\u65e5" == "\u65e5", "{:>5}".format("\u65e5") == "    \u65e5",
    "\u65e5\u672c".ljust(4, "\u00e9") == "\u65e5\u672c\u00e9\u00e9", "\u0130".lower() == "i\u0307",
    "\u00df".upper(), "\u03a3".lower() == "\u03c3", "A\u03a3".lower() == "a\u03c2"
)

"""bytes and bytearray."""
from support import attempt, attempt_all
b = b"Hello\x00\xff World"
print(
    b, len(b), b[0], b[-1], b[1:5], b[::-2], b.upper(), b.lower(), b.find(b"o"), b.find(111), b.count(b"o"),
    b.index(b"W"), b"lo" in b, 72 in b
)
print(
    bytes(3), bytes([1, 2, 255]), bytes("é", "utf-8"), bytes(b"x"), bytes(), bytes(range(5)), b"a" + b"b",
    b"ab" * 3, b"a" < b"b", b"a" == "a"
)
attempt_all(bytes, [256], ["a"], "x", -1, 1.5, ([-1],))
attempt(lambda: b"abc"[5])
attempt(lambda: b"a" + "b")
attempt(lambda: b"abc".index(b"z"))
attempt(lambda: 300 in b"abc")
print(
    b"a,b,c".split(b","), b" a b ".split(), b"a b".partition(b" "), b",".join([b"x", b"y"]), b"  x ".strip(),
    b"xxaxx".strip(b"x"), b"abc".replace(b"b", b"ZZ")
)
attempt(b",".join, [b"a", "b"])
print(
    b"abc".startswith(b"a"), b"abc".endswith((b"x", b"c")), b"abc".hex(), b"\x01\x02".hex("-"),
    bytes.fromhex("00 ff 41"), b"x".center(5, b"*"), b"5".zfill(3), b"a".ljust(3), b"l1\nl2\r\n".splitlines()
)
attempt(bytes.fromhex, "0g")
print(
    b"\xc3\xa9".decode(), b"\xe9".decode("latin-1"), b"a\xff".decode("ascii", "replace"),
    b"a\xff".decode("utf-8", "ignore"), b"a\xffb".decode("utf-8", "backslashreplace"), b"abc".decode("ascii")
)
attempt(b"\xff".decode)
attempt(b"a\xc3".decode)
attempt(b"\xe9".decode, "ascii")
print(
    list(b"abc"), sorted(b"cab"), max(b"abc"), hash(b"abc") == hash(b"ab" + b"c"), {b"k": 1}[b"k"],
    repr(b"it's"), repr(b'a"b\''), b"\t\n\r\\\x7f"
)
print(
    b"abc".isalpha(), b"12".isdigit(), b"aB".swapcase(), b"hello world".title(), b"abc".translate(None, b"b"),
    bytes.maketrans(b"a", b"x")[97], b"x".isspace(), b"abc".capitalize(), b"A".isupper()
)
ba = bytearray(b"abc")
ba.append(100)
ba.extend(b"ef")
ba[0] = 65
ba[1:3] = b"XYZ"
print(ba, len(ba), ba.pop(), ba.pop(0), ba, bytes(ba), ba == b"XYZde"[:4], ba + b"!", ba[1:3], ba.find(b"Y"))
ba.insert(0, 48)
ba.remove(90)
ba.reverse()
print(ba)
del ba[0]
ba += b"tail"
ba *= 2
print(ba)
ba.clear()
print(ba, bool(ba))
attempt(ba.append, 256)
attempt(ba.pop)
attempt(hash, ba)
attempt(lambda: bytearray("x"))
print(
    bytearray(3), bytearray([1, 2]), bytearray(b"a").hex(), bytearray(b"abc").upper(),
    bytearray(b"abc").decode(), list(bytearray(b"hi")), b"a" + bytearray(b"b"), bytearray(b"a") + b"b"
)
print(
    b"%d-%s" % (5, b"x"), b"%r" % "a", b"abc" b"def", type(b"abc"[0:1]), b"abc".__len__(),
    b"".join(bytes([i]) for i in range(65, 70))
)

"""Methods of str."""
from support import attempt, attempt_all

s = "Hello, World"
print(
    s.upper(), s.lower(), s.swapcase(), "hello world".title(), "ßtraße".capitalize(), "ǆ".title(),
    "STRASSE".casefold(), "ß".upper()
)
print(
    s.find("o"), s.find("o", 5), s.find("zz"), s.rfind("o"), s.index("World"), s.count("l"), s.count(""),
    s.find(""), s.find("", 20), s.rfind("l", 0, 5)
)
attempt(s.index, "zz")
attempt(s.rindex, "zz")
print(
    s.replace("l", "L"), s.replace("l", "L", 2), "aaa".replace("", "-"), "abc".replace("b", ""),
    "aaa".replace("a", "bb")
)
print(
    "a,b,,c".split(","), "a b  c ".split(), "a b  c ".split(" "), " a b c".split(None, 1),
    "a,b,c".rsplit(",", 1), "".split(), "".split(","), "a b c".rsplit(None, 1)
)
print(
    "l1\nl2\r\nl3\rl4\x0bl5\u2028l6".splitlines(), "a\nb\n".splitlines(True), "a-b-c".partition("-"),
    "a-b-c".rpartition("-"), "abc".partition("-"), "abc".rpartition("-")
)
attempt("a".split, "")
attempt("a".partition, "")
print("-".join(["a", "b", "c"]), "".join([]), ", ".join(("x",)), "ab".join("xyz"), "é".join(["a", "日", "b"]))
attempt("-".join, ["a", 1])
attempt("-".join, 5)
print(
    " x ".strip() + "|", " x ".lstrip() + "|", " x ".rstrip() + "|", "xxaxx".strip("x"), "abcba".strip("ab"),
    "\u3000x\t".strip() + "|"
)
print(
    "abc".startswith("ab"), "abc".startswith(("x", "a")), "abc".endswith("bc"), "abc".startswith("b", 1),
    "abc".endswith("b", 0, 2), "".startswith("")
)
attempt("abc".startswith, 5)
attempt("abc".startswith, (1,))
print(
    "x".center(5, "*"), "x".ljust(4) + "|", "x".rjust(4) + "|", "42".zfill(5), "-42".zfill(5), "+1".zfill(4),
    "abc".center(2), "ab".center(5) + "|"
)
attempt("x".center, 5, "ab")
print(
    "a\tb\tcd\te".expandtabs(4), "\t|".expandtabs(), "prefix-x".removeprefix("prefix-"),
    "x.py".removesuffix(".py"), "x".removeprefix("y")
)
for t in (
    "abc", "ABC", "a1", "12", "½", "²", "", " ", "a b", "Title Case", "_id", "1a", "é", "日本", "\n", "٣"
):
    print(
        repr(t), t.isalpha(), t.isdigit(), t.isalnum(), t.isupper(), t.islower(), t.istitle(), t.isspace(),
        t.isidentifier(), t.isnumeric(), t.isdecimal(), t.isascii(), t.isprintable()
    )
print(
    "abc" < "abd", "a" < "B", "" < "a", "é" > "z", "abc" == "abc", "abc" != "ab", "\U0001F600" > "\uffff",
    "a" in "abc", "" in "", "bc" in "abc", "d" in "abc"
)
attempt(lambda: 1 in "abc")
print(
    "abc"[1], "abc"[-1], "日本語"[1], "a\U0001F600b"[1], len("a\U0001F600b"), len("é"), "abc" * 3, 0 * "x",
    "x" * -1, "ab" + "é" + "日"
)
attempt(lambda: "abc"[3])
attempt(lambda: "abc"["x"])
attempt(lambda: "abc" * 1.5)
attempt(lambda: "abc" * "x")
attempt(lambda: "abc" + 1)
attempt(lambda: "abc".foo)
print(
    "abc".translate({97: "X", 98: None, 99: 100}), str.maketrans("ab", "xy"),
    "aabb".translate(str.maketrans("ab", "xy", "c")), str.maketrans({"a": 1})
)
print(
    "é日\U0001F600".encode(), "é".encode("latin-1"), "é".encode("utf-8"), "aé".encode("ascii", "ignore"),
    "aé".encode("ascii", "replace"), "aé".encode("ascii", "backslashreplace"), "é".encode("utf-16-le")
)
attempt("é".encode, "ascii")
attempt("x".encode, "nope")
attempt("\ud800".encode)
print(str(b"abc", "utf-8"), str(b"\xff", "latin-1"), str(5), str(None), str([1, "a"]), str(), str(b"x"))
print(ascii("é日\U0001F600"), repr("é"), ord("é"), chr(233), chr(0x1F600), chr(0))
attempt_all(ord, "ab", "", 5)
attempt_all(chr, -1, 0x110000, "a")
print(
    list("abc"), tuple("é日"), sorted("hello"), list(reversed("abc")), max("hello"), min("hello"), set("aaa"),
    list(enumerate("ab"))
)
print(
    hash("abc") == hash("a" + "bc"), "abc" is not None, "%s" % "x", "abc".__len__(), "a".__add__("b"),
    "abc".__contains__("b"), "abc".__getitem__(0)
)
big = "".join(chr(97 + i % 26) for i in range(1000))
print(big[::50], big.count("abc"), len(big * 100), (big * 3).rfind("xyz"), big.find("z", 30))
class S(str):
    def __repr__(self):
        return "S(" + super().__repr__() + ")"
t = S("abc")
print(
    repr(t), t + "d", type(t + "d"), t.upper(), t == "abc", {t: 1}["abc"], len(t), f"{t}", str(t),
    type(str(t))
)

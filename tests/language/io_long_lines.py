"""readline() of lines longer than a chunk, with each newline mode, where ends fall on the border of chunks."""
import io

for text in (
    "a" * 300_000 + "\nb\n",
    "\xe9" * 100_000 + "\n",
    "a" * 20000 + "\u1234" * 20000 + "\r\nx",
    "a" * 8191 + "\r\n" + "b" * 8192 + "\r" + "c",
):
    for newline in (None, "", "\n", "\r\n", "\r"):
        f = io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8", newline=newline)
        lines = [f.readline(), f.readline(), f.readline(5), f.readline()]
        rest = f.read()
        print(newline, [(len(s), s[:3], s[-3:], hash(s) == hash(text[: len(s)])) for s in lines], len(rest))

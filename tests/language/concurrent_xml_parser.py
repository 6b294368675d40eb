"""Threads feed one parser and read its attributes; others have parsers of their own."""
import threading
import pyexpat

shared = pyexpat.ParserCreate()
seen = []
shared.StartElementHandler = lambda name, attributes: seen.append(name)
shared.Parse(b"<root>")


def feed():
    for _ in range(100):
        shared.Parse(b"<a x='1'>text</a>")


def look():
    for _ in range(100):
        shared.CurrentLineNumber, shared.ErrorCode, shared.buffer_used, shared.intern
        shared.CharacterDataHandler = None
        shared.CommentHandler = print


def own():
    parser = pyexpat.ParserCreate()
    counts = []
    parser.EndElementHandler = counts.append
    parser.Parse(b"<r>" + b"<b/>" * 200 + b"</r>", True)
    seen.append(len(counts))


threads = [threading.Thread(target=f) for f in (feed, feed, look, own, own)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(shared.Parse(b"</root>", True), seen.count("a"), seen.count(201), len(seen))

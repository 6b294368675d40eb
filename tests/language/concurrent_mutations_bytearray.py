"""Every operation that changes a bytearray, from several threads at once: each is one step, as under CPython's lock.
What is printed is what was odd."""
from support import attempt, beside, together

N = 3000


def row(name, *odd):
    print(name, *odd)


def appends_kept(name, step, start=b"abcde"):
    b = bytearray(start)
    odd = together(N, lambda: b.append(255), lambda: step(b))
    row(name, odd, b.count(255) == N)


appends_kept("*= 1", lambda b: b.__imul__(1))
appends_kept("reverse", lambda b: b.reverse())
appends_kept("insert and remove", lambda b: (b.insert(1, 7), b.remove(7)))
appends_kept("insert and del b[0]", lambda b: (b.insert(-10**6, 7), b.__delitem__(0)))
appends_kept("b[0] = x", lambda b: b.__setitem__(0, 5))
appends_kept("b[:0] = ... and del b[:3]", lambda b: (b.__setitem__(slice(0, 0), b"123"), b.__delitem__(slice(0, 3))))
appends_kept("b[:4:2] = ...", lambda b: b.__setitem__(slice(0, 4, 2), b"xy"))
appends_kept("copy", lambda b: (b.copy(), b + b"x", b * 2))

b = bytearray(2 * N)
row("del b[-1]", together(N, *[lambda: b.__delitem__(-1)] * 2), b)
b = bytearray(2 * N)
row("del b[-1:]", together(N, *[lambda: b.__delitem__(slice(-1, None))] * 2), b)
b = bytearray(4 * N)
row("del b[:4:2]", together(N - 1, *[lambda: b.__delitem__(slice(0, 4, 2))] * 2), len(b))
b = bytearray(2 * N)
row("pop", together(N, lambda: b.pop(), lambda: b.pop(0)), b)
b = bytearray(b"abc" * N)
row("remove", together(N, *[lambda v=v: b.remove(v) for v in b"abc"]), b)
b = bytearray()
row("extend", together(N, *[lambda v=v: b.extend(v) for v in (b"abc", b"def")]), b.count(b"abc"), b.count(b"def"))
b = bytearray()
row("+=", together(N, *[lambda v=v: b.__iadd__(v) for v in (b"abc", b"def")]), b.count(b"abc"), b.count(b"def"))
b = bytearray()
row("insert at the end", together(N, *[lambda v=v: b.insert(10**6, v) for v in b"ab"]), b.count(b"a"), b.count(b"b"))
b = bytearray(b"x")
row("*= 2", together(8, *[lambda: b.__imul__(2)] * 2), len(b))
b = bytearray(b"x")
row("+= self", together(8, *[lambda: b.__iadd__(b)] * 2), len(b))
b = bytearray(b"ab")
row("clear and extend", together(N, lambda: b.clear(), lambda: b.extend(b"ab")), b.count(b"ab") * 2 == len(b))

b = bytearray(b"0123456789")
shift = lambda: (b.insert(0, 32), b.pop(0))
row("in", beside(N, lambda: 53 in b and b"56" in b and b"77" not in b, shift))
row("find", beside(N, lambda: b.find(b"9") in (9, 10), shift))
row("b[-1]", beside(N, lambda: b[-1] == 57, shift))
row("b[-2:]", beside(N, lambda: b[-2:] == b"89", shift))
row("bytes", beside(N, lambda: bytes(b) in (b"0123456789", b" 0123456789"), shift))
row("==", beside(N, lambda: b != b"012345678" and not b == b"0123456789!", shift))
push = lambda: (b.append(4), b.pop())
row("b[-1] = x", beside(N, lambda: b.__setitem__(-1, 57) is None, push))

b = bytearray(b"abcdef")
for start, stop, step, new in ((0, 0, 1, b"xy"), (-2, None, 1, b""), (5, 2, 1, b"!"), (None, None, 2, b"123"),
                               (None, None, -2, b"456"), (None, None, 3, b""), (1, 100, 2, b"12345"), (-100, 2, 1, b"")):
    try:
        b[start:stop:step] = new
    except ValueError as error:
        print(error)
    print(b)
view = memoryview(b)
attempt(b.append, 1)
attempt(b.__delitem__, 0)
attempt(b.pop)
attempt(b.__setitem__, slice(0, 1), b"z")
attempt(b.__setitem__, slice(0, 2), b"z")
attempt(b.__imul__, 3)
attempt(b.clear)
view.release()
big = bytearray(10000)
del big[10:]
print(len(big), big.__sizeof__() < 1000)

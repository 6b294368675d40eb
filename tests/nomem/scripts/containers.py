# Lists, dicts, sets, tuples, bytes, text, big numbers: grown, shrunk, sorted, joined, formatted and taken apart.
numbers = [x * 7919 % 1009 for x in range(300)]
numbers.sort()
numbers.sort(key=lambda x: -x)
print(numbers[:3], numbers[::100], len(numbers[10:20] * 3), sorted(numbers, reverse=True)[5])
numbers.insert(3, "x")
numbers[5:9] = list("abcdefgh")
del numbers[::2]
numbers.extend(range(10))
numbers += (1, 2)
print(numbers.index("c"), numbers.count(3), numbers.pop(), numbers.pop(0), len(numbers), [1, [2, [3]]])
table = {str(i): i for i in range(200)}
table.update(zip("abc", "xyz"), k=1)
for i in range(0, 200, 3):
    del table[str(i)]
print(len(table), table.setdefault("new", []), table.pop("a"), list(table)[:4], dict(list(table.items())[-2:]))
print(table | {"q": 1} == {**table, "q": 1}, {**{1: 2}, 3: 4}, dict.fromkeys("ab", 0), table.keys() & {"b", "zz"})
left, right = set(range(0, 100, 2)), frozenset(range(0, 100, 3))
print(len(left | right), sorted(left & right)[:4], len(left ^ right), sorted(left - right)[:3], {frozenset([1]), (2, 3)} > set())
left.difference_update(right)
left.add("text")
left.discard(2)
print(len(left), (1, 2) + (3,) * 3, hash((1, "a")) == hash((1, "a")), tuple(reversed((1, 2, 3))))
text = "The quick brown fox — naïve ☃ \U0001f40d"
print(text.upper(), text.split(), "-".join(reversed(text.split())), text.replace("o", "00"), text.title().swapcase())
print(text.encode(), text.encode("utf-16-le")[:8], text.encode("ascii", "backslashreplace"), text.partition("fox"), text.center(50, "*"))
print("%s %r %5.2f %-6d| %x" % ("s", "r", 3.14159, 42, 255), "{:>8} {!r} {0[0]} {a.real:+d}".format("pad", "r", a=3) if 0 else "{:>8} {!r}".format("pad", "r"))
print(f"{3.14159:10.3f} {1234567:,} {'é':^5} {2**70:#x} {text[4:9]!a}", ascii(text)[-12:], repr("it's \"q\" \n"))
data = bytearray(b"abc" * 10)
data[3:6] = b"-----"
data.extend(b"end")
print(bytes(data), data.find(b"end"), bytes(range(5)).hex(), b" ".join([b"x", b"y"]), b"%d-%s" % (1, b"z"), memoryview(data)[2:6].tolist())
big = 3**200
print(big, big // 7**30, big % 10**20, divmod(-big, 10**30), pow(3, 1000, 10**9 + 7), int(str(big)) == big, big >> 50 & 0xffff, -big ^ 12345)
print(1.5e300 * 1e10, 1 / 3, round(2.675, 2), float("1e-310"), complex(1, 2) if 0 else 0, int("ff", 16), bin(10), [0.1] * 3)
print(list(zip(range(3), "abc")), list(enumerate("ab", 1)), max([3, 1, 2]), min("b", "a"), any([0, 1]), all([]), list(filter(None, [0, 1, 2])))
print(slice(1, 10, 2).indices(5), list(range(10))[slice(None, None, -3)], isinstance(3, (int, str)), sorted({3: 1, 1: 2}.items()))

# Searching, splitting and replacing take sixteen characters at a time, texts are coded by runs: each against a slow and
# plain way, for all widths, at all places of a block.
import random

random.seed(14)
ALPHABETS = ['ab', 'abc', 'aé', 'aжb', 'ж\u0461', 'a\U0001F600', '\U0001F600\U0001F601ж', 'a\x61\u0161']


def find_all(text, needle, most=None):
    places, at = [], 0
    while at + len(needle) <= len(text) and len(places) != most:
        if text[at:at + len(needle)] == needle:
            places.append(at)
            at += len(needle)
        else:
            at += 1
    return places


def plain_replace(text, old, new, most=None):
    parts, at = [], 0
    for place in find_all(text, old, most):
        parts += [text[at:place], new]
        at = place + len(old)
    return text[:0].join(parts + [text[at:]])


def plain_split(text, separator, most=None):
    parts, at = [], 0
    for place in find_all(text, separator, most):
        parts.append(text[at:place])
        at = place + len(separator)
    return parts + [text[at:]]


def check(text, old, new):
    places = find_all(text, old)
    assert text.count(old) == len(places), (text, old)
    assert text.find(old) == (places[0] if places else -1), (text, old)
    assert text.rfind(old) == max([i for i in range(len(text)) if text[i:i + len(old)] == old], default=-1)
    assert (old in text) == bool(places)
    assert text.replace(old, new) == plain_replace(text, old, new), (text, old, new)
    assert text.split(old) == plain_split(text, old), (text, old)
    for most in 0, 1, 2, 33, 1000:
        assert text.replace(old, new, most) == plain_replace(text, old, new, most), (text, old, new, most)
        assert text.split(old, most) == plain_split(text, old, most), (text, old, most)
    if not places:
        assert text.replace(old, new) is text
    return len(places)


found = 0
for alphabet in ALPHABETS:
    for size in list(range(0, 40)) + [63, 64, 65, 200, 700]:
        text = ''.join(random.choice(alphabet) for _ in range(size))
        for length in 1, 2, 3, 5:
            old = ''.join(random.choice(alphabet) for _ in range(length))
            for new in '', 'x', 'é', 'ж', '\U0001F602', old[::-1], 'xyz':
                found += check(text, old, new)
                if max(text + old + new) < '\u0100':
                    text1, old1, new1 = (s.encode('latin-1') for s in (text, old, new))
                    assert text1.replace(old1, new1) == text.replace(old, new).encode('latin-1')
                    assert text1.split(old1) == [s.encode('latin-1') for s in text.split(old)]
                    assert text1.count(old1) == text.count(old)
                    assert bytearray(text1).replace(old1, new1) == text1.replace(old1, new1)
print(found)

# A needle that cannot be in so narrow a text, and one whose low bits are.
for text in 'a' * 40, 'é' * 40, 'ж' * 40:
    for old in '\u0161', '\U00010061', '\U00010436', 'a\U00010061', '\u01e9', '\u0161a':
        print(text.count(old), text.find(old), text.replace(old, 'x') is text, text.split(old) == [text])

# What is hard to search: many places look right.
for a, b in 'ab', 'жb', '\U0001F600b', 'aж':
    text = (a * 60 + b) * 40 + a * 3000
    for needle in a * 50 + b, b + a * 61, a * 61, a * 30 + b + a * 30, a * 2999, a * 3001:
        places = find_all(text, needle)
        print(len(places), text.count(needle), text.find(needle), text.rfind(needle),
              text.split(needle) == plain_split(text, needle),
              text.replace(needle, 'x') == plain_replace(text, needle, 'x'))

# Long texts, with matches over the borders of what is searched at once.
for a, b in 'ab', 'жы', '\U0001F600b':
    for border in 16384, 32768:
        for shift in range(-3, 3):
            text = a * (border + shift) + b * 3 + a * 20000
            print(text.find(b), text.find(b * 3), text.count(b), text.count(b * 2), text.find(a + b), end=' ')
            print(text.replace(b, a) == a * len(text), text.replace(a, b) == b * len(text), len(text.split(b * 3)))


# Narrower and wider results; subclasses; the same object where nothing changes.
class Text(str):
    pass


class Bytes(bytes):
    pass


for text, old, new in [('aжa', 'ж', 'b'), ('aжa', 'ж', 'é'), ('éa', 'é', 'e'), ('aaa', 'a', 'ж'), ('a\U0001F600', '\U0001F600', 'ж'),
                       ('ж', 'ж', 'a'), ('a', 'a', 'a'), ('a', 'a', ''), ('', 'a', 'b'), ('aa', 'a', 'aa')]:
    out = text.replace(old, new)
    print(ascii(out), out.isascii(), hash(out) == hash(''.join(list(out))), out == ''.join(list(out)))
text, data = Text('abcabc'), Bytes(b'abcabc')
print(type(text.replace('x', 'y')), type(text.replace('a', 'y')), type(text.split('x')[0]), type(text.replace('a', 'a')))
print(type(data.replace(b'x', b'y')), type(data.replace(b'a', b'y')), type(data.split(b'x')[0]))
data = b'abc' * 10
print(data.replace(b'x', b'y') is data, data.replace(b'x', b'yy') is data, bytearray(data).replace(b'x', b'y') == data)
for call in (lambda: 'a'.replace('a', 1), lambda: 'a'.split(''), lambda: b'a'.split(b''), lambda: 'a'.replace('a', 'b', 'c')):
    try:
        call()
    except (TypeError, ValueError) as e:
        print(type(e).__name__, e)
print(repr('abc'.replace('', '-')), repr('жb'.replace('', '-', 2)), 'abc'.count(''), b'abc'.replace(b'', b'-'))

# Lines end at each control character that breaks them, and nowhere else.
for c in list(range(0x30)) + [0x7f, 0x84, 0x85, 0x86, 0xa0, 0xff, 0x2028, 0x2029, 0x202a]:
    for text in 'ab' + chr(c) + 'cd', chr(c), chr(c) * 2 + 'x', '\r' + chr(c) + '\n', 'a' * 20000 + chr(c) + 'b':
        lines = [len(s) for s in text.splitlines()], [len(s) for s in text.splitlines(True)]
        if c < 0x100:
            lines += [len(s) for s in text.encode('latin-1').splitlines()],
        print(c, *lines)

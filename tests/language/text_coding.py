# UTF-8, UTF-16 and UTF-32 are coded many characters at a time: every kind of character at every place of such a run,
# malformed ones too, whole and in pieces; and what is done alike with tables.
import codecs
import random

random.seed(14)
KINDS = 'a', 'é', 'ж', '日', '\U0001F600', '\U0010FFFF', '\uffff', '\xff', '\x80', '\x7f', '\0'
total = 0
for background in 'a', 'é', 'ж', '日', '\U0001F600':
    for size in list(range(0, 36)) + [63, 64, 65, 255, 256, 257, 600]:
        for kind in KINDS:
            at = random.randrange(size + 1)
            text = background * at + kind + background * (size - at)
            for encoding in 'utf-8', 'utf-16', 'utf-16-le', 'utf-16-be', 'utf-32', 'utf-32-le', 'utf-32-be':
                data = text.encode(encoding)
                total += sum(data)
                back = data.decode(encoding)
                assert back == text and hash(back) == hash(text) and back.isascii() == text.isascii(), (text, encoding)
                assert bytearray(data).decode(encoding) == text
                step = random.choice([1, 2, 3, 5, 7])
                decoder = codecs.getincrementaldecoder(encoding)()
                pieces = [decoder.decode(data[i:i + step]) for i in range(0, len(data), step)]
                assert ''.join(pieces) + decoder.decode(b'', True) == text, (text, encoding)
                encoder = codecs.getincrementalencoder(encoding)()
                assert b''.join([encoder.encode(text[i:i + step]) for i in range(0, len(text), step)]) == data
print(total)

BAD = (b'\x80', b'\xc0\x80', b'\xc1\xbf', b'\xc2', b'\xc2a', b'\xe0\x80\x80', b'\xe0\xa0', b'\xed\xa0\x80', b'\xed\xa0', b'\xf0\x80\x80\x80',
       b'\xf0\x9f', b'\xf0\x9f\x98', b'\xf4\x90\x80\x80', b'\xf5\x80\x80\x80', b'\xff', b'\xe6\x97', b'\xe6\x97a', b'\xe0\x80', b'\xf0\x80')
for bad in BAD:
    for before in b'', b'a' * 7, b'a' * 16, 'é'.encode() * 9, '日'.encode() * 6, '\U0001F600'.encode() * 5:
        for after in b'', b'a', b'a' * 20, 'é'.encode() * 9, '\U0001F600'.encode():
            data = before + bad + after
            try:
                data.decode()
            except UnicodeDecodeError as e:
                assert e.object == data
                print(e.start, e.end, e.reason, end=' ')
            print(ascii(data.decode('utf-8', 'replace'))[-40:], end=' ')
            decoder = codecs.getincrementaldecoder('utf-8')('replace')
            first = decoder.decode(before + bad)
            print(len(first), decoder.getstate(), first + decoder.decode(after, True) == data.decode('utf-8', 'replace'))

for place in 0, 1, 15, 30, 31, 32, 33, 63, 64, 65:
    for bad in '\ud800', '\udfff', '\udc00\ud800', '\ud83d':
        text = 'a' * place + bad + 'b' * 40
        for encoding in 'utf-8', 'utf-16-le', 'utf-16-be', 'utf-32-le', 'utf-32-be':
            try:
                text.encode(encoding)
            except UnicodeEncodeError as e:
                print(e.start, e.end, e.reason, end=' ')
            data = text.encode(encoding, 'surrogatepass')
            try:
                data.decode(encoding)
            except UnicodeDecodeError as e:
                print(e.start, e.end, e.reason, end=' ')
            print(len(data), ascii(data.decode(encoding, 'replace'))[-45:], data.decode(encoding, 'surrogatepass') == text)
    data = ('a' * place).encode('utf-32-le') + b'\0\0\x11\0' + 'b'.encode('utf-32-le') * 40 + b'x'
    print(ascii(data.decode('utf-32-le', 'replace')))


# translate() asks once for an ASCII character that becomes one, or nothing.
class Table:
    def __init__(self, **known):
        self.known, self.asked = known, []

    def __getitem__(self, code):
        self.asked.append(code)
        return self.known.get(chr(code), code)


class Text(str):
    pass


for known in ({}, {'a': 'x'}, {'a': None}, {'a': 'xy'}, {'a': ''}, {'a': 'é'}, {'a': 233}, {'a': 120}, {'a': '\U0001F600'}, {'a': Text('x')}):
    for text in 'abcabcab' * 20, 'aéaé', 'aaa', '', Text('abab'):
        table = Table(**known)
        out = text.translate(table)
        asked = table.asked if known in ({}, {'a': 'x'}) and text.isascii() else sorted(set(table.asked))
        print(ascii(out), type(out), asked, out.isascii())
for answer in -1, 0x110000, 1.5, b'x', 10 ** 30:
    try:
        print('bbab'.translate({97: answer}))
    except (TypeError, ValueError) as e:
        print(type(e).__name__, e)
print(('x' * 63 + 'a' + 'y' * 200).translate(str.maketrans('axy', 'bzw', 'q')), 'abc'.translate({}), 'a\x7fb'.translate({127: '\xff'}).isascii())


class Odd(dict):
    def __missing__(self, key):
        raise KeyError if key == 97 else ArithmeticError


try:
    'aab'.translate(Odd())
except ArithmeticError:
    print('ArithmeticError')

# Joining bytes, exact or not; reversing.
class Bytes(bytes):
    pass


for gap in b'', b',', b', ' * 10, bytearray(b'-'), Bytes(b'+'):
    for items in [], [b'a'], [b'', b''], [b'ab'] * 20, [b'a', bytearray(b'b')], [Bytes(b'a'), b'b'], (b'x' * 100, b'y'), [memoryview(b'abc'), b'd']:
        out = gap.join(items)
        print(type(out).__name__, bytes(out))
        assert gap.join(iter(items)) == out
for items in [1], [b'a', 'b'], [b'a', None]:
    try:
        b','.join(items)
    except TypeError as e:
        print(e)
for size in list(range(40)) + [1000, 1001]:
    data = bytearray(i % 251 for i in range(size))
    mirror = data[::-1]
    data.reverse()
    assert data == mirror

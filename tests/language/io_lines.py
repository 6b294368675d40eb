# Lines of text files: at the borders of chunks, with all line ends, closed and moved meanwhile.
import io
import os
import tempfile

path = os.path.join(tempfile.mkdtemp(), 'lines')


def written(data):
    with open(path, 'wb') as f:
        f.write(data)


for shift in range(-3, 3):
    for letter in 'a', 'é', '日', '\U0001F600':
        unit = letter.encode()
        count = (8192 + shift) // len(unit)
        for end in b'\n', b'\r\n', b'\r', b'\n\n', b'\r\n\r\n', b'\r\r\n', b'':
            written(b'x' * (8192 + shift - count * len(unit)) + unit * count + end + b'b\n' + unit * 3 + end + b'last')
            for newline in None, '', '\n', '\r', '\r\n':
                with open(path, encoding='utf-8', newline=newline) as f:
                    lines = list(f)
                    seen = f.newlines
                with open(path, encoding='utf-8', newline=newline) as f:
                    again = []
                    while line := f.readline():
                        again.append(line)
                    assert again == lines and f.newlines == seen
                print(shift, ascii(letter), end, repr(newline), [(len(s), ascii(s[-2:])) for s in lines], ascii(seen))

written(b'one\ntwo\nthree\nfour\n')
for encoding in 'utf-8', 'latin-1', 'ascii':
    f = open(path, encoding=encoding)
    print(next(f), f.readline(2), f.readline(), f.readline(0), f.read(2), end='')
    try:
        f.tell()
    except OSError as e:
        print(e)
    print(f.readline(), f.readline(), repr(f.readline()), list(f), f.tell())
    f.seek(4)
    print(f.readline(), f.tell(), f.readline(-1), f.tell())
    f.close()
    for read in f.readline, f.__next__:
        try:
            read()
        except ValueError as e:
            print(e)

f = open(path)
next(f)
f.buffer.raw.close()
try:
    next(f)
except ValueError as e:
    print(e)
f = open(path)
next(f)
buffer = f.detach()
try:
    next(f)
except ValueError as e:
    print(e)
buffer.close()
with open(path, 'r+') as f:
    print(next(f), f.readline())
    f.seek(0)
    f.write('ONE')
    f.seek(0)
    print(next(f), f.readline())
with open(path, 'w') as f:
    for read in f.readline, f.__next__:
        try:
            read()
        except io.UnsupportedOperation as e:
            print(e)


class Lines(io.TextIOWrapper):
    def readline(self, size=-1):
        return super().readline(size).upper()


written(b'one\ntwo\n')
print(list(Lines(open(path, 'rb'))), Lines(open(path, 'rb')).readline())
print(list(io.TextIOWrapper(io.BufferedReader(io.BytesIO(b'a\nb\r\nc')))), list(io.TextIOWrapper(io.BytesIO(b'a\nb\r\nc'))))

# Streams of every kind: text, binary, in memory, over Python objects.
# Whatever is raised is printed: the class and the message are part of what has to agree.
import io, os, sys
p = '/tmp/io-case'
with open(p, 'w') as f: print(f.write('héllo\nworld\r\nthird\rline €\n'), f.name, f.mode, f.encoding, f.closed, f)
print(open(p, 'rb').read())
with open(p) as f: print(f.readlines(), f.newlines, f.closed)
with open(p, newline='') as f: print(list(f), f.newlines)
with open(p, newline='\r') as f: print(list(f))
with open(p, newline='\r\n') as f: print(list(f))
with open(p) as f:
    print(repr(f.readline()), f.tell(), repr(f.read(3)), f.tell()); t = f.tell(); a = f.read(); f.seek(t); print(a == f.read()); f.seek(0); print(repr(f.read(2)), f.tell()); f.seek(0, 2); print(f.tell(), repr(f.read()))
with open(p, 'a') as f: f.write('more'); print(f.tell())
with open(p, 'r+') as f: print(repr(f.readline())); f.seek(0); f.write('XYZ'); f.seek(0); print(repr(f.readline()))
with open(p, 'rb') as f: print(f.read(3), f.peek(2)[:2], f.readline(), f.tell(), f.seek(-4, 2), f.read(), f.read1(5), f)
with open(p, 'r+b') as f: f.read(2); f.write(b'ZZ'); f.seek(0); print(f.read(8)); b = bytearray(4); print(f.readinto(b), b)
with open(p, 'rb', buffering=0) as f: print(f, f.read(4), f.readall()[:4], f.readable(), f.writable(), f.seekable(), f.fileno() > 2)
with open(p, 'wb') as f: print(f.write(b'x' * 100000), f.tell()); f.writelines([b'a', b'b'])
print(os.path.getsize(p))
with open(p, 'w', encoding='utf-16') as f: f.write('ab'); f.write('c\n')
print(open(p, 'rb').read(), open(p, encoding='utf-16').read())
with open(p, 'w', encoding='latin-1', errors='replace') as f: f.write('é€')
print(open(p, 'rb').read(), repr(open(p, encoding='ascii', errors='backslashreplace').read()))
with open(p, 'w', newline='\r\n') as f: f.write('a\nb\n')
print(open(p, 'rb').read())
for f in [lambda: open('/nope/x'), lambda: open(p, 'q'), lambda: open(p, 'rw'), lambda: open(p, 'rbt'), lambda: open(p, 'rb', encoding='utf-8'), lambda: open(p, 'r', 0), lambda: open(p).write('x'), lambda: open(p, 'w').read(), lambda: open(p, 'rb').write(b''), lambda: open(1.5), lambda: open(p, newline='x'), lambda: open('/tmp'), lambda: open(p, 'x'), lambda: open(-1), lambda: open(p, 'w').write(1), lambda: open(p,'wb').write('a'), lambda: io.StringIO(1), lambda: io.BytesIO('a'), lambda: open(p, encoding=1)]:
    try: print(f())
    except Exception as e: print(type(e).__name__, e)  # whatever it is, CPython's is the same
f = open(p, 'w'); f.close(); f.close()
for g in [lambda: f.write('x'), lambda: f.flush(), lambda: f.read(), lambda: f.tell(), lambda: f.fileno(), lambda: next(f), lambda: f.__enter__()]:
    try: print(g())
    except Exception as e: print(type(e).__name__, e)  # whatever it is, CPython's is the same
s = io.StringIO('abc\ndef\n'); print(s.readline(), s.read(), s.tell(), s.getvalue(), s.seek(0), list(s)); s.seek(2); s.write('XYZ'); print(repr(s.getvalue())); s.truncate(3); print(repr(s.getvalue()), s.closed)
s = io.StringIO(newline=None); s.write('a\r\nb\rc\n'); print(repr(s.getvalue()), s.newlines)
s = io.StringIO('a\r\nb', newline=''); print(list(s)); s.close()
try: s.read()
except ValueError as e: print(e)
b = io.BytesIO(b'hello\nworld'); print(b.read(2), b.readline(), b.getvalue(), b.seek(0), list(b), b.tell()); b.seek(20); b.write(b'!'); print(b.getvalue()); v = b.getbuffer(); v[0] = 74
try: b.write(b'x' * 100)
except BufferError as e: print(e)
v.release(); b.write(b'y'); print(b.getvalue(), b.readable())
class R(io.RawIOBase):
    def __init__(self, d): self.d = d
    def readable(self): return True
    def readinto(self, b):
        n = min(len(b), 3, len(self.d)); b[:n] = self.d[:n]; self.d = self.d[n:]; return n
print(io.BufferedReader(R(b'abcdefghij\nklm')).readline(), R(b'abcdef').read(), R(b'abc').read(2), io.TextIOWrapper(io.BufferedReader(R(b'one\ntwo\n'))).readlines())
class Resizes(io.RawIOBase):
    def __init__(self, change): self.change = change
    def readable(self): return True
    def readinto(self, b): b[:] = b'abcdefgh'; self.change(b); return 4
print(Resizes(lambda b: b.__delitem__(slice(4, None))).read(8), Resizes(lambda b: b.extend(b)).read(8))
class W(io.RawIOBase):
    out = []
    def writable(self): return True
    def write(self, b): self.out.append(bytes(b)); return len(b)
w = io.BufferedWriter(W(), 4); w.write(b'ab'); w.write(b'cdefg'); w.flush(); print(W.out)
t = io.TextIOWrapper(io.BytesIO(), encoding='utf-8', line_buffering=True); t.write('a\nb'); print(t.buffer.getvalue()); t.flush(); print(t.buffer.getvalue(), type(t.detach()))
print(io.open is open, isinstance(sys.stdout, io.TextIOBase), isinstance(open(p,'rb'), io.BufferedIOBase), isinstance(io.FileIO(p), io.RawIOBase), issubclass(io.StringIO, io.IOBase))
print(sys.stdout.encoding, sys.stdout.name, sys.stdin.name, sys.stderr.errors, sys.stdout.line_buffering, sys.stderr.line_buffering, sys.stdout.mode)
d = io.IncrementalNewlineDecoder(None, True); print(repr(d.decode('a\r')), repr(d.decode('\nb\r\n')), d.newlines)
print(io.DEFAULT_BUFFER_SIZE, io.SEEK_SET, io.UnsupportedOperation.__mro__)
r, w = os.pipe(); rf = os.fdopen(r); wf = os.fdopen(w, 'w'); wf.write('pipe\n'); wf.flush(); print(rf.readline()); wf.close(); print(repr(rf.read())); rf.close()
pair = io.BufferedRWPair(io.BytesIO(b'in'), io.BytesIO()); print(pair.read(), pair.write(b'x'), pair.readable())
os.unlink(p)
print(1, 2, 3, sep='-', end='!\n', flush=True)

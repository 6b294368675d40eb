# The codec registry, error handlers, format string parsing.
# Whatever is raised is printed: the class and the message are part of what has to agree.
import codecs
print(codecs.lookup('latin-1').name, 'é'.encode('cp1252'), b'\x80'.decode('cp1252'), codecs.encode('abc', 'rot13'), 'é€'.encode('utf-8-sig'), 'x'.encode('iso8859-15'))
for f in [lambda: 'é'.encode('nope'), lambda: codecs.lookup('nope'), lambda: '\u1234'.encode('cp1252'), lambda: b'\x81'.decode('cp1252'), lambda: codecs.lookup_error('x'), lambda: '\u1234é'.encode('cp1252', 'xmlcharrefreplace'), lambda: '\u1234'.encode('cp1252', 'backslashreplace'), lambda: codecs.utf_8_decode(b'a\xc3'), lambda: 'a'.encode('rot13')]:
    try: print(f())
    except Exception as e: print(type(e).__name__, e)  # whatever it is, CPython's is the same
d = codecs.getincrementaldecoder('utf-8')(); print(repr(d.decode(b'\xc3')), d.decode(b'\xa9', True))
codecs.register_error('my', lambda e: ('?!', e.end)); print('é'.encode('ascii', 'my'), b'\xff'.decode('ascii', 'my'))
with open('/tmp/codecs-case', 'w', encoding='cp1252') as f: f.write('é€\n')
print(open('/tmp/codecs-case', encoding='cp1252').read(), codecs.open('/tmp/codecs-case', encoding='cp1252').read())
import _string
print(list(_string.formatter_parser('a{b!r:>{w}}c{{d}}{0.x[1]}')), (lambda t: (t[0], list(t[1])))(_string.formatter_field_name_split('0.x[1].y[k]')))

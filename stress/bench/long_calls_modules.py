"""Kinds of long calls that long_calls.py measures: modules in C whose data is of the program's size.

In the form of long_calls_values.py.
"""

from long_calls_values import BYTES, FLOATS, NUMBERS, PARTS, TEXT

XML = "s = '<a>' + '<b c=\"d\">text</b>' * 200000 + '</a>'"
TREE = "import xml.etree.ElementTree as E; e = E.Element('a')\nfor i in range(300000): E.SubElement(e, 'b')\n"
DIGITS = (
    "import decimal; decimal.setcontext(decimal.Context(prec=2000000, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN))\n"
    "d = decimal.Decimal('7' * 1000000)"
)
SAMPLES = "import audioop; s = bytes(range(256)) * 60000"
TABLE = (
    "import sqlite3; c = sqlite3.connect(':memory:'); c.execute('create table t (a, b)')\n"
    "c.executemany('insert into t values (?, ?)', ((i, str(i)) for i in range(100000)))\n"
)
ARRAY = "import array; a = array.array('i', range(3000000))"
NOISE = "import random; s = random.Random(1).randbytes(5 * 10 ** 6)"
KANA = "s = '\\u3042\\u30a2\\u4e9c' * 1000000"
RECORDS = "l = [{'a': i, 'b': [str(i), None]} for i in range(100000)]"

MODULES = {
    # decimal
    "decimal of a text": ("import decimal; s = '7' * 3000000", "decimal.Decimal(s)"),
    "decimal of an int": ("import decimal; i = 7 ** 500000", "decimal.Decimal(i)"),
    "decimal to an int": ("import decimal; d = decimal.Decimal('7' * 500000)", "int(d)"),
    "text of a decimal": ("import decimal; d = decimal.Decimal('7' * 3000000)", "str(d)"),
    "decimal formatted": ("import decimal; d = decimal.Decimal('7' * 3000000)", "format(d, ',.3f')"),
    "decimals multiplied": (DIGITS, "d * d"),
    "decimals added": (DIGITS, "[d + d for _ in range(20)]"),
    "decimals divided": (DIGITS + "; e = decimal.Decimal('3' * 300000)", "d / e"),
    "decimal's root": ("import decimal; decimal.getcontext().prec = 100000", "decimal.Decimal(2).sqrt()"),
    "decimal's exp": ("import decimal; decimal.getcontext().prec = 2000", "decimal.Decimal('1.234').exp()"),
    "decimal's ln": ("import decimal; decimal.getcontext().prec = 1000", "decimal.Decimal('1.234').ln()"),
    "decimal's power": ("import decimal; decimal.getcontext().prec = 300000", "decimal.Decimal(7) ** 300000"),
    "decimals compared": (DIGITS + "; e = decimal.Decimal('7' * 999999 + '8')", "[d < e for _ in range(20)]"),
    "decimal hashed": (DIGITS, "hash(d)"),
    "decimal as a tuple": (DIGITS, "d.as_tuple()"),
    "decimal of a tuple": ("import decimal; t = (0, (7,) * 1000000, 0)", "decimal.Decimal(t)"),
    "decimal quantized": (DIGITS, "[d.quantize(decimal.Decimal('0.001')) for _ in range(10)]"),
    "decimal's digits shifted": (DIGITS, "[d.shift(5) for _ in range(20)]"),
    "decimals' digits joined": (
        "import decimal; decimal.getcontext().prec = 2000000; d = decimal.Decimal('1' * 1000000)",
        "d.logical_xor(d)"),
    # datetime, random, statistics, unicodedata
    "dates made": ("import datetime", "[datetime.date.fromordinal(i) for i in range(1, 300000)]"),
    "format of a date": ("import datetime; s = '%Y' * 300000", "datetime.date(2000, 1, 1).strftime(s)"),
    "date of a long text": ("import datetime; s = '1' * 10 ** 7", "fails(datetime.date.fromisoformat, s)"),
    "random bytes": ("import random", "random.randbytes(10 ** 7)"),
    "random bits": ("import random", "random.getrandbits(10 ** 8)"),
    "random seeded": ("import random; s = 'ab' * 10 ** 7", "random.seed(s)"),
    "random seeded by an int": ("import random; i = 1 << 10 ** 8", "random.seed(i)"),
    "shuffled": (PARTS + "; import random; l = l[:200000]", "random.shuffle(l)"),
    "text normalized": ("import unicodedata; s = '\\xe9\\u0142' * 2000000", "unicodedata.normalize('NFD', s)"),
    "text composed": ("import unicodedata; s = 'e\\u0301' * 2000000", "unicodedata.normalize('NFC', s)"),
    "text of marks normalized": (
        "import unicodedata; s = 'e' + '\\u0301\\u0316' * 20000",
        "unicodedata.normalize('NFC', s)"),
    "text is normalized": ("import unicodedata; s = '\\xe9\\u0142' * 3000000", "unicodedata.is_normalized('NFC', s)"),
    # array, struct, binascii, audioop
    "array of a list": (NUMBERS + "; import array", "array.array('i', l)"),
    "array of bytes": (BYTES + "; import array", "array.array('B', s)"),
    "array to a list": (ARRAY, "a.tolist()"),
    "array to bytes": (ARRAY, "[a.tobytes() for _ in range(10)]"),
    "array repeated": (ARRAY, "a * 10"),
    "arrays added": (ARRAY + "; a *= 5", "a + a"),
    "arrays compared": (ARRAY + "; b = a[:]", "a == b"),
    "array reversed": (ARRAY + "; a *= 5", "a.reverse()"),
    "array swapped": (ARRAY + "; a *= 5", "a.byteswap()"),
    "in an array": (ARRAY, "-1 in a"),
    "array.count": (ARRAY, "a.count(-1)"),
    "array.index": (ARRAY, "fails(a.index, -1)"),
    "array.remove": (ARRAY, "a.remove(2999999)"),
    "array's first popped": (ARRAY + "; a *= 5", "a.pop(0)"),
    "array inserted": (ARRAY + "; a *= 5", "a.insert(0, 1)"),
    "array sliced": (ARRAY + "; a *= 5", "a[1:]"),
    "array sliced by a step": (ARRAY + "; a *= 5", "a[::-2]"),
    "array slice deleted": (ARRAY + "; a *= 5", "a.__delitem__(slice(1, 5))"),
    "array step deleted": (ARRAY + "; a *= 5", "a.__delitem__(slice(None, None, 3))"),
    "array step assigned": (ARRAY + "; b = a[::2]", "a.__setitem__(slice(None, None, 2), b)"),
    "array extended": (ARRAY, "a.extend(range(2000000))"),
    "array of floats": (FLOATS + "; import array", "array.array('d', l)"),
    "array of text": (TEXT + "; import array", "array.array('u', s[:20000000])"),
    "array to text": (TEXT + "; import array; a = array.array('u', s[:20000000])", "a.tounicode()"),
    "repr of an array": (ARRAY, "repr(a)"),
    "array pickled": (ARRAY, "[a.__reduce_ex__(4) for _ in range(5)]"),
    "array of another machine": (
        "import array; s = bytes(2 * 10 ** 7)", "array._array_reconstructor(array.array, 'i', 9, s)"),
    "array from a file": (
        "import array, io; f = io.BytesIO(bytes(4 * 10 ** 7)); a = array.array('i')",
        "a.fromfile(f, 10 ** 7)"),
    "struct packed": (NUMBERS + "; import struct", "struct.pack('3000000i', *l)"),
    "struct unpacked": ("import struct; s = bytes(2 * 10 ** 7)", "struct.unpack('5000000i', s)"),
    "struct iterated": ("import struct; s = bytes(8 * 10 ** 6)", "list(struct.iter_unpack('<ih', s[:7999998]))"),
    "struct of a long format": ("import struct; s = 'ih' * 1000000", "struct.calcsize(s)"),
    "struct of a long text": ("import struct; s = bytes(5 * 10 ** 7)", "struct.pack('50000000s', s)"),
    "hexlify": (BYTES + "; import binascii", "binascii.hexlify(s)"),
    "unhexlify": (BYTES + "; import binascii; s = s.hex()", "binascii.unhexlify(s)"),
    "base64": (BYTES + "; import binascii", "binascii.b2a_base64(s)"),
    "base64 back": (BYTES + "; import binascii; s = binascii.b2a_base64(s)", "binascii.a2b_base64(s)"),
    "base64 back strictly": (
        BYTES + "; import binascii; s = binascii.b2a_base64(s, newline=False)",
        "binascii.a2b_base64(s, strict_mode=True)"),
    "quoted printable": (BYTES + "; import binascii", "binascii.b2a_qp(s)"),
    "quoted printable back": (BYTES + "; import binascii; s = binascii.b2a_qp(s)", "binascii.a2b_qp(s)"),
    "crc32": (BYTES + "; import binascii", "binascii.crc32(s)"),
    "crc_hqx": (BYTES + "; import binascii", "binascii.crc_hqx(s, 0)"),
    "samples added": (SAMPLES, "audioop.add(s, s, 2)"),
    "samples multiplied": (SAMPLES, "audioop.mul(s, 2, 0.5)"),
    "samples reversed": (SAMPLES, "audioop.reverse(s, 2)"),
    "samples swapped": (SAMPLES, "audioop.byteswap(s, 2)"),
    "samples' energy": (SAMPLES, "audioop.rms(s, 2)"),
    "samples' extremes": (SAMPLES, "audioop.minmax(s, 2)"),
    "samples' crossings": (SAMPLES, "audioop.cross(s, 2)"),
    "samples converted": (SAMPLES, "audioop.ratecv(s, 2, 2, 44100, 22050, None)"),
    "samples to a-law": (SAMPLES, "audioop.lin2alaw(s, 2)"),
    "samples to u-law": (SAMPLES, "audioop.lin2ulaw(s, 2)"),
    "samples from u-law": (SAMPLES, "audioop.ulaw2lin(s, 2)"),
    "samples to adpcm": (SAMPLES, "audioop.lin2adpcm(s, 2, None)"),
    "samples from adpcm": (SAMPLES, "audioop.adpcm2lin(s, 2, None)"),
    "samples widened": (SAMPLES, "audioop.lin2lin(s, 2, 4)"),
    "samples to stereo": (SAMPLES, "audioop.tostereo(s, 2, 0.5, 0.5)"),
    "samples to mono": (SAMPLES, "audioop.tomono(s, 2, 0.5, 0.5)"),
    "samples' bias": (SAMPLES, "audioop.bias(s, 2, 7)"),
    "samples fitted": (SAMPLES, "audioop.findfit(s[:200000], s[:2000])"),
    "samples' greatest stretch": (SAMPLES, "audioop.findmax(s, 1000)"),
    "samples' factor": (SAMPLES, "audioop.findfactor(s, s)"),
    "samples averaged": (SAMPLES, "audioop.avgpp(s, 2)"),
    # text in other encodings
    "encode shift_jis": (KANA, "s.encode('shift_jis')"),
    "decode shift_jis": (KANA + "; s = s.encode('shift_jis')", "s.decode('shift_jis')"),
    "encode euc_jp": (KANA, "s.encode('euc_jp')"),
    "decode euc_jp": (KANA + "; s = s.encode('euc_jp')", "s.decode('euc_jp')"),
    "encode iso2022_jp": (KANA, "s.encode('iso2022_jp')"),
    "decode iso2022_jp": (KANA + "; s = s.encode('iso2022_jp')", "s.decode('iso2022_jp')"),
    "encode gb18030": (KANA, "s.encode('gb18030')"),
    "decode gb18030": (KANA + "; s = s.encode('gb18030')", "s.decode('gb18030')"),
    "encode big5": ("s = '\\u4e00' * 3000000", "s.encode('big5')"),
    "decode big5": ("s = ('\\u4e00' * 3000000).encode('big5')", "s.decode('big5')"),
    "encode euc_kr": ("s = '\\uac00' * 3000000", "s.encode('euc_kr')"),
    "encode hz": ("s = '\\u4e00' * 3000000", "s.encode('hz')"),
    "decode hz": ("s = ('\\u4e00' * 3000000).encode('hz')", "s.decode('hz')"),
    "encode shift_jis replacing": ("s = '\\u0e01' * 1000000", "s.encode('shift_jis', 'replace')"),
    "decode shift_jis replacing": ("s = b'\\xff' * 1000000", "s.decode('shift_jis', 'replace')"),
    "decode ascii as shift_jis": (BYTES, "s.decode('shift_jis')"),
    "decode idna": ("s = b'abc.' * 100000 + b'de'", "s.decode('idna')"),
    "decode utf-7": ("s = ('\\u3042a' * 1000000).encode('utf-7')", "s.decode('utf-7')"),
    "encode utf-7": ("s = '\\u3042a' * 1000000", "s.encode('utf-7')"),
    # csv, json, pickle, marshal, ast
    "csv read": ("import csv; l = ['a,b,\"c\"'] * 300000", "list(csv.reader(l))"),
    "csv line of many": ("import csv; l = ['a,' * 1000000]", "list(csv.reader(l))"),
    "csv field": ("import csv; csv.field_size_limit(10 ** 9); l = ['a' * 10 ** 7]", "list(csv.reader(l))"),
    "csv written": ("import csv, io; l = [['a', 'b c', 1]] * 300000; w = csv.writer(io.StringIO())", "w.writerows(l)"),
    "csv row written": (PARTS + "; import csv, io; w = csv.writer(io.StringIO())", "w.writerow(l)"),
    "json of records": (RECORDS + "; import json", "json.dumps(l)"),
    "json of a text": (TEXT + "; import json", "json.dumps(s)"),
    "json read": (RECORDS + "; import json; s = json.dumps(l)", "json.loads(s)"),
    "json text read": (TEXT + "; import json; s = json.dumps(s)", "json.loads(s)"),
    "json of spaces read": ("import json; s = '[' + ' ' * 3 * 10 ** 7 + ']'", "json.loads(s)"),
    "json number read": ("import json; s = '7' * 300000", "json.loads(s)"),
    "pickled": (RECORDS + "; import pickle", "pickle.dumps(l)"),
    "unpickled": (RECORDS + "; import pickle; s = pickle.dumps(l)", "pickle.loads(s)"),
    "list pickled": (NUMBERS + "; import pickle", "pickle.dumps(l)"),
    "list unpickled": (NUMBERS + "; import pickle; s = pickle.dumps(l)", "pickle.loads(s)"),
    "text pickled": (TEXT + "; import pickle", "pickle.dumps(s)"),
    "text unpickled": (TEXT + "; import pickle; s = pickle.dumps(s)", "pickle.loads(s)"),
    "text pickled by lines": (TEXT + "; import pickle", "pickle.dumps(s, 0)"),
    "text unpickled by lines": (TEXT + "; import pickle; s = pickle.dumps(s, 0)", "pickle.loads(s)"),
    "bytes pickled": (BYTES + "; import pickle", "pickle.dumps(s)"),
    "bytes unpickled": (BYTES + "; import pickle; s = pickle.dumps(s)", "pickle.loads(s)"),
    "int pickled": ("import pickle; i = (1 << 300000000) - 12345", "pickle.dumps(i)"),
    "int unpickled": ("import pickle; s = pickle.dumps((1 << 300000000) - 12345)", "pickle.loads(s)"),
    "tuple unpickled": (NUMBERS + "; import pickle; s = pickle.dumps(tuple(l))", "pickle.loads(s)"),
    "set unpickled": (NUMBERS + "; import pickle; s = pickle.dumps(set(l))", "pickle.loads(s)"),
    "pickler's memo": (
        PARTS + "; import pickle, io; p = pickle.Pickler(io.BytesIO()); p.dump(l)", "p.memo.copy()"),
    "pickler's memo cleared": (
        PARTS + "; import pickle, io; p = pickle.Pickler(io.BytesIO()); p.dump(l)", "p.clear_memo()"),
    "pickler dropped": (
        PARTS + "; import pickle, io; p = pickle.Pickler(io.BytesIO()); p.dump(l); del l", "globals().pop('p')"),
    "marshalled": (RECORDS + "; import marshal", "marshal.dumps(l)"),
    "unmarshalled": (RECORDS + "; import marshal; s = marshal.dumps(l)", "marshal.loads(s)"),
    "text marshalled": (TEXT + "; import marshal", "marshal.dumps(s)"),
    "int marshalled": ("import marshal; i = (1 << 300000000) - 12345", "marshal.dumps(i)"),
    "tree of statements": ("import ast; s = 'a = b + 1\\n' * 30000", "ast.parse(s)"),
    "tree compiled": ("import ast; t = ast.parse('a = b + 1\\n' * 30000)", "compile(t, 't', 'exec')"),
    "tables of symbols": ("import symtable; s = 'def f(a): return a\\n' * 10000", "symtable.symtable(s, 't', 'exec')"),
    # compression and hashes
    "compressed": (NOISE + "; import zlib", "zlib.compress(s)"),
    "decompressed": ("import zlib; s = zlib.compress(bytes(5 * 10 ** 7))", "zlib.decompress(s)"),
    "adler32": (BYTES + "; import zlib", "zlib.adler32(s)"),
    "compressed by parts": (NOISE + "; import zlib; c = zlib.compressobj()", "c.compress(s) + c.flush()"),
    "decompressed by parts": (
        "import zlib; s = zlib.compress(bytes(5 * 10 ** 7)); c = zlib.decompressobj()", "c.decompress(s)"),
    "decompressed with a rest": (
        "import zlib; s = zlib.compress(bytes(10)) + bytes(5 * 10 ** 7); c = zlib.decompressobj()", "c.decompress(s)"),
    "compressor copied": (
        NOISE + "; import zlib; c = zlib.compressobj(); c.compress(s)",
        "[c.copy() for _ in range(50)]"),
    "compressed by bz2": (NOISE + "; import bz2", "bz2.compress(s[:2000000])"),
    "decompressed by bz2": ("import bz2; s = bz2.compress(bytes(3 * 10 ** 7))", "bz2.decompress(s)"),
    "compressed by lzma": (NOISE + "; import lzma", "lzma.compress(s[:1000000])"),
    "decompressed by lzma": ("import lzma; s = lzma.compress(bytes(10 ** 7))", "lzma.decompress(s)"),
    "sha256": (BYTES + "; import hashlib", "hashlib.sha256(s).digest()"),
    "md5 updated": (BYTES + "; import hashlib; h = hashlib.md5()", "h.update(s)"),
    "sha3": (NOISE + "; import hashlib", "hashlib.sha3_256(s).digest()"),
    "shake's long digest": ("import hashlib", "hashlib.shake_128(b'a').digest(10 ** 7)"),
    "blake2b": (BYTES + "; import hashlib", "hashlib.blake2b(s).digest()"),
    "hmac": (BYTES + "; import hmac", "hmac.digest(b'a', s, 'sha256')"),
    "digests compared": (BYTES + "; import hmac; t = s[:-1] + b'y'", "hmac.compare_digest(s, t)"),
    "texts' digests compared": (TEXT + "; import hmac; t = s[:-1] + 'y'", "hmac.compare_digest(s, t)"),
    "key of a password": ("import hashlib", "hashlib.pbkdf2_hmac('sha256', b'a', b'b', 200000)"),
    "key by scrypt": ("import hashlib", "hashlib.scrypt(b'a', salt=b'b', n=16384, r=8, p=1)"),
    # XML
    "elements parsed": (XML + "; import xml.etree.ElementTree as E", "E.fromstring(s)"),
    "elements written": (TREE, "E.tostring(e)"),
    "elements found": (TREE, "e.findall('c')"),
    "elements iterated": (TREE, "list(e.iter('c'))"),
    "elements' text": (TREE, "list(e.itertext())"),
    "element copied": (TREE + "import copy", "copy.copy(e)"),
    "element copied deeply": (TREE + "import copy", "copy.deepcopy(e)"),
    "element removed": (TREE, "e.remove(e[-1])"),
    "element inserted": (TREE, "[e.insert(0, e[1]) for _ in range(100)]"),
    "elements dropped": (TREE, "globals().pop('e')"),
    "elements cleared": (TREE, "e.clear()"),
    "elements sliced": (TREE, "e[::2]"),
    "elements deleted": (TREE, "e.__delitem__(slice(None, None, 2))"),
    "elements assigned": (TREE + "l = list(e)", "e.__setitem__(slice(None), l)"),
    "elements extended": (TREE + "l = list(e)", "e.extend(l)"),
    "element of many attributes": (
        PARTS + "; import xml.etree.ElementTree as E; e = E.Element('a', dict.fromkeys(l, 'a'))", "e.items()"),
    "deep elements dropped": (
        "import xml.etree.ElementTree as E; e = E.Element('a'); f = e\nfor i in range(300000): f = E.SubElement(f, 'b')\n"
        "del f", "globals().pop('e')"),
    "document parsed": (XML + "; import xml.parsers.expat as p; p = p.ParserCreate()", "p.Parse(s, True)"),
    "document's text parsed": (
        "s = '<a>' + 'text ' * 10 ** 7 + '</a>'; import xml.parsers.expat as p; p = p.ParserCreate(); l = []\n"
        "p.buffer_text = True; p.CharacterDataHandler = l.append", "p.Parse(s, True)"),
    "tag of many attributes": (
        "s = '<a ' + ' '.join('a%d=\"b\"' % i for i in range(100000)) + '/>'; import xml.parsers.expat as p\n"
        "p = p.ParserCreate(); p.StartElementHandler = lambda *a: 1", "p.Parse(s, True)"),
    # sqlite3
    "rows fetched": (TABLE, "c.execute('select * from t').fetchall()"),
    "rows inserted": (TABLE, "c.executemany('insert into t values (?, ?)', [(1, 2)] * 200000)"),
    "rows joined": (TABLE, "c.execute('select count(*) from t x, t y where x.a + y.a = -1 and y.a < 200').fetchall()"),
    "blob stored": (TABLE + BYTES, "c.execute('insert into t values (1, ?)', (s,))"),
    "text stored": (TABLE + TEXT, "c.execute('insert into t values (1, ?)', (s,))"),
    "blob fetched": (TABLE + BYTES + "; c.execute('insert into t values (-1, ?)', (s,))",
        "c.execute('select b from t where a = -1').fetchone()"),
    "text fetched": (TABLE + TEXT + "; c.execute('insert into t values (-1, ?)', (s,))",
        "c.execute('select b from t where a = -1').fetchone()"),
    "script of statements": (TABLE, "c.executescript('insert into t values (1, 2);' * 30000)"),
    "statement of many values": (TABLE + "l = (1,) * 30000; s = 'values (' + '?,' * 1999 + '?)'",
        "[c.execute(s, l[:2000]).fetchall() for _ in range(50)]"),
    "database written out": (TABLE, "'\\n'.join(c.iterdump())"),
    "database serialized": (TABLE, "c.serialize()"),
    "database copied": (TABLE + "c.commit(); d = sqlite3.connect(':memory:')", "c.backup(d)"),
    # ctypes, mmap
    "ctypes array of many": ("import ctypes; l = [1] * 2000000; A = ctypes.c_int * 2000000", "A(*l)"),
    "ctypes array listed": ("import ctypes; a = (ctypes.c_int * 3000000)()", "a[:]"),
    "ctypes array iterated": ("import ctypes; a = (ctypes.c_int * 1000000)()", "list(a)"),
    "ctypes array made": ("import ctypes; A = ctypes.c_char * (3 * 10 ** 8)", "A()"),
    "ctypes array's bytes": ("import ctypes; a = ctypes.create_string_buffer(10 ** 8)", "a.raw"),
    "ctypes array's text": ("import ctypes; a = ctypes.create_string_buffer(b'a' * 10 ** 8)", "a.value"),
    "ctypes array's value set": (
        "import ctypes; s = b'a' * 5 * 10 ** 7; a = ctypes.create_string_buffer(10 ** 8)", "setattr(a, 'value', s)"),
    "ctypes array of wide text": ("import ctypes; a = ctypes.create_unicode_buffer('a' * 10 ** 7)", "a.value"),
    "ctypes array assigned": (
        "import ctypes; l = [1] * 1000000; a = (ctypes.c_int * 1000000)()", "a.__setitem__(slice(0, 1000000), l)"),
    "ctypes array of a buffer copied": (
        "import ctypes; s = bytes(10 ** 8)", "(ctypes.c_char * 10 ** 8).from_buffer_copy(s)"),
    "ctypes string_at": ("import ctypes; a = ctypes.create_string_buffer(10 ** 8)", "ctypes.string_at(a, 10 ** 8)"),
    "ctypes wstring_at": (
        "import ctypes; a = ctypes.create_unicode_buffer('a' * 10 ** 7)", "ctypes.wstring_at(a, 10 ** 7)"),
    "ctypes memset": (
        "import ctypes; a = ctypes.create_string_buffer(3 * 10 ** 8)",
        "ctypes.memset(a, 1, 3 * 10 ** 8)"),
    "ctypes structure of many": (
        "import ctypes; l = [('a%d' % i, ctypes.c_int) for i in range(3000)]",
        "type('S', (ctypes.Structure,), {'_fields_': l})"),
    "mmap read": ("import mmap; m = mmap.mmap(-1, 10 ** 8)", "m.read()"),
    "mmap found": ("import mmap; m = mmap.mmap(-1, 10 ** 8)", "m.find(b'a')"),
    "mmap found hard": ("import mmap; m = mmap.mmap(-1, 10 ** 7)", "m.find(b'\\0' * 50 + b'a')"),
    "mmap found backwards": ("import mmap; m = mmap.mmap(-1, 10 ** 8)", "m.rfind(b'a')"),
    "mmap's line": ("import mmap; m = mmap.mmap(-1, 10 ** 8)", "m.readline()"),
    "mmap written": ("import mmap; m = mmap.mmap(-1, 10 ** 8); s = bytes(10 ** 8)", "m.write(s)"),
    "mmap moved": ("import mmap; m = mmap.mmap(-1, 10 ** 8)", "m.move(1, 0, 10 ** 8 - 1)"),
    "mmap sliced": ("import mmap; m = mmap.mmap(-1, 10 ** 8)", "m[1:]"),
    "mmap sliced by a step": ("import mmap; m = mmap.mmap(-1, 3 * 10 ** 7)", "m[::2]"),
    "mmap assigned": ("import mmap; m = mmap.mmap(-1, 10 ** 8); s = bytes(10 ** 8)", "m.__setitem__(slice(None), s)"),
    # sockets, descriptors, TLS
    "written to a file": (
        "import os; f = os.open('long', os.O_CREAT | os.O_RDWR); s = bytes(2 * 10 ** 8)",
        "os.write(f, s)"),
    "read from a file": (
        "import os; f = os.open('long', os.O_CREAT | os.O_RDWR); os.write(f, bytes(2 * 10 ** 8)); os.lseek(f, 0, 0)",
        "os.read(f, 2 * 10 ** 8)"),
    "written from many": (
        "import os; f = os.open('long', os.O_CREAT | os.O_RDWR); l = [bytes(10 ** 6)] * 100", "os.writev(f, l)"),
    "selected": (
        "import select, os; r, w = os.pipe(); l = [r] * 500", "[select.select(l, [], [], 0) for _ in range(1000)]"),
    "polled": (
        "import select, os\np = select.poll(); r, w = os.pipe()\n"
        "for i in range(200): p.register(os.dup(w))\n", "[p.poll(0) for _ in range(1000)]"),
    "folder listed": (
        "import os; os.mkdir('many')\nfor i in range(20000): os.close(os.open('many/%d' % i, os.O_CREAT))\n",
        "os.listdir('many')"),
    "environment read": (
        "import os\nfor i in range(3000): os.environ['A%d' % i] = 'b' * 100\n", "os.environb.copy()"),
    "process of many arguments": (
        "import os; l = ['a' * 100] * 15000", "os.waitpid(os.posix_spawn('/bin/true', ['true', *l], {}), 0)"),
    "record encrypted": (
        "import ssl; c = ssl.create_default_context(); i, o = ssl.MemoryBIO(), ssl.MemoryBIO(); s = bytes(10 ** 8)",
        "i.write(s)"),
    "record read": (
        "import ssl; i = ssl.MemoryBIO(); i.write(bytes(10 ** 8))", "i.read()"),
    "certificates read": ("import ssl; c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)", "c.load_default_certs()"),
    # asyncio, queues, zoneinfo
    "future of many callbacks": (
        "import asyncio; l = asyncio.new_event_loop(); f = l.create_future()\n"
        "for i in range(100000): f.add_done_callback(print)\n", "f.remove_done_callback(print)"),
    "future with callbacks done": (
        "import asyncio; l = asyncio.new_event_loop(); f = l.create_future()\n"
        "for i in range(100000): f.add_done_callback(print)\n", "f.set_result(1)"),
    "cache filled": (
        "import functools; f = functools.lru_cache(None)(lambda x: x)\nfor i in range(500000): f(i)\n", "f.cache_clear()"),
    "bounded cache cleared": (
        "import functools; f = functools.lru_cache(10 ** 6)(lambda x: x)\nfor i in range(500000): f(i)\n",
        "f.cache_clear()"),
    "bounded cache dropped": (
        "import functools; f = functools.lru_cache(10 ** 6)(lambda x: x)\nfor i in range(500000): f(i)\n",
        "globals().pop('f')"),
    "profile read": (
        "import cProfile; p = cProfile.Profile(); l = ['def f%d(): 1\\nf%d()\\n' % (i, i) for i in range(5000)]\n"
        "s = compile(''.join(l), 't', 'exec'); p.enable(); exec(s); p.disable()\n", "p.getstats()"),
}

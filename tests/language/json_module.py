"""The module _json beneath json: strings, documents, hooks, errors and their places, circles, odd dicts."""
import json
import _json
from collections import OrderedDict


def told(function, *args, **keywords):
    try:
        return ascii(function(*args, **keywords))[:150]
    except BaseException as error:
        return f'{type(error).__name__}: {error}'[:150]


print(json.scanner.make_scanner is _json.make_scanner, json.encoder.c_make_encoder is _json.make_encoder)
for text in ('abc"', 'abc', '', 'a\nb"', 'a\\n\\t\\/\\"\\\\"x', '\\u00e9\\ud83d\\ude00\\ud83d\\n"', '\\x"', '\\', '\\u12"',
             '\\u12g4"', '\\ud834"', '\\ud834\\u0079 12"', '\\ud834\\u007', '\\ud834\\u00g0 12"', '\u20ac\\u20ac\U0001f600"'):
    print(told(_json.scanstring, text, 0), told(_json.scanstring, text, 1, False))
print(told(_json.scanstring, 'abc"', -1), told(_json.scanstring, 'abc"', 9), told(_json.scanstring, 1, 0))
for text in ('a"\\/\n\r\t\b\f\0\x1f\x7f\x80\u20ac\U0001f600\ud800', '', 'plain', 1):
    print(told(_json.encode_basestring_ascii, text), told(_json.encode_basestring, text))

scan = json.JSONDecoder().scan_once
for text in ['', '{', '{"', '{"a', '{"a"', '{"a":', '{"a":1', '{"a":1,', '{"a":1,}', '{a', '{"a" 1}', '{"a":1 "b"', '[', '[1',
             '[1,', '[1,]', '[1 2', 'nul', 'nan', 'NaN', '-', '-I', '-Infinity', '-Infinit', '1.', '1.e', '1e', '1e5', '1E+5',
             '1.5e-', '01', '-0', '-0.0', '0x', 'true', 'falsey', ' 1', '[ 1 , 2 ]', '{ "a" : 1 , "b" : 2 } ', '"\x01"',
             '[1,\n,', '1' * 30, '1.' + '3' * 60, '1e400', '"a', '{"a":}', '[}', '{,}', '\u0661', '12345678901234567890',
             '{"\u20ac":"\U0001f600", "a":"\\u20ac"}', '9' * 5000, '[' * 100000, '{"a":' * 100000]:
    print(ascii(text[:20]), told(scan, text, 0), told(json.loads, text))
print(told(scan, '[1]', -1), told(scan, '[1]', 5), told(scan, 1, 0), told(scan, '1'), told(_json.make_scanner, 1))
text = '{"a": [1.5, 10, NaN, -Infinity], "b": {"c": null, "a": {}}, "a": 7}'
print(json.loads(text, parse_float=lambda t: ('float', t), parse_int=repr, parse_constant=ascii))
print(json.loads(text, object_hook=lambda d: sorted(d)), json.loads(text, object_pairs_hook=OrderedDict))
one, two = json.loads('[{"long key": 1}, {"long key": 2}]')
print(next(iter(one)) is next(iter(two)))
print(told(json.loads, '[1, {"a": 2}]', object_hook=lambda d: 1 / 0))


class Odd(dict):
    def items(self):
        return self.what


class Name(str):
    pass


odd = Odd(a=1)
for odd.what in (5, [1], [('a', 1)], [('a', 1, 2)], iter([('b', 2), (3, 4)])):
    print(told(json.dumps, odd))
keys = {'a': 1, 2: 2, 1.5: 3, True: 4, None: 5, Name('n'): 6, 2**70: 7, float('inf'): 8, (): 9}
print(told(json.dumps, keys), told(json.dumps, keys, skipkeys=True), told(json.dumps, {3: 1, 2: 2, 10: 3}, sort_keys=True))
print(told(json.dumps, {1: 1, 'a': 2}, sort_keys=True))
for given in (float('nan'), [float('-inf')], 1e100, -0.0, 10**30, Name('x'), (1, [2, (3,)]), {}, [], '', {1}):
    print(told(json.dumps, given), told(json.dumps, given, allow_nan=False), told(json.dumps, given, default=sorted))
circle = []
circle.append({'circle': circle})
print(told(json.dumps, circle), told(json.dumps, circle, check_circular=False))
print(told(json.dumps, object(), default=lambda o: o), told(json.dumps, object(), default=lambda o: [object()])[:35])
print(json.dumps(['a', {'b': ()}], separators=(' \u20ac ', ' = ')), json.dumps([1, {'a': 2}], indent=2))
encoder = _json.make_encoder(None, sorted, lambda s: s, None, ':', ',', False, False, True)
print(told(encoder, ['x', {1: 2}, {'z', 'y'}], 0), told(encoder), told(encoder, 1, 2, 3))
print(told(_json.make_encoder, 1, 2, 3, None, 5, 6, 7, 8, 9), told(_json.make_encoder, 1, 2, 3, None, '5', '6', 7, 8, 9))
print(told(_json.make_encoder(None, None, lambda s: 5, None, ':', ',', False, False, True), 'a', 0))

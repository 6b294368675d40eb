"""The module _csv beneath csv: dialects, the reader's states, the writer's quoting, errors."""
import _csv
import copy
import csv
import io
import pickle
import re


def t(f, *a, **k):
    try:
        return re.sub('0x[0-9a-f]+', '', repr(f(*a, **k)))
    except BaseException as e:
        return type(e).__name__ + ': ' + str(e)


print(t(_csv.Dialect), t(_csv.reader), t(_csv.reader, 1), t(_csv.writer), t(_csv.writer, 1), t(_csv.reader, [], [],
    1), t(_csv.reader, [], bad=1))
d = _csv.Dialect()
print([(a, getattr(d, a)) for a in ('delimiter', 'doublequote', 'escapechar', 'lineterminator', 'quotechar',
    'quoting', 'skipinitialspace', 'strict')])
for k in [dict(delimiter=''), dict(delimiter='ab'), dict(delimiter=1), dict(delimiter=None), dict(quotechar=None),
    dict(quotechar='ab'), dict(quotechar=1), dict(quotechar=''), dict(quotechar=None, quoting=3),
    dict(escapechar='ab'), dict(escapechar=1), dict(escapechar=''), dict(escapechar='\\'), dict(lineterminator=1),
    dict(lineterminator=None), dict(quoting=4), dict(quoting='a'), dict(quoting=-1), dict(quoting=True),
    dict(quoting=2.0), dict(strict=[1]), dict(skipinitialspace=2), dict(foo=1), dict(dialect=1),
    dict(dialect='excel'), dict(dialect='nope'), dict(delimiter='\n'), dict(quoting=2 ** 40), dict(quoting=None),
    dict(doublequote=None), dict(lineterminator='abc'), dict(delimiter=';', quotechar=';')]:
    print(k, t(_csv.Dialect, **k), t(lambda: [getattr(_csv.Dialect(**k), a) for a in ('delimiter', 'doublequote',
    'escapechar', 'lineterminator', 'quotechar', 'quoting', 'skipinitialspace', 'strict')]))
print(t(_csv.Dialect, 'excel-tab'), _csv.Dialect('excel-tab').delimiter, t(_csv.Dialect, d), _csv.Dialect(d) is d,
    _csv.Dialect(d, delimiter=',') is d)
print(t(lambda: setattr(d, 'delimiter', 'a')), t(lambda: delattr(d, 'quoting')), t(lambda: setattr(d, 'quoting',
    1)))
print(t(copy.copy, d), t(pickle.dumps, d, 2))
print(t(_csv.register_dialect), t(_csv.register_dialect, 1), t(_csv.register_dialect, 'x', delimiter='ab'),
    t(_csv.register_dialect, 'x', delimiter=';'), t(_csv.get_dialect, 'x'), _csv.get_dialect('x').delimiter,
    sorted(_csv.list_dialects()), t(_csv.unregister_dialect, 'x'), t(_csv.unregister_dialect, 'x'),
    t(_csv.get_dialect, 'x'), t(_csv.get_dialect, []), t(_csv.get_dialect), t(_csv.get_dialect, 1, 2),
    t(_csv.register_dialect, 'a', 'excel', 1), t(_csv.list_dialects, 1), t(_csv.unregister_dialect),
    t(_csv.unregister_dialect, []))
print(t(_csv.field_size_limit), t(_csv.field_size_limit, 10), t(_csv.field_size_limit, 'a'),
    t(_csv.field_size_limit, 1.5), t(_csv.field_size_limit, 1, 2), t(_csv.field_size_limit, 2 ** 70),
    t(_csv.field_size_limit, 131072), t(_csv.field_size_limit, -5), t(_csv.field_size_limit, 131072),
    t(_csv.field_size_limit, True), t(_csv.field_size_limit, 131072), t(_csv.field_size_limit, limit=1),
    t(_csv.field_size_limit, 131072))


def r(lines, **k):

    def g():
        rd = _csv.reader(lines, **k)
        out = []
        try:
            for x in rd:
                out.append((x, rd.line_num))
        except BaseException as e:
            out.append(type(e).__name__ + ': ' + str(e) + ' @%d' % rd.line_num)
        return out
    return t(g)


for lines, k in [(['a,b,c'], {}), (['a,b\n', '"x","y""z"\r\n'], {}), (['"a\nb",c'], {}), (['"a\n', 'b",c\n'], {}),
    (['a"b,c'], {}), (['"a"b,c'], {}), (['"a"b,c'], {'strict': 1}), (['a,"b'], {'strict': 1}), (['a,"b'], {}),
    ([''], {}), (['\n', '\r\n', '\r'], {}), (['a\rb'], {}), (['a\nb'], {}), (['a,b\r'], {}), (['a,b\r\r'], {}),
    (['a,\\,b'], {'escapechar': '\\'}), (['a\\'], {'escapechar': '\\'}), (['a\\'], {'escapechar': '\\',
    'strict': 1}), (['a\\\n', 'b'], {'escapechar': '\\'}), (['1,"2",3.5,x'], {'quoting': 2}), (['1,"2",3.5'],
    {'quoting': 2}), (['1, 2,  3', ' "a" , "b"'], {'skipinitialspace': 1}), (['a "b" c'], {'delimiter': ' '}),
    (['"a""b"'], {'doublequote': 0}), (['"a\\"b"'], {'doublequote': 0, 'escapechar': '\\'}), (['a\x00b'], {}),
    ([b'a'], {}), ([1], {}), (['a,"b"'], {'quoting': 3}), (['a,"b"'], {'quotechar': None, 'quoting': 0}),
    (["a,'b,c'"], {'quotechar': "'"}), (['€,😀,a'], {}), (['a,b,'], {}), ([',,'], {}), (['"",""'], {}),
    (['a' * 200000], {}), (['"' + 'a\n' * 70000 + '"'], {}), ([' ,a'], {'skipinitialspace': 1}), (['1,,2'],
    {'quoting': 2}), (['"a"\n'], {'strict': 1}), (['"a" ,b'], {'strict': 1}), (['a,b\n\n', 'c'], {}), (['a,b\nx',
    'c'], {}), ([' a'], {'skipinitialspace': 1, 'quoting': 2}), (['"a\\\n', 'b"'], {'escapechar': '\\'}),
    (['"a"\\b'], {'escapechar': '\\'})]:
    print(repr(lines)[:60], k, r(lines, **k)[:200])


def w(rows, many=False, **k):

    def g():
        f = io.StringIO()
        wr = _csv.writer(f, **k)
        ret = []
        try:
            for x in rows:
                ret.append(wr.writerow(x))
        except BaseException as e:
            ret.append(type(e).__name__ + ': ' + str(e))
        return (f.getvalue(), ret)
    return t(g)


class B:

    def __str__(self):
        return 1 / 0


class F(float):

    def __repr__(self):
        return 'F!'

    def __str__(self):
        return 'FS'


for rows, k in [([['a', 'b', 1, 2.5, None, True]], {}), ([['a,b', 'c"d', 'e\nf', 'g\rh', ' i', '']], {}), ([[]],
    {}), ([['']], {}), ([[None]], {}), ([['']], {'quoting': 3}), ([[None]], {'quoting': 3}), ([['a,b']],
    {'quoting': 3}), ([['a,b']], {'quoting': 3, 'escapechar': '\\'}), ([['a"b']], {'doublequote': 0}), ([['a"b']],
    {'doublequote': 0, 'escapechar': '\\'}), ([['a', 'b']], {'quoting': 1}), ([['a', 1, 2.5, None]],
    {'quoting': 2}), ([['a"b']], {'quotechar': None, 'quoting': 3}), ([['a"b']], {'quotechar': None, 'quoting': 3,
    'escapechar': '\\'}), ([1], {}), ([B()], {}), ([[B()]], {}), ([['a', 'b']], {'delimiter': '\t',
    'lineterminator': '!'}), ([['a!b']], {'lineterminator': '!'}), ([['€', '😀']], {}), ([[F(1.5), 1e+300,
    float('nan')]], {}), ([[F(1.5)]], {'quoting': 2}), (['abc'], {}), ([('a',), range(3), iter([1, 2])], {}),
    ([['a\\b']], {'escapechar': '\\'}), ([['a\\b', 'c,']], {'escapechar': '\\'}), ([[' ', 'a b']],
    {'delimiter': ' '}), ([[' ', 'a b']], {'skipinitialspace': 1}), ([['a\\']], {'escapechar': '\\', 'quoting': 1}),
    ([['a"\\']], {'escapechar': '\\', 'quoting': 1, 'doublequote': 0}), ([['', '']], {}), ([['', 1]], {}), ([['']],
    {'quoting': 2}), ([[True, complex(1, 2)]], {'quoting': 2}), ([['a\nb']], {'quoting': 3, 'escapechar': '\\'}),
    ([['\x00']], {}), ([[None, '']], {'quoting': 1})]:
    print(re.sub('0x[0-9a-f]+', '', repr(rows)[:40]), k, w(rows, **k))


class W:

    def write(self, s):
        return len(s)


print(_csv.writer(W()).writerow(['abc']), t(_csv.writer(W()).writerows, [['a'], ['b']]),
    t(_csv.writer(W()).writerows, 1), t(_csv.writer(W()).writerows, [1]))
rd = _csv.reader(['a'])
print(type(rd.dialect), rd.line_num, iter(rd) is rd, t(lambda: setattr(rd, 'line_num', 1)), t(next, rd), t(next,
    rd), t(next, rd))
lines = ['a,b,c\r\n', '1,"2,3",4\n', ',,\n', '"x\n', 'y",z\r', ' a , "b",c\n', 'a\\,b,c', '', 'last,"q""q",\\"e"', 'é,\u20ac,\U0001f600\n', 'a\nb', 'a,b\r\rc']
for settings in ({}, {'skipinitialspace': True}, {'quoting': _csv.QUOTE_NONE, 'escapechar': '\\'}, {'quoting': _csv.QUOTE_NONNUMERIC},
        {'escapechar': '\\', 'doublequote': False}, {'delimiter': 'a'}, {'strict': True}, {'quotechar': None, 'quoting': _csv.QUOTE_NONE}):
    for line in lines:
        print(settings, t(list, _csv.reader([line], **settings)))
    print(t(list, _csv.reader(lines[:4], **settings)))
limit = _csv.field_size_limit(3)
print(t(list, _csv.reader(['abc,abc,ab'])), t(list, _csv.reader(['ab,abcd,e'])), t(list, _csv.reader(['"abcd"'])))
_csv.field_size_limit(limit)

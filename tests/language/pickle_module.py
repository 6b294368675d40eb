# _pickle: the same bytes as CPython's for all protocols; what hooks, odd files and broken pickles give.
import _pickle
import binascii
import collections
import functools
import io


class A:
    def __init__(s): s.x=1; s.y=[s]
class S:
    __slots__=('a','b')
    def __init__(s): s.a=1; s.b='t'
class N(int):
    def __new__(cls,v,w=5): return int.__new__(cls,v)
    def __getnewargs_ex__(s): return (int(s),),{'w':7}
class Outer:
    class Inner:
        def meth(self): pass
class L(list): pass
class D(dict): pass
l=[];l.append(l)
t=([],);t[0].append(t)
d={};d['x']=d
t5=tuple([[] for _ in range(5)]); t5[0].append(t5)
objs=[None,True,False,0,1,-1,255,256,65535,65536,-2**31,2**31,2**63,-2**63,2**64,-129,-2**100,10**300,1.5,-0.0,float('inf'),'','abc','é\n\\\0\x1a','\U0001f600\ud800','x'*300,'y'*70000,b'',b'abc',b'z'*300,b'q'*70000,bytearray(b''),bytearray(b'xy'),bytearray(70000),(),(1,),(1,2),(1,2,3),(1,2,3,4),[],[1],[1,2],list(range(2500)),list(range(1000)),{},{1:2},{1:2,3:4},{i:i for i in range(1000)},{i:str(i) for i in range(2100)},set(),{1},set(range(1001)),frozenset(),frozenset([1,2]),l,t,d,t5,A(),S(),N(5),Outer.Inner,Outer.Inner.meth,len,int,type(None),type(...),type(NotImplemented),...,NotImplemented,range(5),slice(1,2),L([1,2,3]),D(a=1),collections.OrderedDict(a=1,b=[2]),collections.deque([1,2,3],5),functools.partial(int,'5',base=16),complex(1,2),ValueError('x'),[['a']*5]*5,'abc'.upper,collections.Counter('abca'),{'k':[1,{'z':(1,2.5,'k')}]}]


def show(f, *args, **kwargs):
    try:
        r = f(*args, **kwargs)
    except Exception as e:
        r = type(e).__name__, str(e).split(' at 0x')[0]
    print(str(args)[:70].split(' at 0x')[0], kwargs, '->', str(r)[:300].split(' at 0x')[0])


for o in objs:
    for p in range(6):
        try:
            b = _pickle.dumps(o, p)
        except Exception as e:
            print(p, type(e).__name__, str(e).split(' at 0x')[0])
            continue
        f = io.BytesIO()
        _pickle.Pickler(f, p).dump(o)
        f.write(b'rest')
        f.seek(0)
        loaded = _pickle.load(f)
        hashed = isinstance(o, (set, frozenset)) and len(o) > 1
        print(p, len(b), hashed or binascii.crc32(b), f.getvalue() == b + b'rest', f.read(), type(loaded), type(_pickle.loads(b)))
f = io.BytesIO()
writes = []
class Writer:
    def write(self, data):
        writes.append(len(data))
_pickle.dump([b'x' * 70000, ['y'] * 30000, 'z' * 100000], Writer(), 5)
print(writes)

class Persistent(_pickle.Pickler):
    def persistent_id(self, o):
        return 'id' if o == 'special' else None

class Loads(_pickle.Unpickler):
    def persistent_load(self, pid):
        return 'found ' + pid
    def find_class(self, module, name):
        print('find', module, name)
        return super().find_class(module, name)

for p in range(6):
    f = io.BytesIO()
    Persistent(f, p).dump(['special', A, {'k': 'special'}])
    f.seek(0)
    print(Loads(f).load())
class Override(_pickle.Pickler):
    def reducer_override(self, o):
        return (tuple, (['overridden'],)) if isinstance(o, A) else NotImplemented
f = io.BytesIO()
Override(f).dump([A(), S])
print(_pickle.loads(f.getvalue()))
pickler = _pickle.Pickler(f := io.BytesIO(), 2)
pickler.dispatch_table = {S: lambda o: (complex, (1, 2))}
pickler.dump(S())
print(_pickle.loads(f.getvalue()), pickler.bin, pickler.fast, sorted(x[0] for x in pickler.memo.copy().values()))
pickler.clear_memo()
print(pickler.memo.copy())
pickler.fast = True
show(pickler.dump, l)
f = io.BytesIO(_pickle.dumps('a', 4) + _pickle.dumps(('b', 'a'), 4))
u = _pickle.Unpickler(f)
print(u.load(), u.load(), u.memo.copy())
buffers = []
data = _pickle.dumps([_pickle.PickleBuffer(bytearray(b'abc')), _pickle.PickleBuffer(b'def')], 5, buffer_callback=buffers.append)
print(data, [bytes(b) for b in buffers], _pickle.loads(data, buffers=buffers), _pickle.loads(data, buffers=[b'1', bytearray(b'2')]))
show(_pickle.loads, data)
show(_pickle.loads, data, buffers=[b'1'])
print(bytes(_pickle.PickleBuffer(b'raw').raw()), _pickle.dumps(_pickle.PickleBuffer(b'in'), 5))
for bad in (b'', b'.', b'(', b'N', b'(.', b'0', b'1', b'2', b'a', b'(a', b']a', b'e', b'(e', b']e', b's', b'}s', b'(u', b'}(Nu.', b'}Ns', b'Nb', b'Nb.',
            b'R', b'NR', b'N)R.', b'cnothing_there\nx\n.', b'c\n\n.', b'I\n.', b'Ix\n.', b'I01\n.', b'I0x10\n.', b'L5L\n.', b'F1.5\n.',
            b'S\'a\'\n.', b'Sa\n.', b'S"\\x41"\n.', b'Vab\\u0041\n.', b'g0\n.', b'g-1\n.', b'p0\n.', b'Np-1\n.', b'h\x05.', b'j\0\0\0\1.', 
            b'\x80\x06.', b'\x80', b'\x8a\x00.', b'\x8a\x02\xff\xff.', b'\x8b\xff\xff\xff\xff', b'T\xff\xff\xff\xff', b'X\xff\xff\xff\xffabc', b'\x8d\xff\xff\xff\xff\xff\xff\xff\xff',
            b'\x95\xff\xff\xff\xff\xff\xff\xff\xff', b'\x95\x05\0\0\0\0\0\0\0N.', b'\x82\x00.', b'\x82\xf0.', b'\x84\xff\xff\xff\xff.', b'\x93.', b'NN\x93.', b'N)\x81.',
            b'\x8c\x03int\x8c\x03int\x93.', b'\x8c\x08builtins\x8c\x03int\x93)\x81.', b'\x8c\x08builtins\x8c\x03int\x93N\x81.', b'\x8c\x08builtins\x8c\x03int\x93)}\x92.', b'\x8c\x08builtins\x8c\x03int\x93)N\x92.',
            b'P\n.', b'Q.', b'NQ.', b'\x8f(N\x90.', b'(K\1\x91.', b'\x85.', b'N\x86.', b'N\x85.', b'(NN\x90', b'(N\x90.', b'(lp0\nI1\na.', b'(dp0\nI1\nI2\ns.', b'(I1\nd.', b'(i__main__\nA\n.', b'(c__main__\nA\no.', b'(o.',
            b'\x00', b'\xff', b'z', b"'", b'\\', b'\x96\3\0\0\0\0\0\0\0abc.', b'N\x94h\0\x86.', b'\x98', b'N\x98.', b']\x94h\0a.', b'N0.', b'(1.', b'((1N0.'):
    show(_pickle.loads, bad)
    class Short(io.BytesIO):
        peek = None
    f = io.BytesIO(bad)
    try:
        r = _pickle.load(f)
        print('load', str(r).split(' at 0x')[0], f.tell())
    except Exception as e:
        print('load', type(e).__name__)
print(_pickle.loads(b'Nr\xff\xff\xff\x7f0j\xff\xff\xff\x7f.') if __import__('sys').implementation.name == 'atoll' else None)
deep = b'(' * 5000 + b't' * 5000 + b'.'
t0 = _pickle.loads(deep)
try:
    _pickle.dumps(functools.reduce(lambda a, b: [a], range(100000), []))
except RecursionError as e:
    print('RecursionError')
for args, kwargs in (((1, 6), {}), ((1, 'x'), {}), ((1,), {'buffer_callback': print}), ((1, 4, 5), {}), ((), {})):
    show(_pickle.dumps, *args, **kwargs)
show(_pickle.dump, 1, 5)
show(_pickle.Pickler, 5)
show(_pickle.Unpickler, 5)
show(_pickle.load, 5)
show(_pickle.loads, 'x')
show(_pickle.dumps, lambda: 0)
show(_pickle.dumps, show, 0)
show(_pickle.loads, b"U\x02\xe9a.", encoding='latin-1')
show(_pickle.loads, b"U\x02\xe9a.", encoding='bytes')
show(_pickle.loads, b"U\x02\xe9a.")
show(_pickle.loads, b"cexceptions\nValueError\n.")
show(_pickle.dumps, ValueError, 2)
show(_pickle.dumps, ValueError, 2, fix_imports=False)
class Bad:
    def __init__(self, r):
        self.r = r
    def __reduce_ex__(self, p):
        return self.r
for r in (5, (), (1,), (1, 2), (int, 2), (int, (), None, 5), (int, (), None, None, 5), (int, (), None, None, None, 5), (int, ()) + (None,) * 5, 'nothing', 'A', (int, (), {'a': 1})):
    show(_pickle.dumps, Bad(r))
# What attributes are restored to.
class Plain:
    pass
class Hidden:
    __dict__ = property(lambda self: kept)
class Guarded:
    def __setattr__(self, name, value):
        raise TypeError(name)
    total = property(lambda self: 7)
kept = {}
class Slotted:
    __slots__ = "a", "__dict__"
def restored(cls, state):
    made = pickle.loads(b"\x80\x04" + pickle.dumps(cls, 4)[2:-1] + b")\x81" + pickle.dumps(state, 4)[2:-1] + b"b.")
    return type(made), sorted(made.__dict__.items(), key=repr)
import pickle
for cls in (Plain, Hidden, Guarded, Slotted):
    for state in ({}, {"x": 1, "total": 2}, {"x": 1, 5: 2, "y": 3}, ({"x": 1}, {}), {f"n{i}": i for i in range(40)}):
        show(restored, cls, state)
print(sorted(kept.items(), key=repr)[:3])
for text in ("", "a", "x" * 13, "x" * 14, "x" * 255, "x" * 256, "é" * 100, "\ud800", "x" * 200 + "\u20ac"):
    for protocol in range(6):
        data = pickle.dumps([text, text, (text, len(text))], protocol)
        print(protocol, len(data), pickle.loads(data) == [text, text, (text, len(text))])
for number in (0, 1, 255, 256, 65535, 65536, 2**31 - 1, 2**31, -1, -2**31, -2**31 - 1, 2**63, 1.5, True):
    print([pickle.dumps([number] * 3, protocol) for protocol in range(6)])
shared = [[], (), "s", b"b"]
print(pickle.dumps([shared, shared, [shared] * 300 + [str(i) for i in range(300)] * 2])[-40:])

"""Subclasses of the numbers and of text; str.format; hashes of text; the digit limit."""
print(b'a'==bytearray(b'a'), bytearray(b'a')==b'a', b'a'<bytearray(b'b'), b'a'==memoryview(b'a'), memoryview(b'a')!=b'a')
class S(str):
    def __repr__(self): return 'S('+str.__repr__(self)+')'
class I(int): pass
class B(bytes): pass
class F(float): pass
class C(complex): pass
class A(bytearray): pass
s=S('héllo'); s.x=5
print(s, repr(s), s.x, s.__dict__, len(s), s.upper(), type(s.upper()), type(s+'a'), s=='héllo', hash(s)==hash('héllo'), {s:1}['héllo'], s[1], s[:], type(s[:]), type(str(s)), type(S(s)), 'l' in s, s.split('l'), list(s), s*2, '%s %r' % (s,s), f'{s} {s!r:>10}', s.encode(), type(s.strip()), type(s.lower()), s.join([S('a'),S('b')]))
i=I(5); i.x=7
print(i, repr(i), i.x, i+1, type(i+1), type(-i), i==5, hash(i), {5:1}[i], i//2, 10**30+i, type(int(i)), type(I(10**30)), I(10**30)*2, I(10**30)==10**30, range(i), [1,2,3,4,5,6][i], '%d' % i, f'{i:03}', i.bit_length(), type(i.__index__()), I('12'), I('ff',16), int.__repr__(i), bool(I(0)), i<6, divmod(i,2), 2**i, -7//i, I.from_bytes(b'\1\2','big'), type(I.from_bytes(b'\1\2','big')))
b=B(b'xyz'); b.q=1
print(b, b.q, b[0], b[1:], type(b[:]), b+b'a', b==b'xyz', hash(b)==hash(b'xyz'), b.upper(), list(b), B([1,2]), bytes(b), type(bytes(b)), b.decode(), b.hex(), B.fromhex('0102'), type(B.fromhex('01')))
f=F(1.5); f.z=3
print(f, f.z, f+1, type(f+1), f==1.5, hash(f)==hash(1.5), f.hex(), F.fromhex('0x1p3'), type(F.fromhex('0x1p3')), round(f), int(f), f'{f:.3f}', F('2.5'), F(), float(f), type(float(f)), -f)
c=C(1,2); c.w=1
print(c, c.w, c+1, type(c+1), c==1+2j, abs(c), C('1+2j'), complex(c), type(complex(c)))
a=A(b'abc'); a.t=2
print(a, a.t, repr(a), a+b'x', type(a+b'x'), a[1:], len(a))
class S2(str):
    __slots__=()
    def __str__(self): return 'other'
    def __format__(self, spec): return 'fmt'+spec
print(str(S2('q')), f'{S2("q"):x}', '%s' % S2('q'), '{}'.format(S2('q')), format(S2('q'),'z'), S2('q')+'', 'x'.join([S2('q')]))
class N:
    def __index__(self): return 3
    def __int__(self): return 4
    def __float__(self): return 2.5
    def __complex__(self): return 1j
    def __bytes__(self): return b'BB'
    def __trunc__(self): return 9
print([0,1,2,3][N()], int(N()), float(N()), complex(N()), bytes(N()), 'a'*N(), b'%s'%N(), '%d %x %c' % (N(),N(),N()), bytearray(N()), range(N()), 'abcdef'[N()], 'abc'.zfill(N()), round(12345.678, N()), (5).to_bytes(N(),'big'))
print('{0} {1} {0!r} {a} {b[0]} {b[k]} {c.real} {{}} {0:>{w}} {:x}'.format.__name__)
def t(f,*a,**k):
    try: print(f.format(*a,**k))
    except Exception as e: print(type(e).__name__, e)  # whatever it is, CPython's is the same
t('{0} {1} {0!r} {a} {b[0]} {c.real} {{}} {0:>{w}}', 'x', 2, a=3, b=[1], c=2, w=5)
t('{} {} {:5}|{:<5}|{:^5}|{!r:>6}', 1, 'a', 2, 3, 4, 'z')
for s in ['{','}','{0','{0!','{0!r','{0!z}','{0!rx}','{0:','{0:{','{0:{1}','{0:{1}}','{0:{1:{2}}}','{a','{a}','{5}','{0.}','{0.x}','{0[}','{0[]}','{0[a]}','{0[1]x}','{}{0}','{0}{}','{99999999999999999999}','{0:99999999999999999999}','{0[99999999999999999999]}','{:d}','{!s:5}','{0.real}','{0.real.imag}','{ 0}','{0 }','{-1}','{[0]}','{.real}','{{}','{}}','{:{}}','{:{}.{}}','{0!}','{!}','{:}','{a.b[c].d}','{{{0}}}', '{0!é}']:
    t(s, 1, 5, 3); t(s, 'abc', 5, 2)
print('{a} {b}'.format_map({'a':1,'b':2}))
class D(dict):
    def __missing__(self, k): return '<'+k+'>'
print('{a} {b} {c[0]}'.format_map(D(a=1)))
try: '{0}'.format_map({})
except Exception as e: print(type(e).__name__, e)  # whatever it is, CPython's is the same
try: print('{}'.format_map({}))
except Exception as e: print(type(e).__name__, e)  # whatever it is, CPython's is the same
print(str(b'abc','ascii'), str(bytearray(b'x'),'utf8','strict'), str(memoryview(b'q'),'ascii'), str(object=5), str())
import sys
print(sys.intern('hello') is sys.intern('hel'+'lo'), sys.get_int_max_str_digits())
sys.set_int_max_str_digits(0); print(len(str(10**5000)), int('1'*5000)%97); sys.set_int_max_str_digits(4300)
it=iter('aé\U0001f600'); print(list(it), list(it)); print(list(reversed('abc')), sorted('hello'), max('abc'), list(zip('ab','cd')), dict(enumerate('ab')))
x='a'
for k in range(1000): x+=str(k)
print(len(x), hash(x)==hash(''.join(['a']+[str(k) for k in range(1000)])))
y=x; x+='z'; print(len(y),len(x))
print('a'.__add__('b'), 'a'.__mod__(()), 'abc'.__rmod__('%s'), 'a'.__rmul__(3), (5).__radd__(3), (5).__rpow__(2), (5).__divmod__(3), (2.5).__rsub__(1), True.__and__(5), int.__add__(True,5), (3).__pow__(2,5), (1).__lt__('a'))

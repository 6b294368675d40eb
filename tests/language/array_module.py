# array.array: items, slices, operators, methods, exports, pickles and errors, for all codes.
import array
from array import array as A
print(array.typecodes, array.ArrayType)
def t(f,*a,**k):
    try: r=f(*a,**k)
    except BaseException as e: r=(type(e).__name__,str(e))
    try: print(repr(a)[:80],k,'->',r)
    except Exception as e: print(type(e).__name__,e)
for c in 'bBhHiIlLqQfdu':
    a=A(c)
    for v in (1,-1,128,-129,256,2**15,2**16,2**31,2**32,-2**31-1,2**63,2**64,-2**63-1,2**100,1.5,'x','xy',b'x',None,''):
        try: a.append(v); r=a
        except Exception as e: r=(type(e).__name__,str(e))
        print(c,v,r)
        a=A(c)
t(A);t(A,'x');t(A,'bb');t(A,b'b');t(A,5);t(A,'i',5);t(A,'i','abc');t(A,'u','abc');t(A,'u','\U0001f600a');t(A,'i',b'abcd');t(A,'i',b'abcde');t(A,'i',bytearray(8));t(A,'u',b'abcd');t(A,'u',A('u','ab'));t(A,'i',A('u','ab'));t(A,'u',A('i',[1]));t(A,'u',['a','b']);t(A,'d',A('i',[1,2]));t(A,'i',A('d',[1]));t(A,'i',[1,2],3);t(A,'i',x=1);t(A,'i',(1,2));t(A,'i',iter([1,2]));t(A,'i',range(3));t(A,'i',memoryview(b'abcd'))
a=A('i',range(5))
t(lambda:a[10]);t(lambda:a['x']);t(lambda:a[1.5]);t(lambda:a[2**70]);t(lambda:a[1:3]);t(lambda:a[::-2]);
def seti(k,v): a[k]=v; return a
def deli(k): del a[k]; return a
t(seti,10,1);t(seti,0,'x');t(seti,0,2**40);t(seti,'x',1);t(seti,slice(0,2),A('i',[7,8,9]));t(seti,slice(0,2),[1]);t(seti,slice(0,2),A('d',[1.]));t(seti,slice(0,4,2),A('i',[1]));t(seti,slice(0,4,2),A('i',[1,2]));t(seti,slice(3,1),A('i',[77]));t(seti,slice(None,None,-1),a);t(seti,slice(1,3),a)
t(deli,0);t(deli,100);t(deli,slice(0,4,2));t(deli,slice(1,2));t(deli,'x')
a=A('i',range(5))
t(lambda:a+a);t(lambda:a+[1]);t(lambda:a+A('d'));t(lambda:a*2);t(lambda:2*a);t(lambda:a*-1);t(lambda:a*2**62);t(lambda:a*1.5)
def iadd(x):
    global a; a+=x; return a
def imul(x):
    global a; a*=x; return a
t(iadd,A('i',[1]));t(iadd,[1]);t(iadd,A('d'));t(imul,2);t(imul,0);t(imul,'x')
a=A('i',range(5))
t(lambda:(a==a,a==A('l',range(5)),a==A('d',range(5)),a==list(range(5)),a<A('i',[9]),a<A('d',[0.,1.,2,5]),a<5,a>=A('i',[0,1]),a!=A('f',range(5))))
t(lambda:(3 in a, 3.0 in a,'x' in a))
t(a.index,3);t(a.index,30);t(a.index,3,4);t(a.index,3,-3);t(a.index,3,1,2);t(a.index);t(a.count,3);t(a.count,'x');t(a.remove,30);t(a.remove,3.0);t(a.pop);t(a.pop,0);t(a.pop,10);t(a.pop,-10);t(A('i').pop);t(a.pop,'x')
t(a.insert,0,5);t(a.insert,100,6);t(a.insert,-100,7);t(a.insert,1,2**50);t(a.insert,1);t(a.reverse);print(a)
t(a.tolist);t(a.tobytes);t(a.byteswap);print(a);a.byteswap();t(a.buffer_info().__class__);t(a.frombytes,b'abc');t(a.frombytes,b'abcd');t(a.frombytes,'abcd');t(a.fromlist,[1,2,'x']);print(a);t(a.fromlist,(1,));t(a.fromlist,[1,2]);print(a);t(a.fromunicode,'x');t(a.tounicode);t(a.extend,A('d'));t(a.extend,[1,2]);t(a.extend,5);t(a.extend,['x']);t(a.extend,A('i',[5]));print(a);t(a.extend,a);print(a)
u=A('u','héllo');t(u.tounicode);t(u.fromunicode,'x');t(u.fromunicode,5);print(u);t(lambda:u[1]);t(lambda:u+u);t(repr,u);t(repr,A('u'));t(repr,A('i'));t(repr,A('d',[1.5]))
import copy,pickle
for p in range(6):
    t(a.__reduce_ex__,p); t(u.__reduce_ex__,p)
t(A('d',[1.0]).__reduce_ex__,4)
t(copy.copy,a);t(copy.deepcopy,a)
t(lambda:pickle.loads(pickle.dumps(a)))
m=memoryview(a);t(lambda:(m.format,m.itemsize,m.shape,m.tolist()))
t(a.append,1);t(a.pop);t(seti,0,5);print(a);t(seti,slice(0,1),A('i'));t(a.frombytes,b'');t(a.extend,[]);t(a.insert,0,1);t(iadd,A('i'));t(imul,1);t(imul,2);t(a.reverse);t(a.byteswap);t(deli,0);t(a.remove,a[0]);t(a.fromlist,[]);t(a.fromlist,[1]);t(a.frombytes,b'abcd');t(seti,slice(0,1),A('i',[44]))
m.release()
t(lambda:(a.typecode,a.itemsize,[A(c).itemsize for c in array.typecodes]))
t(hash,a)
R=array._array_reconstructor
for args in ((A,'i',0,b'a'),(A,'i',8,b'\1\0\0\0'),(A,'i',9,b'\0\0\0\1'),(A,'l',8,b'\1\0\0\0'),(A,'b',0,b'ab'),(A,'d',16,b'\0'*8),(A,'d',17,b'\x3f\xf0'+b'\0'*6),(A,'d',14,b'\0\0\x80\x3f'),(A,'u',18,b'a\0b\0'),(A,'u',20,b'a\0\0\0'),(A,'u',21,b'\0\0\0a'),(A,'i',22,b''),(A,'i',-1,b''),(int,'i',0,b''),(A,'z',0,b''),(A,'i',8,'x'),(A,'i',0,b'\1\2'),(A,'B',8,b'\1\2\0\0'),(A,'i',8,b'123'),(A,'h',8,b'\0\0\1\0'),(A,'ii',8,b''),(5,'i',8,b''),(A,'f',16,b'\0'*6+b'\xf0\x3f'),(A,'L',11,b'\0'*7+b'\1'),(A,'Q',12,b'\0'*8)):
    t(R,*args)
it=iter(a);print(type(it).__name__, next(it));it.__setstate__(2);print(list(it))
import io
f=io.BytesIO(b'abcdefgh');b=A('i')
t(b.fromfile,f,1);print(b);t(b.fromfile,f,5);print(b);t(b.fromfile,f,-1);t(b.fromfile,5,1);t(b.tofile,f);print(f.getvalue());t(b.tofile,5)
class FF:
    def read(self,n): return 'abcd'
t(b.fromfile,FF(),1)
class S(A): pass
s=S('i',[1,2]);s.x=5
t(lambda:(s,s+s,s[:1],copy.copy(s),s.__reduce_ex__(3),s.__reduce_ex__(2),s*2))
class S2(A):
    def __new__(cls,*a,**k): return A.__new__(cls,'i')
    def __init__(self,z=1,**k): pass
t(S2,z=5)
t(lambda: a.__copy__()); t(lambda: a.__deepcopy__(5))

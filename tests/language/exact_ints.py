# What __index__ and subclasses of int turn into: results are exact ints where CPython makes them so.
import math
import operator
import warnings

warnings.simplefilter('ignore')
class I(int): pass
class X:
    def __index__(s): return I(7)
def t(s):
    try: print(s,'->',repr(eval(s)))
    except Exception as e: print(s,'->',type(e).__name__,e)
for s in ["operator.index(True)","type(operator.index(I(3)))","slice(1,None,2).indices(True)","slice(True,None,True).indices(5)","range(True)","range(True).stop","type(range(I(3)).stop)","bin(True)","hex(I(5))","[1,2][True]","math.comb(True,True)","type(math.gcd(True,I(2)))","type(math.gcd(I(2)))","type(math.lcm(True))","type(math.factorial(True))","round(1.5,True)","type(int(I(3)))","type(pow(I(2),1))","type(+I(3))","type(abs(I(3)))","type(I(3)//1)","type(I(3)|0)","type(I(3).real)","type(I(3).numerator)","type(I(3).conjugate())","type(True.real)","True.numerator","type(round(I(3)))","type(math.floor(I(3)))","type(math.trunc(True))","type(divmod(True,1)[0])","sum([True])","sum([True],False)","type(sum([],I(1)))","max(True,1)","range(10)[True]","'a'*True","chr(True)","bytes(True)","(5).to_bytes(True,'big')","int(True)","type(int.__new__(I,True))","math.isqrt(True)","math.perm(True)","-True","~True","+True","True<<0","type(I(0)<<0)","type(I(0)+0)","type(0+I(0))","type(I(5)>>0)","type(I(5)&I(5))","type(I(5)*1)","type(I(5)-0)","type(I(5)%10)","type(I(5)**1)","int.from_bytes(b'a',signed=True)","type(I.from_bytes(b'a'))","operator.length_hint([],True)","type(I(2).__round__())","type(I(2).__index__())","type(I(2).__int__())","type(I(2).__trunc__())","type(X().__index__())","operator.index(X())","[1,2,3][:X()]","range(X())","type(range(X()).stop)","type(int(X()))","divmod(I(7),2)","type(divmod(I(7),2)[1])", "type(I(3).bit_length())","complex(True)","type(float(True))","hash(True)","type(hash(I(3)))","format(True,'d')","f'{True:d}'","'%d'%True","'%s'%True","'{:n}'.format(True)","str(I(3))","repr(I(3))"]: t(s)

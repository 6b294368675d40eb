"""What subclasses of built-in types take, format, keep and show."""

# arguments by keyword to subclasses of built-in types without __init__ / __new__
import itertools, functools, collections
for b in (list, tuple, dict, set, frozenset, float, int, str, bytes, bytearray, complex, range, slice, enumerate, zip, map, filter, reversed, property, collections.deque, itertools.cycle, itertools.chain):
    for label, body in ('plain', {}), ('init', {'__init__': lambda self, *a, newarg=None: setattr(self, 'newarg', newarg)}), ('new', {'__new__': None}):
        if label == 'new':
            body = {'__new__': (lambda b: lambda cls, *a, newarg=None: b.__new__(cls, *a))(b)}
        try: c = type('sub', (b,), dict(body))
        except TypeError as e: print(b.__name__, label, 'class', e); continue
        arg = () if b in (int, str, bytes, bytearray, float, complex, property, dict) else (print, [1]) if b in (map, filter) else (5,) if b in (range,) else ([1],)
        if b in (slice, range): continue
        try: c(*arg, newarg=3); print(b.__name__, label, 'ok')
        except TypeError as e: print(b.__name__, label, e)


# bytes(x) asks x.__bytes__ before it looks whether x is a str or int
class A(str):
    def __bytes__(self): return b'abc'
print(bytes(A('\u20ac')), bytes(A('\u20ac'), 'iso8859-15'))
class I(int):
    def __bytes__(self): return b'int'
print(bytes(I(3)))
class B:
    def __bytes__(self): return b'q'
    def __index__(self): return 3
print(bytes(B()), bytearray(B()))


from enum import Enum
class NewFloat(float): pass
class FE(float, Enum):
    first = 4.4
    def __str__(self): return self.name.upper()
print(format(FE.first), '{}'.format(FE.first), f'{FE.first}', str(FE.first))
class MF(Enum):
    first = 4.4
    def __str__(self): return self.name.upper()
print(format(MF.first))
from enum import ReprEnum
class RF(float, ReprEnum):
    first = 4.4
print(format(RF.first), str(RF.first))
class RF2(float, ReprEnum):
    first = 4.4
    def __str__(self): return self.name.upper()
print(format(RF2.first), f'{RF2.first}')


f = frozenset('abc')
print(f.intersection(f) is f, f & f is f, f | f is f, f.union() is f, f.copy() is f, frozenset(f) is f, f.difference() is f)


from collections import namedtuple
P = namedtuple('P', 'x'); print(repr(P.x), P.x.__doc__, type(P.x).__name__, P.x.__reduce__()[1])

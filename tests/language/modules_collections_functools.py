# deque, defaultdict, partial, lru_cache, operator, errno, atexit against CPython.
# Whatever is raised is printed: the class and the message are part of what has to agree.
from _collections import deque, defaultdict, _tuplegetter, _count_elements
d = deque([1,2,3], 4); d.append(4); d.append(5); d.appendleft(0); print(d, len(d), d.maxlen, d[1], d[-1])
d.rotate(2); print(d); d.rotate(-1); print(d); d.reverse(); print(d)
d = deque(range(20)); d.insert(3, 'x'); d.insert(-1, 'y'); d.remove(7); print(d, d.index(9), d.count(3), 'x' in d); del d[2]; d[0]='z'; print(d)
print(list(reversed(d))[:3], d == d.copy(), d < deque([1]) if False else 0, d + deque([1]), deque([1,2])*3)
for f in [lambda: deque().pop(), lambda: d[100], lambda: d.remove('q'), lambda: d.index('q'), lambda: deque(maxlen=-1), lambda: d['a'], lambda: d+[1], lambda: hash(d), lambda: deque([1],1).insert(0,2), lambda: d[0:1]]:
    try: print(f())
    except Exception as e: print(type(e).__name__, e)  # whatever it is, CPython's is the same
try:
    for x in d: d.append(1)
except RuntimeError as e: print(e)
dd = defaultdict(list, a=[1]); dd['b'].append(2); print(dd, dd.default_factory, dd.copy() == dd, dd | {'c': 3}, dict(dd))
try: defaultdict(None)['x']
except KeyError as e: print(repr(e))
m = {}; _count_elements(m, 'abracadabra'); print(m)
class D(deque): pass
x = D([1,2]); x.foo = 1; print(x, x.copy(), type(x.copy()), x.__reduce__()[:3])
a = deque(); a.append(a); print(a)
print(deque.__doc__[:30], deque[int])
import _functools
from _functools import partial, reduce, cmp_to_key, _lru_cache_wrapper
p = partial(lambda *a, **k: (a, k), 1, 2, x=3); print(p(4, y=5), p.args, p.keywords, partial(p, 9)(z=1)); print(repr(partial(int, base=2))); p.attr = 1; print(p.__dict__)
print(reduce(lambda a,b:a*b, range(1,10)), reduce(lambda a,b:a+b, [], 5))
for f in [lambda: reduce(lambda a,b:0, []), lambda: reduce(1, 2), lambda: partial(), lambda: partial(1)]:
    try: print(f())
    except Exception as e: print(type(e).__name__, e)  # whatever it is, CPython's is the same
print(sorted([5,2,8], key=cmp_to_key(lambda a,b: b-a)))
def fib(n): return n if n < 2 else f(n-1)+f(n-2)
f = _lru_cache_wrapper(fib, None, False, tuple if False else (lambda *a: a))
print(f(200), f.cache_info()); f.cache_clear(); print(f.cache_info())
g = _lru_cache_wrapper(lambda *a, **k: (a, k), 3, True, lambda *a: a)
for i in [1,2,3,1,4,1.0,2,True]: g(i)
g(a=1); g(a=1); print(g.cache_info())
import _operator as o
print(o.itemgetter(1)([1,2]), o.itemgetter(0,2)('abc'), o.attrgetter('__class__.__name__')(1), o.attrgetter('real','imag')(3), o.methodcaller('upper')('x'), o.methodcaller('split', ',', maxsplit=1)('a,b,c'))
print(repr(o.itemgetter(1,'a')), repr(o.attrgetter('a.b','c')), repr(o.methodcaller('f', 1, k=2)))
print(o.add(1,2), o.iadd([1],[2]), o.concat('a','b'), o.countOf([1,2,1],1), o.indexOf([1,2],2), o.length_hint([1]), o.contains([1],1), o.not_(0), o.truth(3), o.call(max, 1, 2), o.pow(2,3), o.inv(5))
for f in [lambda: o.concat(1,2), lambda: o.indexOf([],1), lambda: o.itemgetter(), lambda: o.itemgetter(1)(), lambda: o.attrgetter(1), lambda: o.index('a'), lambda: o._compare_digest('a','é'), lambda:o._compare_digest(1,2)]:
    try: print(f())
    except Exception as e: print(type(e).__name__, e)  # whatever it is, CPython's is the same
print(o._compare_digest(b'ab', b'ab'), o._compare_digest('ab','ac'))
import errno; print(errno.ENOENT, errno.errorcode[2], len(errno.errorcode))
import atexit
atexit.register(print, 'bye', end='!\n')
@atexit.register
def h(): print('h')

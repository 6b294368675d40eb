"""Which operations compute a key's hash anew."""

# set(dict), set | dict, frozenset.update... take over the hashes and don't compute them anew
n = 0
class H(int):
    def __hash__(self):
        global n; n += 1; return int.__hash__(self)
d = dict.fromkeys(map(H, range(3))); print(n)
s = set(d); print(n); s.difference(d); print(n)
if hasattr(s, 'symmetric_difference_update'): s.symmetric_difference_update(d)
print(n); d2 = dict.fromkeys(set(d)); print(n)
d3 = dict.fromkeys(frozenset(d), 123); print(n)
d4 = {**d}; dict(d); d.copy(); print(n)
import functools
n = 0
@functools.lru_cache(maxsize=1)
def f(x): return x
x = H(5); f(x); print(n); f(x); print(n); f(6); print(n)

"""Every special method an operator can ask for."""
from support import attempt
class N:
    def __init__(self, v): self.v = v
    def __repr__(self): return f"N({self.v})"
for name, op in {
    "add": "+", "sub": "-", "mul": "*", "truediv": "/", "floordiv": "//", "mod": "%", "pow": "**",
    "lshift": "<<", "rshift": ">>", "and": "&", "or": "|", "xor": "^", "matmul": "@"
}.items():
    setattr(N, f"__{name}__", lambda s, o, op=op: f"{s}{op}{o}")
    setattr(N, f"__r{name}__", lambda s, o, op=op: f"{o}r{op}{s}")
    a = N(1)
    print(eval(f"a {op} 2"), eval(f"2 {op} a"), eval(f"a {op} N(3)"), end=" ")
    exec(f"a {op}= 5")
    print(a)
    setattr(N, f"__i{name}__", lambda s, o, op=op: N(f"{s.v}i{op}{o}"))
    a = N(1)
    exec(f"a {op}= 5")
    print(a)
class U:
    def __neg__(self): return "neg"
    def __pos__(self): return "pos"
    def __invert__(self): return "inv"
    def __abs__(self): return "abs"
    def __int__(self): return 5
    def __float__(self): return 2.5
    def __index__(self): return 3
    def __round__(self, n=None): return ("round", n)
    def __bool__(self): return False
    def __hash__(self): return 77
    def __len__(self): return 4
    def __str__(self): return "str"
    def __bytes__(self): return b"bytes"
    def __divmod__(self, o): return ("dm", o)
    def __rdivmod__(self, o): return ("rdm", o)
    def __call__(self, *a, **k): return (a, k)
    def __contains__(self, x): return x == 1
    def __getitem__(self, k): return ("item", k)
    def __setitem__(self, k, v): print("set", k, v)
    def __delitem__(self, k): print("del", k)
    def __iter__(self): return iter("it")
    def __reversed__(self): return iter("rev")
    def __trunc__(self): return 9
    def __floor__(self): return "floor"
    def __ceil__(self): return "ceil"
    def __dir__(self): return ["z", "a"]
    def __pow__(self, o, m=None): return ("pow", o, m)
u = U()
import math
print(
    -u, +u, ~u, abs(u), int(u), float(u), hex(u), [0, 1, 2, 3][u], round(u), round(u, 2), bool(u), not u,
    hash(u), len(u), str(u), bytes(u), divmod(u, 2), divmod(2, u), u(1, k=2), 1 in u, 2 not in u, u[5],
    u[1:2], list(u), list(reversed(u)), math.trunc(u), math.floor(u), math.ceil(u), dir(u), pow(u, 2),
    pow(u, 2, 3), u ** 2
)
u[1] = 2
del u[1]
u[1:2] = 3
del u[::2]
x, y = u
print(x, y, [*u], max(u))
class L:
    def __init__(self, n): self.n = n
    def __lt__(self, o): print("lt", end=" "); return self.n < o.n
    def __eq__(self, o): print("eq", end=" "); return isinstance(o, L) and self.n == o.n
    def __le__(self, o): print("le", end=" "); return self.n <= o.n
print(L(1) < L(2), L(1) > L(2), L(1) == L(1), L(1) != L(1), L(1) <= L(1), L(1) >= L(0), L(1) == 5, 5 == L(1))
attempt(lambda: hash(L(1)))
print([q.n for q in sorted([L(3), L(1), L(2)])], L(1) in [L(0), L(1)])
class NI:
    def __add__(self, o): return NotImplemented
    def __eq__(self, o): return NotImplemented
    def __lt__(self, o): return NotImplemented
    def __iadd__(self, o): return NotImplemented
n = NI()
attempt(lambda: n + 1)
attempt(lambda: 1 + n)
print(n == 1, n != 1, n == n)
attempt(lambda: n < 1)
attempt(lambda: n < n)
attempt(lambda: [] < n)
def iadd(o): o += 1
attempt(iadd, n)
attempt(iadd, "s")
attempt(iadd, None)
attempt(lambda: None + None)
attempt(lambda: {} - 1)
attempt(lambda: 1 @ 2)
attempt(lambda: object() * 2)
attempt(lambda: print >> 2)
attempt(lambda: "a" - "b")
attempt(lambda: 2 ** "a")
attempt(lambda: not_defined + 1)
attempt(lambda: -None)
attempt(lambda: [1] // 2)
class Sub(int):
    def __radd__(self, o): return "Sub radd first"
    def __rsub__(self, o): return "rsub"
print(1 + Sub(2), 1 - Sub(2), Sub(1) + 1, Sub(1) + Sub(2))
class Base:
    def __add__(self, o): return "base add"
    def __eq__(self, o): return "base eq"
class Derived(Base):
    def __radd__(self, o): return "derived radd"
    def __eq__(self, o): return "derived eq"
print(Base() + Derived(), Derived() + Base(), Base() == Derived())
class BadBool:
    def __bool__(self): return 5
class BadLen:
    def __len__(self): return -1
class BadLen2:
    def __len__(self): return "x"
class BadHash:
    def __hash__(self): return "x"
class BadStr:
    def __str__(self): return 5
    def __repr__(self): return None
class BadIndex:
    def __index__(self): return "x"
class BadIter:
    def __iter__(self): return 5
class Old:
    def __getitem__(self, i):
        if i > 3: raise IndexError
        return i * 10
attempt(bool, BadBool())
attempt(len, BadLen())
attempt(len, BadLen2())
attempt(hash, BadHash())
attempt(str, BadStr())
attempt(repr, BadStr())
attempt(lambda: [1][BadIndex()])
attempt(iter, BadIter())
attempt(bool, BadLen())
attempt(lambda: [*BadIter()])
print(list(Old()), 20 in Old(), 25 in Old(), [*Old()], list(zip(Old(), "ab")), max(Old()))
a, b, c, d = Old()
print(a, b, c, d)
class InstanceSpecial: pass
i = InstanceSpecial()
i.__len__ = lambda: 5
attempt(len, i)
i.__call__ = lambda: 1
attempt(lambda: i())
attempt(len, 5)
attempt(lambda: 5())
attempt(lambda: 5[0])
attempt(lambda: None[0])
attempt(iter, 5)
attempt(next, [1])
attempt(lambda: len())
attempt(abs, "x")
attempt(lambda: 1 in 5)
attempt(reversed, {1})
attempt(round, "x")
InstanceSpecial.__len__ = lambda self: 6
print(len(i))
InstanceSpecial.__getattr__ = lambda self, n: n
print(i.hello)
del InstanceSpecial.__len__
attempt(len, i)
class Eq:
    def __eq__(self, o): return True
class Ne:
    def __eq__(self, o): return True
    def __ne__(self, o): return "ne called"
print(
    Eq() != 1, Ne() != 1, [1, 2] == [Eq(), Eq()], Eq() in [], 5 in [Eq()], [Eq()].index(3), [Eq()].count(9),
    (Eq(),) == (4,), {"k": Eq()} == {"k": 0}
)
nan = float("nan")
print(nan in [nan], [nan] == [nan], nan == nan, (nan,).index(nan), {nan: 1}[nan])
class Cmp:
    def __lt__(self, o): return []
    def __gt__(self, o): return [1]
print(
    Cmp() < 1, 1 < Cmp(), Cmp() < 1 < 2, 0 < Cmp() < 5, sorted([Cmp(), Cmp()]).__len__(), max(Cmp(), 1) == 1
)

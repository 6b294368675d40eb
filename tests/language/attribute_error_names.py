"""Which AttributeErrors name the attribute and the object: those of loads, which then suggest others."""
class A:
    __slots__ = ('food',)
def t(f):
    try: f()
    except AttributeError as e: print(e, e.name, type(e.obj).__name__)
a = A()
class R:
    @property
    def p(self): return 1
def f1(): a.foo = 1
def f2(): del a.foo
def f3(): del a.food
def f4(): A.zzz = 1; del A.yyy
def f5(): R().p = 2
def f6(): del R().p
def f7(): del R().q
def f8(): (5).foo = 1
def f9(): int.foo = 1
def f10(): a.food
def f11(): a.fooo
def f12(): import sys; sys.nonono
def f13(): import sys; del sys.nonono
def f15(): [].append.x = 1
def f16(): del (lambda: 0).x
def f17(): object.__setattr__(a, 'foo', 1)
for i in [*range(1, 14), 15, 16, 17]:
    try: t(globals()['f%d' % i])
    except Exception as e: print(i, type(e).__name__, e)
a.foo = 1

"""Calls that name parameters or leave them to their defaults: arguments move, and errors put them back."""
def f(a, b=2, *, c=3): return a,b,c
def g(a, b, c=3, d=4): return a,b,c,d
def h(a, /, b, c=5): return a,b,c
print(f(1), f(1,b=5), g(1,2), g(1,b=3), g(a=1,b=2,d=7), g(1,c=2,b=9), h(1,b=2), h(1,2,c=4))
for e in ["g()", "g(1)", "g(1,2,3,4,5)", "g(1,a=2)", "h(a=1,b=2)", "g(1,2,e=5)", "f()", "g(1,2,**{'c':8})"]:
    try: print(eval(e))
    except TypeError as x: print(e, x)
g.__defaults__ = (1,2,3,4,5,6,7)
try: print(g())
except TypeError as x: print(x)
g.__defaults__ = None
try: print(g(1,2))
except TypeError as x: print(x)
class C:
    def __init__(self, a, b=7): self.a=a; self.b=b
c=C(1); print(c.a,c.b); c=C(1,b=3); print(c.b); c=C(b=[3],a=2); print(c.a,c.b)


class Loud:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("del", self.name)


def keep(a, b=None, c=None):
    print(a.name, b and b.name, c and c.name)
    del a
    return c


keep(Loud("one"))
keep(Loud("two"), c=Loud("three"))
keep(c=Loud("four"), a=Loud("five"))
for wrong in ({"d": 1}, {"a": 1}, {"b": 1, "a": 1}):
    try:
        keep(Loud("six"), **wrong)
    except TypeError as e:
        print(e)
try:
    keep(b=Loud("seven"), c=1)
except TypeError as e:
    print(e)


def changing(a, b=Loud("nine")):
    changing.__defaults__ = None
    return b.name


print(changing(1))
try:
    changing(1)
except TypeError as e:
    print(e)


def generator(a, b=3):
    yield a
    yield b


print(list(generator(1)), list(generator(b=5, a=4)))
x = Loud("ten")
g = generator(x, b=x)
del x
print(next(g).name, next(g).name)
g.close()


# More defaults than parameters: all of them are optional, and messages count below zero.
def few(a, b=2):
    return a, b


few.__defaults__ = (1, 2, 3, 4)
print(few(), few(9), few(b=8))
for call in (lambda: few(1, 2, 3), lambda: few(1, 2, c=3), lambda: few(1, a=2)):
    try:
        print(call())
    except TypeError as e:
        print(e)

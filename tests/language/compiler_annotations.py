"""Annotations, evaluated and postponed; docstrings; decorators; keyword-only and positional-only defaults."""
SOURCE = '''
"module doc"
from __future__ import annotations
def f(p: a.b[c, d], /, q: "str" = 1, *args: *Ts, r: lambda z, *y, k=1, **w: z if y else not k = 0, **kw: {1: 2, **m}) -> x[1:2, ::3]:
    "function doc"
class K:
    "class doc"
    u: f(1, *a, k=2, **b) = 0
    v: [i for i in x if i if j for k in l]
    y: (item for item in z)
    z: a < b <= c != d is not e not in f
    aa: ((a, b), (c,), ())
    bb: -x ** -y ** ~z
    cc: (a or b) and not (c and d or e)
    dd: f"x{a!r:>{w}}y{{}}" 'z'
    ee: (lambda: 0)()
    ff: (a if b else c) if d else (lambda: e)
    gg: ...
    hh: a @ b // c % d << e & f ^ g | h
    ii: {a, b} | {c: d} | [] | [e,]
    jj: 1e400 + 2j + 0x10 + 1.50
    kk: "a'b" + u'x' + b'y'
    ll: (await_)[x][y:z](*p).q
    mm: a.b(c)(d for d in e)
    nn: None or True
    oo: 1 .real
    __pp: int
a: int
b: list[int] = [1]
(g): 1 + 2 = 4
'''
ns = {}
exec(SOURCE, ns)
print(ns["__doc__"], ns["f"].__doc__, ns["K"].__doc__, ns["__annotations__"])
for k, v in (*ns["f"].__annotations__.items(), *ns["K"].__annotations__.items()):
    print(k, "->", v)


def t(v):
    print("t", v)
    return v


def order(a: t("ann a") = t("def a"), /, b: t("ann b") = t("def b"), *c: t("ann c"), d: t("ann d") = t("def d"), e, **f: t("ann f")) -> t("ret"):
    local: t("never") = 1
    other: t("never")
    return local


print(order(e=0), order.__annotations__, order.__defaults__, order.__kwdefaults__)


class C:
    x: t("x") = t("value")
    y: t("y")
    if 0:
        z: int
    for i in range(1):
        w: t("w") = i


print(C.__annotations__)
top: t("top") = t("first")
d = {}
d[t("key")]: t("evaluated") = t("v")
d[t("key2")]: t("evaluated2")
print(__annotations__, d)


def deco(name):
    t(("make", name))
    def apply(f):
        t(("apply", name))
        return f
    return apply


@deco("a")
@deco("b")
class D:
    @deco("m")
    def m(self): "doc m"
    @staticmethod
    @deco("s")
    def s(): return "s"


print(D.m.__doc__, D.s(), D.__doc__, order.__doc__)


def no_doc():
    x = "not a docstring"
def f_doc():
    f"not {1}"
def b_doc():
    b"bytes"
def concat_doc():
    "a" "b"
def after():
    1
    "late"
print(no_doc.__doc__, f_doc.__doc__, b_doc.__doc__, concat_doc.__doc__, after.__doc__, (lambda: "s").__doc__)

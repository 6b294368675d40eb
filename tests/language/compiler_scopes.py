"""Where names live: functions, classes, comprehensions, cells, global and nonlocal, mangling, __class__."""
import types

x = "module"


class A:
    x = "class"
    y = [x for _ in range(1)]  # the comprehension does not see the class
    z = [a for a in x]  # but its first iterable does
    w = (lambda: x)()

    def method(self):
        return x

    class Inner:
        seen = x

    del z


print(A.y, A.w, A().method(), A.Inner.seen, hasattr(A, "z"))


def outer():
    x = "outer"

    class B:
        before = x
        x = x + "+class"
        after = x

        def get(self):
            return x

    return B.before, B.after, B().get(), B.x


print(outer())


def classderef(flag):
    v = "cell"

    class C:
        if flag:
            locals()["v"] = "own"
        read = v

        def f(self):
            return v

    return C.read, C().f()


print(classderef(True), classderef(False))


def nonlocal_chain():
    a = 0

    def f():
        nonlocal a
        a += 1

        def g():
            nonlocal a
            a += 10
            return lambda: a

        return g()

    h = f()
    b = h()
    a = 100
    return b, h()


print(nonlocal_chain())


def global_in_nested():
    def f():
        global made_here
        made_here = 1

        class K:
            global also_here
            also_here = 2
            def m(self):
                global third
                third = 3
        K().m()
    f()


global_in_nested()
print(made_here, also_here, third)


def loop_cells():
    late = [lambda: i for i in range(3)]
    early = [lambda i=i: i for i in range(3)]
    fs = []
    for k in range(3):
        def f():
            return k
        fs.append(f)
    return [f() for f in late], [f() for f in early], [f() for f in fs]


print(loop_cells())


def parameters_as_cells(a, b=2, *args, c, d=4, **kw):
    def change():
        nonlocal a, args, kw
        a += 1
        args += (9,)
        kw = dict(kw, z=1)
    change()
    return a, b, args, c, d, kw, (lambda: (a, b, c, d))()


print(parameters_as_cells(1, 2, 3, c=5, e=6))


class Mangled:
    __private = 1
    __dunder__ = 2
    _single = 3
    __annotated: int = 4

    def __method(self, __p=5):
        __local = self.__private
        import sys as __module
        def f():
            return __local, __p
        return f(), self.__dunder__, "__module" in dir(), sorted(k for k in locals() if "Mangled" in k)

    def call(self):
        return self.__method(), self.__method(_Mangled__p=6)

    def kw(self, **kw):
        return kw

    def call_kw(self):
        return self.kw(__a=1)


m = Mangled()
print(m.call(), m.call_kw(), Mangled.__annotations__, sorted(k for k in vars(Mangled) if "__private" in k))


class ___Under:
    __x = 1


class _:
    __x = 2


print([k for k in vars(___Under) if "x" in k], [k for k in vars(_) if "x" in k])


class Base:
    def hello(self):
        return "base"

    @classmethod
    def make(cls):
        return cls.__name__


class Derived(Base):
    def hello(self):
        return super().hello() + __class__.__name__

    @classmethod
    def make(cls):
        return super().make() + "!"

    def in_lambda(self):
        return (lambda: super(__class__, self).hello())()

    def in_comprehension(self):
        return [super(Derived, self).hello() for _ in range(1)] + [c for c in [__class__]]

    def nested(self):
        class Inside(Base):
            def hello(self):
                return super().hello() + "inside"
        return Inside().hello(), __class__.__name__


d = Derived()
print(d.hello(), Derived.make(), d.in_lambda(), d.in_comprehension()[0], d.nested())


class Meta(type):
    def __new__(meta, name, bases, ns, **kw):
        print("classcell" if "__classcell__" in ns else "no cell", sorted(ns), kw)
        return super().__new__(meta, name, bases, ns)

    def __init__(cls, name, bases, ns, **kw):
        super().__init__(name, bases, ns)


class WithCell(metaclass=Meta, option=1):
    def f(self):
        return __class__


class WithoutCell(metaclass=Meta):
    f = 1


print(WithCell().f())


def comprehension_scopes():
    x = 1
    y = [x for x in range(3)]
    z = [[x * w for x in range(w)] for w in range(x, 4)]
    s = {x for x in "ab"} == {"a", "b"}
    n = [(x, y2) for x in range(2) for y2 in range(x + 1) if y2 or x]
    return x, y, z, s, n


print(comprehension_scopes())


def walrus():
    total = 0
    parts = [total := total + i for i in range(4)]
    last = None
    any((last := i) > 2 for i in range(10))
    nested = [[q := i * j for j in range(2)] for i in range(2)]
    if (n := len(parts)) > 3:
        pass
    return total, parts, last, q, n, nested


print(walrus())
[top := k for k in range(5)]
print(top)


def exec_names():
    ns = {"a": 1}
    exec("b = a + 1\ndef f(): return a + b\nc = f()\nglobal g\ng = 7", ns)
    local = {}
    exec("b = a\nglobal h\nh = 8\nx = [a for _ in range(2)]", ns, local)
    return sorted(k for k in ns if k != "__builtins__"), sorted(local), ns["c"], ns["h"], local["x"]


print(exec_names())


def free_in_default(a):
    def f(b=a, *, c=[a]):
        return a, b, c
    a = 5
    return f()


print(free_in_default(1))


def delete_cell():
    a = 1
    def f():
        return a
    del a
    try:
        f()
    except NameError as e:
        print(type(e).__name__, e)
    try:
        a
    except UnboundLocalError as e:
        print(e)
    def g():
        nonlocal a
        a = 2
    g()
    return a, f()


print(delete_cell())


def unbound(flag):
    if flag:
        v = 1
    return v


print(unbound(1))
for bad in (lambda: unbound(0), lambda: undefined_name):
    try:
        bad()
    except NameError as e:
        print(type(e).__name__, e)


def code_attributes(a, /, b, *c, d, **e):
    f = a
    def g():
        return f, b
    return g


code = code_attributes.__code__
print(code.co_name, code.co_qualname, code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount,
      code.co_varnames, code.co_cellvars, code.co_freevars, code.co_nlocals, code.co_flags, code.co_firstlineno)
inner = code_attributes(1, 2, d=3).__code__
print(inner.co_qualname, inner.co_freevars, inner.co_varnames, inner.co_flags)


class Q:
    def m(self):
        class R:
            def n(self):
                return (lambda: 0).__qualname__, [z.__qualname__ for z in [lambda: 1]]
            k = lambda self: 0
        return R


print(Q.m.__qualname__, Q().m().__qualname__, Q().m().n.__qualname__, Q().m()().n(), Q().m().k.__qualname__)


def factory():
    global Global
    class Global:
        def f(self): pass
    return Global


print(factory().__qualname__, Global.f.__qualname__)
print([c.co_qualname for c in compile("def f():\n [[y for y in z] for z in w]", "x", "exec").co_consts[0].co_consts if isinstance(c, types.CodeType)])

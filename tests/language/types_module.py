"""types, and what the types of things say of themselves."""
import types
from support import attempt
def f(a, b=1): return a
class C:
    def m(self): pass
for x in (
    f, C().m, C.m, len, [].append, C, C(), types, f.__code__, (i for i in []), None, NotImplemented, ...,
    type, object(), property(), classmethod(f), staticmethod(f), iter([]), {}.keys(), range(1), slice(1),
    super(C, C()), list.append, int.__add__, (1).__add__, C.__dict__, C.__dict__["__dict__"], lambda: 0,
    ValueError(), map(str, []), type(C), zip(), enumerate([]), reversed([]), filter(None, []), str.join,
    dict.fromkeys
):
    print(type(x).__name__, type(x).__module__, callable(x), end="; ")
print()
print(
    types.FunctionType is type(f), types.MethodType is type(C().m), types.BuiltinFunctionType is type(len),
    types.GeneratorType is type(i for i in []), types.ModuleType is type(types),
    types.CodeType is type(f.__code__), types.LambdaType is types.FunctionType, types.NoneType is type(None),
    types.MappingProxyType is type(C.__dict__)
)
n = types.SimpleNamespace(a=1, b="x")
n.c = [2]
print(n, n == types.SimpleNamespace(a=1, b="x", c=[2]), n.__dict__)
del n.a
attempt(lambda: n.a)
attempt(lambda: types.SimpleNamespace(1))
m = types.MappingProxyType({"a": 1})
print(m, m["a"], len(m), list(m), m == {"a": 1}, m.get("q"), m | {"b": 2}, "a" in m)
attempt(lambda: m.__setitem__("x", 1))
attempt(lambda: hash(m))
g = types.FunctionType(f.__code__, globals(), "g", (7,))
print(g(1), g.__name__, g.__defaults__)
b = types.MethodType(f, 5)
print(b(), b.__self__, b.__func__ is f)
N = types.new_class("N", (C,), {}, lambda ns: ns.update(x=1))
print(N.x, N.__mro__[1].__name__, types.prepare_class("P")[0])
attempt(types.FunctionType, 5, {})
attempt(types.MethodType, 5)
attempt(types.FunctionType, f.__code__, 5)
k = f.__code__
print(
    k.co_name, k.co_qualname, k.co_argcount, k.co_varnames, k.co_consts, k.co_names, k.co_nlocals,
    k.co_freevars, k.co_cellvars, k.co_firstlineno, k.co_filename.split("/")[-1], k.co_flags & 3,
    k.co_stacksize > 0, repr(k).split(" at ")[0]
)
print(C.m.__code__.co_qualname, k == f.__code__, k.replace(co_name="other").co_name)
print(
    isinstance(int | str, types.UnionType), int | None, isinstance(5, int | str), isinstance("a", int | None),
    list[int].__origin__, list[int].__args__, dict[str, int], tuple[int, ...], list[int]() == [],
    type(list[int]).__name__, int | str == str | int
)
attempt(lambda: isinstance([], list[int]))
attempt(lambda: int | 5)
c = types.CellType(5)
print(c.cell_contents, c)
c.cell_contents = 6
print(c.cell_contents)
attempt(lambda: types.CellType().cell_contents)
dc = types.DynamicClassAttribute
print(dc.__name__, types.coroutine.__name__)
print(
    None.__class__, NotImplemented.__class__, Ellipsis.__class__, repr(type(None)), type(None)() is None,
    type(...)() is ...
)
attempt(type(None), 5)
attempt(lambda: bool(NotImplemented) if False else "skip")
attempt(lambda: None())
attempt(lambda: setattr(None, "x", 1))


class Named:
    def __init__(self):
        self.bar = 1

    def method(self):
        return "called"


def renamed(function, *letters):
    """The function with another name in its instructions, a str of its own."""
    return types.FunctionType(function.__code__.replace(co_names=("".join(letters),)), globals())


for _ in range(2):
    print(renamed(lambda o: o.foo, "b", "ar")(Named()), renamed(lambda o: o.foo(), "meth", "od")(Named()))
Any = "global"
print(renamed(lambda: foo, "An", "y")())
for args in (int, None), ([int, [str]],), (int, [str, ...]), ([],), ((int,),), ():
    print(types.GenericAlias(list, args))
deep = ()
for _ in range(100_000):
    deep = [deep]
try:
    print(repr(list[deep]))
except RecursionError as error:
    print(error)
while deep:
    deep = deep.pop()

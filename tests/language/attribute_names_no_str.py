"""Attribute names that are no strs, handed to special methods called by hand; and what a metaclass without sense hands to _abc."""
import _abc
import io
import functools
import threading
import types
import weakref


class Slotted:
    __slots__ = ("a",)


class Meta(type):
    pass


class C(metaclass=Meta):
    def method(self):
        pass


class Loud:
    def __getattribute__(self, name):
        return name

    def __setattr__(self, name, value):
        print("set", name)


OBJECTS = [
    object, 1, C(), C, Meta, int, type, threading.local(), list[int], types.ModuleType("m"), super(C, C()), super(C, C),
    int | str, types.SimpleNamespace(), Slotted(), (lambda: 1), len, [].append, property(), Exception(),
    functools.partial(len), threading, vars(C), C().method, "a".join, ValueError(1), io.StringIO(), io.BytesIO(),
    staticmethod(len), classmethod(len), weakref.ref(C), Loud(),
]
METHODS = ("__getattribute__", ()), ("__setattr__", (5,)), ("__delattr__", ())
OWNERS = object, type, threading.local, types.ModuleType, super, types.GenericAlias


def attempt(function, *args):
    try:
        return function(*args)
    except Exception as e:
        return type(e).__name__, str(e)


for o in OBJECTS:
    for name in (2, None, b"x", ("a",)):
        for method, args in METHODS:
            print(type(o).__name__, method, attempt(getattr(type(o), method), o, name, *args))
    for owner in OWNERS:
        if isinstance(o, owner):
            for method, args in METHODS:
                print(type(o).__name__, owner.__name__, method, attempt(getattr(owner, method), o, 2, *args))

# super() that was never filled
s = super.__new__(super)
print(repr(s), s.__self__, s.__thisclass__, attempt(getattr, s, "x"))
print(attempt(s.__get__, [0]), attempt(s.__get__, None, int) is s)


class Sup(super):
    pass


print(attempt(Sup.__new__(Sup).__get__, [0]))
print(type(Sup(list).__get__([0])).__name__, attempt(Sup(list).__get__, 5))


class Claims:
    @property
    def __class__(self):
        return type("New", (list,), {})


print(super(list, Claims()).__self_class__.__name__)


# _abc
class NoBases:
    __bases__ = 5


class Items:
    def __init__(self, items):
        self.list = items

    def items(self):
        return self.list


class Pairs:
    __bases__ = ()

    def __init__(self, items):
        object.__setattr__(self, "given", Items(items))

    def __getattribute__(self, name):
        return object.__getattribute__(self, "given") if name == "__dict__" else object.__getattribute__(self, name)


class BadAbstracts:
    __abstractmethods__ = (5,)


class Derived:
    __bases__ = (BadAbstracts,)


print(attempt(_abc._abc_init, 5), attempt(_abc._abc_init, NoBases()))
print(attempt(_abc._abc_init, Pairs(5)), attempt(_abc._abc_init, Pairs([5])), attempt(_abc._abc_init, Pairs([(1, 2, 3)])))
print(attempt(_abc._abc_init, Derived()))
both = type("Both", (), {"__abc_tpflags__": 96})
print(attempt(_abc._abc_init, both))
for function in (_abc._abc_register, _abc._abc_instancecheck, _abc._abc_subclasscheck):
    print(attempt(function, 5, 6), attempt(function, C, 6), attempt(function, C, C), attempt(function, 5, C))
for function in (_abc._get_dump, _abc._reset_registry, _abc._reset_caches):
    print(attempt(function, 5), attempt(function, C))

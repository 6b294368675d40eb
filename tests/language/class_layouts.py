"""Assigning __class__ and __dict__ where layouts are alike or not; an MRO in an odd order; what built-in bases say."""
import types


class G:
    __slots__ = ["a", "b"]


class H:
    __slots__ = "b", "a"


class J:
    __slots__ = ["c", "b"]


class Q(J):
    pass


class R(J):
    __slots__ = ["__dict__", "__weakref__"]


class N(J):
    __slots__ = ["__weakref__"]


class P(J):
    __slots__ = ["__dict__"]


class One:
    __slots__ = "a"


class Two:
    __slots__ = ("a",)


for before in G, H, J, Q, R, N, P, One, Two:
    for after in G, H, J, Q, R, N, P, One, Two:
        v = before()
        try:
            if hasattr(before, "b"):
                v.b = 1
            v.__class__ = after
            print(before.__name__, after.__name__, type(v).__name__, getattr(v, "b", None))
        except TypeError as e:
            print(before.__name__, after.__name__, e)


class Base:
    pass


for built_in, arguments in (types.ModuleType, ("m",)), (ValueError, ()), (type, ("T", (), {})), (list, ()), (set, ()):
    class Mixed(built_in, Base):
        pass

    class Turned(Base, built_in):
        pass

    for kind in Mixed, Turned:
        v = kind(*arguments)
        for action in (lambda: Base.__dict__["__dict__"].__set__(v, {"x": 1}), lambda: setattr(v, "__dict__", {"x": 2}),
                       lambda: delattr(v, "__dict__")):
            try:
                action()
                print(kind.__name__, built_in.__name__, "done", vars(v))
            except (AttributeError, TypeError) as e:
                print(kind.__name__, built_in.__name__, type(e).__name__)


class Backwards(type):
    def mro(cls):
        return type.mro(cls)[::-1]


class A:
    def f(self):
        return "A"


class B(A):
    def f(self):
        return "B"


class X(B, metaclass=Backwards):
    def f(self):
        return "X"


print(X.__mro__, X().f(), isinstance(X(), A), issubclass(X, object))


async def never():
    pass


import warnings

warnings.simplefilter("always")
with warnings.catch_warnings(record=True) as caught:
    coroutine = never()
    coroutine.cr_frame.clear()
    coroutine.close()
    print([str(w.message) for w in caught])

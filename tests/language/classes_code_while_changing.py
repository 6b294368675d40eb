"""Python code that runs while a class is made, looked at or changed: a metaclass's mro(), __eq__ and __hash__ of keys of the
class's dictionary. It may do what it likes: collect, change classes, wait for threads that do."""
import gc
import threading


def in_thread(function):
    """Run it in a thread, and wait: it must not need anything that this thread holds."""
    done = []
    thread = threading.Thread(target=lambda: done.append(function()))
    thread.start()
    thread.join(20)
    return "done" if done else "stuck"


class Other:
    pass


def disturb():
    for _ in range(3):
        type("Garbage", (Other,), {})
    gc.collect()
    Other.attribute = 1
    Other.__len__ = lambda self: 3
    Other().attribute
    return len(Other())


log = []


class Meta(type):
    def mro(cls):
        log.append((cls.__name__, in_thread(disturb) if armed else ""))
        return type.mro(cls)


armed = False


class A:
    pass


class B:
    pass


class C(A, metaclass=Meta):
    pass


class D(C):
    pass


armed = True
C.__bases__ = (B,)
print(log, C.__mro__, D.__mro__, A.__subclasses__(), B.__subclasses__())
log.clear()


class E(D):
    pass


print(log, E.__mro__)
armed = False


class Key:
    """Equal to a name; asked by a look-up because the hashes agree."""

    def __init__(self, name):
        self.name = name
        self.asked = 0

    def __hash__(self):
        return hash(self.name)

    def __eq__(self, other):
        self.asked += 1
        if self.armed:
            self.armed = False
            log.append(in_thread(disturb))
        return False

    armed = False


log.clear()
keys = [Key("field"), Key("__len__"), Key("other"), Key("__call__")]
Odd = type("Odd", (), {key: i for i, key in enumerate(keys)})
Sub = type("Sub", (Odd,), {})


def with_keys(what):
    for key in keys:
        key.armed = True
    result = what()
    for key in keys:
        key.armed = False
    return result


def attempt(what):
    try:
        return with_keys(what)
    except Exception as e:
        return type(e).__name__, str(e)


def set_field(value):
    Odd.field = value


print(attempt(lambda: set_field(1)), Odd.field, Sub.field, Sub().field)
print(attempt(lambda: setattr(Odd, "__len__", lambda self: 5)), len(Odd()), len(Sub()))
print(attempt(lambda: set_field(2)), Odd.field, Sub.field, Sub().field)
print(attempt(lambda: Sub().missing), attempt(lambda: Sub().field), attempt(lambda: Sub().other))
print(attempt(lambda: setattr(Sub, "__call__", lambda self: 6)), Sub()())
print(attempt(lambda: delattr(Odd, "field")), attempt(lambda: Sub.field))
print(attempt(lambda: delattr(Odd, "field")))
print(attempt(lambda: delattr(Odd, "__len__")), attempt(lambda: len(Sub())))
print(attempt(lambda: setattr(Sub, "__bases__", (type("Plain", (), {"field": 8}),))), Sub.field)
print(set(log))


class Raises(Key):
    __hash__ = Key.__hash__

    def __eq__(self, other):
        raise ValueError("compared")


Bad = type("Bad", (), {Raises("field"): 1, "other": 2})
print(attempt(lambda: setattr(Bad, "field", 1)), attempt(lambda: Bad.other))

# mro() looks at the class that it is called for
class Looks(type):
    def mro(cls):
        try:
            cls.later
        except AttributeError:
            pass
        return type.mro(cls)


class L(metaclass=Looks):
    later = 1


print(L.later, L().later)


# mro() gives the class other bases again
class Again(type):
    def mro(cls):
        global again
        if again and cls.__name__ == "F":
            again = False
            F.__bases__ = (Y,)
        return type.mro(cls)


again = False


class X(metaclass=Again):
    pass


class Y(X):
    pass


class Z(X):
    pass


class F(X):
    pass


again = True
F.__bases__ = (Z,)
print(F.__bases__, F.__mro__, Y.__subclasses__(), Z.__subclasses__())


# one of several MROs fails: all are as they were
class Fails(type):
    def mro(cls):
        if failing and cls.__name__ == "G2":
            raise KeyError("no order")
        return type.mro(cls)


failing = False


class H(metaclass=Fails):
    pass


class I(metaclass=Fails):
    pass


class J(H, metaclass=Fails):
    pass


J1 = Fails("J1", (J,), {})
G2 = Fails("G2", (J1,), {})
failing = True
try:
    J.__bases__ = (I,)
except KeyError as e:
    print("failed", e, J.__bases__, J.__mro__, J1.__mro__, G2.__mro__, H.__subclasses__(), I.__subclasses__())
failing = False
J.__bases__ = (I,)
print(J.__mro__, G2.__mro__, H.__subclasses__(), I.__subclasses__())

# the class that fixed the layout dies
class S1:
    __slots__ = ("x",)


class S2:
    __slots__ = ("x",)


class S(S1):
    pass


S.__bases__ = (S2,)
del S1
gc.collect()


class T(S):
    pass


t = T()
t.x = 5
print(t.x, T.__mro__)


# a metaclass changes: its classes are looked at anew
class M1(type):
    def greet(cls):
        return "one"


class M2(type):
    def greet(cls):
        return "two"


class MM(M1):
    pass


class K(metaclass=MM):
    pass


def greet():
    return K.greet()


print(greet(), greet(), end=" ")
MM.__bases__ = (M2,)
print(greet(), end=" ")
M2.greet = lambda cls: "three"
print(greet())

"""Special methods deleted and set again in one thread while others use them: what they get is what the method gives, or
what the operation gives without it; never a crash, nor an AttributeError of the bare name."""
import threading
import time

SECONDS = 0.15


class Uses:
    def __iter__(self):
        return iter((1,))

    def __next__(self):
        return 1

    def __len__(self):
        return 1

    def __getitem__(self, key):
        return 1

    def __setitem__(self, key, value):
        pass

    def __call__(self):
        return 1

    def __neg__(self):
        return 1

    def __abs__(self):
        return 1

    def __invert__(self):
        return 1

    def __int__(self):
        return 1

    def __float__(self):
        return 1.0

    def __index__(self):
        return 1

    def __contains__(self, item):
        return True

    def __hash__(self):
        return 1

    def __eq__(self, other):
        return True

    def __bool__(self):
        return True

    def __add__(self, other):
        return 1

    def __enter__(self):
        return self

    def __exit__(self, *args):
        pass


class Descriptor:
    def __get__(self, instance, owner):
        return 1

    def __set__(self, instance, value):
        pass


class Holder:
    field = Descriptor()


class Dying:
    def __del__(self):
        pass


def enter(o):
    with o:
        return 1


def die(o):
    Dying()
    return 1


def store(o):
    Holder().field = 2
    return 1


def load(o):
    found = Holder().field
    return 1 if found == 1 or isinstance(found, Descriptor) else found


def coroutine(o):
    async def run():
        return await o
    c = run()
    try:
        c.send(None)
    except StopIteration as stop:
        return stop.value
    finally:
        c.close()


class Waits:
    def __await__(self):
        return iter(())


def attempt(use, o, results):
    try:
        results.add(repr(use(o)))
    except Exception as e:
        results.add(f"{type(e).__name__}: {e}")


def toggle(cls, name, stop):
    method = cls.__dict__[name]
    while not stop.is_set():
        delattr(cls, name)
        setattr(cls, name, method)


def check(cls, name, use, make):
    """What threads see must be among what one thread sees with the method and without it."""
    expected, seen = set(), set()
    method = cls.__dict__[name]
    attempt(use, make(), expected)
    delattr(cls, name)
    attempt(use, make(), expected)
    setattr(cls, name, method)
    stop = threading.Event()
    thread = threading.Thread(target=toggle, args=(cls, name, stop))
    thread.start()
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        for _ in range(200):
            attempt(use, make(), seen)
    stop.set()
    thread.join()
    wrong = {r for r in seen - expected if "at 0x" not in r}
    print(name, sorted(expected) if "0x" not in str(expected) else "", "wrong:" if wrong else "ok", *sorted(wrong))


for case in [
    ("__next__", next), ("__len__", len), ("__getitem__", lambda o: o[0]),
    ("__setitem__", lambda o: o.__class__.__name__ and exec("o[0] = 1", {"o": o})), ("__call__", lambda o: o()),
    ("__neg__", lambda o: -o), ("__abs__", abs), ("__invert__", lambda o: ~o), ("__int__", int),
    ("__float__", lambda o: float(o)), ("__index__", lambda o: range(o)), ("__contains__", lambda o: 1 in o),
    ("__bool__", bool), ("__add__", lambda o: o + 1), ("__iter__", lambda o: next(iter(o))),
    ("__enter__", enter), ("__eq__", lambda o: o == 2 or True),
]:
    check(Uses, *case, Uses)
check(Descriptor, "__get__", load, Holder)
check(Descriptor, "__set__", store, Holder)
check(Dying, "__del__", die, Dying)
check(Waits, "__await__", coroutine, Waits)

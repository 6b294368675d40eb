"""Classes change in one thread while others use them: bases assigned beside readers of attributes, issubclass, super(),
__subclasses__ and the making of instances and subclasses. What is found is always one of the states there were."""
import gc
import threading
import time

SECONDS = 0.4


class Left:
    kind = "left"

    def name(self):
        return "left"

    def __len__(self):
        return 1


class Right:
    kind = "right"

    def name(self):
        return "right"

    def __len__(self):
        return 2


class Middle(Left):
    own = "middle"

    def name(self):
        return super().name()


class Bottom(Middle):
    def name(self):
        return super().name()


STATES = {"left", "right"}
stop = threading.Event()
wrong = set()


def assign():
    while not stop.is_set():
        Middle.__bases__ = (Right,)
        Middle.__bases__ = (Left,)
        Middle.__bases__ = (Right, Left)
        Middle.__bases__ = (Left, Right)


def assign_fresh():
    """Classes that die as soon as they are no bases any more."""
    class Top(Left):
        pass

    while not stop.is_set():
        fresh = type("Fresh", (Right,), {"kind": "fresh"})
        Top.__bases__ = (fresh,)
        o = Top()
        if o.kind != "fresh" or Top.__mro__[1] is not fresh:
            wrong.add("fresh")


def expect(what, value, allowed):
    if value not in allowed:
        wrong.add(f"{what}: {value!r}")


def attributes():
    o = Bottom()
    expect("kind", o.kind, STATES)
    expect("class kind", Bottom.kind, STATES)
    expect("own", o.own, {"middle"})
    expect("len", len(o), {1, 2})


def supers():
    expect("super", Bottom().name(), STATES)


def subclasses():
    expect("issubclass", issubclass(Bottom, Middle), {True})
    expect("left or right", issubclass(Bottom, Left) or issubclass(Bottom, Right), {True, False})
    expect("isinstance", isinstance(Bottom(), object), {True})
    for cls in Left.__subclasses__() + Right.__subclasses__():
        expect("subclass", isinstance(cls, type), {True})
    expect("mro", Bottom.__mro__[0] is Bottom and Bottom.__mro__[-1] is object, {True})
    expect("bases", set(Middle.__bases__) <= {Left, Right}, {True})
    expect("base", Middle.__base__ in (Left, Right), {True})


def making():
    class New(Bottom):
        kind2 = "new"

        def name(self):
            return "new " + super().name()

    o = New()
    expect("new", o.name(), {"new left", "new right"})
    expect("new own", (o.own, o.kind2), {("middle", "new")})
    expect("in order", New.__mro__.index(Bottom) < New.__mro__.index(Middle), {True})


def run(what):
    while not stop.is_set():
        try:
            what()
        except Exception as e:
            wrong.add(f"{what.__name__}: {e!r}")


threads = [threading.Thread(target=assign), threading.Thread(target=assign_fresh)]
threads += [threading.Thread(target=run, args=(what,)) for what in (attributes, supers, subclasses, making)]
for thread in threads:
    thread.start()
time.sleep(SECONDS)
stop.set()
for thread in threads:
    thread.join()
print("states", *sorted(wrong) or ["ok"])
print(Middle.__mro__[1].__name__, len(Bottom()), Bottom().name(), Bottom.kind)
del threads
gc.collect()
print([c.__name__ for c in Middle.__subclasses__()], [c.__name__ for c in Bottom.__subclasses__()])

# Two threads that would make each class a base of the other: one of them is told so.
for _ in range(50):
    class A(Left):
        pass

    class B(Left):
        pass

    said = []

    def derive(cls, base, start=threading.Barrier(2)):
        start.wait()
        try:
            cls.__bases__ = (base,)
        except TypeError as e:
            said.append(str(e))

    pair = [threading.Thread(target=derive, args=args) for args in ((A, B), (B, A))]
    [thread.start() for thread in pair]
    [thread.join() for thread in pair]
    if said != ["a __bases__ item causes an inheritance cycle"] or A in B.__mro__ and B in A.__mro__:
        print("cycle", said)
        break

# Attributes of one class set by several threads, and classes that come meanwhile: nobody keeps a stale value.
class Base:
    value = 0


def count(step, out):
    for i in range(300):
        Base.value = i
        cls = type("Derived", (Base,), {})
        out.append(cls().value in range(300))
        Base.__len__ = lambda self, i=i: i
        len(cls())


out = []
counters = [threading.Thread(target=count, args=(step, out)) for step in range(3)]
[thread.start() for thread in counters]
[thread.join() for thread in counters]
Base.value = "last"
Base.__len__ = lambda self: 77
print(all(out), type("Derived", (Base,), {})().value, len(type("Derived", (Base,), {})()), Base().value, len(Base()))

# A class that many others derive from; they die without a trace.
for _ in range(3):
    def churn():
        for _ in range(200):
            type("Gone", (Base,), {"me": None}).me = Base

    churners = [threading.Thread(target=churn) for _ in range(3)]
    [thread.start() for thread in churners]
    [thread.join() for thread in churners]
cls = None
gc.collect()
print(Base.__subclasses__())


# ---- properties that are replaced while others read them ----
class Measured:
    def __init__(self): self.low, self.high = 1, 2
    @property
    def limit(self): return self.low
class Turned(Measured):
    @property
    def limit(self): return self.high

def read_limits(shared, answers):
    own = Measured()
    for _ in range(4000):
        answers.add(shared.limit)
        answers.add(own.limit)

def replace_limits(shared):
    for n in range(1500):
        Measured.limit = property(lambda self: self.low) if n % 3 else property(lambda self, more=2: more)
        shared.__class__ = Turned if n % 2 else Measured

shared, answers = Measured(), set()
threads = [threading.Thread(target=read_limits, args=(shared, answers)) for _ in range(2)]
threads.append(threading.Thread(target=replace_limits, args=(shared,)))
for thread in threads: thread.start()
for thread in threads: thread.join()
print("limits other than 1 and 2:", answers - {1, 2})

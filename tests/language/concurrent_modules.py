# Attributes of modules are found through caches in the code: what a cache says ends when the attribute changes, in
# every thread. And the defaults of functions, which all threads that call them read.
import math
import threading
import types


def show(*what):
    print(*what)


module = types.ModuleType("module")
module.function = lambda: 0
module.number = 1
module.Class = type("Class", (), {"number": 2})


def use():
    return module.function(), module.number, module.Class.number, module.Class().number, module.__name__


# ---- one thread: every way in which an attribute can change ----
for again in range(3):
    show(use(), math.sqrt(4), math.pi > 3)
module.function = lambda: 1
show(use())
module.__dict__["function"] = lambda: 2
show(use())
exec("def function(): return 3", module.__dict__)
show(use())
vars(module).update(number="text")
show(use())
setattr(module, "Class", type("Class", (), {"number": 4}))
show(use())
module.Class.number = 5
show(use())
module.extra = module.function
show(use())
module.function = 6
try:
    use()
except TypeError as error:
    show(error)
del module.function
try:
    use()
except AttributeError as error:
    show(error)
module.__getattr__ = lambda name: lambda: name
show(use(), use())
module.function = len
try:
    use()
except TypeError as error:
    show(error)
module.function = lambda: 7
show(use())


class Module(types.ModuleType):
    @property
    def function(self):
        return lambda: "property"


module.__class__ = Module
show(use(), use())
module.__class__ = types.ModuleType
show(use())

# One piece of code that sees modules, a class and instances by turns.
other = types.ModuleType("other")
other.function = lambda: "other"


class Holder:
    function = staticmethod(lambda: "static")


holder = Holder()
holder.function = lambda: "instance"


def call(what):
    return what.function()


for again in range(3):
    show([call(what) for what in (module, other, Holder, holder, Holder(), module, module, other)])
other.function = str.maketrans  # a built-in function that belongs to no module
for again in range(3):
    show(other.function("a", "b"))


class Items(list):
    def __del__(self):
        show("items are gone")


other.function = Items().append  # neither does this one, and what it holds dies at once
for again in range(3):
    show(other.function(again))
other.function = None
show("here")
square_root = math.sqrt
math.sqrt = lambda x: "replaced"
show(math.sqrt(4))
math.sqrt = square_root
show(math.sqrt(4))

# ---- several threads: a reader sees what was there at some moment of the read, and never goes back ----
ROUNDS = 3000
failures = []
started = threading.Barrier(4)


def make(number):
    def function():
        return number

    return function


def with_defaults(first=(0, "first"), *, second=(0, "second")):
    return first[0], second[0]


module.function = make(0)
module.Class = type("Class", (), {"number": 0})
module.number = 0


def read():
    started.wait()
    last = (0,) * 5
    while last[0] < ROUNDS - 1 and not failures:
        now = (module.function(), module.Class.number, module.number, *with_defaults())
        if any(new < old for new, old in zip(now, last)) or math.sqrt(9) != 3:
            failures.append((last, now))
        last = now


def change():
    started.wait()
    for number in range(ROUNDS):
        module.number = number
        module.Class = type("Class", (), {"number": number})
        with_defaults.__defaults__ = ((number, "first"),)
        with_defaults.__kwdefaults__ = {"second": (number, "second")}
        module.function = make(number)
        if number % 70 == 0:
            setattr(module, "extra%d" % number, number)  # an insertion


threads = [threading.Thread(target=read) for _ in range(3)] + [threading.Thread(target=change)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
show(failures, use(), with_defaults(), len(vars(module)))

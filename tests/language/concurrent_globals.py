# Global names are found through caches in the code: what a cache says ends when the name's meaning changes, in every
# thread, also when the change is far away: in the built-ins, by deleting, by running the code with other globals.
import builtins
import threading
import types


def helper():
    return 0


def call_helper():
    return helper()


def call_len():
    return len("four")


class Old:
    number = 1


class New:
    number = 2


Current = Old


def current():
    return Current.number


def show(*what):
    print(*what)


# ---- one thread: every way in which a name can change its meaning ----
for again in range(3):
    show(call_helper(), call_len(), current())
helper = lambda: 1
show(call_helper())
globals()["helper"] = lambda: 2
show(call_helper())
exec("def helper(): return 3")
show(call_helper())
globals().update(helper=lambda: 4)
show(call_helper())
globals().setdefault("helper", None)
show(call_helper())
helper = 5
try:
    call_helper()
except TypeError as error:
    show(error)
del helper
try:
    call_helper()
except NameError as error:
    show(error)
builtins.helper = lambda: 6
show(call_helper(), call_helper())
builtins.helper = lambda: 7
show(call_helper())
builtins.__dict__.pop("helper")
try:
    call_helper()
except NameError as error:
    show(error)
helper = lambda: 8
show(call_helper())
len = lambda text: "shadowed"
show(call_len())
del len
show(call_len())
builtin_len = builtins.len
builtins.len = lambda text: "replaced"
show(call_len())
builtins.len = builtin_len
show(call_len())
Current = New
show(current())
Current = Old
show(current())

# The same code with other globals, and with other built-ins.
for number in range(3):
    space = {"helper": lambda number=number: ("space", number)}
    show(types.FunctionType(call_helper.__code__, space)(), call_helper())
    space["helper"] = lambda: "changed"
    show(types.FunctionType(call_helper.__code__, space)())
    del space
code = compile("result = [len('abc') for i in range(2)], (lambda: len('ab'))()", "code", "exec")
for number in range(3):
    space = {"__builtins__": {"len": lambda text: (number, text), "range": range}}
    exec(code, space)
    show(space["result"])
    space = {}
    exec(code, space)
    show(space["result"])
    space["__builtins__"] = {"len": lambda text: "late", "range": range}
    exec(code, space)
    show(space["result"])

# ---- several threads: a reader sees what was the meaning at some moment of the read, and never goes back ----
ROUNDS = 3000
versions = 0
failures = []
started = threading.Barrier(4)


def make(number):
    def helper():
        return number

    return helper


def make_class(wanted):
    class Current:
        number = wanted

    return Current


helper = make(0)
Current = make_class(0)


def read():
    started.wait()
    last_call = last_class = 0
    while last_call < ROUNDS - 1 and not failures:
        call, number, length = call_helper(), current(), call_len()
        if call < last_call or number < last_class:
            failures.append(("went back", last_call, call, last_class, number))
        if length not in (4, "other"):
            failures.append(length)
        last_call, last_class = call, number


def change():
    global helper, Current, versions
    started.wait()
    for number in range(ROUNDS):
        Current = make_class(number)
        helper = make(number)
        if number % 50 == 0:
            builtins.len = (lambda text: "other") if number % 100 else builtin_len
        if number % 70 == 0:
            globals()["extra%d" % number] = number  # an insertion
        versions += 1
    builtins.len = builtin_len


threads = [threading.Thread(target=read) for _ in range(3)] + [threading.Thread(target=change)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
show(failures, versions, call_helper(), current(), call_len())

"""What trace and profile functions hear of."""
import sys

events = []


def here(frame):
    return frame.f_code.co_filename == __file__


def trace(frame, event, argument):
    if not here(frame):
        return None
    if event == "exception":
        argument = argument[0].__name__
    events.append((frame.f_code.co_name, event, frame.f_lineno - frame.f_code.co_firstlineno, argument))
    return trace


def show(function, *arguments):
    events.clear()
    sys.settrace(trace)
    try:
        function(*arguments)
    except Exception as error:
        events.append(repr(error))
    finally:
        sys.settrace(None)
    for event in events:
        print(*event)


def loops(n):
    x = 0
    for i in range(n):
        if i % 2:
            x += i
        else:
            x -= 1
    return x


def count():
    yield 1
    x = yield from [2, 3]
    return x


def resumes():
    for a in count():
        a += 1
    g = count()
    next(g)
    try: g.throw(ValueError)
    except ValueError: pass


def fails():
    def inner():
        raise KeyError(1)
    for i in range(2):
        inner()


class Counted:
    def __lt__(self, other):
        return True


def calls_back():
    c = Counted()
    sorted([c, c])
    return sorted([3, 1], key=lambda v: -v)


show(loops, 3)
show(resumes)
show(fails)
show(calls_back)


# ---- profiles ----
def profile(frame, event, argument):
    if here(frame):
        name = getattr(argument, "__qualname__", argument) if event.startswith("c_") else argument
        events.append((frame.f_code.co_name, event, name))


def calls_c():
    len([])
    [].append(1)
    "a".join(["b"])
    max(*[1, 2])
    int("3")
    try:
        len(3)
    except TypeError:
        pass
    sorted([1, 2], key=lambda x: -x)
    for a in count():
        pass


events.clear()
sys.setprofile(profile)
calls_c()
sys.setprofile(None)
for event in events:
    print(*event)


# ---- variables that a trace function changes; functions that fail; opcodes ----
def pair(a):
    b = [a]
    del b
    c = a
    return c, a


def changes(frame, event, argument):
    if frame.f_code is pair.__code__ and event == "line" and frame.f_lineno - frame.f_code.co_firstlineno == 4:
        frame.f_locals["a"] = [99]
    return changes


sys.settrace(changes)
print(pair([1]))
sys.settrace(None)


def refuses(frame, event, argument):
    raise RuntimeError(event)


try:
    sys.settrace(refuses)
    pair(1)
except RuntimeError as error:
    print(error, sys.gettrace())


def opcodes(frame, event, argument):
    if frame.f_code is pair.__code__:
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        events.append(event)
    return opcodes


events.clear()
sys.settrace(opcodes)
pair(1)
sys.settrace(None)
print(events[0], events[-1], sorted(set(events)))

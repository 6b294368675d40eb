"""Where handlers of signals run: the lines that their exceptions come from.

send[signal] raises a signal in an operation of C that does not look for signals; where the handler runs is told by its
exception. Not while a lock that was just taken is not yet within its `try`, and not at the entry of what a `with`
calls."""
import _thread
import functools
import os
import signal


class Struck(Exception):
    pass


def handler(number, frame):
    raise Struck

signal.signal(signal.SIGUSR1, handler)
N = signal.SIGUSR1
raw = functools.partial(signal.pidfd_send_signal, os.pidfd_open(os.getpid()))


class Send:
    __getitem__ = raw
    __add__ = raw
    __contains__ = raw
    __enter__ = functools.partial(raw, N)
    __exit__ = staticmethod(lambda *a: False)
    __iter__ = lambda self: iter([1, 2, 3])
    __neg__ = functools.partial(raw, N)
    __setitem__ = staticmethod(lambda *a: None)

send = Send()


def callee(*args, **kwargs):
    x = 1
    return x


def plain(a=None):
    x = 1
    return x


def operator_then_call():
    send[N]
    x = [1] + [2]
    y = x == x
    plain()


def operator_then_c_call():
    send[N]
    y = len((1, 2))
    plain()


def c_call():
    x = list(map(raw, [N]))
    y = 1
    plain()


def c_call_keywords():
    x = sorted([N], key=raw)
    y = 1
    plain()


def c_call_star():
    x = list(*(map(raw, [N]),))
    y = 1
    plain()


def c_method():
    x = []
    x.extend(map(raw, [N]))
    y = 1


def argument():
    plain(send[N])
    plain()


def argument_star():
    callee(*(send[N],))
    plain()


def argument_keyword():
    callee(a=send[N])
    plain()


class Made:
    def __init__(self, a=None):
        self.a = a
    def method(self, a=None):
        return a
    def __call__(self, a=None):
        return a
    def sends(self):
        send[N]
        return 1
    @property
    def sending(self):
        send[N]


class Sending:
    def __init__(self):
        self.x = 1
        send[N]


class SendingSub(Sending):
    def __init__(self):
        super().__init__()
        self.y = 2


def argument_of_class():
    Made(send[N])
    plain()


def argument_of_method():
    Made().method(send[N])
    plain()


def argument_of_instance():
    Made()(send[N])
    plain()


def end_of_init():
    Sending()
    y = 1
    plain()


def end_of_super_init():
    SendingSub()
    y = 1
    plain()


def end_of_method():
    m = Made()
    m.sends()
    y = 1
    plain()


def end_of_property():
    m = Made()
    m.sending
    y = 1
    plain()


def ends_sending():
    send[N]
    return 1


def end_of_star():
    f = (1,)
    ends_sending(*())
    y = 1
    plain()


def end_of_keywords():
    ends_sending(**{})
    y = 1
    plain()


class Manager:
    def __enter__(self):
        send[N]
        return self
    def __exit__(self, *args):
        x = 1
        return None


def enter_c():
    with send:
        x = 1
        y = 2
        plain()


def enter_c_as():
    with send as s:
        x = len("")
        plain()


def enter_python():
    with Manager():
        x = 1
        plain()


def body_with():
    with Manager.__new__(Made2) as m:
        send[N]
    y = 1
    plain()


class Made2(Manager):
    def __enter__(self):
        return self


def body_with_lock():
    lock = _thread.allocate_lock()
    with lock:
        send[N]
    y = 1
    plain()


def loop_for():
    for x in [1, 2]:
        y = 1
        send[N]
        z = 1
    plain()


def loop_while():
    x = 0
    while x < 3:
        x += 1
        if x == 2:
            send[N]
    plain()


def loop_while_true():
    while True:
        send[N]
        y = 1


def loop_continue():
    for x in range(4):
        if x == 1:
            send[N]
            continue
        plain()


def loop_break():
    for x in range(4):
        send[N]
        break
    y = 1
    plain()


def generator():
    yield 1
    send[N]
    yield 2
    x = 1
    yield 3


def loop_generator():
    for x in generator():
        y = 1
    plain()


def loop_list():
    x = list(generator())
    plain()


def resumed():
    g = generator()
    next(g)
    send[N]
    for x in g:
        pass
    plain()


def delegating():
    yield from generator()


def loop_delegating():
    for x in delegating():
        y = 1
    plain()


def comprehension():
    x = [send[N] for y in range(3)]
    plain()


def comprehension_two():
    x = [send[N] if y == 1 else y for y in range(3)]
    plain()


def generator_expression():
    x = sum(1 for y in range(3) if -send is None)
    plain()


def clause_finally():
    try:
        x = 1
        send[N]
    finally:
        y = 1
        plain()


def clause_except():
    try:
        send[N]
        {}[1]
    except KeyError:
        y = 1
        plain()


def returned():
    return send[N]


def caller_of_returned():
    x = returned()
    y = 1
    plain()


def conditional():
    if send[N] is None:
        y = 1
    else:
        y = 2
    plain()


def comparison():
    x = N in send
    y = 1
    plain()


async def awaited():
    send[N]
    return 1


async def awaits():
    x = await awaited()
    y = 1
    plain()


def coroutine():
    try:
        awaits().send(None)
    except StopIteration:
        pass


def class_body():
    class C:
        send[N]
        y = 1
    z = 1
    plain()


def delete():
    d = {1: 2}
    send[N]
    del d[1]
    y = 1
    plain()


def at_import():
    send[N]
    import os as o
    y = 1
    plain()


def print_call():
    send[N]
    print(end="")
    plain()



def try_begins_with_loop():
    try:
        while True:
            send[N]
    except Struck:
        y = 1
    return "caught"


def jump_in_with():
    lock = _thread.allocate_lock()
    try:
        with lock:
            for x in range(3):
                send[N]
                x = 0
    finally:
        print("locked", lock.locked())

# Two that come at once: both handlers run.
count = 0
def counting(number, frame):
    global count
    count += 1
    if count == 1:
        raise Struck


def two_at_once():
    signal.signal(signal.SIGUSR2, counting)
    signal.signal(signal.SIGTERM, counting)
    send + signal.SIGUSR2
    send + signal.SIGTERM
    try:
        plain()
    except Struck:
        pass
    plain()
    return count

skipped = {handler, counting, callee, plain, ends_sending, generator, delegating, returned, awaited, awaits}
for f in [v for v in list(globals().values()) if hasattr(v, "__code__") and v not in skipped]:
    first = f.__code__.co_firstlineno
    try:
        print(f.__name__, "not at all", f())
    except Struck as e:
        places, tb = [], e.__traceback__.tb_next
        while tb:
            name = tb.tb_frame.f_code.co_name
            places.append((name, tb.tb_lineno - first) if name == f.__name__ else name)
            tb = tb.tb_next
        print(f.__name__, *places, type(e.__context__).__name__)

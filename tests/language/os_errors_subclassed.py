# Subclasses of OSError with __init__ or __new__ of their own; globals that find names in their own way.
import errno
import pickle


class WithInit(OSError):
    def __init__(self, message, bar):
        self.bar = bar
        super().__init__(message)


class WithNew(OSError):
    def __new__(cls, message, baz):
        self = super().__new__(cls, message)
        self.baz = baz
        return self


class Both(WithInit, WithNew):
    pass


class BothOther(WithNew, WithInit):
    pass


class Alone(OSError):
    def __init__(self):
        pass


class Plain(OSError):
    pass


def attempt(call):
    try:
        e = call()
        print(type(e).__name__, e.args, e.errno, e.strerror, e.filename, str(e), getattr(e, "__dict__", None))
    except TypeError as e:
        print(type(e).__name__, e)


attempt(lambda: WithInit("m", "b"))
attempt(lambda: WithInit("m", bar="b"))
attempt(lambda: WithNew("m", "b"))
attempt(lambda: WithNew("m", baz="b"))
attempt(lambda: Both("m", "b"))
attempt(lambda: BothOther("m", "b"))
attempt(lambda: Alone())
attempt(lambda: Plain(errno.EEXIST, "x", "file"))
attempt(lambda: OSError(errno.EEXIST, "x", "file"))
attempt(lambda: OSError("m", x=1))
attempt(lambda: Plain("m", x=1))
attempt(lambda: OSError.__new__(WithInit, 2, "x"))
e = WithInit("m", "b")
e.__init__("n", "c")
attempt(lambda: e)
o = OSError(2, "x")
o.__init__(3, "y")
attempt(lambda: o)
attempt(lambda: pickle.loads(pickle.dumps(Plain(2, "x", "f"))))


class Names(dict):
    def __missing__(self, key):
        return int(key.removeprefix("_number_"))


print(eval("lambda: _number_1 + _number_2 + len([0])", Names())())

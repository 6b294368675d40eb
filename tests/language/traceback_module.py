"""sys.excepthook shows exceptions of many kinds; a hook of the program replaces it."""
import sys


def show(function):
    try:
        function()
    except BaseException:  # the case is about catching all
        sys.excepthook(*sys.exc_info())


class Broken(Exception):
    def __str__(self):
        raise TypeError("no string")


class Outer:
    class Nested(Exception):
        pass


def raise_(error):
    raise error


show(lambda: raise_(Broken()))
show(lambda: raise_(Outer.Nested("nested name")))
show(lambda: raise_(KeyError("key")))
show(lambda: raise_(ValueError()))
show(lambda: raise_(ValueError("several\nlines")))
show(lambda: 1 / 0)
show(lambda: [1, 2, 3][10])
show(lambda: "a" + 1)
show(lambda: exec("x = 1\ny = x / 0"))
show(lambda: exec(compile("def f(:", "somefile", "exec")))
show(lambda: eval("1 +"))
show(lambda: (lambda a: a.b.c)(5))
show(lambda: max(1, *[2], key=3))
show(lambda: {}[
    "many"
    "lines"
])


def recursive(n):
    return recursive(n - 1) if n else 1 / 0


show(lambda: recursive(10))
sys.excepthook = lambda kind, value, tb: print("hook:", kind.__name__, value)
raise LookupError("for the hook")

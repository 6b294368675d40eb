"""Exceptions that nobody can be told about: what sys.unraisablehook shows of them, and streams that nobody closed."""
import os
import sys
import types
import warnings


class Raises:
    def __init__(self, error):
        self.error = error

    def __del__(self):
        raise self.error


class Chained:
    def __init__(self, cause):
        self.cause = cause

    def __del__(self):
        try:
            1 / 0
        except ZeroDivisionError as error:
            if self.cause:
                raise ValueError("a cause") from error
            raise ValueError("a context")


class Silent(Exception):
    def __str__(self):
        raise KeyError(1)


class Named(Exception):
    pass


class Homeless(Exception):
    __module__ = None


Named.__qualname__ = "Outer.Named"
Named.__module__ = "elsewhere"
noted = ValueError("noted")
noted.add_note("a note")
try:
    compile("x = (", "f", "exec")
except SyntaxError as error:
    syntax = error
try:
    math_ = None
    maths_
except NameError as error:
    suggested = error
for error in (ValueError(), ValueError("a\nb"), KeyError("k"), Silent(), Named("x"), Homeless("y"), noted, syntax, suggested,
              ExceptionGroup("g", [ValueError(1), TypeError(2)]), KeyboardInterrupt(), SystemExit(3), OSError(2, "no")):  # fmt: skip
    Raises(error)
Chained(True)
Chained(False)

# The hook takes what the runtime makes, and that alone.
seen = []
sys.unraisablehook = seen.append
Raises(ValueError("kept"))
sys.unraisablehook = sys.__unraisablehook__
print(seen[0].exc_type, seen[0].err_msg, seen[0].object.__qualname__, seen[0].exc_traceback is not None)
sys.__unraisablehook__(seen[0])
for wrong in (None, 3, tuple(seen[0]), types.SimpleNamespace(exc_type=ValueError, exc_value=None)):
    try:
        sys.__unraisablehook__(wrong)
    except TypeError as error:
        print(error)
seen.clear()

# ---- iterators over directories ----
warnings.simplefilter("error")
d = os.scandir(os.path.dirname(os.__file__))
next(d)
print(d.__del__.__name__, "__del__" in type(d).__dict__)
del d
for end in (list, lambda d: d.close(), lambda d: d.__exit__(None, None, None)):
    d = os.scandir(os.path.dirname(os.__file__))
    end(d)
    del d

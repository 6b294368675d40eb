"""try, except, else, finally; classes of exceptions; attributes."""
from support import attempt
def order(kind):
    out = []
    try:
        out.append("try")
        if kind == "v": raise ValueError("v")
        if kind == "k": raise KeyError("k")
        if kind == "r": return out
        if kind == "z": 1 / 0
    except ValueError as e:
        out.append(f"value {e}")
    except (KeyError, IndexError) as e:
        out.append(f"key {e!r}")
    except Exception:  # the case is about catching all
        out.append("other")
    else:
        out.append("else")
    finally:
        out.append("finally")
    return out
for k in ("", "v", "k", "r", "z"): print(order(k))
def overrides():
    try: return "try"
    finally: return "finally"
def swallow():
    for i in range(3):
        try: 1 / 0
        finally: continue
    return "swallowed"
def brk():
    while True:
        try: raise ValueError
        finally: break
    return "broke"
def nested():
    out = []
    try:
        try:
            try: raise ValueError(1)
            finally: out.append("f1")
        except KeyError: out.append("no")
        finally: out.append("f2")
    except ValueError as e: out.append(e.args)
    return out
def loop_ret():
    for i in range(5):
        try:
            if i == 2: return i
        finally:
            if i == 2: pass
def reraise():
    try:
        try: raise KeyError("x")
        except KeyError: raise
    except KeyError as e: return repr(e)
print(overrides(), swallow(), brk(), nested(), loop_ret(), reraise())
def bare():
    try: raise SystemExit(3)
    except: return "bare caught"
print(bare())
attempt(lambda: exec("raise"))
attempt(lambda: exec("raise 5"))
attempt(lambda: exec("raise ValueError from 5"))
attempt(lambda: exec("raise int"))
attempt(lambda: exec("try: 1/0\nexcept 5: pass"))
attempt(lambda: exec("try: 1/0\nexcept (ValueError, 'x'): pass"))
for e in (
    ValueError(), ValueError("a"), ValueError("a", 2), KeyError("k"), KeyError(),
    OSError(2, "No such file", "f"), OSError("x"), StopIteration(5), SystemExit(4),
    UnicodeDecodeError("utf-8", b"x", 0, 1, "bad"), ImportError("m", name="n", path="p"),
    AttributeError("a", name="n", obj=5), NameError("x", name="q"), SyntaxError("s", ("f", 1, 2, "text")),
    Exception((1, 2)), AssertionError([1])
):
    print(repr(e), "|", str(e), "|", e.args)
print(
    OSError(2, "x").errno, type(OSError(2, "x")).__name__, type(OSError(13, "x")).__name__,
    OSError(2, "m", "f").filename, OSError(2, "m").strerror, StopIteration(5).value, SystemExit("m").code,
    ImportError("m", name="n").name, FileNotFoundError.__mro__[1].__name__, IOError is OSError,
    EnvironmentError is OSError
)
class MyError(Exception):
    def __init__(self, code, msg): super().__init__(msg); self.code = code
    def __str__(self): return f"[{self.code}] {super().__str__()}"
try: raise MyError(7, "mine")
except MyError as e: print(e, repr(e), e.code, e.args)
try: raise MyError
except TypeError as e: print(e)
for c in (
    ArithmeticError, LookupError, ZeroDivisionError, KeyError, RecursionError, NotImplementedError,
    UnicodeError, ModuleNotFoundError, TimeoutError, BrokenPipeError, KeyboardInterrupt, GeneratorExit,
    StopAsyncIteration, Warning, DeprecationWarning, MemoryError, BufferError, EOFError, FloatingPointError,
    OverflowError, ReferenceError, UnboundLocalError, IndentationError, TabError, SystemError,
    ChildProcessError, ConnectionResetError, InterruptedError, IsADirectoryError, BlockingIOError,
    BytesWarning, ResourceWarning, EncodingWarning
):
    print([k.__name__ for k in c.__mro__[:-2]], end=" ")
print()
try: [][1]
except LookupError as e: print(type(e).__name__, e, e.__class__.__mro__[1].__name__)
def ctx():
    try:
        try: 1 / 0
        except ZeroDivisionError: [][0]
    except IndexError as e: return repr(e.__context__), e.__cause__, e.__suppress_context__
def cause():
    try:
        try: 1 / 0
        except ZeroDivisionError as z: raise ValueError("v") from z
    except ValueError as e: return repr(e.__cause__), repr(e.__context__), e.__suppress_context__
def none():
    try:
        try: 1 / 0
        except ZeroDivisionError: raise ValueError("v") from None
    except ValueError as e: return e.__cause__, repr(e.__context__), e.__suppress_context__
print(ctx(), cause(), none())
e = ValueError("x")
e.add_note("note 1")
e.add_note("note 2")
print(e.__notes__, e.__traceback__, e.with_traceback(None) is e)
attempt(e.add_note, 5)
def tb():
    try: attempt.nothing
    except AttributeError as e:
        t = e.__traceback__
        return t.tb_lineno > 0, t.tb_frame.f_code.co_name, t.tb_next, e.name, e.obj is attempt
print(tb())
import sys
def info():
    before = sys.exc_info()
    try: 1 / 0
    except ZeroDivisionError: inside = sys.exc_info()[0].__name__, sys.exception().args if hasattr(sys, "exception") else 0
    return before, inside, sys.exc_info()
print(info())
def gen_exc():
    try: raise ValueError("a")
    except ValueError:
        yield sys.exc_info()[0].__name__
        yield sys.exc_info()[0].__name__
g = gen_exc()
print(next(g))
try: raise KeyError
except KeyError: print(next(g), sys.exc_info()[0].__name__)
print(sys.exc_info()[0])
attempt(lambda: (_ for _ in ()).throw(ValueError("thrown")))
x = [0, 0]
def two():
    try: x[0] += 1; raise ValueError
    except (ValueError,): x[1] += 1
    try: pass
    except: x[1] += 100
    else: x[0] += 10
for _ in range(100): two()
print(x)
class BadMeta(Exception):
    def __new__(cls, *a): return 5
try: raise BadMeta
except TypeError as e: print(e)
attempt(lambda: exec("assert 0"))
attempt(lambda: exec("assert 0, 'msg'"))
attempt(lambda: exec("assert (), [1]"))
assert 1, 1 / 0
print(
    isinstance(ValueError(), Exception), issubclass(KeyboardInterrupt, Exception),
    ValueError("a") == ValueError("a")
)

"""The audit events of the language, of builtins, sys, gc, marshal, pickle and of importing."""
import array
import ast
import gc
import io
import marshal
import mmap
import pickle
import sys
import types

from audit_support import watch
from support import attempt


def f(a=1, *, b=2):
    return a


class A:
    pass


class B(A):
    pass


class C:
    pass


async def coroutine():
    pass


async def generator():
    yield


# ---- attributes
for name in dir(f):
    watch(getattr, f, name)
for name in ["__code__", "__defaults__", "__kwdefaults__", "__dict__", "__name__", "__annotations__", "__doc__", "__module__"]:
    watch(setattr, f, name, getattr(f, name))
    watch(delattr, f, name)
c = coroutine()
for o in [c, generator(), (x for x in ()), sys._getframe()]:
    for name in dir(o):
        if name.startswith(("cr_", "ag_", "gi_", "f_")):
            print(name, end=" ")
            watch(getattr, o, name)
c.close()
try:
    1 / 0
except ZeroDivisionError as e:
    for name in ["tb_frame", "tb_next", "tb_lasti", "tb_lineno"]:
        watch(getattr, e.__traceback__, name)
new = {"__bases__": (C,), "__class__": type}
for name in ["__name__", "__qualname__", "__module__", "__bases__", "__doc__", "__abstractmethods__", "__dict__", "x",
             "__class__", "__init__", "__mro__"]:  # fmt: skip
    print(name)
    watch(setattr, B, name, new.get(name, "v"))
    watch(delattr, B, name)
watch(setattr, int, "__name__", "v")
watch(type.__dict__["__bases__"].__set__, B, (A,))
a = A()
watch(setattr, a, "__class__", C)
watch(setattr, a, "__class__", 1)
watch(delattr, a, "__class__")

# ---- code
watch(types.FunctionType, f.__code__, {})
watch(f.__code__.replace, co_name="x", co_stacksize=7)
watch(types.CodeType, 0, 0, 0, 0, 1, 0, b"d\0S\0", (None,), (), (), "file", "n", "q", 1, b"", b"", (), ())
watch(exec, "1")
watch(eval, " 1")
watch(eval, compile("1", "x", "eval"))
watch(exec, compile("1", "x", "eval"))
watch(compile, "1", "x", "eval")
watch(compile, "1 1", "x", "eval")
watch(compile, b"# -*- coding: latin-1 -*-\n1", b"x", "exec")
watch(compile, ast.parse("1"), "x", "exec")
watch(compile, ast.parse("1"), "x", "exec", ast.PyCF_ONLY_AST)
watch(ast.parse, "1")

# ---- builtins and sys
watch(id, a)
watch(sys._getframe)
watch(sys._getframe, 1000)
watch(sys._current_frames)
watch(sys._current_exceptions)
watch(sys.settrace, None)
watch(sys.setprofile, None)
watch(sys.set_asyncgen_hooks, None, None)
watch(sys.set_asyncgen_hooks, firstiter=f)
watch(sys.set_asyncgen_hooks)
sys.set_asyncgen_hooks(None, None)
watch(sys.audit, "event", 1, (2, 3))
watch(sys.audit, "event", (1, 2))
watch(sys.audit, "event")
attempt(sys.audit, 1)
attempt(sys.audit)
watch(sys.addaudithook, lambda event, arguments: None)
attempt(sys.addaudithook)
sys.breakpointhook = lambda *arguments: None
watch(breakpoint)
stdout, sys.stdin, sys.stdout = sys.stdout, io.StringIO("abc\n"), io.StringIO()
answers = []
sys.addaudithook(lambda event, arguments: event.startswith("builtins.input") and answers.append((event, arguments)))
answers.append(input("prompt"))
sys.stdin, sys.stdout = sys.__stdin__, stdout
print(answers)
sys.excepthook = lambda *arguments: print(*map(type, arguments))


class Dying:
    def __del__(self):
        raise ValueError("d")


sys.unraisablehook = lambda u: print(u.err_msg, u.object.__name__, len(u), u[1], type(u))
sys.addaudithook(lambda event, arguments: event == "sys.unraisablehook" and print(event, *map(type, arguments)))
Dying()

# ---- modules
watch(marshal.dumps, (1, 2))
watch(marshal.dump, 1, io.BytesIO())
watch(marshal.load, io.BytesIO(marshal.dumps(3)))
watch(marshal.loads, b"i\x03\0\0\0")
watch(marshal.loads, bytearray(b"i\x03\0\0\0"))
watch(pickle.loads, pickle.dumps(A))
watch(pickle._loads, pickle.dumps(A))
watch(pickle.loads, pickle.dumps(A(), 0))
watch(pickle.Unpickler(io.BytesIO()).find_class, "os", "path")
watch(gc.get_objects)
watch(gc.get_objects, 1)
watch(gc.get_referrers)
watch(gc.get_referrers, a, 1)
watch(gc.get_referents, a, 1)
watch(array.array, "i")
watch(array.array, "i", [1, 2])
watch(array.array, "x")
watch(mmap.mmap, -1, 8)
watch(mmap.mmap, -1, 8, access=mmap.ACCESS_READ)
watch(mmap.mmap, -1, -8)
attempt(__import__, "not_there_either")  # now all directories have been listed
watch(__import__, "sys")
watch(__import__, "not_there_at_all")
watch(__import__, "array.not_there")


# ---- refusals
class Refuse(Exception):
    pass


def refuse(event, arguments):
    if refusing and event == refusing:
        raise Refuse(event)


def refused(event, function, *arguments):
    global refusing
    refusing = event
    attempt(function, *arguments)
    refusing = None


refusing = None
sys.addaudithook(refuse)
refused("builtins.id", id, 1)
refused("import", __import__, "not_there_at_all")
refused("open", open, "not_there")
refused("compile", compile, "1", "x", "exec")
refused("exec", exec, "print(1)")
refused("pickle.find_class", pickle.loads, pickle.dumps(A))
refused("object.__getattr__", getattr, f, "__code__")
refused("object.__setattr__", setattr, f, "__defaults__", (3,))
print(f.__defaults__)
refused("object.__setattr__", setattr, B, "__name__", "other")
print(B.__name__)
refused("sys.addaudithook", sys.addaudithook, print)
refused("gc.get_objects", gc.get_objects)
refused("mmap.__new__", mmap.mmap, -1, 8)
refused("own", sys.audit, "own", 1)


def base(event, arguments):
    if event == "sys.addaudithook" and refusing == "base":
        raise KeyboardInterrupt(event)


sys.addaudithook(base)
refusing = "base"
try:
    sys.addaudithook(print)
except KeyboardInterrupt as e:
    print("interrupt", e)
refusing = None

# ---- the order of hooks, exceptions that stay, and tracing
order = []
sys.addaudithook(lambda event, arguments: event == "own" and order.append(1))
sys.addaudithook(lambda event, arguments: event == "own" and order.append(2))
try:
    raise ValueError("kept")
except ValueError as e:
    sys.audit("own")
    print(order, sys.exc_info()[1] is e)
traced = []


def trace(frame, event, argument):
    traced.append(frame.f_code.co_name)


def seen(event, arguments):
    pass


def unseen(event, arguments):
    pass


seen.__cantrace__ = True
sys.addaudithook(seen)
sys.addaudithook(unseen)
sys.settrace(trace)
sys.audit("own")
sys.settrace(None)
print(traced)
raise Refuse("the end")

"""Attributes of exceptions: set again, added by who reads an attribute, printed with odd places."""

exc = ImportError('test', name='name', path='path')
exc.__init__(); print(exc.msg, exc.name, exc.path)
exc.__init__('m', name='n'); print(exc.msg, exc.name, exc.path)


# AttributeError raised without arguments by __getattr__ still gets its suggestion
class A:
    blech = None
    def __getattr__(self, attr): raise AttributeError()
try: A().bluch
except AttributeError as e:
    import traceback, sys
    sys.excepthook(type(e), e, None)
class B:
    blech = None
    def __getattr__(self, attr): raise AttributeError(attr, 'x')
try: B().bluch
except AttributeError as e: print(e.name, e.obj)


import sys, io, traceback
for args in [("bad.py", 1, 2, "abcdefg", 1, 7), ("bad.py", 1, 0, "abcdefg", 1, 7), ("bad.py", 1, 0, "abcdefg", 0, 5), ("bad.py", None, 2, "abcdefg", 1, 7), ("bad.py", 1, None, "abcdefg", 1, 5)]:
    s = io.StringIO(); o = sys.stderr; sys.stderr = s
    try:
        raise SyntaxError("bad bad", args)
    except SyntaxError as e: sys.excepthook(type(e), e, None)
    finally: sys.stderr = o
    print(s.getvalue())


# PEP 626: lines traced / tb_lineno None
import traceback
def lineno_after_raise(f, *expected):
    try: f()
    except Exception as ex: t = ex.__traceback__
    t = t.tb_next; frame = t.tb_frame
    print(f.__name__, frame.f_lineno - frame.f_code.co_firstlineno if frame.f_lineno else None, t.tb_lineno - frame.f_code.co_firstlineno)
def in_try():
    try:
        1/0
    except ZeroDivisionError:
        pass
def after_with():
    class C:
        def __enter__(self): return self
        def __exit__(self, *a): return True
    with C():
        1/0
    1/0
def after_other_except():
    try:
        1/0
    except TypeError as ex:
        pass
def in_named_except():
    try:
        1/0
    except Exception as ex:
        1/0
        pass
for f in after_with, after_other_except, in_named_except: lineno_after_raise(f)

"""except* with groups whose split() and derive() are the program's; classes whose __new__ makes no exception; handlers of
codec errors for exceptions with odd fields."""
class G(ExceptionGroup):
    def derive(self, excs): return G(self.message, excs)
def show(f):
    try:
        r = f()
        print(f.__name__, 'returned', r)
    except BaseException as e:
        print(f.__name__, type(e).__name__, e, type(e.__context__).__name__)
def d():
    class H(ExceptionGroup):
        def split(self, c): return (None, None)
    try: raise H('x',[ValueError(1), TypeError(2)])
    except* ValueError as e: x = e
def e():
    class H(ExceptionGroup):
        def derive(self, c): return 7
    try: raise H('x',[ValueError(1), TypeError(2)])
    except* ValueError as e: x = e
def f():
    class H(ExceptionGroup):
        def split(self, c): return (None, KeyError('z'))
    try: raise H('x',[ValueError(1), TypeError(2)])
    except* ValueError as e: x = e
def g():
    try: raise G('x',[ValueError(1), G('y',[TypeError(2), OSError(3)])])
    except* TypeError as e:
        print(repr(e)); raise
def h():
    try: raise G('x',[ValueError(1), G('y',[TypeError(2), OSError(3)])])
    except* TypeError as e:
        print(repr(e)); raise KeyError(1)
def i():
    try: raise ValueError(1)
    except* ValueError as e: print(repr(e)); raise
def j():
    try: raise KeyboardInterrupt(1)
    except* KeyboardInterrupt as e: print(repr(e)); raise
def k():
    class M(type):
        def __instancecheck__(s, o): return True
        def __subclasscheck__(s, o): return True
    class X(Exception, metaclass=M): pass
    try: raise G('x',[ValueError(1), TypeError(2)])
    except* X as e: x = e
def l():
    eg = G('x',[ValueError(1), TypeError(2)])
    return eg.split(ValueError), eg.split((ValueError, TypeError)), eg.split(lambda e: isinstance(e, TypeError)), eg.subgroup(OSError)
def m():
    return G('x',[ValueError(1)]).split(len)
def n():
    return G('x',[ValueError(1)]).split(5)
def o():
    class H(ExceptionGroup):
        def split(self, c): 1/0
    try: raise H('x',[ValueError(1), TypeError(2)])
    except* ValueError as e: x = e
def p():
    class H(ExceptionGroup):
        exceptions = 5
    try: raise H('x',[ValueError(1), TypeError(2)])
    except* ValueError as e: raise
def q():
    class E(Exception):
        def __new__(cls, *a): return 5
    raise E
def r():
    class E(Exception):
        def __new__(cls, *a): return 5
    def gen():
        try: yield 1
        except TypeError as e: yield str(e)
    z = gen(); next(z)
    return z.throw(E, 1)
def s():
    try: raise G('x',[ValueError(1), TypeError(2)])
    except* Exception as e: return_ = repr(e); print(return_)
def t():
    try: raise G('x',[ValueError(1), TypeError(2)])
    except* ValueError: pass
    except* 5: pass
def u():
    try: raise G('x',[ValueError(1)])
    except* ValueError: pass
    except* 5: pass
def v():
    class E(Exception):
        def __new__(cls, *a): return 5
    raise ValueError(1) from None
def w():
    class H(ExceptionGroup):
        def split(self, c): return (ValueError(9), None)
    try: raise H('x',[ValueError(1), TypeError(2)])
    except* ValueError as e: print(repr(e)); raise
for fn in [d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w]:
    show(fn)

import codecs


class Index:
    def __index__(self):
        return 1


def errors():
    for kind, args in [(UnicodeEncodeError, ("ascii", "a\xe9\u20acz", 1, 3, "why")),
                       (UnicodeDecodeError, ("utf-8", b"a\xff\xfez", 1, 3, "why")),
                       (UnicodeTranslateError, ("a\xe9\u20acz", 1, 3, "why"))]:
        yield lambda: kind(*args)


CHANGES = [lambda e: None, lambda e: setattr(e, "object", 5), lambda e: setattr(e, "object", b"ab"),
           lambda e: setattr(e, "object", "ab"), lambda e: delattr(e, "object"), lambda e: setattr(e, "start", -5),
           lambda e: setattr(e, "start", 100), lambda e: setattr(e, "end", -100), lambda e: setattr(e, "end", 2**62),
           lambda e: setattr(e, "start", "x"), lambda e: delattr(e, "end"), lambda e: setattr(e, "end", 2**70),
           lambda e: setattr(e, "start", Index()), lambda e: setattr(e, "reason", 5), lambda e: delattr(e, "reason"),
           lambda e: setattr(e, "encoding", None)]
for make in errors():
    for number, change in enumerate(CHANGES):
        error = make()
        try:
            change(error)
        except Exception as refused:
            print(number, type(refused).__name__, refused)
            continue
        print(number, type(error).__name__, repr(error.start), repr(error.end))
        if type(getattr(error, "object", None)) is type(make().object) or error.object is None:
            print(str(error))
        for name in ["strict", "ignore", "replace", "backslashreplace", "xmlcharrefreplace", "surrogateescape"]:
            try:
                print(name, codecs.lookup_error(name)(error))
            except Exception as refused:
                print(name, type(refused).__name__, refused if refused is not error else "the same")
print(repr(str(UnicodeDecodeError.__new__(UnicodeDecodeError))), UnicodeDecodeError.__new__(UnicodeDecodeError).start)

"""Code objects in CPython's words: dis, replace() and the constructor; damaged code is refused in words."""
import dis
import types


def g(): x = 1; y = 2; return f(x, y)


def h(a, b, *c, k=3, **d):
    t = [x + a for x in range(b) if x]
    try:
        a += t[k:b] if b > 5 else k
    except TypeError as e:
        print(e, end="\n")
    while a and b:
        b -= 1

    def inner():
        nonlocal b
        b += 1
        return b
    return t, inner(), {**d, "k": k}, f"{a!r:>{k}}"


print([i.opname for i in dis.get_instructions(g) if i.opname != "PRECALL"])


def rebuilt(c):
    consts = tuple(rebuilt(k) if isinstance(k, types.CodeType) else k for k in c.co_consts)
    return types.CodeType(c.co_argcount, c.co_posonlyargcount, c.co_kwonlyargcount, c.co_nlocals, c.co_stacksize,
                          c.co_flags, c.co_code, consts, c.co_names, c.co_varnames, c.co_filename, c.co_name,
                          c.co_qualname, c.co_firstlineno, c.co_linetable, c.co_exceptiontable, c.co_freevars,
                          c.co_cellvars)


code = rebuilt(h.__code__)
print(list(code.co_lines()) == list(h.__code__.co_lines()), list(code.co_positions()) == list(h.__code__.co_positions()))
print(2 * len(list(code.co_positions())) == len(code.co_code), code.co_consts[:1], code.co_varnames, code.co_cellvars)
made = types.FunctionType(code, globals(), "h", None, None)
made.__kwdefaults__ = {"k": 4}
print(made(1, 3, z=5), h(1, 3, k=4, z=5), made(2, 7))


def attempt(**changes):
    try:
        g.__code__.replace(**changes)
        print("made")
    except (TypeError, ValueError, OverflowError) as error:
        print(type(error).__name__)


renamed = g.__code__.replace(co_consts=(None, 10, 20), co_names=("max",), co_varnames=("p", "q"), co_name="r")
print(types.FunctionType(renamed, globals())(), renamed.co_varnames, renamed == g.__code__, renamed.co_name)
attempt(co_nlocals=1)
attempt(co_code=3)
attempt(co_argcount=-1)
attempt(co_argcount=2 ** 40)
attempt()
try:
    raise ValueError
except ValueError as error:
    frame, tb = error.__traceback__.tb_frame, error.__traceback__
    print(list(tb.tb_frame.f_code.co_positions())[tb.tb_lasti // 2][0] == tb.tb_lineno)
print(types.TracebackType(None, frame, 1, 2).tb_lasti)
for index in range(4, 30, 3):
    damaged = bytearray(h.__code__.co_code)
    damaged[index] = 255
    try:
        h.__code__.replace(co_code=bytes(damaged))
    except ValueError:
        pass


# ---- None is no constant of a function that ends with a return
def returns(x):
    """A docstring."""
    return x


def falls(x):
    """A docstring."""
    x()


def branches(x):
    """A docstring."""
    if x:
        return 1
    else:
        return 2


print(returns.__code__.co_consts, falls.__code__.co_consts, branches.__code__.co_consts)


# ---- defaults that are constants: they come where they are used, and their tuple last
def outer(a=1, b=2):
    def f(c=3, d=4, *, e=5):
        def inner(e=5, f=(6, "x"), g=-1, h="y"):
            print(a, b, c, d, e, f)
        print(a, b, c, d)
        return inner
    print(a, b, "", 1, "Hello world!", (3, 4))
    return f


def shown(code):
    return [shown(c) if hasattr(c, "co_consts") else c for c in code.co_consts]


print(shown(outer.__code__))
print(shown(compile("def f(a=1, b=2.5): pass\ndef g(x=(1, 2), y=2.5): pass\nlambda q='a': 1.5", "", "exec")))
print(outer()(7).__code__.replace(co_name="other").co_consts, outer(3)().__defaults__)
exec(outer.__code__.replace(co_consts=tuple("Hi" if c == "Hello world!" else c for c in outer.__code__.co_consts)), {}) \
    if not outer.__code__.co_argcount else print("has arguments")


# ---- calls are a PRECALL and a CALL, in code objects that are shown and in those that are made
def calls(x):
    return len(x), sorted(x, reverse=True), x.count(1), calls


words = [(i.opname, i.arg) for i in dis.get_instructions(calls)]
print([w for w in words if w[0] in ("PRECALL", "CALL", "KW_NAMES", "LOAD_METHOD")])
print(types.FunctionType(calls.__code__.replace(co_code=bytes(calls.__code__.co_code)), globals())([1, 3, 2])[:3])
made = calls.__code__.replace(co_code=b"\x97\0" + b"".join(
    bytes([dis.opmap[name], argument]) for name, argument in
    [("LOAD_GLOBAL", 1)] + [("CACHE", 0)] * 5 + [("LOAD_FAST", 0), ("PRECALL", 1), ("CACHE", 0), ("CALL", 1)]
    + [("CACHE", 0)] * 4 + [("RETURN_VALUE", 0)]))  # fmt: skip
print(types.FunctionType(made, globals())([1, 3, 2]))

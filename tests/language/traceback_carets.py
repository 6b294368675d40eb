"""Where the carets of tracebacks stand: each kind of expression that may fail."""
import sys


def show(function, *args):
    try:
        function(*args)
    except Exception:  # the case is about catching all
        sys.excepthook(*sys.exc_info())


def binary(a, b):
    return 1 + (a * 2) / (b - 0) + 3


def subscript(a):
    x = a["k"]["l"][0]["m"]
    return x


def attribute(a):
    return a.real.imag.nothing.more


def call(f):
    return len([1]) + f(1, 2)(3, x=4) + 5


def store(a):
    a.x.y = 5


def store_item(a):
    a[0][1][2] = 5


def augmented(a):
    a += "x" * 3


def unpack(a):
    b, c = a


def compare(a):
    return 1 < a < 3 in [5]


def unary(a):
    return not -a


def loop(a):
    for i in a:
        pass


def comprehension(a):
    return [x / 0 for x in a if x]


def multi(a):
    return a.upper(
        1,
        2,
    )


def unicode(a):
    é = "日本" + a["語"]
    return é


def with_statement(a):
    with a as b:
        pass


def condition(a):
    if a.b:
        return 1


def delete(a):
    del a[1]


def raise_(a):
    raise ValueError(a) from KeyError(a)


def fstring(a):
    return f"text {a.nothing} more"


def starred(a):
    print(*a, **a)


def import_(a):
    import no_such_module_here


def assert_(a):
    assert a is None, "message"


def global_(a):
    return undefined_global + a


def yield_(a):
    return list(x.nothing for x in a)


show(binary, 1, 0)
show(subscript, {"k": {"l": [{}]}})
show(attribute, 5)
show(call, lambda *a: 7)
show(store, 5)
show(store_item, [[1]])
show(augmented, 5)
show(unpack, (1, 2, 3))
show(compare, "s")
show(unary, "s")
show(loop, 5)
show(comprehension, [0, 1])
show(multi, "s")
show(unicode, {})
show(with_statement, 5)
show(condition, 5)
show(delete, (1, 2))
show(raise_, 5)
show(fstring, 5)
show(starred, 5)
show(import_, 5)
show(assert_, 5)
show(global_, 5)
show(yield_, [5])

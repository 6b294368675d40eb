"""try, finally, with, return, break and continue in every combination that unwinds something."""
log = []


def note(*what):
    log.append(what)


def flush():
    print(log[:])
    log.clear()


class Manager:
    def __init__(self, name, swallow=False):
        self.name, self.swallow = name, swallow

    def __enter__(self):
        note("enter", self.name)
        return self

    def __exit__(self, kind, value, traceback):
        note("exit", self.name, kind and kind.__name__)
        return self.swallow


def returns(n):
    try:
        if n == 0:
            return "body"
        if n == 1:
            raise KeyError(n)
        if n == 2:
            raise ValueError(n)
        if n == 3:
            return note("value") or "computed"
    except KeyError as e:
        return "handler", e.args
    else:
        return "else"
    finally:
        note("finally", n)
        if n == 5:
            return "overridden"
    return "end"


for n in range(6):
    try:
        print(returns(n))
    except ValueError as e:
        print("out", e)
    flush()


def loops():
    for i in range(6):
        try:
            try:
                if i == 1:
                    continue
                if i == 2:
                    raise ValueError(i)
                if i == 4:
                    break
                note("plain", i)
            except ValueError as e:
                note("caught", e.args)
                continue
            finally:
                note("inner", i)
        finally:
            note("outer", i)
    else:
        note("no break")
    while True:
        try:
            break
        finally:
            note("while finally")
    for i in range(3):
        for j in range(3):
            try:
                if j == 1:
                    break
            finally:
                if i == 1:
                    continue
                note(i, j)
    return i, j


print(loops())
flush()


def swallow_in_finally():
    for i in range(2):
        try:
            raise KeyError(i)
        finally:
            continue
    return "survived"


print(swallow_in_finally())


def return_in_nested():
    try:
        try:
            try:
                return "first"
            finally:
                note("a")
                raise KeyError("replaces")
        except KeyError:
            note("b")
            return "second"
        finally:
            note("c")
    finally:
        note("d")
        return "third"


print(return_in_nested())
flush()


def withs(mode):
    with Manager("a"), Manager("b", swallow=mode == "swallow") as b:
        if mode == "return":
            return b.name
        if mode in ("raise", "swallow"):
            raise ValueError(mode)
        for i in range(2):
            with Manager(i):
                if mode == "break":
                    break
                if mode == "continue":
                    continue
        note("end of body")
    return "after"


for mode in "plain return raise swallow break continue".split():
    try:
        print(mode, withs(mode))
    except ValueError as e:
        print("raised", e)
    flush()


def name_is_unbound():
    e = 5
    try:
        raise ValueError
    except ValueError as e:
        pass
    try:
        return e
    except UnboundLocalError as error:
        return str(error)


print(name_is_unbound())


def name_is_unbound_after_raise():
    try:
        try:
            raise KeyError(1)
        except KeyError as e:
            raise TypeError(2)
    except TypeError as t:
        return "e" in locals(), type(t.__context__).__name__


print(name_is_unbound_after_raise())


def current():
    import sys
    return sys.exc_info()[1]


def contexts():
    seen = [current()]
    try:
        raise KeyError(1)
    except KeyError:
        seen.append(current())
        try:
            raise ValueError(2)
        except ValueError as e:
            seen += [current(), e.__context__]
        seen.append(current())
        for i in range(1):
            try:
                raise TypeError(i)
            except TypeError:
                break
        seen.append(current())
    seen.append(current())
    return [repr(s) for s in seen]


print(contexts())


def generator():
    try:
        for i in range(3):
            try:
                x = yield i
                note("sent", x)
            except ValueError as e:
                note("thrown", e.args)
                yield "extra"
            finally:
                note("each", i)
    finally:
        note("closed")


g = generator()
print(next(g), g.send("s"), g.throw(ValueError(9)), next(g))
g.close()
flush()
g = generator()
next(g)
del g
flush()


def handler_order():
    def pick(t):
        note("pick", t.__name__)
        return t
    try:
        raise IndexError
    except pick(KeyError):
        return 1
    except (pick(ValueError), pick(LookupError)):
        return 2
    except pick(Exception):
        return 3


print(handler_order())
flush()


def bare_reraise():
    try:
        try:
            {}[1]
        except:
            note("bare")
            raise
        finally:
            note("finally")
    except KeyError as e:
        return repr(e), e.__context__


print(bare_reraise())
flush()


def try_in_expression_context(items):
    return [(lambda v: v * 2)(i) for i in items if not (i % 2 and i > 2)], {i: [j for j in range(i)] for i in items}


print(try_in_expression_context([1, 2, 3]))


def deep():
    result = []
    for a in range(2):
        with Manager(a):
            try:
                for b in range(3):
                    try:
                        with Manager((a, b)):
                            if b == 1:
                                break
                            result.append(b)
                    except Exception:  # the case is about catching all
                        result.append("never")
                    else:
                        result.append("else")
                    finally:
                        result.append("f")
                else:
                    result.append("complete")
            finally:
                if a == 1:
                    return result


print(deep())
flush()


def finally_body_has_scopes(n):
    """The clause is generated several times; what it defines must work in each copy."""
    try:
        if n == 0:
            return "r"
        if n == 1:
            raise KeyError
    except KeyError:
        pass
    finally:
        def inner(a, b=n):
            return [a + b + k for k in range(2)]
        class Local:
            value = [x for x in range(n)]
            def get(self):
                return __class__.__name__, n
        note(inner(1), Local().get(), Local.value, (lambda: n)(), {k: v for k, v in enumerate("ab")})
    return "end"


print([finally_body_has_scopes(n) for n in range(3)])
flush()

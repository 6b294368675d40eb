# Exceptions: raised, chained, caught by type, cleaned up after, printed with their tracebacks; compilation at run time.
import sys


class Failure(Exception):
    def __init__(self, code, *rest):
        super().__init__(code, *rest)
        self.code = code


def work(n):
    try:
        if n % 3 == 0:
            raise Failure(n, "third")
        if n % 3 == 1:
            return {}[n]
        return [][n]
    except LookupError as error:
        raise Failure(n) from error
    finally:
        steps.append(n)


steps = []
for i in range(6):
    try:
        work(i)
    except Failure as failure:
        print(failure.code, failure.args, type(failure.__cause__).__name__)
        failure.__traceback__ = None
print(steps)
try:
    try:
        work(1)
    except Failure:
        int("not a number")
except ValueError as error:
    first, second = error.__traceback__, error.__context__.__traceback__
    if first and second and second.tb_next:
        print(error, type(error.__context__).__name__, first.tb_lineno)
    else:  # an entry for which there is no memory is left out of a traceback
        print("MemoryError: a traceback is not complete", file=sys.stderr)
print(sys.exc_info())
for source in ("1 +", "x = 3\nprint(x * 14)\n", "def f(a, a): pass", "for i in range(2):\n    print(f'{i!r:>4}')", "'\\"):
    try:
        exec(compile(source, "<made>", "exec"), {})
    except SyntaxError as error:
        print(error.msg, error.lineno)
print(eval("[a + b for a, b in zip(x, x)]", {"x": (1, 2, 3)}))


def endless():
    endless()


try:
    endless()
except RecursionError as error:
    print(error)

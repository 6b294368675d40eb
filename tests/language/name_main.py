"""The module __main__: names, __file__, doc string, assert, atexit."""
import atexit
import sys
print(__name__, __doc__, __file__, sys.argv, __package__, "__annotations__" in globals())
atexit.register(print, "first registered, last run")


@atexit.register
def last():
    print("atexit", sys.exc_info())


def main(argv=None):
    print("main", argv, main.__module__, main.__qualname__)
    return 0


if __name__ == "__main__":
    status = main(sys.argv[1:])
    print("status", status)
print("_" in globals(), sorted(n for n in globals() if n.startswith("__")))

"""sys.exit(3), through functions and handlers that do not catch it."""
import sys


def leave():
    try:
        sys.exit(3)
    except Exception:  # the case is about catching all
        print("not caught here")


print("before")
leave()
print("after")

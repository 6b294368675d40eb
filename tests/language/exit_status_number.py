"""sys.exit(3), through functions and handlers that do not catch it."""
import sys


def leave():
    try:
        sys.exit(3)
    except Exception:
        print("not caught here")


print("before")
leave()
print("after")

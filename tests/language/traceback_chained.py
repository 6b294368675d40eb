"""Chained exceptions, printed: context, cause, suppressed, notes."""
import sys


def low():
    return {}["missing"]


def middle():
    try:
        low()
    except KeyError as error:
        raise ValueError("middle failed", 2) from error


def high():
    try:
        middle()
    except ValueError:
        try:
            int("x y")
        except ValueError:
            raise RuntimeError("hidden context") from None


def top():
    try:
        high()
    except RuntimeError as error:
        error.add_note("a note\nof two lines")
        undefined_function(error)


class Broken(Exception):
    def __str__(self):
        raise TypeError("no string")


try:
    top()
finally:
    print("finally", file=sys.stderr)

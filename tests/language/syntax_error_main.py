"""A syntax error in the program itself: as CPython shows it, on standard error, status 1."""
print("this is never printed")


def good():
    return [1, 2, 3]


def bad(x):
    value = x +* 2
    return value

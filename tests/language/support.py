"""What several language cases need: calls whose exception is the result that counts."""


def attempt(function, *args, **kwargs):
    """Call; print the result, or the exception's class and message."""
    try:
        result = function(*args, **kwargs)
    except Exception as error:
        print(f"{type(error).__name__}: {error}")
    else:
        print(repr(result))


def attempt_all(function, *calls):
    """Attempt a call for each argument tuple (or single argument)."""
    for call in calls:
        attempt(function, *(call if isinstance(call, tuple) else (call,)))


def run(source, **names):
    """Execute source text; print the exception if one leaves it."""
    try:
        exec(source, names)
    except Exception as error:
        print(f"{type(error).__name__}: {error}")

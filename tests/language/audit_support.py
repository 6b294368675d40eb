"""What the cases about audit events share: a hook that listens to one call at a time, and prints what it heard."""
import sys

on = False
heard = []


def hook(event, arguments):
    if on:
        heard.append((event, arguments))


sys.addaudithook(hook)


def shown(v):
    if isinstance(v, tuple) and type(v) is tuple:
        return "(" + ", ".join(map(shown, v)) + ")"
    if type(v) is int and v > 1 << 33:
        return "<address>"
    if isinstance(v, (int, str, bytes, float, type(None))):
        return ascii(v)
    return f"<{type(v).__name__}>"


def watch(function, *arguments, **keywords):
    """Call; print the events and how it came out. The result."""
    global on
    result = None
    outcome = ""
    on = True
    try:
        result = function(*arguments, **keywords)
    except BaseException as error:
        on = False
        outcome = f" !! {type(error).__name__}"
    on = False
    events = heard[:]
    heard.clear()
    print(getattr(function, "__name__", type(function).__name__), *(e + shown(a) for e, a in events), outcome)
    return result

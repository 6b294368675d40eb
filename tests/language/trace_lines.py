"""Line events, also of lines for which nothing is done, and jumps."""
import sys
import warnings


def events_of(function, *args):
    code, first, seen = function.__code__, function.__code__.co_firstlineno, []

    def trace(frame, event, argument):
        if frame.f_code is code:
            seen.append((frame.f_lineno - first, event))
            return trace

    sys.settrace(trace)
    try:
        function(*args)
    except Exception as e:
        seen.append(type(e).__name__)
    finally:
        sys.settrace(None)
    print(function.__name__, *args, *[f"{at}{event[0]}" if isinstance(at, int) else at
                                      for at, event in [s if isinstance(s, tuple) else (s, "") for s in seen]])


def tries(n):
    try:
        try:
            if n == 1:
                raise KeyError(n)
            elif n == 2:
                return 5
            else:
                pass
        except KeyError as e:
            pass
        else:
            n = n
        finally:
            "nothing"
    except ValueError:
        pass
    while True:
        n += 1
        if n < 5:
            continue
        if n > 7:
            break
    x = n
    try:
        x.real
    finally:
        x = (x,
             n)
    for i in x:
        if i:
            pass
        else:
            i = 1
    with open("/dev/null") as f:
        if False:
            pass
    def inner(a,
              b=1,
              c=2):
        "words"
    match x:
        case [1, 2]:
            pass
        case _:
            while n > 6:
                n -= 1
    if n:
        if not n:
            return


for n in range(4):
    events_of(tries, n)


def jump(function, source, goal):
    code, first = function.__code__, function.__code__.co_firstlineno

    def trace(frame, event, argument):
        nonlocal source
        if frame.f_code is code and event == "line" and frame.f_lineno == first + source:
            source = None
            frame.f_lineno = first + goal
        return trace if frame.f_code is code else None

    out = []
    print(function.__name__, source, goal, end=" ")
    sys.settrace(trace)
    try:
        function(out)
    except Exception as e:
        out.append(f"{type(e).__name__}: {e}")
    finally:
        sys.settrace(None)
    print(*out)


def plain(out):
    a = 1
    out.append(a)
    b = a + 1
    out.append(b)
    for i in 1, 2:
        out.append(i)
        try:
            out.append(10)
            1 / (i - 2)
        except ZeroDivisionError:
            out.append("zero")
            out.append(type(sys.exc_info()[1]).__name__)
        out.append("end of loop")
    with open("/dev/null") as f:
        out.append("with")
    out.append([
        i,
        b])
    out.append(str(sys.exc_info()[1]))


with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    lines = range(-1, 20)
    for source in (1, 2, 3, 6, 8, 9, 11, 12, 15, 16):
        for goal in lines:
            jump(plain, source, goal)
try:
    sys._getframe().f_lineno = 5
except ValueError as e:
    print(e)


class Jumps:
    """Dies as a jump takes it off the stack, and jumps itself."""

    def __next__(self):
        return 1

    def __iter__(self):
        return self

    def __del__(self):
        jump_again()


def nested(out):
    for a in Jumps():
        for b in Jumps():
            out.append("inner")
        out.append("never")
    z = out.append("end")
    return z


def jump_within(frame, event, argument):
    global jumping
    if frame.f_code is not nested.__code__:
        return None
    if frame.f_lineno == nested.__code__.co_firstlineno + 3:
        jumping = frame
        frame.f_lineno += 2
        jumping = None
    return jump_within


def jump_again(*arguments):
    if jumping:
        try:
            jumping.f_lineno = nested.__code__.co_firstlineno + 5
        except ValueError as e:
            refused.append(str(e))


if sys.implementation.name == "atoll":  # CPython crashes
    jumping, refused, out = None, [], []
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = jump_again
        sys.settrace(jump_within)
        try:
            nested(out)
        finally:
            sys.settrace(None)
    refused = [text for text in refused if text == "can only jump from a 'line' trace event"]
    if len(refused) != 3 or out != ["end"]:
        print(refused, out)

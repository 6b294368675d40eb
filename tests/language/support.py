"""What several language cases need: calls whose exception, of whatever class, is the result that counts; and choices
that are the same in every implementation; and steps that several threads take at once."""
import threading


class Random:
    """Pseudo-random choices, the same in every implementation."""

    def __init__(self, seed):
        self.state = seed

    def below(self, n):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % (1 << 64)
        return (self.state >> 33) % n

    def pick(self, items):
        return items[self.below(len(items))]


def show(name, function, *args):
    """Call; print name, arguments and result, or the exception's class and message."""
    try:
        result = function(*args)
    except Exception as error:  # whatever it is, CPython's is the same
        print(name, args, "!!", type(error).__name__, error)
    else:
        print(name, args, "->", type(result).__name__, repr(result))


def attempt(function, *args, **kwargs):
    """Call; print the result, or the exception's class and message."""
    try:
        result = function(*args, **kwargs)
    except Exception as error:  # whatever it is, CPython's is the same
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
    except Exception as error:  # whatever it is, CPython's is the same
        print(f"{type(error).__name__}: {error}")


def together(times, *steps):
    """Take each step `times` times, in a thread of its own, all at once. Returns the sorted names of what was raised."""
    gate = threading.Barrier(len(steps))
    raised = set()

    def body(step):
        gate.wait()
        for _ in range(times):
            try:
                step()
            except Exception as error:
                raised.add(type(error).__name__)

    threads = [threading.Thread(target=body, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(raised)


def beside(times, look, *steps):
    """Look `times` times while threads repeat the steps. Returns what was not true, or raised, as sorted texts."""
    done = False
    odd = set()

    def body(step):
        while not done:
            step()

    threads = [threading.Thread(target=body, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    try:
        for _ in range(times):
            try:
                found = look()
                if found is not True:
                    odd.add(repr(found))
            except Exception as error:
                odd.add(type(error).__name__)
    finally:
        done = True
        for thread in threads:
            thread.join()
    return sorted(odd)

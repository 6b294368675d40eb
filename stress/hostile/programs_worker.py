"""Programs by chance: what runs under both interpreters (programs.py drives it).

    programs_worker.py FILE...     run programs, TOGETHER of them in a process that is forked when the prelude has run

Before each its mark is printed, then what it prints itself, then how its process ended if that was before its end; what it
prints as errors goes to descriptor 2. Each has a namespace of its own. The collector runs when a program says so only: when
it would run by itself is the interpreter's own.
"""

import gc
import mmap
import os
import signal
import sys
import types

TOGETHER = 50
SECONDS = 2  # of processor time that a program may take
WAITING = 30  # seconds that it may take at all


def run(path, space):
    """Run one program and print how it ends."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    space.update(__name__="__main__", __file__="program", __doc__=None)
    space.pop("__annotations__", None)
    error, lines_of = space["error"], space["lines_of"]
    try:
        types.FunctionType(compile(text, "program", "exec"), space)()
    except SyntaxError as e:
        print(type(e).__name__, ascii(e.args))
    except BaseException as e:
        print("ends with", error(e), lines_of(e.__traceback__.tb_next))
        del e


def run_some(paths, done, space):
    """Run programs in a process of their own; each says in the shared byte `done` that it is at its end."""
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    for k, path in enumerate(paths):
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        signal.alarm(WAITING)
        if k > 0:
            print("[program]", flush=True)
        run(path, space | space["fresh"]())
        sys.stdout.flush()
        done[0] = k + 1


def main():
    gc.disable()
    sys.setrecursionlimit(500)
    space = {"__name__": "__main__"}
    with open(os.path.join(os.path.dirname(__file__), "programs_prelude.py"), encoding="utf-8") as file:
        exec(compile(file.read(), "prelude", "exec"), space)
    sys.modules["__main__"].__dict__.update(space)
    sys.stdin = None
    done = mmap.mmap(-1, 1)
    files = sys.argv[1:]
    at = 0
    while at < len(files):
        print("[program]", flush=True)
        done[0] = 0
        some = files[at : at + TOGETHER - at % TOGETHER]
        child = os.fork()
        if child == 0:
            try:
                run_some(some, done, space)
            finally:
                os._exit(0)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        at += done[0] + (done[0] < len(some))
        if status in (-signal.SIGPROF, -signal.SIGALRM, -signal.SIGKILL):
            print("[out of time]", flush=True)
        elif status or done[0] < len(some):
            print(f"[status {status}]", flush=True)
    print("[program]", flush=True)


main()

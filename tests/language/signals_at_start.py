"""What signals do from the first line on: SIGPIPE and SIGXFSZ are errors of the call; SIGINT that was ignored stays so."""
import os
import signal
import sys

SHOW = "import signal; print(signal.getsignal(signal.SIGINT) is signal.default_int_handler, " \
       "*(signal.getsignal(s) for s in (signal.SIGPIPE, signal.SIGXFSZ)), signal.getsignal(signal.SIGINT) == signal.SIG_IGN)"


def run(code, prepare=lambda: None):
    sys.stdout.flush()
    pid = os.fork()
    if not pid:
        prepare()
        os.execv(sys.executable, [sys.executable, "-c", code])
    print("status", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


run(SHOW, lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
run(SHOW, lambda: signal.signal(signal.SIGINT, signal.SIG_IGN))
run(SHOW, lambda: signal.signal(signal.SIGXFSZ, signal.SIG_DFL))
run("import os, signal; os.kill(os.getpid(), signal.SIGINT); print('still here')",
    lambda: signal.signal(signal.SIGINT, signal.SIG_IGN))
folder = f"/tmp/signals-{os.getpid()}"
os.mkdir(folder)
os.chdir(folder)
try:
    for mode in "wb", "w":
        code = f"""
f = open("big", {mode!r}, {"0" if mode == "wb" else "-1"})
try:
    for _ in range(9):
        f.write({'b"a"' if mode == "wb" else '"a"'} * 10**6)
except OSError as e:
    print(repr(e))
try:
    f.close()
except OSError as e:
    print("close", repr(e))
"""
        run(f"import os; os.execvp('sh', ['sh', '-c', 'ulimit -f 8; exec \"$0\" \"$@\"', {sys.executable!r}, '-c', {code!r}])")
        print(os.path.getsize("big"))
finally:
    os.chdir("/")
    os.unlink(f"{folder}/big")
    os.rmdir(folder)
r, w = os.pipe()
os.close(r)
try:
    os.write(w, b"x")
except BrokenPipeError as e:
    print(repr(e))

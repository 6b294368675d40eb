"""_posixsubprocess by way of subprocess: pipelines, environments, errors of the child, preexec_fn."""
import os
import signal
import subprocess
import sys
import threading


def attempt(*args, **kwargs):
    try:
        print(subprocess.run(*args, **kwargs))
    except Exception as error:
        print(type(error).__name__, error)


def output(*args, **kwargs):
    return subprocess.run(*args, stdout=subprocess.PIPE, **kwargs).stdout


print(output(["echo", "one", "two"]), output("echo $HOME; exit 3", shell=True, env={"HOME": "island"}))
print(output(["cat"], input=b"fed\n"), output(["pwd"], cwd="/"))
first = subprocess.Popen(["printf", "b\\na\\n"], stdout=subprocess.PIPE)
second = subprocess.Popen(["sort"], stdin=first.stdout, stdout=subprocess.PIPE, text=True)
first.stdout.close()
print(repr(second.communicate()[0]), first.wait(), second.returncode)
print(output(["sh", "-c", "echo out; echo err >&2"], stderr=subprocess.STDOUT))
attempt(["/nonexistent/program"])
attempt(["true"], cwd="/nonexistent")
attempt(["/etc/passwd"])
attempt(["sh", "-c", "kill -TERM $$"])
try:
    subprocess.run(["sleep", "10"], timeout=0.05)
except subprocess.TimeoutExpired as error:
    print(error.cmd)
attempt(["false"], check=True)
attempt(["true", "nul\0"])
attempt([])

os.environ["ATOLL_TEST"] = "inherited"
print(output("echo $ATOLL_TEST", shell=True))
print(output(["sh", "-c", "umask"], umask=0o027), output("ps -o sid= -p $$ | tr -d ' '", shell=True).strip() == str(os.getsid(0)).encode())
print(output("test $(ps -o sid= -p $$) = $$ && echo leader", shell=True, start_new_session=True))
print(output("test $(ps -o pgid= -p $$) = $$ && echo leader", shell=True, process_group=0))

# Descriptors: closed, or kept.
read, write = os.pipe()
os.set_inheritable(write, True)
count = "ls /proc/self/fd | wc -l"
print(output(count, shell=True), output(count, shell=True, pass_fds=[write]), output(count, shell=True, close_fds=False))
subprocess.run(f"echo passed >&{write}", shell=True, pass_fds=[write])
print(os.read(read, 100))

# Code between fork and exec.
print(output(["sh", "-c", "echo $CHILD"], preexec_fn=lambda: os.environ.__setitem__("CHILD", "changed")))
attempt(["true"], preexec_fn=lambda: 1 / 0)
signal.signal(signal.SIGUSR1, lambda *args: None)
print(output(["sh", "-c", "kill -USR1 $$"]))


# Beside other threads.
def runner(results):
    results.append([output(["echo", str(i)], preexec_fn=(lambda: None) if i % 4 == 0 else None) for i in range(8)])


results = []
threads = [threading.Thread(target=runner, args=(results,)) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len(results), all(result == [b"%d\n" % i for i in range(8)] for result in results))

# An interrupt that nobody catches ends the process by its signal; sys.exit(130) is just a number.
for code in ("raise KeyboardInterrupt", "import sys; sys.exit(130)"):
    print(subprocess.run([sys.executable, "-c", code], stderr=subprocess.DEVNULL).returncode)
for listed in ({"A=B": "c"}, {"": "c"}):
    try:
        os.execve("/bin/true", ["true"], listed)
    except ValueError as error:
        print(error)

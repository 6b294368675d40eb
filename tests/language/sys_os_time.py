"""sys, os and time: what programs take for granted."""
import os
import os.path
import sys
import time
from support import attempt
print(
    sys.version_info >= (3, 11), sys.version_info[:2], sys.version_info.major, sys.maxsize, sys.byteorder,
    sys.platform, sys.maxunicode, sys.getrecursionlimit(), sys.argv, type(sys.path).__name__,
    type(sys.modules).__name__, sys.stdout.fileno(), sys.flags.optimize, sys.float_info.max,
    sys.int_info.bits_per_digit > 0, sys.hash_info.width, sys.getdefaultencoding(),
    sys.getfilesystemencoding(), sys.intern("abc") == "abc", sys.exc_info(), isinstance(sys.executable, str),
    sys.getsizeof(5) > 0, sys.implementation.name != "", sys.hexversion > 0x030B0000,
    sys.version.startswith("3.11")
)
attempt(sys.intern, 5)
attempt(sys.setswitchinterval, 0.01)
attempt(sys.getswitchinterval)
sys.stdout.write("written\n")
sys.stderr.write("to stderr\n")
print(sys.stdout.write("x\n"))
attempt(sys.stdout.write, 5)
attempt(sys.getsizeof)
attempt(sys.exit.__class__)
def frame(): return sys._getframe().f_code.co_name, sys._getframe(1).f_code.co_name, sys._getframe().f_lineno > 0, sorted(sys._getframe(0).f_locals)
def caller(): a = 1; return frame()
print(caller())
attempt(sys._getframe, 10000)
print(
    os.sep, os.linesep == "\n", os.name, os.getpid() > 0, os.path.join("a", "b", "/c", "d"),
    os.path.basename("/x/y.py"), os.path.dirname("/x/y.py"), os.path.splitext("a.tar.gz"),
    os.path.split("/a/b"), os.path.exists("/nonexistent"), os.path.isdir("/"), os.path.isfile("support.py"),
    os.path.normpath("a/../b/./c//d"), os.path.isabs("/a"), os.path.commonprefix(["abc", "abd"]),
    os.path.abspath("x").endswith("/x"), os.path.relpath("/a/b", "/a/c")
)
print(
    os.environ.get("NOT_SET_ANYWHERE"), "PATH" in os.environ, os.getenv("NOT_SET", "default"), os.curdir,
    os.pardir, os.getcwd() == os.path.abspath("."), "support.py" in os.listdir("."), os.cpu_count() > 0,
    os.fspath("a"), os.strerror(2)
)
os.environ["SET_HERE"] = "1"
print(os.environ["SET_HERE"])
del os.environ["SET_HERE"]
attempt(lambda: os.environ["SET_HERE"])
attempt(os.listdir, "/nonexistent")
attempt(os.stat, "/nonexistent")
attempt(os.fspath, 5)
attempt(os.remove, "/nonexistent/x")
r, w = os.pipe()
print(os.write(w, b"through a pipe"), os.read(r, 7), os.read(r, 100))
os.close(r)
os.close(w)
attempt(os.close, 9999)
attempt(os.read, 9999, 1)
t0 = time.time()
m0 = time.monotonic()
p0 = time.perf_counter()
time.sleep(0.01)
print(
    time.time() > t0 - 1, time.monotonic() - m0 >= 0.009, time.perf_counter() > p0, time.time_ns() > 10**18,
    time.monotonic_ns() > 0, time.perf_counter_ns() > 0, time.process_time() >= 0,
    time.thread_time() >= 0 if hasattr(time, "thread_time") else True
)
attempt(time.sleep, -1)
attempt(time.sleep, "x")

# the zone that a struct_time names
g = time.gmtime(0)
print(time.strftime("%Z", g), time.strftime("%Z", tuple(g)) == time.tzname[0])
for zone in ("ABC", 3600), (None, None), ("a\0b", 0), ("\ud800", 0), (7, 0):
    try:
        shown = time.strftime("%Z|%z", time.struct_time(tuple(g) + zone))
        print(shown if zone[0] else shown.split("|")[0] == time.tzname[0])
    except Exception as e:
        print(type(e).__name__, e)

print(len(time.strftime("a" * 10 ** 7)), len(time.strftime("%Y" * 10 ** 6)))  # long formats

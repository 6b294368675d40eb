"""Calls with hostile arguments: what runs under the interpreter being tested (calls.py drives it).

    calls_worker.py --list                                say what can be called, and the types of values
    calls_worker.py NAMES SEED FIRST COUNT THREADS        make calls, with what the file NAMES has of that list

Call number N of a seed is always the same call: a function, type or method of a built-in module, and arguments that are
odd, huge, of wrong types, or whose special methods change the containers they are in. Every exception is a good answer;
what is looked for is a dead process. Before each call its number and target go to descriptor 1. Calls begin and
the process ends as standard input says.

Only modules written in C are imported here, so that it runs before the library does.
"""

import builtins
import sys
import posix
import _thread
import signal

MODULES = [
    "_abc", "_ast", "_bisect", "_codecs", "_collections", "_contextvars", "_csv", "_datetime", "_decimal", "_functools", "_heapq",
    "_imp", "_io", "_json", "_locale", "_md5", "_multibytecodec", "_opcode", "_operator", "_pickle", "_queue", "_random", "_sha1",
    "_sha256", "_sha3", "_sha512", "_blake2", "_bz2", "_lzma", "_sre", "_stat", "_statistics", "_string", "_struct", "_symtable",
    "_thread", "_tokenize", "_tracemalloc", "_typing", "_uuid", "_warnings", "_weakref", "_zoneinfo", "array", "atexit", "audioop", "binascii", "builtins",
    "cmath", "errno", "gc", "grp", "itertools", "marshal", "math", "mmap", "posix", "pwd", "pyexpat", "resource", "select", "sys",
    "time", "unicodedata", "zlib", "_hashlib", "_asyncio", "_elementtree", "_socket", "_posixshmem", "_lsprof", "termios", "fcntl",
    "_ssl", "_ctypes", "_curses", "_curses_panel", "_dbm", "_gdbm", "_crypt",
]  # fmt: skip

# What ends, replaces, stops or signals the process (as curses does itself without a terminal), waits for ever by design,
# takes numbers for addresses, or harms the machine around it. The module nis waits for hosts of the network.
LEFT_OUT = set(
    """
    posix._exit posix.abort posix.execv posix.execve posix.fork posix.fork1 posix.forkpty posix.kill posix.killpg
    posix.posix_spawn posix.posix_spawnp posix.system posix.close posix.closerange posix.dup2 posix.chroot posix.chdir
    posix.fchdir posix.setuid posix.seteuid posix.setreuid posix.setresuid posix.setgid posix.setegid posix.setregid
    posix.setresgid posix.setgroups posix.initgroups posix.setsid posix.setpgid posix.nice posix.setpriority
    posix.wait posix.wait3 posix.wait4 posix.waitpid posix.waitid posix.lockf posix.sched_setaffinity
    posix.sched_setscheduler posix.sched_setparam posix.tcsetpgrp posix.unlink posix.remove posix.rmdir posix.rename
    posix.replace posix.chmod posix.lchmod posix.fchmod posix.chown posix.lchown posix.fchown posix.truncate
    posix.link posix.symlink posix.mknod posix.mkfifo posix.mkdir posix.ftruncate posix.fallocate posix.posix_fallocate
    posix.pwrite posix.write posix.writev posix.pwritev posix.sendfile posix.copy_file_range posix.splice posix.eventfd_read
    posix.read posix.readv posix.pread posix.preadv posix.utime posix.umask posix.pidfd_open posix.unshare posix.setns
    posix.set_blocking posix.set_inheritable posix.putenv posix.unsetenv posix.openpty posix.getrandom posix.urandom
    posix.memfd_create posix.login_tty posix.sched_yield posix.register_at_fork posix.ctermid
    sys.exit sys._clear_type_cache sys.setrecursionlimit sys.breakpointhook sys.settrace sys.setprofile sys._setprofileallthreads
    sys._settraceallthreads sys.call_tracing sys.setswitchinterval sys.addaudithook sys._debugmallocstats sys.set_int_max_str_digits
    sys.setdlopenflags sys.excepthook sys.unraisablehook sys.displayhook sys.activate_stack_trampoline
    builtins.input builtins.breakpoint builtins.exit builtins.quit builtins.print builtins.help builtins.open builtins.copyright
    builtins.license builtins.credits builtins.__import__ builtins.__build_class__ builtins.exec builtins.eval
    time.sleep time.clock_settime time.clock_settime_ns time.tzset time.pthread_getcpuclockid
    _thread.interrupt_main _thread.exit _thread.exit_thread _thread._set_sentinel _thread.start_new_thread _thread.start_new
    _thread.stack_size _thread._excepthook _thread.lock.acquire _thread.lock.acquire_lock _thread.lock.__enter__ _thread.RLock.acquire
    _thread.RLock.__enter__ _thread.lock._at_fork_reinit
    _queue.SimpleQueue.get
    gc.set_debug gc.set_threshold gc.disable gc.freeze gc.get_objects gc.get_referrers
    atexit.register atexit._run_exitfuncs atexit._clear atexit.unregister
    _codecs.register _codecs.register_error _codecs.unregister
    _io.open _io.open_code _io.FileIO _io.FileIO.__init__ builtins.setattr builtins.delattr
    _weakref.proxy
    select.select select.poll.poll select.epoll.poll select.epoll.close select.epoll.__exit__
    _imp.create_dynamic _imp.exec_dynamic _imp.acquire_lock _imp.release_lock _imp.create_builtin _imp.exec_builtin _imp.init_frozen
    _socket.socket.accept _socket.socket.recv _socket.socket.recv_into _socket.socket.recvfrom _socket.socket.recvfrom_into
    _socket.socket.recvmsg _socket.socket.recvmsg_into _socket.socket.connect _socket.socket.connect_ex _socket.socket._accept
    _socket.socket.close _socket.socket.detach _socket.close _socket.getaddrinfo _socket.gethostbyname _socket.gethostbyname_ex
    _socket.gethostbyaddr _socket.getnameinfo _socket.sethostname _socket.dup
    fcntl.fcntl fcntl.ioctl fcntl.flock fcntl.lockf termios.tcsetattr termios.tcflow termios.tcflush termios.tcdrain termios.tcsendbreak
    termios.tcsetwinsize resource.setrlimit resource.prlimit _posixshmem.shm_open _posixshmem.shm_unlink
    pwd.getpwall grp.getgrall _locale.setlocale
    _ctypes.call_function _ctypes.call_cdeclfunction _ctypes.PyObj_FromPtr _ctypes.Py_INCREF _ctypes.Py_DECREF _ctypes.dlclose
    _ctypes.dlsym _ctypes.dlopen
    _curses.initscr _curses.newterm
    """.split()
)

# Copies of descriptors 1 and 0 that no call closes: their numbers are none of the arguments.
SAID, HEARD = 901, 900

HUGE = [2**31 - 1, 2**31, 2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 2**64, -(2**200), 10**30]


class Dice:
    """A generator of its own: the same numbers under every interpreter (splitmix64)."""

    def __init__(self, seed, number):
        self.state = (seed * 0x9E3779B97F4A7C15 + number * 0xD1B54A32D192ED03 + 1) & (2**64 - 1)

    def below(self, limit):
        self.state = (self.state + 0x9E3779B97F4A7C15) & (2**64 - 1)
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & (2**64 - 1)
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & (2**64 - 1)
        return (z ^ (z >> 31)) % limit

    def choice(self, items):
        return items[self.below(len(items))]


class Mischief(Exception):
    """What hostile special methods raise."""


def meddle(dice, pool):
    """Change something that is an argument of the call under way."""
    for _ in range(2):
        victim = dice.choice(pool) if pool else None
        try:
            match dice.below(8):
                case 0:
                    victim.clear()
                case 1:
                    victim.append(victim)
                case 2:
                    victim.release()
                case 3:
                    victim.extend([1] * 70)
                case 4:
                    del victim[:]
                case 5:
                    victim[dice.choice(["a", 0, -1])] = object()
                case 6:
                    victim.pop()
                case 7:
                    victim.update({i: i for i in range(9)})
        except Exception:
            pass


def hostile_class(dice, pool, depth):
    """A class with a few special methods that return odd things, raise, or meddle."""

    def answer(*args, **kwargs):
        match dice.below(6):
            case 0:
                meddle(dice, pool)
                return dice.choice([0, 1, "a", b"a", None, True, NotImplemented])
            case 1:
                raise Mischief
            case 2:
                return dice.choice(HUGE)
            case 3:
                return make(dice, pool, depth + 1)
            case 4:
                meddle(dice, pool)
                return args[0] if args else None
        return dice.choice([0, 1, -1, "", "x", b"", None, (), [], 1.5, NotImplemented])

    names = [
        "__index__", "__int__", "__float__", "__len__", "__length_hint__", "__bool__", "__hash__", "__eq__", "__lt__", "__iter__",
        "__next__", "__getitem__", "__setitem__", "__contains__", "__call__", "__getattr__", "__str__", "__repr__", "__format__",
        "__bytes__", "__fspath__", "__enter__", "__exit__", "__get__", "__set__", "__add__", "__radd__", "__mul__", "__rmul__",
        "__reduce_ex__", "__instancecheck__", "__subclasscheck__", "__class_getitem__", "__missing__", "__del__", "__complex__",
        "__trunc__", "__round__", "__reversed__", "__await__", "__aiter__", "__anext__", "keys", "items", "read", "write",
        "readinto", "readable", "flush", "close", "seek", "encode", "decode", "__mro_entries__", "__set_name__", "__dir__",
        "__prepare__", "__subclasshook__", "__getnewargs_ex__", "__getstate__", "__setstate__", "__iadd__", "__and__", "__or__",
        "__pow__", "__divmod__", "__neg__", "__abs__",
    ]  # fmt: skip
    body = {name: answer for name in names if dice.below(4) == 0}
    base = dice.choice([object, object, object, int, str, bytes, list, dict, tuple, set, float, bytearray, Exception, type])
    if base is type:
        body.pop("__del__", None)
    return type(base)("Hostile", (base,), body)


def make(dice, pool, depth=0):
    """A hostile value; containers among them join the pool of things to meddle with."""
    kind = dice.below(44 if depth < 3 else 20)
    v = None
    match kind:
        case 0:
            v = dice.choice([0, 1, -1, 2, 3, 7, 16, 255, 256, 65536, 1114112])
        case 1:
            v = dice.choice(HUGE)
        case 2:
            v = dice.choice([0.0, -0.0, 1.5, 1e308, 5e-324, float("inf"), float("nan"), -1e-300])
        case 3:
            v = dice.choice(["", "a", "abc", "\0", "\ud800", "\U0010ffff", "\u0130", "x" * 1000, "a b\nc", "%s%d", "{0!r:>{1}}", "__class__"])
        case 4:
            v = dice.choice([b"", b"a", b"\0\xff", b"abc" * 400])
        case 5:
            v = bytearray(dice.choice([b"", b"abc", b"x" * 300]))
            pool.append(v)
        case 6:
            v = dice.choice([None, True, False, Ellipsis, NotImplemented])
        case 7:
            v = dice.choice(["utf-8", "ascii", "latin-1", "strict", "ignore", "surrogateescape", "r", "rb", "B", "i", "d", "big", "name"])
        case 8:
            v = dice.choice([complex(1, 2), complex("nan"), range(10), range(10**30), range(0, -(2**70), -3), slice(None), slice(10**30, -5, -(2**63))])
        case 9:
            v = dice.choice(TYPES)
        case 10:
            v = dice.choice([len, print, repr, isinstance, sorted, "".join, [].append, {}.get, str.upper, dict.fromkeys, object.__init__, int.__add__])
        case 11:
            v = memoryview(bytearray(b"0123456789abcdef"))
            if dice.below(3) == 0:
                v = v.cast(dice.choice(["b", "i", "d", "c"]))
            if dice.below(4) == 0:
                v.release()
            pool.append(v)
        case 12:
            v = [1, 2, 3, "a", None][: dice.below(6)]
            pool.append(v)
        case 13:
            v = {"a": 1, 2: "b", None: 3}
            pool.append(v)
        case 14:
            v = {1, 2, "c"}
            pool.append(v)
        case 15:
            v = dice.choice([frozenset(), frozenset("ab"), (), (1,), ("a", "b"), (1, 2, 3)])
        case 16:
            v = dice.choice([ValueError("x"), KeyError, StopIteration(1), OSError(2, "x"), BaseException, SystemExit, ExceptionGroup("g", [ValueError()])])
        case 17:
            v = lambda *args, **kwargs: dice.choice([0, None, "a", args])  # noqa: E731
        case 18:
            v = object()
        case 19:
            v = dice.choice(HUGE) if dice.below(2) else dice.below(1000) - 500
        case 20 | 21 | 22 | 23 | 24 | 25:
            try:
                cls = hostile_class(dice, pool, depth)
                v = cls()
                if isinstance(v, (list, set, dict, bytearray)):
                    pool.append(v)
                    if isinstance(v, list):
                        v += [1, 2, 3]
                if dice.below(6) == 0:
                    v = cls
            except Exception:
                v = Mischief
        case 26:
            v = [make(dice, pool, depth + 1) for _ in range(dice.below(5))]
            pool.append(v)
        case 27:
            v = tuple(make(dice, pool, depth + 1) for _ in range(dice.below(5)))
        case 28:
            v = {}
            for _ in range(dice.below(5)):
                try:
                    v[make(dice, pool, depth + 1)] = make(dice, pool, depth + 1)
                except Exception:
                    pass
            pool.append(v)
        case 29:
            v = []
            v.append(v)
        case 30:
            v = ()
            for _ in range(3000):
                v = (v,)
        case 31:
            v = iter(dice.choice([[1, 2, 3], (1, 2), {1: 2}, {3}, "abc", b"abc", range(5), range(2**70)]))
        case 32:
            v = (make(dice, pool, depth + 1) for _ in range(3))
        case 33:
            v = itertools_value(dice, pool, depth)
        case 34:
            v = dice.choice([sys, builtins, posix, sys.modules["_thread"]])
        case 35:
            v = dice.choice([make.__code__, sys._getframe(), property(), classmethod(len), staticmethod(1), super(int, 1), list[int], int | str])
        case 36:
            v = stream(dice, pool)
        case 37:
            v = _collections.deque([1, 2, "a"], dice.choice([None, 3, 0]))
            pool.append(v)
        case 38:
            v = dice.choice([_thread.allocate_lock(), _thread._local(), _weakref.ref(Mischief), _functools.partial(len, [1])])
        case 39:
            try:
                v = dice.choice(TYPES)(*[make(dice, pool, depth + 1) for _ in range(dice.below(3))])
            except BaseException:
                v = dice.choice(TYPES)
        case 40:
            v = dice.choice(HUGE)
        case 41:
            v = type.__new__(type, "Plain", (), {"__slots__": ("a", "b")})()
        case 42:
            v = coroutine()
            v.close()
        case 43:
            v = dice.choice(FUNCTIONS)[1]
    return v


async def coroutine():
    return 1


def itertools_value(dice, pool, depth):
    import itertools

    inner = make(dice, pool, depth + 1)
    try:
        return dice.choice([itertools.chain, itertools.cycle, itertools.count, itertools.tee, itertools.pairwise, itertools.groupby, enumerate, reversed, zip, itertools.accumulate])(inner)
    except Exception:
        return inner


def stream(dice, pool):
    import _io

    v = dice.choice([_io.BytesIO, _io.StringIO])()
    if dice.below(2):
        pool.append(v)
        try:
            pool.append(v.getbuffer())
        except Exception:
            pass
    if dice.below(3) == 0:
        try:
            v = dice.choice([_io.BufferedReader, _io.BufferedWriter, _io.TextIOWrapper, _io.BufferedRandom])(v)
        except Exception:
            pass
    return v


def find_targets():
    """{name: (callable, type or None)} and {name: type}."""
    found = {}
    types = {}
    for module_name in MODULES:
        try:
            module = __import__(module_name)
        except ImportError:
            continue
        for name in sorted(dir(module)):
            v = getattr(module, name)
            if isinstance(v, type):
                types[f"{module_name}.{name}"] = v
            elif callable(v):
                found[f"{module_name}.{name}"] = (v, None)
    samples = [iter([]), iter(()), iter({}), iter({}.values()), iter({}.items()), iter(set()), iter(""), iter(b""), iter(range(1)), {}.keys(), {}.values(), {}.items(), reversed([]), reversed({}), iter(range(2**70)), make.__code__, sys._getframe(), len, [].append, str.upper, int.__add__, object.__init__, dict.fromkeys, (1).__add__, type.__dict__["__mro__"], sys.implementation, sys.version_info, list[int], int | str, (lambda: 1), (x for x in ()), type.__dict__, coroutine, None, ..., NotImplemented, sys, iter(len, 1), memoryview(b""), property(), super(int, 1)]  # fmt: skip
    for v in samples:
        types.setdefault(f"type.{type(v).__name__}", type(v))
    for full, cls in sorted(types.items()):
        found.setdefault(full, (cls, None))
        for name in sorted(dir(cls)):
            if name in ("__class__", "__abstractmethods__", "__del__"):
                continue
            try:
                v = getattr(cls, name)
            except Exception:
                continue
            if callable(v):
                found[f"{full}.{name}"] = (v, cls)
    types = {name: cls for name, cls in types.items() if cls is not _thread.LockType}
    return {name: pair for name, pair in found.items() if name not in LEFT_OUT}, types


import _collections  # noqa: E402
import _functools  # noqa: E402
import _weakref  # noqa: E402

TYPES = [int, str, list]
FUNCTIONS = [("len", len)]


def choose_targets(names):
    """Take functions and types by the names in a file: the same under every interpreter, in the same places."""
    global FUNCTIONS, TYPES
    found, types = find_targets()
    with open(names) as file:
        listed = [line.split() for line in file]
    FUNCTIONS = [(name, *found.get(name, (len, None))) for kind, name in listed if kind == "function"]
    TYPES = [types[name] for kind, name in listed if kind == "type"]


class Late(BaseException):
    """The call takes longer than a call with small arguments should."""


def late(number, frame):
    raise Late


def one_call(seed, number):
    dice = Dice(seed, number)
    name, call, cls = dice.choice(FUNCTIONS)
    posix.write(SAID, f"{number} {name}\n".encode())
    pool = []
    args = []
    kwargs = {}
    try:
        if cls is not None and dice.below(8):
            # mostly an instance of the right type, or of a subclass of it
            args.append(instance(dice, pool, cls))
        args += [make(dice, pool) for _ in range(dice.choice([0, 1, 1, 1, 2, 2, 3, 4]))]
        if dice.below(8) == 0:
            kwargs[dice.choice(["key", "default", "encoding", "errors", "start", "stop", "sep", "maxsplit", "initial", "func", "x", "self"])] = make(dice, pool)
        result = call(*args, **kwargs)
        # what comes back is used a little, too
        match dice.below(8):
            case 0:
                repr(result)
            case 1:
                for _, _item in zip(range(20), result):
                    meddle(dice, pool)
            case 2:
                result()
            case 3:
                hash(result)
            case 4:
                result == args
            case 5:
                dice.choice(args)[0] = result
    except Late:
        pass
    except BaseException:
        pass


def instance(dice, pool, cls):
    for _ in range(3):
        try:
            if cls is type:
                return dice.choice(TYPES)
            used = cls
            if dice.below(3) == 0:
                used = type("Sub", (cls,), {"__slots__": ()} if dice.below(2) else {})
            v = used(*[make(dice, pool) for _ in range(dice.below(3))])
            pool.append(v)
            return v
        except BaseException:
            pass
    for v in [iter([]), iter(()), iter({}), {}.keys(), {}.values(), {}.items(), sys, len, [].append, str.upper, int.__add__, make, make.__code__, sys._getframe(), list[int], int | str, (x for x in (1, 2)), None, type.__dict__, memoryview(bytearray(8))]:
        if isinstance(v, cls):
            return v
    return make(dice, pool)


def main():
    if sys.argv[1] == "--list":
        for kind, found in zip(("function", "type"), find_targets()):
            for name in sorted(found):
                print(kind, name)
        return
    choose_targets(sys.argv[1])
    seed, first, count, threads = map(int, sys.argv[2:])
    posix.dup2(1, SAID)
    posix.dup2(0, HEARD)
    posix.write(SAID, b"ready\n")
    posix.read(HEARD, 5)
    sys.stdout = sys.stderr = None
    sys.unraisablehook = lambda unraisable: None
    signal.signal(signal.SIGALRM, late)
    running = []

    def work(start):
        try:
            for number in range(start, first + count, threads):
                try:
                    one_call(seed, number)
                except BaseException:
                    pass
        finally:
            running.pop()

    running.extend(range(threads - 1))
    for k in range(1, threads):
        _thread.start_new_thread(work, (first + k,))
    for number in range(first, first + count, threads):
        try:
            signal.setitimer(signal.ITIMER_REAL, 2)
            one_call(seed, number)
            signal.setitimer(signal.ITIMER_REAL, 0)
        except BaseException:
            pass
    while running:
        try:
            posix.sched_yield()
        except BaseException:
            pass
    posix.write(SAID, b"done\n")
    posix.read(HEARD, 1)


if __name__ == "__main__":
    main()

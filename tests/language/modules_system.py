"""mmap, resource, pwd, grp, termios, syslog, _stat, _locale, _multiprocessing, _posixshmem: what they say here."""
import _locale
import _multiprocessing
import _posixshmem
import _stat
import fcntl
import grp
import mmap
import os
import pwd
import resource
import syslog
import termios
import warnings


def attempt(function, *args, **kwargs):
    try:
        print(function(*args, **kwargs))
    except Exception as error:
        print(type(error).__name__, str(error).replace(str(os.getpid()), "PID"))


# mmap
m = mmap.mmap(-1, 100)
print(len(m), m[:3], m.write(b"hello\nworld\n"), m.tell(), m.find(b"l", 0), m.rfind(b"o", 0, 8), m[4], m[-1], m[0:12:2])
m.seek(0)
print(m.readline(), m.read(3), m.read_byte(), m.tell(), m.find(b"d"))
attempt(m.size)
m[0] = 72
m[1:5] = b"ELLO"
m[0:10:3] = b"abcd"
m.move(20, 0, 6)
print(m[:26], repr(m), m.flush(), m.madvise(mmap.MADV_NORMAL))
view = memoryview(m)
view[0] = 65
attempt(m.close)
attempt(m.resize, 10)
view.release()
for wrong in (lambda: m[1000], lambda: m["x"], lambda: m.seek(1000), lambda: m.seek(0, 9), lambda: m.move(0, 99, 5),
              lambda: m.write(b"x" * 200), lambda: m.__setitem__(0, 256), lambda: m.__setitem__(0, "x"),
              lambda: m.__setitem__(slice(0, 2), b"x"), lambda: m.__delitem__(0), lambda: m.write_byte(300),
              lambda: m.flush(1, 100), lambda: mmap.mmap(-1, -1), lambda: mmap.mmap(-1, 1, access=9),
              lambda: mmap.mmap(-1, 0), lambda: mmap.mmap(99999, 10), lambda: m.madvise(0, -1)):
    attempt(wrong)
with m:
    pass
print(m.closed, repr(m))
attempt(m.read)
attempt(len, m)
path = f"/tmp/atoll-mmap-{os.getpid()}"
with open(path, 'wb+') as file:
    os.unlink(path)
    file.write(b"0123456789")
    file.flush()
    with mmap.mmap(file.fileno(), 0) as m:
        m.resize(20)
        m[10:] = b"x" * 10
        print(len(m), m.size(), os.fstat(file.fileno()).st_size)
    with mmap.mmap(file.fileno(), 5, access=mmap.ACCESS_READ) as m:
        print(m[:], memoryview(m).readonly)
        attempt(m.__setitem__, 0, 1)
        attempt(m.resize, 3)
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY) as m:
        m[0] = 90
        print(m[:2], os.pread(file.fileno(), 2, 0))
    attempt(mmap.mmap, file.fileno(), 100)
    attempt(mmap.mmap, file.fileno(), 0, offset=4096)

# resource
soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
print(resource.getrlimit(resource.RLIMIT_CORE)[0], resource.prlimit(0, resource.RLIMIT_CORE) == (0, hard))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > 0, resource.getpagesize(), resource.RLIM_INFINITY)
attempt(resource.getrlimit, 999)
attempt(resource.setrlimit, resource.RLIMIT_CORE, (1,))
attempt(resource.setrlimit, resource.RLIMIT_CORE, (2, 1))
attempt(resource.getrusage, 99)

# pwd, grp
print(pwd.getpwuid(0), pwd.getpwnam("root").pw_dir, len(pwd.getpwall()) > 5, grp.getgrgid(0), grp.getgrnam("root")[2])
for wrong in (lambda: pwd.getpwnam("nobody here"), lambda: pwd.getpwuid(2 ** 31 - 5), lambda: pwd.getpwuid(2 ** 80),
              lambda: pwd.getpwuid("x"), lambda: grp.getgrgid(2 ** 31 - 5), lambda: grp.getgrnam("nobody here"),
              lambda: grp.getgrnam("a\0b")):
    attempt(wrong)

# termios
master, slave = os.open("/dev/ptmx", os.O_RDWR | os.O_NOCTTY), None
attributes = None
try:
    attributes = termios.tcgetattr(master)
except termios.error as error:
    print(error.args)
print(len(attributes), len(attributes[6]), attributes[6][termios.VEOF])
attributes[3] &= ~termios.ICANON
termios.tcsetattr(master, termios.TCSANOW, attributes)
print(termios.tcgetattr(master)[6][termios.VMIN], termios.tcsetwinsize(master, (24, 80)), termios.tcgetwinsize(master))
attempt(termios.tcgetattr, 99999)
attempt(termios.tcsetattr, master, 0, [1])
attempt(termios.tcsetattr, master, 0, [0, 0, 0, 0, 0, 0, [1]])
attempt(termios.tcsetwinsize, master, (1,))
attempt(termios.tcsetwinsize, master, (1, 100000))
attempt(termios.tcflush, "x", 1)

# syslog, _stat
print(syslog.LOG_MASK(3), syslog.LOG_UPTO(3), syslog.openlog("test"), syslog.setlogmask(0), syslog.closelog())
attempt(syslog.syslog, 1)
print([_stat.filemode(mode) for mode in (0o100644, 0o40755, 0o120777, 0o104755, 0o102644, 0o1777, 0o140000)])
print(_stat.S_ISDIR(0o40000), _stat.S_ISDOOR(1), _stat.S_IMODE(0o107777), _stat.S_IFMT(0o100644))
attempt(_stat.S_ISDIR, -1)
attempt(_stat.S_ISDIR, 1 << 40)
attempt(_stat.filemode, "x")

# _locale
print(_locale.setlocale(_locale.LC_NUMERIC, "C"), _locale.localeconv()["decimal_point"], _locale.strcoll("a", "b") < 0)
print(repr(_locale.strxfrm("abc")), _locale.nl_langinfo(_locale.RADIXCHAR), _locale.gettext("untranslated"))
attempt(_locale.setlocale, _locale.LC_ALL, "no_SUCH")
attempt(_locale.setlocale, 99)
attempt(_locale.nl_langinfo, 1)
attempt(_locale.strcoll, "a", 1)

# _crypt
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import _crypt
print(_crypt.crypt("word", "ab"), _crypt.crypt("word", "$6$salt"), _crypt.crypt("word", ""), _crypt.crypt("a", "*0"))
attempt(_crypt.crypt, 1, "ab")
attempt(_crypt.crypt, "a\0", "ab")

# _multiprocessing, _posixshmem
name = f"/atoll-{os.getpid()}"
lock = _multiprocessing.SemLock(0, 1, 1, name, True)
print(lock.acquire(), lock.acquire(), lock._count(), lock._is_mine(), lock._is_zero(), lock.release(), lock._count())
lock.release()
attempt(lock.release)
semaphore = _multiprocessing.SemLock(1, 2, 2, name, False)
print(semaphore.name == name, semaphore.maxvalue, semaphore.kind, semaphore._get_value(), semaphore.acquire(False),
      semaphore.acquire(True, 1), semaphore.acquire(False), semaphore.acquire(True, 0.01))
other = _multiprocessing.SemLock._rebuild(0, 1, 2, name)
print(other.release(), semaphore.acquire(), semaphore.release(), semaphore.release())
attempt(semaphore.release)
attempt(_multiprocessing.SemLock, 2, 1, 1, name, True)
attempt(_multiprocessing.SemLock, 1, 1, 1, name, True)
_multiprocessing.sem_unlink(name)
attempt(_multiprocessing.sem_unlink, name)
fd = _posixshmem.shm_open(name, os.O_CREAT | os.O_RDWR | os.O_EXCL, mode=0o600)
os.ftruncate(fd, 10)
with mmap.mmap(fd, 10) as m:
    m[:3] = b"abc"
print(os.pread(fd, 3, 0), fcntl.fcntl(fd, fcntl.F_GETFD))
_posixshmem.shm_unlink(name)
attempt(_posixshmem.shm_unlink, name)
attempt(_posixshmem.shm_open, 1, 0)

"""The audit events of posix, io, sockets, ctypes, sqlite3 and other modules of the system."""
import ctypes
import fcntl
import glob
import io
import os
import pathlib
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import syslog
import tempfile
import threading

import _ctypes

from audit_support import watch

DIRECTORY, FILE, OTHER = 101, 102, 103  # descriptors
place = tempfile.mkdtemp()
os.chdir(place)
os.dup2(os.open(".", os.O_RDONLY), DIRECTORY)


class Path:
    def __init__(self, path):
        self.path = path

    def __fspath__(self):
        return self.path


# ---- files
watch(open, "a", "w")
watch(open, Path("a"), "rb")
watch(open, b"a", "r+")
watch(open, "no/no", "x")
watch(open, "a", closefd=False)
watch(open, "a", opener=os.open)
watch(io.FileIO, "a")
watch(os.open, Path("a"), os.O_RDONLY, 0o7)
watch(os.open, "a", os.O_RDONLY, dir_fd=DIRECTORY)
os.dup2(os.open("a", os.O_RDWR), FILE)
watch(open, FILE, "w", closefd=False)
watch(os.mkdir, "d")
watch(os.mkdir, b"e", 0o700, dir_fd=DIRECTORY)
watch(os.rmdir, "e")
watch(os.rmdir, Path("d"), dir_fd=DIRECTORY)
watch(os.listdir)
watch(os.listdir, b".")
watch(os.listdir, DIRECTORY)
watch(os.scandir)
watch(os.scandir, "not_there")
watch(os.scandir, DIRECTORY)
watch(os.chdir, ".")
watch(os.chdir, DIRECTORY)
watch(os.fchdir, DIRECTORY)
watch(os.chmod, "a", 0o600)
watch(os.chmod, "a", 0o600, dir_fd=DIRECTORY)
watch(os.chmod, FILE, 0o600)
watch(os.fchmod, FILE, 0o600)
watch(os.chown, "a", -1, -1)
watch(os.chown, "a", -1, -1, dir_fd=DIRECTORY)
watch(os.lchown, "a", -1, -1)
watch(os.fchown, FILE, -1, -1)
watch(os.truncate, "a", 3)
watch(os.ftruncate, FILE, 3)
watch(os.link, "a", "b")
watch(os.link, "a", "b2", src_dir_fd=DIRECTORY, dst_dir_fd=DIRECTORY)
watch(os.symlink, "a", "c")
watch(os.symlink, "a", "c2", dir_fd=DIRECTORY)
watch(os.rename, "b", "b3")
watch(os.rename, "b3", "b", src_dir_fd=DIRECTORY)
watch(os.replace, "b", Path("b4"))
watch(os.remove, "b2")
watch(os.unlink, "c", dir_fd=DIRECTORY)
watch(os.utime, "a")
watch(os.utime, "a", (1, 2))
watch(os.utime, "a", ns=(1, 2), dir_fd=DIRECTORY)
watch(os.setxattr, "not_there", "user.x", b"v")
watch(os.getxattr, "not_there", "user.x")
watch(os.listxattr, "a")
watch(os.listxattr)
watch(os.removexattr, FILE, b"user.x")
watch(os.lockf, FILE, os.F_LOCK, 1)
watch(os.readlink, "c2")
watch(os.stat, "a")
watch(glob.glob, "*")
watch(shutil.copyfile, "a", "copy")
watch(fcntl.fcntl, FILE, fcntl.F_GETFD)
watch(fcntl.fcntl, FILE, fcntl.F_SETFD, 1)
watch(fcntl.fcntl, FILE, fcntl.F_GETLK, b"x" * 32)
watch(fcntl.ioctl, FILE, 21519, b"abcd")
watch(fcntl.ioctl, FILE, (1 << 31) + 1, bytearray(4))
watch(fcntl.ioctl, FILE, -1, 3)
watch(fcntl.flock, FILE, fcntl.LOCK_EX)
watch(fcntl.lockf, FILE, fcntl.LOCK_EX)
watch(fcntl.lockf, FILE, fcntl.LOCK_UN, 1, 2, 1)

# ---- processes
watch(os.putenv, "A", b"b")
watch(os.putenv, "A=", "b")
watch(os.unsetenv, "A")
watch(os.environ.__setitem__, "A", "b")
watch(os.system, "true")
watch(os.execv, "/not_there", ["a"])
watch(os.execve, "/not_there", ("a",), {"a": "b"})
watch(os.execv, "/not_there", [])
watch(os.posix_spawn, "/not_there", ["a"], {})
watch(os.posix_spawnp, "/not_there", ["a"], os.environ)
watch(subprocess.run, ["true"])
watch(os.killpg, 1 << 30, 0)
watch(signal.pthread_kill, threading.get_ident(), 0)


def fork():
    if os.fork() == 0:
        os._exit(0)
    os.wait()


def forkpty():
    child, terminal = os.forkpty()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    os.close(terminal)


watch(fork)
watch(forkpty)
limits = resource.getrlimit(resource.RLIMIT_CORE)
watch(resource.setrlimit, resource.RLIMIT_CORE, (0, limits[1]) if limits[0] else limits)
watch(resource.prlimit, 0, resource.RLIMIT_CORE)
watch(syslog.openlog, "x")
watch(syslog.syslog, "m")
watch(syslog.setlogmask, 255)
watch(syslog.closelog)
watch(syslog.closelog)
watch(syslog.openlog, logoption=1, facility=8)

# ---- sockets
s = watch(socket.socket)
watch(socket.socket, socket.AF_INET, socket.SOCK_DGRAM, 17)
watch(socket.socket, socket.AF_INET, 77)
watch(socket.socketpair)
watch(s.bind, ("127.0.0.1", 0))
watch(s.bind, ("127.0.0.1", -1))
watch(s.connect, ("127.0.0.1", 1))
watch(s.connect_ex, ("127.0.0.1", 1))
datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
watch(datagrams.sendto, b"a", ("127.0.0.1", 9))
watch(datagrams.sendto, b"a", 0, ("127.0.0.1", 9))
watch(datagrams.sendto, "a", 0, ("127.0.0.1", 9))
watch(datagrams.sendmsg, [b"a"], [], 0, ("127.0.0.1", 9))
watch(socket.gethostname)
watch(socket.sethostname, 1)
socket.gethostbyname("127.0.0.1")
watch(socket.gethostbyname, "127.0.0.1")
watch(socket.gethostbyname_ex, "127.0.0.1")
watch(socket.getaddrinfo, "127.0.0.1", 80)
watch(socket.getaddrinfo, None, "80", type=1, proto=6, flags=1)
watch(socket.getaddrinfo, 1, 1)
watch(socket.getnameinfo, ("127.0.0.1", 80), 3)
watch(socket.getnameinfo, ("127.0.0.1",), 3)
watch(socket.getservbyname, "not_there")
watch(socket.getservbyname, "not_there", "tcp")
watch(socket.getservbyport, 1, "not_there")
watch(socket.getservbyport, -1)


# ---- ctypes and sqlite3
class Structure(ctypes.Structure):
    _fields_ = [("a", ctypes.c_int)]


data = Structure(3)
watch(ctypes.addressof, data)
watch(ctypes.sizeof, data)
watch(ctypes.get_errno)
watch(ctypes.set_errno, 0)
library = watch(ctypes.CDLL, "libc.so.6")
watch(ctypes.CDLL, None)
watch(getattr, library, "getpid")
watch(getattr, library, "not_there")
watch(library.getpid)
watch(_ctypes.dlsym, library._handle, "abs")
watch(ctypes.c_int.in_dll, library, "optind")
watch(ctypes.c_int.from_address, ctypes.addressof(data))
watch(ctypes.c_int.from_buffer, bytearray(8), 2)
watch(ctypes.c_int.from_buffer_copy, bytearray(8), 2)
watch(ctypes.string_at, b"abc", 2)
watch(ctypes.wstring_at, "abc", 2)
watch(ctypes.create_string_buffer, 3)
watch(_ctypes.call_function, ctypes.cast(library.getpid, ctypes.c_void_p).value, ())
watch(ctypes.CFUNCTYPE(ctypes.c_int), ("getpid", library))
database = watch(sqlite3.connect, ":memory:")
watch(sqlite3.connect, database=":memory:")
watch(sqlite3.connect, pathlib.Path("/not_there/x"))
watch(database.enable_load_extension, 1)
watch(database.load_extension, "not_there")
watch(database.execute, "select 1")
os.chdir("/")
shutil.rmtree(place)

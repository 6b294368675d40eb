"""What functions about the system say of their arguments: time, posix, _socket, pwd, grp, _imp, sys."""

import _imp
import _socket
import grp
import posix
import pwd
import sys
import time

from support import attempt

for function in (time.ctime, time.gmtime, time.clock_gettime, time.strftime, time.get_clock_info, time.strptime):
    attempt(function, "a", "b", "c")
    attempt(function, x=1)
    attempt(function, "\ud800")
    attempt(function, 2**70)

for function in (_socket.htons, _socket.inet_ntop, _socket.CMSG_LEN, _socket.getservbyname, _socket.getprotobyname, _socket.socketpair):
    attempt(function, 1, 2, 3, 4)
    attempt(function, x=1)
    attempt(function, 2**70)
    attempt(function, "a\0b")

for number in (None, 1.5, 2**70, -1):
    attempt(posix.major, number)
attempt(posix.open, None, None)
attempt(posix.setxattr, None, None, None, None)
attempt(posix.getsid, 2**70)
attempt(posix.sysconf, "\ud800")
fd = posix.open("/dev/null", posix.O_RDONLY)
try:
    posix.listdir(fd)
except OSError as e:
    print(type(e).__name__, e.filename == fd)
posix.close(fd)
attempt(posix.stat_result, 1, 2)
attempt(posix.stat_result, (1,), 2)

attempt(pwd.getpwnam, None)
attempt(grp.getgrnam, 1)

for name in (None, 5, "a"):
    attempt(_imp.is_frozen, name)
    attempt(_imp.find_frozen, name)
    attempt(_imp.get_frozen_object, name)
attempt(_imp.find_frozen)
attempt(_imp._override_frozen_modules_for_tests, "a")

attempt(sys.audit)
attempt(sys.audit, "a", x=1)

attempt(posix.access, None, None)
attempt(posix.fstatvfs, "a")
attempt(posix.getgrouplist, None, None)

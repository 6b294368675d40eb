"""posix: what is rarer: spawning, vectors at positions, event descriptors, attributes, limits, terminals, waiting."""
import os
import posix


def attempt(function, *args, **kwargs):
    try:
        print(function(*args, **kwargs))
    except Exception as error:
        print(type(error).__name__, error)


print(sorted(posix._have_functions) == sorted(posix._have_functions), len(posix.sysconf_names) > 100)
print(os.sysconf("SC_PAGESIZE"), os.confstr("CS_PATH"), os.pathconf("/", "PC_NAME_MAX"), os.fpathconf(0, "PC_PIPE_BUF"))
for wrong in (lambda: os.sysconf("x"), lambda: os.confstr(1.5), lambda: os.pathconf("/", "x"),
              lambda: os.fpathconf(-1, 1), lambda: os.confstr(-1), lambda: os.pathconf("/nonexistent", "PC_NAME_MAX")):
    attempt(wrong)

# Spawning.
read, write = os.pipe()
pid = os.posix_spawn("/bin/sh", ["sh", "-c", "echo $A; pwd >/dev/null"], {"A": "spawned"},
                     file_actions=[(os.POSIX_SPAWN_DUP2, write, 1), (os.POSIX_SPAWN_CLOSE, read)], setsigmask=[10],
                     setsigdef=[13], setpgroup=0)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), os.read(read, 100))
pid = os.posix_spawnp("true", ("true",), os.environ, setsid=True,
                      file_actions=[(os.POSIX_SPAWN_OPEN, 5, "/dev/null", os.O_RDONLY, 0)])
print(os.waitid(os.P_PID, pid, os.WEXITED).si_status, os.WEXITED)
for arguments, keywords in ((("/bin/true", 1, {}), {}), (("/bin/true", [], {}), {}), (("/bin/true", ["x"], 1), {}),
                            (("/bin/true", [""], {}), {}), (("/nonexistent", ["x"], {}), {}),
                            (("/bin/true", ["x"], {}), {"file_actions": [1]}),
                            (("/bin/true", ["x"], {}), {"file_actions": [(1, 2, 3)]}),
                            (("/bin/true", ["x"], {}), {"file_actions": [(9, 2)]}),
                            (("/bin/true", ["x"], {}), {"setsigmask": [99999]})):
    attempt(os.posix_spawn, *arguments, **keywords)
for wait in (lambda: os.wait3(0), lambda: os.wait4(pid, 0)):
    pid = os.posix_spawn("/bin/sh", ["sh", "-c", "exit 3"], {})
    got, status, usage = wait()
    print(got == pid, os.waitstatus_to_exitcode(status), usage.ru_maxrss > 0)
attempt(os.waitid, os.P_ALL, 0, os.WEXITED)

# Descriptors.
fd = os.memfd_create("island")
print(os.pwritev(fd, [b"abc", b"def"], 2), os.preadv(fd, [bytearray(3)], 1), os.posix_fallocate(fd, 0, 100))
rooms = [bytearray(3), bytearray(4)]
print(os.preadv(fd, rooms, 1), rooms, os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_NORMAL), os.fstat(fd).st_size)
other = os.memfd_create("other", os.MFD_CLOEXEC)
print(os.copy_file_range(fd, other, 5, 2, 0), os.pread(other, 10, 0))
print(os.splice(fd, write, 4, offset_src=2), os.read(read, 10))
attempt(os.splice, 0, 1, -1)
attempt(os.copy_file_range, 0, 1, -1)
event = os.eventfd(3, os.EFD_NONBLOCK)
print(os.eventfd_write(event, 4), os.eventfd_read(event))
attempt(os.eventfd_read, event)
attempt(os.eventfd, -1)
attempt(os.eventfd, 1 << 40)
attempt(os.posix_fallocate, fd, 0, 0)

# Attributes, users, scheduling.
attempt(os.getxattr, "/nonexistent", "user.x")
attempt(os.getxattr, 1.5, "x")
attempt(os.setxattr, "/", "user.x", "x")
attempt(os.removexattr, "/nonexistent", "user.x", follow_symlinks=False)
print(os.listxattr("/proc") == [])
print(os.getresuid() == (os.getuid(),) * 3, os.getresgid() == (os.getgid(),) * 3, os.getgrouplist("root", 0))
for wrong in (lambda: os.setuid(-2), lambda: os.setgid("x"), lambda: os.setreuid(0, 1 << 70), lambda: os.setgroups(1),
              lambda: os.setgroups(["x"]), lambda: os.getgrouplist(1, 1), lambda: os.setpriority(9, 9, 9),
              lambda: os.sched_setparam(0, 5), lambda: os.sched_setparam(0, os.sched_param("x"))):
    attempt(wrong)
print(os.sched_getscheduler(0), os.sched_getparam(0), os.sched_rr_get_interval(0) >= 0)

# Terminals.
master, slave = os.openpty()
print(os.isatty(slave), os.get_inheritable(slave))
pid, fd = os.forkpty()
if pid == 0:
    os.write(1, b"from the child %d\n" % os.isatty(0))
    os._exit(0)
print(os.read(fd, 100), os.waitpid(pid, 0)[1])
attempt(os.tcgetpgrp, read)

# Paths, normalised.
for path in ("", "/", "//", "///", "a//b/../c", "/..", "../a", "a/..", "./.", "//a/./b", "/a/../../b/", "a\0b//c", "..//..",
             "///..//./foo/.//bar", "a/b/c/../../..", "a/../../b", "../../a/../b", "\udc80/\U0001f600/../x", "...", ".a/..b/c."):
    print(ascii(posix._path_normpath(path)))
attempt(posix._path_normpath, b"a")

"""Numbers that are no descriptors, -1 among them, wherever a call takes a descriptor or a path."""
import os

MISSING = 10**6


def show(name, call, *args, **kwargs):
    try:
        result = call(*args, **kwargs)
    except (OSError, ValueError, TypeError, OverflowError) as e:
        result = type(e).__name__, *e.args, getattr(e, "filename", None)
    print(name, result)


class Index:
    def __init__(self, number):
        self.number = number

    def __index__(self):
        return self.number

    def fileno(self):
        return self.number

    def __repr__(self):
        return "<index>"


def entries(argument):
    with os.scandir(argument) as found:
        return sorted((e.name, e.path, e.is_file(), e.is_dir(follow_symlinks=False), e.stat().st_size) for e in found)


folder = f"/tmp/descriptors-{os.getpid()}"
os.mkdir(folder)
os.chdir(folder)
try:
    with open("file", "w") as f:
        f.write("12345")
    for number in -1, -2, -100, MISSING, Index(-1), Index(MISSING):
        print("----", number)
        show("listdir", os.listdir, number)
        show("scandir", entries, number)
        for name in "stat", "statvfs", "chdir":
            show(name, getattr(os, name), number)
        show("chmod", os.chmod, number, 0o700)
        show("chown", os.chown, number, -1, -1)
        show("truncate", os.truncate, number, 0)
        for name in "fsync", "fdatasync", "fchdir":
            show(name, getattr(os, name), number)
        if not isinstance(number, Index):
            show("utime", os.utime, number)
            show("utime", os.utime, number, ns=(1, 2))
        for name in "exists", "isfile", "isdir":
            show(name, getattr(os.path, name), number)
        for name in "fstat", "close", "dup", "isatty", "get_inheritable", "get_blocking":
            show(name, getattr(os, name), number)
        show("read", os.read, number, 1)
        show("write", os.write, number, b"x")
        show("lseek", os.lseek, number, 0, 0)
        show("ftruncate", os.ftruncate, number, 0)
    for number in 2**31, 2**70, -(2**31) - 1, -(2**70):
        for name in "listdir", "scandir", "stat", "statvfs", "chdir":
            show(name, getattr(os, name), number)
    for name in "open", "mkdir", "stat", "rmdir", "unlink", "readlink":
        for number in -1, -2, MISSING:
            show(name, getattr(os, name), "none", *([0] if name == "open" else []), dir_fd=number)
    show("stat", os.stat, 1, dir_fd=3)
    show("stat", os.stat, 1, follow_symlinks=False)
    show("utime", os.utime, "/nowhere/at/all")
    directory = os.open(".", os.O_RDONLY)
    show("listdir", os.listdir, directory)
    show("scandir", entries, directory)
    os.close(directory)
finally:
    os.chdir("/")
    os.unlink(f"{folder}/file")
    os.rmdir(folder)

"""How errors name what was given to them."""

# OSError.filename of os.stat(PathLike) is what __fspath__ gave
import os
class P:
    def __fspath__(self): return '/nonexist/x'
for f in (os.stat, os.listdir, os.open, open, os.unlink, os.chdir, os.scandir, os.readlink):
    try: f(P(), 0) if f is os.open else f(P())
    except OSError as e: print(f.__name__, repr(e.filename), e)


import io
try: io.FileIO('/dev/zero').readinto(b'')
except Exception as e: print(type(e).__name__, e)
try: io.BytesIO(b'x').readinto(b'')
except Exception as e: print(type(e).__name__, e)
try: open('/dev/zero', 'rb').readinto('')
except Exception as e: print(type(e).__name__, e)

# paths with a null, and what is no path
import symtable
for name, call in {
    "open": lambda: open(b"a\0b"), "FileIO": lambda: io.FileIO("a\0"), "stat": lambda: os.stat(b"a\0b"),
    "stat of a str": lambda: os.stat("a\0b"), "stat of a path": lambda: os.stat(Null()), "listdir": lambda: os.listdir("\0"),
    "mkdir": lambda: os.mkdir(b"a\0"), "rename": lambda: os.rename(b"a\0", b"b"), "rename to": lambda: os.rename("a", "b\0"),
    "os.open": lambda: os.open(b"\0", 0), "execv": lambda: os.execv(b"\0", ["a"]), "putenv": lambda: os.putenv(b"a\0", b"b"),
    "putenv's value": lambda: os.putenv("a", "b\0"), "unsetenv": lambda: os.unsetenv(b"a\0"), "chdir": lambda: os.chdir("\0"),
    "readlink": lambda: os.readlink(b"\0"), "symlink": lambda: os.symlink(b"a", b"\0"), "scandir": lambda: os.scandir(b"\0"),
    "posix_spawn": lambda: os.posix_spawn(b"\0", ["a"], {}), "statvfs": lambda: os.statvfs("\0"),
    "access": lambda: os.access(b"\0", 0), "getxattr": lambda: os.getxattr(b"\0", b"a"), "truncate": lambda: os.truncate(b"\0", 0),
    "memfd_create": lambda: os.memfd_create("a\0"), "compile": lambda: compile("1", b"a\0", "eval"),
    "compile of a str": lambda: compile("1", "a\0", "eval"), "symtable": lambda: symtable.symtable("1", "a\0", "eval"),
    "putenv of no path": lambda: os.putenv(1, b"b"), "unsetenv of no path": lambda: os.unsetenv(1.5),
    "memfd_create of no path": lambda: os.memfd_create(None), "open of no path": lambda: io.FileIO([]),
    "surrogates": lambda: os.stat("\ud800"),
}.items():
    class Null:
        def __fspath__(self): return "a\0"
    try: print(name, call())
    except Exception as e: print(name, type(e).__name__, e)

for name, arguments in (("execv", ["a"]), ("execve", ["a"])):
    try:
        getattr(os, name)("/not_there", arguments, *([{}] if name == "execve" else []))
    except OSError as e:
        print(name, e, e.filename)

"""The bytecode cache: what it keeps, what makes an entry invalid, damaged entries, and the library compiled beforehand.

    /usr/bin/python3.11 tests/runtime/bytecode_cache.py --atoll PATH

That an entry was used shows when the source is replaced by another of the same size and time: CPython, too, goes by
these alone.
"""

import argparse
import glob
import os
import shutil
import subprocess
import sys
import tempfile

FIRST, SECOND = 'assert False or not __debug__, "one"\nvalue = 1\n', 'assert False or not __debug__, "two"\nvalue = 2\n'
PROGRAM = "try:\n import module; print(module.value)\nexcept AssertionError as e: print(e)"


class Case:
    def __init__(self, atoll, folder):
        self.atoll = atoll
        self.folder = folder
        self.source = os.path.join(folder, "module.py")
        self.cache = os.path.join(folder, "cache")

    def run(self, *arguments, text="", **variables):
        environment = {key: text for key, text in os.environ.items() if not key.startswith(("PYTHON", "ATOLL"))}
        environment.update({"ATOLL_CACHE": self.cache} | variables)
        # -S: no site, and no sitecustomize, whose bytecode is kept, too.
        done = subprocess.run(
            [self.atoll, "-S", *arguments], cwd=self.folder, env=environment, input=text, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, (arguments, done.returncode, done.stderr)
        return done.stdout.strip()

    def imports(self, *options, **variables):
        return self.run(*options, "-c", PROGRAM, **variables)

    def write(self, text, time=1_000_000_000):
        with open(self.source, "w", encoding="utf-8") as file:
            file.write(text)
        os.utime(self.source, ns=(time, time))

    def entries(self):
        return sorted(glob.glob(os.path.join(self.cache, "*")))

    def expect(self, text, *options, **variables):
        found = self.imports(*options, **variables)
        assert found == text, f"expected {text!r} with {options}, found {found!r}"


def check_validity(case):
    case.write(FIRST)
    case.expect("one", "-B")
    case.expect("one", PYTHONDONTWRITEBYTECODE="1")
    assert not case.entries(), "written though told not to"
    case.expect("one")
    assert len(case.entries()) == 1, case.entries()
    case.write(SECOND)
    case.expect("one")  # the entry, as size and time agree
    case.expect("2", "-O")  # a level of its own
    assert len(case.entries()) == 2, case.entries()
    case.expect("one")
    case.write(SECOND, time=2_000_000_000)
    case.expect("two")
    case.write(SECOND + "\n", time=2_000_000_000)
    case.expect("two")
    assert len(case.entries()) == 2, "an entry was not replaced"


def check_damage(case):
    """Whatever is in an entry, the source decides."""
    (path, *_) = case.entries()
    case.expect("two")
    with open(path, "rb") as file:
        whole = file.read()
    steps = range(0, len(whole), max(1, len(whole) // 12))
    damaged = [whole[:at] for at in steps] + [whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :] for at in steps]
    for data in damaged + [b"", b"x" * 5000, whole + b"more"]:
        for name in case.entries():
            with open(name, "wb") as file:
                file.write(data)
        case.expect("two", "-B")
        case.expect("2", "-B", "-O")


def check_trust(case):
    """Only regular files of one's own that nobody else can write are believed, wherever variables point."""
    shutil.rmtree(case.cache)
    case.write(FIRST)
    case.expect("one")
    (path,) = case.entries()
    assert os.stat(case.cache).st_mode & 0o777 == 0o700, oct(os.stat(case.cache).st_mode)
    assert os.stat(path).st_mode & 0o777 == 0o600, oct(os.stat(path).st_mode)
    case.write(SECOND)
    case.expect("one", "-B")  # the entry

    def doubted(place, *options, **variables):
        case.expect("two", "-B", *options, **variables)
        assert case.entries() == [path], (place, case.entries())

    for place in path, case.cache:
        mode = os.stat(place).st_mode
        for more in 0o020, 0o002:
            os.chmod(place, mode | more)
            doubted(place)
        os.chmod(place, mode)
        if os.geteuid() == 0:
            os.chown(place, 65534, -1)
            doubted(place)
            os.chown(place, 0, -1)
    doubted("ATOLL_CACHE with -E", "-E")
    program = f"import sys; sys.path.insert(0, {case.folder!r})\n" + PROGRAM
    assert [case.run("-B", *option, "-c", program) for option in ((), ("-I",))] == ["one", "two"]
    case.expect("one", "-B")
    os.rename(path, path + ".real")
    os.symlink(path + ".real", path)
    case.expect("two", "-B")
    os.unlink(path)
    os.mkfifo(path)
    case.expect("two", "-B")
    case.expect("two")  # and is replaced
    assert os.path.isfile(path)
    os.chmod(case.cache, 0o777)
    os.unlink(path)
    case.expect("two")
    assert path not in case.entries(), "written where others may write"
    os.chmod(case.cache, 0o700)

    home = os.path.join(case.folder, "home")
    for variables, place in (
        ({"ATOLL_CACHE": "relative", "XDG_CACHE_HOME": "relative"}, ".cache/atoll"),
        ({"ATOLL_CACHE": "", "XDG_CACHE_HOME": ""}, ".cache/atoll"),
        ({"ATOLL_CACHE": "relative", "XDG_CACHE_HOME": os.path.join(home, "xdg")}, "xdg/atoll"),
    ):
        os.mkdir(home)
        case.expect("two", HOME=home, **variables)
        assert not os.path.exists(os.path.join(case.folder, "relative"))
        assert os.listdir(os.path.join(home, place)), place
        assert os.stat(os.path.join(home, place.split("/")[0])).st_mode & 0o777 == 0o700
        shutil.rmtree(home)


def check_library(case):
    """A small standard library beside a copy of the program: what is Python is compiled, the rest is left out."""
    library = os.path.join(case.folder, "library")
    os.makedirs(os.path.join(library, "package", "test"))
    function = "def f(): return g()\ndef g(): return {name!r}, __debug__\n"
    files = {
        "os.py": "",
        "wrong.py": "1 +",
        "notes.txt": "",
        "module.py": function.format(name="old"),
        "package/__init__.py": function.format(name="package"),
        "package/test/__init__.py": "",
        "package/test/t.py": function.format(name="test"),
    }
    for name, text in files.items():
        with open(os.path.join(library, name), "w", encoding="utf-8") as file:
            file.write(text)
    program = os.path.join(case.folder, "atoll")
    shutil.copy(case.atoll, program)
    case = Case(program, case.folder)
    compiled = os.path.join(case.folder, "library.bytecode")

    def outcome(name, *options):
        return case.run("-B", "-P", *options, "-c", f"import {name}; print(*{name}.f())", ATOLL_STDLIB=library)

    case.run("-X", f"compile-library={compiled}", ATOLL_STDLIB=library)
    times = os.stat(os.path.join(library, "module.py"))
    with open(os.path.join(library, "module.py"), "w", encoding="utf-8") as file:
        file.write(function.format(name="new"))
    os.utime(os.path.join(library, "module.py"), ns=(times.st_atime_ns, times.st_mtime_ns))
    assert outcome("module") == "old True", "the library's bytecode was not used"
    assert outcome("module", "-O") == "new False"
    assert outcome("package") == "package True"
    assert outcome("package.test.t") == "test True"
    mode = os.stat(compiled).st_mode
    for more in 0o020, 0o002:
        os.chmod(compiled, mode | more)
        assert outcome("module") == "new True", "believed though others may write it"
    os.chmod(compiled, mode)
    program = "import module, posix, package\n" \
              f"file = posix.open({compiled!r}, posix.O_RDWR); posix.ftruncate(file, int(input())); posix.close(file)\n" \
              "print(*module.f(), *package.f())\ntry: import package.test.t as t\nexcept ImportError: pass\nelse: print(*t.f())"
    with open(compiled, "rb") as file:
        whole = file.read()
    for length in 0, 100, len(whole) // 2:
        found = case.run("-B", "-P", "-c", program, ATOLL_STDLIB=library, text=f"{length}\n")
        assert found == "old True package True\ntest True", ("cut short under a running program", length, found)
        with open(compiled, "wb") as file:
            file.write(whole)
    os.rename(compiled, compiled + ".kept")
    os.mkfifo(compiled)
    assert outcome("module") == "new True"
    os.rename(compiled + ".kept", compiled)
    steps = range(0, len(whole), max(1, len(whole) // 40))
    for data in [whole[:at] for at in steps] + [whole[:at] + b"\xff" + whole[at + 1 :] for at in steps]:
        with open(compiled + ".new", "wb") as file:
            file.write(data)
        os.rename(compiled + ".new", compiled)
        program = "import module, package\nfor m in module, package:\n"
        program += " try: print(*m.f())\n except ValueError as e: print(e)"
        lines = case.run("-B", "-P", "-c", program, ATOLL_STDLIB=library).splitlines()
        assert lines[0] in ("old True", "new True") or lines[0].startswith("bad bytecode file"), lines
        assert lines[1] == "package True" or lines[1].startswith("bad bytecode file"), lines


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--atoll", required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        case = Case(os.path.abspath(options.atoll), folder)
        check_validity(case)
        check_damage(case)
        check_trust(case)
        check_library(case)
    print("the bytecode cache is right")


if __name__ == "__main__":
    sys.exit(main())

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

    def run(self, *arguments, **variables):
        environment = {key: text for key, text in os.environ.items() if not key.startswith(("PYTHON", "ATOLL"))}
        environment.update(ATOLL_CACHE=self.cache, **variables)
        done = subprocess.run(
            [self.atoll, *arguments], cwd=self.folder, env=environment, capture_output=True, text=True, timeout=60
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
    with open(compiled, "rb") as file:
        whole = file.read()
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
        check_library(case)
    print("the bytecode cache is right")


if __name__ == "__main__":
    sys.exit(main())

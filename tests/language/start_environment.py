"""What the environment and the current directory may say at start, and what they may not."""
import os
import sys

ROOT = f"/tmp/start-{os.getpid()}"
PARTS = "os abc encodings codecs io stat posixpath genericpath _collections_abc _sitebuiltins site runpy zipimport".split()
OTHERS = "functools re enum copyreg keyword operator collections types".split()


def run(*arguments, text=None, quiet=False, **environment):
    """The interpreter with arguments, in the folder; its output goes where ours goes (quiet: errors go nowhere)."""
    print("$", *arguments[:-1], environment)
    sys.stdout.flush()
    kept = {name: os.environ[name] for name in ("PATH", "ATOLL_STDLIB", "ATOLL_CACHE", "HOME") if name in os.environ}
    pid = os.fork()
    if not pid:
        os.dup2(os.open("/dev/null", os.O_WRONLY) if quiet else 1, 2)
        if text is not None:
            r, w = os.pipe()
            os.write(w, text)
            os.close(w)
            os.dup2(r, 0)
        os.execve(sys.executable, [sys.executable, *arguments], kept | environment)
    print("status", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


os.mkdir(ROOT)
os.chdir(ROOT)
try:
    show = f"import sys; print([p.replace({ROOT!r}, 'ROOT') for p in sys.path if 'lib' not in p])"
    for paths in "a::../b:", "", ".", ":", "a/../b", "./a/", "/tmp//a", "/", "/..:/../x", "a:a:./a", "../..:..":
        for option in "-S", "-E", "-q":
            run(option, "-c", show, PYTHONPATH=paths)

    for home in "/usr", "/usr:/usr", "", "/nowhere", "nowhere", "/nowhere:/usr", "/usr/lib/python3.11":
        run("-c", "import os; print(os.__file__)", quiet=True, PYTHONHOME=home)
        run("-I", "-c", "import os; print(os.__file__)", quiet=True, PYTHONHOME=home)

    show = "import sys; print(sys.get_int_max_str_digits(), sys.flags.int_max_str_digits)"
    for limit in "abc", "5", "-1", "0", "640", "99999999999", "10 ", " 700", "1_000", "0x400", "2147483648", "+640", "":
        run("-c", show, PYTHONINTMAXSTRDIGITS=limit)
        run("-X", f"int_max_str_digits={limit}", "-c", show)
    run("-X", "int_max_str_digits", "-c", show)
    run("-X", "int_max_str_digits=700", "-c", show, PYTHONINTMAXSTRDIGITS="5")
    run("-E", "-c", show, PYTHONINTMAXSTRDIGITS="5")
    run("-c", show, PYTHONHASHSEED="x")
    for mode in "2", "x", "", "1", "01":
        run("-c", "print('on')", PYTHONUTF8=mode)
        run("-X", f"utf8={mode}", "-c", "print('on')")
    run("-E", "-c", "print('on')", PYTHONUTF8="2")
    run("-X", "utf8", "-c", "print('on')", PYTHONUTF8="2")

    show = "import sys; print(sys.warnoptions, 'warnings' in sys.modules)"
    for options in "-Werror", "-Werror -Wignore::UserWarning", "-b", "-bb", "-Xdev", "-Wbogus", "-Xdev -b -Wonce", "-Wdefault":
        run(*options.split(), "-c", show, PYTHONWARNINGS="default,,ignore::ImportWarning")
    run("-E", "-c", show, PYTHONWARNINGS="error")
    run("-c", show)
    run("-c", "compile('1 is 1', '', 'eval')", PYTHONWARNINGS="error")

    # Nothing in the current directory stands in for a part of the runtime.
    for name in PARTS + OTHERS:
        with open(f"{name}.py", "w") as f:
            f.write(f"print('taken from the current directory:', {name!r})\nraise SystemExit(3)\n")
    for name in PARTS[:-2]:
        run("-c", f"import os, {name}; print({name}.__name__)")
    run("-c", "print(b'a'.decode('cp1252'), 'a'.encode('mac_roman'))")
    run("-c", "import os.path; print(os.path.basename('a/b'))")
    run("-c", "import re")
    run("-", text=b"import os, abc; print(os.sep, abc.ABC)")
    run("-c", "1/0")
    for name in OTHERS:
        os.unlink(f"{name}.py")
    run("-c", "import re; print(re.match('(a)', 'a').expand(r'<\\1>'))")
finally:
    os.chdir("/")
    for folder, _, names in os.walk(ROOT, topdown=False):
        for name in names:
            os.unlink(f"{folder}/{name}")
        os.rmdir(folder)

"""Options of the command line, variables that mean the same, what is refused and in which words."""
import os
import re
import subprocess
import sys
import tempfile

FLAGS = "import sys; print([(n, v) for n, v in zip(dir(sys.flags), map(sys.flags.__getattribute__, dir(sys.flags))) if n[0] != '_' and not callable(v) and n != 'hash_randomization' and v])"
KEPT = {name: os.environ[name] for name in ("PATH", "ATOLL_STDLIB", "ATOLL_CACHE", "HOME") if name in os.environ}


here = "nowhere"


def same(text):
    """Without what names the interpreter, and times."""
    text = re.sub(r"[^ \n`]*(python3\.11|python|atoll)\b(?= |:)", "PYTHON", text)
    text = text.replace(here, "HERE")
    return re.sub(r"^(import time: ) *\d+ \| +\d+ ", r"\1N", text, flags=re.M)


def run(*arguments, text="", lines=None, only="", **environment):
    done = subprocess.run([sys.executable, *arguments], env=KEPT | {"LC_ALL": "C.UTF-8"} | environment, text=True,
                          input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    print(*(a for a in arguments if a != FLAGS), environment or "", done.returncode)
    print("\n".join([line for line in same(done.stdout).splitlines() if only in line][:lines]))


for options in "-b -B -d -I", "-bb -E -O -P", "-q -s -S -u -OO", "-OOO -x -Xutf8", "-Xdev -Xutf8=0", "-IOBs":
    run(*options.split(), "-c", FLAGS)
NAMES = "DEBUG", "DONTWRITEBYTECODE", "OPTIMIZE", "NOUSERSITE", "SAFEPATH", "DEVMODE", "WARNDEFAULTENCODING"
for text in "", "1", "2", "yes":
    run("-c", FLAGS, lines=1, **{"PYTHON" + name: text for name in NAMES})
run("-E", "-c", FLAGS, **{"PYTHON" + name: "1" for name in (*NAMES, "UTF8")})
run("-c", FLAGS, LC_ALL="C")
run("-c", FLAGS, LC_ALL="POSIX", PYTHONUTF8="0")

for options in ("-z", "--what", "-c", "-m", "-W", "-X", "-J", "--check-hash-based-pycs",
                "--check-hash-based-pycs x", "-Xutf8=2", "-Xutf8=", "-Xtracemalloc=x", "-Xtracemalloc=-1",
                "-Xfrozen_modules=x"):
    run(*options.split())
run("-c", "1", PYTHONMALLOC="nothing")
run("-c", "1", PYTHONMALLOC="debug")
run("-c", "1", PYTHONTRACEMALLOC="x")
for options in "-?", "--help-all", "-hz":
    run(options, "-c", "1", lines=0)
for mode in "always", "never", "default":
    run("--check-hash-based-pycs", mode, "-c", "import _imp; print(_imp.check_hash_based_pycs)")

show = "import sys; print(sys.pycache_prefix, sys.platlibdir, sys.orig_argv[1:], sys.argv)"
run("-X", "pycache_prefix=/a", "-c", show, "x", PYTHONPYCACHEPREFIX="/b", PYTHONPLATLIBDIR="lib")
run("-X", "pycache_prefix=", "-c", show, PYTHONPYCACHEPREFIX="/b")
run("-c", show, PYTHONPYCACHEPREFIX="/b")
run("-", "a", "-b", text=show)
run("--", "-", text=show)
run("-X", "importtime", "-S", "-c", "import token", only="token")
run("-S", "-c", "import nothing", only="nothing", PYTHONPROFILEIMPORTTIME="1")
run("-X", "faulthandler", "-c", "import faulthandler; print(faulthandler.is_enabled())")
run("-c", "import faulthandler; print(faulthandler.is_enabled())", PYTHONFAULTHANDLER="1")
run("-R", "-c", "import sys; print(sys.flags.hash_randomization)", PYTHONHASHSEED="0")
run("-c", "import sys; print(sys.stdout.encoding, sys.stdout.errors)", PYTHONIOENCODING="latin1")
run("-c", "import sys; print(sys.stdout.encoding, sys.stdout.errors)", PYTHONIOENCODING=":replace")
run("-X", "utf8", "-c", "import sys, io; print(sys.stdout.errors, io.text_encoding(None), open('/dev/null').encoding)")
run("-Xutf8=0", "-c", "import sys, io; print(sys.stdout.errors, io.text_encoding(None), open('/dev/null').encoding)",
    LC_ALL="C.UTF-8")
run("-X", "warn_default_encoding", "-c", "import io; io.text_encoding(None, 1); open('/dev/null'); io.TextIOWrapper(io.BytesIO())")
lines = "def f():\n    return (1 /\n            0)\nprint(set(p[2:] for p in f.__code__.co_positions()), end=' ')\nf()\n"
with tempfile.TemporaryDirectory() as folder:
    here = folder
    script = os.path.join(folder, "script.py")
    with open(script, "w") as f:
        f.write("no Python at all\n" + lines)
    os.chdir(folder)
    run("-x", "script.py")
    run("-x", "-X", "no_debug_ranges", "script.py")
    run("-x", "script.py", PYTHONNODEBUGRANGES="1")
    with open(script, "w") as f:
        f.write("import sys, os\nprint(__name__, os.path.basename(__file__), type(__loader__).__name__, __spec__, sys.argv)\n1/0\n")
    import py_compile
    py_compile.compile(script, "script.pyc")
    os.unlink(script)
    run("script.pyc", "argument")
    with open("script.pyc", "wb") as f:
        f.write(b"what")
    run("script.pyc")
done = subprocess.run([sys.executable.encode(), b"-c", b"print('\xff')"], stderr=subprocess.PIPE)
print(done.returncode, done.stderr)

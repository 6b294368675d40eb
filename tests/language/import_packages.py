"""import: modules, packages, relative, cyclic, broken, missing; sys.modules and module attributes."""
import sys
from support import attempt, run
import pkg_tree
import pkg_tree.plain as p, pkg_tree.sub
from pkg_tree import exported, renamed as r2, _private
from pkg_tree.plain import (
    where,
    Thing as T,
)
print(
    pkg_tree.plain is p, exported, r2, _private, where(), T.__module__, pkg_tree.sub.leaf.leaf_name,
    pkg_tree.sub.value, pkg_tree.sub.leaf.parent_name
)
import pkg_tree.cycle.a
print(sorted(n for n in sys.modules if n.startswith("pkg_tree")))
ns = {}
exec("from pkg_tree import *", ns)
print(sorted(k for k in ns if not k.startswith("__")))
ns = {}
exec("from pkg_tree.plain import *", ns)
print(sorted(k for k in ns if not k.startswith("__")))
attempt(lambda: exec("import no_such_module"))
attempt(lambda: exec("import pkg_tree.nothing"))
attempt(lambda: exec("from pkg_tree import nothing"))
attempt(lambda: exec("import sys.path"))
attempt(lambda: exec("from sys import nothing"))
attempt(lambda: exec("from . import x"))
attempt(lambda: exec("from .x import y", {"__name__": "a.b"}))
attempt(pkg_tree.sub.leaf.load_up)
attempt(lambda: exec("def f():\n from x import *"))
attempt(lambda: exec("import pkg_tree.broken"))
print("pkg_tree.broken" in sys.modules)
attempt(lambda: exec("import pkg_tree.broken"))
try: import pkg_tree.syntax
except SyntaxError as e: print(e.msg, e.lineno, e.offset, e.filename.split("/")[-1], e.text)
import pkg_tree.dynamic
print(pkg_tree.dynamic.magic, dir(pkg_tree.dynamic))
attempt(lambda: pkg_tree.dynamic.other)
from pkg_tree.dynamic import magic
print(magic)
attempt(lambda: exec("from pkg_tree.dynamic import zzz"))
print(
    p.__name__, p.__package__, p.__file__.split("/")[-1], p.__doc__, pkg_tree.__doc__,
    pkg_tree.__path__[0].split("/")[-1], pkg_tree.__package__, type(p).__name__, repr(p).split("'")[1],
    p.__spec__.name, p.__loader__ is not None, p.__spec__.origin.split("/")[-1], hasattr(p, "__path__")
)
p.value = 1
import pkg_tree.plain
print(pkg_tree.plain.value)
del sys.modules["pkg_tree.plain"]
import pkg_tree.plain
print(pkg_tree.plain.value, pkg_tree.plain is p)
import types
m = types.ModuleType("made", "doc")
m.x = 5
sys.modules["made"] = m
import made
from made import x
print(made.x, x, m, made.__doc__, vars(m)["x"], m.__dict__ is vars(m))
attempt(lambda: m.nothing)
attempt(lambda: delattr(m, "nothing"))
sys.modules["blocked"] = None
attempt(lambda: exec("import blocked"))
attempt(types.ModuleType)
mod = __import__("pkg_tree.plain")
print(
    mod.__name__, __import__("pkg_tree.plain", fromlist=["x"]).__name__,
    __import__("plain", {"__package__": "pkg_tree", "__name__": "pkg_tree"}, None, ["where"], 1).__name__
)
attempt(__import__, "")
attempt(__import__, 5)
attempt(lambda: __import__("x", level=-1))
def lazy():
    import pkg_tree.sub.leaf as leaf, math as m
    from math import pi
    return leaf.leaf_name, m.pi == pi
print(
    lazy(), "leaf" in globals(), __name__, __file__.split("/")[-1], __doc__[:6], __package__, __spec__,
    sys.argv[0].split("/")[-1], __builtins__.__name__, sys.modules["__main__"].__name__
)
class C:
    import math as inside
    from math import sqrt as root
print(C.inside.floor(2.5), C.root(9))
sys.path.insert(0, "pkg_tree")
import plain
print(plain.__name__, plain is p, plain.where())
import __main__
print(
    __main__.p is p, "builtins" in sys.modules,
    sys.builtin_module_names.__class__.__name__, "sys" in sys.builtin_module_names
)

# a module that takes itself out of sys.modules and imports itself runs once more
import os
import sys
sys.dont_write_bytecode = True
directory = os.path.join(os.environ.get("TMPDIR", "/tmp"), f"again-{os.getpid()}")
os.mkdir(directory)
sys.path.insert(0, directory)
path = os.path.join(directory, "runs_again.py")
with open(path, "w") as file:
    file.write("import sys\nprint('runs')\nif sys.modules.pop('run_before', None):\n"
               "    del sys.modules['runs_again']\n    import runs_again\n")
sys.modules["run_before"] = sys
import runs_again
print(runs_again is sys.modules["runs_again"])
os.unlink(path)
os.rmdir(directory)
for levels in 3, 100, 1_100, 50_000:
    for part in "absent", "os":
        try:
            __import__(".".join([part] * levels))
        except (ImportError, RecursionError) as error:
            print(levels, part, type(error).__name__, str(error)[:32])

"""Modules that import one another can be the first that a program imports."""
import subprocess
import sys

for name in ("genericpath", "posixpath", "ntpath", "os.path", "zipimport", "site"):
    done = subprocess.run([sys.executable, "-c", f"import {name}, sys; print(sys.modules['{name}'].__name__)"], capture_output=True, text=True)
    print(name, done.returncode, done.stdout, done.stderr)

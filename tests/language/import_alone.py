"""Modules that import one another can be the first that a program imports; and imports when it has ended."""
import subprocess
import sys

for name in ("genericpath", "posixpath", "ntpath", "os.path", "zipimport", "site"):
    done = subprocess.run([sys.executable, "-c", f"import {name}, sys; print(sys.modules['{name}'].__name__)"], capture_output=True, text=True)
    print(name, done.returncode, done.stdout, done.stderr)

# At the end of a process there is nobody who could find a module.
AT_THE_END = """
class Late:
    def __del__(self, write=print):
        for name in ("colorsys", "time", "xml.dom"):
            try:
                write(__import__(name))
            except ImportError as error:
                write(error)
late = Late()
"""
done = subprocess.run([sys.executable, "-c", AT_THE_END], capture_output=True, text=True)
print(done.returncode, done.stdout, done.stderr)

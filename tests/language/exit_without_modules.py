"""Functions for the end run without their module, and what fails when stderr is gone is not told."""
import struct
import sys

import atexit as first

del sys.modules["atexit"]
import atexit as second

del sys.modules["atexit"]
print(first is second)
first.register(print, "first")
second.register(print, "second")


class Packs:
    def __init__(self):
        self.pack = struct.pack

    def __del__(self):
        self.pack("I", -42)


sys.kept = Packs()

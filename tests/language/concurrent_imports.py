"""Modules that import each other in a circle, imported from several threads while one takes them out of sys.modules: each
import gives a module or an exception, none waits for ever."""
import os
import sys
import threading
import time

sys.dont_write_bytecode = True
NAMES = ["circle_a", "circle_b", "circle_c"]
directory = os.path.join(os.environ.get("TMPDIR", "/tmp"), f"circle-{os.getpid()}")
os.mkdir(directory)
sys.path.insert(0, directory)
for name, other in zip(NAMES, NAMES[1:] + NAMES[:1]):
    with open(os.path.join(directory, name + ".py"), "w") as file:
        file.write(f"import {other}\nname = __name__\n")

end = time.monotonic() + 0.3
odd = set()


def take_out():
    while time.monotonic() < end:
        for name in NAMES:
            sys.modules.pop(name, None)


def import_from(first):
    while time.monotonic() < end:
        for name in NAMES[first:] + NAMES[:first]:
            try:
                module = __import__(name)
                if getattr(module, "name", name) != name:
                    odd.add(module.name)
            except (ImportError, KeyError, RuntimeError):
                pass


crew = [threading.Thread(target=take_out), *(threading.Thread(target=import_from, args=(i,)) for i in range(3))]
for thread in crew:
    thread.start()
for thread in crew:
    thread.join()
for name in NAMES:
    os.unlink(os.path.join(directory, name + ".py"))
os.rmdir(directory)
print(odd, "end")

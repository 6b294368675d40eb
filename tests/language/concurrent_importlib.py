"""importlib is made once, however many threads ask for it; imports go on meanwhile."""
import sys
import threading

start = threading.Barrier(4)
seen = []

def ask(number):
    start.wait()
    if number % 2:
        import colorsys, keyword, string
        seen.append((len(sys.meta_path) >= 3, len(sys.path_hooks)))
    else:
        import importlib.util
        spec = importlib.util.find_spec("keyword")
        import keyword, shlex
        seen.append((spec.name == "keyword", len(sys.path_hooks)))

threads = [threading.Thread(target=ask, args=(i,)) for i in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(seen)
import importlib.machinery
for name in ("colorsys", "keyword", "shlex", "string"):
    spec = sys.modules[name].__spec__
    print(name, type(spec) is importlib.machinery.ModuleSpec, spec._initializing)

import warnings
shown = []
warnings.showwarning = lambda message, *rest: shown.append(str(message))
warnings.simplefilter("once")
def warn():
    start.wait()
    for i in range(50):
        warnings.warn(f"number {i}")
        if i % 10 == 0:
            warnings.warn_explicit("explicit", UserWarning, "file.py", i, registry={})
threads = [threading.Thread(target=warn) for i in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(sorted(set(shown)) == sorted({f"number {i}" for i in range(50)} | {"explicit"}))

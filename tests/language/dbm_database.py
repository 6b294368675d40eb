"""The module _dbm: opening, keys and values, errors, closed databases."""
import _dbm
import os
import tempfile

os.chdir(tempfile.mkdtemp())


def attempt(function, *args):
    try:
        return function(*args)
    except Exception as e:
        return f"{type(e).__name__}: {e}"


print(_dbm.library, _dbm.error.__mro__)
for args in [("x",), ("x", "q"), ("x", 5), (5,), ("x\0",), ("x", "c", "z"), ("/nonexistent/x", "c")]:
    print(attempt(_dbm.open, *args))
with _dbm.open("x", "c") as d:
    print(type(d), os.listdir("."), bool(d), len(d), d.keys())
    d["a"], d[b"c"], d["é"], d["big"] = "b", b"d", "ü", "x" * 100000
    print(d["a"], d["é"], len(d["big"]), len(d), sorted(d.keys()), "a" in d, b"zz" in d, bool(d))
    print(d.get("a"), d.get("zz"), d.get("zz", 7), d.setdefault("a", "q"), d.setdefault("n"), d.setdefault("m", b"v"))
    for function, *args in [(d.__getitem__, "zz"), (d.__getitem__, 5), (d.__setitem__, 5, "x"), (d.__setitem__, "x", 5),
                            (d.__delitem__, "zz"), (d.__contains__, 5), (d.setdefault, "m2", 5)]:  # fmt: skip
        print(attempt(function, *args))
    del d["a"]
    print(len(d), d.get("a"))
for function, *args in [(d.keys,), (len, d), (d.get, "a"), (bool, d), (d.setdefault, "a"), (d.__enter__,), (d.close,)]:
    print(attempt(function, *args) if function != d.__enter__ else "")
with _dbm.open("x") as d:
    print(sorted(d.keys()), attempt(type(d)))

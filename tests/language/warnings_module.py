"""Warnings: filters, registries, and what is shown."""
import warnings, _warnings, sys
# filters decide once per text, category and line
def told():
    warnings.warn("told")
for i in range(3):
    told()
with warnings.catch_warnings(record=True) as log:
    warnings.simplefilter("always")
    for i in range(2):
        told()
    print(len(log), log[0].category.__name__, str(log[0].message), log[0].lineno)
with warnings.catch_warnings():
    warnings.simplefilter("error")
    try:
        told()
    except UserWarning as error:
        print("error", error)
with warnings.catch_warnings(record=True) as log:
    warnings.simplefilter("once")
    warnings.onceregistry.clear()
    for i in range(3):
        warnings.warn("once only")
    warnings.warn("once only", DeprecationWarning)
    print([str(w.message) for w in log])
with warnings.catch_warnings(record=True) as log:
    warnings.resetwarnings()
    warnings.filterwarnings("module", "of the module")
    for i in range(3):
        warnings.warn("of the module")
    registry = {}
    warnings.warn_explicit("text", UserWarning, "file.py", 12, registry=registry)
    warnings.warn_explicit("text", UserWarning, "file.py", 12, registry=registry)
    print(len(log), log[-1].filename, log[-1].lineno, {k: v for k, v in registry.items() if k != "version"})
def outer():
    inner()
def inner():
    warnings.warn("of the caller", stacklevel=2)
outer()
print([row[0] for row in _warnings.filters], _warnings._defaultaction)
for bad in (lambda: warnings.warn("x", int), lambda: warnings.warn("x", "y"), lambda: warnings.warn_explicit("a", UserWarning, "f", 1, registry=3),
            lambda: warnings.warn(), lambda: warnings.warn_explicit("m", UserWarning, 3, 4), lambda: warnings.warn("a", stacklevel="b")):
    try:
        bad()
    except Exception as error:
        print(type(error).__name__, error)
with warnings.catch_warnings():
    for filters in (["x"], 3, [(1, None, UserWarning, None, 0)], [("odd", None, UserWarning, None, 0)]):
        warnings.filters = filters
        try:
            _warnings._filters_mutated()
            _warnings.warn("with filters")
        except Exception as error:
            print(type(error).__name__, error)
for filters in ([], None):
    warnings.filters = filters
    try:
        _warnings.warn("on standard error")
    except ValueError as error:
        print(error)
warnings.filters = [("always", None, Warning, None, 0)]
sys.stderr = None
_warnings.warn("to nobody")

# What a program may put into _compat_pickle, and what pickles say then.
import _compat_pickle
import pickle


def attempt(call):
    try:
        print(call())
    except Exception as e:
        print(type(e).__name__, e)


attempt(lambda: pickle.dumps(len, 2))
attempt(lambda: pickle.loads(b"c__builtin__\nlen\n."))
for wrong in (5, ("a", 1), ("a",), "ab", None):
    _compat_pickle.NAME_MAPPING["zz", "a"] = wrong
    attempt(lambda: pickle.loads(b"czz\na\n."))
    _compat_pickle.IMPORT_MAPPING["yy"] = wrong
    if wrong != "ab":
        attempt(lambda: pickle.loads(b"cyy\na\n."))
    _compat_pickle.REVERSE_NAME_MAPPING["builtins", "len"] = wrong
    attempt(lambda: pickle.dumps(len, 2))
_compat_pickle.REVERSE_NAME_MAPPING.clear()
_compat_pickle.REVERSE_IMPORT_MAPPING["builtins"] = 5
attempt(lambda: pickle.dumps(len, 2))

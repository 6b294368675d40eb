"""importlib wakes when somebody looks at it; modules that were there before have its specs then."""
import sys

import colorsys
import json.decoder

print([finder.__name__ for finder in sys.meta_path if isinstance(finder, type)], len(sys.path_hooks))
for module in (sys, colorsys, json, json.decoder):
    spec = module.__spec__
    print(spec.name, type(spec), spec.origin, spec.has_location, spec.parent, spec.submodule_search_locations, spec.loader is module.__loader__)

import importlib.machinery
import importlib.util
print(importlib.util.find_spec("json.encoder").name, importlib.util.find_spec("no_such_module"))
print(importlib.reload(colorsys) is colorsys)
print(importlib.import_module(".scanner", "json").__name__)
print(isinstance(colorsys.__loader__, importlib.machinery.SourceFileLoader), colorsys.__loader__.get_source("colorsys")[:3])

class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.startswith("made"):
            return importlib.machinery.ModuleSpec(name, Finder, is_package=name == "made")
    @staticmethod
    def create_module(spec):
        return None
    @staticmethod
    def exec_module(module):
        module.value = 42
        if module.__name__ == "made.bad":
            raise ValueError("bad module")
sys.meta_path.append(Finder)
import made.part
print(made.value, made.part.value, made.part.__spec__.parent)
for name in ("made.bad", "no_such", "colorsys.none"):
    try:
        __import__(name)
    except Exception as error:
        print(type(error).__name__, error, getattr(error, "name", None), error.__traceback__.tb_next and error.__traceback__.tb_next.tb_frame.f_code.co_name)


# ---- no finders: as at the end of the process ----
def without_finders(name):
    try:
        return __import__(name).__name__
    except ImportError as error:
        return f"{type(error).__name__}: {error}"


finders, sys.meta_path = sys.meta_path, None
print([without_finders(name) for name in ("sys", "colorsys", "xml.sax.saxutils", "nothing", "sunau")])
sys.meta_path = finders
print(without_finders("colorsys"))

#!/usr/bin/env python3
"""What other threads may change is read once: its fields are named by the files that own them, and nowhere else.

    fields.py [--root DIR]     check the tree
    fields.py --self-test      check that the check bites, on small wrong trees

Who needs such a field elsewhere calls an accessor, which loads it once into a local. (A type's slots cannot even be named:
see wrong.py.) A rule is what a use looks like, and where it may stand: files, or folders that end with a slash.
"""
import os
import re
import sys
import tempfile

MODEL = "runtime/objects/model/"
CONTAINERS = "runtime/objects/containers/"
RULES = [
    ("a type's MRO", r"->mro\b", [MODEL]),
    ("a type's bases", r"->bases\b", [MODEL]),
    ("a type's flags", r"\btype->flags\b", [MODEL, "runtime/type.h"]),
    ("a type's shape of new instances", r"->root_shape\b", [MODEL + "shape.c"]),
    ("a type's table of attributes", r"\btype->lookup\b", [MODEL + "lookup.c", MODEL + "lookup.h"]),
    ("a type's subclasses", r"->(?:first|last)_subclass\b", [MODEL + "subclasses.c"]),
    # Attribute caches and views are the readers that notice two changes; the rest go through them.
    ("an instance's shape", r"\(\(struct instance \*\)\w+\)->shape\b|\binstance->shape\b",
     [MODEL, "runtime/objects/operations/attribute_cache.h", "runtime/objects/operations/attribute_cache.c",
      "runtime/objects/operations/attribute_view.h"]),
    # Heaps and bisection work on a list's storage as its own methods do, in the list's lock.
    ("a list's storage", r"\b(?:list|heap|l)->storage\b",
     [CONTAINERS, "runtime/modules/collections/bisect_module.c", "runtime/modules/collections/heapq_module.c"]),
    ("a dict's table", r"\b(?:dict|d)->table\b", [CONTAINERS]),
    ("a set's table", r"\bset->table\b", [CONTAINERS]),
]


def faults(root):
    """Each use of a field outside its files, as a line of text."""
    for folder, below, files in sorted(os.walk(os.path.join(root, "runtime"))):
        below.sort()
        for name in sorted(files):
            if not name.endswith((".c", ".h")):
                continue
            path = os.path.relpath(os.path.join(folder, name), root)
            with open(os.path.join(root, path), encoding="utf-8") as file:
                text = file.read()
            for what, use, places in RULES:
                if any(path == place or place.endswith("/") and path.startswith(place) for place in places):
                    continue
                for match in re.finditer(use, text):
                    yield f"{path}:{text.count(chr(10), 0, match.start()) + 1}: names {what}: {match[0]}"


def self_test():
    uses = ["type->mro", "base->bases", "type->flags", "type->root_shape", "type->lookup", "type->first_subclass",
            "((struct instance *)v)->shape", "instance->shape", "list->storage", "dict->table", "set->table"]
    for use in uses:
        for path, expected in ("runtime/modules/wrong.c", 1), ("runtime/objects/operations/wrong.h", 1):
            with tempfile.TemporaryDirectory() as root:
                os.makedirs(os.path.join(root, os.path.dirname(path)))
                with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                    file.write(f"\nreturn {use};\n")
                found = list(faults(root))
                if len(found) != expected or f"{path}:2:" not in found[0]:
                    sys.exit(f"{use} in {path}: found {found}")
    for what, _, places in RULES:
        for place in places:
            if not os.path.exists(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", place)):
                sys.exit(f"{what} may stand in {place}, which does not exist")


def main():
    if "--self-test" in sys.argv:
        self_test()
        return
    root = sys.argv[sys.argv.index("--root") + 1] if "--root" in sys.argv else os.path.join(os.path.dirname(__file__), "..")
    found = list(faults(root))
    print("\n".join(found) or f"{len(RULES)} kinds of fields are named by their owners alone")
    sys.exit(bool(found))


main()

#!/usr/bin/env python3
"""What other threads may change is read once: its fields are named by the files that own them, and nowhere else.

    fields.py [--root DIR]     check the tree
    fields.py --self-test      check that the check bites, on small wrong trees

Who needs such a field elsewhere calls an accessor, which loads it once into a local. (A type's slots cannot even be named:
see wrong.py.) A rule is a struct, fields of it, and where they may stand: files, or folders that end with a slash. What is
a pointer to the struct is what a function, or what stands before it, declares as one, a cast, or a call in CALLS.
"""
import os
import re
import sys
import tempfile

MODEL = "runtime/objects/model/"
CONTAINERS = "runtime/objects/containers/"
LIST_OWNERS = [CONTAINERS, "runtime/modules/collections/bisect_module.c", "runtime/modules/collections/heapq_module.c"]
# struct, fields, where they may be named
RULES = [
    ("type", "mro|bases|dict", [MODEL]),
    ("type", "flags", [MODEL, "runtime/type.h"]),
    ("type", "root_shape", [MODEL + "shape.c"]),
    ("type", "lookup", [MODEL + "lookup.c", MODEL + "lookup.h"]),
    ("type", "first_subclass|last_subclass", [MODEL + "subclasses.c"]),
    # Attribute caches and views are the readers that notice two changes; the rest go through them.
    ("instance", "shape", [MODEL, "runtime/objects/operations/attribute_cache.h",
                           "runtime/objects/operations/attribute_cache.c", "runtime/objects/operations/attribute_view.h"]),
    # Heaps and bisection work on a list's storage as its own methods do, in the list's lock.
    ("list", "storage|length", LIST_OWNERS),
    ("dict", "table|length", [CONTAINERS]),
    ("set", "table|length", [CONTAINERS]),
    ("bytearray", "data|length|capacity", ["runtime/objects/binary/"]),
    ("thread_slot", "alone", ["threads/"]),
    # Only its own thread's, but frames of other kinds of code will have none: the others ask frame_unit.
    ("frame", "ip", ["runtime/interp/frame.h", "runtime/interp/eval.c"]),
]
# What else than a variable is a pointer to such a struct.
CALLS = {"type": r"value_type\([^()]*\)|TYPE\(\w+\)|EXC\(\w+\)", "list": r"list_of\([^()]*\)", "dict": r"dict_of\([^()]*\)",
         "thread_slot": r"thread_self"}


def pointers(struct, text):
    """A pattern of what is a pointer to the struct in this part of a file."""
    names = set()
    for match in re.finditer(rf"\bstruct {struct} \*(?:const )?(\w+)([^;{{}}]*)", text):
        names.add(match[1])
        names.update(re.findall(r",\s*\*(\w+)", match[2]))
    casts = rf"\(\(struct {struct} \*\)(?:[^()]|\([^()]*\))*\)"
    return "|".join([casts, CALLS.get(struct, casts)] + [rf"(?<![\w.>]){name}\b" for name in sorted(names)])


def parts(text):
    """The functions of a file, each with what stands before it, and where they begin."""
    begin = 0
    for match in re.finditer(r"^}.*\n", text, re.MULTILINE):
        yield begin, text[begin:match.end()]
        begin = match.end()
    yield begin, text[begin:]


def faults(root):
    """Each use of a field outside its files, as a line of text."""
    for top in "gc", "runtime":
        for folder, below, files in sorted(os.walk(os.path.join(root, top))):
            below.sort()
            for name in sorted(files):
                if name.endswith((".c", ".h")):
                    yield from faults_of_file(root, os.path.relpath(os.path.join(folder, name), root))


def faults_of_file(root, path):
    with open(os.path.join(root, path), encoding="utf-8") as file:
        text = file.read()
    for struct, fields, places in RULES:
        if any(path == place or place.endswith("/") and path.startswith(place) for place in places):
            continue
        for begin, part in parts(text):
            for match in re.finditer(rf"(?:{pointers(struct, part)})->(?:{fields})\b", part):
                yield f"{path}:{text.count(chr(10), 0, begin + match.start()) + 1}: names a field of {struct}: {match[0]}"


def found_in(path, text):
    with tempfile.TemporaryDirectory() as root:
        os.makedirs(os.path.join(root, os.path.dirname(path)))
        with open(os.path.join(root, path), "w", encoding="utf-8") as file:
            file.write(text)
        return list(faults(root))


def self_test():
    for struct, fields, places in RULES:
        for field in fields.split("|"):
            uses = [f"size_t f(struct {struct} *x, value v)\n{{\n    return x->{field};\n}}\n",
                    f"size_t f(value v)\n{{\n    struct {struct} *w = g(v, 1), *x; return x->{field};\n}}\n",
                    f"size_t f(value v)\n{{\n    return ((struct {struct} *)g(v))->{field};\n}}\n"]
            for use in uses:
                for path in "runtime/modules/wrong.c", "runtime/interp/wrong.h":
                    found = found_in(path, use)
                    if len(found) != 1 or f"{path}:3:" not in found[0]:
                        sys.exit(f"{use} in {path}: found {found}")
                # Another function's variable of that name is another thing, and so is another struct's field.
                right = use.replace(f"x->{field}", "0") + f"size_t g(struct other *x)\n{{\n    return x->{field};\n}}\n"
                if "((" not in use and found_in("runtime/modules/right.c", right):
                    sys.exit(f"{right}: found {found_in('runtime/modules/right.c', right)}")
        for place in places:
            if not os.path.exists(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", place)):
                sys.exit(f"{struct} may be used in {place}, which does not exist")
    for use in "value_type(v)->mro", "TYPE(LIST)->dict", "list_of(v)->length":
        if not found_in("runtime/modules/wrong.c", f"x = {use};\n"):
            sys.exit(f"{use} is not found")


def main():
    if "--self-test" in sys.argv:
        self_test()
        return
    root = sys.argv[sys.argv.index("--root") + 1] if "--root" in sys.argv else os.path.join(os.path.dirname(__file__), "..")
    found = list(faults(root))
    print("\n".join(found) or f"{len(RULES)} kinds of fields are named by their owners alone")
    sys.exit(bool(found))


main()

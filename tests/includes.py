#!/usr/bin/env python3
"""The house rules that a listing of files can prove.

    includes.py [--root DIR]     check the tree
    includes.py --self-test      check that the check bites, on small wrong trees

1. No include runs upwards. Rooms stand on each other in the order of ROOMS; a file includes its own room and those below.
2. Every quoted include names a file that exists.
3. Every folder of the four rooms has its README.md, and 5 to 30 files: a page can tell what they are. Folders that only
   hold folders may have fewer.
"""
import os
import re
import sys
import tempfile

# From the ground up. A path belongs to the longest prefix that fits. The headers in runtime/ itself are faces: what they
# declare may be made in any room above, and so lower rooms reach what lies higher without knowing it.
ROOMS = [
    ["threads/"],
    ["gc/"],
    ["runtime/"],
    ["runtime/objects/"],
    ["runtime/compiler/syntax/"],
    ["runtime/compiler/code/"],
    ["runtime/compiler/tree/"],
    ["runtime/compiler/codegen/"],
    ["runtime/interp/"],
    ["runtime/modules/"],
    ["runtime/start.", "runtime/paths.", "runtime/site.", "runtime/program.", "runtime/prompt.", "runtime/options.", "runtime/help.c", "runtime/main.c", "runtime/interface/"],
    ["runtime/native/"],
    ["tests/", "stress/"],
]
LAID_OUT = ["threads", "gc", "runtime"]  # whose folders have a page and a size
FEWEST, MOST = 5, 30
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"\n]*)"', re.MULTILINE)


def floor(path):
    """The number of the room that a file belongs to, or None."""
    fitting = [(len(prefix), number) for number, prefixes in enumerate(ROOMS)
               for prefix in prefixes if path.startswith(prefix)]
    return max(fitting)[1] if fitting else None


def folders(root):
    for top in sorted({prefix.split("/")[0] for prefixes in ROOMS for prefix in prefixes}):
        for folder, below, files in os.walk(os.path.join(root, top)):
            below[:] = sorted(name for name in below if not name.startswith((".", "__pycache__")))
            yield os.path.relpath(folder, root), below, sorted(files)


def faults_of_file(root, path):
    with open(os.path.join(root, path), encoding="utf-8") as file:
        text = file.read()
    for match in INCLUDE.finditer(text):
        place = f"{path}:{text.count(chr(10), 0, match.start()) + 1}"
        beside = os.path.normpath(os.path.join(os.path.dirname(path), match[1]))
        target = next((name for name in (beside, os.path.normpath(match[1]))
                       if os.path.isfile(os.path.join(root, name))), None)
        if target is None:
            yield f"{place}: includes {match[1]}, which does not exist"
        elif floor(target) is None:
            yield f"{place}: includes {target}, which belongs to no room"
        elif floor(target) > floor(path):
            yield f"{place}: includes {target}, which lies above it"


def faults(root):
    """Each fault of the tree, as a line of text."""
    for folder, below, files in folders(root):
        sources = [name for name in files if name.endswith((".c", ".h"))]
        for name in sources:
            yield from faults_of_file(root, f"{folder}/{name}")
        if folder.split("/")[0] not in LAID_OUT:
            continue
        if "README.md" not in files:
            yield f"{folder}/: has no README.md"
        if len(files) > MOST or (len(files) < FEWEST and not below):
            yield f"{folder}/: has {len(files)} files, not {FEWEST} to {MOST}"


# ---- the check of the check ----
SOUND = {
    "threads": ["threads.h", "a.c", "b.c", "c.c"],
    "gc": ["gc.h", "a.c", "b.c", "c.c"],
    "runtime": ["value.h", "start.h", "start.c"],
    "runtime/objects": ["objects.h", "int.c", "str.c", "list.c"],
    "runtime/interp": ["interp.h", "eval.c", "frame.c", "stack.c"],
    "runtime/modules": ["module.h", "sys.c", "io.c", "os.c"],
}
UPWARDS = [
    ("threads/a.c", "gc/gc.h"),
    ("gc/a.c", "runtime/value.h"),
    ("runtime/value.h", "runtime/objects/objects.h"),
    ("runtime/objects/int.c", "runtime/interp/interp.h"),
    ("runtime/objects/int.c", "../interp/interp.h"),
    ("runtime/objects/objects.h", "runtime/modules/module.h"),
    ("runtime/interp/eval.c", "runtime/modules/module.h"),
    ("runtime/modules/sys.c", "runtime/start.h"),
]
DOWNWARDS = [
    ("runtime/start.c", "runtime/modules/module.h"),
    ("runtime/modules/sys.c", "runtime/interp/interp.h"),
    ("runtime/interp/eval.c", "runtime/objects/objects.h"),
    ("runtime/objects/int.c", "objects.h"),
    ("gc/a.c", "threads/threads.h"),
]


def write(root, path, text, mode="w"):
    os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
    with open(os.path.join(root, path), mode, encoding="utf-8") as file:
        file.write(text)


def faults_with(change):
    """The faults of a sound small tree after `change(root)`."""
    with tempfile.TemporaryDirectory() as root:
        for folder, names in SOUND.items():
            for name in names + ["README.md"]:
                write(root, f"{folder}/{name}", "")
        change(root)
        return list(faults(root))


def self_test():
    def expect(change, *words):
        found = faults_with(change)
        if len(found) != bool(words) or any(word not in found[0] for word in words):
            sys.exit(f"expected {words or 'no fault'}, found {found}")

    expect(lambda root: None)
    for path, target in DOWNWARDS:
        expect(lambda root: write(root, path, f'#include "{target}"\n'))
    for path, target in UPWARDS:
        expect(lambda root: write(root, path, f'\n#  include "{target}"\n'), path + ":2:", "above")
    expect(lambda root: write(root, "gc/a.c", '#include "gc/none.h"\n'), "gc/a.c:1:", "does not exist")
    expect(lambda root: write(root, "gc/a.c", '#include "/etc/passwd"\n'), "gc/a.c:1:")
    expect(lambda root: os.remove(f"{root}/gc/README.md") or write(root, "gc/d.c", ""), "gc/", "README")
    expect(lambda root: os.remove(f"{root}/gc/a.c"), "gc/", "4 files")
    expect(lambda root: [write(root, f"gc/{i}.c", "") for i in range(MOST)], "gc/", "35 files")


def main():
    if "--self-test" in sys.argv:
        self_test()
        return
    root = sys.argv[sys.argv.index("--root") + 1] if "--root" in sys.argv else os.path.join(os.path.dirname(__file__), "..")
    found = list(faults(root))
    print("\n".join(found) or "every include runs down; every folder has its page and its size")
    sys.exit(bool(found))


main()

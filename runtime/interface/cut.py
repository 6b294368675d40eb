#!/usr/bin/env python3
"""Cut the public header from the runtime's own.

    cut.py ROOT VERSION SUFFIX DIRECTORY

Writes into DIRECTORY:

    atoll.h              atoll.h.in with its @cut lines replaced
    interface_build.h    the header's fingerprint, by which the runtime knows modules of its own build
    interface_stubs.S    for each function of the header the exported name, `atoll_` before its own
    interface.list       the exported names, for the linker

`@cut FILE | START | END@` stands for the lines of FILE from the first that begins with START to the first after it, or
the same, that begins with END, and what belongs to that one: a body in braces, the rest of a declaration or of a macro.
So nothing is written twice, and what is cut keeps its comments.

Functions that are inline in the runtime are made out of line by interface.c, under the exported name.
"""
import hashlib
import os
import re
import sys

CUT = re.compile(r"^@cut (\S+) \| (.*?) \| (.*)@\n", re.MULTILINE)
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# At the beginning of a line a declaration of a function: what it returns, its name, its parameters.
PROTOTYPE = re.compile(r"^(?!static|typedef|return|else)((?:[A-Za-z_]\w*[ *\n]+)+)([a-z_]\w*)(\((?:[^(){};]|\([^(){};]*\))*\));",
                       re.MULTILINE)
OUT_OF_LINE = re.compile(r"^OUT_OF_LINE\w*\([^,]+,\s*(\w+)", re.MULTILINE)


def cut(lines, start, end, where):
    """The lines from `start` to the end of what begins with `end`."""
    first = next((i for i, line in enumerate(lines) if line.startswith(start)), None)
    if first is None:
        sys.exit(f"{where}: no line begins with {start!r}")
    last = next((i for i in range(first, len(lines)) if lines[i].startswith(end)), None)
    if last is None:
        sys.exit(f"{where}: no line after {start!r} begins with {end!r}")
    if lines[last].startswith("#"):
        while lines[last].endswith("\\"):
            last += 1
    else:
        while not re.search(r"[;}]", lines[last]) and not lines[last].endswith("{") and lines[last + 1] != "{":
            last += 1
        if lines[last].endswith("{") or lines[last + 1:last + 2] == ["{"]:
            while not lines[last].startswith("}"):
                last += 1
    # A comment that goes on belongs to what it ends.
    while lines[last].rfind("/*") > lines[last].rfind("*/") and "*/" not in lines[last]:
        last += 1
    return "\n".join(lines[first:last + 1]) + "\n"


def header(root, template):
    files = {}

    def replace(match):
        path, start, end = match.groups()
        if path not in files:
            with open(os.path.join(root, path), encoding="utf-8") as file:
                files[path] = file.read().split("\n")
        return cut(files[path], start, end, path)

    return CUT.sub(replace, template)


def blank(match):
    """Comments out of the way, with all places kept."""
    return re.sub(r"[^\n]", " ", match[0])


def functions(text):
    """(place behind the parameters, name) of each function that is declared."""
    bare = COMMENT.sub(blank, text)
    return [(match.end() - 1, match[2]) for match in PROTOTYPE.finditer(bare)]


def write(path, text):
    try:
        with open(path, encoding="utf-8") as file:
            if file.read() == text:
                return
    except OSError:
        pass
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def main():
    root, version, suffix, directory = sys.argv[1:]
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "atoll.h.in"), encoding="utf-8") as file:
        text = header(root, file.read()).replace("@suffix@", suffix)
    with open(os.path.join(here, "interface.c"), encoding="utf-8") as file:
        out_of_line = set(OUT_OF_LINE.findall(file.read()))
    names = sorted({name for _, name in functions(text)})
    missing = out_of_line - set(names)
    if missing:
        sys.exit(f"interface.c: not in the header: {', '.join(sorted(missing))}")
    for place, name in reversed(functions(text)):
        text = text[:place] + f' __asm__("atoll_{name}")' + text[place:]
    build = version + "-" + hashlib.sha256(text.encode()).hexdigest()[:12]
    text = text.replace("@build@", build)
    os.makedirs(directory, exist_ok=True)
    write(os.path.join(directory, "atoll.h"), text)
    write(os.path.join(directory, "interface_build.h"),
          f'/* Made by cut.py. */\n#define ATOLL_BUILD "{build}"\n#define ATOLL_MODULE_SUFFIX "{suffix}"\n')
    stubs = "".join(f"STUB({name})\n" for name in names if name not in out_of_line)
    write(os.path.join(directory, "interface_stubs.S"), f"""/* Made by cut.py: each exported name goes to the function. */
#if defined(__x86_64__)
#define JUMP jmp
#define LANDING endbr64
#elif defined(__aarch64__)
#define JUMP b
#define LANDING bti c
#else
#error "no jump known for this processor"
#endif
#define STUB(NAME) \\
    .globl atoll_##NAME; \\
    .type atoll_##NAME, %function; \\
    atoll_##NAME: LANDING; JUMP NAME; \\
    .size atoll_##NAME, . - atoll_##NAME;
    .text
{stubs}    .section .note.GNU-stack,"",%progbits
""")
    write(os.path.join(directory, "interface.list"), "{\n" + "".join(f"    atoll_{name};\n" for name in names) + "};\n")


if __name__ == "__main__":
    main()

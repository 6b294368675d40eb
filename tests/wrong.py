#!/usr/bin/env python3
"""What is wrong to write does not compile.

    wrong.py COMPILER

Each case is a body of a C function in its right form, which has to compile, and in a wrong one, which has to fail with
the words given: a type's slots, which other threads exchange, cannot be named like fields, so nobody tests one and then
loads it again to call it.
"""
import os
import subprocess
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
PRELUDE = """
#include "runtime/objects/model/type_internal.h"
value case_function(value v, struct type *type)
{
    (void)v;
    (void)type;
    %s
}
"""
CASES = [
    ("a slot of a type, tested and then loaded again to be called",
     "value (*next)(value) = type_slot(type, next); return next ? next(v) : NULL;",
     "return type->slots.next ? type->slots.next(v) : NULL;", "next"),
    ("a slot among others, by its number",
     "value (*next)(value) = value_type_slot(v, next); return next ? next(v) : NULL;",
     "return type->slots[10] ? type->slots[10](v) : NULL;", "function"),
    ("a slot, tested in place and called by way of the accessor",
     "value (*repr)(value) = type_slot(type, repr); return repr(v);",
     "type_slot(type, repr) = NULL; return NULL;", "lvalue|assignable"),
]


def compiles(compiler, body):
    command = [compiler, "-std=gnu11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", f"-I{ROOT}",
               "-xc", "-"]
    done = subprocess.run(command, input=PRELUDE % body, capture_output=True, text=True, check=False)
    return done.returncode == 0, done.stderr


def main():
    compiler = sys.argv[1]
    wrong = []
    for name, right_body, wrong_body, words in CASES:
        right, said = compiles(compiler, right_body)
        if not right:
            wrong.append(f"{name}: the right form does not compile\n{said}")
        fails, said = compiles(compiler, wrong_body)
        if fails or not any(word in said for word in words.split("|")):
            wrong.append(f"{name}: the wrong form compiles, or fails otherwise\n{said}")
    print("\n".join(wrong) or f"{len(CASES)} wrong forms do not compile")
    sys.exit(bool(wrong))


main()

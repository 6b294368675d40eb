#!/usr/bin/env python3
"""Modules in C by others: compiles counter.c outside the tree, with the public header alone, and uses it.

    run.py --atoll PROGRAM --header DIRECTORY [--cc COMPILER]

Then it tries what has to be refused: another build's module, a shared object that is none, one with an unknown symbol.
"""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))


def run(command, folder):
    environment = dict(os.environ, PYTHONPATH=folder, PYTHONDONTWRITEBYTECODE="1")
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout, done.stderr


def expect(what, got, wanted):
    if got != wanted:
        sys.exit(f"{what}: {got!r}, not {wanted!r}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--atoll", required=True)
    parser.add_argument("--header", required=True)
    parser.add_argument("--cc", default="cc")
    options = parser.parse_args()
    atoll = os.path.abspath(options.atoll)
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(os.path.join(options.header, "atoll.h"), folder)
        with open(os.path.join(folder, "atoll.h"), encoding="utf-8") as file:
            text = file.read()
        suffix = text.split("NAME.atoll", 1)[1].split(" ", 1)[0]
        compiler = [options.cc, "-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Wno-unused-parameter", "-Werror", "-I."]

        def compile(source, name, *more):
            status, _, errors = run(compiler + [*more, source, "-o", f"{name}.atoll{suffix}"], folder)
            expect(f"compiling {name}", (status, errors), (0, ""))

        compile(os.path.join(HERE, "counter.c"), "counter")
        shutil.copy(os.path.join(HERE, "counter.py"), os.path.join(folder, "use_counter.py"))
        status, output, errors = run([atoll, "use_counter.py"], folder)
        with open(os.path.join(HERE, "counter.out"), encoding="utf-8") as file:
            expected = file.read()
        if (status, output, errors) != (0, expected, ""):
            sys.exit(f"status {status}\n{output}\n{errors}")

        def refused(source, name, words, *more):
            with open(os.path.join(folder, name + ".c"), "w", encoding="utf-8") as file:
                file.write(source)
            compile(name + ".c", name, *more)
            script = f"try:\n import {name}\nexcept ImportError as e:\n print(e, e.name, e.path == e.path + '')"
            status, output, errors = run([atoll, "-c", script], folder)
            expect(f"{name}: errors", (status, errors), (0, ""))
            if words not in output or not output.endswith(f" {name} True\n"):
                sys.exit(f"{name}: {output!r} does not say {words!r}")

        other = "#include <atoll.h>\n{}\nstatic const struct module_def d = {{.name = \"x\"}};\nATOLL_MODULE(d);\n"
        refused(other.format("#undef ATOLL_BUILD\n#define ATOLL_BUILD \"0.0.1-older\""), "older",
                "was compiled for Atoll 0.0.1-older, but this is Atoll")
        refused("int nothing;\n", "nothing", "it does not define atoll_module")
        refused(other.format("#undef ATOLL_BUILD\n#define ATOLL_BUILD \"0.0.1-older\"\nextern int atoll_gone(void); int f(void);"
                             " int f(void) { return atoll_gone(); }"), "lacking", "was compiled for Atoll 0.0.1-older")
        refused(other.format("extern int unknown_symbol(void); int f(void); int f(void) { return unknown_symbol(); }"),
                "unknown", "undefined symbol: unknown_symbol")
    print("the example compiles outside the tree, runs, and others are refused")


if __name__ == "__main__":
    main()

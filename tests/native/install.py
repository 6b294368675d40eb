#!/usr/bin/env python3
"""What `cmake --install` puts where: the program runs from there, with its modules, the library's bytecode and the header.

    install.py --cmake CMAKE --build DIRECTORY
"""
import argparse
import glob
import os
import subprocess
import sys
import tempfile


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cmake", required=True)
    parser.add_argument("--build", required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        prefix = os.path.join(folder, "usr")
        subprocess.run([options.cmake, "--install", options.build, "--prefix", prefix], check=True, stdout=subprocess.DEVNULL)
        for pattern in ("bin/atoll", "include/atoll.h", "lib/**/pkgconfig/atoll.pc", "share/man/man1/atoll.1.gz",
                        "lib/**/atoll/library.bytecode"):
            if not glob.glob(os.path.join(prefix, pattern), recursive=True):
                sys.exit(f"{pattern} is not installed")
        cache = os.path.join(folder, "cache")
        script = "import zlib, argparse; print(zlib.__file__, zlib.decompress(zlib.compress(b'works')).decode())"
        done = subprocess.run([os.path.join(prefix, "bin/atoll"), "-c", script], env=dict(os.environ, ATOLL_CACHE=cache), cwd=folder,
                              capture_output=True, text=True, timeout=120)
        if not done.stdout.startswith(prefix) or not done.stdout.endswith("works\n") or done.stderr or done.returncode:
            sys.exit(f"the installed program: {done}")
        if os.path.exists(cache):
            sys.exit("the installed program does not find the library's bytecode: it compiled some itself")
        pkgconfig = os.path.dirname(glob.glob(os.path.join(prefix, "lib/**/atoll.pc"), recursive=True)[0])
        done = subprocess.run(["pkg-config", "--variable=moduledir", "atoll"], env=dict(os.environ, PKG_CONFIG_PATH=pkgconfig),
                              capture_output=True, text=True)
        if not os.path.exists(os.path.join(done.stdout.strip(), "library.bytecode")):
            sys.exit(f"atoll.pc names another folder of modules: {done}")
        copied = os.path.join(folder, "copied")
        for command in ([os.path.join(prefix, "bin/atoll"), "-m", "venv", "--without-pip", "--copies", copied],
                        [os.path.join(copied, "bin/python"), "-c", script]):
            done = subprocess.run(command, env=dict(os.environ, ATOLL_CACHE=cache), capture_output=True, text=True, timeout=120)
            if done.stderr or done.returncode:
                sys.exit(f"an environment of the installed program: {done}")
        if not done.stdout.startswith(prefix) or os.path.exists(cache):
            sys.exit(f"an environment of copies does not find what it was copied from: {done}")
    print("the installed program runs, with its modules and its library's bytecode")


if __name__ == "__main__":
    main()

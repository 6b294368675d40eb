"""Environments made by venv; .pth files, customs, the user's packages; what sys says of its prefixes."""
import os
import subprocess
import sys
import venv

ROOT = f"/tmp/environments-{os.getpid()}"
SHOW = "import sys; print([p for p in sys.path if 'ROOT' in p], sys.prefix, sys.base_prefix, sys.exec_prefix)"
KEPT = {name: os.environ[name] for name in ("PATH", "ATOLL_STDLIB", "ATOLL_CACHE") if name in os.environ}


def run(*arguments, program=sys.executable, **environment):
    arguments = [a.replace("ROOT", ROOT) for a in arguments]
    done = subprocess.run([program, *arguments], env=KEPT | {"HOME": ROOT} | environment, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    print(*arguments[:-1], done.returncode, done.stdout.replace(ROOT, "ROOT"), end="")


def write(path, text):
    os.makedirs(os.path.dirname(f"{ROOT}/{path}"), exist_ok=True)
    with open(f"{ROOT}/{path}", "w") as f:
        f.write(text)


try:
    for name, options in ("linked", {"symlinks": True}), ("copied", {"system_site_packages": True}):
        venv.create(f"{ROOT}/{name}", **options)
        packages = f"{name}/lib/python3.11/site-packages"
        write(f"{packages}/islet/__init__.py", "print('islet', __name__)\n")
        write(f"{packages}/extra.pth", "# a comment\n\n../more\nimport sys; sys.name = 'by a .pth file'\nnowhere\n")
        write(f"{name}/lib/python3.11/more/found.py", "print('found', __file__)\n")
        program = f"{ROOT}/{name}/bin/python"
        for option in "-I", "-s", "-S":
            run(option, "-c", SHOW, program=program)
        run("-c", "import sys, islet, found; print(sys.name, sys.executable)", program=program)
        run("-c", "import zlib, json, sysconfig; print(sysconfig.get_path('purelib'), sysconfig.get_path('scripts'))",
            program=program)
        run("-c", "import venv; venv.create('ROOT/inner'); print(open('ROOT/inner/pyvenv.cfg').read().count('ROOT'))",
            program=program)
        write(f"{packages}/sitecustomize.py", "print('customs')\n")
        run("-c", "print('body')", program=program)
        run("-S", "-c", "print('body')", program=program)

    run("-c", SHOW)
    user = ".local/lib/python3.11/site-packages"
    write(f"{user}/mine.py", "print('mine')\n")
    run("-c", SHOW)
    run("-c", "import mine")
    write(f"{user}/more.pth", "more\n")
    write(f"{user}/more/deep.py", "print('deep')\n")
    run("-c", "import deep")
    run("-c", SHOW, PYTHONUSERBASE=f"{ROOT}/elsewhere")
    os.rename(f"{ROOT}/.local", f"{ROOT}/elsewhere")
    for options in (), ("-s",), ("-I",), ("-E",):
        run(*options, "-c", SHOW, PYTHONUSERBASE=f"{ROOT}/elsewhere/.")
    run("-c", SHOW, PYTHONUSERBASE=f"{ROOT}/elsewhere", PYTHONNOUSERSITE="1")
    write("elsewhere/lib/python3.11/site-packages/usercustomize.py", "import sys; print('user', sys.argv); 1/0\n")
    run("-c", "print('body')", PYTHONUSERBASE=f"{ROOT}/elsewhere")
    run("-s", "-c", "print('body')", PYTHONUSERBASE=f"{ROOT}/elsewhere")
    write("path/sitecustomize.py", "import sys; sys.path.append('ROOT added'); print('customs of the path')\n")
    run("-c", SHOW, PYTHONPATH=f"{ROOT}/path")
    run("-c", "import sys; print(sys.path[0] == ''); import site; print(sys.path[0] == '', exit)")
    run("-c", "exit(3)")
    run("-S", "-c", "exit(3)")
    run("-c", "import sys; print(hasattr(sys, '__interactivehook__'), sys.orig_argv[1:])", "x")
finally:
    for folder, below, names in os.walk(ROOT, topdown=False):
        for name in names + below:
            name = f"{folder}/{name}"
            os.unlink(name) if os.path.islink(name) or os.path.isfile(name) else os.rmdir(name)
    os.rmdir(ROOT)

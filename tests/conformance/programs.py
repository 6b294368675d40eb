#!/usr/bin/python3.11
"""Real programs under Atoll and CPython: the same output, byte by byte.

    programs.py [--atoll PATH | --preset NAME] [NAME...]

They come from the standard library and from Debian's packages python3-pygments, python3-docutils, python3-markdown,
python3-pytest and python3-lib2to3; what is not installed is named and left out.
"""

import argparse
import glob
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import oracle  # noqa: E402 (its folder had to be put on the path first)

LIBRARY = "/usr/lib/python3.11"
PACKAGES = "/usr/lib/python3/dist-packages"
SUITE = '''
import pytest
@pytest.fixture
def numbers():
    yield [1, 2, 3]
@pytest.mark.parametrize("n", range(5))
def test_sum(numbers, n):
    assert sum(numbers) + n == 6 + n
def test_fails(numbers):
    assert numbers == [1, 2, 4]
def test_raises():
    with pytest.raises(ValueError, match="bad"):
        raise ValueError("bad")
@pytest.mark.skip(reason="no")
def test_skipped():
    pass
def test_tmp(tmp_path):
    (tmp_path / "a").write_text("x")
    assert (tmp_path / "a").read_text() == "x"
'''
REST = """
=====
Title
=====
:Author: A
:Date: 2020

Section
-------
* item *emphasis* **strong** ``literal``
* another `link <http://example.org>`_

+-----+-----+
| a   | b   |
+=====+=====+
| 1   | 2   |
+-----+-----+

.. note:: A note.

.. code:: python

    def f(x): return x

1. one
2. two [#f]_

.. [#f] A footnote.
"""
DEBUGGED = """def f(x):
    y = x + 1
    return y
for i in range(3):
    print(f(i))
"""
LOGGING = """
import logging, threading
logging.basicConfig(filename="log.txt", filemode="w", format="%(threadName)s %(levelname)s %(message)s", level=logging.INFO)
def work(n):
    for i in range(200):
        logging.info("message %d of %d", i, n)
threads = [threading.Thread(target=work, args=(n,), name=f"t{n}") for n in range(8)]
[t.start() for t in threads]
[t.join() for t in threads]
lines = sorted(open("log.txt"))
print(len(lines), lines[0], lines[-1])
"""
EXECUTORS = """
import concurrent.futures as cf, math
def work(n):
    return n, math.factorial(n) % 1000007
if __name__ == "__main__":
    for kind in (cf.ThreadPoolExecutor, cf.ProcessPoolExecutor):
        with kind(3) as pool:
            print(kind.__name__, list(pool.map(work, range(20))))
"""
PIPELINE = """
import subprocess, sys
one = subprocess.Popen(["seq", "100"], stdout=subprocess.PIPE)
two = subprocess.Popen(["grep", "7"], stdin=one.stdout, stdout=subprocess.PIPE)
one.stdout.close()
print(two.communicate()[0].decode().split(), two.returncode, one.wait())
print(subprocess.run([sys.executable, "-c", "import sys; print(sys.argv); sys.exit(3)", "a b"], capture_output=True, text=True).returncode)
try:
    subprocess.run(["sleep", "5"], timeout=0.1)
except subprocess.TimeoutExpired as e:
    print(type(e), e.cmd)
"""
CHAT = """
import asyncio
rooms = []
async def client(reader, writer):
    rooms.append(writer)
    while line := await reader.readline():
        for other in rooms:
            other.write(line)
    rooms.remove(writer)
    writer.close()
async def user(port, n, told):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    told[0] += 1
    while told[0] < 200:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    if n == 0:
        writer.write(b"hello\\n")
    line = await reader.readline()
    writer.close()
    return line
async def main():
    server = await asyncio.start_server(client, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    told = [0]
    lines = await asyncio.gather(*(user(port, n, told) for n in range(200)))
    print(len(lines), set(lines))
    server.close()
asyncio.run(main())
"""
SERVER = """
import http.server, threading, urllib.request, sqlite3, concurrent.futures
db = sqlite3.connect(":memory:", check_same_thread=False)
db.execute("create table hits (path text)")
lock = threading.Lock()
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with lock:
            db.execute("insert into hits values (?)", (self.path,))
        body = self.path.encode() * 100
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
def get(n):
    with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/{n}") as answer:
        return len(answer.read())
with concurrent.futures.ThreadPoolExecutor(8) as pool:
    print(sum(pool.map(get, range(200))))
print(db.execute("select count(*), count(distinct path) from hits").fetchone())
server.shutdown()
"""
ENVIRONMENT = """
import base64, hashlib, os, subprocess, sys, venv, zipfile
files = {"islet/__init__.py": "def greet():\\n    print('hello from', __name__)\\n",
         "islet-1.0.dist-info/METADATA": "Metadata-Version: 2.1\\nName: islet\\nVersion: 1.0\\n",
         "islet-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\\nGenerator: hand\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
         "islet-1.0.dist-info/entry_points.txt": "[console_scripts]\\nislet = islet:greet\\n"}
digest = lambda text: base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
record = "".join(f"{name},sha256={digest(text)},{len(text)}\\n" for name, text in files.items())
files["islet-1.0.dist-info/RECORD"] = record + "islet-1.0.dist-info/RECORD,,\\n"
os.makedirs("wheels", exist_ok=True)
with zipfile.ZipFile("wheels/islet-1.0-py3-none-any.whl", "w") as archive:
    for name, text in files.items():
        archive.writestr(name, text)
venv.create("env", with_pip=True, clear=True)
def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print(done.stdout, done.returncode)
run("env/bin/pip", "install", "-q", "--no-index", "--find-links", "wheels", "islet")
run("env/bin/islet")
run("env/bin/pip", "list")
run("env/bin/pip", "uninstall", "-q", "-y", "islet")
run("env/bin/python", "-c", "import islet")
"""
TLS = """
import os, socket, ssl, subprocess, test
folder = os.path.dirname(test.__file__)
chain = f"{folder}/keycert3.pem"
server = subprocess.Popen(["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", chain, "-key", chain, "-rev", "-naccept", "3", "-alpn", "rev"],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
port = next(int(line.rsplit(":", 1)[1]) for line in server.stdout if line.startswith("ACCEPT"))
context = ssl.create_default_context(cafile=f"{folder}/pycacert.pem")
context.set_alpn_protocols(["rev"])
for version in (ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_2):
    context.maximum_version = version
    with context.wrap_socket(socket.create_connection(("127.0.0.1", port)), server_hostname="localhost") as connection:
        print(connection.version(), connection.cipher(), connection.selected_alpn_protocol(), connection.getpeercert()["subject"])
        for n in (1, 10, 1000):
            connection.sendall(b"0123456789" * n + b"\\n")
            answer = b""
            while not answer.endswith(b"\\n"):
                answer += connection.recv(4096)
            print(len(answer), answer[:12])
try:
    context.wrap_socket(socket.create_connection(("127.0.0.1", port)), server_hostname="example.org")
except ssl.SSLCertVerificationError as e:
    print(e, e.verify_code, e.verify_message)
print(server.wait(10))
"""


def python_files(count):
    return sorted(glob.glob(f"{LIBRARY}/*.py"))[:count]


def programs(folder):
    """{name: (arguments of the interpreter, standard input, package that it needs)}."""
    paths = {"a.rst": REST, "test_it.py": SUITE, "debugged.py": DEBUGGED, "logging_.py": LOGGING, "executors.py": EXECUTORS,
             "pipeline.py": PIPELINE, "chat.py": CHAT, "server.py": SERVER, "environment.py": ENVIRONMENT,
             "tls.py": TLS,
             "a.json": '{"b": [1, 2.5, null, true, "\\u00e9"], "a": {}}', "a.md": "# T\n\n* a\n* b\n\n`code` **bold** [l](http://x)\n"}  # fmt: skip
    for name, text in paths.items():
        with open(os.path.join(folder, name), "w") as file:
            file.write(text)
    highlight = (
        "import sys; from pygments import highlight; from pygments.lexers import PythonLexer; from pygments.formatters import"
        " HtmlFormatter\nfor p in sys.argv[1:]: print(highlight(open(p, encoding='utf-8', errors='replace').read(), PythonLexer(), HtmlFormatter()))"
    )
    found = {
        "json.tool": (["-m", "json.tool", "a.json"], "", None),
        "timeit": (["-m", "timeit", "-n", "10", "-r", "1", "-u", "sec", "pass"], "", None),
        "unittest": (["-m", "unittest", "-v", "test.test_bisect"], "", None),
        "pdb": (["-m", "pdb", "debugged.py"], "b 2\nc\np x\nn\np y\nw\nr\nunt\nc\ncl 1\nc\nq\n", None),
        "tokenize": (["-m", "tokenize", f"{LIBRARY}/argparse.py"], "", None),
        "ast": (["-m", "ast", f"{LIBRARY}/bisect.py"], "", None),
        "calendar": (["-m", "calendar", "2024"], "", None),
        "pydoc": (["-m", "pydoc", "textwrap"], "", None),
        "compileall": (["-m", "compileall", "-q", "debugged.py"], "", None),
        "zipfile": (["-c", "import zipfile as z, io; b = io.BytesIO(); f = z.ZipFile(b, 'w', z.ZIP_DEFLATED); f.writestr('a', 'x' * 1000); f.close(); print(len(b.getvalue()), z.ZipFile(b).read('a'))"], "", None),
        "logging": (["logging_.py"], "", None),
        "executors": (["executors.py"], "", None),
        "pipeline": (["pipeline.py"], "", None),
        "chat": (["chat.py"], "", None),
        "server": (["server.py"], "", None),
        "environment": (["environment.py"], "", None),
        "tls": (["tls.py"], "", None),
        "pygments": (["-c", highlight, *python_files(60)], "", "pygments"),
        "docutils": (["-m", "docutils", "a.rst"], "", "docutils"),
        "markdown": (["-m", "markdown", "a.md"], "", "markdown"),
        "lib2to3": (["-m", "lib2to3", "-l"], "", None),
        "pytest": (["-m", "pytest", "-q", "-p", "no:cacheprovider", "test_it.py"], "", "pytest"),
    }
    return found


def same(text):
    """What differs from run to run by right: times, addresses, the interpreter's name."""
    text = re.sub(rb"0x[0-9a-f]{6,}", b"0x...", text)
    text = re.sub(rb"\d+(\.\d+)?(e-\d+)? ?(sec|s|msec|usec)\b", b"N s", text)
    return re.sub(rb"[^ \n]*(atoll|python3\.11)\b", b"PYTHON", text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*")
    oracle.add_interpreter_options(parser)
    options = parser.parse_args()
    interpreter = oracle.find_interpreter(parser, options)
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        known = programs(folder)
        for name in options.names or known:
            arguments, text, package = known[name]
            if package and not os.path.isdir(os.path.join(PACKAGES, package)):
                print(f"{name}: left out, python3-{package} is not installed")
                continue
            env = {**oracle.environment(), "PYTHONPATH": PACKAGES if package else ""}
            seen = []
            for program in (interpreter, oracle.CPYTHON):
                try:
                    done = subprocess.run([program, *arguments], input=text.encode(), capture_output=True, cwd=folder, env=env, timeout=120)
                    seen.append((same(done.stdout), same(done.stderr), done.returncode))
                except subprocess.TimeoutExpired as late:
                    seen.append((b"", b"out of time " + (late.stderr or b""), None))
            agrees = seen[0] == seen[1]
            failed += not agrees
            print(f"{name}: {'the same' if agrees else 'DIFFERS'}", flush=True)
            if not agrees:
                ours = seen[0]
                print(f"    status {ours[2]} (CPython {seen[1][2]}), {len(ours[0])} bytes of output (CPython {len(seen[1][0])})")
                print("    " + ours[1].decode("utf-8", "replace")[-600:].replace("\n", "\n    "))
    print(f"{failed} differ")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

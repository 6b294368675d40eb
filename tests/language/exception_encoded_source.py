"""Tracebacks show lines of files in the encodings that these declare; errors of the compiler's later stages do not."""
import io
import os
import shutil
import sys
import tempfile

place = tempfile.mkdtemp()
os.chdir(place)
SOURCES = [("gbk", "丂儀"), ("latin-1", "é"), ("iso8859-15", "€"), ("utf-8", "é"), ("shift_jis", "あ"), ("euc_jp", "あ")]
for encoding, text in SOURCES:
    for body in (f"raise ValueError(1, '{text}')", f"def f():\n    x = '{text}'; global x", f"def f(\n  x = '{text}' y"):
        with open("source.py", "wb") as file:
            file.write(f"# coding: {encoding}\n\n{body}\n".encode(encoding))
        with open("source.py", "rb") as file:
            data = file.read()
        try:
            exec(compile(data, "source.py", "exec"), {})
        except Exception as e:
            stderr, sys.stderr = sys.stderr, io.StringIO()
            sys.__excepthook__(type(e), e, e.__traceback__)
            printed, sys.stderr = sys.stderr.getvalue(), stderr
            print(encoding, *map(ascii, printed.splitlines()[2:]), sep="\n    ")
with open("source.py", "wb") as file:
    file.write(b"# coding: gbk\nraise ValueError # \xff\n")
try:
    exec(compile("\nraise ValueError", "source.py", "exec"), {})
except ValueError as e:
    stderr, sys.stderr = sys.stderr, io.StringIO()
    sys.__excepthook__(type(e), e, e.__traceback__)
    print(sys.stderr.getvalue().splitlines()[2:])
    sys.stderr = stderr
os.chdir("/")
shutil.rmtree(place)

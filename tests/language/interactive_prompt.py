"""The prompt: -i, several lines, errors, _, PYTHONSTARTUP, statements after a program, how it ends."""
import os
import subprocess
import sys

def talk(text, *options, **variables):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")} | variables
    done = subprocess.run([sys.executable, *options], input=text, capture_output=True, text=True, env=environment)
    print(options, done.returncode, repr(done.stdout), repr(done.stderr))

talk("1 + 1\n_ * 2\nNone\nif 1:\n  print('in a block')\n\nx = (1,\n2)\nx\n", "-i", "-q", "-S")
talk("1 / 0\ndef f(x y): pass\n'''a\nb'''\n# only a comment\n\nraise SystemExit(3)\n1\n", "-i", "-q", "-S")
talk("import sys\nsys.ps1 = 'first '\nsys.ps2 = 'then '\nfor i in range(2):\n  i\n\n", "-i", "-q", "-S")
talk("from __future__ import annotations\ndef f(a: b): pass\n\nf.__annotations__\n", "-i", "-q", "-S")
talk("x\n", "-i", "-S", "-c", "x = 5")
talk("x\n", "-i", "-S", "-c", "x = 6; raise ValueError('of the program')")
talk("if 1:\n  print('never closed')", "-i", "-q", "-S")
talk("print('no prompt')", "-")
# What no line could mend is reported before another is asked for.
talk("def f(:\nx = (\n1 +\n)\n", "-i", "-q", "-S")
talk("a b\nfor\nif True\nwhile 1\n1 +\n'abc\n@\n0777\n\"\\N{x}\"\nreturn\nprint(1))\n", "-i", "-q", "-S")
talk("'''abc\nd'''\nx = \\\n3\nx\nclass A:\n  def m(self):\n     return 1\n\nA().m()\n[1,\n2}\n", "-i", "-q", "-S")
talk("x\n1\n", "-i", "-S", "-q", "-c", "x = 7; raise SystemExit(3)")

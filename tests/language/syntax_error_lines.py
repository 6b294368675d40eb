# The line that a syntax error shows of a source that is in no file: without its newline once the lexer is past it.
for s in ["out((print * 1))\n's' = 3\n", "print * 1\nx = = 3\n", "(print * 1)\n\n\nx y\n", "def f():\n    a = (print 1)\nx y\n","print 1\nx y\n"]:
    try: compile(s, 'no such file', 'exec')
    except SyntaxError as e: print(e.args)

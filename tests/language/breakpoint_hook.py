"""breakpoint() and PYTHONBREAKPOINT; input() without flush."""

import sys, os, warnings
print(callable(sys.breakpointhook))
os.environ['PYTHONBREAKPOINT'] = '0'; print(breakpoint())
os.environ['PYTHONBREAKPOINT'] = 'builtins.print'; breakpoint('7', '8')
os.environ['PYTHONBREAKPOINT'] = 'nosuch.thing'; breakpoint()
class P: set_trace = staticmethod(lambda *a, **k: print('pdb', a, k))
sys.modules['pdb'] = P; del os.environ['PYTHONBREAKPOINT']; breakpoint(1, k=2)
os.environ['PYTHONBREAKPOINT'] = ''; breakpoint()


import sys, io
class BitBucket:
    def write(self, line): pass
o, i = sys.stdout, sys.stdin
sys.stdin = io.StringIO('1+1\n2\n'); sys.stdout = BitBucket()
try: r = input(), input('prompt')
except Exception as e: r = e
sys.stdout = o; print(repr(r))

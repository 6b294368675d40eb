"""What finalizers find at the end of a program, and whose run: of what builtins, sys, modules and subclasses of modules keep."""
import sys, weakref, builtins, atexit, types
class A:
    def __init__(self, n): self.n = n
    def __del__(self):
        print(self.n, sys is None, sys and sys.path is None, len("ab"), helper and helper(), builtins and getattr(builtins, 'mine', 'no mine'))
def helper(): return 'helped'
builtins.mine = A('in builtins')
builtins.len = len
sys.mine = A('in sys')
a = A('global'); _b = A('private'); __c = A('dunder')
class Sub(types.ModuleType): pass
m = Sub('sub'); m.a = A('in sub'); sys.modules['sub'] = m
class NoModule: 
    x = A('in no module')
sys.modules['nomodule'] = NoModule()
keeper = types.ModuleType('keeper'); keeper.me = keeper; keeper.a = A('in keeper'); sys.modules['keeper'] = keeper
weakref.finalize(a, print, 'finalize a')
r = weakref.ref(m, lambda r: print('module gone'))
sys.stdout.flush()
atexit.register(print, 'atexit')
class Out:
    def write(self, s): sys.__stdout__.write('<' + s + '>')
    def flush(self): pass
    def __del__(self): print('out gone')
#

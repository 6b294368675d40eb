"""Symbol tables as the module symtable shows them."""
import symtable

SOURCE = '''
import sys
from os import path as p
g: int = 3
class C(object):
    __private = 1
    def m(self, a, /, b=2, *c, d, **e):
        global g
        def inner():
            nonlocal b
            b = a
            return __class__, undefined
        return [x for x in c if (y := x)], lambda q: q + d
def gen():
    yield {k: v async for k, v in z}
'''


def show(table, depth=0):
    print("  " * depth, table.get_type(), table.get_name(), table.get_lineno(), table.is_optimized(), table.is_nested(),
          table.has_children(), sorted(table.get_identifiers()))
    for symbol in sorted(table.get_symbols(), key=lambda s: s.get_name()):
        print("  " * depth, "-", symbol.get_name(), [test for test in dir(symbol) if test.startswith("is_") and
                                                     getattr(symbol, test)()])
    if isinstance(table, symtable.Function):
        print("  " * depth, "=", table.get_parameters(), table.get_locals(), table.get_globals(), table.get_frees(),
              table.get_nonlocals())
    if isinstance(table, symtable.Class):
        print("  " * depth, "=", table.get_methods())
    for child in table.get_children():
        show(child, depth + 1)


show(symtable.symtable(SOURCE.replace("async ", ""), "?", "exec"))
for source, mode in (("def f(: pass", "exec"), ("a = 1", "eval"), ("def f():\n nonlocal x", "exec"), ("1", "some")):
    try:
        symtable.symtable(source, "?", mode)
    except (SyntaxError, ValueError) as error:
        print(type(error).__name__, error)

# What stands as __builtins__ in a namespace: a module, a dict, a mapping, nothing of the kind.
import types

class Mapping:
    def __init__(self, **names):
        self.names = names

    def __getitem__(self, name):
        return self.names[name]

def attempt(text, given):
    try:
        space = {"__builtins__": given, "result": []}
        exec(text, space)
        print(space["result"])
    except BaseException as e:
        print(type(e).__name__, e)

module = types.ModuleType("m")
module.len = lambda v: "module's"
programs = [
    "result.append(len([1]))",
    "def f(): return len([1])\nresult.append(f())",
    "class A: pass\nresult.append(A.__name__)",

    "result += [len(i) for i in ('a', 'bc')]",
    "try: missing\nexcept: result.append(1)",
]
imports = "import math\nresult.append(math.pi)"
attempt(imports, __builtins__)
attempt(imports, {})
for given in (module, {"len": lambda v: "dict's"}, Mapping(len=lambda v: "mapping's"), 123, None, "text", [1], __builtins__):
    for program in programs:
        attempt(program, given)

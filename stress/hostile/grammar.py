"""Programs by chance, over the whole grammar of Python 3.11 and its built-in types.

`program(seed, number)` is the text of one; the same arguments give the same text. A program prints what it computes:
values by `show` (no addresses, sets in order), exceptions by type and text. It ends: loops are short, recursion is
bounded. A small share breaks a rule of the grammar or of scopes on purpose, so that errors of the compiler are compared.

Each production is a method of Grammar that returns text; `depth` is what is left before only leaves are chosen.
"""

import random

NAMES = ["a", "b", "c", "d", "e", "f", "g"]
ATTRIBUTES = ["x", "y", "z", "__class__", "__name__", "__dict__", "real", "__len__"]
NUMBERS = ["0", "1", "2", "-1", "7", "255", "256", "True", "False", "10**20", "-(2**63)", "2**62", "0.0", "-0.0", "1.5",
           "1e308", "-2.5", "float('inf')", "float('nan')", "1j", "2-3j", "0x1F", "1_000", "1e-5", "3.0", "2**31"]
TEXTS = ["''", "'a'", "'abc'", "'a b  c'", "'éß'", "'\\U0001f600x'", "'%s %d'", "'{} {x}'", "'12'", "'x=1,y=2'",
         "'\\n\\t'", "'ABC'", "'ǆ'", "'\\ud800'", "'İ'", "'aXbX'", "b''", "b'abc'", "b'a b'", "b'\\xff\\x00'",
         "bytearray(b'xyz')", "memoryview(b'abcd')", "r'\\d'", "'a' 'b'", "'0b11'", "' 42 '", "'1e5'"]
CONTAINERS = ["[]", "[1, 2, 3]", "['b', 'a']", "()", "(1,)", "(1, 'x', 2.5)", "{}", "{'x': 1}", "{1: 'a', 2: 'b'}",
              "set()", "{1, 2}", "frozenset('ab')", "range(5)", "range(10, 0, -3)", "slice(1, None, 2)", "[[1], [2, 3]]",
              "{'k': [1]}", "[None, True, 0.5]", "((1, 2), (3, 4))", "dict(a=1, b=2)", "range(0)", "[3, 1, 2]"]
SINGLETONS = ["None", "Ellipsis", "NotImplemented", "...", "int", "str", "list", "type", "object", "ValueError",
              "ValueError('v', 1)", "len", "print", "(lambda: 1)", "(lambda *p, **q: (p, q))", "iter([1, 2])", "(i for i in 'ab')",
              "Box(3)", "Odd()", "Box", "Odd", "staticmethod(len)", "property()", "zip('ab', [1, 2])", "enumerate('ab')",
              "map(str, [1, 2])", "reversed([1, 2])", "super", "ExceptionGroup('g', [ValueError(1), TypeError('t')])",
              "{'a': 1}.items()", "'abc'.upper", "[].append", "list[int]", "int | str", "Slotted(1)", "KeyError('k')"]
BINARY = ["+", "-", "*", "/", "//", "%", "@", "&", "|", "^"]
COMPARE = ["<", "<=", "==", "!=", ">", ">=", "in", "not in", "is", "is not"]
BUILTINS = ["abs", "all", "any", "ascii", "bin", "bool", "bytes", "callable", "chr", "complex", "dict", "divmod",
            "enumerate", "filter", "float", "format", "frozenset", "getattr", "hasattr", "hex", "int", "isinstance",
            "issubclass", "iter", "len", "list", "map", "max", "min", "next", "oct", "ord", "pow", "range", "repr",
            "reversed", "round", "set", "slice", "sorted", "str", "sum", "tuple", "type", "zip", "bytearray", "memoryview",
            "object", "setattr", "delattr", "vars", "property", "classmethod", "staticmethod", "super"]
EXCEPTIONS = ["ValueError", "TypeError", "KeyError", "IndexError", "AttributeError", "ZeroDivisionError", "LookupError",
              "Exception", "ArithmeticError", "StopIteration", "RuntimeError", "OSError", "UnicodeError", "NameError",
              "AssertionError", "OverflowError", "(TypeError, ValueError)", "BaseException"]
METHODS = {
    "str": "capitalize casefold center count encode endswith expandtabs find format format_map index isalnum isalpha "
           "isascii isdecimal isdigit isidentifier islower isnumeric isprintable isspace istitle isupper join ljust lower "
           "lstrip partition removeprefix removesuffix replace rfind rindex rjust rpartition rsplit rstrip split splitlines "
           "startswith strip swapcase title translate upper zfill",
    "bytes": "capitalize center count decode endswith expandtabs find fromhex hex index isalnum isalpha join ljust lower "
             "lstrip partition removeprefix replace rfind rjust rsplit rstrip split splitlines startswith strip swapcase "
             "title translate upper zfill",
    "bytearray": "append clear copy extend insert pop remove reverse count find replace split join hex",
    "list": "append clear copy count extend index insert pop remove reverse sort",
    "dict": "clear copy fromkeys get items keys pop popitem setdefault update values",
    "set": "add clear copy difference difference_update discard intersection intersection_update isdisjoint issubset "
           "issuperset pop remove symmetric_difference symmetric_difference_update union update",
    "tuple": "count index",
    "int": "as_integer_ratio bit_count bit_length conjugate from_bytes to_bytes",
    "float": "as_integer_ratio conjugate fromhex hex is_integer",
    "complex": "conjugate",
    "range": "count index",
    "memoryview": "cast hex release tobytes tolist toreadonly",
    "slice": "indices",
    "generator": "send throw close",
}
SAMPLES = {
    "str": TEXTS[:16], "bytes": ["b''", "b'abc'", "b'a b'", "b'\\xff\\x00'"], "bytearray": ["bytearray(b'xyz')", "bytearray()"],
    "list": ["[]", "[1, 2, 3]", "['b', 'a']", "[3, 1, 2, 1]"], "dict": ["{}", "{'x': 1}", "{1: 'a', 2: 'b'}"],
    "set": ["set()", "{1}", "{1, 2}", "{1, 2, 3}"], "tuple": ["()", "(1, 2)", "(1, 'x', 1)"],
    "int": ["0", "5", "-3", "10**20", "True"], "float": ["0.0", "1.5", "-2.25", "1e300", "float('nan')"], "complex": ["2-3j"],
    "range": ["range(5)", "range(10, 0, -3)"], "memoryview": ["memoryview(b'abcd')"], "slice": ["slice(1, None, 2)", "slice(-3, -1)"],
    "generator": ["(i for i in 'ab')"],
}

PRELUDE = '''
import sys
def show(v, depth=0):
    t = type(v)
    if depth > 4:
        return "..."
    if t in (set, frozenset):
        return t.__name__ + "{" + ", ".join(sorted(show(i, depth + 1) for i in v)) + "}"
    if t in (list, tuple):
        return t.__name__ + "[" + ", ".join([show(i, depth + 1) for i in v][:40]) + "]"
    if t is dict:
        return "{" + ", ".join([show(k, depth + 1) + ": " + show(i, depth + 1) for k, i in v.items()][:40]) + "}"
    if t in (int, float, complex, bool, str, bytes, bytearray, type(None), range, slice, type(...), type(NotImplemented)):
        return ascii(v)[:400]
    if isinstance(v, BaseException):
        return error(v, depth + 1)
    if isinstance(v, type):
        return "class " + v.__qualname__
    return "<" + t.__name__ + ">"
def error(e, depth=0):
    text = type(e).__name__ + "(" + ", ".join(show(i, depth + 1) for i in e.args) + ")"
    if depth < 3:
        for name in ("__cause__", "__context__"):
            if getattr(e, name) is not None:
                text += " " + name + " " + error(getattr(e, name), depth + 1)
    return text
def out(*values):
    print(*[show(v) for v in values])
def attempt(function):
    try:
        out(function())
    except Exception as e:
        tb, lines = e.__traceback__.tb_next, []
        while tb is not None:
            lines.append(tb.tb_lineno)
            tb = tb.tb_next
        print(error(e), lines[:4])
def drive(coroutine):
    try:
        while True:
            out("awaits", coroutine.send(None))
    except StopIteration as e:
        return e.value
class Wait:
    def __init__(self, v): self.v = v
    def __await__(self):
        got = yield self.v
        return self.v
class Box:
    x = 1
    def __init__(self, v=0): self.v = v
    def __enter__(self): out("enter"); return self
    def __exit__(self, t, e, tb): out("exit", t); return self.v == 3
    async def __aenter__(self): out("aenter"); return self
    async def __aexit__(self, t, e, tb): out("aexit", t); return self.v == 3
    def __aiter__(self): self.n = 0; return self
    async def __anext__(self):
        self.n += 1
        if self.n > 3: raise StopAsyncIteration
        return self.n
    def __call__(self, *p, **q): return p, q
    def __getitem__(self, i):
        if i == 3: raise IndexError(i)
        return i
    def __setitem__(self, i, v): out("set", i, v)
    def __delitem__(self, i): out("del", i)
    def __add__(self, o): return "add", o
    def __radd__(self, o): return "radd", o
    def __iadd__(self, o): self.v = o; return self
    def __contains__(self, o): return o == 1
    def __eq__(self, o): return isinstance(o, Box) and o.v == self.v
    def __hash__(self): return 5
    def __len__(self): return 2
    def __index__(self): return 1
    def __format__(self, spec): return "box" + spec
class Odd:
    __match_args__ = ("x", "y")
    x = 1
    y = 2
    def __bool__(self): raise ValueError("bool")
    def __eq__(self, o): raise TypeError("eq")
    def __hash__(self): raise TypeError("hash")
    def __len__(self): return -1
    def __iter__(self): return 5
    def __index__(self): return "i"
    def __getattr__(self, name): raise AttributeError("no " + name)
class Slotted:
    __slots__ = ("x", "y")
    def __init__(self, x): self.x = x
a, b, c, d, e, f, g = 1, "two", [3, 4], {"k": 5}, (6, 7.5), Box(1), None
'''


class Grammar:
    def __init__(self, choose):
        self.choose = choose
        self.loops = self.functions = 0  # how deep in each the text being made stands
        self.matches = 0  # an annotation that is only in a match statement of a module finds no __annotations__ in 3.11
        self.coroutines = False
        self.generators = False

    def pick(self, *items):
        return self.choose.choice(items)

    def chance(self, share):
        return self.choose.random() < share

    def broken(self):
        """Whether to break a rule here."""
        return self.chance(0.002)

    def name(self):
        return self.choose.choice(NAMES)

    # Expressions ------------------------------------------------------------------------------------------------------

    def leaf(self):
        kind = self.choose.randrange(10)
        if kind < 4:
            return self.name()
        if kind < 6:
            return self.choose.choice(NUMBERS)
        return self.choose.choice((TEXTS, CONTAINERS, SINGLETONS, CONTAINERS)[kind - 6])

    def expression(self, depth):
        if depth <= 0 or self.chance(0.15):
            return self.leaf()
        made = self.choose.choice(self.EXPRESSIONS)(self, depth - 1)
        return f"({made})"

    def binary(self, depth):
        return f"{self.expression(depth)} {self.choose.choice(BINARY)} {self.expression(depth)}"

    def power(self, depth):
        operator = self.pick("**", "<<", ">>")
        return f"{self.expression(depth)} {operator} {self.pick('0', '1', '2', '-1', '0.5', '3', self.name(), 'None')}"

    def unary(self, depth):
        return f"{self.pick('-', '+', '~', 'not ')}{self.expression(depth)}"

    def boolean(self, depth):
        return f" {self.pick('and', 'or')} ".join(self.expression(depth) for _ in range(self.pick(2, 2, 3)))

    def compare(self, depth):
        text = self.expression(depth)
        for _ in range(self.pick(1, 1, 1, 2)):
            text += f" {self.choose.choice(COMPARE)} {self.expression(depth)}"
        return text

    def conditional(self, depth):
        return f"{self.expression(depth)} if {self.expression(depth)} else {self.expression(depth)}"

    def arguments(self, depth):
        parts = [self.expression(depth) for _ in range(self.pick(0, 1, 1, 1, 2, 2, 3))]
        if self.chance(0.1):
            parts.append("*" + self.expression(depth))
        if self.chance(0.12):
            parts.append(f"{self.pick('x', 'key', 'default', 'sep', 'a', 'reverse', 'start', 'b')}={self.expression(depth)}")
        if self.chance(0.06):
            parts.append("**" + self.pick("d", "{'x': 1}", "dict(a=1)", self.expression(depth)))
        if self.broken():
            self.choose.shuffle(parts)
        return ", ".join(parts)

    def call(self, depth):
        function = self.pick(self.name(), self.expression(depth), "Box", "Slotted", "(lambda p, q=2, *r, **s: (p, q, r, s))")
        return f"{function}({self.arguments(depth)})"

    def builtin(self, depth):
        return f"{self.choose.choice(BUILTINS)}({self.arguments(depth)})"

    def method(self, depth):
        kind = self.choose.choice(list(METHODS))
        method = self.choose.choice(METHODS[kind].split())
        return f"{self.choose.choice(SAMPLES[kind])}.{method}({self.arguments(min(depth, 1))})" if kind not in ("int", "float") \
            else f"({self.choose.choice(SAMPLES[kind])}).{method}({self.arguments(min(depth, 1))})"

    def attribute(self, depth):
        return f"({self.expression(depth)}).{self.choose.choice(ATTRIBUTES)}"

    def index(self, depth):
        return f"{self.expression(depth)}[{self.subscript(depth)}]"

    def subscript(self, depth):
        parts = ["" if self.chance(0.4) else self.expression(min(depth, 1)) for _ in range(3)]
        return self.pick(
            self.expression(depth), self.expression(depth), f"{parts[0]}:{parts[1]}", f"{parts[0]}:{parts[1]}:{parts[2]}",
            f"{self.expression(0)}, {parts[0]}:", f"*{self.expression(0)}, 1"
        )

    def display(self, depth):
        items = [("*" if self.chance(0.1) else "") + self.expression(depth) for _ in range(self.pick(0, 1, 2, 3))]
        left, right = self.pick("[]", "()", "{}")
        if left == "{":
            items = items or ["1"]
        if left == "(" and len(items) == 1:
            items.append("")
        return left + ", ".join(items) + right

    def dictionary(self, depth):
        items = [
            f"**{self.pick('d', self.expression(depth))}" if self.chance(0.12) else f"{self.expression(depth)}: {self.expression(depth)}"
            for _ in range(self.pick(0, 1, 2, 3))
        ]
        return "{" + ", ".join(items) + "}"

    def comprehension(self, depth):
        clauses = ""
        for _ in range(self.pick(1, 1, 2)):
            target = self.pick("i", "j", "(i, j)", "i, *j", "a")
            clauses += f" for {target} in {self.expression(depth)}"
            if self.chance(0.3):
                clauses += f" if {self.expression(depth)}"
        element = self.pick("i", "j", "a", self.expression(depth), f"(b := {self.expression(depth)})", "(lambda: i)()")
        kind = self.choose.randrange(4)
        if kind == 0:
            return f"[{element}{clauses}]"
        if kind == 1:
            return "{" + element + clauses + "}"
        if kind == 2:
            return "{" + f"{element}: {self.expression(depth)}{clauses}" + "}"
        return f"list({element}{clauses})"

    def lambda_(self, depth):
        inner = Grammar(self.choose)
        inner.functions = 1
        return f"(lambda {self.parameters(0)}: {inner.expression(depth)})({self.arguments(depth)})"

    def walrus(self, depth):
        return f"{self.name()} := {self.expression(depth)}"

    def fstring(self, depth):
        parts = []
        for _ in range(self.pick(1, 1, 2)):
            value = self.pick(self.name(), *[n for n in NUMBERS if "'" not in n], "c[0]", "f.x", "d['k']".replace("'", '"'))
            conversion = self.pick("", "", "!r", "!s", "!a")
            spec = self.pick("", "", "", ":>8", ":.2f", ":05", ":x", ":,", ":{a}", ":^{a}", ":+", ":e", ":%", ":_b", ":#o", ":s",
                             ":<10.3", ":n", ":c", ":=+8", ":g", ":.3", ":🐍>5", ":z", ":10d")
            parts.append("{" + value + self.pick("", "", " = ", "=") + conversion + spec + "}")
        return "f'" + self.pick("", "t", "{{}}").join(["", *parts, ""]) + "'"

    def percent(self, depth):
        form = self.pick("'%s'", "'%d'", "'%5.2f|%r'", "'%x %o'", "'%(k)s'", "'%c'", "'%-5s|'", "'%%'", "'%*d'", "b'%s'", "b'%a'", "'%e'",
                         "'%#x'", "'%+d'", "'% d'", "'%05d'", "'%.0f'", "'%i %'", "'%q'", "'%g'")
        return f"{form} % {self.expression(depth)}"

    def format_(self, depth):
        form = self.pick("'{}'", "'{0}{0}'", "'{x}'", "'{!r:>9}'", "'{0.real}'", "'{0[0]}'", "'{:{}}'", "'{'", "'}'", "'{0}{}'", "'{:d}'",
                         "'{:.3f}'", "'{a.b}'", "'{:,}'", "'{:<5}|'", "'{:c}'")
        return f"{form}.format({self.arguments(depth)})"

    def await_(self, depth):
        if self.coroutines or self.broken():
            return f"await {self.pick('Wait(1)', self.expression(depth))}"
        return self.expression(depth)

    def yield_(self, depth):
        if self.generators or self.broken():
            return self.pick("yield", f"yield {self.expression(depth)}", f"yield from {self.expression(depth)}")
        return self.expression(depth)

    EXPRESSIONS = [binary, binary, power, unary, boolean, compare, conditional, call, builtin, builtin, method, method, method,
                   attribute, index, display, dictionary, comprehension, lambda_, walrus, fstring, fstring, percent, format_,
                   await_, yield_]

    # Statements -------------------------------------------------------------------------------------------------------

    def block(self, depth, indent, least=1):
        return "".join(self.statement(depth, indent) for _ in range(self.choose.randint(least, 3)))

    def statement(self, depth, indent):
        pad = "    " * indent
        if depth <= 0 or self.chance(0.3):
            return pad + self.simple(1) + "\n"
        return self.choose.choice(self.STATEMENTS)(self, depth - 1, indent)

    def simple(self, depth):
        kind = self.choose.randrange(22)
        if kind < 3:
            return f"out({self.expression(depth + 1)})"
        if kind < 8:
            inner = Grammar(self.choose)
            inner.functions = 1
            return f"attempt(lambda: {inner.expression(depth + 2)})"
        if kind < 11:
            return f"{self.target(depth)} = {self.expression(depth + 1)}"
        if kind == 11:
            return f"{self.single_target()} {self.choose.choice(BINARY)}= {self.expression(depth)}"
        if kind == 12:
            return "pass"
        if kind == 13 and (self.functions or not self.matches):
            return f"{self.name()}: {self.expression(0)} = {self.expression(depth)}"
        if kind == 14:
            return f"del {self.single_target()}"
        if kind == 15:
            return f"assert {self.expression(depth)}, {self.expression(0)}"
        if kind == 16:
            return f"raise {self.pick('ValueError', 'TypeError(1)', 'KeyError from ValueError(2)', 'IndexError from None', self.expression(depth), '')}"
        if kind == 17 and (self.loops or self.broken()):
            return self.pick("break", "continue")
        if kind == 18 and (self.functions or self.broken()):
            return self.pick("return", f"return {self.expression(depth)}") if not (self.generators and self.coroutines) else "return"
        if kind == 19 and self.functions and self.chance(0.1):
            return f"{self.pick('global', 'global', 'global', 'nonlocal')} {self.name()}"
        if kind == 20:
            return f"{self.target(0)} = {self.target(0)} = {self.expression(depth)}"
        return f"out({self.expression(depth)}, {self.expression(depth)})"

    def single_target(self):
        return self.pick(self.name(), self.name(), "c[0]", "d['k']", "f.x", "c[1:]", "f[2]", "c[a]")

    def target(self, depth):
        if self.broken():
            return self.pick("1", "a + b", "f()", "None", "(a, 1)", "*a", "[a, *b, *c]", "'s'", "a if b else c", "__debug__")
        if depth > 0 and self.chance(0.2):
            return self.pick(f"{self.name()}, {self.name()}", f"[{self.name()}, *{self.name()}]", f"({self.name()}, ({self.name()}, {self.name()}))",
                             f"*{self.name()},")
        return self.single_target()

    def if_(self, depth, indent):
        pad = "    " * indent
        text = f"{pad}if {self.expression(2)}:\n{self.block(depth, indent + 1)}"
        if self.chance(0.3):
            text += f"{pad}elif {self.expression(1)}:\n{self.block(depth, indent + 1)}"
        if self.chance(0.5):
            text += f"{pad}else:\n{self.block(depth, indent + 1)}"
        return text

    def for_(self, depth, indent):
        pad = "    " * indent
        self.loops += 1
        over = self.pick("range(3)", "c", "d", "e", "b", "[(1, 2), (3, 4)]", "f", "zip('ab', c)", "enumerate('ab')", "d.items()", "'xyz'")
        text = f"{pad}for {self.target(1)} in {over}:\n{self.block(depth, indent + 1)}"
        self.loops -= 1
        if self.chance(0.3):
            text += f"{pad}else:\n{self.block(depth, indent + 1)}"
        return text

    def while_(self, depth, indent):
        pad = "    " * indent
        count = f"n{indent}"
        self.loops += 1
        body = self.block(depth, indent + 1)
        self.loops -= 1
        text = f"{pad}{count} = 0\n{pad}while ({count} := {count} + 1) < {self.pick(1, 3, 4)}{self.pick('', ' and ' + self.expression(1))}:\n{body}"
        if self.chance(0.3):
            text += f"{pad}else:\n{self.block(depth, indent + 1)}"
        return text

    def try_(self, depth, indent):
        pad = "    " * indent
        text = f"{pad}try:\n{self.block(depth, indent + 1)}"
        star = "*" if self.chance(0.2) else ""
        handlers = self.pick(0, 1, 1, 1, 2)
        loops, functions = self.loops, self.functions
        if star:
            self.loops = self.functions = 0
        for _ in range(handlers):
            name = self.name()
            text += f"{pad}except{star} {self.choose.choice(EXCEPTIONS)}{self.pick('', f' as {name}')}:\n{self.block(depth, indent + 1)}"
        self.loops, self.functions = loops, functions
        if handlers and not star and self.chance(0.3):
            text += f"{pad}except:\n{self.block(depth, indent + 1)}"
        if handlers and self.chance(0.3):
            text += f"{pad}else:\n{self.block(depth, indent + 1)}"
        if not handlers or self.chance(0.4):
            text += f"{pad}finally:\n{self.block(depth, indent + 1)}"
        return text

    def with_(self, depth, indent):
        pad = "    " * indent
        items = [f"{self.pick('Box(3)', 'Box(1)', self.expression(1))}{self.pick('', ' as ' + self.single_target())}" for _ in range(self.pick(1, 1, 2))]
        items = ", ".join(items)
        if self.chance(0.2):
            items = f"({items})"
        word = "async with" if self.coroutines and self.chance(0.5) else "with"
        return f"{pad}{word} {items}:\n{self.block(depth, indent + 1)}"

    def parameters(self, depth):
        names = self.choose.sample(["p", "q", "r", "s", "a"], self.pick(0, 1, 2, 3))
        parts, had_default = [], False
        for name in names:
            had_default = had_default or self.chance(0.3)
            if self.broken():
                had_default = not had_default
            parts.append(f"{name}={self.expression(depth)}" if had_default else name)
        if parts and self.chance(0.15):
            parts.insert(self.choose.randint(1, len(parts)), "/")
        if self.chance(0.2):
            parts.append("*rest")
            if self.chance(0.5):
                parts.append(self.pick("k", "k=1"))
        elif self.chance(0.1):
            parts += ["*", self.pick("k", "k=2")]
        if self.chance(0.15):
            parts.append("**named")
        return ", ".join(parts)

    def function(self, depth, indent):
        pad = "    " * indent
        name = self.name()
        saved = self.loops, self.functions, self.coroutines, self.generators
        self.loops, self.functions = 0, 1
        self.coroutines, self.generators = self.chance(0.2), self.chance(0.25)
        head = ("async " if self.coroutines else "") + f"def {name}({self.parameters(0)}){self.pick('', '', ' -> ' + self.name())}:"
        decorator = f"{pad}@{self.pick('staticmethod', '(lambda v: v)', 'Box()')}\n" if self.chance(0.1) else ""
        body = self.block(depth, indent + 1)
        if self.generators:
            body += f"{pad}    {self.pick('yield ' + self.name(), self.name() + ' = yield', 'yield')}\n"
        is_coroutine, is_generator = self.coroutines, self.generators
        self.loops, self.functions, self.coroutines, self.generators = saved
        use = f"{name}({self.arguments(0)})"
        if is_coroutine and is_generator:
            drive = f"async def collect():\n{pad}    return [i async for i in {use}][:5]\n{pad}attempt(lambda: drive(collect()))"
        elif is_coroutine:
            drive = f"attempt(lambda: drive({use}))"
        elif is_generator:
            drive = f"attempt(lambda: list(zip(range(5), {use})))"
        else:
            drive = f"attempt(lambda: {use})"
        return f"{decorator}{pad}{head}\n{body}{pad}{drive}\n"

    def class_(self, depth, indent):
        pad = "    " * indent
        name = self.name()
        bases = self.pick("", "", "(Box)", "(dict)", "(Exception)", "(int)", "(Slotted)", "(list, Box)", f"({self.name()})", "(metaclass=type)",
                          "(str)", "(Box, Slotted)", "(type)", "(Box, x=1)")
        saved = self.loops, self.functions, self.coroutines, self.generators
        self.loops = self.functions = 0
        self.coroutines = self.generators = False
        body = ""
        for _ in range(self.pick(1, 2, 3)):
            kind = self.choose.randrange(7)
            if kind == 0:
                body += f"{pad}    {self.pick('x', 'y', '__slots__', '__doc__', '__eq__', '__hash__')} = {self.expression(1)}\n"
            elif kind == 1:
                body += f"{pad}    @{self.pick('property', 'classmethod', 'staticmethod')}\n{pad}    def y(self, *p):\n{self.method_body(indent)}"
            elif kind < 6:
                special = self.pick("__init__", "__add__", "__eq__", "__getattr__", "__repr__", "__len__", "__iter__", "__call__", "__bool__",
                                    "__getitem__", "__contains__", "__enter__", "__new__", "__hash__", "__set_name__", "__init_subclass__",
                                    "__missing__", "__lt__", "__str__", "__format__", "__index__", "__get__", "__radd__", "__class_getitem__")
                body += f"{pad}    def {special}(self, *p, **q):\n{self.method_body(indent)}"
            else:
                body += self.statement(depth, indent + 1)
        self.loops, self.functions, self.coroutines, self.generators = saved
        uses = "".join(
            f"{pad}attempt(lambda: {self.pick(f'{name}()', f'{name}()', f'{name}(1)', name)}{self.pick('', '.x', '.y', ' + 1', '[0]', '(2)', '.zz', ' == 1', '.__qualname__')})\n"
            for _ in range(2)
        )
        return f"{pad}class {name}{bases}:\n{body}{uses}"

    def method_body(self, indent):
        pad = "    " * (indent + 2)
        self.functions = 1
        line = self.pick(
            "super().__init__()", "self.x = p", "out(p)", "return p", "return self", f"return {self.expression(1)}", f"return {self.expression(1)}",
            f"raise {self.choose.choice(EXCEPTIONS[:8])}(1)", "return super().y", "self.x += 1", "return __class__",
        )
        self.functions = 0
        return f"{pad}{line}\n"

    def pattern(self, depth):
        if depth <= 0:
            return self.pick("_", "p", "1", "'x'", "None", "-1", "1.5", "Box.x", "'two'", "True", "b'q'", "1+2j")
        inner = lambda: self.pattern(depth - 1)
        return self.pick(
            f"[{inner()}, {inner()}]", f"({inner()}, *rest)", f"[{inner()}, *_]", "{'k': " + inner() + "}", "{'k': " + inner() + ", **rest}",
            f"Box(v={inner()})", f"Odd({inner()}, y={inner()})", f"int({inner()})", "str()", f"({inner()} as q)", "1 | 2 | None",
            f"({self.pick('1', '_', 'None')} | {self.pick('2', 'str()', '[_]')})", "list()", "{}", "[]", "[*rest]", "float() | int()", "dict(x=1)",
        )

    def match_(self, depth, indent):
        pad = "    " * indent
        text = f"{pad}match {self.expression(1)}{self.pick('', '', '', ', a')}:\n"
        self.matches += 1
        for _ in range(self.pick(1, 2, 3)):
            guard = f" if {self.expression(1)}" if self.chance(0.2) else ""
            text += f"{pad}    case {self.pattern(self.pick(0, 1, 2))}{guard}:\n{self.block(depth, indent + 2)}"
        if self.chance(0.4):
            text += f"{pad}    case _:\n{self.block(depth, indent + 2)}"
        self.matches -= 1
        return text

    def async_for(self, depth, indent):
        if not self.coroutines and not self.broken():
            return self.for_(depth, indent)
        pad = "    " * indent
        self.loops += 1
        text = f"{pad}async for {self.target(1)} in {self.pick('Box(2)', self.expression(1))}:\n{self.block(depth, indent + 1)}"
        self.loops -= 1
        return text

    STATEMENTS = [if_, for_, while_, try_, try_, with_, function, function, class_, match_, async_for]

    def program(self):
        """Statements, each on its own: what one raises is printed, and the next goes on."""
        return "".join(
            f"try:\n{self.statement(3, 1)}except Exception as error_:\n    out(error_)\n" for _ in range(self.choose.randint(3, 8))
        )


def program(seed, number):
    """The text of program `number` of a seed, without the prelude."""
    return Grammar(random.Random(f"{seed}:{number}")).program()

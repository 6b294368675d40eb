"""Programs by chance, over the whole grammar of Python 3.11 and its built-in types.

`program(seed, number)` is the text of one; the same arguments give the same text. A program prints what it computes:
values by `show` (no addresses, sets in order), exceptions by type and text. It ends: loops are short, recursion is
bounded. A small share breaks a rule of the grammar or of scopes on purpose, so that errors of the compiler are compared.

Each production is a method of Grammar that returns text; `depth` is what is left before only leaves are chosen.
"""

import random
import re

from grammar_words import (
    ANSWERS, ATTRIBUTES, BINARY, BUILTINS, COMPARE, CONTAINERS, CONVERSIONS, EXCEPTIONS, FORMS, KINDS, LIBRARY, METHODS, NAMES, NUMBERS, SINGLETONS, SPECIALS, TEXTS, USES,
)  # fmt: skip

MARK = re.compile("[«»¦]")
# An argument of a call in grammar_words: what stands before it, its keyword, its kind, and whether it may be missing.
ARGUMENT = re.compile(
    r"([(\[|,])((?:\w+=)?)(%s)([?*]?)(?=[,)\]|])" % "|".join(sorted([*KINDS, "any", "num", "int", "slice", "range", "float", "complex"], key=len, reverse=True))
)
LOOSE = ["(", ")", ":", "=", "*", ",", ".", "if", "else", "for", "in", "def", "class", "return", "yield", "await", "async", "lambda", "None", "not", "[", "]", "{", "}",
         "'", '"', "\n", "\n ", "    ", "**", ":=", "==", "->", "@", "f'", "import", "from", "as", "with", "try", "except", "match", "case", "_", "1", "x", "is", "del", "global", "!",
         "\\", "0", "1x", "é", "...", "/", "print", "True", ";", "nonlocal", "raise", "while", "elif", "finally", "assert", "$", "?", "\t", "break", "1_", "0b2", '"' * 3, "€"]  # fmt: skip


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
        production = self.choose.choice(self.EXPRESSIONS)
        made = production(self, depth - 1)
        bare = production in self.PRIMARIES and self.chance(0.7) or production in (Grammar.binary, Grammar.power) and self.chance(0.25)
        return made if bare else f"({made})"

    def of_kind(self, kind, depth=1):
        """An expression of a kind, which is one of KINDS or made here; now and then any expression."""
        if kind == "any" or self.chance(0.06):
            return self.expression(min(depth, 1))
        if kind == "int":
            return self.whole()
        if kind in ("num", "float"):
            return self.pick(self.whole(), self.real(), self.choose.choice(NUMBERS)) if kind == "num" else self.real()
        if kind == "complex":
            return self.pick("2-3j", "1j", "0j", "complex(1.5, -0.0)", "complex('inf')")
        if kind == "slice":
            return self.pick("slice(1, None, 2)", "slice(-3, -1)", "slice(None)", "slice(5, 0, -1)", "slice(2, 2)", "slice('a', 'b')")
        if kind == "range":
            return self.pick("range(5)", "range(10, 0, -3)", "range(0)", "range(2**70)", "range(-2**63, 2**63, 2**60)")
        if kind == "spec":
            return repr(self.spec())
        return self.choose.choice(KINDS[kind])

    def whole(self):
        """An int, mostly one where representations change."""
        if self.chance(0.3):
            return str(self.choose.randint(-10, 100))
        power = self.pick(7, 8, 15, 16, 29, 30, 31, 32, 52, 53, 59, 60, 61, 62, 63, 64, 89, 90, 120, 127)
        return str(self.pick(1, -1) * 2**power + self.choose.randint(-2, 2) if self.chance(0.6) else self.choose.randint(-(2**power), 2**power))

    def real(self):
        return self.pick(repr(self.choose.uniform(-10, 10)), repr(self.choose.uniform(-1, 1) * 10.0 ** self.choose.randint(-20, 20)), repr(self.choose.randint(-20, 20) / 4), "1e308", "5e-324", "0.5",
                         "float('nan')", "-0.0", "float('-inf')", "2.5", "1e16", "123456789012345680.0")

    def spec(self):
        """The text of a format specification."""
        fill = self.pick("", "", "*", "0", "é", "x") + self.pick("<", ">", "=", "^") if self.chance(0.3) else ""
        return (fill + self.pick("", "", "", "+", "-", " ") + ("z" if self.chance(0.1) else "") + ("#" if self.chance(0.15) else "") + ("0" if self.chance(0.15) else "")
                + self.pick("", "", "5", "12", "1", "20") + self.pick("", "", "", ",", "_") + self.pick("", "", ".0", ".2", ".3", ".17", ".")
                + self.pick("", "", "d", "f", "e", "g", "s", "x", "b", "o", "n", "c", "%", "E", "G", "F", "X", "r", "fd"))  # fmt: skip

    def filled(self, call, depth=1):
        """A call of grammar_words with its arguments."""

        def argument(match):
            before, keyword, kind, mark = match.groups()
            if mark == "*":
                made = ",".join(self.of_kind(kind, depth) for _ in range(self.pick(0, 1, 1, 2, 3)))
            else:
                made = "" if mark and self.chance(0.5) or self.chance(0.01) else self.of_kind(kind, depth)
            return before + keyword + made if made else "" if before == "," else before

        return ARGUMENT.sub(argument, call).replace("(,", "(")

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
        call = self.choose.choice(METHODS[kind].split())
        if self.chance(0.15):
            call = f"{call.partition('(')[0]}({self.arguments(min(depth, 1))})"
        on = self.of_kind(kind, 0)
        return f"({on}).{self.filled(call)}" if kind not in ("str", "list", "dict", "set") or on[-1].isdigit() else f"{on}.{self.filled(call)}"

    def library(self, depth):
        return self.filled(self.choose.choice(LIBRARY))

    def formatted(self, depth):
        value = self.pick(self.of_kind("num", 0), self.of_kind("num", 0), self.of_kind("str", 0), self.leaf())
        spec = self.spec().replace("'", "")
        percent = "%" + self.pick("", "-", "+", " ", "#", "0") + self.pick("", "5", "12", "*") + self.pick("", ".0", ".3", ".20", ".*") + self.choose.choice("diouxXeEfFgGcrsa%")
        simple = not any(c in value for c in "'\\\"\n")
        return self.pick(
            f"format({value}, {spec!r})", f"'{{:{spec}}}|'.format({value})", f"'{{0:{{1}}{spec}}}'.format({value}, {self.pick('1', '8', repr('<'), '0')})",
            f"'{percent}' % {self.pick(value, f'({value},)', f'(7, {value})', f'(7, 2, {value})')}", f"b'{percent}' % {value}",
            f"f'{{({value}):{spec}}}'" if simple else f"str({value})", f"f'{{({value})!{self.pick('r', 's', 'a')}:{{a}}.{{a}}}}'" if simple else f"repr({value})",
        )  # fmt: skip

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
                   await_, yield_, library, library, library, library, formatted, formatted]
    PRIMARIES = {call, builtin, method, attribute, index, display, dictionary, comprehension, fstring, library}

    # Statements -------------------------------------------------------------------------------------------------------

    def block(self, depth, indent, least=1):
        return "".join(self.statement(depth, indent) for _ in range(self.choose.randint(least, 3)))

    def statement(self, depth, indent):
        pad = "    " * indent
        if depth <= 0 or self.chance(0.3):
            return pad + self.simple(1) + "\n"
        if self.chance(0.5 if indent < 2 else 0.1):
            return self.form(indent)
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

    def form(self, indent):
        """One of FORMS: each line is filled in; what follows a line with a block knows what it is in."""
        made = []
        for line in self.choose.choice(FORMS).strip("\n").split("\n"):
            text = line.lstrip(" ")
            pad = line[: len(line) - len(text)]
            around = Grammar(self.choose)
            around.matches = self.matches
            for above in reversed(made):  # the lines that this one is inside of
                start = above.lstrip(" ")
                if len(above) - len(start) < len(pad) and start.startswith(("def ", "async def ")):
                    around.functions, around.coroutines = 1, start.startswith("async")
                    around.generators = around.coroutines  # which gives no return with a value: some of these yield
                    break
            text = around.fill(text)
            made += [pad + line if line else line for line in text.split("\n")]
        return "".join("    " * indent + line + "\n" for line in made)

    def fill(self, text):
        """Replace each «kind» and «one¦other» of a form's line."""
        made, place = "", 0
        while (start := text.find("«", place)) >= 0:
            made += text[place:start]
            depth, begin, choices = 0, start + 1, []
            for mark in MARK.finditer(text, start):
                depth += {"«": 1, "»": -1, "¦": 0}[mark[0]]
                if mark[0] == "¦" and depth == 1 or depth == 0:
                    choices.append(text[begin : mark.start()])
                    begin = mark.end()
                if depth == 0:
                    break
            place = begin
            made += self.fill(self.choose.choice(choices)) if len(choices) > 1 else self.part(choices[0])
        return made + text[place:]

    def part(self, kind):
        kind, _, of = kind.partition(":")
        if kind in ("use", "conversion"):
            return self.fill(self.choose.choice(USES if kind == "use" else CONVERSIONS).replace("@", self.fill(of)))
        if kind in self.PARTS:
            return self.PARTS[kind](self)
        return self.of_kind(kind)

    def broken_text(self):
        """A literal with the text of a statement, mostly with some words lost, doubled, exchanged or new."""
        text = self.pick(lambda: Grammar(self.choose).statement(1, 0), lambda: Grammar(self.choose).form(0), lambda: Grammar(self.choose).simple(2))()
        words = re.findall(r"\w+|\s+|[^\w\s]", text)
        for _ in range(self.pick(0, 1, 1, 1, 2)):
            k = self.choose.randrange(len(words))
            match self.choose.randrange(5):
                case 0:
                    words[k] = ""
                case 1:
                    words.insert(k, self.choose.choice(words))
                case 2:
                    words[k] = self.choose.choice(LOOSE)
                case 3:
                    words.insert(k, self.choose.choice(LOOSE))
                case 4:
                    j = self.choose.randrange(len(words))
                    words[k], words[j] = words[j], words[k]
        return repr("".join(words))

    def drives(self, calls):
        return "\n".join(f"attempt(lambda: {self.fill(self.choose.choice(calls))})" for _ in range(self.choose.randint(2, 5)))

    GENERATOR_CALLS = ["next(h)", "h.send(«any»)", "h.send(None)", "h.throw(«error»)", "h.throw(«exc1», «any»)", "h.close()", "list(h)", "h.throw(«error»)", "h.gi_frame is None", "h.gi_running", "h.gi_frame.f_lineno",
                       "h.gi_yieldfrom", "[*h]", "next(h, 'end')", "h.throw(«any»)", "(h.__name__, h.__qualname__)", "h.throw(«exc1», «error», None)", "copy.copy(h)", "h.gi_code.co_name", "h.gi_frame.f_locals"]  # fmt: skip
    COROUTINE_CALLS = ["h.send(None)", "h.send(«any»)", "h.throw(«error»)", "h.close()", "drive(h)", "h.cr_await", "h.cr_frame is None", "h.__await__()", "list(h.__await__())", "h.cr_running", "next(h.__await__())"]
    ASYNC_CALLS = ["drive(h.__anext__())", "drive(h.asend(«any»))", "drive(h.athrow(«error»))", "drive(h.aclose())", "drive(anext(h, 'end'))", "h.ag_running", "h.asend(None).send(None)", "h.athrow(«exc1»).throw(«error»)",
                   "h.aclose().close()", "drive(sends(h.asend(None)))", "h.__anext__().close()", "h.ag_frame is None", "h.ag_await"]  # fmt: skip
    PARTS = {
        "block": lambda self: self.block(1, 0).rstrip("\n"),
        "block1": lambda self: self.simple(1),
        "simple": lambda self: self.simple(1),
        "args": lambda self: self.arguments(1),
        "parameters": lambda self: self.parameters(0),
        "names": lambda self: self.pick("p, q", "p", "k", "a", "rest", "p, a"),
        "exc1": lambda self: self.choose.choice([e for e in EXCEPTIONS if e[0] != "("]),
        "comparison": lambda self: self.choose.choice(COMPARE),
        "equals": lambda self: "=",
        "pattern": lambda self: self.pattern(self.pick(0, 1, 1, 2)),
        "special": lambda self: self.choose.choice(SPECIALS),
        "answer": lambda self: self.fill(self.choose.choice(ANSWERS)),
        "slice": lambda self: ":".join(self.pick("", "0", "1", "-1", "2", "5", "-3", "None") for _ in range(self.pick(2, 2, 3))),
        "broken": broken_text,
        "drives": lambda self: self.drives(self.GENERATOR_CALLS),
        "codrives": lambda self: self.drives(self.COROUTINE_CALLS),
        "adrives": lambda self: self.drives(self.ASYNC_CALLS),
    }

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
                special = self.choose.choice(SPECIALS) if self.chance(0.5) else self.pick("__init__", "__add__", "__eq__", "__getattr__", "__repr__", "__len__", "__iter__", "__call__", "__bool__",
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
            f"Box(v={inner()})", f"Point({inner()}, {inner()})", f"Data({inner()})", f"Mine([{inner()}])", f"Slotted(x={inner()})", f"str({inner()}) | bytes()", "Color.RED", f"Frozen(p={inner()})", f"Odd({inner()}, y={inner()})", f"int({inner()})", "str()", f"({inner()} as q)", "1 | 2 | None",
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
        start = self.pick("", "", "", "", "'doc'\n", "from __future__ import annotations\n")
        for _ in range(self.choose.randint(3, 8)):
            text = f"try:\n{self.statement(3, 1)}except Exception as error_:\n    out(error_)\n"
            try:
                compile(text, "program", "exec")
            except (SyntaxError, ValueError):
                if self.chance(0.9):  # its error is compared, and the rest of the program as well
                    text = f"attempt(lambda: compile({text!r}, 'program', 'exec'))\n"
            start += text
        return start


def program(seed, number):
    """The text of program `number` of a seed, without the prelude."""
    return Grammar(random.Random(f"{seed}:{number}")).program()

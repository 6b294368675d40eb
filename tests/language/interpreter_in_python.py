"""A longer program: a tokenizer, a parser and a stack machine for a small language, with errors and closures."""


class Error(Exception):
    """Anything wrong with the interpreted program."""


class Token:
    __slots__ = ("kind", "text", "line")

    def __init__(self, kind, text, line):
        self.kind, self.text, self.line = kind, text, line

    def __repr__(self):
        return f"{self.kind}:{self.text}@{self.line}"


KEYWORDS = {"let", "while", "if", "else", "fn", "return", "print"}
SYMBOLS = ["==", "<=", "&&", "+", "-", "*", "/", "%", "<", "(", ")", "{", "}", ",", ";", "="]


def tokenize(source):
    line = 1
    i = 0
    while i < len(source):
        c = source[i]
        if c == "\n":
            line += 1
            i += 1
        elif c.isspace():
            i += 1
        elif c.isdigit():
            j = i
            while j < len(source) and (source[j].isdigit() or source[j] == "."):
                j += 1
            yield Token("number", source[i:j], line)
            i = j
        elif c.isalpha() or c == "_":
            j = i
            while j < len(source) and (source[j].isalnum() or source[j] == "_"):
                j += 1
            text = source[i:j]
            yield Token("keyword" if text in KEYWORDS else "name", text, line)
            i = j
        else:
            for symbol in SYMBOLS:
                if source.startswith(symbol, i):
                    yield Token("symbol", symbol, line)
                    i += len(symbol)
                    break
            else:
                raise Error(f"line {line}: unexpected {c!r}")
    yield Token("end", "", line)


class Parser:
    LEVELS = [["&&"], ["==", "<", "<="], ["+", "-"], ["*", "/", "%"]]

    def __init__(self, source):
        self.tokens = list(tokenize(source))
        self.position = 0

    @property
    def current(self):
        return self.tokens[self.position]

    def accept(self, *texts):
        if self.current.text in texts and self.current.kind in ("symbol", "keyword"):
            self.position += 1
            return self.tokens[self.position - 1].text
        return None

    def expect(self, text):
        if not self.accept(text):
            raise Error(f"line {self.current.line}: expected {text!r}, got {self.current!r}")

    def program(self):
        body = []
        while self.current.kind != "end":
            body.append(self.statement())
        return ("block", body)

    def block(self):
        self.expect("{")
        body = []
        while not self.accept("}"):
            if self.current.kind == "end":
                raise Error("unclosed block")
            body.append(self.statement())
        return ("block", body)

    def statement(self):
        if self.accept("let"):
            name = self.name()
            self.expect("=")
            node = ("let", name, self.expression())
        elif self.accept("print"):
            node = ("print", self.expression())
        elif self.accept("return"):
            node = ("return", self.expression())
        elif self.accept("while"):
            return ("while", self.expression(), self.block())
        elif self.accept("if"):
            condition, then = self.expression(), self.block()
            return ("if", condition, then, self.block() if self.accept("else") else ("block", []))
        else:
            node = ("expr", self.expression())
        self.expect(";")
        return node

    def name(self):
        token = self.current
        if token.kind != "name":
            raise Error(f"line {token.line}: expected a name, got {token!r}")
        self.position += 1
        return token.text

    def expression(self, level=0):
        if level == len(self.LEVELS):
            return self.postfix()
        left = self.expression(level + 1)
        while op := self.accept(*self.LEVELS[level]):
            left = ("binary", op, left, self.expression(level + 1))
        if level == 0 and self.accept("="):
            if left[0] != "name":
                raise Error("cannot assign to " + left[0])
            return ("assign", left[1], self.expression())
        return left

    def postfix(self):
        node = self.primary()
        while self.accept("("):
            arguments = []
            while not self.accept(")"):
                arguments.append(self.expression())
                if not self.accept(","):
                    self.expect(")")
                    break
            node = ("call", node, arguments)
        return node

    def primary(self):
        token = self.current
        if self.accept("("):
            node = self.expression()
            self.expect(")")
            return node
        if self.accept("-"):
            return ("binary", "-", ("number", 0), self.postfix())
        if self.accept("fn"):
            self.expect("(")
            names = []
            while not self.accept(")"):
                names.append(self.name())
                self.accept(",")
            return ("fn", names, self.block())
        if token.kind == "number":
            self.position += 1
            return ("number", float(token.text) if "." in token.text else int(token.text))
        return ("name", self.name())


class Scope(dict):
    def __init__(self, parent=None):
        super().__init__()
        self.parent = parent

    def find(self, name):
        scope = self
        while scope is not None:
            if name in scope:
                return scope
            scope = scope.parent
        raise Error(f"unknown name {name}")


class Return(Exception):
    def __init__(self, value):
        self.value = value


class Function:
    def __init__(self, names, body, scope):
        self.names, self.body, self.scope = names, body, scope

    def __call__(self, machine, *arguments):
        if len(arguments) != len(self.names):
            raise Error(f"expected {len(self.names)} arguments, got {len(arguments)}")
        scope = Scope(self.scope)
        scope.update(zip(self.names, arguments))
        try:
            machine.run(self.body, scope)
        except Return as result:
            return result.value
        return 0


class Machine:
    OPERATORS = {
        "+": lambda a, b: a + b,
        "-": lambda a, b: a - b,
        "*": lambda a, b: a * b,
        "/": lambda a, b: a / b if isinstance(a, float) else a // b,
        "%": lambda a, b: a % b,
        "<": lambda a, b: int(a < b),
        "<=": lambda a, b: int(a <= b),
        "==": lambda a, b: int(a == b),
        "&&": lambda a, b: int(bool(a and b)),
    }

    def __init__(self):
        self.output = []
        self.steps = 0

    def run(self, node, scope):
        self.steps += 1
        return getattr(self, "run_" + node[0])(scope, *node[1:])

    def run_block(self, scope, body):
        for node in body:
            self.run(node, scope)

    def run_let(self, scope, name, value):
        scope[name] = self.run(value, scope)

    def run_assign(self, scope, name, value):
        result = scope.find(name)[name] = self.run(value, scope)
        return result

    def run_print(self, scope, value):
        self.output.append(str(self.run(value, scope)))

    def run_return(self, scope, value):
        raise Return(self.run(value, scope))

    def run_while(self, scope, condition, body):
        while self.run(condition, scope):
            self.run(body, scope)

    def run_if(self, scope, condition, then, otherwise):
        self.run(then if self.run(condition, scope) else otherwise, scope)

    def run_expr(self, scope, value):
        self.run(value, scope)

    def run_binary(self, scope, op, left, right):
        try:
            return self.OPERATORS[op](self.run(left, scope), self.run(right, scope))
        except ZeroDivisionError as error:
            raise Error("division by zero") from error

    def run_call(self, scope, function, arguments):
        function = self.run(function, scope)
        if not isinstance(function, Function):
            raise Error(f"{function!r} is not a function")
        return function(self, *[self.run(argument, scope) for argument in arguments])

    def run_fn(self, scope, names, body):
        return Function(names, body, scope)

    def run_number(self, scope, value):
        return value

    def run_name(self, scope, name):
        return scope.find(name)[name]


PROGRAMS = {
    "fib": "let fib = fn(n) { if n < 2 { return n; } return fib(n - 1) + fib(n - 2); }; print fib(13);",
    "counter": "let make = fn() { let n = 0; return fn(d) { n = n + d; return n; }; };"
    "let a = make(); let b = make(); a(1); a(10); b(5); print a(0); print b(0);",
    "primes": "let i = 2; while i < 40 { let p = 1; let j = 2; while j * j <= i { if i % j == 0 { p = 0; } j = j + 1; }"
    "if p { print i; } i = i + 1; }",
    "floats": "print 1.5 * 2; print 7 / 2; print 7.0 / 2; print -3 + 1; print (1 + 2) * 3 == 9 && 1;",
    "unknown": "print nothing;",
    "zero": "print 1 / (2 - 2);",
    "syntax": "let = 5;",
    "character": "let a = 1;\nlet b = a ? 2;",
    "arity": "let f = fn(a) { return a; }; f(1, 2);",
    "call": "let x = 5; x(1);",
    "open": "while 1 { print 1;",
}
for name, source in PROGRAMS.items():
    machine = Machine()
    try:
        machine.run(Parser(source).program(), Scope())
    except Error as error:
        print(name, "error:", error, "| cause:", repr(error.__cause__))
    print(name, machine.steps, " ".join(machine.output))

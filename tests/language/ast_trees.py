"""Trees as objects: parsed, made by hand, refused, and compiled."""
import ast

SOURCE = '''
"doc"
from a.b import c as d, e
@f
async def g(a, /, b: int = 1, *c, d=2, **e) -> None:
    async with a as b, c: await d
    async for x in y: yield x
    else: return
class C(A, metaclass=B): x: int = 3
try: pass
except (A, B) as e: raise X from e
else: del a[1:2, ...], b.c
finally: global q
try: pass
except* A: assert b, "no"
match x:
    case None | 1 | -2.5 | 3 + 4j | "s" | b"b" | m.n: pass
    case {"k": v, **rest}: pass
    case C(1, k=[a, *_]) as whole if cond: pass
    case _: pass
l = [i for j in k if j for i in j], {a: b, **c}, {1}, (lambda *a: u"x"), f"{a!r:>{w}}z", 1 < a <= 2 is not b
a @= not b and c or ~d ** -e
x = 10 ** 30, 1.5, 2j, (yield), *q, (z := 0) if a else b[c](*d, e=f, **g)
'''
tree = ast.parse(SOURCE)
print(ast.dump(tree, include_attributes=True))
print(ast.unparse(tree))

P = dict(lineno=1, col_offset=0)
LOAD, STORE = ast.Load(), ast.Store()


def name(n="a", ctx=LOAD):
    return ast.Name(n, ctx, **P)


def attempt(node):
    if isinstance(node, ast.expr):
        node = ast.Expr(node, **P)
    if not isinstance(node, ast.mod):
        node = ast.Module([node], [])
    try:
        compile(node, "tree", "exec")
        print("compiled")
    except Exception as error:
        print(type(error).__name__, error)


for node in (name("None"), ast.Global([], **P), ast.AugAssign(ast.Tuple([], STORE, **P), ast.Add(), name(), **P),
             ast.AnnAssign(ast.Tuple([], STORE, **P), name(), None, 1, **P), ast.FormattedValue(name(), 33, None, **P),
             ast.Compare(name(), [None], [name()], **P), ast.Compare(name(), [], [], **P),
             ast.Call(name(), [], [None], **P), ast.Constant((1, []), **P), ast.Lambda(None, name(), **P),
             ast.Name("a", None, **P), ast.Name("a", LOAD), ast.Name("a", LOAD, lineno=None, col_offset=0),
             ast.Name("a", LOAD, lineno=5, col_offset=0, end_lineno=1), ast.Name(3, LOAD, **P),
             ast.Name("a", LOAD, lineno=2 ** 40, col_offset=0), ast.Slice(name(), None, None, **P),
             ast.Expr(None, **P), ast.Module(None), ast.List([None], LOAD, **P), ast.Raise(None, name(), **P),
             ast.ImportFrom("a", [ast.alias("b", **P)], -1, **P), ast.Dict([None], [], **P), ast.Expression(name()),
             ast.BinOp(name(), None, name(), **P), ast.IfExp(name(), None, None, **P), ast.Assign([], name(), **P),
             ast.Assign([name()], name(), **P), ast.Assign([ast.Constant(1, **P)], name(), **P),
             ast.Match(name(), [ast.match_case(ast.MatchOr([]), None, [ast.Pass(**P)])], **P),
             ast.JoinedStr([name(), ast.Constant(1, **P)], **P)):
    attempt(node)


class Growing(ast.Name):
    @property
    def id(self):
        body.append(ast.Pass(**P))
        return "grown"


body = [ast.Expr(Growing(ctx=LOAD, **P), **P)]
attempt(ast.Module(body, []))
loop = ast.UnaryOp(ast.Not(), None, **P)
loop.operand = loop
attempt(loop)

code = compile(ast.parse("def f(x):\n    'doc'\n    return x + 1\ny = f(41), f.__doc__"), "tree", "exec")
space = {}
exec(code, space)
print(space["y"], ast.literal_eval("{'a': [1, (2.5, None)], b'x': {-3, 4+5j}}") == {"a": [1, (2.5, None)], b"x": {-3, 4 + 5j}})
for wrong in (lambda: ast.Name(1, 2, 3), lambda: ast.Name("a", id="b"), lambda: ast.Pass(1), lambda: ast.Name().id):
    try:
        wrong()
    except Exception as error:
        print(type(error).__name__, error)
print(ast.expr_context.__doc__, ast.arguments._fields, ast.Load() is ast.Load(), ast.parse("a").body[0].value.ctx is
      ast.parse("b").body[0].value.ctx)

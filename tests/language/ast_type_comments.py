"""Type comments, function types and grammars of older versions."""
import ast

SOURCE = '''
def f(a,  # type: int
      *, b,  # type: str
      ):
    # type: (...) -> None
    x = []  # type: list[int]
    for y in x:  # type: int
        pass
    with x as y:  # type: str
        pass
    # type: ignore[code]
    return None  # type: ignore
async def g(): # type: () -> int
    pass  # type:  ignoreit not
'''
try:
    ast.parse(SOURCE, type_comments=True)
except SyntaxError as error:
    print(error)
tree = ast.parse(SOURCE.replace(" not", "").replace("pass  # type:  ignoreit", "pass"), type_comments=True)
print(ast.dump(tree))
print(ast.dump(ast.parse("(int, *str, **list[int]) -> None", mode="func_type")))
for text in ("(int", "(**a, *b) -> c", "() -> ", "(a,) -> b", "(*a, b) -> c"):
    try:
        print(ast.dump(ast.parse(text, mode="func_type")))
    except SyntaxError as error:
        print(error)
for source in ("def f():  # type: () -> int\n    # type: () -> str\n    pass\n", "def f(*, # type: int\n a): pass",
               "pass # type: int"):
    try:
        ast.parse(source, type_comments=True)
        print("parsed")
    except SyntaxError as error:
        print(error, error.lineno, error.offset)
for source in ("async = 1; await = 2", "async def f():\n  await x\nawait = 1", "x = 1_000", "f'{x}'", "f'{x=}'",
               "(x := 1)", "def f(a, /): pass", "a: int", "a.b: int", "a @ b", "a @= b", "match a:\n  case b: pass",
               "try: pass\nexcept* A: pass", "with (a as b): pass", "async def f(): [x async for x in y]"):
    accepted = []
    for minor in range(4, 12):
        try:
            ast.parse(source, feature_version=(3, minor))
            accepted.append(minor)
        except SyntaxError as error:
            message = str(error)
    print(accepted, message if accepted != list(range(4, 12)) else "")

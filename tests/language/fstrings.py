"""f-strings."""
from support import attempt
name, n, pi, items = "Ann", 42, 3.14159, [1, 2, 3]
print(f"{name} {n} {pi:.2f} {items[0]} {n + 1} {name!r} {name!s:>6} {n:05d} {n:#x}")
print(f"{{literal}} {n}{{}}" f"{n}" "plain {n}", f'{"nested"} {"a" + "b"}', f"{'q'}")
width, prec = 10, 3
print(f"{pi:{width}.{prec}}|{pi:>{width}}|{name:{'*'}^{width}}|{n:{'d'}}")
print(f"{n=} {n = } {name=!s} {pi=:.1f} {n+1=} { n = !r:>5}")
print(f"{(lambda x: x * 2)(n)} {[i * 2 for i in items]} {({'a': 1})['a']} {{1: 2}} {n if n else 0} {not n}")
print(f"""multi
{n}
line {name
}""")
print(
    f"{n!r:^10}|{'x' * 3}|{f'{n}'}|{f'{n + 1}'}", rf"\d{n}", Rf"{n}\n", f"\x41{n}\u00e9",
    f"\N{GREEK SMALL LETTER BETA}{n}"
)
print(
    f"", f"{''}", f"{None}", f"{...}", f"{1,2}", f"{*items,}", f"{n:}", f"{n!s}", f"{n>3}", f"{n!=3}",
    f"{n==42}", f"{n:=+5}", f"{(y:=5)}", y
)
print(f"{items!r:>12}", f"{dict(a=1)}", f"{lambda_ if (lambda_ := 3) else 0}", f"{n:{width}}".strip())
def f(a, b=2): return a * b
print(f"{f(3)} {f(3, b=4)} {f(*items[:2])} {f(a=1)}")
class A:
    def __repr__(self): return "A-repr"
    def __str__(self): return "A-str"
a = A()
print(f"{a} {a!r} {a!s} {a=}")
x = "outer"
print(
    [f"{x}{i}" for i in range(3)], (lambda: f"{x}")(), f"{'a' 'b'}", f"{x[0]}{x[-1]}{x[1:3]}", f"{'%s' % n}"
)
attempt(lambda: f"{undefined}")
attempt(lambda: f"{n:zz}")
attempt(lambda: f"{name:d}")
attempt(lambda: f"{1 / 0}")
for source in (
    'f"{}"', 'f"{n"', 'f"}"', 'f"{n!x}"', 'f"{n!}"', "f'{a b}'", "f'{lambda x: 1}'", "f'{n:{m'", r"f'{\n}'",
    "f'{#}'", "f'{*a}'", "f'{a:{b:{c}}}'", "f'{ }'", "f'{a[}'", "f'{)}'"
):
    try:
        compile(source, "<f>", "eval")
        print(source, "compiles")
    except SyntaxError as e:
        print(source, "->", e.msg)

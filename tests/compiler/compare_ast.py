#!/usr/bin/python3.11
"""Compares Atoll's parser with CPython's: trees over files, errors over mutated files.

    compare_ast.py PARSE_DUMP [--every N] [--mutate N] [--soup N] [--seed S] [--cases] [--deep] [--memory] [file or directory ...]

Every N-th file of the directories (by default the standard library) must give the tree that ast.dump prints, with all
positions, and the same warnings; every file that CPython refuses must give the same exception in the same line. --mutate compares N
mutated copies of real files, --soup random tokens, --cases the list of small sources below. Must run under CPython 3.11.
"""
import argparse
import ast
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import warnings

sys.set_int_max_str_digits(0)
CODEOP_FLAGS = 0x4200  # PyCF_ALLOW_INCOMPLETE_INPUT | PyCF_DONT_IMPLY_DEDENT


def expectation(source, mode="exec", flags=0):
    """What CPython makes of the source: ("OK", dump) or ("ERROR", attributes)."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        sys.set_int_max_str_digits(4300)
        try:
            tree = compile(source, "<file>", mode, ast.PyCF_ONLY_AST | flags)
        except SyntaxError as error:
            return "ERROR", (type(error).__name__, str(error.lineno), str(error.offset), str(error.end_lineno),
                             str(error.end_offset), error.msg, error.text or "")
        except (ValueError, MemoryError, OverflowError, RecursionError) as error:
            return "ERROR", (type(error).__name__, "None", "None", "None", "None", str(error), "")
        finally:
            sys.set_int_max_str_digits(0)
        try:
            text = ast.dump(tree, include_attributes=True)
        except RecursionError:
            return "OK", None
    notes = [f"{w.category.__name__}|{w.lineno}|{w.message}" for w in caught]
    return "OK", "\n".join([text, *notes])


def run(program, paths, mode="exec", flags=0):
    """What the program makes of the files, in order."""
    results = []
    command = [program, f"--mode={mode}", f"--flags={flags}", "--name=<file>"]
    for start in range(0, len(paths), 100):
        chunk = paths[start:start + 100]
        done = subprocess.run(command + chunk, stdout=subprocess.PIPE, timeout=600)
        data, at, count = done.stdout, 0, 0
        while at < len(data):
            end = data.index(b"\n", at)
            kind, length = data[at:end].split()
            body = data[end + 1:end + 1 + int(length)]
            results.append((kind.decode(), body.decode("utf-8")))
            at = end + 2 + int(length)
            count += 1
        if done.returncode != 0 or count != len(chunk):
            raise SystemExit(f"{program} ended with {done.returncode} at {chunk[min(count, len(chunk) - 1)]}")
    return results


def split_error(text):
    """As expectation gives it, but message and text are one, separated by a bar."""
    return tuple(text.split("|", 5))


class Tally:
    def __init__(self, verbose):
        self.counts = dict(ok=0, error=0, tree=0, verdict=0, exception=0, line=0, message=0, position=0, text=0)
        self.verbose = verbose

    def note(self, what, name, expected, got):
        self.counts[what] += 1
        if self.verbose or what in ("tree", "verdict", "exception", "line"):
            print(f"{what}: {name}\n  CPython {str(expected)[:300]}\n  Atoll   {str(got)[:300]}")

    def compare(self, name, expected, got):
        if expected[0] != got[0]:
            self.note("verdict", name, (expected[0], expected[1][-7:] if expected[1] else None), (got[0], got[1][:300]))
        elif expected[0] == "OK":
            self.counts["ok"] += 1
            if expected[1] is not None and expected[1] != got[1]:
                at = next((i for i, (a, b) in enumerate(zip(expected[1], got[1])) if a != b),
                          min(len(expected[1]), len(got[1])))
                start = max(0, at - 150)
                self.note("tree", name, expected[1][start:at + 150], got[1][start:at + 150])
        else:
            self.counts["error"] += 1
            e, g = expected[1], split_error(got[1])
            if e[0] != g[0]:
                self.note("exception", name, e, g)
            elif e[1] != g[1]:
                self.note("line", name, e, g)
            elif not g[5].startswith(e[5] + "|"):
                self.note("message", name, e, g)
            elif e[2:5] != g[2:5]:
                self.note("position", name, e, g)
            elif e[5] + "|" + e[6] != g[5]:
                self.note("text", name, e, g)


def gather(roots, every):
    paths = []
    for root in roots:
        if os.path.isdir(root):
            paths += sorted(str(p) for p in pathlib.Path(root).rglob("*.py"))
        else:
            paths.append(root)
    return paths[::every]


def compare_files(program, paths, tally):
    for path, got in zip(paths, run(program, paths)):
        tally.compare(path, expectation(pathlib.Path(path).read_bytes()), got)


def mutate(source, chance):
    """A copy with something wrong in it."""
    lines = source.splitlines(keepends=True)
    for _ in range(chance.randint(1, 3)):
        kind = chance.randrange(6)
        at = chance.randrange(len(lines)) if lines else 0
        if not lines:
            break
        if kind == 0:
            del lines[at]
        elif kind == 1:
            lines.insert(at, lines[at])
        elif kind == 2 and lines[at]:
            line = bytearray(lines[at])
            line[chance.randrange(len(line))] ^= 1 << chance.randrange(7)
            lines[at] = bytes(line)
        elif kind == 3 and lines[at]:
            line = bytearray(lines[at])
            del line[chance.randrange(len(line))]
            lines[at] = bytes(line)
        elif kind == 4 and lines[at]:
            line = bytearray(lines[at])
            line.insert(chance.randrange(len(line)), chance.choice(b"()[]{}:;,.=*'\"\\#@!$%&|^~<>+-/ \t09afx_"))
            lines[at] = bytes(line)
        else:
            words = lines[at].split(b" ")
            del words[chance.randrange(len(words))]
            lines[at] = b" ".join(words)
    return b"".join(lines)


def compare_sources(program, sources, tally, mode="exec", flags=0):
    with tempfile.TemporaryDirectory() as directory:
        paths = []
        for i, (name, source) in enumerate(sources):
            path = os.path.join(directory, f"{i}.py")
            pathlib.Path(path).write_bytes(source)
            paths.append(path)
        for (name, source), got in zip(sources, run(program, paths, mode, flags)):
            shown = f"{name}: {source!r}" if len(source) < 200 else name
            tally.compare(shown, expectation(source, mode, flags), got)


def compare_mutations(program, paths, count, seed, tally, keep=None):
    chance = random.Random(seed)
    small = [p for p in paths if 200 < os.path.getsize(p) < 20000]
    sources = []
    for i in range(count):
        path = chance.choice(small)
        mutated = mutate(pathlib.Path(path).read_bytes(), chance)
        if keep:
            pathlib.Path(keep, f"m{i}.py").write_bytes(mutated)
        sources.append((f"mutation {i} of {path}", mutated))
    compare_sources(program, sources, tally)


TOKENS = """a b c x f print match case _ 1 2.5 'x' f'{a}' b'y' ( ) [ ] { } ( ) [ ] , , : = == := . + - * ** / // % @ & | ^ ~ < >
    != <> -> += -= ... if else elif for in not is and or lambda def class return yield import from as with try except finally
    while break pass del global nonlocal assert raise async await None True False ; ! $ ? f'{ }' f'{a!r:>{w}}' ' 0x1 1_0 0777
    a.b f(x) x[1] except* except \xe9""".split() + [
    "\n", "\n  ", "\n    ", "\n", ":\n  ", "f'{a b}'", '"""', "\\\n", "# c\n", "(a, b)", "case 1:\n    ", "match x:\n  ", "\t"]
FRAMES = [
    "f(%s)", "x = %s", "[%s]", "{%s}", "(%s)", "x[%s]", "f'{%s}'", "f'''{%s}'''", "{1: 2, %s}", "f(a, %s)",
    "x = [%s for a in b]", "def f(%s): pass", "if %s:\n  pass", "class A(%s): pass", "lambda %s: 1",
    "for %s in x: pass", "with %s: pass", "try:\n  pass\n%s", "match x:\n  case %s: pass", "del %s",
    "import %s", "from a import %s", "print(%s)", "return %s", "try: %s\nexcept: pass",
    "match %s:\n  case 1: pass", "async %s", "@%s\ndef f(): pass", "while %s: x", "assert %s", "raise %s",
    "yield %s",
]


def soup(count, seed):
    """Random tokens, some of them within a statement."""
    chance = random.Random(seed)
    for _ in range(count):
        tokens = [chance.choice(TOKENS) for _ in range(chance.randint(2, 14))]
        text = ("" if chance.random() < 0.15 else " ").join(tokens)
        if chance.random() < 0.3:
            text = chance.choice(FRAMES) % text
        yield "soup", text.encode()


def deep_sources():
    """Sources that nest deeply or invite a parser to try everything twice."""
    def nest(before, middle, after, depth):
        return (before * depth + middle + after * depth).encode()
    brackets = [("(", ")"), ("[", "]"), ("{", "}"), ("f(", ")"), ("x[", "]"), ("{1: ", "}"), ("(1 + ", ")"), ("[1 | ", "]"),
                ("lambda a=(", "): 1"), ("-(", ")"), ("not (", ")"), ("(a, *", ")"), ("f(a=", ")"), ("f(**", ")"),
                ("{**", "}"), ("[x for x in [", "]]"), ("(yield ", ")"), ("(x := ", ")"), ("a[b:", "]")]
    for before, after in brackets:
        for depth in (50, 95, 199, 200, 201, 1000):
            yield nest(before, "1", after, depth)
            yield nest(before, "1 2", after, depth)
            yield nest(before, "", "", depth)
            yield nest(before, "1 +", after, depth)
            yield nest(before, "x = 1", after, depth)
            yield nest("x = " + before, "$", after, depth)
    for prefix in ("-", "not ", "~", "lambda: ", "a if b else ", "await ", "*", "**", "a**", "a**-", "1 + ", "a.", "a and ", "a < ",
                   "x = ", "x = *", "a, ", "a;", "@a\n", "'' ", "f'' ", "f'{x}' ", "yield ", "print ", "a b ", "import ", "del ",
                   "a[", "match ", "if x: ", "x: ", "lambda x=", "async ", "(((", "case ", "{x:{y:"):
        for count in (100, 2990, 6100, 20000):
            yield (prefix * count + "x").encode()
    for count in (20, 98, 99, 100, 101, 150):
        yield "".join(" " * i + "if x:\n" for i in range(count)).encode() + b" " * count + b"x\n"
        yield "".join(" " * i + "while x:\n" for i in range(count)).encode() + b" " * count + b"x y\n"
        yield "".join(" " * i + "try:\n" for i in range(count)).encode() + b" " * count + b"x y\n"
        yield "".join(" " * i + "with (a, b) as c:\n" for i in range(count)).encode() + b" " * count + b"x y\n"
        yield "".join(" " * i + "def f(a=(1, 2)):\n" for i in range(count)).encode() + b" " * count + b"x y\n"
    yield b"if x: pass\n" + b"elif x: pass\n" * 20000
    yield b"match x:\n case " + b"[" * 199 + b"a b" + b"]" * 199 + b": pass\n"
    yield b"match x:\n case " + b"(" * 199 + b"a b" + b")" * 199 + b": pass\n"
    yield b"match x:\n case " + b"A(" * 199 + b"a=1, b" + b")" * 199 + b": pass\n"
    yield b"match x:\n case " + b"{1:" * 199 + b"a b" + b"}" * 199 + b": pass\n"
    yield b"match x:\n case " + b"a | " * 20000 + b"b: pass\n"
    yield b"f'" + b"{f(x)}" * 5000 + b"'"
    yield b"f'{" + b"(" * 300 + b"}'"
    yield b"f'{" + b"(" * 150 + b"1 2" + b")" * 150 + b"}'"
    yield b"x = " + b"9" * 4300
    yield b"x = " + b"9" * 4301
    yield b"x = 0x" + b"f" * 10000
    yield b"x = 1." + b"0" * 10000 + b"e" + b"9" * 500
    yield b"\\\n" * 10000
    yield b"(" + b"\n" * 100000 + b")"
    yield b"x" * 1000000
    yield bytes(range(1, 256))


def check_deep(program):
    """The program must be done with each of the sources within seconds, on a stack of the size given by the caller."""
    sources = list(deep_sources())
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "deep.py")
        for source in sources:
            pathlib.Path(path).write_bytes(source)
            # --time only parses: printing a deep tree takes a deep stack of its own.
            done = subprocess.run([program, "--time=1", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
            if done.returncode != 0:
                raise SystemExit(f"{source[:60]!r}... of {len(source)} bytes: status {done.returncode}\n"
                                 f"{done.stderr.decode(errors='replace')[:2000]}")
    print(f"{len(sources)} deep sources")


def check_memory(program, paths):
    """Whichever request for memory fails: a tree or an error, never anything else."""
    for path in paths:
        for count in range(40):
            done = subprocess.run([program, f"--fail-after={count}", path], stdout=subprocess.PIPE, timeout=60)
            if done.returncode != 0 or not done.stdout.startswith((b"OK ", b"ERROR ")):
                raise SystemExit(f"{path}, request {count} fails: status {done.returncode}")
            if done.stdout.startswith(b"OK "):
                break
            if b"\nMemoryError|" not in done.stdout:
                raise SystemExit(f"{path}, request {count} fails: {done.stdout[:200]}")
    print(f"{len(paths)} files without memory")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("roots", nargs="*")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--mutate", type=int, default=0)
    parser.add_argument("--soup", type=int, default=0, help="that many lines of random tokens")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", action="store_true")
    parser.add_argument("--deep", action="store_true", help="deeply nested sources: no crash, no hanging")
    parser.add_argument("--memory", action="store_true", help="let each request for memory fail")
    parser.add_argument("--keep", help="directory for the mutated files")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    if sys.version_info[:2] != (3, 11) or sys.implementation.name != "cpython":
        raise SystemExit("CPython 3.11 is needed to compare with")
    roots = options.roots or [os.path.dirname(os.__file__)]
    tally = Tally(options.verbose)
    paths = gather(roots, options.every)
    if options.deep:
        check_deep(options.program)
        return
    if options.memory:
        check_memory(options.program, [p for p in paths if 1000 < os.path.getsize(p) < 60000][:5])
        return
    if options.mutate:
        compare_mutations(options.program, paths, options.mutate, options.seed, tally, options.keep)
    elif options.soup:
        compare_sources(options.program, list(soup(options.soup, options.seed)), tally)
    elif options.cases:
        import syntax_cases
        for mode, cases in syntax_cases.CASES.items():
            sources = [(f"{mode} case", c if isinstance(c, bytes) else c.encode("utf-8", "surrogatepass")) for c in cases]
            for flags in (0, CODEOP_FLAGS):
                compare_sources(options.program, sources, tally, mode, flags)
    else:
        compare_files(options.program, paths, tally)
    print(" ".join(f"{k}={v}" for k, v in tally.counts.items()))
    if any(tally.counts[k] for k in ("tree", "verdict", "exception", "line")):
        raise SystemExit(1)


if __name__ == "__main__":
    main()

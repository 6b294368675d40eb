"""match statements: every kind of pattern, what is bound when, and the errors that the compiler finds."""
class Point:
    __match_args__ = ("x", "y")

    def __init__(self, x, y):
        self.x, self.y = x, y


class Color:
    RED = 1
    GREEN = "g"


def kind(v):
    match v:
        case 0 | 1:
            return "small"
        case -1:
            return "minus"
        case 2.5 | 3j | -3 - 4j:
            return "number"
        case None:
            return "none"
        case True:
            return "true"
        case "a" | "b" as letter:
            return "letter " + letter
        case b"x":
            return "bytes"
        case Color.RED | Color.GREEN:
            return "color"
        case []:
            return "empty"
        case [1]:
            return "one"
        case [1, x]:
            return "pair", x
        case [1, *rest]:
            return "one and", rest
        case [a, *_, b] if a == b:
            return "ends", a
        case (a, [b, *c], {"k": [d]}):
            return a, b, c, d
        case {"type": "x", "value": value}:
            return "mapping", value
        case {"only": 1, **rest}:
            return "rest", rest
        case {}:
            return "any mapping"
        case Point(0, 0):
            return "origin"
        case Point(x=0, y=y):
            return "on y", y
        case Point(x, y=(1 | 2) as y):
            return "point", x, y
        case Point():
            return "some point"
        case int() | float():
            return "other number"
        case str(s):
            return "str", s
        case [Point(x=p), Point(x=q)]:
            return "points", p, q
        case [*_]:
            return "sequence"
        case _:
            return "other"


for v in (0, True, 1, -1, 2.5, 3j, -3 - 4j, None, "a", "b", "g", b"x", [], (), [1], [1, 5], [1, 2, 3], (7, 1, 7), (7, 7),
          [1.5, [2, 3, 4], {"k": [5]}], {"type": "x", "value": 3, "more": 4}, {"only": 1, "b": 2}, {}, {"z": 1},
          Point(0, 0), Point(0, 9), Point(5, 2), Point(5, 5), 77, 7.7, "text", [Point(1, 2), Point(3, 4)], [3, 4, 5, 6],
          object, range(3), bytearray(b"ab"), {1, 2}):
    print(kind(v))


def bindings(v):
    """Nothing is bound by a pattern that fails before its end; a guard sees what is bound."""
    a = b = "unset"
    match v:
        case [a, b, 3]:
            where = 1
        case [a, b] if a > b:
            where = 2
        case [b, a]:
            where = 3
        case _:
            where = 4
    return where, a, b


for v in ([1, 2, 3], [1, 2, 4], [2, 1], [1, 2], 5):
    print(bindings(v))


def alternatives(v):
    match v:
        case [a, b, c] | {"a": a, "b": c, "c": b} | Point(x=[c, a], y=b):
            return a, b, c
        case (1, (x, y) | {"y": y, "x": x}) | [x, y, _, _]:
            return "xy", x, y


for v in ([1, 2, 3], {"a": 1, "b": 2, "c": 3}, Point([1, 2], 3), (1, (2, 3)), (1, {"x": 4, "y": 5}), (6, 7, 8, 9), 0):
    print(alternatives(v))


def in_loop(items):
    out = []
    for item in items:
        match item:
            case {"stop": True}:
                break
            case {"skip": _}:
                continue
            case {"n": int(n)} if n > 1:
                out.append(n)
            case x:
                out.append(("x", x))
    else:
        out.append("end")
    return out


print(in_loop([{"n": 1}, {"n": 2}, {"skip": 0}, {"n": 3}]), in_loop([{"n": 5}, {"stop": True}, 1]))


def in_try(v):
    try:
        match v:
            case [x, y]:
                return x / y
            case str():
                raise KeyError(v)
    except ZeroDivisionError:
        return "zero"
    finally:
        print("finally", v)
    return "fell"


for v in ([4, 2], [1, 0], 3):
    print(in_try(v))

match = case = _ = 3
match[0:1] if isinstance(match, list) else print(match, case, _)
match (1, 2):
    case a, b:
        print(a, b)
match 5, 6:
    case 5, c:
        print(c)
match [1, [2, [3]]]:
    case [_, [_, [z]]]:
        print(z)


class Bad:
    __match_args__ = ["x"]


class Twice:
    __match_args__ = ("a", "a")
    a = 1


def failing(which):
    match which:
        case 1:
            match Bad():
                case Bad(1): pass
        case 2:
            match Twice():
                case Twice(1, 1): pass
        case 3:
            match Point(1, 2):
                case Point(1, 2, 3): pass
        case 4:
            match 3:
                case int(1, 2): pass
        case 5:
            match 3:
                case print(1): pass
        case 6:
            match Point(1, 2):
                case Point(1, x=1): pass


for i in range(1, 7):
    try:
        failing(i)
    except TypeError as e:
        print(e)

for source in ("case _: pass\n case 1: pass", "case x: pass\n case 1: pass", "case x | 1: pass", "case [a, a]: pass",
               "case [a] | [b]: pass", "case [*a, *b]: pass", "case A(x=1, x=2): pass", "case {1: a, 1: b}: pass",
               "case {'a': 1, 'a': 2, **r}: pass", "case a as a: pass", "case 1 | (x as y): pass", "case (_ | 1): pass"):
    try:
        compile("match x:\n " + source, "<m>", "exec")
        print("fine", source)
    except SyntaxError as e:
        print(e.msg, e.lineno, e.offset, e.end_offset)

"""A longer program: parse records from text, group, join and print them as aligned tables."""
from collections import defaultdict, namedtuple
from itertools import groupby
from operator import attrgetter, itemgetter

TEXT = """\
# name; city; born; height; tags
Ann;Oslo;1980;1.72;red,blue
bob ; Łódź;1975;1.80;blue
Çelik;İzmir;1990;1.65;
Dora;Oslo;1980;1.70;green,red , blue
Émile;Paris;1969;;green
"eve; the second";Paris;2001;1.59;red
bad line
Fritz;Łódź;x;1.9;blue
"""
Person = namedtuple("Person", "name city born height tags")


def split_quoted(line, separator=";"):
    """Split a line; separators inside double quotes do not count."""
    field, fields, quoted = [], [], False
    for c in line:
        if c == '"':
            quoted = not quoted
        elif c == separator and not quoted:
            fields.append("".join(field).strip())
            field.clear()
        else:
            field.append(c)
    return fields + ["".join(field).strip()]


def parse(text):
    people, errors = [], []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line or line.startswith("#"):
            continue
        try:
            name, city, born, height, tags = split_quoted(line)
            people.append(
                Person(name, city, int(born), float(height) if height else None, frozenset(t.strip() for t in tags.split(",") if t))
            )
        except ValueError as error:
            errors.append((number, line, str(error)))
    return people, errors


def table(rows, headings, align):
    widths = [max(len(str(row[i])) for row in [headings, *rows]) for i in range(len(headings))]
    yield "| " + " | ".join(f"{h:^{w}}" for h, w in zip(headings, widths)) + " |"
    yield "|" + "+".join("-" * (w + 2) for w in widths) + "|"
    for row in rows:
        yield "| " + " | ".join(f"{str(cell):{a}{w}}" for cell, w, a in zip(row, widths, align)) + " |"


people, errors = parse(TEXT)
for line in table(
    [(p.name, p.city, p.born, "-" if p.height is None else f"{p.height:.2f}", "+".join(sorted(p.tags))) for p in people],
    Person._fields, "<<>>^",
):
    print(line)
for number, line, message in errors:
    print(f"line {number}: {message} in {line!r}")
for city, group in groupby(sorted(people, key=attrgetter("city", "name")), key=attrgetter("city")):
    group = list(group)
    print(f"{city:>8}: {', '.join(p.name for p in group)}; mean {sum(p.born for p in group) / len(group):.1f}")
index = defaultdict(set)
for person in people:
    for tag in person.tags:
        index[tag].add(person.name)
for tag, names in sorted(index.items(), key=lambda item: (-len(item[1]), item[0])):
    print(f"{tag:.<10}{len(names):.>4} {sorted(names)}")
oldest, *_, youngest = sorted(people, key=itemgetter(2))
print(
    oldest.name, youngest.name, max(people, key=lambda p: (p.height or 0, p.name)).name,
    {p.born for p in people} == {1980, 1975, 1990, 1969, 2001}
)


def distance(a, b):
    """Levenshtein's edit distance."""
    previous = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        current = [i]
        for j, y in enumerate(b, 1):
            current.append(min(previous[j] + 1, current[-1] + 1, previous[j - 1] + (x != y)))
        previous = current
    return previous[-1]


names = [p.name for p in people]
print([[distance(a.lower(), b.lower()) for b in names] for a in names])
words = "the cat sat on the mat the end of the story about the cat and the hat".split()
print({w: [i for i, x in enumerate(words) if x == w] for w in sorted(set(words)) if words.count(w) > 1})


def wrap(text, width):
    line = []
    for word in text.split():
        if line and len(" ".join(line + [word])) > width:
            yield " ".join(line)
            line = []
        line.append(word)
    if line:
        yield " ".join(line)


for line in wrap(" ".join(words * 2), 30):
    left = 30 - len(line)
    print(f"[{line}{' ' * left}] {line.title().swapcase()!r:.20}")
caesar = str.maketrans("abcdefghijklmnopqrstuvwxyz", "nopqrstuvwxyzabcdefghijklm")
print(
    TEXT[:40].translate(caesar).replace("\n", "/"), "Łódź".encode().hex(" "),
    "%-10s|%+5.1f|%05d" % ("Łódź", 2.25, 42)
)

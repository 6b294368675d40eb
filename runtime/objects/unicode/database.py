"""The Unicode character database of version 14.0, from Debian's unicode-data package, which has 15.0.

A character is kept when DerivedAge.txt says that it existed in 14.0. What 15.0 changed in older characters stands in
differences.txt, and so does how 3.2.0 differs from 14.0. The lines there are found by comparing: `database.py --check`,
run by Python 3.11, compares every property of every code point with that interpreter's own unicodedata and prints the
lines that are missing.
"""
import bz2
import os
import sys
from fractions import Fraction

VERSION = (14, 0)
OLD_VERSION = (3, 2)
HERE = os.path.dirname(os.path.abspath(__file__))


class Character:
    """What is known of one code point that is assigned in 14.0."""
    __slots__ = ("category", "combining", "bidirectional", "decomposition", "decimal", "digit", "numeric", "mirrored",
                 "upper", "lower", "title", "fold", "width", "quick", "line_break", "properties", "age", "old",
                 "name")

    def __init__(self, fields, code):
        self.category = fields[2]
        self.combining = int(fields[3])
        self.bidirectional = fields[4]
        self.decomposition = fields[5]  # as unicodedata.decomposition() gives it
        self.decimal = int(fields[6]) if fields[6] else None
        self.digit = int(fields[7]) if fields[7] else None
        self.numeric = Fraction(fields[8]) if fields[8] else None
        self.mirrored = fields[9] == "Y"
        upper, lower, title = (int(f, 16) if f else None for f in fields[12:15])
        self.upper, self.lower = [upper or code], [lower or code]
        self.title = [title or self.upper[0]]
        self.fold = None
        self.width = "N"
        self.quick = {"NFD": "Y", "NFKD": "Y", "NFC": "Y", "NFKC": "Y"}
        self.line_break = "XX"
        self.properties = set()
        self.age = None
        self.old = {}  # property: value in 3.2.0, where it was another
        self.name = None


def lines(path):
    """The fields of each line of a file of the package."""
    if path.endswith(".bz2"):
        file = bz2.open(path, "rt", encoding="utf-8")
    else:
        file = open(path, encoding="utf-8")
    with file:
        for line in file:
            line = line.split("#")[0].strip()
            if line:
                yield [field.strip() for field in line.split(";")]


def code_range(text):
    first, _, last = text.partition("..")
    return range(int(first, 16), int(last or first, 16) + 1)


class Database:
    def __init__(self, folder):
        self.folder = folder
        self.characters = {}
        self.read_characters()
        self.read_properties()
        self.read_case()
        self.read_names()
        self.read_differences()

    def lines(self, name):
        return lines(os.path.join(self.folder, name))

    def of_file(self, name):
        """Each character of the ranges of a file, with its other fields."""
        for fields in self.lines(name):
            for code in code_range(fields[0]):
                if code in self.characters:
                    yield code, self.characters[code], fields[1:]

    def read_characters(self):
        ages = {}
        for fields in self.lines("DerivedAge.txt"):
            age = tuple(map(int, fields[1].split(".")))
            for code in code_range(fields[0]) if age <= VERSION else ():
                ages[code] = age
        first = None
        for fields in self.lines("UnicodeData.txt"):
            code = int(fields[0], 16)
            if fields[1].endswith(", First>"):
                first = code
                continue
            codes = range(code if first is None else first, code + 1)
            ranged, first = first is not None, None
            for code in codes:
                if code not in ages:
                    continue
                character = self.characters[code] = Character(fields, code)
                character.age = ages[code]
                if not fields[1].startswith("<"):
                    character.name = fields[1]
                elif ranged and fields[1].startswith("<CJK Ideograph"):
                    character.name = f"CJK UNIFIED IDEOGRAPH-{code:04X}"

    def read_properties(self):
        for _, character, (value,) in self.of_file("EastAsianWidth.txt"):
            character.width = value
        for _, character, (value,) in self.of_file("LineBreak.txt"):
            character.line_break = value
        for _, character, (name, *_) in self.of_file("DerivedCoreProperties.txt"):
            character.properties.add(name)
        for _, character, (name, *rest) in self.of_file("DerivedNormalizationProps.txt"):
            if name.endswith("_QC"):
                character.quick[name[:-3]] = rest[0]
        for fields in self.lines("Unihan_NumericValues.txt.bz2"):
            code, _, number = fields[0].split()
            code = int(code[2:], 16)
            if code in self.characters:
                self.characters[code].numeric = Fraction(number)
        self.exclusions = {int(fields[0], 16) for fields in self.lines("CompositionExclusions.txt")}
        # What 3.2.0 made of characters whose decompositions were mended later.
        self.old_decompositions = {int(code, 16): int(old, 16) for code, old, _, version
                                   in self.lines("NormalizationCorrections.txt") if version != "3.2.0"}

    def read_case(self):
        for _, character, fields in self.of_file("SpecialCasing.txt"):
            if not (len(fields) > 3 and fields[3]):  # no condition
                character.lower, character.title, character.upper = (
                    [int(c, 16) for c in field.split()] for field in fields[:3])
        for _, character, (status, mapping, *_) in self.of_file("CaseFolding.txt"):
            if status in "CF":
                character.fold = [int(c, 16) for c in mapping.split()]

    def read_names(self):
        self.aliases = [(fields[1], int(fields[0], 16)) for fields in self.lines("NameAliases.txt")
                        if int(fields[0], 16) in self.characters]
        self.sequences = [(name, [int(code, 16) for code in codes.split()])
                          for name, codes in self.lines("NamedSequences.txt")]

    def read_differences(self):
        """Lines of `version; codes; property; value`."""
        for version, codes, name, text in lines(os.path.join(HERE, "differences.txt")):
            for code in code_range(codes):
                character = self.characters.get(code)
                if version == "3.2":
                    character.old[name] = text
                elif name == "alias":
                    self.aliases = [pair for pair in self.aliases if pair != (text, code)]
                elif name == "sequence":
                    self.sequences = [pair for pair in self.sequences if pair[0] != text]
                elif name == "numeric":
                    character.numeric = Fraction(text) if text else None
                elif name == "property":
                    {"+": character.properties.add, "-": character.properties.discard}[text[0]](text[1:])
                else:
                    setattr(character, name, text)


# ---- comparing with the interpreter that runs this ----
def differences(database, ucd, old, version):
    """Pairs of a code point and what a line of differences.txt would say, for one version."""
    for code in range(0x110000):
        character, text = database.characters.get(code), chr(code)
        if not character:
            if ucd.category(text) != "Cn":
                yield code, "assigned", ucd.category(text)
            continue
        if old and character.age > OLD_VERSION:
            if ucd.category(text) != "Cn":
                yield code, "category", ucd.category(text)
            continue
        given = character.old if old else {}
        for name, ours, theirs in [
            ("category", given.get("category", character.category), ucd.category(text)),
            ("bidirectional", given.get("bidirectional", character.bidirectional), ucd.bidirectional(text)),
            ("combining", str(character.combining), str(ucd.combining(text))),
            ("mirrored", given.get("mirrored", "NY"[character.mirrored]), "NY"[ucd.mirrored(text)]),
            ("width", given.get("width", character.width), ucd.east_asian_width(text)),
            ("decimal", given.get("decimal", "" if character.decimal is None else str(character.decimal)),
             str(ucd.decimal(text, ""))),
            ("digit", "" if character.digit is None else str(character.digit), str(ucd.digit(text, ""))),
            ("numeric", "" if character.numeric is None else float(character.numeric), ucd.numeric(text, "")),
            ("decomposition", character.decomposition, ucd.decomposition(text)),
        ]:
            if ours != theirs:
                yield code, name, theirs
        hangul = 0xAC00 <= code <= 0xD7A3
        if not hangul and character.name != ucd.name(text, None):
            yield code, "name", ucd.name(text, None)
        if not old:
            for name, theirs in [("XID_Start", text.isidentifier() and text != "_"),
                                 ("XID_Continue", ("a" + text).isidentifier()),
                                 ("Lowercase", text.islower()),
                                 ("Uppercase", text.isupper()),
                                 ("Cased", (text + "a").title()[-1] == "a")]:
                if (name in character.properties) != theirs:
                    yield code, "property", "-+"[theirs] + name


def check(database):
    import unicodedata
    for version, ucd in [("14.0", unicodedata), ("3.2", unicodedata.ucd_3_2_0)]:
        runs = []
        for code, name, text in sorted(differences(database, ucd, version == "3.2", version),
                                       key=lambda line: (line[1], line[0])):
            if runs and runs[-1][2:] == [name, text] and runs[-1][1] == code - 1:
                runs[-1][1] = code
            else:
                runs.append([code, code, name, text])
        for first, last, name, text in runs:
            codes = f"{first:04X}" if first == last else f"{first:04X}..{last:04X}"
            print(f"{version}; {codes}; {name}; {text}")

    def found(name):
        try:
            return unicodedata.lookup(name)
        except KeyError:
            return None
    for name, code in database.aliases:
        if found(name) != chr(code):
            print(f"14.0; {code:04X}; alias; {name}")
    for name, codes in database.sequences:
        if found(name) != "".join(map(chr, codes)):
            print(f"14.0; {codes[0]:04X}; sequence; {name}")


if __name__ == "__main__":
    assert sys.argv[1] == "--check"
    check(Database(sys.argv[2] if len(sys.argv) > 2 else "/usr/share/unicode"))

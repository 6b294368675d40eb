#!/usr/bin/env python3
"""Writes the tables of Unicode (tables.h says what they mean) as C: generate.py FOLDER OUTPUT

FOLDER is where Debian's package unicode-data has its files.
"""
import sys

from database import Database, OLD_VERSION
from names import Names

CATEGORIES = "Cn Lu Ll Lt Mn Mc Me Nd Nl No Zs Zl Zp Cc Cf Cs Co Lm Lo Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So".split()
BIDIRECTIONAL = ["", *"L LRE LRO R AL RLE RLO PDF EN ES ET AN CS NSM BN B S WS ON LRI RLI FSI PDI".split()]
WIDTHS = "F H W Na A N".split()
QUICK = "YMN"
FORMS = "NFD NFKD NFC NFKC".split()
FLAGS = ("ALPHA DECIMAL DIGIT NUMERIC LOWER UPPER TITLE SPACE XID_START XID_CONTINUE PRINTABLE CASED IGNORABLE SPECIAL "
         "LINE").split()
SHIFT = 7


class Output:
    def __init__(self, path):
        self.path, self.parts, self.size = path, [], 0

    def write(self, text):
        self.parts.append(text)

    def array(self, kind, name, items, bytes_each=0):
        """An array of numbers, or of what stands between braces."""
        texts = [f"{{{', '.join(map(str, item))}}}" if isinstance(item, tuple) else str(item) for item in items]
        self.size += bytes_each * len(texts)
        self.write(f"const {kind} {name}[{len(texts)}] = {{\n")
        line = "   "
        for text in texts:
            if len(line) + len(text) > 115:
                self.write(line + "\n")
                line = "   "
            line += f" {text},"
        self.write(line + "\n};\n")

    def trie(self, name, items):
        """Two stages: the number of a block of 1 << SHIFT code points, and what stands in the block."""
        blocks, first, second = {}, [], []
        for start in range(0, 0x110000, 1 << SHIFT):
            block = tuple(items[start:start + (1 << SHIFT)])
            if block not in blocks:
                blocks[block] = len(blocks)
                second += block
            first.append(blocks[block])
        assert len(blocks) <= 0x10000 and max(second) <= 0xFFFF
        self.array("uint16_t", name + "_blocks", first, 2)
        self.array("uint16_t", name + "_items", second, 2)

    def close(self):
        with open(self.path, "w", encoding="utf-8") as file:
            file.write("".join(self.parts))


def indices(rows):
    """The different rows, and the number of each code point's own."""
    numbers, items = {}, []
    for row in rows:
        items.append(numbers.setdefault(row, len(numbers)))
    return list(numbers), items


# ---- what str asks: classes and case ----
def type_flags(code, c):
    names = []
    if c.category in ("Lm", "Lt", "Lu", "Ll", "Lo"):
        names.append("ALPHA")
    names += ["DECIMAL"] * (c.decimal is not None) + ["DIGIT"] * (c.digit is not None)
    names += ["NUMERIC"] * (c.numeric is not None)
    names += [flag for flag, name in [("LOWER", "Lowercase"), ("UPPER", "Uppercase"), ("CASED", "Cased"),
                                      ("IGNORABLE", "Case_Ignorable"), ("XID_START", "XID_Start"),
                                      ("XID_CONTINUE", "XID_Continue")] if name in c.properties]
    if c.category == "Lt":
        names.append("TITLE")
    if c.category == "Zs" or c.bidirectional in ("WS", "B", "S"):
        names.append("SPACE")
    if c.line_break in ("BK", "CR", "LF", "NL") or c.bidirectional == "B":
        names.append("LINE")
    if code == ord(" ") or c.category not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"):
        names.append("PRINTABLE")
    if code == ord("_"):
        names.append("XID_START")
    return sum(1 << FLAGS.index(name) for name in set(names))


def write_types(output, characters):
    text, places = [], {}  # of mappings that are longer than one character, or odd

    def place(mapping):
        if tuple(mapping) not in places:
            places[tuple(mapping)] = len(text)
            text.extend([len(mapping), *mapping])
        return places[tuple(mapping)]

    rows = []
    for code in range(0x110000):
        c = characters.get(code)
        if not c:
            rows.append((0, 0, 0, 0, 0, -1, -1))
            continue
        flags = type_flags(code, c)
        mappings = [c.upper, c.lower, c.title, c.fold or [code]]
        if any(len(mapping) > 1 for mapping in mappings):
            flags |= 1 << FLAGS.index("SPECIAL")
            mapped = tuple(map(place, mappings))
        else:
            mapped = tuple(mapping[0] - code for mapping in mappings)
        rows.append((*mapped, flags, -1 if c.decimal is None else c.decimal, -1 if c.digit is None else c.digit))
    different, items = indices(rows)
    output.array("struct unicode_type", "unicode_types", different, 20)
    output.trie("unicode_type", items)
    output.array("uint16_t", "unicode_case_text", text, 2)


# ---- what unicodedata asks ----
def write_records(output, characters):
    rows = []
    for code in range(0x110000):
        c = characters.get(code)
        if not c:
            rows.append((0, 0, 0, 0, 0, 0, 0))
            continue
        quick = sum(QUICK.index(c.quick[form]) << 2 * i for i, form in enumerate(FORMS))
        rows.append((CATEGORIES.index(c.category), BIDIRECTIONAL.index(c.bidirectional), c.combining,
                     WIDTHS.index(c.width), int(c.mirrored), int(c.age <= OLD_VERSION), quick))
    different, items = indices(rows)
    output.array("struct unicode_record", "unicode_records", different, 7)
    output.trie("unicode_record", items)
    for name, texts in [("categories", CATEGORIES), ("bidirectional_classes", BIDIRECTIONAL), ("widths", WIDTHS)]:
        output.write(f"const char unicode_{name}[{len(texts)}][4] = {{"
                     + ", ".join(f'"{text}"' for text in texts) + "};\n")


def write_old(output, characters):
    rows = []
    for code, c in sorted(characters.items()):
        if c.old:
            row = (CATEGORIES.index(c.old.get("category", c.category)),
                   BIDIRECTIONAL.index(c.old.get("bidirectional", c.bidirectional)),
                   WIDTHS.index(c.old.get("width", c.width)),
                   int(c.old["mirrored"] == "Y" if "mirrored" in c.old else c.mirrored),
                   int(c.old["decimal"]) if c.old.get("decimal") else -1 if c.decimal is None else c.decimal)
            if rows and rows[-1][1] == code - 1 and rows[-1][2:] == row:
                rows[-1] = (rows[-1][0], code, *row)
            else:
                rows.append((code, code, *row))
    output.array("struct unicode_old_record", "unicode_old_records", rows, 16)
    output.write(f"const size_t unicode_old_record_count = {len(rows)};\n")


def utf16(codes):
    data = "".join(map(chr, codes)).encode("utf-16-le", "surrogatepass")
    return [data[i] | data[i + 1] << 8 for i in range(0, len(data), 2)]


def write_normalization(output, database):
    prefixes, text, items = [""], [0], [0] * 0x110000
    pairs = []
    places = {}
    for code, c in sorted(database.characters.items()):
        if not c.decomposition:
            continue
        parts = c.decomposition.split()
        prefix = parts.pop(0) if parts[0].startswith("<") else ""
        if prefix not in prefixes:
            prefixes.append(prefix)
        codes = [int(part, 16) for part in parts]
        units = utf16(codes)
        key = (prefix, *units)
        if key not in places:
            places[key] = len(text)
            text += [prefixes.index(prefix) << 8 | len(units), *units]
        items[code] = places[key]
        if not prefix and len(codes) == 2 and code not in database.exclusions:
            if not c.combining and not database.characters[codes[0]].combining:
                pairs.append((*codes, code))
    output.trie("unicode_decomposition", items)
    output.array("uint16_t", "unicode_decompositions", text, 2)
    output.write(f"const char *const unicode_decomposition_prefixes[{len(prefixes)}] = {{"
                 + ", ".join(f'"{prefix}"' for prefix in prefixes) + "};\n")
    output.array("struct unicode_pair", "unicode_pairs", sorted(pairs), 12)
    output.write(f"const size_t unicode_pair_count = {len(pairs)};\n")
    output.array("uint32_t", "unicode_old_decompositions",
                 [x for pair in sorted(database.old_decompositions.items()) for x in pair], 4)
    output.write(f"const size_t unicode_old_decomposition_count = {len(database.old_decompositions)};\n")


def write_numbers(output, characters):
    numbers = sorted({c.numeric for c in characters.values() if c.numeric is not None})
    assert len(numbers) <= 256
    output.array("double", "unicode_number_values", [f"{n.numerator}.0 / {n.denominator}.0" for n in numbers], 8)
    rows = [code << 8 | numbers.index(c.numeric) for code, c in sorted(characters.items()) if c.numeric is not None]
    output.array("uint32_t", "unicode_numbers", rows, 4)
    output.write(f"const size_t unicode_number_count = {len(rows)};\n")


def write_names(output, names):
    output.array("struct unicode_numbered", "unicode_numbered",
                 [(first, last, f'"{prefix}"') for first, last, prefix in names.numbered], 16)
    output.array("struct unicode_name_run", "unicode_name_runs", names.runs, 8)
    output.array("uint32_t", "unicode_name_aliases", names.aliases, 4)
    starts, text = [], []
    for codes in names.sequences:
        starts.append(len(text))
        text += [len(codes), *codes]
    output.array("uint16_t", "unicode_name_sequences", starts, 2)
    output.array("uint32_t", "unicode_name_sequence_text", text, 4)
    output.array("uint16_t", "unicode_word_offsets", names.word_offsets, 2)
    output.array("uint8_t", "unicode_words", names.words, 1)
    output.array("uint32_t", "unicode_phrase_offsets", names.phrase_offsets, 4)
    output.array("uint8_t", "unicode_phrases", names.phrases, 1)
    output.array("uint16_t", "unicode_name_table", names.table, 2)
    counts = {"numbered_count": len(names.numbered), "run_count": len(names.runs), "characters": names.characters,
              "aliases": len(names.aliases), "sequences": len(names.sequences), "short_words": names.short,
              "longest": names.longest, "table_size": len(names.table)}
    output.write("const struct unicode_name_sizes unicode_name_sizes = {"
                 + ", ".join(f".{name} = {number}" for name, number in counts.items()) + "};\n")


def main():
    database = Database(sys.argv[1])
    output = Output(sys.argv[2])
    output.write("/* Made by generate.py. */\n#include \"runtime/objects/unicode/tables.h\"\n")
    write_types(output, database.characters)
    write_records(output, database.characters)
    write_old(output, database.characters)
    write_normalization(output, database)
    write_numbers(output, database.characters)
    write_names(output, Names(database.characters, database.aliases, database.sequences))
    output.close()
    if "-v" in sys.argv:
        print(output.size, "bytes of tables")


if __name__ == "__main__":
    main()

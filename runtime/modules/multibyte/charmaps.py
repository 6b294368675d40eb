"""The character sets of East Asia, from the charmaps of Debian's package `locales`, as Python 3.11 has them.

A charmap is glibc's; where Python's set is another, differences.txt says how. The lines there are found by comparing:
`charmaps.py --check`, run by Python 3.11, compares every code and every character with that interpreter's own codecs
and prints the lines that are missing.
"""
import gzip
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
LINE = re.compile(r"(%IRREVERSIBLE%|%)?((?:<U[0-9A-F]{4,8}>)+)(?:\.\.<U([0-9A-F]+)>)?\s+((?:/x[0-9a-f]{2})+)")


# How a set's codes, numbers of two bytes, stand in the bytes of the charmap: None where the bytes are not of the set.
def two_bytes(sequence):
    return int.from_bytes(sequence, "big") if len(sequence) == 2 else None


def high_two_bytes(sequence):  # without the half-width katakana of EUC-JP
    return two_bytes(sequence) if sequence[0] > 0xA0 else None


def euc_first(sequence):
    code = high_two_bytes(sequence)
    return code and code & 0x7F7F


def euc_third(sequence):
    return int.from_bytes(sequence[1:], "big") & 0x7F7F if len(sequence) == 3 and sequence[0] == 0x8F else None


def euc_planes(sequence):
    """The second plane's codes have the upper bit."""
    code = euc_third(sequence)
    return euc_first(sequence) if code is None else code | 0x8000


def shift_jis(sequence):
    """As rows of 94, of which there are more than fit into seven bits."""
    if len(sequence) != 2:
        return None
    lead, trail = sequence
    if not 0x81 <= lead <= 0xFC or 0xA0 <= lead < 0xE0 or not 0x40 <= trail <= 0xFC or trail == 0x7F:
        return None
    row = (lead - (0x81 if lead < 0xA0 else 0xC1)) * 2
    cell = trail - 0x40 - (trail > 0x7F)
    return (0x21 + row + cell // 94) << 8 | 0x21 + cell % 94


def shift_jis_second(sequence):
    """The rows 95 to 120 are rows of the second plane."""
    code = shift_jis(sequence)
    if code is None or code >> 8 < 0x7F:
        return None
    row = (code >> 8) - 0x7F
    rows = [1, 8, 3, 4, 5, 12, 13, 14, 15, *range(78, 95)]
    return (rows[row] + 0x20) << 8 | code & 0xFF | 0x8000


def escaped(sequence):
    """Behind the escape sequence of ISO 2022 for a set, or for the second plane."""
    code = int.from_bytes(sequence[-2:], "big")
    return code | 0x8000 if sequence.startswith(b"\x1b$(P") else code if sequence.startswith(b"\x1b$") else None


def escaped_high(sequence):
    code = escaped(sequence)
    return code and code | 0x8080


class Set:
    """A character set: `decode` has the text (a character or a pair) of each code, `encode` the code of each text."""

    def __init__(self, name, base, charmap, code_of, python):
        self.name, self.base = name, base
        self.charmap, self.code_of, self.python = charmap, code_of, python
        self.decode, self.encode = {}, {}

    def read(self, folder):
        if not self.charmap:
            self.decode, self.encode = dict(self.base.decode), dict(self.base.encode)
            return
        with gzip.open(os.path.join(folder, self.charmap + ".gz"), "rt", encoding="latin-1") as file:
            for line in file:
                found = LINE.match(line)
                if not found or found[1] == "%" and found[2].count("U") < 2:
                    continue
                sequence = bytes.fromhex(found[4].replace("/x", ""))
                text = "".join(chr(int(number, 16)) for number in re.findall("[0-9A-F]{4,8}", found[2]))
                code = self.code_of(sequence)
                if code is None:
                    continue
                for i in range(int(found[3], 16) - ord(text) + 1 if found[3] else 1):
                    self.add(code + i, chr(ord(text) + i) if i else text, found[1] == "%IRREVERSIBLE%")

    def add(self, code, text, irreversible):
        if irreversible:
            self.decode.setdefault(code, text)
            return
        self.decode[code] = text
        self.encode.setdefault(text, code)

    def change(self, codes, arrow, texts):
        """One line of differences.txt."""
        first, _, last = codes.partition("..")
        start, end, _ = (texts + "....").split("..")[:3]
        if start == "*":
            self.encode.update((text, code) for code, text in self.decode.items()
                               if int(first, 16) <= code <= int(last, 16))
            return
        text = "" if start == "-" else "".join(chr(int(number, 16)) for number in start.split("+"))
        for i in range(int(last or first, 16) - int(first, 16) + 1 if first != "-" else
                       int(end or start, 16) - int(start, 16) + 1):
            self.change_one(None if first == "-" else int(first, 16) + i, arrow,
                            chr(ord(text) + i) if i and text else text)

    def change_one(self, code, arrow, text):
        """Both ways (=), decoding alone (>), encoding alone (<); no text: the code means nothing; no code: the text has
        none. Both ways, what the code meant before loses it."""
        old = self.decode.get(code)
        if arrow == "=" and self.encode.get(old) == code:
            del self.encode[old]
        if arrow in "=>":
            self.set(self.decode, code, text)
        if arrow in "=<":
            self.set(self.encode, text, code)

    @staticmethod
    def set(mapping, key, item):
        if not item:
            mapping.pop(key, None)
        elif key:
            mapping[key] = item

    def python_maps(self):
        """What Python's own codecs have."""
        decode, encode = {}, {}
        for encoding, prefixes, code_of in self.python:
            for prefix in prefixes:
                for lead in range(0x21, 0x100):
                    for trail in range(0x21, 0x100):
                        sequence = prefix + bytes((lead, trail))
                        code = code_of(sequence)
                        text = code and decoded(sequence, encoding)
                        if text and decoded(sequence[:-1], encoding) is None:
                            decode[code] = text
            texts = [chr(code) for code in range(0x80, 0x30000)] + [text for text in decode.values() if len(text) > 1]
            for text in texts:
                try:
                    sequence = text.encode(encoding).removesuffix(b"\x1b(B")
                except UnicodeEncodeError:
                    continue
                code = code_of(sequence)
                if code and sequence[:-2] in prefixes:
                    encode[text] = code
        return decode, encode

    def check(self):
        """Print the lines by which Python's maps are others."""
        decode, encode = self.python_maps()
        lines = []
        for code in sorted(decode.keys() | self.decode.keys()):
            text, old = decode.get(code), self.decode.get(code)
            if text != old:
                both = encode.get(text) == code if text else self.encode.get(old) == code
                lines.append((code, "=" if both else ">", text))
                self.change_one(*lines[-1])
        for text in sorted(encode.keys() | self.encode.keys()):
            if encode.get(text) != self.encode.get(text):
                lines.append((encode.get(text), "<", text))
        for line in ranges(lines):
            print(self.name, *line, sep="; ")


def decoded(sequence, encoding):
    try:
        return sequence.decode(encoding)
    except UnicodeDecodeError:
        return None


def ranges(lines):
    start = 0
    for i in range(1, len(lines) + 1):
        if i < len(lines) and follows(lines[i - 1], lines[i]):
            continue
        (first, arrow, text), (last, _, end) = lines[start], lines[i - 1]
        codes = "-" if first is None else f"{first:04X}" + (f"..{last:04X}" if i - start > 1 else "")
        texts = "-" if text is None else "+".join(f"{ord(c):04X}" for c in text)
        if i - start > 1 and text is not None:
            texts += f"..{ord(end):04X}"
        yield codes, arrow, texts
        start = i


def follows(one, other):
    (code, arrow, text), (next_code, next_arrow, next_text) = one, other
    if arrow != next_arrow or (code is None) != (next_code is None) or (text is None) != (next_text is None):
        return False
    if code is not None and next_code != code + 1:
        return False
    return text is None or len(text) == len(next_text) == 1 and ord(next_text) == ord(text) + 1


def sets(folder):
    """Every set by its name; one with a base is looked into before that."""
    all_sets, differences = {}, {}
    with open(os.path.join(HERE, "differences.txt"), encoding="ascii") as file:
        for line in file:
            name, *fields = line.partition("#")[0].replace(" ", "").strip().split(";")
            differences.setdefault(name, []).append(fields)
    for name, base, charmap, code_of, *python in (
            ("gb2312", None, "GB2312", two_bytes, ("gb2312", [b""], two_bytes)),
            ("gbk", "gb2312", "GBK", two_bytes, ("gbk", [b""], two_bytes)),
            ("gb18030", "gbk", "GB18030", two_bytes, ("gb18030", [b""], two_bytes)),
            ("big5", None, "BIG5", two_bytes, ("big5", [b""], two_bytes)),
            ("cp950", "big5", "BIG5", two_bytes, ("cp950", [b""], two_bytes)),
            ("big5hkscs", "big5", "BIG5-HKSCS", two_bytes, ("big5hkscs", [b""], two_bytes)),
            ("ksx1001", None, "EUC-KR", two_bytes, ("euc_kr", [b""], two_bytes),
             ("iso2022_jp_2", [b"\x1b$(C"], escaped_high)),
            ("cp949", "ksx1001", "CP949", two_bytes, ("cp949", [b""], two_bytes)),
            ("johab", None, "JOHAB", two_bytes, ("johab", [b""], two_bytes)),
            ("jisx0208", None, "EUC-JP", euc_first, ("euc_jp", [b""], euc_first)),
            ("jisx0212", None, "EUC-JP", euc_third, ("euc_jp", [b"\x8f"], euc_third)),
            ("jisx0213", "jisx0208", "EUC-JISX0213", euc_planes,
             ("iso2022_jp_2004", [b"\x1b$B", b"\x1b$(Q", b"\x1b$(P"], escaped)),
            ("jisx0213_2000", "jisx0213", None, None,
             ("iso2022_jp_3", [b"\x1b$B", b"\x1b$(O"], escaped), ("shift_jisx0213", [b""], shift_jis_second)),
            ("cp932", "jisx0208", "WINDOWS-31J", shift_jis, ("cp932", [b""], shift_jis))):
        made = all_sets[name] = Set(name, all_sets.get(base), charmap, code_of, python)
        made.read(folder)
        for line in differences.get(name, ()):
            made.change(*line)
    return all_sets


if __name__ == "__main__":
    assert sys.argv[1] == "--check"
    for one in sets(sys.argv[2] if len(sys.argv) > 2 else "/usr/share/i18n/charmaps").values():
        one.check()

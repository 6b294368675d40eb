#!/usr/bin/env python3
"""Writes the character sets of East Asia (charset.h says in which form) as C: generate.py FOLDER OUTPUT

FOLDER is where Debian's package locales has its charmaps.
"""
import sys

from charmaps import sets

NOT_THERE, PAIRS = 0xFFFF, 0xFFFE


class Output:
    def __init__(self):
        self.parts = ['/* Made by runtime/modules/multibyte/generate.py. */\n'
                      '#include "runtime/modules/multibyte/charset.h"\n\n']

    def array(self, kind, name, items):
        texts = [f"{{{', '.join(map(str, item))}}}" if isinstance(item, tuple) else str(item) for item in items]
        self.parts.append(f"{kind} {name}[{len(texts)}] = {{\n")
        line = "   "
        for text in texts:
            if len(line) + len(text) > 115:
                self.parts.append(line + "\n")
                line = "   "
            line += f" {text},"
        self.parts.append(line + "\n};\n")

    def map(self, name, entries):
        """The initialiser of a struct charset_map."""
        if not entries:
            return "{NULL, NULL}"
        pages, items = [], []
        for upper in range(256):
            lows = [key & 0xFF for key in range(upper << 8, (upper + 1) << 8) if key in entries]
            if not lows:
                pages.append((0, 1, 0))
                continue
            pages.append((len(items), lows[0], lows[-1]))
            items += [entries.get(upper << 8 | low, 0) for low in range(lows[0], lows[-1] + 1)]
        assert len(items) <= 0x10000
        self.array("static const struct charset_page", name + "_pages", pages)
        self.array("static const uint16_t", name + "_entries", items)
        return f"{{{name}_pages, {name}_entries}}"

    def charset(self, one):
        name = "charset_" + one.name
        base_decode, base_encode = (one.base.decode, one.base.encode) if one.base else ({}, {})
        decode, encode, pairs = ({}, {}), ({}, {}), []
        for code in one.decode.keys() | base_decode.keys():
            text = one.decode.get(code)
            if text != base_decode.get(code):
                entry, plane = decode_entry(text)
                decode[plane][code] = entry
        firsts = {text[0] for text in one.encode if len(text) > 1}
        for text in one.encode.keys() | base_encode.keys():
            code = one.encode.get(text)
            if len(text) > 1 or text in firsts:
                assert max(map(ord, text)) < 0x8000
                pairs.append((ord(text[0]), ord(text[1:] or "\0"), code or 0))
            if text in firsts:
                encode[0][ord(text)] = PAIRS
            elif len(text) == 1 and code != base_encode.get(text):
                plane, number = divmod(ord(text), 0x10000)
                encode[plane // 2][number] = code or NOT_THERE
        maps = [[self.map(f"{name}_{kind}_{plane}", entries[plane]) for plane in range(2)]
                for kind, entries in (("decode", decode), ("encode", encode))]
        assert decode[0] and encode[0]
        if pairs:
            self.array("static const struct charset_pair", name + "_pairs", sorted(pairs))
        self.parts.append(f"const struct charset {name} = {{\n"
                          f"    {'&charset_' + one.base.name if one.base else 'NULL'},\n"
                          f"    {{{', '.join(maps[0])}}},\n    {{{', '.join(maps[1])}}},\n"
                          f"    {name + '_pairs' if pairs else 'NULL'},\n    {len(pairs)},\n}};\n")


def decode_entry(text):
    """The entry, and in which of the two maps."""
    if text is None:
        return NOT_THERE, 0
    if len(text) > 1:
        return PAIRS, 0
    plane, number = divmod(ord(text), 0x10000)
    assert plane in (0, 2) and 0 < number < PAIRS
    return number, plane // 2


def gb18030_ranges(one):
    """The characters of the basic plane that have four bytes, by ranges; surrogates are none."""
    ranges, number = [], 0
    for code in range(0x80, 0x10000):
        if chr(code) in one.encode or 0xD800 <= code < 0xE000:
            continue
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1] = (ranges[-1][0], code, ranges[-1][2])
        else:
            ranges.append((code, code, number))
        number += 1
    assert number == 39420
    return ranges


def main(folder, path):
    output, all_sets = Output(), sets(folder)
    for one in all_sets.values():
        output.charset(one)
    ranges = gb18030_ranges(all_sets["gb18030"])
    output.array("const struct gb18030_range", "gb18030_ranges", ranges)
    output.parts.append(f"const size_t gb18030_range_count = {len(ranges)};\n")
    with open(path, "w", encoding="ascii") as file:
        file.write("".join(output.parts))


main(*sys.argv[1:])

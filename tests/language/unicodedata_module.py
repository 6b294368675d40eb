"""unicodedata: properties, names and normal forms, in 14.0 and in 3.2.0."""
import unicodedata
from unicodedata import ucd_3_2_0 as old


def told(function, *args):
    try:
        return ascii(function(*args))
    except Exception as error:
        return f'{type(error).__name__}: {error}'


def checksum(text, start=0):
    for character in text:
        start = (start * 31 + ord(character)) % 1000000007
    return start


FORMS = 'NFC', 'NFD', 'NFKC', 'NFKD'
print(unicodedata.unidata_version, old.unidata_version, unicodedata.UCD)

# Every property of samples from all planes, and of blocks where much happens.
sums = [0, 0]
for code in [*range(0x80, 0x600), *range(0x2000, 0x2200), *range(0x13A0, 0x1400), *range(0, 0x110000, 331)]:
    character = chr(code)
    for k, database in enumerate((unicodedata, old)):
        row = [database.category(character), database.bidirectional(character), database.combining(character),
               database.mirrored(character), database.east_asian_width(character), database.decomposition(character),
               database.decimal(character, None), database.digit(character, None), database.numeric(character, None),
               database.name(character, None)]
        row += [database.normalize(form, character) for form in FORMS]
        row += [database.is_normalized(form, character) for form in FORMS]
        sums[k] = checksum(ascii(row), sums[k])
print(sums)
text = ''.join(map(chr, range(0x80, 0x30000, 13)))
print([checksum(f) for f in (text.upper(), text.lower(), text.title(), text.casefold(), text.swapcase())])
print([sum(getattr(c, f)() for c in text) for f in ('isalpha', 'isalnum', 'isdecimal', 'isnumeric', 'isspace',
                                                    'isprintable', 'isidentifier', 'islower', 'isupper', 'istitle')])

# Names: by rule, by table, aliases, sequences.
for name in ('SPACE', 'space', 'HANGUL SYLLABLE GAG', 'HANGUL SYLLABLE gag', 'CJK UNIFIED IDEOGRAPH-4E00',
             'CJK UNIFIED IDEOGRAPH-04E00', 'cjk unified ideograph-4e00', 'CJK COMPATIBILITY IDEOGRAPH-F900',
             'cjk compatibility ideograph-f900', 'TIBETAN MARK BKA- SHOG YIG MGO', 'NULL', 'LATIN CAPITAL LETTER GHA',
             'KEYCAP NUMBER SIGN', 'GRINNING FACE', 'NUSHU CHARACTER-1B170', '', 'NO SUCH NAME', 'x' * 300, 1, b'SPACE',
             b'\xff', '\ud800'):
    print(told(unicodedata.lookup, name), told(old.lookup, name))
print('\N{GREEK SMALL LETTER ALPHA}\N{LATIN CAPITAL LETTER GHA}\N{dagger}')
print(told(lambda: b'\\N{KEYCAP NUMBER SIGN}'.decode('unicode_escape')))

# Normal forms: marks in order, blocked marks, Hangul, long runs.
for text in ('a\u0301\u0323', 'a\u0323\u0301', '\u1100\u1161\u11a8', '\uac00\u11a8', '\uac01\u11a8', 'a\u0315\u0300\u05ae\u0300b',
             '\u0b47\u0300\u0b3e', '\ufb03', '\u1e9b\u0323', '\U0002f868', '\u0958', '\u0344', 'e' + '\u0323\u0301' * 40):
    print([ascii(unicodedata.normalize(form, text)) for form in FORMS], ascii(old.normalize('NFC', text)))
print(checksum(unicodedata.normalize('NFC', 'e' + '\u0301\u0323\u0327' * 1000)))

for call in ((unicodedata.category, 1), (unicodedata.category, 'ab'), (unicodedata.decimal, 'ab', 1),
             (unicodedata.decimal, 'a'), (unicodedata.digit, 'a'), (unicodedata.numeric, 'a'), (unicodedata.name, '\0'),
             (unicodedata.numeric, '\u0f33'), (unicodedata.normalize, 'x', 'a'), (unicodedata.normalize, 'NFC', 1),
             (unicodedata.normalize, 1, 'a'), (unicodedata.is_normalized, 'x', ''), (unicodedata.UCD,)):
    print(told(*call))
ﬁ = 3
print(fi, globals()['fi'])

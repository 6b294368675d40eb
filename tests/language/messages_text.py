"""What functions about text say of their arguments: _codecs, _json, _locale, unicodedata, binascii."""

import _codecs
import _json
import _locale
import binascii
import unicodedata

from support import attempt

for encode in (_codecs.ascii_encode, _codecs.utf_8_encode, _codecs.utf_7_encode, _codecs.charmap_encode, _codecs.unicode_escape_encode):
    for arguments in ((1,), (None,), ("a", 1), ("a", b"b"), ("a", "a\0b")):
        attempt(encode, *arguments)
for decode in (_codecs.utf_8_decode, _codecs.utf_16_ex_decode, _codecs.raw_unicode_escape_decode, _codecs.escape_decode, _codecs.utf_7_decode):
    for arguments in ((1, 2), (b"a", b"b"), (b"a", None, "c"), (b"a", None, 0, "d")):
        attempt(decode, *arguments)
for name in (None, 5, "a\0b"):
    attempt(_codecs.lookup, name)
    attempt(_codecs.lookup_error, name)
    attempt(_codecs.charmap_build, 5)
attempt(_codecs.readbuffer_encode, b"a", 5)

attempt(_json.scanstring, "a")
attempt(_json.scanstring, "a", 2**70)

attempt(_locale.dgettext, None, None)
attempt(_locale.dgettext, 1, "a")
attempt(_locale.dcgettext, "a", 2, 3)
attempt(_locale.gettext, "a\0b")
attempt(_locale.textdomain, 3)
attempt(_locale.bindtextdomain, "", None)
attempt(_locale.bindtextdomain, "a", 5)
attempt(_locale.bind_textdomain_codeset, "a", 5)
print(list(_locale.localeconv()))

attempt(unicodedata.name, None)
attempt(unicodedata.normalize, None, "a")

for function in (binascii.b2a_qp, binascii.crc32, binascii.b2a_hex, binascii.a2b_base64):
    attempt(function)
    attempt(function, "\u0100", "b")
    attempt(function, None, None)

for order in (-1, 0, 1, "a", 2**70):
    attempt(_codecs.utf_16_encode, "ab", None, order)
    attempt(_codecs.utf_32_encode, "ab", None, order)

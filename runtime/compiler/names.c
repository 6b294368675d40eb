/* Unicode character names, see names.h. Names that follow a rule (Hangul syllables, CJK ideographs) are computed; all
 * others need the Unicode database, which whoever provides it installs. */
#include "names.h"

#include <stdatomic.h>
#include <string.h>
#include <strings.h>

typedef bool (*lookup_function)(const char *name, size_t length, uint32_t *code_point);

static _Atomic(lookup_function) installed_lookup;

void unicode_name_set_lookup(bool (*lookup)(const char *name, size_t length, uint32_t *code_point))
{
    atomic_store_explicit(&installed_lookup, lookup, memory_order_release);
}

/* The longest of the spellings that the text starts with. Returns its index, or -1, and its size. */
static int longest_prefix(const char *const *spellings, int count, const char *text, size_t length, size_t *size)
{
    int best = -1;
    *size = 0;
    for (int i = 0; i < count; i++) {
        size_t n = strlen(spellings[i]);
        if (n <= length && (best < 0 || n > *size) && strncasecmp(spellings[i], text, n) == 0) {
            best = i;
            *size = n;
        }
    }
    return best;
}

/* HANGUL SYLLABLE and a syllable in Latin letters: Unicode's section 3.12, Jamo short names. */
static bool lookup_hangul(const char *text, size_t length, uint32_t *code_point)
{
    static const char *const leads[] = {"G",  "GG", "N", "D",  "DD", "R", "M", "B", "BB", "S",
                                        "SS", "",   "J", "JJ", "C",  "K", "T", "P", "H"};
    static const char *const vowels[] = {"A",  "AE", "YA", "YAE", "EO", "E",  "YEO", "YE", "O",  "WA", "WAE",
                                         "OE", "YO", "U",  "WEO", "WE", "WI", "YU",  "EU", "YI", "I"};
    static const char *const tails[] = {"",   "G",  "GG", "GS", "N",  "NJ", "NH", "D", "L",  "LG",
                                        "LM", "LB", "LS", "LT", "LP", "LH", "M",  "B", "BS", "S",
                                        "SS", "NG", "J",  "C",  "K",  "T",  "P",  "H"};
    size_t size;
    int lead = longest_prefix(leads, 19, text, length, &size);
    text += size;
    length -= size;
    int vowel = longest_prefix(vowels, 21, text, length, &size);
    text += size;
    length -= size;
    int tail = longest_prefix(tails, 28, text, length, &size);
    if (lead < 0 || vowel < 0 || tail < 0 || size != length) {
        return false;
    }
    *code_point = 0xAC00 + (uint32_t)((lead * 21 + vowel) * 28 + tail);
    return true;
}

static bool is_unified_ideograph(uint32_t c)
{
    return (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x20000 && c <= 0x2A6DF) ||
           (c >= 0x2A700 && c <= 0x2B738) || (c >= 0x2B740 && c <= 0x2B81D) || (c >= 0x2B820 && c <= 0x2CEA1) ||
           (c >= 0x2CEB0 && c <= 0x2EBE0) || (c >= 0x30000 && c <= 0x3134A);
}

/* CJK UNIFIED IDEOGRAPH- and four or five upper-case hexadecimal digits. */
static bool lookup_ideograph(const char *digits, size_t length, uint32_t *code_point)
{
    uint32_t value = 0;
    if (length != 4 && length != 5) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        char c = digits[i];
        if (c >= '0' && c <= '9') {
            value = value << 4 | (uint32_t)(c - '0');
        } else if (c >= 'A' && c <= 'F') {
            value = value << 4 | (uint32_t)(c - 'A' + 10);
        } else {
            return false;
        }
    }
    *code_point = value;
    return is_unified_ideograph(value);
}

bool unicode_name_lookup(const char *name, size_t length, uint32_t *code_point)
{
    static const char hangul[] = "HANGUL SYLLABLE ";
    static const char ideograph[] = "CJK UNIFIED IDEOGRAPH-";
    if (length > sizeof hangul - 1 && strncasecmp(name, hangul, sizeof hangul - 1) == 0) {
        return lookup_hangul(name + sizeof hangul - 1, length - (sizeof hangul - 1), code_point);
    }
    if (length > sizeof ideograph - 1 && strncasecmp(name, ideograph, sizeof ideograph - 1) == 0) {
        return lookup_ideograph(name + sizeof ideograph - 1, length - (sizeof ideograph - 1), code_point);
    }
    lookup_function lookup = atomic_load_explicit(&installed_lookup, memory_order_acquire);
    return lookup != NULL && lookup(name, length, code_point);
}

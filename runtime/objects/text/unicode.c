/* Characters: classes by binary search over ranges, behind a table for the first
   256; case by utf8proc and exceptions. */
#include "runtime/objects/text/unicode.h"

#include <stdatomic.h>
#include <utf8proc.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static unsigned search_flags(uint32_t c)
{
    size_t low = 0, high = COUNT(unicode_ranges);
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (unicode_ranges[middle] >> 8 <= c)
            low = middle;
        else
            high = middle;
    }
    return unicode_flag_sets[unicode_ranges[low] & 0xFF];
}

unsigned unicode_flags(uint32_t c)
{
    /* What was found before; every thread would write the same. No set of flags has the highest bit. */
    static _Atomic uint16_t known[0x3000];
    if (c >= COUNT(known))
        return search_flags(c);
    unsigned flags = atomic_load_explicit(&known[c], memory_order_relaxed);
    if (flags == 0) {
        flags = search_flags(c) | 0x8000;
        atomic_store_explicit(&known[c], (uint16_t)flags, memory_order_relaxed);
    }
    return flags & 0x7FFF;
}

bool unicode_is_space(uint32_t c)
{
    if (c < 0x80)
        return c == ' ' || (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x1F);
    return (unicode_flags(c) & UNICODE_SPACE) != 0;
}

bool unicode_is_line_break(uint32_t c)
{
    return (c >= 0x0A && c <= 0x0D) || (c >= 0x1C && c <= 0x1E) || c == 0x85 || c == 0x2028 || c == 0x2029;
}

int unicode_decimal(uint32_t c)
{
    if (c < 0x80)
        return c >= '0' && c <= '9' ? (int)(c - '0') : -1;
    for (size_t i = 0; i < COUNT(unicode_zeros) && unicode_zeros[i] <= c; i++)
        if (c - unicode_zeros[i] < 10)
            return (int)(c - unicode_zeros[i]);
    return -1;
}

static const struct unicode_special *find_special(uint32_t c)
{
    if (c < 0x80 || !(unicode_flags(c) & UNICODE_SPECIAL))
        return NULL;
    size_t low = 0, high = COUNT(unicode_specials);
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (unicode_specials[middle].c <= c)
            low = middle;
        else
            high = middle;
    }
    return &unicode_specials[low];
}

static unsigned copy_special(unsigned index, uint32_t out[3])
{
    unsigned n = unicode_special_text[index];
    for (unsigned i = 0; i < n; i++)
        out[i] = unicode_special_text[index + 1 + i];
    return n;
}

#define MAPPING(NAME, FIELD, SIMPLE)                       \
    unsigned NAME(uint32_t c, uint32_t out[3])             \
    {                                                      \
        const struct unicode_special *s = find_special(c); \
        if (s)                                             \
            return copy_special(s->FIELD, out);            \
        out[0] = (uint32_t)SIMPLE((utf8proc_int32_t)c);    \
        return 1;                                          \
    }
MAPPING(unicode_upper, upper, utf8proc_toupper)
MAPPING(unicode_lower, lower, utf8proc_tolower)
MAPPING(unicode_title, title, utf8proc_totitle)
MAPPING(unicode_fold, fold, utf8proc_tolower)

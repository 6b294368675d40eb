/* Characters: see unicode.h. */
#include "runtime/objects/unicode/unicode.h"

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
    return unicode_type_of(c)->decimal;
}

static unsigned copy_special(int32_t place, uint32_t out[3])
{
    unsigned n = unicode_case_text[place];
    for (unsigned i = 0; i < n; i++)
        out[i] = unicode_case_text[place + 1 + (int32_t)i];
    return n;
}

#define MAPPING(NAME, FIELD)                                   \
    unsigned NAME(uint32_t c, uint32_t out[3])                 \
    {                                                          \
        const struct unicode_type *type = unicode_type_of(c);  \
        if (__builtin_expect(type->flags & UNICODE_SPECIAL, 0)) \
            return copy_special(type->FIELD, out);             \
        out[0] = c + (uint32_t)type->FIELD;                    \
        return 1;                                              \
    }
MAPPING(unicode_upper, upper)
MAPPING(unicode_lower, lower)
MAPPING(unicode_title, title)
MAPPING(unicode_fold, fold)

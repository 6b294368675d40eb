/* Characters: their classes, case mappings and digits (Unicode 14, as Python 3.11). */
#ifndef ATOLL_UNICODE_H
#define ATOLL_UNICODE_H

#include "runtime/objects/unicode/tables.h"

/* The order is that of FLAGS in generate.py. */
enum unicode_flag {
    UNICODE_ALPHA = 1 << 0,
    UNICODE_DECIMAL = 1 << 1,
    UNICODE_DIGIT = 1 << 2,
    UNICODE_NUMERIC = 1 << 3,
    UNICODE_LOWER = 1 << 4,
    UNICODE_UPPER = 1 << 5,
    UNICODE_TITLE = 1 << 6,
    UNICODE_SPACE = 1 << 7,
    UNICODE_XID_START = 1 << 8, /* and the underscore */
    UNICODE_XID_CONTINUE = 1 << 9,
    UNICODE_PRINTABLE = 1 << 10,
    UNICODE_CASED = 1 << 11,
    UNICODE_IGNORABLE = 1 << 12,
    UNICODE_SPECIAL = 1 << 13, /* some mapping is longer than one character */
    UNICODE_LINE = 1 << 14,
};

static inline unsigned unicode_flags(uint32_t c) /* enum unicode_flag */
{
    return unicode_type_of(c)->flags;
}
static inline bool unicode_is_printable(uint32_t c)
{
    return c < 0x7F ? c >= 0x20 : (unicode_flags(c) & UNICODE_PRINTABLE) != 0;
}
bool unicode_is_space(uint32_t c);
bool unicode_is_line_break(uint32_t c);
int unicode_decimal(uint32_t c); /* -1: no decimal digit */
/* Full mappings: write up to three characters and return how many. */
unsigned unicode_upper(uint32_t c, uint32_t out[3]);
unsigned unicode_lower(uint32_t c, uint32_t out[3]);
unsigned unicode_title(uint32_t c, uint32_t out[3]);
unsigned unicode_fold(uint32_t c, uint32_t out[3]);

#endif

/* Characters: their classes and case mappings (Unicode 14, as Python 3.11). */
#ifndef ATOLL_UNICODE_H
#define ATOLL_UNICODE_H

#include "runtime/objects/text/unicode_data.h"

#include <stdbool.h>
#include <stddef.h>

unsigned unicode_flags(uint32_t c); /* enum unicode_flag */
bool unicode_is_space(uint32_t c);
bool unicode_is_line_break(uint32_t c);
static inline bool unicode_is_printable(uint32_t c)
{
    return c < 0x7F ? c >= 0x20 : (unicode_flags(c) & UNICODE_PRINTABLE) != 0;
}
int unicode_decimal(uint32_t c); /* -1: no decimal digit */
/* Full mappings: write up to three characters and return how many. */
unsigned unicode_upper(uint32_t c, uint32_t out[3]);
unsigned unicode_lower(uint32_t c, uint32_t out[3]);
unsigned unicode_title(uint32_t c, uint32_t out[3]);
unsigned unicode_fold(uint32_t c, uint32_t out[3]);

#endif

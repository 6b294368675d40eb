/* Numbers and text, apart from the objects of Python. */
#ifndef ATOLL_DECIMAL_TEXT_H
#define ATOLL_DECIMAL_TEXT_H

#include "runtime/modules/numbers/decimal/number.h"

/* What a text says, but for its digits: those, without point and leading zeros, are in the buffer it was given. */
struct parsed {
    int64_t exponent, length; /* length: how many digits */
    uint8_t kind;
    bool negative;
};
/* ASCII text; `digits` has room for as many characters and one more. False: it is no number. */
bool number_parse_text(const char *text, size_t length, char *digits, struct parsed *parsed);

/* How a finite number is laid out: how many of its digits stand before the point, and what exponent follows. */
struct layout {
    int64_t point, exponent;
    bool has_exponent;
};
struct layout layout_of(int64_t digits, int64_t exponent, bool zero, bool engineering);

/* The digits of a number of at most WIDE_DIGITS, backwards from `end`; returns where they begin. */
char *write_wide(char *end, unsigned __int128 coefficient);

#endif

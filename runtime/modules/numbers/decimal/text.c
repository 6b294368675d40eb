/*
 * Reading numbers, and how they are laid out when written.
 */
#include "runtime/modules/numbers/decimal/text.h"

#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Case does not matter; `word` is in lower case. */
static bool matches(const char *text, const char *end, const char *word)
{
    for (; *word; word++, text++) {
        if (text == end || (*text | 0x20) != *word)
            return false;
    }
    return text == end;
}

/* The exponent, as far as such matter: what is beyond is far beyond. */
#define FARTHEST (INT64_C(4) * MAX_EMAX)

static bool parse_exponent(const char *text, const char *end, int64_t *exponent)
{
    bool negative = text < end && *text == '-';
    if (text < end && (*text == '-' || *text == '+'))
        text++;
    if (text == end)
        return false;
    int64_t n = 0;
    for (; text < end; text++) {
        if (!is_digit(*text))
            return false;
        n = n < FARTHEST / 10 ? n * 10 + (*text - '0') : FARTHEST;
    }
    *exponent = negative ? -n : n;
    return true;
}

static bool parse_special(const char *text, const char *end, char *digits, struct parsed *parsed)
{
    if (matches(text, end, "inf") || matches(text, end, "infinity")) {
        parsed->kind = NUMBER_INFINITE;
        return true;
    }
    bool signaling = text < end && (*text | 0x20) == 's';
    text += signaling;
    if (end - text < 3 || !matches(text, text + 3, "nan"))
        return false;
    for (text += 3; text < end; text++) {
        if (!is_digit(*text))
            return false;
        if (parsed->length || *text != '0')
            digits[parsed->length++] = *text;
    }
    parsed->kind = signaling ? NUMBER_SIGNALING_NAN : NUMBER_QUIET_NAN;
    return true;
}

bool number_parse_text(const char *text, size_t length, char *digits, struct parsed *parsed)
{
    const char *end = text + length;
    *parsed = (struct parsed){.negative = length && *text == '-'};
    if (length && (*text == '-' || *text == '+'))
        text++;
    if (text == end)
        return false;
    if (!is_digit(*text) && *text != '.') {
        bool special = parse_special(text, end, digits, parsed);
        digits[parsed->length] = 0;
        return special;
    }
    const char *point = NULL;
    bool any = false;
    int64_t count = 0;
    for (; text < end; text++) {
        if (is_digit(*text)) {
            any = true;
            if (count || *text != '0')
                digits[count++] = *text;
        } else if (*text == '.' && !point) {
            point = text + 1;
        } else {
            break;
        }
    }
    if (!any)
        return false;
    if (point)
        parsed->exponent = point - text;
    if (text < end) {
        int64_t exponent;
        if ((*text | 0x20) != 'e' || !parse_exponent(text + 1, end, &exponent))
            return false;
        parsed->exponent += exponent;
    }
    if (count == 0)
        digits[count++] = '0';
    digits[count] = 0;
    parsed->length = count;
    return true;
}

struct layout layout_of(int64_t digits, int64_t exponent, bool zero, bool engineering)
{
    int64_t adjusted = exponent + digits - 1;
    struct layout layout = {.point = digits + exponent};
    if (exponent <= 0 && adjusted >= -6)
        return layout;
    if (!engineering) {
        layout.point = 1;
    } else if (zero) { /* 0.00E+3: the exponent is a multiple of three, reached by zeros */
        int64_t rest = ((exponent % 3) + 3) % 3;
        layout.point = rest == 0 ? 1 : rest - 2; /* 1: 0.00, 2: 0.0 */
        layout.exponent = exponent + (3 - rest) % 3;
        layout.has_exponent = layout.exponent != 0;
        return layout;
    } else {
        layout.point = ((adjusted % 3) + 3) % 3 + 1;
    }
    layout.exponent = exponent + digits - layout.point;
    layout.has_exponent = layout.exponent != 0;
    return layout;
}

static char *write_word(char *end, uint64_t n)
{
    static const char pairs[] =
        "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243"
        "4445464748495051525354555657585960616263646566676869707172737475767778798081828384858687"
        "888990919293949596979899";
    while (n >= 100) {
        end -= 2;
        memcpy(end, pairs + n % 100 * 2, 2);
        n /= 100;
    }
    if (n >= 10) {
        end -= 2;
        memcpy(end, pairs + n * 2, 2);
    } else {
        *--end = (char)('0' + n);
    }
    return end;
}

char *write_wide(char *end, unsigned __int128 coefficient)
{
    const uint64_t chunk = UINT64_C(10000000000000000000); /* 10**19 */
    if (coefficient >> 64 == 0)
        return write_word(end, (uint64_t)coefficient);
    uint64_t low = (uint64_t)(coefficient % chunk);
    char *start = write_word(end, low);
    while (start > end - 19)
        *--start = '0';
    return write_wide(start, coefficient / chunk);
}

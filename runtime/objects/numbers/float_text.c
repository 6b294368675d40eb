/*
 * Floats as text and back.
 *
 * The shortest decimal that reads back as the same double is found by Schubfach (Raffaello Giulietti, "The Schubfach
 * way to render doubles", 2020): scale the double and the ends of its rounding interval by one power of ten, of which
 * 128 bits are tabulated, such that exactly one or two candidates of minimal length remain, and choose. Integers need
 * no such thing. Conversions with a given precision are the C library's, which are correctly rounded.
 */
#include "runtime/objects/numbers/float.h"
#include "runtime/objects/numbers/float_powers.h"
#include "runtime/objects/text/str.h"
#include "runtime/raw.h"
#include "threads/pause.h"

#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- Schubfach ---- */

static inline int32_t floor_log2_pow10(int32_t e)
{
    return (e * 1741647) >> 19;
}

/* The upper 64 bits of the product of the power (upper, lower) and c, made odd when anything below is not zero. */
static inline uint64_t round_to_odd(const uint64_t power[2], uint64_t c)
{
    unsigned __int128 low = (unsigned __int128)power[1] * c;
    unsigned __int128 high = (unsigned __int128)power[0] * c + (uint64_t)(low >> 64);
    return (uint64_t)(high >> 64) | ((uint64_t)high > 1);
}

/* d = result * 10**exponent */
static uint64_t shortest_decimal(uint64_t bits, int32_t *exponent)
{
    uint64_t fraction = bits & ((UINT64_C(1) << 52) - 1);
    int32_t biased = (int32_t)(bits >> 52 & 0x7FF);
    uint64_t c = biased ? fraction | UINT64_C(1) << 52 : fraction;
    int32_t q = (biased ? biased : 1) - 1075;
    if (biased && q <= 0 && q > -53 && (c & ((UINT64_C(1) << -q) - 1)) == 0) { /* an integer below 2**53 */
        *exponent = 0;
        return c >> -q;
    }
    bool even = (c & 1) == 0, lower_is_closer = fraction == 0 && biased > 1;
    uint64_t left = 4 * c - 2 + lower_is_closer, middle = 4 * c, right = 4 * c + 2;
    int32_t k = (q * 1262611 - (lower_is_closer ? 524031 : 0)) >> 22;
    int32_t h = q + floor_log2_pow10(-k) + 1;
    const uint64_t *power = float_powers[-k - FLOAT_POWER_MIN];
    uint64_t lower = round_to_odd(power, left << h) + !even;
    uint64_t v = round_to_odd(power, middle << h);
    uint64_t upper = round_to_odd(power, right << h) - !even;
    uint64_t s = v / 4;
    if (s >= 10) { /* one digit less */
        uint64_t t = s / 10;
        bool below = lower <= 40 * t, above = 40 * t + 40 <= upper;
        if (below != above) {
            *exponent = k + 1;
            return t + above;
        }
    }
    *exponent = k;
    bool below = lower <= 4 * s, above = 4 * s + 4 <= upper;
    if (below != above)
        return s + above;
    uint64_t half = 4 * s + 2;
    return s + (v > half || (v == half && (s & 1)));
}

int double_shortest(double d, char digits[18], int *point)
{
    uint64_t bits;
    memcpy(&bits, &d, sizeof bits);
    if (d == 0) {
        digits[0] = '0';
        *point = 1;
        return 1;
    }
    int32_t exponent;
    uint64_t decimal = shortest_decimal(bits & INT64_MAX, &exponent);
    while (decimal % 10 == 0) {
        decimal /= 10;
        exponent++;
    }
    char buffer[24], *end = buffer + sizeof buffer, *p = end;
    do
        *--p = (char)('0' + decimal % 10);
    while (decimal /= 10);
    int n = (int)(end - p);
    memcpy(digits, p, (size_t)n);
    *point = exponent + n;
    return n;
}

/* Exponents that repr writes out: 1e-4 <= |d| < 1e16 */
size_t double_repr_to(double d, char out[32])
{
    char *o = out;
    if (isnan(d)) {
        memcpy(out, "nan", 3);
        return 3;
    }
    if (signbit(d))
        *o++ = '-';
    if (isinf(d)) {
        memcpy(o, "inf", 3);
        return (size_t)(o - out) + 3;
    }
    char digits[18];
    int point, n = double_shortest(fabs(d), digits, &point);
    if (point > 16 || point < -3) {
        *o++ = digits[0];
        if (n > 1) {
            *o++ = '.';
            memcpy(o, digits + 1, (size_t)n - 1);
            o += n - 1;
        }
        return (size_t)(o - out) + (size_t)snprintf(o, 8, "e%c%02d", point - 1 < 0 ? '-' : '+', abs(point - 1));
    }
    if (point <= 0) {
        *o++ = '0';
        *o++ = '.';
        for (int i = point; i < 0; i++)
            *o++ = '0';
        memcpy(o, digits, (size_t)n);
        return (size_t)(o + n - out);
    }
    for (int i = 0; i < point; i++)
        *o++ = i < n ? digits[i] : '0';
    *o++ = '.';
    if (n <= point)
        *o++ = '0';
    else {
        memcpy(o, digits + point, (size_t)(n - point));
        o += n - point;
    }
    return (size_t)(o - out);
}

value double_repr(double d)
{
    char buffer[32];
    return str_from_ascii(buffer, double_repr_to(d, buffer));
}

/* ---- with a precision ---- */

static locale_t c_locale;
static pthread_once_t c_locale_once = PTHREAD_ONCE_INIT;
static void c_locale_make(void)
{
    c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

/* The C library writes the decimal point of the program's locale: put a full stop in its place. */
static void fix_point(char *text)
{
    const char *point = localeconv()->decimal_point;
    if (likely(point[0] == '.' && !point[1]))
        return;
    char *at = strstr(text, point);
    if (at) {
        *at = '.';
        memmove(at + 1, at + strlen(point), strlen(at + strlen(point)) + 1);
    }
}

/* "1e5" -> "1.e5": where '#' asks for a point that 'r' has not. */
static void add_point(char *text, size_t room, bool zero)
{
    if (strpbrk(text, ".n") || !strpbrk(text, "0123456789") || strlen(text) + 3 > room)
        return;
    char *at = strpbrk(text, "eE");
    if (at && zero) /* repr of 1e22 stays as it is */
        return;
    if (!at)
        at = text + strlen(text);
    size_t add = zero ? 2 : 1;
    memmove(at + add, at, strlen(at) + 1);
    memcpy(at, ".0", add);
}

/* No double has more significant digits than this, nor more decimals that are not zero: 2**-1074 has 1,074. Beyond, the
 * C library would fail, or take minutes. */
enum { DIGITS_MAX = 1100 };

/* Append zeros to the digits of a number: in front of its exponent, if it has one. The block has the room. */
static void add_zeros(char *text, size_t zeros)
{
    char *at = strchr(text, 'e');
    size_t tail = at ? strlen(at) + 1 : 1;
    if (!at)
        at = text + strlen(text);
    memmove(at + zeros, at, tail);
    memset(at, '0', zeros);
}

static bool write_double(char *text, size_t room, double d, char format, int precision, unsigned flags)
{
    char *out = text;
    bool upper = flags & DOUBLE_TEXT_UPPER;
    if (format >= 'A' && format <= 'Z') {
        upper = true;
        format = (char)(format + 32);
    }
    if ((flags & DOUBLE_TEXT_SIGN) && (isnan(d) || !signbit(d)))
        *out++ = '+';
    if (isnan(d))
        strcpy(out, "nan");
    else if (isinf(d))
        strcpy(out, d < 0 ? "-inf" : "inf");
    else if (format == 'r') {
        size_t n = double_repr_to(d, out);
        out[n] = 0;
        if (!(flags & DOUBLE_TEXT_DOT_ZERO) && n > 2 && memcmp(out + n - 2, ".0", 2) == 0)
            out[n - 2] = 0;
        if (flags & DOUBLE_TEXT_ALTERNATE)
            add_point(out, room - 1, false);
    } else {
        char pattern[8] = "%.*e", *p = pattern;
        if (flags & DOUBLE_TEXT_ALTERNATE)
            strcpy(pattern, "%#.*e"), p++;
        p[3] = format;
        int digits = precision > DIGITS_MAX ? DIGITS_MAX : precision;
        if (snprintf(out, room - 1, pattern, digits, d) < 0)
            return false;
        fix_point(out);
        if (precision > digits && (format != 'g' || (flags & DOUBLE_TEXT_ALTERNATE))) /* else 'g' takes them away */
            add_zeros(out, (size_t)(precision - digits));
        if (flags & DOUBLE_TEXT_DOT_ZERO)
            add_point(out, room - 1, true);
    }
    for (char *c = text; upper && *c; c++)
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 32);
    return true;
}

char *double_to_text(double d, char format, int precision, unsigned flags)
{
    size_t room = 48 + (precision > 0 ? (size_t)precision : 0) + ((format | 0x20) == 'f' && fabs(d) > 1e15 ? 310 : 0);
    char *text = raw_alloc(room);
    bool resting = thread_rest_begin(room);
    bool done = text && write_double(text, room, d, format, precision, flags);
    thread_rest_end(resting);
    if (done)
        return text;
    raw_free(text);
    raise_no_memory();
    return NULL;
}

/* ---- reading ---- */

double double_strtod(const char *text)
{
    pthread_once(&c_locale_once, c_locale_make);
    return strtod_l(text, NULL, c_locale);
}

static bool starts_with(const char *p, const char *word)
{
    for (; *word; p++, word++)
        if ((*p | 0x20) != *word)
            return false;
    return true;
}

double double_from_text(const char *text, const char **end)
{
    const char *p = text;
    bool negative = *p == '-';
    if (*p == '-' || *p == '+')
        p++;
    if (starts_with(p, "inf")) {
        *end = p + (starts_with(p, "infinity") ? 8 : 3);
        return negative ? -INFINITY : INFINITY;
    }
    if (starts_with(p, "nan")) {
        *end = p + 3;
        return negative ? -NAN : NAN;
    }
    /* strtod also takes hexadecimal and other things: look for ourselves where the number ends. */
    const char *q = p;
    size_t digits = 0;
    uint64_t small = 0;
    int scale = 0;
    for (; *q >= '0' && *q <= '9'; q++, digits++)
        small = small * 10 + (uint64_t)(*q - '0');
    if (*q == '.') {
        q++;
        for (; *q >= '0' && *q <= '9'; q++, digits++, scale++)
            small = small * 10 + (uint64_t)(*q - '0');
    }
    if (digits == 0) {
        *end = text;
        return 0.0;
    }
    if (*q == 'e' || *q == 'E') {
        const char *e = q + 1;
        if (*e == '-' || *e == '+')
            e++;
        if (*e >= '0' && *e <= '9') {
            while (*e >= '0' && *e <= '9')
                e++;
            q = e;
            digits = 99; /* the slow way */
        }
    }
    *end = q;
    static const double tens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                  1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    if (digits <= 15 && scale <= 22) { /* both exact: one rounding (Clinger) */
        double d = (double)small / tens[scale];
        return negative ? -d : d;
    }
    double d = double_strtod(p);
    return negative ? -d : d;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Copy without underscores; false when one does not stand between digits. */
static bool drop_underscores(const char *p, const char *end, char *out)
{
    char previous = 0;
    for (; p < end; p++) {
        if (*p == '_') {
            if (!(previous >= '0' && previous <= '9') || p + 1 == end || !(p[1] >= '0' && p[1] <= '9'))
                return false;
        } else
            *out++ = *p;
        previous = *p;
    }
    *out = 0;
    return true;
}

bool double_parse(const char *text, size_t length, value shown, double *result)
{
    const char *p = text, *end = text + length, *stop;
    bool resting = thread_rest_begin(length);
    while (p < end && is_space(*p))
        p++;
    while (end > p && is_space(end[-1]))
        end--;
    char buffer[64], *copy = (size_t)(end - p) < sizeof buffer ? buffer : malloc((size_t)(end - p) + 1);
    bool ok = copy && end > p && drop_underscores(p, end, copy);
    if (ok) {
        *result = double_from_text(copy, &stop);
        ok = *stop == 0 && stop != copy && !memchr(p, 0, (size_t)(end - p));
    }
    if (copy != buffer)
        raw_free(copy);
    thread_rest_end(resting);
    if (!copy)
        return raise_no_memory() != NULL;
    return ok || raise_false(EXC(ValueError), "could not convert string to float: %R", shown);
}

bool double_parse_str(value text, double *out)
{
    value exact = str_exact(text);
    if (likely(str_exact_is_ascii(exact)))
        return double_parse(str_data(exact), str_exact_length(exact), text, out);
    char *ascii = str_to_decimal_ascii(exact);
    if (!ascii)
        return false;
    bool ok = double_parse(ascii, str_exact_length(exact), text, out);
    raw_free(ascii);
    return ok;
}

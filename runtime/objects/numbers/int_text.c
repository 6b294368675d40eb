/*
 * Integers as text: digits in any base, both ways.
 *
 * Conversions between base 10 and binary cost more than linear time, so that both directions refuse numbers of more
 * digits than int_max_str_digits (CVE-2020-10735); bases that are powers of two are exempt.
 */
#include "runtime/objects/numbers/int.h"
#include "runtime/objects/text/str.h"
#include "runtime/raw.h"
#include "threads/pause.h"

#include <stdlib.h>

_Atomic int int_max_str_digits = 4300;

/* ---- to text ---- */

static const char digit_pairs[] = "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
                                  "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
                                  "8081828384858687888990919293949596979899";

/* Writes backwards from `end`; returns the start. */
static char *write_decimal(char *end, uint64_t i)
{
    while (i >= 100) {
        unsigned pair = (unsigned)(i % 100) * 2;
        i /= 100;
        *--end = digit_pairs[pair + 1];
        *--end = digit_pairs[pair];
    }
    if (i >= 10)
        *--end = digit_pairs[i * 2 + 1], *--end = digit_pairs[i * 2];
    else
        *--end = (char)('0' + i);
    return end;
}

char *int_write_decimal(char *end, int64_t i)
{
    char *start = write_decimal(end, i < 0 ? -(uint64_t)i : (uint64_t)i);
    if (i < 0)
        *--start = '-';
    return start;
}

static char *write_base(char *end, uint64_t i, unsigned base)
{
    do {
        unsigned digit = (unsigned)(i % base);
        *--end = (char)(digit < 10 ? '0' + digit : 'a' + digit - 10);
        i /= base;
    } while (i);
    return end;
}

struct digits_call {
    char *out;
    size_t length;
    mp_limb_t *scratch;
    mp_size_t size;
    int base;
};
static void digits_call(void *context)
{
    struct digits_call *c = context;
    c->length = mpn_get_str((unsigned char *)c->out, c->base, c->scratch, c->size);
}
static void digits_parse_call(void *context)
{
    struct digits_call *c = context;
    c->size = mpn_set_str(c->scratch, (unsigned char *)c->out, c->length, c->base);
}

static bool is_power_of_two(int base)
{
    return (base & (base - 1)) == 0;
}

char *int_digits(value v, int base, size_t *length)
{
    struct int_operand o;
    int_operand_init(&o, int_exact(v));
    int limit = atomic_load_explicit(&int_max_str_digits, memory_order_relaxed);
    /* A first test spares the work for hopelessly long ones: 3.32 bits make a digit. */
    if (base == 10 && limit > 0 && (size_t)o.size * 64 / 4 > (size_t)limit + 32) {
    too_long:
        raise(
            EXC(ValueError),
            "Exceeds the limit (%d digits) for integer string conversion; use sys.set_int_max_str_digits() to increase "
            "the limit",
            limit);
        return NULL;
    }
    size_t room = o.size <= 1 ? 65 : mpn_sizeinbase(o.limbs, o.size, base) + 2;
    char *out = raw_alloc(room);
    if (!out) {
        raise_no_memory();
        return NULL;
    }
    if (o.size <= 1) {
        char *end = out + room, *start;
        uint64_t i = o.size ? o.limbs[0] : 0;
        start = base == 10 ? write_decimal(end, i) : write_base(end, i, (unsigned)base);
        *length = (size_t)(end - start);
        memmove(out, start, *length);
        return out;
    }
    mp_limb_t *scratch = malloc(((size_t)o.size + 1) * sizeof *scratch);
    if (!scratch) {
        raw_free(out);
        raise_no_memory();
        return NULL;
    }
    thread_copy(scratch, o.limbs, (size_t)o.size * sizeof *scratch);
    struct digits_call call = {out, 0, scratch, o.size, base};
    bool done = int_guarded_long(digits_call, &call, o.size);
    raw_free(scratch);
    if (!done) {
        raw_free(out);
        return NULL;
    }
    size_t skip = 0;
    while (skip + 1 < call.length && out[skip] == 0)
        skip++;
    *length = call.length - skip;
    for (size_t i = 0; i < *length; thread_report_at(++i))
        out[i] = "0123456789abcdefghijklmnopqrstuvwxyz"[(unsigned char)out[i + skip]];
    if (base == 10 && limit > 0 && *length > (size_t)limit) {
        raw_free(out);
        goto too_long;
    }
    return out;
}

value int_to_text(value v, int base)
{
    v = int_exact(v);
    if (likely(value_is_small_int(v))) {
        char buffer[72], *end = buffer + sizeof buffer;
        int64_t i = small_int_value(v);
        uint64_t magnitude = i < 0 ? -(uint64_t)i : (uint64_t)i;
        char *start = base == 10 ? write_decimal(end, magnitude) : write_base(end, magnitude, (unsigned)base);
        if (i < 0)
            *--start = '-';
        return str_from_ascii(start, (size_t)(end - start));
    }
    size_t length;
    char *digits = int_digits(v, base, &length);
    if (!digits)
        return NULL;
    bool negative = int_sign(v) < 0;
    value text = str_new(length + negative, 127);
    if (text) {
        uint8_t *out = str_data(text);
        if (negative)
            *out++ = '-';
        thread_copy(out, digits, length);
    }
    raw_free(digits);
    return text;
}

/* ---- from text ---- */

static const int8_t digit_values[256] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,  ['8'] = 9,
    ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16, ['g'] = 17, ['h'] = 18,
    ['i'] = 19, ['j'] = 20, ['k'] = 21, ['l'] = 22, ['m'] = 23, ['n'] = 24, ['o'] = 25, ['p'] = 26, ['q'] = 27,
    ['r'] = 28, ['s'] = 29, ['t'] = 30, ['u'] = 31, ['v'] = 32, ['w'] = 33, ['x'] = 34, ['y'] = 35, ['z'] = 36,
    ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16, ['G'] = 17, ['H'] = 18, ['I'] = 19,
    ['J'] = 20, ['K'] = 21, ['L'] = 22, ['M'] = 23, ['N'] = 24, ['O'] = 25, ['P'] = 26, ['Q'] = 27, ['R'] = 28,
    ['S'] = 29, ['T'] = 30, ['U'] = 31, ['V'] = 32, ['W'] = 33, ['X'] = 34, ['Y'] = 35, ['Z'] = 36,
}; /* the digit's value plus one */

static value parse_many(const char *text, size_t count, int base, bool negative)
{
    int limit = atomic_load_explicit(&int_max_str_digits, memory_order_relaxed);
    if (!is_power_of_two(base) && limit > 0 && count > (size_t)limit)
        return raise(EXC(ValueError),
                     "Exceeds the limit (%d digits) for integer string conversion: value has %zu digits; use "
                     "sys.set_int_max_str_digits() to increase the limit",
                     limit, count);
    unsigned char *digits = raw_alloc(count + 1);
    if (!digits)
        return raise_no_memory();
    size_t n = 0;
    for (size_t i = 0; n < count; thread_report_at(++i))
        if (text[i] != '_')
            digits[n++] = (unsigned char)(digit_values[(unsigned char)text[i]] - 1);
    /* Six bits a digit are more than any base needs. */
    struct big_int *r = int_result_new(count * 6 / 64 + 2);
    value result = NULL;
    if (r) {
        struct digits_call call = {(char *)digits, count, r->limbs, 0, base};
        size_t skip = 0;
        while (skip < count && digits[skip] == 0)
            thread_report_at(++skip);
        call.out += skip;
        call.length -= skip;
        if (call.length == 0 || int_guarded_long(digits_parse_call, &call, (mp_size_t)(count / 16)))
            result = int_result_finish(r, call.size, negative);
        else
            value_dec(value_of(r));
    }
    raw_free(digits);
    return result;
}

static bool is_space(unsigned char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Digits with single underscores between them: how many digits, or 0 when malformed. */
static size_t count_digits(const char *p, const char *end, int base)
{
    size_t count = 0;
    bool after_underscore = true;
    for (; p < end; p++) {
        thread_report_at((size_t)(end - p));
        if (*p == '_') {
            if (after_underscore)
                return 0;
            after_underscore = true;
            continue;
        }
        int digit = digit_values[(unsigned char)*p];
        if (digit == 0 || digit > base)
            return 0;
        count++;
        after_underscore = false;
    }
    return after_underscore ? 0 : count;
}

/* NULL without an exception: malformed. */
static value parse_number(const char *p, size_t length, int base)
{
    const char *end = p + length;
    for (; p < end && is_space((unsigned char)*p); p++)
        thread_report_at((size_t)(end - p));
    for (; end > p && is_space((unsigned char)end[-1]); end--)
        thread_report_at((size_t)(end - p));
    bool negative = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+'))
        p++;
    int prefixed = 0;
    if (end - p >= 2 && p[0] == '0') {
        int letter = p[1] | 0x20;
        prefixed = letter == 'x' ? 16 : letter == 'o' ? 8 : letter == 'b' ? 2 : 0;
    }
    bool automatic = base == 0;
    if (prefixed && (automatic || base == prefixed)) {
        base = prefixed;
        p += 2;
        if (p < end && *p == '_')
            p++;
        automatic = false;
    } else if (automatic)
        base = 10;
    size_t count = count_digits(p, end, base);
    if (count == 0)
        return NULL;
    if (automatic && *p == '0' && count > 1) { /* "0", "00" and "0_0" are zero, "01" is nothing in Python 3 */
        for (const char *q = p; q < end; thread_report_at((size_t)(end - ++q)))
            if (*q != '0' && *q != '_')
                return NULL;
    }
    if (count <= 12 || (base <= 10 && count <= 18)) { /* fits 62 bits */
        int64_t i = 0;
        for (; p < end; p++)
            if (*p != '_')
                i = i * base + (digit_values[(unsigned char)*p] - 1);
        if (likely(small_int_fits(i)))
            return small_int(negative ? -i : i);
        return int_from_i64(negative ? -i : i);
    }
    return parse_many(p, count, base, negative);
}

value int_parse(const char *text, size_t length, int base, value shown)
{
    value v = parse_number(text, length, base);
    if (v || error_occurred())
        return v;
    return raise(EXC(ValueError), "invalid literal for int() with base %d: %.200R", base, shown);
}

value int_from_text(const char *digits, size_t length, int base)
{
    value v = parse_number(digits, length, base);
    if (v || error_occurred())
        return v;
    return raise(EXC(ValueError), "invalid literal for int() with base %d", base);
}

value int_parse_str(value text, int base)
{
    value exact = str_exact(text);
    if (likely(str_is_ascii(exact)))
        return int_parse((const char *)str_data(exact), str_length(exact), base, text);
    char *ascii = str_to_decimal_ascii(exact);
    if (!ascii)
        return NULL;
    value v = int_parse(ascii, str_length(exact), base, text);
    raw_free(ascii);
    return v;
}

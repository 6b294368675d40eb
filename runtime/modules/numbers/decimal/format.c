/*
 * Decimal.__format__: the specification is read, the number rounded as it says, and the digits are laid out.
 */
#include "runtime/modules/numbers/decimal/decimal.h"
#include "runtime/objects/numbers/int.h"
#include "runtime/objects/text/str.h"
#include "runtime/raw.h"

#include <limits.h>
#include <locale.h>

struct spec {
    uint32_t fill;
    char align; /* < > = ^ */
    char sign, type;
    bool zero_padding, positive_zero, locale;
    int64_t width, precision; /* precision -1: none */
    /* Owned strs, or NULL: none; and the lengths of groups, from the right, the last repeated. */
    value point, separator;
    char grouping[16];
};

/* ---- reading ---- */

static bool is_align(uint32_t c)
{
    return c == '<' || c == '>' || c == '=' || c == '^';
}

static bool read_number(struct span s, size_t *i, int64_t *out)
{
    int64_t n = 0;
    for (; *i < s.length && span_at(s, *i) >= '0' && span_at(s, *i) <= '9'; thread_report_at(++*i)) {
        if (n > MAX_PRECISION / 10)
            return false;
        n = n * 10 + (int64_t)(span_at(s, *i) - '0');
    }
    *out = n;
    return true;
}

static bool read_separator(struct spec *f)
{
    f->point = str_from_text(".");
    f->separator = str_from_text(",");
    memcpy(f->grouping, "\3\3", 3);
    return f->point && f->separator;
}

static bool read_locale(struct spec *f)
{
    const struct lconv *locale = localeconv();
    f->point = str_decode_locale(locale->decimal_point);
    f->separator = str_decode_locale(locale->thousands_sep);
    size_t count = strnlen(locale->grouping, sizeof f->grouping - 1);
    memcpy(f->grouping, locale->grouping, count);
    return f->point && f->separator;
}

/* 1, or 0: it is no specification; -1 with an exception. */
static int read_spec(struct span s, struct spec *f)
{
    size_t i = 0;
    if (s.length >= 2 && is_align(span_at(s, 1))) {
        f->fill = span_at(s, 0);
        f->align = (char)span_at(s, 1);
        i = 2;
    } else if (s.length && is_align(span_at(s, 0))) {
        f->align = (char)span_at(s, 0);
        i = 1;
    }
    bool aligned = i > 0;
    uint32_t c = i < s.length ? span_at(s, i) : 0;
    if (c == '+' || c == '-' || c == ' ') {
        f->sign = (char)c;
        c = ++i < s.length ? span_at(s, i) : 0;
    }
    if (c == 'z') {
        f->positive_zero = true;
        c = ++i < s.length ? span_at(s, i) : 0;
    }
    if (c == '0') {
        if (aligned)
            return 0;
        f->zero_padding = true;
        c = ++i < s.length ? span_at(s, i) : 0;
    }
    if (c == '0' || !read_number(s, &i, &f->width))
        return 0;
    c = i < s.length ? span_at(s, i) : 0;
    if (c == ',') {
        if (!read_separator(f))
            return -1;
        c = ++i < s.length ? span_at(s, i) : 0;
    }
    if (c == '.') {
        size_t start = ++i;
        if (!read_number(s, &i, &f->precision) || i == start)
            return 0;
        c = i < s.length ? span_at(s, i) : 0;
    }
    if (c) {
        if (c == 'n' || c == 'N') {
            if (f->separator)
                return 0;
            if (!read_locale(f))
                return -1;
            f->type = c == 'N' ? 'G' : 'g';
        } else if (c < 128 && strchr("eEfFgG%", (int)c)) {
            f->type = (char)c;
        } else {
            return 0;
        }
        i++;
    }
    return i == s.length;
}

/* ---- what a caller wants instead of the locale's ---- */

/* The item as a str in its place; false with an exception. */
static bool override_text(value dict, const char *key, value *place)
{
    value item = dict_get_text(dict, key);
    if (item == VALUE_MISSING)
        return true;
    if (item && !is_str(item)) {
        value_dec(item);
        return raise_false(EXC(TypeError), "bad argument type for built-in operation");
    }
    value_dec(*place);
    *place = item;
    return item != NULL;
}

static bool override_spec(value dict, struct spec *f)
{
    value grouping = NULL;
    if (!is_dict(dict))
        return raise_false(EXC(TypeError), "optional argument must be a dict");
    if (!override_text(dict, "decimal_point", &f->point) || !override_text(dict, "thousands_sep", &f->separator))
        return false;
    if (!override_text(dict, "grouping", &grouping))
        return false;
    bool valid = f->point && str_length(f->point) == 1 && (!f->separator || str_length(f->separator) <= 1);
    if (grouping) {
        memset(f->grouping, 0, sizeof f->grouping);
        for (size_t i = 0; valid && i < str_length(grouping) && str_at(grouping, i); i++) {
            valid = str_at(grouping, i) <= CHAR_MAX && i < sizeof f->grouping - 1;
            if (valid)
                f->grouping[i] = (char)str_at(grouping, i);
        }
        value_dec(grouping);
    }
    return valid || raise_false(EXC(ValueError), "invalid override dict");
}

/* ---- rounding ---- */

struct round_call {
    const struct spec *spec;
    const struct number *a;
    struct number *r;
    uint8_t rounding;
};

/* To so many digits. */
static void round_digits(struct round_call *c, int64_t digits)
{
    if (is_zero_coefficient(c->a)) {
        number_set(c->r, c->a);
        return;
    }
    int64_t place = number_adjusted(c->a) + 1 - digits;
    number_rescale(c->r, c->a, place, c->rounding);
    if (c->r->digits > digits) { /* 99.97 to three */
        scale_down(c->r->coefficient, c->r->coefficient, 1);
        c->r->exponent++;
        number_count(c->r);
    }
}

static void round_call(void *context)
{
    struct round_call *c = context;
    const struct spec *f = c->spec;
    int64_t precision = f->precision;
    switch (f->type) {
    case 'e':
    case 'E':
        if (precision >= 0)
            round_digits(c, precision + 1);
        else
            number_set(c->r, c->a);
        break;
    case 'g':
    case 'G':
        if (precision == 0)
            precision = 1;
        if (precision > 0 && c->a->digits > precision)
            round_digits(c, precision);
        else
            number_set(c->r, c->a);
        break;
    default:
        if (precision >= 0)
            number_rescale(c->r, c->a, -precision, c->rounding);
        else if (is_zero_coefficient(c->a) && c->a->exponent > 0)
            number_rescale(c->r, c->a, 0, c->rounding);
        else
            number_set(c->r, c->a);
    }
}

/* ---- laying out ---- */

static void add_many(struct str_builder *b, uint32_t c, int64_t count)
{
    for (int64_t i = 0; i < count && !b->failed; thread_report_at((size_t)++i))
        builder_add_char(b, c);
}
static void add_digits(struct str_builder *b, const char *digits, int64_t count)
{
    if (count > 0)
        builder_add_utf8(b, digits, (size_t)count);
}

/* The parts of a number: digits of the integer part, zeros behind them; zeros behind the point, digits behind those. */
struct parts {
    const char *whole, *fraction;
    int64_t whole_digits, whole_zeros, fraction_zeros, fraction_digits;
    char tail[32]; /* exponent and percent sign */
};

static void lay_out(const struct number *r, const char *digits, const struct spec *f, struct parts *parts)
{
    int64_t left = r->exponent + r->digits, point = left;
    if (f->type == 'e' || f->type == 'E')
        point = is_zero_coefficient(r) && f->precision >= 0 ? 1 - f->precision : 1;
    else if ((f->type == 'g' || f->type == 'G') && !(r->exponent <= 0 && left > -6))
        point = 1;
    *parts = (struct parts){.whole = digits};
    if (point <= 0) {
        parts->whole = "0";
        parts->whole_digits = 1;
        parts->fraction_zeros = -point;
        parts->fraction = digits;
        parts->fraction_digits = r->digits;
    } else {
        parts->whole_digits = point < r->digits ? point : r->digits;
        parts->whole_zeros = point > r->digits ? point - r->digits : 0;
        parts->fraction = digits + parts->whole_digits;
        parts->fraction_digits = r->digits - parts->whole_digits;
    }
    char *tail = parts->tail;
    int64_t exponent = left - point;
    if (exponent || f->type == 'e' || f->type == 'E') {
        *tail++ = f->type == 'E' || f->type == 'G' ? 'E' : 'e';
        if (exponent >= 0)
            *tail++ = '+';
        char text[24], *end = text + sizeof text, *start = int_write_decimal(end, exponent);
        memcpy(tail, start, (size_t)(end - start));
        tail += end - start;
    }
    if (f->type == '%')
        *tail++ = '%';
    *tail = 0;
}

/* How the integer part is cut into groups, from the right: how many characters it and its separators are wide, when so
   many digits (zeros before them) are wanted at least. `room` is the width that zeros are to fill. */
static int64_t grouped_width(const struct spec *f, int64_t digits, int64_t room, int64_t *all_digits)
{
    int64_t separator = f->separator ? (int64_t)str_length(f->separator) : 0, width = 0, done = 0;
    const char *group = f->grouping;
    for (size_t step = 0;; thread_report_at(++step)) {
        int64_t left = digits > done ? digits - done : 0, wanted = left > room ? left : room;
        if (wanted < 1)
            wanted = 1;
        bool last = !separator || !*group || *group == CHAR_MAX;
        int64_t count = last || *group > wanted ? wanted : *group;
        width += count;
        done += count;
        room -= count;
        if (last || (done >= digits && room <= 0))
            break;
        width += separator;
        room -= separator;
        if (group[1])
            group++;
    }
    *all_digits = done;
    return width;
}

/* Is there a separator behind a digit with so many digits to its right? */
static bool separates(const struct spec *f, int64_t right)
{
    const char *group = f->grouping;
    if (!f->separator || right == 0 || !*group)
        return false;
    while (right > 0 && *group != CHAR_MAX) {
        if (!group[1]) /* the last one is repeated */
            return right % *group == 0;
        right -= *group++;
    }
    return right == 0;
}

static void add_whole(struct str_builder *b, const struct spec *f, const struct parts *parts, int64_t all_digits)
{
    int64_t digits = parts->whole_digits + parts->whole_zeros, padding = all_digits - digits;
    if (!f->separator || !*f->grouping) {
        add_many(b, '0', padding);
        add_digits(b, parts->whole, parts->whole_digits);
        add_many(b, '0', parts->whole_zeros);
        return;
    }
    for (int64_t i = 0; i < all_digits && !b->failed; thread_report_at((size_t)++i)) {
        int64_t index = i - padding;
        builder_add_char(b, index >= 0 && index < parts->whole_digits ? (uint32_t)parts->whole[index] : '0');
        if (separates(f, all_digits - i - 1))
            builder_add_str(b, f->separator);
    }
}

/* Fill around `width` characters that `body` adds, the sign apart. */
static void pad(struct str_builder *b, const struct spec *f, char sign, int64_t width, bool after)
{
    int64_t padding = f->width - width, before;
    if (padding < 0)
        padding = 0;
    switch (f->align) {
    case '<':
        before = 0;
        break;
    case '^':
        before = padding / 2;
        break;
    default:
        before = padding;
    }
    if (after) {
        add_many(b, f->fill, padding - before);
        return;
    }
    if (f->align == '=' && sign)
        builder_add_char(b, (uint32_t)sign);
    add_many(b, f->fill, before);
    if (f->align != '=' && sign)
        builder_add_char(b, (uint32_t)sign);
}

static char sign_of(const struct spec *f, bool negative)
{
    return negative ? '-' : f->sign == '-' ? 0 : f->sign;
}

static value format_special(value v, const struct spec *f)
{
    struct str_builder b;
    value copy = decimal_copy(decimal_type, v);
    if (!copy)
        return NULL;
    char sign = sign_of(f, DECIMAL(copy)->negative);
    DECIMAL(copy)->negative = false;
    value text = decimal_to_text(copy, true, false);
    value_dec(copy);
    if (!text)
        return NULL;
    bool percent = f->type == '%';
    int64_t width = (int64_t)str_length(text) + (sign != 0) + percent;
    builder_init(&b);
    pad(&b, f, sign, width, false);
    builder_add_str(&b, text);
    if (percent)
        builder_add_char(&b, '%');
    pad(&b, f, sign, width, true);
    value_dec(text);
    return builder_finish(&b);
}

static value format_finite(const struct number *r, const char *digits, bool negative, const struct spec *f)
{
    struct parts parts;
    struct str_builder b;
    lay_out(r, digits, f, &parts);
    char sign = sign_of(f, negative);
    int64_t fraction = parts.fraction_zeros + parts.fraction_digits,
            point = f->point ? (int64_t)str_length(f->point) : 1;
    int64_t behind = (fraction ? fraction + point : 0) + (int64_t)strlen(parts.tail), all_digits;
    int64_t room = f->zero_padding ? f->width - behind - (sign != 0) : 0;
    int64_t width = grouped_width(f, parts.whole_digits + parts.whole_zeros, room, &all_digits) + behind + (sign != 0);
    builder_init(&b);
    pad(&b, f, sign, width, false);
    add_whole(&b, f, &parts, all_digits);
    if (fraction) {
        if (f->point)
            builder_add_str(&b, f->point);
        else
            builder_add_char(&b, '.');
        add_many(&b, '0', parts.fraction_zeros);
        add_digits(&b, parts.fraction, parts.fraction_digits);
    }
    builder_add_text(&b, parts.tail);
    pad(&b, f, sign, width, true);
    return builder_finish(&b);
}

static value format_number(value v, const struct spec *f, uint8_t rounding)
{
    struct number a, r;
    decimal_view(v, &a);
    if (f->type == '%')
        a.exponent += 2;
    number_init(&r);
    struct round_call call = {f, &a, &r, rounding};
    int64_t digits = a.digits + (f->precision > 0 ? f->precision : 0) + (a.exponent > 0 ? a.exponent : 0);
    if (!decimal_guarded(round_call, &call, digits))
        return NULL;
    bool negative = r.negative && !(f->positive_zero && number_is_zero(&r));
    int64_t exponent = r.exponent;
    value rounded = decimal_make(decimal_type, &r);
    char *text = rounded ? decimal_digits(rounded) : NULL;
    value result = NULL;
    if (text) {
        decimal_view(rounded, &r);
        r.exponent = exponent;
        result = format_finite(&r, text, negative, f);
    }
    raw_free(text);
    value_dec(rounded);
    return result;
}

value decimal_format(value self, const value *args)
{
    struct text text;
    if (!is_str(args[0]))
        return raise(EXC(TypeError), "format arg must be str");
    if (!text_of(args[0], &text)) /* no lone surrogates */
        return NULL;
    text_release(&text);
    struct context *context = context_current();
    if (!context)
        return NULL;
    uint8_t rounding = atomic_load(&context->rounding);
    struct spec f = {.fill = ' ', .align = '>', .sign = '-', .precision = -1};
    f.type = atomic_load(&context->capitals) ? 'G' : 'g';
    int valid = read_spec(str_span(str_exact(args[0])), &f);
    value result = NULL;
    if (valid == 0)
        raise(EXC(ValueError), "invalid format string");
    else if (valid > 0 && (is_missing(args[1]) || override_spec(args[1], &f)))
        result = DECIMAL(self)->kind == NUMBER_FINITE ? format_number(self, &f, rounding) : format_special(self, &f);
    value_dec(f.point);
    value_dec(f.separator);
    return result;
}

/*
 * The format specification mini-language: [[fill]align][sign][z][#][0][width][grouping][.precision][type], for numbers
 * and text. A formatted number is a sign, a prefix, digits (which may be grouped), and what follows the digits.
 */
#include "runtime/objects/numbers/float.h"
#include "runtime/objects/numbers/int.h"
#include "runtime/objects/text/str.h"
#include "runtime/objects/text/str_methods.h"
#include "runtime/objects/unicode/unicode.h"
#include "runtime/raw.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>

struct format_spec {
    uint32_t fill, type;
    char align; /* < > = ^ */
    char sign;  /* 0, + - or space */
    char group; /* 0 , _ */
    bool align_given, positive_zero, alternate;
    ssize width, precision; /* -1: not given */
};

/* ---- parsing ---- */

static bool is_align(uint32_t c)
{
    return c == '<' || c == '>' || c == '=' || c == '^';
}

/* A decimal number, in any script's digits, at *i; false when it is too large. -1 when there is none. */
static bool parse_number(struct span s, size_t *i, ssize *out)
{
    ssize n = 0;
    size_t start = *i;
    for (; *i < s.length; thread_report_at(++*i)) {
        int digit = unicode_decimal(span_at(s, *i));
        if (digit < 0)
            break;
        if (n > (INT64_MAX - digit) / 10)
            return raise_false(EXC(ValueError), "Too many decimal digits in format string");
        n = n * 10 + digit;
    }
    *out = *i == start ? -1 : n;
    return true;
}

static bool check_group(const struct format_spec *f)
{
    switch (f->type) {
    case 0:
    case 'd':
    case 'e':
    case 'f':
    case 'g':
    case 'E':
    case 'G':
    case '%':
    case 'F':
        return true;
    case 'b':
    case 'o':
    case 'x':
    case 'X':
        if (f->group == '_')
            return true;
    }
    if (f->type > 32 && f->type < 128)
        return raise_false(EXC(ValueError), "Cannot specify '%c' with '%c'.", f->group, (int)f->type);
    return raise_false(EXC(ValueError), "Cannot specify '%c' with '\\x%x'.", f->group, (unsigned)f->type);
}

static bool parse_spec(value spec, value object, uint32_t default_type, char default_align, struct format_spec *f)
{
    struct span s = str_span(str_exact(spec));
    size_t i = 0, n = s.length;
    bool fill_given = false;
    *f = (struct format_spec){.fill = ' ', .type = default_type, .align = default_align, .width = -1, .precision = -1};
    if (n >= 2 && is_align(span_at(s, 1))) {
        f->fill = span_at(s, 0);
        f->align = (char)span_at(s, 1);
        fill_given = f->align_given = true;
        i = 2;
    } else if (n >= 1 && is_align(span_at(s, 0))) {
        f->align = (char)span_at(s, 0);
        f->align_given = true;
        i = 1;
    }
    if (i < n && (span_at(s, i) == '+' || span_at(s, i) == '-' || span_at(s, i) == ' '))
        f->sign = (char)span_at(s, i++);
    if (i < n && span_at(s, i) == 'z') {
        f->positive_zero = true;
        i++;
    }
    if (i < n && span_at(s, i) == '#') {
        f->alternate = true;
        i++;
    }
    if (!fill_given && i < n && span_at(s, i) == '0') {
        f->fill = '0';
        if (!f->align_given && default_align == '>')
            f->align = '=';
        i++;
    }
    if (!parse_number(s, &i, &f->width))
        return false;
    if (i < n && span_at(s, i) == ',') {
        f->group = ',';
        i++;
    }
    if (i < n && span_at(s, i) == '_') {
        if (f->group)
            return raise_false(EXC(ValueError), "Cannot specify both ',' and '_'.");
        f->group = '_';
        i++;
        if (i < n && span_at(s, i) == ',')
            return raise_false(EXC(ValueError), "Cannot specify both ',' and '_'.");
    }
    if (i < n && span_at(s, i) == '.') {
        i++;
        if (!parse_number(s, &i, &f->precision))
            return false;
        if (f->precision < 0)
            return raise_false(EXC(ValueError), "Format specifier missing precision");
    }
    if (n - i > 1)
        return raise_false(EXC(ValueError), "Invalid format specifier '%U' for object of type '%T'", spec, object);
    if (i < n)
        f->type = span_at(s, i);
    return !f->group || check_group(f);
}

static value unknown_type(const struct format_spec *f, value object)
{
    if (f->type > 32 && f->type < 128)
        return raise(EXC(ValueError), "Unknown format code '%c' for object of type '%T'", (int)f->type, object);
    return raise(EXC(ValueError), "Unknown format code '\\x%x' for object of type '%T'", (unsigned)f->type, object);
}

/* ---- writing ---- */

struct number {
    char sign;          /* 0: none */
    const char *prefix; /* "0x" or "" */
    struct span digits; /* before the point: grouped */
    const char *rest;   /* point, decimals, exponent, percent sign */
    size_t rest_length;
    unsigned group; /* digits in a group */
};

/* The digits with separators, at least `width` characters with zeros in front (also grouped): how many characters, and
 * written when b is given. */
static size_t add_digits(struct str_builder *b, struct span digits, char separator, unsigned group, size_t width)
{
    /* Groups from the right: count them, then write from the left. */
    size_t total = digits.length;
    if (separator && total) {
        ssize want = (ssize)width, left = (ssize)digits.length;
        total = 0;
        for (size_t step = 1;; thread_report_at(step++)) {
            ssize take = (ssize)group, need = left > want ? left : want;
            if (need < 1)
                need = 1;
            if (take > need)
                take = need;
            total += (size_t)take;
            left -= left < take ? left : take;
            want -= take;
            if (left <= 0 && want <= 0)
                break;
            total++;
            want--;
        }
    } else if (total < width)
        total = width;
    if (!b)
        return total;
    if (!separator || !digits.length) {
        builder_add_fill(b, '0', total - digits.length);
        builder_add_span(b, digits, digits.width == 1 ? 0x7F : 0x10FFFF);
        return total;
    }
    size_t places = total; /* digit places, without separators */
    if (separator && digits.length)
        places = total - total / (group + 1);
    for (size_t place = places; place > 0; thread_report_at(place--)) {
        if (separator && digits.length && place != places && place % group == 0)
            builder_add_char(b, (uint8_t)separator);
        builder_add_char(b, place > digits.length ? '0' : span_at(digits, digits.length - place));
    }
    return total;
}

static void add_number(struct str_builder *b, const struct format_spec *f, const struct number *n)
{
    size_t rest = n->rest_length, head = (n->sign != 0) + strlen(n->prefix), least = 0;
    bool zeros = f->fill == '0' && f->align == '=';
    if (zeros && n->digits.length && f->width > (ssize)(head + rest))
        least = (size_t)f->width - head - rest;
    size_t length = head + add_digits(NULL, n->digits, f->group, n->group, least) + rest;
    size_t padding = f->width > (ssize)length ? (size_t)f->width - length : 0;
    size_t left = f->align == '>' ? padding : f->align == '^' ? padding / 2 : 0;
    builder_add_fill(b, f->fill, left);
    if (n->sign)
        builder_add_char(b, (uint8_t)n->sign);
    builder_add_ascii(b, n->prefix, strlen(n->prefix));
    if (f->align == '=')
        builder_add_fill(b, f->fill, padding);
    add_digits(b, n->digits, f->group, n->group, least);
    builder_add_ascii(b, n->rest, rest);
    if (f->align == '<' || f->align == '^')
        builder_add_fill(b, f->fill, padding - left);
}

static char sign_of(const struct format_spec *f, bool negative)
{
    return negative ? '-' : f->sign == '+' || f->sign == ' ' ? f->sign : 0;
}

/* ---- str ---- */

value value_format_str(value v, value spec)
{
    struct format_spec f;
    value text = str_exact(v);
    if (str_length(spec) == 0)
        return value_is(v, TYPE_ID_STR) ? value_inc(v) : value_str(v);
    if (!parse_spec(spec, v, 's', '<', &f))
        return NULL;
    if (f.type != 's')
        return unknown_type(&f, v);
    if (f.sign)
        return raise(EXC(ValueError), f.sign == ' ' ? "Space not allowed in string format specifier"
                                                    : "Sign not allowed in string format specifier");
    if (f.positive_zero)
        return raise(EXC(ValueError), "Negative zero coercion (z) not allowed in string format specifier");
    if (f.alternate)
        return raise(EXC(ValueError), "Alternate form (#) not allowed in string format specifier");
    if (f.align == '=')
        return raise(EXC(ValueError), "'=' alignment not allowed in string format specifier");
    size_t length = str_exact_length(text);
    if (f.precision >= 0 && (size_t)f.precision < length)
        length = (size_t)f.precision;
    size_t padding = f.width > (ssize)length ? (size_t)f.width - length : 0;
    if (!padding)
        return str_substring(text, 0, length);
    if (padding > STR_LENGTH_MAX)
        return raise_no_memory();
    struct span part = span_part(str_span(text), 0, length);
    uint32_t all = span_or(part) | f.fill;
    value result = str_new(length + padding, all);
    if (!result)
        return NULL;
    size_t left = f.align == '>' ? padding : f.align == '^' ? padding / 2 : 0;
    void *to = str_data(result);
    unsigned width = str_width(result);
    span_fill(to, width, 0, left, f.fill);
    span_copy_to(to, width, left, part);
    span_fill(to, width, left + length, padding - left, f.fill);
    return result;
}

/* ---- int ---- */

static value format_char(value v, const struct format_spec *f)
{
    if (f->sign)
        return raise(EXC(ValueError), "Sign not allowed with integer format specifier 'c'");
    if (f->alternate)
        return raise(EXC(ValueError), "Alternate form (#) not allowed with integer format specifier 'c'");
    int64_t c;
    if (!int_as_i64(v, &c))
        return NULL;
    if (c < 0 || c > 0x10FFFF)
        return raise(EXC(OverflowError), "%%c arg not in range(0x110000)");
    uint32_t point = (uint32_t)c;
    struct str_builder b;
    builder_init(&b);
    struct number n = {0, "", {&point, 1, 4}, "", 0, 3};
    add_number(&b, f, &n);
    return builder_finish(&b);
}

static value format_digits(value v, const struct format_spec *f)
{
    int base = f->type == 'b' ? 2 : f->type == 'o' ? 8 : f->type == 'x' || f->type == 'X' ? 16 : 10;
    value text = int_to_text(v, base);
    if (!text)
        return NULL;
    bool negative = int_sign(v) < 0, upper = f->type == 'X';
    if (upper) {
        value lower = text;
        text = str_upper(lower, NULL);
        value_dec(lower);
        if (!text)
            return NULL;
    }
    struct number n = {sign_of(f, negative), "", str_span(text), "", 0, base == 10 ? 3 : 4};
    if (negative)
        n.digits = span_part(n.digits, 1, n.digits.length);
    if (f->alternate && base != 10)
        n.prefix = base == 2 ? "0b" : base == 8 ? "0o" : upper ? "0X" : "0x";
    struct str_builder b;
    builder_init(&b);
    add_number(&b, f, &n);
    value_dec(text);
    return builder_finish(&b);
}

static value format_double(double d, const struct format_spec *f);

value value_format_int(value v, value spec)
{
    struct format_spec f;
    if (str_length(spec) == 0)
        return value_is_small_int(v) || value_is(v, TYPE_ID_INT) ? int_to_text(v, 10) : value_str(v);
    if (!parse_spec(spec, v, 'd', '>', &f))
        return NULL;
    switch (f.type) {
    case 'b':
    case 'c':
    case 'd':
    case 'o':
    case 'x':
    case 'X':
    case 'n':
        if (f.precision >= 0)
            return raise(EXC(ValueError), "Precision not allowed in integer format specifier");
        if (f.positive_zero)
            return raise(EXC(ValueError), "Negative zero coercion (z) not allowed in integer format specifier");
        return f.type == 'c' ? format_char(v, &f) : format_digits(v, &f);
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
    case '%': {
        double d = int_as_double(v);
        return d == -1.0 && error_occurred() ? NULL : format_double(d, &f);
    }
    default:
        return unknown_type(&f, v);
    }
}

/* ---- float ---- */

/* Take trailing zeros of the decimals away, but for `keep` of them. */
static void strip_zeros(char *text, size_t keep)
{
    char *point = strchr(text, '.'), *exponent = strchr(text, 'e');
    if (!point)
        return;
    char *end = exponent ? exponent : text + strlen(text), *last = end;
    while (last > point + 1 + keep && last[-1] == '0')
        last--;
    if (last == point + 1)
        last = point;
    memmove(last, end, strlen(end) + 1);
}

/* No type, but a precision: significant digits, an exponent sooner than 'g' has one, and at least one decimal. */
static char *double_general(double d, int precision, bool alternate)
{
    if (precision == 0)
        precision = 1;
    if (!alternate && precision > 1200)
        precision = 1200; /* no double has as many digits, and zeros are taken away */
    char *text = double_to_text(d, 'e', precision - 1, alternate ? DOUBLE_TEXT_ALTERNATE : 0);
    char *e = text ? strchr(text, 'e') : NULL;
    if (!e)
        return text; /* inf, nan, or no memory */
    int exponent = atoi(e + 1);
    if (exponent + 1 <= precision - 1 && exponent >= -4) {
        raw_free(text);
        int decimals = exponent < 0 && precision > INT_MAX + exponent ? INT_MAX : precision - 1 - exponent;
        text = double_to_text(d, 'f', decimals, alternate ? DOUBLE_TEXT_ALTERNATE : 0);
        if (text && !alternate)
            strip_zeros(text, 1); /* (of a text that is not long) */
    } else if (!alternate)
        strip_zeros(text, 0);
    return text;
}

/* The text of a double as type and precision say. */
static char *double_digits(double d, const struct format_spec *f)
{
    char type = (char)f->type;
    unsigned flags = f->alternate ? DOUBLE_TEXT_ALTERNATE : 0;
    if (f->precision > INT_MAX) {
        raise(EXC(ValueError), "precision too big");
        return NULL;
    }
    int precision = (int)f->precision;
    if (type == 0)
        return precision < 0 ? double_to_text(d, 'r', 0, flags | DOUBLE_TEXT_DOT_ZERO)
                             : double_general(d, precision, f->alternate);
    if (precision < 0)
        precision = 6;
    if (type == '%')
        return double_to_text(d * 100, 'f', precision, flags);
    if (type == 'n')
        type = 'g';
    if ((type == 'g' || type == 'G') && precision == 0)
        precision = 1;
    return double_to_text(d, type, precision, flags);
}

static bool add_double(struct str_builder *b, double d, const struct format_spec *f)
{
    char *text = double_digits(d, f);
    if (!text)
        return false;
    bool resting = thread_rest_begin(f->precision > 0 ? (size_t)f->precision : 0);
    char *p = text;
    bool negative = *p == '-';
    if (negative)
        p++;
    if (f->positive_zero && negative && !strpbrk(p, "123456789in"))
        negative = false;
    if (f->positive_zero && negative && strpbrk(p, "eE")) { /* digits of the exponent do not count */
        char *e = strpbrk(p, "eE");
        negative = strcspn(p, "123456789") < (size_t)(e - p);
    }
    size_t digits = strspn(p, "0123456789"), rest_length = strlen(p + digits);
    thread_rest_end(resting);
    char rest[32], *rest_text = p + digits, *long_rest = NULL;
    if (f->type == '%') {
        rest_text = rest_length + 2 <= sizeof rest ? rest : (long_rest = malloc(rest_length + 2));
        if (!rest_text) {
            raw_free(text);
            raise_no_memory();
            return false;
        }
        thread_copy(rest_text, p + digits, rest_length);
        rest_text[rest_length++] = '%';
    }
    struct number n = {sign_of(f, negative), "", span_bytes(p, digits), rest_text, rest_length, 3};
    add_number(b, f, &n);
    raw_free(long_rest);
    raw_free(text);
    return true;
}

static value format_double(double d, const struct format_spec *f)
{
    struct str_builder b;
    builder_init(&b);
    if (!add_double(&b, d, f)) {
        builder_discard(&b);
        return NULL;
    }
    return builder_finish(&b);
}

static bool is_double_type(uint32_t type)
{
    return type == 0 || (type < 128 && strchr("eEfFgGn", (int)type));
}

value value_format_float(value v, value spec)
{
    struct format_spec f;
    if (str_length(spec) == 0)
        return double_repr(float_value(v));
    if (!parse_spec(spec, v, 0, '>', &f))
        return NULL;
    return is_double_type(f.type) || f.type == '%' ? format_double(float_value(v), &f) : unknown_type(&f, v);
}

/* ---- complex ---- */

static value format_complex(double real, double imag, struct format_spec *f)
{
    struct str_builder number, b;
    struct format_spec part = *f;
    bool general = f->type == 0, skip_real = false;
    if (general) {
        part.type = f->precision < 0 ? 0 : 'g';
        skip_real = real == 0 && !signbit(real);
    }
    part.width = -1;
    part.fill = 0;
    part.align = '<';
    builder_init(&number);
    if (general && f->precision < 0) { /* as repr: without ".0" */
        char *texts[2] = {double_to_text(real, 'r', 0, f->alternate ? DOUBLE_TEXT_ALTERNATE : 0),
                          double_to_text(imag, 'r', 0, f->alternate ? DOUBLE_TEXT_ALTERNATE : 0)};
        if (!texts[0] || !texts[1]) {
            raw_free(texts[0]);
            raw_free(texts[1]);
            return NULL;
        }
        for (int i = skip_real; i < 2; i++) {
            char *p = texts[i];
            bool negative = *p == '-';
            size_t digits = strspn(p += negative, "0123456789");
            negative &= !f->positive_zero || (i ? imag : real) != 0;
            if (i == 1 && !skip_real)
                part.sign = '+';
            struct number n = {sign_of(&part, negative), "", span_bytes(p, digits), p + digits, strlen(p + digits), 3};
            add_number(&number, &part, &n);
        }
        raw_free(texts[0]);
        raw_free(texts[1]);
    } else {
        bool ok = skip_real || add_double(&number, real, &part);
        if (!skip_real)
            part.sign = '+';
        if (!ok || !add_double(&number, imag, &part)) {
            builder_discard(&number);
            return NULL;
        }
    }
    builder_add_char(&number, 'j');
    value text = builder_finish(&number);
    if (!text)
        return NULL;
    bool parentheses = general && !skip_real;
    size_t length = str_length(text) + (parentheses ? 2 : 0);
    size_t padding = f->width > (ssize)length ? (size_t)f->width - length : 0;
    size_t left = f->align == '>' ? padding : f->align == '^' ? padding / 2 : 0;
    builder_init(&b);
    builder_add_fill(&b, f->fill, left);
    if (parentheses)
        builder_add_char(&b, '(');
    builder_add_str(&b, text);
    if (parentheses)
        builder_add_char(&b, ')');
    builder_add_fill(&b, f->fill, padding - left);
    value_dec(text);
    return builder_finish(&b);
}

value value_format_complex(value v, value spec)
{
    struct format_spec f;
    if (str_length(spec) == 0)
        return value_str(v);
    if (!parse_spec(spec, v, 0, '>', &f))
        return NULL;
    if (!is_double_type(f.type))
        return unknown_type(&f, v);
    if (f.fill == '0')
        return raise(EXC(ValueError), "Zero padding is not allowed in complex format specifier");
    if (f.align == '=')
        return raise(EXC(ValueError), "'=' alignment flag is not allowed in complex format specifier");
    double real, imaginary;
    complex_parts(v, &real, &imaginary);
    return format_complex(real, imaginary, &f);
}

/*
 * The % operator of str, bytes and bytearray: %[(key)][flags][width][.precision][length]type. Bytes are formatted as
 * the text of their Latin-1 characters; what differs is %s, %b and %c.
 */
#include "runtime/objects/binary/bytes.h"
#include "runtime/objects/numbers/float.h"
#include "runtime/objects/numbers/int.h"
#include "runtime/objects/text/str.h"
#include "runtime/raw.h"

#include <math.h>
#include <stdlib.h>

struct percent_call {
    struct span format;
    bool bytes;
    value args;          /* the right operand, borrowed */
    bool mapping;        /* it may serve %(key) */
    value current;       /* the argument while a mapping serves: owned, or NULL */
    size_t index, count; /* arguments used, and there; one for what is no tuple */
    struct str_builder out;
};

struct directive {
    bool left, plus, space, alternate, zero;
    ssize width, precision;
    uint32_t type;
};

/* The next argument, borrowed. */
static value next_argument(struct percent_call *c)
{
    if (c->current)
        return c->current;
    if (c->index >= c->count)
        return raise(EXC(TypeError), "not enough arguments for format string");
    c->index++;
    return is_tuple(c->args) ? tuple_get(c->args, c->index - 1) : c->args;
}

static void add_padded(struct percent_call *c, const struct directive *d, char sign, const char *prefix,
                       struct span text, uint32_t max)
{
    size_t length = (sign != 0) + strlen(prefix) + text.length;
    size_t padding = d->width > (ssize)length ? (size_t)d->width - length : 0;
    bool zeros = d->zero && !d->left;
    if (!d->left && !zeros)
        builder_add_fill(&c->out, ' ', padding);
    if (sign)
        builder_add_char(&c->out, (uint8_t)sign);
    if (*prefix)
        builder_add_text(&c->out, prefix);
    if (zeros)
        builder_add_fill(&c->out, '0', padding);
    builder_add_span(&c->out, text, max);
    if (d->left)
        builder_add_fill(&c->out, ' ', padding);
}

static char sign_of(const struct directive *d, bool negative)
{
    return negative ? '-' : d->plus ? '+' : d->space ? ' ' : 0;
}

/* ---- text ---- */

static bool add_text(struct percent_call *c, struct directive *d, value text /* stolen */)
{
    if (!text)
        return false;
    struct span s = str_span(str_exact(text));
    if (d->precision >= 0 && (size_t)d->precision < s.length)
        s = span_part(s, 0, (size_t)d->precision);
    d->zero = false;
    add_padded(c, d, 0, "", s, str_max(str_exact(text)));
    value_dec(text);
    return true;
}

/* %b and %s of bytes */
static bool add_bytes(struct percent_call *c, struct directive *d, value v)
{
    value bytes = NULL;
    if (value_has_buffer(v))
        bytes = bytes_from_object(v);
    else {
        bytes = call_special(v, NAME(__bytes__), NULL, 0);
        if (bytes == VALUE_MISSING)
            bytes = raise(EXC(TypeError),
                          "%%b requires a bytes-like object, or an object that implements __bytes__, not '%T'", v);
        else if (bytes && !is_bytes(bytes)) {
            raise(EXC(TypeError), "__bytes__ returned non-bytes (type %T)", bytes);
            value_dec(bytes);
            bytes = NULL;
        }
    }
    if (!bytes)
        return false;
    struct span s = span_bytes(bytes_data(bytes), bytes_length(bytes));
    if (d->precision >= 0 && (size_t)d->precision < s.length)
        s = span_part(s, 0, (size_t)d->precision);
    d->zero = false;
    add_padded(c, d, 0, "", s, 0xFF);
    value_dec(bytes);
    return true;
}

static bool add_char(struct percent_call *c, struct directive *d, value v)
{
    int64_t i;
    uint32_t point;
    if (c->bytes && (is_bytes(v) || is_bytearray(v))) {
        value bytes = bytes_from_object(v);
        bool one = bytes && bytes_length(bytes) == 1;
        point = one ? bytes_data(bytes)[0] : 0;
        value_dec(bytes);
        if (!bytes)
            return false;
        if (!one)
            return raise_false(EXC(TypeError), "%%c requires an integer in range(256) or a single byte");
    } else if (!c->bytes && is_str(v)) {
        if (str_length(v) != 1)
            return raise_false(EXC(TypeError), "%%c requires int or char");
        point = str_at(v, 0);
    } else {
        value index = is_int(v) || value_type_slot(v, to_index) ? index_value(v) : raise(EXC(TypeError), "");
        if (!index && error_matches(EXC(TypeError))) {
            error_clear();
            raise(EXC(TypeError),
                  c->bytes ? "%%c requires an integer in range(256) or a single byte" : "%%c requires int or char");
        }
        if (!index)
            return false;
        bool fits = int_fits_i64(index, &i) && i >= 0 && i <= (c->bytes ? 0xFF : 0x10FFFF);
        value_dec(index);
        if (!fits)
            return raise_false(EXC(OverflowError),
                               c->bytes ? "%%c arg not in range(256)" : "%%c arg not in range(0x110000)");
        point = (uint32_t)i;
    }
    d->zero = false;
    add_padded(c, d, 0, "", (struct span){&point, 1, 4}, point);
    return true;
}

/* ---- numbers ---- */

/* The integer that a directive of this type (as messages call it) writes. */
static value integer_of(value v, uint32_t type)
{
    bool decimal = type == 'd' || type == 'i' || type == 'u';
    if (is_int(v))
        return value_inc(int_exact(v));
    value i = VALUE_MISSING;
    if (decimal && (value_type_slot(v, to_int) || value_type_slot(v, to_index)))
        i = number_int(v);
    else if (!decimal && value_type_slot(v, to_index))
        i = index_value(v);
    if (i == VALUE_MISSING || (!i && error_matches(EXC(TypeError)))) {
        error_clear();
        return raise(EXC(TypeError),
                     decimal ? "%%%c format: a real number is required, not %T"
                             : "%%%c format: an integer is required, not %T",
                     (int)type, v);
    }
    return i;
}

static bool add_integer(struct percent_call *c, struct directive *d, value v)
{
    value i = integer_of(v, c->bytes && d->type == 'i' ? 'd' : d->type);
    if (!i)
        return false;
    int base = d->type == 'o' ? 8 : d->type == 'x' || d->type == 'X' ? 16 : 10;
    size_t length;
    char *digits = int_digits(i, base, &length);
    bool negative = int_sign(i) < 0;
    value_dec(i);
    if (!digits)
        return false;
    size_t zeros = d->precision > (ssize)length ? (size_t)d->precision - length : 0;
    if (zeros) {
        char *longer = zeros > STR_LENGTH_MAX ? NULL : raw_alloc(length + zeros);
        if (!longer) {
            raw_free(digits);
            raise_no_memory();
            return false;
        }
        thread_fill(longer, '0', zeros);
        thread_copy(longer + zeros, digits, length);
        raw_free(digits);
        digits = longer;
        length += zeros;
    }
    for (size_t k = 0; d->type == 'X' && k < length; thread_report_at(++k))
        if (digits[k] >= 'a')
            digits[k] = (char)(digits[k] - 32);
    const char *prefix = !d->alternate || base == 10 ? "" : base == 8 ? "0o" : d->type == 'X' ? "0X" : "0x";
    add_padded(c, d, sign_of(d, negative), prefix, span_bytes(digits, length), 0x7F);
    raw_free(digits);
    return true;
}

static bool add_double(struct percent_call *c, struct directive *d, value v)
{
    double number;
    if (is_float(v))
        number = float_value(v);
    else if (!value_as_double(v, &number)) {
        if (c->bytes) { /* whatever was raised */
            error_clear();
            return raise_false(EXC(TypeError), "float argument required, not %T", v);
        }
        return false;
    }
    int precision = d->precision < 0 ? 6 : (int)d->precision;
    if ((d->type == 'g' || d->type == 'G') && precision == 0)
        precision = 1;
    char *text = double_to_text(number, (char)d->type, precision, d->alternate ? DOUBLE_TEXT_ALTERNATE : 0);
    if (!text)
        return false;
    bool resting = thread_rest_begin((size_t)precision);
    size_t length = strlen(text);
    thread_rest_end(resting);
    bool negative = *text == '-';
    add_padded(c, d, sign_of(d, negative), "", span_bytes(text + negative, length - negative), 0x7F);
    raw_free(text);
    return true;
}

/* ---- directives ---- */

/* Text in parentheses, which may nest: the value for that key becomes the argument. */
static bool take_key(struct percent_call *c, size_t *at)
{
    if (!c->mapping)
        return raise_false(EXC(TypeError), "format requires a mapping");
    size_t i = *at, start = i, depth = 1;
    for (; i < c->format.length && depth > 0; thread_report_at(++i)) {
        uint32_t ch = span_at(c->format, i);
        depth += ch == '(';
        depth -= ch == ')';
    }
    if (depth > 0)
        return raise_false(EXC(ValueError), "incomplete format key");
    struct span part = span_part(c->format, start, i - 1);
    value key = c->bytes ? bytes_new(part.data, part.length) : str_from_span(part);
    if (!key)
        return false;
    value_dec(c->current);
    c->current = item_get(c->args, key);
    value_dec(key);
    *at = i;
    return c->current != NULL;
}

/* A number or an asterisk, which takes an argument. */
static bool take_number(struct percent_call *c, size_t *at, ssize *out, bool is_width, bool *left)
{
    size_t i = *at;
    if (i < c->format.length && span_at(c->format, i) == '*') {
        value v = next_argument(c);
        if (!v)
            return false;
        if (!is_int(v))
            return raise_false(EXC(TypeError), "* wants int");
        int64_t n;
        if (!int_fits_i64(v, &n) || (!is_width && (n > INT32_MAX || n < INT32_MIN)))
            return raise_false(EXC(OverflowError), is_width ? "Python int too large to convert to C ssize_t"
                                                            : "Python int too large to convert to C int");
        if (n < 0 && is_width) {
            *left = true;
            n = -n;
        }
        *out = n < 0 ? 0 : n;
        *at = i + 1;
        return true;
    }
    ssize n = 0;
    for (; i < c->format.length && span_at(c->format, i) >= '0' && span_at(c->format, i) <= '9';
         thread_report_at(++i)) {
        n = n * 10 + (ssize)(span_at(c->format, i) - '0');
        if (n > (is_width ? INT64_MAX / 16 : INT32_MAX))
            return raise_false(EXC(ValueError), is_width   ? "width too big"
                                                : c->bytes ? "prec too big"
                                                           : "precision too big");
    }
    *out = n;
    *at = i;
    return true;
}

static bool parse_directive(struct percent_call *c, size_t *at, struct directive *d)
{
    struct span f = c->format;
    *d = (struct directive){.width = -1, .precision = -1};
    if (*at < f.length && span_at(f, *at) == '(') {
        ++*at;
        if (!take_key(c, at))
            return false;
    }
    for (; *at < f.length; thread_report_at(++*at)) {
        uint32_t ch = span_at(f, *at);
        if (ch == '-')
            d->left = true;
        else if (ch == '+')
            d->plus = true;
        else if (ch == ' ')
            d->space = true;
        else if (ch == '#')
            d->alternate = true;
        else if (ch == '0')
            d->zero = true;
        else
            break;
    }
    if (!take_number(c, at, &d->width, true, &d->left))
        return false;
    if (*at < f.length && span_at(f, *at) == '.') {
        ++*at;
        if (!take_number(c, at, &d->precision, false, NULL))
            return false;
    }
    if (*at < f.length && (span_at(f, *at) == 'h' || span_at(f, *at) == 'l' || span_at(f, *at) == 'L'))
        ++*at;
    if (*at >= f.length)
        return raise_false(EXC(ValueError), "incomplete format");
    d->type = span_at(f, (*at)++);
    return true;
}

static bool add_directive(struct percent_call *c, size_t *at)
{
    struct directive d;
    if (*at < c->format.length && span_at(c->format, *at) == '%') {
        builder_add_char(&c->out, '%');
        ++*at;
        return true;
    }
    if (*at < c->format.length && !c->bytes) { /* the plainest ones */
        uint32_t type = span_at(c->format, *at);
        if (type == 's' || type == 'd') {
            value v = next_argument(c);
            if (!v)
                return false;
            if (type == 's' || value_is_small_int(v)) {
                ++*at;
                return builder_add_plain(&c->out, v);
            }
            c->index -= !c->current; /* not so plain */
        }
    }
    if (!parse_directive(c, at, &d))
        return false;
    value v = next_argument(c);
    if (!v)
        return false;
    switch (d.type) {
    case 'b':
        if (c->bytes)
            return add_bytes(c, &d, v);
        break;
    case 's':
        return c->bytes ? add_bytes(c, &d, v) : add_text(c, &d, value_str(v));
    case 'r':
        return add_text(c, &d, c->bytes ? value_ascii(v) : value_repr(v));
    case 'a':
        return add_text(c, &d, value_ascii(v));
    case 'c':
        return add_char(c, &d, v);
    case 'd':
    case 'i':
    case 'u':
    case 'o':
    case 'x':
    case 'X':
        return add_integer(c, &d, v);
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
        return add_double(c, &d, v);
    }
    return raise_false(EXC(ValueError), "unsupported format character '%c' (0x%x) at index %zu",
                       d.type > 31 && d.type < 128 ? (int)d.type : '?', (unsigned)d.type, *at - 1);
}

/* Whether "%(key)s" may ask for items, and arguments may be left over. */
static bool is_mapping(value v, bool bytes)
{
    if (!value_type_slot(v, getitem) || is_str(v) || (bytes && (is_bytes(v) || is_bytearray(v))))
        return false;
    struct type *type = value_type(v);
    while (type_has_flag(type, TYPE_FLAG_HEAP))
        type = type->base;
    return !type_has_flag(type, TYPE_FLAG_BY_INDEX) || value_type_slot(v, getitem) != type_slot(type, getitem);
}

static value percent(struct span format, value args, bool bytes)
{
    struct percent_call c = {.format = format, .bytes = bytes, .args = args, .count = 1};
    if (is_tuple(args))
        c.count = tuple_length(args);
    else
        c.mapping = is_mapping(args, bytes);
    builder_init(&c.out);
    uint32_t max = format.width == 1 ? 0xFF : format.width == 2 ? 0xFFFF : 0x10FFFF;
    bool ok = true;
    for (size_t i = 0; ok && i < format.length; thread_report()) {
        size_t percent = span_find_char(span_part(format, i, format.length), '%');
        size_t end = percent == SPAN_NONE ? format.length : i + percent;
        builder_add_span(&c.out, span_part(format, i, end), max);
        i = end;
        if (i < format.length) {
            i++;
            ok = add_directive(&c, &i);
            if (c.current) { /* a value by key serves one directive */
                value_dec(c.current);
                c.current = NULL;
                c.index = c.count;
            }
        }
    }
    value_dec(c.current);
    if (ok && c.index < c.count && !c.mapping)
        ok =
            raise_false(EXC(TypeError), "not all arguments converted during %s formatting", bytes ? "bytes" : "string");
    if (!ok) {
        builder_discard(&c.out);
        return NULL;
    }
    return builder_finish(&c.out);
}

value str_percent(value format, value args)
{
    struct span span = str_span(str_exact(format));
    value result = percent(span, args, false);
    if (!result || span_find_char(span, '%') != SPAN_NONE)
        return result;
    value_dec(result);
    return value_inc(format);
}

value bytes_percent(struct span format, value args)
{
    value text = percent(format, args, true);
    value result = text ? bytes_new(str_data(text), str_length(text)) : NULL;
    value_dec(text);
    return result;
}

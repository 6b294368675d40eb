/*
 * The string builder, and formatting for C code.
 *
 * A builder holds characters in the narrowest width so far and widens when it must. Errors (no memory) are remembered:
 * additions need no check, builder_finish reports. What runs Python code (repr, str) reports at once.
 */
#include "runtime/objects/numbers/int.h"
#include "runtime/objects/text/str.h"
#include "runtime/raw.h"

#include <stdio.h>
#include <stdlib.h>

void builder_init(struct str_builder *b)
{
    b->data = b->few;
    b->length = 0;
    b->capacity = sizeof b->few;
    b->kind = 1;
    b->failed = false;
}

void builder_discard(struct str_builder *b)
{
    if (b->data != b->few)
        raw_free(b->data);
    builder_init(b);
}

static bool builder_room_slow(struct str_builder *b, size_t more, unsigned width)
{
    size_t need = b->length + more, capacity = need + need / 2 + 24;
    if (b->failed)
        return false;
    void *data = need > STR_LENGTH_MAX ? NULL : raw_alloc(capacity * width);
    if (!data) {
        b->failed = true;
        return false;
    }
    span_copy_to(data, width, 0, (struct span){b->data, b->length, b->kind});
    if (b->data != b->few)
        raw_free(b->data);
    b->data = data;
    b->kind = (uint8_t)width;
    b->capacity = capacity;
    return true;
}

/* Make room for `more` characters up to `max`. */
static inline bool builder_room(struct str_builder *b, size_t more, uint32_t max)
{
    unsigned width = max < 0x100 ? 1 : max < 0x10000 ? 2 : 4;
    if (likely(width <= b->kind && b->capacity - b->length >= more))
        return true;
    return builder_room_slow(b, more, width < b->kind ? b->kind : width);
}

void builder_add_char(struct str_builder *b, uint32_t c)
{
    if (likely(builder_room(b, 1, c)))
        span_put(b->data, b->kind, b->length++, c);
}

void builder_add_chars(struct str_builder *b, const void *data, size_t length, unsigned width, uint32_t max)
{
    if (!length || !builder_room(b, length, max))
        return;
    if (likely(width == b->kind))
        span_copy_few((char *)b->data + b->length * width, data, length * width);
    else
        span_copy_to(b->data, b->kind, b->length, (struct span){data, length, width});
    b->length += length;
}

void builder_add_ascii(struct str_builder *b, const char *bytes, size_t length)
{
    builder_add_chars(b, bytes, length, 1, 0x7F);
}

void builder_add_fill(struct str_builder *b, uint32_t c, size_t count)
{
    if (count && builder_room(b, count, c)) {
        span_fill(b->data, b->kind, b->length, count, c);
        b->length += count;
    }
}

void builder_add_str(struct str_builder *b, value v)
{
    v = str_exact(v);
    builder_add_chars(b, str_data(v), str_exact_length(v), str_width(v), str_max(v));
}

bool builder_add_plain(struct str_builder *b, value v)
{
    if (value_is_small_int(v)) {
        char digits[24], *end = digits + sizeof digits, *start = int_write_decimal(end, small_int_value(v));
        builder_add_ascii(b, start, (size_t)(end - start));
        return true;
    }
    if (value_is(v, TYPE_ID_STR)) {
        builder_add_str(b, v);
        return true;
    }
    return builder_add_object(b, v);
}

/* One character of UTF-8, advancing; bytes that are none count as Latin-1 (C text of ours is always right). */
static uint32_t next_utf8(const uint8_t **p, const uint8_t *end)
{
    uint32_t c = *(*p)++;
    unsigned more = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : c >= 0xC0 ? 1 : 0;
    if (c < 0x80 || more == 0 || (size_t)(end - *p) < more)
        return c;
    uint32_t all = c & (0x3F >> more);
    for (unsigned i = 0; i < more; i++) {
        if (((*p)[i] & 0xC0) != 0x80)
            return c;
        all = all << 6 | ((*p)[i] & 0x3F);
    }
    *p += more;
    return all > 0x10FFFF ? 0xFFFD : all;
}

void builder_add_utf8(struct str_builder *b, const char *bytes, size_t length)
{
    if (span_or(span_bytes(bytes, length)) < 0x80) {
        builder_add_span(b, span_bytes(bytes, length), 0x7F);
        return;
    }
    for (const uint8_t *p = (const uint8_t *)bytes, *end = p + length; p < end; thread_report_at((size_t)(end - p)))
        builder_add_char(b, next_utf8(&p, end));
}

void builder_add_text(struct str_builder *b, const char *text)
{
    builder_add_utf8(b, text, strlen(text));
}

bool builder_add_object(struct str_builder *b, value v)
{
    value text = value_str(v);
    if (!text)
        return false;
    builder_add_str(b, text);
    value_dec(text);
    return true;
}

bool builder_add_repr(struct str_builder *b, value v)
{
    value text = value_repr(v);
    if (!text)
        return false;
    builder_add_str(b, text);
    value_dec(text);
    return true;
}

value builder_finish(struct str_builder *b)
{
    value v;
    if (b->failed)
        v = raise_no_memory();
    else {
        /* The width is exact: it grew only for characters that were added, but for parts of wide strs, which are. */
        v = str_from_span((struct span){b->data, b->length, b->kind});
    }
    builder_discard(b);
    return v;
}

/* ---- formatting for C ---- */

struct directive {
    bool left, zero, plus, space, alternate;
    int width, precision; /* -1: none given */
    char size;            /* 0, l, L (ll), z */
};

static void add_padded(struct str_builder *b, const struct directive *d, value text)
{
    size_t length = str_length(text);
    if (d->precision >= 0 && (size_t)d->precision < length)
        length = (size_t)d->precision;
    size_t pad = d->width > 0 && (size_t)d->width > length ? (size_t)d->width - length : 0;
    builder_add_fill(b, ' ', d->left ? 0 : pad);
    struct span part = span_part(str_span(str_exact(text)), 0, length);
    builder_add_span(b, part, str_max(str_exact(text)));
    builder_add_fill(b, ' ', d->left ? pad : 0);
}

static bool add_value(struct str_builder *b, const struct directive *d, value text /* stolen */)
{
    if (!text)
        return false;
    add_padded(b, d, text);
    value_dec(text);
    return true;
}

static bool add_c_text(struct str_builder *b, const struct directive *d, const char *text)
{
    if (!text)
        text = "(null)";
    size_t length = d->precision >= 0 ? strnlen(text, (size_t)d->precision) : strlen(text);
    /* A text cut inside of a character loses the rest of it. */
    while (d->precision >= 0 && length && ((uint8_t)text[length] & 0xC0) == 0x80)
        length--;
    return add_value(b, &(struct directive){.width = d->width, .left = d->left, .precision = -1},
                     str_from_utf8_surrogates(text, length));
}

static void add_number(struct str_builder *b, const struct directive *d, char conversion, va_list *args)
{
    char format[24], text[128], *f = format;
    *f++ = '%';
    if (d->left)
        *f++ = '-';
    if (d->zero)
        *f++ = '0';
    if (d->plus)
        *f++ = '+';
    if (d->space)
        *f++ = ' ';
    if (d->alternate)
        *f++ = '#';
    memcpy(f, "*.*ll", 5);
    f[5] = conversion;
    f[6] = 0;
    long long i;
    if (conversion == 'd')
        i = d->size == 'L'   ? va_arg(*args, long long)
            : d->size == 'l' ? va_arg(*args, long)
            : d->size == 'z' ? va_arg(*args, ssize)
                             : va_arg(*args, int);
    else
        i = d->size == 'L'   ? (long long)va_arg(*args, unsigned long long)
            : d->size == 'l' ? (long long)va_arg(*args, unsigned long)
            : d->size == 'z' ? (long long)va_arg(*args, size_t)
                             : (long long)va_arg(*args, unsigned);
    int width = d->width > 60 ? 60 : d->width, precision = d->precision > 60 ? 60 : d->precision;
    snprintf(text, sizeof text, format, width, precision, i);
    builder_add_text(b, text);
}

static bool add_directive(struct str_builder *b, const struct directive *d, char conversion, va_list *args)
{
    char pointer[24];
    value v;
    switch (conversion) {
    case 'd':
    case 'i':
        add_number(b, d, 'd', args);
        return true;
    case 'u':
    case 'x':
    case 'X':
    case 'o':
        add_number(b, d, conversion, args);
        return true;
    case 'c':
        builder_add_char(b, (uint32_t)va_arg(*args, int));
        return true;
    case 's':
        return add_c_text(b, d, va_arg(*args, const char *));
    case 'p':
        snprintf(pointer, sizeof pointer, "%p", va_arg(*args, void *));
        builder_add_text(b, pointer);
        return true;
    case 'R':
        return add_value(b, d, value_repr(va_arg(*args, value)));
    case 'S':
        return add_value(b, d, value_str(va_arg(*args, value)));
    case 'A':
        return add_value(b, d, value_ascii(va_arg(*args, value)));
    case 'T':
        return add_c_text(b, d, value_type(va_arg(*args, value))->gc.name);
    case 'K': /* what messages about arguments say */
        v = va_arg(*args, value);
        return add_c_text(b, d, v == VALUE_NONE ? "None" : value_type(v)->gc.name);
    case 'N':
        return add_c_text(b, d, va_arg(*args, struct type *)->gc.name);
    case 'U':
        add_padded(b, d, va_arg(*args, value));
        return true;
    case 'V':
        v = va_arg(*args, value);
        if (v) {
            (void)va_arg(*args, const char *);
            add_padded(b, d, v);
            return true;
        }
        return add_c_text(b, d, va_arg(*args, const char *));
    case '%':
        builder_add_char(b, '%');
        return true;
    default:
        builder_add_char(b, '%');
        builder_add_char(b, (uint8_t)conversion);
        return true;
    }
}

static bool builder_add_format_v(struct str_builder *b, const char *format, va_list args_in)
{
    va_list args;
    va_copy(args, args_in);
    bool ok = true;
    while (ok && *format) {
        size_t plain = strcspn(format, "%");
        builder_add_utf8(b, format, plain);
        format += plain;
        if (!*format)
            break;
        format++;
        struct directive d = {.precision = -1};
        for (;; format++) {
            if (*format == '-')
                d.left = true;
            else if (*format == '0')
                d.zero = true;
            else if (*format == '+')
                d.plus = true;
            else if (*format == ' ')
                d.space = true;
            else if (*format == '#')
                d.alternate = true;
            else
                break;
        }
        if (*format == '*') {
            d.width = va_arg(args, int);
            format++;
        } else
            while (*format >= '0' && *format <= '9')
                d.width = d.width * 10 + (*format++ - '0');
        if (*format == '.') {
            d.precision = 0;
            if (*++format == '*') {
                d.precision = va_arg(args, int);
                format++;
            } else
                while (*format >= '0' && *format <= '9')
                    d.precision = d.precision * 10 + (*format++ - '0');
        }
        for (; *format == 'l' || *format == 'z' || *format == 'j'; format++)
            d.size = *format == 'l' ? (d.size == 'l' ? 'L' : 'l') : *format == 'j' ? 'L' : 'z';
        if (!*format)
            break;
        ok = add_directive(b, &d, *format++, &args);
    }
    va_end(args);
    return ok;
}

bool builder_add_format(struct str_builder *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    bool ok = builder_add_format_v(b, format, args);
    va_end(args);
    return ok;
}

value str_format_v(const char *format, va_list args)
{
    struct str_builder b;
    builder_init(&b);
    if (!builder_add_format_v(&b, format, args)) {
        builder_discard(&b);
        return NULL;
    }
    return builder_finish(&b);
}

value str_format(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    value v = str_format_v(format, args);
    va_end(args);
    return v;
}

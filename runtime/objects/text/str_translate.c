/* str methods that rewrite character by character: translate, expandtabs, and repr. */
#include "runtime/objects/text/str.h"
#include "runtime/objects/text/str_methods.h"
#include "runtime/objects/unicode/unicode.h"
#include "runtime/raw.h"

#include <stdio.h>

/* ---- repr ---- */

static unsigned escape_to(char out[12], uint32_t c, uint32_t quote)
{
    static const char hex[] = "0123456789abcdef";
    unsigned n = 0;
    out[n++] = '\\';
    if (c == quote || c == '\\') {
        out[n++] = (char)c;
        return n;
    }
    if (c == '\t' || c == '\n' || c == '\r') {
        out[n++] = c == '\t' ? 't' : c == '\n' ? 'n' : 'r';
        return n;
    }
    unsigned digits = c < 0x100 ? 2 : c < 0x10000 ? 4 : 8;
    out[n++] = digits == 2 ? 'x' : digits == 4 ? 'u' : 'U';
    while (digits--)
        out[n++] = hex[c >> 4 * digits & 15];
    return n;
}

static inline bool needs_escape(uint32_t c, uint32_t quote)
{
    return c == quote || c == '\\' || !unicode_is_printable(c);
}

value str_repr(value self)
{
    value v = str_exact(self);
    struct span s = str_span(v);
    bool single = span_find_char(s, '\'') != SPAN_NONE;
    uint32_t quote = single && span_find_char(s, '"') == SPAN_NONE ? '"' : '\'';
    size_t length = 2, i = 0;
    uint32_t all = 0;
    char escape[12];
    if (str_exact_is_ascii(v)) { /* what needs no escape is passed over quickly */
        const uint8_t *p = s.data;
        while (i < s.length && p[i] >= 0x20 && p[i] < 0x7F && p[i] != quote && p[i] != '\\')
            thread_report_at(++i);
        length += i;
    }
    for (; i < s.length; i++) {
        uint32_t c = span_at(s, i);
        thread_report_at(i + 1);
        if (unlikely(needs_escape(c, quote)))
            length += escape_to(escape, c, quote);
        else {
            length++;
            all |= c;
        }
    }
    value result = str_new(length, all);
    if (!result)
        return NULL;
    void *to = str_data(result);
    unsigned width = str_width(result);
    size_t at = 0;
    span_put(to, width, at++, quote);
    if (length == s.length + 2) {
        span_copy_to(to, width, at, s);
        at += s.length;
    } else
        for (i = 0; i < s.length; i++) {
            uint32_t c = span_at(s, i);
            thread_report_at(i + 1);
            if (needs_escape(c, quote)) {
                unsigned n = escape_to(escape, c, quote);
                span_copy_to(to, width, at, span_bytes(escape, n));
                at += n;
            } else
                span_put(to, width, at++, c);
        }
    span_put(to, width, at, quote);
    return result;
}

/* ---- translate ---- */

/* What the table makes of c: add it. false: an exception. */
static bool add_translated(struct str_builder *b, value table, uint32_t c)
{
    value to = item_get(table, small_int(c));
    if (!to) {
        if (!error_matches(EXC(LookupError)))
            return false;
        error_clear();
        builder_add_char(b, c);
        return true;
    }
    bool ok = true;
    if (is_none(to))
        ;
    else if (is_int(to)) {
        int64_t i;
        ok = int_fits_i64(to, &i) && i >= 0 && i <= 0x10FFFF;
        if (ok)
            builder_add_char(b, (uint32_t)i);
        else
            raise(EXC(ValueError), "character mapping must be in range(0x110000)");
    } else if (is_str(to))
        builder_add_str(b, to);
    else {
        raise(EXC(TypeError), "character mapping must return integer, None or str");
        ok = false;
    }
    value_dec(to);
    return ok;
}

/* ASCII characters that become ASCII characters, or nothing, are asked for once. */
enum { NOT_ASKED = 0xFF, GONE = 0xFE };

/* What was added behind `before`, as an entry for the characters that are known. */
static uint8_t known_by(const struct str_builder *b, size_t before)
{
    if (b->failed || b->length > before + 1)
        return NOT_ASKED;
    uint32_t c = b->length == before ? GONE : span_at((struct span){b->data, b->length, b->kind}, before);
    return c < 0x80 || b->length == before ? (uint8_t)c : NOT_ASKED;
}

/* The characters from index i on that are known. Where the first other one is. */
static size_t add_known(struct str_builder *b, const uint8_t *p, size_t i, size_t n, const uint8_t known[128])
{
    char few[64];
    size_t count = 0;
    for (uint8_t c; i < n && (c = known[p[i]]) != NOT_ASKED; thread_report_at(++i)) {
        few[count] = (char)c;
        count += c != GONE;
        if (count == sizeof few) {
            builder_add_ascii(b, few, count);
            count = 0;
        }
    }
    builder_add_ascii(b, few, count);
    return i;
}

value str_translate(value self, value table)
{
    value v = str_exact(self);
    struct span s = str_span(v);
    bool ascii = str_exact_is_ascii(v);
    uint8_t known[128];
    struct str_builder b;
    builder_init(&b);
    memset(known, NOT_ASKED, sizeof known);
    for (size_t i = 0; i < s.length; i++) {
        if (ascii && (i = add_known(&b, s.data, i, s.length, known)) == s.length)
            break;
        size_t before = b.length;
        uint32_t c = span_at(s, i);
        if (!add_translated(&b, table, c)) {
            builder_discard(&b);
            return NULL;
        }
        if (ascii)
            known[c] = known_by(&b, before);
        thread_report_at(i + 1);
    }
    return builder_finish(&b);
}

static bool maketrans_pairs(value table, value from, value to, value drop)
{
    if (!is_str(to))
        return raise_false(EXC(TypeError), "maketrans() argument 2 must be str, not %K", to);
    if (!is_missing(drop) && !is_str(drop))
        return raise_false(EXC(TypeError), "maketrans() argument 3 must be str, not %K", drop);
    if (!is_str(from))
        return raise_false(EXC(TypeError), "first maketrans argument must be a string if there is a second argument");
    if (str_length(from) != str_length(to))
        return raise_false(EXC(ValueError), "the first two maketrans arguments must have equal length");
    for (size_t i = 0; i < str_length(from); thread_report_at(++i))
        if (!dict_set(table, small_int(str_at(from, i)), small_int(str_at(to, i))))
            return false;
    for (size_t i = 0; !is_missing(drop) && i < str_length(drop); thread_report_at(++i))
        if (!dict_set(table, small_int(str_at(drop, i)), VALUE_NONE))
            return false;
    return true;
}

static bool maketrans_copy(value table, value mapping)
{
    if (!is_dict(mapping))
        return raise_false(EXC(TypeError), "if you give only one argument to maketrans it must be a dict");
    size_t position = 0;
    value key, item;
    bool ok = true;
    while (ok && dict_next(mapping, &position, &key, &item)) {
        if (is_str(key)) {
            ok = str_length(key) == 1 ||
                 raise_false(EXC(ValueError), "string keys in translate table must be of length 1");
            ok = ok && dict_set(table, small_int(str_at(key, 0)), item);
        } else if (is_int(key))
            ok = dict_set(table, key, item);
        else
            ok = raise_false(EXC(TypeError), "keys in translate table must be strings or integers");
        value_dec(key);
        value_dec(item);
    }
    return ok;
}

value str_maketrans(value type, value x, value y, value z)
{
    value table = dict_new();
    if (!table)
        return NULL;
    if (is_missing(y) ? maketrans_copy(table, x) : maketrans_pairs(table, x, y, z))
        return table;
    value_dec(table);
    return NULL;
}

/* ---- expandtabs ---- */

value str_expandtabs(value self, value tabsize)
{
    value v = str_exact(self);
    int size;
    if (!value_as_int(tabsize, &size))
        return NULL;
    struct span s = str_span(v);
    if (span_find_char(s, '\t') == SPAN_NONE)
        return value_inc(v);
    struct str_builder b;
    builder_init(&b);
    size_t column = 0;
    for (size_t i = 0; i < s.length && !b.failed; i++) {
        uint32_t c = span_at(s, i);
        thread_report_at(i + 1);
        if (c == '\t') {
            if (size > 0) {
                size_t add = (size_t)size - column % (size_t)size;
                column += add;
                builder_add_fill(&b, ' ', add);
            }
            continue;
        }
        builder_add_char(&b, c);
        column = c == '\n' || c == '\r' ? 0 : column + 1;
    }
    return builder_finish(&b);
}

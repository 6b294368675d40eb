/*
 * Methods of bytes and bytearray that take their contents for ASCII text: padding, case, classes; and their forms as
 * text: decode, hex, repr.
 */
#include "runtime/objects/binary/bytes_methods.h"
#include "runtime/objects/text/str.h"

#include <stdlib.h>

/* ---- padding ---- */

static value pad(value self, struct span s, size_t left, size_t right, uint8_t fill)
{
    uint8_t *to;
    if (left + right == 0)
        return bytes_make_same(self, s);
    value v = bytes_make_room(self, s.length + left + right, &to);
    if (v) {
        thread_fill(to, fill, left);
        thread_copy(to + left, s.data, s.length);
        thread_fill(to + left + s.length, fill, right);
    }
    return v;
}

/* The argument `fillchar`, one byte. False with TypeError. */
static bool fill_of(value v, const char *name, uint8_t *fill)
{
    struct buffer b = {0};
    if ((is_bytes(v) || is_bytearray(v)) && !buffer_get(v, &b, BUFFER_SIMPLE))
        return false;
    bool one = b.length == 1;
    if (one)
        *fill = *(uint8_t *)b.data;
    buffer_release(&b);
    return one || raise_false(EXC(TypeError), "%s() argument 2 must be a byte string of length 1, not %K", name, v);
}

enum { PAD_LEFT, PAD_RIGHT, PAD_CENTER };
static value justify(value self, value given_width, value fillchar, int where, const char *name)
{
    ssize width;
    uint8_t fill = ' ';
    struct buffer b;
    if (!value_as_ssize(given_width, &width))
        return NULL;
    if (!is_missing(fillchar) && !fill_of(fillchar, name, &fill))
        return NULL;
    if (!bytes_open(self, &b))
        return NULL;
    size_t total = width > b.length ? (size_t)(width - b.length) : 0;
    size_t left = where == PAD_CENTER ? total / 2 + (total & (size_t)width & 1) : where == PAD_LEFT ? total : 0;
    value result = pad(self, buffer_span(&b), left, total - left, fill);
    buffer_release(&b);
    return result;
}
value bytes_center(value self, value width, value fillchar)
{
    return justify(self, width, fillchar, PAD_CENTER, "center");
}
value bytes_ljust(value self, value width, value fillchar)
{
    return justify(self, width, fillchar, PAD_RIGHT, "ljust");
}
value bytes_rjust(value self, value width, value fillchar)
{
    return justify(self, width, fillchar, PAD_LEFT, "rjust");
}

value bytes_zfill(value self, value given_width)
{
    ssize width;
    struct buffer b;
    if (!value_as_ssize(given_width, &width) || !bytes_open(self, &b))
        return NULL;
    struct span s = buffer_span(&b);
    size_t fill = width > b.length ? (size_t)(width - b.length) : 0;
    uint8_t *to;
    value result = fill ? bytes_make_room(self, s.length + fill, &to) : bytes_make_same(self, s);
    if (result && fill) {
        thread_fill(to, '0', fill);
        thread_copy(to + fill, s.data, s.length);
        if (s.length && (to[fill] == '+' || to[fill] == '-')) {
            to[0] = to[fill];
            to[fill] = '0';
        }
    }
    buffer_release(&b);
    return result;
}

value bytes_expandtabs(value self, value tabsize)
{
    int size;
    struct buffer b;
    if (!value_as_int(tabsize, &size) || !bytes_open(self, &b))
        return NULL;
    struct bytes_builder out = {0};
    size_t column = 0;
    for (ssize i = 0; i < b.length && !out.failed; i++) {
        uint8_t c = ((uint8_t *)b.data)[i];
        thread_report_at((size_t)i + 1);
        if (c == '\t') {
            size_t add = size > 0 ? (size_t)size - column % (size_t)size : 0;
            uint8_t *to = bytes_builder_room(&out, add);
            column += add;
            if (to) {
                thread_fill(to, ' ', add);
                out.length += add;
            }
            continue;
        }
        bytes_builder_add_byte(&out, c);
        column = c == '\n' || c == '\r' ? 0 : column + 1;
    }
    buffer_release(&b);
    value result =
        out.failed ? raise_no_memory() : bytes_make_like(self, out.data ? out.data : (uint8_t *)"", out.length);
    bytes_builder_discard(&out);
    return result;
}

/* ---- classes and case of ASCII characters ---- */

static bool is_lower(uint8_t c)
{
    return c >= 'a' && c <= 'z';
}
static bool is_upper(uint8_t c)
{
    return c >= 'A' && c <= 'Z';
}
static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}
static bool is_alpha(uint8_t c)
{
    return is_lower(c) || is_upper(c);
}
static bool is_alnum(uint8_t c)
{
    return is_alpha(c) || is_digit(c);
}
static bool is_space(uint8_t c)
{
    return span_ascii_space[c];
}

static value all_are(value self, bool (*test)(uint8_t c))
{
    struct buffer b;
    if (!bytes_open(self, &b))
        return NULL;
    bool all = b.length > 0;
    for (ssize i = 0; all && i < b.length; thread_report_at((size_t)++i))
        all = test(((uint8_t *)b.data)[i]);
    buffer_release(&b);
    return value_bool(all);
}
value bytes_isalpha(value self)
{
    return all_are(self, is_alpha);
}
value bytes_isdigit(value self)
{
    return all_are(self, is_digit);
}
value bytes_isalnum(value self)
{
    return all_are(self, is_alnum);
}
value bytes_isspace(value self)
{
    return all_are(self, is_space);
}
value bytes_isascii(value self)
{
    struct buffer b;
    if (!bytes_open(self, &b))
        return NULL;
    bool ascii = span_or(buffer_span(&b)) < 0x80;
    buffer_release(&b);
    return value_bool(ascii);
}

static value all_cased(value self, bool (*good)(uint8_t), bool (*bad)(uint8_t))
{
    struct buffer b;
    if (!bytes_open(self, &b))
        return NULL;
    bool cased = false, ok = true;
    for (ssize i = 0; ok && i < b.length; i++) {
        uint8_t c = ((uint8_t *)b.data)[i];
        thread_report_at((size_t)i + 1);
        ok = !bad(c);
        cased |= good(c);
    }
    buffer_release(&b);
    return value_bool(ok && cased);
}
value bytes_islower(value self)
{
    return all_cased(self, is_lower, is_upper);
}
value bytes_isupper(value self)
{
    return all_cased(self, is_upper, is_lower);
}
value bytes_istitle(value self)
{
    struct buffer b;
    if (!bytes_open(self, &b))
        return NULL;
    bool cased = false, previous = false, ok = true;
    for (ssize i = 0; ok && i < b.length; i++) {
        uint8_t c = ((uint8_t *)b.data)[i];
        thread_report_at((size_t)i + 1);
        if (is_alpha(c)) {
            ok = is_upper(c) != previous;
            previous = cased = true;
        } else
            previous = false;
    }
    buffer_release(&b);
    return value_bool(ok && cased);
}

enum case_mapping { CASE_UPPER, CASE_LOWER, CASE_SWAP, CASE_TITLE, CASE_CAPITALIZE };
static value map_case(value self, enum case_mapping mapping)
{
    struct buffer b;
    uint8_t *to;
    if (!bytes_open(self, &b))
        return NULL;
    value result = bytes_make_room(self, (size_t)b.length, &to);
    bool previous = false;
    for (ssize i = 0; result && i < b.length; i++) {
        uint8_t c = ((uint8_t *)b.data)[i];
        thread_report_at((size_t)i + 1);
        bool up = mapping == CASE_UPPER || (mapping == CASE_SWAP && is_lower(c)) ||
                  (mapping == CASE_TITLE && !previous) || (mapping == CASE_CAPITALIZE && i == 0);
        to[i] = up ? (is_lower(c) ? c ^ 0x20 : c) : (is_upper(c) ? c ^ 0x20 : c);
        previous = is_alpha(c);
    }
    buffer_release(&b);
    return result;
}
value bytes_upper(value self)
{
    return map_case(self, CASE_UPPER);
}
value bytes_lower(value self)
{
    return map_case(self, CASE_LOWER);
}
value bytes_swapcase(value self)
{
    return map_case(self, CASE_SWAP);
}
value bytes_title(value self)
{
    return map_case(self, CASE_TITLE);
}
value bytes_capitalize(value self)
{
    return map_case(self, CASE_CAPITALIZE);
}

/* ---- text ---- */

value bytes_decode(value self, const value *args)
{
    static const char *const names[] = {"encoding", "errors"};
    struct text texts[2] = {{NULL, 0, NULL}, {NULL, 0, NULL}};
    for (int i = 0; i < 2; i++)
        if (!is_missing(args[i]) && !is_str(args[i]))
            return raise(EXC(TypeError), "decode() argument '%s' must be str, not %K", names[i], args[i]);
    value result = NULL;
    struct buffer b;
    if ((is_missing(args[0]) || text_of_argument(args[0], &texts[0])) &&
        (is_missing(args[1]) || text_of_argument(args[1], &texts[1])) && bytes_open(self, &b)) {
        result = str_decode(b.data, (size_t)b.length, texts[0].bytes, texts[1].bytes);
        buffer_release(&b);
    }
    text_release(&texts[0]);
    text_release(&texts[1]);
    return result;
}

value bytes_hex_span(struct span s, value separator, int group, uint32_t max)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t mark = 0;
    if (is_missing(separator))
        group = 0;
    else {
        ssize n = value_length(separator);
        if (n < 0)
            return NULL;
        if (n != 1)
            return raise(EXC(ValueError), "sep must be length 1.");
        if (is_str(separator)) {
            if (str_at(separator, 0) > max)
                return raise(EXC(ValueError), "sep must be ASCII.");
            mark = (uint8_t)str_at(separator, 0);
        } else if (is_bytes(separator)) {
            mark = bytes_data(separator)[0];
            if (mark > max)
                return raise(EXC(ValueError), "sep must be ASCII.");
        } else
            return raise(EXC(TypeError), "sep must be str or bytes.");
    }
    size_t size = group < 0 ? -(size_t)group : (size_t)group, marks = size && s.length ? (s.length - 1) / size : 0;
    value v = str_new(s.length * 2 + marks, max);
    if (!v || s.length == 0)
        return v;
    char *to = str_data(v);
    for (size_t i = 0; i < s.length; i++) {
        uint8_t c = ((const uint8_t *)s.data)[i];
        thread_report_at(i + 1);
        /* Positive groups count from the right, negative ones from the left. */
        if (i && size && (group < 0 ? i : s.length - i) % size == 0)
            *to++ = (char)mark;
        *to++ = digits[c >> 4];
        *to++ = digits[c & 15];
    }
    return v;
}

value bytes_hex(value self, value sep, value bytes_per_sep)
{
    struct buffer b;
    int group = 1;
    if ((!is_missing(bytes_per_sep) && !value_as_int(bytes_per_sep, &group)) || !bytes_open(self, &b))
        return NULL;
    value v = bytes_hex_span(buffer_span(&b), sep, group, 0x7F);
    buffer_release(&b);
    return v;
}

static int hex_digit(uint32_t c)
{
    return c >= '0' && c <= '9'                     ? (int)c - '0'
           : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (int)(c | 0x20) - 'a' + 10
                                                    : -1;
}

value bytes_fromhex(value cls, value string)
{
    if (!is_str(string))
        return raise(EXC(TypeError), "fromhex() argument must be str, not %K", string);
    struct span s = str_span(str_exact(string));
    struct bytes_builder out = {0};
    bool array = type_is_subtype((struct type *)cls, TYPE(BYTEARRAY));
    for (size_t i = 0, step = 1; i < s.length; thread_report_at(step++)) {
        uint32_t c = span_at(s, i);
        if (c < 0x80 && span_ascii_space[c]) {
            i++;
            continue;
        }
        int high = hex_digit(c), low = i + 1 < s.length ? hex_digit(span_at(s, i + 1)) : -1;
        if (high < 0 || low < 0) {
            bytes_builder_discard(&out);
            return raise(EXC(ValueError), "non-hexadecimal number found in fromhex() arg at position %zu",
                         high < 0 ? i : i + 1);
        }
        bytes_builder_add_byte(&out, (uint8_t)(high << 4 | low));
        i += 2;
    }
    value v = bytes_builder_finish(&out);
    if (v && array && (struct type *)cls == TYPE(BYTEARRAY)) {
        value a = bytearray_new(bytes_data(v), bytes_length(v));
        value_dec(v);
        return a;
    }
    if (!v || (struct type *)cls == TYPE(BYTES))
        return v;
    value result = call_1(cls, v);
    value_dec(v);
    return result;
}

value bytes_repr_span(const char *prefix, struct span s, const char *suffix)
{
    static const char digits[] = "0123456789abcdef";
    bool single = span_find_char(s, '\'') != SPAN_NONE;
    uint8_t quote = single && span_find_char(s, '"') == SPAN_NONE ? '"' : '\'';
    struct bytes_builder out = {0};
    bytes_builder_add(&out, prefix, strlen(prefix));
    bytes_builder_add_byte(&out, 'b');
    bytes_builder_add_byte(&out, quote);
    for (size_t i = 0; i < s.length; i++) {
        uint8_t c = ((const uint8_t *)s.data)[i];
        thread_report_at(i + 1);
        /* (A bytearray escapes the single quote in any case, as CPython's.) */
        if (c == quote || c == '\\' || (c == '\'' && *suffix) || c == '\t' || c == '\n' || c == '\r') {
            char pair[2] = {'\\', c == '\t' ? 't' : c == '\n' ? 'n' : c == '\r' ? 'r' : (char)c};
            bytes_builder_add(&out, pair, 2);
        } else if (c < ' ' || c >= 0x7F) {
            char escape[4] = {'\\', 'x', digits[c >> 4], digits[c & 15]};
            bytes_builder_add(&out, escape, 4);
        } else
            bytes_builder_add_byte(&out, c);
    }
    bytes_builder_add_byte(&out, quote);
    bytes_builder_add(&out, suffix, strlen(suffix));
    value v = out.failed ? raise_no_memory() : str_from_ascii((char *)out.data, out.length);
    bytes_builder_discard(&out);
    return v;
}

/* Strings of JSON: reading their escapes, and writing them. */
#include "runtime/modules/text/json.h"
#include "threads/pause.h"

enum { STOP_READING = 1, STOP_READING_STRICT = 2, ESCAPE = 4, ESCAPE_ASCII = 8 };

/* What ends a run of characters that stand for themselves. */
static const uint8_t stops[256] = {
    [0 ... 0x1F] = STOP_READING_STRICT | ESCAPE | ESCAPE_ASCII,
    ['"'] = STOP_READING | STOP_READING_STRICT | ESCAPE | ESCAPE_ASCII,
    ['\\'] = STOP_READING | STOP_READING_STRICT | ESCAPE | ESCAPE_ASCII,
    [0x7F ... 0xFF] = ESCAPE_ASCII,
};

/* Where the run from `i` on ends. */
static size_t find_stop(struct span s, size_t i, uint8_t stop)
{
    while (i < s.length) {
        size_t end = s.length - i > 4096 ? i + 4096 : s.length;
        if (s.width == 1) {
            const uint8_t *bytes = s.data;
            while (i < end && !(stops[bytes[i]] & stop))
                i++;
        } else {
            uint32_t c;
            while (i < end && !((c = span_at(s, i)) < 0x100 ? stops[c] & stop : stop == ESCAPE_ASCII))
                i++;
        }
        if (i < end)
            break;
        thread_report();
    }
    return i;
}

/* ---- reading ---- */
static int hex_digit(uint32_t c)
{
    return c >= '0' && c <= '9' ? (int)c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (int)(c | 0x20) - 'a' + 10 : -1;
}

/* Four digits. */
static bool read_hex(struct span s, size_t i, uint32_t *c)
{
    *c = 0;
    for (unsigned k = 0; k < 4; k++) {
        int digit = hex_digit(span_at(s, i + k));
        if (digit < 0)
            return false;
        *c = *c << 4 | (uint32_t)digit;
    }
    return true;
}

/* The character of an escape; *i is at its backslash, then behind it. false: an exception. */
static bool read_escape(value document, struct span s, size_t start, size_t *i, uint32_t *c)
{
    static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    size_t at = *i + 1;
    if (at == s.length)
        return json_error("Unterminated string starting at", document, (ssize)start - 1);
    uint32_t letter = span_at(s, at++);
    if (letter != 'u') {
        const char *found = letter && letter < 0x80 ? strchr(letters, (int)letter) : NULL;
        if (!found)
            return json_error("Invalid \\escape", document, (ssize)*i);
        *c = (uint8_t)meanings[found - letters];
        *i = at;
        return true;
    }
    if (s.length - at <= 4 || !read_hex(s, at, c))
        return json_error("Invalid \\uXXXX escape", document, (ssize)at - 1);
    at += 4;
    if (*c >= 0xD800 && *c < 0xDC00 && s.length - at > 6 && span_at(s, at) == '\\' && span_at(s, at + 1) == 'u') {
        uint32_t low;
        if (!read_hex(s, at + 2, &low))
            return json_error("Invalid \\uXXXX escape", document, (ssize)at + 1);
        if (low >= 0xDC00 && low < 0xE000) {
            *c = 0x10000 + ((*c - 0xD800) << 10) + (low - 0xDC00);
            at += 6;
        }
    }
    *i = at;
    return true;
}

value json_scan_string(value document, size_t start, bool strict, size_t *end)
{
    struct span s = str_span(document);
    uint8_t stop = strict ? STOP_READING_STRICT : STOP_READING;
    size_t i = find_stop(s, start, stop);
    if (likely(i < s.length && span_at(s, i) == '"')) {
        *end = i + 1;
        struct span part = span_part(s, start, i);
        return str_exact_is_ascii(document) ? str_from_ascii(part.data, part.length) : str_from_span(part);
    }
    struct str_builder b;
    builder_init(&b);
    builder_add_span(&b, span_part(s, start, i), str_max(document));
    for (bool fine = true; fine && i < s.length; thread_report()) {
        uint32_t c = span_at(s, i);
        if (c == '"') {
            *end = i + 1;
            return builder_finish(&b);
        }
        if (c == '\\') {
            if ((fine = read_escape(document, s, start, &i, &c)))
                builder_add_char(&b, c);
        } else {
            fine = json_error("Invalid control character at", document, (ssize)i);
        }
        if (!fine) {
            builder_discard(&b);
            return NULL;
        }
        size_t run = i;
        i = find_stop(s, i, stop);
        builder_add_span(&b, span_part(s, run, i), str_max(document));
    }
    builder_discard(&b);
    return json_error("Unterminated string starting at", document, (ssize)start - 1);
}

/* ---- writing ---- */
static void add_unit(struct str_builder *b, uint32_t unit)
{
    static const char digits[] = "0123456789abcdef";
    char text[] = {'\\', 'u', digits[unit >> 12], digits[unit >> 8 & 15], digits[unit >> 4 & 15], digits[unit & 15]};
    builder_add_ascii(b, text, sizeof text);
}

static void add_escape(struct str_builder *b, uint32_t c)
{
    static const char meanings[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
    const char *found = c && c < 0x80 ? strchr(meanings, (int)c) : NULL;
    if (found) {
        char text[] = {'\\', letters[found - meanings]};
        builder_add_ascii(b, text, sizeof text);
    } else if (c < 0x10000) {
        add_unit(b, c);
    } else {
        add_unit(b, 0xD800 + ((c - 0x10000) >> 10));
        add_unit(b, 0xDC00 + ((c - 0x10000) & 0x3FF));
    }
}

void json_add_string(struct str_builder *b, value text, bool ascii)
{
    value exact = str_exact(text);
    struct span s = str_span(exact);
    uint8_t stop = ascii ? ESCAPE_ASCII : ESCAPE;
    uint32_t max = ascii ? 0x7F : str_max(exact);
    builder_add_char(b, '"');
    for (size_t i = 0; i < s.length; thread_report()) {
        size_t run = i;
        i = find_stop(s, i, stop);
        /* A part of a wide text may be narrow: only what is wide may widen the result. */
        struct span part = span_part(s, run, i);
        builder_add_span(b, part, max);
        if (i < s.length)
            add_escape(b, span_at(s, i++));
    }
    builder_add_char(b, '"');
}

static value encode(value text, bool ascii)
{
    if (!is_str(text))
        return raise(EXC(TypeError), "first argument must be a string, not %.80T", text);
    struct str_builder b;
    builder_init(&b);
    json_add_string(&b, text, ascii);
    return builder_finish(&b);
}
value json_encode_ascii(value self, value text)
{
    return encode(text, true);
}
value json_encode(value self, value text)
{
    return encode(text, false);
}

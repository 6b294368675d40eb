/* The encodings unicode_escape and raw_unicode_escape: characters as the escapes of string literals. */
#include "runtime/objects/unicode/names.h"
#include "runtime/objects/text/codec.h"

#include <stdio.h>

static int hex_digit(uint8_t c)
{
    return c >= '0' && c <= '9' ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
}

/* Up to `digits` hexadecimal digits at *i. */
static bool read_hex(const struct decode_context *c, size_t *i, unsigned digits, uint32_t *code)
{
    *code = 0;
    for (; digits > 0; digits--, ++*i) {
        int digit = *i < c->length ? hex_digit(c->bytes[*i]) : -1;
        if (digit < 0)
            return false;
        *code = *code << 4 | (uint32_t)digit;
    }
    return true;
}

/* \N{name} with *i behind the N; NULL, or what is wrong. */
static const char *read_name(const struct decode_context *c, size_t *i, uint32_t *code, bool *complete)
{
    if (*i >= c->length || c->bytes[*i] != '{')
        return "malformed \\N character escape";
    size_t start = *i + 1, end = start;
    while (end < c->length && c->bytes[end] != '}')
        end++;
    *i = end;
    if (end == c->length || end == start)
        return "malformed \\N character escape";
    *i = end + 1;
    *complete = true;
    if (!unicode_name_lookup((const char *)c->bytes + start, end - start, code))
        return "unknown Unicode character name";
    return NULL;
}

static bool warn_escape(const struct decode_context *c, size_t backslash, uint32_t octal)
{
    uint8_t letter = c->bytes[backslash + 1];
    if (octal)
        return warn(EXC(DeprecationWarning), 1, "invalid octal escape sequence '\\%.3s'",
                    (const char *)c->bytes + backslash + 1) >= 0;
    return warn(EXC(DeprecationWarning), 1, "invalid escape sequence '\\%c'", letter) >= 0;
}

/* Is the escape at `start`, read up to `i`, cut off by the end of the input, when more may come? */
static bool is_cut(const struct decode_context *c, const size_t *consumed, size_t i)
{
    return consumed && i >= c->length;
}

/* One escape, *i at its backslash. false: an exception. With `consumed`, one that is cut off: *i is left there. */
static bool decode_escape(struct decode_context *c, size_t *i, const size_t *consumed)
{
    static const char letters[] = "abfnrtv\\'\"", meanings[] = "\a\b\f\n\r\t\v\\'\"";
    size_t start = (*i)++;
    const char *wrong = NULL;
    uint32_t code = 0;
    bool complete = false; /* an escape of the right form */
    if (*i == c->length) {
        if (is_cut(c, consumed, *i))
            return *i = start, true;
        return codec_decode_error(c, start, *i, "\\ at end of string", i);
    }
    uint8_t letter = c->bytes[(*i)++];
    const char *simple = letter ? strchr(letters, letter) : NULL;
    if (simple) {
        builder_add_char(c->out, (uint8_t)meanings[simple - letters]);
        return true;
    }
    switch (letter) {
    case '\n':
        return true;
    case 'x':
        wrong = read_hex(c, i, 2, &code) ? NULL : "truncated \\xXX escape";
        break;
    case 'u':
        wrong = read_hex(c, i, 4, &code) ? NULL : "truncated \\uXXXX escape";
        break;
    case 'U':
        complete = read_hex(c, i, 8, &code);
        wrong = !complete         ? "truncated \\UXXXXXXXX escape"
                : code > 0x10FFFF ? "illegal Unicode character"
                                  : NULL;
        break;
    case 'N':
        wrong = read_name(c, i, &code, &complete);
        break;
    default:
        if (letter < '0' || letter > '7') {
            builder_add_char(c->out, '\\');
            builder_add_char(c->out, letter);
            return warn_escape(c, start, 0);
        }
        code = letter - '0';
        for (int k = 0; k < 2 && *i < c->length && c->bytes[*i] >= '0' && c->bytes[*i] <= '7'; k++)
            code = code << 3 | (uint32_t)(c->bytes[(*i)++] - '0');
        if (code > 0xFF && !warn_escape(c, start, code))
            return false;
    }
    if (wrong && !complete && is_cut(c, consumed, *i))
        return *i = start, true;
    if (wrong)
        return codec_decode_error(c, start, *i, wrong, i);
    builder_add_char(c->out, code);
    return true;
}

static bool decode_raw_escape(struct decode_context *c, size_t *i, const size_t *consumed)
{
    size_t start = (*i)++;
    if (is_cut(c, consumed, *i))
        return *i = start, true;
    uint8_t letter = *i < c->length ? c->bytes[*i] : 0;
    if (letter != 'u' && letter != 'U') {
        builder_add_char(c->out, '\\');
        if (*i < c->length)
            builder_add_char(c->out, c->bytes[(*i)++]);
        return true;
    }
    uint32_t code;
    ++*i;
    bool whole = read_hex(c, i, letter == 'u' ? 4 : 8, &code);
    if (!whole && is_cut(c, consumed, *i))
        return *i = start, true;
    if (!whole)
        return codec_decode_error(c, start, *i,
                                  letter == 'u' ? "truncated \\uXXXX escape" : "truncated \\UXXXXXXXX escape", i);
    if (code > 0x10FFFF)
        return codec_decode_error(c, start, *i, "\\Uxxxxxxxx out of range", i);
    builder_add_char(c->out, code);
    return true;
}

value codec_decode_unicode_escape(const uint8_t *bytes, size_t length, const char *errors, bool raw, size_t *consumed)
{
    struct str_builder b;
    builder_init(&b);
    struct decode_context c = {raw ? "rawunicodeescape" : "unicodeescape", errors, CODEC_LATIN1, bytes, length, &b, NULL};
    bool done = true;
    size_t i = 0;
    for (size_t step = 1; done && i < c.length; thread_report_at(step++)) {
        size_t start = i;
        if (c.bytes[i] != '\\')
            builder_add_char(&b, c.bytes[i++]);
        else if ((done = raw ? decode_raw_escape(&c, &i, consumed) : decode_escape(&c, &i, consumed)) && i == start &&
                 consumed)
            break;
    }
    value_dec(c.replaced);
    if (consumed)
        *consumed = i;
    if (!done) {
        builder_discard(&b);
        return NULL;
    }
    return builder_finish(&b);
}

value codec_encode_unicode_escape(value text, bool raw)
{
    struct span s = str_span(str_exact(text));
    struct bytes_builder out = {0};
    for (size_t i = 0; i < s.length; i++) {
        uint32_t c = span_at(s, i);
        char escape[16];
        thread_report_at(i + 1);
        if (c > 0xFF || (!raw && (c < 0x20 || c >= 0x7F))) {
            const char *format = c > 0xFFFF ? "\\U%08x" : c > 0xFF ? "\\u%04x" : "\\x%02x";
            int n = c == '\n'   ? snprintf(escape, sizeof escape, "\\n")
                    : c == '\r' ? snprintf(escape, sizeof escape, "\\r")
                    : c == '\t' ? snprintf(escape, sizeof escape, "\\t")
                                : snprintf(escape, sizeof escape, format, c);
            bytes_builder_add(&out, escape, (size_t)n);
        } else if (c == '\\' && !raw)
            bytes_builder_add(&out, "\\\\", 2);
        else
            bytes_builder_add_byte(&out, (uint8_t)c);
    }
    return bytes_builder_finish(&out);
}

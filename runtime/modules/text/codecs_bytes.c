/* Codecs that only _codecs has: UTF-7 (RFC 2152), and bytes as the escapes of bytes literals. */
#include "runtime/modules/text/codecs.h"
#include "runtime/arguments.h"
#include "threads/pause.h"

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int base64_value(uint8_t c)
{
    const char *found = c ? strchr(base64, c) : NULL;
    return found ? (int)(found - base64) : -1;
}

/* ---- UTF-7 ---- */

/* Characters that stand for themselves: all that the standard lets, and space. */
static bool is_direct(uint32_t c)
{
    return c >= ' ' ? c < 0x7F && c != '+' && c != '\\' && c != '~' : c == '\t' || c == '\n' || c == '\r';
}

struct shift {
    uint64_t buffer;
    unsigned bits; /* of the buffer that are not out yet */
    bool on;
};

static void put_unit(struct bytes_builder *out, struct shift *shift, uint32_t unit)
{
    shift->buffer = shift->buffer << 16 | unit;
    shift->bits += 16;
    while (shift->bits >= 6) {
        shift->bits -= 6;
        bytes_builder_add_byte(out, (uint8_t)base64[shift->buffer >> shift->bits & 0x3F]);
    }
    shift->buffer &= (1u << shift->bits) - 1;
}

static void shift_out(struct bytes_builder *out, struct shift *shift)
{
    if (shift->bits)
        bytes_builder_add_byte(out, (uint8_t)base64[shift->buffer << (6 - shift->bits) & 0x3F]);
    *shift = (struct shift){0};
}

static void utf_7_put(struct bytes_builder *out, struct shift *shift, uint32_t c)
{
    if (is_direct(c)) {
        bool was_on = shift->on;
        if (was_on)
            shift_out(out, shift);
        if (was_on && (base64_value((uint8_t)c) >= 0 || c == '-'))
            bytes_builder_add_byte(out, '-');
        bytes_builder_add_byte(out, (uint8_t)c);
        return;
    }
    if (!shift->on) {
        bytes_builder_add_byte(out, '+');
        if (c == '+') {
            bytes_builder_add_byte(out, '-');
            return;
        }
        shift->on = true;
    }
    if (c >= 0x10000) {
        put_unit(out, shift, 0xD800 + ((c - 0x10000) >> 10));
        c = 0xDC00 + (c & 0x3FF);
    }
    put_unit(out, shift, c);
}

value codecs_utf_7_encode(value self, const value *args)
{
    struct text errors;
    if (!argument_is_str(args[0], "utf_7_encode", 1) || !codecs_errors_of(args[1], "utf_7_encode", &errors))
        return NULL;
    text_release(&errors);
    value text = str_to_exact(args[0]);
    struct bytes_builder out = {0};
    struct shift shift = {0};
    struct span s = str_span(text);
    for (size_t i = 0; i < s.length; thread_report_at(++i))
        utf_7_put(&out, &shift, span_at(s, i));
    if (shift.on) {
        shift_out(&out, &shift);
        bytes_builder_add_byte(&out, '-');
    }
    size_t length = s.length;
    value_dec(text);
    return codecs_pair(bytes_builder_finish(&out), length);
}

struct utf_7 {
    struct decode_context c;
    struct shift shift;
    uint32_t surrogate; /* waits for its second half; 0: none */
    size_t start;       /* of the shift sequence, or of what is wrong */
    size_t out_start;   /* what was out when the sequence began */
};

static void take_unit(struct utf_7 *u, uint32_t unit)
{
    uint32_t first = u->surrogate;
    u->surrogate = 0;
    if (first && unit >= 0xDC00 && unit < 0xE000) {
        builder_add_char(u->c.out, 0x10000 + ((first - 0xD800) << 10) + (unit - 0xDC00));
        return;
    }
    if (first)
        builder_add_char(u->c.out, first);
    if (unit >= 0xD800 && unit < 0xDC00)
        u->surrogate = unit;
    else
        builder_add_char(u->c.out, unit);
}

/* In a shift sequence at byte `b`; *i moves on. What is wrong, or NULL. */
static const char *shifted(struct utf_7 *u, uint8_t b, size_t *i)
{
    struct shift *shift = &u->shift;
    int six = base64_value(b);
    if (six >= 0) {
        ++*i;
        shift->buffer = shift->buffer << 6 | (unsigned)six;
        shift->bits += 6;
        if (shift->bits >= 16) {
            shift->bits -= 16;
            take_unit(u, (uint32_t)(shift->buffer >> shift->bits));
            shift->buffer &= (1u << shift->bits) - 1;
        }
        return NULL;
    }
    shift->on = false;
    if (shift->bits >= 6 || shift->buffer) {
        ++*i;
        return shift->bits >= 6 ? "partial character in shift sequence" : "non-zero padding bits in shift sequence";
    }
    if (u->surrogate && b < 0x80 && b != '+')
        builder_add_char(u->c.out, u->surrogate);
    u->surrogate = 0;
    *i += b == '-';
    return NULL;
}

/* Outside of one. */
static const char *unshifted(struct utf_7 *u, uint8_t b, size_t *i)
{
    const uint8_t *bytes = u->c.bytes;
    if (b < 0x80 && b != '+') {
        builder_add_char(u->c.out, b);
        ++*i;
        return NULL;
    }
    u->start = (*i)++;
    if (b != '+')
        return "unexpected special character";
    if (*i < u->c.length && bytes[*i] == '-') {
        builder_add_char(u->c.out, '+');
        ++*i;
    } else if (*i < u->c.length && base64_value(bytes[*i]) < 0) {
        ++*i;
        return "ill-formed sequence";
    } else {
        u->shift = (struct shift){.on = true};
        u->surrogate = 0;
        u->out_start = u->c.out->length;
    }
    return NULL;
}

static bool utf_7_decode_into(struct utf_7 *u, bool final, size_t *consumed)
{
    size_t i = 0;
    for (size_t step = 1; i < u->c.length || (u->shift.on && final); thread_report_at(step++)) {
        const char *reason;
        if (i < u->c.length) {
            reason = u->shift.on ? shifted(u, u->c.bytes[i], &i) : unshifted(u, u->c.bytes[i], &i);
        } else {
            u->shift.on = false;
            bool cut = u->surrogate || u->shift.bits >= 6 || (u->shift.bits && u->shift.buffer);
            reason = cut ? "unterminated shift sequence" : NULL;
        }
        if (reason && !codec_decode_error(&u->c, u->start, i, reason, &i))
            return false;
    }
    if (u->shift.on) { /* the sequence is begun anew when there is more */
        i = u->start;
        u->c.out->length = u->out_start;
    }
    *consumed = i;
    return true;
}

value codecs_utf_7_decode(value self, const value *args)
{
    struct text errors;
    int final;
    value bytes = bytes_from_buffer(args[0]), result = NULL;
    if (!bytes || !codecs_errors_of(args[1], "utf_7_decode", &errors)) {
        value_dec(bytes);
        return NULL;
    }
    if (value_as_int(args[2], &final)) {
        struct str_builder out;
        builder_init(&out);
        struct utf_7 u = {.c = {.encoding = "utf7",
                                .errors = errors.bytes,
                                .id = CODEC_OTHER,
                                .bytes = bytes_data(bytes),
                                .length = bytes_length(bytes),
                                .out = &out}};
        size_t consumed;
        if (utf_7_decode_into(&u, final, &consumed))
            result = codecs_pair(builder_finish(&out), consumed);
        else
            builder_discard(&out);
        value_dec(u.c.replaced);
    }
    text_release(&errors);
    value_dec(bytes);
    return result;
}

/* ---- escapes ---- */
value codecs_escape_encode(value self, const value *args)
{
    static const char hex[] = "0123456789abcdef", letters[] = "\t\n\r'\\", escapes[] = "tnr'\\";
    struct text errors;
    if (!is_bytes(args[0]))
        return raise(EXC(TypeError), "escape_encode() argument 1 must be bytes, not %K", args[0]);
    if (!codecs_errors_of(args[1], "escape_encode", &errors))
        return NULL;
    text_release(&errors);
    const uint8_t *bytes = bytes_data(args[0]);
    size_t length = bytes_length(args[0]);
    struct bytes_builder out = {0};
    for (size_t i = 0; i < length; thread_report_at(++i)) {
        uint8_t c = bytes[i];
        const char *found = c ? strchr(letters, c) : NULL;
        uint8_t escape[4] = {'\\', found ? (uint8_t)escapes[found - letters] : 'x', (uint8_t)hex[c >> 4],
                             (uint8_t)hex[c & 15]};
        if (found)
            bytes_builder_add(&out, escape, 2);
        else if (c < ' ' || c >= 0x7F)
            bytes_builder_add(&out, escape, 4);
        else
            bytes_builder_add_byte(&out, c);
    }
    return codecs_pair(bytes_builder_finish(&out), length);
}

static int hex_digit(uint8_t c)
{
    return c >= '0' && c <= '9' ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
}

struct unescape {
    const uint8_t *bytes;
    size_t length;
    const char *errors;
    struct bytes_builder out;
    size_t wrong; /* where the first escape is that there is none of; `length`: nowhere */
};

/* \xNN; `at` is behind the x. */
static bool unescape_hex(struct unescape *u, size_t at, size_t *i)
{
    int high = at < u->length ? hex_digit(u->bytes[at]) : -1;
    int low = at + 1 < u->length ? hex_digit(u->bytes[at + 1]) : -1;
    if (high >= 0 && low >= 0) {
        bytes_builder_add_byte(&u->out, (uint8_t)(high << 4 | low));
        *i = at + 2;
        return true;
    }
    if (!u->errors || strcmp(u->errors, "strict") == 0)
        return raise_false(EXC(ValueError), "invalid \\x escape at position %zu", at - 2);
    if (strcmp(u->errors, "replace") == 0)
        bytes_builder_add_byte(&u->out, '?');
    else if (strcmp(u->errors, "ignore") != 0)
        return raise_false(EXC(ValueError), "decoding error; unknown error handling code: %.400s", u->errors);
    *i = at + (high >= 0);
    return true;
}

/* The escape at *i, which is a backslash. */
static bool unescape_one(struct unescape *u, size_t *i)
{
    static const char letters[] = "\\'\"bftnrva", meanings[] = "\\'\"\b\f\t\n\r\v\a";
    size_t at = *i + 1;
    if (at == u->length)
        return raise_false(EXC(ValueError), "Trailing \\ in string");
    uint8_t c = u->bytes[at++];
    const char *found = c ? strchr(letters, c) : NULL;
    if (c == 'x')
        return unescape_hex(u, at, i);
    if (found) {
        bytes_builder_add_byte(&u->out, (uint8_t)meanings[found - letters]);
    } else if (c >= '0' && c <= '7') {
        unsigned octal = c - '0';
        for (size_t end = at + 2; at < end && at < u->length && u->bytes[at] >= '0' && u->bytes[at] <= '7'; at++)
            octal = octal * 8 + u->bytes[at] - '0';
        if (octal > 0377 && u->wrong == u->length)
            u->wrong = *i;
        bytes_builder_add_byte(&u->out, (uint8_t)octal);
    } else if (c != '\n') {
        if (u->wrong == u->length)
            u->wrong = *i;
        bytes_builder_add_byte(&u->out, '\\');
        at--; /* the character itself follows */
    }
    *i = at;
    return true;
}

static bool warn_wrong(const struct unescape *u)
{
    if (u->wrong == u->length)
        return true;
    const char *escape = (const char *)u->bytes + u->wrong + 1;
    if (*escape >= '4' && *escape <= '7')
        return warn(EXC(DeprecationWarning), 1, "invalid octal escape sequence '\\%.3s'", escape) >= 0;
    char text[2] = {*escape, '\0'};
    value letter = str_from_latin1((const uint8_t *)text, 1);
    bool fine = letter && warn(EXC(DeprecationWarning), 1, "invalid escape sequence '\\%U'", letter) >= 0;
    value_dec(letter);
    return fine;
}

value codecs_escape_decode(value self, const value *args)
{
    struct text errors = {0};
    value bytes = codecs_bytes_of(args[0]), result = NULL;
    if (bytes && codecs_errors_of(args[1], "escape_decode", &errors)) {
        struct unescape u = {.bytes = bytes_data(bytes), .length = bytes_length(bytes), .errors = errors.bytes};
        u.wrong = u.length;
        bool fine = true;
        for (size_t i = 0, step = 1; fine && i < u.length; thread_report_at(step++)) {
            if (u.bytes[i] == '\\')
                fine = unescape_one(&u, &i);
            else
                bytes_builder_add_byte(&u.out, u.bytes[i++]);
        }
        if (fine && warn_wrong(&u))
            result = codecs_pair(bytes_builder_finish(&u.out), u.length);
        else
            bytes_builder_discard(&u.out);
    }
    text_release(&errors);
    value_dec(bytes);
    return result;
}

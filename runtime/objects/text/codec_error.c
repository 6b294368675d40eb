/*
 * What happens to bytes and characters that an encoding does not have: the standard error handlers, and those of the
 * program through the registry.
 */
#include "runtime/objects/text/codec.h"
#include "runtime/objects/exceptions/exception.h"
#include "threads/pause.h"

#include <stdio.h>

struct codec_registry codec_registry;

static value unicode_error(unsigned id, const char *encoding, value object, size_t start, size_t end,
                           const char *reason)
{
    value args[5] = {str_from_text(encoding), object, small_int((int64_t)start), small_int((int64_t)end),
                     str_from_text(reason)};
    value e = args[0] && args[4] && object ? call_vector(value_of(TYPE_WELL_KNOWN(id)), args, 5, NULL) : NULL;
    value_dec(args[0]);
    value_dec(args[4]);
    return e;
}

value codec_decode_exception(const char *encoding, const uint8_t *bytes, size_t length, size_t start, size_t end,
                             const char *reason)
{
    value object = bytes_new(bytes, length);
    value e = object ? unicode_error(EXCEPTION_ID_UnicodeDecodeError, encoding, object, start, end, reason) : NULL;
    value_dec(object);
    return e;
}

value raise_decode_error(const char *encoding, const uint8_t *bytes, size_t length, size_t start, size_t end,
                         const char *reason)
{
    value e = codec_decode_exception(encoding, bytes, length, start, end, reason);
    if (e) {
        raise_exception(e);
        value_dec(e);
    }
    return NULL;
}

value codec_encode_exception(const char *encoding, value text, size_t start, size_t end, const char *reason)
{
    return unicode_error(EXCEPTION_ID_UnicodeEncodeError, encoding, text, start, end, reason);
}

value raise_encode_error(const char *encoding, value text, size_t start, size_t end, const char *reason)
{
    value e = codec_encode_exception(encoding, text, start, end, reason);
    if (e) {
        raise_exception(e);
        value_dec(e);
    }
    return NULL;
}

static bool is_handler(const char *errors, const char *name)
{
    return strcmp(errors, name) == 0;
}

/* The object of the exception, which the handler may have exchanged, is what is decoded from now on. */
static bool take_object(struct decode_context *c, value e)
{
    value object = unicode_error_object(e, true);
    if (!object)
        return false;
    bool same = bytes_length(object) == c->length && thread_compare(bytes_data(object), c->bytes, c->length) == 0;
    if (same) {
        value_dec(object);
        return true;
    }
    value_dec(c->replaced);
    c->replaced = object;
    c->bytes = bytes_data(object);
    c->length = bytes_length(object);
    return true;
}

value codec_handled(const char *errors, value e, bool bytes_allowed, const char *wanted)
{
    value handler = codec_registry.error_handler ? codec_registry.error_handler(errors)
                                                 : raise(EXC(LookupError), "unknown error handler name '%s'", errors);
    value result = handler ? call_1(handler, e) : NULL;
    value_dec(handler);
    if (!result || (is_tuple(result) && tuple_length(result) == 2 && is_int(tuple_get(result, 1)) &&
                    (is_str(tuple_get(result, 0)) || (bytes_allowed && is_bytes(tuple_get(result, 0))))))
        return result;
    value_dec(result);
    return raise(EXC(TypeError), "%s", wanted);
}

/* Call a handler of the program: the replacement (owned) and the place to go on; NULL with an exception. `c` when
   decoding, otherwise the text's length counts. */
static value call_handler(const char *errors, value e, struct decode_context *c, size_t length, size_t *resume)
{
    value result = codec_handled(errors, e, !c,
                                 c ? "decoding error handler must return (str, int) tuple"
                                   : "encoding error handler must return (str/bytes, int) tuple");
    ssize at;
    value text = NULL;
    if (!result)
        return NULL;
    if ((!c || take_object(c, e)) && index_as_ssize(tuple_get(result, 1), &at, EXC(IndexError))) {
        length = c ? c->length : length;
        if (at < 0)
            at += (ssize)length;
        if (at < 0 || at > (ssize)length)
            raise(EXC(IndexError), "position %zd from error handler out of bounds", at);
        else {
            *resume = (size_t)at;
            text = value_inc(tuple_get(result, 0));
        }
    }
    value_dec(result);
    return text;
}

/* ---- decoding ---- */

/* surrogatepass: a surrogate in its straightforward coding at `start`; 0 when there is none. */
size_t codec_passed_surrogate(const struct decode_context *c, size_t start, uint32_t *out)
{
    const uint8_t *p = c->bytes + start;
    size_t left = c->length - start, size = 0;
    uint32_t code = 0;
    if (c->id == CODEC_UTF8 && left >= 3 && (p[0] & 0xF0) == 0xE0 && (p[1] & 0xC0) == 0x80 && (p[2] & 0xC0) == 0x80) {
        code = (uint32_t)(p[0] & 0x0F) << 12 | (uint32_t)(p[1] & 0x3F) << 6 | (p[2] & 0x3F);
        size = 3;
    } else if (c->id == CODEC_UTF16_LE && left >= 2)
        code = (uint32_t)(p[0] | p[1] << 8), size = 2;
    else if (c->id == CODEC_UTF16_BE && left >= 2)
        code = (uint32_t)(p[1] | p[0] << 8), size = 2;
    else if (c->id == CODEC_UTF32_LE && left >= 4)
        code = p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24, size = 4;
    else if (c->id == CODEC_UTF32_BE && left >= 4)
        code = p[3] | (uint32_t)p[2] << 8 | (uint32_t)p[1] << 16 | (uint32_t)p[0] << 24, size = 4;
    *out = code;
    return code >= 0xD800 && code <= 0xDFFF ? size : 0;
}

bool codec_decode_error(struct decode_context *c, size_t start, size_t end, const char *reason, size_t *resume)
{
    *resume = end;
    const char *errors = c->errors;
    if (!errors || is_handler(errors, "strict"))
        goto strict;
    if (is_handler(errors, "ignore"))
        return true;
    if (is_handler(errors, "replace")) {
        builder_add_char(c->out, 0xFFFD);
        return true;
    }
    if (is_handler(errors, "backslashreplace")) {
        for (size_t i = start; i < end; i++)
            builder_add_format(c->out, "\\x%02x", c->bytes[i]);
        return true;
    }
    if (is_handler(errors, "surrogateescape")) {
        size_t i = start;
        while (i < end && i < start + 4 && c->bytes[i] >= 0x80)
            builder_add_char(c->out, 0xDC00 + c->bytes[i++]);
        if (i == start)
            goto strict;
        *resume = i;
        return true;
    }
    if (is_handler(errors, "surrogatepass")) {
        uint32_t code;
        size_t size = codec_passed_surrogate(c, start, &code);
        if (!size)
            goto strict;
        builder_add_char(c->out, code);
        *resume = start + size;
        return true;
    }
    value e = codec_decode_exception(c->encoding, c->bytes, c->length, start, end, reason);
    value text = e ? call_handler(errors, e, c, 0, resume) : NULL;
    value_dec(e);
    if (!text)
        return false;
    builder_add_str(c->out, text);
    value_dec(text);
    return true;
strict:
    raise_decode_error(c->encoding, c->bytes, c->length, start, end, reason);
    return false;
}

/* ---- encoding ---- */

/* Add ASCII text in the encoding at hand. */
static void add_ascii(struct encode_context *c, const char *text)
{
    for (; *text; text++) {
        uint8_t unit[4] = {0};
        unsigned size = c->id >= CODEC_UTF32 ? 4 : c->id >= CODEC_UTF16 ? 2 : 1;
        bool big = c->id == CODEC_UTF16_BE || c->id == CODEC_UTF32_BE;
        unit[big ? size - 1 : 0] = (uint8_t)*text;
        bytes_builder_add(c->out, unit, size);
    }
}

/* False: the encoding lacks them, or an exception. */
static bool add_replacements(struct encode_context *c, size_t start, size_t end, char kind)
{
    char text[24];
    struct str_builder all;
    builder_init(&all);
    for (size_t i = start; i < end; i++) {
        uint32_t code = str_exact_at(c->text, i);
        if (kind == '?')
            strcpy(text, "?");
        else if (kind == '&')
            snprintf(text, sizeof text, "&#%u;", code);
        else
            snprintf(text, sizeof text, code < 0x100 ? "\\x%02x" : code < 0x10000 ? "\\u%04x" : "\\U%08x", code);
        if (c->put)
            builder_add_text(&all, text);
        else
            add_ascii(c, text);
        thread_report_at(i - start + 1);
    }
    if (!c->put)
        return true;
    value whole = builder_finish(&all);
    bool done = whole && c->put(c, whole);
    value_dec(whole);
    return done;
}

void codec_pass_surrogate(struct encode_context *c, uint32_t code)
{
    uint8_t u[4] = {0};
    size_t size = 3;
    if (c->id == CODEC_UTF8) {
        u[0] = 0xE0 | (uint8_t)(code >> 12);
        u[1] = 0x80 | ((code >> 6) & 0x3F);
        u[2] = 0x80 | (code & 0x3F);
    } else {
        bool big = c->id == CODEC_UTF16_BE || c->id == CODEC_UTF32_BE;
        size = c->id >= CODEC_UTF32 ? 4 : 2;
        u[big ? size - 1 : 0] = (uint8_t)code;
        u[big ? size - 2 : 1] = (uint8_t)(code >> 8);
    }
    bytes_builder_add(c->out, u, size);
}

/* A handler's str must be encodable as it is: returns false when it is not. */
static bool add_handler_text(struct encode_context *c, value text)
{
    if (is_bytes(text)) {
        size_t unit = c->id >= CODEC_UTF32 ? 4 : c->id >= CODEC_UTF16 ? 2 : 1;
        if (bytes_length(text) % unit)
            return false;
        bytes_builder_add(c->out, bytes_data(text), bytes_length(text));
        return true;
    }
    text = str_exact(text);
    if (c->put)
        return c->put(c, text);
    if (c->id == CODEC_ASCII ? str_exact_is_ascii(text) : c->id == CODEC_LATIN1 ? str_width(text) == 1 : false) {
        bytes_builder_add(c->out, str_data(text), str_exact_length(text));
        return true;
    }
    if (!str_exact_is_ascii(text))
        return false;
    value bytes = codec_encode(c->id, text, "strict");
    if (!bytes) {
        if (error_matches(EXC(UnicodeEncodeError)))
            error_clear();
        return false;
    }
    bytes_builder_add(c->out, bytes_data(bytes), bytes_length(bytes));
    value_dec(bytes);
    return true;
}

bool codec_encode_error(struct encode_context *c, size_t start, size_t end, const char *reason, size_t *resume)
{
    *resume = end;
    const char *errors = c->errors;
    if (!errors || is_handler(errors, "strict"))
        goto strict;
    if (is_handler(errors, "ignore"))
        return true;
    if (is_handler(errors, "replace")) {
        if (add_replacements(c, start, end, '?'))
            return true;
        if (error_occurred())
            return false;
        goto strict;
    }
    if (is_handler(errors, "xmlcharrefreplace")) {
        if (add_replacements(c, start, end, '&'))
            return true;
        if (error_occurred())
            return false;
        goto strict;
    }
    if (is_handler(errors, "backslashreplace")) {
        if (add_replacements(c, start, end, '\\'))
            return true;
        if (error_occurred())
            return false;
        goto strict;
    }
    if (is_handler(errors, "surrogateescape") || is_handler(errors, "surrogatepass")) {
        bool escape = is_handler(errors, "surrogateescape");
        if (escape && c->id >= CODEC_UTF16) /* a byte is no unit of theirs */
            goto strict;
        size_t i = start;
        for (; i < end; thread_report_at(++i)) {
            uint32_t code = str_exact_at(c->text, i);
            if (escape ? code < 0xDC80 || code > 0xDCFF
                       : code < 0xD800 || code > 0xDFFF || c->id == CODEC_ASCII || c->id == CODEC_LATIN1)
                break;
            if (escape)
                bytes_builder_add_byte(c->out, (uint8_t)(code - 0xDC00));
            else
                codec_pass_surrogate(c, code);
        }
        start = i;
        if (i < end)
            goto strict;
        return true;
    }
    value e = codec_encode_exception(c->encoding, c->text, start, end, reason);
    value text = e ? call_handler(errors, e, NULL, str_exact_length(c->text), resume) : NULL;
    bool ok = text && add_handler_text(c, text);
    value_dec(e);
    value_dec(text);
    if (ok || error_occurred())
        return ok;
strict:
    raise_encode_error(c->encoding, c->text, start, end, reason);
    return false;
}

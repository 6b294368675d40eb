/*
 * Error handlers of codecs: a handler takes a UnicodeError and returns what stands in for the bad part, and where to go
 * on. The codecs of objects/text/codec.h know the standard ones without calling these.
 */
#include "runtime/modules/text/codecs_errors.h"
#include "runtime/arguments.h"
#include "runtime/modules/module.h"
#include "runtime/objects/exceptions/exception.h"
#include "runtime/objects/text/codec.h"
#include "runtime/objects/unicode/names.h"
#include "threads/pause.h"

static value_slot handlers; /* a dict by name; made by the module's first fill */

/* What a handler needs of the exception. */
struct failure {
    value object; /* owned */
    ssize start, end;
    bool encoding, decoding;
};

static value wrong_kind(value exception)
{
    return raise(EXC(TypeError), "don't know how to handle %T in error callback", exception);
}

/* The fields themselves, whatever the program made of them; a subclass's attributes do not count. */
static bool failure_get(value exception, struct failure *f)
{
    *f = (struct failure){.encoding = value_is_of(exception, EXC(UnicodeEncodeError)),
                          .decoding = value_is_of(exception, EXC(UnicodeDecodeError))};
    if (!f->encoding && !f->decoding && !value_is_of(exception, EXC(UnicodeTranslateError)))
        return wrong_kind(exception) != NULL;
    f->object = unicode_error_object(exception, f->decoding);
    if (!f->object)
        return false;
    ssize length = (ssize)(f->decoding ? bytes_length(f->object) : str_length(f->object));
    f->start = unicode_error_position(exception, EXTRA_UNICODE_START);
    f->end = unicode_error_position(exception, EXTRA_UNICODE_END);
    if (f->start < 0)
        f->start = 0;
    if (f->start >= length)
        f->start = length - 1;
    if (f->end < 1)
        f->end = 1;
    if (f->end > length)
        f->end = length;
    if (f->start < 0) /* an empty object */
        f->start = 0;
    return true;
}
/* (text, end); finishes the failure. */
static value answer(struct failure *f, struct str_builder *b)
{
    value text = builder_finish(b), end = text ? int_from_i64(f->end) : NULL;
    value result = end ? tuple_pack(2, text, end) : NULL;
    value_dec(end);
    value_dec(text);
    value_dec(f->object);
    return result;
}
static value strict(value self, value exception)
{
    if (is_exception(exception))
        raise_exception(exception);
    else
        raise(EXC(TypeError), "codec must pass exception instance");
    return NULL;
}
static value refuse(struct failure *f, value exception)
{
    value_dec(f->object);
    raise_exception(exception);
    return NULL;
}

static value ignore(value self, value exception)
{
    struct failure f;
    struct str_builder b;
    builder_init(&b);
    return failure_get(exception, &f) ? answer(&f, &b) : NULL;
}

static value replace(value self, value exception)
{
    struct failure f;
    struct str_builder b;
    builder_init(&b);
    if (!failure_get(exception, &f))
        return NULL;
    ssize count = f.decoding ? 1 : f.end - f.start;
    if (count < 0) {
        value_dec(f.object);
        return raise(EXC(SystemError), "Negative size passed to PyUnicode_New");
    }
    for (ssize i = 0; i < count; thread_report_at((size_t)++i))
        builder_add_char(&b, f.encoding ? '?' : 0xFFFD);
    return answer(&f, &b);
}

static void add_escape(struct str_builder *b, uint32_t c)
{
    builder_add_format(b, c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x", (unsigned)c);
}
static value backslashreplace(value self, const value *args)
{
    struct failure f;
    struct str_builder b;
    builder_init(&b);
    if (!failure_get(args[0], &f))
        return NULL;
    for (ssize i = f.start; i < f.end; thread_report_at((size_t)++i))
        add_escape(&b, f.decoding ? bytes_data(f.object)[i] : str_at(f.object, (size_t)i));
    return answer(&f, &b);
}

static value namereplace(value self, const value *args)
{
    struct failure f;
    struct str_builder b;
    builder_init(&b);
    if (!value_is_of(args[0], EXC(UnicodeEncodeError)))
        return wrong_kind(args[0]);
    if (!failure_get(args[0], &f))
        return NULL;
    for (ssize i = f.start; i < f.end; thread_report_at((size_t)++i)) {
        uint32_t c = str_at(f.object, (size_t)i);
        char name[UNICODE_NAME_ROOM];
        if (unicode_name_of(c, name))
            builder_add_format(&b, "\\N{%s}", name);
        else
            add_escape(&b, c);
    }
    return answer(&f, &b);
}

static value xmlcharrefreplace(value self, value exception)
{
    struct failure f;
    struct str_builder b;
    builder_init(&b);
    if (!value_is_of(exception, EXC(UnicodeEncodeError)))
        return wrong_kind(exception);
    if (!failure_get(exception, &f))
        return NULL;
    for (ssize i = f.start; i < f.end; thread_report_at((size_t)++i))
        builder_add_format(&b, "&#%u;", (unsigned)str_at(f.object, (size_t)i));
    return answer(&f, &b);
}

/* Bytes from 128 up travel as lone surrogates. */
static value surrogateescape(value self, value exception)
{
    struct failure f;
    if (value_is_of(exception, EXC(UnicodeTranslateError)))
        return wrong_kind(exception);
    if (!failure_get(exception, &f))
        return NULL;
    if (f.encoding) {
        struct bytes_builder bytes = {0};
        for (ssize i = f.start; i < f.end; thread_report_at((size_t)++i)) {
            uint32_t c = str_at(f.object, (size_t)i);
            if (c < 0xDC80 || c > 0xDCFF) {
                bytes_builder_discard(&bytes);
                return refuse(&f, exception);
            }
            bytes_builder_add_byte(&bytes, (uint8_t)(c - 0xDC00));
        }
        value out = bytes_builder_finish(&bytes), end = out ? int_from_i64(f.end) : NULL;
        value result = end ? tuple_pack(2, out, end) : NULL;
        value_dec(end);
        value_dec(out);
        value_dec(f.object);
        return result;
    }
    struct str_builder b;
    builder_init(&b);
    ssize i = f.start;
    for (; i < f.end && i < f.start + 4 && bytes_data(f.object)[i] >= 128; i++)
        builder_add_char(&b, 0xDC00u + bytes_data(f.object)[i]);
    if (i == f.start) {
        builder_discard(&b);
        return refuse(&f, exception);
    }
    f.end = i;
    return answer(&f, &b);
}

/* The Unicode encoding that an exception names; CODEC_OTHER: it is none. */
static enum codec_id unicode_encoding(value exception)
{
    value name = attr_get(exception, NAME(encoding));
    struct text text;
    enum codec_id id = CODEC_OTHER;
    if (name && is_str(name) && text_of(name, &text)) {
        id = codec_find(text.bytes);
        text_release(&text);
    }
    error_clear();
    value_dec(name);
    if (id == CODEC_UTF16 || id == CODEC_UTF32)
        id++; /* little endian */
    return id == CODEC_UTF8 || (id > CODEC_ASCII && id < CODEC_UNICODE_ESCAPE) ? id : CODEC_OTHER;
}

static value pass_encoded(struct failure *f, value exception, enum codec_id id)
{
    struct bytes_builder bytes = {0};
    struct encode_context c = {.id = id, .text = str_exact(f->object), .out = &bytes};
    for (ssize i = f->start; i < f->end; thread_report_at((size_t)++i)) {
        uint32_t code = str_at(f->object, (size_t)i);
        if (code < 0xD800 || code > 0xDFFF) {
            bytes_builder_discard(&bytes);
            return refuse(f, exception);
        }
        codec_pass_surrogate(&c, code);
    }
    value out = bytes_builder_finish(&bytes), end = out ? int_from_i64(f->end) : NULL;
    value result = end ? tuple_pack(2, out, end) : NULL;
    value_dec(end);
    value_dec(out);
    value_dec(f->object);
    return result;
}

/* Surrogates travel as the encoding would write them. */
static value surrogatepass(value self, value exception)
{
    struct failure f;
    if (value_is_of(exception, EXC(UnicodeTranslateError)))
        return wrong_kind(exception);
    if (!failure_get(exception, &f))
        return NULL;
    enum codec_id id = unicode_encoding(exception);
    if (id == CODEC_OTHER)
        return refuse(&f, exception);
    if (f.encoding)
        return pass_encoded(&f, exception, id);
    struct decode_context c = {.id = id, .bytes = bytes_data(f.object), .length = bytes_length(f.object)};
    uint32_t code;
    size_t size = codec_passed_surrogate(&c, (size_t)f.start, &code);
    if (!size)
        return refuse(&f, exception);
    struct str_builder b;
    builder_init(&b);
    builder_add_char(&b, code);
    f.end = f.start + (ssize)size;
    return answer(&f, &b);
}

static const struct method_def standard[] = {
    METHOD("strict", strict, "(exception, /)", "Implements the 'strict' error handling."),
    METHOD("ignore", ignore, "(exception, /)", "Implements the 'ignore' error handling."),
    METHOD("replace", replace, "(exception, /)", "Implements the 'replace' error handling."),
    METHOD("backslashreplace", backslashreplace, "(exception, /)", "Implements the 'backslashreplace' error handling."),
    METHOD("namereplace", namereplace, "(exception, /)", "Implements the 'namereplace' error handling."),
    METHOD("xmlcharrefreplace", xmlcharrefreplace, "(exception, /)",
           "Implements the 'xmlcharrefreplace' error handling."),
    METHOD("surrogatepass", surrogatepass, "(exception, /)", "Implements the 'surrogatepass' error handling."),
    METHOD("surrogateescape", surrogateescape, "(exception, /)", "Implements the 'surrogateescape' error handling."),
    {0},
};

static value lookup_text(const char *name)
{
    value dict = atomic_load(&handlers), handler = dict ? dict_get_text(dict, name) : VALUE_MISSING;
    return handler == VALUE_MISSING ? raise(EXC(LookupError), "unknown error handler name '%s'", name) : handler;
}
static value lookup_error(value self, value given_name)
{
    struct text name;
    if (!argument_text(given_name, "lookup_error", 0, &name))
        return NULL;
    value handler = lookup_text(name.bytes);
    text_release(&name);
    return handler;
}
static value register_error(value self, value errors, value handler)
{
    if (!argument_is_str(errors, "register_error", 1))
        return NULL;
    if (!value_is_callable(handler))
        return raise(EXC(TypeError), "handler must be callable");
    return dict_set(atomic_load(&handlers), errors, handler) ? VALUE_NONE : NULL;
}
static const struct method_def functions[] = {
    METHOD("lookup_error", lookup_error, "(name, /)",
           "Return the error handler for the specified error handling name."),
    METHOD("register_error", register_error, "(errors, handler, /)",
           "Register the specified error handler under the name errors."),
    {0},
};

bool codecs_errors_fill(value module)
{
    if (!atomic_load(&handlers)) {
        value dict = dict_new();
        bool done = dict != NULL;
        for (const struct method_def *h = standard; done && h->name; h++) {
            value function = builtin_function_new(h, NULL, NULL);
            done = function && dict_set_text(dict, h->name, function);
            value_dec(function);
        }
        if (!done) {
            value_dec(dict);
            return false;
        }
        atomic_store(&handlers, dict);
        codec_registry.error_handler = lookup_text;
    }
    return module_add_functions(module, functions);
}
void codecs_errors_finish(void)
{
    value_dec(atomic_exchange(&handlers, NULL));
}

/*
 * The _codecs module: the registry of codecs and error handlers, and the codecs of objects/text/codec.h as functions.
 *
 * The registry begins with nothing: the first lookup imports `encodings`, which registers the standard library's search
 * function. Codecs found are remembered by normalised name.
 */
#include "runtime/modules/text/codecs.h"
#include "runtime/arguments.h"
#include "runtime/modules/text/codecs_errors.h"
#include "runtime/modules/importing/import.h"
#include "runtime/modules/module.h"
#include "runtime/objects/text/codec.h"
#include "runtime/raw.h"
#include "threads/pause.h"

#include <ctype.h>
#include <stdlib.h>

static value_slot search_path, found_codecs; /* a list and a dict; made by the module's first fill */
static _Atomic bool encodings_loaded;

/* ---- lookup ---- */

/* Lower case, and '_' for every run of what is neither letter, digit nor '.'. */
static value normalized(value name)
{
    struct text text;
    if (!text_of(name, &text))
        return NULL;
    char *out = malloc(text.length + 1);
    size_t n = 0;
    bool gap = false;
    for (size_t i = 0; out && i < text.length; thread_report_at(++i)) {
        unsigned char c = (unsigned char)text.bytes[i];
        if (isalnum(c) || c == '.') {
            if (gap && n)
                out[n++] = '_';
            gap = false;
            out[n++] = (char)tolower(c);
        } else {
            gap = true;
        }
    }
    text_release(&text);
    value result = out ? str_from_utf8_surrogates(out, n) : raise_no_memory();
    raw_free(out);
    return result;
}

static value search(value name, value shown)
{
    if (!atomic_load(&encodings_loaded)) { /* who comes while another thread imports it waits there for it */
        value module = import_module("encodings");
        if (!module)
            return NULL;
        value_dec(module);
        atomic_store(&encodings_loaded, true);
    }
    value path = atomic_load(&search_path), result = VALUE_NONE;
    for (size_t i = 0; result == VALUE_NONE; i++) {
        value function = list_get(path, i);
        if (function == VALUE_MISSING)
            return raise(EXC(LookupError), "unknown encoding: %S", shown);
        result = call_1(function, name);
        value_dec(function);
        if (result && result != VALUE_NONE && (!is_tuple(result) || tuple_length(result) != 4)) {
            value_dec(result);
            return raise(EXC(TypeError), "codec search functions must return 4-tuples");
        }
    }
    return result;
}

static value lookup(value encoding)
{
    value name = normalized(encoding), cache = atomic_load(&found_codecs);
    value codec = name ? dict_get(cache, name) : NULL;
    if (codec == VALUE_MISSING) {
        codec = search(name, encoding);
        if (codec && !dict_set(cache, name, codec)) {
            value_dec(codec);
            codec = NULL;
        }
    }
    value_dec(name);
    return codec;
}

/* May an exception of this type be made anew with a message alone? */
static bool is_plain_exception(struct type *type)
{
    struct type *plain = EXC(BaseException), *builtin = type;
    if (type_slot(type, new) != type_slot(plain, new) || type_slot(type, init) != type_slot(plain, init))
        return false;
    while (builtin && type_flags(builtin) & TYPE_FLAG_HEAP)
        builtin = atomic_load_explicit(&builtin->base, memory_order_relaxed);
    return builtin && builtin->gc.instance_size == plain->gc.instance_size;
}

/* Say of the current exception which codec it comes from, where that loses nothing. */
static void name_codec(value encoding, size_t index)
{
    value exception = error_fetch(), args = attr_get(exception, NAME(args)), dict = attr_get(exception, NAME(__dict__));
    struct type *type = value_type(exception);
    bool plain = args && dict && is_plain_exception(type) && is_dict(dict) && dict_length(dict) == 0 &&
                 is_tuple(args) &&
                 (tuple_length(args) == 0 || (tuple_length(args) == 1 && value_is(tuple_get(args, 0), TYPE_ID_STR)));
    value_dec(dict);
    value_dec(args);
    error_clear();
    if (plain) {
        raise(type, "%s with '%S' codec failed (%T: %S)", index ? "decoding" : "encoding", encoding, exception,
              exception);
        value named = error_fetch();
        exception_set_cause(named, value_inc(exception));
        error_restore(named);
        value_dec(exception);
    } else {
        error_restore(exception);
    }
}

/* codec[index](object, errors)[0] */
static value apply(value object, value encoding, value errors, size_t index)
{
    value codec = lookup(encoding);
    if (!codec)
        return NULL;
    value pair =
        is_missing(errors) ? call_1(tuple_get(codec, index), object) : call_2(tuple_get(codec, index), object, errors);
    value_dec(codec);
    if (!pair) {
        name_codec(encoding, index);
        return NULL;
    }
    value result;
    if (is_tuple(pair) && tuple_length(pair) == 2)
        result = value_inc(tuple_get(pair, 0));
    else
        result = raise(EXC(TypeError), "%s must return a tuple (object, integer)", index ? "decoder" : "encoder");
    value_dec(pair);
    return result;
}

/* str.encode and bytes.decode take codecs between str and bytes only. */
static bool check_text_encoding(value name, size_t index)
{
    value codec = lookup(name), mark = codec ? attr_get_optional(codec, NAME(_is_text_encoding)) : NULL;
    int truth = !mark ? -1 : mark == VALUE_MISSING ? 1 : value_truth(mark);
    value_dec(mark);
    value_dec(codec);
    if (truth == 0)
        return raise_false(EXC(LookupError), "'%S' is not a text encoding; use codecs.%s() to handle arbitrary codecs",
                           name, index ? "decode" : "encode");
    return truth > 0;
}

static value apply_text(value object, const char *encoding, const char *errors, size_t index)
{
    value name = str_from_text(encoding), handler = name && errors ? str_from_text(errors) : VALUE_MISSING;
    value result = name && handler && check_text_encoding(name, index) ? apply(object, name, handler, index) : NULL;
    value_dec(handler);
    value_dec(name);
    return result;
}
static value registry_encode(value text, const char *encoding, const char *errors)
{
    return apply_text(text, encoding, errors, 0);
}
static bool registry_known(const char *encoding)
{
    value name = str_from_text(encoding), codec = name ? lookup(name) : NULL;
    value_dec(codec);
    value_dec(name);
    return codec != NULL;
}
static value registry_decode(value bytes, const char *encoding, const char *errors)
{
    return apply_text(bytes, encoding, errors, 1);
}

static value module_register(value self, value search_function)
{
    if (!value_is_callable(search_function))
        return raise(EXC(TypeError), "argument must be callable");
    return list_append(atomic_load(&search_path), search_function) ? VALUE_NONE : NULL;
}
static value module_unregister(value self, value search_function)
{
    value path = atomic_load(&search_path);
    for (size_t i = 0; i < list_length(path); thread_report_at(++i)) {
        value function = list_get(path, i);
        bool same = function == search_function;
        value_dec(function);
        if (same) {
            dict_clear(atomic_load(&found_codecs));
            value_dec(list_pop(path, (ssize)i));
            error_clear();
            break;
        }
    }
    return VALUE_NONE;
}
static bool check_str(value v, const char *function, const char *argument)
{
    return is_str(v) || raise_false(EXC(TypeError), "%s() argument %s must be str, not %K", function, argument, v);
}
static value module_lookup(value self, value encoding)
{
    struct text text;
    if (!argument_text(encoding, "lookup", 0, &text))
        return NULL;
    text_release(&text);
    return lookup(encoding);
}
static value module_encode(value self, value obj, value given_encoding, value errors)
{
    value encoding = is_missing(given_encoding) ? NAME_TEXT("utf-8") : given_encoding;
    if (!check_str(encoding, "encode", "'encoding'") ||
        (!is_missing(errors) && !check_str(errors, "encode", "'errors'")))
        return NULL;
    return apply(obj, encoding, errors, 0);
}
static value module_decode(value self, value obj, value given_encoding, value errors)
{
    value encoding = is_missing(given_encoding) ? NAME_TEXT("utf-8") : given_encoding;
    if (!check_str(encoding, "decode", "'encoding'") ||
        (!is_missing(errors) && !check_str(errors, "decode", "'errors'")))
        return NULL;
    return apply(obj, encoding, errors, 1);
}

/* ---- the codecs as functions: (result, how much was consumed) ---- */
value codecs_pair(value result /* stolen */, size_t consumed)
{
    value number = result ? int_from_u64(consumed) : NULL;
    value tuple = number ? tuple_pack(2, result, number) : NULL;
    value_dec(number);
    value_dec(result);
    return tuple;
}
bool codecs_errors_of(value v, const char *function, struct text *text)
{
    if (!argument_text_or_none(v, function, 2, text))
        return false;
    if (!text->bytes)
        *text = (struct text){.bytes = "strict", .length = 6};
    return true;
}

value codecs_bytes_of(value v)
{
    return is_str(v) ? str_encode(v, "utf-8", "strict") : bytes_from_buffer(v);
}

static value encode_with(enum codec_id id, const char *function, const value *args)
{
    struct text errors;
    if (!argument_is_str(args[0], function, 1) || !codecs_errors_of(args[1], function, &errors))
        return NULL;
    value result = codecs_pair(codec_encode(id, args[0], errors.bytes), str_length(args[0]));
    text_release(&errors);
    return result;
}

/* The first two arguments of a function that decodes. */
static bool encoded(const char *function, const value *args, struct buffer *data, struct text *errors)
{
    if (!buffer_get(args[0], data, BUFFER_SIMPLE))
        return false;
    if (codecs_errors_of(args[1], function, errors))
        return true;
    buffer_release(data);
    return false;
}

static value decode_with(enum codec_id id, const char *function, const value *args, bool incremental)
{
    struct text errors;
    int final = 1;
    struct buffer data;
    if (!encoded(function, args, &data, &errors))
        return NULL;
    if (incremental && !value_as_int(args[2], &final)) {
        buffer_release(&data);
        text_release(&errors);
        return NULL;
    }
    size_t consumed = (size_t)data.length;
    value result = codec_decode(id, data.data, (size_t)data.length, errors.bytes, final ? NULL : &consumed, NULL);
    buffer_release(&data);
    text_release(&errors);
    return codecs_pair(result, consumed);
}
#define CODEC(NAME, ID, INCREMENTAL)                                \
    static value NAME##_encode(value self, const value *args)       \
    {                                                               \
        return encode_with(ID, #NAME "_encode", args);              \
    }                                                               \
    static value NAME##_decode(value self, const value *args)       \
    {                                                               \
        return decode_with(ID, #NAME "_decode", args, INCREMENTAL); \
    }
CODEC(utf_8, CODEC_UTF8, true)
CODEC(latin_1, CODEC_LATIN1, false)
CODEC(ascii, CODEC_ASCII, false)
/* By the third argument: -1 little endian, 1 big endian, without a mark. */
#define ORDERED(NAME, ID)                                                                          \
    static value NAME##_encode(value self, const value *args)                                      \
    {                                                                                              \
        int order;                                                                                 \
        if (!argument_is_str(args[0], #NAME "_encode", 1) || !value_as_int(args[2], &order))       \
            return NULL;                                                                           \
        return encode_with(order < 0 ? ID##_LE : order > 0 ? ID##_BE : ID, #NAME "_encode", args); \
    }                                                                                              \
    static value NAME##_decode(value self, const value *args)                                      \
    {                                                                                              \
        return decode_with(ID, #NAME "_decode", args, true);                                       \
    }
ORDERED(utf_16, CODEC_UTF16)
CODEC(utf_16_le, CODEC_UTF16_LE, true)
CODEC(utf_16_be, CODEC_UTF16_BE, true)
ORDERED(utf_32, CODEC_UTF32)
CODEC(utf_32_le, CODEC_UTF32_LE, true)
CODEC(utf_32_be, CODEC_UTF32_BE, true)

/* utf_16_ex_decode(data, errors, byteorder, final) -> (text, consumed, byteorder) */
static value decode_ex(enum codec_id id, const char *function, const value *args)
{
    struct text errors;
    struct buffer data;
    int order, final;
    if (!encoded(function, args, &data, &errors))
        return NULL;
    if (!value_as_int(args[2], &order) || !value_as_int(args[3], &final)) {
        buffer_release(&data);
        text_release(&errors);
        return NULL;
    }
    size_t consumed = (size_t)data.length;
    value text = codec_decode(id, data.data, (size_t)data.length, errors.bytes, final ? NULL : &consumed, &order);
    buffer_release(&data);
    text_release(&errors);
    value number = text ? int_from_u64(consumed) : NULL;
    value result = number ? tuple_pack(3, text, number, small_int(order)) : NULL;
    value_dec(number);
    value_dec(text);
    return result;
}
static value utf_16_ex_decode(value self, const value *args)
{
    return decode_ex(CODEC_UTF16, "utf_16_ex_decode", args);
}
static value utf_32_ex_decode(value self, const value *args)
{
    return decode_ex(CODEC_UTF32, "utf_32_ex_decode", args);
}

static value escape_text(const char *function, const value *args, bool raw)
{
    struct text errors;
    if (!argument_is_str(args[0], function, 1) || !codecs_errors_of(args[1], function, &errors))
        return NULL;
    text_release(&errors);
    return codecs_pair(codec_encode_unicode_escape(args[0], raw), str_length(args[0]));
}
static value unescape_text(const char *function, const value *args, bool raw)
{
    struct text errors;
    value bytes = codecs_bytes_of(args[0]);
    if (!bytes)
        return NULL;
    value result = NULL;
    int final;
    if (codecs_errors_of(args[1], function, &errors)) {
        if (value_as_int(args[2], &final)) {
            size_t consumed = bytes_length(bytes);
            value text = codec_decode_unicode_escape(bytes_data(bytes), bytes_length(bytes), errors.bytes, raw,
                                                     final ? NULL : &consumed);
            result = codecs_pair(text, consumed);
        }
        text_release(&errors);
    }
    value_dec(bytes);
    return result;
}
static value unicode_escape_encode(value self, const value *args)
{
    return escape_text("unicode_escape_encode", args, false);
}
static value unicode_escape_decode(value self, const value *args)
{
    return unescape_text("unicode_escape_decode", args, false);
}
static value raw_unicode_escape_encode(value self, const value *args)
{
    return escape_text("raw_unicode_escape_encode", args, true);
}
static value raw_unicode_escape_decode(value self, const value *args)
{
    return unescape_text("raw_unicode_escape_decode", args, true);
}
static value readbuffer_encode(value self, const value *args)
{
    struct text errors;
    value bytes = codecs_bytes_of(args[0]);
    if (!bytes || !codecs_errors_of(args[1], "readbuffer_encode", &errors)) {
        value_dec(bytes);
        return NULL;
    }
    text_release(&errors);
    return codecs_pair(bytes, bytes_length(bytes));
}

/* ---- charmap: by a mapping of numbers, or a str of 256 characters ---- */
#define UNDEFINED 0xFFFEu

static bool decode_by_text(struct decode_context *c, value mapping)
{
    uint32_t points[256], few[THREAD_REPORT_STEPS];
    size_t known = str_length(mapping);
    for (size_t k = 0; k < 256; k++)
        points[k] = k < known ? str_at(mapping, k) : UNDEFINED;
    for (size_t i = 0; i < c->length; thread_report()) {
        size_t n = 0;
        uint32_t all = 0;
        for (; n < THREAD_REPORT_STEPS && i < c->length && points[c->bytes[i]] != UNDEFINED; i++)
            all |= few[n++] = points[c->bytes[i]];
        builder_add_chars(c->out, few, n, 4, all);
        if (n < THREAD_REPORT_STEPS && i < c->length &&
            !codec_decode_error(c, i, i + 1, "character maps to <undefined>", &i))
            return false;
    }
    return true;
}

static bool decode_one(struct decode_context *c, value mapping, size_t i, size_t *next)
{
    uint8_t byte = c->bytes[i];
    *next = i + 1;
    value mapped = item_get(mapping, small_int(byte));
    if (!mapped && !error_matches(EXC(LookupError)))
        return false;
    if (!mapped) {
        error_clear();
        mapped = VALUE_NONE;
    }
    int64_t point;
    bool done = true;
    if (is_str(mapped) && !(str_length(mapped) == 1 && str_at(mapped, 0) == UNDEFINED))
        builder_add_str(c->out, mapped);
    else if (is_int(mapped) && int_fits_i64(mapped, &point) && point >= 0 && point <= 0x10FFFF && point != UNDEFINED)
        builder_add_char(c->out, (uint32_t)point);
    else if (mapped == VALUE_NONE || is_str(mapped) ||
             (is_int(mapped) && int_fits_i64(mapped, &point) && point == UNDEFINED))
        done = codec_decode_error(c, i, i + 1, "character maps to <undefined>", next);
    else
        done = raise_false(EXC(TypeError), is_int(mapped) ? "character mapping must be in range(0x110000)"
                                                          : "character mapping must return integer, None or str");
    value_dec(mapped);
    return done;
}
static value charmap_decode(value self, const value *args)
{
    if (!is_given(args[2]))
        return decode_with(CODEC_LATIN1, "charmap_decode", args, false);
    value bytes = bytes_from_buffer(args[0]);
    struct text errors;
    if (!bytes || !codecs_errors_of(args[1], "charmap_decode", &errors)) {
        value_dec(bytes);
        return NULL;
    }
    struct str_builder out;
    builder_init(&out);
    struct decode_context c = {.encoding = "charmap",
                               .errors = errors.bytes,
                               .id = CODEC_OTHER,
                               .bytes = bytes_data(bytes),
                               .length = bytes_length(bytes),
                               .out = &out};
    bool by_text = is_str(args[2]), done = !by_text || decode_by_text(&c, args[2]);
    for (size_t i = 0, step = 1; !by_text && done && i < c.length; thread_report_at(step++))
        done = decode_one(&c, args[2], i, &i);
    text_release(&errors);
    value_dec(c.replaced);
    value text = done ? builder_finish(&out) : NULL;
    if (!done)
        builder_discard(&out);
    value result = text ? codecs_pair(text, bytes_length(bytes)) : NULL;
    value_dec(bytes);
    return result;
}

/* The bytes of one character: 1; 0: it has none; -1: an exception. */
static int charmap_put(struct encode_context *c, uint32_t point)
{
    value mapped = item_get(c->mapping, small_int(point));
    if (!mapped) {
        if (!error_matches(EXC(LookupError)))
            return -1;
        error_clear();
        return 0;
    }
    int64_t byte;
    int status = 1;
    if (is_bytes(mapped))
        bytes_builder_add(c->out, bytes_data(mapped), bytes_length(mapped));
    else if (is_int(mapped) && int_fits_i64(mapped, &byte) && byte >= 0 && byte < 256)
        bytes_builder_add_byte(c->out, (uint8_t)byte);
    else if (mapped == VALUE_NONE)
        status = 0;
    else
        status = raise_int(EXC(TypeError),
                           is_int(mapped) ? "character mapping must be in range(256)"
                                          : "character mapping must return integer, bytes or None, not %T",
                           mapped);
    value_dec(mapped);
    return status;
}

/* What stands in for characters that have no bytes. */
static bool charmap_put_text(struct encode_context *c, value text)
{
    for (size_t i = 0; i < str_length(text); thread_report_at(++i))
        if (charmap_put(c, str_at(text, i)) <= 0)
            return false;
    return true;
}

static bool charmap_encode_one(struct encode_context *c, size_t i, size_t *next)
{
    int status = charmap_put(c, str_at(c->text, i));
    *next = i + 1;
    if (status)
        return status > 0;
    /* All characters in a row that have none are one error. */
    size_t end = i + 1, before = c->out->length, length = str_length(c->text);
    while (end < length && (status = charmap_put(c, str_at(c->text, end))) == 0)
        thread_report_at(++end);
    if (status < 0)
        return false;
    c->out->length = before;
    return codec_encode_error(c, i, end, "character maps to <undefined>", next);
}
static value charmap_encode(value self, const value *args)
{
    if (!is_given(args[2]))
        return encode_with(CODEC_LATIN1, "charmap_encode", args);
    struct text errors;
    if (!argument_is_str(args[0], "charmap_encode", 1))
        return NULL;
    value text = str_to_exact(args[0]);
    if (!text || !codecs_errors_of(args[1], "charmap_encode", &errors)) {
        value_dec(text);
        return NULL;
    }
    struct bytes_builder out = {0};
    struct encode_context c = {.encoding = "charmap",
                               .errors = errors.bytes,
                               .id = CODEC_OTHER,
                               .text = text,
                               .out = &out,
                               .put = charmap_put_text,
                               .mapping = args[2]};
    bool done = true;
    size_t length = str_length(text);
    for (size_t i = 0, step = 1; done && i < length; thread_report_at(step++))
        done = charmap_encode_one(&c, i, &i);
    text_release(&errors);
    value_dec(text);
    if (done)
        return codecs_pair(bytes_builder_finish(&out), length);
    bytes_builder_discard(&out);
    return NULL;
}
static value charmap_build(value self, value map)
{
    if (!argument_is_str(map, "charmap_build", 0))
        return NULL;
    value dict = dict_new();
    for (size_t i = 0; dict && i < str_length(map); thread_report_at(++i))
        if (str_at(map, i) != UNDEFINED && !dict_set(dict, small_int(str_at(map, i)), small_int((int64_t)i))) {
            value_dec(dict);
            return NULL;
        }
    return dict;
}

#define ENCODE(NAME) METHOD(#NAME "_encode", NAME##_encode, "(str, errors=None, /)", NULL)
#define DECODE(NAME) METHOD(#NAME "_decode", NAME##_decode, "(data, errors=None, final=False, /)", NULL)
#define BOTH(NAME)   ENCODE(NAME), DECODE(NAME)
static const struct method_def functions[] = {
    METHOD("register", module_register, "(search_function, /)", "Register a codec search function."),
    METHOD("unregister", module_unregister, "(search_function, /)",
           "Unregister a codec search function and clear the registry's cache."),
    METHOD("lookup", module_lookup, "(encoding, /)",
           "Looks up a codec tuple in the Python codec registry and returns a CodecInfo object."),
    METHOD("encode", module_encode, "(obj, encoding=<unrepresentable>, errors=<unrepresentable>)",
           "Encodes obj using the codec registered for encoding."),
    METHOD("decode", module_decode, "(obj, encoding=<unrepresentable>, errors=<unrepresentable>)",
           "Decodes obj using the codec registered for encoding."),
    BOTH(utf_8),
    METHOD("utf_16_encode", utf_16_encode, "(str, errors=None, byteorder=0, /)", NULL),
    DECODE(utf_16),
    BOTH(utf_16_le),
    BOTH(utf_16_be),
    METHOD("utf_32_encode", utf_32_encode, "(str, errors=None, byteorder=0, /)", NULL),
    DECODE(utf_32),
    BOTH(utf_32_le),
    BOTH(utf_32_be),
    ENCODE(latin_1),
    METHOD("latin_1_decode", latin_1_decode, "(data, errors=None, /)", NULL),
    ENCODE(ascii),
    METHOD("ascii_decode", ascii_decode, "(data, errors=None, /)", NULL),
    METHOD("utf_7_encode", codecs_utf_7_encode, "(str, errors=None, /)", NULL),
    METHOD("utf_7_decode", codecs_utf_7_decode, "(data, errors=None, final=False, /)", NULL),
    METHOD("escape_encode", codecs_escape_encode, "(data, errors=None, /)", NULL),
    METHOD("escape_decode", codecs_escape_decode, "(data, errors=None, /)", NULL),
    ENCODE(unicode_escape),
    METHOD("unicode_escape_decode", unicode_escape_decode, "(data, errors=None, final=True, /)", NULL),
    ENCODE(raw_unicode_escape),
    METHOD("raw_unicode_escape_decode", raw_unicode_escape_decode, "(data, errors=None, final=True, /)", NULL),
    METHOD("utf_16_ex_decode", utf_16_ex_decode, "(data, errors=None, byteorder=0, final=False, /)", NULL),
    METHOD("utf_32_ex_decode", utf_32_ex_decode, "(data, errors=None, byteorder=0, final=False, /)", NULL),
    ENCODE(readbuffer),
    METHOD("charmap_decode", charmap_decode, "(data, errors=None, mapping=None, /)", NULL),
    METHOD("charmap_encode", charmap_encode, "(str, errors=None, mapping=None, /)", NULL),
    METHOD("charmap_build", charmap_build, "(map, /)", NULL),
    {0},
};

static bool fill(value module)
{
    if (!atomic_load(&search_path)) {
        value path = list_new(2), dict = dict_new();
        if (!path || !dict) {
            value_dec(path);
            value_dec(dict);
            return false;
        }
        atomic_store(&found_codecs, dict);
        atomic_store(&search_path, path);
        codec_registry.encode = registry_encode;
        codec_registry.decode = registry_decode;
        codec_registry.known = registry_known;
    }
    return codecs_errors_fill(module);
}
static void finish(void)
{
    codec_registry = (struct codec_registry){0};
    value_dec(atomic_exchange(&search_path, NULL));
    value_dec(atomic_exchange(&found_codecs, NULL));
    codecs_errors_finish();
}

const struct module_def _codecs_module = {
    .name = "_codecs",
    .functions = functions,
    .fill = fill,
    .finish = finish,
};

/* _multibytecodec: codecs as objects, and what the objects that keep a codec's state have in common. */
#include "runtime/modules/multibyte/multibyte.h"

#include <string.h>

/* ---- codecs ---- */
struct codec_object {
    struct object header;
    const struct multibyte_codec *codec;
};
static _Atomic(struct type *) codec_type;

static const char encode_doc[] =
    "Return an encoded string version of `input'.\n\n'errors' may be given to set a different error handling scheme. "
    "Default is\n'strict' meaning that encoding errors raise a UnicodeEncodeError. Other possible\nvalues are "
    "'ignore', "
    "'replace' and 'xmlcharrefreplace' as well as any other name\nregistered with codecs.register_error that can "
    "handle "
    "UnicodeEncodeErrors.";
static const char decode_doc[] =
    "Decodes 'input'.\n\n'errors' may be given to set a different error handling scheme. Default is\n'strict' meaning "
    "that encoding errors raise a UnicodeDecodeError. Other possible\nvalues are 'ignore' and 'replace' as well as any "
    "other name registered with\ncodecs.register_error that is able to handle UnicodeDecodeErrors.";

/* The name of an error handler, borrowed; NULL: strict. False with an exception. */
static bool errors_argument(const char *function, value given, value *errors)
{
    *errors = is_given(given) ? given : NULL;
    struct text text;
    if (!*errors)
        return true;
    if (!is_str(given))
        return raise_false(EXC(TypeError), "%s() argument 'errors' must be str or None, not %K", function, given);
    if (!text_of(given, &text))
        return false;
    bool whole = strlen(text.bytes) == text.length;
    text_release(&text);
    return whole || raise_false(EXC(ValueError), "embedded null character");
}
/* (result, length); the result is stolen, NULL is passed on */
static value with_length(value result, size_t length)
{
    value number = result ? int_from_u64(length) : NULL, pair = number ? tuple_pack(2, result, number) : NULL;
    value_dec(number);
    value_dec(result);
    return pair;
}

static value codec_encode_text(value v, value input, value given_errors)
{
    const struct multibyte_codec *codec = ((struct codec_object *)v)->codec;
    struct multibyte_progress progress = {0};
    value errors, text;
    bool called;
    if (!errors_argument("encode", given_errors, &errors) || !(text = multibyte_text_of(input)))
        return NULL;
    memcpy(progress.state, codec->encode_start, sizeof progress.state);
    value bytes = multibyte_encode(codec, &progress, text, errors, true, &called);
    size_t length = str_exact_length(text);
    value_dec(text);
    return with_length(bytes, length);
}
static value codec_decode_bytes(value v, value input, value given_errors)
{
    const struct multibyte_codec *codec = ((struct codec_object *)v)->codec;
    struct multibyte_progress progress = {0};
    struct buffer data;
    value errors;
    bool called;
    if (!buffer_get(input, &data, BUFFER_SIMPLE))
        return NULL;
    value text = NULL;
    size_t length = (size_t)data.length;
    if (errors_argument("decode", given_errors, &errors)) {
        memcpy(progress.state, codec->decode_start, sizeof progress.state);
        text = multibyte_decode(codec, &progress, data.data, length, errors, MULTIBYTE_ALL, &called);
    }
    buffer_release(&data);
    return with_length(text, length);
}
static const struct method_def codec_methods[] = {
    METHOD("encode", codec_encode_text, "($self, input, errors=None)", encode_doc),
    METHOD("decode", codec_decode_bytes, "($self, input, errors=None)", decode_doc),
    {0},
};
static const struct type_spec codec_spec = {
    .name = "_multibytecodec.MultibyteCodec",
    .size = sizeof(struct codec_object),
    .flags = TYPE_FLAG_NO_NEW,
    .methods = codec_methods,
};

value multibyte_codec_get(const struct multibyte_codec *codecs, value name)
{
    struct text text;
    if (!is_str(name))
        return raise(EXC(TypeError), "encoding name must be a string.");
    if (!text_of(name, &text))
        return NULL;
    while (codecs->name && strcmp(codecs->name, text.bytes) != 0)
        codecs++;
    text_release(&text);
    if (!codecs->name)
        return raise(EXC(LookupError), "no such codec is supported.");
    struct type *type = type_define_once(&codec_type, &codec_spec);
    struct codec_object *codec = type ? (struct codec_object *)object_new(type, sizeof *codec) : NULL;
    if (codec)
        codec->codec = codecs;
    return value_of(codec);
}

/* ---- objects that keep a state ---- */
value multibyte_object_new(struct type *type, const char *function, value stream, value errors, int position)
{
    if (is_missing(errors)) {
        errors = NULL;
    } else {
        if (!is_str(errors))
            return raise(EXC(TypeError), "%s() argument %d must be str, not %K", function, position, errors);
        if (!errors_argument(function, errors, &errors))
            return NULL;
    }
    value codec = attr_get(value_of(type), NAME(codec));
    if (!codec)
        return NULL;
    struct multibyte_object *o = NULL;
    if (value_type(codec) != atomic_load(&codec_type))
        raise(EXC(TypeError), "codec is unexpected type");
    else
        o = (struct multibyte_object *)object_new(type, sizeof *o);
    if (o) {
        o->codec = ((struct codec_object *)codec)->codec;
        slot_init(&o->errors, value_inc(errors));
        slot_init(&o->stream, value_inc(stream));
    }
    value_dec(codec);
    return value_of(o);
}
bool multibyte_object_init(value v, const value *args, size_t nargs, value kwnames)
{
    return true;
}
void multibyte_object_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &MULTIBYTE(o)->errors);
    trace_slot(trace, &MULTIBYTE(o)->stream);
}
void multibyte_object_destroy(struct object *o)
{
    slot_drop(&MULTIBYTE(o)->errors);
    slot_drop(&MULTIBYTE(o)->stream);
}

static value errors_get(value v)
{
    value errors = slot_load(&MULTIBYTE(v)->header, &MULTIBYTE(v)->errors);
    return errors ? errors : value_inc(NAME(strict));
}
static bool errors_set(value v, value given)
{
    value errors;
    if (!given)
        return raise_false(EXC(AttributeError), "cannot delete attribute");
    if (!is_str(given))
        return raise_false(EXC(TypeError), "errors must be a string");
    if (!errors_argument("errors", given, &errors))
        return false;
    slot_store(&MULTIBYTE(v)->header, &MULTIBYTE(v)->errors, value_inc(errors));
    return true;
}
const struct getset_def multibyte_object_getset[] = {
    {"errors", errors_get, errors_set, "how to treat errors"},
    {0},
};

/* ---- steps ---- */
struct multibyte_progress multibyte_progress_load(struct multibyte_object *o)
{
    object_lock(&o->header);
    struct multibyte_progress progress = o->progress;
    object_unlock(&o->header);
    return progress;
}
void multibyte_progress_store(struct multibyte_object *o, const struct multibyte_progress *progress)
{
    object_lock(&o->header);
    o->progress = *progress;
    object_unlock(&o->header);
}
/* Keep what a call made of the progress that it began with. False: it is a step (`result`, and no handler was called)
   and another thread was faster, so it is to be done again. */
static bool keep(struct multibyte_object *o, const struct multibyte_progress *before,
                 const struct multibyte_progress *after, value result, bool called)
{
    bool always = !result || called;
    object_lock(&o->header);
    bool kept = always || memcmp(&o->progress, before, sizeof *before) == 0;
    if (kept)
        o->progress = *after;
    object_unlock(&o->header);
    return kept;
}

value multibyte_object_encode(struct multibyte_object *o, value input, bool final)
{
    value text = multibyte_text_of(input), errors = slot_load(&o->header, &o->errors), bytes = NULL;
    while (text) {
        struct multibyte_progress before = multibyte_progress_load(o), after = before;
        bool called = false;
        bytes = multibyte_encode(o->codec, &after, text, errors, final, &called);
        if (keep(o, &before, &after, bytes, called))
            break;
        value_dec(bytes);
    }
    value_dec(errors);
    value_dec(text);
    return bytes;
}
value multibyte_object_decode(struct multibyte_object *o, const uint8_t *bytes, size_t length, bool final)
{
    value errors = slot_load(&o->header, &o->errors), text;
    for (;;) {
        struct multibyte_progress before = multibyte_progress_load(o), after = before;
        bool called = false;
        text =
            multibyte_decode(o->codec, &after, bytes, length, errors, final ? MULTIBYTE_LAST : MULTIBYTE_MORE, &called);
        if (keep(o, &before, &after, text, called))
            break;
        value_dec(text);
    }
    value_dec(errors);
    return text;
}

/* ---- the module ---- */
static struct type *encoder_type, *decoder_type, *reader_type, *writer_type;

static bool fill(value module)
{
    return module_define_type(module, &encoder_type, &multibyte_encoder_spec) &&
           module_define_type(module, &decoder_type, &multibyte_decoder_spec) &&
           module_define_type(module, &reader_type, &multibyte_reader_spec) &&
           module_define_type(module, &writer_type, &multibyte_writer_spec);
}
const struct module_def _multibytecodec_module = {.name = "_multibytecodec", .fill = fill};

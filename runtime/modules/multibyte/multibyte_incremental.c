/* Encoders and decoders that take a text, or bytes, piece by piece. */
#include "runtime/modules/multibyte/multibyte.h"

#include <string.h>

static value new_incremental(struct type *type, const char *function, struct signature *signature, const value *args,
                             size_t nargs, value kwnames)
{
    value bound[1];
    if (!signature_bind(signature, args, nargs, kwnames, bound))
        return NULL;
    return multibyte_object_new(type, function, NULL, bound[0], 1);
}

/* ---- encoders ---- */
static value encoder_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature = SIGNATURE("IncrementalEncoder", "(errors='strict')");
    value v = new_incremental(type, "IncrementalEncoder", &signature, args, nargs, kwnames);
    if (v)
        memcpy(MULTIBYTE(v)->progress.state, MULTIBYTE(v)->codec->encode_start, MULTIBYTE_STATE);
    return v;
}
static value encoder_encode(value v, value input, value given_final)
{
    int final;
    return value_as_int(given_final, &final) ? multibyte_object_encode(MULTIBYTE(v), input, final) : NULL;
}
static value encoder_reset(value v)
{
    struct multibyte_progress progress = {0};
    uint8_t dropped[MULTIBYTE_LONGEST];
    memcpy(progress.state, multibyte_progress_load(MULTIBYTE(v)).state, sizeof progress.state);
    if (MULTIBYTE(v)->codec->encode_reset)
        MULTIBYTE(v)->codec->encode_reset(progress.state, dropped);
    multibyte_progress_store(MULTIBYTE(v), &progress);
    return VALUE_NONE;
}

/* The state as a number, the lowest byte first: how many bytes of UTF-8 wait, these, the codec's state. */
enum { UTF8_MAX = 8 };
static value encoder_getstate(value v)
{
    struct multibyte_progress progress = multibyte_progress_load(MULTIBYTE(v));
    struct str_builder b;
    builder_init(&b);
    for (uint32_t i = 0; i < progress.count; i++)
        builder_add_char(&b, progress.waiting[i]);
    value text = builder_finish(&b), utf8 = text ? str_encode(text, "utf-8", "strict") : NULL, number = NULL;
    uint8_t bytes[1 + UTF8_MAX + MULTIBYTE_STATE] = {0};
    if (utf8 && bytes_length(utf8) > UTF8_MAX) {
        raise(EXC(UnicodeError), "pending buffer too large");
    } else if (utf8) {
        bytes[0] = (uint8_t)bytes_length(utf8);
        memcpy(bytes + 1, bytes_data(utf8), bytes[0]);
        memcpy(bytes + 1 + bytes[0], progress.state, sizeof progress.state);
        number = int_from_bytes(bytes, 1 + bytes[0] + sizeof progress.state, true, false);
    }
    value_dec(utf8);
    value_dec(text);
    return number;
}
static value encoder_setstate(value v, value number)
{
    struct multibyte_progress progress = {0};
    uint8_t bytes[1 + UTF8_MAX + MULTIBYTE_STATE];
    if (!is_int(number))
        return raise(EXC(TypeError), "setstate() argument must be int, not %K", number);
    if (!int_to_bytes(number, bytes, sizeof bytes, true, false))
        return NULL;
    if (bytes[0] > UTF8_MAX)
        return raise(EXC(UnicodeError), "pending buffer too large");
    value text = str_decode(bytes + 1, bytes[0], "utf-8", "strict");
    if (!text)
        return NULL;
    for (; progress.count < str_length(text); progress.count++)
        progress.waiting[progress.count] = str_at(text, progress.count);
    value_dec(text);
    memcpy(progress.state, bytes + 1 + bytes[0], sizeof progress.state);
    multibyte_progress_store(MULTIBYTE(v), &progress);
    return VALUE_NONE;
}
static const struct method_def encoder_methods[] = {
    METHOD("encode", encoder_encode, "($self, input, final=False)", NULL),
    METHOD("getstate", encoder_getstate, "($self)", NULL),
    METHOD("setstate", encoder_setstate, "($self, state, /)", NULL),
    METHOD("reset", encoder_reset, "($self)", NULL),
    {0},
};
const struct type_spec multibyte_encoder_spec = {
    .name = "_multibytecodec.MultibyteIncrementalEncoder",
    .size = sizeof(struct multibyte_object),
    .flags = TYPE_FLAG_BASE,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = multibyte_object_traverse,
    .destroy = multibyte_object_destroy,
    .slots = {.new = encoder_new, .init = multibyte_object_init},
    .methods = encoder_methods,
    .getset = multibyte_object_getset,
};

/* ---- decoders ---- */
static value decoder_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature = SIGNATURE("IncrementalDecoder", "(errors='strict')");
    value v = new_incremental(type, "IncrementalDecoder", &signature, args, nargs, kwnames);
    if (v)
        memcpy(MULTIBYTE(v)->progress.state, MULTIBYTE(v)->codec->decode_start, MULTIBYTE_STATE);
    return v;
}
static value decoder_decode(value v, value input, value given_final)
{
    int final;
    struct buffer data;
    if (!buffer_get(input, &data, BUFFER_SIMPLE))
        return NULL;
    value text = NULL;
    if (value_as_int(given_final, &final))
        text = multibyte_object_decode(MULTIBYTE(v), data.data, (size_t)data.length, final);
    buffer_release(&data);
    return text;
}
value multibyte_decoder_reset(value v)
{
    struct multibyte_progress progress = {0};
    memcpy(progress.state, multibyte_progress_load(MULTIBYTE(v)).state, sizeof progress.state);
    if (MULTIBYTE(v)->codec->decode_reset)
        MULTIBYTE(v)->codec->decode_reset(progress.state);
    multibyte_progress_store(MULTIBYTE(v), &progress);
    return VALUE_NONE;
}
/* The bytes that wait, and the codec's state as a number. */
static value decoder_getstate(value v)
{
    struct multibyte_progress progress = multibyte_progress_load(MULTIBYTE(v));
    uint8_t waiting[MULTIBYTE_WAITING];
    for (uint32_t i = 0; i < progress.count; i++)
        waiting[i] = (uint8_t)progress.waiting[i];
    value items[] = {bytes_new(waiting, progress.count),
                     int_from_bytes(progress.state, sizeof progress.state, true, false)};
    return tuple_from_results(items, 2);
}
static value decoder_setstate(value v, value state)
{
    struct multibyte_progress progress = {0};
    if (!is_tuple(state))
        return raise(EXC(TypeError), "setstate() argument must be tuple, not %K", state);
    if (tuple_length(state) != 2 || !is_bytes(tuple_get(state, 0)) || !is_int(tuple_get(state, 1)))
        return raise(EXC(TypeError), "setstate(): illegal state argument");
    value waiting = tuple_get(state, 0);
    if (!int_to_bytes(tuple_get(state, 1), progress.state, sizeof progress.state, true, false))
        return NULL;
    if (bytes_length(waiting) > MULTIBYTE_WAITING)
        return raise(EXC(UnicodeError), "pending buffer too large");
    for (; progress.count < bytes_length(waiting); progress.count++)
        progress.waiting[progress.count] = bytes_data(waiting)[progress.count];
    multibyte_progress_store(MULTIBYTE(v), &progress);
    return VALUE_NONE;
}
static const struct method_def decoder_methods[] = {
    METHOD("decode", decoder_decode, "($self, input, final=False)", NULL),
    METHOD("getstate", decoder_getstate, "($self)", NULL),
    METHOD("setstate", decoder_setstate, "($self, state, /)", NULL),
    METHOD("reset", multibyte_decoder_reset, "($self)", NULL),
    {0},
};
const struct type_spec multibyte_decoder_spec = {
    .name = "_multibytecodec.MultibyteIncrementalDecoder",
    .size = sizeof(struct multibyte_object),
    .flags = TYPE_FLAG_BASE,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = multibyte_object_traverse,
    .destroy = multibyte_object_destroy,
    .slots = {.new = decoder_new, .init = multibyte_object_init},
    .methods = decoder_methods,
    .getset = multibyte_object_getset,
};

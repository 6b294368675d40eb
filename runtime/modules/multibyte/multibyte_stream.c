/* Readers and writers over streams of bytes. */
#include "runtime/modules/multibyte/multibyte.h"

#include <string.h>

static value new_stream(struct type *type, const char *function, struct signature *signature, const value *args,
                        size_t nargs, value kwnames)
{
    value bound[2];
    if (!signature_bind(signature, args, nargs, kwnames, bound))
        return NULL;
    return multibyte_object_new(type, function, bound[0], bound[1], 2);
}
static value stream_get(value v)
{
    return slot_load(&MULTIBYTE(v)->header, &MULTIBYTE(v)->stream);
}
static const struct member_def members[] = {
    {"stream", MEMBER_VALUE_NONE, offsetof(struct multibyte_object, stream), false, NULL},
    {0},
};

/* ---- readers ---- */
static value reader_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature = SIGNATURE("StreamReader", "(stream, errors='strict')");
    value v = new_stream(type, "StreamReader", &signature, args, nargs, kwnames);
    if (v)
        memcpy(MULTIBYTE(v)->progress.state, MULTIBYTE(v)->codec->decode_start, MULTIBYTE_STATE);
    return v;
}

/* The bytes that a method of the stream gives; a size below 0: all. */
static value read_bytes(value v, value method, ssize size)
{
    value stream = stream_get(v), argument = small_int(size);
    value bytes = size < 0 ? call_method_0(stream, method) : call_method_1(stream, method, argument);
    value_dec(stream);
    if (bytes && !is_bytes(bytes)) {
        raise(EXC(TypeError), "stream function returned a non-bytes object (%T)", bytes);
        value_dec(bytes);
        return NULL;
    }
    return bytes;
}
/* What fails is lost, unlike where pieces are given. */
static void forget_waiting(struct multibyte_object *o)
{
    struct multibyte_progress progress = {0};
    memcpy(progress.state, multibyte_progress_load(o).state, sizeof progress.state);
    multibyte_progress_store(o, &progress);
}
static value read_text(value v, value method, ssize size)
{
    if (size == 0)
        return str_empty();
    for (;;) {
        value bytes = read_bytes(v, method, size);
        if (!bytes)
            return NULL;
        size_t length = bytes_length(bytes), had = multibyte_progress_load(MULTIBYTE(v)).count;
        value text = multibyte_object_decode(MULTIBYTE(v), bytes_data(bytes), length, length == 0 || size < 0);
        value_dec(bytes);
        if (!text)
            forget_waiting(MULTIBYTE(v));
        if (!text || size < 0 || str_length(text) || had + length == 0)
            return text;
        value_dec(text);
        size = 1; /* a character is not complete yet */
    }
}
/* None or missing: -1 */
static bool size_argument(value given, ssize *size)
{
    *size = -1;
    if (!is_given(given))
        return true;
    if (!is_int(given))
        return raise_false(EXC(TypeError), "arg 1 must be an integer");
    return int_fits_i64(given, size) || raise_false(EXC(OverflowError), "Python int too large to convert to C ssize_t");
}
static value reader_read(value v, value given)
{
    ssize size;
    return size_argument(given, &size) ? read_text(v, NAME(read), size) : NULL;
}
static value reader_readline(value v, value given)
{
    ssize size;
    return size_argument(given, &size) ? read_text(v, NAME(readline), size) : NULL;
}
static value reader_readlines(value v, value given)
{
    ssize size;
    value text = size_argument(given, &size) ? read_text(v, NAME(read), size) : NULL;
    value lines = text ? call_method_1(text, NAME(splitlines), VALUE_TRUE) : NULL;
    value_dec(text);
    return lines;
}
static const struct method_def reader_methods[] = {
    METHOD("read", reader_read, "($self, sizeobj=None, /)", NULL),
    METHOD("readline", reader_readline, "($self, sizeobj=None, /)", NULL),
    METHOD("readlines", reader_readlines, "($self, sizehintobj=None, /)", NULL),
    METHOD("reset", multibyte_decoder_reset, "($self)", NULL),
    {0},
};
const struct type_spec multibyte_reader_spec = {
    .name = "_multibytecodec.MultibyteStreamReader",
    .size = sizeof(struct multibyte_object),
    .flags = TYPE_FLAG_BASE,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = multibyte_object_traverse,
    .destroy = multibyte_object_destroy,
    .slots = {.new = reader_new, .init = multibyte_object_init},
    .methods = reader_methods,
    .getset = multibyte_object_getset,
    .members = members,
};

/* ---- writers ---- */
static value writer_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature = SIGNATURE("StreamWriter", "(stream, errors='strict')");
    value v = new_stream(type, "StreamWriter", &signature, args, nargs, kwnames);
    if (v)
        memcpy(MULTIBYTE(v)->progress.state, MULTIBYTE(v)->codec->encode_start, MULTIBYTE_STATE);
    return v;
}
/* Write bytes, which are stolen (NULL is passed on). */
static bool write_bytes(value v, value bytes)
{
    value stream = stream_get(v), written = bytes ? call_method_1(stream, NAME(write), bytes) : NULL;
    value_dec(bytes);
    value_dec(stream);
    value_dec(written);
    return written != NULL;
}
static value writer_write(value v, value text)
{
    return write_bytes(v, multibyte_object_encode(MULTIBYTE(v), text, false)) ? VALUE_NONE : NULL;
}
static value writer_writelines(value v, value lines)
{
    if (is_dict(lines) || !value_type_slot(lines, getitem) || is_type(lines))
        return raise(EXC(TypeError), "arg must be a sequence object");
    for (ssize i = 0; i < value_length(lines); i++) { /* which may change */
        value line = item_get(lines, small_int(i));
        bool done = line && write_bytes(v, multibyte_object_encode(MULTIBYTE(v), line, false));
        value_dec(line);
        if (!done)
            return NULL;
    }
    return error_occurred() ? NULL : VALUE_NONE;
}
/* What waits is written, and what leads back to the beginning; it is lost if it cannot be encoded. */
static value writer_reset(value v)
{
    struct multibyte_object *o = MULTIBYTE(v);
    struct multibyte_progress progress = multibyte_progress_load(o);
    if (!progress.count)
        return VALUE_NONE;
    value errors = slot_load(&o->header, &o->errors), nothing = str_empty();
    bool called;
    value bytes = multibyte_encode(o->codec, &progress, nothing, errors, true, &called);
    memset(progress.waiting, 0, sizeof progress.waiting);
    progress.count = 0;
    multibyte_progress_store(o, &progress);
    value_dec(nothing);
    value_dec(errors);
    if (bytes && !bytes_length(bytes)) {
        value_dec(bytes);
        return VALUE_NONE;
    }
    return write_bytes(v, bytes) ? VALUE_NONE : NULL;
}
static const struct method_def writer_methods[] = {
    METHOD("write", writer_write, "($self, strobj, /)", NULL),
    METHOD("writelines", writer_writelines, "($self, lines, /)", NULL),
    METHOD("reset", writer_reset, "($self)", NULL),
    {0},
};
const struct type_spec multibyte_writer_spec = {
    .name = "_multibytecodec.MultibyteStreamWriter",
    .size = sizeof(struct multibyte_object),
    .flags = TYPE_FLAG_BASE,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = multibyte_object_traverse,
    .destroy = multibyte_object_destroy,
    .slots = {.new = writer_new, .init = multibyte_object_init},
    .methods = writer_methods,
    .getset = multibyte_object_getset,
    .members = members,
};

/* Compression and decompression objects. A stream is used under its object's mutex, in a blocking region. */
#include "zlib.h"

#include <limits.h>
#include <stdlib.h>

struct stream {
    struct object header;
    pthread_mutex_t mutex;
    z_stream z;
    bool begun;                          /* and not ended */
    _Atomic bool ended;                  /* decompression: the end of the compressed data was seen */
    value_slot unused, tail, dictionary; /* of decompression: bytes; the dictionary may be NULL */
};
#define STREAM(v) ((struct stream *)(v))
struct type *zlib_compress_type, *zlib_decompress_type;

static struct stream *stream_alloc(struct type *type)
{
    struct stream *s = (struct stream *)object_new(type, sizeof *s);
    if (s)
        pthread_mutex_init(&s->mutex, NULL);
    return s;
}

static void stream_traverse(struct object *o, struct gc_trace *trace)
{
    struct stream *s = (struct stream *)o;
    trace_slot(trace, &s->unused);
    trace_slot(trace, &s->tail);
    trace_slot(trace, &s->dictionary);
}
static void stream_drop(struct stream *s)
{
    slot_drop(&s->unused);
    slot_drop(&s->tail);
    slot_drop(&s->dictionary);
    pthread_mutex_destroy(&s->mutex);
}
static void compress_destroy(struct object *o)
{
    if (((struct stream *)o)->begun)
        deflateEnd(&((struct stream *)o)->z);
    stream_drop((struct stream *)o);
}
static void decompress_destroy(struct object *o)
{
    if (((struct stream *)o)->begun)
        inflateEnd(&((struct stream *)o)->z);
    stream_drop((struct stream *)o);
}

/* Raise for what an initialisation of `s` said, give the object up; NULL. */
static value begin_failed(struct stream *s, int code, const char *memory, const char *when)
{
    if (code == Z_MEM_ERROR)
        zlib_no_memory(memory);
    else if (code == Z_STREAM_ERROR)
        raise(EXC(ValueError), "Invalid initialization option");
    else
        zlib_error(&s->z, code, when);
    value_dec(value_of(s));
    return NULL;
}

/* ---- compression ---- */
static bool set_dictionary(struct stream *s, const struct buffer *dictionary)
{
    if (dictionary->length > UINT_MAX)
        return raise_false(EXC(OverflowError), "zdict length does not fit in an unsigned int");
    int code = deflateSetDictionary(&s->z, dictionary->data, (unsigned)dictionary->length);
    if (code == Z_OK)
        return true;
    return raise_false(EXC(ValueError), code == Z_STREAM_ERROR ? "Invalid dictionary" : "deflateSetDictionary()");
}

value zlib_compressobj(value module, const value *args)
{
    int options[5];
    for (int i = 0; i < 5; i++)
        if (!value_as_int(args[i], &options[i]))
            return NULL;
    struct buffer dictionary;
    bool has_dictionary = is_given(args[5]);
    if (has_dictionary && !buffer_get(args[5], &dictionary, BUFFER_SIMPLE))
        return NULL;
    struct stream *s = stream_alloc(zlib_compress_type);
    value result = value_of(s);
    if (s) {
        int code = deflateInit2(&s->z, options[0], options[1], options[2], options[3], options[4]);
        s->begun = code == Z_OK;
        if (!s->begun) {
            result = begin_failed(s, code, "Can't allocate memory for compression object",
                                  "while creating compression object");
        } else if (has_dictionary && !set_dictionary(s, &dictionary)) {
            value_dec(result);
            result = NULL;
        }
    }
    if (has_dictionary)
        buffer_release(&dictionary);
    return result;
}

static value compress_data(value v, value data)
{
    struct stream *s = STREAM(v);
    struct buffer buffer;
    struct output output;
    if (!buffer_get(data, &buffer, BUFFER_SIMPLE))
        return NULL;
    const uint8_t *from = buffer.data;
    size_t left = (size_t)buffer.length;
    output_init(&output, OUTPUT_FIRST, SIZE_MAX);
    native_lock(&s->mutex);
    thread_enter_blocking();
    int code = s->begun ? zlib_run(&s->z, deflate, Z_NO_FLUSH, &from, &left, &output) : Z_STREAM_ERROR;
    thread_leave_blocking();
    if (code == Z_STREAM_ERROR)
        zlib_error(&s->z, code, "while compressing data");
    native_unlock(&s->mutex);
    buffer_release(&buffer);
    if (code != Z_STREAM_ERROR)
        return output_finish(&output);
    output_discard(&output);
    return NULL;
}

static value compress_flush(value v, value given_mode)
{
    struct stream *s = STREAM(v);
    struct output output;
    int mode;
    if (!value_as_int(given_mode, &mode))
        return NULL;
    if (mode == Z_NO_FLUSH)
        return bytes_new(NULL, 0);
    const uint8_t *from = NULL;
    size_t left = 0;
    output_init(&output, OUTPUT_FIRST, SIZE_MAX);
    native_lock(&s->mutex);
    thread_enter_blocking();
    int code = s->begun ? zlib_run(&s->z, deflate, mode, &from, &left, &output) : Z_STREAM_ERROR, end = Z_OK;
    if (code == Z_STREAM_END && mode == Z_FINISH && (end = deflateEnd(&s->z)) == Z_OK)
        s->begun = false;
    thread_leave_blocking();
    if (end != Z_OK)
        zlib_error(&s->z, end, "while finishing compression");
    else if (code != Z_OK && code != Z_BUF_ERROR && code != Z_STREAM_END)
        zlib_error(&s->z, code, "while flushing");
    native_unlock(&s->mutex);
    if (!error_occurred())
        return output_finish(&output);
    output_discard(&output);
    return NULL;
}

/* ---- copies ---- */
/* `copy` is a new object to which `code` says whether the stream was copied. */
static value copied(struct stream *copy, int code, const char *memory, const char *when)
{
    if (code == Z_OK)
        return value_of(copy);
    if (code == Z_STREAM_ERROR)
        raise(EXC(ValueError), "Inconsistent stream state");
    else if (code == Z_MEM_ERROR)
        zlib_no_memory(memory);
    else
        zlib_error(&copy->z, code, when);
    value_dec(value_of(copy));
    return NULL;
}
static value compress_copy(value v)
{
    struct stream *s = STREAM(v), *copy = stream_alloc(value_type(v));
    if (!copy)
        return NULL;
    native_lock(&s->mutex);
    int code = s->begun ? deflateCopy(&copy->z, &s->z) : Z_STREAM_ERROR;
    native_unlock(&s->mutex);
    copy->begun = code == Z_OK;
    return copied(copy, code, "Can't allocate memory for compression object", "while copying compression object");
}
static value compress_deepcopy(value v, value memo)
{
    return compress_copy(v);
}
static value decompress_copy(value v)
{
    struct stream *s = STREAM(v), *copy = stream_alloc(value_type(v));
    if (!copy)
        return NULL;
    native_lock(&s->mutex);
    int code = s->begun ? inflateCopy(&copy->z, &s->z) : Z_STREAM_ERROR;
    copy->ended = s->ended;
    slot_init(&copy->unused, slot_load(&s->header, &s->unused));
    slot_init(&copy->tail, slot_load(&s->header, &s->tail));
    slot_init(&copy->dictionary, slot_load(&s->header, &s->dictionary));
    native_unlock(&s->mutex);
    copy->begun = code == Z_OK;
    return copied(copy, code, "Can't allocate memory for decompression object", "while copying decompression object");
}
static value decompress_deepcopy(value v, value memo)
{
    return decompress_copy(v);
}

/* ---- decompression ---- */
/* Z_OK, or what zlib said; the dictionary is bytes that the object keeps. */
static int use_dictionary(struct stream *s)
{
    value dictionary = slot_peek(&s->dictionary);
    if (!dictionary)
        return Z_NEED_DICT;
    return inflateSetDictionary(&s->z, bytes_data(dictionary), (unsigned)bytes_length(dictionary));
}

value zlib_decompressobj(value module, value given_wbits, value zdict)
{
    int wbits;
    value dictionary = NULL;
    if (!value_as_int(given_wbits, &wbits))
        return NULL;
    if (!is_missing(zdict)) {
        if (!value_has_buffer(zdict))
            return raise(EXC(TypeError), "zdict argument must support the buffer protocol");
        dictionary = bytes_from_buffer(zdict);
        if (!dictionary)
            return NULL;
        if (bytes_length(dictionary) > UINT_MAX) {
            value_dec(dictionary);
            return raise(EXC(OverflowError), "zdict length does not fit in an unsigned int");
        }
    }
    struct stream *s = stream_alloc(zlib_decompress_type);
    value nothing = s ? bytes_new(NULL, 0) : NULL;
    if (!nothing) {
        value_dec(dictionary);
        value_dec(value_of(s));
        return NULL;
    }
    slot_init(&s->dictionary, dictionary);
    slot_init(&s->unused, value_inc(nothing));
    slot_init(&s->tail, nothing);
    int code = inflateInit2(&s->z, wbits);
    s->begun = code == Z_OK;
    if (!s->begun)
        return begin_failed(s, code, "Can't allocate memory for decompression object",
                            "while creating decompression object");
    if (dictionary && wbits < 0 && (code = use_dictionary(s)) != Z_OK) {
        zlib_error(&s->z, code, "while setting zdict");
        value_dec(value_of(s));
        return NULL;
    }
    return value_of(s);
}

/* Keep what of the input was not used: behind the end of the compressed data, or beyond the limit of the output. False
 * with MemoryError. Under the mutex. */
static bool keep_rest(struct stream *s, int code, const uint8_t *from, size_t left)
{
    if (code == Z_STREAM_END) {
        value rest = left ? bytes_new(from, left) : NULL;
        if (left && !rest)
            return false;
        if (rest) {
            value unused = slot_load(&s->header, &s->unused), all = sequence_concat(unused, rest);
            value_dec(unused);
            value_dec(rest);
            if (!all)
                return false;
            slot_store(&s->header, &s->unused, all);
        }
    }
    if ((left && code != Z_STREAM_END) || bytes_length(slot_peek(&s->tail))) {
        value tail = bytes_new(from, left);
        if (!tail)
            return false;
        slot_store(&s->header, &s->tail, tail);
    }
    return true;
}

/* Under the mutex. What zlib said last; the dictionary is given when it asks. */
static int inflate_all(struct stream *s, int flush, const uint8_t **from, size_t *left, struct output *output,
                       bool *dictionary_failed)
{
    *dictionary_failed = false;
    thread_enter_blocking();
    int code = s->begun ? zlib_run(&s->z, inflate, flush, from, left, output) : Z_STREAM_ERROR;
    while (code == Z_NEED_DICT && slot_peek(&s->dictionary)) {
        code = use_dictionary(s);
        *dictionary_failed = code != Z_OK;
        if (!*dictionary_failed)
            code = zlib_run(&s->z, inflate, flush, from, left, output);
    }
    thread_leave_blocking();
    return code;
}

static value decompress_data(value v, value data, value given_most)
{
    struct stream *s = STREAM(v);
    struct buffer buffer;
    struct output output;
    ssize most;
    if (!value_as_ssize(given_most, &most))
        return NULL;
    if (most < 0)
        return raise(EXC(ValueError), "max_length must be non-negative");
    if (!buffer_get(data, &buffer, BUFFER_SIMPLE))
        return NULL;
    const uint8_t *from = buffer.data;
    size_t left = (size_t)buffer.length;
    output_init(&output, OUTPUT_FIRST, most ? (size_t)most : SIZE_MAX);
    native_lock(&s->mutex);
    bool dictionary_failed;
    int code = inflate_all(s, Z_SYNC_FLUSH, &from, &left, &output, &dictionary_failed);
    if (dictionary_failed) {
        zlib_error(&s->z, code, "while setting zdict");
    } else if (keep_rest(s, code, from, left)) {
        if (code == Z_STREAM_END)
            s->ended = true;
        else if (code != Z_OK && code != Z_BUF_ERROR)
            zlib_error(&s->z, code, "while decompressing data");
    }
    native_unlock(&s->mutex);
    buffer_release(&buffer);
    if (!error_occurred())
        return output_finish(&output);
    output_discard(&output);
    return NULL;
}

static value decompress_flush(value v, value given_length)
{
    struct stream *s = STREAM(v);
    struct output output;
    ssize length;
    if (!value_as_ssize(given_length, &length))
        return NULL;
    if (length <= 0)
        return raise(EXC(ValueError), "length must be greater than zero");
    output_init(&output, (size_t)length, SIZE_MAX);
    native_lock(&s->mutex);
    value tail = slot_load(&s->header, &s->tail);
    const uint8_t *from = bytes_data(tail);
    size_t left = bytes_length(tail);
    bool dictionary_failed;
    int code = inflate_all(s, Z_FINISH, &from, &left, &output, &dictionary_failed), end = Z_OK;
    if (dictionary_failed) {
        zlib_error(&s->z, code, "while setting zdict");
    } else if (keep_rest(s, code, from, left) && code == Z_STREAM_END) {
        s->ended = true;
        s->begun = false;
        if ((end = inflateEnd(&s->z)) != Z_OK)
            zlib_error(&s->z, end, "while finishing decompression");
    }
    native_unlock(&s->mutex);
    value_dec(tail);
    if (!error_occurred())
        return output_finish(&output);
    output_discard(&output);
    return NULL;
}

/* ---- the types ---- */
static const struct method_def compress_methods[] = {
    METHOD("compress", compress_data, "($self, data, /)", "Returns a bytes object containing compressed data."),
    METHOD("flush", compress_flush, "($self, mode=4, /)",
           "Return a bytes object containing any remaining compressed data."),
    METHOD("copy", compress_copy, "($self, /)", "Return a copy of the compression object."),
    METHOD("__copy__", compress_copy, "($self, /)", NULL),
    METHOD("__deepcopy__", compress_deepcopy, "($self, memo, /)", NULL),
    {0},
};
const struct type_spec zlib_compress_spec = {
    .name = "zlib.Compress",
    .size = sizeof(struct stream),
    .flags = TYPE_FLAG_NO_NEW,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = stream_traverse,
    .destroy = compress_destroy,
    .methods = compress_methods,
};

static const struct method_def decompress_methods[] = {
    METHOD("decompress", decompress_data, "($self, data, /, max_length=0)",
           "Return a bytes object containing the decompressed version of the data."),
    METHOD("flush", decompress_flush, "($self, length=16384, /)",
           "Return a bytes object containing any remaining decompressed data."),
    METHOD("copy", decompress_copy, "($self, /)", "Return a copy of the decompression object."),
    METHOD("__copy__", decompress_copy, "($self, /)", NULL),
    METHOD("__deepcopy__", decompress_deepcopy, "($self, memo, /)", NULL),
    {0},
};
static const struct member_def decompress_members[] = {
    {"unused_data", MEMBER_VALUE, offsetof(struct stream, unused), false, NULL},
    {"eof", MEMBER_BOOL, offsetof(struct stream, ended), false, NULL},
    {"unconsumed_tail", MEMBER_VALUE, offsetof(struct stream, tail), false, NULL},
    {0},
};
const struct type_spec zlib_decompress_spec = {
    .name = "zlib.Decompress",
    .size = sizeof(struct stream),
    .flags = TYPE_FLAG_NO_NEW,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = stream_traverse,
    .destroy = decompress_destroy,
    .methods = decompress_methods,
    .members = decompress_members,
};

/* The _bz2 module, over libbzip2. */
#include "compressor.h"
#include "decompressor.h"

#include <bzlib.h>
#include <limits.h>

/* Raise for what the library said, if that is a failure. */
static bool failed(int code)
{
    switch (code) {
    case BZ_OK:
    case BZ_RUN_OK:
    case BZ_FLUSH_OK:
    case BZ_FINISH_OK:
    case BZ_STREAM_END:
        return false;
    case BZ_PARAM_ERROR:
        raise(EXC(ValueError), "Internal error - invalid parameters passed to libbzip2");
        break;
    case BZ_MEM_ERROR:
        raise_no_memory();
        break;
    case BZ_DATA_ERROR:
    case BZ_DATA_ERROR_MAGIC:
        raise(EXC(OSError), "Invalid data stream");
        break;
    case BZ_IO_ERROR:
        raise(EXC(OSError), "Unknown I/O error");
        break;
    case BZ_UNEXPECTED_EOF:
        raise(EXC(EOFError), "Compressed file ended before the logical end-of-stream was detected");
        break;
    case BZ_SEQUENCE_ERROR:
        raise(EXC(RuntimeError), "Internal error - Invalid sequence of commands sent to libbzip2");
        break;
    case BZ_CONFIG_ERROR:
        raise(EXC(SystemError), "Internal error - libbzip2 was not compiled correctly");
        break;
    default:
        raise(EXC(OSError), "Unrecognized error from libbzip2: %d", code);
    }
    return true;
}

/* ---- compression ---- */
struct bz2_compressor {
    struct compressor base;
    bz_stream stream;
    bool begun;
};

static int compress_all(struct compressor *c, bool finish, const uint8_t *from, size_t left, struct output *output)
{
    bz_stream *stream = &((struct bz2_compressor *)c)->stream;
    int code = BZ_OK;
    for (;;) {
        unsigned piece = left < UINT_MAX ? (unsigned)left : UINT_MAX, room = output_room(output);
        if (!room || (!finish && !left))
            return code;
        stream->next_in = (char *)from;
        stream->avail_in = piece;
        stream->next_out = (char *)output->bytes + output->length;
        stream->avail_out = room;
        code = BZ2_bzCompress(stream, finish && piece == left ? BZ_FINISH : BZ_RUN);
        output->length += room - stream->avail_out;
        from += piece - stream->avail_in;
        left -= piece - stream->avail_in;
        if (code == BZ_STREAM_END || code < 0)
            return code;
    }
}

static value compressor_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature = SIGNATURE("BZ2Compressor", "(compresslevel=9, /)");
    value bound[1];
    int level;
    if (!signature_bind(&signature, args, nargs, kwnames, bound) || !value_as_int(bound[0], &level))
        return NULL;
    if (level < 1 || level > 9)
        return raise(EXC(ValueError), "compresslevel must be between 1 and 9");
    struct bz2_compressor *c = (struct bz2_compressor *)object_new(type, sizeof *c);
    if (!c)
        return NULL;
    pthread_mutex_init(&c->base.mutex, NULL);
    c->base.run = compress_all;
    c->base.failed = failed;
    int code = BZ2_bzCompressInit(&c->stream, level, 0, 0);
    c->begun = code == BZ_OK;
    if (!failed(code))
        return value_of(c);
    value_dec(value_of(c));
    return NULL;
}

static void compressor_destroy(struct object *o)
{
    struct bz2_compressor *c = (struct bz2_compressor *)o;
    if (c->begun)
        BZ2_bzCompressEnd(&c->stream);
    pthread_mutex_destroy(&c->base.mutex);
}

static const struct method_def compressor_methods[] = {COMPRESSOR_METHODS, {0}};
static struct type *compressor_type;
static const struct type_spec compressor_spec = {
    .name = "_bz2.BZ2Compressor",
    .doc = "Create a compressor object for compressing data incrementally.",
    .size = sizeof(struct bz2_compressor),
    .destroy = compressor_destroy,
    .slots = {.new = compressor_new},
    .methods = compressor_methods,
    .signature = "(compresslevel=9, /)",
};

/* ---- decompression ---- */
struct bz2_decompressor {
    struct decompressor base;
    bz_stream stream;
    bool begun;
};

static value decompressor_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    if (nargs)
        return raise(EXC(TypeError), "BZ2Decompressor() takes no positional arguments");
    if (!no_keywords("BZ2Decompressor", kwnames))
        return NULL;
    struct bz2_decompressor *d = (struct bz2_decompressor *)object_new(type, sizeof *d);
    if (!d)
        return NULL;
    pthread_mutex_init(&d->base.mutex, NULL);
    int code = BZ2_bzDecompressInit(&d->stream, 0, 0);
    d->begun = code == BZ_OK;
    if (!failed(code) &&
        decompressor_init(&d->base, "End of stream already reached", "Decompressor is unusable after a previous error"))
        return value_of(d);
    value_dec(value_of(d));
    return NULL;
}

static void decompressor_destroy(struct object *o)
{
    struct bz2_decompressor *d = (struct bz2_decompressor *)o;
    if (d->begun)
        BZ2_bzDecompressEnd(&d->stream);
    decompressor_drop(&d->base);
}

static int decompress_all(struct decompressor *base, const uint8_t **from, size_t *left, struct output *output)
{
    bz_stream *stream = &((struct bz2_decompressor *)base)->stream;
    for (;;) {
        unsigned piece = *left < UINT_MAX ? (unsigned)*left : UINT_MAX, room = output_room(output);
        if (!room)
            return BZ_OK;
        stream->next_in = (char *)*from;
        stream->avail_in = piece;
        stream->next_out = (char *)output->bytes + output->length;
        stream->avail_out = room;
        int code = BZ2_bzDecompress(stream);
        output->length += room - stream->avail_out;
        *from += piece - stream->avail_in;
        *left -= piece - stream->avail_in;
        if (code == BZ_STREAM_END)
            base->eof = true;
        if (code != BZ_OK || (!*left && stream->avail_out))
            return code;
    }
}

static value decompressor_decompress(value v, const value *args)
{
    return decompressor_run((struct decompressor *)v, args[0], args[1], decompress_all, failed);
}

static const struct method_def decompressor_methods[] = {
    METHOD("decompress", decompressor_decompress, "($self, /, data, max_length=-1)",
           "Decompress *data*, returning uncompressed data as bytes."),
    {0},
};
static const struct member_def decompressor_members[] = {DECOMPRESSOR_MEMBERS, {0}};
static struct type *decompressor_type;
static const struct type_spec decompressor_spec = {
    .name = "_bz2.BZ2Decompressor",
    .doc = "Create a decompressor object for decompressing data incrementally.",
    .size = sizeof(struct bz2_decompressor),
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = decompressor_traverse,
    .destroy = decompressor_destroy,
    .slots = {.new = decompressor_new},
    .methods = decompressor_methods,
    .members = decompressor_members,
    .signature = "()",
};

static bool fill(value module)
{
    return module_define_type(module, &compressor_type, &compressor_spec) &&
           module_define_type(module, &decompressor_type, &decompressor_spec);
}
static const struct module_def definition = {.name = "_bz2", .fill = fill};
ATOLL_MODULE(definition);

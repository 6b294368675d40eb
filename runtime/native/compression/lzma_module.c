/* The _lzma module, over liblzma. */
#include "lzma_module.h"
#include "compressor.h"
#include "decompressor.h"

value_slot lzma_error_class;

bool lzma_failed(int code)
{
    static const struct {
        int code;
        const char *words;
    } errors[] = {
        {LZMA_UNSUPPORTED_CHECK, "Unsupported integrity check"},
        {LZMA_MEMLIMIT_ERROR, "Memory usage limit exceeded"},
        {LZMA_FORMAT_ERROR, "Input format not supported by decoder"},
        {LZMA_OPTIONS_ERROR, "Invalid or unsupported options"},
        {LZMA_DATA_ERROR, "Corrupt input data"},
        {LZMA_BUF_ERROR, "Insufficient buffer space"},
        {LZMA_PROG_ERROR, "Internal error"},
    };
    switch (code) {
    case LZMA_OK:
    case LZMA_GET_CHECK:
    case LZMA_NO_CHECK:
    case LZMA_STREAM_END:
        return false;
    case LZMA_MEM_ERROR:
        raise_no_memory();
        return true;
    default:
        break;
    }
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        if (errors[i].code == code) {
            lzma_error("%s", errors[i].words);
            return true;
        }
    }
    lzma_error("Unrecognized error from liblzma: %d", code);
    return true;
}

enum format { FORMAT_AUTO, FORMAT_XZ, FORMAT_ALONE, FORMAT_RAW };

/* ---- compression ---- */
struct lzma_compressor {
    struct compressor base;
    lzma_stream stream;
};

static int compress_all(struct compressor *c, bool finish, const uint8_t *from, size_t left, struct output *output)
{
    lzma_stream *stream = &((struct lzma_compressor *)c)->stream;
    unsigned room;
    int code = LZMA_OK;
    stream->next_in = from;
    stream->avail_in = left;
    while ((room = output_room(output)) > 0) {
        stream->next_out = output->bytes + output->length;
        stream->avail_out = room;
        code = lzma_code(stream, finish ? LZMA_FINISH : LZMA_RUN);
        output->length += room - stream->avail_out;
        if (code == LZMA_BUF_ERROR && !left && stream->avail_out > 0)
            code = LZMA_OK; /* nothing to do, and that is right */
        if (code != LZMA_OK || (!finish && !stream->avail_in && stream->avail_out))
            break;
    }
    stream->next_in = NULL;
    stream->avail_in = 0;
    if (code == LZMA_STREAM_END)
        lzma_end(stream); /* a hundred megabytes: not where the object dies */
    return code;
}

static bool begin_alone(lzma_stream *stream, uint32_t preset, lzma_filter *filters /* or NULL */)
{
    lzma_options_lzma options;
    if (!filters && lzma_lzma_preset(&options, preset)) {
        lzma_error("Invalid compression preset: %u", preset);
        return false;
    }
    if (filters && (filters[0].id != LZMA_FILTER_LZMA1 || filters[1].id != LZMA_VLI_UNKNOWN))
        return raise_false(EXC(ValueError), "Invalid filter chain for FORMAT_ALONE - must be a single LZMA1 filter");
    return !lzma_failed(lzma_alone_encoder(stream, filters ? filters[0].options : &options));
}

static bool begin_compression(lzma_stream *stream, int format, int check, uint32_t preset, lzma_filter *filters)
{
    lzma_check integrity = check == -1 ? LZMA_CHECK_CRC64 : (lzma_check)check;
    switch (format) {
    case FORMAT_XZ:
        return !lzma_failed(filters ? lzma_stream_encoder(stream, filters, integrity)
                                    : lzma_easy_encoder(stream, preset, integrity));
    case FORMAT_ALONE:
        return begin_alone(stream, preset, filters);
    case FORMAT_RAW:
        if (!filters)
            return raise_false(EXC(ValueError), "Must specify filters for FORMAT_RAW");
        return !lzma_failed(lzma_raw_encoder(stream, filters));
    default:
        return raise_false(EXC(ValueError), "Invalid container format: %d", format);
    }
}

static value compressor_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature = SIGNATURE("LZMACompressor", "(format=1, check=-1, preset=None, filters=None)");
    value bound[4];
    int format, check;
    uint64_t preset = LZMA_PRESET_DEFAULT;
    lzma_filter filters[LZMA_FILTERS_MAX + 1];
    if (!signature_bind(&signature, args, nargs, kwnames, bound) || !value_as_int(bound[0], &format) ||
        !value_as_int(bound[1], &check))
        return NULL;
    bool has_filters = is_given(bound[3]);
    if (is_given(bound[2]) && has_filters)
        return raise(EXC(ValueError), "Cannot specify both preset and filter chain");
    if (is_given(bound[2]) && !lzma_unsigned(bound[2], &preset, UINT32_MAX, "uint32_t"))
        return NULL;
    if (format != FORMAT_XZ && check != -1 && check != LZMA_CHECK_NONE)
        return raise(EXC(ValueError), "Integrity checks are only supported by FORMAT_XZ");
    if (has_filters && !filters_parse(bound[3], filters))
        return NULL;
    struct lzma_compressor *c = (struct lzma_compressor *)object_new(type, sizeof *c);
    if (c) {
        pthread_mutex_init(&c->base.mutex, NULL);
        c->base.run = compress_all;
        c->base.failed = lzma_failed;
        c->stream = (lzma_stream)LZMA_STREAM_INIT;
        if (!begin_compression(&c->stream, format, check, (uint32_t)preset, has_filters ? filters : NULL)) {
            value_dec(value_of(c));
            c = NULL;
        }
    }
    if (has_filters)
        filters_free(filters);
    return value_of(c);
}

static void compressor_destroy(struct object *o)
{
    struct lzma_compressor *c = (struct lzma_compressor *)o;
    lzma_end(&c->stream);
    pthread_mutex_destroy(&c->base.mutex);
}

static const struct method_def compressor_methods[] = {COMPRESSOR_METHODS, {0}};
static struct type *compressor_type;
static const struct type_spec compressor_spec = {
    .name = "_lzma.LZMACompressor",
    .doc = "LZMACompressor(format=FORMAT_XZ, check=-1, preset=None, filters=None)\n\n"
           "Create a compressor object for compressing data incrementally.",
    .size = sizeof(struct lzma_compressor),
    .destroy = compressor_destroy,
    .slots = {.new = compressor_new},
    .methods = compressor_methods,
};

/* ---- decompression ---- */
struct lzma_decompressor {
    struct decompressor base;
    lzma_stream stream;
    int32_t check;
};

static bool begin_decompression(struct lzma_decompressor *d, int format, uint64_t limit, lzma_filter *filters)
{
    const uint32_t flags = LZMA_TELL_ANY_CHECK | LZMA_TELL_NO_CHECK;
    d->check = format == FORMAT_AUTO || format == FORMAT_XZ ? LZMA_CHECK_ID_MAX + 1 : LZMA_CHECK_NONE;
    switch (format) {
    case FORMAT_AUTO:
        return !lzma_failed(lzma_auto_decoder(&d->stream, limit, flags));
    case FORMAT_XZ:
        return !lzma_failed(lzma_stream_decoder(&d->stream, limit, flags));
    case FORMAT_ALONE:
        return !lzma_failed(lzma_alone_decoder(&d->stream, limit));
    case FORMAT_RAW:
        return !lzma_failed(lzma_raw_decoder(&d->stream, filters));
    default:
        return raise_false(EXC(ValueError), "Invalid container format: %d", format);
    }
}

static value decompressor_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature = SIGNATURE("LZMADecompressor", "(format=0, memlimit=None, filters=None)");
    value bound[3];
    int format;
    uint64_t limit = UINT64_MAX;
    lzma_filter filters[LZMA_FILTERS_MAX + 1];
    if (!signature_bind(&signature, args, nargs, kwnames, bound) || !value_as_int(bound[0], &format))
        return NULL;
    bool has_filters = is_given(bound[2]);
    if (is_given(bound[1])) {
        if (format == FORMAT_RAW)
            return raise(EXC(ValueError), "Cannot specify memory limit with FORMAT_RAW");
        if (!lzma_unsigned(bound[1], &limit, UINT64_MAX, "uint64_t"))
            return NULL;
    }
    if (format == FORMAT_RAW && !has_filters)
        return raise(EXC(ValueError), "Must specify filters for FORMAT_RAW");
    if (format != FORMAT_RAW && has_filters)
        return raise(EXC(ValueError), "Cannot specify filters except with FORMAT_RAW");
    if (has_filters && !filters_parse(bound[2], filters))
        return NULL;
    struct lzma_decompressor *d = (struct lzma_decompressor *)object_new(type, sizeof *d);
    if (d) {
        pthread_mutex_init(&d->base.mutex, NULL);
        d->stream = (lzma_stream)LZMA_STREAM_INIT;
        if (!decompressor_init(&d->base, "Already at end of stream", NULL) ||
            !begin_decompression(d, format, limit, filters)) {
            value_dec(value_of(d));
            d = NULL;
        }
    }
    if (has_filters)
        filters_free(filters);
    return value_of(d);
}

static void decompressor_destroy(struct object *o)
{
    struct lzma_decompressor *d = (struct lzma_decompressor *)o;
    lzma_end(&d->stream);
    decompressor_drop(&d->base);
}

static int decompress_all(struct decompressor *base, const uint8_t **from, size_t *left, struct output *output)
{
    struct lzma_decompressor *d = (struct lzma_decompressor *)base;
    lzma_stream *stream = &d->stream;
    unsigned room;
    int code = LZMA_OK;
    stream->next_in = *from;
    stream->avail_in = *left;
    while ((room = output_room(output)) > 0) {
        stream->next_out = output->bytes + output->length;
        stream->avail_out = room;
        code = lzma_code(stream, LZMA_RUN);
        output->length += room - stream->avail_out;
        if (code == LZMA_BUF_ERROR)
            code = LZMA_OK; /* more input is needed */
        else if (code == LZMA_GET_CHECK || code == LZMA_NO_CHECK)
            __atomic_store_n(&d->check, (int32_t)lzma_get_check(stream), __ATOMIC_RELAXED);
        if (code == LZMA_STREAM_END)
            base->eof = true;
        bool goes_on = code == LZMA_OK || code == LZMA_GET_CHECK || code == LZMA_NO_CHECK;
        if (!goes_on || (stream->avail_out && !stream->avail_in))
            break;
    }
    *from = stream->next_in;
    *left = stream->avail_in;
    stream->next_in = NULL;
    stream->avail_in = 0;
    return code;
}

static value decompressor_decompress(value v, const value *args)
{
    return decompressor_run((struct decompressor *)v, args[0], args[1], decompress_all, lzma_failed);
}

static const struct method_def decompressor_methods[] = {
    METHOD("decompress", decompressor_decompress, "($self, /, data, max_length=-1)",
           "Decompress *data*, returning uncompressed data as bytes."),
    {0},
};
static const struct member_def decompressor_members[] = {
    {"check", MEMBER_INT32, offsetof(struct lzma_decompressor, check), false,
     "ID of the integrity check used by the input stream."},
    DECOMPRESSOR_MEMBERS,
    {0},
};
static struct type *decompressor_type;
static const struct type_spec decompressor_spec = {
    .name = "_lzma.LZMADecompressor",
    .doc = "Create a decompressor object for decompressing data incrementally.",
    .size = sizeof(struct lzma_decompressor),
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = decompressor_traverse,
    .destroy = decompressor_destroy,
    .slots = {.new = decompressor_new},
    .methods = decompressor_methods,
    .members = decompressor_members,
    .signature = "(format=FORMAT_AUTO, memlimit=None, filters=None)",
};

/* ---- the module ---- */
static value is_check_supported(value module, value given)
{
    int check;
    return value_as_int(given, &check) ? value_bool(lzma_check_is_supported((lzma_check)check)) : NULL;
}

static const struct method_def functions[] = {
    METHOD("is_check_supported", is_check_supported, "(check_id, /)",
           "Test whether the given integrity check is supported."),
    METHOD("_encode_filter_properties", lzma_encode_properties, "(filter, /)",
           "Return a bytes object encoding the options (properties) of the filter specified by *filter* (a dict)."),
    METHOD("_decode_filter_properties", lzma_decode_properties, "(filter_id, encoded_props, /)",
           "Return a dict describing the options (properties) of the filter with ID *filter_id*."),
    {0},
};
static bool fill(value module)
{
    static const struct module_constant constants[] = {
        {"FORMAT_AUTO", FORMAT_AUTO},
        {"FORMAT_XZ", FORMAT_XZ},
        {"FORMAT_ALONE", FORMAT_ALONE},
        {"FORMAT_RAW", FORMAT_RAW},
        {"CHECK_ID_MAX", LZMA_CHECK_ID_MAX},
        {"CHECK_UNKNOWN", LZMA_CHECK_ID_MAX + 1},
        {"PRESET_DEFAULT", LZMA_PRESET_DEFAULT},
        {"PRESET_EXTREME", LZMA_PRESET_EXTREME},
#define C(NAME) {#NAME, LZMA_##NAME}
        C(CHECK_NONE),
        C(CHECK_CRC32),
        C(CHECK_CRC64),
        C(CHECK_SHA256),
        C(FILTER_LZMA1),
        C(FILTER_LZMA2),
        C(FILTER_DELTA),
        C(FILTER_X86),
        C(FILTER_IA64),
        C(FILTER_ARM),
        C(FILTER_ARMTHUMB),
        C(FILTER_SPARC),
        C(FILTER_POWERPC),
        C(MF_HC3),
        C(MF_HC4),
        C(MF_BT2),
        C(MF_BT3),
        C(MF_BT4),
        C(MODE_FAST),
        C(MODE_NORMAL),
#undef C
        {0},
    };
    return module_define_exception(module, &lzma_error_class, "_lzma.LZMAError", EXC(Exception), NULL) &&
           module_add_constants(module, constants) && module_define_type(module, &compressor_type, &compressor_spec) &&
           module_define_type(module, &decompressor_type, &decompressor_spec);
}
static void finish(void)
{
    slot_drop(&lzma_error_class);
}
static const struct module_def definition = {.name = "_lzma", .functions = functions, .fill = fill, .finish = finish};
ATOLL_MODULE(definition);

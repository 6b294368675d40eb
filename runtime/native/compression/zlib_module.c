/* The zlib module: its functions. The compression objects are zlib_objects.c's. */
#include "zlib.h"

#include <limits.h>

value_slot zlib_error_class;

value zlib_error(const z_stream *stream, int code, const char *when)
{
    const char *message = code == Z_VERSION_ERROR ? "library version mismatch" : stream->msg;
    if (!message)
        message = code == Z_BUF_ERROR      ? "incomplete or truncated stream"
                  : code == Z_STREAM_ERROR ? "inconsistent stream state"
                  : code == Z_DATA_ERROR   ? "invalid input data"
                                           : NULL;
    struct type *class = (struct type *)slot_peek(&zlib_error_class);
    return message ? raise(class, "Error %d %s: %s", code, when, message) : raise(class, "Error %d %s", code, when);
}

value zlib_no_memory(const char *message)
{
    return raise(EXC(MemoryError), "%s", message);
}

int zlib_run(z_stream *stream, int (*step)(z_stream *, int), int flush, const uint8_t **from, size_t *left,
             struct output *output)
{
    int code = Z_OK;
    do {
        unsigned piece = *left < UINT_MAX ? (unsigned)*left : UINT_MAX;
        stream->next_in = *from;
        stream->avail_in = piece;
        do {
            unsigned room = output_room(output);
            stream->next_out = output->bytes + output->length;
            stream->avail_out = room;
            code = room ? step(stream, piece == *left ? flush : Z_NO_FLUSH) : Z_OK;
            output->length += room - stream->avail_out;
            if (!room)
                break;
        } while (stream->avail_out == 0 && (code == Z_OK || code == Z_BUF_ERROR));
        *from += piece - stream->avail_in;
        *left -= piece - stream->avail_in;
    } while ((code == Z_OK || code == Z_BUF_ERROR) && *left > 0 && stream->avail_out > 0);
    return code;
}

/* ---- all at once ---- */
static value compress_bytes(value module, value data, value given_level, value given_wbits)
{
    struct buffer buffer;
    int level, wbits;
    if (!buffer_get(data, &buffer, BUFFER_SIMPLE))
        return NULL;
    if (!value_as_int(given_level, &level) || !value_as_int(given_wbits, &wbits)) {
        buffer_release(&buffer);
        return NULL;
    }
    struct output output;
    z_stream stream = {0};
    const uint8_t *from = buffer.data;
    size_t left = (size_t)buffer.length;
    output_init(&output, OUTPUT_FIRST, SIZE_MAX);
    thread_enter_blocking();
    int code = deflateInit2(&stream, level, DEFLATED, wbits, DEF_MEM_LEVEL, Z_DEFAULT_STRATEGY);
    bool begun = code == Z_OK;
    int end = Z_OK;
    if (begun) {
        code = zlib_run(&stream, deflate, Z_FINISH, &from, &left, &output);
        end = deflateEnd(&stream);
    }
    thread_leave_blocking();
    buffer_release(&buffer);
    if (code == Z_STREAM_END && end == Z_OK)
        return output_finish(&output);
    bool failed = output.failed;
    output_discard(&output);
    if (code == Z_MEM_ERROR || failed)
        return zlib_no_memory("Out of memory while compressing data");
    if (!begun && code == Z_STREAM_ERROR)
        return raise((struct type *)slot_peek(&zlib_error_class), "Bad compression level");
    return code == Z_STREAM_END ? zlib_error(&stream, end, "while finishing compression")
                                : zlib_error(&stream, code, "while compressing data");
}

static value decompress_bytes(value module, value data, value given_wbits, value given_size)
{
    struct buffer buffer;
    int wbits;
    ssize size;
    if (!buffer_get(data, &buffer, BUFFER_SIMPLE))
        return NULL;
    bool good = value_as_int(given_wbits, &wbits) && value_as_ssize(given_size, &size) &&
                (size >= 0 || raise_false(EXC(ValueError), "bufsize must be non-negative"));
    if (!good) {
        buffer_release(&buffer);
        return NULL;
    }
    struct output output;
    z_stream stream = {0};
    const uint8_t *from = buffer.data;
    size_t left = (size_t)buffer.length;
    output_init(&output, size ? (size_t)size : 1, SIZE_MAX);
    thread_enter_blocking();
    int code = inflateInit2(&stream, wbits), end = Z_OK;
    bool begun = code == Z_OK;
    if (begun) {
        code = zlib_run(&stream, inflate, Z_FINISH, &from, &left, &output);
        if (code == Z_OK && !output.failed)
            code = Z_BUF_ERROR;
    }
    thread_leave_blocking();
    buffer_release(&buffer);
    value result = NULL;
    if (code == Z_MEM_ERROR || output.failed)
        zlib_no_memory("Out of memory while decompressing data");
    else if (!begun)
        zlib_error(&stream, code, "while preparing to decompress data");
    else if (code != Z_STREAM_END)
        zlib_error(&stream, code, "while decompressing data");
    if (begun && (end = inflateEnd(&stream)) != Z_OK && !error_occurred())
        zlib_error(&stream, end, "while finishing decompression");
    if (error_occurred())
        output_discard(&output);
    else
        result = output_finish(&output);
    return result;
}

/* ---- checksums ---- */
static bool start_of(value v, uint32_t *start)
{
    if (value_is_small_int(v)) {
        *start = (uint32_t)small_int_value(v);
        return true;
    }
    value mask = int_from_i64(UINT32_MAX), index = index_value(v);
    value low = index ? operate_binary(BINARY_AND, index, mask) : NULL;
    int64_t number = 0;
    bool done = low && int_as_i64(low, &number);
    *start = (uint32_t)number;
    value_dec(low);
    value_dec(index);
    value_dec(mask);
    return done;
}
static value checksum(value data, value given_start, uLong (*step)(uLong, const Bytef *, z_size_t))
{
    struct buffer buffer;
    uint32_t start;
    if (!buffer_get(data, &buffer, BUFFER_SIMPLE))
        return NULL;
    if (!start_of(given_start, &start)) {
        buffer_release(&buffer);
        return NULL;
    }
    bool resting = thread_rest_begin((size_t)buffer.length);
    uLong sum = step(start, buffer.length ? buffer.data : (const Bytef *)"", (size_t)buffer.length);
    thread_rest_end(resting);
    buffer_release(&buffer);
    return int_from_u64(sum & UINT32_MAX);
}
static value adler32_of(value module, value data, value start)
{
    return checksum(data, start, adler32_z);
}
static value crc32_of(value module, value data, value start)
{
    return checksum(data, start, crc32_z);
}

static const struct method_def functions[] = {
    METHOD("adler32", adler32_of, "(data, value=1, /)", "Compute an Adler-32 checksum of data."),
    METHOD("compress", compress_bytes, "(data, /, level=-1, wbits=15)",
           "Returns a bytes object containing compressed data."),
    METHOD("compressobj", zlib_compressobj, "(level=-1, method=8, wbits=15, memLevel=8, strategy=0, zdict=None)",
           "Return a compressor object."),
    METHOD("crc32", crc32_of, "(data, value=0, /)", "Compute a CRC-32 checksum of data."),
    METHOD("decompress", decompress_bytes, "(data, /, wbits=15, bufsize=16384)",
           "Returns a bytes object containing the uncompressed data."),
    METHOD("decompressobj", zlib_decompressobj, "(wbits=15, zdict=b'')", "Return a decompressor object."),
    {0},
};

static bool fill(value module)
{
    static const struct module_constant constants[] = {
#define C(NAME) {#NAME, NAME}
        C(MAX_WBITS),
        C(DEFLATED),
        {"DEF_MEM_LEVEL", DEF_MEM_LEVEL},
        {"DEF_BUF_SIZE", OUTPUT_FIRST},
        C(Z_BEST_SPEED),
        C(Z_BEST_COMPRESSION),
        C(Z_DEFAULT_COMPRESSION),
        C(Z_NO_COMPRESSION),
        C(Z_FILTERED),
        C(Z_HUFFMAN_ONLY),
        C(Z_RLE),
        C(Z_FIXED),
        C(Z_DEFAULT_STRATEGY),
        C(Z_NO_FLUSH),
        C(Z_PARTIAL_FLUSH),
        C(Z_SYNC_FLUSH),
        C(Z_FULL_FLUSH),
        C(Z_FINISH),
        C(Z_BLOCK),
        C(Z_TREES),
        {0},
#undef C
    };
    if (!zlib_compress_type && !(zlib_compress_type = type_define(&zlib_compress_spec)))
        return false;
    if (!zlib_decompress_type && !(zlib_decompress_type = type_define(&zlib_decompress_spec)))
        return false;
    return module_define_exception(module, &zlib_error_class, "zlib.error", EXC(Exception), NULL) &&
           module_add_constants(module, constants) &&
           module_add_owned(module, "ZLIB_VERSION", str_from_text(ZLIB_VERSION)) &&
           module_add_owned(module, "ZLIB_RUNTIME_VERSION", str_from_text(zlibVersion())) &&
           module_add_owned(module, "__version__", str_from_text("1.0"));
}
static void finish(void)
{
    slot_drop(&zlib_error_class);
}
static const struct module_def definition = {
    .name = "zlib",
    .doc = "The functions in this module allow compression and decompression using the\n"
           "zlib library, which is based on GNU zip.",
    .functions = functions,
    .fill = fill,
    .finish = finish,
};
ATOLL_MODULE(definition);

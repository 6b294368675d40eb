/* Pickling what has no parts: numbers, bytes, text, buffers. */
#include "runtime/modules/pickling/pickle.h"
#include "runtime/objects/binary/item_format.h"
#include "runtime/objects/numbers/float.h"
#include "runtime/objects/numbers/int.h"
#include "runtime/objects/text/str.h"
#include "runtime/raw.h"

#include <stdlib.h>

/* ---- numbers ---- */

bool pickle_save_bool(struct pickling *p, value v)
{
    if (p->protocol >= 2)
        return pickle_emit_op(p, v == VALUE_TRUE ? OP_NEWTRUE : OP_NEWFALSE);
    return pickle_emit(p, v == VALUE_TRUE ? "I01\n" : "I00\n", 4);
}

static bool save_large_int(struct pickling *p, value v)
{
    uint8_t header[5], few[64], *bytes = few;
    if (p->protocol < 2) {
        value text = value_repr(v);
        struct text utf8;
        bool done = text && text_of(text, &utf8);
        if (done) {
            done = pickle_emit_op(p, OP_LONG) && pickle_emit(p, utf8.bytes, utf8.length) && pickle_emit(p, "L\n", 2);
            text_release(&utf8);
        }
        value_dec(text);
        return done;
    }
    size_t length = int_bit_length(v) / 8 + 1;
    if (length > INT32_MAX)
        return raise_false(EXC(OverflowError), "int too large to pickle");
    if (length > sizeof few && !(bytes = malloc(length)))
        return raise_no_memory() != NULL;
    bool done = int_to_bytes(v, bytes, length, true, true);
    if (done && int_sign(v) < 0 && length > 1 && bytes[length - 1] == 0xFF && bytes[length - 2] & 0x80)
        length--;
    if (length < 256) {
        header[0] = OP_LONG1;
        header[1] = (uint8_t)length;
    } else {
        header[0] = OP_LONG4;
        item_store(header + 1, 4, false, length);
    }
    done = done && pickle_emit(p, header, length < 256 ? 2 : 5) && pickle_emit(p, bytes, length);
    if (bytes != few)
        raw_free(bytes);
    return done;
}
bool pickle_save_int(struct pickling *p, value v)
{
    int64_t i;
    if (value_is_small_int(v))
        i = small_int_value(v);
    else if (!int_fits_i64(v, &i))
        return save_large_int(p, v);
    if (i > INT32_MAX || i < INT32_MIN)
        return save_large_int(p, v);
    if (!p->binary) {
        char digits[24], *end = digits + sizeof digits, *start = int_write_decimal(end, i);
        return pickle_emit_line(p, OP_INT, start, (size_t)(end - start));
    }
    size_t length = i < 0 ? 4 : i < 256 ? 1 : i < 65536 ? 2 : 4;
    enum pickle_opcode op = length == 1 ? OP_BININT1 : length == 2 ? OP_BININT2 : OP_BININT;
    return pickle_emit_word(p, op | (uint64_t)(uint32_t)i << 8, length + 1);
}
bool pickle_save_float(struct pickling *p, value v)
{
    double d = float_value(v);
    if (!p->binary) {
        char text[32];
        return pickle_emit_line(p, OP_FLOAT, text, double_repr_to(d, text));
    }
    uint8_t bytes[8];
    item_store_double(bytes, 8, true, d);
    const uint8_t op = OP_BINFLOAT;
    return pickle_emit_data(p, &op, 1, bytes, 8, NULL);
}

/* ---- bytes and text ---- */

static bool save_bytes_data(struct pickling *p, value v, const uint8_t *data, size_t length, value payload)
{
    uint8_t header[9];
    size_t header_length;
    if (length < 256) {
        header[0] = OP_SHORT_BINBYTES;
        header[1] = (uint8_t)length;
        header_length = 2;
    } else if (length <= UINT32_MAX) {
        header[0] = OP_BINBYTES;
        item_store(header + 1, 4, false, length);
        header_length = 5;
    } else if (p->protocol >= 4) {
        header[0] = OP_BINBYTES8;
        item_store(header + 1, 8, false, length);
        header_length = 9;
    } else
        return raise_false(EXC(OverflowError),
                           "serializing a bytes object larger than 4 GiB requires pickle protocol 4 or higher");
    return pickle_emit_data(p, header, header_length, data, length, payload) && pickle_memoize(p, v);
}
bool pickle_save_bytes(struct pickling *p, value v)
{
    size_t length = bytes_length(v);
    if (p->protocol >= 3)
        return save_bytes_data(p, v, bytes_data(v), length, v);
    if (length == 0)
        return pickle_save_call(p, value_of(TYPE(BYTES)), VALUE_MISSING, v);
    value text = str_from_latin1(bytes_data(v), length);
    value arguments = text ? tuple_pack(2, text, NAME(latin1)) : NULL;
    value reduced = arguments ? tuple_pack(2, pickle_known(KNOWN_CODECS_ENCODE), arguments) : NULL;
    bool done = reduced && pickle_save_reduced(p, reduced, v);
    value_dec(reduced);
    value_dec(arguments);
    value_dec(text);
    return done;
}

static bool save_bytearray_data(struct pickling *p, value v, const uint8_t *data, size_t length)
{
    uint8_t header[9] = {OP_BYTEARRAY8};
    item_store(header + 1, 8, false, length);
    return pickle_emit_data(p, header, sizeof header, data, length, NULL) && pickle_memoize(p, v);
}
bool pickle_save_bytearray(struct pickling *p, value v)
{
    struct buffer b;
    if (p->protocol < 5) {
        value bytes = bytes_from_buffer(v);
        bool empty = bytes && bytes_length(bytes) == 0;
        if (empty)
            value_dec(bytes);
        return pickle_save_call(p, value_of(TYPE(BYTEARRAY)), empty ? VALUE_MISSING : bytes, v);
    }
    if (!buffer_get(v, &b, BUFFER_SIMPLE))
        return false;
    bool done = save_bytearray_data(p, v, b.data, (size_t)b.length);
    buffer_release(&b);
    return done;
}

bool pickle_save_pickle_buffer(struct pickling *p, value v)
{
    struct buffer b;
    if (p->protocol < 5)
        return raise_false(PICKLING_ERROR, "PickleBuffer can only be pickled with protocol >= 5");
    if (!pickle_buffer_open(v, &b))
        return false;
    int in_band = 1;
    bool done = true;
    if (!buffer_is_contiguous(&b, false) && !buffer_is_contiguous(&b, true))
        done = raise_false(PICKLING_ERROR, "PickleBuffer can not be pickled when pointing to a non-contiguous buffer");
    if (done && p->buffer_callback) {
        value answer = call_1(p->buffer_callback, v);
        in_band = answer ? value_truth(answer) : -1;
        value_dec(answer);
        done = in_band >= 0;
    }
    if (done && in_band)
        done = b.readonly ? save_bytes_data(p, v, b.data, (size_t)b.length, NULL)
                          : save_bytearray_data(p, v, b.data, (size_t)b.length);
    else if (done)
        done = pickle_emit_op(p, OP_NEXT_BUFFER) && (!b.readonly || pickle_emit_op(p, OP_READONLY_BUFFER));
    buffer_release(&b);
    return done;
}

/* A text on a line: raw_unicode_escape, with escapes for what would end or break it, too. */
static bool save_text_line(struct pickling *p, value v)
{
    static const char hex[] = "0123456789abcdef";
    struct span s = str_span(str_exact(v));
    if (!pickle_emit_op(p, OP_UNICODE))
        return false;
    for (size_t i = 0; i < s.length; i++) {
        uint32_t c = span_at(s, i);
        uint8_t plain = (uint8_t)c, escape[10] = {'\\', c > 0xFFFF ? 'U' : 'u'};
        bool escaped = c > 0xFF || c == '\\' || c == 0 || c == '\n' || c == '\r' || c == 0x1A;
        int digits = c > 0xFFFF ? 8 : 4;
        for (int k = 0; k < digits; k++)
            escape[2 + k] = (uint8_t)hex[c >> 4 * (digits - 1 - k) & 15];
        if (!pickle_emit(p, escaped ? escape : &plain, escaped ? (size_t)digits + 2 : 1))
            return false;
    }
    return pickle_emit(p, "\n", 1);
}

static bool save_str_data(struct pickling *p, const uint8_t *data, size_t length, value payload)
{
    uint8_t header[9];
    size_t header_length;
    if (length < 256 && p->protocol >= 4) {
        header[0] = OP_SHORT_BINUNICODE;
        header[1] = (uint8_t)length;
        header_length = 2;
    } else if (length <= UINT32_MAX) {
        header[0] = OP_BINUNICODE;
        item_store(header + 1, 4, false, length);
        header_length = 5;
    } else if (p->protocol >= 4) {
        header[0] = OP_BINUNICODE8;
        item_store(header + 1, 8, false, length);
        header_length = 9;
    } else
        return raise_false(EXC(OverflowError),
                           "serializing a string larger than 4 GiB requires pickle protocol 4 or higher");
    return pickle_emit_data(p, header, header_length, data, length, payload);
}
bool pickle_save_str(struct pickling *p, value v)
{
    bool done;
    if (!p->binary)
        done = save_text_line(p, v);
    else if (str_exact_is_ascii(v))
        done = save_str_data(p, str_data(v), str_exact_length(v), NULL);
    else {
        value bytes = str_encode(v, "utf-8", "surrogatepass");
        done = bytes && save_str_data(p, bytes_data(bytes), bytes_length(bytes), bytes);
        value_dec(bytes);
    }
    return done && pickle_memoize(p, v);
}

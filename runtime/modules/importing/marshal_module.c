/*
 * The marshal module: values as bytes and back, in the format of CPython (versions 0 to 4), and code objects in
 * Atoll's.
 *
 * A value is a byte that tells its kind, and what belongs to it. From version 3 on an object that was written already
 * is a reference to its number; objects that get a number carry FLAG_REFERENCE. A code object is a bytecode file
 * (../../compiler/code/serialize.c) behind a kind of its own, so neither Python takes the other's for its own.
 */
#include "runtime/compiler/code/code.h"
#include "runtime/audit.h"
#include "runtime/modules/module.h"
#include "runtime/objects/binary/buffer.h"
#include "runtime/objects/binary/bytes.h"
#include "runtime/objects/containers/container.h"
#include "runtime/objects/text/str.h"
#include "runtime/raw.h"
#include "runtime/step.h"
#include "threads/pause.h"

#include <stdlib.h>

enum { VERSION = 4, NESTING = 2000, FLAG_REFERENCE = 0x80, DIGIT_BITS = 15 };
enum kind {
    KIND_NULL = '0',
    KIND_NONE = 'N',
    KIND_FALSE = 'F',
    KIND_TRUE = 'T',
    KIND_STOP_ITERATION = 'S',
    KIND_ELLIPSIS = '.',
    KIND_INT = 'i',
    KIND_INT64 = 'I', /* no longer written */
    KIND_LONG = 'l',
    KIND_FLOAT_TEXT = 'f',
    KIND_FLOAT = 'g',
    KIND_COMPLEX_TEXT = 'x',
    KIND_COMPLEX = 'y',
    KIND_BYTES = 's',
    KIND_STR = 'u',
    KIND_STR_INTERNED = 't',
    KIND_ASCII = 'a',
    KIND_ASCII_INTERNED = 'A',
    KIND_ASCII_SHORT = 'z',
    KIND_ASCII_SHORT_INTERNED = 'Z',
    KIND_TUPLE = '(',
    KIND_TUPLE_SMALL = ')',
    KIND_LIST = '[',
    KIND_DICT = '{',
    KIND_SET = '<',
    KIND_FROZENSET = '>',
    KIND_REFERENCE = 'r',
    KIND_CODE = '@',
    KIND_CODE_OF_CPYTHON = 'c',
};

/* ---- writing ---- */
struct writer {
    struct bytes_builder out;
    int version, depth;
    bool failed; /* an exception is set */
    value held;  /* a list of the objects that have numbers, so that no address is used twice; NULL before version 3 */
    struct {
        value object; /* borrowed from `held` */
        uint32_t number;
    } * table; /* open addressing; size is a power of two */
    size_t size;
};

static void write_value(struct writer *w, value v);

static void write_byte(struct writer *w, int byte)
{
    bytes_builder_add_byte(&w->out, (uint8_t)byte);
}
static void write_u32(struct writer *w, uint32_t n)
{
    uint8_t bytes[4] = {(uint8_t)n, (uint8_t)(n >> 8), (uint8_t)(n >> 16), (uint8_t)(n >> 24)};
    bytes_builder_add(&w->out, bytes, 4);
}
static void write_double(struct writer *w, double d)
{
    bytes_builder_add(&w->out, &d, 8); /* little-endian, as all machines that this runs on */
}
static void write_failed(struct writer *w)
{
    w->failed = true;
}

/* A length, which has to fit. */
static bool write_length(struct writer *w, size_t length)
{
    if (length > INT32_MAX) {
        raise(EXC(ValueError), "unmarshallable object");
        write_failed(w);
        return false;
    }
    write_u32(w, (uint32_t)length);
    return true;
}

static void write_double_text(struct writer *w, double d)
{
    char *text = double_to_text(d, 'g', 17, 0);
    if (!text) {
        raise_no_memory();
        write_failed(w);
        return;
    }
    size_t length = strlen(text);
    write_byte(w, (int)length);
    bytes_builder_add(&w->out, text, length);
    free(text);
}

/* Digits of 15 bits, their number negative for a negative int. */
static void write_long(struct writer *w, value v, int flag)
{
    size_t bits = int_bit_length(v), digits = (bits + DIGIT_BITS - 1) / DIGIT_BITS, room = bits / 8 + 3;
    value magnitude = int_sign(v) < 0 ? operate_unary(UNARY_NEGATIVE, v) : value_inc(v);
    uint8_t *bytes = magnitude ? raw_alloc(room + 1) : NULL;
    if (!bytes || !int_to_bytes(magnitude, bytes, room, true, false)) {
        if (magnitude && !bytes)
            raise_no_memory();
        write_failed(w);
    } else {
        bytes[room] = 0;
        write_byte(w, KIND_LONG | flag);
        write_u32(w, (uint32_t)(int_sign(v) < 0 ? -(int64_t)digits : (int64_t)digits));
        for (size_t i = 0; i < digits; i++, thread_report_at(i)) {
            size_t at = i * DIGIT_BITS;
            uint32_t window = bytes[at / 8];
            for (size_t k = 1; k < 3 && at / 8 + k <= room; k++)
                window |= (uint32_t)bytes[at / 8 + k] << (8 * k);
            uint32_t digit = window >> (at % 8) & 0x7FFF;
            write_byte(w, (int)(digit & 0xFF));
            write_byte(w, (int)(digit >> 8));
        }
    }
    raw_free(bytes);
    value_dec(magnitude);
}

static void write_str(struct writer *w, value v, int flag)
{
    bool interned = str_flags(v) & STR_INTERNED;
    size_t length = str_length(v);
    if (w->version >= 4 && str_is_ascii(v)) {
        if (length < 256) {
            write_byte(w, (interned ? KIND_ASCII_SHORT_INTERNED : KIND_ASCII_SHORT) | flag);
            write_byte(w, (int)length);
        } else {
            write_byte(w, (interned ? KIND_ASCII_INTERNED : KIND_ASCII) | flag);
            if (!write_length(w, length))
                return;
        }
        bytes_builder_add(&w->out, str_data(v), length);
        return;
    }
    value bytes = str_encode(v, "utf-8", "surrogatepass");
    write_byte(w, (w->version >= 3 && interned ? KIND_STR_INTERNED : KIND_STR) | flag);
    if (!bytes)
        write_failed(w);
    else if (write_length(w, bytes_length(bytes)))
        bytes_builder_add(&w->out, bytes_data(bytes), bytes_length(bytes));
    value_dec(bytes);
}

static void write_list(struct writer *w, value list)
{
    size_t length = list_length(list);
    if (!write_length(w, length))
        return;
    for (size_t i = 0; i < length && !w->failed; i++) {
        value item = list_get(list, i);
        write_value(w, item == VALUE_MISSING ? VALUE_NONE : item);
        value_dec(item);
    }
}

static void write_tuple(struct writer *w, value v, int flag)
{
    size_t length = tuple_length(v);
    if (w->version >= 4 && length < 256) {
        write_byte(w, KIND_TUPLE_SMALL | flag);
        write_byte(w, (int)length);
    } else {
        write_byte(w, KIND_TUPLE | flag);
        if (!write_length(w, length))
            return;
    }
    for (size_t i = 0; i < length && !w->failed; i++)
        write_value(w, tuple_get(v, i));
}

static void write_dict(struct writer *w, value v)
{
    size_t position = 0;
    value key, item;
    while (!w->failed && dict_next(v, &position, &key, &item)) {
        write_value(w, key);
        write_value(w, item);
        value_dec(key);
        value_dec(item);
    }
    write_byte(w, KIND_NULL);
}

static value dump(value v, int version);

/* The members in the order of their bytes, so that equal sets give equal bytes. */
static void write_set(struct writer *w, value v)
{
    value members = list_from_iterable(v), pairs = members ? list_new(0) : NULL;
    bool done = pairs != NULL;
    for (size_t i = 0; done && i < list_length(members); i++) {
        value member = list_get(members, i), bytes = dump(member, w->version);
        value pair = bytes ? tuple_pack(2, bytes, member) : NULL;
        done = pair && list_append_owned(pairs, pair);
        value_dec(bytes);
        value_dec(member);
    }
    value_dec(members);
    done = done && list_sort(pairs, NULL, false);
    if (!done)
        write_failed(w);
    else if (write_length(w, list_length(pairs)))
        for (size_t i = 0; !w->failed && i < list_length(pairs); i++) {
            value pair = list_get(pairs, i);
            write_value(w, tuple_get(pair, 1));
            value_dec(pair);
        }
    value_dec(pairs);
}

static void write_contents(struct writer *w, const void *data, size_t length)
{
    if (write_length(w, length))
        bytes_builder_add(&w->out, data, length);
}

static void write_code(struct writer *w, value v)
{
    value bytes = code_serialize(v);
    if (bytes)
        write_contents(w, bytes_data(bytes), bytes_length(bytes));
    else
        write_failed(w);
    value_dec(bytes);
}

static void write_buffer(struct writer *w, value v, int flag)
{
    struct buffer buffer;
    if (!value_has_buffer(v) || !buffer_get(v, &buffer, BUFFER_SIMPLE)) {
        if (!error_occurred() || !error_matches(EXC(MemoryError))) {
            error_clear();
            raise(EXC(ValueError), "unmarshallable object");
        }
        write_failed(w);
        return;
    }
    write_byte(w, KIND_BYTES | flag);
    write_contents(w, buffer.data, (size_t)buffer.length);
    buffer_release(&buffer);
}

static void write_object(struct writer *w, value v, int flag)
{
    struct type *type = value_type(v);
    int64_t small;
    if (type == TYPE(INT)) {
        if (int_fits_i64(v, &small) && small == (int32_t)small) {
            write_byte(w, KIND_INT | flag);
            write_u32(w, (uint32_t)(int32_t)small);
        } else {
            write_long(w, v, flag);
        }
    } else if (type == TYPE(FLOAT)) {
        write_byte(w, (w->version > 1 ? KIND_FLOAT : KIND_FLOAT_TEXT) | flag);
        w->version > 1 ? write_double(w, float_value(v)) : write_double_text(w, float_value(v));
    } else if (type == TYPE(COMPLEX)) {
        double real, imag;
        complex_parts(v, &real, &imag);
        write_byte(w, (w->version > 1 ? KIND_COMPLEX : KIND_COMPLEX_TEXT) | flag);
        w->version > 1 ? write_double(w, real) : write_double_text(w, real);
        w->version > 1 ? write_double(w, imag) : write_double_text(w, imag);
    } else if (type == TYPE(STR)) {
        write_str(w, v, flag);
    } else if (type == TYPE(TUPLE)) {
        write_tuple(w, v, flag);
    } else if (type == TYPE(LIST)) {
        write_byte(w, KIND_LIST | flag);
        write_list(w, v);
    } else if (type == TYPE(DICT)) {
        write_byte(w, KIND_DICT | flag);
        write_dict(w, v);
    } else if (type == TYPE(SET) || type == TYPE(FROZENSET)) {
        write_byte(w, (type == TYPE(SET) ? KIND_SET : KIND_FROZENSET) | flag);
        write_set(w, v);
    } else if (type == TYPE(CODE)) {
        write_byte(w, KIND_CODE | flag);
        write_code(w, v);
    } else {
        write_buffer(w, v, flag);
    }
}

/* ---- numbers of objects that were written ---- */

static size_t table_place(const struct writer *w, value v)
{
    size_t i = (size_t)(value_bits(v) >> 4) * UINT64_C(0x9E3779B97F4A7C15) >> 32 & (w->size - 1);
    while (w->table[i].object && w->table[i].object != v)
        i = (i + 1) & (w->size - 1);
    return i;
}

static bool table_grow(struct writer *w)
{
    struct writer old = *w;
    w->size = old.size ? old.size * 2 : 64;
    w->table = raw_alloc(w->size * sizeof *w->table);
    if (!w->table) {
        w->table = old.table;
        w->size = old.size;
        raise_no_memory();
        return false;
    }
    thread_fill(w->table, 0, w->size * sizeof *w->table);
    for (size_t i = 0; i < old.size; thread_report_at(++i))
        if (old.table[i].object)
            w->table[table_place(w, old.table[i].object)] = old.table[i];
    raw_free(old.table);
    return true;
}

/* Write a reference to the object if it was written before: true. Else it has a number now. */
static bool write_reference(struct writer *w, value v)
{
    size_t count = list_length(w->held);
    if (count * 2 >= w->size && !table_grow(w)) {
        write_failed(w);
        return true;
    }
    size_t i = table_place(w, v);
    if (w->table[i].object) {
        write_byte(w, KIND_REFERENCE);
        write_u32(w, w->table[i].number);
        return true;
    }
    if (count >= INT32_MAX || !list_append(w->held, v)) {
        if (count >= INT32_MAX)
            raise(EXC(ValueError), "unmarshallable object");
        write_failed(w);
        return true;
    }
    w->table[i].object = v;
    w->table[i].number = (uint32_t)count;
    return false;
}

static void write_value(struct writer *w, value v)
{
    if (w->failed)
        return;
    thread_report();
    if (v == VALUE_NONE || value_is_bool(v) || v == VALUE_ELLIPSIS || v == value_of(EXC(StopIteration))) {
        write_byte(w, v == VALUE_NONE       ? KIND_NONE
                      : v == VALUE_FALSE    ? KIND_FALSE
                      : v == VALUE_TRUE     ? KIND_TRUE
                      : v == VALUE_ELLIPSIS ? KIND_ELLIPSIS
                                            : KIND_STOP_ITERATION);
        return;
    }
    if (w->depth >= NESTING || !stack_check(" while marshalling")) {
        error_clear();
        raise(EXC(ValueError), "object too deeply nested to marshal");
        write_failed(w);
        return;
    }
    w->depth++;
    bool numbered = w->held && value_is_object(v);
    if (!numbered || !write_reference(w, v))
        write_object(w, v, numbered ? FLAG_REFERENCE : 0);
    w->depth--;
}

static value dump(value v, int version)
{
    struct writer w = {.version = version, .held = version >= 3 ? list_new(0) : NULL};
    if (version >= 3 && !w.held)
        return NULL;
    write_value(&w, v);
    raw_free(w.table);
    value_dec(w.held);
    if (!w.failed)
        return bytes_builder_finish(&w.out);
    bytes_builder_discard(&w.out);
    return NULL;
}

/* ---- reading ---- */
struct reader {
    const uint8_t *at, *end; /* of bytes */
    value file;              /* or what is read from, and the room for what was read last */
    uint8_t *room;
    size_t capacity;
    value numbered; /* a list: the objects with numbers; VALUE_END where one is not made yet */
    int depth;
};

static value bad_data(const char *what)
{
    return raise(EXC(ValueError), "bad marshal data (%s)", what);
}

/* Read into the room from the file. */
static const uint8_t *read_from_file(struct reader *r, size_t n)
{
    if (n > r->capacity) {
        uint8_t *room = raw_resize(r->room, n);
        if (!room) {
            raise_no_memory();
            return NULL;
        }
        r->room = room;
        r->capacity = n;
    }
    value buffer = bytearray_new(NULL, 0);
    if (!buffer || !bytearray_resize(buffer, n)) {
        value_dec(buffer);
        return NULL;
    }
    value view = call_1(value_of(TYPE(MEMORYVIEW)), buffer);
    value count = view ? call_method_1(r->file, NAME(readinto), view) : NULL;
    ssize got = -1;
    if (count && !value_as_ssize(count, &got))
        got = -1;
    else if (count && got != (ssize)n) {
        if (got > (ssize)n)
            raise(EXC(ValueError), "read() returned too much data: %zd bytes requested, %zd returned", (ssize)n, got);
        else
            raise(EXC(EOFError), "EOF read where not expected");
        got = -1;
    }
    value_dec(count);
    struct buffer bytes;
    if (got == (ssize)n && buffer_get(buffer, &bytes, BUFFER_SIMPLE)) {
        if ((size_t)bytes.length >= n)
            memcpy(r->room, bytes.data, n);
        buffer_release(&bytes);
    } else {
        got = -1;
    }
    value_dec(view);
    value_dec(buffer);
    return got < 0 ? NULL : r->room;
}

/* The next n bytes, good until more is read; NULL with an exception. */
static const uint8_t *read_bytes(struct reader *r, size_t n)
{
    if (r->file)
        return read_from_file(r, n);
    if ((size_t)(r->end - r->at) < n) {
        raise(EXC(EOFError), "marshal data too short");
        return NULL;
    }
    r->at += n;
    return r->at - n;
}

static int read_byte(struct reader *r)
{
    if (!r->file && r->at == r->end)
        return raise_int(EXC(EOFError), "marshal data too short");
    const uint8_t *byte = read_bytes(r, 1);
    return byte ? *byte : -1;
}

static bool read_i32(struct reader *r, int32_t *n)
{
    const uint8_t *b = read_bytes(r, 4);
    if (b)
        *n = (int32_t)((uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24);
    return b != NULL;
}

/* A length, of four bytes or of one. */
static bool read_length(struct reader *r, bool small, const char *what, size_t *length)
{
    int32_t n = 0;
    if (small ? (n = read_byte(r)) < 0 : !read_i32(r, &n))
        return false;
    if (n < 0)
        return raise_false(EXC(ValueError), "bad marshal data (%s size out of range)", what);
    *length = (size_t)n;
    return true;
}

static bool read_double(struct reader *r, double *d)
{
    const uint8_t *bytes = read_bytes(r, 8);
    if (bytes)
        memcpy(d, bytes, 8);
    return bytes != NULL;
}

static bool read_double_text(struct reader *r, double *d)
{
    int length = read_byte(r);
    const uint8_t *bytes = length < 0 ? NULL : read_bytes(r, (size_t)length);
    value text = bytes ? str_from_latin1(bytes, (size_t)length) : NULL, number = text ? number_float(text) : NULL;
    if (number)
        *d = float_value(number);
    value_dec(number);
    value_dec(text);
    return number != NULL;
}

static value read_long(struct reader *r)
{
    int32_t n;
    if (!read_i32(r, &n))
        return NULL;
    if (n == INT32_MIN)
        return bad_data("long size out of range");
    size_t digits = (size_t)(n < 0 ? -(int64_t)n : n);
    const uint8_t *from = read_bytes(r, digits * 2);
    size_t length = digits * DIGIT_BITS / 8 + 2;
    uint8_t *bytes = from ? raw_alloc(length) : NULL;
    if (!bytes)
        return from ? raise_no_memory() : NULL;
    uint32_t window = 0, digit = 0;
    size_t filled = 0, bits = 0;
    bool good = true;
    for (size_t i = 0; i < digits && good; i++, thread_report_at(i)) {
        digit = (uint32_t)from[2 * i] | (uint32_t)from[2 * i + 1] << 8;
        good = digit < 1u << DIGIT_BITS;
        window |= digit << bits;
        for (bits += DIGIT_BITS; bits >= 8; bits -= 8, window >>= 8)
            bytes[filled++] = (uint8_t)window;
    }
    bytes[filled++] = (uint8_t)window;
    value magnitude = !good              ? bad_data("digit out of range in long")
                      : digits && !digit ? bad_data("unnormalized long data")
                                         : int_from_bytes(bytes, filled, true, false);
    raw_free(bytes);
    if (!magnitude || n >= 0)
        return magnitude;
    value negative = operate_unary(UNARY_NEGATIVE, magnitude);
    value_dec(magnitude);
    return negative;
}

static value read_str(struct reader *r, int kind)
{
    size_t length;
    bool small = kind == KIND_ASCII_SHORT || kind == KIND_ASCII_SHORT_INTERNED;
    bool ascii = small || kind == KIND_ASCII || kind == KIND_ASCII_INTERNED;
    if (!read_length(r, small, "string", &length))
        return NULL;
    const uint8_t *bytes = read_bytes(r, length);
    value v = !bytes  ? NULL
              : ascii ? str_from_latin1(bytes, length)
                      : str_decode(bytes, length, "utf-8", "surrogatepass");
    bool interned = kind == KIND_STR_INTERNED || kind == KIND_ASCII_INTERNED || kind == KIND_ASCII_SHORT_INTERNED;
    return v && interned ? str_intern(v) : v;
}

static value read_value(struct reader *r, bool *null);

/* One that has to be there. */
static value read_item(struct reader *r, const char *of)
{
    bool null = false;
    value v = read_value(r, &null);
    return null ? raise(EXC(TypeError), "NULL object in marshal data for %s", of) : v;
}

/* `length` items at the end of the list. */
static bool read_items(struct reader *r, value list, size_t length, const char *of)
{
    for (size_t i = 0; i < length; i++) {
        value item = read_item(r, of);
        if (!item || !list_append_owned(list, item))
            return false;
    }
    return true;
}

static value read_tuple(struct reader *r, bool small)
{
    size_t length;
    if (!read_length(r, small, "tuple", &length))
        return NULL;
    value items = list_new(0);
    value tuple = items && read_items(r, items, length, "tuple") ? list_to_tuple(items) : NULL;
    value_dec(items);
    return tuple;
}

static bool read_into_dict(struct reader *r, value dict)
{
    for (;;) {
        bool null = false;
        value key = read_value(r, &null);
        if (!key)
            return null;
        value item = read_value(r, &null);
        bool done = item && dict_set(dict, key, item);
        value_dec(item);
        value_dec(key);
        if (!done)
            return null;
    }
}

static bool read_into_set(struct reader *r, value set, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        value item = read_item(r, "set");
        bool done = item && set_add(set, item);
        value_dec(item);
        if (!done)
            return false;
    }
    return true;
}

static value read_frozenset(struct reader *r)
{
    size_t length;
    if (!read_length(r, false, "set", &length))
        return NULL;
    value items = list_new(0);
    value set = items && read_items(r, items, length, "set") ? frozenset_new(items) : NULL;
    value_dec(items);
    return set;
}

static value read_code(struct reader *r)
{
    size_t length;
    const uint8_t *bytes = read_length(r, false, "code", &length) ? read_bytes(r, length) : NULL;
    return bytes ? code_deserialize(bytes, length) : NULL;
}

static value read_reference(struct reader *r)
{
    int32_t n;
    if (!read_i32(r, &n))
        return NULL;
    value v = n < 0 ? VALUE_MISSING : list_get(r->numbered, (size_t)n);
    return v == VALUE_MISSING || v == VALUE_END ? bad_data("invalid reference") : v;
}

/* What refers to no other objects, or cannot refer to itself. */
static value read_plain(struct reader *r, int kind)
{
    double real, imag = 0;
    int32_t n;
    size_t length;
    const uint8_t *bytes;
    switch (kind) {
    case KIND_INT:
        return read_i32(r, &n) ? small_int(n) : NULL;
    case KIND_INT64:
        bytes = read_bytes(r, 8);
        return bytes ? int_from_bytes(bytes, 8, true, true) : NULL;
    case KIND_LONG:
        return read_long(r);
    case KIND_FLOAT:
        return read_double(r, &real) ? float_new(real) : NULL;
    case KIND_FLOAT_TEXT:
        return read_double_text(r, &real) ? float_new(real) : NULL;
    case KIND_COMPLEX:
        return read_double(r, &real) && read_double(r, &imag) ? complex_new(real, imag) : NULL;
    case KIND_COMPLEX_TEXT:
        return read_double_text(r, &real) && read_double_text(r, &imag) ? complex_new(real, imag) : NULL;
    case KIND_BYTES:
        bytes = read_length(r, false, "bytes object", &length) ? read_bytes(r, length) : NULL;
        return bytes ? bytes_new(bytes, length) : NULL;
    case KIND_STR:
    case KIND_STR_INTERNED:
    case KIND_ASCII:
    case KIND_ASCII_INTERNED:
    case KIND_ASCII_SHORT:
    case KIND_ASCII_SHORT_INTERNED:
        return read_str(r, kind);
    case KIND_TUPLE:
    case KIND_TUPLE_SMALL:
        return read_tuple(r, kind == KIND_TUPLE_SMALL);
    case KIND_FROZENSET:
        return read_frozenset(r);
    case KIND_CODE:
        return read_code(r);
    case KIND_CODE_OF_CPYTHON:
        return bad_data("code object of CPython");
    default:
        return bad_data("unknown type code");
    }
}

/* A container that may contain itself, so it has its number before it is filled. */
static value read_container(struct reader *r, int kind, bool numbered)
{
    size_t length = 0;
    if (kind != KIND_DICT && !read_length(r, false, kind == KIND_LIST ? "list" : "set", &length))
        return NULL;
    value v = kind == KIND_LIST ? list_new(0) : kind == KIND_DICT ? dict_new() : set_new(NULL);
    bool done = v && (!numbered || list_append(r->numbered, v)) &&
                (kind == KIND_LIST   ? read_items(r, v, length, "list")
                 : kind == KIND_DICT ? read_into_dict(r, v)
                                     : read_into_set(r, v, length));
    if (done)
        return v;
    value_dec(v);
    return NULL;
}

static value read_kind(struct reader *r, int byte, bool *null)
{
    int kind = byte & ~FLAG_REFERENCE;
    switch (kind) {
    case KIND_NULL:
        *null = true;
        return NULL;
    case KIND_NONE:
        return VALUE_NONE;
    case KIND_FALSE:
        return VALUE_FALSE;
    case KIND_TRUE:
        return VALUE_TRUE;
    case KIND_ELLIPSIS:
        return VALUE_ELLIPSIS;
    case KIND_STOP_ITERATION:
        return value_inc(value_of(EXC(StopIteration)));
    case KIND_REFERENCE:
        return read_reference(r);
    case KIND_LIST:
    case KIND_DICT:
    case KIND_SET:
        return read_container(r, kind, byte & FLAG_REFERENCE);
    }
    if (!(byte & FLAG_REFERENCE))
        return read_plain(r, kind);
    size_t number = list_length(r->numbered);
    if (!list_append(r->numbered, VALUE_END))
        return NULL;
    value v = read_plain(r, kind);
    if (v && !list_set(r->numbered, number, v)) {
        value_dec(v);
        v = NULL;
    }
    return v;
}

/* The next value; NULL without an exception, and *null, for what stands for none. */
static value read_value(struct reader *r, bool *null)
{
    thread_report();
    int byte = r->file ? read_byte(r) : r->at < r->end ? *r->at++ : -1;
    if (byte < 0) {
        if (!r->file || (error_occurred() && error_matches(EXC(EOFError)))) {
            error_clear();
            raise(EXC(EOFError), "EOF read where object expected");
        }
        return NULL;
    }
    if (r->depth >= NESTING || !stack_check(" while unmarshalling")) {
        error_clear();
        return raise(EXC(ValueError), "recursion limit exceeded");
    }
    r->depth++;
    value v = read_kind(r, byte, null);
    r->depth--;
    return v;
}

static value load(struct reader *r)
{
    r->numbered = list_new(0);
    bool null = false;
    value v = r->numbered ? read_value(r, &null) : NULL;
    value_dec(r->numbered);
    raw_free(r->room);
    return null ? raise(EXC(TypeError), "NULL object in marshal data for object") : v;
}

/* ---- functions ---- */

static value marshal_dumps(value self, value v, value given_version)
{
    int version;
    return value_as_int(given_version, &version) && audit("marshal.dumps", "Oi", v, version) ? dump(v, version) : NULL;
}

static value marshal_dump(value self, value v, value file, value given_version)
{
    value bytes = marshal_dumps(self, v, given_version);
    value written = bytes ? call_method_1(file, NAME(write), bytes) : NULL;
    value_dec(bytes);
    return written;
}

static value marshal_loads(value self, value given)
{
    struct buffer buffer;
    if (!buffer_get(given, &buffer, BUFFER_SIMPLE))
        return NULL;
    if (!audit("marshal.loads", "(N)", bytes_new(buffer.data, (size_t)buffer.length))) {
        buffer_release(&buffer);
        return NULL;
    }
    struct reader r = {.at = buffer.data, .end = (const uint8_t *)buffer.data + buffer.length};
    value v = load(&r);
    buffer_release(&buffer);
    return v;
}

static value marshal_load(value self, value file)
{
    /* Fails early, with better words than readinto would. */
    value nothing = call_method_1(file, NAME(read), small_int(0));
    if (!nothing)
        return NULL;
    if (!is_bytes(nothing)) {
        raise(EXC(TypeError), "file.read() returned not bytes but %T", nothing);
        value_dec(nothing);
        return NULL;
    }
    value_dec(nothing);
    if (!audit("marshal.load", NULL))
        return NULL;
    struct reader r = {.file = file};
    return load(&r);
}

static const struct method_def functions[] = {
    METHOD("dump", marshal_dump, "(value, file, version=4, /)", "Write the value on the open file."),
    METHOD("load", marshal_load, "(file, /)", "Read one value from the open file and return it."),
    METHOD("dumps", marshal_dumps, "(value, version=4, /)",
           "Return the bytes object that would be written to a file by dump(value, file)."),
    METHOD("loads", marshal_loads, "(bytes, /)", "Convert the bytes-like object to a value."),
    {0},
};

static bool fill(value module)
{
    return module_add(module, "version", small_int(VERSION));
}

const struct module_def marshal_module = {
    .name = "marshal",
    .doc = "This module contains functions that can read and write Python values in a binary format.",
    .functions = functions,
    .fill = fill,
};

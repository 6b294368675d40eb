/*
 * Code objects as bytes: the format of bytecode files, for the import cache, and how it is written.
 *
 *   header     magic (8 bytes), version and table of opcodes (4), length of the head (4), checksum of the head (8)
 *   head       length of the first and of the second part (4 each), number of names (4); where each name ends (4 each,
 *              from the first name on); the names, each a tag and its characters; the record of the outermost code
 *   1st part   bodies of modules and classes, which an import runs at once
 *   2nd part   bodies of functions, most of which sleep until their first call (see code_wake)
 *
 * A *record* of a code object is what one knows of it without running it: numbers, names, and where its body
 * lies, with the checksum of that. A *body* is its docstring, instructions, tables, names and constants; code objects
 * among the constants are records. So a body can be read at any time, with nothing but the head.
 *
 * A value is a tag byte and what belongs to it; numbers are varints, the arrays of code objects raw. Names (what is to
 * be interned) stand in the table once and are referred to by number. Everything is in the byte order of the machine:
 * the cache is not meant to travel. deserialize.c reads it.
 */
#include "runtime/compiler/code/bytecode_file.h"
#include "runtime/compiler/code/code_parts.h"
#include "runtime/objects/objects.h"
#include "runtime/raw.h"
#include "threads/pause.h"

#include <stdlib.h>

uint32_t bytecode_version(void)
{
    static _Atomic uint32_t known; /* whoever finds it unset computes the same */
    uint32_t version = atomic_load_explicit(&known, memory_order_relaxed);
    if (!version) {
        version = opcode_fingerprint() + BYTECODE_FORMAT;
        atomic_store_explicit(&known, version, memory_order_relaxed);
    }
    return version;
}

uint64_t bytecode_checksum(const uint8_t *bytes, size_t length)
{
    uint64_t sum = UINT64_C(0x9E3779B97F4A7C15) ^ length, word;
    for (; length >= 8; bytes += 8, length -= 8) {
        memcpy(&word, bytes, 8);
        sum = (sum ^ word) * UINT64_C(0xBF58476D1CE4E5B9);
        sum ^= sum >> 32;
    }
    for (; length > 0; length--)
        sum = (sum ^ *bytes++) * UINT64_C(0x94D049BB133111EB);
    return sum ^ sum >> 31;
}

struct buffer {
    uint8_t *bytes;
    size_t length, capacity;
};

struct out {
    struct buffer *at;      /* where values are written now */
    struct buffer parts[2]; /* finished bodies */
    struct buffer ends, names;
    bool failed; /* an exception is set */
    int depth;
    value doc;   /* borrowed: the docstring of the code whose constants are being written, or NULL */
    value *seen; /* names written, by address; open addressing */
    uint32_t *seen_numbers;
    size_t seen_size, seen_count;
};

static void buffer_add(struct out *out, struct buffer *buffer, const void *bytes, size_t length)
{
    if (out->failed || length == 0)
        return;
    if (length > buffer->capacity - buffer->length) {
        size_t capacity = (buffer->capacity + length) * 2 + 1024;
        uint8_t *fresh = raw_resize(buffer->bytes, capacity);
        if (!fresh) {
            out->failed = true;
            raise_no_memory();
            return;
        }
        buffer->bytes = fresh;
        buffer->capacity = capacity;
    }
    thread_copy(buffer->bytes + buffer->length, bytes, length);
    buffer->length += length;
}

static void out_raw(struct out *out, const void *bytes, size_t length)
{
    buffer_add(out, out->at, bytes, length);
}

static void out_byte(struct out *out, uint8_t byte)
{
    out_raw(out, &byte, 1);
}

static void out_number(struct out *out, uint64_t n)
{
    uint8_t bytes[10];
    size_t length = 0;
    for (; n >= 0x80; n >>= 7)
        bytes[length++] = (uint8_t)(n | 0x80);
    bytes[length++] = (uint8_t)n;
    out_raw(out, bytes, length);
}

static bool grow_seen(struct out *out)
{
    size_t size = out->seen_size ? out->seen_size * 2 : 256;
    value *seen = calloc(size, sizeof *seen);
    uint32_t *numbers = calloc(size, sizeof *numbers);
    if (!seen || !numbers) {
        free(seen);
        free(numbers);
        out->failed = true;
        raise_no_memory();
        return false;
    }
    for (size_t i = 0; i < out->seen_size; thread_report_at(++i)) {
        if (!out->seen[i])
            continue;
        size_t at = (value_bits(out->seen[i]) >> 4) & (size - 1);
        while (seen[at])
            at = (at + 1) & (size - 1);
        seen[at] = out->seen[i];
        numbers[at] = out->seen_numbers[i];
    }
    free(out->seen);
    free(out->seen_numbers);
    out->seen = seen;
    out->seen_numbers = numbers;
    out->seen_size = size;
    return true;
}

/* The characters of a string, as narrow as they go. `sized`: the length before them. */
static void out_characters(struct out *out, value v, bool sized)
{
    size_t length = str_length(v);
    uint32_t widest = 0;
    for (size_t i = 0; i < length; thread_report_at(++i))
        widest |= str_at(v, i);
    bool wide = widest > 0xFF;
    out_byte(out, wide ? TAG_STR_WIDE : TAG_STR_BYTE);
    if (sized)
        out_number(out, length);
    for (size_t i = 0; i < length && !out->failed; thread_report_at(++i)) {
        uint32_t ch = str_at(v, i);
        uint8_t byte = (uint8_t)ch;
        out_raw(out, wide ? (void *)&ch : &byte, wide ? 4 : 1);
    }
}

/* The number of a name, which is put into the table first if it is new. */
static uint32_t number_name(struct out *out, value v)
{
    if (out->seen_count * 2 >= out->seen_size && !grow_seen(out))
        return 0;
    size_t at = (value_bits(v) >> 4) & (out->seen_size - 1);
    for (; out->seen[at]; at = (at + 1) & (out->seen_size - 1))
        if (out->seen[at] == v)
            return out->seen_numbers[at];
    out->seen[at] = v;
    uint32_t number = out->seen_numbers[at] = (uint32_t)out->seen_count++;
    struct buffer *here = out->at;
    out->at = &out->names;
    out_characters(out, v, false);
    out->at = here;
    if (out->names.length > UINT32_MAX) {
        raise(EXC(ValueError), "code too large to serialize");
        out->failed = true;
    }
    uint32_t end = (uint32_t)out->names.length;
    buffer_add(out, &out->ends, &end, sizeof end);
    return number;
}

static void out_str(struct out *out, value v, bool is_name)
{
    if (v == out->doc) {
        out_byte(out, TAG_DOC);
    } else if (is_name) {
        uint32_t number = number_name(out, v);
        out_byte(out, TAG_NAME);
        out_number(out, number);
    } else {
        out_characters(out, v, true);
    }
}

static void out_int(struct out *out, value v)
{
    int64_t i;
    if (int_fits_i64(v, &i)) {
        out_byte(out, TAG_INT);
        out_number(out, (uint64_t)i << 1 ^ (uint64_t)(i >> 63));
        return;
    }
    size_t length = int_bit_length(v) / 8 + 1;
    uint8_t *bytes = malloc(length);
    if (!bytes) {
        raise_no_memory();
        out->failed = true;
        return;
    }
    if (int_to_bytes(v, bytes, length, true, true)) {
        out_byte(out, TAG_BIG_INT);
        out_number(out, length);
        out_raw(out, bytes, length);
    } else {
        out->failed = true;
    }
    free(bytes);
}

static void out_value(struct out *out, value v, bool names);

static void out_tuple(struct out *out, value v, bool names)
{
    out_byte(out, TAG_TUPLE);
    out_number(out, tuple_length(v));
    for (size_t i = 0; i < tuple_length(v); thread_report_at(++i))
        out_value(out, tuple_get(v, i), names);
}

static void out_frozenset(struct out *out, value v)
{
    size_t position = 0;
    value item;
    out_byte(out, TAG_FROZENSET);
    out_number(out, set_length(v));
    while (set_next(v, &position, &item)) {
        out_value(out, item, false);
        value_dec(item);
    }
}

static void out_body(struct out *out, const struct code *code)
{
    value consts = slot_peek(&code->consts), outer = out->doc;
    bool has_doc = (code->flags & CODE_OPTIMIZED) && tuple_length(consts) > 0 && is_str(tuple_get(consts, 0));
    value doc = has_doc ? tuple_get(consts, 0) : VALUE_NONE;
    out->doc = NULL;
    out_value(out, doc, false);
    out_raw(out, code->units, code->unit_count * sizeof *code->units);
    out_raw(out, code->ranges, code->range_count * sizeof *code->ranges);
    out_raw(out, code->locations, code->location_bytes);
    out_value(out, slot_peek(&code->names), true);
    out_value(out, slot_peek(&code->slot_names), true);
    out_value(out, slot_peek(&code->slot_kinds), false);
    out->doc = doc;
    out_value(out, consts, false);
    out->doc = outer;
}

static void out_code(struct out *out, struct code *code)
{
    if (!code_wake(code)) {
        out->failed = true;
        return;
    }
    struct buffer body = {0}, *part = &out->parts[(code->flags & CODE_OPTIMIZED) != 0], *here = out->at;
    out->at = &body;
    out_body(out, code);
    out->at = here;
    uint32_t offset = (uint32_t)part->length;
    uint64_t sum = bytecode_checksum(body.bytes, body.length);
    buffer_add(out, part, body.bytes, body.length);
    out_byte(out, TAG_CODE);
    const uint32_t numbers[] = {
#define NUMBER(name) code->name,
        BYTECODE_NUMBERS(NUMBER)
#undef NUMBER
            offset,
        (uint32_t)body.length,
    };
    out_raw(out, numbers, sizeof numbers);
    out_raw(out, &sum, sizeof sum);
    value outer = out->doc;
    out->doc = NULL;
    out_value(out, slot_peek(&code->filename), true);
    out_value(out, slot_peek(&code->name), true);
    out_value(out, slot_peek(&code->qualified_name), false);
    out->doc = outer;
    free(body.bytes);
}

static bool is_interned_text(value v)
{
    size_t length = str_length(v);
    for (size_t i = 0; i < length; thread_report_at(++i)) {
        uint32_t ch = str_at(v, i);
        if (!(ch == '_' || (ch >= '0' && ch <= '9') || ((ch | 0x20) >= 'a' && (ch | 0x20) <= 'z')))
            return false;
    }
    return true;
}

/* `names`: strings in it are to be interned when read; other strings only when they look like names. */
static void out_value(struct out *out, value v, bool names)
{
    double real, imaginary;
    if (out->failed)
        return;
    if (++out->depth > BYTECODE_NESTING) {
        raise(EXC(ValueError), "object too deeply nested to serialize");
        out->failed = true;
        return;
    }
    if (v == VALUE_NONE) {
        out_byte(out, TAG_NONE);
    } else if (v == VALUE_TRUE || v == VALUE_FALSE) {
        out_byte(out, v == VALUE_TRUE ? TAG_TRUE : TAG_FALSE);
    } else if (v == VALUE_ELLIPSIS) {
        out_byte(out, TAG_ELLIPSIS);
    } else if (is_int(v)) {
        out_int(out, v);
    } else if (is_float(v)) {
        real = float_value(v);
        out_byte(out, TAG_FLOAT);
        out_raw(out, &real, sizeof real);
    } else if (value_is(v, TYPE_ID_STR)) {
        out_str(out, v, names || is_interned_text(v));
    } else if (value_is(v, TYPE_ID_BYTES)) {
        out_byte(out, TAG_BYTES);
        out_number(out, bytes_length(v));
        out_raw(out, bytes_data(v), bytes_length(v));
    } else if (value_is(v, TYPE_ID_TUPLE)) {
        out_tuple(out, v, names);
    } else if (value_is(v, TYPE_ID_FROZENSET)) {
        out_frozenset(out, v);
    } else if (value_is(v, TYPE_ID_COMPLEX)) {
        complex_parts(v, &real, &imaginary);
        out_byte(out, TAG_COMPLEX);
        out_raw(out, &real, sizeof real);
        out_raw(out, &imaginary, sizeof imaginary);
    } else if (value_is(v, TYPE_ID_CODE)) {
        out_code(out, (struct code *)v);
    } else {
        raise(EXC(ValueError), "cannot serialize %T", v);
        out->failed = true;
    }
    out->depth--;
}

/* Header, head and parts in one, once the record of the outermost code was written. */
static value join(struct out *out, const struct buffer *record)
{
    struct bytecode_head head = {.part_lengths = {(uint32_t)out->parts[0].length, (uint32_t)out->parts[1].length},
                                 .name_count = (uint32_t)out->seen_count};
    size_t length = sizeof head + out->ends.length + out->names.length + record->length;
    size_t whole = sizeof(struct bytecode_header) + length + out->parts[0].length + out->parts[1].length;
    if (whole > INT32_MAX)
        return raise(EXC(ValueError), "code too large to serialize");
    struct buffer file = {0};
    struct bytecode_header header = {
        .magic = BYTECODE_MAGIC, .version = bytecode_version(), .head_length = (uint32_t)length};
    const struct buffer *const pieces[] = {&out->ends, &out->names, record, &out->parts[0], &out->parts[1]};
    buffer_add(out, &file, &header, sizeof header);
    buffer_add(out, &file, &head, sizeof head);
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
        buffer_add(out, &file, pieces[i]->bytes, pieces[i]->length);
    value result = NULL;
    if (!out->failed) {
        header.checksum = bytecode_checksum(file.bytes + sizeof header, length);
        memcpy(file.bytes, &header, sizeof header);
        result = bytes_new(file.bytes, file.length);
    }
    free(file.bytes);
    return result;
}

value code_serialize(value code)
{
    struct buffer record = {0};
    struct out out = {.at = &record};
    out_value(&out, code, false);
    value result = out.failed ? NULL : join(&out, &record);
    free(record.bytes);
    free(out.parts[0].bytes);
    free(out.parts[1].bytes);
    free(out.ends.bytes);
    free(out.names.bytes);
    free(out.seen);
    free(out.seen_numbers);
    return result;
}

/*
 * Code objects as bytes, for the import cache.
 *
 *   header   magic (8 bytes), version and table of opcodes (4), length of the rest (4), checksum of the rest (8)
 *   rest     one object: a tag byte and what belongs to it; numbers are varints, the arrays of code objects raw
 *
 * Everything is in the byte order of the machine: the cache is not meant to travel. Strings are written once and
 * referred to by number afterwards. A reader believes nothing: every length is checked against what is left, nesting is
 * bounded, and each code object passes code_verify before anybody sees it.
 */
#include "runtime/compiler/code_parts.h"
#include "runtime/compiler/compiler.h"
#include "runtime/objects/objects.h"

#include <stdlib.h>

/* Change the version with every change of this format or of what the arguments of opcodes mean. The table of opcodes is
 * part of what the header states. */
enum { FORMAT_VERSION = 4, NESTING_LIMIT = 500 };
static const char magic[8] = "\x8b"
                             "ATOLL\r\n";

struct header {
    char magic[8];
    uint32_t version, length;
    uint64_t checksum;
};
_Static_assert(sizeof(struct header) == CODE_FILE_HEADER, "the header has no padding");
_Static_assert(offsetof(struct header, checksum) == CODE_FILE_CHECKSUM, "as code_parts.h says");

enum tag {
    TAG_NONE = 'N',
    TAG_TRUE = 'T',
    TAG_FALSE = 'F',
    TAG_ELLIPSIS = '.',
    TAG_INT = 'i',     /* zigzag varint */
    TAG_BIG_INT = 'l', /* length, two's complement bytes, low first */
    TAG_FLOAT = 'd',
    TAG_COMPLEX = 'c',
    TAG_STR_BYTE = 's', /* length, Latin-1 */
    TAG_STR_WIDE = 'u', /* length, code points of four bytes */
    TAG_NAME = 'a',     /* as TAG_STR_BYTE, interned */
    TAG_NAME_WIDE = 'w',
    TAG_REFERENCE = 'r', /* number of an earlier string */
    TAG_BYTES = 'b',
    TAG_TUPLE = '(',
    TAG_FROZENSET = '<',
    TAG_CODE = 'C',
};

static uint32_t format_version(void)
{
    static _Atomic uint32_t known; /* whoever finds it unset computes the same */
    uint32_t version = atomic_load_explicit(&known, memory_order_relaxed);
    if (!version) {
        version = opcode_fingerprint() + FORMAT_VERSION;
        atomic_store_explicit(&known, version, memory_order_relaxed);
    }
    return version;
}

uint64_t code_checksum(const uint8_t *bytes, size_t length)
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

/* ---- writing ---- */

struct out {
    uint8_t *bytes;
    size_t length, capacity;
    bool failed; /* an exception is set */
    int depth;
    value *seen; /* strings written, by address; open addressing */
    uint32_t *seen_numbers;
    size_t seen_size, seen_count;
};

static void out_raw(struct out *out, const void *bytes, size_t length)
{
    if (out->failed)
        return;
    if (length > out->capacity - out->length) {
        size_t capacity = (out->capacity + length) * 2 + 1024;
        uint8_t *fresh = realloc(out->bytes, capacity);
        if (!fresh) {
            out->failed = true;
            raise_no_memory();
            return;
        }
        out->bytes = fresh;
        out->capacity = capacity;
    }
    if (length)
        memcpy(out->bytes + out->length, bytes, length);
    out->length += length;
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
    for (size_t i = 0; i < out->seen_size; i++) {
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

/* True when the string was written before: then its number was written instead. */
static bool out_seen(struct out *out, value v)
{
    if (out->seen_count * 2 >= out->seen_size && !grow_seen(out))
        return true;
    size_t at = (value_bits(v) >> 4) & (out->seen_size - 1);
    for (; out->seen[at]; at = (at + 1) & (out->seen_size - 1)) {
        if (out->seen[at] == v) {
            out_byte(out, TAG_REFERENCE);
            out_number(out, out->seen_numbers[at]);
            return true;
        }
    }
    out->seen[at] = v;
    out->seen_numbers[at] = (uint32_t)out->seen_count++;
    return false;
}

static void out_str(struct out *out, value v, bool is_name)
{
    if (out_seen(out, v))
        return;
    size_t length = str_length(v);
    uint32_t widest = 0;
    for (size_t i = 0; i < length; i++)
        widest |= str_at(v, i);
    bool wide = widest > 0xFF;
    out_byte(out, wide ? (is_name ? TAG_NAME_WIDE : TAG_STR_WIDE) : (is_name ? TAG_NAME : TAG_STR_BYTE));
    out_number(out, length);
    for (size_t i = 0; i < length && !out->failed; i++) {
        uint32_t ch = str_at(v, i);
        uint8_t byte = (uint8_t)ch;
        out_raw(out, wide ? (void *)&ch : &byte, wide ? 4 : 1);
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
    for (size_t i = 0; i < tuple_length(v); i++)
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

static void out_code(struct out *out, const struct code *code)
{
    const uint32_t numbers[] = {
        code->argcount,    code->posonly_argcount, code->kwonly_argcount, code->locals_count, code->cells_count,
        code->frees_count, code->stack_size,       code->flags,           code->first_line,   code->unit_count,
        code->cache_count, code->range_count,      code->location_bytes,
    };
    out_byte(out, TAG_CODE);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        out_number(out, numbers[i]);
    out_raw(out, code->units, code->unit_count * sizeof *code->units);
    out_raw(out, code->ranges, code->range_count * sizeof *code->ranges);
    out_raw(out, code->locations, code->location_bytes);
    out_value(out, slot_peek(&code->filename), true);
    out_value(out, slot_peek(&code->name), true);
    out_value(out, slot_peek(&code->qualified_name), true);
    out_value(out, slot_peek(&code->names), true);
    out_value(out, slot_peek(&code->slot_names), true);
    out_value(out, slot_peek(&code->slot_kinds), false);
    out_value(out, slot_peek(&code->consts), false);
}

static bool is_interned_text(value v)
{
    size_t length = str_length(v);
    for (size_t i = 0; i < length; i++) {
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
    if (++out->depth > NESTING_LIMIT) {
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

value code_serialize(value code)
{
    struct out out = {0};
    struct header header = {.version = format_version()};
    memcpy(header.magic, magic, sizeof magic);
    out_raw(&out, &header, sizeof header);
    out_value(&out, code, false);
    value result = NULL;
    if (!out.failed && out.length > UINT32_MAX) {
        raise(EXC(ValueError), "code too large to serialize");
    } else if (!out.failed) {
        header.length = (uint32_t)(out.length - sizeof header);
        header.checksum = code_checksum(out.bytes + sizeof header, header.length);
        memcpy(out.bytes, &header, sizeof header);
        result = bytes_new(out.bytes, out.length);
    }
    free(out.bytes);
    free(out.seen);
    free(out.seen_numbers);
    return result;
}

/* ---- reading ---- */

struct in {
    const uint8_t *at, *end;
    value *strings; /* owned, by number */
    size_t string_count, string_capacity;
    int depth;
};

static value in_bad(void)
{
    return raise(EXC(ValueError), "bad bytecode file");
}

static bool in_number(struct in *in, uint64_t *n)
{
    *n = 0;
    for (unsigned shift = 0; shift < 64 && in->at < in->end; shift += 7) {
        uint8_t byte = *in->at++;
        *n |= (uint64_t)(byte & 0x7F) << shift;
        if (!(byte & 0x80))
            return true;
    }
    in_bad();
    return false;
}

/* `count` pieces of `size` bytes; NULL with ValueError when there is not so much left. */
static const uint8_t *in_raw(struct in *in, uint64_t count, size_t size)
{
    if (count > (size_t)(in->end - in->at) / size) {
        in_bad();
        return NULL;
    }
    const uint8_t *here = in->at;
    in->at += count * size;
    return here;
}

/* Remember a string for later references; steals nothing. */
static bool in_remember(struct in *in, value v)
{
    if (in->string_count == in->string_capacity) {
        size_t capacity = in->string_capacity ? in->string_capacity * 2 : 128;
        value *fresh = realloc(in->strings, capacity * sizeof *fresh);
        if (!fresh) {
            raise_no_memory();
            return false;
        }
        in->strings = fresh;
        in->string_capacity = capacity;
    }
    in->strings[in->string_count++] = value_inc(v);
    return true;
}

static value in_str(struct in *in, uint8_t tag)
{
    uint64_t length;
    if (!in_number(in, &length))
        return NULL;
    bool wide = tag == TAG_STR_WIDE || tag == TAG_NAME_WIDE;
    const uint8_t *bytes = in_raw(in, length, wide ? 4 : 1);
    if (!bytes)
        return NULL;
    value v;
    if (wide) {
        uint32_t *points = malloc(length * 4 + 1);
        if (!points)
            return raise_no_memory();
        memcpy(points, bytes, length * 4);
        bool valid = true;
        for (uint64_t i = 0; i < length; i++)
            valid &= points[i] <= 0x10FFFF;
        v = valid ? str_from_ucs4(points, length) : in_bad();
        free(points);
    } else {
        v = str_from_latin1(bytes, length);
    }
    if (v && (tag == TAG_NAME || tag == TAG_NAME_WIDE))
        v = str_intern(v);
    if (v && !in_remember(in, v)) {
        value_dec(v);
        return NULL;
    }
    return v;
}

static value in_value(struct in *in);

static value in_tuple(struct in *in)
{
    uint64_t length;
    if (!in_number(in, &length))
        return NULL;
    if (length > (size_t)(in->end - in->at)) /* each item takes a byte at least */
        return in_bad();
    value tuple = tuple_new(length);
    for (uint64_t i = 0; tuple && i < length; i++) {
        value item = in_value(in);
        if (!item) {
            value_dec(tuple);
            return NULL;
        }
        tuple_init(tuple, i, item);
    }
    return tuple;
}

static value in_typed(struct in *in, unsigned type)
{
    value v = in_value(in);
    if (v && !value_is(v, type)) {
        value_dec(v);
        return in_bad();
    }
    return v;
}

enum { CODE_NUMBERS = 13, CODE_VALUES = 7 };

static value in_code_values(struct in *in, struct code_parts *parts)
{
    static const uint8_t types[CODE_VALUES] = {TYPE_ID_STR,   TYPE_ID_STR,   TYPE_ID_STR,  TYPE_ID_TUPLE,
                                               TYPE_ID_TUPLE, TYPE_ID_BYTES, TYPE_ID_TUPLE};
    value *const places[CODE_VALUES] = {&parts->filename,   &parts->name,       &parts->qualified_name, &parts->names,
                                        &parts->slot_names, &parts->slot_kinds, &parts->consts};
    value code = NULL;
    int have = 0;
    while (have < CODE_VALUES && (*places[have] = in_typed(in, types[have])) != NULL)
        have++;
    if (have == CODE_VALUES)
        code = code_new(parts);
    const char *wrong = code ? code_verify((struct code *)code) : NULL;
    if (wrong) {
        value_dec(code);
        code = raise(EXC(ValueError), "bad bytecode file: %s", wrong);
    }
    while (have > 0)
        value_dec(*places[--have]);
    return code;
}

static value in_code(struct in *in)
{
    struct code_parts parts;
    uint32_t *const numbers[CODE_NUMBERS] = {
        &parts.argcount,    &parts.posonly_argcount, &parts.kwonly_argcount, &parts.locals_count, &parts.cells_count,
        &parts.frees_count, &parts.stack_size,       &parts.flags,           &parts.first_line,   &parts.unit_count,
        &parts.cache_count, &parts.range_count,      &parts.location_bytes,
    };
    for (int i = 0; i < CODE_NUMBERS; i++) {
        uint64_t n;
        if (!in_number(in, &n))
            return NULL;
        if (n > INT32_MAX)
            return in_bad();
        *numbers[i] = (uint32_t)n;
    }
    if (parts.cache_count > parts.unit_count || parts.locals_count > 1 << 24 || parts.cells_count > 1 << 24 ||
        parts.frees_count > 1 << 24)
        return in_bad();
    parts.units = in_raw(in, parts.unit_count, sizeof(uint32_t));
    parts.ranges = parts.units ? in_raw(in, parts.range_count, sizeof(struct exception_range)) : NULL;
    parts.locations = parts.ranges ? in_raw(in, parts.location_bytes, 1) : NULL;
    return parts.locations ? in_code_values(in, &parts) : NULL;
}

static value in_frozenset(struct in *in)
{
    value tuple = in_tuple(in);
    value set = tuple ? frozenset_new(tuple) : NULL;
    value_dec(tuple);
    return set;
}

static value in_tagged(struct in *in, uint8_t tag)
{
    uint64_t n;
    const uint8_t *bytes;
    double real, imaginary;
    switch (tag) {
    case TAG_NONE:
        return VALUE_NONE;
    case TAG_TRUE:
        return VALUE_TRUE;
    case TAG_FALSE:
        return VALUE_FALSE;
    case TAG_ELLIPSIS:
        return VALUE_ELLIPSIS;
    case TAG_INT:
        return in_number(in, &n) ? int_from_i64((int64_t)(n >> 1 ^ (~(n & 1) + 1))) : NULL;
    case TAG_BIG_INT:
        bytes = in_number(in, &n) ? in_raw(in, n, 1) : NULL;
        return bytes ? int_from_bytes(bytes, n, true, true) : NULL;
    case TAG_FLOAT:
        bytes = in_raw(in, 1, sizeof real);
        return bytes ? (memcpy(&real, bytes, sizeof real), float_new(real)) : NULL;
    case TAG_COMPLEX:
        bytes = in_raw(in, 2, sizeof real);
        if (!bytes)
            return NULL;
        memcpy(&real, bytes, sizeof real);
        memcpy(&imaginary, bytes + sizeof real, sizeof imaginary);
        return complex_new(real, imaginary);
    case TAG_STR_BYTE:
    case TAG_STR_WIDE:
    case TAG_NAME:
    case TAG_NAME_WIDE:
        return in_str(in, tag);
    case TAG_REFERENCE:
        if (!in_number(in, &n))
            return NULL;
        return n < in->string_count ? value_inc(in->strings[n]) : in_bad();
    case TAG_BYTES:
        bytes = in_number(in, &n) ? in_raw(in, n, 1) : NULL;
        return bytes ? bytes_new(bytes, n) : NULL;
    case TAG_TUPLE:
        return in_tuple(in);
    case TAG_FROZENSET:
        return in_frozenset(in);
    case TAG_CODE:
        return in_code(in);
    }
    return in_bad();
}

static value in_value(struct in *in)
{
    if (in->at >= in->end || in->depth >= NESTING_LIMIT)
        return in_bad();
    in->depth++;
    value v = in_tagged(in, *in->at++);
    in->depth--;
    return v;
}

value code_deserialize(const uint8_t *bytes, size_t length)
{
    struct header header;
    if (length < sizeof header)
        return in_bad();
    memcpy(&header, bytes, sizeof header);
    bytes += sizeof header;
    length -= sizeof header;
    if (memcmp(header.magic, magic, sizeof magic) != 0 || header.version != format_version() ||
        header.length != length || header.checksum != code_checksum(bytes, length))
        return in_bad();
    struct in in = {.at = bytes, .end = bytes + length};
    value code = in_typed(&in, TYPE_ID_CODE);
    if (code && in.at != in.end) {
        value_dec(code);
        code = in_bad();
    }
    for (size_t i = 0; i < in.string_count; i++)
        value_dec(in.strings[i]);
    free(in.strings);
    return code;
}

/*
 * Reading bytecode files (serialize.c describes them): whole, or so that functions sleep until they are called.
 *
 * Most functions of most modules are never called. A sleeping code object knows what its record in the file says; its
 * body is read, verified and moved into it by code_wake, at the first call or when a program looks at its instructions.
 *
 * A reader believes nothing: every length is checked against what is left, nesting is bounded, every stretch has its
 * checksum, and each code object passes code_verify before anybody runs it.
 */
#include "runtime/compiler/code/bytecode_file.h"
#include "runtime/compiler/code/code_parts.h"
#include "runtime/objects/objects.h"
#include "threads/pause.h"

#include <stdlib.h>

bool bytecode_sums_ignored;

/* A bytecode file in memory. Constant but for `names`, which whoever needs one fills: they are interned and immortal,
 * and all threads find the same one, so that neither counts nor locks are needed. */
struct code_source {
    const uint8_t *parts[2], *record, *record_end, *ends, *characters;
    uint32_t part_lengths[2], name_count;
    value_slot names[];
};

struct in {
    const uint8_t *at, *end;
    struct code_source *source;
    bool whole; /* read the bodies of inner code objects too */
    bool local; /* this is the body of a function */
    value doc;  /* borrowed: the docstring with which the body began, or NULL */
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

/* A string of `size` bytes of characters, which are there. */
static value make_str(const uint8_t *bytes, size_t size, uint8_t tag)
{
    if (tag == TAG_STR_BYTE)
        return str_from_latin1(bytes, size);
    size_t length = size / 4;
    uint32_t *points = malloc(length * 4 + 1);
    if (!points)
        return raise_no_memory();
    thread_copy(points, bytes, length * 4);
    bool valid = size % 4 == 0;
    for (size_t i = 0; i < length; thread_report_at(++i))
        valid &= points[i] <= 0x10FFFF;
    value v = valid ? str_from_ucs4(points, length) : in_bad();
    free(points);
    return v;
}

static value in_str(struct in *in, uint8_t tag)
{
    uint64_t length;
    size_t width = tag == TAG_STR_WIDE ? 4 : 1;
    if (!in_number(in, &length))
        return NULL;
    const uint8_t *bytes = in_raw(in, length, width);
    return bytes ? make_str(bytes, length * width, tag) : NULL;
}

static uint32_t name_end(const struct code_source *source, uint32_t number)
{
    uint32_t end;
    memcpy(&end, source->ends + (size_t)number * sizeof end, sizeof end);
    return end;
}

static value in_name(struct in *in)
{
    uint64_t number;
    struct code_source *source = in->source;
    if (!in_number(in, &number))
        return NULL;
    if (number >= source->name_count)
        return in_bad();
    value v = atomic_load_explicit(&source->names[number], memory_order_acquire);
    if (v)
        return v; /* immortal */
    uint32_t start = number ? name_end(source, (uint32_t)number - 1) : 0, end = name_end(source, (uint32_t)number);
    if (start >= end || end > (size_t)(source->record - source->characters))
        return in_bad();
    const uint8_t *bytes = source->characters + start;
    if (*bytes != TAG_STR_BYTE && *bytes != TAG_STR_WIDE)
        return in_bad();
    if (*bytes == TAG_STR_BYTE) {
        v = str_interned_latin1(bytes + 1, end - start - 1);
    } else {
        v = make_str(bytes + 1, end - start - 1, *bytes);
        v = v ? str_intern_forever(v) : NULL;
    }
    if (v)
        atomic_store_explicit(&source->names[number], v, memory_order_release);
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
    for (uint64_t i = 0; tuple && i < length; thread_report_at(++i)) {
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

/* ---- code objects ---- */

/* What a body has besides raw arrays, owned: into the parts. */
static bool in_body_values(struct in *in, struct code_parts *parts)
{
    return (parts->names = in_typed(in, TYPE_ID_TUPLE)) && (parts->slot_names = in_typed(in, TYPE_ID_TUPLE)) &&
           (parts->slot_kinds = in_typed(in, TYPE_ID_BYTES)) && (parts->consts = in_typed(in, TYPE_ID_TUPLE));
}

/* Where to read a body of code with these flags, if its bytes are as they were written. */
static bool open_body(struct in *in, struct code_source *source, uint32_t flags, const struct code_body *body)
{
    bool is_function = flags & CODE_OPTIMIZED;
    uint32_t length = source->part_lengths[is_function];
    const uint8_t *bytes = source->parts[is_function] + body->offset;
    if (body->offset > length || body->length > length - body->offset ||
        (bytecode_checksum(bytes, body->length) != body->checksum && !bytecode_sums_ignored)) {
        in_bad();
        return false;
    }
    *in = (struct in){.at = bytes, .end = bytes + body->length, .source = source, .local = is_function};
    return true;
}

/* The docstring with which the body begins, or None; owned. */
static value in_doc(struct in *in)
{
    value doc = in_value(in);
    if (!doc || doc == VALUE_NONE || is_str(doc))
        return doc;
    value_dec(doc);
    return in_bad();
}

/* A code object with its body, from the parts that its record has. The body's values are put there meanwhile. */
static value read_body(struct code_source *source, struct code_parts *parts, const struct code_body *body, bool whole,
                       int depth)
{
    struct in in;
    value doc = open_body(&in, source, parts->flags, body) ? in_doc(&in) : NULL;
    if (!doc)
        return NULL;
    in.whole = whole;
    in.depth = depth;
    in.doc = doc;
    parts->units = in_raw(&in, parts->unit_count, sizeof(uint32_t));
    parts->ranges = parts->units ? in_raw(&in, parts->range_count, sizeof(struct exception_range)) : NULL;
    parts->locations = parts->ranges ? in_raw(&in, parts->location_bytes, 1) : NULL;
    value code = NULL;
    if (parts->locations && in_body_values(&in, parts))
        code = in.at == in.end ? code_new(parts) : in_bad();
    const char *wrong = code ? code_verify((struct code *)code) : NULL;
    if (wrong) {
        value_dec(code);
        code = strcmp(wrong, "no memory") == 0 ? raise_no_memory()
                                               : raise(EXC(ValueError), "bad bytecode file: %s", wrong);
    }
    value_dec(parts->names);
    value_dec(parts->slot_names);
    value_dec(parts->slot_kinds);
    value_dec(parts->consts);
    value_dec(doc);
    return code;
}

static bool in_record_numbers(struct in *in, struct code_parts *parts, struct code_body *body)
{
    enum { COUNT = sizeof(struct {BYTECODE_NUMBERS(BYTECODE_COUNT)}) };
    uint32_t numbers[COUNT + 2], all = 0;
    const uint8_t *raw = in_raw(in, COUNT + 2, sizeof numbers[0]);
    if (!raw)
        return false;
    memcpy(numbers, raw, sizeof numbers);
    for (int i = 0; i < COUNT + 2; i++)
        all |= numbers[i];
    int next = 0;
#define NUMBER(name) parts->name = numbers[next++];
    BYTECODE_NUMBERS(NUMBER)
#undef NUMBER
    body->offset = numbers[next++];
    body->length = numbers[next++];
    const uint8_t *sum = in_raw(in, 1, sizeof body->checksum);
    if (!sum)
        return false;
    memcpy(&body->checksum, sum, sizeof body->checksum);
    if (all > INT32_MAX || parts->cache_count > parts->unit_count || parts->locals_count > 1 << 24 ||
        parts->cells_count > 1 << 24 || parts->frees_count > 1 << 24) {
        in_bad();
        return false;
    }
    return true;
}

/* Functions in functions are made again and again, perhaps by many threads: theirs are interned, so that nobody counts
 * them. */
static value in_qualified_name(struct in *in)
{
    value name = in_typed(in, TYPE_ID_STR);
    return name && (in->local || in->whole) ? str_intern_forever(name) : name;
}

static value in_code(struct in *in)
{
    struct code_parts parts = {0};
    struct code_body body = {0};
    value code = NULL;
    if (in_record_numbers(in, &parts, &body) && (parts.filename = in_typed(in, TYPE_ID_STR)) &&
        (parts.name = in_typed(in, TYPE_ID_STR)) && (parts.qualified_name = in_qualified_name(in)))
        code = in->whole ? read_body(in->source, &parts, &body, true, in->depth)
                         : code_new_asleep(&parts, in->source, &body);
    value_dec(parts.filename);
    value_dec(parts.name);
    value_dec(parts.qualified_name);
    return code;
}

value code_source_wake(struct code_source *source, const struct code *code, const struct code_body *body)
{
    struct code_parts parts = {
#define NUMBER(name) .name = code->name,
        BYTECODE_NUMBERS(NUMBER)
#undef NUMBER
            .filename = slot_peek(&code->filename),
        .name = slot_peek(&code->name),
        .qualified_name = slot_peek(&code->qualified_name),
    };
    return read_body(source, &parts, body, false, 0);
}

value code_source_doc(struct code_source *source, const struct code *code, const struct code_body *body)
{
    struct in in;
    return open_body(&in, source, code->flags, body) ? in_doc(&in) : NULL;
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
        return in_str(in, tag);
    case TAG_NAME:
        return in_name(in);
    case TAG_DOC:
        return in->doc ? value_inc(in->doc) : in_bad();
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
    if (in->at >= in->end || in->depth >= BYTECODE_NESTING)
        return in_bad();
    in->depth++;
    value v = in_tagged(in, *in->at++);
    in->depth--;
    return v;
}

/* ---- files ---- */

struct code_source *code_source_open(const uint8_t *bytes, size_t length)
{
    struct bytecode_header header;
    struct bytecode_head head;
    if (length < sizeof header + sizeof head)
        return (void *)in_bad();
    memcpy(&header, bytes, sizeof header);
    bytes += sizeof header;
    length -= sizeof header;
    if (memcmp(header.magic, BYTECODE_MAGIC, sizeof header.magic) != 0 || header.version != bytecode_version() ||
        header.head_length < sizeof head || header.head_length > length ||
        (header.checksum != bytecode_checksum(bytes, header.head_length) && !bytecode_sums_ignored))
        return (void *)in_bad();
    memcpy(&head, bytes, sizeof head);
    uint64_t parts = (uint64_t)head.part_lengths[0] + head.part_lengths[1];
    uint64_t ends = (uint64_t)head.name_count * sizeof(uint32_t);
    if (parts != length - header.head_length || ends > header.head_length - sizeof head)
        return (void *)in_bad();
    struct code_source *source = calloc(1, sizeof *source + head.name_count * sizeof *source->names);
    if (!source)
        return (void *)raise_no_memory();
    source->ends = bytes + sizeof head;
    source->characters = source->ends + ends;
    source->record_end = source->parts[0] = bytes + header.head_length;
    source->parts[1] = source->parts[0] + head.part_lengths[0];
    memcpy(source->part_lengths, head.part_lengths, sizeof source->part_lengths);
    source->name_count = head.name_count;
    uint32_t characters = head.name_count ? name_end(source, head.name_count - 1) : 0;
    if (characters > (size_t)(source->record_end - source->characters)) {
        free(source);
        return (void *)in_bad();
    }
    source->record = source->characters + characters;
    return source;
}

void code_source_close(struct code_source *source)
{
    free(source);
}

static value load(struct code_source *source, bool whole)
{
    struct in in = {source->record, source->record_end, source, whole, false, NULL, 0};
    value code = in_typed(&in, TYPE_ID_CODE);
    if (code && in.at != in.end) {
        value_dec(code);
        code = in_bad();
    }
    return code;
}

value code_source_load(struct code_source *source)
{
    value code = load(source, false);
    if (code && !code_wake((struct code *)code)) {
        value_dec(code);
        return NULL;
    }
    return code;
}

value code_deserialize(const uint8_t *bytes, size_t length)
{
    struct code_source *source = code_source_open(bytes, length);
    value code = source ? load(source, true) : NULL;
    code_source_close(source);
    return code;
}

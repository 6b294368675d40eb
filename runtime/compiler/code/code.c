/*
 * Code objects: making them, waking those that sleep, and where their instructions come from. What Python sees of them
 * is in code_attributes.c.
 *
 * A code object is immutable but for its inline cache words, which all threads share (relaxed atomics). Its arrays lie
 * in one block of raw memory that dies with it: whoever runs the code holds it.
 */
#include "runtime/compiler/code/code_parts.h"
#include "runtime/compiler/code/locations.h"
#include "runtime/compiler/code/opcode_info.h"
#include "runtime/objects/text/str.h"
#include "threads/pause.h"

#include <stdlib.h>

/* ---- making ---- */

static size_t round_up(size_t size)
{
    return (size + 7) & ~(size_t)7;
}

static void *take(char **at, const void *from, size_t size)
{
    void *place = *at;
    if (size && from)
        thread_copy(place, from, size);
    *at += round_up(size);
    return place;
}

static struct code *new_code(const struct code_parts *parts)
{
    struct code *code = (struct code *)object_new(TYPE(CODE), sizeof *code);
    if (!code)
        return NULL;
    code->argcount = parts->argcount;
    code->posonly_argcount = parts->posonly_argcount;
    code->kwonly_argcount = parts->kwonly_argcount;
    code->plain_argcount =
        parts->kwonly_argcount || (parts->flags & (CODE_VARARGS | CODE_VARKEYWORDS)) || !(parts->flags & CODE_OPTIMIZED)
            ? UINT32_MAX
            : parts->argcount;
    code->locals_count = parts->locals_count;
    code->cells_count = parts->cells_count;
    code->frees_count = parts->frees_count;
    code->slots_count = parts->locals_count + parts->cells_count + parts->frees_count;
    code->stack_size = parts->stack_size;
    code->flags = parts->flags;
    code->first_line = parts->first_line;
    code->unit_count = parts->unit_count;
    code->cache_count = parts->cache_count;
    code->range_count = parts->range_count;
    code->location_bytes = parts->location_bytes;
    slot_init(&code->filename, value_inc(parts->filename));
    slot_init(&code->name, value_inc(parts->name));
    slot_init(&code->qualified_name, value_inc(parts->qualified_name));
    return code;
}

/* How many attributes the code sets, counting each name once. */
static uint32_t count_attribute_stores(const struct code *code)
{
    uint32_t seen[CODE_ATTRIBUTE_STORES_MAX], count = 0;
    for (uint32_t i = 0; i < code->unit_count && count < CODE_ATTRIBUTE_STORES_MAX; thread_report_at(++i)) {
        uint32_t unit = code->units[i], opcode = instruction_opcode(unit), known = 0;
        if (opcode == OP_STORE_ATTR || opcode == OP_STORE_FAST_ATTR) {
            uint32_t name = instruction_argument(unit) >> (opcode == OP_STORE_FAST_ATTR ? 8 : 0);
            while (known < count && seen[known] != name)
                known++;
            if (known == count)
                seen[count++] = name;
        }
        if (opcode_flags(opcode) & OPF_C)
            i++; /* the unit that follows is the index of its cache */
    }
    return count;
}

static bool has_name(value names, value name)
{
    for (size_t i = 0; i < tuple_length(names); thread_report_at(++i))
        if (tuple_get(names, i) == name)
            return true;
    return false;
}

/* The tuple with its strings interned, as those from the compiler are: caches and tables know names by their address.
 * Owned; what is no str stays, for code_verify to refuse. */
static value interned_names(value names)
{
    size_t length = tuple_length(names), known = 0;
    while (known < length && value_is(tuple_get(names, known), TYPE_ID_STR) &&
           (str_flags(tuple_get(names, known)) & STR_INTERNED))
        thread_report_at(++known);
    if (known == length)
        return value_inc(names);
    value tuple = tuple_new(length);
    for (size_t i = 0; tuple && i < length; thread_report_at(++i)) {
        value name = value_inc(tuple_get(names, i));
        if (value_is(name, TYPE_ID_STR) && !(name = str_intern(name))) {
            value_dec(tuple);
            return NULL;
        }
        tuple_init(tuple, i, name);
    }
    return tuple;
}

value code_new(const struct code_parts *parts)
{
    size_t units = parts->unit_count * sizeof(uint32_t), caches = parts->cache_count * sizeof(uint64_t),
           ranges = parts->range_count * sizeof(struct exception_range);
    struct code *code = new_code(parts);
    if (!code)
        return NULL;
    size_t room = round_up(caches) + round_up(ranges) + round_up(units) + round_up(parts->location_bytes) + 8;
    bool resting = thread_rest_begin(room);
    char *memory = calloc(1, room);
    thread_rest_end(resting);
    if (!memory) {
        value_dec(value_of(code));
        return raise_no_memory();
    }
    code->caches = take(&memory, NULL, caches); /* first: the block's own address */
    code->ranges = take(&memory, parts->ranges, ranges);
    code->units = take(&memory, parts->units, units);
    code->locations = take(&memory, parts->locations, parts->location_bytes);
    value names = interned_names(parts->names), slot_names = interned_names(parts->slot_names);
    slot_init(&code->consts, value_inc(parts->consts));
    slot_init(&code->names, names);
    slot_init(&code->slot_names, slot_names);
    slot_init(&code->slot_kinds, value_inc(parts->slot_kinds));
    if (!names || !slot_names) {
        value_dec(value_of(code));
        return NULL;
    }
    code->attribute_stores = count_attribute_stores(code);
    code->names_init = has_name(names, NAME(__init__));
    atomic_init(&code->frame_room, code->slots_count + code->stack_size);
    return value_of(code);
}

/* ---- sleeping ---- */

value code_new_asleep(const struct code_parts *parts, struct code_source *source, const struct code_body *body)
{
    struct code *code = new_code(parts);
    if (!code)
        return NULL;
    code->attribute_stores =
        parts->attribute_stores < CODE_ATTRIBUTE_STORES_MAX ? parts->attribute_stores : CODE_ATTRIBUTE_STORES_MAX;
    code->names_init = parts->names_init;
    code->source = source;
    code->body = *body;
    atomic_init(&code->frame_room, CODE_ASLEEP);
    return value_of(code);
}

/* Several threads may come here for the same code at once: each reads the body, the first one's stays. */
bool code_wake_slow(struct code *code)
{
    struct code *whole = (struct code *)code_source_wake(code->source, code, &code->body);
    if (!whole)
        return false;
    object_lock(&code->header);
    if (atomic_load_explicit(&code->frame_room, memory_order_relaxed) == CODE_ASLEEP) {
        code->caches = whole->caches;
        whole->caches = NULL; /* the block belongs to `code` now */
        code->ranges = whole->ranges;
        code->units = whole->units;
        code->locations = whole->locations;
        slot_store(&code->header, &code->consts, value_inc(slot_peek(&whole->consts)));
        slot_store(&code->header, &code->names, value_inc(slot_peek(&whole->names)));
        slot_store(&code->header, &code->slot_names, value_inc(slot_peek(&whole->slot_names)));
        slot_store(&code->header, &code->slot_kinds, value_inc(slot_peek(&whole->slot_kinds)));
        /* Pairs with the load in code_wake, and that of frame_push. */
        atomic_store_explicit(&code->frame_room, code->slots_count + code->stack_size, memory_order_release);
    }
    object_unlock(&code->header);
    value_dec(value_of(whole));
    return true;
}

value code_docstring(struct code *code)
{
    if (!(code->flags & CODE_OPTIMIZED))
        return VALUE_NONE;
    if (atomic_load_explicit(&code->frame_room, memory_order_acquire) == CODE_ASLEEP)
        return code_source_doc(code->source, code, &code->body);
    value consts = slot_peek(&code->consts);
    bool has_doc = tuple_length(consts) > 0 && is_str(tuple_get(consts, 0));
    return has_doc ? value_inc(tuple_get(consts, 0)) : VALUE_NONE;
}

void code_traverse(struct object *o, struct gc_trace *trace)
{
    struct code *code = (struct code *)o;
    trace_slot(trace, &code->consts);
    trace_slot(trace, &code->names);
    trace_slot(trace, &code->slot_names);
    trace_slot(trace, &code->slot_kinds);
    trace_slot(trace, &code->filename);
    trace_slot(trace, &code->name);
    trace_slot(trace, &code->qualified_name);
    trace_slot(trace, &code->given);
}

void code_destroy(struct object *o)
{
    struct code *code = (struct code *)o;
    slot_drop(&code->consts);
    slot_drop(&code->names);
    slot_drop(&code->slot_names);
    slot_drop(&code->slot_kinds);
    slot_drop(&code->filename);
    slot_drop(&code->name);
    slot_drop(&code->qualified_name);
    slot_drop(&code->given);
    free((void *)code->caches);
    code->caches = NULL;
}

/* ---- locations ---- */

void code_locate(const struct code *code, uint32_t unit, struct code_location *out)
{
    struct location_reader r = location_reader(code);
    uint32_t units;
    while (location_read(&r, out, &units)) {
        if (unit < r.unit)
            return;
    }
    *out = (struct code_location){-1, -1, -1, -1};
}

int32_t code_line_range(const struct code *code, uint32_t unit, uint32_t *start, uint32_t *end)
{
    struct location_reader r = location_reader(code);
    struct code_location location;
    int32_t line = -1;
    bool after_mark = false;
    *start = *end = 0;
    for (uint32_t count; location_read(&r, &location, &count);) {
        if (count && !after_mark && location.line == line) {
            *end = r.unit;
            continue;
        }
        if (unit < *end) /* a range begins, and the one that ends here is wanted */
            break;
        after_mark = count == 0;
        line = location.line;
        *start = r.unit - count;
        *end = r.unit;
    }
    return unit < *end ? line : -1;
}

int32_t code_line_mark(const struct code *code, uint32_t unit, uint32_t index)
{
    struct location_reader r = location_reader(code);
    struct code_location location;
    for (uint32_t count; r.unit <= unit && location_read(&r, &location, &count);) {
        if (count == 0 && r.unit == unit && index-- == 0)
            return location.line;
    }
    return -1;
}

/* Ranges are sorted and disjoint: binary search for the one that covers the unit. */
const struct exception_range *code_find_handler(const struct code *code, uint32_t unit)
{
    uint32_t low = 0, high = code->range_count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        const struct exception_range *range = &code->ranges[middle];
        if (unit < range->start)
            high = middle;
        else if (unit >= range->end)
            low = middle + 1;
        else
            return range;
    }
    return NULL;
}

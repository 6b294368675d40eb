/*
 * The type `code`: making code objects, where their instructions come from, and what Python sees of them (co_*).
 *
 * A code object is immutable but for its inline cache words, which all threads share (relaxed atomics). Its arrays lie
 * in one block of raw memory that dies with it: whoever runs the code holds it.
 */
#include "runtime/compiler/code/code_parts.h"
#include "runtime/compiler/code/constants.h"
#include "runtime/compiler/code/opcode_info.h"
#include "runtime/objects/text/str.h"
#include "threads/pause.h"

#include <stdlib.h>

#define SELF(v) ((struct code *)(v))

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

static void code_traverse(struct object *o, struct gc_trace *trace)
{
    struct code *code = (struct code *)o;
    trace_slot(trace, &code->consts);
    trace_slot(trace, &code->names);
    trace_slot(trace, &code->slot_names);
    trace_slot(trace, &code->slot_kinds);
    trace_slot(trace, &code->filename);
    trace_slot(trace, &code->name);
    trace_slot(trace, &code->qualified_name);
}

static void code_destroy(struct object *o)
{
    struct code *code = (struct code *)o;
    slot_drop(&code->consts);
    slot_drop(&code->names);
    slot_drop(&code->slot_names);
    slot_drop(&code->slot_kinds);
    slot_drop(&code->filename);
    slot_drop(&code->name);
    slot_drop(&code->qualified_name);
    free((void *)code->caches);
    code->caches = NULL;
}

/* ---- locations ---- */

struct location_reader {
    const uint8_t *at, *end;
    uint32_t unit; /* first unit of the next entry */
    int32_t line;
};

static uint32_t read_varint(struct location_reader *r)
{
    uint32_t n = 0;
    for (unsigned shift = 0; r->at < r->end && shift < 32; shift += 7) {
        uint8_t byte = *r->at++;
        n |= (uint32_t)(byte & 0x7F) << shift;
        if (!(byte & 0x80))
            break;
    }
    return n;
}

static int32_t read_svarint(struct location_reader *r)
{
    uint32_t n = read_varint(r);
    return n & 1 ? -(int32_t)(n / 2) - 1 : (int32_t)(n / 2);
}

/* The next entry: how many units have the location. 0 at the end. */
static uint32_t read_location(struct location_reader *r, struct code_location *out)
{
    if (r->at >= r->end)
        return 0;
    uint32_t head = read_varint(r);
    *out = (struct code_location){-1, -1, -1, -1};
    if (head & 3) {
        r->line = (int32_t)((uint32_t)r->line + (uint32_t)read_svarint(r));
        out->line = out->end_line = r->line;
    }
    if ((head & 3) == 1) {
        out->column = (int32_t)read_varint(r);
        out->end_column = (int32_t)((uint32_t)out->column + read_varint(r));
    } else if ((head & 3) == 2) {
        out->end_line = (int32_t)((uint32_t)r->line + read_varint(r));
        out->column = (int32_t)read_varint(r);
        out->end_column = (int32_t)read_varint(r);
    }
    r->unit += head >> 2;
    return head >> 2;
}

static struct location_reader location_reader(const struct code *code)
{
    return (struct location_reader){code->locations, code->locations + code->location_bytes, 0,
                                    (int32_t)code->first_line};
}

void code_locate(const struct code *code, uint32_t unit, struct code_location *out)
{
    struct location_reader r = location_reader(code);
    while (read_location(&r, out)) {
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
    *start = 0;
    for (uint32_t count; (count = read_location(&r, &location)) != 0;) {
        if (location.line != line) { /* a range begins, unless the one that ends here is wanted */
            if (unit < r.unit - count)
                break;
            line = location.line;
            *start = r.unit - count;
        }
        *end = r.unit;
    }
    return unit < *end ? line : -1;
}

/* ---- what Python sees ---- */

#define COUNT_ATTRIBUTE(name, field)               \
    static value get_##name(value v)               \
    {                                              \
        return small_int((int64_t)SELF(v)->field); \
    }
COUNT_ATTRIBUTE(argcount, argcount)
COUNT_ATTRIBUTE(posonlyargcount, posonly_argcount)
COUNT_ATTRIBUTE(kwonlyargcount, kwonly_argcount)
COUNT_ATTRIBUTE(nlocals, locals_count)
COUNT_ATTRIBUTE(stacksize, stack_size)
COUNT_ATTRIBUTE(flags, flags)
COUNT_ATTRIBUTE(firstlineno, first_line)

#define VALUE_ATTRIBUTE(name, there)                                       \
    static value get_##name(value v)                                       \
    {                                                                      \
        return there ? slot_load(&SELF(v)->header, &SELF(v)->name) : NULL; \
    }
VALUE_ATTRIBUTE(consts, code_wake(SELF(v)))
VALUE_ATTRIBUTE(names, code_wake(SELF(v)))
VALUE_ATTRIBUTE(filename, true)
VALUE_ATTRIBUTE(name, true)
VALUE_ATTRIBUTE(qualified_name, true)

/* The names of the slots whose kind has one of the bits. */
static value names_of_kind(struct code *code, uint8_t bits)
{
    if (!code_wake(code))
        return NULL;
    const uint8_t *kinds = bytes_data(slot_peek(&code->slot_kinds));
    uint32_t n = 0;
    for (uint32_t i = 0; i < code->slots_count; thread_report_at(++i))
        n += (kinds[i] & bits) != 0;
    value tuple = tuple_new(n);
    if (!tuple)
        return NULL;
    n = 0;
    for (uint32_t i = 0; i < code->slots_count; thread_report_at(++i)) {
        if (kinds[i] & bits)
            tuple_init(tuple, n++, value_inc(tuple_get(slot_peek(&code->slot_names), i)));
    }
    return tuple;
}

static value get_varnames(value v)
{
    return names_of_kind(SELF(v), 1);
}
static value get_cellvars(value v)
{
    return names_of_kind(SELF(v), 2);
}
static value get_freevars(value v)
{
    return names_of_kind(SELF(v), 4);
}
static value get_code(value v)
{
    return !code_wake(SELF(v)) ? NULL
                               : bytes_new((const uint8_t *)SELF(v)->units, SELF(v)->unit_count * sizeof(uint32_t));
}
static value get_linetable(value v)
{
    return !code_wake(SELF(v)) ? NULL : bytes_new(SELF(v)->locations, SELF(v)->location_bytes);
}
static value get_exceptiontable(value v)
{
    return !code_wake(SELF(v))
               ? NULL
               : bytes_new((const uint8_t *)SELF(v)->ranges, SELF(v)->range_count * sizeof(struct exception_range));
}

static value optional_int(int32_t n)
{
    return n < 0 ? VALUE_NONE : small_int(n);
}

static bool append_owned(value list, value item /* stolen, may be NULL */)
{
    return item && list_append_owned(list, item);
}

/* co_positions(): (line, end line, column, end column) of each unit. */
static value code_positions(value v)
{
    if (!code_wake(SELF(v)))
        return NULL;
    struct location_reader r = location_reader(SELF(v));
    struct code_location at;
    value list = list_new(SELF(v)->unit_count);
    if (!list)
        return NULL;
    for (uint32_t n; (n = read_location(&r, &at)) != 0;) {
        for (; n > 0; n--) {
            value item = tuple_pack(4, optional_int(at.line), optional_int(at.end_line), optional_int(at.column),
                                    optional_int(at.end_column));
            if (!append_owned(list, item)) {
                value_dec(list);
                return NULL;
            }
        }
    }
    value iterator = iter_get(list);
    value_dec(list);
    return iterator;
}

/* co_lines(): (start, end, line) for runs of bytes of co_code with one line. */
static value code_lines(value v)
{
    if (!code_wake(SELF(v)))
        return NULL;
    struct location_reader r = location_reader(SELF(v));
    struct code_location at;
    uint32_t start = 0, end = 0, n;
    int32_t line = 0;
    value list = list_new(0);
    if (!list)
        return NULL;
    do {
        n = read_location(&r, &at);
        if ((n == 0 || at.line != line) && end > start) {
            value item = tuple_pack(3, small_int((int64_t)start * 4), small_int((int64_t)end * 4), optional_int(line));
            if (!append_owned(list, item)) {
                value_dec(list);
                return NULL;
            }
            start = end;
        }
        line = at.line;
        end += n;
    } while (n);
    value iterator = iter_get(list);
    value_dec(list);
    return iterator;
}

static value code_repr(value v)
{
    return str_format("<code object %U at %p, file \"%U\", line %d>", slot_peek(&SELF(v)->name), (void *)v,
                      slot_peek(&SELF(v)->filename), (int)SELF(v)->first_line);
}

/* Constants compare with their types; code objects among them by content too. */
static int same_constants(value a, value b)
{
    if (tuple_length(a) != tuple_length(b))
        return 0;
    for (size_t i = 0; i < tuple_length(a); thread_report_at(++i)) {
        value x = tuple_get(a, i), y = tuple_get(b, i);
        int same = constants_same(x, y);
        if (!same && value_is(x, TYPE_ID_CODE) && value_is(y, TYPE_ID_CODE))
            same = value_equals(x, y);
        if (same <= 0)
            return same;
    }
    return 1;
}

static value code_compare(value v, value other, int op)
{
    if ((op != COMPARE_EQ && op != COMPARE_NE) || !value_is(v, TYPE_ID_CODE) || !value_is(other, TYPE_ID_CODE))
        return VALUE_NOT_IMPLEMENTED;
    if (!code_wake(SELF(v)) || !code_wake(SELF(other)))
        return NULL;
    const struct code *a = SELF(v), *b = SELF(other);
    int same = a == b;
    if (!same && a->argcount == b->argcount && a->posonly_argcount == b->posonly_argcount &&
        a->kwonly_argcount == b->kwonly_argcount && a->flags == b->flags && a->first_line == b->first_line &&
        a->unit_count == b->unit_count && a->range_count == b->range_count && a->location_bytes == b->location_bytes &&
        thread_compare(a->units, b->units, a->unit_count * sizeof *a->units) == 0 &&
        thread_compare(a->ranges, b->ranges, a->range_count * sizeof *a->ranges) == 0 &&
        thread_compare(a->locations, b->locations, a->location_bytes) == 0 &&
        str_equal(slot_peek(&a->name), slot_peek(&b->name))) {
        same = value_equals(slot_peek(&a->names), slot_peek(&b->names));
        if (same == 1)
            same = value_equals(slot_peek(&a->slot_names), slot_peek(&b->slot_names));
        if (same == 1)
            same = same_constants(slot_peek(&a->consts), slot_peek(&b->consts));
        if (same < 0)
            return NULL;
    }
    return value_bool((same == 1) == (op == COMPARE_EQ));
}

static bool code_hash(value v, int64_t *out)
{
    if (!code_wake(SELF(v)))
        return false;
    const struct code *code = SELF(v);
    uint64_t hash =
        (uint64_t)str_hash(slot_peek(&code->name)) ^ code->first_line ^ code->unit_count * UINT64_C(1000003);
    for (uint32_t i = 0; i < code->unit_count; thread_report_at(++i))
        hash = (hash ^ code->units[i]) * UINT64_C(0x100000001B3);
    *out = (int64_t)(hash >> 1);
    return true;
}

/* ---- replace() ---- */

enum {
    REPLACE_ARGCOUNT,
    REPLACE_POSONLYARGCOUNT,
    REPLACE_KWONLYARGCOUNT,
    REPLACE_STACKSIZE,
    REPLACE_FLAGS,
    REPLACE_FIRSTLINENO,
    REPLACE_CONSTS,
    REPLACE_NAMES,
    REPLACE_FILENAME,
    REPLACE_NAME,
    REPLACE_QUALNAME,
};

static bool replace_count(value given, const char *name, uint32_t *field)
{
    int n;
    if (is_missing(given))
        return true;
    if (!value_as_int(given, &n))
        return false;
    if (n < 0)
        return raise_false(EXC(ValueError), "code: %s must not be negative", name);
    *field = (uint32_t)n;
    return true;
}

static bool replace_value(value given, unsigned type, const char *name, value *field)
{
    if (is_missing(given))
        return true;
    if (!value_is(given, type))
        return raise_false(EXC(TypeError), "replace() argument '%s' must be %s, not %K", name,
                           type == TYPE_ID_STR ? "str" : "tuple", given);
    *field = given;
    return true;
}

/* A copy with other attributes. The instructions stay; what would not fit them is refused. */
static value code_replace(value v, const value *args)
{
    if (!code_wake(SELF(v)))
        return NULL;
    const struct code *code = SELF(v);
    struct code_parts parts = {
        .argcount = code->argcount,
        .posonly_argcount = code->posonly_argcount,
        .kwonly_argcount = code->kwonly_argcount,
        .locals_count = code->locals_count,
        .cells_count = code->cells_count,
        .frees_count = code->frees_count,
        .stack_size = code->stack_size,
        .flags = code->flags,
        .first_line = code->first_line,
        .units = code->units,
        .unit_count = code->unit_count,
        .cache_count = code->cache_count,
        .ranges = code->ranges,
        .range_count = code->range_count,
        .locations = code->locations,
        .location_bytes = code->location_bytes,
        .consts = slot_peek(&code->consts),
        .names = slot_peek(&code->names),
        .slot_names = slot_peek(&code->slot_names),
        .slot_kinds = slot_peek(&code->slot_kinds),
        .filename = slot_peek(&code->filename),
        .name = slot_peek(&code->name),
        .qualified_name = slot_peek(&code->qualified_name),
    };
    if (!replace_count(args[REPLACE_ARGCOUNT], "argcount", &parts.argcount) ||
        !replace_count(args[REPLACE_POSONLYARGCOUNT], "posonlyargcount", &parts.posonly_argcount) ||
        !replace_count(args[REPLACE_KWONLYARGCOUNT], "kwonlyargcount", &parts.kwonly_argcount) ||
        !replace_count(args[REPLACE_STACKSIZE], "stacksize", &parts.stack_size) ||
        !replace_count(args[REPLACE_FLAGS], "flags", &parts.flags) ||
        !replace_count(args[REPLACE_FIRSTLINENO], "firstlineno", &parts.first_line) ||
        !replace_value(args[REPLACE_CONSTS], TYPE_ID_TUPLE, "co_consts", &parts.consts) ||
        !replace_value(args[REPLACE_NAMES], TYPE_ID_TUPLE, "co_names", &parts.names) ||
        !replace_value(args[REPLACE_FILENAME], TYPE_ID_STR, "co_filename", &parts.filename) ||
        !replace_value(args[REPLACE_NAME], TYPE_ID_STR, "co_name", &parts.name) ||
        !replace_value(args[REPLACE_QUALNAME], TYPE_ID_STR, "co_qualname", &parts.qualified_name))
        return NULL;
    if (parts.stack_size > code->stack_size + (1u << 16))
        return raise(EXC(ValueError), "code: stack size is too large");
    value made = code_new(&parts);
    const char *wrong = made ? code_verify(SELF(made)) : NULL;
    if (wrong) {
        value_dec(made);
        return raise(EXC(ValueError), "code: %s", wrong);
    }
    return made;
}

static const struct method_def code_methods[] = {
    METHOD("co_positions", code_positions, "($self, /)", "Iterate over the positions of the instructions."),
    METHOD("co_lines", code_lines, "($self, /)", "Iterate over (start, end, line)."),
    METHOD("replace", code_replace,
           "($self, /, *, co_argcount=<unset>, co_posonlyargcount=<unset>, co_kwonlyargcount=<unset>, "
           "co_stacksize=<unset>, co_flags=<unset>, co_firstlineno=<unset>, co_consts=<unset>, co_names=<unset>, "
           "co_filename=<unset>, co_name=<unset>, co_qualname=<unset>)",
           "Return a copy of the code object with new values for the specified fields."),
    {0},
};

static const struct getset_def code_getset[] = {
    {"co_varnames", get_varnames, NULL, NULL},
    {"co_cellvars", get_cellvars, NULL, NULL},
    {"co_freevars", get_freevars, NULL, NULL},
    {"co_code", get_code, NULL, NULL},
    GETSET_FIELDS,
    {"co_argcount", get_argcount, NULL, NULL},
    {"co_posonlyargcount", get_posonlyargcount, NULL, NULL},
    {"co_kwonlyargcount", get_kwonlyargcount, NULL, NULL},
    {"co_nlocals", get_nlocals, NULL, NULL},
    {"co_stacksize", get_stacksize, NULL, NULL},
    {"co_flags", get_flags, NULL, NULL},
    {"co_firstlineno", get_firstlineno, NULL, NULL},
    {"co_consts", get_consts, NULL, NULL},
    {"co_names", get_names, NULL, NULL},
    {"co_filename", get_filename, NULL, NULL},
    {"co_name", get_name, NULL, NULL},
    {"co_qualname", get_qualified_name, NULL, NULL},
    {"co_linetable", get_linetable, NULL, NULL},
    {"co_exceptiontable", get_exceptiontable, NULL, NULL},
    {0},
};

const struct type_spec code_type_spec = {
    .id = TYPE_ID_CODE,
    .name = "code",
    .doc = "Create a code object.  Not for mere mortals.",
    .size = sizeof(struct code),
    .flags = TYPE_FLAG_NO_NEW,
    .gc_flags = TYPE_GC_CONTAINER | TYPE_GC_SHARDABLE,
    .traverse = code_traverse,
    .destroy = code_destroy,
    .slots = {.repr = code_repr, .compare = code_compare, .hash = code_hash},
    .methods = code_methods,
    .getset = code_getset,
};

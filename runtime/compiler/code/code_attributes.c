/*
 * What Python sees of code objects: their attributes, all in CPython's form (wordcode.h), and how programs make new
 * ones, which are verified before anybody runs them.
 */
#include "runtime/compiler/code/constants.h"
#include "runtime/audit.h"
#include "runtime/compiler/code/locations.h"
#include "runtime/compiler/code/wordcode.h"
#include "runtime/objects/objects.h"
#include "runtime/signature.h"
#include "threads/pause.h"

#include <stdlib.h>

#define SELF(v) ((struct code *)(v))

/* ---- attributes ---- */

/* What a program gives for a new code object, or an old one has: all borrowed. */
enum part {
    PART_ARGCOUNT,
    PART_POSONLYARGCOUNT,
    PART_KWONLYARGCOUNT,
    PART_NLOCALS,
    PART_STACKSIZE,
    PART_FLAGS,
    PART_CODE,
    PART_CONSTS,
    PART_NAMES,
    PART_VARNAMES,
    PART_FILENAME,
    PART_NAME,
    PART_QUALNAME,
    PART_FIRSTLINENO,
    PART_LINETABLE,
    PART_EXCEPTIONTABLE,
    PART_FREEVARS,
    PART_CELLVARS,
    PART_COUNT,
};

/* What the program said that made the code, which is shown as it is: owned, or NULL. */
static value given_part(value v, enum part part)
{
    value given = slot_peek(&SELF(v)->given);
    return given ? value_inc(tuple_get(given, part)) : NULL;
}

#define COUNT_ATTRIBUTE(name, field, part)                                  \
    static value get_##name(value v)                                        \
    {                                                                       \
        value given = given_part(v, part);                                  \
        return given ? given : small_int((int64_t)(int32_t)SELF(v)->field); \
    }
COUNT_ATTRIBUTE(argcount, argcount, PART_ARGCOUNT)
COUNT_ATTRIBUTE(posonlyargcount, posonly_argcount, PART_POSONLYARGCOUNT)
COUNT_ATTRIBUTE(kwonlyargcount, kwonly_argcount, PART_KWONLYARGCOUNT)
COUNT_ATTRIBUTE(nlocals, locals_count, PART_NLOCALS)
COUNT_ATTRIBUTE(stacksize, stack_size, PART_STACKSIZE)
COUNT_ATTRIBUTE(flags, flags, PART_FLAGS)
COUNT_ATTRIBUTE(firstlineno, first_line, PART_FIRSTLINENO)

#define VALUE_ATTRIBUTE(name, there)                                       \
    static value get_##name(value v)                                       \
    {                                                                      \
        return there ? slot_load(&SELF(v)->header, &SELF(v)->name) : NULL; \
    }
VALUE_ATTRIBUTE(names, code_wake(SELF(v)))
VALUE_ATTRIBUTE(filename, true)
VALUE_ATTRIBUTE(name, true)
VALUE_ATTRIBUTE(qualified_name, true)

/* The names of the slots whose kind has one of the bits. */
static value names_of_kind(value v, uint8_t bits, enum part part)
{
    struct code *code = SELF(v);
    value given = given_part(v, part);
    if (given)
        return given;
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
    return names_of_kind(v, 1, PART_VARNAMES);
}
static value get_cellvars(value v)
{
    return names_of_kind(v, 2, PART_CELLVARS);
}
static value get_freevars(value v)
{
    return names_of_kind(v, 4, PART_FREEVARS);
}
/* One of the parts of a code object as CPython writes it. */
static value shown(value v, value (*make)(const struct wordcode *))
{
    struct wordcode w;
    if (!code_wake(SELF(v)) || !wordcode_open(&w, SELF(v)))
        return NULL;
    value result = make(&w);
    wordcode_close(&w);
    return result;
}

static value consts_of(const struct wordcode *w)
{
    return value_inc(w->consts);
}
static value get_consts(value v)
{
    value given = given_part(v, PART_CONSTS);
    return given ? given : shown(v, consts_of);
}
static value get_code(value v)
{
    value given = given_part(v, PART_CODE);
    return given ? given : shown(v, wordcode_bytes);
}
static value get_linetable(value v)
{
    value given = given_part(v, PART_LINETABLE);
    return given ? given : shown(v, wordcode_locations);
}
static value get_exceptiontable(value v)
{
    value given = given_part(v, PART_EXCEPTIONTABLE);
    return given ? given : shown(v, wordcode_exceptions);
}

bool code_word_of_unit(const struct code *code, uint32_t unit, uint32_t *word)
{
    struct wordcode w;
    if (!wordcode_open(&w, code))
        return false;
    unit = unit < code->unit_count ? unit : code->unit_count;
    while (unit < code->unit_count && unit > 0 && w.sizes[unit] == 0) /* a cache is of the instruction before it */
        unit--;
    *word = w.starts[unit] + w.nops[unit];
    unsigned opcode = unit < code->unit_count ? instruction_opcode(code->units[unit]) : OP_NOP;
    if (opcode == OP_CALL || opcode == OP_CALL_KW)
        *word = w.starts[unit] + w.sizes[unit] - 1; /* the last cache, as where Python code calls Python code */
    wordcode_close(&w);
    return true;
}

bool code_unit_of_word(const struct code *code, uint32_t word, uint32_t *unit)
{
    struct wordcode w;
    if (!wordcode_open(&w, code))
        return false;
    for (*unit = 0; *unit + 1 < code->unit_count && w.starts[*unit + 1] <= word; thread_report_at(++*unit))
        ;
    wordcode_close(&w);
    return true;
}

/* co_varnames and the names of cells by the number in an instruction. */
static value code_varname_from_oparg(value v, value oparg)
{
    int64_t index;
    if (!code_wake(SELF(v)) || !value_as_i64(oparg, &index))
        return NULL;
    if (index < 0 || index >= SELF(v)->slots_count)
        return raise(EXC(IndexError), "tuple index out of range");
    return value_inc(tuple_get(slot_peek(&SELF(v)->slot_names), (size_t)index));
}

static value optional_int(int32_t n)
{
    return n < 0 ? VALUE_NONE : small_int(n);
}

static value iterator_of(value list /* stolen, or NULL */)
{
    value iterator = list ? iter_get(list) : NULL;
    value_dec(list);
    return iterator;
}

static bool add_positions(value list, const struct code_location *at, uint32_t words)
{
    value item = tuple_pack(4, optional_int(at->line), optional_int(at->end_line), optional_int(at->column),
                            optional_int(at->end_column));
    bool done = item != NULL;
    for (uint32_t i = 0; done && i < words; thread_pause_at(++i))
        done = list_append(list, item);
    value_dec(item);
    return done;
}

/* A list of what is told of each run of words with one place. */
static value list_places(const struct wordcode *w, bool (*add)(value, const struct code_location *, uint32_t))
{
    struct location_reader r = location_reader(w->code);
    struct code_location at;
    uint32_t words;
    value list = list_new(0);
    while (list && wordcode_next_run(w, &r, &at, &words)) {
        if (words && !add(list, &at, words)) {
            value_dec(list);
            list = NULL;
        }
    }
    return list;
}

static value positions_of(const struct wordcode *w)
{
    return iterator_of(list_places(w, add_positions));
}
static value code_positions(value v)
{
    return shown(v, positions_of);
}

/* (start, end, line) in bytes of co_code; joined with the one before if that has the same line. */
static bool add_line(value list, const struct code_location *at, uint32_t words)
{
    size_t count = list_length(list);
    value last = count ? list_get(list, count - 1) : NULL;
    value start = last ? tuple_get(last, 1) : small_int(0), line = optional_int(at->line);
    int64_t end = small_int_value(start) + 2 * (int64_t)words;
    bool same = last && tuple_get(last, 2) == line;
    value item = tuple_pack(3, same ? tuple_get(last, 0) : start, small_int(end), line);
    bool done = item && (same ? list_set(list, count - 1, item) : list_append(list, item));
    value_dec(item);
    value_dec(last);
    return done;
}

static value lines_of(const struct wordcode *w)
{
    return iterator_of(list_places(w, add_line));
}
static value code_lines(value v)
{
    return shown(v, lines_of);
}

/* The form before PEP 626: pairs of differences of offsets and lines. */
static value lnotab_of(const struct wordcode *w)
{
    value list = list_places(w, add_line);
    struct byte_buffer b = {0};
    int64_t offset = 0, line = (int32_t)w->code->first_line;
    for (size_t i = 0; list && i < list_length(list); thread_pause_at(++i)) {
        value item = list_get(list, i);
        if (tuple_get(item, 2) != VALUE_NONE && small_int_value(tuple_get(item, 2)) != line) {
            int64_t bytes = small_int_value(tuple_get(item, 0)) - offset;
            int64_t lines = small_int_value(tuple_get(item, 2)) - line;
            offset += bytes;
            line += lines;
            for (; bytes > 255; bytes -= 255, thread_report()) {
                byte_buffer_add(&b, 255);
                byte_buffer_add(&b, 0);
            }
            do {
                int64_t step = lines < -128 ? -128 : lines > 127 ? 127 : lines;
                byte_buffer_add(&b, (unsigned)bytes);
                byte_buffer_add(&b, (uint8_t)step);
                bytes = 0;
                lines -= step;
                thread_report();
            } while (lines && !b.failed);
        }
        value_dec(item);
    }
    value bytes = !list ? NULL : b.failed ? raise_no_memory() : bytes_new(b.bytes, b.length);
    raw_free(b.bytes);
    value_dec(list);
    return bytes;
}
static value get_lnotab(value v)
{
    return shown(v, lnotab_of);
}

/* ---- the type ---- */

static value code_repr(value v)
{
    return str_format("<code object %U at %p, file \"%U\", line %d>", slot_peek(&SELF(v)->name), (void *)v,
                      slot_peek(&SELF(v)->filename), (int)SELF(v)->first_line);
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
            same = constants_same(slot_peek(&a->consts), slot_peek(&b->consts));
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

/* ---- new code objects ---- */

/* The type of each: an int, bytes, a tuple or a str. */
static const uint8_t part_types[PART_COUNT] = {
    [PART_ARGCOUNT] = TYPE_ID_INT,         [PART_POSONLYARGCOUNT] = TYPE_ID_INT, [PART_KWONLYARGCOUNT] = TYPE_ID_INT,
    [PART_NLOCALS] = TYPE_ID_INT,          [PART_STACKSIZE] = TYPE_ID_INT,       [PART_FLAGS] = TYPE_ID_INT,
    [PART_CODE] = TYPE_ID_BYTES,           [PART_CONSTS] = TYPE_ID_TUPLE,        [PART_NAMES] = TYPE_ID_TUPLE,
    [PART_VARNAMES] = TYPE_ID_TUPLE,       [PART_FILENAME] = TYPE_ID_STR,        [PART_NAME] = TYPE_ID_STR,
    [PART_QUALNAME] = TYPE_ID_STR,         [PART_FIRSTLINENO] = TYPE_ID_INT,     [PART_LINETABLE] = TYPE_ID_BYTES,
    [PART_EXCEPTIONTABLE] = TYPE_ID_BYTES, [PART_FREEVARS] = TYPE_ID_TUPLE,      [PART_CELLVARS] = TYPE_ID_TUPLE,
};

static const char *const part_names[PART_COUNT] = {
    "argcount", "posonlyargcount", "kwonlyargcount", "nlocals",        "stacksize", "flags",
    "code",     "consts",          "names",          "varnames",       "filename",  "name",
    "qualname", "firstlineno",     "linetable",      "exceptiontable", "freevars",  "cellvars",
};

static bool part_fits(unsigned part, value v, const char *function, const char *prefix)
{
    unsigned type = part_types[part];
    if (type == TYPE_ID_INT || value_is(v, type))
        return true;
    const char *wanted = type == TYPE_ID_STR ? "str" : type == TYPE_ID_BYTES ? "bytes" : "tuple";
    if (*prefix)
        return raise_false(EXC(TypeError), "%s() argument '%s%s' must be %s, not %K", function, prefix,
                           part_names[part], wanted, v);
    return raise_false(EXC(TypeError), "%s() argument %u must be %s, not %K", function, part + 1, wanted, v);
}

static bool read_count(const value *given, unsigned part, uint32_t *out)
{
    int n;
    if (!value_as_int(given[part], &n))
        return false;
    if (n < 0 && part != PART_FLAGS && part != PART_FIRSTLINENO)
        return raise_false(EXC(ValueError), "code: %s must not be negative", part_names[part]);
    *out = (uint32_t)n;
    return true;
}

/* An exact tuple of exact strs. Owned. */
static value read_names(value tuple)
{
    size_t length = tuple_length(tuple);
    value names = tuple_new(length);
    for (size_t i = 0; names && i < length; thread_pause_at(++i)) {
        value name = tuple_get(tuple, i);
        if (is_str(name)) {
            tuple_init(names, i,
                       value_is(name, TYPE_ID_STR) ? value_inc(name) : str_substring(name, 0, str_length(name)));
        } else {
            raise(EXC(TypeError), "name tuples must contain only strings, not '%T'", name);
            value_dec(names);
            return NULL;
        }
    }
    return names;
}

/* The slots of a frame: local variables, cells that are no parameters, free variables; their names and kinds. */
static bool make_slots(struct code_parts *parts, value varnames, value cellvars, value freevars, value *names,
                       value *kinds)
{
    size_t locals = tuple_length(varnames), cells = tuple_length(cellvars), frees = tuple_length(freevars);
    size_t parameters = (size_t)parts->argcount + parts->kwonly_argcount + ((parts->flags & CODE_VARARGS) != 0) +
                        ((parts->flags & CODE_VARKEYWORDS) != 0);
    if (parameters > locals)
        return raise_false(EXC(ValueError), "code: varnames is too small");
    value list = list_from_iterable(varnames);
    uint8_t *marks = raw_alloc(locals + cells + frees + 1);
    if (!list || !marks) {
        value_dec(list);
        free(marks);
        return raise_no_memory();
    }
    size_t count = locals;
    thread_fill(marks, 1, locals);
    bool done = true;
    for (size_t i = 0; done && i < cells; thread_pause_at(++i)) {
        size_t k = 0;
        while (k < parameters && !str_equal(tuple_get(varnames, k), tuple_get(cellvars, i)))
            thread_report_at(++k);
        if (k < parameters) {
            marks[k] |= 2;
        } else {
            marks[count++] = 2;
            done = list_append(list, tuple_get(cellvars, i));
        }
    }
    parts->locals_count = (uint32_t)locals;
    parts->cells_count = (uint32_t)(count - locals);
    parts->frees_count = (uint32_t)frees;
    for (size_t i = 0; done && i < frees; thread_pause_at(++i)) {
        marks[count++] = 4;
        done = list_append(list, tuple_get(freevars, i));
    }
    *names = done ? list_to_tuple(list) : NULL;
    *kinds = *names ? bytes_new(marks, count) : NULL;
    value_dec(list);
    raw_free(marks);
    return *kinds != NULL;
}

enum { STACK_MAX = 1 << 20 };

static bool read_counts(const value *given, struct code_parts *parts)
{
    uint32_t locals;
    if (!read_count(given, PART_ARGCOUNT, &parts->argcount) ||
        !read_count(given, PART_POSONLYARGCOUNT, &parts->posonly_argcount) ||
        !read_count(given, PART_KWONLYARGCOUNT, &parts->kwonly_argcount) || !read_count(given, PART_NLOCALS, &locals) ||
        !read_count(given, PART_STACKSIZE, &parts->stack_size) || !read_count(given, PART_FLAGS, &parts->flags) ||
        !read_count(given, PART_FIRSTLINENO, &parts->first_line))
        return false;
    if (locals != tuple_length(given[PART_VARNAMES]))
        return raise_false(EXC(ValueError), "code: co_nlocals != len(co_varnames)");
    if (parts->stack_size > STACK_MAX)
        return raise_false(EXC(ValueError), "code: stack size is too large");
    parts->filename = given[PART_FILENAME];
    parts->name = given[PART_NAME];
    parts->qualified_name = given[PART_QUALNAME];
    return true;
}

/* A code object of the parts, if they pass; else NULL, with MemoryError or with what is wrong. */
static value make_verified(const struct code_parts *parts, const char **wrong)
{
    value made = code_new(parts);
    *wrong = made ? code_verify(SELF(made)) : NULL;
    if (!*wrong)
        return made;
    value_dec(made);
    if (strcmp(*wrong, "no memory") == 0) {
        *wrong = NULL;
        raise_no_memory();
    }
    return NULL;
}

/* In place of code that does not pass: what it does is to say so. CPython would run it, for better or worse. */
static value make_refusal(const struct code_parts *like, value varnames, const char *wrong)
{
    static const uint32_t units[] = {OP_LOAD_CONST, OP_PUSH_NULL, OP_LOAD_CONST | 1 << 8, OP_CALL | 1 << 8,
                                     OP_RAISE_VARARGS | 1 << 8};
    struct code_parts parts = *like;
    value message = str_format("code: %s", wrong), consts = NULL, kinds = NULL, nothing = tuple_new(0), made = NULL;
    if (message && nothing && (consts = tuple_pack(2, value_of(EXC(ValueError)), message)) &&
        (kinds = bytes_new(NULL, tuple_length(varnames)))) {
        thread_fill(bytes_data(kinds), 1, tuple_length(varnames));
        parts.consts = consts;
        parts.names = nothing;
        parts.slot_names = varnames;
        parts.slot_kinds = kinds;
        parts.locals_count = (uint32_t)tuple_length(varnames);
        parts.cells_count = parts.frees_count = parts.range_count = parts.location_bytes = parts.cache_count = 0;
        parts.flags &= ~(unsigned)(CODE_GENERATOR | CODE_COROUTINE | CODE_ASYNC_GENERATOR);
        parts.units = units;
        parts.unit_count = sizeof units / sizeof *units;
        parts.stack_size = 3;
        made = code_new(&parts);
    }
    value_dec(message);
    value_dec(nothing);
    value_dec(consts);
    value_dec(kinds);
    return made;
}

static value keep_given(value made /* stolen, or NULL */, const value *given)
{
    value plain[PART_COUNT];
    int n;
    for (unsigned i = 0; i < PART_COUNT; i++) {
        bool number = part_types[i] == TYPE_ID_INT && !value_is_small_int(given[i]);
        plain[i] = number && value_as_int(given[i], &n) ? small_int(n) : given[i];
    }
    value parts = made && !error_occurred() ? tuple_from_array(plain, PART_COUNT) : NULL;
    if (parts) {
        slot_init(&SELF(made)->given, parts);
        return made;
    }
    value_dec(made);
    return NULL;
}

/* A code object of parts in CPython's form, all of the right types. */
static value make_of_words(const value *given)
{
    struct code_parts parts = {0};
    struct wordcode_tables tables = {0};
    value names = NULL, varnames = NULL, cellvars = NULL, freevars = NULL, consts = NULL, made = NULL;
    value slot_names = NULL, slot_kinds = NULL;
    bool done = read_counts(given, &parts) && (names = read_names(given[PART_NAMES])) &&
                (varnames = read_names(given[PART_VARNAMES])) && (cellvars = read_names(given[PART_CELLVARS])) &&
                (freevars = read_names(given[PART_FREEVARS])) && (consts = tuple_from_iterable(given[PART_CONSTS])) &&
                make_slots(&parts, varnames, cellvars, freevars, &slot_names, &slot_kinds);
    parts.consts = consts;
    parts.names = names;
    parts.slot_names = slot_names;
    parts.slot_kinds = slot_kinds;
    parts.stack_size++; /* fused instructions, of which the size may be, need one place less than their parts */
    const char *wrong = NULL;
    if (done &&
        wordcode_decode(&parts, &tables, given[PART_CODE], given[PART_EXCEPTIONTABLE], given[PART_LINETABLE], &wrong)) {
        made = make_verified(&parts, &wrong);
        wordcode_release(&tables);
    }
    if (wrong)
        made = make_refusal(&parts, varnames, wrong);
    made = keep_given(made, given);
    value_dec(names);
    value_dec(varnames);
    value_dec(cellvars);
    value_dec(freevars);
    value_dec(consts);
    value_dec(slot_names);
    value_dec(slot_kinds);
    return made;
}

static bool told(const value *given)
{
    return audit("code.__new__", "OOOOOOOOO", given[PART_CODE], given[PART_FILENAME], given[PART_NAME],
                 given[PART_ARGCOUNT], given[PART_POSONLYARGCOUNT], given[PART_KWONLYARGCOUNT], given[PART_NLOCALS],
                 given[PART_STACKSIZE], given[PART_FLAGS]);
}

static value code_type_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    if (!no_keywords("code", kwnames) || !check_arguments("code", nargs, PART_FREEVARS, PART_COUNT))
        return NULL;
    value given[PART_COUNT], nothing = tuple_new(0);
    bool fit = nothing != NULL;
    for (unsigned i = 0; fit && i < PART_COUNT; i++) {
        given[i] = i < nargs ? args[i] : nothing;
        fit = part_fits(i, given[i], "code", "");
    }
    value made = fit && told(given) ? make_of_words(given) : NULL;
    value_dec(nothing);
    return made;
}

static value make_of_words(const value *given);

/* ---- replace() ---- */

/* A copy of which only numbers and texts are others: its instructions stay. */
static value copy_with(const struct code *code, const value *given)
{
    struct code_parts parts = {
        .locals_count = code->locals_count,
        .cells_count = code->cells_count,
        .frees_count = code->frees_count,
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
    };
    const char *wrong = NULL;
    value made = read_counts(given, &parts) ? make_verified(&parts, &wrong) : NULL;
    return made || !wrong ? made : make_of_words(given);
}

/* Is the part as it was? Only asked of those that instructions depend on. */
static bool part_stays(unsigned part, value old, value new)
{
    unsigned type = part_types[part];
    if (old == new)
        return true;
    if (type == TYPE_ID_BYTES)
        return bytes_length(old) == bytes_length(new) &&
               thread_compare(bytes_data(old), bytes_data(new), bytes_length(old)) == 0;
    return type == TYPE_ID_TUPLE && constants_same(old, new);
}

static bool is_plain(unsigned part)
{
    return part_types[part] == TYPE_ID_STR || (part_types[part] == TYPE_ID_INT && part != PART_FIRSTLINENO);
}

/* A copy with other attributes. */
static value code_replace(value v, const value *args)
{
    static value (*const getters[PART_COUNT])(value) = {
        get_argcount,       get_posonlyargcount, get_kwonlyargcount, get_nlocals,        get_stacksize, get_flags,
        get_code,           get_consts,          get_names,          get_varnames,       get_filename,  get_name,
        get_qualified_name, get_firstlineno,     get_linetable,      get_exceptiontable, get_freevars,  get_cellvars,
    };
    value own[PART_COUNT] = {NULL}, given[PART_COUNT], made = NULL;
    bool done = true, plain = true;
    for (unsigned i = 0; done && i < PART_COUNT; i++) {
        own[i] = getters[i](v);
        given[i] = is_missing(args[i]) ? own[i] : args[i];
        done = own[i] && part_fits(i, given[i], "replace", "co_");
        plain = plain && (!done || is_plain(i) || part_stays(i, own[i], given[i]));
    }
    if (done && told(given))
        made = plain && !slot_peek(&SELF(v)->given) ? copy_with(SELF(v), given) : make_of_words(given);
    for (unsigned i = 0; i < PART_COUNT; i++)
        value_dec(own[i]);
    return made;
}

static const struct method_def code_methods[] = {
    METHOD("co_positions", code_positions, "($self, /)", "Iterate over the positions of the words of co_code."),
    METHOD("co_lines", code_lines, "($self, /)", "Iterate over (start, end, line)."),
    METHOD("replace", code_replace,
           "($self, /, *, co_argcount=<unset>, co_posonlyargcount=<unset>, co_kwonlyargcount=<unset>, "
           "co_nlocals=<unset>, co_stacksize=<unset>, co_flags=<unset>, co_code=<unset>, co_consts=<unset>, "
           "co_names=<unset>, co_varnames=<unset>, co_filename=<unset>, co_name=<unset>, co_qualname=<unset>, "
           "co_firstlineno=<unset>, co_linetable=<unset>, co_exceptiontable=<unset>, co_freevars=<unset>, "
           "co_cellvars=<unset>)",
           "Return a copy of the code object with new values for the specified fields."),
    METHOD(
        "_varname_from_oparg", code_varname_from_oparg, "($self, /, oparg)",
        "(internal-only) Return the local variable name for the given oparg.\n\nWARNING: this method is for internal "
        "use only and may change or go away."),
    {0},
};

static const struct getset_def code_getset[] = {
    {"co_varnames", get_varnames, NULL, NULL},
    {"co_cellvars", get_cellvars, NULL, NULL},
    {"co_freevars", get_freevars, NULL, NULL},
    {"co_code", get_code, NULL, NULL},
    {"_co_code_adaptive", get_code, NULL, NULL},
    {"co_lnotab", get_lnotab, NULL, NULL},
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
    .flags = TYPE_FLAG_WEAKREF,
    .doc = "Create a code object.  Not for mere mortals.",
    .size = sizeof(struct code),
    .gc_flags = TYPE_GC_CONTAINER | TYPE_GC_SHARDABLE,
    .traverse = code_traverse,
    .destroy = code_destroy,
    .slots = {.new = code_type_new, .repr = code_repr, .compare = code_compare, .hash = code_hash},
    .methods = code_methods,
    .getset = code_getset,
};

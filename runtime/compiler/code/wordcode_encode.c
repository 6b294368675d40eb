/* From the runtime's instructions and tables to CPython's words. */
#include "runtime/compiler/code/constants.h"
#include "runtime/compiler/code/locations.h"
#include "runtime/compiler/code/opcode_info.h"
#include "runtime/compiler/code/wordcode.h"
#include "runtime/objects/objects.h"
#include "threads/pause.h"

#include <stdlib.h>

static const uint8_t numbers[OPCODE_COUNT] = {
#define W(NAME, NUMBER) [OP_##NAME] = NUMBER,
    WORDCODES(W)
#undef W
};

unsigned wordcode_caches(unsigned number)
{
    switch (number) {
    case WORD_STORE_SUBSCR:
    case WORD_UNPACK_SEQUENCE:
    case WORD_BINARY_OP:
    case WORD_PRECALL:
        return 1;
    case WORD_COMPARE_OP:
        return 2;
    case WORD_BINARY_SUBSCR:
    case WORD_STORE_ATTR:
    case WORD_LOAD_ATTR:
    case WORD_CALL:
        return 4;
    case WORD_LOAD_GLOBAL:
        return 5;
    case WORD_LOAD_METHOD:
        return 10;
    default:
        return 0;
    }
}

/* A word with its whole argument. */
struct word {
    uint8_t number;
    uint32_t argument;
};

enum { EXPANSION_MAX = 3, NOPS_MAX = 64 };

static uint32_t width_of(uint32_t unit)
{
    return opcode_flags(instruction_opcode(unit)) & OPF_C ? 2 : 1;
}

/* ---- constants ---- */

static bool place_constant(struct wordcode *w, value list, uint32_t index)
{
    if (w->places[index] != UINT32_MAX)
        return true;
    value v = tuple_get(slot_peek(&w->code->consts), index);
    value known = value_is_small_int(v) ? dict_get(w->ints, v) : VALUE_MISSING;
    if (!known)
        return false;
    if (known != VALUE_MISSING) {
        w->places[index] = (uint32_t)small_int_value(known);
        return true;
    }
    w->places[index] = (uint32_t)list_length(list);
    return list_append(list, v) && (!value_is_small_int(v) || dict_set(w->ints, v, small_int(w->places[index])));
}

static bool place_int(struct wordcode *w, value list, int64_t n)
{
    value v = small_int(n);
    int known = dict_contains(w->ints, v);
    if (known)
        return known > 0;
    return dict_set(w->ints, v, small_int((int64_t)list_length(list))) && list_append(list, v);
}

/* The same of a value that need not be a constant of the code itself. */
static bool place_value(struct wordcode *w, value list, value v)
{
    value consts = slot_peek(&w->code->consts);
    if (value_is_small_int(v))
        return place_int(w, list, small_int_value(v));
    for (uint32_t i = 0; i < tuple_length(consts); thread_report_at(++i))
        if (constants_same(tuple_get(consts, i), v))
            return place_constant(w, list, i);
    for (size_t i = 0; i < list_length(list); thread_report_at(++i)) {
        value item = list_get(list, i);
        bool same = constants_same(item, v);
        value_dec(item);
        if (same)
            return true;
    }
    return list_append(list, v);
}

/* Is what the instruction at `at` loads a tuple that CPython has folded late: a function's defaults, or annotations? */
static bool is_folded_late(const struct code *code, uint32_t at)
{
    if (!is_tuple(tuple_get(slot_peek(&code->consts), instruction_argument(code->units[at]))))
        return false;
    int depth = 1; /* of the stack, from the tuple on */
    while ((at += width_of(code->units[at])) < code->unit_count && depth > 0) {
        unsigned opcode = instruction_opcode(code->units[at]), flags = opcode_flags(opcode);
        uint32_t argument = instruction_argument(code->units[at]);
        int closure = (argument & 8) != 0, annotations = (argument & 4) != 0, keywords = (argument & 2) != 0;
        if (opcode == OP_MAKE_FUNCTION &&
            ((argument & 1 && depth == 2 + closure + annotations + keywords) || (annotations && depth == 2 + closure)))
            return true;
        if (flags & (OPF_J | OPF_T))
            return false;
        depth += opcode_stack_effect(opcode, argument, false);
    }
    return false;
}

static bool place_items(struct wordcode *w, value list, uint32_t index)
{
    value tuple = tuple_get(slot_peek(&w->code->consts), index);
    bool done = true;
    for (size_t i = 0; done && i < tuple_length(tuple); thread_report_at(++i))
        done = place_value(w, list, tuple_get(tuple, i));
    return done;
}

/* What was used first comes first, and a function's docstring before all; what was folded late comes last, and its
 * items where it is used. What nothing loads is not shown, such as the None of an end that is never reached. */
static bool order_constants(struct wordcode *w)
{
    const struct code *code = w->code;
    uint32_t count = (uint32_t)tuple_length(slot_peek(&code->consts));
    value list = list_new(0);
    w->ints = dict_new();
    w->places = malloc((count + 1) * sizeof *w->places);
    bool done = list && w->ints && (w->places || raise_no_memory());
    for (uint32_t i = 0; done && i < count; thread_report_at(++i))
        w->places[i] = UINT32_MAX;
    if (done && count && (code->flags & CODE_OPTIMIZED))
        done = place_constant(w, list, 0);
    bool late = false;
    for (uint32_t at = 0; done && at < code->unit_count; at += width_of(code->units[at]), thread_pause_at(at)) {
        uint32_t argument = instruction_argument(code->units[at]);
        switch (instruction_opcode(code->units[at])) {
        case OP_LOAD_CONST:
            if (w->places[argument] == UINT32_MAX && is_folded_late(code, at)) {
                late = true;
                done = place_items(w, list, argument);
                break;
            }
            done = place_constant(w, list, argument);
            break;
        case OP_RETURN_CONST:
            done = place_constant(w, list, argument);
            break;
        case OP_LOAD_SMALL_INT:
            done = place_int(w, list, argument);
            break;
        case OP_LOAD_FAST_SMALL_INT:
            done = place_int(w, list, argument >> 12);
            break;
        default:
            break;
        }
    }
    for (uint32_t at = 0; late && done && at < code->unit_count; at += width_of(code->units[at]), thread_pause_at(at))
        if (instruction_opcode(code->units[at]) == OP_LOAD_CONST)
            done = place_constant(w, list, instruction_argument(code->units[at]));
    w->consts = done ? list_to_tuple(list) : NULL;
    value_dec(list);
    return w->consts != NULL;
}

static uint32_t place_of_int(const struct wordcode *w, uint32_t n)
{
    value place = dict_get(w->ints, small_int(n));
    return place && place != VALUE_MISSING ? (uint32_t)small_int_value(place) : 0;
}

/* ---- instructions ---- */

static unsigned put(struct word *out, unsigned count, unsigned number, uint32_t argument)
{
    out[count] = (struct word){(uint8_t)number, argument};
    return count + 1;
}

/* The distance of a jump, from behind it. */
static uint32_t distance(const struct wordcode *w, uint32_t at, uint32_t target, bool *backward)
{
    uint32_t end = w->starts[at + 1], to = w->starts[target];
    *backward = target <= at;
    return *backward ? end - to : to - end;
}

static unsigned put_conditional(const struct wordcode *w, uint32_t at, struct word *out, unsigned count,
                                unsigned opcode, uint32_t target)
{
    static const uint8_t forms[][2] = {
        [OP_POP_JUMP_IF_FALSE] = {WORD_POP_JUMP_FORWARD_IF_FALSE, WORD_POP_JUMP_BACKWARD_IF_FALSE},
        [OP_POP_JUMP_IF_TRUE] = {WORD_POP_JUMP_FORWARD_IF_TRUE, WORD_POP_JUMP_BACKWARD_IF_TRUE},
        [OP_POP_JUMP_IF_NONE] = {WORD_POP_JUMP_FORWARD_IF_NONE, WORD_POP_JUMP_BACKWARD_IF_NONE},
        [OP_POP_JUMP_IF_NOT_NONE] = {WORD_POP_JUMP_FORWARD_IF_NOT_NONE, WORD_POP_JUMP_BACKWARD_IF_NOT_NONE},
    };
    bool backward;
    uint32_t argument = distance(w, at, target, &backward);
    return put(out, count, forms[opcode][backward], argument);
}

/* CPython's number of a binary operator (the order of enum binary_operator is its order). */
static int operator_of(unsigned opcode)
{
    static const uint8_t operators[] = {
        [OP_BINARY_ADD] = BINARY_ADD + 1,
        [OP_BINARY_SUBTRACT] = BINARY_SUBTRACT + 1,
        [OP_BINARY_MULTIPLY] = BINARY_MULTIPLY + 1,
        [OP_BINARY_TRUE_DIVIDE] = BINARY_TRUE_DIVIDE + 1,
        [OP_BINARY_FLOOR_DIVIDE] = BINARY_FLOOR_DIVIDE + 1,
        [OP_BINARY_REMAINDER] = BINARY_REMAINDER + 1,
        [OP_BINARY_AND] = BINARY_AND + 1,
        [OP_BINARY_OR] = BINARY_OR + 1,
        [OP_BINARY_XOR] = BINARY_XOR + 1,
        [OP_BINARY_LSHIFT] = BINARY_LSHIFT + 1,
        [OP_BINARY_RSHIFT] = BINARY_RSHIFT + 1,
    };
    return opcode < sizeof operators ? operators[opcode] - 1 : -1;
}

static unsigned put_operator(struct word *out, unsigned op, uint32_t argument)
{
    return put(out, 0, WORD_BINARY_OP, op + (argument & BINARY_IN_PLACE ? WORD_IN_PLACE : 0));
}

/* The words of the instruction at a unit: how many. */
static unsigned expand(const struct wordcode *w, uint32_t at, struct word *out)
{
    const struct code *code = w->code;
    uint32_t unit = code->units[at], argument = instruction_argument(unit), low = argument & 0xFFF,
             high = argument >> 12;
    unsigned opcode = instruction_opcode(unit), count;
    bool backward;
    if (operator_of(opcode) >= 0)
        return put_operator(out, (unsigned)operator_of(opcode), argument);
    switch (opcode) {
    case OP_LOAD_CONST:
        count = at + 1 < code->unit_count && instruction_opcode(code->units[at + 1]) == OP_CALL_KW;
        return put(out, 0, count ? WORD_KW_NAMES : WORD_LOAD_CONST, w->places[argument]);
    case OP_LOAD_SMALL_INT:
        return put(out, 0, WORD_LOAD_CONST, place_of_int(w, argument));
    case OP_RETURN_CONST:
        count = put(out, 0, WORD_LOAD_CONST, w->places[argument]);
        return put(out, count, WORD_RETURN_VALUE, 0);
    case OP_LOAD_FAST_BORROW:
        return put(out, 0, WORD_LOAD_FAST, argument);
    case OP_LOAD_FAST_BORROW_PAIR:
        count = put(out, 0, WORD_LOAD_FAST, low);
        return put(out, count, WORD_LOAD_FAST, high);
    case OP_LOAD_FAST_SMALL_INT:
        count = put(out, 0, WORD_LOAD_FAST, low);
        return put(out, count, WORD_LOAD_CONST, place_of_int(w, high));
    case OP_STORE_FAST_LOAD_FAST:
        count = put(out, 0, WORD_STORE_FAST, low);
        return put(out, count, WORD_LOAD_FAST, high);
    case OP_STORE_FAST_STORE_FAST:
        count = put(out, 0, WORD_STORE_FAST, low);
        return put(out, count, WORD_STORE_FAST, high);
    case OP_LOAD_FAST_ATTR:
    case OP_LOAD_FAST_METHOD:
    case OP_STORE_FAST_ATTR:
        count = put(out, 0, WORD_LOAD_FAST, argument & 0xFF);
        return put(out, count,
                   opcode == OP_LOAD_FAST_ATTR     ? WORD_LOAD_ATTR
                   : opcode == OP_LOAD_FAST_METHOD ? WORD_LOAD_METHOD
                                                   : WORD_STORE_ATTR,
                   argument >> 8);
    case OP_LOAD_GLOBAL:
    case OP_LOAD_GLOBAL_PUSH_NULL:
        return put(out, 0, WORD_LOAD_GLOBAL, argument << 1 | (opcode == OP_LOAD_GLOBAL_PUSH_NULL));
    case OP_BINARY_SLICE:
    case OP_STORE_SLICE:
        count = put(out, 0, WORD_BUILD_SLICE, 2);
        return put(out, count, opcode == OP_BINARY_SLICE ? WORD_BINARY_SUBSCR : WORD_STORE_SUBSCR, 0);
    case OP_BINARY_OP:
        return put_operator(out, argument & ~BINARY_IN_PLACE, argument);
    case OP_UNPACK_EX:
        return put(out, 0, WORD_UNPACK_EX, low | high << 8);
    case OP_CALL:
    case OP_CALL_KW:
        count = put(out, 0, WORD_PRECALL, argument);
        return put(out, count, WORD_CALL, argument);
    case OP_CALL_COMPREHENSION:
        return put(out, 0, WORD_CALL, argument);
    case OP_COMPARE_OP_JUMP_IF_FALSE:
        count = put(out, 0, WORD_COMPARE_OP, argument >> 21);
        return put_conditional(w, at, out, count, OP_POP_JUMP_IF_FALSE, argument & 0x1FFFFF);
    case OP_POP_JUMP_IF_FALSE:
    case OP_POP_JUMP_IF_TRUE:
    case OP_POP_JUMP_IF_NONE:
    case OP_POP_JUMP_IF_NOT_NONE:
        return put_conditional(w, at, out, 0, opcode, argument);
    default:
        if (opcode_flags(opcode) & OPF_J)
            argument = distance(w, at, argument, &backward);
        return put(out, 0, numbers[opcode], argument);
    }
}

/* The words of an argument before that of the opcode. */
static unsigned prefixes(uint32_t argument)
{
    return (argument > 0xFF) + (argument > 0xFFFF) + (argument > 0xFFFFFF);
}

static unsigned size_of(const struct word *words, unsigned count)
{
    unsigned size = 0;
    for (unsigned i = 0; i < count; i++)
        size += prefixes(words[i].argument) + 1 + wordcode_caches(words[i].number);
    return size;
}

/* Where each instruction begins. Jumps grow with their distances, which grow with jumps: as long as any does. */
static void lay_out(struct wordcode *w)
{
    const struct code *code = w->code;
    for (bool grown = true; grown;) {
        uint32_t at = 0, word = 0;
        grown = false;
        while (at < code->unit_count) {
            struct word words[EXPANSION_MAX];
            unsigned count = expand(w, at, words), size = size_of(words, count), width = width_of(code->units[at]);
            size += w->nops[at];
            if (size > w->sizes[at]) {
                w->sizes[at] = (uint8_t)size;
                grown = true;
            }
            thread_report_at(at += width);
        }
        for (at = 0; at < code->unit_count; thread_report_at(++at)) {
            w->starts[at] = word;
            word += w->sizes[at];
        }
        w->starts[at] = word;
    }
}

/* Lines without code are shown as the NOPs that they are in CPython. */
static void count_nops(struct wordcode *w)
{
    struct location_reader r = location_reader(w->code);
    struct code_location at;
    for (uint32_t units; location_read(&r, &at, &units); thread_report()) {
        if (units == 0 && r.unit < w->code->unit_count && w->nops[r.unit] < NOPS_MAX)
            w->nops[r.unit]++;
    }
    /* A file may say anything, even inside an instruction. */
    uint32_t next = 0;
    for (uint32_t unit = 0; unit < w->code->unit_count; thread_report_at(++unit)) {
        if (unit == next)
            next += width_of(w->code->units[unit]);
        else
            w->nops[unit] = 0;
    }
}

bool wordcode_open(struct wordcode *w, const struct code *code)
{
    *w = (struct wordcode){.code = code};
    w->starts = calloc(code->unit_count + 1, sizeof *w->starts);
    w->sizes = calloc(code->unit_count + 1, 1);
    w->nops = calloc(code->unit_count + 1, 1);
    if (!w->starts || !w->sizes || !w->nops)
        raise_no_memory();
    else if (order_constants(w)) {
        count_nops(w);
        lay_out(w);
        return true;
    }
    wordcode_close(w);
    return false;
}

void wordcode_close(struct wordcode *w)
{
    free(w->starts);
    free(w->sizes);
    free(w->nops);
    free(w->places);
    value_dec(w->consts);
    value_dec(w->ints);
}

value wordcode_bytes(const struct wordcode *w)
{
    const struct code *code = w->code;
    value bytes = bytes_new(NULL, (size_t)w->starts[code->unit_count] * 2);
    if (!bytes)
        return NULL;
    uint8_t *out = bytes_data(bytes);
    for (uint32_t at = 0; at < code->unit_count; at += width_of(code->units[at]), thread_report_at(at)) {
        struct word words[EXPANSION_MAX];
        unsigned count = expand(w, at, words), size = size_of(words, count) + w->nops[at];
        for (unsigned i = 0; i < w->nops[at]; i++) {
            *out++ = numbers[OP_NOP];
            *out++ = 0;
        }
        for (unsigned i = 0; i < count; i++) {
            unsigned more = prefixes(words[i].argument) + (i + 1 == count ? w->sizes[at] - size : 0);
            for (; more > 0; more--) {
                *out++ = WORD_EXTENDED_ARG;
                *out++ = more < 4 ? (uint8_t)(words[i].argument >> (8 * more)) : 0;
            }
            *out++ = words[i].number;
            *out++ = (uint8_t)words[i].argument;
            for (unsigned caches = wordcode_caches(words[i].number) * 2; caches > 0; caches--)
                *out++ = WORD_CACHE;
        }
    }
    return bytes;
}

/* ---- tables ---- */

static value finish_table(struct byte_buffer *t)
{
    value bytes = t->failed ? raise_no_memory() : bytes_new(t->bytes, t->length);
    free(t->bytes);
    return bytes;
}

/* A number of the exception table: groups of six bits, the highest first. */
static void add_big_endian(struct byte_buffer *t, uint32_t n, unsigned first)
{
    int shift = n < 1u << 6 ? 0 : n < 1u << 12 ? 6 : n < 1u << 18 ? 12 : n < 1u << 24 ? 18 : n < 1u << 30 ? 24 : 30;
    for (; shift >= 0; shift -= 6) {
        byte_buffer_add(t, first | (shift > 0 ? 0x40 : 0) | ((n >> shift) & 0x3F));
        first = 0;
    }
}

value wordcode_exceptions(const struct wordcode *w)
{
    struct byte_buffer t = {0};
    for (uint32_t i = 0; i < w->code->range_count; thread_report_at(++i)) {
        const struct exception_range *range = &w->code->ranges[i];
        uint32_t start = w->starts[range->start] + w->nops[range->start];
        add_big_endian(&t, start, 0x80);
        add_big_endian(&t, w->starts[range->end] - start, 0);
        add_big_endian(&t, w->starts[range->target], 0);
        add_big_endian(&t, (uint32_t)range->depth << 1 | range->lasti, 0);
    }
    return finish_table(&t);
}

/* A number of the location table: groups of six bits, the lowest first. */
static void add_little_endian(struct byte_buffer *t, uint64_t n)
{
    for (; n > 0x3F; n >>= 6)
        byte_buffer_add(t, 0x40 | (n & 0x3F));
    byte_buffer_add(t, (unsigned)n);
}

enum { LOCATION_NONE = 15, LOCATION_LONG = 14, LOCATION_LINE = 13, LOCATION_ONE_LINE = 10 };

/* An entry for up to eight words. */
static void add_location(struct byte_buffer *t, const struct code_location *at, uint32_t words, int32_t *line)
{
    int64_t lines = (int64_t)at->line - *line;
    bool columns = at->column >= 0 && at->end_column >= 0;
    bool one_line = columns && at->end_line == at->line && at->column < 128 && at->end_column < 128;
    unsigned form = at->line < 0 ? LOCATION_NONE : !columns ? LOCATION_LINE : LOCATION_LONG;
    bool narrow =
        one_line && lines == 0 && at->column < 80 && at->end_column >= at->column && at->end_column - at->column < 16;
    if (at->line >= 0 && narrow)
        form = (unsigned)at->column >> 3;
    else if (at->line >= 0 && one_line && lines >= 0 && lines < 3)
        form = LOCATION_ONE_LINE + (unsigned)lines;
    byte_buffer_add(t, 0x80 | form << 3 | (words - 1));
    if (at->line < 0)
        return;
    *line = at->line;
    if (form == LOCATION_LINE || form == LOCATION_LONG)
        add_little_endian(t, lines < 0 ? (uint64_t)-lines << 1 | 1 : (uint64_t)lines << 1);
    if (form == LOCATION_LONG) {
        add_little_endian(t, at->end_line >= at->line ? (uint64_t)((int64_t)at->end_line - at->line) : 0);
        add_little_endian(t, (uint64_t)at->column + 1);
        add_little_endian(t, (uint64_t)at->end_column + 1);
    } else if (form >= LOCATION_ONE_LINE && form < LOCATION_LINE) {
        byte_buffer_add(t, (unsigned)at->column);
        byte_buffer_add(t, (unsigned)at->end_column);
    } else if (form < LOCATION_ONE_LINE) {
        byte_buffer_add(t, (unsigned)(at->column & 7) << 4 | (unsigned)(at->end_column - at->column));
    }
}

bool wordcode_next_run(const struct wordcode *w, struct location_reader *r, struct code_location *at, uint32_t *words)
{
    uint32_t units, unit = r->unit, count = w->code->unit_count;
    if (!location_read(r, at, &units))
        return false;
    uint32_t end = r->unit < count ? r->unit : count;
    *words = unit >= count ? 0 : units == 0 ? w->nops[unit] != 0 : w->starts[end] - w->starts[unit] - w->nops[unit];
    return true;
}

value wordcode_locations(const struct wordcode *w)
{
    struct byte_buffer t = {0};
    struct location_reader r = location_reader(w->code);
    struct code_location at;
    int32_t line = (int32_t)w->code->first_line;
    for (uint32_t words; wordcode_next_run(w, &r, &at, &words);) {
        for (; words > 0; words -= words < 8 ? words : 8, thread_report())
            add_location(&t, &at, words < 8 ? words : 8, &line);
    }
    return finish_table(&t);
}

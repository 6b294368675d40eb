/*
 * The second half of the check of a code object: what kind of thing lies in each place of the operand stack.
 *
 * code_verify has proved that indices, jumps and heights are right. Here the code is run over kinds instead of values,
 * along all paths, until nothing changes any more. So the interpreter may take for granted, without a test at run time,
 * that
 *
 *   - an operand that is used as a value is none of the empty words under a call (NOTHING, PERHAPS);
 *   - what LIST_APPEND and its like fill, what MAKE_FUNCTION and CALL_KW take apart, is the list, set, dict, tuple,
 * code it has to be; names of keywords are strs, and there are as many cells as the code has free variables;
 *   - a place of a cell variable always holds a cell: it is made in the prologue, and nothing else stores there;
 *   - a local whose value lies borrowed on the stack does not change meanwhile;
 *   - what is restored as the handled exception (POP_EXCEPT) or as a position (RERAISE) was saved as such;
 *   - only what began as a generator yields.
 *
 * Kinds form a lattice of two steps: where paths meet, two kinds of values become VALUE, and a value and NOTHING become
 * PERHAPS. In the worst case each place of a meeting point changes three times, so the number of rounds is bounded by
 * the size of the code.
 */
#include "runtime/compiler/code/block_map.h"
#include "runtime/compiler/code/code_parts.h"
#include "runtime/compiler/code/opcode_info.h"
#include "runtime/objects/objects.h"
#include "runtime/raw.h"
#include "threads/pause.h"

#include <stdlib.h>

struct state {
    const struct code *code;
    struct operand *stack; /* before the instruction that is looked at, then after it */
    uint32_t depth;
    const char *wrong;
    struct operand *
        *meets; /* by unit: the stack where paths meet, allocated when the first one gets there; else NULL */
    uint32_t *heights;
    uint8_t *marks;
    uint32_t *pending, pending_count;
};
enum mark { MEETS = 1, WAITS = 2 };

static void fail(struct state *s, const char *wrong)
{
    if (!s->wrong)
        s->wrong = wrong;
}

/* ---- the stack ---- */

static void push_item(struct state *s, struct operand item)
{
    s->stack[s->depth++] = item; /* code_verify knows that there is room */
}

static void push(struct state *s, enum operand_kind kind, uint32_t detail)
{
    push_item(s, (struct operand){.kind = kind, .detail = detail});
}

static struct operand pop(struct state *s)
{
    return s->stack[--s->depth];
}

static bool is_value(struct operand item)
{
    return item.kind >= OPERAND_VALUE;
}

static struct operand pop_value(struct state *s)
{
    struct operand item = pop(s);
    if (!is_value(item))
        fail(s, "an operand is missing");
    return item;
}

static void pop_values(struct state *s, uint32_t n)
{
    while (n-- > 0)
        pop_value(s);
}

static struct operand pop_kind(struct state *s, enum operand_kind kind)
{
    struct operand item = pop(s);
    if (item.kind != kind)
        fail(s, "an operand of the wrong kind");
    return item;
}

static void expect(struct state *s, struct operand item, enum operand_kind kind)
{
    if (item.kind != kind)
        fail(s, "an operand of the wrong kind");
}

static struct operand *item_at(struct state *s, uint32_t from_top) /* 1: the top */
{
    return &s->stack[s->depth - from_top];
}

static bool is_tuple_kind(struct operand item)
{
    return item.kind == OPERAND_TUPLE || item.kind == OPERAND_NAMES || item.kind == OPERAND_CELLS;
}

/* What the frame's local kept alive must not lie on the stack any more. */
static void local_changes(struct state *s, uint32_t local)
{
    for (uint32_t i = 0; i < s->depth; thread_report_at(++i)) {
        if (s->stack[i].local == local + 1)
            fail(s, "a borrowed local changes");
    }
}

/* What other frames or the heap take from the stack has to be counted. */
static void expect_owned(struct state *s, struct operand item)
{
    if (item.local)
        fail(s, "a borrowed operand is kept");
}

/* ---- kinds ---- */

static struct operand join(struct state *s, struct operand a, struct operand b)
{
    if (a.local && b.local && a.local != b.local)
        fail(s, "an operand borrowed from two locals");
    struct operand joined = {.kind = a.kind, .local = a.local ? a.local : b.local, .detail = a.detail};
    if (a.kind == b.kind) {
        if (a.detail != b.detail) {
            if (a.kind == OPERAND_DICT)
                joined.detail = 1;
            else if (a.kind == OPERAND_TUPLE || a.kind == OPERAND_NAMES || a.kind == OPERAND_CELLS)
                joined = (struct operand){.kind = OPERAND_TUPLE, .local = joined.local};
            else
                joined.kind = OPERAND_VALUE, joined.detail = 0;
        }
        return joined;
    }
    joined.detail = 0;
    if (!is_value(a) || !is_value(b))
        joined.kind = OPERAND_PERHAPS;
    else if ((a.kind == OPERAND_REST || a.kind == OPERAND_EXCEPTION || a.kind == OPERAND_NONE) &&
             (b.kind == OPERAND_REST || b.kind == OPERAND_EXCEPTION || b.kind == OPERAND_NONE))
        joined.kind = OPERAND_REST;
    else
        joined.kind = is_tuple_kind(a) && is_tuple_kind(b) ? OPERAND_TUPLE : OPERAND_VALUE;
    return joined;
}

static bool all_strs(value tuple)
{
    for (size_t i = 0; i < tuple_length(tuple); thread_report_at(++i)) {
        if (!is_str(tuple_get(tuple, i)))
            return false;
    }
    return true;
}

static void push_const(struct state *s, uint32_t index)
{
    value v = tuple_get(slot_peek(&s->code->consts), index);
    if (v == VALUE_NONE)
        push(s, OPERAND_NONE, 0);
    else if (value_is_small_int(v) && small_int_value(v) >= 0 && small_int_value(v) < 1 << 24)
        push(s, OPERAND_SMALL, 0);
    else if (value_is(v, TYPE_ID_STR))
        push(s, OPERAND_STR, 0);
    else if (value_is(v, TYPE_ID_TUPLE))
        push(s, all_strs(v) ? OPERAND_NAMES : OPERAND_TUPLE, (uint32_t)tuple_length(v) + 1);
    else if (value_is(v, TYPE_ID_CODE))
        push(s, OPERAND_CODE, index);
    else
        push(s, OPERAND_VALUE, 0);
}

static struct code *code_of(struct state *s, struct operand item)
{
    return (struct code *)tuple_get(slot_peek(&s->code->consts), item.detail);
}

/* ---- locals and cells ---- */

enum { KIND_LOCAL = 1, KIND_CELL = 2, KIND_FREE = 4 };

static unsigned slot_kind(struct state *s, uint32_t slot)
{
    return bytes_data(slot_peek(&s->code->slot_kinds))[slot];
}

static uint32_t plain_local(struct state *s, uint32_t slot)
{
    if (slot_kind(s, slot) & (KIND_CELL | KIND_FREE))
        fail(s, "a cell variable used as a local");
    return slot;
}

static void cell_variable(struct state *s, uint32_t slot)
{
    if (!(slot_kind(s, slot) & (KIND_CELL | KIND_FREE)))
        fail(s, "a local used as a cell variable");
}

static void push_borrowed(struct state *s, uint32_t local)
{
    push_item(s, (struct operand){.kind = OPERAND_VALUE, .local = plain_local(s, local) + 1});
}

static void store_local(struct state *s, uint32_t local)
{
    pop_value(s);
    local_changes(s, plain_local(s, local));
}

/* ---- instructions ---- */

static void make_function(struct state *s, uint32_t parts)
{
    struct operand item = pop_kind(s, OPERAND_CODE);
    if (s->wrong)
        return;
    struct code *made = code_of(s, item);
    uint32_t cells = 0;
    if (parts & 8) {
        item = pop(s);
        cells = item.detail;
        if (item.kind != OPERAND_CELLS)
            fail(s, "a closure is no tuple of cells");
    }
    if (cells != made->frees_count)
        fail(s, "wrong number of cells for a function");
    if (parts & 4) { /* names and annotations in turn */
        item = pop(s);
        if (!is_tuple_kind(item) || item.kind == OPERAND_CELLS || item.detail == 0 || item.detail % 2 == 0)
            fail(s, "bad annotations of a function");
    }
    if (parts & 2)
        pop_kind(s, OPERAND_DICT);
    if ((parts & 1) && !is_tuple_kind(pop(s)))
        fail(s, "bad defaults of a function");
    push(s, OPERAND_VALUE, 0);
}

static void build_map(struct state *s, uint32_t pairs)
{
    uint32_t other_keys = 0;
    for (uint32_t i = 0; i < pairs; thread_report_at(++i)) {
        pop_value(s);
        other_keys |= pop_value(s).kind != OPERAND_STR;
    }
    push(s, OPERAND_DICT, other_keys);
}

static void build_tuple(struct state *s, uint32_t n)
{
    bool cells = n > 0;
    for (uint32_t i = 0; i < n; thread_report_at(++i))
        cells &= pop_value(s).kind == OPERAND_CELL;
    push(s, cells ? OPERAND_CELLS : OPERAND_TUPLE, cells ? n : n + 1);
}

static void call_with_names(struct state *s, uint32_t nargs)
{
    struct operand names = pop(s);
    if (names.kind != OPERAND_NAMES || names.detail - 1 > nargs)
        fail(s, "bad names of keywords");
    pop_values(s, nargs);
    pop(s); /* self, or nothing */
    pop_value(s);
    push(s, OPERAND_VALUE, 0);
}

static void call_extended(struct state *s, bool has_mapping)
{
    if (has_mapping && pop_kind(s, OPERAND_DICT).detail != 0)
        fail(s, "keywords that are no strs");
    pop_value(s);
    pop(s);
    pop_value(s);
    push(s, OPERAND_VALUE, 0);
}

static void call_comprehension(struct state *s, uint32_t cells)
{
    pop_value(s);
    struct operand item = pop_kind(s, OPERAND_CODE);
    if (s->wrong)
        return;
    struct code *code = code_of(s, item);
    if (code->frees_count != cells)
        fail(s, "bad code of a comprehension");
    for (uint32_t i = 0; i < cells; thread_report_at(++i))
        pop_kind(s, OPERAND_CELL);
    push(s, OPERAND_VALUE, 0);
}

static void yield(struct state *s)
{
    if (!(s->code->flags & (CODE_GENERATOR | CODE_COROUTINE | CODE_ASYNC_GENERATOR)))
        fail(s, "no generator yields");
    pop_value(s);
    for (uint32_t i = 0; i < s->depth; thread_report_at(++i))
        s->stack[i].local = 0; /* the suspended frame owns them */
    push(s, OPERAND_VALUE, 0);
}

/* The container at `at` below the top, of which an item comes next. */
static void fill(struct state *s, uint32_t pops, uint32_t at, enum operand_kind kind)
{
    bool str_key = pops == 2 && item_at(s, 2)->kind == OPERAND_STR;
    pop_values(s, pops);
    expect(s, *item_at(s, at), kind);
    if (kind == OPERAND_DICT && !str_key)
        item_at(s, at)->detail = 1;
}

/* All that neither jumps nor is plain (values in, values out). False: it is plain. */
static bool apply_special(struct state *s, unsigned opcode, uint32_t argument)
{
    struct operand item;
    switch (opcode) {
    case OP_PUSH_NULL:
        push(s, OPERAND_NOTHING, 0);
        break;
    case OP_COPY:
        item = *item_at(s, argument);
        if (!is_value(item))
            fail(s, "an operand is missing");
        if (item.kind == OPERAND_LIST || item.kind == OPERAND_SET || item.kind == OPERAND_DICT)
            item.kind = OPERAND_VALUE; /* two hold it now */
        item.local = 0;
        push_item(s, item);
        break;
    case OP_SWAP:
        item = *item_at(s, 1);
        *item_at(s, 1) = *item_at(s, argument);
        *item_at(s, argument) = item;
        break;
    case OP_LOAD_CONST:
        push_const(s, argument);
        break;
    case OP_LOAD_SMALL_INT:
        push(s, OPERAND_SMALL, 0);
        break;
    case OP_LOAD_FAST:
        plain_local(s, argument);
        push(s, OPERAND_VALUE, 0);
        break;
    case OP_LOAD_FAST_BORROW:
        push_borrowed(s, argument);
        break;
    case OP_LOAD_FAST_BORROW_PAIR:
        push_borrowed(s, argument & 0xFFF);
        push_borrowed(s, argument >> 12);
        break;
    case OP_LOAD_FAST_SMALL_INT:
        push_borrowed(s, argument & 0xFFF);
        push(s, OPERAND_SMALL, 0);
        break;
    case OP_STORE_FAST:
        store_local(s, argument);
        break;
    case OP_STORE_FAST_LOAD_FAST:
        store_local(s, argument & 0xFFF);
        plain_local(s, argument >> 12);
        push(s, OPERAND_VALUE, 0);
        break;
    case OP_STORE_FAST_STORE_FAST:
        store_local(s, argument & 0xFFF);
        store_local(s, argument >> 12);
        break;
    case OP_DELETE_FAST:
        local_changes(s, plain_local(s, argument));
        break;
    case OP_LOAD_CLOSURE:
        cell_variable(s, argument);
        push(s, OPERAND_CELL, 0);
        break;
    case OP_LOAD_DEREF:
    case OP_LOAD_CLASSDEREF:
        cell_variable(s, argument);
        push(s, OPERAND_VALUE, 0);
        break;
    case OP_STORE_DEREF:
        cell_variable(s, argument);
        pop_value(s);
        break;
    case OP_DELETE_DEREF:
        cell_variable(s, argument);
        break;
    case OP_LOAD_GLOBAL_PUSH_NULL:
        push(s, OPERAND_VALUE, 0);
        push(s, OPERAND_NOTHING, 0);
        break;
    case OP_LOAD_METHOD:
        item = pop_value(s);
        push(s, OPERAND_VALUE, 0);
        push_item(s, (struct operand){.kind = OPERAND_PERHAPS, .local = item.local});
        break;
    case OP_LOAD_FAST_METHOD:
        push(s, OPERAND_VALUE, 0);
        push_item(s, (struct operand){.kind = OPERAND_PERHAPS, .local = plain_local(s, argument & 0xFF) + 1});
        break;
    case OP_LOAD_FAST_ATTR:
        plain_local(s, argument & 0xFF);
        push(s, OPERAND_VALUE, 0);
        break;
    case OP_STORE_FAST_ATTR:
        plain_local(s, argument & 0xFF);
        pop_value(s);
        break;
    case OP_BUILD_TUPLE:
        build_tuple(s, argument);
        break;
    case OP_BUILD_LIST:
        pop_values(s, argument);
        push(s, OPERAND_LIST, 0);
        break;
    case OP_BUILD_SET:
        pop_values(s, argument);
        push(s, OPERAND_SET, 0);
        break;
    case OP_BUILD_MAP:
        build_map(s, argument);
        break;
    case OP_BUILD_CONST_KEY_MAP:
        item = pop(s);
        if ((item.kind != OPERAND_NAMES && item.kind != OPERAND_TUPLE) || item.detail != argument + 1)
            fail(s, "bad keys of a dict");
        pop_values(s, argument);
        push(s, OPERAND_DICT, item.kind != OPERAND_NAMES);
        break;
    case OP_BUILD_STRING:
        for (uint32_t i = 0; i < argument; thread_report_at(++i))
            pop_kind(s, OPERAND_STR);
        push(s, OPERAND_STR, 0);
        break;
    case OP_FORMAT_VALUE:
        if (argument & 4)
            pop_kind(s, OPERAND_STR);
        pop_value(s);
        push(s, OPERAND_STR, 0);
        break;
    case OP_LIST_APPEND:
    case OP_LIST_EXTEND:
        fill(s, 1, argument, OPERAND_LIST);
        break;
    case OP_SET_ADD:
    case OP_SET_UPDATE:
        fill(s, 1, argument, OPERAND_SET);
        break;
    case OP_MAP_ADD:
        fill(s, 2, argument, OPERAND_DICT);
        break;
    case OP_DICT_UPDATE:
        fill(s, 1, argument, OPERAND_DICT);
        break;
    case OP_DICT_MERGE: /* keys that are no strs raise */
        pop_value(s);
        expect(s, *item_at(s, argument), OPERAND_DICT);
        if (!is_value(*item_at(s, argument + 3)))
            fail(s, "an operand is missing");
        break;
    case OP_LIST_TO_TUPLE:
        pop_kind(s, OPERAND_LIST);
        push(s, OPERAND_TUPLE, 0);
        break;
    case OP_CALL:
        pop_values(s, argument);
        pop(s);
        pop_value(s);
        push(s, OPERAND_VALUE, 0);
        break;
    case OP_CALL_KW:
        call_with_names(s, argument);
        break;
    case OP_CALL_FUNCTION_EX:
        call_extended(s, argument & 1);
        break;
    case OP_CALL_COMPREHENSION:
        call_comprehension(s, argument);
        break;
    case OP_MAKE_FUNCTION:
        make_function(s, argument);
        break;
    case OP_IMPORT_NAME:
        item = pop(s);
        pop_kind(s, OPERAND_SMALL);
        if (item.kind != OPERAND_NONE && item.kind != OPERAND_NAMES)
            fail(s, "bad names to import");
        push(s, OPERAND_VALUE, 0);
        break;
    case OP_IMPORT_FROM:
        expect_owned(s, *item_at(s, 1));
        if (!is_value(*item_at(s, 1)))
            fail(s, "an operand is missing");
        push(s, OPERAND_VALUE, 0);
        break;
    case OP_PUSH_EXC_INFO:
        item = pop_kind(s, OPERAND_EXCEPTION);
        push(s, OPERAND_PREVIOUS, 0);
        push_item(s, item);
        break;
    case OP_POP_EXCEPT:
        pop_kind(s, OPERAND_PREVIOUS);
        break;
    case OP_CHECK_EXC_MATCH:
        pop_value(s);
        expect(s, *item_at(s, 1), OPERAND_EXCEPTION);
        push(s, OPERAND_VALUE, 0);
        break;
    case OP_CHECK_EG_MATCH:
        pop_value(s);
        item = pop(s);
        if (item.kind != OPERAND_EXCEPTION && item.kind != OPERAND_REST)
            fail(s, "an operand of the wrong kind");
        push(s, OPERAND_REST, 0);
        push(s, OPERAND_REST, 0);
        break;
    case OP_PREP_RERAISE_STAR:
        pop_kind(s, OPERAND_LIST);
        pop_kind(s, OPERAND_EXCEPTION);
        push(s, OPERAND_REST, 0);
        break;
    case OP_RERAISE: /* None instead of an exception raises */
        item = pop(s);
        if (item.kind != OPERAND_EXCEPTION && item.kind != OPERAND_REST)
            fail(s, "an operand of the wrong kind");
        if (argument)
            expect(s, *item_at(s, argument), OPERAND_POSITION);
        break;
    case OP_BEFORE_WITH:
    case OP_BEFORE_ASYNC_WITH:
        pop_value(s);
        push(s, OPERAND_VALUE, 0);
        push(s, OPERAND_VALUE, 0);
        break;
    case OP_WITH_EXCEPT_START:
        expect(s, *item_at(s, 1), OPERAND_EXCEPTION);
        if (!is_value(*item_at(s, 4)))
            fail(s, "an operand is missing");
        push(s, OPERAND_VALUE, 0);
        break;
    case OP_END_ASYNC_FOR:
        pop_kind(s, OPERAND_EXCEPTION);
        pop_value(s);
        break;
    case OP_YIELD_VALUE:
        yield(s);
        break;
    case OP_MATCH_MAPPING:
    case OP_MATCH_SEQUENCE:
    case OP_GET_LEN:
    case OP_GET_ANEXT:
        expect_owned(s, *item_at(s, 1));
        if (!is_value(*item_at(s, 1)))
            fail(s, "an operand is missing");
        push(s, OPERAND_VALUE, 0);
        break;
    case OP_MATCH_KEYS:
        if (!is_tuple_kind(*item_at(s, 1)) || !is_value(*item_at(s, 2)))
            fail(s, "bad keys of a pattern");
        push(s, OPERAND_VALUE, 0);
        break;
    case OP_MATCH_CLASS:
        pop_kind(s, OPERAND_NAMES);
        pop_values(s, 2);
        push(s, OPERAND_VALUE, 0);
        break;
    case OP_RETURN_VALUE:
        pop_value(s);
        if (s->depth)
            fail(s, "operands are left over");
        break;
    case OP_RETURN_CONST:
        if (s->depth)
            fail(s, "operands are left over");
        break;
    case OP_MAKE_CELL:
    case OP_COPY_FREE_VARS:
    case OP_RETURN_GENERATOR:
        fail(s, "part of a prologue elsewhere");
        break;
    default:
        return false;
    }
    return true;
}

static void apply_plain(struct state *s, unsigned opcode, uint32_t argument)
{
    int pops = (int)opcode_pops(opcode, argument), pushes = pops + opcode_stack_effect(opcode, argument, false);
    pop_values(s, (uint32_t)pops);
    while (pushes-- > 0)
        push(s, OPERAND_VALUE, 0);
}

/* ---- paths ---- */

/* The stack gets to a unit where paths meet. */
static void meet(struct state *s, uint32_t at, const struct operand *stack, uint32_t depth)
{
    struct operand *there = s->meets[at];
    bool changed = !there;
    if (!there) {
        there = s->meets[at] = malloc((depth + 1) * sizeof *there);
        if (!there) {
            fail(s, "no memory");
            return;
        }
        thread_copy(there, stack, depth * sizeof *there);
        s->heights[at] = depth;
    } else {
        for (uint32_t i = 0; i < depth; thread_report_at(++i)) {
            struct operand joined = join(s, there[i], stack[i]);
            if (memcmp(&joined, &there[i], sizeof joined) != 0) {
                there[i] = joined;
                changed = true;
            }
        }
    }
    if (changed && !(s->marks[at] & WAITS)) {
        s->marks[at] |= WAITS;
        s->pending[s->pending_count++] = at;
    }
}

/* How many operands may be gone when the instruction raises. */
static uint32_t operands_taken(unsigned opcode, uint32_t argument)
{
    switch (opcode) {
    case OP_WITH_EXCEPT_START:
    case OP_GET_ANEXT:
    case OP_GET_LEN:
    case OP_IMPORT_FROM:
    case OP_MATCH_KEYS:
        return 0; /* they only look */
    case OP_RERAISE:
        return 1;
    }
    return opcode_pops(opcode, argument);
}

/* An exception in the instruction leads to its handler, with what lies below the operands that the instruction takes.
 */
static void meet_handler(struct state *s, const struct exception_range *range, unsigned opcode, uint32_t argument)
{
    if (opcode_never_raises(opcode))
        return;
    if (s->depth - operands_taken(opcode, argument) < range->depth) {
        fail(s, "an instruction takes what its handler needs");
        return;
    }
    struct operand *top = s->stack + s->depth, saved[2] = {top[0], top[1]};
    struct operand *place = s->stack + range->depth, kept[2] = {place[0], place[1]};
    uint32_t n = 0;
    if (range->lasti)
        place[n++] = (struct operand){.kind = OPERAND_POSITION};
    place[n++] = (struct operand){.kind = OPERAND_EXCEPTION};
    meet(s, range->target, s->stack, range->depth + n);
    memcpy(place, kept, sizeof kept);
    memcpy(top, saved, sizeof saved);
}

/* An instruction that jumps: both ways. */
static void apply_jump(struct state *s, unsigned opcode, uint32_t argument, uint32_t target)
{
    struct operand item;
    switch (opcode) {
    case OP_JUMP_IF_FALSE_OR_POP:
    case OP_JUMP_IF_TRUE_OR_POP:
        expect_owned(s, *item_at(s, 1));
        meet(s, target, s->stack, s->depth);
        pop_value(s);
        return;
    case OP_FOR_ITER:
        item = pop_value(s);
        meet(s, target, s->stack, s->depth);
        push_item(s, item);
        push(s, OPERAND_VALUE, 0);
        return;
    case OP_SEND:
        pop_value(s);
        item = pop_value(s);
        push(s, OPERAND_VALUE, 0);
        meet(s, target, s->stack, s->depth);
        pop(s);
        push_item(s, item);
        push(s, OPERAND_VALUE, 0);
        return;
    default:
        apply_plain(s, opcode, argument);
        meet(s, target, s->stack, s->depth);
    }
}

static void follow(struct state *s, uint32_t at)
{
    const struct code *code = s->code;
    const struct exception_range *range = code->ranges, *ranges_end = range + code->range_count;
    thread_copy(s->stack, s->meets[at], s->heights[at] * sizeof *s->stack);
    s->depth = s->heights[at];
    s->marks[at] &= (uint8_t)~WAITS;
    for (;;) {
        uint32_t unit = code->units[at], argument = instruction_argument(unit);
        unsigned opcode = instruction_opcode(unit), flags = opcode_table[opcode].flags;
        while (range < ranges_end && range->end <= at)
            range++;
        if (range < ranges_end && range->start <= at)
            meet_handler(s, range, opcode, argument);
        if (s->wrong)
            return;
        if (flags & OPF_J)
            apply_jump(s, opcode, argument, instruction_target(unit));
        else if (!apply_special(s, opcode, argument))
            apply_plain(s, opcode, argument);
        if ((flags & OPF_T) || s->wrong)
            return;
        at += flags & OPF_C ? 2 : 1;
        if (s->marks[at] & MEETS) {
            meet(s, at, s->stack, s->depth);
            return;
        }
    }
}

/* The instructions that make cells and the generator: each cell variable gets its cell, in any order, before anything
 * else, and nothing leads back there. Returns where they end. */
static uint32_t check_prologue(struct state *s)
{
    const struct code *code = s->code;
    uint32_t at = 0, cells = 0, made = 0;
    bool has_frees = code->frees_count == 0, generator = false;
    for (uint32_t i = 0; i < code->slots_count; thread_report_at(++i))
        cells += (slot_kind(s, i) & KIND_CELL) != 0;
    uint8_t *seen = calloc(1, code->slots_count + 1);
    if (!seen)
        fail(s, "no memory");
    for (; seen && !generator && !s->wrong; at++) {
        uint32_t unit = code->units[at], argument = instruction_argument(unit);
        if (instruction_opcode(unit) == OP_COPY_FREE_VARS) {
            has_frees = true;
        } else if (instruction_opcode(unit) == OP_MAKE_CELL) {
            if (!(slot_kind(s, argument) & KIND_CELL) || seen[argument]++)
                fail(s, "a cell for no cell variable");
            made++;
        } else if (instruction_opcode(unit) == OP_RETURN_GENERATOR) {
            generator = true;
        } else {
            break;
        }
        if (at > 0 && (s->marks[at] & MEETS))
            fail(s, "a jump into the prologue");
    }
    free(seen);
    if (made != cells || !has_frees)
        fail(s, "cell variables without cells");
    if (generator != ((code->flags & (CODE_GENERATOR | CODE_COROUTINE | CODE_ASYNC_GENERATOR)) != 0))
        fail(s, "a generator that does not begin as one");
    for (uint32_t i = 0; i < code->slots_count && !s->wrong; thread_report_at(++i)) {
        bool is_free = i >= code->slots_count - code->frees_count;
        unsigned kind = slot_kind(s, i);
        if (is_free != ((kind & KIND_FREE) != 0) || (i < code->locals_count && !(kind & KIND_LOCAL)) ||
            (i >= code->locals_count && !is_free && !(kind & KIND_CELL)))
            fail(s, "wrong kinds of variables");
    }
    if (generator)
        push(s, OPERAND_VALUE, 0); /* what is sent first */
    return at;
}

/* A unit to which something may lead. What nothing reaches was not verified: its jumps may lead anywhere. */
static void mark_meeting_point(struct state *s, uint32_t at)
{
    if (at < s->code->unit_count)
        s->marks[at] |= MEETS;
}

static void mark_meeting_points(struct state *s)
{
    const struct code *code = s->code;
    for (uint32_t at = 0; at < code->unit_count; thread_report_at(++at)) {
        uint32_t unit = code->units[at];
        unsigned flags = opcode_table[instruction_opcode(unit)].flags;
        if (flags & OPF_J)
            mark_meeting_point(s, instruction_target(unit));
        if (flags & OPF_C)
            at++;
    }
    for (uint32_t i = 0; i < code->range_count; thread_report_at(++i))
        mark_meeting_point(s, code->ranges[i].target);
}

/* Runs the code over kinds: where paths meet, and before the units marked in `also`. Returns where the prologue ends.
 */
static uint32_t find_kinds(struct state *s, const uint8_t *also)
{
    const struct code *code = s->code;
    s->stack = malloc(((size_t)code->stack_size + 4) * sizeof *s->stack);
    s->meets = calloc(code->unit_count + 1, sizeof *s->meets);
    s->heights = malloc((code->unit_count + 1) * sizeof *s->heights);
    s->marks = calloc(code->unit_count + 1, 1);
    s->pending = malloc((code->unit_count + 1) * sizeof *s->pending);
    if (!s->stack || !s->meets || !s->heights || !s->marks || !s->pending) {
        fail(s, "no memory");
        return 0;
    }
    mark_meeting_points(s);
    uint32_t start = check_prologue(s);
    for (uint32_t at = start; also && at < code->unit_count; thread_report_at(++at))
        s->marks[at] |= also[at] ? MEETS : 0;
    if (!s->wrong)
        meet(s, start, s->stack, s->depth);
    while (s->pending_count && !s->wrong)
        follow(s, s->pending[--s->pending_count]);
    return start;
}

static void release(struct state *s)
{
    for (uint32_t i = 0; s->meets && i < s->code->unit_count; thread_report_at(++i))
        free(s->meets[i]);
    raw_free(s->stack);
    raw_free(s->meets);
    raw_free(s->heights);
    raw_free(s->marks);
    raw_free(s->pending);
}

const char *code_verify_kinds(const struct code *code)
{
    struct state s = {.code = code};
    find_kinds(&s, NULL);
    release(&s);
    return s.wrong;
}

const char *code_find_operands(const struct code *code, const uint8_t *starts, uint32_t *start, operands_found found,
                               void *context)
{
    struct state s = {.code = code};
    *start = find_kinds(&s, starts);
    for (uint32_t at = *start; !s.wrong && at < code->unit_count; thread_report_at(++at)) {
        if (s.meets[at] && !found(context, at, s.meets[at], s.heights[at]))
            fail(&s, "no memory");
    }
    release(&s);
    return s.wrong;
}

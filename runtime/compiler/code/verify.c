/*
 * The check of a code object before it runs: by the compiler itself in checked builds, and of everything that comes
 * from a file. It proves what the interpreter takes for granted: every index lies in its table, every jump leads to an
 * instruction, the stack neither underflows nor outgrows its size, and its height is the same whichever way an
 * instruction is reached. What kind of thing lies in each place of the stack is for verify_kinds.c.
 */
#include "runtime/compiler/code/code_parts.h"
#include "runtime/compiler/code/opcode_info.h"
#include "runtime/objects/objects.h"
#include "threads/pause.h"

#include <stdlib.h>

enum { UNKNOWN = -1, CACHE_UNIT = -2 };

struct verifier {
    const struct code *code;
    int32_t *depths; /* of the stack before each unit */
    uint32_t *pending;
    uint32_t pending_count;
    size_t consts, names; /* how many there are */
    const char *wrong;
};

/* Opcodes about which their rows in the table do not tell all. */
enum { RULED = 1 /* check_argument has more to say */, EFFECTIVE = 2 /* its effect on the stack needs functions */ };
static const uint8_t special[OPCODE_COUNT] = {
    [OP_LOAD_FAST_BORROW_PAIR] = RULED,
    [OP_LOAD_FAST_SMALL_INT] = RULED,
    [OP_STORE_FAST_LOAD_FAST] = RULED,
    [OP_STORE_FAST_STORE_FAST] = RULED,
    [OP_COPY_FREE_VARS] = RULED,
    [OP_COPY] = RULED | EFFECTIVE,
    [OP_SWAP] = RULED | EFFECTIVE,
    [OP_LIST_APPEND] = RULED | EFFECTIVE,
    [OP_SET_ADD] = RULED | EFFECTIVE,
    [OP_MAP_ADD] = RULED | EFFECTIVE,
    [OP_LIST_EXTEND] = RULED | EFFECTIVE,
    [OP_SET_UPDATE] = RULED | EFFECTIVE,
    [OP_DICT_UPDATE] = RULED | EFFECTIVE,
    [OP_DICT_MERGE] = RULED | EFFECTIVE,
    [OP_BINARY_ADD] = RULED,
    [OP_BINARY_SUBTRACT] = RULED,
    [OP_BINARY_MULTIPLY] = RULED,
    [OP_BINARY_TRUE_DIVIDE] = RULED,
    [OP_BINARY_FLOOR_DIVIDE] = RULED,
    [OP_BINARY_REMAINDER] = RULED,
    [OP_BINARY_AND] = RULED,
    [OP_BINARY_OR] = RULED,
    [OP_BINARY_XOR] = RULED,
    [OP_BINARY_LSHIFT] = RULED,
    [OP_BINARY_RSHIFT] = RULED,
    [OP_BINARY_OP] = RULED,
    [OP_COMPARE_OP] = RULED,
    [OP_COMPARE_OP_JUMP_IF_FALSE] = RULED,
    [OP_BUILD_SLICE] = RULED,
    [OP_RAISE_VARARGS] = RULED,
    [OP_RETURN_GENERATOR] = EFFECTIVE,
};

static void fail(struct verifier *v, const char *wrong)
{
    if (!v->wrong)
        v->wrong = wrong;
}

/* An index against its table. */
static void check_index(struct verifier *v, unsigned flags, uint32_t argument)
{
    if ((flags & OPF_K) && argument >= v->consts)
        fail(v, "constant index out of range");
    if ((flags & OPF_N) && argument >= v->names)
        fail(v, "name index out of range");
    if ((flags & OPF_L) && argument >= v->code->slots_count)
        fail(v, "local index out of range");
    if ((flags & OPF_LN) && ((argument & 0xFF) >= v->code->slots_count || argument >> 8 >= v->names))
        fail(v, "local or name index out of range");
}

/* The argument of a RULED opcode. */
static void check_argument(struct verifier *v, unsigned opcode, uint32_t argument)
{
    const struct code *code = v->code;
    switch (opcode) {
    case OP_LOAD_FAST_SMALL_INT:
        if ((argument & 0xFFF) >= code->slots_count)
            fail(v, "local index out of range");
        break;
    case OP_LOAD_FAST_BORROW_PAIR:
    case OP_STORE_FAST_LOAD_FAST:
    case OP_STORE_FAST_STORE_FAST:
        if ((argument & 0xFFF) >= code->slots_count || argument >> 12 >= code->slots_count)
            fail(v, "local index out of range");
        break;
    case OP_COPY_FREE_VARS:
        if (argument != code->frees_count)
            fail(v, "wrong number of free variables");
        break;
    case OP_COPY:
    case OP_SWAP:
    case OP_LIST_APPEND:
    case OP_SET_ADD:
    case OP_MAP_ADD:
    case OP_LIST_EXTEND:
    case OP_SET_UPDATE:
    case OP_DICT_UPDATE:
    case OP_DICT_MERGE:
        if (argument < 1)
            fail(v, "stack index out of range");
        break;
    case OP_BINARY_ADD:
    case OP_BINARY_SUBTRACT:
    case OP_BINARY_MULTIPLY:
    case OP_BINARY_TRUE_DIVIDE:
    case OP_BINARY_FLOOR_DIVIDE:
    case OP_BINARY_REMAINDER:
    case OP_BINARY_AND:
    case OP_BINARY_OR:
    case OP_BINARY_XOR:
    case OP_BINARY_LSHIFT:
    case OP_BINARY_RSHIFT:
        if (argument & ~BINARY_IN_PLACE)
            fail(v, "unknown operator");
        break;
    case OP_BINARY_OP:
        if ((argument & ~BINARY_IN_PLACE) > BINARY_XOR)
            fail(v, "unknown operator");
        break;
    case OP_COMPARE_OP:
        if (argument > COMPARE_GE)
            fail(v, "unknown comparison");
        break;
    case OP_COMPARE_OP_JUMP_IF_FALSE:
        if (argument >> 21 > COMPARE_GE)
            fail(v, "unknown comparison");
        break;
    case OP_BUILD_SLICE:
        if (argument != 2 && argument != 3)
            fail(v, "bad slice");
        break;
    case OP_RAISE_VARARGS:
        if (argument > 2)
            fail(v, "bad raise");
        break;
    }
}

/* First pass: where instructions start, and their arguments. */
static void check_units(struct verifier *v)
{
    const struct code *code = v->code;
    uint32_t caches = 0, last = OPCODE_COUNT;
    for (uint32_t at = 0; at < code->unit_count && !v->wrong;) {
        uint32_t unit = code->units[at];
        unsigned opcode = instruction_opcode(unit), flags = opcode_table[opcode].flags, width = 1;
        if (opcode >= OPCODE_COUNT) {
            fail(v, "unknown opcode");
            return;
        }
        if (flags & (OPF_K | OPF_N | OPF_L | OPF_LN))
            check_index(v, flags, instruction_argument(unit));
        if (special[opcode] & RULED)
            check_argument(v, opcode, instruction_argument(unit));
        v->depths[at] = UNKNOWN;
        if (flags & OPF_C) {
            width = 2;
            if (at + 1 >= code->unit_count || code->units[at + 1] != caches || caches >= code->cache_count) {
                fail(v, "bad cache index");
                return;
            }
            caches++;
            v->depths[at + 1] = CACHE_UNIT;
        }
        last = opcode;
        at += width;
    }
    if (last >= OPCODE_COUNT || !(opcode_flags(last) & OPF_T))
        fail(v, "code falls off its end");
}

/* The stack has this height before the unit. True: this is the first way to get there. */
static bool reach(struct verifier *v, uint32_t at, int64_t depth)
{
    if (at >= v->code->unit_count || v->depths[at] == CACHE_UNIT)
        fail(v, "jump to no instruction");
    else if (depth < 0 || depth > v->code->stack_size)
        fail(v, depth < 0 ? "stack underflow" : "stack overflow");
    else if (v->depths[at] == UNKNOWN) {
        v->depths[at] = (int32_t)depth;
        return true;
    } else if (v->depths[at] != depth)
        fail(v, "inconsistent stack");
    return false;
}

static void reach_later(struct verifier *v, uint32_t at, int64_t depth)
{
    if (reach(v, at, depth))
        v->pending[v->pending_count++] = at;
}

/* How many items must be there for the instruction to look at, beyond what it pops. */
static int64_t items_needed(unsigned opcode, uint32_t argument)
{
    int64_t pops = opcode_pops(opcode, argument);
    switch (opcode) {
    case OP_LIST_APPEND:
    case OP_SET_ADD:
    case OP_MAP_ADD:
    case OP_LIST_EXTEND:
    case OP_SET_UPDATE:
    case OP_DICT_UPDATE:
        return pops + argument;
    case OP_DICT_MERGE:
        return pops + argument + 3;
    }
    return pops;
}

/* The handler of a unit, if it has one. */
static void check_handler(struct verifier *v, uint32_t at, int64_t depth)
{
    const struct exception_range *range = code_find_handler(v->code, at);
    if (range && range->depth > depth)
        fail(v, "handler below the stack");
    else if (range)
        reach_later(v, range->target, (int64_t)range->depth + range->lasti + 1);
}

/* What an instruction needs on the stack and does to it, when the table alone does not tell. */
static void find_effect(unsigned opcode, uint32_t argument, int64_t *needed, int64_t *effect, int64_t *taken)
{
    if (opcode_table[opcode].pushes >= 0 && !(special[opcode] & EFFECTIVE)) {
        *needed = opcode_pops(opcode, argument);
        *effect = *taken = opcode_table[opcode].pushes - *needed;
    } else {
        *needed = items_needed(opcode, argument);
        *effect = opcode_stack_effect(opcode, argument, false);
        *taken = opcode_stack_effect(opcode, argument, true);
    }
}

/* One path, from a unit that was just reached to its end or to where another one went. */
static void check_path(struct verifier *v, uint32_t at)
{
    const struct code *code = v->code;
    const uint32_t *units = code->units, unit_count = code->unit_count, stack_size = code->stack_size;
    const bool handlers = code->range_count > 0;
    int32_t *depths = v->depths;
    int64_t depth = depths[at];
    for (;;) {
        uint32_t unit = units[at];
        unsigned opcode = instruction_opcode(unit);
        struct opcode_info info = opcode_table[opcode];
        int64_t needed = info.pops, effect = info.pushes - info.pops, taken = effect;
        if (info.pops < 0 || info.pushes < 0 || (special[opcode] & EFFECTIVE))
            find_effect(opcode, instruction_argument(unit), &needed, &effect, &taken);
        if (needed > depth)
            fail(v, "stack underflow");
        if (handlers)
            check_handler(v, at, depth);
        if (info.flags & OPF_J) {
            if (instruction_target(unit) <= at && opcode != OP_JUMP_BACKWARD && opcode != OP_JUMP_BACKWARD_NO_INTERRUPT)
                fail(v, "a way back without a safepoint");
            reach_later(v, instruction_target(unit), depth + taken);
        }
        at += info.flags & OPF_C ? 2 : 1;
        depth += effect;
        if ((info.flags & OPF_T) || v->wrong)
            return;
        if (at < unit_count && depths[at] == UNKNOWN && (uint64_t)depth <= stack_size)
            depths[at] = (int32_t)depth;
        else if (!reach(v, at, depth))
            return;
    }
}

/* Second pass: follow all paths. */
static void check_flow(struct verifier *v)
{
    reach_later(v, 0, 0);
    while (v->pending_count && !v->wrong)
        check_path(v, v->pending[--v->pending_count]);
}

static bool all_str(value tuple)
{
    for (size_t i = 0; i < tuple_length(tuple); thread_report_at(++i)) {
        if (!value_is(tuple_get(tuple, i), TYPE_ID_STR))
            return false;
    }
    return true;
}

static void check_tables(struct verifier *v)
{
    const struct code *code = v->code;
    uint64_t parameters = (uint64_t)code->argcount + code->kwonly_argcount + ((code->flags & CODE_VARARGS) != 0) +
                          ((code->flags & CODE_VARKEYWORDS) != 0);
    if (parameters > code->locals_count || code->posonly_argcount > code->argcount)
        fail(v, "more parameters than locals");
    if (tuple_length(slot_peek(&code->slot_names)) != code->slots_count ||
        bytes_length(slot_peek(&code->slot_kinds)) != code->slots_count)
        fail(v, "wrong number of slot names");
    if (!all_str(slot_peek(&code->names)) || !all_str(slot_peek(&code->slot_names)))
        fail(v, "names must be str");
    if (code->stack_size > INT32_MAX / 2)
        fail(v, "stack too large");
    uint32_t end = 0;
    for (uint32_t i = 0; i < code->range_count && !v->wrong; thread_report_at(++i)) {
        const struct exception_range *range = &code->ranges[i];
        if (range->start < end || range->end <= range->start || range->end > code->unit_count)
            fail(v, "bad exception table");
        end = range->end;
    }
}

const char *code_verify(const struct code *code)
{
    enum { FEW = 512 }; /* most code is short, and needs no memory of its own */
    int32_t few_depths[FEW];
    uint32_t few_pending[FEW];
    struct verifier v = {.code = code, .depths = few_depths, .pending = few_pending};
    check_tables(&v);
    if (v.wrong)
        return v.wrong;
    v.consts = tuple_length(slot_peek(&code->consts));
    v.names = tuple_length(slot_peek(&code->names));
    bool many = code->unit_count >= FEW;
    if (many) {
        v.depths = malloc((code->unit_count + 1) * sizeof *v.depths);
        v.pending = malloc((code->unit_count + 1) * sizeof *v.pending);
        if (!v.depths || !v.pending)
            fail(&v, "no memory");
    }
    if (!v.wrong)
        check_units(&v);
    if (!v.wrong)
        check_flow(&v);
    if (many) {
        free(v.depths);
        free(v.pending);
    }
    return v.wrong ? v.wrong : code_verify_kinds(code);
}

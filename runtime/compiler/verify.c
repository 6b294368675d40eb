/*
 * The check of a code object before it runs: by the compiler itself in checked builds, and of everything that comes
 * from a file. It proves what the interpreter takes for granted: every index lies in its table, every jump leads to an
 * instruction, the stack neither underflows nor outgrows its size, and its height is the same whichever way an
 * instruction is reached.
 */
#include "runtime/compiler/code_parts.h"
#include "runtime/compiler/compiler.h"

#include <stdlib.h>

enum { UNKNOWN = -1, CACHE_UNIT = -2 };

struct verifier {
    const struct code *code;
    int32_t *depths; /* of the stack before each unit */
    uint32_t *pending;
    uint32_t pending_count;
    const char *wrong;
};

static void fail(struct verifier *v, const char *wrong)
{
    if (!v->wrong)
        v->wrong = wrong;
}

static unsigned unit_width(uint32_t unit)
{
    return opcode_flags(instruction_opcode(unit)) & OPF_C ? 2 : 1;
}

static uint32_t jump_target(uint32_t unit)
{
    uint32_t argument = instruction_argument(unit);
    return instruction_opcode(unit) == OP_COMPARE_OP_JUMP_IF_FALSE ? argument & 0x1FFFFF : argument;
}

/* The numbers of an instruction against the tables. */
static void check_argument(struct verifier *v, unsigned opcode, uint32_t argument)
{
    const struct code *code = v->code;
    unsigned flags = opcode_flags(opcode);
    size_t consts = tuple_length(slot_peek(&code->consts)), names = tuple_length(slot_peek(&code->names));
    if ((flags & OPF_K) && argument >= consts)
        fail(v, "constant index out of range");
    if ((flags & OPF_N) && argument >= names)
        fail(v, "name index out of range");
    if ((flags & OPF_L) && argument >= code->slots_count)
        fail(v, "local index out of range");
    switch (opcode) {
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
    case OP_BINARY_OP:
    case OP_INPLACE_OP:
        if (argument > BINARY_XOR)
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
        unsigned opcode = instruction_opcode(unit), width;
        if (opcode >= OPCODE_COUNT) {
            fail(v, "unknown opcode");
            return;
        }
        check_argument(v, opcode, instruction_argument(unit));
        width = unit_width(unit);
        v->depths[at] = UNKNOWN;
        if (width == 2) {
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

static void reach(struct verifier *v, uint32_t at, int64_t depth)
{
    if (at >= v->code->unit_count || v->depths[at] == CACHE_UNIT) {
        fail(v, "jump to no instruction");
        return;
    }
    if (depth < 0 || depth > v->code->stack_size) {
        fail(v, depth < 0 ? "stack underflow" : "stack overflow");
        return;
    }
    if (v->depths[at] == UNKNOWN) {
        v->depths[at] = (int32_t)depth;
        v->pending[v->pending_count++] = at;
    } else if (v->depths[at] != depth) {
        fail(v, "inconsistent stack");
    }
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

static const struct exception_range *find_range(const struct code *code, uint32_t at)
{
    uint32_t low = 0, high = code->range_count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (at >= code->ranges[middle].end)
            low = middle + 1;
        else
            high = middle;
    }
    return low < code->range_count && at >= code->ranges[low].start ? &code->ranges[low] : NULL;
}

/* Second pass: follow all paths. */
static void check_flow(struct verifier *v)
{
    const struct code *code = v->code;
    reach(v, 0, 0);
    while (v->pending_count && !v->wrong) {
        uint32_t at = v->pending[--v->pending_count];
        uint32_t unit = code->units[at], argument = instruction_argument(unit);
        unsigned opcode = instruction_opcode(unit), flags = opcode_flags(opcode);
        int64_t depth = v->depths[at];
        if (opcode == OP_COMPARE_OP_JUMP_IF_FALSE)
            argument &= 0x1FFFFF;
        if (items_needed(opcode, argument) > depth) {
            fail(v, "stack underflow");
            return;
        }
        const struct exception_range *range = find_range(code, at);
        if (range) {
            if (range->depth > depth)
                fail(v, "handler below the stack");
            else
                reach(v, range->target, (int64_t)range->depth + range->lasti + 1);
        }
        if (flags & OPF_J)
            reach(v, jump_target(unit), depth + opcode_stack_effect(opcode, argument, true));
        if (!(flags & OPF_T))
            reach(v, at + unit_width(unit), depth + opcode_stack_effect(opcode, argument, false));
    }
}

static bool all_interned_str(value tuple)
{
    for (size_t i = 0; i < tuple_length(tuple); i++) {
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
    if (!all_interned_str(slot_peek(&code->names)) || !all_interned_str(slot_peek(&code->slot_names)))
        fail(v, "names must be str");
    if (code->stack_size > INT32_MAX / 2)
        fail(v, "stack too large");
    uint32_t end = 0;
    for (uint32_t i = 0; i < code->range_count && !v->wrong; i++) {
        const struct exception_range *range = &code->ranges[i];
        if (range->start < end || range->end <= range->start || range->end > code->unit_count)
            fail(v, "bad exception table");
        end = range->end;
    }
}

const char *code_verify(const struct code *code)
{
    struct verifier v = {.code = code};
    check_tables(&v);
    if (v.wrong)
        return v.wrong;
    v.depths = malloc((code->unit_count + 1) * sizeof *v.depths);
    v.pending = malloc((code->unit_count + 1) * sizeof *v.pending);
    if (!v.depths || !v.pending)
        fail(&v, "no memory");
    if (!v.wrong)
        check_units(&v);
    if (!v.wrong)
        check_flow(&v);
    free(v.depths);
    free(v.pending);
    return v.wrong;
}

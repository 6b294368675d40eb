/*
 * Borrowed operands and fused instructions.
 *
 * A local variable that is pushed need not be counted when the frame keeps it alive until the operand is consumed:
 * LOAD_FAST becomes LOAD_FAST_BORROW when, inside one basic block,
 *   - the operand is taken off by an instruction that does not leave it on the stack, and
 *   - the local is not stored to, deleted or moved out in between, and
 *   - the generator does not leave off in between (a suspended frame owns what lies on its stack).
 * To see that, the stack is simulated: each place knows the load that filled it, if any.
 */
#include "runtime/compiler/codegen/compiler.h"
#include "threads/pause.h"

enum { NO_LOAD = -1 };

struct simulation {
    int32_t *stack; /* index of the load that filled a place, or NO_LOAD; only what this block pushed */
    uint32_t depth, capacity;
    struct block *block;
    uint8_t *kept; /* by instruction: this load has to be counted */
};

static void push(struct simulation *s, int32_t load)
{
    if (s->depth < s->capacity)
        s->stack[s->depth++] = load;
}

/* Take an item off; NO_LOAD when it lay there before the block began. */
static int32_t pop(struct simulation *s)
{
    return s->depth ? s->stack[--s->depth] : NO_LOAD;
}

static void keep(struct simulation *s, int32_t load)
{
    if (load >= 0)
        s->kept[load] = 1;
}

static void keep_all(struct simulation *s)
{
    for (uint32_t i = 0; i < s->depth; thread_report_at(++i))
        keep(s, s->stack[i]);
}

/* The local changes: what was pushed from it and still lies there must be counted. */
static void local_changes(struct simulation *s, uint32_t local)
{
    for (uint32_t i = 0; i < s->depth; thread_report_at(++i)) {
        int32_t load = s->stack[i];
        if (load >= 0 && s->block->instructions[load].argument == local)
            keep(s, load);
    }
}

static void simulate_swap(struct simulation *s, uint32_t n)
{
    if (n > s->depth) { /* reaches below the block's own items: these are none of ours */
        keep_all(s);
        s->depth = 0;
        return;
    }
    int32_t top = s->stack[s->depth - 1];
    s->stack[s->depth - 1] = s->stack[s->depth - n];
    s->stack[s->depth - n] = top;
}

/* Operands that an instruction looks at and leaves where they are, or may leave. */
static bool leaves_operands(unsigned opcode)
{
    switch (opcode) {
    case OP_JUMP_IF_FALSE_OR_POP:
    case OP_JUMP_IF_TRUE_OR_POP:
    case OP_FOR_ITER:
    case OP_SEND:
    case OP_IMPORT_FROM:
    case OP_PUSH_EXC_INFO:
    case OP_CHECK_EXC_MATCH:
    case OP_CHECK_EG_MATCH:
    case OP_WITH_EXCEPT_START:
    case OP_MATCH_MAPPING:
    case OP_MATCH_SEQUENCE:
    case OP_MATCH_KEYS:
    case OP_GET_LEN:
    case OP_GET_ANEXT:
    case OP_GET_AWAITABLE:
    case OP_GET_AITER:
    case OP_GET_YIELD_FROM_ITER:
    case OP_END_ASYNC_FOR:
    case OP_RERAISE:
        return true;
    }
    return false;
}

static void simulate(struct simulation *s, uint32_t i)
{
    struct instruction *instruction = &s->block->instructions[i];
    unsigned opcode = instruction->opcode;
    uint32_t argument = instruction->argument;
    switch (opcode) {
    case OP_LOAD_FAST:
        push(s, (int32_t)i);
        return;
    case OP_COPY: /* looks at its operand; the copy is counted */
        push(s, NO_LOAD);
        return;
    case OP_SWAP:
        simulate_swap(s, argument);
        return;
    case OP_LOAD_METHOD: { /* the object moves up and becomes the first argument */
        int32_t load = pop(s);
        push(s, NO_LOAD);
        push(s, load);
        return;
    }
    case OP_YIELD_VALUE:
    case OP_SEND:
    case OP_RETURN_GENERATOR:
        keep_all(s);
        break;
    case OP_STORE_FAST:
        pop(s);
        local_changes(s, argument);
        return;
    case OP_DELETE_FAST:
        local_changes(s, argument);
        return;
    }
    unsigned pops = opcode_pops(opcode, argument);
    int pushes = opcode_stack_effect(opcode, argument, false) + (int)pops;
    bool leaves = leaves_operands(opcode);
    for (unsigned k = 0; k < pops; k++) {
        int32_t load = pop(s);
        if (leaves)
            keep(s, load);
    }
    for (int k = 0; k < pushes; k++)
        push(s, NO_LOAD);
}

static bool is_plain_load(const struct instruction *instruction)
{
    return instruction->opcode == OP_LOAD_FAST || instruction->opcode == OP_LOAD_SMALL_INT ||
           instruction->opcode == OP_LOAD_CONST;
}

static void become_load(struct instruction *copy, const struct instruction *load)
{
    copy->opcode = load->opcode;
    copy->argument = load->argument;
}

static bool is_in_place(const struct instruction *i)
{
    return i->opcode >= OP_BINARY_ADD && i->opcode <= OP_BINARY_OP && (i->argument & BINARY_IN_PLACE);
}

/* `x.a += e` is LOAD_FAST x, COPY, LOAD_ATTR a, e, BINARY_..., SWAP 2, STORE_ATTR a. When all of it is in one block and
 * e does not change x, the store can load x itself: the place of the SWAP, or NULL. `at` is the COPY. */
static struct instruction *swap_before_store(struct block *block, struct instruction *at)
{
    struct instruction *end = block->instructions + block->count;
    if (at + 1 >= end || at[1].opcode != OP_LOAD_ATTR)
        return NULL;
    int depth = 2; /* x and x.a */
    for (struct instruction *i = at + 2; i + 2 < end; i++) {
        unsigned opcode = i->opcode;
        if ((opcode == OP_STORE_FAST || opcode == OP_DELETE_FAST) && i->argument == at[-1].argument)
            return NULL;
        int pops = (int)opcode_pops(opcode, i->argument);
        if (depth - pops < 2 || ((opcode == OP_COPY || opcode == OP_SWAP) && depth - (int)i->argument < 2)) {
            bool last = is_in_place(i) && depth - pops == 1 && i[1].opcode == OP_SWAP && i[1].argument == 2 &&
                        i[2].opcode == OP_STORE_ATTR && i[2].argument == at[1].argument;
            return last ? i + 1 : NULL;
        }
        depth += opcode_stack_effect(opcode, i->argument, false);
    }
    return NULL;
}

/* x.a += 1 and x[i] += 1 push their operands and copy them: to load a local or constant again is cheaper, since both
 * loads may borrow. */
static void load_instead_of_copy(struct block *block)
{
    for (uint32_t i = 1; i < block->count; thread_report_at(++i)) {
        struct instruction *at = &block->instructions[i];
        if (at->opcode != OP_COPY)
            continue;
        if (at->argument == 1 && at[-1].opcode == OP_LOAD_FAST) {
            become_load(at, &at[-1]);
            struct instruction *swap = swap_before_store(block, at);
            if (swap) {
                become_load(swap, at);
                block->count--;
                memmove(at, at + 1, (block->count - i) * sizeof *at);
            }
        } else if (at->argument == 2 && i >= 2 && i + 1 < block->count && at[1].opcode == OP_COPY &&
                   at[1].argument == 2 && is_plain_load(&at[-1]) && is_plain_load(&at[-2])) {
            become_load(at, &at[-2]);
            become_load(&at[1], &at[-1]);
        }
    }
}

static bool borrow_in_block(struct compiler *c, struct block *block, uint32_t stack_size)
{
    struct simulation s = {.block = block, .capacity = stack_size + 4};
    load_instead_of_copy(block);
    bool any = false;
    for (uint32_t i = 0; i < block->count && !any; thread_report_at(++i))
        any = block->instructions[i].opcode == OP_LOAD_FAST;
    if (!any)
        return true;
    /* One piece of memory from the arena for each block would add up: small ones come from the C stack. */
    int32_t small_stack[64];
    uint8_t small_kept[256];
    s.stack = s.capacity <= 64 ? small_stack : compiler_alloc(c, s.capacity * sizeof *s.stack);
    s.kept = block->count <= 256 ? small_kept : compiler_alloc(c, block->count);
    if (!s.stack || !s.kept)
        return false;
    memset(s.kept, 0, block->count);
    for (uint32_t i = 0; i < block->count; thread_report_at(++i))
        simulate(&s, i);
    keep_all(&s);
    for (uint32_t i = 0; i < block->count; thread_report_at(++i)) {
        if (block->instructions[i].opcode == OP_LOAD_FAST && !s.kept[i])
            block->instructions[i].opcode = OP_LOAD_FAST_BORROW;
    }
    return true;
}

/* ---- fused instructions ---- */

#define PAIR_LIMIT (1u << 12)
/* A fused comparison has 21 bits for its target: units are fewer than twice the instructions. */
#define FUSED_TARGET_LIMIT (1u << 20)

static bool is_bound(uint64_t bound, uint32_t local)
{
    return local < 64 && (bound >> local & 1);
}

/* The opcode for `local.name`, or 0. */
static unsigned attribute_of_local(unsigned opcode)
{
    switch (opcode) {
    case OP_LOAD_ATTR:
        return OP_LOAD_FAST_ATTR;
    case OP_LOAD_METHOD:
        return OP_LOAD_FAST_METHOD;
    case OP_STORE_ATTR:
        return OP_STORE_FAST_ATTR;
    }
    return 0;
}

/* Whoever traces lines is told between the two otherwise. */
static bool on_one_line(const struct instruction *first, const struct instruction *second)
{
    return first->position.lineno == second->position.lineno && !second->marks;
}

/* Can the two become one attribute instruction? An error is shown at the attribute, so the local has to be bound
 * before. */
static bool fuses_with_attribute(const struct instruction *first, const struct instruction *second, uint64_t bound)
{
    return first->opcode == OP_LOAD_FAST_BORROW && attribute_of_local(second->opcode) && first->argument < 64 &&
           second->argument < (1u << 16) && first->handler == second->handler && on_one_line(first, second) &&
           is_bound(bound, first->argument);
}

/* `third` follows them, or is NULL; `bound` are the locals known to be bound before `first`. */
static bool fuse(struct unit *unit, struct instruction *first, const struct instruction *second,
                 const struct instruction *third, uint64_t bound, bool small_code)
{
    uint32_t a = first->argument, b = second->argument;
    /* A statement often begins with what the one before has stored: the line of the load is then that of the third. */
    bool statements = first->opcode == OP_STORE_FAST && second->opcode == OP_LOAD_FAST && third && !third->marks &&
                      third->position.lineno == second->position.lineno;
    if (second->marks || (!on_one_line(first, second) && !statements))
        return false;
    switch (first->opcode) {
    case OP_LOAD_FAST_BORROW:
        if (fuses_with_attribute(first, second, bound)) {
            first->opcode = (uint16_t)attribute_of_local(second->opcode);
            first->argument = a | b << 8;
            first->position = second->position;
            return true;
        }
        if (second->opcode == OP_LOAD_SMALL_INT && a < PAIR_LIMIT && b < PAIR_LIMIT) {
            first->opcode = OP_LOAD_FAST_SMALL_INT;
            first->argument = a | b << 12;
            return true;
        }
        if (third && fuses_with_attribute(second, third, unit->bound_now))
            return false;
        /* If the second local were not bound, the error would be shown in the wrong place: on one line that is
           pardonable only when it cannot happen, so parameters and locals loaded before qualify. */
        if (second->opcode != OP_LOAD_FAST_BORROW || a >= PAIR_LIMIT || b >= PAIR_LIMIT ||
            !is_bound(unit->bound_now, b))
            return false;
        first->opcode = OP_LOAD_FAST_BORROW_PAIR;
        first->argument = a | b << 12;
        return true;
    case OP_STORE_FAST:
        if (a >= PAIR_LIMIT || b >= PAIR_LIMIT)
            return false;
        if (second->opcode == OP_STORE_FAST) {
            first->opcode = OP_STORE_FAST_STORE_FAST;
        } else if (second->opcode == OP_LOAD_FAST && b < 64 && (a == b || is_bound(unit->bound_now, b))) {
            first->opcode = OP_STORE_FAST_LOAD_FAST;
        } else {
            return false;
        }
        first->argument = a | b << 12;
        return true;
    case OP_LOAD_GLOBAL:
        if (second->opcode != OP_PUSH_NULL)
            return false;
        first->opcode = OP_LOAD_GLOBAL_PUSH_NULL;
        return true;
    case OP_COMPARE_OP:
        if (second->opcode != OP_POP_JUMP_IF_FALSE || !small_code)
            return false;
        first->opcode = OP_COMPARE_OP_JUMP_IF_FALSE;
        first->target = second->target;
        return true; /* the argument stays the operator until the target is known */
    case OP_LOAD_CONST:
        if (second->opcode != OP_RETURN_VALUE)
            return false;
        first->opcode = OP_RETURN_CONST;
        return true;
    }
    return false;
}

/* Which locals are certainly bound after an instruction, of those known before it. */
static uint64_t bound_after(const struct instruction *instruction, uint64_t bound)
{
    uint32_t local = instruction->argument;
    if (local >= 64)
        return bound;
    switch (instruction->opcode) {
    case OP_LOAD_FAST:
    case OP_LOAD_FAST_BORROW:
    case OP_STORE_FAST:
        return bound | UINT64_C(1) << local;
    case OP_DELETE_FAST:
        return bound & ~(UINT64_C(1) << local);
    }
    return bound;
}

static void fuse_in_block(struct unit *unit, struct block *block, uint64_t bound, bool small_code)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < block->count; thread_report_at(++i)) {
        struct instruction *instruction = &block->instructions[i];
        struct instruction *next = i + 1 < block->count ? instruction + 1 : NULL;
        struct instruction *third = i + 2 < block->count ? instruction + 2 : NULL;
        uint64_t before = bound;
        bound = bound_after(instruction, bound);
        unit->bound_now = bound;
        if (next && instruction->handler == next->handler) {
            struct instruction fused = *instruction;
            uint64_t after = bound_after(next, bound);
            if (fuse(unit, &fused, next, third, before, small_code)) {
                block->instructions[kept++] = fused;
                bound = after;
                i++;
                continue;
            }
        }
        block->instructions[kept++] = *instruction;
    }
    block->count = kept;
}

/* Parameters that nothing unbinds are bound everywhere. */
static uint64_t always_bound(const struct unit *unit)
{
    uint32_t parameters = unit->argcount + unit->kwonly_argcount + ((unit->flags & CODE_VARARGS) != 0) +
                          ((unit->flags & CODE_VARKEYWORDS) != 0);
    uint64_t bound = parameters >= 64 ? UINT64_MAX : (UINT64_C(1) << parameters) - 1;
    for (struct block *b = unit->entry; b; b = block_next(b)) {
        for (uint32_t i = 0; i < b->count; thread_report_at(++i)) {
            const struct instruction *instruction = &b->instructions[i];
            if (instruction->opcode == OP_DELETE_FAST && instruction->argument < 64)
                bound &= ~(UINT64_C(1) << instruction->argument);
        }
    }
    return bound;
}

/* Forward over the graph until nothing changes: bound on entry to a block is what is bound at the end of every block
 * that leads to it. What leads to a handler is any instruction of its range, so there only `always` counts. */
static void find_bound(struct unit *unit, uint64_t always)
{
    for (struct block *b = unit->entry; b; b = block_next(b))
        b->bound = UINT64_MAX;
    unit->entry->bound = always;
    for (struct block *b = unit->entry; b; b = block_next(b)) {
        for (uint32_t i = 0; i < b->count; thread_report_at(++i)) {
            if (b->instructions[i].handler)
                b->instructions[i].handler->bound = always;
        }
    }
    for (bool changed = true; changed;) {
        changed = false;
        for (struct block *b = unit->entry; b; b = block_next(b)) {
            uint64_t bound = b->bound;
            struct instruction *last = NULL;
            for (uint32_t i = 0; i < b->count; thread_report_at(++i)) {
                last = &b->instructions[i];
                bound = bound_after(last, bound);
            }
            struct block *successors[2] = {last ? last->target : NULL,
                                           last && opcode_ends_block(last->opcode) ? NULL : b->next};
            for (int k = 0; k < 2; k++) {
                if (successors[k] && (successors[k]->bound & ~bound)) {
                    successors[k]->bound &= bound;
                    changed = true;
                }
            }
        }
    }
}

void borrow_optimize(struct compiler *c, struct unit *unit)
{
    uint32_t count = 0;
    for (struct block *b = unit->entry; b; b = block_next(b)) {
        count += b->count;
        if (!borrow_in_block(c, b, unit->stack_size))
            return;
    }
    find_bound(unit, always_bound(unit));
    for (struct block *b = unit->entry; b; b = block_next(b))
        fuse_in_block(unit, b, b->bound, count < FUSED_TARGET_LIMIT);
}

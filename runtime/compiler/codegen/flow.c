/*
 * The flow graph of a unit after generation: jumps are threaded, short exits copied to where they are jumped to, what
 * nothing reaches is dropped, blocks are joined, and the depth of the stack is found for every block.
 */
#include "runtime/compiler/codegen/compiler.h"
#include "threads/pause.h"

static struct instruction *last_of(struct block *block)
{
    return block->count ? &block->instructions[block->count - 1] : NULL;
}

static bool falls_through(struct block *block)
{
    struct instruction *last = last_of(block);
    return !last || !opcode_ends_block(last->opcode);
}

static bool is_setup(unsigned opcode)
{
    return opcode == PSEUDO_SETUP_FINALLY || opcode == PSEUDO_SETUP_CLEANUP || opcode == PSEUDO_SETUP_WITH;
}

static bool is_jump(unsigned opcode)
{
    return opcode == PSEUDO_JUMP || opcode == PSEUDO_JUMP_NO_INTERRUPT ||
           (opcode < OPCODE_COUNT && (opcode_flags(opcode) & OPF_J));
}

static void number_blocks(struct unit *unit)
{
    uint32_t order = 0;
    for (struct block *b = unit->entry; b; b = block_next(b))
        b->order = order++;
}

/* The first block from here on that has an instruction. */
static struct block *skip_empty(struct block *block)
{
    while (block && !block->count && block->next)
        block = block->next;
    return block;
}

/* ---- jumps ---- */

/* Does it make no difference to the lines passed whether one goes through this jump? Nobody sees one without a line, or
 * with the line from where one comes or to where it leads (as for the jump back at the end of a while loop). */
static bool passes_no_line(const struct instruction *jump, int32_t line)
{
    const struct block *target = skip_empty(jump->target);
    return jump->position.lineno < 0 || jump->position.lineno == line ||
           (target->count && target->instructions[0].position.lineno == jump->position.lineno);
}

/* Where a jump ends up when it meets other jumps. A conditional jump never goes backwards: a loop must pass a
 * JUMP_BACKWARD, which is its safepoint. */
static struct block *final_target(struct block *from, struct instruction *jump)
{
    struct block *target = skip_empty(jump->target);
    bool conditional = jump->opcode != PSEUDO_JUMP;
    for (int hops = 0; hops < 16; hops++) {
        struct instruction *next_jump = target->instructions;
        if (!target->count || next_jump->opcode != PSEUDO_JUMP || !passes_no_line(next_jump, jump->position.lineno))
            break;
        struct block *next = skip_empty(next_jump->target);
        if (next == target || (conditional && next->order <= from->order))
            break;
        target = next;
    }
    return target;
}

/* a JUMP_IF_x_OR_POP that leads to another one: of the same kind, go on there; of the other kind, the value is dropped
 * and the next test has failed already. */
static void thread_or_pop(struct block *from, struct instruction *jump)
{
    for (int hops = 0; hops < 16; hops++) {
        struct block *target = skip_empty(jump->target);
        if (!target->count)
            return;
        struct instruction *next = &target->instructions[0];
        bool if_false = jump->opcode == OP_JUMP_IF_FALSE_OR_POP;
        if (next->opcode == jump->opcode) {
            if (skip_empty(next->target)->order <= from->order)
                return;
            jump->target = next->target;
            continue;
        }
        unsigned same = if_false ? OP_POP_JUMP_IF_FALSE : OP_POP_JUMP_IF_TRUE;
        unsigned other = if_false ? OP_POP_JUMP_IF_TRUE : OP_POP_JUMP_IF_FALSE;
        unsigned other_pop = if_false ? OP_JUMP_IF_TRUE_OR_POP : OP_JUMP_IF_FALSE_OR_POP;
        struct block *goal = next->opcode == same                                 ? skip_empty(next->target)
                             : next->opcode == other || next->opcode == other_pop ? skip_empty(target->next)
                                                                                  : NULL;
        if (!goal || target->count != 1 || goal->order <= from->order)
            return;
        jump->opcode = (uint16_t)same;
        jump->target = goal;
        return;
    }
}

static void thread_jumps(struct unit *unit)
{
    for (struct block *b = unit->entry; b; b = block_next(b)) {
        struct instruction *last = last_of(b);
        if (!last || !is_jump(last->opcode) || last->opcode == PSEUDO_JUMP_NO_INTERRUPT)
            continue;
        last->target = final_target(b, last);
        if (last->opcode == OP_JUMP_IF_FALSE_OR_POP || last->opcode == OP_JUMP_IF_TRUE_OR_POP)
            thread_or_pop(b, last);
    }
}

/* A jump to a few instructions that end in a return or raise becomes a copy of them, behind its line. */
enum { SHORT_EXIT = 4 };

static void copy_short_exits(struct compiler *c, struct unit *unit)
{
    for (struct block *b = unit->entry; b; b = block_next(b)) {
        struct instruction *last = last_of(b);
        if (!last || last->opcode != PSEUDO_JUMP)
            continue;
        struct block *target = skip_empty(last->target);
        if (target == b || target->count > SHORT_EXIT || !target->count || falls_through(target) ||
            is_jump(last_of(target)->opcode))
            continue;
        uint32_t count = b->count + target->count;
        if (count > b->capacity) {
            struct instruction *fresh = compiler_alloc(c, count * sizeof *fresh);
            if (!fresh)
                return;
            thread_copy(fresh, b->instructions, b->count * sizeof *fresh);
            b->instructions = fresh;
            b->capacity = count;
        }
        b->instructions[b->count - 1].opcode = OP_NOP; /* its line is passed */
        thread_copy(b->instructions + b->count, target->instructions, target->count * sizeof *target->instructions);
        b->count = count;
    }
}

/* ---- reachability ---- */

struct block_stack {
    struct block **items;
    uint32_t count, capacity;
};

static void push_block(struct compiler *c, struct block_stack *stack, struct block *block)
{
    if (stack->count == stack->capacity) {
        uint32_t capacity = stack->capacity ? stack->capacity * 2 : 64;
        struct block **fresh = compiler_alloc(c, capacity * sizeof(*fresh));
        if (!fresh)
            return;
        if (stack->count)
            thread_copy(fresh, stack->items, stack->count * sizeof(*fresh));
        stack->items = fresh;
        stack->capacity = capacity;
    }
    stack->items[stack->count++] = block;
}

static void reach(struct compiler *c, struct block_stack *stack, struct block *block)
{
    if (block && !block->reachable) {
        block->reachable = true;
        push_block(c, stack, block);
    }
}

static void drop_unreachable(struct compiler *c, struct unit *unit)
{
    struct block_stack stack = {0};
    for (struct block *b = unit->entry; b; b = block_next(b))
        b->reachable = false;
    reach(c, &stack, unit->entry);
    for (; stack.count && !c->failed; thread_report()) {
        struct block *b = stack.items[--stack.count];
        for (uint32_t i = 0; i < b->count; thread_report_at(++i)) {
            struct instruction *instruction = &b->instructions[i];
            if (is_jump(instruction->opcode))
                reach(c, &stack, instruction->target);
            if (instruction->handler && !is_setup(instruction->opcode))
                reach(c, &stack, instruction->handler);
        }
        if (falls_through(b))
            reach(c, &stack, b->next);
    }
    for (struct block *b = unit->entry; b; b = block_next(b)) {
        for (; b->next && !b->next->reachable; thread_report())
            b->next = b->next->next;
    }
}

/* ---- the stack ---- */

static void set_depth(struct compiler *c, struct block_stack *stack, struct block *block, int32_t depth)
{
    if (!block)
        return;
    if (block->depth < 0) {
        block->depth = depth;
        push_block(c, stack, block);
    } else if (block->depth != depth && !c->failed) {
        raise(EXC(SystemError), "compiler: the stack is %d and %d items deep in one place", (int)block->depth,
              (int)depth);
        compiler_fail(c);
    }
}

static void note_setup(struct compiler *c, struct block_stack *stack, const struct instruction *setup, int32_t depth)
{
    struct block *handler = setup->target;
    handler->handler_lasti = setup->opcode != PSEUDO_SETUP_FINALLY;
    handler->handler_depth = depth - (setup->opcode == PSEUDO_SETUP_WITH);
    if (handler->reachable)
        set_depth(c, stack, handler, handler->handler_depth + handler->handler_lasti + 1);
}

/* Follow all paths once; returns the greatest depth. */
static int32_t find_depths(struct compiler *c, struct unit *unit)
{
    struct block_stack stack = {0};
    int32_t deepest = 0;
    set_depth(c, &stack, unit->entry, 0);
    for (; stack.count && !c->failed; thread_report()) {
        struct block *b = stack.items[--stack.count];
        int32_t depth = b->depth;
        if (depth > deepest)
            deepest = depth;
        for (uint32_t i = 0; i < b->count; thread_report_at(++i)) {
            struct instruction *instruction = &b->instructions[i];
            if (is_setup(instruction->opcode)) {
                note_setup(c, &stack, instruction, depth);
                continue;
            }
            if (is_jump(instruction->opcode))
                set_depth(c, &stack, instruction->target,
                          depth + opcode_stack_effect(instruction->opcode, instruction->argument, true));
            depth += opcode_stack_effect(instruction->opcode, instruction->argument, false);
            if (depth < 0 && !c->failed) {
                raise(EXC(SystemError), "compiler: %s pops from an empty stack", opcode_name(instruction->opcode));
                compiler_fail(c);
            }
            /* An instruction may push before it pops: one more than it leaves is enough for all of them. */
            if (depth + 1 > deepest)
                deepest = depth + 1;
        }
        if (falls_through(b))
            set_depth(c, &stack, b->next, depth);
    }
    return deepest;
}

/* ---- cleaning up ---- */

/* a, b = x, y needs no tuple: two or three items are turned round on the stack. */
static void turn_instead_of_tuple(struct block *b)
{
    for (uint32_t i = 0; i + 1 < b->count; thread_report_at(++i)) {
        struct instruction *build = &b->instructions[i], *unpack = build + 1;
        uint32_t n = build->argument;
        if (build->opcode != OP_BUILD_TUPLE || unpack->opcode != OP_UNPACK_SEQUENCE || unpack->argument != n || n < 1 ||
            n > 3)
            continue;
        build->opcode = OP_NOP;
        unpack->opcode = n == 1 ? OP_NOP : OP_SWAP;
    }
}

/* What takes the topmost item and cannot be seen to happen before or after its like. */
static bool takes_silently(const struct instruction *instruction)
{
    return instruction->opcode == OP_STORE_FAST || instruction->opcode == OP_POP_TOP;
}

static bool stores_same(const struct instruction *a, const struct instruction *b)
{
    return a->opcode == OP_STORE_FAST && b->opcode == OP_STORE_FAST && a->argument == b->argument;
}

/* Whether the n instructions from `first` on (NOPs do not count) can be run with the first and the last of them in each
 * other's place: they are of one line, and no local of theirs is stored to in between. The last one in *last. */
static bool can_change_places(struct instruction *first, const struct instruction *end, uint32_t n,
                              struct instruction **last)
{
    for (struct instruction *next = first; next < end; thread_report(), next++) {
        if (next->opcode == OP_NOP)
            continue;
        if (!takes_silently(next) || (next != first && n > 1 && stores_same(first, next)))
            return false;
        if (--n == 0) {
            for (struct instruction *between = first + 1; between < next; thread_report(), between++)
                if (stores_same(between, next))
                    return false;
            *last = next;
            return first->position.lineno == next->position.lineno && !stores_same(first, next);
        }
    }
    return false;
}

/* SWAP n before n instructions that take the items: the first and the last of them change places instead. From the end,
 * so that the first of several swaps meets stores. */
static void swap_stores(struct block *b)
{
    const struct instruction *end = b->instructions + b->count;
    for (uint32_t i = b->count; i-- > 0; thread_report()) {
        struct instruction *swap = &b->instructions[i], *first = swap + 1, *last;
        if (swap->opcode != OP_SWAP)
            continue;
        while (first < end && first->opcode == OP_NOP)
            first++;
        if (!can_change_places(first, end, swap->argument, &last))
            continue;
        struct instruction kept = *first;
        *first = *last;
        *last = kept;
        swap->opcode = OP_NOP;
    }
}

/* What marked the beginning of a guarded range is but a line from now on. */
static void drop_markers(struct unit *unit)
{
    for (struct block *b = unit->entry; b; b = block_next(b)) {
        turn_instead_of_tuple(b);
        swap_stores(b);
        for (uint32_t i = 0; i < b->count; thread_report_at(++i)) {
            struct instruction *instruction = &b->instructions[i];
            if (is_setup(instruction->opcode)) {
                instruction->opcode = OP_NOP;
                instruction->target = NULL;
            }
        }
    }
}

/* A NOP stands for a line that is passed. The ones that tell nothing new go. */
static void drop_useless_nops(struct unit *unit)
{
    for (struct block *b = unit->entry; b; b = block_next(b)) {
        uint32_t kept = 0;
        int32_t before = -1;
        for (uint32_t i = 0; i < b->count; thread_report_at(++i)) {
            struct instruction *at = &b->instructions[i];
            int32_t line = at->position.lineno;
            if (at->opcode == OP_NOP) {
                if (line < 0 || line == before)
                    continue;
                if (i + 1 < b->count) {
                    struct ast_position *next = &at[1].position;
                    if (next->lineno < 0 || next->lineno == line) {
                        if (next->lineno < 0)
                            *next = at->position;
                        continue;
                    }
                } else if (b->next) {
                    struct block *next = skip_empty(b->next);
                    if (next->count && next->instructions[0].position.lineno == line)
                        continue;
                }
            }
            before = line;
            b->instructions[kept++] = *at;
        }
        b->count = kept;
    }
}

static void drop_useless_jumps(struct unit *unit)
{
    for (struct block *b = unit->entry; b; b = block_next(b)) {
        struct instruction *last = last_of(b);
        if (last && last->opcode == PSEUDO_JUMP && b->next && skip_empty(last->target) == skip_empty(b->next)) {
            last->opcode = OP_NOP;
            last->target = NULL;
        }
    }
}

static void count_predecessors(struct unit *unit)
{
    for (struct block *b = unit->entry; b; b = block_next(b))
        b->predecessors = 0;
    unit->entry->predecessors = 1;
    for (struct block *b = unit->entry; b; b = block_next(b)) {
        for (uint32_t i = 0; i < b->count; thread_report_at(++i)) {
            struct instruction *instruction = &b->instructions[i];
            if (is_jump(instruction->opcode))
                (instruction->target = skip_empty(instruction->target))->predecessors++;
            if (instruction->handler)
                (instruction->handler = skip_empty(instruction->handler))->predecessors += 2;
        }
        if (b->next && falls_through(b))
            b->next->predecessors++;
    }
}

/* A block that only the one before it leads to belongs to it. Empty blocks vanish:
   what led to them leads to the next. */
static void join_blocks(struct compiler *c, struct unit *unit)
{
    count_predecessors(unit);
    for (struct block *b = unit->entry; b && !c->failed; thread_report()) {
        struct block *next = b->next;
        struct instruction *last = last_of(b);
        bool joins = next && next->predecessors <= 1 && (!last || !is_jump(last->opcode)) && falls_through(b);
        if (next && !next->count && next->next) {
            if (falls_through(b))
                next->next->predecessors++;
            if (falls_through(next))
                next->next->predecessors--;
            b->next = next->next;
            continue;
        }
        if (!joins) {
            b = next;
            continue;
        }
        uint32_t count = b->count + next->count;
        if (count > b->capacity) {
            struct instruction *fresh = compiler_alloc(c, (count + count / 2) * sizeof *fresh);
            if (!fresh)
                return;
            if (b->count)
                thread_copy(fresh, b->instructions, b->count * sizeof *fresh);
            b->instructions = fresh;
            b->capacity = count + count / 2;
        }
        if (next->count)
            thread_copy(b->instructions + b->count, next->instructions, next->count * sizeof *next->instructions);
        b->count = count;
        b->next = next->next;
    }
}

/* ---- lines ---- */

/* A return or raise that has no line anywhere. */
static bool is_exit_without_line(struct block *block)
{
    for (uint32_t i = 0; i < block->count; thread_report_at(++i)) {
        if (block->instructions[i].position.lineno >= 0)
            return false;
    }
    struct instruction *last = last_of(block);
    return last && !falls_through(block) && !is_jump(last->opcode);
}

static struct block *copy_block(struct compiler *c, struct block *block)
{
    struct block *copy = compiler_alloc(c, sizeof *copy);
    struct instruction *instructions = compiler_alloc(c, block->count * sizeof *instructions);
    if (!copy || !instructions)
        return NULL;
    *copy = *block;
    copy->instructions = instructions;
    copy->capacity = copy->count;
    thread_copy(instructions, block->instructions, block->count * sizeof *instructions);
    return copy;
}

/* The end of a function has the line from where one comes: each jump to it gets an end of its own. */
static void copy_exits_without_line(struct compiler *c, struct unit *unit)
{
    count_predecessors(unit);
    for (struct block *b = unit->entry; b; b = block_next(b)) {
        struct instruction *last = last_of(b);
        struct block *target = last && is_jump(last->opcode) ? last->target : NULL;
        if (!target || target->predecessors < 2 || !is_exit_without_line(target))
            continue;
        struct block *copy = copy_block(c, target);
        if (!copy)
            return;
        copy->instructions[0].position = last->position;
        copy->predecessors = 1;
        last->target = copy;
        target->predecessors--;
        target->next = copy;
    }
    for (struct block *b = unit->entry; b; b = block_next(b)) {
        if (b->next && b->count && falls_through(b) && is_exit_without_line(skip_empty(b->next)))
            skip_empty(b->next)->instructions[0].position = last_of(b)->position;
    }
}

/* What has no line belongs to the line that it follows, where it always follows the same. */
static void propagate_positions(struct unit *unit)
{
    for (struct block *b = unit->entry; b; b = block_next(b)) {
        struct ast_position at = {-1, -1, -1, -1};
        for (uint32_t i = 0; i < b->count; thread_report_at(++i)) {
            if (b->instructions[i].position.lineno < 0)
                b->instructions[i].position = at;
            else
                at = b->instructions[i].position;
        }
        struct instruction *last = last_of(b);
        struct block *next = b->next ? skip_empty(b->next) : NULL;
        struct block *successors[2] = {falls_through(b) ? next : NULL,
                                       last && is_jump(last->opcode) ? last->target : NULL};
        for (int k = 0; last && k < 2; k++) {
            if (successors[k] && successors[k]->predecessors == 1 && successors[k]->count &&
                successors[k]->instructions[0].position.lineno < 0)
                successors[k]->instructions[0].position = at;
        }
    }
    int32_t line = unit->first_line;
    for (struct block *b = unit->entry; b; b = block_next(b)) {
        struct instruction *last = last_of(b);
        if (last && last->position.lineno >= 0)
            line = last->position.lineno;
        else if (last && last->opcode == OP_RETURN_VALUE)
            for (uint32_t i = 0; i < b->count; thread_report_at(++i))
                b->instructions[i].position = (struct ast_position){line, -1, line, -1};
    }
}

enum { MARKS_MAX = 8 };

/* Lines that are passed on every way to an instruction become marks of it, which cost nothing. A NOP stays where a
 * block ends: who jumps to the next one does not pass its line. */
static void nops_to_marks(struct compiler *c, struct unit *unit)
{
    for (struct block *b = unit->entry; b; b = block_next(b)) {
        uint32_t kept = 0, count = 0;
        struct line_mark *marks = NULL, **end = &marks;
        for (uint32_t i = 0; i < b->count; thread_report_at(++i)) {
            struct instruction *at = &b->instructions[i];
            if (at->opcode == OP_NOP && i + 1 < b->count && count < MARKS_MAX) {
                struct line_mark *mark = compiler_alloc(c, sizeof *mark);
                if (!mark)
                    return;
                mark->position = at->position;
                *end = mark;
                end = &mark->next;
                count++;
                continue;
            }
            at->marks = marks;
            marks = NULL;
            end = &marks;
            count = 0;
            b->instructions[kept++] = *at;
        }
        b->count = kept;
    }
}

void flow_optimize(struct compiler *c, struct unit *unit)
{
    number_blocks(unit);
    drop_useless_nops(unit);
    thread_jumps(unit);
    copy_short_exits(c, unit);
    drop_unreachable(c, unit);
    if (c->failed)
        return;
    drop_useless_jumps(unit);
    copy_exits_without_line(c, unit);
    if (c->failed)
        return;
    unit->stack_size = (uint32_t)find_depths(c, unit);
    if (c->failed)
        return;
    propagate_positions(unit);
    drop_markers(unit);
    drop_useless_nops(unit);
    join_blocks(c, unit);
    if (!c->failed)
        nops_to_marks(c, unit);
    number_blocks(unit);
    if (!c->failed)
        borrow_optimize(c, unit);
}

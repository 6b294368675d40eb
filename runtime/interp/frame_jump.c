/*
 * Jumps: a trace function sets the frame's f_lineno, and the frame goes on there.
 *
 * The stack has to be what the code there expects. Each item has a kind, found by following all paths from the start,
 * and a jump may only take items off: what stays must be of the kinds that are expected (CPython's rules and messages).
 * Items that instructions take apart without looking, like the list that a comprehension fills, fit only themselves.
 */
#include "runtime/compiler/code/code_parts.h"
#include "runtime/compiler/code/locations.h"
#include "runtime/compiler/code/opcode_info.h"
#include "runtime/interp/frame.h"
#include "runtime/interp/trace.h"
#include "runtime/objects/objects.h"
#include "threads/pause.h"

#include <stdlib.h>

enum kind {
    EMPTY,     /* perhaps no value at all: beside the callable of a call */
    OBJECT,    /* any value */
    ITERATOR,  /* of a for loop */
    EXCEPTION, /* that a handler has caught */
    PREVIOUS,  /* the exception that was being handled before */
    POSITION,  /* where it was raised */
    MIXED,     /* paths do not agree */
    MADE,      /* MADE + unit: by that instruction and no other */
};

struct marks {
    const struct code *code;
    uint32_t **stacks; /* by unit: the kinds before it, allocated; NULL where nothing leads */
    uint32_t *depths, *pending, pending_count;
    bool *waits;
    uint32_t *stack, depth; /* after the instruction that is looked at */
    bool failed;            /* no memory */
};

static void push(struct marks *m, uint32_t kind)
{
    if (m->depth < m->code->stack_size)
        m->stack[m->depth++] = kind;
}

static void drop(struct marks *m, uint32_t n)
{
    m->depth -= n < m->depth ? n : m->depth;
}

static void wait_for(struct marks *m, uint32_t unit)
{
    if (!m->waits[unit]) {
        m->waits[unit] = true;
        m->pending[m->pending_count++] = unit;
    }
}

/* The stack as it is now comes to a unit. */
static void reach(struct marks *m, uint32_t unit)
{
    if (unit >= m->code->unit_count || m->failed)
        return;
    if (!m->stacks[unit]) {
        m->stacks[unit] = malloc((m->depth + 1) * sizeof(uint32_t));
        m->failed = !m->stacks[unit];
        if (m->failed)
            return;
        memcpy(m->stacks[unit], m->stack, m->depth * sizeof(uint32_t));
        m->depths[unit] = m->depth;
        wait_for(m, unit);
        return;
    }
    for (uint32_t i = 0; i < m->depths[unit]; thread_report_at(++i)) {
        if (m->stacks[unit][i] != MIXED && (i >= m->depth || m->stacks[unit][i] != m->stack[i])) {
            m->stacks[unit][i] = MIXED;
            wait_for(m, unit);
        }
    }
}

/* What is pushed is the work of this instruction, and perhaps trusted to be. */
static bool makes(unsigned opcode)
{
    switch (opcode) {
    case OP_LOAD_CONST:
    case OP_LOAD_SMALL_INT:
    case OP_LOAD_FAST_SMALL_INT:
    case OP_LOAD_CLOSURE:
    case OP_BUILD_TUPLE:
    case OP_BUILD_LIST:
    case OP_BUILD_SET:
    case OP_BUILD_MAP:
    case OP_BUILD_CONST_KEY_MAP:
    case OP_BUILD_STRING:
    case OP_FORMAT_VALUE:
    case OP_LIST_TO_TUPLE:
    case OP_CHECK_EG_MATCH:
    case OP_PREP_RERAISE_STAR:
        return true;
    }
    return false;
}

/* What an instruction pops it may leave where it is. */
static bool keeps(unsigned opcode)
{
    switch (opcode) {
    case OP_JUMP_IF_FALSE_OR_POP:
    case OP_JUMP_IF_TRUE_OR_POP:
    case OP_FOR_ITER:
    case OP_CHECK_EXC_MATCH:
    case OP_WITH_EXCEPT_START:
    case OP_GET_ANEXT:
        return true;
    }
    return false;
}

/* The stack after an instruction; `taken`: at the target of its jump. */
static void apply(struct marks *m, uint32_t unit, unsigned opcode, uint32_t argument, bool taken)
{
    uint32_t depth = m->depth, kind;
    switch (opcode) {
    case OP_COPY:
        push(m, argument <= depth ? m->stack[depth - argument] : MIXED);
        return;
    case OP_SWAP:
        if (argument <= depth && argument > 0) {
            kind = m->stack[depth - 1];
            m->stack[depth - 1] = m->stack[depth - argument];
            m->stack[depth - argument] = kind;
        }
        return;
    case OP_PUSH_NULL:
        push(m, EMPTY);
        return;
    case OP_LOAD_GLOBAL_PUSH_NULL:
    case OP_LOAD_FAST_METHOD:
        push(m, OBJECT);
        push(m, EMPTY);
        return;
    case OP_LOAD_METHOD:
        drop(m, 1);
        push(m, OBJECT);
        push(m, EMPTY);
        return;
    case OP_GET_ITER:
    case OP_GET_AITER:
        drop(m, 1);
        push(m, ITERATOR);
        return;
    case OP_PUSH_EXC_INFO:
        drop(m, 1);
        push(m, PREVIOUS);
        push(m, EXCEPTION);
        return;
    }
    uint32_t pops = opcode_pops(opcode, argument),
             after = (uint32_t)((int)depth + opcode_stack_effect(opcode, argument, taken));
    if (!keeps(opcode))
        drop(m, pops);
    else if (after < m->depth)
        m->depth = after;
    kind = makes(opcode) ? MADE + unit : OBJECT;
    while (m->depth < after && m->depth < m->code->stack_size)
        push(m, kind);
}

static void restore_stack(struct marks *m, uint32_t unit)
{
    m->depth = m->depths[unit];
    memcpy(m->stack, m->stacks[unit], m->depth * sizeof(uint32_t));
}

static void follow(struct marks *m, uint32_t unit)
{
    const struct code *code = m->code;
    unsigned opcode = instruction_opcode(code->units[unit]);
    uint32_t argument = instruction_argument(code->units[unit]);
    const struct exception_range *range = code_find_handler(code, unit);
    if (range) {
        restore_stack(m, unit);
        if (range->depth <= m->depth) {
            m->depth = range->depth;
            if (range->lasti)
                push(m, POSITION);
            push(m, EXCEPTION);
            reach(m, range->target);
        }
    }
    if (opcode_flags(opcode) & OPF_J) {
        restore_stack(m, unit);
        apply(m, unit, opcode, argument, true);
        reach(m, instruction_target(code->units[unit]));
    }
    if (!(opcode_flags(opcode) & OPF_T)) {
        restore_stack(m, unit);
        apply(m, unit, opcode, argument, false);
        reach(m, unit + (opcode_flags(opcode) & OPF_C ? 2 : 1));
    }
}

static void release(struct marks *m)
{
    for (uint32_t i = 0; m->stacks && i < m->code->unit_count; thread_report_at(++i))
        free(m->stacks[i]);
    free(m->stacks);
    free(m->depths);
    free(m->pending);
    free(m->waits);
    free(m->stack);
}

static bool mark_stacks(struct marks *m, const struct code *code)
{
    uint32_t count = code->unit_count;
    *m = (struct marks){.code = code,
                        .stacks = calloc(count + 1, sizeof *m->stacks),
                        .depths = calloc(count + 1, sizeof *m->depths),
                        .pending = calloc(count + 1, sizeof *m->pending),
                        .waits = calloc(count + 1, sizeof *m->waits),
                        .stack = calloc(code->stack_size + 1, sizeof *m->stack)};
    m->failed = !m->stacks || !m->depths || !m->pending || !m->waits || !m->stack;
    if (!m->failed)
        reach(m, 0);
    while (!m->failed && m->pending_count) {
        uint32_t unit = m->pending[--m->pending_count];
        m->waits[unit] = false;
        follow(m, unit);
        thread_report();
    }
    if (!m->failed)
        return true;
    release(m);
    raise_no_memory();
    return false;
}

/* ---- where lines begin ---- */

struct start {
    int32_t line;
    struct trace_place place;
};
struct starts {
    struct start *items;
    uint32_t count, capacity;
    int32_t last;
};

static bool add_start(struct starts *s, int32_t line, uint32_t unit, int32_t mark)
{
    if (line < 0 || line == s->last)
        return true;
    if (s->count == s->capacity) {
        uint32_t capacity = s->capacity ? s->capacity * 2 : 32;
        struct start *fresh = realloc(s->items, capacity * sizeof *fresh);
        if (!fresh) {
            raise_no_memory();
            return false;
        }
        s->items = fresh;
        s->capacity = capacity;
    }
    s->items[s->count++] = (struct start){line, {unit, mark}};
    s->last = line;
    return true;
}

static bool find_starts(struct starts *s, const struct code *code)
{
    struct location_reader r = location_reader(code);
    struct code_location at;
    uint32_t first = trace_first_unit(code), unit = 0, last = 0;
    int32_t mark = 0;
    *s = (struct starts){.last = -1};
    for (uint32_t units; location_read(&r, &at, &units); thread_report()) {
        bool added = true;
        if (units == 0) {
            added = r.unit < first || r.unit >= code->unit_count || add_start(s, at.line, r.unit, mark);
            mark++;
        } else if (r.unit > first && r.unit <= code->unit_count) {
            uint32_t begin = r.unit - units;
            if (begin > first && last + 1 == begin && !mark &&
                instruction_opcode(code->units[last]) == OP_STORE_FAST_LOAD_FAST)
                added = add_start(s, at.line, last, TRACE_AT_LOAD);
            else
                added = add_start(s, at.line, begin > first ? begin : first, TRACE_AT_CODE);
            mark = 0;
        }
        if (!added)
            return false;
        for (; unit < r.unit && unit < code->unit_count; thread_report()) { /* its last instruction */
            last = unit;
            unit += opcode_flags(instruction_opcode(code->units[unit])) & OPF_C ? 2 : 1;
        }
    }
    return true;
}

/* ---- the jump ---- */

static bool fits(uint32_t from, uint32_t to)
{
    return to == EMPTY ? true : to == MIXED ? false : to == OBJECT ? from != EMPTY && from != MIXED : from == to;
}

/* How many items remain; -1: the stack does not fit. */
static int64_t fit(const uint32_t *from, uint32_t from_depth, const uint32_t *to, uint32_t to_depth)
{
    if (to_depth > from_depth)
        return -1;
    for (uint32_t i = 0; i < to_depth; i++) {
        if (!fits(from[i], to[i]))
            return -1;
    }
    return to_depth;
}

static const char *explain(const uint32_t *to, uint32_t depth)
{
    if (!to)
        return "can't jump into an exception handler, or code may be unreachable";
    switch (depth ? to[depth - 1] : EMPTY) {
    case EXCEPTION:
    case PREVIOUS:
        return "can't jump into an 'except' block as there's no exception";
    case POSITION:
        return "can't jump into a re-raising block as there's no location";
    case ITERATOR:
        return "can't jump into the body of a for loop";
    default:
        return "incompatible stacks";
    }
}

/* The best of the places where a line begins: where most of the stack remains. */
static bool choose(const struct marks *m, const struct starts *starts, int32_t line, uint32_t unit, bool at_load,
                   struct trace_place *place, uint32_t *remain)
{
    const uint32_t *from = m->stacks[unit];
    uint32_t from_depth = from ? m->depths[unit] - (at_load ? 1 : 0) : 0;
    int64_t best = -1;
    const char *wrong = NULL;
    for (uint32_t i = 0; i < starts->count; i++) {
        const struct start *start = &starts->items[i];
        if (start->line != line)
            continue;
        const uint32_t *to = m->stacks[start->place.unit];
        uint32_t to_depth = m->depths[start->place.unit];
        if (start->place.mark == TRACE_AT_LOAD && to_depth)
            to_depth--; /* after the store */
        int64_t depth = from && to ? fit(from, from_depth, to, to_depth) : -1;
        if (depth > best) {
            best = depth;
            *place = start->place;
            *remain = (uint32_t)depth;
        } else if (best < 0 && !wrong) {
            wrong = from ? explain(to, to_depth) : "can't jump from unreachable code";
        }
    }
    if (best < 0)
        raise(EXC(ValueError), wrong ? wrong : "cannot find bytecode for specified line");
    return best >= 0;
}

/* In CPython None is put there, and taken away again when the trace function has returned. */
static bool warn_of_unbound(const struct frame *frame)
{
    uint32_t unbound = 0;
    for (uint32_t i = 0; i < frame->code->slots_count; i++)
        unbound += !frame->slots[i];
    return !unbound || warn(EXC(RuntimeWarning), 0, "assigning None to %d unbound local%s", (int)unbound,
                            unbound == 1 ? "" : "s") == 0;
}

static void drop_operands(struct frame *frame, const uint32_t *kinds, uint32_t depth, uint32_t remain)
{
    while (depth > remain) {
        value top = *--frame->sp;
        if (kinds[--depth] == PREVIOUS) {
            struct handled_state *level = interpreter_self->handled;
            value old = level->exception;
            level->exception = top == VALUE_NONE ? NULL : stack_own(top);
            top = old;
        }
        value_dec(top);
    }
}

static bool jump(struct frame *frame, int64_t line)
{
    struct code *code = frame->code;
    bool at_load = trace_self.at.mark == TRACE_AT_LOAD;
    uint32_t unit = frame_unit(frame), remain = 0;
    struct starts starts = {0};
    struct marks marks;
    struct trace_place place = {0};
    if (line < (int64_t)code->first_line)
        return raise_false(EXC(ValueError), "line %d comes before the current code block", (int)line);
    if (!find_starts(&starts, code)) {
        free(starts.items);
        return false;
    }
    int64_t found = INT64_MAX;
    for (uint32_t i = 0; i < starts.count; i++) {
        if (starts.items[i].line >= line && starts.items[i].line < found)
            found = starts.items[i].line;
    }
    bool done =
        found != INT64_MAX || raise_false(EXC(ValueError), "line %d comes after the current code block", (int)line);
    done = done && mark_stacks(&marks, code);
    if (!done) {
        free(starts.items);
        return false;
    }
    done = choose(&marks, &starts, (int32_t)found, unit, at_load, &place, &remain) && warn_of_unbound(frame);
    if (done) {
        uint32_t depth = marks.depths[unit] - (at_load ? 1 : 0);
        drop_operands(frame, marks.stacks[unit], depth, remain);
        frame_set_unit(frame, place.unit);
        trace_self.at = place;
        trace_self.jumped = true;
    }
    free(starts.items);
    release(&marks);
    return done;
}

bool frame_jump(struct frame *frame, int64_t line)
{
    /* A hook of warnings, or what dies with the items that are taken off, may not jump in the midst of this. */
    enum trace_event event = trace_self.event;
    trace_self.event = TRACE_RETURN;
    bool done = jump(frame, line);
    trace_self.event = event;
    return done;
}

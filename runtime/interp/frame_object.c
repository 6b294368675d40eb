/*
 * Frame objects: what Python code sees of a frame (sys._getframe, tracebacks, generators' gi_frame). Made on demand.
 *
 * While its frame is alive, the object only points to it and holds nothing but code and namespaces; when the frame
 * ends, the object takes its locals over. The locals of a live frame are registers of the thread that runs it, or
 * belong to the generator that whoever resumes it turns into registers. So every look at a frame takes it first
 * (frame_look):
 *   - a frame of the calling thread is the caller's anyway;
 *   - a suspended generator is held for a moment, and who wants to resume it waits (generator_hold). The object does
 * not count the generator, which dies when its last reference goes: its pointer is cleared under the object's lock, by
 *     which readers count it;
 *   - a thread that is blocked is held as helpers do (thread_try_help); one that runs is asked to come to a safepoint;
 *   - what cannot be had (a generator that another thread is running at this moment, a thread that passes no safepoint)
 *     has the line where it was seen last, and no locals and no caller.
 * Nobody waits for long, and a look runs no Python code and drops nothing.
 */
#include "runtime/interp/frame.h"
#include "runtime/audit.h"
#include "runtime/interp/generator.h"
#include "runtime/interp/trace.h"
#include "runtime/objects/objects.h"
#include "runtime/raw.h"
#include "threads/hold.h"

#include <stddef.h>
#include <stdlib.h>

struct frame_object {
    struct object header;
    _Atomic(struct frame *) frame; /* NULL once the frame has ended; from something to NULL under the object's lock */
    _Atomic bool generator;        /* the frame is inside a generator */
    struct thread_slot *slot;      /* of the thread whose stack it is on, else */
    value_slot code, globals, builtins;
    value_slot locals;              /* of a frame that has ended: its dict or mapping, made on demand */
    value_slot back;                /* of a frame that has ended: frame object or NULL */
    value_slot trace;               /* f_trace */
    _Atomic bool no_lines, opcodes; /* f_trace_lines, negated; f_trace_opcodes */
    _Atomic int32_t shown_line;     /* f_lineno while a line without code is told; 0: that of the unit */
    _Atomic uint32_t unit;          /* where it stopped, or was seen last */
    _Atomic uint32_t value_count;
    value_slot values[]; /* of a frame that has ended: its slots */
};
#define SELF(v) ((struct frame_object *)(v))

#define HOLD_NS 20000000 /* how long a look waits for a thread that runs */

/* The object of a frame that the caller has taken; owned. `slot`: of the thread that runs it, unless a generator's. */
static value object_of(struct frame *frame, struct thread_slot *slot)
{
    if (frame->object)
        return value_inc(frame->object);
    struct code *code = frame->code;
    struct frame_object *self =
        (struct frame_object *)object_new(TYPE(FRAME), sizeof *self + code->slots_count * sizeof(value_slot));
    if (!self)
        return NULL;
    slot_init(&self->code, value_inc(value_of(code)));
    slot_init(&self->globals, value_inc(frame->globals));
    slot_init(&self->builtins, value_inc(frame_builtins(frame)));
    self->slot = slot;
    atomic_store_explicit(&self->generator, (frame->flags & FRAME_GENERATOR) != 0, memory_order_relaxed);
    atomic_store_explicit(&self->unit, frame_unit(frame), memory_order_relaxed);
    atomic_store_explicit(&self->frame, frame, memory_order_release);
    frame->object = value_inc(value_of(self));
    return value_of(self);
}

value frame_get_object(struct frame *frame)
{
    return object_of(frame, thread_self);
}

void frame_object_move(struct frame *moved)
{
    struct frame_object *self = SELF(moved->object);
    object_lock(&self->header);
    atomic_store_explicit(&self->generator, true, memory_order_relaxed);
    atomic_store_explicit(&self->frame, moved, memory_order_release);
    object_unlock(&self->header);
}

static void forget_frame(struct frame_object *self)
{
    object_lock(&self->header);
    atomic_store_explicit(&self->frame, NULL, memory_order_release);
    object_unlock(&self->header);
}

/* The frame ends. Somebody else may hold the object: it takes over what is left in the slots (the frame drops the
 * rest). */
void frame_object_detach(struct frame *frame)
{
    value v = frame->object;
    frame->object = NULL;
    struct frame_object *self = SELF(v);
    atomic_store_explicit(&self->unit, frame_unit(frame), memory_order_relaxed);
    if (rc_is_unique(&self->header)) {
        forget_frame(self);
        value_dec(v);
        return;
    }
    /* The frame may be ending because of an exception, which a lack of memory here must not replace. */
    struct frame *previous = frame->previous;
    value pending = error_fetch();
    value back = previous ? frame_get_object(previous) : NULL;
    if (previous && !back)
        error_clear();
    if (pending)
        error_restore(pending);
    slot_init(&self->back, back);
    uint32_t count = frame->code->slots_count;
    for (uint32_t i = 0; i < count; i++) {
        slot_init(&self->values[i], stack_own(frame->slots[i]));
        frame->slots[i] = NULL;
    }
    atomic_store_explicit(&self->value_count, count, memory_order_release);
    if (frame->locals) {
        slot_init(&self->locals, frame->locals);
        frame->locals = NULL;
    }
    forget_frame(self);
    rc_mark(&self->header);
    value_dec(v);
}

/* ---- looking at a frame ---- */
typedef void frame_visit(struct frame *frame, struct thread_slot *slot, void *context);
enum look { LOOK_ENDED, LOOK_DONE, LOOK_AWAY };

static bool runs(const struct interpreter *interpreter, const struct frame *frame)
{
    const struct frame *at = interpreter ? interpreter->frame : NULL;
    while (at && at != frame)
        at = at->previous;
    return at != NULL;
}

/* Steps of generators are short: worth another look. */
static bool generator_hold_soon(struct generator *g)
{
    for (int tries = 0; tries < 100; tries++) {
        if (generator_hold(g))
            return true;
        if (generator_state(g) == GENERATOR_FINISHED || runs(interpreter_self, &g->frame))
            return false;
    }
    return false;
}

/* A generator that runs: on this thread, or on one that is blocked. */
static enum look look_at_running(struct frame *frame, frame_visit *visit, void *context)
{
    if (runs(interpreter_self, frame)) {
        visit(frame, thread_self, context);
        return LOOK_DONE;
    }
    enum look result = LOOK_AWAY;
    for (size_t i = 0, n = thread_slot_count(); result == LOOK_AWAY && i < n; i++) {
        struct thread_slot *slot = thread_slot_at(i);
        if (slot == thread_self || !thread_try_help(slot))
            continue;
        if (slot->helped_from == THREAD_BLOCKED && runs(slot->interpreter, frame)) {
            visit(frame, slot, context);
            result = LOOK_DONE;
        }
        thread_end_help(slot);
    }
    return result;
}

/* Call `visit` with the frame, which nobody runs meanwhile. */
static enum look frame_look(struct frame_object *self, frame_visit *visit, void *context)
{
    for (;;) {
        struct generator *generator = NULL;
        bool counted = false;
        object_lock(&self->header);
        struct frame *frame = atomic_load_explicit(&self->frame, memory_order_acquire);
        if (frame && atomic_load_explicit(&self->generator, memory_order_relaxed)) {
            generator = frame_generator(frame);
            counted = rc_try_inc(&generator->header);
        }
        object_unlock(&self->header);
        if (!frame)
            return LOOK_ENDED;
        if (!generator) {
            enum look result = LOOK_AWAY;
            if (self->slot == thread_self) {
                visit(frame, thread_self, context);
                result = LOOK_DONE;
            } else if (thread_hold(self->slot, HOLD_NS)) {
                /* It may have ended, or become a generator's, before it was held. */
                result = LOOK_ENDED;
                if (atomic_load_explicit(&self->frame, memory_order_acquire) == frame) {
                    visit(frame, self->slot, context);
                    result = LOOK_DONE;
                }
                thread_end_help(self->slot);
                if (result == LOOK_ENDED)
                    continue;
            } else if (!atomic_load_explicit(&self->frame, memory_order_acquire))
                continue;
            return result;
        }
        if (!counted)
            return LOOK_AWAY; /* dying: it hands its locals over in a moment */
        enum look result = LOOK_AWAY;
        if (generator_hold_soon(generator)) {
            visit(&generator->frame, NULL, context);
            generator_let_go(generator);
            result = LOOK_DONE;
        } else if (generator_state(generator) == GENERATOR_RUNNING) {
            result = look_at_running(frame, visit, context);
        } else {
            result = LOOK_ENDED;
        }
        rc_dec(&generator->header);
        return result;
    }
}

value frame_object_of_generator(struct generator *g)
{
    for (int tries = 0; tries < 10; tries++) {
        if (generator_hold_soon(g)) {
            value found = object_of(&g->frame, NULL);
            generator_let_go(g);
            return found;
        }
        if (generator_state(g) == GENERATOR_FINISHED)
            return VALUE_NONE;
        if (runs(interpreter_self, &g->frame))
            return object_of(&g->frame, NULL);
        for (size_t i = 0, n = thread_slot_count(); i < n; i++) {
            struct thread_slot *slot = thread_slot_at(i);
            if (!thread_hold(slot, HOLD_NS))
                continue;
            bool there = runs(slot->interpreter, &g->frame);
            value found = there ? object_of(&g->frame, NULL) : NULL;
            thread_end_help(slot);
            if (there)
                return found;
        }
    }
    return VALUE_NONE;
}

/* What `look` finds of the thread of a slot, which stands still meanwhile. */
static value look_at_thread(struct thread_slot *slot, uint64_t *ident, value (*look)(struct thread_slot *slot))
{
    if (slot != thread_self && !thread_hold(slot, HOLD_NS))
        return NULL;
    struct interpreter *interpreter = slot->interpreter;
    value found = NULL;
    if (interpreter && interpreter->frame) {
        *ident = interpreter->ident;
        found = look(slot);
    }
    if (slot != thread_self)
        thread_end_help(slot);
    return found;
}

static value look_at_frame(struct thread_slot *slot)
{
    return object_of(((struct interpreter *)slot->interpreter)->frame, slot);
}
value frame_object_of_thread(struct thread_slot *slot, uint64_t *ident)
{
    return look_at_thread(slot, ident, look_at_frame);
}

static value look_at_handled(struct thread_slot *slot)
{
    value exception = interpreter_handled_by(slot->interpreter);
    return exception ? value_inc(exception) : VALUE_NONE;
}
value exception_of_thread(struct thread_slot *slot, uint64_t *ident)
{
    return look_at_thread(slot, ident, look_at_handled);
}

/* ---- locals ---- */

/* Bring a dict up to date with the slots of a function's frame. */
static bool copy_locals(struct code *code, value dict, value (*get)(void *context, uint32_t slot), void *context)
{
    value names = slot_peek(&code->slot_names);
    const uint8_t *kinds = bytes_data(slot_peek(&code->slot_kinds));
    for (uint32_t i = 0; i < code->slots_count; i++) {
        if ((kinds[i] & 4) && !(code->flags & CODE_OPTIMIZED))
            continue;
        value name = tuple_get(names, i);
        value v = get(context, i);
        if (v && value_is(v, TYPE_ID_CELL) && (kinds[i] & 6)) {
            value contents = cell_get(v);
            value_dec(v);
            v = contents;
        }
        bool done = v ? dict_set(dict, name, v) : dict_delete(dict, name) >= 0;
        value_dec(v);
        if (!done)
            return false;
    }
    return true;
}

static value live_slot(void *context, uint32_t slot)
{
    return value_inc(stack_plain(((struct frame *)context)->slots[slot]));
}
static value ended_slot(void *context, uint32_t slot)
{
    struct frame_object *self = context;
    return slot_load(&self->header, &self->values[slot]);
}

value frame_locals(struct frame *frame)
{
    struct code *code = frame->code;
    if (!frame->locals) {
        frame->locals = dict_new();
        if (!frame->locals)
            return NULL;
    }
    if ((code->flags & CODE_OPTIMIZED) || code->slots_count)
        if (is_dict(frame->locals) && !copy_locals(code, frame->locals, live_slot, frame))
            return NULL;
    return frame->locals;
}

bool frame_take_locals(struct frame *frame)
{
    struct code *code = frame->code;
    if (!frame->locals || !(code->flags & CODE_OPTIMIZED))
        return true;
    for (value *word = frame_operands(frame); word < frame->sp; word++)
        *word = stack_own(*word); /* the variable that an operand borrows from may change now */
    value names = slot_peek(&code->slot_names);
    for (uint32_t i = 0; i < code->slots_count; i++) {
        value v = dict_get(frame->locals, tuple_get(names, i));
        if (!v)
            return false;
        if (v == VALUE_MISSING)
            v = NULL;
        value now = stack_plain(frame->slots[i]);
        if (now && value_is(now, TYPE_ID_CELL)) {
            value contents = cell_get(now);
            if (contents != v)
                cell_set(now, v);
            value_dec(contents);
            value_dec(v);
        } else if (now != v) {
            value old = frame->slots[i];
            frame->slots[i] = v;
            value_dec(old);
        } else {
            value_dec(v);
        }
    }
    return true;
}

/* The locals of a live frame at one moment. */
struct snapshot {
    value fresh;   /* a dict for a frame that has none */
    value locals;  /* owned: the frame's dict or mapping */
    value *values; /* owned; room for all slots */
};
static void take_snapshot(struct frame *frame, struct thread_slot *slot, void *context)
{
    (void)slot;
    struct snapshot *snapshot = context;
    for (uint32_t i = 0; i < frame->code->slots_count; i++)
        snapshot->values[i] = value_inc(stack_plain(frame->slots[i]));
    if (!frame->locals)
        frame->locals = value_inc(snapshot->fresh);
    snapshot->locals = value_inc(frame->locals);
}
static value snapshot_slot(void *context, uint32_t slot)
{
    return value_inc(((struct snapshot *)context)->values[slot]);
}

static value locals_of_ended(struct frame_object *self)
{
    value locals = slot_load(&self->header, &self->locals);
    struct code *code = (struct code *)slot_peek(&self->code);
    if (!locals) {
        locals = dict_new();
        if (!locals)
            return NULL;
        slot_store(&self->header, &self->locals, value_inc(locals));
    }
    if ((code->flags & CODE_OPTIMIZED) && atomic_load_explicit(&self->value_count, memory_order_acquire) &&
        !copy_locals(code, locals, ended_slot, self)) {
        value_dec(locals);
        return NULL;
    }
    return locals;
}

static value get_locals(value v)
{
    struct frame_object *self = SELF(v);
    if (!atomic_load_explicit(&self->frame, memory_order_acquire))
        return locals_of_ended(self);
    struct code *code = (struct code *)slot_peek(&self->code);
    struct snapshot snapshot = {.fresh = dict_new(), .values = calloc(code->slots_count + 1, sizeof(value))};
    if (!snapshot.fresh || !snapshot.values) {
        value_dec(snapshot.fresh);
        raw_free(snapshot.values);
        return raise_no_memory();
    }
    enum look seen = frame_look(self, take_snapshot, &snapshot);
    value result = snapshot.locals;
    if (seen == LOOK_AWAY)
        result = value_inc(snapshot.fresh);
    else if (seen == LOOK_ENDED)
        result = locals_of_ended(self);
    else if (is_dict(result) && !copy_locals(code, result, snapshot_slot, &snapshot)) {
        value_dec(result);
        result = NULL;
    }
    for (uint32_t i = 0; i < code->slots_count; i++)
        value_dec(snapshot.values[i]);
    raw_free(snapshot.values);
    value_dec(snapshot.fresh);
    return result;
}

/* ---- attributes ---- */
static void take_back(struct frame *frame, struct thread_slot *slot, void *context)
{
    *(value *)context = frame->previous ? object_of(frame->previous, slot ? slot : thread_self) : VALUE_NONE;
}
static value get_back(value v)
{
    value back = VALUE_NONE;
    if (frame_look(SELF(v), take_back, &back) == LOOK_ENDED) {
        back = slot_load(value_object(v), &SELF(v)->back);
        return back ? back : VALUE_NONE;
    }
    return back;
}
value frame_object_code(value v)
{
    return slot_load(value_object(v), &SELF(v)->code);
}
static value get_code(value v)
{
    return audit("object.__getattr__", "Os", v, "f_code") ? frame_object_code(v) : NULL;
}
static value get_globals(value v)
{
    return slot_load(value_object(v), &SELF(v)->globals);
}
static value get_builtins(value v)
{
    return slot_load(value_object(v), &SELF(v)->builtins);
}

static void take_unit(struct frame *frame, struct thread_slot *slot, void *context)
{
    (void)slot;
    atomic_store_explicit(&((struct frame_object *)context)->unit, frame_unit(frame), memory_order_relaxed);
}
static uint32_t current_unit(value v)
{
    frame_look(SELF(v), take_unit, v);
    return atomic_load_explicit(&SELF(v)->unit, memory_order_relaxed);
}

static value get_lineno(value v)
{
    int32_t shown = atomic_load_explicit(&SELF(v)->shown_line, memory_order_relaxed);
    if (shown > 0)
        return small_int(shown);
    struct code_location location;
    code_locate((struct code *)slot_peek(&SELF(v)->code), current_unit(v), &location);
    return location.line >= 0 ? small_int(location.line) : VALUE_NONE;
}
void frame_show_line(struct frame *frame, int32_t line)
{
    if (frame->object)
        atomic_store_explicit(&SELF(frame->object)->shown_line, line, memory_order_relaxed);
}

static bool set_lineno(value v, value given)
{
    struct frame *frame = atomic_load_explicit(&SELF(v)->frame, memory_order_acquire);
    int64_t line;
    if (!given)
        return raise_false(EXC(AttributeError), "cannot delete attribute");
    if (value_type(given) != TYPE(INT))
        return raise_false(EXC(ValueError), "lineno must be an integer");
    if (trace_self.frame && (!frame || frame != trace_self.frame))
        return raise_false(EXC(ValueError), "f_lineno can only be set by a trace function");
    if (!trace_self.frame || trace_self.event == TRACE_CALL)
        return raise_false(EXC(ValueError), "can't jump from the 'call' trace event of a new frame");
    if (trace_self.event != TRACE_LINE)
        return raise_false(EXC(ValueError), "can only jump from a 'line' trace event");
    value trace = slot_load(value_object(v), &SELF(v)->trace);
    value_dec(trace);
    if (!trace)
        return raise_false(EXC(ValueError), "f_lineno can only be set by a trace function");
    if (!int_fits_i64(given, &line) || line > INT32_MAX || line < INT32_MIN)
        return raise_false(EXC(ValueError), "lineno out of range");
    if (!frame_jump(frame, line))
        return false;
    frame_show_line(frame, 0);
    return true;
}

static value get_lasti(value v)
{
    uint32_t word;
    return code_word_of_unit((struct code *)slot_peek(&SELF(v)->code), current_unit(v), &word)
               ? small_int((int64_t)word * 2)
               : NULL;
}
static value get_trace(value v)
{
    value found = slot_load(value_object(v), &SELF(v)->trace);
    return found ? found : VALUE_NONE;
}
static bool set_trace(value v, value new)
{
    slot_store(value_object(v), &SELF(v)->trace, !new || new == VALUE_NONE ? NULL : value_inc(new));
    return true;
}

static bool set_flag(_Atomic bool *flag, value v, bool negated)
{
    if (!v)
        return raise_false(EXC(TypeError), "can't delete numeric/char attribute");
    if (!value_is_bool(v))
        return raise_false(EXC(TypeError), "attribute value type must be bool");
    atomic_store_explicit(flag, (v == VALUE_TRUE) != negated, memory_order_relaxed);
    return true;
}
static value get_trace_lines(value v)
{
    return value_bool(!atomic_load_explicit(&SELF(v)->no_lines, memory_order_relaxed));
}
static bool set_trace_lines(value v, value new)
{
    return set_flag(&SELF(v)->no_lines, new, true);
}
static value get_trace_opcodes(value v)
{
    return value_bool(atomic_load_explicit(&SELF(v)->opcodes, memory_order_relaxed));
}
static bool set_trace_opcodes(value v, value new)
{
    return set_flag(&SELF(v)->opcodes, new, false);
}

value frame_trace_function(struct frame *frame)
{
    return frame->object ? slot_load(value_object(frame->object), &SELF(frame->object)->trace) : NULL;
}
void frame_set_trace_function(struct frame *frame, value function)
{
    if (frame->object)
        slot_store(value_object(frame->object), &SELF(frame->object)->trace, function ? value_inc(function) : NULL);
}
bool frame_wants_lines(struct frame *frame)
{
    return frame->object && !atomic_load_explicit(&SELF(frame->object)->no_lines, memory_order_relaxed);
}
bool frame_wants_opcodes(struct frame *frame)
{
    return frame->object && atomic_load_explicit(&SELF(frame->object)->opcodes, memory_order_relaxed);
}

/* The generator whose frame this is, owned, or NULL. */
static struct generator *generator_of(struct frame_object *self)
{
    object_lock(&self->header);
    struct frame *frame = atomic_load_explicit(&self->frame, memory_order_acquire);
    struct generator *g = NULL;
    if (frame && atomic_load_explicit(&self->generator, memory_order_relaxed)) {
        g = frame_generator(frame);
        if (!rc_try_inc(&g->header))
            g = NULL;
    }
    object_unlock(&self->header);
    return g;
}

/* frame.clear(): drop the locals of a frame that has ended, or of a suspended generator (which it closes). */
static value method_clear(value v)
{
    struct frame_object *self = SELF(v);
    struct generator *g = generator_of(self);
    if (g) {
        bool runs = generator_state(g) == GENERATOR_RUNNING;
        if (generator_state(g) == GENERATOR_CREATED)
            generator_finalize(&g->header); /* a coroutine that was never awaited says so */
        value closed = runs ? NULL : generator_close(value_of(g));
        if (!runs && !closed) {
            /* somebody was faster, or the generator failed: nobody hears of that */
            runs = generator_state(g) == GENERATOR_RUNNING && error_matches(EXC(ValueError));
            if (runs)
                error_clear();
            else
                error_unraisable(NULL, value_of(g));
        }
        value_dec(closed);
        rc_dec(&g->header);
        return runs ? raise(EXC(RuntimeError), "cannot clear an executing frame") : VALUE_NONE;
    }
    if (atomic_load_explicit(&self->frame, memory_order_acquire))
        return raise(EXC(RuntimeError), "cannot clear an executing frame");
    uint32_t count = atomic_load_explicit(&self->value_count, memory_order_acquire);
    for (uint32_t i = 0; i < count; i++)
        slot_store(&self->header, &self->values[i], NULL);
    slot_store(&self->header, &self->locals, NULL);
    return VALUE_NONE;
}

static value frame_repr(value v)
{
    struct code *code = (struct code *)slot_peek(&SELF(v)->code);
    value line = get_lineno(v);
    value text = str_format("<frame at %p, file %R, line %S, code %U>", (void *)v, slot_peek(&code->filename), line,
                            slot_peek(&code->name));
    value_dec(line);
    return text;
}

GC_READS_RACILY static void frame_traverse(struct object *o, struct gc_trace *trace)
{
    struct frame_object *self = (struct frame_object *)o;
    trace_slot(trace, &self->code);
    trace_slot(trace, &self->globals);
    trace_slot(trace, &self->builtins);
    trace_slot(trace, &self->locals);
    trace_slot(trace, &self->back);
    trace_slot(trace, &self->trace);
    uint32_t count = atomic_load_explicit(&self->value_count, memory_order_acquire);
    size_t room = (heap_usable_size(o) - sizeof *self) / sizeof(value_slot);
    if (count <= room)
        trace_slots(trace, self->values, count);
}

static void frame_destroy(struct object *o)
{
    struct frame_object *self = (struct frame_object *)o;
    uint32_t count = atomic_load_explicit(&self->value_count, memory_order_acquire);
    for (uint32_t i = 0; i < count; i++)
        slot_drop(&self->values[i]);
    for (value_slot *slot = &self->code; slot <= &self->trace; slot++)
        slot_drop(slot);
}

static const struct method_def frame_methods[] = {
    METHOD("clear", method_clear, "($self, /)", "F.clear(): clear most references held by the frame"),
    {0},
};
static const struct getset_def frame_getset[] = {
    {"f_back", get_back, NULL, NULL},
    {"f_code", get_code, NULL, NULL},
    {"f_globals", get_globals, NULL, NULL},
    {"f_builtins", get_builtins, NULL, NULL},
    {"f_locals", get_locals, NULL, NULL},
    {"f_lineno", get_lineno, set_lineno, NULL},
    {"f_lasti", get_lasti, NULL, NULL},
    {"f_trace", get_trace, set_trace, NULL},
    GETSET_FIELDS,
    {"f_trace_lines", get_trace_lines, set_trace_lines, NULL},
    {"f_trace_opcodes", get_trace_opcodes, set_trace_opcodes, NULL},
    {0},
};

const struct type_spec frame_type_spec = {
    .id = TYPE_ID_FRAME,
    .name = "frame",
    .size = sizeof(struct frame_object),
    .flags = TYPE_FLAG_NO_NEW,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = frame_traverse,
    .destroy = frame_destroy,
    .slots = {.repr = frame_repr},
    .methods = frame_methods,
    .getset = frame_getset,
};

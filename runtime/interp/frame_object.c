/*
 * Frame objects: what Python code sees of a frame (sys._getframe, tracebacks, generators' gi_frame). Made on demand.
 *
 * While its frame runs, the object only points to it and holds nothing but code and namespaces; the locals are
 * registers of the running thread, and only that thread may ask for them (another thread sees the locals that the last
 * call of locals() left). When the frame ends, the object takes its locals over.
 */
#include "runtime/interp/frame.h"
#include "runtime/interp/generator.h"
#include "runtime/objects/objects.h"

#include <stddef.h>

struct frame_object {
    struct object header;
    _Atomic(struct frame *) frame; /* NULL once the frame has ended */
    struct interpreter *thread;    /* the thread that made it; meaningful while `frame` is set */
    value_slot code, globals, builtins;
    value_slot locals;     /* of a frame that has ended: its dict or mapping, made on demand */
    value_slot back;       /* of a frame that has ended: frame object or NULL */
    value_slot trace;      /* f_trace */
    _Atomic uint32_t unit; /* of a frame that has ended: where it stopped */
    _Atomic uint32_t value_count;
    value_slot values[]; /* of a frame that has ended: its slots */
};
#define SELF(v) ((struct frame_object *)(v))

value frame_get_object(struct frame *frame)
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
    slot_init(&self->builtins, value_inc(frame->builtins));
    self->thread = interpreter_self;
    atomic_store_explicit(&self->frame, frame, memory_order_release);
    frame->object = value_inc(value_of(self));
    return value_of(self);
}

void frame_object_move(struct frame *moved)
{
    atomic_store_explicit(&SELF(moved->object)->frame, moved, memory_order_release);
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
        atomic_store_explicit(&self->frame, NULL, memory_order_release);
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
        slot_init(&self->values[i], frame->slots[i]);
        frame->slots[i] = NULL;
    }
    atomic_store_explicit(&self->value_count, count, memory_order_release);
    if (frame->locals) {
        slot_init(&self->locals, frame->locals);
        frame->locals = NULL;
    }
    atomic_store_explicit(&self->frame, NULL, memory_order_release);
    rc_mark(&self->header);
    value_dec(v);
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
    return value_inc(((struct frame *)context)->slots[slot]);
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

static value get_locals(value v)
{
    struct frame_object *self = SELF(v);
    struct frame *frame = atomic_load_explicit(&self->frame, memory_order_acquire);
    if (frame) {
        if (self->thread == interpreter_self)
            return value_inc(frame_locals(frame));
        return dict_new(); /* the registers of another thread's running frame are not to be had */
    }
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

/* ---- attributes ---- */
static value get_back(value v)
{
    struct frame *frame = atomic_load_explicit(&SELF(v)->frame, memory_order_acquire);
    if (frame) {
        if (SELF(v)->thread != interpreter_self || !frame->previous)
            return VALUE_NONE;
        return frame_get_object(frame->previous);
    }
    value back = slot_load(value_object(v), &SELF(v)->back);
    return back ? back : VALUE_NONE;
}
static value get_code(value v)
{
    return slot_load(value_object(v), &SELF(v)->code);
}
static value get_globals(value v)
{
    return slot_load(value_object(v), &SELF(v)->globals);
}
static value get_builtins(value v)
{
    return slot_load(value_object(v), &SELF(v)->builtins);
}

static uint32_t current_unit(value v)
{
    struct frame *frame = atomic_load_explicit(&SELF(v)->frame, memory_order_acquire);
    if (frame && SELF(v)->thread == interpreter_self)
        return frame_unit(frame);
    return atomic_load_explicit(&SELF(v)->unit, memory_order_relaxed);
}

static value get_lineno(value v)
{
    struct code_location location;
    code_locate((struct code *)slot_peek(&SELF(v)->code), current_unit(v), &location);
    return location.line > 0 ? small_int(location.line) : VALUE_NONE;
}
static value get_lasti(value v)
{
    return small_int((int64_t)current_unit(v) * 2);
}
static value get_trace(value v)
{
    value found = slot_load(value_object(v), &SELF(v)->trace);
    return found ? found : VALUE_NONE;
}
static bool set_trace(value v, value new)
{
    slot_store(value_object(v), &SELF(v)->trace, new == VALUE_NONE ? NULL : value_inc(new));
    return true;
}

/* frame.clear(): drop the locals of a frame that has ended, or of a suspended generator (which it closes). */
static value method_clear(value v, const value *args)
{
    struct frame_object *self = SELF(v);
    struct frame *frame = atomic_load_explicit(&self->frame, memory_order_acquire);
    if (frame) {
        if (!(frame->flags & FRAME_GENERATOR) ||
            atomic_load_explicit(&frame_generator(frame)->state, memory_order_acquire) == GENERATOR_RUNNING)
            return raise(EXC(RuntimeError), "cannot clear an executing frame");
        return generator_close(value_of(frame_generator(frame)));
    }
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
    {"f_lineno", get_lineno, NULL, NULL},
    {"f_lasti", get_lasti, NULL, NULL},
    {"f_trace", get_trace, set_trace, NULL},
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

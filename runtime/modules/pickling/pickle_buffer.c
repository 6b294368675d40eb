/* PickleBuffer: another object's memory, to be pickled out of band. */
#include "runtime/modules/pickling/pickle.h"
#include "runtime/signature.h"

struct pickle_buffer {
    struct object header;
    value_slot view; /* a memoryview of the object; None once released */
    value_slot base; /* the object */
};
#define SELF(v) ((struct pickle_buffer *)(v))
struct type *pickle_buffer_type;

static value pickle_buffer_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature = SIGNATURE("PickleBuffer", "(object, /)");
    value bound[1];
    if (!signature_bind(&signature, args, nargs, kwnames, bound))
        return NULL;
    if (!value_has_buffer(bound[0]))
        return raise(EXC(TypeError), "a bytes-like object is required, not '%T'", bound[0]);
    value view = call_1(value_of(TYPE(MEMORYVIEW)), bound[0]);
    struct pickle_buffer *self = view ? (struct pickle_buffer *)object_new(type, sizeof *self) : NULL;
    if (!self) {
        value_dec(view);
        return NULL;
    }
    slot_init(&self->view, view);
    slot_init(&self->base, value_inc(bound[0]));
    return value_of(self);
}

/* The view, owned; NULL with ValueError. */
static value view_of(value v)
{
    value view = slot_load(&SELF(v)->header, &SELF(v)->view);
    return is_none(view) ? raise(EXC(ValueError), "operation forbidden on released PickleBuffer object") : view;
}
bool pickle_buffer_open(value v, struct buffer *b)
{
    value view = view_of(v);
    bool done = view && buffer_get(view, b, BUFFER_STRIDES);
    value_dec(view); /* the buffer holds what it needs */
    return done;
}
static int pickle_buffer_buffer(value v, struct buffer *b, int flags)
{
    value base = slot_load(&SELF(v)->header, &SELF(v)->base); /* who the memory belongs to, for all to see */
    if (is_none(base))
        return raise_int(EXC(ValueError), "operation forbidden on released PickleBuffer object");
    bool done = buffer_get(base, b, flags);
    value_dec(base);
    return done ? 0 : -1;
}

static value pickle_buffer_raw(value v)
{
    value view = view_of(v), raw = NULL;
    struct buffer b;
    if (!view)
        return NULL;
    if (buffer_get(view, &b, BUFFER_STRIDES)) {
        bool contiguous = buffer_is_contiguous(&b, false) || buffer_is_contiguous(&b, true);
        bool c_order = buffer_is_contiguous(&b, false);
        buffer_release(&b);
        if (!contiguous)
            raise(EXC(BufferError), "cannot extract raw buffer from non-contiguous buffer");
        else if (c_order)
            raw = call_method_1(view, NAME(cast), NAME(B));
        else
            raise(EXC(BufferError), "cannot extract raw buffer from this kind of buffer");
    }
    value_dec(view);
    return raw;
}
static value pickle_buffer_release_method(value v)
{
    value view = slot_exchange(&SELF(v)->view, VALUE_NONE);
    value base = slot_exchange(&SELF(v)->base, VALUE_NONE);
    value released = is_none(view) ? VALUE_NONE : call_method_0(view, NAME(release));
    if (!released)
        error_clear(); /* somebody else looks at it still, and gives it back */
    value_dec(released);
    value_dec(view);
    value_dec(base);
    return VALUE_NONE;
}
static void pickle_buffer_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct pickle_buffer *)o)->view);
    trace_slot(trace, &((struct pickle_buffer *)o)->base);
}
static void pickle_buffer_destroy(struct object *o)
{
    slot_drop(&((struct pickle_buffer *)o)->view);
    slot_drop(&((struct pickle_buffer *)o)->base);
}
static const struct method_def pickle_buffer_methods[] = {
    METHOD(
        "raw", pickle_buffer_raw, "($self, /)",
        "Return a memoryview of the raw memory underlying this buffer.\n\nWill raise BufferError is the buffer isn't "
        "contiguous."),
    METHOD("release", pickle_buffer_release_method, "($self, /)",
           "Release the underlying buffer exposed by the PickleBuffer object."),
    {0},
};
const struct type_spec pickle_buffer_spec = {
    .name = "pickle.PickleBuffer",
    .doc = "Wrapper for potentially out-of-band buffers",
    .size = sizeof(struct pickle_buffer),
    .flags = TYPE_FLAG_BASE | TYPE_FLAG_WEAKREF,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = pickle_buffer_traverse,
    .destroy = pickle_buffer_destroy,
    .slots = {.new = pickle_buffer_new, .buffer = pickle_buffer_buffer},
    .methods = pickle_buffer_methods,
};

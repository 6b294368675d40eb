/*
 * Traversal for other purposes than collecting: gc.get_objects and gc.get_referents.
 */
#include "gc/trace.h"

static void visit_one(struct gc_trace *trace, value v)
{
    struct referents *walk = (struct referents *)trace;
    if (walk->stopped || !value_is_object(v) || !v)
        return;
    walk->stopped = !walk->visit(value_inc(v), walk->context);
}

/* Counted references are passed: `visit` owns what it gets. */
void gc_walk_referents(struct object *object, bool (*visit)(value referent, void *context), void *context)
{
    struct referents walk = {.trace.visit = visit_one, .visit = visit, .context = context};
    struct object_type *type = object_type(object);
    object_lock(object);
    if (type->traverse)
        type->traverse(object, &walk.trace);
    object_unlock(object);
    if ((type->gc_flags & TYPE_GC_COUNTED) && !walk.stopped)
        visit(value_inc(value_of(type)), context);
}

void gc_walk(bool (*visit)(struct object *object, void *context), void *context)
{
    (void)visit;
    (void)context;
}

void trace_value(struct gc_trace *trace, value v)
{
    trace->visit(trace, v);
}

void trace_slots(struct gc_trace *trace, const value_slot *slots, size_t count)
{
    if (trace_disturbed(trace))
        return;
    for (size_t i = 0; i < count; i++)
        trace->visit(trace, atomic_load_explicit((value_slot *)&slots[i], memory_order_relaxed));
}

void *trace_storage(struct gc_trace *trace, void *const _Atomic *pointer)
{
    void *storage = atomic_load_explicit(pointer, memory_order_acquire);
    return trace_disturbed(trace) ? NULL : storage;
}

bool trace_disturbed(struct gc_trace *trace)
{
    return trace->disturbed && trace->disturbed(trace);
}

/*
 * Traversal for other purposes than collecting: gc.get_objects and gc.get_referents.
 */
#include "gc/collector.h"
#include "gc/trace.h"
#include "threads/pause.h"

#include <stdlib.h>

/* Referents are gathered, counted, while the object's lock is held; the visitor hears of them afterwards, because it
   may run any code. Not every slot is changed under the lock only: what is dead by now is left out. */
static void gather(struct gc_trace *trace, value v)
{
    struct referents *found = (struct referents *)trace;
    if (!value_is_object(v) || !v)
        return;
    if (found->count == found->capacity) {
        size_t capacity = found->capacity ? found->capacity * 2 : 16;
        value *grown = realloc(found->values, capacity * sizeof *grown);
        if (!grown)
            return; /* a list that lacks some, rather than none */
        found->values = grown;
        found->capacity = capacity;
    }
    if (rc_try_inc(value_object(v)))
        found->values[found->count++] = v;
}

void gc_walk_referents(struct object *object, bool (*visit)(value referent, void *context), void *context)
{
    struct referents found = {.trace.visit = gather};
    struct object_type *type = object_type(object);
    object_lock(object);
    if (type->traverse)
        type->traverse(object, &found.trace);
    object_unlock(object);
    if (type->gc_flags & TYPE_GC_COUNTED)
        gather(&found.trace, value_of(type));
    size_t i = 0;
    while (i < found.count && visit(found.values[i++], context))
        ;
    while (i < found.count)
        value_dec(found.values[i++]);
    free(found.values);
}

/* As for a cycle: the pages that saw allocation since the last one, or are about to. */
static bool is_young(struct page *page)
{
    return atomic_load_explicit(&page->touched, memory_order_relaxed) ||
           atomic_load_explicit(&page->allocating, memory_order_relaxed);
}

/* What a walk visits. */
struct walk {
    bool (*visit)(struct object *object, void *context);
    void *context;
    bool young, old;
};

static bool walk_range(size_t from, size_t to, const struct walk *walk)
{
    for (size_t i = from; i < to; i++) {
        thread_report(); /* each page is looked at by itself */
        struct page *page = &pages[i];
        uint8_t kind = atomic_load_explicit(&page->kind, memory_order_acquire);
        if ((kind != KIND_CONTAINER && kind != KIND_TYPE) || !(is_young(page) ? walk->young : walk->old))
            continue;
        uint32_t fresh = atomic_load_explicit(&page->fresh, memory_order_acquire);
        for (uint32_t k = 0; k < fresh; k++) {
            struct object *o = page_object(page, k);
            if (object_type_ref(o) == 0 || page_is_frozen(page, k) || !rc_try_inc(o))
                continue;
            bool go_on = walk->visit(o, walk->context);
            rc_dec(o);
            if (!go_on)
                return false;
        }
    }
    return true;
}

static void walk_heap(const struct walk *walk)
{
    size_t types_end, others_end;
    bool *no_code = &slot_heap(thread_self)->no_code, before = *no_code;
    collector_exclude();
    *no_code = true; /* code that runs now might wait for the collector */
    pages_extent(&types_end, &others_end);
    if (walk_range(WELL_KNOWN_PAGES, types_end, walk))
        walk_range(TYPE_PAGES, others_end, walk);
    *no_code = before;
    collector_admit();
}

void gc_walk(bool (*visit)(struct object *object, void *context), void *context)
{
    walk_heap(&(struct walk){visit, context, true, true});
}

void gc_walk_generation(enum gc_generation generation, bool (*visit)(struct object *object, void *context),
                        void *context)
{
    walk_heap(&(struct walk){visit, context, generation == GC_YOUNG, generation == GC_FULL});
}

void gc_walk_settle(void)
{
    if (thread_is_alone())
        return;
    thread_enter_blocking();
    grace_wait();
    thread_leave_blocking();
}

void trace_value(struct gc_trace *trace, value v)
{
    trace->visit(trace, v);
}

GC_READS_RACILY void trace_slots(struct gc_trace *trace, const value_slot *slots, size_t count)
{
    if (trace_disturbed(trace))
        return;
    for (size_t i = 0; i < count; i++) {
        value v = atomic_load_explicit((value_slot *)&slots[i], memory_order_relaxed);
        if (value_is_object(v) && v)
            trace->visit(trace, v);
    }
}

GC_READS_RACILY void *trace_storage(struct gc_trace *trace, void *const _Atomic *pointer)
{
    void *storage = atomic_load_explicit(pointer, memory_order_acquire);
    return trace_disturbed(trace) ? NULL : storage;
}

bool trace_disturbed(struct gc_trace *trace)
{
    return trace->disturbed && trace->disturbed(trace);
}

/*
 * Dying: what happens when a count has reached zero.
 *
 * In this order: the finalizer, once, with the count held at one, so that it may resurrect the object; weak references
 * are cleared, and their callbacks run; the type's destroy drops what the object held; the block is freed.
 *
 * destroy drops references, so deaths nest. Beyond a small depth the dying are put aside (the trashcan, per slot) and
 * destroyed when the outermost death is over: a chain of a million objects needs no stack. A dying object is looked at
 * by nobody, and its counts say so in `shared` alone (MERGED, zero): its lock byte and its local count are free to link
 * it, so no memory is needed to die. D stays set in both words.
 */
#include "gc/heap.h"
#include "threads/contention.h"
#include "threads/pause.h"

#define NESTED_DEATHS 40 /* each takes a few hundred bytes of C stack */

void dying_link(struct object *o, struct object *next)
{
    uint64_t distance = next ? (uint64_t)((char *)next - region) / 16 : 0;
    atomic_store_explicit(&o->shared, SHARED_MERGED | SHARED_DISTURBED, memory_order_relaxed);
    atomic_store_explicit(&o->owner, THREAD_NOBODY, memory_order_relaxed);
    atomic_store_explicit(&o->lock, (uint8_t)(distance >> 31), memory_order_relaxed);
    atomic_store_explicit(&o->local, (uint32_t)(distance << 1) | LOCAL_DISTURBED, memory_order_release);
}

struct object *dying_next(struct object *o)
{
    uint64_t distance = (uint64_t)atomic_load_explicit(&o->lock, memory_order_relaxed) << 31 |
                        atomic_load_explicit(&o->local, memory_order_acquire) >> 1;
    atomic_store_explicit(&o->lock, 0, memory_order_relaxed);
    atomic_store_explicit(&o->local, LOCAL_DISTURBED, memory_order_relaxed);
    return distance ? (struct object *)(region + distance * 16) : NULL;
}

/* Run the finalizer with one reference held. False: the object lives on. */
static bool finalize(struct object *o, void (*finalizer)(struct object *))
{
    uint32_t shared = atomic_load_explicit(&o->shared, memory_order_relaxed);
    atomic_fetch_or_explicit(&o->flags, OBJECT_FINALIZED, memory_order_relaxed);
    if (shared & SHARED_MERGED) {
        atomic_store_explicit(&o->shared, SHARED_MERGED | SHARED_ONE | SHARED_DISTURBED, memory_order_release);
    } else {
        atomic_store_explicit(&o->local, LOCAL_ONE | LOCAL_DISTURBED, memory_order_relaxed);
    }
    finalizer(o);
    return rc_release(o);
}

void object_destroy(struct object *o)
{
    struct object_type *type = object_type(o);
    bool counted = type->gc_flags & TYPE_GC_COUNTED;
    /* Nobody else has it any more, so the storage behind it need not wait for readers: make it the caller's own and
       private again. (The collector may be reading it: D is set, so it will not believe what it reads.) */
    uint8_t flags = atomic_load_explicit(&o->flags, memory_order_relaxed);
    atomic_store_explicit(&o->flags, flags & (uint8_t)~OBJECT_SHARED, memory_order_relaxed);
    atomic_store_explicit(&o->owner, thread_self->id, memory_order_relaxed);
    if (type->destroy)
        type->destroy(o);
    if (unlikely(counted))
        rc_dec(&type->header);
}

static void die(struct object *o)
{
    uint8_t flags = atomic_load_explicit(&o->flags, memory_order_relaxed);
    void (*finalizer)(struct object *) = type_finalizer(object_type(o));
    if (unlikely(finalizer != NULL) && !(flags & OBJECT_FINALIZED)) {
        if (must_not_run_code(thread_self)) {
            pending_add_dying(o);
            return;
        }
        if (!finalize(o, finalizer))
            return;
        flags = atomic_load_explicit(&o->flags, memory_order_relaxed);
    }
    if (unlikely(flags & OBJECT_WEAK))
        weak_clear_dying(o);
    object_destroy(o);
    heap_free(o);
}

/* Before the outermost death is over. */
static __attribute__((noinline)) void empty_trashcan(struct slot_heap *heap)
{
    while (heap->dying) {
        struct object *o = heap->dying;
        heap->dying = dying_next(o);
        die(o);
        thread_report();
    }
}

void object_die(struct object *o)
{
    struct slot_heap *heap = slot_heap(thread_self);
    if (unlikely(heap->dying_depth >= NESTED_DEATHS)) {
        dying_link(o, heap->dying);
        heap->dying = o;
        return;
    }
    heap->dying_depth++;
    if (unlikely(page_of(o)->home != thread_self->id))
        contention_tell(CONTENTION_FREED, o, 0);
    die(o);
    if (heap->dying_depth == 1 && heap->dying)
        empty_trashcan(heap);
    heap->dying_depth--;
}

/* With members to drop: the trashcan may be needed. */
void destroy_plain(struct object *o, struct object_type *type)
{
    struct slot_heap *heap = slot_heap(thread_self);
    if (unlikely(heap->dying_depth >= NESTED_DEATHS)) {
        object_die(o);
        return;
    }
    heap->dying_depth++;
    type->destroy(o);
    if (unlikely(type->gc_flags & TYPE_GC_COUNTED))
        rc_dec(&type->header);
    heap_free_mine(o);
    if (unlikely(heap->dying != NULL) && heap->dying_depth == 1)
        empty_trashcan(heap);
    heap->dying_depth--;
}

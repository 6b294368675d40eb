/*
 * Heap slots and object locks: the slow paths.
 *
 * Reading a slot that others write is optimistic and takes no lock (after PEP 703). The reader holds a raw pointer v
 * that was in the slot a moment ago; its block's header stays readable until the reader's next quiescent point.
 * Counting v is a compare-and-swap that fails on the dead, and an owner's last uncount is an atomic operation on the
 * same word, so what was counted is alive and really counted, if perhaps a newer object in the same block. Hence the
 * second look at the slot; and hence the undo is an ordinary rc_dec.
 */
#include "gc/heap.h"
#include "threads/contention.h"
#include "threads/watched.h"

value slot_load_slow(struct object *container, value_slot *slot)
{
    (void)container;
    for (;;) {
        value v = atomic_load_explicit(slot, memory_order_seq_cst);
        if (!value_is_object(v) || !v)
            return v;
        if (!rc_try_inc(value_object(v)))
            continue; /* it died since, so the slot has changed or is about to */
        if (atomic_load_explicit(slot, memory_order_seq_cst) == v)
            return v;
        rc_dec(value_object(v));
    }
}

value slot_load_out_of_line(struct object *container, value_slot *slot)
{
    return slot_load(container, slot);
}

/* What a thread of the runtime's own locked last. */
static struct object *_Atomic background_lock;

void object_lock_slow(struct object *o)
{
    if (!object_is_mine(o))
        object_reveal(o);
    chaos_point();
    /* (It is noted as held where object_lock was called.) */
    if (unlikely(!(byte_try_lock)(&o->lock))) {
        _Atomic bool background = atomic_load_explicit(&background_lock, memory_order_relaxed) == o;
        int64_t contended = contention_begin();
        watched_byte_lock(&o->lock, &background);
        contention_end(CONTENTION_OBJECT, o, contended);
    }
    if (unlikely(thread_is_background()))
        atomic_store_explicit(&background_lock, o, memory_order_relaxed);
    chaos_point();
}

void object_share_slow(struct object *o)
{
    object_lock_slow(o);
    atomic_fetch_or_explicit(&o->flags, OBJECT_SHARED, memory_order_release);
    (byte_unlock)(&o->lock);
}

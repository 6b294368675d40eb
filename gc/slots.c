/*
 * Heap slots and object locks: the slow paths.
 *
 * Reading a slot that others write (PEP 703's optimistic read, with a difference: no lock). The reader holds a raw
 * pointer v that was in the slot a moment ago. If v is not visible to others yet, its owner may be ending its count
 * without an atomic operation at this moment, so the reader must not count it. It makes v visible first and looks at
 * the slot again:
 *
 *     reader:  shared |= VISIBLE;  read slot          writer and owner:  overwrite slot;  read shared when local ends
 *
 * All four are sequentially consistent or have a full barrier between them (the exchange of slot_exchange, the release
 * of a byte lock): if the reader still finds v in the slot, the owner will find VISIBLE and end its count atomically.
 * If not, the bit was set on a block that may be dead or anew in use, and does nothing but make that one's end slower.
 * Then the count is taken with a compare-and-swap that fails on the dead, and the slot is read once more; if it
 * changed, what was counted was alive, if perhaps another object, and is dropped in order.
 */
#include "gc/heap.h"

value slot_load_slow(struct object *container, value_slot *slot)
{
    (void)container;
    for (;;) {
        value v = atomic_load_explicit(slot, memory_order_seq_cst);
        if (!value_is_object(v) || !v)
            return v;
        struct object *o = value_object(v);
        if (!object_is_mine(o)) {
            rc_make_visible(o);
            if (atomic_load_explicit(slot, memory_order_seq_cst) != v)
                continue;
        }
        if (!rc_try_inc(o))
            continue; /* it died since, so the slot changed */
        if (atomic_load_explicit(slot, memory_order_seq_cst) == v)
            return v;
        rc_dec(o);
    }
}

void object_share_slow(struct object *o)
{
    byte_lock(&o->lock);
    atomic_fetch_or_explicit(&o->flags, OBJECT_SHARED, memory_order_release);
    byte_unlock(&o->lock);
}

void object_lock_two(struct object *a, struct object *b)
{
    if (a > b) {
        struct object *swap = a;
        a = b;
        b = swap;
    }
    object_lock(a);
    if (a != b)
        object_lock(b);
}

void object_unlock_two(struct object *a, struct object *b)
{
    object_unlock(a);
    if (a != b)
        object_unlock(b);
}

/*
 * Counting: what the inline paths of gc.h leave over. Biased counts after Choi, Shull and Torrellas (PACT 2018) and
 * PEP 703; the disturbed mark D is ours.
 *
 * total = local + shared. The owner counts in `local` with plain stores, everybody else in `shared` with
 * compare-and-swap, because D must be set by the same operation that changes the count.
 *
 *   - The owner's local count ends. It writes local = 0 and owner = NOBODY and then sets MERGED in `shared`: from then
 *     on that word is the whole count, and whoever drives it to zero lets the object die. The two stores come first
 *     because after MERGED is set another thread may free the block. That is safe: once local has really ended,
 *     total = shared, so no other thread can drive shared below zero and look for the owner meanwhile.
 *     This atomic operation is needed even where `shared` is zero, because a reader may count the object at any moment
 *     by a pointer that it read from a slot (rc_try_inc): either its count comes first and the object lives, or it
 * finds MERGED with count zero and leaves the block alone. Only a thread that is alone in the process skips it.
 *   - Another thread drives shared below zero. Its reference was counted by the owner, so only the owner can tell
 *     whether it was the last. The thread gives its reference to the owner's merge queue (QUEUED is set, the count does
 *     not change) and further uncounts may make `shared` negative. The owner, or a helper that holds its slot, merges.
 *     The local count cannot end meanwhile without being told so: when it does, the owner leaves the rest to the merge.
 *   - The queue's entry needs 16 bytes. If they cannot be had the object is made immortal: it leaks, which is safe, and
 *     nobody waits.
 *
 * Counts that come near their word's end make the object immortal.
 */
#include "gc/cells.h"
#include "threads/contention.h"

#include <stdlib.h>

#define SHARED_COUNT_LIMIT ((int32_t)1 << 25) /* shared counts beyond this, up or down, make the object immortal */

void heap_make_immortal(struct object *o)
{
    atomic_fetch_or_explicit(&o->flags, OBJECT_IMMORTAL | OBJECT_SHARED, memory_order_release);
    /* Another owner stays what it is: it may be in a section of the object. */
    if (object_is_mine(o))
        atomic_store_explicit(&o->owner, THREAD_NOBODY, memory_order_release);
}

int64_t object_count(const struct object *o)
{
    uint32_t shared = atomic_load_explicit(&o->shared, memory_order_acquire);
    if (shared & SHARED_MERGED)
        return shared_count(shared);
    if (shared & SHARED_SHARDED)
        return cells_sum(shared >> SHARED_SHIFT, false) +
               (int64_t)(atomic_load_explicit(&o->local, memory_order_relaxed) >> 1);
    return shared_count(shared) + (int64_t)(atomic_load_explicit(&o->local, memory_order_relaxed) >> 1);
}

size_t rc_count(struct object *o)
{
    int64_t count = object_is_immortal(o) ? UINT32_MAX : object_count(o);
    return count > 0 ? (size_t)count : 0;
}

/* ---- up ---- */

static inline void flag_shared(struct object *o)
{
    if (unlikely(!(atomic_load_explicit(&o->flags, memory_order_relaxed) & OBJECT_SHARED)))
        atomic_fetch_or_explicit(&o->flags, OBJECT_SHARED, memory_order_release);
}

/* One try to change the shared count from *old, which is read anew where another thread was faster. */
static inline bool change_shared(struct object *o, uint32_t *old, uint32_t next, memory_order order)
{
    chaos_point();
    if (likely(atomic_compare_exchange_strong_explicit(&o->shared, old, next, order, memory_order_relaxed)))
        return true;
    contention_tell(CONTENTION_COUNT, o, 0);
    return false;
}

static void inc_shared(struct object *o, uint32_t old)
{
    if ((object_type(o)->gc_flags & TYPE_GC_SHARDABLE) && cells_shard(o))
        old = atomic_load_explicit(&o->shared, memory_order_relaxed);
    do {
        if (unlikely(old & SHARED_SHARDED)) {
            cells_add(old >> SHARED_SHIFT, 1);
            return;
        }
        CHECK(!((old & SHARED_MERGED) && shared_count(old) <= 0), o, "counted when it was dead");
    } while (!change_shared(o, &old, (old + SHARED_ONE) | SHARED_DISTURBED, memory_order_relaxed));
    if (unlikely(shared_count(old) >= SHARED_COUNT_LIMIT))
        heap_make_immortal(o);
    flag_shared(o);
}

void rc_inc_slow(struct object *o)
{
    uint32_t shared = atomic_load_explicit(&o->shared, memory_order_relaxed);
    if (likely(shared & SHARED_SHARDED))
        cells_add(shared >> SHARED_SHIFT, 1);
    else if (object_is_immortal(o))
        return;
    else if (object_is_mine(o)) /* the local count is near its end */
        heap_make_immortal(o);
    else
        inc_shared(o, shared);
}

bool rc_try_inc_slow(struct object *o)
{
    uint32_t old;
    chaos_point();
    for (;;) {
        uint32_t local = atomic_load_explicit(&o->local, memory_order_seq_cst);
        old = atomic_load_explicit(&o->shared, memory_order_seq_cst);
        if (old & SHARED_SHARDED) { /* alive until the collector condemns it, and then this is the mark that saves it */
            cells_add(old >> SHARED_SHIFT, 1);
            return true;
        }
        if (object_is_immortal(o))
            return true;
        if (!(old & SHARED_MERGED) && unlikely(!page_was_shown(o)) && !object_is_mine(o)) {
            page_show(o); /* and read both counts after it; each time anew, for the block may be in its next life */
            continue;
        }
        if (shared_count(old) <= 0 && ((old & SHARED_MERGED) || (local < LOCAL_ONE && !(old & SHARED_QUEUED))))
            return false; /* dead, or dying */
        if (change_shared(o, &old, (old + SHARED_ONE) | SHARED_DISTURBED, memory_order_seq_cst))
            break;
    }
    chaos_point(); /* before the caller's second look */
    if (unlikely(shared_count(old) >= SHARED_COUNT_LIMIT))
        heap_make_immortal(o);
    flag_shared(o);
    if (unlikely(object_type(o)->gc_flags & TYPE_GC_SHARDABLE) && !object_is_mine(o))
        cells_shard(o); /* the count that was just taken moves along */
    return true;
}

void rc_shard(struct object *o)
{
    if (!object_is_lasting(o) && (object_type(o)->gc_flags & TYPE_GC_SHARDABLE))
        cells_shard(o);
}

void rc_shard_part(struct object *o)
{
    if (!object_is_lasting(o))
        cells_shard(o);
}

void rc_merge_newborn(struct object *o)
{
    uint32_t count = atomic_load_explicit(&o->local, memory_order_relaxed) >> 1;
    if (!object_is_mine(o))
        return;
    atomic_store_explicit(&o->local, LOCAL_DISTURBED, memory_order_relaxed);
    atomic_store_explicit(&o->owner, THREAD_NOBODY, memory_order_relaxed);
    /* A reader that followed a pointer to the block's former life may have counted
       it, and is about to take that back. */
    uint32_t old = atomic_load_explicit(&o->shared, memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(&o->shared, &old,
                                                  (old + (count << SHARED_SHIFT)) | SHARED_MERGED | SHARED_DISTURBED,
                                                  memory_order_release, memory_order_relaxed))
        ;
}

void rc_shard_newborn(struct object *o)
{
    if (!(object_type(o)->gc_flags & TYPE_GC_SHARDABLE))
        return;
    rc_merge_newborn(o);
    rc_shard(o);
}

/* ---- the merge queue ---- */

/* Merge one object that was queued: the queue's reference goes, and so does the bias. True: it is dead. */
static bool merge_object(struct object *o)
{
    if (object_is_immortal(o))
        return false;
    uint32_t old = atomic_load_explicit(&o->shared, memory_order_relaxed);
    CHECK(old & SHARED_QUEUED, o, "merged without having been queued");
    int64_t local = atomic_load_explicit(&o->local, memory_order_relaxed) >> 1;
    atomic_store_explicit(&o->local, LOCAL_DISTURBED, memory_order_relaxed);
    atomic_store_explicit(&o->owner, THREAD_NOBODY, memory_order_relaxed);
    int64_t count;
    uint32_t merged;
    chaos_point();
    do {
        CHECK(!(old & SHARED_SHARDED), o, "switched to cells while it waited to be merged");
        count = shared_count(old) + local - 1;
        CHECK(count >= 0, o, "more references dropped than there were");
        if (unlikely(count > SHARED_COUNT_LIMIT)) {
            heap_make_immortal(o);
            return false;
        }
        merged = (uint32_t)count << SHARED_SHIFT | SHARED_MERGED | SHARED_DISTURBED;
    } while (
        !atomic_compare_exchange_weak_explicit(&o->shared, &old, merged, memory_order_acq_rel, memory_order_relaxed));
    return count == 0;
}

/* Merge what waits for the slot, without letting anything die yet: the dead are left in the entries, the others'
   entries are emptied. */
static struct queue_entry *merge_counts(struct thread_slot *slot)
{
    struct queue_entry *entries = atomic_exchange_explicit(&slot_heap(slot)->queue, NULL, memory_order_seq_cst);
    for (struct queue_entry *entry = entries; entry; entry = entry->next)
        if (!merge_object(entry->object))
            entry->object = NULL;
    return entries;
}

static void bury(struct queue_entry *entries)
{
    while (entries) {
        struct queue_entry *next = entries->next;
        if (entries->object)
            object_die(entries->object);
        free(entries);
        entries = next;
    }
}

void queue_merge(struct thread_slot *slot)
{
    bury(merge_counts(slot));
}

/* Act for the slot if its thread cannot. What died is buried after the slot was let go: that may run any code. */
void queue_help(struct thread_slot *slot)
{
    if (!thread_try_help(slot))
        return;
    atomic_fetch_and_explicit(&slot->poll, ~(uint32_t)THREAD_POLL_QUEUE, memory_order_seq_cst);
    struct queue_entry *dead = merge_counts(slot);
    thread_end_help(slot); /* comes back here when more was queued meanwhile */
    bury(dead);
}

/* The caller's reference to `o` now belongs to the queue. */
static void queue_object(struct object *o, uint16_t owner)
{
    struct thread_slot *slot = thread_slot_at(owner);
    struct slot_heap *heap = slot_heap(slot);
    contention_tell(CONTENTION_FREED, o, 0);
    struct queue_entry *entry = malloc(sizeof *entry);
    if (!entry) {
        heap_make_immortal(o);
        return;
    }
    entry->object = o;
    entry->next = atomic_load_explicit(&heap->queue, memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(&heap->queue, &entry->next, entry, memory_order_seq_cst,
                                                  memory_order_relaxed))
        ;
    chaos_point();
    /* Then the bit, then the state: see safepoint.c. */
    if (!(atomic_load_explicit(&slot->poll, memory_order_seq_cst) & THREAD_POLL_QUEUE))
        atomic_fetch_or_explicit(&slot->poll, THREAD_POLL_QUEUE, memory_order_seq_cst);
    if (atomic_load_explicit(&slot->state, memory_order_seq_cst) != THREAD_RUNNING)
        queue_help(slot);
}

/* ---- down ---- */

static bool release_shared(struct object *o)
{
    chaos_point();
    uint32_t old = atomic_load_explicit(&o->shared, memory_order_relaxed);
    for (;;) {
        uint32_t next;
        bool queue = false;
        if (old & SHARED_SHARDED) { /* the collector alone frees it */
            cells_add(old >> SHARED_SHIFT, -1);
            return false;
        }
        if (old & SHARED_MERGED) {
            CHECK(shared_count(old) > 0, o, "more references dropped than there were");
            next = (old - SHARED_ONE) | SHARED_DISTURBED;
        } else if (shared_count(old) <= 0 && !(old & SHARED_QUEUED)) {
            next = old | SHARED_QUEUED | SHARED_DISTURBED;
            queue = true;
        } else {
            next = (old - SHARED_ONE) | SHARED_DISTURBED;
        }
        uint16_t owner = atomic_load_explicit(&o->owner, memory_order_relaxed); /* before the object can be gone */
        if (!change_shared(o, &old, next, memory_order_acq_rel))
            continue;
        if (queue && likely(owner != THREAD_NOBODY)) /* else it was made immortal at this moment */
            queue_object(o, owner);
        else if (unlikely(shared_count(next) < -SHARED_COUNT_LIMIT))
            heap_make_immortal(o);
        return (next & SHARED_MERGED) && shared_count(next) == 0;
    }
}

/* The owner has dropped all references that it counted, and others may have some: they alone count from here on. `old`
   is what the shared count was seen to be. True: it was the last. */
static bool release_bias(struct object *o, uint32_t old)
{
    atomic_store_explicit(&o->local, LOCAL_DISTURBED, memory_order_relaxed);
    atomic_store_explicit(&o->owner, THREAD_NOBODY, memory_order_relaxed);
    chaos_point();
    while (!atomic_compare_exchange_weak_explicit(&o->shared, &old, old | SHARED_MERGED | SHARED_DISTURBED,
                                                  memory_order_acq_rel, memory_order_relaxed))
        if (old & SHARED_SHARDED)
            return false; /* switched at this moment */
    CHECK(shared_count(old) >= 0, o, "more references dropped than there were");
    if (shared_count(old) != 0)
        return false;
    heap_avoid(page_of(o));
    return true;
}

/* The owner drops the last reference that it counted, where nobody else has any: the object is dead if nobody else
   looks into its page. Then no other thread can be about to count it. */
static inline bool release_unseen(struct object *o)
{
    atomic_store_explicit(&o->local, LOCAL_DISTURBED, memory_order_relaxed);
    atomic_signal_fence(memory_order_seq_cst); /* the others' part of the barrier is in page_show */
    return likely(thread_is_alone() || object_is_unseen(o));
}

/* The owner drops the last reference that it counted. */
static bool release_local_end(struct object *o)
{
    CHECK(atomic_load_explicit(&o->local, memory_order_relaxed) >= LOCAL_ONE ||
              atomic_load_explicit(&o->shared, memory_order_relaxed) & (SHARED_QUEUED | SHARED_SHARDED),
          o, "more references dropped than there were");
    /* Acquire: what others did with the object before they dropped it happens before its death. (They may have counted
       it without showing themselves at its page, from a reference that was theirs.) */
    uint32_t old = atomic_load_explicit(&o->shared, memory_order_acquire);
    if (likely((old & ~SHARED_DISTURBED) == 0) && release_unseen(o))
        return true;
    if (old & (SHARED_QUEUED | SHARED_SHARDED)) {
        /* The merge that is to come, or the collector, judges; `local` may well begin anew until then. */
        uint32_t local = atomic_load_explicit(&o->local, memory_order_relaxed);
        if (local < LOCAL_ONE)
            return release_shared(o); /* counted by others, dropped here */
        atomic_store_explicit(&o->local, (local - LOCAL_ONE) | LOCAL_DISTURBED, memory_order_relaxed);
        return false;
    }
    return release_bias(o, old);
}

bool rc_release(struct object *o)
{
    if (unlikely(object_is_immortal(o)))
        return false;
    CHECK(object_type_ref(o) != 0, o, "dropped when it was dead");
    if (!object_is_mine(o))
        return release_shared(o);
    uint32_t local = atomic_load_explicit(&o->local, memory_order_relaxed);
    if (unlikely(local >= 2 * LOCAL_ONE)) {
        atomic_store_explicit(&o->local, (local - LOCAL_ONE) | LOCAL_DISTURBED, memory_order_relaxed);
        return false;
    }
    return release_local_end(o);
}

/* The last reference of a thread's own object, into whose page others look, is gone. */
static __attribute__((noinline)) void die_seen(struct object *o)
{
    if (release_bias(o, atomic_load_explicit(&o->shared, memory_order_acquire)))
        object_die(o);
}

/* Most objects die as they lived: one thread's, flagged by nobody. */
void rc_dec_slow(struct object *o)
{
    struct thread_slot *self = thread_self;
    const uint8_t flagged = OBJECT_SHARED | OBJECT_IMMORTAL | OBJECT_WEAK;
    uint32_t shared = atomic_load_explicit(&o->shared, memory_order_acquire); /* see release_local_end */
    uint64_t head = atomic_load_explicit(&o->head, memory_order_relaxed);
    if (likely((shared & ~SHARED_DISTURBED) == 0 &&
               (head & OBJECT_HEAD(0, UINT16_MAX, flagged)) == OBJECT_HEAD(0, self->id, 0) &&
               (atomic_load_explicit(&o->local, memory_order_relaxed) & ~LOCAL_DISTURBED) == LOCAL_ONE)) {
        if (likely(release_unseen(o)))
            object_die_plain(o, type_from_ref((uint32_t)head));
        else
            die_seen(o);
        return;
    }
    if (head & OBJECT_HEAD(0, 0, OBJECT_IMMORTAL))
        return;
    if ((shared & SHARED_SHARDED) && likely(!object_is_mine(o))) /* the collector alone frees it */
        cells_add(shared >> SHARED_SHIFT, -1);
    else if (rc_release(o))
        object_die(o);
}

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
#include <time.h>

#define SHARED_COUNT_LIMIT ((int32_t)1 << 24) /* shared counts beyond this, up or down, make the object immortal */

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

/* ---- what is hot ---- */

/*
 * A merged word tells which slot counted there last. Another one that counts *meets* it: the cache line had to travel,
 * which takes some 100 ns. What a thread meets so MEETINGS times within HEAT_MS is hot and gets sharded counts; to
 * switch there and back takes about as long as those meetings. Once is no proof: what is handed from one thread to
 * another is counted by both, and is to die at once.
 * Where an object has an owner, its counting leaves no traces. What another thread counts often is no case for a bias:
 * it is merged, whereupon the owner is met like anybody. One such count in FOREIGN_STEP stands for a meeting.
 * Each slot keeps a place for the object that it met, by hash, until that is hot or its time is over.
 */
#define MEETINGS     8u
#define HEAT_MS      16u
#define FOREIGN_STEP 8u

static bool queue_push(struct object *o, uint16_t owner);

static inline uint32_t my_mark(void)
{
    return thread_self->id * SHARED_SLOT_ONE & SHARED_SLOT;
}

/* The shared word after one count more or less. */
static inline uint32_t changed(uint32_t old, uint32_t amount)
{
    uint32_t next = (old + amount) | SHARED_DISTURBED;
    return old & SHARED_MERGED ? (next & ~SHARED_SLOT) | my_mark() : next;
}

/* Did this thread meet another one at an object whose shared word was that? */
static inline bool is_meeting(uint32_t old)
{
    return old & SHARED_MERGED ? (old & SHARED_SLOT) != my_mark()
                               : ++slot_heap(thread_self)->foreign % FOREIGN_STEP == 0;
}

static uint32_t now_ms(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
    return (uint32_t)time.tv_sec * 1000u + (uint32_t)time.tv_nsec / 1000000u;
}

/* Let the owner merge the object, at its next safepoint, or this thread in its stead at its own (it may hold locks now,
   and what waits in that queue may die then). The queue gets a reference of its own. */
static void ask_to_merge(struct object *o, uint32_t old)
{
    uint16_t owner = atomic_load_explicit(&o->owner, memory_order_relaxed);
    if (owner == THREAD_NOBODY || owner == thread_self->id)
        return; /* it is being merged */
    chaos_point();
    while (!(old & (SHARED_MERGED | SHARED_QUEUED | SHARED_SHARDED)))
        if (atomic_compare_exchange_weak_explicit(&o->shared, &old,
                                                  (old + SHARED_ONE) | SHARED_QUEUED | SHARED_DISTURBED,
                                                  memory_order_acq_rel, memory_order_relaxed)) {
            if (!queue_push(o, owner))
                slot_heap(thread_self)->hot = true;
            break;
        }
}

/* The caller holds a reference. */
static __attribute__((noinline)) void meet(struct object *o)
{
    struct thread_slot *self = thread_self;
    uint32_t number = (uint32_t)object_number(o);
    struct heat *heat = &slot_heap(self)->heat[number * 0x9E3779B1u >> (32 - HEAT_BITS)];
    if (self->background || object_is_immortal(o))
        return;
    contention_tell(CONTENTION_COUNT, o, 0);
    if (heat->object == number && ++heat->meetings < MEETINGS && !chaos_chance(4))
        return;
    uint32_t now = now_ms() & 0xFFFFFF;
    bool cold = ((now - heat->since) & 0xFFFFFF) > HEAT_MS;
    if (heat->object != number || cold) {
        if (!heat->object || cold)
            *heat = (struct heat){.object = number, .meetings = 1, .since = now};
        return;
    }
    heat->object = 0;
    uint32_t old = atomic_load_explicit(&o->shared, memory_order_relaxed);
    if (!(old & SHARED_MERGED))
        ask_to_merge(o, old);
    else if (cells_shard(o, false))
        slot_heap(self)->hot = true;
    if (slot_heap(self)->hot)
        thread_request(self, THREAD_POLL_HELP);
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
    if (unlikely(object_type(o)->gc_flags & TYPE_GC_SHARDABLE) && cells_shard(o, true))
        old = atomic_load_explicit(&o->shared, memory_order_relaxed);
    do {
        if (unlikely(old & SHARED_SHARDED)) {
            cells_add(old >> SHARED_SHIFT, 1);
            return;
        }
        CHECK(!((old & SHARED_MERGED) && shared_count(old) <= 0), o, "counted when it was dead");
    } while (!change_shared(o, &old, changed(old, SHARED_ONE), memory_order_relaxed));
    if (unlikely(shared_count(old) >= SHARED_COUNT_LIMIT))
        heap_make_immortal(o);
    flag_shared(o);
    if (unlikely(is_meeting(old)))
        meet(o);
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
        if (change_shared(o, &old, changed(old, SHARED_ONE), memory_order_seq_cst))
            break;
    }
    chaos_point(); /* before the caller's second look */
    if (unlikely(shared_count(old) >= SHARED_COUNT_LIMIT))
        heap_make_immortal(o);
    flag_shared(o);
    if (unlikely(object_type(o)->gc_flags & TYPE_GC_SHARDABLE) && !object_is_mine(o))
        cells_shard(o, true); /* the count that was just taken moves along */
    else if (unlikely(is_meeting(old)))
        meet(o);
    return true;
}

bool object_keep(struct object *o)
{
    uint32_t shared = atomic_load_explicit(&o->shared, memory_order_acquire);
    if (!(shared & SHARED_SHARDED))
        return object_is_immortal(o);
    if (!(shared & SHARED_LASTING))
        cells_touch(shared >> SHARED_SHIFT);
    return true;
}

void rc_shard(struct object *o)
{
    if (!object_is_lasting(o) && (object_type(o)->gc_flags & TYPE_GC_SHARDABLE))
        cells_shard(o, true);
}

void rc_shard_part(struct object *o)
{
    if (!object_is_lasting(o))
        cells_shard(o, true);
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

/* Merge one object that was queued: the queue's reference goes, and so does the bias; `cells` is what was counted in
   cells. True: it is dead. */
bool queue_merge_object(struct object *o, int64_t cells)
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
        count = shared_count(old) + local + cells - 1;
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
        if (!queue_merge_object(entry->object, 0))
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

void queue_help_idle(void)
{
    for (size_t i = 0, n = thread_slot_count(); i < n; i++) {
        struct thread_slot *slot = thread_slot_at(i);
        if (slot_heap(slot) && atomic_load_explicit(&slot_heap(slot)->queue, memory_order_relaxed) &&
            atomic_load_explicit(&slot->state, memory_order_seq_cst) != THREAD_RUNNING)
            queue_help(slot);
    }
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

/* The caller's reference to `o` now belongs to the queue. False: the owner may not come to it, others should help. */
static bool queue_push(struct object *o, uint16_t owner)
{
    struct thread_slot *slot = thread_slot_at(owner);
    struct slot_heap *heap = slot_heap(slot);
    struct queue_entry *entry = malloc(sizeof *entry);
    if (!entry) {
        heap_make_immortal(o);
        return true;
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
    return atomic_load_explicit(&slot->state, memory_order_seq_cst) == THREAD_RUNNING;
}

static void queue_object(struct object *o, uint16_t owner)
{
    contention_tell(CONTENTION_FREED, o, 0);
    if (!queue_push(o, owner))
        queue_help(thread_slot_at(owner));
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
            next = changed(old, -SHARED_ONE);
        } else if (shared_count(old) <= 0 && !(old & SHARED_QUEUED)) {
            next = old | SHARED_QUEUED | SHARED_DISTURBED;
            queue = true;
        } else {
            next = changed(old, -SHARED_ONE);
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
        if (old & (SHARED_SHARDED | SHARED_QUEUED))
            return false; /* switched or queued at this moment: others judge */
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

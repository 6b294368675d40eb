/*
 * Weak references: uncounted paths to objects.
 *
 * The references to one object form a list that begins in a table keyed by the object's address: an object has no room
 * for a list head. The table is striped; a stripe's lock guards its lists and the fields of the references in them. An
 * object with weak references has OBJECT_WEAK set. weak_load counts with rc_try_inc, which competes with the object's
 * death in one atomic word: either the count comes first and the object lives, or weak_load finds it dead.
 *
 * References are merged when they are attached: the collector, which is no mutator, must be able to hold those whose
 * callbacks are to run even against a thread that is alone and lets its own objects die without atomic operations.
 *
 * Under a stripe's lock nothing blocks, nothing runs Python code, and no reference is dropped.
 */
#include "gc/weak.h"
#include "threads/pause.h"
#include "threads/watched.h"

#include <stdlib.h>
#include <string.h>

struct entry {
    struct object *object; /* NULL: free */
    struct weak_reference *first;
};

/* Open addressing, linear probing; grows at three quarters. Nobody waits until all entries have moved to the larger
   table: each attachment moves a few. */
struct table {
    struct entry *entries;
    size_t capacity, used;
};
static struct stripe {
    _Alignas(64) _Atomic uint8_t lock;
    _Atomic bool background; /* who holds it is a thread of the runtime's own */
    struct table now, before;
    size_t moved; /* places at the beginning of `before` that are empty for good */
} stripes[WEAK_STRIPES];
#define MOVED_AT_ONCE 16 /* places; enough that `before` is empty long before `now` is full */

static uint64_t hash_of(const struct object *o)
{
    return ((uint64_t)(uintptr_t)o >> 4) * 0x9E3779B97F4A7C15u;
}

unsigned weak_stripe_of(const struct object *o)
{
    return (unsigned)(hash_of(o) >> 32) % WEAK_STRIPES;
}

void weak_lock_stripe(unsigned number)
{
    struct stripe *stripe = &stripes[number];
    thread_lock_begin(THREAD_HERE);
    watched_byte_lock(&stripe->lock, &stripe->background);
    atomic_store_explicit(&stripe->background, thread_is_background(), memory_order_relaxed);
}

void weak_unlock_stripe(unsigned stripe)
{
    byte_unlock(&stripes[stripe].lock);
}

static struct stripe *lock_stripe(const struct object *o)
{
    unsigned number = weak_stripe_of(o);
    weak_lock_stripe(number);
    return &stripes[number];
}

/* ---- the table; the stripe is locked ---- */

static size_t home(const struct table *table, const struct object *o)
{
    return (size_t)(hash_of(o) >> 40) & (table->capacity - 1);
}

static struct entry *table_find(struct table *table, const struct object *o)
{
    if (table->used == 0)
        return NULL;
    for (size_t i = home(table, o);; i = (i + 1) & (table->capacity - 1)) {
        if (table->entries[i].object == o)
            return &table->entries[i];
        if (!table->entries[i].object)
            return NULL;
    }
}

static struct entry *find(struct stripe *stripe, const struct object *o)
{
    struct entry *found = table_find(&stripe->now, o);
    return found ? found : table_find(&stripe->before, o);
}

static struct entry *put(struct table *table, struct object *o)
{
    size_t i = home(table, o);
    while (table->entries[i].object)
        i = (i + 1) & (table->capacity - 1);
    table->entries[i] = (struct entry){o, NULL};
    table->used++;
    return &table->entries[i];
}

/* Remove an entry and move back those behind it that would no longer be found (Knuth 6.4, algorithm R). */
static void table_remove(struct table *table, struct entry *entry)
{
    size_t mask = table->capacity - 1, hole = (size_t)(entry - table->entries);
    for (size_t i = (hole + 1) & mask; table->entries[i].object; i = (i + 1) & mask) {
        size_t wanted = home(table, table->entries[i].object);
        if (((i - wanted) & mask) >= ((i - hole) & mask)) {
            table->entries[hole] = table->entries[i];
            hole = i;
        }
    }
    table->entries[hole] = (struct entry){NULL, NULL};
    table->used--;
}

static void remove_entry(struct stripe *stripe, struct entry *entry)
{
    struct table *before = &stripe->before;
    bool old = before->used && entry >= before->entries && entry < before->entries + before->capacity;
    table_remove(old ? before : &stripe->now, entry);
}

static void move_some(struct stripe *stripe)
{
    for (int n = 0; n < MOVED_AT_ONCE && stripe->before.used; n++) {
        struct entry *entry = &stripe->before.entries[stripe->moved], moved = *entry;
        if (moved.object) {
            table_remove(&stripe->before, entry);
            put(&stripe->now, moved.object)->first = moved.first;
        } else {
            stripe->moved++;
        }
    }
}

static bool has_room(const struct stripe *stripe)
{
    return (stripe->now.used + stripe->before.used + 1) * 4 <= stripe->now.capacity * 3;
}

/* Lock the stripe of `o` with room for one more entry. No memory is asked for or given back under the lock. NULL: there
   is none. */
static struct stripe *lock_with_room(const struct object *o)
{
    struct stripe *stripe = lock_stripe(o);
    for (;;) {
        move_some(stripe);
        struct entry *idle = stripe->before.used ? NULL : stripe->before.entries;
        if (idle)
            stripe->before = (struct table){0};
        bool room = has_room(stripe);
        if (room && !idle)
            return stripe;
        size_t capacity = stripe->now.capacity ? stripe->now.capacity * 2 : 16;
        byte_unlock(&stripe->lock);
        free(idle);
        struct entry *entries = room ? NULL : calloc(capacity, sizeof *entries);
        if (!room && !entries)
            return NULL;
        lock_stripe(o);
        if (entries && capacity > stripe->now.capacity && !stripe->before.entries) {
            stripe->before = stripe->now;
            stripe->now = (struct table){entries, capacity, 0};
            stripe->moved = 0;
        } else if (entries) { /* another thread made room meanwhile */
            byte_unlock(&stripe->lock);
            free(entries);
            lock_stripe(o);
        }
    }
}

static void unlink_reference(struct stripe *stripe, struct entry *entry, struct weak_reference *reference)
{
    if (reference->previous)
        reference->previous->next = reference->next;
    else
        entry->first = reference->next;
    if (reference->next)
        reference->next->previous = reference->previous;
    reference->next = reference->previous = NULL;
    atomic_store_explicit(&reference->referent, NULL, memory_order_release);
    if (!entry->first)
        remove_entry(stripe, entry);
}

/* ---- the face ---- */

bool weak_attach(struct weak_reference *reference, struct object *referent)
{
    rc_merge_newborn(&reference->header);
    struct stripe *stripe = lock_with_room(referent);
    if (!stripe)
        return false;
    struct entry *entry = find(stripe, referent);
    if (!entry)
        entry = put(&stripe->now, referent);
    struct weak_reference *before = NULL, *after = entry->first;
    for (; after && after->rank < reference->rank; after = after->next)
        before = after;
    reference->previous = before;
    reference->next = after;
    *(before ? &before->next : &entry->first) = reference;
    if (after)
        after->previous = reference;
    atomic_store_explicit(&reference->referent, referent, memory_order_release);
    atomic_fetch_or_explicit(&referent->flags, OBJECT_WEAK, memory_order_relaxed);
    byte_unlock(&stripe->lock);
    return true;
}

struct weak_reference *weak_find_plain(struct object *referent, struct object_type *type)
{
    if (!(atomic_load_explicit(&referent->flags, memory_order_relaxed) & OBJECT_WEAK))
        return NULL;
    struct weak_reference *found = NULL;
    struct stripe *stripe = lock_stripe(referent);
    struct entry *entry = find(stripe, referent);
    for (struct weak_reference *r = entry ? entry->first : NULL; r && !found; r = r->next)
        if (object_type(&r->header) == type && !slot_peek(&r->callback) && rc_try_inc(&r->header))
            found = r;
    byte_unlock(&stripe->lock);
    return found;
}

struct object *weak_load(struct weak_reference *reference)
{
    struct object *referent = atomic_load_explicit(&reference->referent, memory_order_acquire);
    if (!referent)
        return NULL;
    /* The word may be stale by now, but it names the stripe under which it was or will be cleared. */
    struct stripe *stripe = lock_stripe(referent);
    if (atomic_load_explicit(&reference->referent, memory_order_relaxed) != referent || !rc_try_inc(referent))
        referent = NULL;
    byte_unlock(&stripe->lock);
    return referent;
}

void weak_detach(struct weak_reference *reference)
{
    struct object *referent = atomic_load_explicit(&reference->referent, memory_order_acquire);
    if (!referent)
        return;
    struct stripe *stripe = lock_stripe(referent);
    if (atomic_load_explicit(&reference->referent, memory_order_relaxed) == referent)
        unlink_reference(stripe, find(stripe, referent), reference);
    byte_unlock(&stripe->lock);
}

size_t weak_list(struct object *referent, struct weak_reference **out, size_t max)
{
    if (!(atomic_load_explicit(&referent->flags, memory_order_relaxed) & OBJECT_WEAK))
        return 0;
    size_t count = 0, held = 0;
    struct weak_reference *reference;
    struct stripe *stripe = lock_stripe(referent);
    struct entry *entry = find(stripe, referent);
    for (reference = entry ? entry->first : NULL; reference; reference = reference->next) {
        thread_report_at(count + 1);
        if (held < max) {
            if (!rc_try_inc(&reference->header))
                continue; /* dying */
            out[held++] = reference;
        }
        count++;
    }
    byte_unlock(&stripe->lock);
    return count;
}

/* ---- clearing ---- */

/* Clear all references to the object; the stripe is locked. Those with callbacks that live on are put, held, in front
   of `chain`, linked by `next`. `spared` says which references get no callback (members of the same island). */
struct weak_reference *weak_clear_locked(struct object *o, struct weak_reference *chain,
                                         bool (*spared)(const struct object *reference))
{
    struct stripe *stripe = &stripes[weak_stripe_of(o)];
    struct entry *entry = find(stripe, o);
    struct weak_reference *reference = entry ? entry->first : NULL;
    if (entry)
        remove_entry(stripe, entry);
    struct weak_reference *held = NULL, **end = &held; /* in the list's order: the newest reference is told first */
    while (reference) {
        struct weak_reference *next = reference->next;
        reference->next = reference->previous = NULL;
        atomic_store_explicit(&reference->referent, NULL, memory_order_release);
        if (slot_peek(&reference->callback) && !(spared && spared(&reference->header)) &&
            rc_try_inc(&reference->header)) {
            *end = reference;
            end = &reference->next;
        }
        reference = next;
    }
    *end = chain;
    atomic_fetch_and_explicit(&o->flags, (uint8_t)~OBJECT_WEAK, memory_order_relaxed);
    return held;
}

void weak_run_callbacks(struct weak_reference *chain)
{
    while (chain) {
        struct weak_reference *next = chain->next;
        chain->next = NULL;
        if (gc_hooks.weak_callback)
            gc_hooks.weak_callback(&chain->header);
        rc_dec(&chain->header);
        chain = next;
    }
}

void weak_clear_dying(struct object *o)
{
    struct stripe *stripe = lock_stripe(o);
    struct weak_reference *chain = weak_clear_locked(o, NULL, NULL);
    byte_unlock(&stripe->lock);
    if (!chain)
        return;
    if (must_not_run_code(thread_self))
        pending_add_callbacks(chain);
    else
        weak_run_callbacks(chain);
}

/* Steps: moments of containers, and iterators held while their `next` runs. step.h tells what for. */
#include "runtime/step.h"
#include "runtime/objects/containers/container.h"
#include "runtime/abstract.h"

#include <errno.h>

_Thread_local struct stepping step_self;

/* The upper bits of a thread's numbers: a thread that sits in the slot of an ended one has others than that. */
#define THREAD_BITS_SHIFT 40

void step_attach(void)
{
    static _Atomic uint64_t threads;
    uint64_t thread = atomic_fetch_add_explicit(&threads, 1, memory_order_relaxed) + 1;
    thread &= (UINT64_C(1) << (63 - THREAD_BITS_SHIFT)) - 1;
    step_self = (struct stepping){.moments = thread << THREAD_BITS_SHIFT, .changes = thread << THREAD_BITS_SHIFT};
}

/* ---- moments ---- */
void step_forget_copy(void)
{
    value copied = step_self.copied, copy = step_self.copy;
    step_self.copied = step_self.copy = NULL;
    value_dec(copied);
    value_dec(copy);
}

/* May nobody but the caller see the container? (It may be seen at any time, which then costs a moment's exactness: the
   iterator begins anew.) */
static bool is_unseen(const struct object *o)
{
    return object_is_mine(o) && object_is_unseen(o);
}

/* The container's items now, for the first moment of a sweep: owned. */
static value copy_of(value container, value (*copy)(value container))
{
    if (step_self.copied == container)
        return value_inc(step_self.copy);
    value items = copy(container);
    if (items) {
        uint64_t moment = step_self.moment; /* dropping the last copy may run Python code, which ends the moment */
        step_forget_copy();
        if (step_self.moment == moment) {
            step_self.copied = value_inc(container);
            step_self.copy = value_inc(items);
        }
    }
    return items;
}

/* Outside of sweeps an iterator remembers, as one that was not used yet, what changes its thread had made when it moved
   last. If those are all that it made until now, then others changed the container at some time in between, where they
   could as well have come before or after: a loop of Python over it goes on. */
static enum moment_change change_outside(struct moment *moment, uint64_t number)
{
    uint64_t own = step_self.changes | MOMENT_UNUSED;
    if (number != own)
        store_relaxed(&moment->number, own);
    return number == own ? CHANGE_BEFORE : CHANGE_IS_ERROR;
}

value moment_enter(struct object *iterator, struct moment *moment, value container, value (*copy)(value container),
                   enum moment_change *change)
{
    uint64_t present = step_self.moment, number = load_relaxed(&moment->number);
    *change = CHANGE_IS_ERROR;
    if (number == present && present) {
        *change = CHANGE_BY_OTHERS;
        return slot_peek(&moment->items);
    }
    if (number && !(number & MOMENT_UNUSED) && number >> THREAD_BITS_SHIFT != step_self.moments >> THREAD_BITS_SHIFT)
        return NULL; /* another thread moves it in moments of its own: it is shared, and is in no moment of ours */
    if (!present) {
        *change = change_outside(moment, number);
        return NULL;
    }
    if (number == (step_self.changes | MOMENT_UNUSED))
        *change = CHANGE_BEFORE;
    if (!atomic_compare_exchange_strong_explicit(&moment->number, &number, present, memory_order_relaxed,
                                                 memory_order_relaxed))
        return NULL;
    value items = NULL;
    if (present == step_self.first && !is_unseen(value_object(container))) {
        items = copy_of(container, copy);
        if (!items)
            return VALUE_MISSING;
    }
    if (items || slot_peek(&moment->items))
        slot_store(iterator, &moment->items, value_inc(items));
    value_dec(items);
    return items;
}

/* ---- holding iterators ----
 *
 * The holds of all threads, by the iterator's address. A hold is on its thread's C stack. Who finds a hold of another
 * thread waits until something of the bucket is let go. A thread holds iterators in the order in which they refer to
 * each other, so no two wait for each other in a circle. */
struct held_bucket {
    _Atomic uint8_t lock;
    _Atomic uint32_t releases; /* counts what was let go; waiters park on it */
    uint32_t waiters;          /* under the lock */
    struct held *first;        /* under the lock */
} __attribute__((aligned(128)));

struct held {
    struct step_hold hold;
    struct held *next; /* in the bucket */
    const struct stepping *thread;
};
#define BUCKETS 64
static struct held_bucket buckets[BUCKETS];

static struct held_bucket *bucket_of(const struct object *o)
{
    uintptr_t address = (uintptr_t)o >> 4;
    return &buckets[(address ^ address >> 6 ^ address >> 12) % BUCKETS];
}

/* False: waiting was interrupted, an exception is set. True with nothing held: this thread holds the iterator already.
 */
static bool hold_take(struct held *held, struct object *iterator)
{
    held->hold.iterator = NULL;
    held->thread = &step_self;
    struct held_bucket *bucket = bucket_of(iterator);
    for (;;) {
        byte_lock(&bucket->lock);
        struct held *other = bucket->first;
        while (other && other->hold.iterator != iterator)
            other = other->next;
        if (!other) {
            held->hold.iterator = iterator;
            held->next = bucket->first;
            bucket->first = held;
            byte_unlock(&bucket->lock);
            return true;
        }
        if (other->thread == &step_self) {
            byte_unlock(&bucket->lock);
            return true;
        }
        uint32_t releases = load_relaxed(&bucket->releases);
        bucket->waiters++;
        byte_unlock(&bucket->lock);
        thread_enter_blocking();
        int outcome = thread_park(&bucket->releases, releases, -1);
        thread_leave_blocking();
        byte_lock(&bucket->lock);
        bucket->waiters--;
        byte_unlock(&bucket->lock);
        if (outcome == EINTR && thread_safepoint(thread_self) != 0)
            return false;
    }
}

static void hold_release(struct held *held)
{
    if (!held->hold.iterator)
        return;
    struct held_bucket *bucket = bucket_of(held->hold.iterator);
    byte_lock(&bucket->lock);
    struct held **link = &bucket->first;
    while (*link != held)
        link = &(*link)->next;
    *link = held->next;
    held->hold.iterator = NULL;
    bool wake = bucket->waiters != 0;
    if (wake)
        store_relaxed(&bucket->releases, load_relaxed(&bucket->releases) + 1);
    byte_unlock(&bucket->lock);
    if (wake)
        thread_unpark(&bucket->releases, SIZE_MAX);
}

value step_held(value to_hold, value v, value (*next)(value iterator))
{
    if (thread_is_alone())
        return next(v);
    struct held held;
    if (!hold_take(&held, value_object(to_hold)))
        return NULL;
    held.hold.outer = step_self.holds;
    step_self.holds = &held.hold;
    value item = next(v);
    step_self.holds = held.hold.outer;
    hold_release(&held);
    return item;
}

void step_after_fork(void)
{
    for (size_t i = 0; i < BUCKETS; i++) {
        buckets[i].first = NULL;
        buckets[i].waiters = 0;
    }
}

/* ---- Python code runs ---- */
void step_let_go(struct step_hold *holds)
{
    for (struct step_hold *hold = holds; hold; hold = hold->outer)
        hold_release((struct held *)hold);
    step_self.moment = 0;
    step_self.holds = NULL;
    if (step_self.copy)
        step_forget_copy();
}

/*
 * Objects that cycles leave out: gc_freeze.
 *
 * A page with such objects has a bit for each block. To a cycle a frozen object is what an immortal one is: no
 * candidate, so all that it refers to lives, and nothing is written to it. It still dies when its count ends, and then
 * its block is an ordinary one again: the page is watched (heap.c), so that who frees a block clears the bit.
 *
 * Others allocate and free meanwhile. First all pages are watched, which their threads see by the end of a grace
 * period; then the bits are set. A block is looked at after its bit was set, and its bit is cleared after its header
 * was written to say that it is dead, so one of the two sees the other. What is born meanwhile may be frozen with the
 * rest.
 */
#include "gc/collector.h"
#include "threads/pause.h"

#include <stdlib.h>

_Atomic bool pages_being_frozen;
static _Atomic size_t frozen_blocks; /* bits that are set */

static void wait_for_grace(void)
{
    thread_enter_blocking();
    grace_wait();
    thread_leave_blocking();
}

static bool holds_objects(const struct page *page)
{
    uint8_t kind = atomic_load_explicit(&page->kind, memory_order_acquire);
    return kind == KIND_CONTAINER || kind == KIND_TYPE;
}

/* While a page is looked at the caller is not quiescent: one that leaves stays what it is. */
static bool each_page(bool (*visit)(struct page *page, void *context), void *context)
{
    size_t types_end, others_end;
    pages_extent(&types_end, &others_end);
    for (size_t i = WELL_KNOWN_PAGES; i < others_end; i++) {
        if (i == types_end)
            i = TYPE_PAGES;
        thread_report();
        if (i < others_end && holds_objects(&pages[i]) && !visit(&pages[i], context))
            return false;
    }
    return true;
}

static bool prepare_page(struct page *page, void *unused)
{
    (void)unused;
    if (!atomic_load_explicit(&page->frozen, memory_order_relaxed)) {
        _Atomic uint64_t *bits = calloc((page->capacity + 63) / 64, sizeof *bits);
        if (!bits)
            return false;
        atomic_store_explicit(&page->frozen, bits, memory_order_release);
    }
    watch_page(page);
    return true;
}

void frozen_clear(struct page *page, uint32_t number)
{
    _Atomic uint64_t *bits = atomic_load_explicit(&page->frozen, memory_order_acquire);
    uint64_t bit = UINT64_C(1) << number % 64;
    if (bits && (atomic_fetch_and_explicit(&bits[number / 64], ~bit, memory_order_acq_rel) & bit))
        atomic_fetch_sub_explicit(&frozen_blocks, 1, memory_order_relaxed);
}

static bool freeze_page(struct page *page, void *unused)
{
    (void)unused;
    _Atomic uint64_t *bits = atomic_load_explicit(&page->frozen, memory_order_relaxed);
    uint32_t fresh = bits ? atomic_load_explicit(&page->fresh, memory_order_acquire) : 0;
    for (uint32_t i = 0; i < fresh; i++) {
        const struct object *o = page_object(page, i);
        uint64_t bit = UINT64_C(1) << i % 64;
        if (object_type_ref(o) == 0)
            continue;
        atomic_fetch_add_explicit(&frozen_blocks, 1, memory_order_relaxed);
        if (atomic_fetch_or_explicit(&bits[i / 64], bit, memory_order_acq_rel) & bit)
            atomic_fetch_sub_explicit(&frozen_blocks, 1, memory_order_relaxed);
        if (object_type_ref(o) == 0) /* pairs with watched_freed */
            frozen_clear(page, i);
    }
    return true;
}

bool gc_freeze(void)
{
    collector_exclude();
    atomic_store_explicit(&pages_being_frozen, true, memory_order_relaxed);
    wait_for_grace(); /* all threads see it */
    bool done = each_page(prepare_page, NULL);
    wait_for_grace(); /* all threads see what is watched, and nobody is about to put a block straight back */
    if (done)
        each_page(freeze_page, NULL);
    atomic_store_explicit(&pages_being_frozen, false, memory_order_relaxed);
    collector_admit();
    return done;
}

/* The bits may be looked at until a grace period has passed. */
struct old_bits {
    void **all;
    size_t count, capacity;
};

static bool unfreeze_page(struct page *page, void *context)
{
    struct old_bits *old = context;
    _Atomic uint64_t *bits = atomic_load_explicit(&page->frozen, memory_order_relaxed);
    if (!bits)
        return true;
    for (uint32_t i = 0; i < (page->capacity + 63) / 64; i++) {
        uint64_t set = atomic_exchange_explicit(&bits[i], 0, memory_order_relaxed);
        atomic_fetch_sub_explicit(&frozen_blocks, (size_t)__builtin_popcountll(set), memory_order_relaxed);
    }
    if (old->count == old->capacity) {
        size_t capacity = old->capacity ? old->capacity * 2 : 256;
        void **grown = realloc(old->all, capacity * sizeof *grown);
        if (!grown)
            return true; /* they stay, all zero */
        old->all = grown;
        old->capacity = capacity;
    }
    old->all[old->count++] = (void *)bits;
    atomic_store_explicit(&page->frozen, NULL, memory_order_relaxed);
    return true;
}

void gc_unfreeze(void)
{
    struct old_bits old = {0};
    collector_exclude();
    each_page(unfreeze_page, &old);
    wait_for_grace();
    collector_admit();
    for (size_t i = 0; i < old.count; i++)
        free(old.all[i]);
    free(old.all);
}

size_t gc_count_frozen(void)
{
    return atomic_load_explicit(&frozen_blocks, memory_order_relaxed);
}

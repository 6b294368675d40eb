/*
 * Phase 4, second half: islands are torn down.
 *
 * Members refer to each other, so teardown has three steps over all of them: first their counts are switched off
 * (nobody else looks at them, and dropping a reference to them does nothing from then on); then each drops what it
 * holds; at last the blocks are freed. References to what is not condemned are dropped in order, by this thread, which
 * counts like any other that is not the owner: what dies thereby and has a finalizer waits for a mutator (dying.c).
 *
 * Types are destroyed after all else: instances need theirs to be destroyed.
 */
#include "gc/cells.h"
#include "gc/cycle.h"

static bool holds_types(const struct snapshot_page *page)
{
    return page->page < &pages[TYPE_PAGES];
}

void reclaim_page_switch_off(struct cycle *cycle, struct snapshot_page *page)
{
    for (uint32_t node = page->base; node < page->base + page->count; node++) {
        if (!node_is_condemned(cycle, node))
            continue;
        node_add(cycle, node, NODE_RECLAIM);
        page->reclaimed++;
        struct object *o = node_object(page, node);
        /* Plain stores: nobody else can be looking. */
        uint8_t flags = atomic_load_explicit(&o->flags, memory_order_relaxed);
        atomic_store_explicit(&o->flags, flags | OBJECT_IMMORTAL | OBJECT_FINALIZED, memory_order_relaxed);
        atomic_store_explicit(&o->owner, THREAD_NOBODY, memory_order_relaxed);
    }
    if (page->reclaimed && holds_types(page))
        cycle->types = true;
}

static void destroy_page(struct cycle *cycle, struct snapshot_page *page)
{
    if (page->reclaimed == 0)
        return;
    for (uint32_t node = page->base; node < page->base + page->count; node++)
        if (node_state(cycle, node) & NODE_RECLAIM)
            object_destroy(node_object(page, node));
}

void reclaim_page_destroy(struct cycle *cycle, struct snapshot_page *page)
{
    if (!holds_types(page))
        destroy_page(cycle, page);
}

void reclaim_page_free(struct cycle *cycle, struct snapshot_page *page)
{
    for (uint32_t node = page->base; node < page->base + page->count; node++)
        page->roots += node_is_suspect(cycle, node) &&
                       atomic_load_explicit(node_parent(cycle, node), memory_order_relaxed) == node;
    if (page->reclaimed == 0)
        return;
    void *chain = NULL, *last = NULL;
    for (uint32_t node = page->base; node < page->base + page->count; node++)
        if (node_state(cycle, node) & NODE_RECLAIM) {
            struct object *o = node_object(page, node);
            uint32_t shared = atomic_load_explicit(&o->shared, memory_order_relaxed);
            if (shared & SHARED_SHARDED)
                cells_release(shared >> SHARED_SHIFT);
            if (holds_types(page)) {
                heap_free(o);
                continue;
            }
            heap_chain_dead(page->page, o, &chain, &last);
        }
    if (chain)
        heap_free_chain(page->page, chain, last, page->reclaimed);
}

void reclaim_islands(struct cycle *cycle)
{
    if (cycle->failed)
        return;
    share_run(cycle, TASK_SWITCH_OFF);
    share_run(cycle, TASK_DESTROY);
    for (size_t p = 0; p < cycle->page_count && cycle->types; p++)
        if (holds_types(&cycle->pages[p]))
            destroy_page(cycle, &cycle->pages[p]);
    share_run(cycle, TASK_FREE);
    for (size_t p = 0; p < cycle->page_count; p++) {
        cycle->unreachable += cycle->pages[p].reclaimed;
        cycle->islands += cycle->pages[p].roots;
    }
}

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
#include "gc/cycle.h"

static bool is_reclaimed(struct cycle *cycle, uint32_t node)
{
    return (cycle->states[node] & (NODE_CANDIDATE | NODE_LIVE)) == NODE_CANDIDATE &&
           !(cycle->states[island_root(cycle, node)] & NODE_SPARED);
}

static void switch_off(struct object *o)
{
    /* Plain stores: nobody else can be looking. */
    atomic_store_explicit(&o->flags,
                          atomic_load_explicit(&o->flags, memory_order_relaxed) | OBJECT_IMMORTAL | OBJECT_FINALIZED,
                          memory_order_relaxed);
    atomic_store_explicit(&o->owner, THREAD_NOBODY, memory_order_relaxed);
}

/* Returns how many there were. */
static uint64_t each_reclaimed(struct cycle *cycle, bool types, void (*visit)(struct object *o))
{
    uint64_t count = 0;
    for (size_t p = 0; p < cycle->page_count; p++) {
        struct snapshot_page *page = &cycle->pages[p];
        if ((page->page < &pages[TYPE_PAGES]) != types)
            continue;
        for (uint32_t node = page->base; node < page->base + page->count; node++)
            if (is_reclaimed(cycle, node)) {
                visit(node_object(page, node));
                count++;
            }
    }
    return count;
}

void reclaim_islands(struct cycle *cycle)
{
    if (cycle->failed || cycle->islands == 0)
        return;
    cycle->unreachable = each_reclaimed(cycle, false, switch_off) + each_reclaimed(cycle, true, switch_off);
    each_reclaimed(cycle, false, object_destroy);
    each_reclaimed(cycle, true, object_destroy);
    each_reclaimed(cycle, false, heap_free);
    each_reclaimed(cycle, true, heap_free);
}

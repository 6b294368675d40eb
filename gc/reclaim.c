/*
 * Phase 4, second half: islands are torn down.
 *
 * Members refer to each other, so teardown has four steps over all of them: first their counts are switched off
 * (nobody else looks at them, and dropping a reference to them does nothing from then on); then those that must follow
 * references to let go of what they hold do so, while all members are whole; then each drops what it holds, and is not
 * looked into any more (checked builds see to that); at last the blocks are freed. References to what is not condemned
 * are dropped in order, by this thread, which counts like any other that is not the owner: what dies thereby and has a
 * finalizer waits for a mutator (dying.c).
 *
 * Types are destroyed after all else: instances need theirs to be destroyed.
 */
#include "gc/cells.h"
#include "gc/cycle.h"

#include <string.h>

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
        page->releases |= object_type(o)->release != NULL;
        /* Plain stores: nobody else can be looking. */
        uint8_t flags = atomic_load_explicit(&o->flags, memory_order_relaxed);
        atomic_store_explicit(&o->flags, flags | OBJECT_IMMORTAL | OBJECT_FINALIZED, memory_order_relaxed);
        atomic_store_explicit(&o->owner, THREAD_NOBODY, memory_order_relaxed);
    }
    if (page->reclaimed && holds_types(page))
        cycle->types = true;
    if (page->releases)
        cycle->releases = true;
}

void reclaim_page_release(struct cycle *cycle, struct snapshot_page *page)
{
    if (!page->releases)
        return;
    for (uint32_t node = page->base; node < page->base + page->count; node++) {
        if (!(node_state(cycle, node) & NODE_RECLAIM))
            continue;
        struct object *o = node_object(page, node);
        if (object_type(o)->release)
            object_type(o)->release(o);
    }
}

/* From its destruction on a member's body is nobody's: its header tells that dropping a reference to it does nothing.
 */
static void spoil(struct snapshot_page *page, struct object *o)
{
#ifdef ATOLL_CHECKED
    if (holds_types(page))
        return; /* types of types, and of what is destroyed later */
    char *body = (char *)o + sizeof *o;
    size_t size = heap_usable_size(o) - sizeof *o;
    memory_unpoison(body, size);
    memset(body, 0xDB, size);
    memory_poison(body, size);
#else
    (void)page;
    (void)o;
#endif
}

static void destroy_page(struct cycle *cycle, struct snapshot_page *page)
{
    if (page->reclaimed == 0)
        return;
    for (uint32_t node = page->base; node < page->base + page->count; node++)
        if (node_state(cycle, node) & NODE_RECLAIM) {
            object_destroy(node_object(page, node));
            spoil(page, node_object(page, node));
        }
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
            memory_unpoison(o, heap_usable_size(o));
            heap_chain_dead(page->page, o, &chain, &last);
        }
    if (chain)
        heap_free_chain(page->page, chain, last, page->reclaimed);
}

/* Call visit for each that is condemned. */
static void each_condemned(struct cycle *cycle, void (*visit)(struct object *o))
{
    for (size_t p = 0; p < cycle->page_count; p++) {
        struct snapshot_page *page = &cycle->pages[p];
        for (uint32_t node = page->base; node < page->base + page->count; node++)
            if (node_is_condemned(cycle, node))
                visit(node_object(page, node));
    }
}

/* Islands are kept for the program. All members are counted before the first is handed over: it may be taken apart at
   once. */
static void save_islands(struct cycle *cycle)
{
    each_condemned(cycle, rc_inc);
    for (size_t p = 0; p < cycle->page_count; p++) {
        struct snapshot_page *page = &cycle->pages[p];
        for (uint32_t node = page->base; node < page->base + page->count; node++) {
            if (!node_is_condemned(cycle, node))
                continue;
            cycle->unreachable++;
            if (!pending_add_saved(node_object(page, node)))
                rc_dec(node_object(page, node)); /* no memory: the next cycle finds it again */
        }
    }
}

void reclaim_islands(struct cycle *cycle)
{
    if (cycle->failed)
        return;
    if (cycle->report && cycle->report->found)
        each_condemned(cycle, cycle->report->found);
    if (cycle->report && cycle->report->saved) {
        save_islands(cycle);
        return;
    }
    share_run(cycle, TASK_SWITCH_OFF);
    if (cycle->releases)
        share_run(cycle, TASK_RELEASE);
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

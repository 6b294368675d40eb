/*
 * Phase 1: the snapshot.
 *
 * In two passes over the candidates' pages:
 *
 *   pass 1  clears D of each candidate and copies its count, in one atomic operation per word;
 *   pass 2  copies the references that each candidate holds, unless it was disturbed since, and looks once more.
 *
 * No candidate's references are read before every candidate's D was cleared. That order carries the proof: a reference
 * that pass 2 counted and that is removed afterwards leaves its mark on the referent (RULE C3), and no later clear
 * wipes that mark out before validation looks for it. (With one pass, object by object, the collector condemns live
 * objects: model/README.md has the trace.) No page joins the candidates after pass 1 began.
 *
 * Reading what mutators change is done as a sequence lock's reader does it: read, then look whether that may have been
 * disturbed, and only then believe it. Storage is followed only after D was seen clear behind the load of the storage
 * pointer; storage that is freed stays mapped until a grace period has passed, and every page is processed inside a
 * read-side section, so reading it is harmless and what was read is thrown away.
 *
 * Mutators that outrun the collector take part (share.c).
 */
#include "gc/cells.h"
#include "gc/cycle.h"
#include "gc/trace.h"

#include <stdlib.h>
#include <string.h>

/* Load-load order between what was read of an object and the look at D that tells whether to believe it. On x86 this
   orders the compiler only. ThreadSanitizer does not know fences; it does not need this one either. */
static inline void reads_before_look(void)
{
#ifndef ATOLL_TSAN
    atomic_thread_fence(memory_order_acquire);
#endif
}

/* ---- choosing candidates ---- */

static bool add_page(struct cycle *cycle, struct page *page, uint32_t count)
{
    if (cycle->page_count == cycle->page_capacity) {
        size_t capacity = cycle->page_capacity ? cycle->page_capacity * 2 : 256;
        struct snapshot_page *grown = realloc(cycle->pages, capacity * sizeof *grown);
        if (!grown)
            return false;
        cycle->pages = grown;
        cycle->page_capacity = capacity;
    }
    if (cycle->page_count == UINT32_MAX >> NODE_SHIFT)
        return true; /* beyond what one cycle can hold */
    cycle->pages[cycle->page_count++] = (struct snapshot_page){.page = page, .base = cycle->node_count, .count = count};
    atomic_store_explicit(&page->base, cycle->node_count, memory_order_relaxed);
    atomic_store_explicit(&page->cycle, cycle->number, memory_order_release);
    cycle->node_count += 1u << NODE_SHIFT;
    return true;
}

static bool choose_range(struct cycle *cycle, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        struct page *page = &pages[i];
        uint8_t kind = atomic_load_explicit(&page->kind, memory_order_acquire);
        if (kind != KIND_CONTAINER && kind != KIND_TYPE)
            continue;
        bool young = atomic_exchange_explicit(&page->touched, false, memory_order_relaxed) ||
                     atomic_load_explicit(&page->allocating, memory_order_relaxed);
        if (!young && cycle->generation != GC_FULL) {
            cycle->elsewhere += page->alive;
            continue;
        }
        uint32_t count = atomic_load_explicit(&page->fresh, memory_order_acquire);
        if (count && !add_page(cycle, page, count))
            return false;
    }
    return true;
}

/* The nodes of the last cycle are used again: memory that was touched before costs no page faults. Large tables, of
 * full cycles, are given back (snapshot_trim): they are seldom needed and as large as a quarter of the heap. */
static struct node *kept_nodes;
static _Atomic uint8_t *kept_states;
static uint32_t kept_count;

#define KEPT_MAX 131072 /* nodes: what young cycles need */

void snapshot_trim(void)
{
    if (kept_count <= KEPT_MAX)
        return;
    free(kept_nodes);
    free(kept_states);
    kept_nodes = NULL;
    kept_states = NULL;
    kept_count = 0;
}

static bool take_tables(struct cycle *cycle)
{
    if (kept_count < cycle->node_count || kept_count / 4 > cycle->node_count) {
        free(kept_nodes);
        free(kept_states);
        kept_count = cycle->node_count;
        kept_nodes = malloc(((size_t)kept_count + 1) * sizeof *kept_nodes);
        kept_states = malloc((size_t)kept_count + 1);
        if (!kept_nodes || !kept_states) {
            free(kept_nodes);
            free(kept_states);
            kept_nodes = NULL;
            kept_states = NULL;
            kept_count = 0;
            return false;
        }
    }
    cycle->nodes = kept_nodes;
    cycle->states = kept_states;
    return true;
}

void snapshot_choose(struct cycle *cycle)
{
    size_t types_end, others_end;
    pages_extent(&types_end, &others_end);
    /* A page may leave for the pool at any time, but is not set up anew while this section lasts. */
    grace_reader_online();
    bool ok = choose_range(cycle, WELL_KNOWN_PAGES, types_end) && choose_range(cycle, TYPE_PAGES, others_end);
    grace_reader_offline();
    cycle->failed = !ok || !take_tables(cycle);
}

/* ---- pass 1 ---- */

static void take_count(struct cycle *cycle, struct object *o, uint32_t node)
{
    if (object_type_ref(o) == 0 || (atomic_load_explicit(&o->flags, memory_order_relaxed) & OBJECT_IMMORTAL))
        return;
    /* Clear D and read the count in one operation. Where D is clear already there is nothing to clear, and a mark
       that is still on its way comes with the changed count, after this load. The shared word before the cells. */
    uint32_t local = atomic_load_explicit(&o->local, memory_order_relaxed);
    if (local & LOCAL_DISTURBED)
        local = atomic_fetch_and_explicit(&o->local, ~LOCAL_DISTURBED, memory_order_seq_cst);
    uint32_t shared = atomic_load_explicit(&o->shared, memory_order_relaxed);
    if (shared & SHARED_DISTURBED)
        shared = atomic_fetch_and_explicit(&o->shared, ~SHARED_DISTURBED, memory_order_seq_cst);
    int64_t count = shared & SHARED_MERGED ? 0 : local >> 1;
    if (shared & SHARED_SHARDED) /* zero means garbage here: nobody else frees it */
        count += cells_sum(shared >> SHARED_SHIFT, true);
    else if ((count += shared_count(shared)) == 0)
        return; /* it is dying already */
    /* Read after clearing: with a type comes a body that was made for it, or D. */
    if (count < 0 || atomic_load_explicit(&o->type, memory_order_acquire) == 0)
        return;
    atomic_store_explicit(&cycle->nodes[node].remaining, count < INT32_MAX ? (int32_t)count : INT32_MAX,
                          memory_order_relaxed);
    node_add(cycle, node, NODE_CANDIDATE);
}

static void take_counts(struct cycle *cycle, struct snapshot_page *page)
{
    for (uint32_t i = 0; i < page->count; i++)
        take_count(cycle, page_object(page->page, i), page->base + i);
}

/* ---- pass 2 ---- */

struct snapshot_trace {
    struct gc_trace trace;
    struct object *object;
    uint32_t cycle;
    uint32_t *edges;
    size_t count, capacity, expected;
    bool failed;
};

static bool snapshot_disturbed(struct gc_trace *trace)
{
    reads_before_look();
    return object_disturbed(((struct snapshot_trace *)trace)->object);
}

/* Any word may come here: it is believed only as far as the address tells that it is a candidate's block. */
static void snapshot_visit(struct gc_trace *trace, value v)
{
    struct snapshot_trace *t = (struct snapshot_trace *)trace;
    if (!value_is_object(v) || !page_contains(v))
        return;
    struct page *page = page_of(v);
    if (atomic_load_explicit(&page->cycle, memory_order_acquire) != t->cycle)
        return;
    uint32_t number = page_block_number(page, v);
    if ((void *)page_object(page, number) != (void *)v)
        return;
    if (t->count == t->capacity) {
        size_t capacity = t->capacity ? t->capacity * 2 : t->expected;
        uint32_t *grown = realloc(t->edges, capacity * sizeof *grown);
        if (!grown) {
            t->failed = true;
            return;
        }
        t->edges = grown;
        t->capacity = capacity;
    }
    t->edges[t->count++] = atomic_load_explicit(&page->base, memory_order_relaxed) + number;
}

static void take_references(struct cycle *cycle, struct snapshot_page *page, struct snapshot_trace *t)
{
    t->count = 0;
    for (uint32_t i = 0; i < page->count; i++) {
        uint32_t node = page->base + i;
        size_t before = t->count;
        cycle->nodes[node].edges = (uint32_t)before;
        if (!(node_state(cycle, node) & NODE_CANDIDATE))
            continue;
        struct object *o = t->object = page_object(page->page, i);
        uint32_t type = atomic_load_explicit(&o->type, memory_order_acquire);
        if (type != 0 && !snapshot_disturbed(&t->trace)) {
            struct object_type *described = type_from_ref(type);
            void (*traverse)(struct object *, struct gc_trace *) = described->traverse;
            if (traverse)
                traverse(o, &t->trace);
            if (described->gc_flags & TYPE_GC_COUNTED)
                snapshot_visit(&t->trace, value_of(described));
        }
        if (type == 0 || snapshot_disturbed(&t->trace)) {
            t->count = before; /* busy: it lives, and what was read of it is thrown away */
            node_add(cycle, node, NODE_LIVE);
            continue;
        }
        for (size_t e = before; e < t->count; e++) /* phase 2 begins here: trial deletion */
            atomic_fetch_sub_explicit(&cycle->nodes[t->edges[e]].remaining, 1, memory_order_relaxed);
    }
    page->edge_count = (uint32_t)t->count;
    page->edges = t->edges;
    if (t->count * 2 < t->capacity) { /* give back what is not needed; failing to do so does no harm */
        uint32_t *shrunk = realloc(t->edges, (t->count ? t->count : 1) * sizeof *shrunk);
        page->edges = shrunk ? shrunk : t->edges;
    }
}

/* ---- the two passes ---- */

/* The page is the one that was chosen; if not, all its blocks are free by now and it is on its way elsewhere. Inside a
   read-side section the answer stays true. */
bool page_still_there(const struct cycle *cycle, const struct snapshot_page *page)
{
    return atomic_load_explicit(&page->page->cycle, memory_order_acquire) == cycle->number &&
           atomic_load_explicit(&page->page->kind, memory_order_seq_cst) != KIND_FREE;
}

void snapshot_page_counts(struct cycle *cycle, struct snapshot_page *page)
{
    /* All of the page's numbers: blocks may come into use, and be referred to, that were not when it was chosen. */
    memset((void *)&cycle->states[page->base], 0, 1u << NODE_SHIFT);
    if (page_still_there(cycle, page))
        take_counts(cycle, page);
}

void snapshot_page_references(struct cycle *cycle, struct snapshot_page *page)
{
    if (page_still_there(cycle, page)) {
        struct snapshot_trace t = {.trace.visit = snapshot_visit,
                                   .trace.disturbed = snapshot_disturbed,
                                   .cycle = cycle->number,
                                   .expected = 2 * (size_t)page->count + 16};
        take_references(cycle, page, &t);
        if (t.failed)
            cycle->failed = true;
        return;
    }
    for (uint32_t i = 0; i < page->count; i++)
        if (node_state(cycle, page->base + i) & NODE_CANDIDATE)
            node_add(cycle, page->base + i, NODE_LIVE);
}

void snapshot_take(struct cycle *cycle)
{
    if (cycle->failed)
        return;
    share_run(cycle, TASK_COUNTS);
    share_run(cycle, TASK_REFERENCES);
}

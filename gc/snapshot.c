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
    cycle->pages[cycle->page_count++] =
        (struct snapshot_page){.page = page, .base = cycle->node_count, .count = count, .type_node = NO_NODE};
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

void snapshot_choose(struct cycle *cycle)
{
    size_t types_end, others_end;
    pages_extent(&types_end, &others_end);
    /* A page may leave for the pool at any time, but is not set up anew while this section lasts. */
    grace_reader_online();
    bool ok = choose_range(cycle, WELL_KNOWN_PAGES, types_end) && choose_range(cycle, TYPE_PAGES, others_end);
    grace_reader_offline();
    cycle->failed = !ok;
}

/* ---- pass 1 ---- */

#define NO_CANDIDATE (-1)

/* Clears D and returns the count, or NO_CANDIDATE. */
static int64_t take_count(struct object *o)
{
    if (object_type_ref(o) == 0 || (atomic_load_explicit(&o->flags, memory_order_relaxed) & OBJECT_IMMORTAL))
        return NO_CANDIDATE;
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
        return NO_CANDIDATE; /* it is dying already */
    /* Read after clearing: with a type comes a body that was made for it, or D. */
    if (count < 0 || atomic_load_explicit(&o->type, memory_order_acquire) == 0)
        return NO_CANDIDATE;
    return count < INT32_MAX ? count : INT32_MAX;
}

/* A count that is too large for a byte: all counts of the page take four. */
static bool widen(struct cycle *cycle, struct snapshot_page *page, uint32_t until)
{
    page->wide = graph_alloc(cycle, page->count * sizeof *page->wide);
    for (uint32_t i = 0; page->wide && i < until; i++)
        atomic_store_explicit(&page->wide[i], atomic_load_explicit(&page->narrow[i], memory_order_relaxed),
                              memory_order_relaxed);
    return page->wide;
}

static bool take_counts(struct cycle *cycle, struct snapshot_page *page)
{
    char *tables = graph_alloc(cycle, page->count * (sizeof *page->states + sizeof *page->narrow));
    if (!tables)
        return false;
    page->states = (_Atomic uint8_t *)tables;
    page->narrow = page->states + page->count;
    for (uint32_t i = 0; i < page->count; i++) {
        int64_t count = page_is_frozen(page->page, i) ? NO_CANDIDATE : take_count(page_object(page->page, i));
        atomic_store_explicit(&page->states[i], count == NO_CANDIDATE ? 0 : NODE_CANDIDATE, memory_order_relaxed);
        if (count > UINT8_MAX && !page->wide && !widen(cycle, page, i))
            return false;
        if (page->wide)
            atomic_store_explicit(&page->wide[i], (uint32_t)count, memory_order_relaxed);
        else
            atomic_store_explicit(&page->narrow[i], (uint8_t)count, memory_order_relaxed);
    }
    return true;
}

/* ---- pass 2 ---- */

struct snapshot_trace {
    struct gc_trace trace;
    struct object *object;
    const struct cycle *cycle;
    struct edge_writer writer;
    uint32_t type, type_node; /* the type that was met last, and its node */
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
    uint32_t node = value_is_object(v) ? graph_find(t->cycle, (const void *)v) : NO_NODE;
    if (node != NO_NODE)
        graph_add_edge(&t->writer, node);
}

/* The reference to the object's type: true when it is the one that a bit of the node stands for. */
static bool visit_type(struct snapshot_trace *t, struct snapshot_page *page, uint32_t type)
{
    if (t->type != type) {
        t->type = type;
        t->type_node = graph_find(t->cycle, type_from_ref(type));
    }
    if (t->type_node == NO_NODE)
        return false;
    if (page->type_node == NO_NODE)
        page->type_node = t->type_node;
    if (page->type_node == t->type_node)
        return true;
    graph_add_edge(&t->writer, t->type_node);
    return false;
}

/* Trial deletion begins here: references that were found do not come from elsewhere. */
static void explain(struct cycle *cycle, uint32_t node, uint32_t references)
{
    struct snapshot_page *page = cycle_page_of(cycle, node);
    if (page->wide)
        atomic_fetch_sub_explicit(&page->wide[node & NODE_MASK], references, memory_order_relaxed);
    else
        atomic_fetch_sub_explicit(&page->narrow[node & NODE_MASK], (uint8_t)references, memory_order_relaxed);
}

static void explain_edges(struct cycle *cycle, const struct edge_writer *writer, uint32_t node)
{
    struct edges edges = graph_written(writer, node);
    while (edges.at != edges.end)
        explain(cycle, graph_next_edge(&edges), 1);
}

/* A leaf is in no cycle. It may hang from one, but then it dies by its count when that is torn down, unless the count
   is sharded. So a young cycle need not judge it. (The reference to its type is left unexplained with it, and the type
   lives; full cycles judge that.) */
static bool may_leave_out(const struct cycle *cycle, const struct object *o)
{
    return cycle->generation != GC_FULL && !object_is_sharded(o);
}

/* One candidate. Returns whether it refers to the page's type. */
static bool take_object(struct cycle *cycle, struct snapshot_page *page, uint32_t node, struct snapshot_trace *t)
{
    struct object *o = t->object = node_object(page, node);
    uint32_t type = atomic_load_explicit(&o->type, memory_order_acquire);
    bool typed = false;
    if (type != 0 && !snapshot_disturbed(&t->trace)) {
        struct object_type *described = type_from_ref(type);
        void (*traverse)(struct object *, struct gc_trace *) = described->traverse;
        if (traverse)
            traverse(o, &t->trace);
        if (described->gc_flags & TYPE_GC_COUNTED)
            typed = visit_type(t, page, type);
        chaos_point();
    }
    if (type == 0 || snapshot_disturbed(&t->trace) || !graph_end_node(&t->writer)) {
        graph_drop_edges(&t->writer); /* busy: it lives, and what was read of it is thrown away */
        node_add(cycle, node, NODE_LIVE);
        return false;
    }
    bool leaf = t->writer.size == t->writer.start + 1;
    if (leaf && may_leave_out(cycle, o)) {
        atomic_store_explicit(&page->states[node & NODE_MASK], 0, memory_order_relaxed);
        page->examined++;
        return false;
    }
    if (typed || leaf)
        node_add(cycle, node, (typed ? NODE_TYPED : 0) | (leaf ? NODE_LEAF : 0));
    explain_edges(cycle, &t->writer, node);
    return typed;
}

static bool take_references(struct cycle *cycle, struct snapshot_page *page, struct snapshot_trace *t)
{
    size_t index_bytes = (page->count + INDEX_STEP - 1) / INDEX_STEP * sizeof *page->index;
    uint32_t typed = 0;
    page->index = graph_alloc(cycle, index_bytes);
    for (uint32_t i = 0; page->index && i < page->count; i++) {
        if (i % INDEX_STEP == 0)
            page->index[i / INDEX_STEP] = (uint32_t)t->writer.size;
        graph_begin_node(&t->writer, page->base + i);
        if (node_state(cycle, page->base + i) & NODE_CANDIDATE)
            typed += take_object(cycle, page, page->base + i, t);
    }
    if (typed)
        explain(cycle, page->type_node, typed);
    if (page->index && !t->writer.failed)
        page->edges = graph_alloc(cycle, t->writer.size);
    if (page->edges)
        memcpy(page->edges, t->writer.bytes, t->writer.size);
    return page->edges;
}

/* ---- the two passes ---- */

/* The page is the one that was chosen; if not, all its blocks are free by now and it is on its way elsewhere. Inside a
   read-side section the answer stays true. */
bool page_still_there(const struct cycle *cycle, const struct snapshot_page *page)
{
    return atomic_load_explicit(&page->page->cycle, memory_order_acquire) == cycle->number &&
           atomic_load_explicit(&page->page->kind, memory_order_seq_cst) != KIND_UNUSED;
}

void snapshot_page_counts(struct cycle *cycle, struct snapshot_page *page)
{
    if (!page_still_there(cycle, page)) {
        page->count = 0;
    } else if (!take_counts(cycle, page)) {
        page->count = 0;
        cycle->failed = true;
    }
}

void snapshot_page_references(struct cycle *cycle, struct snapshot_page *page)
{
    if (page_still_there(cycle, page)) {
        struct snapshot_trace t = {
            .trace.visit = snapshot_visit, .trace.disturbed = snapshot_disturbed, .cycle = cycle, .type_node = NO_NODE};
        if (page->count && !take_references(cycle, page, &t))
            cycle->failed = true;
        free(t.writer.bytes);
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
    if (!cycle->failed)
        share_run(cycle, TASK_REFERENCES);
}

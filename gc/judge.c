/*
 * Phases 2 and 3, and the first half of 4: trial deletion on the private graph, validation, and the islands that are
 * left. After Christopher's trial deletion and Bacon and Rajan (ECOOP 2001), on a snapshot instead of the heap.
 *
 * Everything here works on the collector's own copy, but for two looks at the heap: D of each suspect after the grace
 * period, and D of objects with weak references under the locks that guard those.
 */
#include "gc/cycle.h"
#include "gc/weak.h"

#include <stdlib.h>

/* ---- phase 2 ---- */

/* Some of its references come from elsewhere. */
static bool is_unexplained(const struct snapshot_page *page, uint32_t number)
{
    return page->wide ? atomic_load_explicit(&page->wide[number], memory_order_relaxed) != 0
                      : atomic_load_explicit(&page->narrow[number], memory_order_relaxed) != 0;
}

void judge_page_trial(struct cycle *cycle, struct snapshot_page *page)
{
    struct follow follow = {.budget = FOLLOW_BUDGET};
    for (uint32_t i = 0; i < page->count; i++) {
        uint8_t state = atomic_load_explicit(&page->states[i], memory_order_relaxed);
        if (!(state & NODE_CANDIDATE))
            continue;
        page->examined++;
        if (!(state & NODE_LIVE) && is_unexplained(page, i)) {
            graph_revive(cycle, &follow, page->base + i);
            graph_follow(cycle, &follow);
        }
    }
    free(follow.places);
}

void judge_trial(struct cycle *cycle)
{
    if (cycle->failed)
        return;
    share_run(cycle, TASK_TRIAL);
    for (size_t p = 0; p < cycle->page_count; p++) {
        struct snapshot_page *page = &cycle->pages[p];
        cycle->examined += page->examined;
        for (uint32_t i = 0; i < page->count && !cycle->suspects; i++)
            cycle->suspects = node_is_suspect(cycle, page->base + i);
    }
}

/* ---- phase 3 ---- */

/* What is special about an object: NODE_WEAK, NODE_FINALIZE. Of a block that is dead by now it may be anything. */
static uint8_t special_of(const struct object *o)
{
    uint8_t flags = atomic_load_explicit(&o->flags, memory_order_acquire);
    return (flags & OBJECT_WEAK ? NODE_WEAK : 0) |
           (!(flags & OBJECT_FINALIZED) && type_finalizer(object_type(o)) ? NODE_FINALIZE : 0);
}

/* A suspect that is still undisturbed, though it may be reached from one that is not. */
static bool note_quiet(struct cycle *cycle, struct snapshot_page *page, uint32_t node, uint8_t special)
{
    if (!page->parents)
        page->parents = graph_alloc(cycle, page->count * sizeof *page->parents);
    if (!page->parents) {
        cycle->failed = true;
        return false;
    }
    atomic_store_explicit(node_parent(cycle, node), node, memory_order_relaxed);
    if (special) {
        atomic_fetch_or_explicit(&page->states[node & NODE_MASK], special, memory_order_relaxed);
        page->special = true;
        cycle->special = true;
    }
    return true;
}

void judge_page_validate(struct cycle *cycle, struct snapshot_page *page)
{
    bool there = page_still_there(cycle, page);
    struct follow follow = {.budget = FOLLOW_BUDGET};
    for (uint32_t node = page->base; node < page->base + page->count; node++) {
        if (!node_is_suspect(cycle, node))
            continue;
        /* Before the look at D: a member that a weak reference brings back may die and take its flags along. */
        uint8_t special = there ? special_of(node_object(page, node)) : 0;
        if (!there || object_disturbed(node_object(page, node))) {
            graph_revive(cycle, &follow, node);
            graph_follow(cycle, &follow);
        } else if (!note_quiet(cycle, page, node, special)) {
            break;
        }
    }
    free(follow.places);
}

void judge_validate(struct cycle *cycle)
{
    if (cycle->failed)
        return;
    share_run(cycle, TASK_VALIDATE);
}

/* ---- phase 4, first half ---- */

/* Islands are the connected parts of what is condemned: a forest of parents, where a parent's number is never larger
   than its child's. Threads join islands and shorten paths at the same time (after Anderson and Woll, STOC 1991). */
uint32_t island_root(struct cycle *cycle, uint32_t node)
{
    for (;;) {
        uint32_t parent = atomic_load_explicit(node_parent(cycle, node), memory_order_relaxed);
        if (parent == node)
            return node;
        uint32_t above = atomic_load_explicit(node_parent(cycle, parent), memory_order_relaxed);
        if (above != parent)
            atomic_compare_exchange_weak_explicit(node_parent(cycle, node), &parent, above, memory_order_relaxed,
                                                  memory_order_relaxed);
        node = above;
    }
}

static void join(struct cycle *cycle, uint32_t a, uint32_t b)
{
    for (;;) {
        a = island_root(cycle, a);
        b = island_root(cycle, b);
        if (a == b)
            return;
        uint32_t low = a < b ? a : b, high = a < b ? b : a, self = high;
        if (atomic_compare_exchange_strong_explicit(node_parent(cycle, high), &self, low, memory_order_relaxed,
                                                    memory_order_relaxed))
            return; /* else somebody gave it a parent at this moment */
    }
}

void judge_page_join(struct cycle *cycle, struct snapshot_page *page)
{
    for (uint32_t node = page->base; node < page->base + page->count; node++) {
        if (!node_is_suspect(cycle, node))
            continue;
        struct edges edges = graph_edges(page, node);
        while (edges.at != edges.end) {
            uint32_t target = graph_next_edge(&edges);
            if (node_is_suspect(cycle, target))
                join(cycle, node, target);
        }
        if ((node_state(cycle, node) & NODE_TYPED) && node_is_suspect(cycle, page->type_node))
            join(cycle, node, page->type_node);
    }
    /* Where no island can be spared, its members' counts can be switched off at
       once: joining looks at the graph only. */
    if (!cycle->special)
        reclaim_page_switch_off(cycle, page);
}

/* The members that need more than teardown, by island. */
struct special {
    uint32_t root, node;
    bool weak, finalize;
};
static struct special *specials;
static size_t special_count, special_capacity;

static struct object *special_object(const struct cycle *cycle, const struct special *special)
{
    return node_object(cycle_page_of(cycle, special->node), special->node);
}

static void note_special(struct cycle *cycle, uint32_t node)
{
    uint8_t state = node_state(cycle, node);
    if (!(state & (NODE_WEAK | NODE_FINALIZE)))
        return;
    uint32_t root = island_root(cycle, node);
    if (special_count == special_capacity) {
        size_t capacity = special_capacity ? special_capacity * 2 : 64;
        struct special *grown = realloc(specials, capacity * sizeof *grown);
        if (!grown) {
            node_add(cycle, root, NODE_SPARED); /* it will be found again */
            cycle->spares = true;
            return;
        }
        specials = grown;
        special_capacity = capacity;
    }
    specials[special_count++] = (struct special){root, node, state & NODE_WEAK, state & NODE_FINALIZE};
}

static int by_island(const void *a, const void *b)
{
    const struct special *x = a, *y = b;
    if (x->root != y->root)
        return x->root < y->root ? -1 : 1;
    return x->node < y->node ? -1 : x->node > y->node;
}

static struct cycle *judging; /* for is_condemned; the collector's thread only */

/* A weak reference that is itself condemned gets no callback. */
static bool is_condemned(const struct object *reference)
{
    uint32_t node = graph_find(judging, reference);
    return node != NO_NODE && node_is_suspect(judging, node);
}

/* A dereference that won meanwhile has disturbed it. It may even have died since, and its page may be gone. */
static bool was_revived(struct cycle *cycle, uint32_t node)
{
    struct snapshot_page *page = cycle_page_of(cycle, node);
    return !page_still_there(cycle, page) || object_disturbed(node_object(page, node));
}

/* Lock the stripes of the island's weakly referenced members, look once more whether one was brought back (then the
   island lives), clear, unlock. The rest of the island is reachable only through these members. */
static struct weak_reference *clear_weak(struct cycle *cycle, struct special *first, size_t count, bool *lives)
{
    struct weak_reference *chain = NULL;
    uint64_t stripes = 0;
    for (size_t i = 0; i < count; i++)
        if (first[i].weak)
            stripes |= (uint64_t)1 << weak_stripe_of(special_object(cycle, &first[i]));
    for (unsigned s = 0; s < WEAK_STRIPES; s++)
        if (stripes >> s & 1)
            weak_lock_stripe(s);
    grace_reader_online(); /* pages stay where they are */
    for (size_t i = 0; i < count && !*lives; i++)
        *lives = first[i].weak && was_revived(cycle, first[i].node);
    grace_reader_offline();
    for (size_t i = 0; i < count && !*lives; i++)
        if (first[i].weak)
            chain = weak_clear_locked(special_object(cycle, &first[i]), chain, is_condemned);
    for (unsigned s = 0; s < WEAK_STRIPES; s++)
        if (stripes >> s & 1)
            weak_unlock_stripe(s);
    return chain;
}

static void judge_special(struct cycle *cycle, struct special *first, size_t count)
{
    bool lives = false, spared = false;
    struct weak_reference *chain = clear_weak(cycle, first, count, &lives);
    /* An island with finalizers to run is finalized first and judged again by the next cycle. All its members that have
       one are counted before the first is handed over: a finalizer may run at once and take the island apart. */
    for (size_t i = 0; i < count && !lives; i++)
        if (first[i].finalize)
            rc_inc(special_object(cycle, &first[i]));
    if (chain) /* callbacks come before finalizers */
        pending_add_callbacks(chain);
    for (size_t i = 0; i < count && !lives; i++) {
        if (!first[i].finalize)
            continue;
        struct object *o = special_object(cycle, &first[i]);
        spared = true;
        if (pending_add_finalizer(o))
            cycle->finalized++;
        else
            rc_dec(o); /* no memory: the next cycle finds it again, or it dies here and waits for a mutator */
    }
    if (lives || spared)
        node_add(cycle, first->root, NODE_SPARED);
    cycle->spares |= lives || spared;
}

void judge_find_islands(struct cycle *cycle)
{
    if (cycle->failed)
        return;
    judging = cycle;
    special_count = 0;
    share_run(cycle, TASK_JOIN);
    for (size_t p = 0; p < cycle->page_count && cycle->special; p++) {
        struct snapshot_page *page = &cycle->pages[p];
        for (uint32_t i = 0; page->special && i < page->count; i++)
            if (node_is_suspect(cycle, page->base + i))
                note_special(cycle, page->base + i);
    }
    if (special_count)
        qsort(specials, special_count, sizeof *specials, by_island);
    for (size_t i = 0, n; i < special_count; i += n) {
        for (n = 1; i + n < special_count && specials[i + n].root == specials[i].root; n++)
            ;
        if (!(node_state(cycle, specials[i].root) & NODE_SPARED))
            judge_special(cycle, &specials[i], n);
    }
    free(specials);
    specials = NULL;
    special_capacity = special_count = 0;
    judging = NULL;
}

bool node_is_condemned(struct cycle *cycle, uint32_t node)
{
    return node_is_suspect(cycle, node) &&
           !(cycle->spares && (node_state(cycle, island_root(cycle, node)) & NODE_SPARED));
}

void cycle_free(struct cycle *cycle)
{
    graph_free(cycle);
    free(cycle->pages);
}

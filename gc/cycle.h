/*
 * One cycle of the collector: the private graph and the phases that work on it. Private to this room.
 */
#ifndef ATOLL_GC_CYCLE_H
#define ATOLL_GC_CYCLE_H

#include "gc/cells.h"

/* What the collector knows of a block. Blocks have a node whether they are in use or not; a block's node number is made
   of its page's number among the candidates and its own within the page. (The holes are never touched and cost nothing
   but address space.) */
#define NODE_SHIFT 11 /* a page has at most 2048 blocks */
struct node {
    /* Count minus references found in the graph; of a suspect, from validation on: its parent in its island. Atomic
       because helpers change nodes of each other's pages. */
    _Atomic int32_t remaining;
    uint32_t edges; /* index of its first outgoing reference in its page's `edges` */
};

enum node_state {
    NODE_CANDIDATE = 1, /* alive at its snapshot, so judged in this cycle */
    NODE_LIVE = 2,      /* referred to from outside the graph, or disturbed, or reached from such a node */
    NODE_TOUCHED = 4,   /* found disturbed by validation, its references are not followed yet */
    NODE_SPARED = 8,    /* of an island's root: it is not reclaimed in this cycle */
    NODE_RECLAIM = 16,  /* of a member: it is */
};

struct snapshot_page {
    struct page *page;
    uint32_t base, count; /* its nodes */
    uint32_t edge_count;
    uint32_t examined;  /* nodes that are candidates */
    uint32_t reclaimed; /* nodes that are reclaimed */
    uint32_t roots;     /* nodes that stand for an island */
    bool special;       /* some suspect may have weak references or a finalizer */
    uint32_t *edges;    /* node numbers; references out of the candidate set are not kept */
};

struct cycle {
    uint32_t number; /* never NO_CYCLE */
    enum gc_generation generation;
    _Atomic bool failed; /* no memory: the cycle is given up, nothing was changed */
    struct snapshot_page *pages;
    size_t page_count, page_capacity;
    struct node *nodes;      /* tables that outlive the cycle: snapshot.c */
    _Atomic uint8_t *states; /* enum node_state; written by who works on the node's page */
    uint32_t node_count;     /* holes included */
    uint32_t *stack;         /* of nodes whose references are to be followed */
    size_t stack_size, stack_capacity;
    bool suspects; /* there are some */
    bool spares;   /* some island is spared */
    /* results */
    uint64_t examined, islands, unreachable, finalized;
    uint64_t elsewhere; /* containers in pages that were not examined, as their last cycle left them */
};

/* The phases, in order; each returns at once when the cycle has failed. The caller is an offline reader. */
void snapshot_choose(struct cycle *cycle);    /* 1. candidates */
void snapshot_take(struct cycle *cycle);      /* 1. counts, then references */
void snapshot_trim(void);                     /* after a cycle, its mutex held: give large tables back */
void judge_trial(struct cycle *cycle);        /* 2. trial deletion (references were subtracted already) */
void judge_validate(struct cycle *cycle);     /* 3. after a grace period */
void judge_find_islands(struct cycle *cycle); /* 4. islands, weak references, finalizers */
void reclaim_islands(struct cycle *cycle);    /* 4. teardown */
void cycle_free_edges(struct cycle *cycle);   /* not needed any more once islands are known */
void cycle_free(struct cycle *cycle);

/* share.c: what is done page by page, by the collector and by mutators that help. DESTROY drops references, so mutators
   do that only at a safepoint; all else at any moment. */
enum task {
    TASK_NONE,
    TASK_COUNTS,
    TASK_REFERENCES,
    TASK_VALIDATE,
    TASK_JOIN,
    TASK_SWITCH_OFF,
    TASK_DESTROY,
    TASK_FREE,
};
/* Do the task for all pages; returns when all are done. The collector's thread only. */
void share_run(struct cycle *cycle, enum task task);
/* Take part for one page, if there is something to do. */
bool share_help(bool at_safepoint);

void snapshot_page_counts(struct cycle *cycle, struct snapshot_page *page);
void snapshot_page_references(struct cycle *cycle, struct snapshot_page *page);
void judge_page_validate(struct cycle *cycle, struct snapshot_page *page);
void judge_page_join(struct cycle *cycle, struct snapshot_page *page);
void reclaim_page_switch_off(struct cycle *cycle, struct snapshot_page *page);
void reclaim_page_destroy(struct cycle *cycle, struct snapshot_page *page);
void reclaim_page_free(struct cycle *cycle, struct snapshot_page *page);

static inline uint8_t node_state(const struct cycle *cycle, uint32_t node)
{
    return atomic_load_explicit(&cycle->states[node], memory_order_relaxed);
}
static inline void node_add(struct cycle *cycle, uint32_t node, uint8_t bits)
{
    atomic_store_explicit(&cycle->states[node], node_state(cycle, node) | bits, memory_order_relaxed);
}
static inline struct object *node_object(const struct snapshot_page *page, uint32_t node)
{
    return page_object(page->page, node - page->base);
}
static inline uint32_t node_edges_end(const struct cycle *cycle, const struct snapshot_page *page, uint32_t node)
{
    return node + 1 < page->base + page->count ? cycle->nodes[node + 1].edges : page->edge_count;
}
static inline struct snapshot_page *cycle_page_of(const struct cycle *cycle, uint32_t node)
{
    return &cycle->pages[node >> NODE_SHIFT];
}
/* Follow the references of all nodes on the stack; all they reach lives. */
void cycle_propagate(struct cycle *cycle);
void cycle_push(struct cycle *cycle, uint32_t node);
uint32_t island_root(struct cycle *cycle, uint32_t node);
bool page_still_there(const struct cycle *cycle, const struct snapshot_page *page);
static inline bool object_disturbed(const struct object *o)
{
    uint32_t shared = atomic_load_explicit(&o->shared, memory_order_relaxed);
    return (atomic_load_explicit(&o->local, memory_order_relaxed) & LOCAL_DISTURBED) || (shared & SHARED_DISTURBED) ||
           (unlikely(shared & SHARED_SHARDED) && cells_disturbed(shared >> SHARED_SHIFT));
}

/* pending.c: an object whose finalizer is to run; the queue takes the caller's reference. False: no memory. */
bool pending_add_finalizer(struct object *o);
/* Work was queued and has not been taken yet. */
bool pending_any(void);

#ifdef ATOLL_CHECKED
void check_islands(struct cycle *cycle);
#endif

#endif

/*
 * One cycle of the collector: the private graph and the phases that work on it. Private to this room.
 */
#ifndef ATOLL_GC_CYCLE_H
#define ATOLL_GC_CYCLE_H

#include "gc/cells.h"

/* What the collector knows of a block. Blocks have a node whether they are in use or not; a node's number is made of
   its page's number among the candidates and its own within the page. All of it is in tables of the page. */
#define NODE_SHIFT 11 /* a page has at most 2048 blocks */
#define NODE_MASK  ((1u << NODE_SHIFT) - 1)
#define NO_NODE    UINT32_MAX

/* In the order in which they are done. */
enum task {
    TASK_NONE,
    TASK_COUNTS,
    TASK_REFERENCES,
    TASK_TRIAL,
    TASK_VALIDATE,
    TASK_JOIN,
    TASK_SWITCH_OFF,
    TASK_RELEASE,
    TASK_DESTROY,
    TASK_FREE,
};

enum node_state {
    NODE_CANDIDATE = 1, /* alive at its snapshot, so judged in this cycle */
    NODE_LIVE = 2,      /* referred to from outside the graph, or disturbed, or reached from such a node */
    NODE_TYPED = 4,     /* refers to its page's `type_node`, besides what is written down */
    NODE_SPARED = 8,    /* of an island's root: it is not reclaimed in this cycle */
    NODE_RECLAIM = 16,  /* of a member: it is */
    NODE_WEAK = 32,     /* had weak references when it was validated */
    NODE_FINALIZE = 64, /* had a finalizer to run then */
    NODE_LEAF = 128,    /* no references of it are written down */
};

/* A page's tables are in the cycle's own memory (graph.c) and made by who works on the page: states and counts in pass
   1, references in pass 2, parents at validation. */
struct snapshot_page {
    struct page *page;
    uint32_t base, count;    /* its nodes; none if the page was gone when its turn came */
    uint32_t examined;       /* nodes that are candidates, or were until they were left out */
    uint32_t reclaimed;      /* nodes that are reclaimed */
    uint32_t roots;          /* nodes that stand for an island */
    uint32_t type_node;      /* the type of most objects of the page, where that is a candidate */
    bool special;            /* some suspect is NODE_WEAK or NODE_FINALIZE */
    bool releases;           /* some node that is reclaimed has a release function */
    _Atomic uint8_t *states; /* enum node_state */
    /* Count minus references found in the graph, modulo 256 or 2^32: in `wide` if some count of the page is larger than
       255, else in `narrow`. Where more references were found than are counted, some of them were moved meanwhile, so
       that not all who held them are condemned: what is left over then means nothing and does no harm (README.md). */
    _Atomic uint8_t *narrow;
    _Atomic uint32_t *wide;
    _Atomic uint32_t *parents; /* of suspects, from validation on: the next node on the way to their island's root */
    uint32_t *index;           /* where in `edges` each INDEX_STEP-th node begins */
    uint8_t *edges;            /* graph.c; references out of the candidate set are not kept */
};

struct leftover;

struct cycle {
    uint32_t number; /* never NO_CYCLE */
    enum gc_generation generation;
    _Atomic bool failed; /* no memory: the cycle is given up, nothing was changed */
    struct snapshot_page *pages;
    size_t page_count, page_capacity;
    uint32_t node_count;            /* holes included */
    bool suspects;                  /* there are some */
    _Atomic bool special;           /* some page is special */
    bool spares;                    /* some island is spared */
    _Atomic bool types;             /* types are reclaimed */
    _Atomic bool releases;          /* members are reclaimed that have a release function */
    enum task reached;              /* the last task that is done */
    const struct gc_report *report; /* who wants to know of the cycle, or NULL; then it is `special` */
    struct chunk *_Atomic chunk;    /* memory of the graph */
    struct chunk *_Atomic spans;    /* the same: large pieces */
    /* results */
    uint64_t examined, islands, unreachable, finalized;
    uint64_t elsewhere; /* containers in pages that were not examined, as their last cycle left them */
};

/* The phases, in order; each returns at once when the cycle has failed. The caller is an offline reader. */
void snapshot_choose(struct cycle *cycle);    /* 1. candidates */
void snapshot_take(struct cycle *cycle);      /* 1. counts, then references */
void judge_trial(struct cycle *cycle);        /* 2. trial deletion (references were subtracted already) */
void judge_validate(struct cycle *cycle);     /* 3. after a grace period */
void judge_find_islands(struct cycle *cycle); /* 4. islands, weak references, finalizers */
void reclaim_islands(struct cycle *cycle);    /* 4. teardown */
void cycle_free(struct cycle *cycle);

/* share.c: what is done item by item, by the collector and by mutators that help. RELEASE and DESTROY drop references,
   so mutators do them only at a safepoint; all else at any moment. Items are pages, and what is handed over. */
/* Do the task, and those after it that need nothing in between; returns when all items are done, at once if the task
   was done so already. The collector's thread only. */
void share_run(struct cycle *cycle, enum task task);
/* For who is at an item of trial deletion or validation: has everything been claimed? Then a part of what is to be
   followed may be handed to others, as one more item of the task. False: there is no room, keep it. */
bool share_is_short(void);
bool share_hand_over(struct leftover *leftover);
/* How many items the rest of the cycle has, about; 0 when there is nothing to help with for now. */
uint64_t share_left(void);
/* Take part for one item, if there is something to do. */
bool share_help(bool at_safepoint);

void snapshot_page_counts(struct cycle *cycle, struct snapshot_page *page);
void snapshot_page_references(struct cycle *cycle, struct snapshot_page *page);
void judge_page_trial(struct cycle *cycle, struct snapshot_page *page);
void judge_page_validate(struct cycle *cycle, struct snapshot_page *page);
void judge_page_join(struct cycle *cycle, struct snapshot_page *page);
void reclaim_page_switch_off(struct cycle *cycle, struct snapshot_page *page);
void reclaim_page_release(struct cycle *cycle, struct snapshot_page *page);
void reclaim_page_destroy(struct cycle *cycle, struct snapshot_page *page);
void reclaim_page_free(struct cycle *cycle, struct snapshot_page *page);

static inline struct snapshot_page *cycle_page_of(const struct cycle *cycle, uint32_t node)
{
    return &cycle->pages[node >> NODE_SHIFT];
}
static inline uint8_t node_state(const struct cycle *cycle, uint32_t node)
{
    return atomic_load_explicit(&cycle_page_of(cycle, node)->states[node & NODE_MASK], memory_order_relaxed);
}
/* While nobody else changes states of the node's page. */
static inline void node_add(struct cycle *cycle, uint32_t node, uint8_t bits)
{
    atomic_store_explicit(&cycle_page_of(cycle, node)->states[node & NODE_MASK], node_state(cycle, node) | bits,
                          memory_order_relaxed);
}
static inline bool node_is_suspect(const struct cycle *cycle, uint32_t node)
{
    return (node_state(cycle, node) & (NODE_CANDIDATE | NODE_LIVE)) == NODE_CANDIDATE;
}
static inline struct object *node_object(const struct snapshot_page *page, uint32_t node)
{
    return page_object(page->page, node - page->base);
}
static inline _Atomic uint32_t *node_parent(const struct cycle *cycle, uint32_t node)
{
    return &cycle_page_of(cycle, node)->parents[node & NODE_MASK];
}
uint32_t island_root(struct cycle *cycle, uint32_t node);
/* A member of an island that is not spared; known when the islands were found. */
bool node_is_condemned(struct cycle *cycle, uint32_t node);
bool page_still_there(const struct cycle *cycle, const struct snapshot_page *page);

/* ---- the graph: graph.c ---- */

/* Memory that lasts as long as the cycle. NULL: there is none. Any thread that works on an item. */
void *graph_alloc(struct cycle *cycle, size_t size);
/* The node of the block at `address`, which may be any word: NO_NODE if it is no candidate. From pass 2 on. */
uint32_t graph_find(const struct cycle *cycle, const void *address);

/* References are written down as they are found, in a buffer, node by node, then copied. */
struct edge_writer {
    uint8_t *bytes;
    size_t size, capacity;
    size_t start;      /* of the node that is being written */
    uint32_t previous; /* the reference that was written last; at first the node itself */
    bool failed;       /* no memory */
};
void graph_begin_node(struct edge_writer *writer, uint32_t node);
void graph_add_edge(struct edge_writer *writer, uint32_t target);
void graph_drop_edges(struct edge_writer *writer);
bool graph_end_node(struct edge_writer *writer); /* false: there are too many, or no memory: drop them */

#define INDEX_STEP 4u
/* The references of a node: `at` to `end`. */
struct edges {
    const uint8_t *at, *end;
    uint32_t previous;
};
struct edges graph_written(const struct edge_writer *writer, uint32_t node); /* of the node that was ended last */
struct edges graph_edges(const struct snapshot_page *page, uint32_t node);
static inline uint32_t graph_next_edge(struct edges *edges)
{
    uint32_t word = *edges->at & 0x7F;
    for (unsigned shift = 7; *edges->at++ & 0x80; shift += 7)
        word |= (uint32_t)(*edges->at & 0x7F) << shift;
    return edges->previous += (word >> 1) ^ (0u - (word & 1));
}

/* What is left to follow by one thread. */
struct place {
    uint32_t node, previous;
    uint32_t offset; /* in the page's edges; PLACE_NEW: nothing was followed yet */
};
struct follow {
    struct place *places;
    size_t size, capacity;
    uint32_t budget;   /* references that a mutator follows before it hands the rest to others */
    uint32_t unshared; /* references that were followed since others were thought of */
};
#define FOLLOW_BUDGET 8192u
/* The node lives: when it did not before, it is to be followed. */
void graph_revive(struct cycle *cycle, struct follow *follow, uint32_t node);
/* All that is reached from what is to be followed lives. A mutator follows so many references at most. */
void graph_follow(struct cycle *cycle, struct follow *follow);
void graph_follow_leftover(struct cycle *cycle, const struct leftover *leftover);
void graph_free(struct cycle *cycle);

static inline bool object_disturbed(const struct object *o)
{
    uint32_t shared = atomic_load_explicit(&o->shared, memory_order_relaxed);
    return (atomic_load_explicit(&o->local, memory_order_relaxed) & LOCAL_DISTURBED) || (shared & SHARED_DISTURBED) ||
           (unlikely(shared & SHARED_SHARDED) && cells_disturbed(shared >> SHARED_SHIFT));
}

/* pending.c: an object whose finalizer is to run; the queue takes the caller's reference. False: no memory. */
bool pending_add_finalizer(struct object *o);
/* The same for one that is kept for the program. */
bool pending_add_saved(struct object *o);
/* Work was queued and has not been taken yet. */
bool pending_any(void);
void gc_run_late_drops(void); /* those whose grace period is over */

#ifdef ATOLL_CHECKED
void check_islands(struct cycle *cycle);
#endif

#endif

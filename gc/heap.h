/*
 * What the files of gc/ share about slots' heaps, counting and dying. Private to this room.
 */
#ifndef ATOLL_GC_HEAP_H
#define ATOLL_GC_HEAP_H

#include "gc/pages.h"

#ifdef ATOLL_CHECKED
_Noreturn void check_failed(const struct object *o, const char *what);
#define CHECK(condition, o, what) ((condition) ? (void)0 : check_failed(o, what))
#else
#define CHECK(condition, o, what) ((void)0)
#endif

/* ---- a slot's heap: stays with the slot for ever ---- */

/* Objects that others released and that only the slot's owner can judge. */
struct queue_entry {
    struct queue_entry *next;
    struct object *object;
};

#define RETIRE_CHUNK 254
struct retired {
    struct grace_node grace;
    size_t count;
    void *blocks[RETIRE_CHUNK];
};

/* Sharded counts: address space for all of them, accessible as far as they were needed (cells.c). */
struct cell_row {
    _Atomic int64_t *_Atomic row; /* NULL: none yet */
    _Atomic uint32_t open;        /* cells below may be used; follows the row */
};

/* An object at whose count the slot's thread met others, and how often (counting.c). */
struct heat {
    uint32_t object;                   /* its number (modulo 2^32), perhaps of another life of the block; 0: none */
    uint32_t meetings : 8, since : 24; /* milliseconds, modulo 2^24 */
};
#define HEAT_BITS 6

#define SPARE_SPAN_MAX 8u /* pages */

struct slot_heap {
    /* Written by whoever acts for the slot. */
    struct bin bins[KIND_COUNT - 1][SIZE_CLASSES]; /* first: alloc.h */
    struct retired *retired;                       /* being filled; NULL: none */
    size_t retired_bytes;
    struct object *dying; /* the trashcan: objects with count zero, to be destroyed when the outermost death is over */
    unsigned dying_depth; /* nested deaths */
    int64_t containers;   /* net container allocation not yet told to the collector */
    int64_t seen;         /* the part of the containers not yet told that gc_collect left behind, for gc_get_counts */
    int64_t owed;         /* items of the collector's work that the slot's thread should do */
    uint32_t empty_pages; /* kept in the lists of the bins for their next need */
    uint32_t spare_pages; /* pages in `spares` */
    struct page *spares[KIND_COUNT - 1][SPARE_SPAN_MAX]; /* spans of large blocks that died, by kind and length */
    uint32_t aside;                                      /* pages that are PAGE_ASIDE */
    bool no_code;          /* its thread must not run finalizers or callbacks now: they wait for gc_run_pending */
    bool hot;              /* objects proved hot: there is something to do at the next safepoint */
    struct cell_row cells; /* its sharded counts; cells.c, the collector */
    uint32_t foreign;      /* counts of what another slot owns */
    struct heat heat[1 << HEAT_BITS];

    /* Any thread. */
    _Alignas(64) struct page *_Atomic remote_pages; /* pages with blocks that others freed */
    struct queue_entry *_Atomic queue;              /* the merge queue */
};

static inline struct slot_heap *slot_heap(struct thread_slot *slot)
{
    return atomic_load_explicit(&slot->heap, memory_order_acquire); /* others' slots may get theirs at this moment */
}

bool heap_attach(struct thread_slot *slot);
void heap_detach(struct thread_slot *slot);
/* Give back what the slot holds needlessly. The caller acts for the slot. */
void heap_drain_remote(struct slot_heap *heap);
/* The same for one page: a short step. False: there is none. */
bool heap_drain_one(struct slot_heap *heap);
void heap_flush_retired(struct slot_heap *heap);
/* Free the block of a dead object. Any thread, attached or not. */
void heap_free(struct object *object);
void heap_page_after_free(struct page *page); /* a block came back to a page that waits for one, or the last one did */
#ifdef ATOLL_ASAN
void heap_poison_dead(struct page *page, struct object *object);
#else
#define heap_poison_dead(page, object) ((void)0)
#endif

/* What stale readers and the collector find in a free block: no type, no count, D. */
static inline void write_dead_header(struct object *o)
{
    atomic_store_explicit(&o->head, OBJECT_HEAD(0, THREAD_NOBODY, 0), memory_order_relaxed);
    atomic_store_explicit(&o->counts, OBJECT_COUNTS(LOCAL_DISTURBED, SHARED_MERGED | SHARED_DISTURBED),
                          memory_order_release);
}
/* A block comes straight back to a page of the caller's. */
static inline void page_put(struct page *page, void *block, size_t link)
{
    /* Release: the collector, should it be reading the block, finds D of its container set behind this. */
    atomic_store_explicit((void *_Atomic *)((char *)block + link), page->free, memory_order_release);
    page->free = block;
    if (unlikely(--page->used < page->wake))
        heap_page_after_free(page);
}
/* heap_free, in line where the block goes straight back to the caller's page. */
static inline void heap_free_mine(struct object *object)
{
    struct page *page = page_of(object);
    if (unlikely(read_hot(uint16_t, &page->home) != thread_self->id)) {
        heap_free(object);
        return;
    }
    CHECK(object_type_ref(object) != 0, object, "freed twice");
    write_dead_header(object);
    heap_poison_dead(page, object);
    page_put(page, object, HEADER_BYTES);
}
/* The same for many dead objects of one page: chain them, then free the chain. */
void heap_chain_dead(struct page *page, struct object *object, void **chain, void **last);
void heap_free_chain(struct page *page, void *chain, void *last, uint32_t count);
void watch_page(struct page *page); /* see frozen.c */
/* An object of the caller died in this page, into which others look: allocate elsewhere. */
void heap_avoid(struct page *page);
/* Call visit for each block with a type in pages of objects; from a thread that knows the heap to be at rest, or that
   can stand what it sees. */
void heap_each_object(void (*visit)(struct object *object, struct page *page, void *context), void *context);
extern bool heap_injecting;
extern _Atomic bool heap_being_read; /* a snapshot is being taken: freed blocks are not poisoned */

/* ---- counting ---- */

/* Count as far as the two words tell; *disturbed: whether D was set in one of them. */
static inline int64_t shared_count(uint32_t shared)
{
    return (int32_t)shared >> SHARED_SHIFT;
}
int64_t object_count(const struct object *o);
/* Drop one reference: true when that was the last and the caller must let the object die. */
bool rc_release(struct object *o);
/* Give up the bias of an object that nobody else has seen. */
void rc_merge_newborn(struct object *o);
/* Merge the slot's queue. The caller acts for the slot. */
void queue_merge(struct thread_slot *slot);

/* The same for another slot, if nobody acts for it; for all slots whose threads do not run. */
void queue_help(struct thread_slot *slot);
void queue_help_idle(void);
/* Merge an object that was in a queue or in cells, which counted so many. True: it is dead. */
bool queue_merge_object(struct object *o, int64_t cells);

/* ---- dying ---- */

/* The count is zero. Finalizer, weak references, destroy, free. */
void object_die(struct object *o);
/* The same for one that the caller owns and that nobody else ever flagged: not shared, not weakly referenced; `type` is
   its type. The second half, for types with members to drop: */
void destroy_plain(struct object *o, struct object_type *type);
static inline void object_die_plain(struct object *o, struct object_type *type)
{
    if (unlikely(type_finalizer(type) != NULL))
        object_die(o);
    else if (likely(type->destroy != NULL))
        destroy_plain(o, type);
    else
        heap_free_mine(o);
}
/* Destroy without asking: for islands and the last part of object_die. */
void object_destroy(struct object *o);

extern struct gc_hooks gc_hooks;

/* True where Python code must not run: on the collector's thread, on a mutator that does the collector's work or walks
   through the heap, and on a thread that begins or ends. */
static inline bool must_not_run_code(struct thread_slot *self)
{
    return self->background || slot_heap(self)->no_code || (gc_hooks.can_run_code && !gc_hooks.can_run_code());
}

/* Dying objects (count zero, so nobody looks at the lock and the local count) are linked through those: 39 bits of
   distance in the region, in units of 16 bytes. */
void dying_link(struct object *o, struct object *next);
struct object *dying_next(struct object *o);

/* ---- weak references ---- */
void weak_clear_dying(struct object *o);
void weak_run_callbacks(struct weak_reference *chain);

/* ---- pending work for mutators; pending.c ---- */
void pending_add_dying(struct object *o);
void pending_add_callbacks(struct weak_reference *chain);

/* ---- the collector's ear ---- */
/* Net container allocation of about a page, and pages that were taken from the pool; called in the slow path of
   allocation. `may_help`: the caller may spend a while here, so it holds no object's lock. */
void collector_note_allocation(struct thread_slot *self, int64_t containers, size_t pages, bool may_help);
void collector_note_exhausted(void); /* no memory was to be had */

#endif

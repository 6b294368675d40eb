/*
 * Pages: how the heap's memory is cut up. Private to this room.
 *
 * All objects, types and storage live in one reserved stretch of address space, the *region*. It is cut into pages of
 * 64 KiB; page number i has its descriptor at pages[i], so that a block's page is found by a subtraction and a shift.
 * The first part of the region belongs to types: a type's distance from the start of the region, in units of 16 bytes,
 * fits the 32 bits of an object header.
 *
 *      region:   | well-known types | types made at run time ... | everything else ....................... |
 *                0                  256 KiB                      4 GiB
 *
 * A page in use belongs to one slot and holds blocks of one kind and one size. Larger blocks have a *span* of pages of
 * their own, described by the first page's descriptor. A page changes its size, kind or slot only by way of the pool of
 * free spans, and it enters the pool after a grace period: until then its blocks' headers stay readable and dead, for
 * readers that loaded a pointer earlier.
 */
#ifndef ATOLL_GC_PAGES_H
#define ATOLL_GC_PAGES_H

#include "gc/alloc.h"

#define PAGE_SHIFT       HEAP_PAGE_SHIFT
#define PAGE_SIZE        ((size_t)1 << PAGE_SHIFT)
#define SMALL_MAX        8192u             /* bytes; larger blocks have a span of their own */
#define TYPE_PAGES       ((size_t)1 << 16) /* 4 GiB for types */
#define WELL_KNOWN_PAGES ((TYPE_WELL_KNOWN_STRIDE * (TYPE_WELL_KNOWN_MAX + 1)) / PAGE_SIZE)
#define NO_CYCLE         0u

enum page_state {
    PAGE_CURRENT, /* its bin allocates from it */
    PAGE_PARTIAL, /* in its bin's list: has free blocks, or blocks never used */
    PAGE_FULL,    /* in no list; the next free block brings it back */
    PAGE_LARGE,   /* one block in a span of its own */
    PAGE_LEAVING, /* empty, on its way to the pool: waits for a grace period */
};

/* Others look into the page's objects, so its owner would rather allocate elsewhere (revealed.c). */
enum page_avoided {
    PAGE_WELCOME,
    PAGE_ASIDE,      /* not allocated from, though there is room */
    PAGE_TAKEN_BACK, /* there were too many such pages */
};

struct page {
    /* Written by the thread that acts for the slot (its own, or a helper), all the time. The descriptor beside this one
       may be another thread's: each begins a cache line. */
    _Alignas(64) void *free; /* list of free blocks, linked at `link_offset` */
    uint32_t used;           /* blocks handed out and not yet back in `free` */
    uint32_t wake;           /* freeing a block so that used < wake takes the slow path */
    uint32_t accounted;      /* `used` when it was last added to the count that starts young cycles */
    uint8_t state;           /* enum page_state */
    uint8_t size_class;
    uint16_t slot;                /* owner; constant while the page is in use */
    _Atomic uint16_t home;        /* the same where its thread puts a freed block straight back; else THREAD_NOBODY */
    struct page *next, *previous; /* in the bin's list of partial pages */

    /* Constant while the page is in use. */
    uint32_t block_size;
    uint32_t reciprocal;  /* 2^32 / block_size, rounded up: block number = offset * reciprocal >> 32 */
    uint32_t capacity;    /* blocks */
    uint32_t span;        /* pages, for the first page of a span; valid in the pool too */
    _Atomic uint8_t kind; /* enum page_kind; also read by the collector and by walkers */
    uint8_t avoided;      /* enum page_avoided; written by the thread that acts for the slot */
    _Atomic bool watched; /* somebody wants to know of each block that is freed, so the page is nobody's home; see
                             watch_page */

    /* Written by one thread, read by the collector. */
    _Atomic uint32_t fresh;  /* blocks from this number on were never used since the page left the pool */
    _Atomic bool allocating; /* current in its bin, so blocks may be handed out at any time */
    _Atomic bool touched;    /* blocks were handed out since the collector last looked */

    /* Any thread. */
    void *_Atomic remote;             /* blocks freed by others: a stack, drained by the slot */
    struct page *_Atomic next_remote; /* in the slot's stack of pages with such blocks */
    _Atomic uint32_t reclaimed;       /* of the blocks in `remote`, those that the collector freed */

    /* The collector's, constant while snapshots are being taken. */
    _Atomic uint32_t cycle; /* the cycle in which the page is a candidate */
    _Atomic uint32_t base;  /* number of the first block's node in that cycle */
    uint32_t alive;         /* blocks that lived when the last cycle that examined the page was over */

    /* The pool's. */
    struct page *pool_next, *pool_previous;
    bool free_span; /* first or last page of a free span */
    struct grace_node grace;

    /* A bit for each block that is left out of cycles (frozen.c), or NULL; read by whoever frees a block. */
    _Atomic uint64_t *_Atomic frozen;
};

extern char *region;        /* == type_region */
extern struct page *pages;  /* descriptors */
extern uintptr_t page_zero; /* where the descriptor of address 0 would be */
extern size_t region_pages;
extern bool address_space_is_scarce; /* limited: what is reserved and not used would be missed elsewhere */

/* Views of pages (gc.h); revealed.c. */
bool page_views_init(const char *begin, size_t count, bool open); /* for so many pages from there; accessible? */
void page_view_reset(const struct page *page);                    /* the page is set up anew */
/* The caller is about to count the object, which another thread owns, by a pointer that it read from a slot. */
void page_show(const struct object *o);
static inline bool page_was_shown(const struct object *o)
{
    return atomic_load_explicit(page_view_of(o), memory_order_acquire) >= PAGE_SEEN;
}

bool pages_init(void); /* reserve the region; false: no address space */

static inline bool page_contains(const void *address)
{
    return (uintptr_t)address - (uintptr_t)region < region_pages << PAGE_SHIFT;
}
/* The page of a block: its first page where that is a span. `block` is the start of a block in use. */
static inline struct page *page_of(const void *block)
{
    return (struct page *)(page_zero + ((uintptr_t)block >> PAGE_SHIFT) * sizeof(struct page));
}
static inline char *page_start(const struct page *page)
{
    return region + ((size_t)(page - pages) << PAGE_SHIFT);
}
/* A span with one block; constant while the page is in use, so any thread may ask. */
static inline bool page_is_large(const struct page *page)
{
    return page->reciprocal == 0;
}
static inline uint32_t page_block_number(const struct page *page, const void *block)
{
    return (uint32_t)(((uint64_t)(uint32_t)((const char *)block - page_start(page)) * page->reciprocal) >> 32);
}
static inline struct object *page_object(const struct page *page, uint32_t number)
{
    return (struct object *)(page_start(page) + (size_t)number * page->block_size);
}

/* Is block `number` left out of cycles? */
static inline bool page_is_frozen(const struct page *page, uint32_t number)
{
    const _Atomic uint64_t *bits = atomic_load_explicit(&page->frozen, memory_order_acquire);
    return unlikely(bits != NULL) && atomic_load_explicit(&bits[number / 64], memory_order_relaxed) >> number % 64 & 1;
}
void frozen_clear(struct page *page, uint32_t number); /* a block is dead; the page stays what it is meanwhile */
extern _Atomic bool pages_being_frozen;                /* gc_freeze is at work: pages that are watched stay so */

/* `count` adjacent pages, in the type part or outside; kind FREE, span set. With `zero` the first `zero` bytes are
   zero. NULL: no memory. Any thread. */
struct page *pages_take(size_t count, bool for_types, size_t zero);
/* Give a span back. No reader may be left: after a grace period, or never published. Any thread. */
void pages_give(struct page *page);
/* Give memory of free spans back to the system until at most `keep` dirty pages are left. */
void pages_trim(size_t keep);
size_t pages_in_use(void);
/* Numbers of pages to look at when walking the heap: [0, first) for types, [TYPE_PAGES, second) for the rest. */
void pages_extent(size_t *types_end, size_t *others_end);

/* Around fork(). */
void pages_lock(void);
void pages_unlock(void);

/* Size classes. */
extern uint32_t size_class_bytes[SIZE_CLASSES];
static inline unsigned size_class_of(size_t size)
{
    if (likely(size <= FINE_MAX))
        return (unsigned)((size + 15) >> 4);
    size_t above = size - 1;
    unsigned shift = 61 - (unsigned)__builtin_clzll(above); /* of four steps to a doubling */
    return FINE_MAX / 16 + 1 + (shift - 7) * 4 + (unsigned)((above >> shift) & 3);
}

#endif

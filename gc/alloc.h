/*
 * Allocation in line: what a thread does to take a block of its own heap, for the callers that make most objects, and
 * as the layout that machine code relies on. heap.c has the rest.
 *
 * The way to a free block: the thread's slot, its heap, which begins with the bins, the bin of a kind and size class,
 * the page that it allocates from, the page's list of free blocks.
 */
#ifndef ATOLL_GC_ALLOC_H
#define ATOLL_GC_ALLOC_H

#include "gc/gc.h"
#include "threads/sanitizers.h"

/* AddressSanitizer: what is poisoned in free blocks. */
#ifdef ATOLL_ASAN
#include <sanitizer/asan_interface.h>
#define memory_poison(address, bytes)   ASAN_POISON_MEMORY_REGION(address, bytes)
#define memory_unpoison(address, bytes) ASAN_UNPOISON_MEMORY_REGION(address, bytes)
#else
#define memory_poison(address, bytes)   ((void)(address), (void)(bytes))
#define memory_unpoison(address, bytes) ((void)(address), (void)(bytes))
#endif

enum page_kind {
    KIND_UNUSED,    /* in the pool, or never used: what descriptors are that nobody has written to */
    KIND_CONTAINER, /* objects that can hold references */
    KIND_LEAF,      /* objects that cannot */
    KIND_STORAGE,   /* memory behind containers: no headers */
    KIND_TYPE,      /* types made at run time: containers in the type part of the region */
    KIND_COUNT,
    KIND_WELL_KNOWN = KIND_COUNT, /* types at fixed places: immortal, never allocated from */
};

#define FINE_MAX        512u /* bytes; up to here size classes are 16 bytes apart, above four to each doubling */
#define SIZE_CLASSES    (FINE_MAX / 16 + 16 + 1)
#define HEADER_BYTES    sizeof(struct object)
#define SMALLEST_OBJECT 32u /* header and the link of a free block */

/* A free block of an object keeps its dead header; one of storage has none, and its link comes first. */
struct free_object {
    struct object header;
    struct free_object *_Atomic next;
};

/* A slot's heap begins with these: bins[kind - 1][size class]. */
struct bin {
    struct page *current; /* never NULL: an empty dummy at first */
    struct page *partial;
};
/* A page's descriptor begins with this. */
struct page_blocks {
    void *free;    /* list of free blocks */
    uint32_t used; /* blocks handed out and not yet back in `free` */
};

/* FINE_MAX; 0 while failures are injected or allocations traced: then everything takes the long way. */
extern _Atomic size_t heap_in_line_max;

/* A number that others change hardly ever, and that may be out of date: read as an operand where it is compared, which
   compilers do not do with atomic loads. */
#ifdef ATOLL_TSAN
#define read_hot(type, place) atomic_load_explicit((place), memory_order_relaxed)
#else
#define read_hot(type, place) (*(const type *)(place))
#endif

static inline __attribute__((always_inline)) void zero_words(void *from, size_t bytes)
{
#ifdef ATOLL_TSAN
    _Atomic uint64_t *word = (_Atomic uint64_t *)from;
    for (size_t i = 0; i < bytes / 8; i++)
        atomic_store_explicit(&word[i], 0, memory_order_relaxed);
#else
    /* Two words at once: the widest store that is known to be split at words, if at all. */
    typedef uint64_t pair __attribute__((vector_size(16), may_alias));
    for (volatile pair *at = (volatile pair *)from, *end = at + bytes / sizeof *at; at < end; at++)
        *at = (pair){0, 0};
#endif
}

/* A block of the list of free ones, or NULL: the long way is to be taken. */
static inline __attribute__((always_inline)) void *bin_take(const struct thread_slot *self, enum page_kind kind,
                                                            size_t size, size_t link)
{
    struct bin *bins = (struct bin *)atomic_load_explicit(&self->heap, memory_order_relaxed);
    struct page_blocks *page = (struct page_blocks *)bins[(kind - 1) * SIZE_CLASSES + (size + 15) / 16].current;
    void *block = page->free;
    if (likely(block != NULL)) {
        page->free = atomic_load_explicit((void *_Atomic *)((char *)block + link), memory_order_relaxed);
        page->used++;
        memory_unpoison(block, (size + 15) & ~(size_t)15);
    }
    return block;
}

/* The header of a newborn, whose body is zero, with the flags that its type keeps there. In this order: body, counts
   (with D), and at last the type, with the owner: see heap.c. */
static inline __attribute__((always_inline)) struct object *object_publish(struct object *o, uint16_t owner,
                                                                           uint32_t type, uint8_t flags)
{
    atomic_store_explicit(&o->counts, OBJECT_COUNTS(LOCAL_ONE | LOCAL_DISTURBED, 0), memory_order_relaxed);
    atomic_store_explicit(&o->head, OBJECT_HEAD(type, owner, flags), memory_order_release);
    return o;
}

struct object *heap_alloc_slow(enum page_kind kind, size_t size, uint32_t type, uint8_t flags);

/* heap_alloc for the hot places: `kind` and the reference `type` are best constants; the type is not counted by its
   instances (TYPE_GC_COUNTED), or the caller does it. */
static inline __attribute__((always_inline)) struct object *heap_alloc_in_line(enum page_kind kind, size_t size,
                                                                               uint32_t type, uint8_t flags)
{
    thread_check_unlocked("an object is allocated");
    if (unlikely(size > read_hot(size_t, &heap_in_line_max)))
        return heap_alloc_slow(kind, size, type, flags);
    if (size < SMALLEST_OBJECT)
        size = SMALLEST_OBJECT;
    const struct thread_slot *self = thread_self;
    struct object *o = (struct object *)bin_take(self, kind, size, HEADER_BYTES);
    if (unlikely(!o))
        return heap_alloc_slow(kind, size, type, flags);
    zero_words((char *)o + HEADER_BYTES, ((size + 15) & ~(size_t)15) - HEADER_BYTES);
    return object_publish(o, self->id, type, flags);
}

#endif

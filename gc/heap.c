/*
 * Allocation and freeing.
 *
 * Each slot has, for every kind and size class, a *bin*: the page it allocates from and a list of pages that have room.
 * Taking a block from the current page and giving it back are a few instructions without atomic operations. A block
 * that another thread frees goes to a stack of its page (`remote`), and the page, when that stack was empty, to a stack
 * of its slot; the slot drains both when it runs out. Full pages are in no list: their first free block brings them
 * back. A page that becomes empty leaves for the pool by way of a grace period. So does the span of a large block,
 * unless its slot keeps it for the next block of its kind and length: that is to a span what a free block is to a page.
 *
 * Blocks are published in this order: body zeroed, counts (with D), owner, and at last the type. The collector reads
 * the type after clearing D, so it never sees a type with a body that was not made for it without seeing D as well
 * (snapshot.c). Body words are written with relaxed atomic stores because the collector may be reading them.
 */
#include "gc/heap.h"

#include <stdlib.h>
#include <string.h>

/* Free blocks, and what storage has behind its end, are poisoned for AddressSanitizer, but not while a snapshot is
   being taken: the collector reads what may just have been freed, or be in its next life, by design. collector.c lets a
   grace period pass between the change of the flag and the reads. */
_Atomic bool heap_being_read;
#ifdef ATOLL_ASAN
#define poison_unread(address, bytes)                                      \
    do {                                                                   \
        if (!atomic_load_explicit(&heap_being_read, memory_order_seq_cst)) \
            memory_poison(address, bytes);                                 \
    } while (0)
#else
#define poison_unread(address, bytes) ((void)0)
#endif

#define RETIRE_BYTES     ((size_t)256 << 10) /* retired storage that starts a grace period before its chunk is full */
#define EMPTY_PAGES_KEPT 32    /* empty pages that a slot keeps for itself (2 MiB), for all bins together */
#define SPARE_PAGES_KEPT 32    /* pages in spans of large blocks that it keeps for their next lives (2 MiB) */
#define PAGES_ASIDE      16    /* pages with room that a slot leaves alone because others look into them (1 MiB) */
#define FRESH_BYTES      4096u /* never used blocks are made ready so many bytes at a time */

/* Bins start with this page: nothing free, nothing fresh. Never written: its slow path replaces it. */
static struct page empty_page;

_Static_assert(offsetof(struct slot_heap, bins) == 0 &&
                   offsetof(struct page, free) == offsetof(struct page_blocks, free) &&
                   offsetof(struct page, used) == offsetof(struct page_blocks, used),
               "alloc.h knows the way to a free block");
_Atomic size_t heap_in_line_max = FINE_MAX;

/* ---- failure injection ---- */

bool heap_injecting; /* counting or failing; set once by tests, before they start threads */
static _Atomic uint64_t injected_allocations, inject_at;
static _Atomic bool inject_persistent;

uint64_t heap_inject_failure(uint64_t after, bool persistent)
{
    heap_injecting = true;
    atomic_store_explicit(&heap_in_line_max, 0, memory_order_relaxed);
    uint64_t made = atomic_exchange(&injected_allocations, 0);
    atomic_store(&inject_persistent, persistent);
    atomic_store(&inject_at, after);
    return made;
}

static bool inject_failure(void)
{
    uint64_t number = atomic_fetch_add(&injected_allocations, 1) + 1;
    uint64_t at = atomic_load(&inject_at);
    return at != 0 && (number == at || (number > at && atomic_load(&inject_persistent)));
}

bool heap_fails_here(void)
{
    return unlikely(heap_injecting) && inject_failure();
}

/* ---- watched pages ---- */

static const struct heap_tracer *_Atomic heap_tracer;

void heap_trace(const struct heap_tracer *tracer)
{
    atomic_store_explicit(&heap_tracer, tracer, memory_order_release);
    atomic_store_explicit(&heap_in_line_max, tracer || heap_injecting ? 0 : FINE_MAX, memory_order_relaxed);
}

/* From now on each block of the page that is freed comes by `watched_freed`: its thread does not put it straight back.
   The page is the caller's, or pages are being frozen. */
void watch_page(struct page *page)
{
    atomic_store_explicit(&page->home, THREAD_NOBODY, memory_order_relaxed);
    atomic_store_explicit(&page->watched, true, memory_order_relaxed);
}

/* The bin's page is about to be allocated from: does anybody watch it still? What was traced before is forgotten, and
   what will be is allocated by the calling thread. */
static void stop_watching(struct page *page)
{
    if (atomic_load_explicit(&heap_tracer, memory_order_relaxed) ||
        atomic_load_explicit(&page->frozen, memory_order_relaxed) ||
        atomic_load_explicit(&pages_being_frozen, memory_order_relaxed))
        return;
    atomic_store_explicit(&page->watched, false, memory_order_relaxed);
    if (atomic_load_explicit(&page->kind, memory_order_relaxed) != KIND_TYPE)
        atomic_store_explicit(&page->home, page->slot, memory_order_relaxed);
}

/* A block was taken from a page of the caller's. */
static inline void note_taken(struct page *page, const void *block, size_t size)
{
    const struct heap_tracer *tracer = atomic_load_explicit(&heap_tracer, memory_order_acquire);
    if (unlikely(tracer != NULL)) {
        watch_page(page);
        tracer->allocated(block, size);
    }
}

/* A block is dead and about to be free. Any thread. */
static __attribute__((noinline)) void watched_freed(struct page *page, const void *block)
{
    const struct heap_tracer *tracer = atomic_load_explicit(&heap_tracer, memory_order_acquire);
    if (tracer)
        tracer->freed(block);
    if (atomic_load_explicit(&page->frozen, memory_order_relaxed))
        frozen_clear(page, page_block_number(page, block)); /* pairs with freeze_page */
}

static inline void note_freed(struct page *page, const void *block)
{
    if (unlikely(atomic_load_explicit(&page->watched, memory_order_relaxed)))
        watched_freed(page, block);
}

/* ---- free blocks ---- */

static inline size_t link_offset(const struct page *page)
{
    return atomic_load_explicit(&page->kind, memory_order_relaxed) == KIND_STORAGE ? 0 : HEADER_BYTES;
}

static inline void *_Atomic *block_link(void *block, size_t offset)
{
    return (void *_Atomic *)((char *)block + offset);
}

static size_t page_usable(const struct page *page)
{
    return page_is_large(page) ? (size_t)page->span << PAGE_SHIFT : page->block_size;
}

/* ---- pages of a bin ---- */

static void list_insert(struct bin *bin, struct page *page)
{
    page->previous = NULL;
    page->next = bin->partial;
    if (bin->partial)
        bin->partial->previous = page;
    bin->partial = page;
}

static void list_remove(struct bin *bin, struct page *page)
{
    if (page->previous)
        page->previous->next = page->next;
    else
        bin->partial = page->next;
    if (page->next)
        page->next->previous = page->previous;
}

static struct bin *page_bin(struct slot_heap *heap, const struct page *page)
{
    return &heap->bins[atomic_load_explicit(&page->kind, memory_order_relaxed) - 1][page->size_class];
}

static bool holds_containers(enum page_kind kind)
{
    return kind == KIND_CONTAINER || kind == KIND_TYPE;
}

static void account(struct slot_heap *heap, struct page *page)
{
    if (holds_containers(atomic_load_explicit(&page->kind, memory_order_relaxed)))
        heap->containers += (int32_t)(page->used - page->accounted);
    page->accounted = page->used;
}

static void page_to_pool(struct grace_node *node)
{
    struct page *page = (struct page *)((char *)node - offsetof(struct page, grace));
    free((void *)atomic_exchange_explicit(&page->frozen, NULL, memory_order_relaxed));
    pages_give(page);
}

static void page_leave(struct page *page)
{
    page->state = PAGE_LEAVING; /* the slot's thread, or whoever frees a large block: nobody else looks */
    /* Before the grace period begins: whoever walks through pages inside a read-side section (the collector, or a
       mutator between safepoints) either sees that this one is not there any more, or keeps it from the pool. */
    atomic_store_explicit(&page->kind, KIND_UNUSED, memory_order_seq_cst);
    page->grace.callback = page_to_pool;
    grace_call(&page->grace);
}

/* A block came back to a page that waits for one, or the last one did. */
static void page_after_free(struct slot_heap *heap, struct page *page)
{
    struct bin *bin = page_bin(heap, page);
    if (page->state == PAGE_FULL) {
        page->state = PAGE_PARTIAL;
        page->wake = 1;
        list_insert(bin, page);
    }
    if (page->used > 0 || page->state != PAGE_PARTIAL)
        return;
    account(heap, page);
    bool aside = page->avoided == PAGE_ASIDE;
    if (heap->empty_pages < EMPTY_PAGES_KEPT && !aside) {
        heap->empty_pages++;
        return;
    }
    heap->aside -= aside;
    list_remove(bin, page);
    page_leave(page);
}

void heap_page_after_free(struct page *page)
{
    page_after_free(slot_heap(thread_self), page);
}

static void drain_page(struct slot_heap *heap, struct page *page)
{
    void *chain = atomic_exchange_explicit(&page->remote, NULL, memory_order_acquire);
    if (!chain)
        return;
    size_t offset = link_offset(page);
    uint32_t count = 1;
    void *last = chain;
    for (void *next; (next = atomic_load_explicit(block_link(last, offset), memory_order_relaxed)) != NULL; last = next)
        count++;
    atomic_store_explicit(block_link(last, offset), page->free, memory_order_relaxed);
    page->free = chain;
    page->used -= count;
    /* What the collector freed is not deducted from what was allocated: else the mutators would have to fill the space
       again before the next young cycle starts, and the heap would stay as large as it ever was. */
    page->accounted -= atomic_exchange_explicit(&page->reclaimed, 0, memory_order_relaxed);
    if (page->used < page->wake)
        page_after_free(heap, page);
}

void heap_drain_remote(struct slot_heap *heap)
{
    if (!atomic_load_explicit(&heap->remote_pages, memory_order_relaxed))
        return;
    struct page *page = atomic_exchange_explicit(&heap->remote_pages, NULL, memory_order_acquire);
    while (page) {
        /* Read before draining: afterwards the page may be put into the stack again. */
        struct page *next = atomic_load_explicit(&page->next_remote, memory_order_relaxed);
        drain_page(heap, page);
        page = next;
    }
}

static void push_remote_page(struct slot_heap *heap, struct page *page)
{
    struct page *top = atomic_load_explicit(&heap->remote_pages, memory_order_relaxed);
    do
        atomic_store_explicit(&page->next_remote, top, memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(&heap->remote_pages, &top, page, memory_order_acq_rel,
                                                  memory_order_relaxed));
}

bool heap_drain_one(struct slot_heap *heap)
{
    struct page *page = atomic_exchange_explicit(&heap->remote_pages, NULL, memory_order_acquire);
    if (!page)
        return false;
    struct page *rest = atomic_load_explicit(&page->next_remote, memory_order_relaxed);
    if (rest) { /* put the others back, as one chain where nobody came in between */
        struct page *expected = NULL;
        if (!atomic_compare_exchange_strong_explicit(&heap->remote_pages, &expected, rest, memory_order_acq_rel,
                                                     memory_order_relaxed))
            while (rest) {
                struct page *next = atomic_load_explicit(&rest->next_remote, memory_order_relaxed);
                push_remote_page(heap, rest);
                rest = next;
            }
    }
    drain_page(heap, page);
    return true;
}

/* Blocks that are linked from `first` to `last` come back to a page of another slot. */
static void free_remote(struct page *page, void *first, void *last)
{
    size_t offset = link_offset(page);
    chaos_point();
    void *head = atomic_load_explicit(&page->remote, memory_order_relaxed);
    do
        atomic_store_explicit(block_link(last, offset), head, memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(&page->remote, &head, first, memory_order_acq_rel,
                                                  memory_order_relaxed));
    if (!head) /* else whoever put the first block there tells the slot */
        push_remote_page(slot_heap(thread_slot_at(page->slot)), page);
}

/* Make some never used blocks ready. */
static void page_extend(struct page *page, enum page_kind kind)
{
    uint32_t fresh = atomic_load_explicit(&page->fresh, memory_order_relaxed);
    uint32_t batch = FRESH_BYTES / page->block_size;
    uint32_t end = fresh + (batch ? batch : 1);
    if (end > page->capacity)
        end = page->capacity;
    char *start = page_start(page);
    size_t offset = kind == KIND_STORAGE ? 0 : HEADER_BYTES;
    for (uint32_t i = end; i > fresh; i--) {
        void *block = start + (size_t)(i - 1) * page->block_size;
        memory_unpoison(block, offset + sizeof(void *));
        if (kind != KIND_STORAGE)
            write_dead_header(block);
        atomic_store_explicit(block_link(block, offset), page->free, memory_order_relaxed);
        memory_poison((char *)block + offset + sizeof(void *), page->block_size - offset - sizeof(void *));
        page->free = block;
    }
    atomic_store_explicit(&page->fresh, end, memory_order_release);
}

static void page_set_up(struct page *page, enum page_kind kind, uint16_t slot, size_t block_size, uint32_t capacity)
{
    page->free = NULL;
    page->used = page->accounted = 0;
    page->slot = slot;
    atomic_store_explicit(&page->home, capacity > 1 && kind != KIND_TYPE ? slot : THREAD_NOBODY, memory_order_relaxed);
    atomic_store_explicit(&page->watched, false, memory_order_relaxed);
    page->block_size = block_size > UINT32_MAX ? UINT32_MAX : (uint32_t)block_size;
    page->reciprocal = capacity > 1 ? (uint32_t)((((uint64_t)1 << 32) + block_size - 1) / block_size) : 0;
    page->capacity = capacity;
    page->next = page->previous = NULL;
    atomic_store_explicit(&page->cycle, NO_CYCLE, memory_order_relaxed);
    atomic_store_explicit(&page->fresh, 0, memory_order_relaxed);
    atomic_store_explicit(&page->touched, true, memory_order_relaxed);
    atomic_store_explicit(&page->allocating, false, memory_order_relaxed);
    atomic_store_explicit(&page->remote, NULL, memory_order_relaxed);
    atomic_store_explicit(&page->reclaimed, 0, memory_order_relaxed);
    page->avoided = PAGE_WELCOME;
    page_view_reset(page);
    atomic_store_explicit(&page->kind, kind, memory_order_release);
}

static void set_current(struct bin *bin, struct page *page)
{
    page->state = PAGE_CURRENT;
    page->wake = 0;
    if (unlikely(atomic_load_explicit(&page->watched, memory_order_relaxed)))
        stop_watching(page);
    atomic_store_explicit(&page->touched, true, memory_order_relaxed);
    atomic_store_explicit(&page->allocating, true, memory_order_relaxed);
    bin->current = page;
}

/* Nothing more is allocated from the bin's current page for now. */
static void retire_current(struct slot_heap *heap, struct page *page)
{
    page->state = PAGE_FULL;
    page->wake = UINT32_MAX;
    atomic_store_explicit(&page->touched, true, memory_order_relaxed);
    atomic_store_explicit(&page->allocating, false, memory_order_relaxed);
    account(heap, page);
}

void heap_avoid(struct page *page)
{
    struct slot_heap *heap = slot_heap(thread_self);
    if (page->slot != thread_self->id || page->state != PAGE_CURRENT || page->avoided != PAGE_WELCOME)
        return;
    retire_current(heap, page);
    page->avoided = PAGE_ASIDE;
    heap->aside++;
    page_bin(heap, page)->current = &empty_page;
}

/* A page of the bin that has room: one that others look into only if there are too many of those. */
static struct page *take_partial(struct slot_heap *heap, struct bin *bin)
{
    struct page *page = bin->partial;
    while (page && page->avoided == PAGE_ASIDE && heap->aside <= PAGES_ASIDE)
        page = page->next;
    if (!page)
        return NULL;
    list_remove(bin, page);
    heap->empty_pages -= page->used == 0;
    if (page->avoided == PAGE_ASIDE) {
        page->avoided = PAGE_TAKEN_BACK;
        heap->aside--;
    }
    return page;
}

/* The current page has nothing left: find or make one that has. NULL: no memory. */
static struct page *bin_refill(struct thread_slot *self, enum page_kind kind, unsigned size_class)
{
    NO_QUIESCENCE;
    struct slot_heap *heap = slot_heap(self);
    struct bin *bin = &heap->bins[kind - 1][size_class];
    struct page *page = bin->current;
    heap_drain_remote(heap);
    if (page->free)
        return page;
    if (atomic_load_explicit(&page->fresh, memory_order_relaxed) < page->capacity) {
        page_extend(page, kind);
        return page;
    }
    struct page *next = take_partial(heap, bin);
    size_t taken = 0;
    if (!next) {
        next = pages_take(1, kind == KIND_TYPE, 0);
        if (!next)
            return NULL;
        taken = 1;
        next->size_class = (uint8_t)size_class;
        size_t size = size_class_bytes[size_class];
        page_set_up(next, kind, self->id, size, (uint32_t)(PAGE_SIZE / size));
        memory_poison(page_start(next), PAGE_SIZE);
    }
    if (page != &empty_page)
        retire_current(heap, page);
    set_current(bin, next);
    if (!next->free)
        page_extend(next, kind);
    if (heap->containers || taken) {
        int64_t containers = heap->containers;
        heap->containers = 0;
        collector_note_allocation(self, containers, taken, kind != KIND_STORAGE);
    }
    return next;
}

/* ---- large blocks: spans of their own ---- */

static struct page **spares_of(struct slot_heap *heap, enum page_kind kind, size_t span)
{
    return span <= SPARE_SPAN_MAX && kind != KIND_TYPE ? &heap->spares[kind - 1][span - 1] : NULL;
}

/* The block of a span came back to the caller's slot, and nobody but the collector may be looking at it. False: it is
   not kept. */
static bool keep_spare(struct thread_slot *self, struct page *page, void *block, size_t offset)
{
    struct slot_heap *heap = slot_heap(self);
    enum page_kind kind = atomic_load_explicit(&page->kind, memory_order_relaxed);
    struct page **spares = page->slot == self->id ? spares_of(heap, kind, page->span) : NULL;
    if (!spares || heap->spare_pages + page->span > SPARE_PAGES_KEPT)
        return false;
    memory_unpoison((char *)block + offset, sizeof(void *));
    atomic_store_explicit(block_link(block, offset), NULL, memory_order_release); /* as in page_put */
    poison_unread((char *)block + offset + sizeof(void *), page_usable(page) - offset - sizeof(void *));
    heap->spare_pages += page->span;
    page->next = *spares;
    *spares = page;
    return true;
}

static void *take_spare(struct thread_slot *self, enum page_kind kind, size_t span, size_t size)
{
    struct slot_heap *heap = slot_heap(self);
    struct page **spares = spares_of(heap, kind, span);
    struct page *page = spares ? *spares : NULL;
    if (!page)
        return NULL;
    *spares = page->next;
    heap->spare_pages -= page->span;
    char *block = page_start(page);
    size_t offset = link_offset(page), body = (size + 15) & ~(size_t)15;
    memory_unpoison(block, body);
    if (kind == KIND_LEAF)
        memset(block + offset, 0, body - offset); /* nobody reads those uncounted */
    else
        zero_words(block + offset, body - offset);
    poison_unread(block + size, (span << PAGE_SHIFT) - size);
    atomic_store_explicit(&page->touched, true, memory_order_relaxed);
    if (holds_containers(kind))
        collector_note_allocation(self, 1, 0, true);
    return block;
}

/* Its memory is zero as far as `size` goes. */
static void *alloc_large(struct thread_slot *self, enum page_kind kind, size_t size)
{
    if (size > region_pages << PAGE_SHIFT)
        return NULL;
    size_t count = (size + PAGE_SIZE - 1) >> PAGE_SHIFT;
    void *spare = take_spare(self, kind, count, size);
    if (spare)
        return spare;
    struct page *page = pages_take(count, kind == KIND_TYPE, size);
    if (!page)
        return NULL;
    page->state = PAGE_LARGE;
    page->wake = UINT32_MAX;
    void *block = page_start(page);
    if (kind != KIND_STORAGE)
        write_dead_header(block);
    memory_poison((char *)block + size, (count << PAGE_SHIFT) - size);
    page_set_up(page, kind, self->id, count << PAGE_SHIFT, 1);
    page->used = page->accounted = 1;
    atomic_store_explicit(&page->fresh, 1, memory_order_release);
    collector_note_allocation(self, holds_containers(kind), count, kind != KIND_STORAGE);
    return block;
}

/* ---- objects ---- */

__attribute__((noinline)) struct object *heap_alloc_slow(enum page_kind kind, size_t size, uint32_t type, uint8_t flags)
{
    struct thread_slot *self = thread_self;
    if (heap_injecting && inject_failure())
        return NULL;
    if (size > SMALL_MAX) {
        struct object *o = alloc_large(self, kind, size);
        if (!o) {
            collector_note_exhausted();
            return NULL;
        }
        note_taken(page_of(o), o, size);
        return object_publish(o, self->id, type, flags);
    }
    unsigned size_class = size_class_of(size < SMALLEST_OBJECT ? SMALLEST_OBJECT : size);
    struct page *page = slot_heap(self)->bins[kind - 1][size_class].current;
    if (!page->free && !(page = bin_refill(self, kind, size_class))) {
        collector_note_exhausted();
        return NULL;
    }
    struct free_object *block = page->free;
    page->free = atomic_load_explicit(&block->next, memory_order_relaxed);
    page->used++;
    note_taken(page, block, size);
    size_t body = size < SMALLEST_OBJECT ? SMALLEST_OBJECT : (size + 15) & ~(size_t)15;
    memory_unpoison(block, body);
    zero_words((char *)block + HEADER_BYTES, body - HEADER_BYTES);
    return object_publish(&block->header, self->id, type, flags);
}

static __attribute__((noinline)) struct object *heap_alloc_counted(struct object_type *type, enum page_kind kind,
                                                                   size_t size)
{
    struct object *o = heap_alloc_in_line(kind, size, type_ref(type), 0);
    if (o)
        rc_inc(&type->header);
    return o;
}

struct object *heap_alloc(struct object_type *type, size_t size)
{
    thread_check_unlocked("an object is allocated");
    uint32_t flags = type->gc_flags;
    enum page_kind kind = KIND_LEAF - (flags & TYPE_GC_CONTAINER); /* or the one before */
    if (unlikely(flags & TYPE_GC_COUNTED))
        return heap_alloc_counted(type, kind, size);
    return heap_alloc_in_line(kind, size, type_ref(type), 0);
}

struct object_type *heap_alloc_type(size_t size, struct object_type *meta)
{
    thread_check_unlocked("an object is allocated");
    struct object *o = heap_alloc_slow(KIND_TYPE, size, meta ? type_ref(meta) : 0, 0);
    if (o && meta && (meta->gc_flags & TYPE_GC_COUNTED))
        rc_inc(&meta->header);
    return (struct object_type *)o;
}

struct object_type *heap_well_known_type(unsigned k)
{
    assert(k >= 1 && k <= TYPE_WELL_KNOWN_MAX);
    struct object_type *type = type_from_ref(TYPE_WELL_KNOWN_REF(k));
    atomic_store_explicit(&type->header.owner, THREAD_NOBODY, memory_order_relaxed);
    atomic_store_explicit(&type->header.flags, OBJECT_IMMORTAL | OBJECT_SHARED, memory_order_relaxed);
    atomic_store_explicit(&type->header.local, LOCAL_DISTURBED, memory_order_relaxed);
    atomic_store_explicit(&type->header.shared, SHARED_MERGED | SHARED_ONE | SHARED_DISTURBED, memory_order_release);
    return type;
}

size_t heap_usable_size(const struct object *object)
{
    return page_usable(page_of(object));
}

void heap_use_all(struct object *object)
{
    (void)object;
    memory_unpoison(object, heap_usable_size(object));
}

/* Not straight back to a page of the caller's. */
static __attribute__((noinline)) void free_block_slow(struct page *page, void *block, size_t offset)
{
    struct thread_slot *self = thread_self;
    note_freed(page, block);
    if (page_is_large(page)) {
        if (offset && holds_containers(atomic_load_explicit(&page->kind, memory_order_relaxed)) && self)
            collector_note_allocation(self, -1, 0, false);
        if (!self || !keep_spare(self, page, block, offset))
            page_leave(page);
    } else if (self && page->slot == self->id) {
        page_put(page, block, offset); /* it is watched */
    } else {
        free_remote(page, block, block);
    }
}

static inline void free_block(struct page *page, void *block, size_t offset)
{
    const struct thread_slot *self = thread_self;
    if (likely(self && read_hot(uint16_t, &page->home) == self->id))
        page_put(page, block, offset);
    else
        free_block_slow(page, block, offset);
}

#ifdef ATOLL_ASAN
void heap_poison_dead(struct page *page, struct object *object)
{
    poison_unread((char *)object + sizeof(struct free_object), page_usable(page) - sizeof(struct free_object));
}
#endif

static void retire_block(void *block, size_t size);

void heap_free(struct object *object)
{
    struct page *page = page_of(object);
    CHECK(object_type_ref(object) != 0, object, "freed twice");
    write_dead_header(object);
    if (unlikely(atomic_load_explicit(&page->kind, memory_order_relaxed) == KIND_TYPE) && !page_is_large(page)) {
        /* The collector may be about to look into the type of an object that died with it. */
        note_freed(page, object);
        retire_block(object, page->block_size);
        return;
    }
    heap_poison_dead(page, object);
    free_block(page, object, HEADER_BYTES);
}

void heap_chain_dead(struct page *page, struct object *object, void **chain, void **last)
{
    write_dead_header(object);
    note_freed(page, object);
    heap_poison_dead(page, object);
    atomic_store_explicit(block_link(object, HEADER_BYTES), *chain, memory_order_relaxed);
    if (!*chain)
        *last = object;
    *chain = object;
}

void heap_free_chain(struct page *page, void *chain, void *last, uint32_t count)
{
    struct thread_slot *self = thread_self;
    if (page_is_large(page)) {
        free_block(page, chain, HEADER_BYTES);
    } else if (page->slot == self->id) {
        atomic_store_explicit(block_link(last, HEADER_BYTES), page->free, memory_order_relaxed);
        page->free = chain;
        page->used -= count;
        page->accounted -= count;
        if (page->used < page->wake)
            page_after_free(slot_heap(self), page);
    } else {
        atomic_fetch_add_explicit(&page->reclaimed, count, memory_order_relaxed);
        free_remote(page, chain, last);
    }
}

/* ---- storage ---- */

static __attribute__((noinline)) void *storage_alloc_slow(size_t size)
{
    struct thread_slot *self = thread_self;
    if (heap_injecting && inject_failure())
        return NULL;
    void *block;
    if (size > SMALL_MAX) {
        block = alloc_large(self, KIND_STORAGE, size);
        if (block)
            note_taken(page_of(block), block, size);
        else
            collector_note_exhausted();
        return block;
    }
    unsigned size_class = size_class_of(size ? size : 1);
    struct page *page = slot_heap(self)->bins[KIND_STORAGE - 1][size_class].current;
    if (!page->free && !(page = bin_refill(self, KIND_STORAGE, size_class))) {
        collector_note_exhausted();
        return NULL;
    }
    block = page->free;
    page->free = atomic_load_explicit(block_link(block, 0), memory_order_relaxed);
    page->used++;
    note_taken(page, block, size);
    size_t body = ((size ? size : 1) + 15) & ~(size_t)15;
    memory_unpoison(block, body);
    zero_words(block, body);
    poison_unread((char *)block + size, body - size);
    return block;
}

void *storage_alloc(size_t size)
{
    thread_check_unlocked("storage is allocated");
    if (unlikely(size - 1 >= read_hot(size_t, &heap_in_line_max)))
        return storage_alloc_slow(size);
    void *block = bin_take(thread_self, KIND_STORAGE, size, 0);
    if (unlikely(!block))
        return storage_alloc_slow(size);
    size_t body = (size + 15) & ~(size_t)15;
    zero_words(block, body);
    poison_unread((char *)block + size, body - size);
    return block;
}

void storage_free(void *storage, size_t size)
{
    (void)size;
    if (!storage)
        return;
    struct page *page = page_of(storage);
    if (!page_is_large(page)) { /* else readers may be left until a grace period has passed */
        memory_unpoison(storage, 16);
        poison_unread((char *)storage + 16, page_usable(page) - 16);
    }
    free_block(page, storage, 0);
}

static void free_retired(struct grace_node *node)
{
    struct retired *chunk = (struct retired *)node;
    for (size_t i = 0; i < chunk->count; i++) {
        void *block = chunk->blocks[i];
        struct page *page = page_of(block);
        if (link_offset(page) == 0)
            storage_free(block, 0);
        else
            free_remote(page, block, block); /* a type: its header is dead already */
    }
    free(chunk);
}

void heap_flush_retired(struct slot_heap *heap)
{
    struct retired *chunk = heap->retired;
    if (!chunk)
        return;
    heap->retired = NULL;
    heap->retired_bytes = 0;
    chunk->grace.callback = free_retired;
    grace_call(&chunk->grace);
}

static void retire_block(void *block, size_t size)
{
    struct slot_heap *heap = slot_heap(thread_self);
    if (!heap->retired) {
        heap->retired = malloc(sizeof *heap->retired);
        if (!heap->retired)
            return; /* not even a chunk: the block is lost, which is safe; nothing else can be done without waiting */
        heap->retired->count = 0;
    }
    struct retired *chunk = heap->retired;
    chunk->blocks[chunk->count++] = block;
    heap->retired_bytes += size;
    if (chunk->count == RETIRE_CHUNK || heap->retired_bytes >= RETIRE_BYTES || chaos_chance(16))
        heap_flush_retired(heap);
}

void storage_retire(void *storage, size_t size)
{
    if (!storage)
        return;
    if (size > SMALL_MAX) {
        note_freed(page_of(storage), storage);
        page_leave(page_of(storage)); /* waits in its page's own node */
    } else {
        retire_block(storage, size);
    }
}

/* ---- slots ---- */

bool heap_attach(struct thread_slot *slot)
{
    if (slot_heap(slot))
        return true; /* adopted, with everything in it */
    struct slot_heap *heap = thread_alloc_apart(sizeof *heap);
    if (!heap)
        return false;
    for (size_t row = 0; row < KIND_COUNT - 1; row++)
        for (size_t i = 0; i < SIZE_CLASSES; i++)
            heap->bins[row][i].current = &empty_page;
    atomic_store_explicit(&slot->heap, heap, memory_order_release);
    return true;
}

void heap_detach(struct thread_slot *slot)
{
    queue_merge(slot);
    if (slot_heap(slot)->hot)
        queue_help_idle();
    heap_drain_remote(slot_heap(slot));
    heap_flush_retired(slot_heap(slot));
}

/* ---- walking ---- */

static void each_in_range(size_t from, size_t to, void (*visit)(struct object *, struct page *, void *), void *context)
{
    for (size_t i = from; i < to; i++) {
        struct page *page = &pages[i];
        uint8_t kind = atomic_load_explicit(&page->kind, memory_order_acquire);
        if (kind != KIND_CONTAINER && kind != KIND_LEAF && kind != KIND_TYPE)
            continue;
        uint32_t fresh = atomic_load_explicit(&page->fresh, memory_order_acquire);
        for (uint32_t k = 0; k < fresh; k++) {
            struct object *o = page_object(page, k);
            if (object_type_ref(o) != 0)
                visit(o, page, context);
        }
    }
}

void heap_each_object(void (*visit)(struct object *object, struct page *page, void *context), void *context)
{
    size_t types_end, others_end;
    pages_extent(&types_end, &others_end);
    each_in_range(WELL_KNOWN_PAGES, types_end, visit, context);
    each_in_range(TYPE_PAGES, others_end, visit, context);
}

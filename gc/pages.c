/*
 * The region and its pool of free spans.
 *
 * The region is reserved once, without access rights, and opened from its beginning in steps: what was never opened
 * costs nothing, not even in a leak checker that scans what is readable. Free spans are kept in lists by length, and
 * merge with their free neighbours: the first and the last page of a free span both know its length. One mutex guards
 * it all; it is taken once in some hundred allocations.
 */
#include "gc/pages.h"

#include <pthread.h>
#include <string.h>
#include <sys/mman.h>

#ifdef ATOLL_ASAN
#include <sanitizer/lsan_interface.h>
#endif

#if defined(ATOLL_SANITIZED)
#define REGION_LARGEST ((size_t)64 << 30)
#else
#define REGION_LARGEST ((size_t)1 << 40)
#endif
#define REGION_SMALLEST ((size_t)8 << 30)
#define OPEN_STEP       256u /* pages made accessible at a time: 16 MiB */
#define LIST_EXACT      32u  /* spans of up to so many pages have a list for each length */
#define RELEASE_AT_ONCE 64u  /* free spans of so many pages (4 MiB) go back to the system at once */

char *region, *type_region;
struct page *pages;
size_t region_pages;

uint32_t size_class_bytes[SIZE_CLASSES];

/* One part of the region: types, or all else. */
struct part {
    size_t begin, end;                  /* page numbers */
    size_t next;                        /* pages from here on were never handed out */
    size_t open;                        /* pages below are accessible */
    struct page *lists[LIST_EXACT + 1]; /* lists[0]: longer spans */
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct part types, others;
static _Atomic size_t in_use;
static size_t dirty_free; /* pages; under the mutex */

static void size_classes_init(void)
{
    for (size_t size = 1; size <= SMALL_MAX; size++)
        size_class_bytes[size_class_of(size)] = (uint32_t)((size + 15) & ~(size_t)15);
}

/* Reserve a region of `size` bytes, with its descriptors and views. False: the limits do not allow for so much. */
static bool region_reserve(size_t size)
{
    void *memory = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        return false;
    size_t count = (size >> PAGE_SHIFT) - 1; /* one less: room to align */
    void *table = mmap(NULL, count * sizeof(struct page), PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    char *begin = (char *)(((uintptr_t)memory + PAGE_SIZE - 1) & ~(uintptr_t)(PAGE_SIZE - 1));
    if (table == MAP_FAILED || !page_views_init(begin, count)) {
        if (table != MAP_FAILED)
            munmap(table, count * sizeof(struct page));
        munmap(memory, size);
        return false;
    }
    region = type_region = begin;
    pages = table;
    region_pages = count;
    return true;
}

bool pages_init(void)
{
    if (region)
        return true;
    size_t size = REGION_LARGEST;
    while (!region_reserve(size))
        if ((size /= 2) < REGION_SMALLEST)
            return false;
    types = (struct part){.begin = 0, .end = TYPE_PAGES, .next = WELL_KNOWN_PAGES};
    others = (struct part){.begin = TYPE_PAGES, .end = region_pages, .next = TYPE_PAGES, .open = TYPE_PAGES};
    size_classes_init();
#ifdef ATOLL_ASAN
    __lsan_register_root_region(region, region_pages << PAGE_SHIFT);
#endif
    types.open = WELL_KNOWN_PAGES;
    if (mprotect(region, WELL_KNOWN_PAGES << PAGE_SHIFT, PROT_READ | PROT_WRITE) != 0)
        return false;
    for (size_t i = 0; i < WELL_KNOWN_PAGES; i++) {
        pages[i].block_size = TYPE_WELL_KNOWN_STRIDE;
        pages[i].capacity = PAGE_SIZE / TYPE_WELL_KNOWN_STRIDE;
        pages[i].reciprocal = (uint32_t)(((uint64_t)1 << 32) / TYPE_WELL_KNOWN_STRIDE);
        pages[i].span = 1;
        atomic_store_explicit(&pages[i].kind, KIND_WELL_KNOWN, memory_order_relaxed);
    }
    return true;
}

/* ---- free spans; the mutex is held ---- */

static struct page **list_of(struct part *part, size_t span)
{
    return &part->lists[span <= LIST_EXACT ? span : 0];
}

static void list_insert(struct part *part, struct page *page, size_t span)
{
    struct page **list = list_of(part, span);
    page->span = (uint32_t)span;
    page[span - 1].span = (uint32_t)span;
    page->free_span = page[span - 1].free_span = true;
    page->pool_previous = NULL;
    page->pool_next = *list;
    if (*list)
        (*list)->pool_previous = page;
    *list = page;
}

static void list_remove(struct part *part, struct page *page)
{
    if (page->pool_previous)
        page->pool_previous->pool_next = page->pool_next;
    else
        *list_of(part, page->span) = page->pool_next;
    if (page->pool_next)
        page->pool_next->pool_previous = page->pool_previous;
    page->free_span = page[page->span - 1].free_span = false;
}

static struct page *find_span(struct part *part, size_t count)
{
    for (size_t length = count; length <= LIST_EXACT; length++)
        if (part->lists[length])
            return part->lists[length];
    struct page *best = NULL;
    for (struct page *page = part->lists[0]; page; page = page->pool_next)
        if (page->span >= count && (!best || page->span < best->span))
            best = page;
    return best;
}

/* Never used pages; opens the next stretch when it must. */
static struct page *extend(struct part *part, size_t count)
{
    if (part->end - part->next < count)
        return NULL;
    size_t need = part->next + count;
    if (need > part->open) {
        size_t open = need + OPEN_STEP < part->end ? need + OPEN_STEP : part->end;
        if (mprotect(region + (part->open << PAGE_SHIFT), (open - part->open) << PAGE_SHIFT, PROT_READ | PROT_WRITE) !=
            0)
            return NULL;
        part->open = open;
    }
    struct page *page = &pages[part->next];
    part->next = need;
    for (size_t i = 0; i < count; i++)
        atomic_store_explicit(&page[i].kind, KIND_FREE, memory_order_relaxed);
    return page;
}

struct page *pages_take(size_t count, bool for_types, size_t zero)
{
    struct part *part = for_types ? &types : &others;
    bool dirty = false;
    pthread_mutex_lock(&mutex);
    struct page *page = find_span(part, count);
    if (page) {
        size_t span = page->span;
        list_remove(part, page);
        if (span > count)
            list_insert(part, page + count, span - count);
        for (size_t i = 0; i < count; i++) {
            dirty_free -= page[i].dirty;
            dirty |= page[i].dirty;
        }
    } else {
        page = extend(part, count);
    }
    pthread_mutex_unlock(&mutex);
    if (!page)
        return NULL;
    page->span = (uint32_t)count;
    memory_unpoison(page_start(page), count << PAGE_SHIFT);
    if (dirty && zero)
        memset(page_start(page), 0, zero);
    for (size_t i = 0; i < count; i++)
        page[i].dirty = true;
    atomic_fetch_add_explicit(&in_use, count, memory_order_relaxed);
    return page;
}

/* ---- giving back ---- */

static size_t count_dirty(const struct page *page, size_t span)
{
    size_t dirty = 0;
    for (size_t i = 0; i < span; i++)
        dirty += page[i].dirty;
    return dirty;
}

/* Give memory of a span back to the system. The span is in nobody's hands but the caller's and the mutex is free: this
   takes its time, and mutators may want pages. */
static void release_memory(struct page *page, size_t span)
{
    for (size_t i = 0, run; i < span; i += run) {
        bool dirty = page[i].dirty;
        for (run = 1; i + run < span && page[i + run].dirty == dirty; run++)
            ;
        if (!dirty || madvise(page_start(&page[i]), run << PAGE_SHIFT, MADV_DONTNEED) != 0)
            continue;
        for (size_t k = 0; k < run; k++)
            page[i + k].dirty = false;
    }
}

/* Put a span into the pool, together with free neighbours. */
static void insert_span(struct page *page, size_t span)
{
    struct part *part = page < &pages[TYPE_PAGES] ? &types : &others;
    pthread_mutex_lock(&mutex);
    dirty_free += count_dirty(page, span);
    if (page > &pages[part->begin] && page[-1].free_span) {
        struct page *before = page - page[-1].span;
        list_remove(part, before);
        span += before->span;
        page = before;
    }
    if (page + span < &pages[part->next] && page[span].free_span) {
        struct page *after = page + span;
        list_remove(part, after);
        span += after->span;
    }
    list_insert(part, page, span);
    pthread_mutex_unlock(&mutex);
}

void pages_give(struct page *page)
{
    size_t span = page->span;
    atomic_store_explicit(&page->kind, KIND_FREE, memory_order_release);
    memory_poison(page_start(page), span << PAGE_SHIFT);
    atomic_fetch_sub_explicit(&in_use, span, memory_order_relaxed);
    if (span >= RELEASE_AT_ONCE)
        release_memory(page, span);
    insert_span(page, span);
}

/* Take spans with dirty pages out of a list, onto `taken`, until few enough dirty pages are left in the pool. */
static struct page *take_dirty(struct part *part, size_t list, size_t keep, struct page *taken)
{
    struct page *next;
    for (struct page *page = part->lists[list]; page && dirty_free > keep; page = next) {
        next = page->pool_next;
        size_t dirty = count_dirty(page, page->span);
        if (!dirty)
            continue;
        list_remove(part, page);
        dirty_free -= dirty;
        page->pool_next = taken;
        taken = page;
    }
    return taken;
}

void pages_trim(size_t keep)
{
    struct page *taken = NULL;
    pthread_mutex_lock(&mutex);
    for (size_t i = 0; i <= LIST_EXACT && dirty_free > keep; i++) { /* long spans first */
        size_t list = i ? LIST_EXACT + 1 - i : 0;
        taken = take_dirty(&others, list, keep, taken);
        taken = take_dirty(&types, list, keep, taken);
    }
    pthread_mutex_unlock(&mutex);
    while (taken) {
        struct page *page = taken;
        taken = page->pool_next;
        release_memory(page, page->span);
        insert_span(page, page->span);
    }
}

size_t pages_in_use(void)
{
    return atomic_load_explicit(&in_use, memory_order_relaxed);
}

void pages_extent(size_t *types_end, size_t *others_end)
{
    pthread_mutex_lock(&mutex);
    *types_end = types.next;
    *others_end = others.next;
    pthread_mutex_unlock(&mutex);
}

void pages_lock(void)
{
    pthread_mutex_lock(&mutex);
}

void pages_unlock(void)
{
    pthread_mutex_unlock(&mutex);
}

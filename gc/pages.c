/*
 * The region and its pool of free spans.
 *
 * The region is reserved once, without access rights, and opened from its beginning in steps, its descriptors and views
 * with it: what was never opened costs nothing, not even in a leak checker that scans what is readable, and does not
 * count where the limit is on writable memory (RLIMIT_DATA). Where address space itself is limited (RLIMIT_AS) nothing
 * is reserved: the region is mapped step by step at a place where the system puts nothing on its own. Free spans are
 * kept in lists by length, and merge with their free neighbours: the first and the last page of a free span both know
 * its length. One mutex guards it all; it is taken once in some hundred allocations.
 */
#include "gc/pages.h"
#include "threads/watched.h"

#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>

#ifdef ATOLL_ASAN
#include <sanitizer/lsan_interface.h>
#endif

/* Sanitizers have tables for where memory usually is, and need no end of address space. */
#if defined(ATOLL_SANITIZED)
#define SANITIZED      true
#define REGION_LARGEST ((size_t)64 << 30)
#else
#define SANITIZED      false
#define REGION_LARGEST ((size_t)1 << 40)
#endif
#define REGION_SMALLEST ((size_t)8 << 30)
#define OPEN_STEP       64u /* pages made accessible at a time: 4 MiB */
#define LIST_EXACT      32u /* spans of up to so many pages have a list for each length */
#define RELEASE_AT_ONCE 64u /* free spans of so many pages (4 MiB) go back to the system at once */

char *region, *type_region;
struct page *pages;
uintptr_t page_zero;
static bool *dirty_pages; /* by page number: the memory is not all zero. Of whoever has the page, or of the pool */
size_t region_pages;
bool address_space_is_scarce;

uint32_t size_class_bytes[SIZE_CLASSES];

/* One part of the region: types, or all else. */
struct part {
    size_t begin, end;                  /* page numbers */
    size_t next;                        /* pages from here on were never handed out */
    size_t open;                        /* pages below are accessible */
    struct page *lists[LIST_EXACT + 1]; /* lists[0]: longer spans */
};

static struct watched_mutex mutex = WATCHED_MUTEX_INITIALIZER;
static struct part types, others;
static _Atomic size_t in_use;
static size_t dirty_free; /* pages; under the mutex */

static void size_classes_init(void)
{
    for (size_t size = 1; size <= SMALL_MAX; size++)
        size_class_bytes[size_class_of(size)] = (uint32_t)((size + 15) & ~(size_t)15);
}

static void *map_pages(size_t bytes, int protection)
{
    void *memory = mmap(NULL, bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

/* Descriptors and views of a region of `count` pages that begins at `begin`. */
static bool tables_init(char *begin, size_t count, int protection)
{
    struct page *table = map_pages(count * sizeof *table, protection);
    if (!table)
        return false;
    if (!(dirty_pages = map_pages(count, protection)) || !page_views_init(begin, count, protection != PROT_NONE)) {
        if (dirty_pages)
            munmap(dirty_pages, count);
        munmap(table, count * sizeof *table);
        return false;
    }
    region = type_region = begin;
    pages = table;
    page_zero = (uintptr_t)table - ((uintptr_t)begin >> PAGE_SHIFT) * sizeof(struct page);
    region_pages = count;
    return true;
}

/* Reserve a region of `size` bytes, with its descriptors and views. False: the limits do not allow for so much. */
static bool region_reserve(size_t size)
{
    char *memory = map_pages(size, PROT_NONE);
    if (!memory)
        return false;
    char *begin = (char *)(((uintptr_t)memory + PAGE_SIZE - 1) & ~(uintptr_t)(PAGE_SIZE - 1));
    if (tables_init(begin, (size >> PAGE_SHIFT) - 1, PROT_NONE)) /* one page less: room to align */
        return true;
    munmap(memory, size);
    return false;
}

/* Map memory that was not reserved. */
static bool map_at(char *address, size_t bytes)
{
    void *memory = mmap(address, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
    if (memory == address)
        return true;
    if (memory != MAP_FAILED) /* a kernel that takes the place for a hint */
        munmap(memory, bytes);
    return false;
}

/* Choose a place for a region that may grow to `size` bytes beyond its types. It is far from where the system puts
   programs, libraries and stacks, and not the same each time. */
static bool region_place(size_t size)
{
    static const uintptr_t places[] = {(uintptr_t)1 << 44, (uintptr_t)1 << 45, (uintptr_t)1 << 36};
    const uint32_t *random = (const uint32_t *)getauxval(AT_RANDOM);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        char *begin = (char *)(places[i] + ((uintptr_t)(random ? *random & 0xFFFFF : 0) << PAGE_SHIFT));
        if (!map_at(begin, PAGE_SIZE))
            continue;
        munmap(begin, PAGE_SIZE);
        return tables_init(begin, TYPE_PAGES + (size >> PAGE_SHIFT), PROT_READ | PROT_WRITE);
    }
    return false;
}

static bool region_init(void)
{
    struct rlimit limit;
    if (!SANITIZED && getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
        address_space_is_scarce = true;
        return region_place(limit.rlim_cur < REGION_LARGEST ? limit.rlim_cur : REGION_LARGEST);
    }
    for (size_t size = REGION_LARGEST; size >= REGION_SMALLEST; size /= 2)
        if (region_reserve(size))
            return true;
    return false;
}

static bool make_accessible(void *from, size_t bytes)
{
    uintptr_t begin = (uintptr_t)from & ~(uintptr_t)4095, end = (uintptr_t)from + bytes;
    return mprotect((void *)begin, end - begin, PROT_READ | PROT_WRITE) == 0;
}

/* Make pages [from, to) accessible, which adjoin those of the part that are. */
static bool open_pages(size_t from, size_t to)
{
    char *start = region + (from << PAGE_SHIFT);
    size_t bytes = (to - from) << PAGE_SHIFT;
    if (address_space_is_scarce)
        return map_at(start, bytes); /* the tables are */
    return make_accessible(&pages[from], (to - from) * sizeof *pages) &&
           make_accessible(&dirty_pages[from], to - from) &&
           make_accessible(page_view_of((struct object *)start), to - from) && make_accessible(start, bytes);
}

bool pages_init(void)
{
    if (region)
        return true;
    if (!region_init() || !open_pages(0, WELL_KNOWN_PAGES))
        return false;
    types = (struct part){.begin = 0, .end = TYPE_PAGES, .next = WELL_KNOWN_PAGES, .open = WELL_KNOWN_PAGES};
    others = (struct part){.begin = TYPE_PAGES, .end = region_pages, .next = TYPE_PAGES, .open = TYPE_PAGES};
    size_classes_init();
#ifdef ATOLL_ASAN
    __lsan_register_root_region(region, region_pages << PAGE_SHIFT);
#endif
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
        if (!open_pages(part->open, open) && !open_pages(part->open, open = need))
            return NULL;
        part->open = open;
    }
    struct page *page = &pages[part->next];
    part->next = need;
    return page;
}

static size_t count_dirty(const struct page *page, size_t span)
{
    const bool *is_dirty = &dirty_pages[page - pages];
    size_t dirty = 0;
    for (size_t i = 0; i < span; i++)
        dirty += is_dirty[i];
    return dirty;
}

/* Give memory of a span back to the system. The span is in nobody's hands but the caller's and the mutex is free: this
   takes its time, and mutators may want pages. */
static void release_memory(struct page *page, size_t span)
{
    bool *is_dirty = &dirty_pages[page - pages];
    for (size_t i = 0, run; i < span; i += run) {
        bool dirty = is_dirty[i];
        for (run = 1; i + run < span && is_dirty[i + run] == dirty; run++)
            ;
        if (dirty && madvise(page_start(&page[i]), run << PAGE_SHIFT, MADV_DONTNEED) == 0)
            memset(&is_dirty[i], false, run);
    }
}

/* Make the first `zero` bytes of a span that the caller took zero. What is much the system does, page by page when the
   memory is used: this may not take long. */
static void clean(struct page *page, size_t span, size_t dirty, size_t zero)
{
    if (dirty >= RELEASE_AT_ONCE)
        release_memory(page, span);
    for (size_t i = 0; i < span && zero > 0; i++) {
        size_t bytes = zero < PAGE_SIZE ? zero : PAGE_SIZE;
        if (dirty_pages[page - pages + i])
            memset(page_start(&page[i]), 0, bytes);
        zero -= bytes;
    }
}

struct page *pages_take(size_t count, bool for_types, size_t zero)
{
    struct part *part = for_types ? &types : &others;
    size_t dirty = 0;
    watched_lock(&mutex);
    struct page *page = find_span(part, count);
    if (page) {
        size_t span = page->span;
        list_remove(part, page);
        if (span > count)
            list_insert(part, page + count, span - count);
        dirty = count_dirty(page, count);
        dirty_free -= dirty;
    } else {
        page = extend(part, count);
    }
    watched_unlock(&mutex);
    if (!page)
        return NULL;
    page->span = (uint32_t)count;
    memory_unpoison(page_start(page), count << PAGE_SHIFT);
    if (zero && dirty)
        clean(page, count, dirty, zero);
    memset(&dirty_pages[page - pages], true, count);
    atomic_fetch_add_explicit(&in_use, count, memory_order_relaxed);
    return page;
}

/* ---- giving back ---- */

/* Put a span into the pool, together with free neighbours. */
static void insert_span(struct page *page, size_t span)
{
    struct part *part = page < &pages[TYPE_PAGES] ? &types : &others;
    watched_lock(&mutex);
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
    watched_unlock(&mutex);
}

void pages_give(struct page *page)
{
    size_t span = page->span;
    atomic_store_explicit(&page->kind, KIND_UNUSED, memory_order_release);
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
    watched_lock(&mutex);
    for (size_t i = 0; i <= LIST_EXACT && dirty_free > keep; i++) { /* long spans first */
        size_t list = i ? LIST_EXACT + 1 - i : 0;
        taken = take_dirty(&others, list, keep, taken);
        taken = take_dirty(&types, list, keep, taken);
    }
    watched_unlock(&mutex);
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
    watched_lock(&mutex);
    *types_end = types.next;
    *others_end = others.next;
    watched_unlock(&mutex);
}

void pages_lock(void)
{
    watched_lock(&mutex);
}

void pages_unlock(void)
{
    watched_unlock(&mutex);
}

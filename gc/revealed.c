/*
 * Pages that nobody else looks into.
 *
 * Most objects are never seen by a thread but the one that made them; still that thread would need an atomic operation
 * for each of them, when it dies and whenever it is locked, because another thread might just be reading a pointer to
 * it from a slot. So the burden is on those others, once for each page: before a thread counts an object of another
 * owner by a pointer that it read from a slot, or takes its lock, it *shows* itself at the object's page and makes
 * every thread see that (the asymmetric barrier). While a page is unseen its owner
 *
 *   - lets objects die without an atomic operation: it writes that the local count ended, then looks at the page again.
 *     If that is still unseen no other thread counts the object: whoever comes later finds both counts at zero. If not,
 *     it goes on as usual, with the atomic operation (counting.c);
 *   - changes objects without their locks, in *sections*: it notes the object in its slot, then looks at the page
 * again. Whoever locks an object of another owner shows itself and then waits until the owner's section is over.
 *
 * Each is Dekker's agreement, where the owner's barrier is executed on demand. A page that others look into stays so
 * until it leaves for the pool. An owner that finds its objects dying in such a page allocates elsewhere (heap_avoid).
 */
#include "gc/pages.h"
#include "threads/watched.h"

#include <sched.h>
#include <sys/mman.h>

#define LOOKS 100 /* at a section before giving the processor away */

uintptr_t page_views;
static uint8_t first_view;

bool page_views_init(const char *begin, size_t count, bool open)
{
    int protection = open ? PROT_READ | PROT_WRITE : PROT_NONE;
    void *memory = mmap(NULL, count, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        return false;
    page_views = (uintptr_t)memory - ((uintptr_t)begin >> HEAP_PAGE_SHIFT);
    first_view = thread_barrier_init() ? PAGE_UNSEEN : PAGE_LEFT_ALONE;
    return true;
}

void page_view_reset(const struct page *page)
{
    uint8_t view = chaos_chance(4) ? PAGE_LEFT_ALONE : first_view; /* as good as any, and many ways lead past it */
    atomic_store_explicit(page_view_of((struct object *)page_start(page)), view, memory_order_relaxed);
}

void page_show(const struct object *o)
{
    _Atomic uint8_t *view = page_view_of(o);
    chaos_point();
    uint8_t seen = PAGE_UNSEEN;
    if (!atomic_compare_exchange_strong_explicit(view, &seen, PAGE_SHOWING, memory_order_seq_cst,
                                                 memory_order_seq_cst) &&
        seen != PAGE_SHOWING)
        return;
    thread_barrier_all(); /* for a page that somebody else is showing too: its barrier may be yet to come */
    seen = PAGE_SHOWING;
    chaos_point();
    atomic_compare_exchange_strong_explicit(view, &seen, PAGE_SEEN, memory_order_seq_cst, memory_order_seq_cst);
}

void object_reveal_slow(struct object *o)
{
    page_show(o);
    struct page *page = page_of(o);
    _Atomic(void *) *section = &thread_slot_at(page->slot)->section;
    void *entered;
    for (unsigned look = 1; (entered = atomic_load_explicit(section, memory_order_acquire)) == o; look++) {
        if (look == WATCHED_LOOKS)
            thread_note_wait(false);
        if (look % LOOKS == 0)
            sched_yield();
    }
    uint8_t seen = PAGE_SEEN;
    if (!entered || page_of(entered) != page)
        atomic_compare_exchange_strong_explicit(page_view_of(o), &seen, PAGE_LEFT_ALONE, memory_order_seq_cst,
                                                memory_order_seq_cst);
}

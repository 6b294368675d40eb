/*
 * Sharing the collector's work with mutators that outrun it.
 *
 * A task is done page by page. Pages are claimed one at a time from a single word that holds the task, its ticket, the
 * next page and the number of pages: a helper that slept through a task cannot claim a page for the wrong one, and
 * while a claimed page is not finished the collector does not go on to the next task, so what a claim refers to is
 * valid. A mutator helps after it allocated (a page for a page), it never waits for anything; the collector waits for a
 * helper that was put to sleep by the scheduler while it was at a page.
 */
#include "gc/cycle.h"

#include <sched.h>
#include <time.h>

/* task << 60 | ticket << 48 | next page << 24 | pages */
static _Atomic uint64_t work;
static _Atomic uint64_t finished; /* pages of this task that are done */
static struct cycle *current;     /* written before `work` */
static uint64_t ticket;
_Atomic uint64_t share_helped;

#define WAIT_YIELDS 50 /* looks at a helper's last page before the collector sleeps */
#define FIELD       ((1u << 24) - 1)

static inline enum task task_of(uint64_t word)
{
    return (enum task)(word >> 60);
}

static bool claim(bool at_safepoint, uint64_t *claimed)
{
    uint64_t now = atomic_load_explicit(&work, memory_order_acquire);
    do {
        if (((now >> 24) & FIELD) >= (now & FIELD) || (task_of(now) == TASK_DESTROY && !at_safepoint))
            return false;
    } while (!atomic_compare_exchange_weak_explicit(&work, &now, now + ((uint64_t)1 << 24), memory_order_acq_rel,
                                                    memory_order_acquire));
    *claimed = now;
    return true;
}

static void process(uint64_t claimed)
{
    struct cycle *cycle = current;
    size_t item = (claimed >> 24) & FIELD;
    struct snapshot_page *page = &cycle->pages[item];
    switch (task_of(claimed)) {
    case TASK_COUNTS:
        snapshot_page_counts(cycle, page);
        break;
    case TASK_REFERENCES:
        snapshot_page_references(cycle, page);
        break;
    case TASK_TRIAL:
        judge_page_trial(cycle, page);
        break;
    case TASK_FOLLOW:
        graph_follow_leftover(cycle, cycle->handed[item]);
        break;
    case TASK_VALIDATE:
        judge_page_validate(cycle, page);
        break;
    case TASK_JOIN:
        judge_page_join(cycle, page);
        break;
    case TASK_SWITCH_OFF:
        reclaim_page_switch_off(cycle, page);
        break;
    case TASK_DESTROY:
        reclaim_page_destroy(cycle, page);
        break;
    case TASK_FREE:
        reclaim_page_free(cycle, page);
        break;
    case TASK_NONE:
        break;
    }
    atomic_fetch_add_explicit(&finished, 1, memory_order_acq_rel);
}

void share_run(struct cycle *cycle, enum task task, size_t items)
{
    uint64_t claimed;
    current = cycle;
    ticket = (ticket + 1) & 0xFFF;
    atomic_store_explicit(&finished, 0, memory_order_relaxed);
    atomic_store_explicit(&work, (uint64_t)task << 60 | ticket << 48 | items, memory_order_release);
    while (claim(true, &claimed)) {
        grace_reader_online(); /* pages stay where they are while one is looked at */
        process(claimed);
        grace_reader_offline();
    }
    for (int i = 0; atomic_load_explicit(&finished, memory_order_acquire) != items; i++) {
        if (i < WAIT_YIELDS)
            sched_yield();
        else
            nanosleep(&(struct timespec){.tv_nsec = 20000}, NULL);
    }
}

bool share_help(bool at_safepoint)
{
    uint64_t claimed;
    if (!claim(at_safepoint, &claimed))
        return false;
    /* A mutator is always inside a read-side section. What dies here must not run code: the collector waits for this
       page, and that code might wait for the collector. */
    bool *no_code = &slot_heap(thread_self)->no_code, before = *no_code;
    *no_code = true;
    process(claimed);
    *no_code = before;
    atomic_fetch_add_explicit(&share_helped, 1, memory_order_relaxed);
    return true;
}

/*
 * Sharing the collector's work with mutators that outrun it.
 *
 * A task is done item by item, mostly page by page. Items are claimed one at a time from a single word that holds the
 * task, its ticket, the next item and the number of items: a helper that slept through a task cannot claim an item for
 * the wrong one, and while a claimed item is not finished nobody goes on to the next task, so what a claim refers to is
 * valid.
 *
 * Whoever finishes the last item of a task begins the next one, so that a collector's thread that gets no processor
 * holds nothing up: it is needed only where a grace period or the islands' special members come in between. A mutator
 * helps after it allocated and never waits for anything; the collector waits for helpers that were put to sleep by the
 * scheduler while they were at an item. That is what takes long when there are more threads than processors, so where
 * mutators have all processors the collector leaves the work to them, as long as they do it.
 */
#include "gc/collector.h"
#include "gc/cycle.h"

#include <sched.h>

/* task << 60 | ticket << 48 | next item << 24 | items */
static _Atomic uint64_t work;
static _Atomic uint64_t progress; /* items of this task that are done << 32 | items */
static struct cycle *current;     /* written before `work` */
static _Atomic uint32_t turn;     /* futex word: changes when a task begins, and when the last one of a row is done */
static _Atomic bool resting;      /* the collector's thread waits for that */
static _Atomic bool running;      /* a row of tasks */
_Atomic uint64_t share_helped;

#define LOOKS         200 /* at the word before the collector rests */
#define YIELD_ITEMS   16  /* the collector offers its processor after so many, rather than lose it while it is at one */
#define REST_NS       1000000 /* at most: it is woken */
#define STAND_BACK_NS 300000  /* at most, before the collector looks whether helpers get on */
#define DONE_ONE      ((uint64_t)1 << 32)
#define FIELD         ((1u << 24) - 1)
#define TICKET_ONE    ((uint64_t)1 << 48)
#define TICKET_MASK   ((uint64_t)0xFFF << 48)

static inline enum task task_of(uint64_t word)
{
    return (enum task)(word >> 60);
}

static bool drops_references(enum task task)
{
    return task == TASK_RELEASE || task == TASK_DESTROY;
}

static bool claim(bool at_safepoint, uint64_t *claimed)
{
    uint64_t now = atomic_load_explicit(&work, memory_order_acquire);
    do {
        if (((now >> 24) & FIELD) >= (now & FIELD) || (drops_references(task_of(now)) && !at_safepoint))
            return false;
    } while (!atomic_compare_exchange_weak_explicit(&work, &now, now + ((uint64_t)1 << 24), memory_order_acq_rel,
                                                    memory_order_acquire));
    *claimed = now;
    return true;
}

static void wake(void)
{
    atomic_fetch_add_explicit(&turn, 1, memory_order_seq_cst);
    if (atomic_load_explicit(&resting, memory_order_seq_cst))
        thread_unpark(&turn, 1);
}

static void begin(enum task task, size_t items, uint64_t before)
{
    uint64_t ticket = (before + TICKET_ONE) & TICKET_MASK;
    atomic_store_explicit(&progress, items, memory_order_relaxed);
    atomic_store_explicit(&work, (uint64_t)task << 60 | ticket | items, memory_order_release);
    wake();
}

/* What follows without the collector's thread: TASK_NONE if it must look first. */
static enum task task_after(const struct cycle *cycle, enum task task)
{
    if (atomic_load_explicit(&cycle->failed, memory_order_relaxed))
        return TASK_NONE;
    switch (task) {
    case TASK_COUNTS:
        return TASK_REFERENCES;
    case TASK_REFERENCES:
        return TASK_TRIAL;
    case TASK_VALIDATE:
        return TASK_JOIN;
    case TASK_JOIN: /* which has switched off the counts, if no island can be spared */
        return cycle->special ? TASK_NONE : cycle->releases ? TASK_RELEASE : TASK_DESTROY;
    case TASK_SWITCH_OFF:
        return cycle->releases ? TASK_RELEASE : TASK_DESTROY;
    case TASK_RELEASE:
        return TASK_DESTROY;
    case TASK_DESTROY: /* types are destroyed after all else */
        return cycle->types ? TASK_NONE : TASK_FREE;
    default:
        return TASK_NONE;
    }
}

/* All items of the task are done, and nobody else is about to do anything before the next begins. */
static void go_on(struct cycle *cycle, uint64_t claimed)
{
    enum task task = task_of(claimed), next = task_after(cycle, task);
    cycle->reached = task;
    if (next != TASK_NONE) {
        begin(next, cycle->page_count, claimed);
        return;
    }
    atomic_store_explicit(&running, false, memory_order_release);
    wake();
}

/* Wait until the turn is not `seen` any more. */
static void rest(uint32_t seen, int64_t most)
{
    for (int i = 0; i < LOOKS; i++)
        if (atomic_load_explicit(&turn, memory_order_relaxed) != seen)
            return;
    atomic_store_explicit(&resting, true, memory_order_seq_cst);
    int result = thread_park(&turn, seen, most);
    (void)result;
    atomic_store_explicit(&resting, false, memory_order_relaxed);
}

/* ---- what is handed over ---- */

#define HANDED 64
static struct leftover *_Atomic handed[HANDED]; /* there are at least as many as items that stand for them */

bool share_is_short(void)
{
    uint64_t now = atomic_load_explicit(&work, memory_order_relaxed);
    return ((now >> 24) & FIELD) >= (now & FIELD);
}

/* The caller is at an item, so the task cannot end meanwhile. The leftover is there before the item that stands for it,
   and that is counted before it can be claimed. */
bool share_hand_over(struct leftover *leftover)
{
    for (size_t i = 0; i < HANDED; i++) {
        struct leftover *none = NULL;
        if (atomic_load_explicit(&handed[i], memory_order_relaxed) ||
            !atomic_compare_exchange_strong_explicit(&handed[i], &none, leftover, memory_order_acq_rel,
                                                     memory_order_relaxed))
            continue;
        atomic_fetch_add_explicit(&progress, 1, memory_order_relaxed);
        atomic_fetch_add_explicit(&work, 1, memory_order_acq_rel);
        wake();
        return true;
    }
    return false;
}

/* For who claimed an item that stands for one: one is there. Another claimer may take it while this one looks, but then
   there is another. */
static struct leftover *take_handed(void)
{
    for (size_t i = 0;; i = (i + 1) % HANDED) {
        struct leftover *found = atomic_load_explicit(&handed[i], memory_order_relaxed);
        if (found && atomic_compare_exchange_strong_explicit(&handed[i], &found, NULL, memory_order_acq_rel,
                                                             memory_order_relaxed))
            return found;
    }
}

/* ---- items ---- */

static void process_page(struct cycle *cycle, struct snapshot_page *page, enum task task)
{
    switch (task) {
    case TASK_COUNTS:
        snapshot_page_counts(cycle, page);
        break;
    case TASK_REFERENCES:
        snapshot_page_references(cycle, page);
        break;
    case TASK_TRIAL:
        judge_page_trial(cycle, page);
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
    case TASK_RELEASE:
        reclaim_page_release(cycle, page);
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
}

static void process(uint64_t claimed)
{
    struct cycle *cycle = current;
    size_t item = (claimed >> 24) & FIELD;
    if (item < cycle->page_count)
        process_page(cycle, &cycle->pages[item], task_of(claimed));
    else
        graph_follow_leftover(cycle, take_handed());
    uint64_t now = atomic_fetch_add_explicit(&progress, DONE_ONE, memory_order_acq_rel) + DONE_ONE;
    if (now >> 32 == (uint32_t)now)
        go_on(cycle, claimed);
}

static size_t processor_count(void)
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? (size_t)CPU_COUNT(&set) : 1;
}

/* Mutators run on all processors, or would. */
static bool processors_are_taken(void)
{
    size_t mutators = 0;
    for (size_t i = 0, n = thread_slot_count(); i < n; i++) {
        struct thread_slot *slot = thread_slot_at(i);
        mutators += slot != thread_self && atomic_load_explicit(&slot->state, memory_order_relaxed) == THREAD_RUNNING;
    }
    return mutators >= processor_count();
}

void share_run(struct cycle *cycle, enum task task)
{
    uint64_t claimed;
    if (task <= cycle->reached || cycle->page_count == 0)
        return;
    bool stand_back = processors_are_taken(), yields = !collector_at_rest(); /* else nobody is to profit from it */
    size_t done = 0;
    current = cycle;
    atomic_store_explicit(&running, true, memory_order_relaxed);
    begin(task, cycle->page_count, atomic_load_explicit(&work, memory_order_relaxed));
    for (uint64_t helped = atomic_load_explicit(&share_helped, memory_order_relaxed);;) {
        uint32_t seen = atomic_load_explicit(&turn, memory_order_seq_cst);
        if (!atomic_load_explicit(&running, memory_order_acquire))
            return;
        uint64_t before = helped;
        helped = atomic_load_explicit(&share_helped, memory_order_relaxed);
        if (stand_back && helped != before) {
            rest(seen, STAND_BACK_NS);
            continue;
        }
        if (claim(true, &claimed)) {
            grace_reader_online(); /* pages stay where they are while one is looked at */
            process(claimed);
            grace_reader_offline();
            if (yields && ++done % YIELD_ITEMS == 0)
                sched_yield();
        } else {
            rest(seen, REST_NS);
        }
    }
}

bool share_help(bool at_safepoint)
{
    uint64_t claimed;
    if (!claim(at_safepoint, &claimed))
        return false;
    /* A mutator is always inside a read-side section. What dies here must not run code: the collector waits for this
       item, and that code might wait for the collector. */
    bool *no_code = &slot_heap(thread_self)->no_code, before = *no_code;
    *no_code = true;
    process(claimed);
    *no_code = before;
    atomic_fetch_add_explicit(&share_helped, 1, memory_order_relaxed);
    return true;
}

uint64_t share_left(void)
{
    static const uint8_t tasks_after[] = {
        [TASK_COUNTS] = 6,     [TASK_REFERENCES] = 5, [TASK_TRIAL] = 4,   [TASK_VALIDATE] = 3, [TASK_JOIN] = 2,
        [TASK_SWITCH_OFF] = 2, [TASK_RELEASE] = 2,    [TASK_DESTROY] = 1, [TASK_FREE] = 0};
    uint64_t now = atomic_load_explicit(&work, memory_order_relaxed);
    uint64_t items = now & FIELD, next = (now >> 24) & FIELD;
    return (next < items ? items - next : 0) + tasks_after[task_of(now)] * items;
}

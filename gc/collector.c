/*
 * The collector's thread, when it runs, and its face.
 *
 * Young cycles start when as many containers were made (net of those that died) as a share of the live ones, or when
 * what they hold has made the heap grow; full ones when young ones left twice as many containers as the last full one
 * did, or when the heap has doubled. What young cycles leave is the sum over all pages of what lived when each was
 * last examined: objects that survive again and again are not taken for new ones. Mutators only add to two counters,
 * about once in a page's worth of allocation. One that does so while a cycle is under way helps (share.c); it never
 * waits.
 *
 * Whoever calls gc_collect waits, in a blocking region, because it asked to. Nobody else waits for a cycle:
 * `mutator_stops` counts the times that a mutator found a lock held by the collector, or the collector one held by a
 * mutator (watched.h).
 */
#include "gc/cells.h"
#include "gc/collector.h"
#include "threads/contention.h"
#include "threads/watched.h"
#include "threads/pause.h"

#include <limits.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

/* A young cycle for every eighth of the live containers and at least so many, or when the heap grew by a quarter and
   16 MiB, unless hardly any containers were made: a 64th of what starts a cycle else. */
#define YOUNG_LEAST        100000
#define YOUNG_SHARE        8
#define YOUNG_GROWTH       4
#define YOUNG_GROWTH_PAGES 256
#define YOUNG_FEW          64
/* A full one when twice as many containers live as the last one left, and at least so many more (some 25 MB of small
   objects), or for a heap that is twice as large, and 64 MiB. */
#define FULL_SURVIVORS    400000
#define FULL_GROWTH_PAGES 1024
/* A cycle that found no more than a hundredth of what it examined was fruitless. The next of its kind waits for twice
   as many containers, and after another one for four times as many; only the heap's growth starts a young cycle as
   early as ever. */
#define FRUITFUL_SHARE 100
#define FRUITLESS_MOST 2
/* While a cycle runs half as many containers may be made as start a young one, or the heap grow by a 16th and 4 MiB. */
#define HEADROOM_SHARE  2
#define HEADROOM_GROWTH 16
#define HEADROOM_PAGES  64
#define COOL_NS         100000000 /* how often it is looked whether hot objects have cooled down */
#define HELP_NS         1000000   /* that a mutator helps at a time, and then finishes its item */
#define MOST_OWED       128       /* items */
#define COLLECT_ROUNDS  50        /* gc_collect gives up on finalizers that keep making garbage with finalizers */

struct gc_hooks gc_hooks;

static _Atomic bool enabled = true;
static _Atomic size_t thresholds[3] = {YOUNG_LEAST, 10, 10};

/* Written by mutators, reset by the collector when a cycle begins. */
static _Atomic int64_t young_allocated;
static _Atomic size_t young_trigger = YOUNG_LEAST;
static _Atomic size_t young_trigger_pages = YOUNG_GROWTH_PAGES;
static _Atomic size_t pages_before; /* in use when the cycle began */
static _Atomic size_t full_trigger_pages = FULL_GROWTH_PAGES;
/* The collector's thread only. */
static uint64_t left_by_full; /* containers that the last full cycle left */
static unsigned fruitless[3]; /* of the generation's last cycles, so many in a row; up to FRUITLESS_MOST */

/* Requests: bits for the generations, and a futex word that changes with each request. */
#define WANT_YOUNG 1u
#define WANT_FULL  2u
#define WANT_STOP  4u
#define WANT_COOL  8u /* objects have become hot: look again in COOL_NS */
static _Atomic uint32_t requested;
static _Atomic uint32_t completed; /* futex word: cycles that were finished; full ones that began after a request */

static pthread_mutex_t cycle_mutex = PTHREAD_MUTEX_INITIALIZER; /* held during a cycle, and by walkers */
static pthread_mutex_t start_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_t thread;
static _Atomic bool running, cycling;
static _Atomic bool refused;          /* the system refused the thread when it was asked the last time */
static _Atomic uint64_t begun, ended; /* cycles; `ended` follows under no lock */
static uint32_t cycle_number;
static _Atomic uint64_t last_unreachable;
static _Atomic size_t young_since_full; /* cycles */
static _Atomic bool last_buried;        /* the last cycle let objects die that had been hot */
static _Atomic bool cooling;            /* the thread looks after hot objects */
static _Atomic uint64_t cooled_at;      /* when it looked the last time */
static _Atomic uint32_t collecting;     /* mutators that wait in collect_once */

/* Statistics: written by the collector's thread. */
static struct {
    _Atomic uint64_t cycles[3], examined, islands, unreachable, nanoseconds;
} stats;

extern _Atomic uint64_t share_helped;

static uint64_t now_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void add(_Atomic uint64_t *counter, uint64_t amount)
{
    atomic_fetch_add_explicit(counter, amount, memory_order_relaxed);
}

/* ---- a cycle ---- */

static void set_triggers(const struct cycle *cycle)
{
    uint64_t left = cycle->elsewhere + cycle->examined - cycle->unreachable;
    unsigned *wait = &fruitless[cycle->generation];
    if (cycle->unreachable > cycle->examined / FRUITFUL_SHARE)
        *wait = 0;
    else if (*wait < FRUITLESS_MOST)
        ++*wait;
    size_t used = pages_in_use();
    if (cycle->generation == GC_FULL) {
        left_by_full = left;
        size_t growth = (used + FULL_GROWTH_PAGES) << (fruitless[GC_FULL] > 0);
        atomic_store_explicit(&full_trigger_pages, used + growth, memory_order_relaxed);
    }
    uint64_t survivors = left_by_full > FULL_SURVIVORS ? left_by_full : FULL_SURVIVORS;
    uint64_t full_at = left_by_full + (survivors << fruitless[GC_FULL]);
    if (left > full_at && atomic_load_explicit(&enabled, memory_order_relaxed))
        atomic_fetch_or_explicit(&requested, WANT_FULL, memory_order_seq_cst); /* the thread looks before it sleeps */
    size_t least = atomic_load_explicit(&thresholds[0], memory_order_relaxed);
    size_t share = left / YOUNG_SHARE > least ? left / YOUNG_SHARE : least;
    atomic_store_explicit(&young_trigger, least ? share << fruitless[GC_YOUNG] : 0, memory_order_relaxed);
    atomic_store_explicit(&young_trigger_pages, used + used / YOUNG_GROWTH + YOUNG_GROWTH_PAGES, memory_order_relaxed);
}

/* What each page has left; the next cycles that do not examine it count with that. */
static void note_alive(const struct cycle *cycle)
{
    for (size_t p = 0; p < cycle->page_count && !cycle->failed; p++)
        cycle->pages[p].page->alive = cycle->pages[p].examined - cycle->pages[p].reclaimed;
}

static void note_results(const struct cycle *cycle, uint64_t start)
{
    if (cycle->failed)
        return;
    add(&stats.cycles[cycle->generation], 1);
    size_t young = atomic_load_explicit(&young_since_full, memory_order_relaxed);
    atomic_store_explicit(&young_since_full, cycle->generation == GC_FULL ? 0 : young + 1, memory_order_relaxed);
    add(&stats.examined, cycle->examined);
    add(&stats.islands, cycle->islands);
    add(&stats.unreachable, cycle->unreachable);
    add(&stats.nanoseconds, now_ns() - start);
}

/* Slots whose threads are blocked or gone do not take back what others freed for them: do it in their stead, one page
   at a time, so that a thread that comes back finds its slot in use for a few microseconds at most. */
static void drain_idle_slots(void)
{
    for (size_t i = 0, n = thread_slot_count(); i < n; i++) {
        struct thread_slot *slot = thread_slot_at(i);
        bool more = slot_heap(slot) && atomic_load_explicit(&slot_heap(slot)->remote_pages, memory_order_relaxed);
        while (more && thread_try_help(slot)) {
            more = heap_drain_one(slot_heap(slot));
            thread_end_help(slot);
        }
    }
}

/* Memory goes back to the system. What islands left comes back to its page after a grace period, and the page to the
   pool after another: who waits for the end of a collection has all of that done. */
static void give_memory_back(const struct cycle *cycle)
{
    static bool owed; /* islands were reclaimed since */
    owed |= cycle->unreachable > 0;
    drain_idle_slots();
    if (owed && cycle->unreachable == 0 && atomic_load(&collecting) > 0) {
        owed = false;
        grace_barrier();
        drain_idle_slots();
        grace_barrier();
    }
    pages_trim(pages_in_use() / 32 + 32);
}

static uint64_t run_cycle(enum gc_generation generation)
{
    uint64_t start = now_ns();
    pthread_mutex_lock(&cycle_mutex);
    if (++cycle_number == NO_CYCLE)
        cycle_number++;
    struct cycle cycle = {.number = cycle_number, .generation = generation, .report = gc_get_report()};
    if (cycle.report && cycle.report->begins)
        cycle.report->begins(generation);
    atomic_store_explicit(&young_allocated, 0, memory_order_relaxed);
    atomic_store_explicit(&pages_before, pages_in_use(), memory_order_relaxed);
#ifdef ATOLL_ASAN
    atomic_store(&heap_being_read, true);
    grace_wait(); /* from here on freed blocks are not poisoned */
#endif
    snapshot_choose(&cycle);
    snapshot_take(&cycle);
    judge_trial(&cycle);
    if (!cycle.failed && cycle.suspects) {
        grace_wait();
        cycle.special = cycle.report != NULL; /* no counts are switched off before all was found */
#ifdef ATOLL_CHECKED
        cycle.special = true; /* the same: before they were checked */
#endif
        judge_validate(&cycle);
        judge_find_islands(&cycle);
#ifdef ATOLL_CHECKED
        check_islands(&cycle);
#endif
        atomic_store(&heap_being_read, false);
        reclaim_islands(&cycle);
        heap_flush_retired(slot_heap(thread_self));
    }
    atomic_store(&heap_being_read, false);
    note_alive(&cycle);
    cycle_free(&cycle);
    if (!cycle.failed)
        set_triggers(&cycle);
    atomic_store_explicit(&cycling, false, memory_order_release);
    note_results(&cycle, start);
    bool buried = (generation == GC_FULL || chaos_chance(2)) && cells_cool(true);
    atomic_store_explicit(&last_buried, buried, memory_order_relaxed);
    if (cycle.report && cycle.report->ends)
        cycle.report->ends(cycle.unreachable, now_ns() - start);
    give_memory_back(&cycle);
    pthread_mutex_unlock(&cycle_mutex); /* not before: a fork finds all pages in the pool */
    return cycle.failed ? 0 : cycle.unreachable;
}

/* Objects that have cooled down get ordinary counts again. How long to wait before the next look; -1: there are none.
 */
static int64_t cool(void)
{
    uint64_t now = now_ns();
    if (cells_hot() && now - atomic_load_explicit(&cooled_at, memory_order_relaxed) >= COOL_NS) {
        pthread_mutex_lock(&cycle_mutex);
        cells_cool(false);
        pthread_mutex_unlock(&cycle_mutex);
        atomic_store_explicit(&cooled_at, now, memory_order_relaxed); /* a mutator may be at it as well */
    }
    atomic_store_explicit(&cooling, true, memory_order_seq_cst); /* then look whether there are any */
    if (cells_hot())
        return COOL_NS;
    atomic_store_explicit(&cooling, false, memory_order_seq_cst);
    return cells_hot() ? COOL_NS : -1;
}

/* ---- the thread ---- */

static void run_wanted(uint32_t want)
{
    atomic_fetch_add_explicit(&begun, 1, memory_order_seq_cst);
    uint64_t found = run_cycle(want & WANT_FULL ? GC_FULL : GC_YOUNG);
    atomic_store_explicit(&last_unreachable, found, memory_order_relaxed);
    atomic_fetch_add_explicit(&ended, 1, memory_order_seq_cst);
    atomic_fetch_add_explicit(&completed, 1, memory_order_seq_cst);
    thread_unpark(&completed, SIZE_MAX);
}

static void *collector_main(void *argument)
{
    if (!thread_attach_background()) {
        atomic_store(&running, false);
        return NULL;
    }
    for (;;) {
        atomic_store_explicit(&cycling, true, memory_order_relaxed); /* who asked for this cycle asks for no other */
        uint32_t want = atomic_exchange_explicit(&requested, 0, memory_order_seq_cst);
        if (!(want & (WANT_YOUNG | WANT_FULL)))
            atomic_store_explicit(&cycling, false, memory_order_relaxed);
        int64_t wait = cool();
        if (want == 0) {
            thread_park(&requested, 0, wait);
            continue;
        }
        if (want & (WANT_YOUNG | WANT_FULL))
            run_wanted(want);
        if (want & WANT_STOP)
            break;
    }
    thread_detach_background();
    return argument;
}

static bool start_thread(void)
{
    if (atomic_load_explicit(&running, memory_order_acquire))
        return true;
    sigset_t all, before;
    sigfillset(&all);
    pthread_mutex_lock(&start_mutex);
    if (!atomic_load_explicit(&running, memory_order_relaxed)) {
        pthread_attr_t attributes;
        bool prepared = pthread_attr_init(&attributes) == 0;
        pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are for mutators */
        atomic_store(&running, true);
        if (prepared)
            thread_background_stack(&attributes);
        if (!prepared || pthread_create(&thread, &attributes, collector_main, NULL) != 0)
            atomic_store(&running, false);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        if (prepared)
            pthread_attr_destroy(&attributes);
    }
    bool ok = atomic_load_explicit(&running, memory_order_relaxed);
    pthread_mutex_unlock(&start_mutex);
    return ok;
}

/* False: there is no thread for it. The calling mutator will run the cycle at its next safepoint, unless it does now.
 */
static bool request(uint32_t want)
{
    bool asked = atomic_load_explicit(&requested, memory_order_relaxed) & want;
    if ((asked && atomic_load_explicit(&refused, memory_order_relaxed)) || !start_thread()) {
        atomic_store_explicit(&refused, true, memory_order_relaxed);
        atomic_fetch_or_explicit(&requested, want, memory_order_seq_cst);
        if (thread_self && !thread_self->background)
            thread_request(thread_self, THREAD_POLL_HELP);
        return false;
    }
    atomic_store_explicit(&refused, false, memory_order_relaxed);
    if ((atomic_fetch_or_explicit(&requested, want, memory_order_seq_cst) & want) != want)
        thread_unpark(&requested, 1);
    return true;
}

/* Where the system refuses the thread: what is requested is done by a mutator, in a blocking region. */
static void act_as_collector(void *unused)
{
    (void)unused;
    uint32_t want = atomic_exchange_explicit(&requested, 0, memory_order_seq_cst);
    if (want & WANT_COOL)
        cool();
    atomic_store_explicit(&cooling, false, memory_order_relaxed); /* who makes more objects hot asks again */
    if (!(want & (WANT_YOUNG | WANT_FULL)))
        return; /* another mutator did it */
    atomic_store_explicit(&cycling, true, memory_order_relaxed);
    run_wanted(want);
}

/* ---- triggers ---- */

/* The part of `left` that `taken` is, in thousandths; more than all of it beyond the headroom. */
static int64_t share_of(int64_t taken, int64_t headroom, int64_t used)
{
    int64_t left = headroom - used, least = headroom / 8 + 1;
    return taken > 0 ? taken * 1000 / (left > least ? left : least) : 0;
}

/* A mutator that allocates while a cycle runs owes a part of the cycle's work: as much of what is left of it as it took
   of what is left of the headroom, so that the cycle is over when the headroom is used up, whether or not the
   collector's thread gets a processor (after the pacer of Go's collector). Beyond the headroom it owes still more.
   Containers and the heap's growth each have their headroom. */
static void owe(struct slot_heap *heap, int64_t containers, int64_t taken)
{
    size_t before = atomic_load_explicit(&pages_before, memory_order_relaxed);
    int64_t share =
        share_of(containers, (int64_t)atomic_load_explicit(&young_trigger, memory_order_relaxed) / HEADROOM_SHARE,
                 atomic_load_explicit(&young_allocated, memory_order_relaxed));
    int64_t growth = share_of(taken, (int64_t)(before / HEADROOM_GROWTH + HEADROOM_PAGES),
                              (int64_t)pages_in_use() - (int64_t)before);
    int64_t owed = heap->owed + (int64_t)share_left() * (share > growth ? share : growth) / 1000;
    heap->owed = owed < MOST_OWED ? owed : MOST_OWED;
}

/* Pay it back, as far as there is something to do and for a moment only; the rest is paid at the next occasion. */
static void help(struct slot_heap *heap, bool at_safepoint)
{
    if (heap->owed <= 0 || !share_help(at_safepoint))
        return;
    uint64_t start = now_ns();
    while (--heap->owed > 0 && now_ns() - start < HELP_NS && share_help(at_safepoint))
        ;
}

void collector_note_allocation(struct thread_slot *self, int64_t containers, size_t taken, bool may_help)
{
    int64_t allocated = atomic_load_explicit(&young_allocated, memory_order_relaxed);
    if (containers)
        allocated = atomic_fetch_add_explicit(&young_allocated, containers, memory_order_relaxed) + containers;
    if (self->background || !atomic_load_explicit(&enabled, memory_order_relaxed))
        return;
    if (unlikely(atomic_load_explicit(&cycling, memory_order_acquire))) {
        owe(slot_heap(self), containers, (int64_t)taken);
        if (may_help)
            help(slot_heap(self), false);
        if (slot_heap(self)->owed > 0)
            thread_request(self, THREAD_POLL_HELP);
        return; /* the triggers are those of the cycle that runs */
    }
    slot_heap(self)->owed = 0;
    int64_t trigger = (int64_t)atomic_load_explicit(&young_trigger, memory_order_relaxed);
    size_t young_pages = atomic_load_explicit(&young_trigger_pages, memory_order_relaxed);
    if (unlikely(pages_in_use() > atomic_load_explicit(&full_trigger_pages, memory_order_relaxed)))
        request(WANT_FULL);
    else if (trigger > 0 &&
             unlikely(allocated >= trigger || (allocated >= trigger / YOUNG_FEW && pages_in_use() > young_pages)))
        request(WANT_YOUNG);
}

void collector_note_exhausted(void)
{
    request(WANT_FULL);
}

/* ---- the face ---- */

static void merge_hook(struct thread_slot *slot)
{
    queue_merge(slot);
}

/* Some objects proved hot on this thread. */
static void note_hot(struct slot_heap *heap)
{
    heap->hot = false;
    queue_help_idle();
    if (cells_hot() && !atomic_load_explicit(&cooling, memory_order_seq_cst))
        request(WANT_COOL);
}

static void help_hook(struct thread_slot *slot)
{
    if (slot_heap(slot)->hot)
        note_hot(slot_heap(slot));
    if (unlikely(atomic_load_explicit(&refused, memory_order_relaxed)) &&
        atomic_load_explicit(&requested, memory_order_relaxed) && !start_thread()) {
        thread_enter_blocking();
        thread_act_in_background(act_as_collector, NULL);
        thread_leave_blocking();
    }
    help(slot_heap(slot), true);
}

bool gc_init(const struct gc_hooks *hooks)
{
    if (hooks)
        gc_hooks = *hooks;
    if (!pages_init())
        return false;
    if (address_space_is_scarce)
        mallopt(M_ARENA_MAX, 1); /* each more reserves 64 MiB */
    threads_set_hooks(&(struct thread_hooks){
        .attach = heap_attach, .detach = heap_detach, .merge = merge_hook, .assist = queue_help, .help = help_hook});
    return true;
}

void gc_request_cycle(enum gc_generation generation)
{
    request(generation == GC_FULL ? WANT_FULL : WANT_YOUNG);
}

/* Ask the collector's thread, if it runs; else the request is noted for act_as_collector. */
static bool ask_running(enum gc_generation generation)
{
    uint32_t want = generation == GC_FULL ? WANT_FULL : WANT_YOUNG;
    if (atomic_load_explicit(&running, memory_order_acquire))
        return request(want);
    atomic_fetch_or_explicit(&requested, want, memory_order_seq_cst);
    return false;
}

/* Wait for the end of a cycle that began after this call. In a blocking region. */
static uint64_t collect_once(enum gc_generation generation)
{
    /* A cycle that has begun but not ended took its snapshot too early: wait for the one after it. */
    uint64_t wanted = atomic_load_explicit(&begun, memory_order_seq_cst) + 1;
    for (;;) {
        uint32_t seen = atomic_load_explicit(&completed, memory_order_seq_cst);
        if (atomic_load_explicit(&ended, memory_order_seq_cst) >= wanted)
            return atomic_load_explicit(&last_unreachable, memory_order_relaxed);
        /* Asked anew each time: the collector may have taken the request for a cycle that had begun. Who waits anyway
           starts no thread for it: in most children of forks there would be no other work for one. */
        if (atomic_load_explicit(&begun, memory_order_seq_cst) < wanted && !ask_running(generation)) {
            if (!thread_act_in_background(act_as_collector, NULL))
                return 0;
            continue;
        }
        int result = thread_park(&completed, seen, 100000000);
        (void)result;
    }
}

/* Net container allocation of the slot's thread that is not in `young_allocated` yet. */
static int64_t untold(const struct slot_heap *heap)
{
    int64_t count = heap->containers;
    for (size_t i = 0; i < SIZE_CLASSES; i++) {
        const struct page *page = (const struct page *)heap->bins[KIND_CONTAINER - 1][i].current;
        count += (int32_t)(page->used - page->accounted);
    }
    return count;
}

size_t gc_collect(enum gc_generation generation)
{
    size_t total = 0;
    for (int round = 0;; round++) {
        int64_t contended = contention_begin();
        thread_enter_blocking();
        atomic_fetch_add(&collecting, 1);
        uint64_t found = collect_once(generation);
        atomic_fetch_sub(&collecting, 1);
        thread_leave_blocking();
        contention_end(CONTENTION_GRACE, NULL, contended);
        thread_safepoint_at(thread_self, THREAD_IN_OPERATION);
        bool more = pending_any() || atomic_load_explicit(&last_buried, memory_order_relaxed);
        gc_run_pending();
        total += found;
        if ((found == 0 && !more) || round == COLLECT_ROUNDS)
            break;
    }
    slot_heap(thread_self)->seen = untold(slot_heap(thread_self));
    return total;
}

void gc_set_enabled(bool value)
{
    atomic_store_explicit(&enabled, value, memory_order_relaxed);
}

bool gc_is_enabled(void)
{
    return atomic_load_explicit(&enabled, memory_order_relaxed);
}

void gc_set_thresholds(size_t young_objects, size_t second, size_t full)
{
    atomic_store(&thresholds[0], young_objects);
    atomic_store(&thresholds[1], second);
    atomic_store(&thresholds[2], full);
    atomic_store(&young_trigger, young_objects);
}

void gc_get_thresholds(size_t out[3])
{
    for (int i = 0; i < 3; i++)
        out[i] = atomic_load(&thresholds[i]);
}

static void count_used(size_t from, size_t to, struct gc_stats *out)
{
    for (size_t i = from; i < to; i++) {
        if (thread_self)
            thread_report();
        uint8_t kind = atomic_load_explicit(&pages[i].kind, memory_order_acquire);
        if (kind != KIND_CONTAINER && kind != KIND_TYPE && kind != KIND_LEAF)
            continue;
        uint32_t fresh = atomic_load_explicit(&pages[i].fresh, memory_order_acquire), used = 0;
        for (uint32_t k = 0; k < fresh; k++)
            used += object_type_ref(page_object(&pages[i], k)) != 0;
        *(kind == KIND_LEAF ? &out->live_leaves : &out->live_containers) += used;
    }
}

void gc_get_stats(struct gc_stats *out)
{
    *out = (struct gc_stats){
        .examined = atomic_load(&stats.examined),
        .islands = atomic_load(&stats.islands),
        .unreachable = atomic_load(&stats.unreachable),
        .nanoseconds = atomic_load(&stats.nanoseconds),
        .mutator_stops = atomic_load(&thread_waits_across),
        .helped_pages = atomic_load(&share_helped),
        .longest_grace = grace_longest(),
        .heap_bytes = (uint64_t)pages_in_use() << PAGE_SHIFT,
    };
    for (int i = 0; i < 3; i++)
        out->cycles[i] = atomic_load(&stats.cycles[i]);
    size_t types_end, others_end;
    pages_extent(&types_end, &others_end);
    count_used(WELL_KNOWN_PAGES, types_end, out);
    count_used(TYPE_PAGES, others_end, out);
}

void gc_get_counts(size_t out[3])
{
    const struct slot_heap *heap = slot_heap(thread_self);
    int64_t count = atomic_load_explicit(&young_allocated, memory_order_relaxed) + untold(heap) - heap->seen;
    out[0] = count > 0 ? (size_t)count : 0;
    out[1] = atomic_load_explicit(&young_since_full, memory_order_relaxed);
    out[2] = 0;
}

bool collector_at_rest(void)
{
    return atomic_load(&collecting) == 1 && thread_mutator_count() == 1;
}

void collector_exclude(void)
{
    if (pthread_mutex_trylock(&cycle_mutex) == 0)
        return;
    thread_enter_blocking();
    pthread_mutex_lock(&cycle_mutex);
    thread_leave_blocking();
}

void collector_admit(void)
{
    pthread_mutex_unlock(&cycle_mutex);
}

/* ---- fork ---- */

void gc_before_fork(void)
{
    collector_exclude();
    threads_before_fork();
    pthread_mutex_lock(&start_mutex);
    pages_lock();
    cells_lock();
}

void gc_after_fork_parent(void)
{
    cells_unlock();
    pages_unlock();
    pthread_mutex_unlock(&start_mutex);
    threads_after_fork_parent();
    collector_admit();
}

/* The child counts anew what it makes: most children run another program, and need no collector's thread. */
static void put_off_cycles(void)
{
    size_t used = pages_in_use();
    atomic_store(&young_allocated, 0);
    if (atomic_load(&young_trigger_pages) < used + YOUNG_GROWTH_PAGES)
        atomic_store(&young_trigger_pages, used + YOUNG_GROWTH_PAGES);
    if (atomic_load(&full_trigger_pages) < used + FULL_GROWTH_PAGES)
        atomic_store(&full_trigger_pages, used + FULL_GROWTH_PAGES);
}

void gc_after_fork_child(void)
{
    atomic_store(&running, false); /* the thread is gone */
    atomic_store(&refused, false);
    atomic_store(&cycling, false);
    atomic_store(&cooling, false);
    atomic_store(&requested, 0);
    atomic_store(&ended, atomic_load(&begun));
    atomic_store(&collecting, 0);
    cells_unlock();
    pages_unlock();
    put_off_cycles();
    pthread_mutex_unlock(&start_mutex);
    threads_after_fork_child();
    collector_admit();
}

/* Runs last cycles and ends the thread. The caller is the last mutator. */
void collector_stop(void)
{
    gc_collect(GC_FULL);
    thread_enter_blocking();
    if (atomic_load(&running) && request(WANT_STOP)) {
        pthread_join(thread, NULL);
        atomic_store(&running, false);
    }
    thread_leave_blocking();
}

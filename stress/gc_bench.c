/*
 * What the heap and the collector cost, in nanoseconds: counting, allocation, storage, a cycle per object, and how much
 * memory a program needs that makes islands as fast as it can beside a live heap. Prints one line per measurement.
 */
#include "tests/gc/nodes.h"

#include <stdio.h>
#include <time.h>

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void report(const char *what, double value, const char *unit)
{
    printf("%-44s %10.2f %s\n", what, value, unit);
    fflush(stdout);
}

#define ROUNDS 20000000

static void count_pairs(const char *what)
{
    struct leaf *leaf = leaf_new();
    double start = now();
    for (int i = 0; i < ROUNDS; i++) {
        rc_inc(&leaf->header);
        __asm__ volatile("" ::: "memory");
        rc_dec(&leaf->header);
    }
    report(what, (now() - start) / ROUNDS, "ns");
    rc_dec(&leaf->header);
}

static void allocate_pairs(const char *what)
{
    double start = now();
    for (int i = 0; i < ROUNDS; i++)
        rc_dec(heap_alloc(leaf_type, 48));
    report(what, (now() - start) / ROUNDS, "ns");
}

static void storage_pairs(void)
{
    double start = now();
    for (int i = 0; i < ROUNDS; i++) {
        void *storage = storage_alloc(64);
        __asm__ volatile("" ::"r"(storage) : "memory");
        storage_free(storage, 64);
    }
    report("storage of 64 bytes, alloc/free pair", (now() - start) / ROUNDS, "ns");
}

static struct node **live;
static size_t live_count;

static void make_live(size_t count)
{
    live_count = count;
    live = malloc(count * sizeof *live);
    for (size_t i = 0; i < count; i++) {
        live[i] = node_new();
        if (i)
            slot_init(&live[i]->left, value_inc(value_of(live[i - 1])));
        slot_init(&live[i]->right, value_inc(value_of(live[i / 2])));
    }
}

static void drop_live(void)
{
    for (size_t i = 0; i < live_count; i++) {
        slot_store(&live[i]->header, &live[i]->left, NULL);
        slot_store(&live[i]->header, &live[i]->right, NULL);
    }
    for (size_t i = 0; i < live_count; i++)
        rc_dec(&live[i]->header);
    free(live);
}

static double resident_mb(void)
{
    long pages = 0, resident = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (f && fscanf(f, "%ld %ld", &pages, &resident) != 2)
        resident = 0;
    if (f)
        fclose(f);
    return (double)resident * 4096 / 1e6;
}

static _Atomic int makers;
static _Atomic long pairs_per_maker;

static void make_islands(void *argument)
{
    (void)argument;
    volatile double work = 1;
    for (long i = 0; i < pairs_per_maker; i++) {
        struct node *a = node_new(), *b = node_new();
        slot_init(&a->left, value_of(b));
        slot_init(&b->left, value_inc(value_of(a)));
        rc_dec(&a->header);
        for (int k = 0; argument && k < 70; k++) /* about what an interpreter would do besides */
            work = work * 1.0001;
        thread_safepoint(thread_self);
    }
    atomic_fetch_sub(&makers, 1);
}

static void islands(const char *what, int threads, long pairs, bool with_work)
{
    struct gc_stats before, after;
    gc_get_stats(&before);
    makers = threads;
    pairs_per_maker = pairs / threads;
    double start = now(), most = 0;
    for (int i = 0; i < threads; i++)
        thread_start(make_islands, with_work ? &makers : NULL, 0, NULL);
    thread_enter_blocking();
    while (atomic_load(&makers) > 0) {
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
        double resident = resident_mb();
        most = resident > most ? resident : most;
    }
    thread_leave_blocking();
    double took = now() - start;
    gc_get_stats(&after);
    printf("%s\n", what);
    report("  pairs", took / (double)pairs, "ns each");
    report("  largest resident size", most, "MB");
    report("  young cycles", (double)(after.cycles[0] - before.cycles[0]), "");
    report("  full cycles", (double)(after.cycles[2] - before.cycles[2]), "");
    report("  examined", (double)(after.examined - before.examined) / 1e6, "million objects");
    report("  collector", (double)(after.nanoseconds - before.nanoseconds) / (double)(after.examined - before.examined),
           "ns per object examined");
    report("  pages helped with", (double)(after.helped_pages - before.helped_pages), "");
    report("  mutator stops", (double)after.mutator_stops, "");
}

int main(int count, char **arguments)
{
    long pairs = count > 1 ? atol(arguments[1]) : 5000000;
    if (!gc_init(NULL) || !thread_attach())
        return 1;
    nodes_init();
    leaf_type->destroy = NULL;
    count_pairs("count, owner, inc/dec pair");
    allocate_pairs("object of 48 bytes, alloc/free pair, alone");
    storage_pairs();
    double before = resident_mb();
    make_live(1000000);
    report("a million live objects of 32 bytes", resident_mb() - before, "MB");
    for (int i = 0; i < 3; i++) {
        double start = now();
        gc_collect(GC_FULL);
        report("full cycle, live heap of a million", (now() - start) / 1e6, "ms");
    }
    islands("islands, 2 threads, with work", 2, pairs, true);
    islands("islands, 1 thread, nothing else", 1, pairs, false);
    islands("islands, 2 threads, nothing else", 2, pairs, false);
    for (int i = 0; i < 3; i++)
        gc_collect(GC_FULL);
    report("resident after that", resident_mb(), "MB");
    drop_live();
    return gc_shutdown() != 0;
}

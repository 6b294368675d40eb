/*
 * How long threads keep grace periods waiting, by their own processor clocks: a library to load before liburcu's, which
 * notes when a period begins and when each thread tells of a quiescent state. What the scheduler does to a thread
 * meanwhile does not count, so a busy machine changes no figure.
 *
 *     cc -shared -fPIC -O2 -o grace_clock.so grace_clock.c -ldl
 *     GRACE_CLOCK=FILE LD_PRELOAD=./grace_clock.so atoll ...
 *
 * FILE then holds a struct record: the longest time, and which calls the thread was in at its end.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 64, FRAMES = 16 };
struct record {
    _Atomic uint64_t longest; /* nanoseconds */
    char calls[4088];         /* a line for each, as backtrace_symbols makes them */
};
struct reader {
    _Atomic bool used;
    clockid_t clock;
    _Atomic uint64_t asked; /* the thread's clock when a period began; 0: nothing was asked since it was quiescent */
};
static struct reader readers[THREADS];
static _Thread_local struct reader *mine;
static struct record nobody, *record = &nobody;

static uint64_t read_clock(clockid_t clock)
{
    struct timespec time;
    return clock_gettime(clock, &time) == 0 ? (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec : 0;
}

static void *next(const char *name)
{
    return dlsym(RTLD_NEXT, name);
}

static void (*next_state)(void), (*next_offline)(void), (*next_online)(void), (*next_synchronize)(void);

__attribute__((constructor)) static void begin(void)
{
    next_state = next("urcu_qsbr_quiescent_state");
    next_offline = next("urcu_qsbr_thread_offline");
    next_online = next("urcu_qsbr_thread_online");
    next_synchronize = next("urcu_qsbr_synchronize_rcu");
    void *frames[1];
    backtrace(frames, 1); /* loads a library the first time */
    const char *path = getenv("GRACE_CLOCK");
    int file = path ? open(path, O_RDWR | O_CREAT, 0600) : -1;
    if (file >= 0 && ftruncate(file, sizeof *record) == 0) {
        void *map = mmap(NULL, sizeof *record, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        record = map == MAP_FAILED ? &nobody : map;
    }
    unsetenv("LD_PRELOAD"); /* child processes are not measured */
}

/* The calling thread is quiescent. */
static void told(void)
{
    if (!mine)
        return;
    uint64_t asked = atomic_exchange(&mine->asked, 0);
    if (!asked)
        return;
    uint64_t took = read_clock(CLOCK_THREAD_CPUTIME_ID) - asked;
    if (took <= atomic_load(&record->longest))
        return;
    atomic_store(&record->longest, took);
    void *frames[FRAMES];
    int count = backtrace(frames, FRAMES);
    char **calls = backtrace_symbols(frames, count);
    record->calls[0] = 0;
    for (int i = 0; calls && i < count; i++)
        if (strlen(record->calls) + strlen(calls[i]) + 2 < sizeof record->calls)
            strcat(strcat(record->calls, calls[i]), "\n");
    free(calls);
}

void urcu_qsbr_register_thread(void)
{
    for (int i = 0; i < THREADS && !mine; i++) {
        bool used = false;
        if (atomic_compare_exchange_strong(&readers[i].used, &used, true)) {
            mine = &readers[i];
            pthread_getcpuclockid(pthread_self(), &mine->clock);
            atomic_store(&mine->asked, 0);
        }
    }
    ((void (*)(void))next("urcu_qsbr_register_thread"))();
}

void urcu_qsbr_unregister_thread(void)
{
    told();
    if (mine)
        atomic_store(&mine->used, false);
    mine = NULL;
    ((void (*)(void))next("urcu_qsbr_unregister_thread"))();
}

void urcu_qsbr_quiescent_state(void)
{
    told();
    next_state();
}

void urcu_qsbr_thread_offline(void)
{
    told();
    next_offline();
}

void urcu_qsbr_thread_online(void)
{
    if (mine)
        atomic_store(&mine->asked, 0);
    next_online();
}

void urcu_qsbr_synchronize_rcu(void)
{
    for (int i = 0; i < THREADS; i++)
        if (atomic_load(&readers[i].used) && &readers[i] != mine)
            atomic_store(&readers[i].asked, read_clock(readers[i].clock));
    next_synchronize();
}

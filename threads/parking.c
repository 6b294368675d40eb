/*
 * Byte locks and the parking lot beneath them (after WebKit's WTF::ParkingLot and PEP 703).
 *
 * A lock is one byte, so that every object can have one; who must wait for it sleeps in a table of queues keyed by the
 * lock's address. The table's buckets have a mutex each; two addresses that fall into one bucket only share that mutex.
 * The queue's entry lives on the sleeper's stack, the word it sleeps on too, except for mutators: theirs is in the
 * slot, so that a signal handler can wake them without a lock (thread_interrupt).
 *
 * States of a byte: 0 free, 1 held, 3 held and somebody sleeps or is about to. The bit for sleepers is set by the
 * sleeper before it sleeps and checked again under the bucket's mutex, so a release cannot be missed.
 */
#include "threads/internal.h"

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define LOCK_HELD    1u
#define LOCK_PARKED  2u
#define SPIN_ROUNDS  40 /* looks at a held lock before sleeping: critical sections are a few dozen instructions */
#define BUCKET_COUNT 256

enum { PARKED_NOT = 0, PARKED_ASLEEP = 1, PARKED_WOKEN = 2, PARKED_INTERRUPTED = 3 };

struct sleeper {
    struct sleeper *next;
    const volatile void *address;
    _Atomic uint32_t *word; /* PARKED_...; ASLEEP until somebody else changes it */
};

/* Queue in the order of arrival. */
static struct bucket {
    _Alignas(64) pthread_mutex_t mutex;
    struct sleeper *first, **end;
} buckets[BUCKET_COUNT];

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void buckets_init(void)
{
    for (size_t i = 0; i < BUCKET_COUNT; i++) {
        pthread_mutex_init(&buckets[i].mutex, NULL);
        buckets[i].end = &buckets[i].first;
    }
}

static struct bucket *bucket_lock(const volatile void *address)
{
    pthread_once(&once, buckets_init);
    uint64_t hash = (uint64_t)(uintptr_t)address * 0x9E3779B97F4A7C15u;
    struct bucket *bucket = &buckets[hash >> 56];
    pthread_mutex_lock(&bucket->mutex);
    return bucket;
}

/* ---- sleeping ---- */

int futex_wait(_Atomic uint32_t *word, uint32_t expected, int64_t timeout_ns)
{
    struct timespec time, *limit = NULL;
    if (timeout_ns >= 0) {
        time.tv_sec = timeout_ns / 1000000000;
        time.tv_nsec = timeout_ns % 1000000000;
        limit = &time;
    }
    return syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, limit, NULL, 0) == 0 ? 0 : errno;
}

void futex_wake(_Atomic uint32_t *word, int count)
{
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
}

static int64_t now_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* Take the sleeper out of its queue; false when somebody who woke it did so already. */
static bool unlink_sleeper(struct sleeper *sleeper)
{
    struct bucket *bucket = bucket_lock(sleeper->address);
    bool found = false;
    for (struct sleeper **at = &bucket->first; *at; at = &(*at)->next) {
        if (*at != sleeper)
            continue;
        *at = sleeper->next;
        if (!*at)
            bucket->end = at;
        found = true;
        break;
    }
    pthread_mutex_unlock(&bucket->mutex);
    return found;
}

/* Sleep until woken, interrupted, or the deadline (0: none). */
static int sleep_until(struct sleeper *sleeper, int64_t deadline, struct thread_slot *self)
{
    int result = 0;
    while (atomic_load_explicit(sleeper->word, memory_order_acquire) == PARKED_ASLEEP) {
        int64_t left = -1;
        if (deadline && (left = deadline - now_ns()) <= 0) {
            result = ETIMEDOUT;
            break;
        }
        /* A handler that raised the bit before we slept saw no sleeper to wake; seen here. Pairs with
           thread_interrupt. */
        if (self && (atomic_load_explicit(&self->poll, memory_order_seq_cst) & THREAD_POLL_RUNTIME)) {
            result = EINTR;
            break;
        }
        if (futex_wait(sleeper->word, PARKED_ASLEEP, left) == EINTR && self) {
            result = EINTR;
            break;
        }
    }
    if (atomic_load_explicit(sleeper->word, memory_order_acquire) == PARKED_INTERRUPTED)
        result = EINTR;
    /* When somebody took us out of the queue meanwhile we were woken, whatever else happened: the wake is not lost. */
    if (result != 0 && !unlink_sleeper(sleeper))
        result = 0;
    return result;
}

/* Enter the queue of `address` if `still(address, expected)` under the bucket's mutex, and sleep. */
static int park(const volatile void *address, bool (*still)(const volatile void *, uint32_t), uint32_t expected,
                int64_t timeout_ns, struct thread_slot *self)
{
    _Atomic uint32_t own_word;
    struct sleeper sleeper = {.next = NULL, .address = address, .word = self ? &self->parked : &own_word};
    int64_t deadline = timeout_ns < 0 ? 0 : now_ns() + timeout_ns;
    struct bucket *bucket = bucket_lock(address);
    if (!still(address, expected)) {
        pthread_mutex_unlock(&bucket->mutex);
        return EAGAIN;
    }
    atomic_store_explicit(sleeper.word, PARKED_ASLEEP, memory_order_seq_cst);
    *bucket->end = &sleeper;
    bucket->end = &sleeper.next;
    pthread_mutex_unlock(&bucket->mutex);
    int result = sleep_until(&sleeper, deadline, self);
    /* Whoever took the sleeper out of the queue still has to write the word: wait for that before the stack goes. */
    while (result == 0 && atomic_load_explicit(sleeper.word, memory_order_acquire) != PARKED_WOKEN)
        sched_yield();
    atomic_store_explicit(sleeper.word, PARKED_NOT, memory_order_relaxed);
    return result;
}

/* Wake up to `count` sleepers of the address. `more` (may be NULL) hears under the mutex whether any are left. */
static size_t unpark(const volatile void *address, size_t count, void (*more)(const volatile void *, bool))
{
    struct sleeper *woken = NULL, **woken_end = &woken;
    size_t n = 0;
    bool left = false;
    struct bucket *bucket = bucket_lock(address);
    for (struct sleeper **at = &bucket->first; *at;) {
        struct sleeper *sleeper = *at;
        if (sleeper->address != address) {
            at = &sleeper->next;
            continue;
        }
        if (n == count) {
            left = true;
            break;
        }
        *at = sleeper->next;
        if (!*at)
            bucket->end = at;
        sleeper->next = NULL;
        *woken_end = sleeper;
        woken_end = &sleeper->next;
        n++;
    }
    if (more)
        more(address, left);
    pthread_mutex_unlock(&bucket->mutex);
    while (woken) {
        struct sleeper *next = woken->next;
        _Atomic uint32_t *word = woken->word;
        atomic_store_explicit(word, PARKED_WOKEN, memory_order_release); /* its stack may be gone from here on */
        futex_wake(word, 1);
        woken = next;
    }
    return n;
}

static bool word_still(const volatile void *address, uint32_t expected)
{
    return atomic_load_explicit((_Atomic uint32_t *)address, memory_order_acquire) == expected;
}

int thread_park(_Atomic uint32_t *address, uint32_t expected, int64_t timeout_ns)
{
    struct thread_slot *self = thread_self;
    return park(address, word_still, expected, timeout_ns, self && !self->background ? self : NULL);
}

size_t thread_unpark(_Atomic uint32_t *address, size_t count)
{
    return unpark(address, count, NULL);
}

void thread_interrupt(struct thread_slot *slot)
{
    atomic_fetch_or_explicit(&slot->poll, THREAD_POLL_RUNTIME, memory_order_seq_cst);
    uint32_t asleep = PARKED_ASLEEP;
    if (atomic_compare_exchange_strong_explicit(&slot->parked, &asleep, PARKED_INTERRUPTED, memory_order_seq_cst,
                                                memory_order_relaxed))
        futex_wake(&slot->parked, 1);
}

/* ---- byte locks ---- */

static bool byte_still(const volatile void *address, uint32_t expected)
{
    return atomic_load_explicit((_Atomic uint8_t *)address, memory_order_relaxed) == expected;
}

void byte_lock_slow(_Atomic uint8_t *lock)
{
    for (int round = 0;; round++) {
        chaos_point();
        uint8_t state = atomic_load_explicit(lock, memory_order_relaxed);
        if (!(state & LOCK_HELD)) {
            if (atomic_compare_exchange_weak_explicit(lock, &state, state | LOCK_HELD, memory_order_acquire,
                                                      memory_order_relaxed))
                return;
            continue;
        }
        if (round < SPIN_ROUNDS) {
            if (round % 8 == 7)
                sched_yield();
            continue;
        }
        if (!(state & LOCK_PARKED) &&
            !atomic_compare_exchange_weak_explicit(lock, &state, LOCK_HELD | LOCK_PARKED, memory_order_relaxed,
                                                   memory_order_relaxed))
            continue;
        /* Not interruptible, and not in a blocking region: the holder is about to let go. */
        park(lock, byte_still, LOCK_HELD | LOCK_PARKED, -1, NULL);
    }
}

static void byte_release(const volatile void *address, bool more)
{
    atomic_store_explicit((_Atomic uint8_t *)address, more ? LOCK_PARKED : 0, memory_order_seq_cst);
}

void byte_unlock_slow(_Atomic uint8_t *lock)
{
    chaos_point();
    /* Free the byte under the bucket's mutex: a thread about to sleep checks it there. The woken one competes anew. */
    unpark(lock, 1, byte_release);
}

/* ---- fork ---- */

/* In the child. Sleepers were other threads, and so was whoever held a bucket: all are gone. */
void parking_after_fork(void)
{
    pthread_once(&once, buckets_init);
    buckets_init();
    for (size_t i = 0; i < BUCKET_COUNT; i++)
        buckets[i].first = NULL;
}

/*
 * Waits of mutators for the collector, and of the collector for mutators, counted: there are to be next to none, and
 * `mutator_stops` in gc.get_stats() says how many there were.
 *
 * What is counted is whoever finds a lock taken by the other side, and still taken after a few looks. (The sections are
 * some dozen instructions long, so that is who comes while the holder is in a longer one, or was put aside by the
 * scheduler.) Grace periods, and items of shared work that a helper has not finished, delay a cycle and nothing else: they
 * are not counted. Nor is what a thread asked to wait for: gc.collect, a walk through the heap, fork.
 */
#ifndef ATOLL_THREADS_WATCHED_H
#define ATOLL_THREADS_WATCHED_H

#include "threads/threads.h"

#include <pthread.h>

#define WATCHED_LOOKS 50 /* at a lock before a wait counts as one: about a microsecond */

/* Is the calling thread one of the runtime's own? */
static inline bool thread_is_background(void)
{
    return !thread_self || thread_self->background;
}

extern _Atomic uint64_t thread_waits_across; /* so far */
/* The calling thread is about to wait for a thread of this kind: counted when it is of the other. */
static inline void thread_note_wait(bool for_background)
{
    if (for_background != thread_is_background())
        atomic_fetch_add_explicit(&thread_waits_across, 1, memory_order_relaxed);
}

/* byte_lock for locks that both sides take; *background says whether the collector has it, when it is taken. The caller
   notes the lock as held (thread_lock_begin). */
static inline void watched_byte_lock(_Atomic uint8_t *lock, const _Atomic bool *background)
{
    for (int look = 0; unlikely(!(byte_try_lock)(lock)); look++) {
        if (look == WATCHED_LOOKS) {
            thread_note_wait(atomic_load_explicit(background, memory_order_relaxed));
            byte_lock_slow(lock);
            return;
        }
        __builtin_ia32_pause();
    }
}

/* A mutex that both sides take. */
struct watched_mutex {
    pthread_mutex_t mutex;
    _Atomic bool background; /* who holds it is; written by the holder */
};
/* clang-format off */
#define WATCHED_MUTEX_INITIALIZER {PTHREAD_MUTEX_INITIALIZER, false}
/* clang-format on */
/* False: it is taken, and the wait that is to follow (watched_wait) was noted. */
static inline bool watched_try_lock(struct watched_mutex *watched)
{
    for (int look = 0; unlikely(pthread_mutex_trylock(&watched->mutex) != 0); look++) {
        if (look == WATCHED_LOOKS) {
            thread_note_wait(atomic_load_explicit(&watched->background, memory_order_relaxed));
            return false;
        }
        __builtin_ia32_pause();
    }
    atomic_store_explicit(&watched->background, thread_is_background(), memory_order_relaxed);
    return true;
}
static inline void watched_wait(struct watched_mutex *watched)
{
    pthread_mutex_lock(&watched->mutex);
    atomic_store_explicit(&watched->background, thread_is_background(), memory_order_relaxed);
}
static inline void watched_lock(struct watched_mutex *watched)
{
    if (!watched_try_lock(watched))
        watched_wait(watched);
}
static inline void watched_unlock(struct watched_mutex *watched)
{
    pthread_mutex_unlock(&watched->mutex);
}

#endif

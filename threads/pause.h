/*
 * Safepoints in long operations of C: loops over data of the program's size pass one often enough that a grace period
 * ends within a millisecond.
 */
#ifndef ATOLL_THREADS_PAUSE_H
#define ATOLL_THREADS_PAUSE_H

#include "threads/threads.h"

#include <string.h>

/* A safepoint in the middle of a long operation of C, for loops over data of the program's size. It is quiescent like
   any other, but what the runtime wants (signals, asynchronous exceptions) waits for the next whole one, so that it
   cannot fail, and an operation that is one step for the program stays one. */
static inline void thread_pause(struct thread_slot *self)
{
    thread_check_quiescent("a pause");
    thread_safepoint_at(self, THREAD_IN_OPERATION);
}
/* The same for a loop that does little each time. */
#define THREAD_REPORT_STEPS 64 /* that each may miss the cache and take a page from the system */
static inline void thread_pause_at(size_t step)
{
    if (unlikely(step % THREAD_REPORT_STEPS == 0))
        thread_pause(thread_self);
}

/* Less than a pause: no grace period waits for the thread any longer, and nothing else happens, so that it may stand
   under a lock or in a destroy function. What the thread uses afterwards is counted, or is kept by the lock or by the
   object that is its alone; what it moved is marked. */
void thread_report_slow(struct thread_slot *self);
static inline void thread_report(void)
{
    thread_check_counted("a report");
    struct thread_slot *self = thread_self;
    if (unlikely(atomic_load_explicit(&self->poll, memory_order_relaxed) & THREAD_POLL_GRACE))
        thread_report_slow(self);
}
static inline void thread_report_at(size_t step)
{
    thread_check_counted("a report");
    if (unlikely(step % THREAD_REPORT_STEPS == 0))
        thread_report();
}

/* memcpy, memmove, memset and memcmp of any length, with reports. */
void thread_copy_long(void *to, const void *from, size_t bytes);
void thread_move_long(void *to, const void *from, size_t bytes);
void thread_fill_long(void *to, int byte, size_t bytes);
int thread_compare_long(const void *a, const void *b, size_t bytes);
#define THREAD_LONG_BYTES ((size_t)1 << 16)
static inline void thread_copy(void *to, const void *from, size_t bytes)
{
    if (likely(bytes < THREAD_LONG_BYTES))
        memcpy(to, from, bytes);
    else
        thread_copy_long(to, from, bytes);
}
static inline void thread_move(void *to, const void *from, size_t bytes)
{
    if (likely(bytes < THREAD_LONG_BYTES))
        memmove(to, from, bytes);
    else
        thread_move_long(to, from, bytes);
}
static inline void thread_fill(void *to, int byte, size_t bytes)
{
    if (likely(bytes < THREAD_LONG_BYTES))
        memset(to, byte, bytes);
    else
        thread_fill_long(to, byte, bytes);
}
static inline int thread_compare(const void *a, const void *b, size_t bytes)
{
    return likely(bytes < THREAD_LONG_BYTES) ? memcmp(a, b, bytes) : thread_compare_long(a, b, bytes);
}

/* memchr of any length, with reports. */
const void *thread_find_long(const void *from, int byte, size_t bytes);
static inline const void *thread_find(const void *from, int byte, size_t bytes)
{
    return likely(bytes < THREAD_LONG_BYTES) ? memchr(from, byte, bytes) : thread_find_long(from, byte, bytes);
}

/* Around a computation over so many bytes that touches no object: it reads what is counted and cannot change, or writes
   what only the caller knows. If it may take long the thread is in a blocking region meanwhile. Neither nested, nor in
   blocking regions. */
static inline bool thread_rest_begin(size_t bytes)
{
    thread_check_quiescent("a long computation");
    if (likely(bytes < THREAD_LONG_BYTES))
        return false;
    thread_enter_blocking();
    return true;
}
static inline void thread_rest_end(bool resting)
{
    if (unlikely(resting))
        thread_leave_blocking();
}

#endif

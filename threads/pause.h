/*
 * Safepoints in long operations of C: loops over data of the program's size pass one often enough that a grace period
 * ends within a millisecond.
 */
#ifndef ATOLL_THREADS_PAUSE_H
#define ATOLL_THREADS_PAUSE_H

#include "threads/threads.h"

/* A safepoint in the middle of a long operation of C, for loops over data of the program's size. It is quiescent like
   any other, but what the runtime wants (signals, asynchronous exceptions) waits for the next whole one, so that it
   cannot fail, and an operation that is one step for the program stays one. */
static inline void thread_pause(struct thread_slot *self)
{
    thread_check_quiescent("a pause");
    thread_safepoint_at(self, THREAD_IN_OPERATION);
}
/* The same for a loop that does little each time: at each 4096th. */
static inline void thread_pause_at(size_t step)
{
    if (unlikely((step & 4095) == 0))
        thread_pause(thread_self);
}

#endif

/*
 * Looking into a thread from another one: its slot is held while it is blocked, or comes to a safepoint for that.
 */
#ifndef ATOLL_THREADS_HOLD_H
#define ATOLL_THREADS_HOLD_H

#include "threads/threads.h"

#define THREAD_POLL_PAUSE 512u /* a reason beside those of enum thread_poll: somebody wants to hold the slot */

/* As thread_try_help, and until thread_end_help, but for the slot of a thread that lives, and also when it runs: then
 * it is asked to come to a safepoint, where it waits until the help ends. The caller waits for that in a blocking
 * region, but at most so long. False for the caller's own slot. */
bool thread_hold(struct thread_slot *slot, int64_t timeout_ns);

#endif

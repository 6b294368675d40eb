/* The interpreter's business at safepoints: signals, asynchronous exceptions, finalizers and callbacks that the
 * collector found. */
#ifndef ATOLL_SAFEPOINT_H
#define ATOLL_SAFEPOINT_H

#include "runtime/value.h"

bool safepoint_init(void);     /* sets the thread hook; before the first thread_attach */
void safepoint_set_main(void); /* the calling thread is the main thread: it runs signal handlers and pending work */
bool safepoint_is_main(void);
/* gc_hooks.pending: work for gc_run_pending waits. Any thread. */
void safepoint_request_pending(void);
/* gc_hooks.weak_callback */
void safepoint_weak_callback(struct object *reference);
/* From a signal handler: make the main thread run `handle` at its next safepoint. */
void safepoint_request_signals(void);
/* What the main thread does with pending signals; the _signal module sets it. Returns -1 with an exception. */
extern int (*_Atomic safepoint_handle_signals)(void);
/* Make the thread whose interpreter has this ident raise `exception` (stolen; NULL cancels) at its next safepoint. How
 * many threads were found: 0 or 1. */
int safepoint_raise_in(uint64_t ident, value exception);

#endif

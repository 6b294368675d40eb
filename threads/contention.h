/*
 * What threads lose to one another, told to a listener: the runtime's report of contention (-X contention). Where
 * nobody listens, each place that tells costs one test, on a path that is slow already.
 */
#ifndef ATOLL_CONTENTION_H
#define ATOLL_CONTENTION_H

#include "threads/threads.h"

enum contention_kind {
    CONTENTION_LOCK,   /* the program waits for a lock */
    CONTENTION_EVENT,  /* it waits for what another thread is to do: an end, an item of a queue */
    CONTENTION_OBJECT, /* an object's byte lock is held by another thread */
    CONTENTION_COUNT,  /* another thread counted the object at the same moment: a compare-and-swap failed */
    CONTENTION_CELLS,  /* the object was switched to sharded counts */
    CONTENTION_GRACE,  /* a grace period or a collection is awaited */
    CONTENTION_FREED,  /* the object is let go by another thread than the one that allocated it */
    CONTENTION_KINDS
};

/* Called on the thread that loses, with the object that is fought for (its type can be read), or NULL, and the time
   (contention_clock) at which the wait began, 0 where nothing is waited for. Locks may be held: it takes no object's
   lock, drops no reference, makes no object and does not become quiescent. */
typedef void contention_listener(enum contention_kind kind, const void *object, int64_t begun);
extern contention_listener *_Atomic contention_heard_by; /* NULL: nobody listens */

int64_t contention_clock(void); /* monotonic nanoseconds */

static inline void contention_tell(enum contention_kind kind, const void *object, int64_t begun)
{
    contention_listener *listener = atomic_load_explicit(&contention_heard_by, memory_order_acquire);
    if (unlikely(listener != NULL))
        listener(kind, object, begun);
}
/* Before a wait and after it. 0: nobody listens. */
static inline int64_t contention_begin(void)
{
    return unlikely(atomic_load_explicit(&contention_heard_by, memory_order_relaxed) != NULL) ? contention_clock() : 0;
}
static inline void contention_end(enum contention_kind kind, const void *object, int64_t begun)
{
    if (unlikely(begun != 0))
        contention_tell(kind, object, begun);
}

#endif

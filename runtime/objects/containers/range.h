/* The layout of ranges and their fast iterator. */
#ifndef ATOLL_RANGE_H
#define ATOLL_RANGE_H

#include "runtime/objects/containers/container.h"
#include "runtime/step.h"

/* Four exact ints; constant. (They are numbers, so a range is a leaf: no cycle leads through it.) */
struct range {
    struct object header;
    value_slot start, stop, step, length;
};

/* Over ranges whose numbers are small ints. One word changes. */
struct range_iterator {
    struct object header;
    _Atomic int64_t next; /* equals `end` when exhausted */
    int64_t end;          /* start + length * step */
    int64_t step;
    int64_t start;
};

static inline value range_iterator_next_alone(value v) /* while the thread is alone */
{
    struct range_iterator *iterator = (struct range_iterator *)v;
    int64_t next = load_relaxed(&iterator->next);
    if (unlikely(next == iterator->end))
        return VALUE_END;
    store_relaxed(&iterator->next, next + iterator->step);
    return small_int(next);
}

static inline value range_iterator_next_fast(value v)
{
    struct range_iterator *iterator = (struct range_iterator *)v;
    int64_t next;
    do {
        next = load_relaxed(&iterator->next);
        if (unlikely(next == iterator->end))
            return VALUE_END;
    } while (unlikely(!position_claim(&iterator->header, &iterator->next, next, next + iterator->step)));
    return small_int(next);
}

/* The iterator over a range (either kind). */
value range_iterator_new(value range);

#endif

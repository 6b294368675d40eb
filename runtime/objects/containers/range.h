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

/* Over ranges whose numbers are small ints. Where it stands is one of two words, while the other one equals `end`. That
   of a loop, whose operand stack alone has the iterator, needs no look at who else is there: `loop`. Else it is `next`.
 */
struct range_iterator {
    struct object header;
    _Atomic int64_t loop;
    _Atomic int64_t next;
    int64_t end; /* start + length * step; both words are that when the iterator is exhausted */
    int64_t step;
    int64_t start;
};

value range_iterator_next(value v); /* the `next` slot */

/* The same for FOR_ITER. */
static inline value range_iterator_next_in_loop(value v)
{
    struct range_iterator *iterator = (struct range_iterator *)v;
    int64_t next = load_relaxed(&iterator->loop);
    if (unlikely(next == iterator->end))
        return range_iterator_next(v);
    store_relaxed(&iterator->loop, next + iterator->step);
    return small_int(next);
}

/* The same for iterators over iterators. */
static inline value range_iterator_next_fast(value v)
{
    struct range_iterator *iterator = (struct range_iterator *)v;
    if (unlikely(load_relaxed(&iterator->loop) != iterator->end))
        return range_iterator_next_in_loop(v);
    int64_t next;
    do {
        next = load_relaxed(&iterator->next);
        if (unlikely(next == iterator->end))
            return VALUE_END;
    } while (unlikely(!position_claim(&iterator->header, &iterator->next, next, next + iterator->step)));
    return small_int(next);
}

/* The iterator for a loop (GET_ITER), which nobody else is given. */
value range_iterator_for_loop(value range);
/* The iterator over a range (either kind). */
value range_iterator_new(value range);
value range_reversed(value range); /* range.__reversed__ */

#endif

/*
 * Iteration and unpacking, and what awaiting asks of objects. Resuming generators changes frames, and is eval.c's.
 */
#ifndef ATOLL_INSTRUCTIONS_ITERATION_H
#define ATOLL_INSTRUCTIONS_ITERATION_H

#include "runtime/interp/frame.h"
#include "runtime/objects/containers/iterators.h"
#include "runtime/objects/containers/list.h"
#include "runtime/objects/containers/range.h"
#include "runtime/objects/containers/tuple.h"

/* The iterator of a for loop, owned; NULL with an exception. */
static inline value loop_iterator(value iterable)
{
    return value_is(iterable, TYPE_ID_RANGE) ? range_iterator_for_loop(iterable) : iter_get(iterable);
}
/* The next item, owned, VALUE_END, or NULL with an exception. */
value next_general(value iterator);
/* The same for a loop that unpacks two from each item: where no tuple has to be made for that, both of them, owned;
 * else `second` is NULL and `first` the item. */
struct value_pair next_pair_general(value iterator);

/* The items of a tuple of that length, counted, to place[n - 1], ... place[0]: the first item on top. */
static inline bool quick_unpack(value sequence, uint32_t n, value *place)
{
    if (!value_is(sequence, TYPE_ID_TUPLE) || unlikely(tuple_length(sequence) != n))
        return false;
    for (uint32_t i = n; i-- > 0;)
        *place++ = value_inc(tuple_get(sequence, i));
    return true;
}
/* The items, owned, to place[-1], place[-2], ...: the first item on top. */
bool unpack_sequence(value sequence, uint32_t n, value *place);
bool unpack_ex(value sequence, uint32_t before, uint32_t after, value *place);

value get_yield_from_iter(struct frame *frame, value v);
value get_awaitable(value v, unsigned where);
value get_aiter(value v);
value get_anext(value v);
value async_gen_wrap(value v);

#endif

/* The layout of tuples, for direct access. Items are in line and never change after the tuple is seen. */
#ifndef ATOLL_TUPLE_H
#define ATOLL_TUPLE_H

#include "runtime/step.h"

struct type;

struct tuple {
    struct object header;
    uint64_t length;
    value_slot items[];
};

struct tuple_iterator {
    struct object header;
    value_slot tuple;      /* dropped at the end while alone, else kept (see struct list_iterator) */
    _Atomic int64_t index; /* of the next item; -1 once exhausted */
};

static inline size_t tuple_length(value v)
{
    return ((struct tuple *)v)->length;
}
static inline value_slot *tuple_items(value v)
{
    return ((struct tuple *)v)->items;
}
static inline value tuple_get(value v, size_t index)
{
    return slot_peek(&((struct tuple *)v)->items[index]);
}
static inline void tuple_init(value v, size_t index, value item)
{
    slot_init(&((struct tuple *)v)->items[index], item);
}

/* A tuple of `type` (tuple or a subtype) with room for `length` items, all NULL; fill each before it is seen. */
value tuple_new_of(struct type *type, size_t length);
void tuple_traverse(struct object *o, struct gc_trace *trace);
void tuple_destroy(struct object *o);

value tuple_iterator_new(value tuple);
value tuple_iterator_finish(struct tuple_iterator *iterator);
value tuple_iterator_next_shared(value v); /* tries again */
/* The next item, owned, or VALUE_END. For exact tuple iterators. */
static inline value tuple_iterator_next_fast(value v)
{
    struct tuple_iterator *iterator = (struct tuple_iterator *)v;
    int64_t index = atomic_load_explicit(&iterator->index, memory_order_relaxed);
    if (unlikely(index < 0))
        return VALUE_END;
    value tuple = slot_peek(&iterator->tuple);
    if (unlikely((uint64_t)index >= tuple_length(tuple)))
        return tuple_iterator_finish(iterator);
    if (unlikely(!position_claim(&iterator->header, &iterator->index, index, index + 1)))
        return tuple_iterator_next_shared(v);
    return value_inc(tuple_get(tuple, (size_t)index));
}

#endif

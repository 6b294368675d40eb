/* The layout of tuples, for direct access. Items are in line and never change after the tuple is seen. */
#ifndef ATOLL_TUPLE_H
#define ATOLL_TUPLE_H

#include "runtime/value.h"

struct tuple {
    struct object header;
    uint64_t length;
    value_slot items[];
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

#endif

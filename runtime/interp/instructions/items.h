/*
 * Items and slices. Operands are plain.
 */
#ifndef ATOLL_INSTRUCTIONS_ITEMS_H
#define ATOLL_INSTRUCTIONS_ITEMS_H

#include "runtime/abstract.h"
#include "runtime/interp/frame.h"
#include "runtime/objects/containers/dict.h"
#include "runtime/objects/containers/list.h"
#include "runtime/objects/containers/tuple.h"

/* container[key] of a list or tuple by a small int, a word for the operand stack: nothing is called. NULL: the general
 * body is for it. */
static inline __attribute__((always_inline)) value quick_item(value container, value key)
{
    if (!value_is_small_int(key))
        return NULL;
    int64_t index = small_int_value(key);
    if (value_is(container, TYPE_ID_LIST)) {
        bool kept = false;
        value item = list_item_operand(container, index, &kept);
        return kept ? stack_borrow(item) : item;
    }
    if (!value_is(container, TYPE_ID_TUPLE))
        return NULL;
    int64_t length = (int64_t)tuple_length(container);
    if (index < 0)
        index += length;
    return likely(index >= 0 && index < length) ? stack_take(tuple_get(container, (size_t)index)) : NULL;
}
/* container[key], a word for the operand stack; NULL with an exception. */
value item_general(value container, value key);

/* Whether quick_list_store may do container[key] = v. */
static inline bool item_is_of_list(value container, value key)
{
    return value_is_small_int(key) && value_is(container, TYPE_ID_LIST);
}
/* list[index] = item, stealing item; false: out of range or negative, and nothing was done. What is displaced may die
 * and run code. */
static inline __attribute__((always_inline)) bool quick_list_store(value list, value index, value item)
{
    return list_store_fast(list, small_int_value(index), item);
}
/* container[key] = v; false: exception. */
static inline bool item_store_general(value container, value key, value v)
{
    return value_is(container, TYPE_ID_DICT) ? dict_set(container, key, v) : item_set(container, key, v);
}

value binary_slice(value container, value start, value stop);
bool store_slice(value container, value start, value stop, value v);

#endif

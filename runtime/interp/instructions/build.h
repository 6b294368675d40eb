/*
 * Building and formatting. `items` point to operands, which stay where they are.
 */
#ifndef ATOLL_INSTRUCTIONS_BUILD_H
#define ATOLL_INSTRUCTIONS_BUILD_H

#include "runtime/interp/frame.h"
#include "runtime/objects/containers/list.h"
#include "runtime/objects/containers/tuple.h"

/* A tuple or a list of n operands, whose references move into it: owned; NULL with MemoryError, nothing moved but all
 * of them counted. */
static inline value build_tuple(value *items, uint32_t n)
{
    value tuple = tuple_new(n);
    for (uint32_t i = 0; likely(tuple != NULL) && i < n; i++)
        tuple_init(tuple, i, stack_own(items[i]));
    return tuple;
}
static inline value build_list(value *items, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        items[i] = stack_own(items[i]);
    return list_from_owned(items, n);
}

value build_set(const value *items, size_t n);
value build_map(const value *items, size_t pairs);
value build_const_key_map(const value *items, size_t n, value keys);
value build_string(const value *items, size_t n);
/* Has its type a way to iterate? For the messages about what stands behind a star. */
bool operand_is_iterable(value v);
bool list_extend_operand(value list, value iterable);
bool dict_update_operand(value dict, value mapping);
/* A callable as messages show it: "module.qualname()" without "builtins."; owned str, NULL error. */
value callable_text(value callable);
bool dict_merge_keywords(value callable, value dict, value mapping);
value format_operand(value v, unsigned conversion, value spec);
bool print_expression(value v);

#endif

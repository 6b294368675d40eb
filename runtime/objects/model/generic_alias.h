/* What generic aliases (list[int]) and unions (int | str) share. */
#ifndef ATOLL_OBJECTS_GENERIC_ALIAS_H
#define ATOLL_OBJECTS_GENERIC_ALIAS_H

#include "runtime/value.h"

struct str_builder;

/* Add a type argument as a reader writes it: `int`, `...`, `None`; else its repr. */
bool type_argument_add_repr(struct str_builder *b, value v);

/* a | b of two that can be members of a union; NotImplemented of others. */
value type_union_or(value a, value b);

#endif

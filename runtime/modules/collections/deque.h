/* collections.deque, for the modules that use one. */
#ifndef ATOLL_DEQUE_H
#define ATOLL_DEQUE_H

#include "runtime/objects/objects.h"

extern const struct type_spec deque_type_spec, deque_iterator_spec, deque_reverse_iterator_spec;
extern struct type *deque_type, *deque_iterator_type, *deque_reverse_iterator_type;

#endif

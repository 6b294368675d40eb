/* Iterators that lead from other iterables to values: how C code makes them. */
#ifndef ATOLL_ITERATORS_H
#define ATOLL_ITERATORS_H

#include "runtime/objects/containers/container.h"

/* Over anything with __getitem__ that takes 0, 1, 2 ... until IndexError. */
value sequence_iterator_new(value sequence);
/* Calls until the result equals the sentinel: iter(callable, sentinel). */
value callable_iterator_new(value callable, value sentinel);

/* The next pair of an iterator over a dict's items, an enumerate or a zip of two; VALUE_MISSING for others, and for
   those that threads share. */
struct value_pair iterator_next_pair(value iterator);

/* One step of next(): an item or VALUE_END; a StopIteration that carries a value stays raised. TypeError when `v` is no
   iterator. */
value iterator_step(value v);

#endif

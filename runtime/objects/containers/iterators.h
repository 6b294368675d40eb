/* Iterators that lead from other iterables to values: how C code makes them. */
#ifndef ATOLL_ITERATORS_H
#define ATOLL_ITERATORS_H

#include "runtime/objects/containers/container.h"

/* Over anything with __getitem__ that takes 0, 1, 2 ... until IndexError. */
value sequence_iterator_new(value sequence);
/* Calls until the result equals the sentinel: iter(callable, sentinel). */
value callable_iterator_new(value callable, value sentinel);

/* One step of next(): an item or VALUE_END; a StopIteration that carries a value stays raised. TypeError when `v` is no
   iterator. */
value iterator_step(value v);

#endif

/* What the two files of itertools share. */
#ifndef ATOLL_ITERTOOLS_H
#define ATOLL_ITERTOOLS_H

#include "runtime/type.h"

#define ITERATOR_SLOTS   4
#define ITERATOR_NUMBERS 4
struct iterator {
    struct object header;
    value_slot slots[ITERATOR_SLOTS];
    _Atomic int64_t numbers[ITERATOR_NUMBERS];
};
void iterator_traverse(struct object *o, struct gc_trace *trace);
void iterator_destroy(struct object *o);
value iterator_self(value v);
value iterator_make(struct type *type, value a, value b);
bool itertools_add_type(value module, const struct type_spec *spec);

/* product, permutations, combinations, combinations_with_replacement */
bool itertools_fill_combining(value module);

#endif

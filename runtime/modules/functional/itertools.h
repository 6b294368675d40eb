/* What the files of itertools share. */
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

/* product, permutations, combinations, combinations_with_replacement */
bool itertools_fill_combining(value module);
/* tee (itertools_tee.c) */
bool itertools_fill_tee(value module);
value itertools_tee(value self, value iterable, value n);

/* ---- copying and pickling (itertools_state.c) ---- */
extern struct type *chain_type, *islice_type, *groupby_type, *grouper_type;
struct groupby {
    struct iterator base;
    value_slot target; /* key of the group that was handed out last */
};
/* (type of v, arguments) or (type of v, arguments, state), both stolen, arguments also when NULL: that fails. */
value iterator_reduced(value v, value arguments, value state);
/* The items of a state that has to be a tuple of so many, borrowed from it; TypeError. */
bool state_unpack(value state, size_t min, size_t max, value *parts);
extern const struct method_def count_methods[], cycle_methods[], repeat_methods[], accumulate_methods[],
    compress_methods[], dropwhile_methods[], takewhile_methods[], filterfalse_methods[], starmap_methods[],
    islice_methods[], zip_longest_methods[], groupby_methods[], grouper_methods[];
value chain_reduce(value v);
value chain_setstate(value v, value state);

#endif

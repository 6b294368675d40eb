/*
 * The layout of sets and frozensets.
 *
 * Open addressing in one block, in CPython's order (same table sizes, probing and growth), because programs print sets.
 * Within one block an item keeps its place. A place whose item went is a dummy, which a later item may take: the hash
 * is written before the key, so a reader that finds a key finds its hash or a newer one (and then the key is gone).
 * What dict.h says of readers without the lock holds here too.
 */
#ifndef ATOLL_SET_H
#define ATOLL_SET_H

#include "runtime/objects/containers/container.h"

struct set_entry {
    _Atomic int64_t hash;
    value_slot key; /* NULL: never used; SET_DUMMY: deleted */
};

struct set_table {
    uint64_t mask;
    uint64_t fill; /* places used, dummies included; under the lock */
    struct set_entry entries[];
};

struct set {
    struct object header;
    _Atomic uint64_t length;
    _Atomic(struct set_table *) table; /* NULL: empty */
    _Atomic int64_t hash;              /* of a frozenset; -1: not computed yet */
    uint32_t mutations;                /* changes with the items and with the block; under the lock */
    uint32_t finger;                   /* where pop looks next; under the lock */
};

#define SET_DUMMY VALUE_MISSING /* no program has it as an item */

struct set_iterator {
    struct object header;
    value_slot set; /* dropped at the end while alone, else kept (see struct list_iterator) */
    _Atomic int64_t position;
    _Atomic uint64_t expected;
    _Atomic int64_t remaining;
};

static inline struct set *set_of(value v)
{
    return (struct set *)v;
}
/* A set or frozenset or of a subtype of either. */
static inline bool is_set(value v)
{
    return value_is_object(v) && value_has_flag(v, TYPE_FLAG_SET);
}

bool set_add_hashed(value v, value item, int64_t hash);
int set_contains_hashed(value v, value item, int64_t hash);
int set_discard_hashed(value v, value item, int64_t hash);
bool set_next_hashed(value v, size_t *position, value *item, int64_t *hash);
bool set_difference_update(value v, value iterable);
bool set_symmetric_difference_update(value v, value iterable);
/* All items of another set or frozenset, in CPython's manner. */
bool set_merge(value v, value other);
/* Exchange contents: a's by those of the private set b. */
void set_take_contents(value a, value b);
value set_new_of(struct type *type);
value set_items_list(value v); /* a new list of the items at one moment */
value set_pop(value v);        /* VALUE_MISSING when empty */
void set_clear(value v);
size_t set_memory(value v);
void set_traverse(struct object *o, struct gc_trace *trace);
void set_destroy(struct object *o);
value set_iterator_new(value set);
value set_iterator_next(value iterator);

#endif

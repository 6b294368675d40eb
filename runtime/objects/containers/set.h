/*
 * The layout of sets and frozensets.
 *
 * Open addressing in one block, in CPython's order (same table sizes, probing and growth), because programs print sets.
 * Within one block an item keeps its place. A place whose item went is a dummy, which a later item may take. So a place
 * can have several lives: a reader without the lock that needs key and hash to be of one life looks at `changes` before
 * and after, which is raised before a place gets another life. A reader that only asks whether a key is there needs the
 * key alone. What dict.h says of readers without the lock holds here too.
 */
#ifndef ATOLL_SET_H
#define ATOLL_SET_H

#include "runtime/objects/containers/container.h"
#include "runtime/step.h"

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
    _Atomic uint32_t changes;          /* of the items and of the block: counted before they can be seen */
    uint32_t finger;                   /* where pop looks next; under the lock */
};

#define SET_DUMMY VALUE_MISSING /* no program has it as an item */

struct set_iterator {
    struct object header;
    value_slot set; /* dropped at the end while alone, else kept (see struct list_iterator) */
    _Atomic int64_t position;
    _Atomic uint64_t expected;
    _Atomic int64_t remaining;
    struct moment moment;
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

/* Items with their hashes, in an array from malloc: what is to be done in one step, or was read at one moment. */
struct set_items {
    uint64_t count;
    struct set_item {
        value key;       /* owned; NULL once it moved on */
        value displaced; /* by set_change_all */
        int64_t hash;
    } at[];
};
/* Those of a set, a dict (its keys), a list or a tuple, at one moment; NULL on error. */
struct set_items *set_items_of(value source);
void set_items_free(struct set_items *items);
/* Add or remove items, or with both flags those that are absent and those that are there: one step apart from
   comparisons in Python. Takes the items over, NULL passes as the failure it is. */
enum { SET_ADD = 1, SET_REMOVE = 2 };
bool set_change_all(value v, struct set_items *items, unsigned change);
/* Note which items the set has (unless `present` is NULL), all at one moment; stop at the first that it has (stop_at 1)
   or lacks (0; -1: never). Returns whether it stopped; -1: exception. */
int set_ask_all(value v, const struct set_items *items, bool *present, int stop_at);
/* Remove the items that another set, which nobody else changes, has not. One step. */
bool set_keep_all(value v, value other);
/* Is the set seen by its owner only? Then it may be changed item by item. */
static inline bool set_is_unshared(value v)
{
    return thread_is_alone() || (object_is_mine(value_object(v)) && object_is_unseen(value_object(v)));
}
bool set_add_hashed(value v, value item, int64_t hash);
int set_contains_hashed(value v, value item, int64_t hash);
int set_discard_hashed(value v, value item, int64_t hash);
bool set_next_hashed(value v, size_t *position, value *item, int64_t *hash);
bool set_difference_update(value v, value iterable);
bool set_symmetric_difference_update(value v, value iterable);
/* All items of another set or frozenset, in CPython's manner. */
bool set_merge(value v, value other);
/* The set itself while nobody else can change it, else a copy of one moment's state, in the same order. Owned. */
value set_snapshot(value v);
/* Exchange contents: a's by those of the private set b. */
void set_take_contents(value a, value b);
value set_new_of(struct type *type);
/* A moment's copy for iterators: a tuple of the length, then the item of each place (VALUE_MISSING: none). */
value set_moment(value v);
value set_items_list(value v); /* a new list of the items at one moment */
value set_pop(value v);        /* VALUE_MISSING when empty */
void set_clear(value v);
size_t set_memory(value v);
void set_traverse(struct object *o, struct gc_trace *trace);
void set_destroy(struct object *o);
value set_iterator_new(value set);
value set_iterator_next(value iterator);

#endif

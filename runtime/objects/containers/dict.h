/*
 * The layout of dicts, and the paths that the interpreter takes without a call.
 *
 * A dict's storage is one block: a header, `capacity` entries in insertion order, and behind them an open-addressed
 * index of 2^n positions (1, 2, 4 or 8 bytes each, as the number of positions needs) that holds entry numbers. A dict
 * without storage is empty. (The idea of the compact, ordered dict is Raymond Hettinger's.)
 *
 * Within one block an entry is filled once and emptied once: key and item become NULL and its index position a dummy.
 * An entry has one life: who finds the same key in it twice knows that it was there all the time, and its hash. So a
 * reader without the lock that finds a key at an entry, counts the item, and then sees the same item and the same key
 * there and the same block in the dict, has read a true state.
 * Everything is written under the dict's lock; `mask` and `capacity` are constant once the block is seen.
 */
#ifndef ATOLL_DICT_H
#define ATOLL_DICT_H

#include "runtime/objects/containers/container.h"
#include "runtime/step.h"

struct dict_entry {
    _Atomic int64_t hash; /* once emptied: entries from this number up to here are empty, too */
    value_slot key;       /* NULL: deleted, or not used yet */
    value_slot item;
};

struct dict_table {
    uint64_t mask;         /* index positions - 1 */
    uint64_t capacity;     /* entries, two thirds of the positions */
    _Atomic uint64_t used; /* one beyond the last entry that may be filled: popitem lowers it */
    uint64_t spent;        /* entries ever filled, which is the next one's number; under the lock */
    uint64_t first;        /* no entry before it is filled; under the lock */
    uint64_t gap;          /* entries before this one were never filled: room at the front; under the lock */
    struct dict_entry entries[];
};

static inline void *dict_table_indices(const struct dict_table *t)
{
    return (void *)&t->entries[t->capacity];
}

struct dict {
    struct object header;
    _Atomic uint64_t length;
    _Atomic(struct dict_table *) table;
    _Atomic uint32_t version; /* see dict_version; 0: none given to the present state */
    uint32_t blocks;          /* counts the blocks that there were; under the lock */
};

/* Of keys, values or items, forwards or backwards: the type says which. */
struct dict_iterator {
    struct object header;
    value_slot dict;           /* dropped at the end while alone, else kept (see struct list_iterator) */
    _Atomic int64_t position;  /* of the next entry to look at; -1 once exhausted */
    _Atomic uint64_t expected; /* the dict's length when iteration began; UINT64_MAX after "changed size" */
    _Atomic int64_t remaining;
    struct moment moment;
    value_slot pair; /* item iterators: the tuple given out last; see pair_next */
};

struct dict_view {
    struct object header;
    value_slot dict; /* constant */
};
static inline value dict_view_dict(value view)
{
    return slot_peek(&((struct dict_view *)view)->dict);
}

static inline struct dict *dict_of(value v)
{
    return (struct dict *)v;
}

value dict_load_hint_shared(struct dict *dict, value name, uint32_t hint);

/* The item of entry `hint` if its key is this very `name` (by identity), owned; else VALUE_MISSING. */
static inline value dict_load_hint(value v, value name, uint32_t hint)
{
    struct dict *dict = dict_of(v);
    if (unlikely(!thread_is_alone()))
        return dict_load_hint_shared(dict, name, hint);
    struct dict_table *table = load_relaxed(&dict->table);
    if (unlikely(!table || hint >= table->capacity))
        return VALUE_MISSING;
    struct dict_entry *entry = &table->entries[hint];
    if (unlikely(load_relaxed(&entry->key) != name))
        return VALUE_MISSING;
    return value_inc(load_relaxed(&entry->item));
}

/* dict_get, while other threads exist; where *kept becomes true the item is not counted, and good until the caller's
 * next quiescent point. */
value dict_get_operand(value v, value key, bool *kept);

/* What dict_load_hint finds, of an item with a sharded count, uncounted: good until the caller's next quiescent point
 * (see object_is_sharded). What is immortal or immediate too. NULL: take the other one. */
static inline __attribute__((always_inline)) value dict_peek_hint(value v, value name, uint32_t hint)
{
    struct dict *dict = dict_of(v);
    object_share(&dict->header);
    PEEK_SCOPE;
    struct dict_table *table = load_acquire(&dict->table);
    if (unlikely(!table || hint >= table->capacity))
        return NULL;
    struct dict_entry *entry = &table->entries[hint];
    if (unlikely(load_acquire(&entry->key) != name))
        return NULL;
    value item = load_acquire(&entry->item);
    if (!value_is_object(item)) /* it is what the name meant when the table was current, and needs no life */
        return item;
    if (unlikely(!item || !(object_is_lasting(value_object(item)) || object_keep(value_object(item)))))
        return NULL;
    bool same =
        load_acquire(&entry->item) == item && load_acquire(&entry->key) == name && load_relaxed(&dict->table) == table;
    return likely(same) ? item : NULL;
}

/* dict[name] = item for an entry that exists: steals item and returns true if entry `hint` has this very name. */
bool dict_store_hint(value v, value name, uint32_t hint, value item);

/* The number of the entry whose key is this very name; UINT32_MAX when it is absent or equal only. */
uint32_t dict_hint(value v, value name);

/* For dicts whose keys are plain strs, as is `key`, by callers that hold a lock: these two run no Python code, allocate
 * nothing and drop nothing. */
/* Is the key there? 1, 0; -1: there are other keys, and only dict_contains can tell. */
int dict_contains_plain(value v, value key);
/* The key's item becomes `item` (borrowed), or it goes (NULL). *old_key (NULL: none) and *old (VALUE_MISSING: none) are
 * what is in the dict no more, for the caller to drop. false: nothing done, there is no room; see dict_make_room. */
bool dict_exchange(value v, value key, value item, value *old_key, value *old);
/* Room for one key more, until another is inserted; not under a lock. false: MemoryError. */
bool dict_make_room(value v);

/* Versions, for the interpreter's caches of global variables and modules' attributes. A version is a process-wide
 * unique number of the dict's present state: it changes before a key is inserted or deleted, and before an item that
 * dict_is_versioned is replaced. Take the number first, then look: what was found, or was absent, is so while the dict
 * has that number. And while the number is not below the floor: the floor is raised above all numbers when a dict
 * changes that stands behind others (dict_version_behind), such as that of the built-ins. 0: numbers have run out; do
 * not cache. Any thread. */
#define DICT_VERSION_LAST 0x3FFFFFFFu /* two bits are left for the users of versions */
extern _Atomic uint32_t dict_version_floor;
uint32_t dict_give_version(struct dict *dict, bool behind);
static inline bool dict_has_version(value v, uint32_t version)
{
    return load_acquire(&dict_of(v)->version) == version && version >= load_acquire(&dict_version_floor);
}
static inline uint32_t dict_version(value v)
{
    uint32_t version = load_acquire(&dict_of(v)->version);
    return likely(version != 0 && dict_has_version(v, version)) ? version : dict_give_version(dict_of(v), false);
}
/* Have the floor raised when this dict changes. False: numbers have run out. */
bool dict_version_behind(value v);
/* Is a version enough to know that the item is still there? For functions, classes, modules, and the dicts that may be
   some globals' `__builtins__`; replacing anything else, as programs do all the time, changes no version. */
bool dict_is_versioned(value item);

static inline size_t dict_length_fast(value v)
{
    return load_relaxed(&dict_of(v)->length);
}

/* dict[key] = item if the key is absent: 1; 0: it is there; -1 with an exception. */
int dict_insert(value v, value key, value item);
/* dict[key] = item if what it has is still this very `old`, which the caller holds: 1; 0: it is not; -1 with an
 * exception. */
int dict_replace(value v, value key, value old, value item);

/* The dict whose entries a merge takes from the mapping as they are, without asking its class: it itself, or what a
 * mappingproxy shows; NULL: its class is to be asked. Lives as long as the mapping. */
value dict_to_merge(value mapping);

/* dict_set for a dict that the caller is making and has shown to nobody (a display, a comprehension). */
bool dict_set_building(value v, value key, value item);

value dict_iterator_new(value dict);                            /* over the keys */
struct value_pair dict_item_iterator_next_pair(value iterator); /* see iterator_next_pair */
/* The next key of an exact key iterator, owned; VALUE_END; NULL on error ("changed size"). */
value dict_key_iterator_next(value iterator);

/* ---- among the dict files ---- */
value dict_new_of(struct type *type);
void dict_traverse(struct object *o, struct gc_trace *trace);
void dict_destroy(struct object *o);
bool dict_set_hashed(value v, value key, int64_t hash, value item);
/* Move all entries of a dict that nobody else has seen into v, in one step apart from comparisons in Python. */
bool dict_take_all(value v, value private_dict);
bool dict_next_key(value v, size_t *position, value *key); /* as dict_next, without the item */
/* A moment's copy for iterators: a tuple of the length, then key and item of each position (VALUE_MISSING: none). */
value dict_moment(value v);
static inline size_t dict_moment_positions(value copy)
{
    return (tuple_length(copy) - 1) / 2;
}
/* The next entry of such a copy from *position on, both owned (item NULL: not wanted); false at the end. */
bool dict_moment_step(value copy, bool reverse, size_t *position, value *key, value *item);
int dict_contains_hashed(value v, value key, int64_t hash);
bool dict_next_hashed(value v, size_t *position, value *key, value *item, int64_t *hash);
/* The last filled entry before *position, going down; false at the beginning. */
bool dict_previous(value v, size_t *position, value *key, value *item);
size_t dict_positions(value v); /* one beyond the last entry */
/* Remove and return the last entry's key and item; false when empty. */
bool dict_pop_last(value v, value *key, value *item);
/* The same of either end. */
bool dict_pop_end(value v, bool last, value *key, value *item);
/* Make the key's entry the last or the first one, in one step: 1 done, 0 there is no such key, -1 error. In constant
 * time, apart from comparisons: when a block has no room at that end the next one gets as much as there are entries. */
int dict_move_key(value v, value key, int64_t hash, bool last);
/* What changes with every change of the keys or of their order, and never comes again. */
struct dict_state {
    uint64_t fills, length;
    uint32_t blocks;
};
struct dict_state dict_state(value v);
value dict_pop_hashed(value v, value key, int64_t hash);
size_t dict_memory(value v); /* bytes of storage */
extern const struct type_spec dict_type_spec;
value dict_iter_slot(value v);                      /* dict's own `iter` slot: tells dicts that iterate as dicts do */
value dict_view_new(struct type *type, value dict); /* of dict's view types, or of one that extends them */
void dict_view_traverse(struct object *o, struct gc_trace *trace);
void dict_view_destroy(struct object *o);
value dict_keys_view(value dict);
value dict_values_view(value dict);
value dict_items_view(value dict);
value dict_reverse_key_iterator(value dict);
bool ordered_dict_is_exact(value v);
/* The type collections.OrderedDict, made once (ordered_dict.c); NULL with MemoryError. */
struct type *ordered_dict_define(void);

#endif

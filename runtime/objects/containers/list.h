/*
 * The layout of lists, and the paths that the interpreter takes without a call.
 *
 * `length` and `storage` change under the list's lock. A reader without the lock trusts neither together: it takes the
 * bound from the length, then makes sure by the storage's own capacity (container.h tells the rest).
 */
#ifndef ATOLL_LIST_H
#define ATOLL_LIST_H

#include "runtime/objects/containers/container.h"
#include "runtime/step.h"

/* Items beyond the list's length are NULL. `capacity` is constant once the storage is published. */
struct list_storage {
    uint64_t capacity;
    value_slot items[];
};

struct list {
    struct object header;
    _Atomic uint64_t length;
    _Atomic(struct list_storage *) storage; /* NULL while capacity is zero */
};

struct list_iterator {
    struct object header;
    value_slot list;       /* dropped at the end while alone; else kept, so that other threads may go on reading it */
    _Atomic int64_t index; /* of the next item; -1 once exhausted */
    struct moment moment;
};

static inline struct list *list_of(value v)
{
    return (struct list *)v;
}
static inline size_t list_length_fast(value v)
{
    return load_relaxed(&list_of(v)->length);
}

value list_item_shared(struct list *list, uint64_t index, bool *kept /* or NULL: counted */);
bool list_append_slow(struct list *list, value item);

/* Item `index` (0 <= index, no negative ones), borrowed until the next call that may run Python code. NULL: out of
   range, or not to be had so; list_item_fast may have it. While others run, the caller's own list, whose storage others
   retire, and items that cannot die: the caller's own ones and immediates. */
static inline value list_item_borrow(value v, int64_t index)
{
    struct list *list = list_of(v);
    if (unlikely((uint64_t)index >= load_acquire(&list->length)))
        return NULL;
    struct list_storage *storage = load_acquire(&list->storage);
    if (likely(thread_is_alone()))
        return load_relaxed(&storage->items[index]);
    if (!object_is_mine(&list->header) || unlikely(!storage || (uint64_t)index >= storage->capacity))
        return NULL;
    value item = load_acquire(&storage->items[index]);
    return !value_is_object(item) || (item && object_is_mine(value_object(item))) ? item : NULL;
}

/* The same as an owned value; NULL without exception: out of range or the slow path
   is needed (list_get tells which). */
static inline value list_item_fast(value v, int64_t index)
{
    {
        PEEK_SCOPE;
        value item = list_item_borrow(v, index);
        if (likely(item != NULL))
            return value_inc(item);
    }
    return thread_is_alone() ? NULL : list_item_shared(list_of(v), (uint64_t)index, NULL);
}

/* The same; where *kept becomes true it is uncounted, and good until the caller's next quiescent point. */
static inline value list_item_operand(value v, int64_t index, bool *kept)
{
    {
        PEEK_SCOPE;
        value item = list_item_borrow(v, index);
        if (likely(item != NULL))
            return value_inc(item);
    }
    return thread_is_alone() ? NULL : list_item_shared(list_of(v), (uint64_t)index, kept);
}

/* The items of the list, and of a tuple (or NULL) behind them, as a tuple. */
value list_and_tuple(value v, value more);

/* list[index] = item, stealing item, for 0 <= index < length; false: not done and item not taken. */
static inline bool list_store_fast(value v, int64_t index, value item)
{
    struct list *list = list_of(v);
    object_lock(&list->header);
    if (unlikely((uint64_t)index >= load_relaxed(&list->length))) {
        object_unlock(&list->header);
        return false;
    }
    value_slot *slot = &load_relaxed(&list->storage)->items[index];
    value old = load_relaxed(slot);
    store_release(slot, item);
    object_unlock(&list->header);
    value_dec(old);
    return true;
}

/* Append, stealing item, also when it fails (MemoryError). */
static inline bool list_append_fast(value v, value item)
{
    struct list *list = list_of(v);
    object_lock(&list->header);
    uint64_t length = load_relaxed(&list->length);
    struct list_storage *storage = load_relaxed(&list->storage);
    if (likely(storage && length < storage->capacity)) {
        store_release(&storage->items[length], item);
        store_release(&list->length, length + 1);
        object_unlock(&list->header);
        return true;
    }
    object_unlock(&list->header);
    return list_append_slow(list, item);
}

/* The same for a list that the caller is making (LIST_APPEND). */
static inline bool list_append_building(value v, value item)
{
    struct list *list = list_of(v);
    uint64_t length = load_relaxed(&list->length);
    struct list_storage *storage = load_relaxed(&list->storage);
    if (likely(storage && length < storage->capacity && container_is_building(&list->header))) {
        store_release(&storage->items[length], item);
        store_release(&list->length, length + 1);
        return true;
    }
    return list_append_fast(v, item);
}

value list_iterator_next_slow(value v); /* as `next` of lists' iterators */

/* The next item, owned, or VALUE_END. For exact list iterators, outside of sweeps or while alone. */
static inline __attribute__((always_inline)) value list_iterator_next_fast(value v)
{
    struct list_iterator *iterator = (struct list_iterator *)v;
    int64_t index = load_relaxed(&iterator->index);
    if (likely(thread_is_alone())) {
        struct list *list = list_of(slot_peek(&iterator->list));
        if (unlikely(index < 0 || (uint64_t)index >= load_relaxed(&list->length)))
            return list_iterator_next_slow(v);
        store_relaxed(&iterator->index, index + 1);
        return value_inc(load_relaxed(&load_relaxed(&list->storage)->items[index]));
    }
    if (likely(index >= 0 && object_is_sole(&iterator->header))) {
        value item = list_item_fast(slot_peek(&iterator->list), index);
        if (likely(item != NULL)) {
            store_relaxed(&iterator->index, index + 1);
            return item;
        }
    }
    return list_iterator_next_slow(v);
}

value list_iterator_new(value list);
value list_reversed(value list); /* list.__reversed__ */
/* A list of `type` (list or a subtype), empty. */
value list_new_of(struct type *type);

/* A start or stop argument of an index method, as it is given; TypeError. */
bool search_argument(value given, ssize *out);
/* The same, clamped, negative ones counted from the end. */
bool search_bound(value given, size_t length, ssize *out);

/* ---- among list.c, list_methods.c and list_sort.c ---- */
void list_traverse(struct object *o, struct gc_trace *trace);
void list_destroy(struct object *o);
/* list[start:stop:step], as unpacked (slice_unpack), as a new list; all at one moment. */
value list_slice(value v, ssize start, ssize stop, ssize step);
value list_copy(value v);
value list_joined(value a, value b); /* a + b, of lists */
/* Item `index`, negative ones from the end, owned; NULL without an exception when it is out of range. */
value list_item_locked(struct list *list, ssize index);
/* list[index] = item (borrowed), negative indices from the end; IndexError. */
bool list_set_resolved(value v, ssize index, value item);
/* The items, owned, in an array from malloc; NULL: no memory. */
value *list_snapshot(value v, size_t *count);
/* The same, in the caller's array where that has places enough. */
value *list_snapshot_in(value *room, size_t places, value v, size_t *count);
/* The same of any iterable; `message` is that of the TypeError when it is none. */
value *sequence_snapshot(value iterable, const char *message, size_t *count);
bool list_replace(struct list *list, ssize low, ssize high, const value *items, uint64_t count);
bool list_repeat_in_place(struct list *list, ssize n);
value list_take(struct list *list, ssize index);
/* Steps of several operations, for those that do more in one step (heapq, bisect). Take the lock, with room for one
   item more; *displaced is for list_unlock_with_room. false: MemoryError, no lock. */
bool list_lock_with_room(struct list *list, struct list_storage **displaced);
void list_unlock_with_room(struct list *list, struct list_storage *displaced);
void list_insert_locked(struct list *list, uint64_t at, value item /* stolen */);
/* Take item `at` out. The caller marks the list after unlocking, and then shrinks it if it is sparse. */
value list_take_locked(struct list *list, uint64_t at);
bool list_is_sparse_locked(struct list *list);
void list_shrink(struct list *list);
/* Does an item of the list, whose lock is held, equal `wanted`: 1, 0; -1: an exception, and the lock was given up.
   Where only Python code can tell, the lock is given up meanwhile, so the list may be another one afterwards. */
int list_match_locked(struct list *list, value item, value wanted);
/* The index of the first item in [start, stop) that equals `wanted`; -1 none, -2 an exception. With `taken` the item
   there is taken out. One step, apart from comparisons in Python. */
int64_t list_search(value v, value wanted, ssize start, ssize stop, value *taken);
int list_change_stepped(struct list *list, uint64_t length, ssize start, ssize step, uint64_t count, value *items);
struct list_storage *list_detach(struct list *list, struct list_storage *replacement, uint64_t *length);
bool list_detach_items(struct list *list, struct list_storage *replacement, struct list_storage **storage,
                       uint64_t *length);
bool list_attach(struct list *list, struct list_storage *storage, uint64_t length, struct list_storage *expected);
struct list_storage *list_storage_marker(void);
void list_storage_discard(struct list_storage *storage);

#endif

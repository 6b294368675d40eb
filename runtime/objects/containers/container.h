/*
 * What the containers (list, tuple, dict, set) and their iterators share: short names for the memory orders they use,
 * the lock-free way to read a slot in replaceable storage, and the hash of common keys without a call.
 *
 * How a container is read while others may change it. A container's storage is one block behind one pointer. A reader
 * that is not alone flags the container (object_share), then
 *
 *     storage = pointer          acquire, pairs with the release that published the storage
 *     v = storage->slot          acquire, pairs with the release store of the item
 *     count v                    fails when v is dead
 *     slot still v, pointer still storage?   else give the count back and start again
 *
 * The storage cannot be freed meanwhile: replaced storage of a flagged container is retired, and the reader is not
 * quiescent before it ends. The slot alone would not do as proof, because storage that was replaced keeps its slots
 * while their references move on. Writers hold the container's lock; vacated slots become NULL.
 */
#ifndef ATOLL_CONTAINER_H
#define ATOLL_CONTAINER_H

#include "runtime/objects/text/str.h"
#include "threads/pause.h"

#define load_relaxed(p)     atomic_load_explicit((p), memory_order_relaxed)
#define load_acquire(p)     atomic_load_explicit((p), memory_order_acquire)
#define load_again(p)       (chaos_point(), atomic_load_explicit((p), memory_order_seq_cst)) /* the proof after counting */
#define store_relaxed(p, v) atomic_store_explicit((p), (v), memory_order_relaxed)
#define store_release(p, v) atomic_store_explicit((p), (v), memory_order_release)

/* Count a value that was read racily; false when it died. Immediates pass. The caller verifies the slot afterwards. */
static inline bool value_try_inc(value v)
{
    return !value_is_object(v) || (v && rc_try_inc(value_object(v)));
}

/* Give back storage that was unpublished. Takes the lock for the test, so that a thread that flags the container
   (under the lock) before it reads is not overlooked. */
static inline void container_release_storage(struct object *o, void *storage, size_t size)
{
    if (!storage)
        return;
    if (thread_is_alone()) {
        storage_free(storage, size);
        return;
    }
    object_lock(o);
    bool private = object_is_private(o);
    object_unlock(o);
    if (private)
        storage_free(storage, size);
    else
        storage_retire(storage, size);
}

/* The same in `destroy`: nobody holds the container, so nobody reads its storage but the collector, which finds out. */
static inline void container_destroy_storage(struct object *o, void *storage, size_t size)
{
    if (load_relaxed(&o->flags) & OBJECT_SHARED)
        storage_retire(storage, size);
    else
        storage_free(storage, size);
}

/* For a container that the caller is making and has shown to nobody (a display, a comprehension): may it be changed
   without its lock? The count tells of the one stranger there can be, a walk through the heap (see gc_walk_settle). */
static inline bool container_is_building(const struct object *o)
{
    return thread_is_alone() || rc_is_unique(o);
}

/* The hash of a key; ints that are small and exact strs without the general call. false: an exception is set. */
static inline bool key_hash(value key, int64_t *out)
{
    if (value_is_small_int(key)) {
        int64_t i = small_int_value(key);
        if (likely(i < SMALL_INT_MAX && i > SMALL_INT_MIN + 1)) {
            *out = unlikely(i == -1) ? -2 : i;
            return true;
        }
    } else if (value_is(key, TYPE_ID_STR)) {
        int64_t hash = load_relaxed(&((struct str *)key)->hash);
        *out = likely(hash != 0) ? hash : str_hash(key);
        return true;
    }
    return value_hash(key, out);
}

/* Compare two keys of equal hash that are not the same word, when that needs no Python code and no reference besides
   the ones the caller has: 1, 0, or -1 for "only value_equals can tell". */
static inline int key_equal_simple(value a, value b)
{
    if (value_is(a, TYPE_ID_STR) && value_is(b, TYPE_ID_STR)) {
        /* equal strs have the same width, so equal bytes */
        size_t length = str_exact_length(a), width = str_width(a);
        if (length != str_exact_length(b) || width != str_width(b))
            return 0;
        if (unlikely(length >= THREAD_LONG_BYTES))
            return -1; /* it takes long, and what is read may be uncounted */
        return memcmp(str_data(a), str_data(b), length * width) == 0;
    }
    if (value_is_small_int(a) && value_is_small_int(b))
        return 0;
    return -1;
}

/* a OP b when that runs no Python code, allocates nothing and takes no lock, so that it may be asked under one: 1, 0,
   or -1 (no exception) for "only compare_bool can tell". Numbers, exact strs, bytes and tuples of such, and for == and
   != what compares by identity. Both are held, by the caller or by a container whose lock the caller has. */
int compare_plain_slow(value a, value b, int op);
static inline int equals_plain(value a, value b)
{
    if (a == b)
        return 1;
    return value_both_small_int(a, b) ? 0 : compare_plain_slow(a, b, COMPARE_EQ);
}
static inline int less_plain(value a, value b)
{
    if (value_both_small_int(a, b))
        return (int64_t)value_bits(a) < (int64_t)value_bits(b); /* same tag bits below */
    return compare_plain_slow(a, b, COMPARE_LT);
}

/* An index into `length` items, where negative ones count from the end; UINT64_MAX when there is no such item. A
   slice's bound, or where to insert: clamped instead. Both under the lock that guards the length. */
static inline uint64_t index_resolve(ssize index, uint64_t length)
{
    if (index < 0)
        index += (ssize)length;
    return index >= 0 && (uint64_t)index < length ? (uint64_t)index : UINT64_MAX;
}
static inline uint64_t bound_resolve(ssize bound, uint64_t length)
{
    if (bound < 0)
        bound = bound + (ssize)length < 0 ? 0 : bound + (ssize)length;
    return (uint64_t)bound < length ? (uint64_t)bound : length;
}

/* A tuple of two owned values, for iterators over pairs. If nobody kept the tuple that the iterator gave out last, it
   is given out again with new items: most loops unpack a pair and drop it. The counts of its items change as for any
   store, so the collector is not deceived. Others can find the tuple meanwhile by asking for the iterator's referents,
   which locks the iterator, or by a walk through the heap, which lets the owner finish before it shows what it found
   (gc_walk_settle). NULL: no memory, both dropped. */
static inline value pair_next(struct object *iterator, value_slot *last, value a, value b)
{
    value pair = load_relaxed(last);
    if (likely(pair && rc_is_unique(value_object(pair)) && (thread_is_alone() || object_enter(iterator)))) {
        value_slot *items = tuple_items(pair);
        value old_a = load_relaxed(&items[0]), old_b = load_relaxed(&items[1]);
        store_release(&items[0], a);
        store_release(&items[1], b);
        value_inc(pair);
        if (!thread_is_alone())
            object_leave();
        value_dec(old_a);
        value_dec(old_b);
        return pair;
    }
    value items[2] = {a, b};
    value fresh = tuple_from_owned(items, 2);
    if (fresh && !pair)
        slot_store(iterator, last, value_inc(fresh));
    return fresh;
}

/* What an iterator of pairs gives next where no tuple is wanted: both owned; else `second` is NULL, and `first` says
   why: VALUE_END, NULL (an exception), or VALUE_MISSING: nothing was done, its `next` is to be asked. */
struct value_pair {
    value first, second;
};
#define NO_PAIR ((struct value_pair){VALUE_MISSING, NULL})

/* The `iter` slot of every iterator. */
static inline value iterator_return_self(value v)
{
    return value_inc(v);
}

/* A built-in function by name, for __reduce__: owned. */
value builtin_by_name(const char *name);
/* (callable, (argument,)) or (callable, (argument,), state): the results of iterators' __reduce__. All stolen, also
   when it fails; NULLs among them fail. state NULL: leave it out. */
value reduce_result(value callable, value argument, value state, bool has_state);
/* The position in an iterator's __setstate__. */
bool state_as_index(value state, int64_t *out);
/* Orders two lengths as op does when sequences have no differing item. */
static inline value compare_lengths(size_t a, size_t b, int op)
{
    switch (op) {
    case COMPARE_LT:
        return value_bool(a < b);
    case COMPARE_LE:
        return value_bool(a <= b);
    case COMPARE_EQ:
        return value_bool(a == b);
    case COMPARE_NE:
        return value_bool(a != b);
    case COMPARE_GT:
        return value_bool(a > b);
    default:
        return value_bool(a >= b);
    }
}

#endif

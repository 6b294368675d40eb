/*
 * Lists: storage, and the operations that C code uses. The methods that programs call are in list_methods.c.
 *
 * Who may write what: `length`, `storage` and the items change under the list's lock (no lock while alone). Memory is
 * allocated outside the lock; so an operation looks, allocates, locks, and starts again when the list changed
 * meanwhile. What an operation displaces it collects and drops after unlocking, because a dropped reference may run
 * Python code. Operations that move references without counting them (pop, insert, reverse) mark the list afterwards
 * (RULE C3); so do those that replace the storage (RULE C4).
 */
#include "runtime/objects/containers/list.h"
#include "runtime/objects/containers/dict.h"
#include "runtime/objects/containers/range.h"
#include "runtime/objects/containers/set.h"

#include <stdlib.h>

#define LIST_MAX ((uint64_t)PTRDIFF_MAX / sizeof(value) - 8)

/* ---- storage ---- */
static inline size_t storage_bytes(uint64_t capacity)
{
    return sizeof(struct list_storage) + capacity * sizeof(value);
}

/* New storage for exactly `capacity` items (rounded up to a whole 16 bytes); NULL with MemoryError. */
static struct list_storage *storage_new(uint64_t capacity)
{
    if (capacity > LIST_MAX) {
        raise_no_memory();
        return NULL;
    }
    capacity |= 1;
    struct list_storage *storage = storage_alloc(storage_bytes(capacity));
    if (!storage) {
        raise_no_memory();
        return NULL;
    }
    storage->capacity = capacity;
    return storage;
}

/* Room for growth about an eighth above the length. */
static inline uint64_t grown_capacity(uint64_t length)
{
    return length + (length >> 3) + 3;
}

static inline void storage_give_back(struct list *list, struct list_storage *storage)
{
    if (storage)
        container_release_storage(&list->header, storage, storage_bytes(storage->capacity));
}

/* Storage that was never published. */
static inline void storage_discard(struct list_storage *storage)
{
    if (storage)
        storage_free(storage, storage_bytes(storage->capacity));
}

/* Move `count` references between places that may overlap, seen by lock-free readers slot by slot. */
static void slots_move(value_slot *to, value_slot *from, uint64_t count)
{
    if (mutator_is_alone()) {
        memmove(to, from, count * sizeof(value));
    } else if (to < from) {
        for (uint64_t i = 0; i < count; i++)
            store_release(&to[i], load_relaxed(&from[i]));
    } else {
        for (uint64_t i = count; i-- > 0;)
            store_release(&to[i], load_relaxed(&from[i]));
    }
}

/* Copy references to storage that nobody has seen yet. Under the list's lock, or alone: nobody writes to `from`. */
static inline void slots_copy(value_slot *to, const void *from, uint64_t count)
{
    memcpy((void *)to, from, count * sizeof(value));
}

/* Drop an array of owned values, last first, as CPython does. */
static void drop_values(value *values, uint64_t count)
{
    while (count > 0)
        value_dec(values[--count]);
}

/* ---- life ---- */
value list_new_of(struct type *type)
{
    return value_of(object_new(type, type->gc.instance_size));
}

value list_new(size_t capacity)
{
    struct object *o = heap_alloc(&TYPE(LIST)->gc, sizeof(struct list));
    if (unlikely(!o))
        return raise_no_memory();
    if (!capacity)
        return value_of(o);
    struct list_storage *storage = storage_new(capacity);
    if (!storage) {
        value_dec(value_of(o));
        return NULL;
    }
    store_release(&((struct list *)o)->storage, storage);
    return value_of(o);
}

value list_from_array(const value *items, size_t length)
{
    value v = list_new(length);
    if (!v)
        return NULL;
    struct list *list = list_of(v);
    struct list_storage *storage = load_relaxed(&list->storage);
    for (size_t i = 0; i < length; i++)
        store_relaxed(&storage->items[i], value_inc(items[i]));
    store_release(&list->length, length);
    return v;
}

value list_from_owned(value *items, size_t length)
{
    value v = list_new(length);
    if (!v) {
        drop_values(items, length);
        return NULL;
    }
    struct list *list = list_of(v);
    struct list_storage *storage = load_relaxed(&list->storage);
    for (size_t i = 0; i < length; i++)
        store_relaxed(&storage->items[i], items[i]);
    store_release(&list->length, length);
    return v;
}

/* Take over storage as a new list's. */
static value list_from_storage(struct list_storage *storage, uint64_t length)
{
    value v = list_new(0);
    if (!v) {
        if (storage)
            drop_values((value *)storage->items, length);
        storage_discard(storage);
        return NULL;
    }
    store_release(&list_of(v)->storage, storage);
    store_release(&list_of(v)->length, length);
    return v;
}

GC_READS_RACILY void list_traverse(struct object *o, struct gc_trace *trace)
{
    struct list_storage *storage = trace_storage(trace, (void *const _Atomic *)&((struct list *)o)->storage);
    if (!storage)
        return;
    uint64_t length = load_relaxed(&((struct list *)o)->length);
    trace_slots(trace, storage->items, length < storage->capacity ? length : storage->capacity);
}

void list_destroy(struct object *o)
{
    struct list *list = (struct list *)o;
    struct list_storage *storage = load_relaxed(&list->storage);
    uint64_t length = load_relaxed(&list->length);
    if (!storage)
        return;
    store_relaxed(&list->length, 0);
    store_release(&list->storage, NULL);
    drop_values((value *)storage->items, length);
    container_destroy_storage(o, storage, storage_bytes(storage->capacity));
}

/* ---- reading ---- */
size_t list_length(value v)
{
    return load_acquire(&list_of(v)->length);
}

static value list_item_locked(struct list *list, uint64_t index)
{
    value item = NULL;
    object_lock(&list->header);
    if (index < load_relaxed(&list->length))
        item = value_inc(load_relaxed(&load_relaxed(&list->storage)->items[index]));
    object_unlock(&list->header);
    return item;
}

/* The lock-free read; NULL when the index is out of range. */
value list_item_shared(struct list *list, uint64_t index)
{
    object_share(&list->header);
    if (index >= load_acquire(&list->length))
        return NULL;
    struct list_storage *storage = load_acquire(&list->storage);
    if (likely(storage && index < storage->capacity)) {
        value_slot *slot = &storage->items[index];
        value item = load_acquire(slot);
        if (item && !value_is_object(item))
            return item;
        if (likely(item && value_try_inc(item))) {
            if (likely(load_again(slot) == item && load_again(&list->storage) == storage))
                return item;
            value_dec(item);
        }
    }
    return list_item_locked(list, index);
}

value list_get(value v, size_t index)
{
    value item = index <= INT64_MAX ? list_item_fast(v, (int64_t)index) : NULL;
    return item ? item : VALUE_MISSING;
}

/* The items in [low, high) as they are at one moment, counted, in new storage (NULL with *count 0 when there are none).
   false: no memory. */
static bool list_copy_items(struct list *list, uint64_t low, uint64_t high, struct list_storage **out, uint64_t *count)
{
    for (;;) {
        uint64_t length = load_acquire(&list->length);
        uint64_t end = high < length ? high : length;
        *out = NULL;
        *count = 0;
        if (low >= end)
            return true;
        struct list_storage *copy = storage_new(end - low);
        if (!copy)
            return false;
        object_lock(&list->header);
        if (length == load_relaxed(&list->length)) {
            struct list_storage *storage = load_relaxed(&list->storage);
            for (uint64_t i = low; i < end; i++)
                store_relaxed(&copy->items[i - low], value_inc(load_relaxed(&storage->items[i])));
            object_unlock(&list->header);
            *out = copy;
            *count = end - low;
            return true;
        }
        object_unlock(&list->header);
        storage_discard(copy);
    }
}

value list_slice_copy(value v, uint64_t low, uint64_t high)
{
    struct list_storage *storage;
    uint64_t count;
    if (!list_copy_items(list_of(v), low, high, &storage, &count))
        return NULL;
    return list_from_storage(storage, count);
}

value *list_snapshot(value v, size_t *count)
{
    struct list_storage *storage;
    uint64_t n;
    if (!list_copy_items(list_of(v), 0, UINT64_MAX, &storage, &n))
        return NULL;
    value *items = malloc((n ? n : 1) * sizeof(value));
    if (!items) {
        if (storage)
            drop_values((value *)storage->items, n);
        storage_discard(storage);
        raise_no_memory();
        return NULL;
    }
    for (uint64_t i = 0; i < n; i++)
        items[i] = load_relaxed(&storage->items[i]);
    storage_discard(storage);
    *count = n;
    return items;
}

value list_to_tuple(value v)
{
    struct list *list = list_of(v);
    for (;;) {
        uint64_t length = load_acquire(&list->length);
        if (length == 0)
            return tuple_from_array(NULL, 0);
        value tuple = tuple_new(length);
        if (!tuple)
            return NULL;
        object_lock(&list->header);
        if (length == load_relaxed(&list->length)) {
            struct list_storage *storage = load_relaxed(&list->storage);
            for (uint64_t i = 0; i < length; i++)
                tuple_init(tuple, i, value_inc(load_relaxed(&storage->items[i])));
            object_unlock(&list->header);
            return tuple;
        }
        object_unlock(&list->header);
        value_dec(tuple);
    }
}

/* ---- writing ---- */
/* Replace the items in [low, high), cut to the list's length, by `count` owned ones, which are taken over when it
   succeeds. false: no memory, nothing changed. */
bool list_replace(struct list *list, uint64_t low, uint64_t high, const value *items, uint64_t count)
{
    for (;;) {
        uint64_t length = load_acquire(&list->length);
        struct list_storage *storage = load_acquire(&list->storage);
        uint64_t capacity = storage ? storage->capacity : 0;
        uint64_t from = low < length ? low : length;
        uint64_t to = high < from ? from : high < length ? high : length;
        uint64_t removed = to - from, tail = length - to;
        if (count > LIST_MAX - (length - removed))
            return raise_no_memory() != NULL;
        uint64_t new_length = length - removed + count;
        struct list_storage *fresh = NULL;
        bool replace = new_length > capacity || new_length < capacity / 2;
        if (replace && new_length) {
            bool growth = length && count && new_length > capacity;
            fresh = storage_new(growth ? grown_capacity(new_length) : new_length);
            if (!fresh)
                return false;
        }
        value room[16], *displaced = room;
        if (removed > 16 && !replace && !(displaced = malloc(removed * sizeof(value))))
            return raise_no_memory() != NULL;
        object_lock(&list->header);
        if (length != load_relaxed(&list->length) || storage != load_relaxed(&list->storage)) {
            object_unlock(&list->header);
            storage_discard(fresh);
            if (displaced != room)
                free(displaced);
            continue;
        }
        if (replace) {
            if (from)
                slots_copy(fresh->items, storage->items, from);
            if (count)
                slots_copy(fresh->items + from, items, count);
            if (tail)
                slots_copy(fresh->items + from + count, storage->items + to, tail);
            if (new_length < length)
                store_release(&list->length, new_length);
            store_release(&list->storage, fresh);
            store_release(&list->length, new_length);
            object_unlock(&list->header);
            rc_mark(&list->header);
            /* the displaced ones are still in the old storage, which is ours until it is given back */
            if (removed)
                drop_values((value *)&storage->items[from], removed);
            storage_give_back(list, storage);
            return true;
        }
        for (uint64_t i = 0; i < removed; i++)
            displaced[i] = load_relaxed(&storage->items[from + i]);
        if (count != removed && tail)
            slots_move(&storage->items[from + count], &storage->items[to], tail);
        for (uint64_t i = 0; i < count; i++)
            store_release(&storage->items[from + i], items[i]);
        store_release(&list->length, new_length);
        for (uint64_t i = new_length; i < length; i++)
            store_release(&storage->items[i], NULL);
        object_unlock(&list->header);
        rc_mark(&list->header);
        drop_values(displaced, removed);
        if (displaced != room)
            free(displaced);
        return true;
    }
}

bool list_append_slow(struct list *list, value item)
{
    for (;;) {
        uint64_t length = load_acquire(&list->length);
        struct list_storage *storage = load_acquire(&list->storage);
        struct list_storage *fresh = storage_new(grown_capacity(length + 1));
        if (!fresh) {
            value_dec(item);
            return false;
        }
        object_lock(&list->header);
        uint64_t present = load_relaxed(&list->length);
        if (storage == load_relaxed(&list->storage) && present < fresh->capacity) {
            if (present)
                slots_copy(fresh->items, storage->items, present);
            store_relaxed(&fresh->items[present], item);
            store_release(&list->storage, fresh);
            store_release(&list->length, present + 1);
            object_unlock(&list->header);
            rc_mark(&list->header);
            storage_give_back(list, storage);
            return true;
        }
        object_unlock(&list->header);
        storage_discard(fresh);
    }
}

bool list_append_owned(value v, value item)
{
    return list_append_fast(v, item);
}

bool list_append(value v, value item)
{
    return list_append_fast(v, value_inc(item));
}

bool list_set(value v, size_t index, value item)
{
    if (index <= INT64_MAX) {
        value_inc(item);
        if (list_store_fast(v, (int64_t)index, item))
            return true;
        value_dec(item);
    }
    return raise_false(EXC(IndexError), "list assignment index out of range");
}

bool list_insert(value v, ssize index, value item)
{
    struct list *list = list_of(v);
    value_inc(item);
    object_lock(&list->header);
    uint64_t length = load_relaxed(&list->length);
    struct list_storage *storage = load_relaxed(&list->storage);
    if (index < 0) {
        index += (ssize)length;
        if (index < 0)
            index = 0;
    }
    uint64_t at = (uint64_t)index < length ? (uint64_t)index : length;
    if (storage && length < storage->capacity) {
        slots_move(&storage->items[at + 1], &storage->items[at], length - at);
        store_release(&storage->items[at], item);
        store_release(&list->length, length + 1);
        object_unlock(&list->header);
        rc_mark(&list->header);
        return true;
    }
    object_unlock(&list->header);
    if (list_replace(list, at, at, &item, 1))
        return true;
    value_dec(item);
    return false;
}

/* Give memory back when less than half of it is used. Nothing is lost when there is none for the smaller storage. */
static void list_shrink(struct list *list)
{
    uint64_t length = load_acquire(&list->length);
    struct list_storage *storage = load_acquire(&list->storage);
    uint64_t capacity = storage ? storage->capacity : 0;
    struct list_storage *fresh = NULL;
    if (length >= capacity / 2)
        return;
    if (length) {
        uint64_t wanted = grown_capacity(length) | 1;
        fresh = wanted < capacity ? storage_alloc(storage_bytes(wanted)) : NULL;
        if (!fresh)
            return;
        fresh->capacity = wanted;
    }
    object_lock(&list->header);
    if (length != load_relaxed(&list->length) || storage != load_relaxed(&list->storage)) {
        object_unlock(&list->header);
        storage_discard(fresh);
        return;
    }
    if (length)
        slots_copy(fresh->items, storage->items, length);
    store_release(&list->storage, fresh);
    object_unlock(&list->header);
    rc_mark(&list->header);
    storage_give_back(list, storage);
}

/* Take item `index` out, or NULL (no exception) when it is out of range, or, with `expected`, another one. */
value list_take(struct list *list, ssize index, value expected)
{
    object_lock(&list->header);
    uint64_t length = load_relaxed(&list->length);
    struct list_storage *storage = load_relaxed(&list->storage);
    if (index < 0)
        index += (ssize)length;
    if (index < 0 || (uint64_t)index >= length || (expected && load_relaxed(&storage->items[index]) != expected)) {
        object_unlock(&list->header);
        return NULL;
    }
    value item = load_relaxed(&storage->items[index]);
    if ((uint64_t)index + 1 < length)
        slots_move(&storage->items[index], &storage->items[index + 1], length - 1 - (uint64_t)index);
    store_release(&list->length, length - 1);
    store_release(&storage->items[length - 1], NULL);
    uint64_t capacity = storage->capacity;
    object_unlock(&list->header);
    rc_mark(&list->header);
    if (unlikely(length - 1 < capacity / 2 && (capacity > 9 || length == 1)))
        list_shrink(list);
    return item;
}

value list_pop(value v, ssize index)
{
    value item = list_take(list_of(v), index, NULL);
    if (likely(item != NULL))
        return item;
    return raise(EXC(IndexError), list_length(v) ? "pop index out of range" : "pop from empty list");
}

/* All numbers of a new iterator over small ints. */
static bool list_extend_by_range(struct list *list, struct range_iterator *iterator)
{
    uint64_t count = (uint64_t)((iterator->end - iterator->start) / iterator->step);
    value *items = count < LIST_MAX ? malloc((count ? count : 1) * sizeof(value)) : NULL;
    if (!items)
        return raise_no_memory() != NULL;
    for (uint64_t i = 0; i < count; i++)
        items[i] = small_int(iterator->start + (int64_t)i * iterator->step);
    bool done = count == 0 || list_replace(list, UINT64_MAX, UINT64_MAX, items, count);
    free(items);
    return done;
}

/* Dicts, their views, and sets give all their items as they are at one moment, so that list(d), sorted(s) and the like
   do not fail because another thread changes the container meanwhile. true: it is one of these, *out is a new list
   (NULL: exception). */
static bool dict_or_set_items(value v, value *out)
{
    value (*iter)(value) = value_type_slot(v, iter);
    if (iter == dict_iter_slot)
        *out = dict_keys_list(v);
    else if (iter == set_iterator_new)
        *out = set_items_list(v);
    else if (value_is(v, TYPE_ID_DICT_KEYS))
        *out = dict_keys_list(slot_peek(&((struct dict_view *)v)->dict));
    else if (value_is(v, TYPE_ID_DICT_VALUES))
        *out = dict_values_list(slot_peek(&((struct dict_view *)v)->dict));
    else if (value_is(v, TYPE_ID_DICT_ITEMS))
        *out = dict_items_list(slot_peek(&((struct dict_view *)v)->dict));
    else
        return false;
    return true;
}

bool list_extend(value v, value iterable)
{
    struct list *list = list_of(v);
    if (value_is(iterable, TYPE_ID_LIST)) {
        struct list_storage *storage;
        uint64_t count;
        if (!list_copy_items(list_of(iterable), 0, UINT64_MAX, &storage, &count))
            return false;
        bool done = count == 0 || list_replace(list, UINT64_MAX, UINT64_MAX, (value *)storage->items, count);
        if (!done)
            drop_values((value *)storage->items, count);
        storage_discard(storage);
        return done;
    }
    if (value_is(iterable, TYPE_ID_TUPLE)) {
        size_t count = tuple_length(iterable);
        const value *items = (const value *)tuple_items(iterable);
        for (size_t i = 0; i < count; i++)
            value_inc(items[i]);
        if (count == 0 || list_replace(list, UINT64_MAX, UINT64_MAX, items, count))
            return true;
        for (size_t i = 0; i < count; i++)
            value_dec(items[i]);
        return false;
    }
    value snapshot;
    if (dict_or_set_items(iterable, &snapshot)) {
        if (!snapshot)
            return false;
        uint64_t count;
        struct list_storage *storage = list_detach(list_of(snapshot), NULL, &count);
        value_dec(snapshot);
        bool done = count == 0 || list_replace(list, UINT64_MAX, UINT64_MAX, (value *)storage->items, count);
        if (!done)
            drop_values((value *)storage->items, count);
        storage_discard(storage);
        return done;
    }
    value iterator = iter_get(iterable);
    if (!iterator)
        return false;
    if (value_length_hint(iterable, 0) < 0) {
        value_dec(iterator);
        return false;
    }
    if (value_is(iterator, TYPE_ID_RANGE_ITERATOR) && value_is(iterable, TYPE_ID_RANGE)) {
        bool done = list_extend_by_range(list, (struct range_iterator *)iterator);
        value_dec(iterator);
        return done;
    }
    for (;;) {
        value item = iter_next(iterator);
        if (!item || item == VALUE_END) {
            value_dec(iterator);
            return item != NULL;
        }
        if (!list_append_fast(v, item)) {
            value_dec(iterator);
            return false;
        }
    }
}

bool list_reverse(value v)
{
    struct list *list = list_of(v);
    object_lock(&list->header);
    uint64_t length = load_relaxed(&list->length);
    struct list_storage *storage = load_relaxed(&list->storage);
    for (uint64_t i = 0, j = length; i + 1 < j; i++) {
        value low = load_relaxed(&storage->items[i]), high = load_relaxed(&storage->items[--j]);
        store_release(&storage->items[i], high);
        store_release(&storage->items[j], low);
    }
    object_unlock(&list->header);
    rc_mark(&list->header);
    return true;
}

/* Take all storage out of the list and leave `replacement`; the caller owns what it held. Marks the list. */
struct list_storage *list_detach(struct list *list, struct list_storage *replacement, uint64_t *length)
{
    object_lock(&list->header);
    struct list_storage *storage = load_relaxed(&list->storage);
    *length = load_relaxed(&list->length);
    store_release(&list->length, 0);
    store_release(&list->storage, replacement);
    object_unlock(&list->header);
    rc_mark(&list->header);
    return storage;
}

/* Put storage back that list_detach took, if the list still has `expected` as its storage; else the list was used
   meanwhile: what it holds now is dropped, the storage goes in all the same, and false is returned. */
bool list_attach(struct list *list, struct list_storage *storage, uint64_t length, struct list_storage *expected)
{
    object_lock(&list->header);
    struct list_storage *present = load_relaxed(&list->storage);
    uint64_t present_length = load_relaxed(&list->length);
    store_release(&list->length, 0);
    store_release(&list->storage, storage);
    store_release(&list->length, length);
    object_unlock(&list->header);
    rc_mark(&list->header);
    bool untouched = present == expected && present_length == 0;
    if (present) {
        drop_values((value *)present->items, present_length);
        storage_give_back(list, present);
    }
    return untouched;
}

/* A storage block without items that no other operation would leave there: the mark of a list being sorted. */
struct list_storage *list_storage_marker(void)
{
    struct list_storage *marker = storage_alloc(storage_bytes(0));
    if (!marker)
        raise_no_memory();
    return marker;
}

void list_storage_discard(struct list_storage *storage)
{
    storage_discard(storage);
}

void list_clear(value v)
{
    struct list *list = list_of(v);
    uint64_t length;
    struct list_storage *storage = list_detach(list, NULL, &length);
    if (storage) {
        drop_values((value *)storage->items, length);
        storage_give_back(list, storage);
    }
}

bool list_set_slice(value v, ssize start, ssize end, value iterable)
{
    struct list *list = list_of(v);
    uint64_t low = start < 0 ? 0 : (uint64_t)start, high = end < 0 ? 0 : (uint64_t)end;
    if (!iterable)
        return list_replace(list, low, high, NULL, 0);
    if (value_is(iterable, TYPE_ID_LIST)) {
        struct list_storage *copy;
        uint64_t n;
        if (!list_copy_items(list_of(iterable), 0, UINT64_MAX, &copy, &n))
            return false;
        bool replaced = list_replace(list, low, high, copy ? (value *)copy->items : NULL, n);
        if (!replaced && copy)
            drop_values((value *)copy->items, n);
        storage_discard(copy);
        return replaced;
    }
    size_t count;
    value *items = sequence_snapshot(iterable, "can only assign an iterable", &count);
    if (!items)
        return false;
    bool done = list_replace(list, low, high, items, count);
    if (!done)
        drop_values(items, count);
    free(items);
    return done;
}

value *sequence_snapshot(value iterable, const char *message, size_t *count)
{
    if (value_is(iterable, TYPE_ID_LIST))
        return list_snapshot(iterable, count);
    value sequence = sequence_fast(iterable, message);
    if (!sequence)
        return NULL;
    value *items;
    if (is_list(sequence)) {
        items = list_snapshot(sequence, count);
    } else {
        *count = tuple_length(sequence);
        items = malloc((*count ? *count : 1) * sizeof(value));
        for (size_t i = 0; items && i < *count; i++)
            items[i] = value_inc(tuple_get(sequence, i));
        if (!items)
            raise_no_memory();
    }
    value_dec(sequence);
    return items;
}

/* Change the items at start, start + step ... (`count` of them) of a list that has `length` items: store the owned
   `items`, or delete them when `items` is NULL. 1 done (items taken), 0 the list's length is another one, -1 error. */
int list_change_stepped(struct list *list, uint64_t length, ssize start, ssize step, uint64_t count, value *items)
{
    value *displaced = malloc((count ? count : 1) * sizeof(value));
    if (!displaced) {
        raise_no_memory();
        return -1;
    }
    object_lock(&list->header);
    struct list_storage *storage = load_relaxed(&list->storage);
    if (load_relaxed(&list->length) != length) {
        object_unlock(&list->header);
        free(displaced);
        return 0;
    }
    if (items) {
        for (uint64_t i = 0; i < count; i++) {
            value_slot *slot = &storage->items[start + (ssize)i * step];
            displaced[i] = load_relaxed(slot);
            store_release(slot, items[i]);
        }
    } else if (count) {
        if (step < 0) {
            start += (ssize)(count - 1) * step;
            step = -step;
        }
        uint64_t to = (uint64_t)start, taken = 0;
        for (uint64_t from = (uint64_t)start; from < length; from++) {
            value item = load_relaxed(&storage->items[from]);
            if (taken < count && from == (uint64_t)start + taken * (uint64_t)step)
                displaced[taken++] = item;
            else
                store_release(&storage->items[to++], item);
        }
        store_release(&list->length, to);
        for (; to < length; to++)
            store_release(&storage->items[to], NULL);
    }
    object_unlock(&list->header);
    rc_mark(&list->header);
    drop_values(displaced, count);
    free(displaced);
    if (!items)
        list_shrink(list);
    return 1;
}

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
#include "runtime/objects/containers/slice.h"
#include "runtime/raw.h"

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

/* Room for growth about an eighth above the length; half of it for long lists, whose items are copied each time:
   room that nothing was put into yet is only address space. */
static inline uint64_t grown_capacity(uint64_t length)
{
    return length + (length >> (length < 1 << 17 ? 3 : 1)) + 3;
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

/* Loops over very many slots report between stretches of so many, under the lock, too: what they use is in slots that
   the lock keeps, or in storage that is the caller's alone. */
#define STRETCH ((uint64_t)512)
static inline uint64_t stretch_of(uint64_t left)
{
    if (likely(left <= STRETCH))
        return left;
    thread_report();
    return STRETCH;
}

/* thread_report_at in a loop that moves references under the lock (RULE C3). */
static inline void report_marked(struct list *list, uint64_t step)
{
    if (unlikely(step % THREAD_REPORT_STEPS == 0)) {
        rc_mark(&list->header);
        thread_report();
    }
}

static inline void stretch_move(value_slot *to, value_slot *from, uint64_t count)
{
    if (likely(thread_is_alone())) {
        memmove(to, from, count * sizeof(value));
    } else if (to < from) {
        for (uint64_t i = 0; i < count; i++)
            store_release(&to[i], load_relaxed(&from[i]));
    } else {
        for (uint64_t i = count; i-- > 0;)
            store_release(&to[i], load_relaxed(&from[i]));
    }
}

static __attribute__((noinline)) void slots_move_long(struct list *list, value_slot *to, value_slot *from,
                                                      uint64_t count)
{
    for (uint64_t n; count > STRETCH; count -= n) {
        n = STRETCH;
        if (to < from) {
            stretch_move(to, from, n);
            to += n;
            from += n;
        } else {
            stretch_move(to + count - n, from + count - n, n);
        }
        rc_mark(&list->header); /* (RULE C3) */
        thread_report();
    }
    stretch_move(to, from, count);
}

/* Move `count` references of the list between places that may overlap, seen by lock-free readers slot by slot. */
static inline void slots_move(struct list *list, value_slot *to, value_slot *from, uint64_t count)
{
    if (likely(count <= STRETCH))
        stretch_move(to, from, count);
    else
        slots_move_long(list, to, from, count);
}

/* Copy references to storage that nobody has seen yet. Under the list's lock, or alone: nobody writes to `from`. */
static inline void slots_copy(value_slot *to, const value_slot *from, uint64_t count)
{
    for (uint64_t n; count > 0; count -= n, to += n, from += n)
        memcpy((void *)to, (const void *)from, (n = stretch_of(count)) * sizeof(value));
}

/* The same, counting them. */
static inline void stretch_copy_counted(value_slot *to, const value_slot *from, ssize step, uint64_t count)
{
    for (value_slot *end = to + count; to < end; to++, from += step)
        store_relaxed(to, value_inc(load_relaxed(from)));
}
static __attribute__((noinline)) void slots_copy_counted_long(value_slot *to, const value_slot *from, ssize step,
                                                              uint64_t count)
{
    for (uint64_t n; count > 0; count -= n, to += n, from += (ssize)n * step)
        stretch_copy_counted(to, from, step, n = stretch_of(count));
}
static inline void slots_copy_counted(value_slot *to, const value_slot *from, ssize step, uint64_t count)
{
    if (likely(count <= STRETCH))
        stretch_copy_counted(to, from, step, count);
    else
        slots_copy_counted_long(to, from, step, count);
}

/* Under the lock: what was in these slots is elsewhere, and the length says that they are no items. */
static void slots_empty(struct list_storage *storage, uint64_t from, uint64_t to)
{
    for (; from < to; thread_report_at(++from))
        store_release(&storage->items[from], NULL);
}

void values_drop(value *values, size_t count)
{
    for (uint64_t n; count > 0;)
        for (n = stretch_of(count); n > 0; n--)
            value_dec(values[--count]);
}
static inline void values_drop_in_line(value *values, size_t count)
{
    if (likely(count <= STRETCH))
        while (count > 0)
            value_dec(values[--count]);
    else
        values_drop(values, count);
}

/* ---- life ---- */
value list_new_of(struct type *type)
{
    return value_of(object_new(type, type->gc.instance_size));
}

value list_new(size_t capacity)
{
    struct object *o = OBJECT_NEW(LIST, KIND_CONTAINER, sizeof(struct list), 0);
    if (unlikely(!o))
        return NULL;
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
    slots_copy_counted(storage->items, (const value_slot *)items, 1, length);
    store_release(&list->length, length);
    return v;
}

value list_from_owned(value *items, size_t length)
{
    value v = list_new(length);
    if (!v) {
        values_drop(items, length);
        return NULL;
    }
    struct list *list = list_of(v);
    struct list_storage *storage = load_relaxed(&list->storage);
    if (length)
        slots_copy(storage->items, (value_slot *)items, length);
    store_release(&list->length, length);
    return v;
}

/* Take over storage as a new list's. */
static value list_from_storage(struct list_storage *storage, uint64_t length)
{
    value v = list_new(0);
    if (!v) {
        if (storage)
            values_drop((value *)storage->items, length);
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
    values_drop_in_line((value *)storage->items, length);
    container_destroy_storage(o, storage, storage_bytes(storage->capacity));
}

/* ---- reading ---- */
size_t list_length(value v)
{
    return load_acquire(&list_of(v)->length);
}

value list_item_locked(struct list *list, ssize index)
{
    value item = NULL;
    object_lock(&list->header);
    uint64_t at = index_resolve(index, load_relaxed(&list->length));
    if (at != UINT64_MAX)
        item = value_inc(load_relaxed(&load_relaxed(&list->storage)->items[at]));
    object_unlock(&list->header);
    return item;
}

/* The lock-free read; NULL when the index is out of range. */
value list_item_shared(struct list *list, uint64_t index, bool *kept)
{
    object_share(&list->header);
    if (index >= load_acquire(&list->length))
        return NULL;
    value item = NULL;
    {
        PEEK_SCOPE;
        struct list_storage *storage = load_acquire(&list->storage);
        if (likely(storage && index < storage->capacity)) {
            value_slot *slot = &storage->items[index];
            item = load_acquire(slot);
            if (item && !value_is_object(item))
                return item;
            if (item && kept && object_keep(value_object(item)) && load_again(slot) == item &&
                load_again(&list->storage) == storage) {
                *kept = true;
                return item;
            }
            if (unlikely(!item || !value_try_inc(item)))
                item = NULL;
            else if (likely(load_again(slot) == item && load_again(&list->storage) == storage))
                return item;
        }
    }
    value_dec(item);
    return list_item_locked(list, (ssize)index);
}

value list_get(value v, size_t index)
{
    value item = index <= INT64_MAX ? list_item_fast(v, (int64_t)index) : NULL;
    return item ? item : VALUE_MISSING;
}

/* The items of a slice as they are at one moment, counted, in new storage with room for `more` (NULL with *count 0 when
   there are none and none are to come). The memory is taken for what the list was before its lock. false: no memory. */
static bool list_copy_items(struct list *list, ssize start, ssize stop, ssize step, uint64_t more,
                            struct list_storage **out, uint64_t *count)
{
    struct list_storage *copy = NULL;
    uint64_t length = load_acquire(&list->length), slack = more;
    for (;;) {
        ssize first = start, last = stop;
        uint64_t n = (uint64_t)slice_adjust((ssize)length, &first, &last, step);
        if (n + slack && !(copy = storage_new(n + slack)))
            return false;
        object_lock(&list->header);
        if (unlikely(length != load_relaxed(&list->length))) {
            length = load_relaxed(&list->length);
            first = start;
            last = stop;
            n = (uint64_t)slice_adjust((ssize)length, &first, &last, step);
        }
        if (n + more == 0 || likely(copy && copy->capacity >= n + more)) {
            if (n)
                slots_copy_counted(copy->items, &load_relaxed(&list->storage)->items[first], step, n);
            object_unlock(&list->header);
            if (unlikely(n + more == 0 && copy)) {
                storage_discard(copy);
                copy = NULL;
            }
            *out = copy;
            *count = n;
            return true;
        }
        object_unlock(&list->header);
        slack = more + n / 8 + 16; /* it grew meanwhile, and may go on so */
        storage_discard(copy);
        copy = NULL;
    }
}

value list_slice(value v, ssize start, ssize stop, ssize step)
{
    struct list_storage *storage;
    uint64_t count;
    if (!list_copy_items(list_of(v), start, stop, step, 0, &storage, &count))
        return NULL;
    return list_from_storage(storage, count);
}

value list_copy(value v)
{
    return list_slice(v, 0, PTRDIFF_MAX, 1);
}

value list_joined(value a, value b)
{
    struct list_storage *storage;
    uint64_t count, more = list_length(b);
    for (;; more += more / 8 + 16) { /* b as it is at one moment after that of a */
        if (more > LIST_MAX)
            return raise_no_memory();
        if (!list_copy_items(list_of(a), 0, PTRDIFF_MAX, 1, more, &storage, &count))
            return NULL;
        struct list *list = list_of(b);
        object_lock(&list->header);
        uint64_t length = load_relaxed(&list->length);
        bool fits = length <= more;
        if (fits && length)
            slots_copy_counted(storage->items + count, load_relaxed(&list->storage)->items, 1, length);
        object_unlock(&list->header);
        if (likely(fits))
            return list_from_storage(storage, count + length);
        if (storage)
            values_drop((value *)storage->items, count);
        storage_discard(storage);
        more = length;
    }
}

value *list_snapshot(value v, size_t *count)
{
    struct list *list = list_of(v);
    value *items = NULL;
    for (size_t room = list_length(v) + 1;; room += room / 8 + 16) {
        raw_free(items);
        items = room <= LIST_MAX ? malloc(room * sizeof(value)) : NULL;
        if (!items) {
            raise_no_memory();
            return NULL;
        }
        object_lock(&list->header);
        uint64_t length = load_relaxed(&list->length);
        if (length <= room) {
            struct list_storage *storage = load_relaxed(&list->storage);
            if (length)
                slots_copy_counted((value_slot *)items, storage->items, 1, length);
            object_unlock(&list->header);
            *count = length;
            return items;
        }
        object_unlock(&list->header);
        room = length;
    }
}

value *list_snapshot_in(value *room, size_t places, value v, size_t *count)
{
    struct list *list = list_of(v);
    object_lock(&list->header);
    uint64_t length = load_relaxed(&list->length);
    bool fits = length <= places;
    if (fits && length)
        slots_copy_counted((value_slot *)room, load_relaxed(&list->storage)->items, 1, length);
    object_unlock(&list->header);
    *count = length;
    return likely(fits) ? room : list_snapshot(v, count);
}

value list_to_tuple(value v)
{
    return list_and_tuple(v, NULL);
}
value list_and_tuple(value v, value more)
{
    struct list *list = list_of(v);
    size_t extra = more ? tuple_length(more) : 0;
    for (;;) {
        uint64_t length = load_acquire(&list->length);
        if (length + extra == 0)
            return tuple_from_array(NULL, 0);
        value tuple = tuple_new(length + extra);
        if (!tuple)
            return NULL;
        slots_copy_counted(tuple_items(tuple) + length, more ? tuple_items(more) : NULL, 1, extra);
        object_lock(&list->header);
        if (length == load_relaxed(&list->length)) {
            struct list_storage *storage = load_relaxed(&list->storage);
            slots_copy_counted(tuple_items(tuple), storage->items, 1, length);
            object_unlock(&list->header);
            return tuple;
        }
        object_unlock(&list->header);
        value_dec(tuple);
    }
}

/* ---- writing ---- */
/* Replace the items of the slice [low, high) by `count` owned ones, which are taken over when it succeeds. false: no
   memory, nothing changed. One step: the bounds (negative ones from the end) meet the length under the lock. What is
   needed besides is found out there and allocated outside. */
bool list_replace(struct list *list, ssize low, ssize high, const value *items, uint64_t count)
{
    struct list_storage *fresh = NULL;
    value room[16], *displaced = room;
    uint64_t places = 16;
    bool done = false;
    for (;;) {
        object_lock(&list->header);
        uint64_t length = load_relaxed(&list->length);
        struct list_storage *storage = load_relaxed(&list->storage);
        uint64_t capacity = storage ? storage->capacity : 0;
        uint64_t from = bound_resolve(low, length), to = bound_resolve(high, length);
        if (to < from)
            to = from;
        uint64_t removed = to - from, tail = length - to, kept = length - removed;
        uint64_t new_length = kept + count;
        bool replace = new_length > capacity || new_length < capacity / 2;
        if (count > LIST_MAX - kept || (replace && new_length && (!fresh || fresh->capacity < new_length))) {
            object_unlock(&list->header);
            bool growth = fresh || (length && count && new_length > capacity);
            storage_discard(fresh);
            fresh = count > LIST_MAX - kept ? (raise_no_memory(), NULL)
                                            : storage_new(growth ? grown_capacity(new_length) : new_length);
            if (!fresh)
                break;
            continue;
        }
        if (!replace && removed > places) {
            object_unlock(&list->header);
            if (displaced != room)
                raw_free(displaced);
            places = removed + removed / 8;
            if (!(displaced = malloc(places * sizeof(value)))) {
                displaced = room;
                raise_no_memory();
                break;
            }
            continue;
        }
        done = true;
        if (replace) {
            struct list_storage *next = new_length ? fresh : NULL;
            if (from)
                slots_copy(next->items, storage->items, from);
            if (count)
                slots_copy(next->items + from, (value_slot *)items, count);
            if (tail)
                slots_copy(next->items + from + count, storage->items + to, tail);
            if (new_length < length)
                store_release(&list->length, new_length);
            store_release(&list->storage, next);
            store_release(&list->length, new_length);
            object_unlock(&list->header);
            rc_mark(&list->header);
            if (next)
                fresh = NULL;
            /* the displaced ones are still in the old storage, which is ours until it is given back */
            if (removed)
                values_drop((value *)&storage->items[from], removed);
            storage_give_back(list, storage);
            break;
        }
        if (removed)
            slots_copy((value_slot *)displaced, &storage->items[from], removed);
        if (count != removed && tail)
            slots_move(list, &storage->items[from + count], &storage->items[to], tail);
        for (uint64_t i = 0; i < count; i++) {
            store_release(&storage->items[from + i], items[i]);
            report_marked(list, i + 1);
        }
        store_release(&list->length, new_length);
        slots_empty(storage, new_length, length);
        object_unlock(&list->header);
        rc_mark(&list->header);
        values_drop(displaced, removed);
        break;
    }
    storage_discard(fresh);
    if (displaced != room)
        raw_free(displaced);
    return done;
}

/* The same where as many items go as come: each changes places with one in `items`, and is dropped there. false: it is
   another number, nothing was done. */
static bool list_exchange(struct list *list, ssize low, ssize high, value *items, uint64_t count)
{
    object_lock(&list->header);
    uint64_t length = load_relaxed(&list->length), from = bound_resolve(low, length), to = bound_resolve(high, length);
    bool same = to - from == count && to >= from;
    if (same && count) {
        value_slot *slot = &load_relaxed(&list->storage)->items[from];
        for (uint64_t i = 0; i < count; i++, slot++) {
            value old = load_relaxed(slot);
            store_release(slot, items[i]);
            items[i] = old;
            report_marked(list, i + 1);
        }
    }
    object_unlock(&list->header);
    if (same) {
        rc_mark(&list->header);
        values_drop_in_line(items, count);
    }
    return same;
}

/* The items `n` times, in place. */
bool list_repeat_in_place(struct list *list, ssize n)
{
    if (n <= 0) {
        list_clear(value_of(list));
        return true;
    }
    struct list_storage *fresh = NULL;
    for (;;) {
        object_lock(&list->header);
        uint64_t length = load_relaxed(&list->length), total;
        struct list_storage *storage = load_relaxed(&list->storage);
        bool huge = __builtin_mul_overflow(length, (uint64_t)n, &total) || total > LIST_MAX;
        bool fits = !huge && (total == length || total <= storage->capacity);
        struct list_storage *target = fits ? storage : !huge && fresh && total <= fresh->capacity ? fresh : NULL;
        if (!fits && !target) {
            object_unlock(&list->header);
            uint64_t slack = fresh ? total / 8 : 0;
            storage_discard(fresh);
            if (huge || !(fresh = storage_new(total + slack)))
                return huge && raise_no_memory() != NULL;
            continue;
        }
        if (target == fresh && fresh)
            slots_copy(fresh->items, storage->items, length);
        for (uint64_t i = length; i < total; i++) {
            store_release(&target->items[i], value_inc(load_relaxed(&target->items[i - length])));
            thread_report_at(i);
        }
        if (target == fresh && fresh) {
            store_release(&list->storage, fresh);
            fresh = NULL;
        }
        store_release(&list->length, total);
        object_unlock(&list->header);
        if (target != storage) {
            rc_mark(&list->header);
            storage_give_back(list, storage);
        }
        storage_discard(fresh);
        return true;
    }
}

bool list_lock_with_room(struct list *list, struct list_storage **displaced)
{
    struct list_storage *fresh = NULL;
    *displaced = NULL;
    for (;;) {
        object_lock(&list->header);
        uint64_t length = load_relaxed(&list->length);
        struct list_storage *storage = load_relaxed(&list->storage);
        bool full = !storage || length == storage->capacity;
        if (full && fresh && length < fresh->capacity) {
            if (length)
                slots_copy(fresh->items, storage->items, length);
            store_release(&list->storage, fresh);
            rc_mark(&list->header);
            *displaced = storage;
            return true;
        }
        if (!full && !fresh)
            return true;
        object_unlock(&list->header);
        storage_discard(fresh);
        fresh = NULL;
        if (full && !(fresh = storage_new(grown_capacity(length + 1))))
            return false;
    }
}

void list_unlock_with_room(struct list *list, struct list_storage *displaced)
{
    object_unlock(&list->header);
    rc_mark(&list->header);
    storage_give_back(list, displaced);
}

void list_insert_locked(struct list *list, uint64_t at, value item)
{
    uint64_t length = load_relaxed(&list->length);
    struct list_storage *storage = load_relaxed(&list->storage);
    slots_move(list, &storage->items[at + 1], &storage->items[at], length - at);
    store_release(&storage->items[at], item);
    store_release(&list->length, length + 1);
}

bool list_append_slow(struct list *list, value item)
{
    struct list_storage *displaced;
    if (!list_lock_with_room(list, &displaced)) {
        value_dec(item);
        return false;
    }
    list_insert_locked(list, load_relaxed(&list->length), item);
    list_unlock_with_room(list, displaced);
    return true;
}

bool list_append_owned(value v, value item)
{
    return list_append_fast(v, item);
}

bool list_append(value v, value item)
{
    return list_append_fast(v, value_inc(item));
}

/* list[index] = item, stealing item when it succeeds; negative indices from the end. */
static bool list_store(struct list *list, ssize index, value item)
{
    object_lock(&list->header);
    uint64_t at = index_resolve(index, load_relaxed(&list->length));
    if (at == UINT64_MAX) {
        object_unlock(&list->header);
        return false;
    }
    value_slot *slot = &load_relaxed(&list->storage)->items[at];
    value old = load_relaxed(slot);
    store_release(slot, item);
    object_unlock(&list->header);
    value_dec(old);
    return true;
}

bool list_set_resolved(value v, ssize index, value item)
{
    value_inc(item);
    if (likely(list_store(list_of(v), index, item)))
        return true;
    value_dec(item);
    return raise_false(EXC(IndexError), "list assignment index out of range");
}

bool list_set(value v, size_t index, value item)
{
    return list_set_resolved(v, index <= PTRDIFF_MAX ? (ssize)index : PTRDIFF_MAX, item);
}

bool list_insert(value v, ssize index, value item)
{
    struct list *list = list_of(v);
    struct list_storage *displaced;
    value_inc(item);
    if (unlikely(!list_lock_with_room(list, &displaced))) {
        value_dec(item);
        return false;
    }
    list_insert_locked(list, bound_resolve(index, load_relaxed(&list->length)), item);
    list_unlock_with_room(list, displaced);
    return true;
}

/* Give memory back when less than half of it is used. Nothing is lost when there is none for the smaller storage. */
void list_shrink(struct list *list)
{
    struct list_storage *fresh = NULL;
    for (;;) {
        object_lock(&list->header);
        uint64_t length = load_relaxed(&list->length);
        struct list_storage *storage = load_relaxed(&list->storage);
        uint64_t capacity = storage ? storage->capacity : 0, wanted = grown_capacity(length) | 1;
        bool needed = length < capacity / 2 && (length == 0 || wanted < capacity);
        if (needed && length && (!fresh || fresh->capacity < length)) {
            object_unlock(&list->header);
            storage_discard(fresh);
            if (!(fresh = storage_alloc(storage_bytes(wanted))))
                return;
            fresh->capacity = wanted;
            continue;
        }
        if (needed) {
            if (length)
                slots_copy(fresh->items, storage->items, length);
            store_release(&list->storage, length ? fresh : NULL);
        }
        object_unlock(&list->header);
        if (needed) {
            rc_mark(&list->header);
            storage_give_back(list, storage);
        }
        if (!needed || !length)
            storage_discard(fresh);
        return;
    }
}

bool list_is_sparse_locked(struct list *list)
{
    uint64_t length = load_relaxed(&list->length), capacity = load_relaxed(&list->storage)->capacity;
    return unlikely(length < capacity / 2 && (capacity > 9 || length == 0));
}

value list_take_locked(struct list *list, uint64_t at)
{
    uint64_t length = load_relaxed(&list->length);
    struct list_storage *storage = load_relaxed(&list->storage);
    value item = load_relaxed(&storage->items[at]);
    if (at + 1 < length)
        slots_move(list, &storage->items[at], &storage->items[at + 1], length - 1 - at);
    store_release(&list->length, length - 1);
    store_release(&storage->items[length - 1], NULL);
    return item;
}

/* Take item `index` out, or NULL (no exception) when it is out of range. */
value list_take(struct list *list, ssize index)
{
    object_lock(&list->header);
    uint64_t length = load_relaxed(&list->length), at = index_resolve(index, length);
    if (at == UINT64_MAX) {
        object_unlock(&list->header);
        return NULL;
    }
    value item = list_take_locked(list, at);
    bool sparse = list_is_sparse_locked(list);
    object_unlock(&list->header);
    rc_mark(&list->header);
    if (unlikely(sparse))
        list_shrink(list);
    return item;
}

value list_pop(value v, ssize index)
{
    value item = list_take(list_of(v), index);
    if (likely(item != NULL))
        return item;
    return raise(EXC(IndexError), list_length(v) && index != -1 ? "pop index out of range" : "pop from empty list");
}

/* ---- searching ---- */
int list_match_locked(struct list *list, value item, value wanted)
{
    int same = equals_plain(item, wanted);
    if (same >= 0)
        return same;
    value_inc(item);
    object_unlock(&list->header);
    same = value_equals(item, wanted);
    value_dec(item);
    if (same >= 0)
        object_lock(&list->header);
    return same;
}

int64_t list_search(value v, value wanted, ssize start, ssize stop, value *taken)
{
    struct list *list = list_of(v);
    object_lock(&list->header);
    uint64_t length = load_relaxed(&list->length);
    uint64_t end = stop < 0 ? bound_resolve(stop, length) : (uint64_t)stop;
    for (uint64_t i = start < 0 ? bound_resolve(start, length) : (uint64_t)start; i < end; i++) {
        if (i >= load_relaxed(&list->length))
            break;
        thread_report_at(i + 1);
        value item = load_relaxed(&load_relaxed(&list->storage)->items[i]);
        int same = equals_plain(item, wanted);
        if (same < 0 && (same = list_match_locked(list, item, wanted)) < 0)
            return -2;
        if (!same)
            continue;
        length = load_relaxed(&list->length);
        bool sparse = false;
        if (taken && i < length) { /* Python code may have made the list shorter */
            *taken = list_take_locked(list, i);
            sparse = list_is_sparse_locked(list);
        }
        object_unlock(&list->header);
        if (taken)
            rc_mark(&list->header);
        if (sparse)
            list_shrink(list);
        return (int64_t)i;
    }
    object_unlock(&list->header);
    return -1;
}

/* All numbers of a new iterator over small ints. */
static bool list_extend_by_range(struct list *list, struct range_iterator *iterator)
{
    uint64_t count = (uint64_t)((iterator->end - iterator->start) / iterator->step);
    value *items = count < LIST_MAX ? malloc((count ? count : 1) * sizeof(value)) : NULL;
    if (!items)
        return raise_no_memory() != NULL;
    for (uint64_t i = 0; i < count; i++) {
        thread_pause_at(i + 1);
        items[i] = small_int(iterator->start + (int64_t)i * iterator->step);
    }
    bool done = count == 0 || list_replace(list, PTRDIFF_MAX, PTRDIFF_MAX, items, count);
    raw_free(items);
    return done;
}

/* All characters of an exact str. */
static bool list_extend_by_str(struct list *list, value text)
{
    size_t length = str_exact_length(text), made = 0;
    value room[16], *items = length <= sizeof room / sizeof *room ? room
                             : length < LIST_MAX                  ? malloc(length * sizeof(value))
                                                                  : NULL;
    if (!items)
        return raise_no_memory() != NULL;
    for (value c; made < length && (c = str_from_code_point(str_exact_at(text, made))); thread_report_at(++made))
        items[made] = c;
    bool done = made == length && (made == 0 || list_replace(list, PTRDIFF_MAX, PTRDIFF_MAX, items, made));
    if (!done)
        values_drop(items, made);
    if (items != room)
        raw_free(items);
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

/* Is there memory for so many items? Asked before the first of very many is taken: a program that wants more than there
   is learns it at once, not when the machine has none left. */
#define LIST_HUGE ((ssize)1 << 32)
static bool list_could_hold(uint64_t count)
{
    struct list_storage *storage = storage_new(count);
    storage_discard(storage);
    return storage != NULL;
}

bool list_extend(value v, value iterable)
{
    struct list *list = list_of(v);
    if (iterable == v)
        return list_repeat_in_place(list, 2);
    if (value_is(iterable, TYPE_ID_LIST)) {
        struct list_storage *storage;
        uint64_t count;
        if (!list_copy_items(list_of(iterable), 0, PTRDIFF_MAX, 1, 0, &storage, &count))
            return false;
        bool done = count == 0 || list_replace(list, PTRDIFF_MAX, PTRDIFF_MAX, (value *)storage->items, count);
        if (!done)
            values_drop((value *)storage->items, count);
        storage_discard(storage);
        return done;
    }
    if (value_is(iterable, TYPE_ID_TUPLE)) {
        size_t count = tuple_length(iterable);
        const value *items = (const value *)tuple_items(iterable);
        for (size_t i = 0; i < count; thread_report_at(++i))
            value_inc(items[i]);
        if (count == 0 || list_replace(list, PTRDIFF_MAX, PTRDIFF_MAX, items, count))
            return true;
        for (size_t i = 0; i < count; thread_report_at(++i))
            value_dec(items[i]);
        return false;
    }
    if (value_is(iterable, TYPE_ID_STR))
        return list_extend_by_str(list, iterable);
    value snapshot;
    if (dict_or_set_items(iterable, &snapshot)) {
        if (!snapshot)
            return false;
        if (value_has_flag(iterable, TYPE_FLAG_HEAP) && value_length_hint(iterable, 0) < 0) { /* its class is asked */
            value_dec(snapshot);
            return false;
        }
        uint64_t count;
        struct list_storage *storage = list_detach(list_of(snapshot), NULL, &count);
        value_dec(snapshot);
        bool done = count == 0 || list_replace(list, PTRDIFF_MAX, PTRDIFF_MAX, (value *)storage->items, count);
        if (!done)
            values_drop((value *)storage->items, count);
        storage_discard(storage);
        return done;
    }
    struct sweep sweep;
    if (!sweep_open(&sweep, iterable))
        return false;
    value iterator = sweep.iterator;
    ssize hint = value_length_hint(iterable, 0);
    /* A hint that cannot be true beside what the list has is no hint. */
    bool huge = hint > LIST_HUGE && (uint64_t)hint <= PTRDIFF_MAX - load_relaxed(&list->length);
    if (hint < 0 || (huge && !list_could_hold((uint64_t)hint))) {
        sweep_close(&sweep);
        return false;
    }
    if (value_is(iterator, TYPE_ID_RANGE_ITERATOR) && value_is(iterable, TYPE_ID_RANGE)) {
        bool done = list_extend_by_range(list, (struct range_iterator *)iterator);
        sweep_close(&sweep);
        return done;
    }
    for (;;) {
        value item = iter_next(iterator);
        if (!item || item == VALUE_END) {
            sweep_close(&sweep);
            return item != NULL;
        }
        if (!list_append_fast(v, item)) {
            sweep_close(&sweep);
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
        report_marked(list, i + 1);
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

/* The same if there is an item in it: else nothing is done, and false returned. */
bool list_detach_items(struct list *list, struct list_storage *replacement, struct list_storage **storage,
                       uint64_t *length)
{
    object_lock(&list->header);
    *storage = load_relaxed(&list->storage);
    *length = load_relaxed(&list->length);
    if (*length) {
        store_release(&list->length, 0);
        store_release(&list->storage, replacement);
    }
    object_unlock(&list->header);
    if (*length)
        rc_mark(&list->header);
    return *length != 0;
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
        values_drop((value *)present->items, present_length);
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
        values_drop((value *)storage->items, length);
        storage_give_back(list, storage);
    }
}

bool list_set_slice(value v, ssize start, ssize end, value iterable)
{
    struct list *list = list_of(v);
    if (!iterable)
        return list_replace(list, start, end, NULL, 0);
    bool listed = value_is(iterable, TYPE_ID_LIST) || iterable == v; /* itself is not asked for its __iter__ */
    if (!listed && !value_is(iterable, TYPE_ID_TUPLE)) {
        /* Python code may run in between, and is to find the bounds resolved. */
        uint64_t length = list_length(v), low = bound_resolve(start, length), high = bound_resolve(end, length);
        start = (ssize)low;
        end = (ssize)high;
    }
    size_t count;
    value room[16];
    value *items = listed ? list_snapshot_in(room, sizeof room / sizeof *room, iterable, &count)
                          : sequence_snapshot(iterable, "can only assign an iterable", &count);
    if (!items)
        return false;
    bool done = list_exchange(list, start, end, items, count);
    if (!done && !(done = list_replace(list, start, end, items, count)))
        values_drop(items, count);
    if (items != room)
        raw_free(items);
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
        if (items)
            slots_copy_counted((value_slot *)items, tuple_items(sequence), 1, *count);
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
        raw_free(displaced);
        return 0;
    }
    if (items) {
        for (uint64_t i = 0; i < count; i++) {
            value_slot *slot = &storage->items[start + (ssize)i * step];
            displaced[count - 1 - i] = load_relaxed(slot);
            store_release(slot, items[i]);
            report_marked(list, i + 1);
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
                displaced[count - 1 - taken++] = item;
            else
                store_release(&storage->items[to++], item);
            report_marked(list, from);
        }
        store_release(&list->length, to);
        slots_empty(storage, to, length);
    }
    object_unlock(&list->header);
    rc_mark(&list->header);
    values_drop(displaced, count); /* the first of them first */
    raw_free(displaced);
    if (!items)
        list_shrink(list);
    return 1;
}

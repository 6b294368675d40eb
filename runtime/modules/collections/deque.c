/*
 * collections.deque: a ring of items in one block, whose size is a power of two.
 *
 * Everything, reading included, happens under the deque's lock, indices are resolved there, and comparisons that take
 * no Python code are made there: so each operation is a single step for other threads, as programs expect. Memory is
 * allocated outside: an operation finds out under the lock what it needs, and looks again when it has that. The lock is
 * skipped while the process has one mutator. Places outside the
 * ring's used part are NULL, so the collector may trace the whole block. Whatever moves items without counting them
 * marks the deque afterwards (RULE C3); a new block is published, then marked, before anything leaves it (RULE C4).
 */
#include "runtime/modules/collections/deque.h"
#include "runtime/objects/containers/list.h"
#include "runtime/raw.h"
#include "runtime/signature.h"
#include "runtime/step.h"

#include <stddef.h>
#include <stdlib.h>

struct ring {
    uint64_t capacity; /* a power of two; constant */
    value_slot items[];
};

struct deque {
    struct object header;
    _Atomic(struct ring *) ring; /* NULL while nothing was ever added */
    uint64_t head, length;       /* under the lock */
    _Atomic uint64_t state;      /* counts changes of the set of items: iterators look at it */
    _Atomic int64_t maxlen;      /* -1: none; constant after __init__ */
};
#define DEQUE(v)   ((struct deque *)(v))
#define LENGTH_MAX (UINT64_C(1) << 40)

struct type *deque_type, *deque_iterator_type, *deque_reverse_iterator_type;

/* ---- the ring; all under the lock ---- */
static size_t ring_bytes(uint64_t capacity)
{
    return sizeof(struct ring) + capacity * sizeof(value_slot);
}
static struct ring *ring_of(struct deque *d)
{
    return load_relaxed(&d->ring);
}
static value_slot *place(struct deque *d, uint64_t index)
{
    struct ring *ring = ring_of(d);
    return &ring->items[(d->head + index) & (ring->capacity - 1)];
}
static void changed(struct deque *d)
{
    store_relaxed(&d->state, load_relaxed(&d->state) + 1);
    step_note_change();
}

static struct ring *ring_new(uint64_t capacity)
{
    struct ring *ring = capacity <= LENGTH_MAX ? storage_alloc(ring_bytes(capacity)) : NULL;
    if (!ring) {
        raise_no_memory();
        return NULL;
    }
    ring->capacity = capacity;
    return ring;
}

/* A ring that was taken out of the deque, or never was in it; NULL passes. Not under the lock. */
static void ring_give_back(struct deque *d, struct ring *ring)
{
    if (ring)
        container_release_storage(&d->header, ring, ring_bytes(ring->capacity));
}

static uint64_t capacity_for(uint64_t length)
{
    uint64_t capacity = 8;
    while (capacity < length)
        capacity *= 2;
    return capacity;
}

/* Take the lock, with room for `more` items; *displaced is for deque_unlock. false: MemoryError, no lock. */
static bool deque_lock_with_room(struct deque *d, uint64_t more, struct ring **displaced)
{
    struct ring *fresh = NULL;
    *displaced = NULL;
    for (;;) {
        object_lock(&d->header);
        struct ring *old = ring_of(d);
        uint64_t length = d->length;
        bool full = !old || old->capacity - length < more;
        if (full && fresh && fresh->capacity - length >= more && fresh->capacity >= length) {
            for (uint64_t i = 0; i < length; i++) {
                store_relaxed(&fresh->items[i], load_relaxed(place(d, i)));
                thread_report_at(i + 1);
            }
            d->head = 0;
            store_release(&d->ring, fresh);
            rc_mark(&d->header);
            *displaced = old;
            return true;
        }
        if (!full && !fresh)
            return true;
        object_unlock(&d->header);
        if (fresh) /* nobody else has seen it */
            storage_free(fresh, ring_bytes(fresh->capacity));
        fresh = NULL;
        if (full && !(fresh = ring_new(capacity_for(length + more))))
            return false;
    }
}

/* Give the lock up, mark the deque (RULE C3), and give back what was displaced. */
static void deque_unlock(struct deque *d, struct ring *displaced)
{
    object_unlock(&d->header);
    rc_mark(&d->header);
    ring_give_back(d, displaced);
}

/* Add an item, for which there is room; steals it. */
static void push(struct deque *d, value item, bool left)
{
    if (left)
        d->head = (d->head - 1) & (ring_of(d)->capacity - 1);
    store_release(place(d, left ? 0 : d->length), item);
    d->length++;
    changed(d);
}

/* NULL when empty. The reference moves to the caller. */
static value take(struct deque *d, bool left)
{
    if (d->length == 0)
        return NULL;
    value_slot *slot = place(d, left ? 0 : d->length - 1);
    value item = load_relaxed(slot);
    store_relaxed(slot, NULL);
    if (left)
        d->head = (d->head + 1) & (ring_of(d)->capacity - 1);
    d->length--;
    changed(d);
    rc_mark(&d->header);
    return item;
}

static int64_t maxlen_of(struct deque *d)
{
    return load_relaxed(&d->maxlen);
}
static bool is_too_long(struct deque *d)
{
    int64_t maxlen = maxlen_of(d);
    return maxlen >= 0 && d->length > (uint64_t)maxlen;
}

/* ---- single steps ---- */

/* Add an item at an end; what falls out at the other is dropped. */
static bool deque_add(struct deque *d, value item, bool left)
{
    struct ring *displaced;
    value out = NULL;
    value_inc(item);
    if (!deque_lock_with_room(d, 1, &displaced)) {
        value_dec(item);
        return false;
    }
    push(d, item, left);
    if (is_too_long(d))
        out = take(d, !left);
    object_unlock(&d->header);
    if (unlikely(displaced))
        ring_give_back(d, displaced);
    value_dec(out);
    return true;
}

/* In a long loop under the lock: what it moved is marked (RULE C3), and no grace period waits for it. */
static inline void report_marked(struct deque *d, uint64_t step)
{
    if (unlikely(step % THREAD_REPORT_STEPS == 0)) {
        rc_mark(&d->header);
        thread_report();
    }
}

/* Add many owned items in one step, which are taken over in any case; what the length's limit leaves no place for is
   dropped. */
static bool deque_add_all(struct deque *d, value *items, uint64_t count, bool left)
{
    struct ring *displaced;
    int64_t maxlen = maxlen_of(d);
    uint64_t dropped = maxlen >= 0 && count > (uint64_t)maxlen ? count - (uint64_t)maxlen : 0;
    bool done = deque_lock_with_room(d, count - dropped + 1, &displaced);
    if (done) {
        for (uint64_t i = dropped; i < count; i++) {
            report_marked(d, i + 1);
            push(d, items[i], left);
            if (is_too_long(d))
                items[dropped++] = take(d, !left); /* in the place of one that is in the deque now */
        }
        deque_unlock(d, displaced);
    }
    for (uint64_t i = 0; i < (done ? dropped : count); thread_report_at(++i))
        value_dec(items[i]);
    return done;
}

static value deque_take(value v, bool left)
{
    struct deque *d = DEQUE(v);
    object_lock(&d->header);
    value item = take(d, left);
    object_unlock(&d->header);
    return item ? item : raise(EXC(IndexError), "pop from an empty deque");
}

/* Item `index`, negative ones from the end, owned, or NULL without an exception. */
static value deque_item(struct deque *d, ssize index)
{
    object_lock(&d->header);
    uint64_t at = index_resolve(index, d->length);
    value item = at != UINT64_MAX ? value_inc(load_relaxed(place(d, at))) : NULL;
    object_unlock(&d->header);
    return item;
}

/* The same while the deque is in this state; NULL with RuntimeError when it changed. */
static value deque_item_in_state(struct deque *d, uint64_t index, uint64_t state)
{
    object_lock(&d->header);
    bool same = load_relaxed(&d->state) == state && index < d->length;
    value item = same ? value_inc(load_relaxed(place(d, index))) : NULL;
    object_unlock(&d->header);
    return item ? item : raise(EXC(RuntimeError), "deque mutated during iteration");
}

static uint64_t deque_measure(struct deque *d, uint64_t *state)
{
    object_lock(&d->header);
    uint64_t length = d->length;
    if (state)
        *state = load_relaxed(&d->state);
    object_unlock(&d->header);
    return length;
}

/* The items now, owned, in an array from malloc; *state is the deque's at that moment. NULL: no memory. */
static value *deque_snapshot(struct deque *d, uint64_t *count, uint64_t *state)
{
    for (uint64_t room = deque_measure(d, NULL) + 1;; room += room / 8 + 16) {
        value *items = malloc(room * sizeof *items);
        if (!items) {
            raise_no_memory();
            return NULL;
        }
        object_lock(&d->header);
        uint64_t length = *count = d->length;
        *state = load_relaxed(&d->state);
        for (uint64_t i = 0; length <= room && i < length; i++) {
            items[i] = value_inc(load_relaxed(place(d, i)));
            thread_report_at(i + 1);
        }
        object_unlock(&d->header);
        if (length <= room)
            return items;
        raw_free(items);
        room = length;
    }
}

static void drop_items(value *items, uint64_t count)
{
    for (uint64_t i = 0; items && i < count; i++) {
        value_dec(items[i]);
        thread_report_at(i + 1);
    }
    raw_free(items);
}

/* The items now, in a new list. */
static value deque_list(struct deque *d)
{
    uint64_t count, state;
    value *items = deque_snapshot(d, &count, &state);
    value list = items ? list_from_owned(items, count) : NULL;
    raw_free(items);
    return list;
}

/* Drop a ring that was taken out, and the items in it. */
static void ring_drop(struct deque *d, struct ring *ring)
{
    for (uint64_t i = 0; ring && i < ring->capacity; i++) {
        value item = load_relaxed(&ring->items[i]);
        store_relaxed(&ring->items[i], NULL);
        value_dec(item);
        thread_report_at(i + 1);
    }
    ring_give_back(d, ring);
}

/* Take everything out: the ring and what is in it become the caller's. */
static void deque_empty(struct deque *d)
{
    object_lock(&d->header);
    struct ring *ring = ring_of(d);
    store_release(&d->ring, NULL);
    d->head = d->length = 0;
    changed(d);
    object_unlock(&d->header);
    rc_mark(&d->header);
    ring_drop(d, ring);
}

static bool deque_extend(struct deque *d, value iterable, bool left)
{
    bool is_deque = value_type(iterable) == deque_type || iterable == value_of(d);
    if (is_deque || value_is(iterable, TYPE_ID_LIST) || value_is(iterable, TYPE_ID_TUPLE)) {
        uint64_t count, state;
        size_t length = 0;
        value *items =
            is_deque ? deque_snapshot(DEQUE(iterable), &count, &state) : sequence_snapshot(iterable, "", &length);
        if (!is_deque)
            count = length;
        bool done = items && deque_add_all(d, items, count, left);
        raw_free(items);
        return done;
    }
    struct sweep sweep;
    if (!sweep_open(&sweep, iterable))
        return false;
    value item;
    bool done = true;
    while (done && (item = iter_next(sweep.iterator)) && item != VALUE_END) {
        if (maxlen_of(d) != 0)
            done = deque_add(d, item, left);
        value_dec(item);
    }
    sweep_close(&sweep);
    return done && item != NULL;
}

/* ---- methods ---- */
static value method_append(value v, value item)
{
    return deque_add(DEQUE(v), item, false) ? VALUE_NONE : NULL;
}
static value method_appendleft(value v, value item)
{
    return deque_add(DEQUE(v), item, true) ? VALUE_NONE : NULL;
}
static value method_pop(value v)
{
    return deque_take(v, false);
}
static value method_popleft(value v)
{
    return deque_take(v, true);
}
static value method_extend(value v, value iterable)
{
    return deque_extend(DEQUE(v), iterable, false) ? VALUE_NONE : NULL;
}
static value method_extendleft(value v, value iterable)
{
    return deque_extend(DEQUE(v), iterable, true) ? VALUE_NONE : NULL;
}
static value method_clear(value v)
{
    deque_empty(DEQUE(v));
    return VALUE_NONE;
}

static value deque_make(int64_t maxlen)
{
    struct deque *d = (struct deque *)object_new(deque_type, sizeof *d);
    if (d)
        store_relaxed(&d->maxlen, maxlen);
    return value_of(d);
}

static value method_copy(value v, const value *args)
{
    if (value_type(v) == deque_type) {
        value copy = deque_make(maxlen_of(DEQUE(v)));
        if (copy && deque_extend(DEQUE(copy), v, false))
            return copy;
        value_dec(copy);
        return NULL;
    }
    value type = value_of(value_type(v)), copy;
    if (maxlen_of(DEQUE(v)) < 0) {
        copy = call_1(type, v);
    } else {
        value maxlen = int_from_i64(maxlen_of(DEQUE(v)));
        copy = maxlen ? call_2(type, v, maxlen) : NULL;
        value_dec(maxlen);
    }
    if (copy && !value_is_of(copy, deque_type)) {
        raise(EXC(TypeError), "%N() must return a deque, not %T", value_type(v), copy);
        value_dec(copy);
        return NULL;
    }
    return copy;
}

/* Does item `index` equal `wanted`: 1, 0, -1. Under the lock, which is given up where only Python code can tell; if the
   deque is in another state afterwards, or with an exception, it is not taken again: -1 for an exception, -2 for a
   change when the item is another one, -3 when it is the one. */
static int match_locked(struct deque *d, uint64_t index, value wanted, uint64_t state)
{
    value item = load_relaxed(place(d, index));
    int same = equals_plain(item, wanted);
    if (same >= 0)
        return same;
    value_inc(item);
    object_unlock(&d->header);
    same = value_equals(item, wanted);
    value_dec(item);
    if (same < 0)
        return -1;
    object_lock(&d->header);
    if (load_relaxed(&d->state) == state)
        return same;
    object_unlock(&d->header);
    return same ? -3 : -2;
}

static value raise_mutated(struct type *type)
{
    return raise(type, "deque mutated during iteration");
}

/* The index of the first item in [start, end) that equals `wanted`: -1 none, -2 with an exception. */
static int64_t deque_search(struct deque *d, value wanted, ssize start, ssize end)
{
    object_lock(&d->header);
    uint64_t state = load_relaxed(&d->state), length = d->length, last = bound_resolve(end, length);
    for (uint64_t i = bound_resolve(start, length); i < last; i++) {
        thread_report_at(i + 1);
        int same = match_locked(d, i, wanted, state);
        if (same == 0)
            continue;
        if (same > 0)
            object_unlock(&d->header);
        if (same > 0 || same == -3)
            return (int64_t)i;
        if (same == -2)
            raise_mutated(EXC(RuntimeError));
        return -2;
    }
    object_unlock(&d->header);
    return -1;
}

static value method_count(value v, value item)
{
    struct deque *d = DEQUE(v);
    int64_t count = 0;
    object_lock(&d->header);
    uint64_t state = load_relaxed(&d->state), length = d->length;
    for (uint64_t i = 0; i < length; i++) {
        thread_report_at(i + 1);
        int same = match_locked(d, i, item, state);
        if (same < 0)
            return same == -1 ? NULL : raise_mutated(EXC(RuntimeError));
        count += same;
    }
    object_unlock(&d->header);
    return int_from_i64(count);
}

static value method_index(value v, value given_v, value given_start, value stop)
{
    ssize start = 0, end = PTRDIFF_MAX;
    if ((!is_missing(given_start) && !search_argument(given_start, &start)) ||
        (!is_missing(stop) && !search_argument(stop, &end)))
        return NULL;
    int64_t at = deque_search(DEQUE(v), given_v, start, end);
    if (at == -1)
        return raise(EXC(ValueError), "%R is not in deque", given_v);
    return at < 0 ? NULL : int_from_i64(at);
}

/* Open (by = 1) or close (by = -1) a gap at `index`. Under the lock; the place itself is the caller's business. */
static void shift(struct deque *d, uint64_t index, bool open)
{
    if (open) {
        for (uint64_t i = d->length; i > index; i--) {
            store_relaxed(place(d, i), load_relaxed(place(d, i - 1)));
            report_marked(d, i);
        }
    } else {
        for (uint64_t i = index; i + 1 < d->length; i++) {
            store_relaxed(place(d, i), load_relaxed(place(d, i + 1)));
            report_marked(d, i);
        }
        store_relaxed(place(d, d->length - 1), NULL);
    }
}

static value method_insert(value v, value given_index, value object)
{
    struct deque *d = DEQUE(v);
    struct ring *displaced;
    ssize index;
    if (!value_as_ssize(given_index, &index))
        return NULL;
    value item = value_inc(object);
    if (!deque_lock_with_room(d, 1, &displaced)) {
        value_dec(item);
        return NULL;
    }
    bool full = maxlen_of(d) >= 0 && d->length >= (uint64_t)maxlen_of(d);
    if (!full) {
        uint64_t at = bound_resolve(index, d->length);
        shift(d, at, true);
        store_release(place(d, at), item);
        d->length++;
        changed(d);
    }
    deque_unlock(d, displaced);
    if (!full)
        return VALUE_NONE;
    value_dec(item);
    return raise(EXC(IndexError), "deque already at its maximum size");
}

/* Take item `at` out, under the lock; whoever gives that up marks the deque. */
static value remove_locked(struct deque *d, uint64_t at)
{
    value item = load_relaxed(place(d, at));
    shift(d, at, false);
    d->length--;
    changed(d);
    return item;
}

static value method_remove(value v, value given_v)
{
    struct deque *d = DEQUE(v);
    object_lock(&d->header);
    uint64_t state = load_relaxed(&d->state), length = d->length;
    for (uint64_t i = 0; i < length; i++) {
        thread_report_at(i + 1);
        int same = match_locked(d, i, given_v, state);
        if (same < 0)
            return same == -1 ? NULL : raise_mutated(EXC(IndexError));
        if (!same)
            continue;
        value item = remove_locked(d, i);
        deque_unlock(d, NULL);
        value_dec(item);
        return VALUE_NONE;
    }
    object_unlock(&d->header);
    return raise(EXC(ValueError), "%R is not in deque", given_v);
}

static value method_reverse(value v)
{
    struct deque *d = DEQUE(v);
    object_lock(&d->header);
    for (uint64_t i = 0, j = d->length; i + 1 < j; i++) {
        value_slot *a = place(d, i), *b = place(d, --j);
        value x = load_relaxed(a);
        store_relaxed(a, load_relaxed(b));
        store_relaxed(b, x);
        report_marked(d, i + 1);
    }
    rc_mark(&d->header);
    object_unlock(&d->header);
    return VALUE_NONE;
}

static value method_rotate(value v, value given_n)
{
    struct deque *d = DEQUE(v);
    ssize n;
    if (!value_as_ssize(given_n, &n))
        return NULL;
    object_lock(&d->header);
    if (d->length > 1) {
        int64_t length = (int64_t)d->length;
        n %= length;
        if (n > length / 2)
            n -= length;
        else if (n < -(length / 2))
            n += length;
        uint64_t mask = ring_of(d)->capacity - 1;
        for (; n > 0; n--) { /* the last item becomes the first */
            value_slot *from = place(d, d->length - 1);
            value item = load_relaxed(from);
            store_relaxed(from, NULL);
            d->head = (d->head - 1) & mask;
            store_release(place(d, 0), item);
            report_marked(d, (uint64_t)n);
        }
        for (; n < 0; n++) {
            value_slot *from = place(d, 0);
            value item = load_relaxed(from);
            store_relaxed(from, NULL);
            d->head = (d->head + 1) & mask;
            store_release(place(d, d->length - 1), item);
            report_marked(d, (uint64_t)n);
        }
        changed(d);
        rc_mark(&d->header);
    }
    object_unlock(&d->header);
    return VALUE_NONE;
}

static value get_maxlen(value v)
{
    return maxlen_of(DEQUE(v)) < 0 ? VALUE_NONE : int_from_i64(maxlen_of(DEQUE(v)));
}

static value method_reduce(value v)
{
    value state = object_state(v);
    value iterator = state ? iter_get(v) : NULL, maxlen = iterator ? get_maxlen(v) : NULL;
    value empty = maxlen ? tuple_new(0) : NULL, result = NULL;
    if (empty && maxlen == VALUE_NONE) {
        result = tuple_pack(4, value_of(value_type(v)), empty, state, iterator);
    } else if (empty) {
        value arguments = tuple_pack(2, empty, maxlen);
        result = arguments ? tuple_pack(4, value_of(value_type(v)), arguments, state, iterator) : NULL;
        value_dec(arguments);
    }
    value_dec(empty);
    value_dec(maxlen);
    value_dec(iterator);
    value_dec(state);
    return result;
}

static value method_sizeof(value v)
{
    struct deque *d = DEQUE(v);
    object_lock(&d->header);
    struct ring *ring = ring_of(d);
    uint64_t bytes = ring ? ring_bytes(ring->capacity) : 0;
    object_unlock(&d->header);
    return int_from_u64(value_type(v)->gc.instance_size + bytes);
}

/* ---- construction ---- */
static value deque_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    struct deque *d = (struct deque *)object_new(type, sizeof *d);
    if (d)
        store_relaxed(&d->maxlen, -1);
    return value_of(d);
}

static bool deque_init(value v, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature = SIGNATURE("deque", "(iterable=(), maxlen=None)");
    value bound[2];
    if (!signature_bind(&signature, args, nargs, kwnames, bound))
        return false;
    ssize maxlen = -1;
    if (is_given(bound[1])) {
        if (!is_int(bound[1]))
            return raise_false(EXC(TypeError), "an integer is required");
        if (!value_as_ssize(bound[1], &maxlen))
            return false;
        if (maxlen < 0)
            return raise_false(EXC(ValueError), "maxlen must be non-negative");
    }
    store_relaxed(&DEQUE(v)->maxlen, maxlen);
    deque_empty(DEQUE(v));
    return is_missing(bound[0]) || deque_extend(DEQUE(v), bound[0], false);
}

/* ---- the language's operations ---- */
static value deque_repr(value v)
{
    int entered = repr_enter(v);
    if (entered != 0)
        return entered < 0 ? NULL : str_from_text("[...]");
    value list = deque_list(DEQUE(v));
    value text = !list                     ? NULL
                 : maxlen_of(DEQUE(v)) < 0 ? str_format("%s(%R)", type_short_name(value_type(v)), list)
                                           : str_format("%s(%R, maxlen=%lld)", type_short_name(value_type(v)), list,
                                                        (long long)maxlen_of(DEQUE(v)));
    value_dec(list);
    repr_leave(v);
    return text;
}

/* As the deques are, each at one moment; a comparison in Python that changes one is an error, as in CPython. */
static value deque_compare(value a, value b, int op)
{
    if (!value_is_of(a, deque_type) || !value_is_of(b, deque_type))
        return VALUE_NOT_IMPLEMENTED;
    bool equality = op == COMPARE_EQ || op == COMPARE_NE;
    if (equality && a == b)
        return value_bool(op == COMPARE_EQ);
    if (equality && deque_measure(DEQUE(a), NULL) != deque_measure(DEQUE(b), NULL))
        return value_bool(op == COMPARE_NE);
    uint64_t states[2], lengths[2] = {0, 0};
    value *x = deque_snapshot(DEQUE(a), &lengths[0], &states[0]), result = NULL;
    value *y = x ? deque_snapshot(DEQUE(b), &lengths[1], &states[1]) : NULL;
    bool differs = false, fine = y != NULL;
    for (uint64_t i = 0; fine && !differs && i < lengths[0] && i < lengths[1]; thread_report_at(++i)) {
        int same = equals_plain(x[i], y[i]);
        bool python = same < 0;
        if (python)
            same = value_equals(x[i], y[i]);
        fine = same >= 0;
        differs = same == 0;
        if (differs)
            result = equality ? value_bool(op == COMPARE_NE) : compare_rich(x[i], y[i], op);
        else if (python && fine &&
                 (load_relaxed(&DEQUE(a)->state) != states[0] || load_relaxed(&DEQUE(b)->state) != states[1]))
            fine = raise_mutated(EXC(RuntimeError)) != NULL;
    }
    if (fine && !differs)
        result = compare_lengths(lengths[0], lengths[1], op);
    drop_items(x, lengths[0]);
    drop_items(y, lengths[1]);
    return result;
}

static ssize deque_length(value v)
{
    return (ssize)deque_measure(DEQUE(v), NULL);
}
static int deque_contains(value v, value item)
{
    int64_t at = deque_search(DEQUE(v), item, 0, PTRDIFF_MAX);
    return at == -2 ? -1 : at >= 0;
}

static bool deque_index(value key, ssize *index)
{
    if (!value_type_slot(key, to_index))
        return raise_false(EXC(TypeError), "sequence index must be integer, not '%T'", key);
    return index_as_ssize(key, index, EXC(IndexError));
}

static value deque_getitem(value v, value key)
{
    ssize index;
    if (!deque_index(key, &index))
        return NULL;
    value item = deque_item(DEQUE(v), index);
    return item ? item : raise(EXC(IndexError), "deque index out of range");
}

static bool deque_setitem(value v, value key, value item)
{
    ssize index;
    struct deque *d = DEQUE(v);
    if (!deque_index(key, &index))
        return false;
    value old = NULL;
    value_inc(item);
    object_lock(&d->header);
    uint64_t at = index_resolve(index, d->length);
    if (at != UINT64_MAX && item) {
        old = load_relaxed(place(d, at));
        store_release(place(d, at), item);
        item = NULL;
    } else if (at != UINT64_MAX) {
        old = remove_locked(d, at);
    }
    deque_unlock(d, NULL);
    value_dec(item);
    value_dec(old);
    return old || raise_false(EXC(IndexError), "deque index out of range");
}

static value deque_concat(value a, value b)
{
    if (!value_is_of(b, deque_type))
        return raise(EXC(TypeError), "can only concatenate deque (not \"%T\") to deque", b);
    value copy = method_copy(a, NULL);
    if (copy && deque_extend(DEQUE(copy), b, false))
        return copy;
    value_dec(copy);
    return NULL;
}
static value deque_inplace_concat(value a, value b)
{
    return deque_extend(DEQUE(a), b, false) ? value_inc(a) : NULL;
}

/* Of the items n times over, those that a deque keeps that was given all of them: the last ones. One step. */
static value deque_inplace_repeat(value v, ssize n)
{
    struct deque *d = DEQUE(v);
    struct ring *fresh = NULL;
    if (n <= 0) {
        deque_empty(d);
        return value_inc(v);
    }
    for (;;) {
        object_lock(&d->header);
        uint64_t length = d->length, total, kept, limit = maxlen_of(d) < 0 ? LENGTH_MAX : (uint64_t)maxlen_of(d);
        bool huge = __builtin_mul_overflow(length, (uint64_t)n, &total);
        kept = huge || total > limit ? limit : total;
        if (n == 1 || length == 0 || (fresh && fresh->capacity >= kept)) {
            struct ring *old = ring_of(d);
            bool replace = n > 1 && length > 0;
            if (replace) {
                for (uint64_t i = 0, from = (length - kept % length) % length; i < kept; thread_report_at(++i)) {
                    store_relaxed(&fresh->items[i], value_inc(load_relaxed(place(d, from))));
                    from = from + 1 < length ? from + 1 : 0;
                }
                store_release(&d->ring, fresh);
                d->head = 0;
                d->length = kept;
                changed(d);
            }
            object_unlock(&d->header);
            if (replace) {
                rc_mark(&d->header);
                ring_drop(d, old);
            } else if (fresh) {
                storage_free(fresh, ring_bytes(fresh->capacity));
            }
            return value_inc(v);
        }
        object_unlock(&d->header);
        if (fresh)
            storage_free(fresh, ring_bytes(fresh->capacity));
        bool impossible = limit == LENGTH_MAX && (huge || total > LENGTH_MAX);
        if (impossible || !(fresh = ring_new(capacity_for(kept))))
            return impossible ? raise_no_memory() : NULL;
    }
}
static value deque_repeat(value v, ssize n)
{
    value copy = method_copy(v, NULL);
    value result = copy ? deque_inplace_repeat(copy, n) : NULL;
    value_dec(copy);
    return result;
}

GC_READS_RACILY static void deque_traverse(struct object *o, struct gc_trace *trace)
{
    struct deque *d = (struct deque *)o;
    struct ring *ring = trace_storage(trace, (void *const _Atomic *)&d->ring);
    if (ring)
        trace_slots(trace, ring->items, ring->capacity);
}

static void deque_destroy(struct object *o)
{
    struct deque *d = (struct deque *)o;
    struct ring *ring = ring_of(d);
    if (!ring)
        return;
    store_release(&d->ring, NULL);
    d->length = 0;
    for (uint64_t i = 0; i < ring->capacity; thread_report_at(++i))
        value_dec(load_relaxed(&ring->items[i]));
    container_destroy_storage(o, ring, ring_bytes(ring->capacity));
}

/* ---- iterators ---- */
struct deque_iterator {
    struct object header;
    value_slot deque; /* constant */
    _Atomic uint64_t index, state, left;
    struct moment moment;
};

static value iterator_make(struct type *type, value v, uint64_t skip)
{
    struct deque_iterator *self = (struct deque_iterator *)object_new(type, sizeof *self);
    if (!self)
        return NULL;
    uint64_t state, length = deque_measure(DEQUE(v), &state);
    slot_init(&self->deque, value_inc(v));
    if (skip > length)
        skip = length;
    store_relaxed(&self->index, skip);
    store_relaxed(&self->state, state);
    store_relaxed(&self->left, length - skip);
    moment_init(&self->moment);
    return value_of(self);
}

static value deque_iter(value v)
{
    return iterator_make(deque_iterator_type, v, 0);
}
static value method_reversed(value v)
{
    return iterator_make(deque_reverse_iterator_type, v, 0);
}

/* A moment's copy for iterators: a tuple of the deque's state, then the items. */
static value deque_moment(value v)
{
    struct deque *d = DEQUE(v);
    for (;;) {
        uint64_t length = deque_measure(d, NULL);
        value copy = tuple_new(length + 1);
        if (!copy)
            return NULL;
        object_lock(&d->header);
        bool fits = d->length == length;
        tuple_init(copy, 0, small_int((int64_t)(load_relaxed(&d->state) & SMALL_INT_MAX)));
        for (uint64_t i = 0; i < length; thread_report_at(++i))
            tuple_init(copy, i + 1, fits ? value_inc(load_relaxed(place(d, i))) : VALUE_NONE);
        object_unlock(&d->header);
        if (fits)
            return copy;
        value_dec(copy);
    }
}

static value iterator_advance(value v)
{
    struct deque_iterator *self = (struct deque_iterator *)v;
    value deque = slot_peek(&self->deque), copy = NULL;
    struct deque *d = DEQUE(deque);
    enum moment_change change = CHANGE_IS_ERROR;
    if (!thread_is_alone())
        copy = moment_enter(&self->header, &self->moment, deque, deque_moment, &change);
    if (unlikely(copy == VALUE_MISSING))
        return NULL;
    for (;;) {
        uint64_t index = load_relaxed(&self->index), state, length;
        if (copy) {
            state = (uint64_t)small_int_value(tuple_get(copy, 0));
            length = tuple_length(copy) - 1;
        } else {
            length = deque_measure(d, &state);
        }
        if (state != load_relaxed(&self->state)) {
            if (change == CHANGE_IS_ERROR) {
                store_relaxed(&self->left, 0);
                return raise(EXC(RuntimeError), "deque mutated during iteration");
            }
            store_relaxed(&self->state, state);
            uint64_t rest = length > index ? length - index : 0;
            /* (a loop of Python ends after as many steps as it was to have) */
            if (index == 0 || step_self.moment || rest < load_relaxed(&self->left))
                store_relaxed(&self->left, rest);
        }
        uint64_t left = load_relaxed(&self->left);
        if (left == 0)
            return VALUE_END;
        uint64_t at = value_type(v) == deque_iterator_type ? index : left - 1;
        value item = copy                        ? value_inc(tuple_get(copy, at + 1))
                     : change == CHANGE_IS_ERROR ? deque_item_in_state(d, at, state)
                                                 : deque_item(d, at);
        if (!item && change != CHANGE_IS_ERROR) /* and once more meanwhile */
            continue;
        store_relaxed(&self->index, index + 1);
        store_relaxed(&self->left, left - 1);
        return item;
    }
}

static value iterator_next(value v)
{
    return step_run(v, iterator_advance);
}

static value iterator_hint(value v)
{
    return int_from_u64(load_relaxed(&((struct deque_iterator *)v)->left));
}

static value iterator_reduce(value v)
{
    struct deque_iterator *self = (struct deque_iterator *)v;
    value skipped = int_from_u64(load_relaxed(&self->index));
    value arguments = skipped ? tuple_pack(2, slot_peek(&self->deque), skipped) : NULL;
    value result = arguments ? tuple_pack(2, value_of(value_type(v)), arguments) : NULL;
    value_dec(skipped);
    value_dec(arguments);
    return result;
}

static value iterator_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature = SIGNATURE("_deque_iterator", "(deque, index=0, /)");
    value bound[2];
    ssize skip;
    if (!signature_bind(&signature, args, nargs, kwnames, bound) || !index_as_ssize(bound[1], &skip, NULL))
        return NULL;
    if (!value_is_of(bound[0], deque_type))
        return raise(EXC(TypeError), "argument 1 must be collections.deque, not %K", bound[0]);
    return iterator_make(type, bound[0], skip < 0 ? 0 : (uint64_t)skip);
}

static void iterator_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct deque_iterator *)o)->deque);
    trace_slot(trace, &((struct deque_iterator *)o)->moment.items);
}
static void iterator_destroy(struct object *o)
{
    slot_drop(&((struct deque_iterator *)o)->deque);
    slot_drop(&((struct deque_iterator *)o)->moment.items);
}

static const struct method_def iterator_methods[] = {
    METHOD("__length_hint__", iterator_hint, "($self, /)", "Private method returning an estimate of len(list(it))."),
    METHOD("__reduce__", iterator_reduce, "($self, /)", "Return state information for pickling."),
    {0},
};
#define ITERATOR_SPEC(NAME)                                                                  \
    {                                                                                        \
        .name = NAME, .size = sizeof(struct deque_iterator), .gc_flags = TYPE_GC_CONTAINER,  \
        .traverse = iterator_traverse, .destroy = iterator_destroy,                          \
        .slots = {.new = iterator_new, .iter = iterator_return_self, .next = iterator_next}, \
        .methods = iterator_methods,                                                         \
    }
const struct type_spec deque_iterator_spec = ITERATOR_SPEC("_collections._deque_iterator");
const struct type_spec deque_reverse_iterator_spec = ITERATOR_SPEC("_collections._deque_reverse_iterator");

static const struct method_def deque_methods[] = {
    METHOD("append", method_append, "($self, item, /)", "Add an element to the right side of the deque."),
    METHOD("appendleft", method_appendleft, "($self, item, /)", "Add an element to the left side of the deque."),
    METHOD("clear", method_clear, "($self, /)", "Remove all elements from the deque."),
    METHOD("copy", method_copy, "($self, /)", "Return a shallow copy of a deque."),
    METHOD("__copy__", method_copy, "($self, /)", "Return a shallow copy of a deque."),
    METHOD("count", method_count, "($self, item, /)", "D.count(value) -- return number of occurrences of value"),
    METHOD("extend", method_extend, "($self, iterable, /)",
           "Extend the right side of the deque with elements from the iterable"),
    METHOD("extendleft", method_extendleft, "($self, iterable, /)",
           "Extend the left side of the deque with elements from the iterable"),
    METHOD("index", method_index, "($self, value, start=<unrepresentable>, stop=<unrepresentable>, /)",
           "D.index(value, [start, [stop]]) -- return first index of value.\n"
           "Raises ValueError if the value is not present."),
    METHOD("insert", method_insert, "($self, index, object, /)",
           "D.insert(index, object) -- insert object before index"),
    METHOD("pop", method_pop, "($self, /)", "Remove and return the rightmost element."),
    METHOD("popleft", method_popleft, "($self, /)", "Remove and return the leftmost element."),
    METHOD("remove", method_remove, "($self, value, /)", "D.remove(value) -- remove first occurrence of value."),
    METHOD("reverse", method_reverse, "($self, /)", "D.reverse() -- reverse *IN PLACE*"),
    METHOD("rotate", method_rotate, "($self, n=1, /)",
           "Rotate the deque n steps to the right (default n=1).  If n is negative, rotates left."),
    METHOD("__reversed__", method_reversed, "($self, /)",
           "D.__reversed__() -- return a reverse iterator over the deque"),
    METHOD("__reduce__", method_reduce, "($self, /)", "Return state information for pickling."),
    METHOD("__sizeof__", method_sizeof, "($self, /)", "D.__sizeof__() -- size of D in memory, in bytes"),
    METHOD_CLASS_GETITEM,
    {0},
};
static const struct getset_def deque_getset[] = {
    {"maxlen", get_maxlen, NULL, "maximum size of a deque or None if unbounded"},
    {0},
};
const struct type_spec deque_type_spec = {
    .name = "collections.deque",
    .doc = "deque([iterable[, maxlen]]) --> deque object\n\nA list-like sequence optimized for data accesses near its "
           "endpoints.",
    .size = sizeof(struct deque),
    .flags = TYPE_FLAG_BASE | TYPE_FLAG_SEQUENCE | TYPE_FLAG_BY_INDEX | TYPE_FLAG_WEAKREF,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = deque_traverse,
    .destroy = deque_destroy,
    .slots = {.new = deque_new,
              .init = deque_init,
              .repr = deque_repr,
              .hash = value_unhashable,
              .compare = deque_compare,
              .iter = deque_iter,
              .length = deque_length,
              .getitem = deque_getitem,
              .setitem = deque_setitem,
              .contains = deque_contains,
              .concat = deque_concat,
              .repeat = deque_repeat,
              .inplace_concat = deque_inplace_concat,
              .inplace_repeat = deque_inplace_repeat},
    .methods = deque_methods,
    .getset = deque_getset,
};

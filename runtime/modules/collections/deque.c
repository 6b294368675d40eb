/*
 * collections.deque: a ring of items in one block, whose size is a power of two.
 *
 * Everything, reading included, happens under the deque's lock: appends and pops at both ends are then single steps for
 * other threads, as programs expect. The lock is skipped while the process has one mutator. Places outside the
 * ring's used part are NULL, so the collector may trace the whole block. Whatever moves items without counting them
 * marks the deque afterwards (RULE C3); a new block is published, then marked, before anything leaves it (RULE C4).
 */
#include "runtime/modules/collections/deque.h"
#include "runtime/objects/containers/container.h"
#include "runtime/signature.h"

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
    int64_t maxlen;              /* -1: none; constant after __init__ */
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
}

/* Room for one more item. false: no memory (no exception: the lock is held). */
static bool ring_grow(struct deque *d)
{
    struct ring *old = ring_of(d);
    uint64_t capacity = old ? old->capacity * 2 : 8;
    if (capacity > LENGTH_MAX)
        return false;
    struct ring *ring = storage_alloc(ring_bytes(capacity));
    if (!ring)
        return false;
    ring->capacity = capacity;
    for (uint64_t i = 0; i < d->length; i++)
        store_relaxed(&ring->items[i], load_relaxed(place(d, i)));
    d->head = 0;
    store_release(&d->ring, ring);
    rc_mark(&d->header);
    if (old)
        storage_release(&d->header, old, ring_bytes(old->capacity));
    return true;
}

static bool push(struct deque *d, value item /* stolen when it succeeds */, bool left)
{
    struct ring *ring = ring_of(d);
    if (unlikely(!ring || d->length == ring->capacity) && !ring_grow(d))
        return false;
    if (left)
        d->head = (d->head - 1) & (ring_of(d)->capacity - 1);
    store_release(place(d, left ? 0 : d->length), item);
    d->length++;
    changed(d);
    return true;
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

/* ---- single steps ---- */

/* Add an item at an end; what falls out at the other is dropped. */
static bool deque_add(struct deque *d, value item, bool left)
{
    value out = NULL;
    value_inc(item);
    object_lock(&d->header);
    bool done = push(d, item, left);
    if (done && d->maxlen >= 0 && d->length > (uint64_t)d->maxlen)
        out = take(d, !left);
    object_unlock(&d->header);
    if (!done) {
        value_dec(item);
        raise_no_memory();
    }
    value_dec(out);
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

/* Item `index`, owned, or NULL without an exception. */
static value deque_item(struct deque *d, uint64_t index)
{
    object_lock(&d->header);
    value item = index < d->length ? value_inc(load_relaxed(place(d, index))) : NULL;
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

/* The items now, in a new list. */
static value deque_list(struct deque *d)
{
    for (;;) {
        uint64_t length = deque_measure(d, NULL);
        value *items = calloc(length + 1, sizeof *items);
        if (!items)
            return raise_no_memory();
        object_lock(&d->header);
        bool fits = d->length <= length;
        uint64_t count = d->length;
        for (uint64_t i = 0; fits && i < count; i++)
            items[i] = value_inc(load_relaxed(place(d, i)));
        object_unlock(&d->header);
        value list = fits ? list_from_owned(items, count) : NULL;
        free(items);
        if (fits)
            return list;
    }
}

/* Take everything out: the ring and what is in it become the caller's. */
static void deque_empty(struct deque *d)
{
    object_lock(&d->header);
    struct ring *ring = ring_of(d);
    store_release(&d->ring, NULL);
    rc_mark(&d->header);
    d->head = d->length = 0;
    changed(d);
    bool private = object_is_private(&d->header);
    object_unlock(&d->header);
    if (!ring)
        return;
    for (uint64_t i = 0; i < ring->capacity; i++) {
        value item = load_relaxed(&ring->items[i]);
        store_relaxed(&ring->items[i], NULL);
        value_dec(item);
    }
    if (private)
        storage_free(ring, ring_bytes(ring->capacity));
    else
        storage_retire(ring, ring_bytes(ring->capacity));
}

static bool deque_extend(struct deque *d, value iterable, bool left)
{
    value source = iterable == value_of(d) ? deque_list(d) : value_inc(iterable);
    value iterator = source ? iter_get(source) : NULL;
    value_dec(source);
    if (!iterator)
        return false;
    value item;
    bool done = true;
    while (done && (item = iter_next(iterator)) && item != VALUE_END) {
        if (d->maxlen != 0)
            done = deque_add(d, item, left);
        value_dec(item);
    }
    value_dec(iterator);
    return done && item != NULL;
}

/* ---- methods ---- */
static value method_append(value v, const value *args)
{
    return deque_add(DEQUE(v), args[0], false) ? VALUE_NONE : NULL;
}
static value method_appendleft(value v, const value *args)
{
    return deque_add(DEQUE(v), args[0], true) ? VALUE_NONE : NULL;
}
static value method_pop(value v, const value *args)
{
    return deque_take(v, false);
}
static value method_popleft(value v, const value *args)
{
    return deque_take(v, true);
}
static value method_extend(value v, const value *args)
{
    return deque_extend(DEQUE(v), args[0], false) ? VALUE_NONE : NULL;
}
static value method_extendleft(value v, const value *args)
{
    return deque_extend(DEQUE(v), args[0], true) ? VALUE_NONE : NULL;
}
static value method_clear(value v, const value *args)
{
    deque_empty(DEQUE(v));
    return VALUE_NONE;
}

static value deque_make(int64_t maxlen)
{
    struct deque *d = (struct deque *)object_new(deque_type, sizeof *d);
    if (d)
        d->maxlen = maxlen;
    return value_of(d);
}

static value method_copy(value v, const value *args)
{
    if (value_type(v) == deque_type) {
        value copy = deque_make(DEQUE(v)->maxlen);
        if (copy && deque_extend(DEQUE(copy), v, false))
            return copy;
        value_dec(copy);
        return NULL;
    }
    value type = value_of(value_type(v)), copy;
    if (DEQUE(v)->maxlen < 0)
        return call_1(type, v);
    value maxlen = int_from_i64(DEQUE(v)->maxlen);
    copy = maxlen ? call_2(type, v, maxlen) : NULL;
    value_dec(maxlen);
    return copy;
}

/* The index of an equal item at or after start: -1 none, -2 error. */
static int64_t deque_search(struct deque *d, value wanted, uint64_t start, uint64_t end)
{
    uint64_t state;
    uint64_t length = deque_measure(d, &state);
    if (end > length)
        end = length;
    for (uint64_t i = start; i < end; i++) {
        value item = deque_item_in_state(d, i, state);
        if (!item)
            return -2;
        int equal = value_equals(item, wanted);
        value_dec(item);
        if (equal != 0)
            return equal < 0 ? -2 : (int64_t)i;
        if (load_relaxed(&d->state) != state) {
            raise(EXC(RuntimeError), "deque mutated during iteration");
            return -2;
        }
    }
    return -1;
}

static value method_count(value v, const value *args)
{
    struct deque *d = DEQUE(v);
    int64_t count = 0, at = -1;
    while ((at = deque_search(d, args[0], (uint64_t)(at + 1), UINT64_MAX)) >= 0)
        count++;
    return at == -2 ? NULL : int_from_i64(count);
}

static bool clamp_index(value v, uint64_t length, ssize fallback, uint64_t *out)
{
    ssize i = fallback;
    if (!is_missing(v) && !index_as_ssize(v, &i, NULL))
        return false;
    if (i < 0) {
        i += (ssize)length;
        if (i < 0)
            i = 0;
    }
    *out = (uint64_t)i;
    return true;
}

static value method_index(value v, const value *args)
{
    struct deque *d = DEQUE(v);
    uint64_t start, end, length = deque_measure(d, NULL);
    if (!clamp_index(args[1], length, 0, &start) || !clamp_index(args[2], length, INT64_MAX, &end))
        return NULL;
    int64_t at = deque_search(d, args[0], start, end);
    if (at == -1)
        return raise(EXC(ValueError), "%R is not in deque", args[0]);
    return at < 0 ? NULL : int_from_i64(at);
}

/* Open (by = 1) or close (by = -1) a gap at `index`. Under the lock; the place itself is the caller's business. */
static void shift(struct deque *d, uint64_t index, bool open)
{
    if (open) {
        for (uint64_t i = d->length; i > index; i--)
            store_relaxed(place(d, i), load_relaxed(place(d, i - 1)));
    } else {
        for (uint64_t i = index; i + 1 < d->length; i++)
            store_relaxed(place(d, i), load_relaxed(place(d, i + 1)));
        store_relaxed(place(d, d->length - 1), NULL);
    }
}

static value method_insert(value v, const value *args)
{
    struct deque *d = DEQUE(v);
    ssize index;
    if (!index_as_ssize(args[0], &index, EXC(OverflowError)))
        return NULL;
    value item = value_inc(args[1]);
    object_lock(&d->header);
    bool full = d->maxlen >= 0 && d->length >= (uint64_t)d->maxlen;
    bool done = !full;
    if (done) {
        uint64_t at = index >= 0 ? (uint64_t)index : (uint64_t)-index >= d->length ? 0 : d->length - (uint64_t)-index;
        if (at > d->length)
            at = d->length;
        struct ring *ring = ring_of(d);
        done = (ring && d->length < ring->capacity) || ring_grow(d);
        if (done) {
            shift(d, at, true);
            store_release(place(d, at), item);
            d->length++;
            changed(d);
            rc_mark(&d->header);
        }
    }
    object_unlock(&d->header);
    if (done)
        return VALUE_NONE;
    value_dec(item);
    return full ? raise(EXC(IndexError), "deque already at its maximum size") : raise_no_memory();
}

/* Take item `index` out; NULL without an exception when there is none, or when the state is another one. */
static value deque_remove_at(struct deque *d, uint64_t index, const uint64_t *state)
{
    value item = NULL;
    object_lock(&d->header);
    if (index < d->length && (!state || load_relaxed(&d->state) == *state)) {
        item = load_relaxed(place(d, index));
        shift(d, index, false);
        d->length--;
        changed(d);
        rc_mark(&d->header);
    }
    object_unlock(&d->header);
    return item;
}

static value method_remove(value v, const value *args)
{
    struct deque *d = DEQUE(v);
    uint64_t state, length = deque_measure(d, &state);
    for (uint64_t i = 0; i < length; i++) {
        value item = deque_item_in_state(d, i, state);
        int equal = item ? value_equals(item, args[0]) : -1;
        value_dec(item);
        if (!item || equal < 0) {
            if (!item)
                error_clear();
            return item ? NULL : raise(EXC(IndexError), "deque mutated during remove().");
        }
        if (load_relaxed(&d->state) != state)
            return raise(EXC(IndexError), "deque mutated during remove().");
        if (equal) {
            value_dec(deque_remove_at(d, i, NULL));
            return VALUE_NONE;
        }
    }
    return raise(EXC(ValueError), "%R is not in deque", args[0]);
}

static value method_reverse(value v, const value *args)
{
    struct deque *d = DEQUE(v);
    object_lock(&d->header);
    for (uint64_t i = 0, j = d->length; i + 1 < j; i++) {
        value_slot *a = place(d, i), *b = place(d, --j);
        value x = load_relaxed(a);
        store_relaxed(a, load_relaxed(b));
        store_relaxed(b, x);
    }
    rc_mark(&d->header);
    object_unlock(&d->header);
    return VALUE_NONE;
}

static value method_rotate(value v, const value *args)
{
    struct deque *d = DEQUE(v);
    ssize n;
    if (!index_as_ssize(args[0], &n, EXC(OverflowError)))
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
        }
        for (; n < 0; n++) {
            value_slot *from = place(d, 0);
            value item = load_relaxed(from);
            store_relaxed(from, NULL);
            d->head = (d->head + 1) & mask;
            store_release(place(d, d->length - 1), item);
        }
        changed(d);
        rc_mark(&d->header);
    }
    object_unlock(&d->header);
    return VALUE_NONE;
}

static value get_maxlen(value v)
{
    return DEQUE(v)->maxlen < 0 ? VALUE_NONE : int_from_i64(DEQUE(v)->maxlen);
}

static value method_reduce(value v, const value *args)
{
    value state = attr_get_optional(v, NAME(__dict__));
    if (state == VALUE_MISSING)
        state = VALUE_NONE;
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

static value method_sizeof(value v, const value *args)
{
    struct ring *ring = load_acquire(&DEQUE(v)->ring);
    return int_from_u64(value_type(v)->gc.instance_size + (ring ? ring_bytes(ring->capacity) : 0));
}

/* ---- construction ---- */
static value deque_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    struct deque *d = (struct deque *)object_new(type, sizeof *d);
    if (d)
        d->maxlen = -1;
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
        if (!index_as_ssize(bound[1], &maxlen, EXC(OverflowError)))
            return false;
        if (maxlen < 0)
            return raise_false(EXC(ValueError), "maxlen must be non-negative");
    }
    DEQUE(v)->maxlen = maxlen;
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
    value text = !list                  ? NULL
                 : DEQUE(v)->maxlen < 0 ? str_format("%s(%R)", type_short_name(value_type(v)), list)
                                        : str_format("%s(%R, maxlen=%lld)", type_short_name(value_type(v)), list,
                                                     (long long)DEQUE(v)->maxlen);
    value_dec(list);
    repr_leave(v);
    return text;
}

static value deque_compare(value a, value b, int op)
{
    if (!value_is_of(a, deque_type) || !value_is_of(b, deque_type))
        return VALUE_NOT_IMPLEMENTED;
    if ((op == COMPARE_EQ || op == COMPARE_NE) && a == b)
        return value_bool(op == COMPARE_EQ);
    uint64_t states[2], lengths[2] = {deque_measure(DEQUE(a), &states[0]), deque_measure(DEQUE(b), &states[1])};
    if ((op == COMPARE_EQ || op == COMPARE_NE) && lengths[0] != lengths[1])
        return value_bool(op == COMPARE_NE);
    for (uint64_t i = 0; i < lengths[0] && i < lengths[1]; i++) {
        value x = deque_item_in_state(DEQUE(a), i, states[0]);
        value y = x ? deque_item_in_state(DEQUE(b), i, states[1]) : NULL;
        int equal = y ? value_equals(x, y) : -1;
        value result = equal < 0 ? NULL : VALUE_MISSING;
        if (equal == 0)
            result = op == COMPARE_EQ || op == COMPARE_NE ? value_bool(op == COMPARE_NE) : compare_rich(x, y, op);
        value_dec(x);
        value_dec(y);
        if (result != VALUE_MISSING)
            return result;
    }
    return compare_lengths(lengths[0], lengths[1], op);
}

static ssize deque_length(value v)
{
    return (ssize)deque_measure(DEQUE(v), NULL);
}
static int deque_truth(value v)
{
    return deque_measure(DEQUE(v), NULL) != 0;
}
static int deque_contains(value v, value item)
{
    int64_t at = deque_search(DEQUE(v), item, 0, UINT64_MAX);
    return at == -2 ? -1 : at >= 0;
}

static bool deque_index(value v, value key, ssize *index)
{
    if (!value_type_slot(key, to_index))
        return raise_false(EXC(TypeError), "sequence index must be integer, not '%T'", key);
    if (!index_as_ssize(key, index, EXC(IndexError)))
        return false;
    if (*index < 0)
        *index += deque_length(v);
    return true;
}

static value deque_getitem(value v, value key)
{
    ssize index;
    if (!deque_index(v, key, &index))
        return NULL;
    value item = deque_item(DEQUE(v), (uint64_t)index);
    return item ? item : raise(EXC(IndexError), "deque index out of range");
}

static bool deque_setitem(value v, value key, value item)
{
    ssize index;
    struct deque *d = DEQUE(v);
    if (!deque_index(v, key, &index))
        return false;
    value old = NULL;
    if (item) {
        value_inc(item);
        object_lock(&d->header);
        if ((uint64_t)index < d->length) {
            old = load_relaxed(place(d, (uint64_t)index));
            store_release(place(d, (uint64_t)index), item);
            item = NULL;
        }
        object_unlock(&d->header);
        value_dec(item);
    } else {
        old = deque_remove_at(d, (uint64_t)index, NULL);
    }
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

static value deque_inplace_repeat(value v, ssize n)
{
    struct deque *d = DEQUE(v);
    value list = deque_list(d);
    if (!list)
        return NULL;
    bool done = true;
    uint64_t length = list_length(list);
    if (n <= 0)
        deque_empty(d);
    else if (length && (uint64_t)n > LENGTH_MAX / length && d->maxlen < 0)
        done = raise_no_memory() != NULL;
    else if (length && d->maxlen >= 0 && (uint64_t)n > (uint64_t)d->maxlen / length + 2)
        n = d->maxlen / (ssize)length + 2; /* more rounds change nothing */
    for (ssize i = 1; done && length && i < n; i++)
        done = deque_extend(d, list, false);
    value_dec(list);
    return done ? value_inc(v) : NULL;
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
    deque_empty((struct deque *)o);
}

/* ---- iterators ---- */
struct deque_iterator {
    struct object header;
    value_slot deque; /* constant */
    _Atomic uint64_t index, state, left;
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
    return value_of(self);
}

static value deque_iter(value v)
{
    return iterator_make(deque_iterator_type, v, 0);
}
static value method_reversed(value v, const value *args)
{
    return iterator_make(deque_reverse_iterator_type, v, 0);
}

static value iterator_next(value v)
{
    struct deque_iterator *self = (struct deque_iterator *)v;
    uint64_t left = load_relaxed(&self->left);
    struct deque *d = DEQUE(slot_peek(&self->deque));
    if (load_relaxed(&d->state) != load_relaxed(&self->state)) {
        store_relaxed(&self->left, 0);
        return raise(EXC(RuntimeError), "deque mutated during iteration");
    }
    if (left == 0)
        return VALUE_END;
    uint64_t index = load_relaxed(&self->index);
    store_relaxed(&self->index, index + 1);
    store_relaxed(&self->left, left - 1);
    return deque_item_in_state(d, value_type(v) == deque_iterator_type ? index : left - 1, load_relaxed(&self->state));
}

static value iterator_hint(value v, const value *args)
{
    return int_from_u64(load_relaxed(&((struct deque_iterator *)v)->left));
}

static value iterator_reduce(value v, const value *args)
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
        return raise(EXC(TypeError), "argument 1 must be collections.deque, not %T", bound[0]);
    return iterator_make(type, bound[0], skip < 0 ? 0 : (uint64_t)skip);
}

static void iterator_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct deque_iterator *)o)->deque);
}
static void iterator_destroy(struct object *o)
{
    slot_drop(&((struct deque_iterator *)o)->deque);
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
    .flags = TYPE_FLAG_BASE | TYPE_FLAG_SEQUENCE,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = deque_traverse,
    .destroy = deque_destroy,
    .slots = {.new = deque_new,
              .init = deque_init,
              .repr = deque_repr,
              .hash = value_unhashable,
              .compare = deque_compare,
              .iter = deque_iter,
              .truth = deque_truth,
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

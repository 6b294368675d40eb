/* Tuples: immutable sequences, and the iterator over them. */
#include "runtime/objects/containers/tuple.h"
#include "runtime/objects/containers/list.h"
#include "runtime/objects/containers/slice.h"
#include "threads/pause.h"
#include "runtime/signature.h"

#include <stdlib.h>

#define TUPLE_MAX ((uint64_t)PTRDIFF_MAX / sizeof(value) - 8)

/* ---- making ---- */
/* The one empty tuple: immortal, made at first use. */
static value_slot the_empty_tuple;

static value tuple_empty(void)
{
    value empty = load_acquire(&the_empty_tuple);
    if (likely(empty != NULL))
        return empty;
    struct object *o = object_new(TYPE(TUPLE), sizeof(struct tuple));
    if (!o)
        return NULL;
    value expected = NULL;
    heap_make_immortal(o);
    if (atomic_compare_exchange_strong(&the_empty_tuple, &expected, value_of(o)))
        return value_of(o);
    return expected; /* another thread was faster; ours is 32 immortal bytes that nobody uses */
}

static inline value tuple_alloc(size_t length)
{
    if (unlikely(length > TUPLE_MAX))
        return raise_no_memory();
    struct tuple *tuple = (struct tuple *)OBJECT_NEW(TUPLE, KIND_CONTAINER, sizeof *tuple + length * sizeof(value), 0);
    if (unlikely(!tuple))
        return NULL;
    tuple->length = length;
    return value_of(tuple);
}

value tuple_new(size_t length)
{
    return length ? tuple_alloc(length) : tuple_empty();
}

value tuple_new_of(struct type *type, size_t length)
{
    if (type == TYPE(TUPLE))
        return tuple_new(length);
    if (length > TUPLE_MAX)
        return raise_no_memory();
    struct tuple *tuple = (struct tuple *)object_new(type, sizeof *tuple + length * sizeof(value));
    if (tuple)
        tuple->length = length;
    return value_of(tuple);
}

value tuple_from_array(const value *items, size_t length)
{
    value tuple = tuple_new(length);
    for (size_t i = 0; tuple && i < length; thread_report_at(++i))
        tuple_init(tuple, i, value_inc(items[i]));
    return tuple;
}

value tuple_from_owned(value *items, size_t length)
{
    value tuple = tuple_new(length);
    if (!tuple) {
        values_drop(items, length);
        return NULL;
    }
    for (size_t i = 0; i < length; thread_report_at(++i))
        tuple_init(tuple, i, items[i]);
    return tuple;
}

value tuple_from_results(value *items, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (!items[i]) {
            values_drop(items, length);
            return NULL;
        }
    return tuple_from_owned(items, length);
}

value tuple_pack(size_t length, ...)
{
    value tuple = tuple_new(length);
    if (!tuple)
        return NULL;
    va_list arguments;
    va_start(arguments, length);
    for (size_t i = 0; i < length; i++)
        tuple_init(tuple, i, value_inc(va_arg(arguments, value)));
    va_end(arguments);
    return tuple;
}

static value tuple_type_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    if (!no_keywords("tuple", keywords_of_new(type, kwnames)))
        return NULL;
    if (!check_arguments("tuple", nargs, 0, 1))
        return NULL;
    value tuple = nargs ? tuple_from_iterable(args[0]) : tuple_empty();
    if (!tuple || type == TYPE(TUPLE))
        return tuple;
    value result = tuple_new_of(type, tuple_length(tuple));
    for (size_t i = 0; result && i < tuple_length(tuple); thread_report_at(++i))
        tuple_init(result, i, value_inc(tuple_get(tuple, i)));
    value_dec(tuple);
    return result;
}

GC_READS_RACILY void tuple_traverse(struct object *o, struct gc_trace *trace)
{
    struct tuple *tuple = (struct tuple *)o;
    /* The tuple may be dying: the link of a free block then lies where the length was. trace_slots finds out. */
    trace_slots(trace, tuple->items, tuple->length);
}

static inline __attribute__((always_inline)) void items_drop(value_slot *items, size_t i, bool may_be_many)
{
    while (i-- > 0) {
        value item = load_relaxed(&items[i]);
        if (value_is_object(item)) {
            store_relaxed(&items[i], NULL);
            value_dec(item);
        }
        if (may_be_many)
            thread_report_at(i);
    }
}
static __attribute__((noinline)) void items_drop_many(struct tuple *tuple)
{
    items_drop(tuple->items, tuple->length, true);
}

void tuple_destroy(struct object *o)
{
    struct tuple *tuple = (struct tuple *)o;
    if (unlikely(tuple->length > THREAD_REPORT_STEPS))
        items_drop_many(tuple);
    else
        items_drop(tuple->items, tuple->length, false);
}

/* ---- what the language does to them ---- */
static value tuple_repr(value v)
{
    size_t length = tuple_length(v);
    if (length == 0)
        return str_from_text("()");
    int entered = repr_enter(v);
    if (entered != 0)
        return entered < 0 ? NULL : str_from_text("(...)");
    struct str_builder builder;
    builder_init(&builder);
    builder_add_char(&builder, '(');
    bool fine = true;
    for (size_t i = 0; fine && i < length; thread_report_at(++i)) {
        if (i)
            builder_add_text(&builder, ", ");
        fine = builder_add_repr(&builder, tuple_get(v, i));
    }
    repr_leave(v);
    builder_add_text(&builder, length == 1 ? ",)" : ")");
    if (fine)
        return builder_finish(&builder);
    builder_discard(&builder);
    return NULL;
}

/* The hash of xxHash's rounds over the items' hashes, as CPython computes it, so that sets of tuples have its order. */
static bool tuple_hash(value v, int64_t *out)
{
    const uint64_t prime1 = 11400714785074694791u, prime2 = 14029467366897019727u, prime5 = 2870177450012600261u;
    uint64_t accumulator = prime5;
    size_t length = tuple_length(v);
    if (!recursion_enter(" while hashing a tuple"))
        return false;
    for (size_t i = 0; i < length; i++) {
        int64_t lane;
        thread_pause_at(i + 1);
        if (!key_hash(tuple_get(v, i), &lane)) {
            recursion_leave();
            return false;
        }
        accumulator += (uint64_t)lane * prime2;
        accumulator = (accumulator << 31) | (accumulator >> 33);
        accumulator *= prime1;
    }
    recursion_leave();
    accumulator += length ^ (prime5 ^ 3527539u);
    *out = accumulator == (uint64_t)-1 ? 1546275796 : (int64_t)accumulator;
    return true;
}

static value tuple_compare(value a, value b, int op)
{
    if (!is_tuple(a) || !is_tuple(b))
        return VALUE_NOT_IMPLEMENTED;
    size_t na = tuple_length(a), nb = tuple_length(b), shorter = na < nb ? na : nb;
    if (!recursion_enter(" in comparison"))
        return NULL;
    value result = NULL;
    size_t i = 0;
    int same = 1;
    for (; i < shorter; i++) {
        value left = tuple_get(a, i), right = tuple_get(b, i);
        thread_report_at(i + 1);
        if (left == right)
            continue;
        same = value_both_small_int(left, right) ? 0 : value_equals(left, right);
        if (same <= 0)
            break;
    }
    if (same > 0)
        result = compare_lengths(na, nb, op);
    else if (same == 0 && (op == COMPARE_EQ || op == COMPARE_NE))
        result = value_bool(op == COMPARE_NE);
    else if (same == 0)
        result = compare_rich(tuple_get(a, i), tuple_get(b, i), op);
    recursion_leave();
    return result;
}

static ssize tuple_length_slot(value v)
{
    return (ssize)tuple_length(v);
}

static int tuple_contains(value v, value wanted)
{
    for (size_t i = 0; i < tuple_length(v); thread_report_at(++i)) {
        int found = tuple_get(v, i) == wanted ? 1 : value_equals(tuple_get(v, i), wanted);
        if (found != 0)
            return found;
    }
    return 0;
}

static value tuple_getitem(value v, value key)
{
    ssize index, length = (ssize)tuple_length(v);
    if (likely(value_is_small_int(key))) {
        index = small_int_value(key);
    } else if (is_slice(key)) {
        ssize start, stop, step;
        if (!slice_unpack(key, &start, &stop, &step))
            return NULL;
        ssize count = slice_adjust(length, &start, &stop, step);
        if (count == length && step == 1 && value_is(v, TYPE_ID_TUPLE))
            return value_inc(v);
        value result = tuple_new((size_t)count);
        for (ssize i = 0; result && i < count; thread_report_at((size_t)++i))
            tuple_init(result, (size_t)i, value_inc(tuple_get(v, (size_t)(start + i * step))));
        return result;
    } else if (is_int(key) || value_type_slot(key, to_index)) {
        if (!index_as_ssize(key, &index, EXC(IndexError)))
            return NULL;
    } else {
        return raise(EXC(TypeError), "tuple indices must be integers or slices, not %T", key);
    }
    if (index < 0)
        index += length;
    if (unlikely(index < 0 || index >= length))
        return raise(EXC(IndexError), "tuple index out of range");
    return value_inc(tuple_get(v, (size_t)index));
}

static value tuple_concat(value a, value b)
{
    if (!is_tuple(b))
        return raise(EXC(TypeError), "can only concatenate tuple (not \"%T\") to tuple", b);
    size_t na = tuple_length(a), nb = tuple_length(b);
    if (nb == 0 && value_is(a, TYPE_ID_TUPLE))
        return value_inc(a);
    if (na == 0 && value_is(b, TYPE_ID_TUPLE))
        return value_inc(b);
    value result = tuple_new(na + nb);
    if (!result)
        return NULL;
    for (size_t i = 0; i < na; thread_report_at(++i))
        tuple_init(result, i, value_inc(tuple_get(a, i)));
    for (size_t i = 0; i < nb; thread_report_at(++i))
        tuple_init(result, na + i, value_inc(tuple_get(b, i)));
    return result;
}

static value tuple_repeat(value a, ssize n)
{
    size_t length = tuple_length(a);
    if (n < 0)
        n = 0;
    if ((n == 1 || length == 0) && value_is(a, TYPE_ID_TUPLE))
        return value_inc(a);
    if (length && (uint64_t)n > TUPLE_MAX / length)
        return raise_no_memory();
    value result = tuple_new(length * (size_t)n);
    size_t k = 0;
    for (ssize round = 0; result && round < n; round++)
        for (size_t i = 0; i < length; i++) {
            tuple_init(result, k, value_inc(tuple_get(a, i)));
            thread_report_at(++k);
        }
    return result;
}

/* ---- methods ---- */
static value tuple_count(value v, value given_v)
{
    int64_t count = 0;
    for (size_t i = 0; i < tuple_length(v); thread_report_at(++i)) {
        int found = tuple_get(v, i) == given_v ? 1 : value_equals(tuple_get(v, i), given_v);
        if (found < 0)
            return NULL;
        count += found;
    }
    return small_int(count);
}

static value tuple_index(value v, value given_v, value given_start, value given_stop)
{
    ssize start, stop = (ssize)tuple_length(v);
    if (!search_bound(given_start, tuple_length(v), &start) ||
        (given_stop != VALUE_MISSING && !search_bound(given_stop, tuple_length(v), &stop)))
        return NULL;
    if (stop > (ssize)tuple_length(v))
        stop = (ssize)tuple_length(v);
    for (ssize i = start; i < stop; thread_report_at((size_t)++i)) {
        int found = tuple_get(v, (size_t)i) == given_v ? 1 : value_equals(tuple_get(v, (size_t)i), given_v);
        if (found != 0)
            return found < 0 ? NULL : small_int(i);
    }
    return raise(EXC(ValueError), "tuple.index(x): x not in tuple");
}

static value tuple_getnewargs(value v)
{
    value copy = tuple_from_array((const value *)tuple_items(v), tuple_length(v));
    value result = copy ? tuple_pack(1, copy) : NULL;
    value_dec(copy);
    return result;
}

static value tuple_sizeof(value v)
{
    return small_int((int64_t)(sizeof(struct tuple) + tuple_length(v) * sizeof(value)));
}

/* ---- the iterator ---- */
value tuple_iterator_new(value tuple)
{
    struct tuple_iterator *iterator =
        (struct tuple_iterator *)OBJECT_NEW(TUPLE_ITERATOR, KIND_CONTAINER, sizeof *iterator, 0);
    if (!iterator)
        return NULL;
    slot_init(&iterator->tuple, value_inc(tuple));
    return value_of(iterator);
}

value tuple_iterator_finish(struct tuple_iterator *iterator)
{
    store_relaxed(&iterator->index, -1);
    if (thread_is_alone())
        slot_store(&iterator->header, &iterator->tuple, NULL);
    return VALUE_END;
}

static value tuple_iterator_next(value v)
{
    return tuple_iterator_next_fast(v);
}

value tuple_iterator_next_shared(value v)
{
    return tuple_iterator_next_fast(v);
}

static value tuple_iterator_hint(value v)
{
    struct tuple_iterator *iterator = (struct tuple_iterator *)v;
    int64_t index = load_relaxed(&iterator->index);
    return small_int(index < 0 ? 0 : (int64_t)tuple_length(slot_peek(&iterator->tuple)) - index);
}

static value tuple_iterator_reduce(value v)
{
    struct tuple_iterator *iterator = (struct tuple_iterator *)v;
    int64_t index = load_relaxed(&iterator->index);
    if (index < 0)
        return reduce_result(builtin_by_name("iter"), tuple_new(0), NULL, false);
    return reduce_result(builtin_by_name("iter"), value_inc(slot_peek(&iterator->tuple)), small_int(index), true);
}

static value tuple_iterator_setstate(value v, value state)
{
    struct tuple_iterator *iterator = (struct tuple_iterator *)v;
    int64_t index;
    if (!state_as_index(state, &index))
        return NULL;
    if (load_relaxed(&iterator->index) >= 0) {
        int64_t length = (int64_t)tuple_length(slot_peek(&iterator->tuple));
        store_relaxed(&iterator->index, index < 0 ? 0 : index > length ? length : index);
    }
    return VALUE_NONE;
}

static void tuple_iterator_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct tuple_iterator *)o)->tuple);
}

static void tuple_iterator_destroy(struct object *o)
{
    slot_drop(&((struct tuple_iterator *)o)->tuple);
}

/* ---- the types ---- */
static const struct method_def tuple_methods[] = {
    METHOD("index", tuple_index, "($self, value, start=0, stop=sys.maxsize, /)",
           "Return first index of value.\n\nRaises ValueError if the value is not present."),
    METHOD("count", tuple_count, "($self, value, /)", "Return number of occurrences of value."),
    METHOD("__getnewargs__", tuple_getnewargs, "($self, /)", NULL),
    METHOD("__sizeof__", tuple_sizeof, "($self, /)", "Size of object in memory, in bytes."),
    METHOD_CLASS_GETITEM,
    {0},
};

const struct type_spec tuple_type_spec = {
    .id = TYPE_ID_TUPLE,
    .name = "tuple",
    .doc =
        "Built-in immutable sequence.\n\nIf no argument is given, the constructor returns an empty tuple.\nIf iterable "
        "is specified the tuple is initialized from iterable's items.\n\nIf the argument is a tuple, the return "
        "value is the same object.",
    .signature = "(iterable=(), /)",
    .size = sizeof(struct tuple),
    .flags = TYPE_FLAG_BASE | TYPE_FLAG_TUPLE | TYPE_FLAG_SEQUENCE,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = tuple_traverse,
    .destroy = tuple_destroy,
    .slots =
        {
            .new = tuple_type_new,
            .repr = tuple_repr,
            .hash = tuple_hash,
            .compare = tuple_compare,
            .iter = tuple_iterator_new,
            .length = tuple_length_slot,
            .getitem = tuple_getitem,
            .contains = tuple_contains,
            .concat = tuple_concat,
            .repeat = tuple_repeat,
        },
    .methods = tuple_methods,
};

static const struct method_def tuple_iterator_methods[] = {
    METHOD("__length_hint__", tuple_iterator_hint, "($self, /)",
           "Private method returning an estimate of len(list(it))."),
    METHOD("__reduce__", tuple_iterator_reduce, "($self, /)", "Return state information for pickling."),
    METHOD("__setstate__", tuple_iterator_setstate, "($self, state, /)", "Set state information for unpickling."),
    {0},
};

const struct type_spec tuple_iterator_type_spec = {
    .id = TYPE_ID_TUPLE_ITERATOR,
    .name = "tuple_iterator",
    .size = sizeof(struct tuple_iterator),
    .flags = TYPE_FLAG_NO_NEW,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = tuple_iterator_traverse,
    .destroy = tuple_iterator_destroy,
    .slots = {.iter = iterator_return_self, .next = tuple_iterator_next},
    .methods = tuple_iterator_methods,
};

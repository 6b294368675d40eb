/* Ranges: arithmetic progressions of ints of any size, and the iterators over them. */
#include "runtime/objects/containers/range.h"
#include "runtime/objects/containers/slice.h"
#include "runtime/signature.h"

/* Iterates over what is not small: start + index * step. */
struct long_range_iterator {
    struct object header;
    value_slot start, step, length; /* constant */
    _Atomic int64_t index;          /* no program lives to see it wrap */
};

/* ---- making ---- */
static value difference(value a, value b)
{
    return operate_binary(BINARY_SUBTRACT, a, b);
}

/* How many numbers there are from start to stop, exclusive; step is not zero. */
static value range_count(value start, value stop, value step)
{
    if (value_is_small_int(start) && value_is_small_int(stop) && value_is_small_int(step)) {
        int64_t low = small_int_value(start), high = small_int_value(stop), by = small_int_value(step);
        if (by < 0) {
            int64_t t = low;
            low = high;
            high = t;
            by = -by;
        }
        if (likely(by == 1))
            return low < high ? int_from_i64(high - low) : small_int(0);
        return low < high ? int_from_i64((high - low - 1) / by + 1) : small_int(0);
    }
    bool down = int_sign(step) < 0;
    value low = down ? stop : start, high = down ? start : stop;
    int order = compare_bool(low, high, COMPARE_LT);
    if (order <= 0)
        return order < 0 ? NULL : small_int(0);
    value by = down ? operate_unary(UNARY_NEGATIVE, step) : value_inc(step);
    value distance = by ? difference(high, low) : NULL;
    value last = distance ? difference(distance, small_int(1)) : NULL;
    value steps = last ? operate_binary(BINARY_FLOOR_DIVIDE, last, by) : NULL;
    value count = steps ? operate_binary(BINARY_ADD, steps, small_int(1)) : NULL;
    value_dec(by);
    value_dec(distance);
    value_dec(last);
    value_dec(steps);
    return count;
}

/* Steals the three exact ints. */
static value range_from_ints(value start, value stop, value step)
{
    value length = range_count(start, stop, step);
    struct range *range = length ? (struct range *)OBJECT_NEW(RANGE, KIND_CONTAINER, sizeof *range, 0) : NULL;
    if (!range) {
        value_dec(start);
        value_dec(stop);
        value_dec(step);
        value_dec(length);
        return NULL;
    }
    slot_init(&range->start, start);
    slot_init(&range->stop, stop);
    slot_init(&range->step, step);
    slot_init(&range->length, length);
    return value_of(range);
}

/* An int that is no instance of a subclass. */
static value exact_index(value v)
{
    if (likely(value_is_small_int(v)))
        return v;
    value index = index_value(v);
    if (index && value_type(index) != TYPE(INT)) {
        value exact = operate_unary(UNARY_POSITIVE, index); /* int's own: an exact int */
        if (exact && value_type(exact) != TYPE(INT)) {      /* overridden */
            int64_t i;
            value_dec(exact);
            exact = int_fits_i64(index, &i) ? int_from_i64(i) : value_inc(index);
        }
        value_dec(index);
        index = exact;
    }
    return index;
}

value range_new(value start, value stop, value step)
{
    value a = start ? exact_index(start) : small_int(0);
    value b = a ? exact_index(stop) : NULL;
    value c = b ? (step ? exact_index(step) : small_int(1)) : NULL;
    if (c && c == small_int(0)) {
        raise(EXC(ValueError), "range() arg 3 must not be zero");
        c = NULL;
    }
    if (c)
        return range_from_ints(a, b, c);
    value_dec(a);
    value_dec(b);
    return NULL;
}

static value range_type_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    if (!no_keywords("range", kwnames) || !check_arguments("range", nargs, 1, 3))
        return NULL;
    if (nargs == 1)
        return range_new(NULL, args[0], NULL);
    return range_new(args[0], args[1], nargs > 2 ? args[2] : NULL);
}

static void range_destroy(struct object *o)
{
    struct range *range = (struct range *)o;
    slot_drop(&range->start);
    slot_drop(&range->stop);
    slot_drop(&range->step);
    slot_drop(&range->length);
}

static inline value range_start(value v)
{
    return slot_peek(&((struct range *)v)->start);
}
static inline value range_stop(value v)
{
    return slot_peek(&((struct range *)v)->stop);
}
static inline value range_step(value v)
{
    return slot_peek(&((struct range *)v)->step);
}
static inline value range_count_of(value v)
{
    return slot_peek(&((struct range *)v)->length);
}

/* start + index * step */
static value range_number(value start, value step, value index)
{
    if (value_is_small_int(start) && value_is_small_int(step) && value_is_small_int(index)) {
        int64_t product, sum;
        if (!__builtin_mul_overflow(small_int_value(index), small_int_value(step), &product) &&
            !__builtin_add_overflow(product, small_int_value(start), &sum))
            return int_from_i64(sum);
    }
    value product = operate_binary(BINARY_MULTIPLY, index, step);
    value sum = product ? operate_binary(BINARY_ADD, start, product) : NULL;
    value_dec(product);
    return sum;
}

/* ---- what the language does to them ---- */
static value range_repr(value v)
{
    if (range_step(v) == small_int(1))
        return str_format("range(%R, %R)", range_start(v), range_stop(v));
    return str_format("range(%R, %R, %R)", range_start(v), range_stop(v), range_step(v));
}

static ssize range_length(value v)
{
    int64_t length;
    if (!int_fits_i64(range_count_of(v), &length))
        return raise_int(EXC(OverflowError), "Python int too large to convert to C ssize_t");
    return length;
}

static int range_truth(value v)
{
    return range_count_of(v) != small_int(0);
}

static value range_item(value v, value index)
{
    value length = range_count_of(v), at = value_inc(index);
    if (int_sign(index) < 0) {
        value_dec(at);
        at = operate_binary(BINARY_ADD, index, length);
        if (!at)
            return NULL;
    }
    value result = NULL;
    int inside = int_sign(at) < 0 ? 0 : compare_bool(at, length, COMPARE_LT);
    if (inside > 0)
        result = range_number(range_start(v), range_step(v), at);
    else if (inside == 0)
        raise(EXC(IndexError), "range object index out of range");
    value_dec(at);
    return result;
}

static value range_slice(value v, value slice)
{
    value positions = call_method_1(slice, NAME(indices), range_count_of(v));
    if (!positions)
        return NULL;
    value start = range_number(range_start(v), range_step(v), tuple_get(positions, 0));
    value stop = start ? range_number(range_start(v), range_step(v), tuple_get(positions, 1)) : NULL;
    value step = stop ? operate_binary(BINARY_MULTIPLY, range_step(v), tuple_get(positions, 2)) : NULL;
    value_dec(positions);
    if (step)
        return range_from_ints(start, stop, step);
    value_dec(start);
    value_dec(stop);
    return NULL;
}

static value range_getitem(value v, value key)
{
    if (is_slice(key))
        return range_slice(v, key);
    if (!is_int(key) && !value_type_slot(key, to_index))
        return raise(EXC(TypeError), "range indices must be integers or slices, not %T", key);
    value index = exact_index(key);
    value item = index ? range_item(v, index) : NULL;
    value_dec(index);
    return item;
}

/* Is the exact int (or bool) one of the numbers: 1, 0, -1. */
static int range_has_int(value v, value number)
{
    value start = range_start(v), stop = range_stop(v), step = range_step(v);
    bool down = int_sign(step) < 0;
    int inside = compare_bool(number, start, down ? COMPARE_LE : COMPARE_GE);
    if (inside > 0)
        inside = compare_bool(number, stop, down ? COMPARE_GT : COMPARE_LT);
    if (inside <= 0)
        return inside;
    value distance = difference(number, start);
    value rest = distance ? operate_binary(BINARY_REMAINDER, distance, step) : NULL;
    int result = rest ? int_sign(rest) == 0 : -1;
    value_dec(distance);
    value_dec(rest);
    return result;
}

static inline bool is_exact_int(value v)
{
    return value_is_small_int(v) || value_is_bool(v) || value_is(v, TYPE_ID_INT);
}

static int range_contains(value v, value item)
{
    if (is_exact_int(item))
        return range_has_int(v, item);
    value iterator = range_iterator_new(v);
    if (!iterator)
        return -1;
    int found = 0;
    while (found == 0) {
        value number = iter_next(iterator);
        if (!number || number == VALUE_END) {
            found = number ? 0 : -1;
            break;
        }
        found = value_equals(number, item);
        value_dec(number);
    }
    value_dec(iterator);
    return found;
}

/* The numbers that decide equality: (length, start or None, step or None). */
static value range_identity(value v)
{
    value length = range_count_of(v);
    if (length == small_int(0))
        return tuple_pack(3, length, VALUE_NONE, VALUE_NONE);
    return tuple_pack(3, length, range_start(v), length == small_int(1) ? VALUE_NONE : range_step(v));
}

static value range_compare(value a, value b, int op)
{
    if (!value_is(a, TYPE_ID_RANGE) || !value_is(b, TYPE_ID_RANGE) || (op != COMPARE_EQ && op != COMPARE_NE))
        return VALUE_NOT_IMPLEMENTED;
    value left = range_identity(a), right = left ? range_identity(b) : NULL;
    value result = right ? compare_rich(left, right, op) : NULL;
    value_dec(left);
    value_dec(right);
    return result;
}

static bool range_hash(value v, int64_t *out)
{
    value identity = range_identity(v);
    bool fine = identity && value_hash(identity, out);
    value_dec(identity);
    return fine;
}

/* ---- methods ---- */
static value range_index(value v, value given_v)
{
    if (is_exact_int(given_v)) {
        int found = range_has_int(v, given_v);
        if (found < 0)
            return NULL;
        if (found) {
            value distance = difference(given_v, range_start(v));
            value index = distance ? operate_binary(BINARY_FLOOR_DIVIDE, distance, range_step(v)) : NULL;
            value_dec(distance);
            return index;
        }
        return raise(EXC(ValueError), "%R is not in range", given_v);
    }
    value iterator = range_iterator_new(v);
    for (int64_t i = 0; iterator; i++) {
        value number = iter_next(iterator);
        if (!number || number == VALUE_END) {
            value_dec(iterator);
            return number ? raise(EXC(ValueError), "sequence.index(x): x not in sequence") : NULL;
        }
        int found = value_equals(number, given_v);
        value_dec(number);
        if (found != 0) {
            value_dec(iterator);
            return found < 0 ? NULL : small_int(i);
        }
    }
    return NULL;
}

static value range_count_method(value v, value given_v)
{
    if (is_exact_int(given_v)) {
        int found = range_has_int(v, given_v);
        return found < 0 ? NULL : small_int(found);
    }
    value iterator = range_iterator_new(v);
    for (int64_t count = 0; iterator;) {
        value number = iter_next(iterator);
        if (!number || number == VALUE_END) {
            value_dec(iterator);
            return number ? small_int(count) : NULL;
        }
        int found = value_equals(number, given_v);
        value_dec(number);
        if (found < 0) {
            value_dec(iterator);
            return NULL;
        }
        count += found;
    }
    return NULL;
}

static value range_reduce(value v)
{
    value arguments = tuple_pack(3, range_start(v), range_stop(v), range_step(v));
    value result = arguments ? tuple_pack(2, value_of(TYPE(RANGE)), arguments) : NULL;
    value_dec(arguments);
    return result;
}

/* ---- iterators ---- */
/* Over `length` numbers from start on; all borrowed. */
static value iterator_over(value start, value step, value length)
{
    if (value_is_small_int(start) && value_is_small_int(step) && value_is_small_int(length)) {
        int64_t distance, end;
        if (!__builtin_mul_overflow(small_int_value(length), small_int_value(step), &distance) &&
            !__builtin_add_overflow(distance, small_int_value(start), &end)) {
            int64_t last = end - small_int_value(step);
            if (length == small_int(0) || small_int_fits(last)) {
                struct range_iterator *iterator =
                    (struct range_iterator *)OBJECT_NEW(RANGE_ITERATOR, KIND_LEAF, sizeof *iterator, 0);
                if (!iterator)
                    return NULL;
                iterator->start = small_int_value(start);
                iterator->step = small_int_value(step);
                iterator->end = end;
                store_relaxed(&iterator->loop, end);
                store_relaxed(&iterator->next, iterator->start);
                return value_of(iterator);
            }
        }
    }
    struct long_range_iterator *iterator =
        (struct long_range_iterator *)object_new(TYPE(LONG_RANGE_ITERATOR), sizeof *iterator);
    if (!iterator)
        return NULL;
    slot_init(&iterator->start, value_inc(start));
    slot_init(&iterator->step, value_inc(step));
    slot_init(&iterator->length, value_inc(length));
    return value_of(iterator);
}

value range_iterator_new(value v)
{
    return iterator_over(range_start(v), range_step(v), range_count_of(v));
}

value range_iterator_for_loop(value v)
{
    value made = range_iterator_new(v);
    if (made && value_is(made, TYPE_ID_RANGE_ITERATOR)) {
        struct range_iterator *iterator = (struct range_iterator *)made;
        store_relaxed(&iterator->loop, iterator->start);
        store_relaxed(&iterator->next, iterator->end);
    }
    return made;
}

value range_reversed(value v)
{
    value length = range_count_of(v);
    int64_t distance, end;
    if (value_is_small_int(length) && value_both_small_int(range_start(v), range_step(v)) &&
        !__builtin_mul_overflow(small_int_value(length) - 1, small_int_value(range_step(v)), &distance) &&
        !__builtin_add_overflow(small_int_value(range_start(v)), distance, &end) && small_int_fits(end) &&
        small_int_fits(-small_int_value(range_step(v))))
        return iterator_over(small_int(end), small_int(-small_int_value(range_step(v))), length);
    value last_index = difference(length, small_int(1));
    value last = last_index ? range_number(range_start(v), range_step(v), last_index) : NULL;
    value step = last ? operate_unary(UNARY_NEGATIVE, range_step(v)) : NULL;
    value result = step ? iterator_over(last, step, length) : NULL;
    value_dec(last_index);
    value_dec(last);
    value_dec(step);
    return result;
}

value range_iterator_next(value v)
{
    return range_iterator_next_fast(v);
}

static int64_t range_iterator_position(const struct range_iterator *iterator)
{
    int64_t loop = load_relaxed(&iterator->loop);
    return loop != iterator->end ? loop : load_relaxed(&iterator->next);
}

static value range_iterator_hint(value v)
{
    struct range_iterator *iterator = (struct range_iterator *)v;
    return small_int((iterator->end - range_iterator_position(iterator)) / iterator->step);
}

static value range_iterator_reduce(value v)
{
    struct range_iterator *iterator = (struct range_iterator *)v;
    value stop = int_from_i64(iterator->end);
    value range = stop ? range_new(small_int(iterator->start), stop, small_int(iterator->step)) : NULL;
    value_dec(stop);
    int64_t index = (range_iterator_position(iterator) - iterator->start) / iterator->step;
    return range ? reduce_result(builtin_by_name("iter"), range, small_int(index), true) : NULL;
}

static value range_iterator_setstate(value v, value state)
{
    struct range_iterator *iterator = (struct range_iterator *)v;
    int64_t index, length = (iterator->end - iterator->start) / iterator->step;
    if (!value_as_i64(state, &index))
        return NULL;
    index = index < 0 ? 0 : index > length ? length : index;
    store_relaxed(&iterator->loop, iterator->end);
    store_relaxed(&iterator->next, iterator->start + index * iterator->step);
    return VALUE_NONE;
}

static value long_range_iterator_next(value v)
{
    struct long_range_iterator *iterator = (struct long_range_iterator *)v;
    int64_t index;
    do {
        index = load_relaxed(&iterator->index);
        int more = compare_bool(small_int(index), slot_peek(&iterator->length), COMPARE_LT);
        if (more <= 0)
            return more < 0 ? NULL : VALUE_END;
    } while (!position_claim(&iterator->header, &iterator->index, index, index + 1));
    return range_number(slot_peek(&iterator->start), slot_peek(&iterator->step), small_int(index));
}

static value long_range_iterator_hint(value v)
{
    struct long_range_iterator *iterator = (struct long_range_iterator *)v;
    return difference(slot_peek(&iterator->length), small_int(load_relaxed(&iterator->index)));
}

static value long_range_iterator_reduce(value v)
{
    struct long_range_iterator *iterator = (struct long_range_iterator *)v;
    value start = slot_peek(&iterator->start), step = slot_peek(&iterator->step);
    value stop = range_number(start, step, slot_peek(&iterator->length));
    value range = stop ? range_from_ints(value_inc(start), stop, value_inc(step)) : NULL;
    return range ? reduce_result(builtin_by_name("iter"), range, small_int(load_relaxed(&iterator->index)), true)
                 : NULL;
}

static value long_range_iterator_setstate(value v, value state)
{
    struct long_range_iterator *iterator = (struct long_range_iterator *)v;
    int64_t index;
    if (!value_as_i64(state, &index))
        return NULL;
    store_relaxed(&iterator->index, index < 0 ? 0 : index > SMALL_INT_MAX ? SMALL_INT_MAX : index);
    return VALUE_NONE;
}

static void long_range_iterator_destroy(struct object *o)
{
    struct long_range_iterator *iterator = (struct long_range_iterator *)o;
    slot_drop(&iterator->start);
    slot_drop(&iterator->step);
    slot_drop(&iterator->length);
}

/* ---- the types ---- */
static const struct method_def range_methods[] = {
    METHOD("count", range_count_method, "($self, value, /)",
           "rangeobject.count(value) -> integer -- return number of occurrences of value"),
    METHOD("index", range_index, "($self, value, /)",
           "rangeobject.index(value) -> integer -- return index of value.\nRaise ValueError if the value is not "
           "present."),
    METHOD("__reversed__", range_reversed, "($self, /)", "Return a reverse iterator."),
    METHOD("__reduce__", range_reduce, "($self, /)", NULL),
    {0},
};

static const struct member_def range_members[] = {
    {"start", MEMBER_VALUE, offsetof(struct range, start), false, NULL},
    {"stop", MEMBER_VALUE, offsetof(struct range, stop), false, NULL},
    {"step", MEMBER_VALUE, offsetof(struct range, step), false, NULL},
    {0},
};

const struct type_spec range_type_spec = {
    .id = TYPE_ID_RANGE,
    .name = "range",
    .doc = "range(stop) -> range object\nrange(start, stop[, step]) -> range object\n\nThe integers from start "
           "(inclusive) to stop (exclusive) by step.",
    .size = sizeof(struct range),
    .flags = TYPE_FLAG_SEQUENCE,
    .destroy = range_destroy,
    .slots =
        {
            .new = range_type_new,
            .repr = range_repr,
            .hash = range_hash,
            .compare = range_compare,
            .iter = range_iterator_new,
            .truth = range_truth,
            .length = range_length,
            .getitem = range_getitem,
            .contains = range_contains,
        },
    .methods = range_methods,
    .members = range_members,
};

static const struct method_def range_iterator_methods[] = {
    METHOD("__length_hint__", range_iterator_hint, "($self, /)",
           "Private method returning an estimate of len(list(it))."),
    METHOD("__reduce__", range_iterator_reduce, "($self, /)", "Return state information for pickling."),
    METHOD("__setstate__", range_iterator_setstate, "($self, state, /)", "Set state information for unpickling."),
    {0},
};

const struct type_spec range_iterator_type_spec = {
    .id = TYPE_ID_RANGE_ITERATOR,
    .name = "range_iterator",
    .size = sizeof(struct range_iterator),
    .flags = TYPE_FLAG_NO_NEW,
    .slots = {.iter = iterator_return_self, .next = range_iterator_next},
    .methods = range_iterator_methods,
};

static const struct method_def long_range_iterator_methods[] = {
    METHOD("__length_hint__", long_range_iterator_hint, "($self, /)",
           "Private method returning an estimate of len(list(it))."),
    METHOD("__reduce__", long_range_iterator_reduce, "($self, /)", "Return state information for pickling."),
    METHOD("__setstate__", long_range_iterator_setstate, "($self, state, /)", "Set state information for unpickling."),
    {0},
};

const struct type_spec long_range_iterator_type_spec = {
    .id = TYPE_ID_LONG_RANGE_ITERATOR,
    .name = "longrange_iterator",
    .size = sizeof(struct long_range_iterator),
    .flags = TYPE_FLAG_NO_NEW,
    .destroy = long_range_iterator_destroy,
    .slots = {.iter = iterator_return_self, .next = long_range_iterator_next},
    .methods = long_range_iterator_methods,
};

/* Slices: three values, and the arithmetic that turns them into positions of a sequence. */
#include "runtime/objects/containers/slice.h"
#include "runtime/signature.h"

value slice_new(value start, value stop, value step)
{
    struct slice *slice = (struct slice *)OBJECT_NEW(SLICE, KIND_CONTAINER, sizeof *slice, 0);
    if (!slice)
        return NULL;
    slot_init(&slice->start, start ? value_inc(start) : VALUE_NONE);
    slot_init(&slice->stop, stop ? value_inc(stop) : VALUE_NONE);
    slot_init(&slice->step, step ? value_inc(step) : VALUE_NONE);
    return value_of(slice);
}

static value slice_type_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    if (!no_keywords("slice", kwnames) || !check_arguments("slice", nargs, 1, 3))
        return NULL;
    if (nargs == 1)
        return slice_new(NULL, args[0], NULL);
    return slice_new(args[0], args[1], nargs > 2 ? args[2] : NULL);
}

/* One part as an index, clamped; None leaves *out as it is. */
static bool slice_part(value part, ssize *out)
{
    if (is_none(part))
        return true;
    if (value_is_small_int(part)) {
        *out = small_int_value(part);
        return true;
    }
    if (!is_int(part) && !value_type_slot(part, to_index))
        return raise_false(EXC(TypeError), "slice indices must be integers or None or have an __index__ method");
    return index_as_ssize(part, out, NULL);
}

bool slice_unpack(value v, ssize *start, ssize *stop, ssize *step)
{
    struct slice *slice = (struct slice *)v;
    *step = 1;
    if (!slice_part(slot_peek(&slice->step), step))
        return false;
    if (*step == 0)
        return raise_false(EXC(ValueError), "slice step cannot be zero");
    if (*step < -INT64_MAX)
        *step = -INT64_MAX; /* so that -step is a number too */
    *start = *step < 0 ? INT64_MAX : 0;
    *stop = *step < 0 ? INT64_MIN : INT64_MAX;
    return slice_part(slot_peek(&slice->start), start) && slice_part(slot_peek(&slice->stop), stop);
}

ssize slice_indices(value slice, ssize length, ssize *start, ssize *stop, ssize *step)
{
    if (!slice_unpack(slice, start, stop, step))
        return -1;
    return slice_adjust(length, start, stop, *step);
}

/* ---- slice.indices(length): with ints of any size ---- */
/* The index of `part` for a sequence of `length`, in [low, high]; None gives `missing`. */
static value slice_long_part(value part, value length, value low, value high, value missing)
{
    if (is_none(part))
        return value_inc(missing);
    if (!is_int(part) && !value_type_slot(part, to_index))
        return raise(EXC(TypeError), "slice indices must be integers or None or have an __index__ method");
    value index = index_value(part);
    if (!index)
        return NULL;
    bool negative = int_sign(index) < 0;
    value bound = negative ? low : high;
    if (negative) {
        value sum = operate_binary(BINARY_ADD, index, length);
        value_dec(index);
        index = sum;
        if (!index)
            return NULL;
    }
    int beyond = compare_bool(index, bound, negative ? COMPARE_LT : COMPARE_GT);
    if (beyond == 0)
        return index;
    value_dec(index);
    return beyond < 0 ? NULL : value_inc(bound);
}

static value slice_indices_method(value v, value object)
{
    struct slice *slice = (struct slice *)v;
    value length = index_value(object);
    if (!length)
        return NULL;
    value step = NULL, low = NULL, high = NULL, start = NULL, stop = NULL, result = NULL;
    if (int_sign(length) < 0) {
        raise(EXC(ValueError), "length should not be negative");
        goto done;
    }
    value step_given = slot_peek(&slice->step);
    if (!is_none(step_given) && !is_int(step_given) && !value_type_slot(step_given, to_index)) {
        raise(EXC(TypeError), "slice indices must be integers or None or have an __index__ method");
        goto done;
    }
    step = is_none(step_given) ? small_int(1) : index_value(step_given);
    if (!step)
        goto done;
    int sign = int_sign(step);
    if (sign == 0) {
        raise(EXC(ValueError), "slice step cannot be zero");
        goto done;
    }
    low = sign < 0 ? small_int(-1) : small_int(0);
    high = sign < 0 ? operate_binary(BINARY_ADD, length, small_int(-1)) : value_inc(length);
    if (!high)
        goto done;
    start = slice_long_part(slot_peek(&slice->start), length, low, high, sign < 0 ? high : low);
    if (!start)
        goto done;
    stop = slice_long_part(slot_peek(&slice->stop), length, low, high, sign < 0 ? low : high);
    if (stop)
        result = tuple_pack(3, start, stop, step);
done:
    value_dec(length);
    value_dec(step);
    value_dec(high);
    value_dec(start);
    value_dec(stop);
    return result;
}

static value slice_repr(value v)
{
    struct slice *slice = (struct slice *)v;
    return str_format("slice(%R, %R, %R)", slot_peek(&slice->start), slot_peek(&slice->stop), slot_peek(&slice->step));
}

static value slice_as_tuple(value v)
{
    struct slice *slice = (struct slice *)v;
    return tuple_pack(3, slot_peek(&slice->start), slot_peek(&slice->stop), slot_peek(&slice->step));
}

static value slice_compare(value a, value b, int op)
{
    if (!is_slice(a) || !is_slice(b))
        return VALUE_NOT_IMPLEMENTED;
    if (a == b)
        return value_bool(op == COMPARE_EQ || op == COMPARE_LE || op == COMPARE_GE);
    value left = slice_as_tuple(a), right = left ? slice_as_tuple(b) : NULL;
    value result = right ? compare_rich(left, right, op) : NULL;
    value_dec(left);
    value_dec(right);
    return result;
}

static value slice_reduce(value v)
{
    value parts = slice_as_tuple(v);
    if (!parts)
        return NULL;
    value result = tuple_pack(2, value_of(TYPE(SLICE)), parts);
    value_dec(parts);
    return result;
}

static void slice_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slots(trace, &((struct slice *)o)->start, 3);
}

static void slice_destroy(struct object *o)
{
    struct slice *slice = (struct slice *)o;
    slot_drop(&slice->start);
    slot_drop(&slice->stop);
    slot_drop(&slice->step);
}

static const struct method_def slice_methods[] = {
    METHOD("indices", slice_indices_method, "($self, object, /)",
           "S.indices(len) -> (start, stop, stride)\n\nThe positions that this slice names in a sequence of len items, "
           "as arguments for range()."),
    METHOD("__reduce__", slice_reduce, "($self, /)", "Return state information for pickling."),
    {0},
};

static const struct member_def slice_members[] = {
    {"start", MEMBER_VALUE, offsetof(struct slice, start), false, NULL},
    {"stop", MEMBER_VALUE, offsetof(struct slice, stop), false, NULL},
    {"step", MEMBER_VALUE, offsetof(struct slice, step), false, NULL},
    {0},
};

const struct type_spec slice_type_spec = {
    .id = TYPE_ID_SLICE,
    .name = "slice",
    .doc = "slice(stop)\nslice(start, stop[, step])\n\nWhat an index with colons makes: a[1:10:2].",
    .size = sizeof(struct slice),
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = slice_traverse,
    .destroy = slice_destroy,
    .slots = {.new = slice_type_new, .repr = slice_repr, .compare = slice_compare, .hash = value_unhashable},
    .methods = slice_methods,
    .members = slice_members,
};

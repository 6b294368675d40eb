/*
 * array.array: making arrays, and what operators do with them. Methods are in array_methods.c.
 *
 * Items are converted, which may run Python code, before the array is opened. What is read is copied out under the lock
 * and becomes values afterwards.
 */
#include "runtime/import.h"
#include "runtime/audit.h"
#include "runtime/modules/data/array.h"
#include "runtime/modules/module.h"
#include "runtime/objects/containers/list.h"
#include "runtime/objects/containers/slice.h"
#include "runtime/objects/text/str.h"
#include "runtime/step.h"
#include "threads/pause.h"

struct type *array_type;

/* A place in items, as one in bytes: clamped to what no array reaches. */
static ssize in_bytes(const struct array_kind *kind, ssize index)
{
    const ssize far = (ssize)1 << 58;
    return (index > far ? far : index < -far ? -far : index) * kind->size;
}

static uint8_t *data_of(value v)
{
    return atomic_load_explicit(&array_of(v)->bytes.data, memory_order_relaxed);
}

/* ---- making ---- */

value array_make(struct type *type, const struct array_kind *kind, const void *items, size_t bytes)
{
    struct array *a = (struct array *)object_new(type, type->gc.instance_size);
    if (!a)
        return NULL;
    a->kind = kind;
    if (bytes && !bytearray_resize(value_of(a), bytes)) {
        value_dec(value_of(a));
        return NULL;
    }
    if (bytes && items)
        thread_copy(data_of(value_of(a)), items, bytes);
    return value_of(a);
}

bool array_append_bytes(value v, const void *bytes, size_t count)
{
    if (count % array_kind_of(v)->size)
        return raise_false(EXC(ValueError), "bytes length not a multiple of item size");
    return count == 0 || bytearray_set_range(v, PTRDIFF_MAX, PTRDIFF_MAX, bytes, count);
}

bool array_append(value v, value item)
{
    uint64_t bits = 0;
    return array_kind_of(v)->convert(item, &bits) &&
           bytearray_set_range(v, PTRDIFF_MAX, PTRDIFF_MAX, (uint8_t *)&bits, array_kind_of(v)->size);
}

bool array_append_text(value v, value text)
{
    value exact = str_to_exact(text);
    if (!exact)
        return false;
    struct span s = str_span(exact);
    struct bytes_builder out = {0};
    for (size_t i = 0; i < s.length; thread_report_at(++i)) {
        uint32_t c = span_at(s, i);
        bytes_builder_add(&out, &c, sizeof c);
    }
    value_dec(exact);
    bool done = out.failed ? raise_no_memory() != NULL : array_append_bytes(v, out.data, out.length);
    bytes_builder_discard(&out);
    return done;
}

static bool append_buffer(value v, value from)
{
    struct buffer b;
    if (!buffer_get(from, &b, BUFFER_SIMPLE))
        return false;
    bool done = array_append_bytes(v, b.data, (size_t)b.length);
    buffer_release(&b);
    return done;
}

bool array_extend(value v, value other)
{
    if (is_array(other)) {
        if (array_kind_of(other) != array_kind_of(v))
            return raise_false(EXC(TypeError), "can only extend with array of same kind");
        if (other != v)
            return append_buffer(v, other);
        value copy = array_copy(other);
        bool done = copy && append_buffer(v, copy);
        value_dec(copy);
        return done;
    }
    struct sweep sweep;
    if (!sweep_open(&sweep, other))
        return false;
    value item;
    while ((item = iter_next(sweep.iterator)) && item != VALUE_END) {
        bool appended = array_append(v, item);
        value_dec(item);
        if (!appended) {
            item = NULL;
            break;
        }
    }
    sweep_close(&sweep);
    return item != NULL;
}

/* Items of a list or tuple, as long as it was at the beginning. */
static bool extend_sequence(value v, value sequence)
{
    size_t length = is_list(sequence) ? list_length(sequence) : tuple_length(sequence);
    for (size_t i = 0; i < length; thread_report_at(++i)) {
        value item = is_list(sequence) ? list_get(sequence, i) : value_inc(tuple_get(sequence, i));
        if (item == VALUE_MISSING)
            return raise_false(EXC(IndexError), "list index out of range");
        bool appended = array_append(v, item);
        value_dec(item);
        if (!appended)
            return false;
    }
    return true;
}

/* Those of subclasses are asked for by their numbers, whatever __iter__ says. */
static bool extend_by_number(value v, value sequence)
{
    ssize length = value_length(sequence);
    bool done = length >= 0;
    for (ssize i = 0; done && i < length; i++) {
        value number = int_from_i64(i), item = number ? item_get(sequence, number) : NULL;
        done = item && array_append(v, item);
        value_dec(item);
        value_dec(number);
    }
    return done;
}

value array_from(struct type *type, const struct array_kind *kind, value initializer)
{
    bool text = array_kind_is_text(kind);
    if (!text && initializer && is_str(initializer))
        return raise(EXC(TypeError), "cannot use a str to initialize an array with typecode '%c'", kind->code);
    if (!text && initializer && is_array(initializer) && array_kind_is_text(array_kind_of(initializer)))
        return raise(EXC(TypeError), "cannot use a unicode array to initialize an array with typecode '%c'",
                     kind->code);
    value v = array_make(type, kind, NULL, 0);
    if (!v || !initializer)
        return v;
    bool done;
    bool plain = value_is(initializer, TYPE_ID_LIST) || value_is(initializer, TYPE_ID_TUPLE);
    if (plain)
        done = extend_sequence(v, initializer);
    else if (is_list(initializer) || is_tuple(initializer))
        done = extend_by_number(v, initializer);
    else if (is_bytes(initializer) || is_bytearray(initializer))
        done = append_buffer(v, initializer);
    else if (is_str(initializer))
        done = array_append_text(v, initializer);
    else if (text && is_array(initializer) && array_kind_is_text(array_kind_of(initializer)))
        done = append_buffer(v, initializer);
    else { /* arrays of another kind, too: item by item */
        value iterator = iter_get(initializer);
        done = iterator && array_extend(v, iterator);
        value_dec(iterator);
    }
    if (!done) {
        value_dec(v);
        return NULL;
    }
    return v;
}

static bool array_init(value self, const value *args, size_t nargs, value kwnames)
{
    return true;
}

static value array_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    if ((type == array_type || type_slot(type, init) == array_init) && !no_keywords("array.array", kwnames))
        return NULL;
    if (nargs < 1)
        return raise(EXC(TypeError), "array() takes at least 1 argument (0 given)");
    if (nargs > 2)
        return raise(EXC(TypeError), "array() takes at most 2 arguments (%zu given)", nargs);
    if (!is_str(args[0]) || str_length(args[0]) != 1)
        return raise(EXC(TypeError), "array() argument 1 must be a unicode character, not %K", args[0]);
    if (!audit("array.__new__", "OO", args[0], nargs > 1 ? args[1] : NULL))
        return NULL;
    const struct array_kind *kind = array_kind_find(str_at(args[0], 0));
    if (kind)
        return array_from(type, kind, nargs > 1 ? args[1] : NULL);
    return raise(EXC(ValueError), "bad typecode (must be b, B, u, h, H, i, I, l, L, q, Q, f or d)");
}

value array_copy(value v)
{
    struct buffer b;
    if (!buffer_get(v, &b, BUFFER_SIMPLE))
        return NULL;
    value copy = array_make(array_type, array_kind_of(v), b.data, (size_t)b.length);
    buffer_release(&b);
    return copy;
}

/* ---- items ---- */

/* The item at an index, negative ones from the end; false: there is none. */
static bool load_item(value v, ssize index, uint64_t *item)
{
    const struct array_kind *kind = array_kind_of(v);
    object_lock(&array_of(v)->bytes.header);
    uint64_t at = index_resolve(index, (uint64_t)array_length(v));
    if (at != UINT64_MAX)
        *item = item_load(data_of(v) + at * kind->size, kind->size, false);
    object_unlock(&array_of(v)->bytes.header);
    return at != UINT64_MAX;
}

value array_item(value v, ssize index)
{
    uint64_t item;
    return load_item(v, index, &item) ? array_item_value(array_kind_of(v), item) : VALUE_END;
}

static value slice_of(value v, value key)
{
    const struct array_kind *kind = array_kind_of(v);
    ssize start, stop, step, count = 0;
    if (!slice_unpack(key, &start, &stop, &step))
        return NULL;
    for (;;) { /* until there is room for as many as there are */
        value part = array_make(array_type, kind, NULL, (size_t)count * kind->size);
        if (!part)
            return NULL;
        object_lock(&array_of(v)->bytes.header);
        ssize first = start, last = stop, now = slice_adjust(array_length(v), &first, &last, step);
        if (now == count && count > 0) {
            uint8_t *to = data_of(part), *from = data_of(v);
            if (step == 1)
                thread_copy(to, from + (size_t)first * kind->size, (size_t)count * kind->size);
            else
                for (ssize i = 0; i < count; thread_report_at((size_t)++i))
                    memcpy(to + (size_t)i * kind->size, from + (size_t)(first + i * step) * kind->size, kind->size);
        }
        object_unlock(&array_of(v)->bytes.header);
        if (now == count)
            return part;
        value_dec(part);
        count = now;
    }
}

static bool is_index(value key)
{
    return value_is_small_int(key) || value_type_slot(key, to_index);
}

static value array_getitem(value v, value key)
{
    ssize index;
    uint64_t item;
    if (likely(is_index(key))) {
        if (!index_as_ssize(key, &index, EXC(IndexError)))
            return NULL;
        if (unlikely(!load_item(v, index, &item)))
            return raise(EXC(IndexError), "array index out of range");
        return array_item_value(array_kind_of(v), item);
    }
    return is_slice(key) ? slice_of(v, key) : raise(EXC(TypeError), "array indices must be integers");
}

static bool set_item(value v, ssize index, value item)
{
    const struct array_kind *kind = array_kind_of(v);
    uint64_t bits = 0;
    bool inside = index_resolve(index, (uint64_t)array_length(v)) != UINT64_MAX;
    if (inside && item && !kind->convert(item, &bits))
        return false;
    if (inside && !item) {
        int taken = bytearray_take(v, index, kind->size, (uint8_t *)&bits);
        if (taken < 0)
            return false;
        inside = taken > 0;
    } else if (inside) { /* as long as it is so after that code ran */
        object_lock(&array_of(v)->bytes.header);
        uint64_t at = index_resolve(index, (uint64_t)array_length(v));
        if ((inside = at != UINT64_MAX))
            item_store(data_of(v) + at * kind->size, kind->size, false, bits);
        object_unlock(&array_of(v)->bytes.header);
    }
    return inside || raise_false(EXC(IndexError), "array assignment index out of range");
}

static bool set_slice(value v, value key, value other)
{
    const struct array_kind *kind = array_kind_of(v);
    ssize start, stop, step;
    struct buffer b = {0};
    if (!slice_unpack(key, &start, &stop, &step))
        return false;
    if (other && !is_array(other))
        return raise_false(EXC(TypeError), "can only assign array (not \"%T\") to array slice", other);
    if (other && array_kind_of(other) != kind)
        return raise_false(EXC(TypeError), "bad argument type for built-in operation");
    value copy = other == v ? array_copy(other) : value_inc(other);
    bool done = (copy || !other) && (!copy || buffer_get(copy, &b, BUFFER_SIMPLE));
    if (done) {
        if (step == 1)
            done = bytearray_set_range(v, in_bytes(kind, start), in_bytes(kind, stop), b.data, (size_t)b.length);
        else if (other && b.length == 0) { /* which would delete */
            object_lock(&array_of(v)->bytes.header);
            ssize count = slice_adjust(array_length(v), &start, &stop, step);
            object_unlock(&array_of(v)->bytes.header);
            done = count == 0 || raise_false(EXC(ValueError),
                                             "attempt to assign array of size 0 to extended slice of size %zd", count);
        } else
            done = bytearray_set_steps(v, start, stop, step, kind->size, b.data, (size_t)b.length / kind->size);
        if (copy)
            buffer_release(&b);
    }
    value_dec(copy);
    return done;
}

static bool array_setitem(value v, value key, value item)
{
    ssize index;
    if (likely(is_index(key)))
        return index_as_ssize(key, &index, EXC(IndexError)) && set_item(v, index, item);
    return is_slice(key) ? set_slice(v, key, item) : raise_false(EXC(TypeError), "array indices must be integers");
}

/* ---- operators ---- */

static value array_concat(value a, value b)
{
    if (!is_array(b))
        return raise(EXC(TypeError), "can only append array (not \"%T\") to array", b);
    if (array_kind_of(a) != array_kind_of(b))
        return raise(EXC(TypeError), "bad argument type for built-in operation");
    value joined = array_copy(a);
    if (joined && !append_buffer(joined, b)) {
        value_dec(joined);
        return NULL;
    }
    return joined;
}
static value array_repeat(value v, ssize count)
{
    value copy = array_copy(v), repeated = copy ? bytearray_inplace_repeat(copy, count) : NULL;
    value_dec(copy);
    return repeated;
}
static value array_inplace_concat(value a, value b)
{
    if (!is_array(b))
        return raise(EXC(TypeError), "can only extend array with array (not \"%T\")", b);
    return array_extend(a, b) ? value_inc(a) : NULL;
}

static int array_contains(value v, value item)
{
    int found = 0;
    for (ssize i = 0; !found; thread_report_at((size_t)++i)) {
        value other = array_item(v, i);
        if (other == VALUE_END)
            break;
        found = other ? value_equals(other, item) : -1;
        value_dec(other);
    }
    return found;
}

/* Two arrays of one kind, item by item, up to the first that differ: its place. */
static ssize first_difference(const struct array_kind *kind, const uint8_t *a, const uint8_t *b, ssize length)
{
    ssize i = 0;
    for (; i < length; thread_report_at((size_t)++i)) {
        ssize at = i * kind->size;
        if (!array_item_equal(kind, item_load(a + at, kind->size, false), item_load(b + at, kind->size, false)))
            break;
    }
    return i;
}

static value compare_items(const struct array_kind *a_kind, const struct array_kind *b_kind, const struct buffer *a,
                           const struct buffer *b, int op)
{
    ssize a_length = a->length / a_kind->size, b_length = b->length / b_kind->size;
    ssize length = a_length < b_length ? a_length : b_length, i = 0;
    if (a_length != b_length && (op == COMPARE_EQ || op == COMPARE_NE))
        return value_bool(op == COMPARE_NE);
    if (a_kind == b_kind)
        i = first_difference(a_kind, a->data, b->data, length);
    for (; i < length; thread_report_at((size_t)++i)) {
        value x = array_item_value(a_kind, item_load((uint8_t *)a->data + i * a_kind->size, a_kind->size, false));
        value y =
            x ? array_item_value(b_kind, item_load((uint8_t *)b->data + i * b_kind->size, b_kind->size, false)) : NULL;
        int equal = y ? compare_bool(x, y, COMPARE_EQ) : -1;
        value result = equal < 0                              ? NULL
                       : equal                                ? VALUE_MISSING
                       : op == COMPARE_EQ || op == COMPARE_NE ? value_bool(op == COMPARE_NE)
                                                              : compare_rich(x, y, op);
        value_dec(x);
        value_dec(y);
        if (result != VALUE_MISSING)
            return result;
    }
    ssize order = a_length - b_length;
    switch (op) {
    case COMPARE_LT:
        return value_bool(order < 0);
    case COMPARE_LE:
        return value_bool(order <= 0);
    case COMPARE_EQ:
        return value_bool(order == 0);
    case COMPARE_NE:
        return value_bool(order != 0);
    case COMPARE_GT:
        return value_bool(order > 0);
    default:
        return value_bool(order >= 0);
    }
}

static value array_compare(value v, value w, int op)
{
    struct buffer a, b;
    if (!is_array(v) || !is_array(w))
        return VALUE_NOT_IMPLEMENTED;
    if (!buffer_get(v, &a, BUFFER_SIMPLE))
        return NULL;
    if (!buffer_get(w, &b, BUFFER_SIMPLE)) {
        buffer_release(&a);
        return NULL;
    }
    value result = compare_items(array_kind_of(v), array_kind_of(w), &a, &b, op);
    buffer_release(&b);
    buffer_release(&a);
    return result;
}

value array_to_list(value v)
{
    struct buffer b;
    const struct array_kind *kind = array_kind_of(v);
    if (!buffer_get(v, &b, BUFFER_SIMPLE))
        return NULL;
    size_t count = (size_t)b.length / kind->size;
    value list = list_new(count);
    for (size_t i = 0; list && i < count; thread_report_at(++i)) {
        value item = array_item_value(kind, item_load((uint8_t *)b.data + i * kind->size, kind->size, false));
        if (!item || !list_append_owned(list, item)) {
            value_dec(list);
            list = NULL;
        }
    }
    buffer_release(&b);
    return list;
}

value array_to_text(value v)
{
    struct buffer b;
    if (!buffer_get(v, &b, BUFFER_SIMPLE))
        return NULL;
    size_t count = (size_t)b.length / 4, i = 0;
    while (i < count && ((uint32_t *)b.data)[i] <= 0x10FFFF)
        thread_report_at(++i);
    value text = i == count ? str_from_ucs4(b.data, count)
                            : raise(EXC(ValueError), "character U+%x is not in range [U+0000; U+10ffff]",
                                    ((unsigned *)b.data)[i]);
    buffer_release(&b);
    return text;
}

static value array_repr(value v)
{
    const struct array_kind *kind = array_kind_of(v);
    const char *name = type_short_name(value_type(v));
    if (array_length(v) == 0)
        return str_format("%s('%c')", name, kind->code);
    value items = array_kind_is_text(kind) ? array_to_text(v) : array_to_list(v);
    value text = items ? str_format("%s('%c', %R)", name, kind->code, items) : NULL;
    value_dec(items);
    return text;
}

static int array_buffer(value v, struct buffer *buffer, int flags)
{
    const struct array_kind *kind = array_kind_of(v);
    if (bytearray_buffer(v, buffer, flags) < 0)
        return -1;
    if (flags & BUFFER_STRIDES) {
        buffer->item_size = kind->size;
        buffer->format = kind->format;
    }
    return 0;
}

static const struct type_spec array_spec = {
    .name = "array.array",
    .doc =
        "array(typecode [, initializer]) -> array\n\nReturn a new array whose items are restricted by typecode, and\n"
        "initialized from the optional initializer value, which must be a list,\nstring or iterable over elements "
        "of the appropriate type.",
    .size = sizeof(struct array),
    .flags = TYPE_FLAG_BASE | TYPE_FLAG_SEQUENCE | TYPE_FLAG_WEAKREF,
    .destroy = bytearray_destroy,
    .slots =
        {
            .new = array_new,
            .init = array_init,
            .repr = array_repr,
            .hash = value_unhashable,
            .compare = array_compare,
            .iter = array_iterator_new,
            .length = array_length,
            .getitem = array_getitem,
            .setitem = array_setitem,
            .contains = array_contains,
            .concat = array_concat,
            .repeat = array_repeat,
            .inplace_concat = array_inplace_concat,
            .inplace_repeat = bytearray_inplace_repeat,
            .buffer = array_buffer,
            .buffer_release = bytearray_buffer_release,
        },
    .methods = array_methods,
    .getset = array_getset,
};

/* ---- the module ---- */

/* How numbers may lie in what was pickled elsewhere, by the numbers that pickles have for that. */
enum { FORMAT_INTEGERS = 14, FORMAT_FLOATS = 18, FORMAT_COUNT = 22 };

static value decode_items(int format, value bytes)
{
    const uint8_t *data = bytes_data(bytes);
    size_t length = bytes_length(bytes);
    bool big = format & 1,
         is_signed = format == 1 || (format >= 4 && format <= 5) || (format >= 8 && format <= 9) || format >= 12;
    static const uint8_t sizes[] = {1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 8, 8, 8, 8, 4, 4, 8, 8, 4, 4, 8, 8};
    unsigned size = sizes[format];
    big = big && format != 1;
    if (length % size)
        return raise(EXC(ValueError), "string length not a multiple of item size");
    if (format >= FORMAT_FLOATS)
        return str_decode(data, length,
                          format == 18   ? "utf-16-le"
                          : format == 19 ? "utf-16-be"
                          : format == 20 ? "utf-32-le"
                                         : "utf-32-be",
                          "strict");
    value list = list_new(length / size);
    for (size_t i = 0; list && i < length; i += size) {
        value item;
        thread_report_at(i / size);
        if (format >= FORMAT_INTEGERS)
            item = float_new(item_load_double(data + i, size, big));
        else {
            uint64_t bits = item_load(data + i, size, big);
            item = is_signed ? int_from_i64(item_extend(bits, size)) : int_from_u64(bits);
        }
        if (!item || !list_append_owned(list, item)) {
            value_dec(list);
            list = NULL;
        }
    }
    return list;
}

/* The kind whose items are ints of that form; the last one, as in CPython. */
static const struct array_kind *kind_of_format(int format, const struct array_kind *kind)
{
    static const struct {
        uint8_t size;
        bool is_signed;
    } forms[] = {{1, false}, {1, true}, {2, false}, {2, true}, {4, false}, {4, true}, {8, false}, {8, true}};
    if (format >= FORMAT_INTEGERS)
        return kind;
    size_t form = format < 2 ? (size_t)format : (size_t)format / 2 + 1;
    for (const struct array_kind *k = array_kinds; k->code; k++)
        if (!k->is_float && !array_kind_is_text(k) && k->size == forms[form].size &&
            k->is_signed == forms[form].is_signed)
            kind = k;
    return kind;
}

int array_format_of(const struct array_kind *kind)
{
    if (array_kind_is_text(kind))
        return 20;
    if (kind->is_float)
        return kind->size == 4 ? 14 : 16;
    if (kind->size == 1)
        return kind->is_signed;
    return (kind->size == 2 ? 2 : kind->size == 4 ? 6 : 10) + 2 * kind->is_signed;
}

static value reconstructor(value self, const value *args)
{
    int format;
    if (!value_has_flag(args[0], TYPE_FLAG_TYPE)) /* asked after the others in CPython, but that cannot be seen */
        return raise(EXC(TypeError), "first argument must be a type object, not %T", args[0]);
    if (!is_str(args[1]) || str_length(args[1]) != 1)
        return raise(EXC(TypeError), "_array_reconstructor() argument 2 must be a unicode character, not %K", args[1]);
    if (!value_as_int(args[2], &format))
        return NULL;
    struct type *type = (struct type *)args[0];
    if (!type_is_subtype(type, array_type))
        return raise(EXC(TypeError), "%N is not a subtype of %N", type, array_type);
    const struct array_kind *kind = array_kind_find(str_at(args[1], 0));
    if (!kind)
        return raise(EXC(ValueError), "second argument must be a valid type code");
    if (format < 0 || format >= FORMAT_COUNT)
        return raise(EXC(ValueError), "third argument must be a valid machine format code.");
    if (!is_bytes(args[3]))
        return raise(EXC(TypeError), "fourth argument should be bytes, not %T", args[3]);
    if (format == array_format_of(kind))
        return array_from(type, kind, args[3]);
    value items = decode_items(format, args[3]);
    value result = items ? array_from(type, kind_of_format(format, kind), items) : NULL;
    value_dec(items);
    return result;
}

static const struct method_def functions[] = {
    METHOD("_array_reconstructor", reconstructor, "($module, arraytype, typecode, mformat_code, items, /)",
           "Internal. Used for pickling support."),
    {0},
};

/* Arrays are mutable sequences. */
static bool register_array(void)
{
    value abc = import_module("collections.abc");
    value cls = abc ? attr_get(abc, NAME(MutableSequence)) : NULL;
    value registered = cls ? call_method_1(cls, NAME(register), value_of(array_type)) : NULL;
    value_dec(registered);
    value_dec(cls);
    value_dec(abc);
    return registered != NULL;
}

static bool fill(value module)
{
    return array_methods_define() && module_define_type(module, &array_type, &array_spec) && register_array() &&
           module_add(module, "ArrayType", value_of(array_type)) &&
           module_add_owned(module, "typecodes", str_from_text("bBuhHiIlLqQfd"));
}
const struct module_def array_module = {
    .name = "array",
    .doc =
        "This module defines an object type which can efficiently represent\nan array of basic values: characters, "
        "integers, floating point\nnumbers.  Arrays are sequence types and behave very much like lists,\nexcept that "
        "the type of objects stored in them is constrained.",
    .functions = functions,
    .fill = fill,
};

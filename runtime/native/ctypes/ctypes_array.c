/* Arrays, and texts in memory of characters. */
#include "runtime/native/ctypes/ctypes.h"

#include <stdlib.h>

/* ---- texts ---- */
enum { WIDE = sizeof(wchar_t) };
/* The memory from an offset on, as bytes of their own; owned. */
static value copy_of(value v, ssize offset, ssize size)
{
    value bytes = bytes_new(NULL, size > 0 ? (size_t)size : 0);
    if (bytes && size > 0 && !data_read(v, offset, bytes_data(bytes), size)) {
        value_dec(bytes);
        return NULL;
    }
    return bytes;
}
static value wide_of(const uint8_t *bytes, size_t length, bool to_zero)
{
    wchar_t *text = raw_alloc((length + 1) * WIDE);
    if (!text)
        return raise_no_memory();
    thread_copy(text, bytes, length * WIDE);
    text[length] = 0;
    size_t end = 0;
    while (end < length && (!to_zero || text[end]))
        thread_report_at(++end);
    value result = code_wide(text, end);
    raw_free(text);
    return result;
}
value text_get(value v, ssize offset, ssize size, bool wide)
{
    value bytes = copy_of(v, offset, size), result = NULL;
    if (!bytes)
        return NULL;
    if (wide) {
        result = wide_of(bytes_data(bytes), (size_t)size / WIDE, true);
    } else {
        bool resting = thread_rest_begin((size_t)size);
        uint8_t *data = bytes_data(bytes), *end = memchr(data, 0, (size_t)size);
        thread_rest_end(resting);
        if (!end)
            return bytes;
        result = bytes_new(data, (size_t)(end - data));
    }
    value_dec(bytes);
    return result;
}
/* Owned bytes, with the 0 behind them, and how many characters there are without it. */
static value text_bytes(value text, bool wide, ssize *length)
{
    if (wide) {
        *length = (ssize)str_length(text);
        return code_wide_string(text);
    }
    *length = (ssize)bytes_length(text);
    return value_inc(text);
}
static bool text_write(value v, ssize offset, value bytes, ssize length, ssize room, bool wide)
{
    ssize unit = wide ? WIDE : 1, count = length < room ? length + 1 : length; /* with the 0, where it fits */
    return data_write(v, offset, bytes_data(bytes), count * unit);
}
bool text_set(value v, ssize offset, ssize size, bool wide, value text)
{
    if (wide && !is_str(text))
        return raise_false(EXC(TypeError), "unicode string expected instead of %T instance", text);
    if (!wide && !is_bytes(text))
        return raise_false(EXC(TypeError), "expected bytes, %T found", text);
    ssize length, room = wide ? size / WIDE : size;
    value bytes = text_bytes(text, wide, &length);
    if (!bytes)
        return false;
    if (!wide)
        length = (ssize)strlen((char *)bytes_data(bytes));
    bool done = length <= room ? text_write(v, offset, bytes, length, room, wide)
                               : raise_false(EXC(ValueError), "%s too long (%zd, maximum length %zd)",
                                             wide ? "string" : "bytes", length, room);
    value_dec(bytes);
    return done;
}

/* ---- `value` and `raw` of arrays of characters ---- */
static ssize size_of(value v)
{
    return atomic_load_explicit(&DATA(v)->size, memory_order_relaxed);
}
static value char_array_value(value v)
{
    return text_get(v, 0, size_of(v), false);
}
static value char_array_raw(value v)
{
    return copy_of(v, 0, size_of(v));
}
static bool cannot_delete(void)
{
    return raise_false(EXC(AttributeError), "cannot delete attribute");
}
static bool char_array_set_value(value v, value given)
{
    if (!given)
        return raise_false(EXC(TypeError), "can't delete attribute");
    if (!is_bytes(given))
        return raise_false(EXC(TypeError), "bytes expected instead of %T instance", given);
    ssize length = (ssize)bytes_length(given), size = size_of(v);
    if (length > size)
        return raise_false(EXC(ValueError), "byte string too long");
    return text_write(v, 0, given, length, size, false);
}
static bool char_array_set_raw(value v, value given)
{
    if (!given)
        return cannot_delete();
    value bytes = bytes_from_buffer(given);
    if (!bytes)
        return false;
    bool done = (ssize)bytes_length(bytes) <= size_of(v)
                    ? data_write(v, 0, bytes_data(bytes), (ssize)bytes_length(bytes))
                    : raise_false(EXC(ValueError), "byte string too long");
    value_dec(bytes);
    return done;
}
static value wide_array_value(value v)
{
    return text_get(v, 0, size_of(v), true);
}
static bool wide_array_set_value(value v, value given)
{
    if (!given)
        return raise_false(EXC(TypeError), "can't delete attribute");
    if (!is_str(given))
        return raise_false(EXC(TypeError), "unicode string expected instead of %T instance", given);
    ssize length, room = size_of(v) / WIDE;
    value bytes = text_bytes(given, true, &length);
    bool done = bytes && (length <= room ? text_write(v, 0, bytes, length, room, true)
                                         : raise_false(EXC(ValueError), "string too long"));
    value_dec(bytes);
    return done;
}
const struct getset_def char_array_getset[] = {
    {"raw", char_array_raw, char_array_set_raw, "value"},
    {"value", char_array_value, char_array_set_value, "string value"},
    {0},
};
const struct getset_def wchar_array_getset[] = {
    {"value", wide_array_value, wide_array_set_value, "string value"},
    {0},
};

/* ---- the classes ---- */
static value class_attribute(value class, value name)
{
    value v = attr_get_optional(class, name);
    return v == VALUE_MISSING ? raise(EXC(AttributeError), "class must define a '%U' attribute", name) : v;
}
static bool read_length(value class, ssize *length)
{
    value given = class_attribute(class, NAME(_length_));
    if (!given)
        return false;
    int64_t number;
    bool read = false;
    if (!is_int(given))
        raise(EXC(TypeError), "The '_length_' attribute must be an integer");
    else if (int_sign(given) < 0)
        raise(EXC(ValueError), "The '_length_' attribute must not be negative");
    else if (!int_fits_i64(given, &number))
        raise(EXC(OverflowError), "The '_length_' attribute is too large");
    else
        read = true;
    value_dec(given);
    *length = read ? number : 0;
    return read;
}
static struct layout *array_layout(const struct layout *item, ssize length)
{
    if (item->size && length > INT64_MAX / item->size)
        return (struct layout *)raise(EXC(OverflowError), "array too large");
    struct layout *layout = layout_new();
    if (!layout)
        return NULL;
    int ndim = layout->ndim = item->ndim + 1;
    layout->size = item->size * length;
    layout->alignment = item->alignment;
    layout->length = length;
    layout->ffi = &ffi_type_pointer; /* functions get them by address */
    layout->points = item->points;
    layout->item_size = item->item_size;
    layout->format = item->format ? format_join(item->format, "") : NULL;
    layout->shape = malloc(2 * (size_t)ndim * sizeof(ssize));
    if (!layout->shape || (item->format && !layout->format)) {
        layout_free(layout);
        return (struct layout *)(error_occurred() ? NULL : raise_no_memory());
    }
    layout->shape[0] = length;
    layout->shape[ndim] = item->size;
    if (item->ndim) {
        memcpy(layout->shape + 1, item->shape, (size_t)item->ndim * sizeof(ssize));
        memcpy(layout->shape + ndim + 1, item->shape + item->ndim, (size_t)item->ndim * sizeof(ssize));
    }
    return layout;
}
static bool add_text_attributes(value class, const struct getset_def *def)
{
    for (; def->name; def++) {
        value descriptor = getset_descriptor_new((struct type *)class, def), name = str_interned(def->name);
        bool done = descriptor && name && type_attribute_set((struct type *)class, name, descriptor);
        value_dec(name);
        value_dec(descriptor);
        if (!done)
            return false;
    }
    return true;
}
value array_class_new(struct type *meta, const value *args, size_t nargs, value kwnames)
{
    value made;
    bool ready;
    struct c_class *c = class_new(meta, KIND_ARRAY, args, nargs, kwnames, &made, &ready);
    if (!c || ready)
        return made;
    ssize length;
    value target = read_length(made, &length) ? class_attribute(made, NAME(_type_)) : NULL;
    struct c_class *of_item = target ? class_part(target) : NULL;
    if (of_item)
        class_make_final(of_item);
    struct layout *item = of_item ? class_layout(target) : NULL, *layout = NULL;
    if (item && item->ndim >= BUFFER_DIMENSIONS_MAX)
        raise(EXC(ValueError), "too many dimensions");
    else if (item)
        layout = array_layout(item, length);
    else if (target)
        raise(EXC(TypeError), "_type_ must have storage info");
    bool done = layout != NULL;
    if (done) {
        slot_store(value_object(made), &c->target, value_inc(target));
        class_publish(made, layout);
        char letter = item->code ? item->code->letter : 0;
        done = letter == 'c'   ? add_text_attributes(made, char_array_getset)
               : letter == 'u' ? add_text_attributes(made, wchar_array_getset)
                               : true;
    }
    value_dec(target);
    if (done)
        return made;
    value_dec(made);
    return NULL;
}

/* ---- the instances ---- */
/* The class and layout of the items; false with TypeError when the object's class has been made another kind. */
struct items {
    value class;
    struct layout *layout;
};
static bool items_of(value v, struct items *items)
{
    struct c_class *c = class_of_kind(value_of(value_type(v)), KIND_ARRAY);
    if (!c)
        return raise_false(EXC(TypeError), "abstract class");
    items->class = slot_peek(&c->target); /* constant, held by the class */
    items->layout = class_layout(items->class);
    return true;
}
static value array_item(value v, const struct items *items, ssize index)
{
    if (index < 0 || index >= DATA(v)->length)
        return raise(EXC(IndexError), "invalid index");
    return data_get(items->class, v, index, index * items->layout->size, NULL);
}
static bool array_set_item(value v, const struct items *items, ssize index, value assigned)
{
    if (index < 0 || index >= DATA(v)->length)
        return raise_false(EXC(IndexError), "invalid index");
    return data_set(items->class, v, index, index * items->layout->size, NULL, assigned);
}

/* Items as bytes or str when they are characters, else as a list. */
static value array_slice(value v, const struct items *items, value slice)
{
    ssize start, stop, step, count = slice_indices(slice, DATA(v)->length, &start, &stop, &step);
    if (count < 0)
        return NULL;
    char letter = items->layout->code ? items->layout->code->letter : 0;
    if (letter != 'c' && letter != 'u') {
        value list = list_new((size_t)count);
        for (ssize i = 0; list && i < count; thread_report_at((size_t)++i)) {
            value item = array_item(v, items, start + i * step);
            if (!item || !list_append_owned(list, item)) {
                value_dec(list);
                return NULL;
            }
        }
        return list;
    }
    value all = copy_of(v, 0, DATA(v)->length * items->layout->size);
    ssize unit = items->layout->size;
    value picked = all ? bytes_new(NULL, (size_t)(count * unit)) : NULL;
    for (ssize i = 0; picked && i < count; thread_report_at((size_t)++i))
        memcpy(bytes_data(picked) + i * unit, bytes_data(all) + (start + i * step) * unit, (size_t)unit);
    value_dec(all);
    if (letter == 'c' || !picked)
        return picked;
    value text = wide_of(bytes_data(picked), (size_t)count, false);
    value_dec(picked);
    return text;
}
static bool index_of(value v, value key, ssize *index)
{
    if (!index_as_ssize(key, index, EXC(IndexError)))
        return false;
    if (*index < 0)
        *index += DATA(v)->length;
    return true;
}
static bool is_index(value key)
{
    if (is_int(key))
        return true;
    value found = value_is_object(key) ? type_lookup(value_type(key), NAME(__index__)) : VALUE_MISSING;
    value_dec(found);
    return found && found != VALUE_MISSING;
}
static value array_getitem(value v, value key)
{
    struct items items;
    ssize index;
    if (!items_of(v, &items))
        return NULL;
    if (is_index(key))
        return index_of(v, key, &index) ? array_item(v, &items, index) : NULL;
    if (value_is(key, TYPE_ID_SLICE))
        return array_slice(v, &items, key);
    return error_occurred() ? NULL : raise(EXC(TypeError), "indices must be integers");
}
static bool array_set_slice(value v, const struct items *items, value slice, value assigned)
{
    ssize start, stop, step, count = slice_indices(slice, DATA(v)->length, &start, &stop, &step);
    if (count < 0)
        return false;
    if (step < 0 ? start < stop : start > stop)
        stop = start;
    ssize given = value_length(assigned);
    if (given < 0)
        return false;
    if (given != count)
        return raise_false(EXC(ValueError), "Can only assign sequence of same size");
    for (ssize i = 0; i < count; thread_report_at((size_t)++i)) {
        value item = item_get(assigned, int_from_i64(i));
        bool done = item && array_set_item(v, items, start + i * step, item);
        value_dec(item);
        if (!done)
            return false;
    }
    return true;
}
static bool array_setitem(value v, value key, value assigned)
{
    struct items items;
    ssize index;
    if (!assigned)
        return raise_false(EXC(TypeError), "Array does not support item deletion");
    if (!items_of(v, &items))
        return false;
    if (is_index(key))
        return index_of(v, key, &index) && array_set_item(v, &items, index, assigned);
    if (value_is(key, TYPE_ID_SLICE))
        return array_set_slice(v, &items, key, assigned);
    return !error_occurred() && raise_false(EXC(TypeError), "indices must be integer");
}
static ssize array_length(value v)
{
    return DATA(v)->length;
}
static bool array_init(value v, const value *args, size_t nargs, value kwnames)
{
    struct items items;
    if (!items_of(v, &items))
        return false;
    for (size_t i = 0; i < nargs; thread_report_at(++i))
        if (!array_set_item(v, &items, (ssize)i, args[i]))
            return false;
    return true;
}
static const struct method_def array_methods[] = {METHOD_CLASS_GETITEM, {0}};
const struct type_spec array_spec = {
    .name = "_ctypes.Array",
    .doc =
        "Abstract base class for arrays.\n\nThe recommended way to create concrete array types is by multiplying any\n"
        "ctypes data type with a non-negative integer. Alternatively, you can subclass\n"
        "this type and define _length_ and _type_ class variables. Array elements can\n"
        "be read and written using standard subscript and slice accesses for slice\n"
        "reads, the resulting object is not itself an Array.",
    .size = sizeof(struct data),
    .flags = TYPE_FLAG_BASE | TYPE_FLAG_SEQUENCE,
    .gc_flags = TYPE_GC_CONTAINER,
    .slots = {.new = data_new_plain,
              .init = array_init,
              .length = array_length,
              .getitem = array_getitem,
              .setitem = array_setitem},
    .methods = array_methods,
};

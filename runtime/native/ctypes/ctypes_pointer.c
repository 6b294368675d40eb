/* Pointers to a known type. */
#include "runtime/native/ctypes/ctypes.h"

value_slot pointer_cache; /* _pointer_type_cache: a dict from a type to the type of pointers to it */

/* ---- the classes ---- */
static bool set_target(value class, value target)
{
    struct c_class *c = class_of_kind(class, KIND_POINTER);
    if (!c)
        return raise_false(EXC(TypeError), "abstract class");
    if (!is_type(target))
        return raise_false(EXC(TypeError), "_type_ must be a type");
    if (!class_layout(target))
        return raise_false(EXC(TypeError), "_type_ must have storage info");
    slot_store(value_object(class), &c->target, value_inc(target));
    return true;
}
value pointer_class_new(struct type *meta, const value *args, size_t nargs, value kwnames)
{
    value made;
    bool ready;
    struct c_class *c = class_new(meta, KIND_POINTER, args, nargs, kwnames, &made, &ready);
    if (!c || ready)
        return made;
    value dict = attr_get(made, NAME(__dict__)), target = dict ? attr_get_own(dict, NAME(_type_)) : NULL;
    value_dec(dict);
    struct layout *layout = target ? layout_new() : NULL;
    bool done = layout != NULL;
    if (done) {
        layout->size = layout->alignment = layout->item_size = sizeof(void *);
        layout->length = 1;
        layout->ffi = &ffi_type_pointer;
        layout->points = true;
        done = target == VALUE_MISSING || set_target(made, target);
    }
    if (done && target != VALUE_MISSING) {
        layout->format = format_with_shape("&", class_layout(target));
        done = layout->format;
    }
    if (done)
        class_publish(made, layout);
    else
        layout_free(layout);
    value_dec(target);
    if (done)
        return made;
    value_dec(made);
    return NULL;
}
value pointer_class_set_type(value class, value target)
{
    if (!set_target(class, target) || !type_setattr(class, NAME(_type_), target))
        return NULL;
    return VALUE_NONE;
}

value pointer_from_param(value class, value v)
{
    if (v == VALUE_NONE)
        return VALUE_NONE;
    value target = class_target(class);
    if (!target)
        return raise(EXC(TypeError), "abstract class");
    value result = NULL;
    int matches = is_instance(v, target);
    if (matches > 0) {
        result = argument_byref(v, VALUE_MISSING);
    } else if (!matches) {
        struct c_class *c = class_part(value_of(value_type(v)));
        if (c && (c->kind == KIND_POINTER || c->kind == KIND_ARRAY)) {
            value other = class_target(value_of(value_type(v)));
            matches = other ? class_is_subclass(other, target) : 0;
            value_dec(other);
        }
        result = matches < 0 ? NULL : matches ? value_inc(v) : data_from_param(class, v);
    }
    value_dec(target);
    return result;
}

/* ---- POINTER() and pointer() ---- */
value pointer_class_for(value class)
{
    value cache = slot_peek(&pointer_cache), made = dict_get(cache, class);
    if (made != VALUE_MISSING)
        return made;
    value name = NULL, dict = dict_new();
    if (dict && value_is(class, TYPE_ID_STR))
        name = str_format("LP_%U", class);
    else if (dict && is_type(class))
        name = dict_set(dict, NAME(_type_), class) ? str_format("LP_%s", type_short_name((struct type *)class)) : NULL;
    else if (dict)
        raise(EXC(TypeError), "must be a ctypes type");
    value bases = name ? tuple_pack(1, value_of(pointer_type)) : NULL;
    made = bases ? call_3(value_of(pointer_meta), name, bases, dict) : NULL;
    if (made) { /* another thread may have been first: all get the same */
        value key = is_type(class) ? value_inc(class) : int_from_u64((uint64_t)(uintptr_t)made);
        value kept = key ? dict_set_default(cache, key, made) : NULL;
        value_dec(key);
        value_dec(made);
        made = kept;
    }
    value_dec(bases);
    value_dec(name);
    value_dec(dict);
    return made;
}
value pointer_to(value v)
{
    if (!is_data(v))
        return raise(EXC(TypeError), "_type_ must have storage info");
    value class = pointer_class_for(value_of(value_type(v))), made = class ? call_1(class, v) : NULL;
    value_dec(class);
    return made;
}

/* ---- the instances ---- */
/* What the object points to: the class of that, owned; NULL with an exception when it is NULL or abstract. */
static value target_of(value v, void **address)
{
    if (!class_of_kind(value_of(value_type(v)), KIND_POINTER))
        return raise(EXC(TypeError), "abstract class");
    *address = data_pointer(v);
    if (!*address)
        return raise(EXC(ValueError), "NULL pointer access");
    value target = class_target(value_of(value_type(v)));
    return target ? target : raise(EXC(TypeError), "abstract class");
}
static value pointer_get_contents(value v)
{
    void *address;
    value target = target_of(v, &address), made = target ? data_part(target, v, 0, 0, address) : NULL;
    value_dec(target);
    return made;
}
static bool pointer_set_contents(value v, value given)
{
    if (!given)
        return raise_false(EXC(TypeError), "Pointer does not support item deletion");
    value target = class_of_kind(value_of(value_type(v)), KIND_POINTER) ? class_target(value_of(value_type(v))) : NULL;
    if (!target)
        return raise_false(EXC(TypeError), "abstract class");
    int matches = is_data(given) ? is_instance(given, target) : 0;
    if (matches == 0)
        raise(EXC(TypeError), "expected %N instead of %T", target, given);
    value_dec(target);
    if (matches <= 0)
        return false;
    char *address = data_address(given);
    if (!data_write(v, 0, &address, sizeof address) || !data_keep(v, 1, value_inc(given)))
        return false;
    return data_keep(v, 0, data_objects(given));
}
static value pointer_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    value target = class_target(value_of(type));
    if (!target)
        return raise(EXC(TypeError), "Cannot create instance: has no _type_");
    value_dec(target);
    return data_new(type, 0);
}
static bool pointer_init(value v, const value *args, size_t nargs, value kwnames)
{
    if (!check_arguments("POINTER", nargs, 0, 1))
        return false;
    return nargs == 0 || pointer_set_contents(v, args[0]);
}
static int pointer_truth(value v)
{
    return data_pointer(v) != NULL;
}

/* ---- items: the pointer as an array of unknown length ---- */
static ssize item_offset(value target, ssize index)
{
    struct layout *layout = class_layout(target);
    return (ssize)((size_t)index * (size_t)layout->size);
}
static value pointer_item(value v, ssize index)
{
    void *address;
    value target = target_of(v, &address);
    value item = target ? data_get(target, v, index, 0, (char *)address + item_offset(target, index)) : NULL;
    value_dec(target);
    return item;
}
static bool slice_end(value given, ssize *out)
{
    return index_as_ssize(given, out, EXC(ValueError));
}
/* The end has to be given, as there is no length. */
static value pointer_slice(value v, value slice)
{
    ssize start = 0, stop = 0, step = 1;
    value ends[3] = {attr_get(slice, NAME(start)), attr_get(slice, NAME(stop)), attr_get(slice, NAME(step))};
    bool read = ends[0] && ends[1] && ends[2];
    if (read && ends[2] != VALUE_NONE) {
        read = slice_end(ends[2], &step);
        if (read && step == 0)
            read = raise_false(EXC(ValueError), "slice step cannot be zero");
    }
    if (read && ends[0] != VALUE_NONE)
        read = slice_end(ends[0], &start);
    else if (read && step < 0)
        read = raise_false(EXC(ValueError), "slice start is required for step < 0");
    if (read && ends[1] == VALUE_NONE)
        read = raise_false(EXC(ValueError), "slice stop is required");
    read = read && slice_end(ends[1], &stop);
    values_drop(ends, 3);
    if (!read)
        return NULL;
    ssize count = step > 0 && start < stop   ? (stop - start - 1) / step + 1
                  : step < 0 && start > stop ? (stop - start + 1) / step + 1
                                             : 0;
    void *address = NULL;
    value target = count ? target_of(v, &address) : class_target(value_of(value_type(v)));
    if (!target)
        return error_occurred() ? NULL : raise(EXC(TypeError), "abstract class");
    struct layout *layout = class_layout(target);
    char letter = layout->code ? layout->code->letter : 0;
    ssize unit = layout->size;
    value result = NULL;
    if (letter == 'c' || letter == 'u') {
        value bytes = count < INT64_MAX / 8 ? bytes_new(NULL, (size_t)(count * unit)) : raise_no_memory();
        for (ssize i = 0; bytes && i < count; thread_report_at((size_t)++i))
            memcpy(bytes_data(bytes) + i * unit, (char *)address + (start + i * step) * unit, (size_t)unit);
        result = bytes;
        if (bytes && letter == 'u') {
            wchar_t *text = raw_alloc((size_t)(count + 1) * sizeof(wchar_t));
            if (text)
                thread_copy(text, bytes_data(bytes), (size_t)(count * unit));
            result = text ? code_wide(text, (size_t)count) : raise_no_memory();
            raw_free(text);
            value_dec(bytes);
        }
    } else {
        result = list_new(0);
        for (ssize i = 0; result && i < count; thread_report_at((size_t)++i)) {
            value item = pointer_item(v, start + i * step);
            if (!item || !list_append_owned(result, item)) {
                value_dec(result);
                result = NULL;
            }
        }
    }
    value_dec(target);
    return result;
}
static value pointer_getitem(value v, value key)
{
    ssize index;
    if (value_is(key, TYPE_ID_SLICE))
        return pointer_slice(v, key);
    if (!index_as_ssize(key, &index, EXC(IndexError))) {
        if (error_matches(EXC(TypeError))) {
            error_clear();
            raise(EXC(TypeError), "Pointer indices must be integer");
        }
        return NULL;
    }
    return pointer_item(v, index);
}
static bool pointer_setitem(value v, value key, value assigned)
{
    ssize index;
    if (!assigned)
        return raise_false(EXC(TypeError), "Pointer does not support item deletion");
    if (!index_as_ssize(key, &index, EXC(IndexError)))
        return false;
    void *address;
    value target = target_of(v, &address);
    bool done = target && data_set(target, v, index, 0, (char *)address + item_offset(target, index), assigned);
    value_dec(target);
    return done;
}
static const struct getset_def pointer_getset[] = {
    {"contents", pointer_get_contents, pointer_set_contents, "the object this pointer points to (read-write)"},
    {0},
};
const struct type_spec pointer_spec = {
    .name = "_ctypes._Pointer",
    .doc = "XXX to be provided",
    .size = sizeof(struct data),
    .flags = TYPE_FLAG_BASE,
    .gc_flags = TYPE_GC_CONTAINER,
    .slots = {.new = pointer_new,
              .init = pointer_init,
              .truth = pointer_truth,
              .getitem = pointer_getitem,
              .setitem = pointer_setitem},
    .getset = pointer_getset,
};

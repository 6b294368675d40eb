/*
 * The metaclasses: what all classes of C types have, and what is in their own part.
 *
 * A layout is made once for a class and then stands: others read it without a lock. A structure without _fields_ has
 * the layout of its base until it gets some, which is possible until something relies on it (an instance, a field, a
 * class based on it): then it is final.
 */
#include "runtime/native/ctypes/ctypes.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

struct type *simple_meta, *struct_meta, *union_meta, *pointer_meta, *array_meta, *function_meta;
struct type *data_type, *simple_type, *structure_type, *union_type, *pointer_type, *array_type, *function_type;
static struct type *class_meta; /* the base of all metaclasses */

/* ---- the own part ---- */
struct c_class *class_part(value v)
{
    struct type *meta = value_type(v);
    bool ours = meta == simple_meta || meta == struct_meta || meta == pointer_meta || meta == array_meta ||
                meta == function_meta || meta == union_meta;
    return ours || type_is_subtype(meta, class_meta) ? class_own_part((struct type *)v) : NULL;
}
struct c_class *class_of_kind(value v, enum kind kind)
{
    struct c_class *c = class_part(v);
    return c && c->kind == kind ? c : NULL;
}
struct layout *class_layout(value v)
{
    struct c_class *c = class_part(v);
    return c ? atomic_load_explicit(&c->layout, memory_order_acquire) : NULL;
}
bool class_is_final(struct c_class *class)
{
    return atomic_load_explicit(&class->final, memory_order_acquire);
}
void class_make_final(struct c_class *class)
{
    if (!class_is_final(class))
        atomic_store_explicit(&class->final, true, memory_order_seq_cst);
}
struct layout *class_layout_final(struct type *type)
{
    struct c_class *c = class_part(value_of(type));
    struct layout *layout = NULL;
    if (c && !c->abstract) { /* final first: what is read afterwards stays */
        class_make_final(c);
        layout = atomic_load_explicit(&c->layout, memory_order_seq_cst);
    }
    return layout ? layout : (struct layout *)raise(EXC(TypeError), "abstract class");
}
value class_target(value class)
{
    struct c_class *c = class_part(class);
    return c ? slot_load(value_object(class), &c->target) : NULL;
}

static value_slot *class_slots(struct c_class *c)
{
    return &c->base;
}
static void class_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slots(trace, class_slots(class_own_part((struct type *)o)), C_CLASS_SLOTS);
}
static void class_destroy(struct object *o)
{
    struct c_class *c = class_own_part((struct type *)o);
    for (int i = 0; i < C_CLASS_SLOTS; i++)
        slot_drop(&class_slots(c)[i]);
    layout_free(atomic_exchange(&c->layout, NULL));
}

int is_instance(value v, value class)
{
    return value_is_of(v, (struct type *)class) ? 1 : value_is_instance(v, class);
}

/* ---- layouts ---- */
struct layout *layout_new(void)
{
    struct layout *layout = calloc(1, sizeof *layout);
    return layout ? layout : (struct layout *)raise_no_memory();
}
void layout_free(struct layout *layout)
{
    while (layout) {
        struct layout *replaced = layout->replaced;
        free(layout->format);
        free(layout->shape);
        free(layout->own_ffi.elements);
        free(layout);
        layout = replaced;
    }
}
struct layout *layout_copy(const struct layout *from)
{
    struct layout *layout = layout_new();
    if (!layout)
        return NULL;
    *layout = *from;
    layout->replaced = NULL;
    layout->shape = NULL;
    layout->own_ffi.elements = NULL;
    layout->format = from->format ? format_join(from->format, "") : NULL;
    bool made = !from->format || layout->format;
    if (made && from->ndim) {
        size_t bytes = 2 * (size_t)from->ndim * sizeof(ssize);
        layout->shape = malloc(bytes);
        if (layout->shape)
            memcpy(layout->shape, from->shape, bytes);
        made = layout->shape;
    }
    if (made && from->ffi == &from->own_ffi) {
        size_t count = 0;
        while (from->own_ffi.elements[count++])
            ;
        layout->ffi = &layout->own_ffi;
        layout->own_ffi.elements = malloc(count * sizeof(ffi_type *));
        if (layout->own_ffi.elements)
            memcpy(layout->own_ffi.elements, from->own_ffi.elements, count * sizeof(ffi_type *));
        made = layout->own_ffi.elements;
    }
    if (made)
        return layout;
    layout_free(layout);
    return (struct layout *)(error_occurred() ? NULL : raise_no_memory());
}
bool class_publish(value class, struct layout *layout)
{
    struct c_class *c = class_part(class);
    object_lock(value_object(class));
    bool may = !class_is_final(c);
    if (may) {
        layout->replaced = atomic_load_explicit(&c->layout, memory_order_relaxed);
        atomic_store_explicit(&c->layout, layout, memory_order_seq_cst);
    }
    object_unlock(value_object(class));
    return may;
}

char *format_join(const char *first, const char *second)
{
    size_t a = strlen(first), b = strlen(second);
    char *joined = malloc(a + b + 1);
    if (!joined)
        return (char *)raise_no_memory();
    memcpy(joined, first, a);
    memcpy(joined + a, second, b + 1);
    return joined;
}
char *format_with_shape(const char *prefix, const struct layout *layout)
{
    const char *format = layout->format ? layout->format : "B";
    size_t room = strlen(prefix) + strlen(format) + 24 * (size_t)layout->ndim + 3, at = 0;
    char *text = malloc(room);
    if (!text)
        return (char *)raise_no_memory();
    at = (size_t)snprintf(text, room, "%s", prefix);
    for (int i = 0; i < layout->ndim; i++)
        at += (size_t)snprintf(text + at, room - at, "%s%zd%s", i ? "," : "(", layout->shape[i],
                               i == layout->ndim - 1 ? ")" : "");
    snprintf(text + at, room - at, "%s", format);
    return text;
}

/* ---- making a class ---- */
struct c_class *class_new(struct type *meta, enum kind kind, const value *args, size_t nargs, value kwnames,
                          value *made, bool *ready)
{
    *made = NULL;
    *ready = false;
    if (nargs != 3)
        raise(EXC(TypeError), "type.__new__() takes exactly 3 arguments (%zu given)", nargs);
    else if (!is_str(args[0]))
        raise(EXC(TypeError), "type.__new__() argument 1 must be str, not %K", args[0]);
    else if (!is_tuple(args[1]))
        raise(EXC(TypeError), "type.__new__() argument 2 must be tuple, not %K", args[1]);
    else if (!is_dict(args[2]))
        raise(EXC(TypeError), "type.__new__() argument 3 must be dict, not %K", args[2]);
    else
        *made = type_new_class(meta, args[0], args[1], args[2], args + 3, kwnames);
    if (!*made)
        return NULL;
    struct c_class *c = class_part(*made);
    if (!c || c->kind != KIND_NONE) { /* of another metaclass, whose `new` it went through */
        *ready = true;
        return c;
    }
    struct type *const bases[] = {NULL,         simple_type, structure_type, union_type,
                                  pointer_type, array_type,  function_type};
    c->kind = kind;
    c->abstract = !type_is_subtype((struct type *)*made, bases[kind]);
    value base = attr_get(*made, NAME(__base__));
    if (base && class_part(base))
        slot_store(value_object(*made), &c->base, value_inc(base));
    c->derived = kind == KIND_SIMPLE && base && base != value_of(simple_type);
    value_dec(base);
    if (base)
        return c;
    value_dec(*made);
    *made = NULL;
    return NULL;
}

value attr_get_own(value dict, value name)
{
    value v = item_get(dict, name);
    if (v || !error_matches(EXC(KeyError)))
        return v;
    error_clear();
    return VALUE_MISSING;
}

/* ---- arrays of a class ---- */
/* The array type of this length that is alive: owned, or VALUE_MISSING. */
static value array_kept(value arrays, value length)
{
    value reference = dict_get(arrays, length);
    if (!reference || reference == VALUE_MISSING)
        return reference;
    value class = weak_reference_get(reference);
    value_dec(reference);
    return class == VALUE_NONE ? VALUE_MISSING : class;
}
/* Entries of array types that are gone go, too, each time that the dict has doubled. */
static bool arrays_tidy(value arrays)
{
    size_t length = dict_length(arrays);
    if (length < 16 || (length & (length - 1)))
        return true;
    value keys = dict_keys_list(arrays);
    bool done = keys != NULL;
    for (size_t i = 0; done && i < list_length(keys); i++) {
        value key = list_get(keys, i), class = array_kept(arrays, key);
        done = class && (class != VALUE_MISSING || dict_delete(arrays, key) >= 0);
        value_dec(class);
        value_dec(key);
    }
    value_dec(keys);
    return done;
}
static value array_make(value class, value length)
{
    value name = str_format("%s_Array_%S", type_short_name((struct type *)class), length);
    value bases = name ? tuple_pack(1, value_of(array_type)) : NULL, dict = bases ? dict_new() : NULL, made = NULL;
    if (dict && dict_set(dict, NAME(_length_), length) && dict_set(dict, NAME(_type_), class))
        made = call_3(value_of(array_meta), name, bases, dict);
    value_dec(dict);
    value_dec(bases);
    value_dec(name);
    return made;
}
/* Enter the type, unless another thread was first: what it made is owned by the caller then in place of `made`. */
static value array_enter(value arrays, value length, value made)
{
    value reference = weak_reference_new(made), result = NULL;
    while (reference && !result) {
        value there = dict_set_default(arrays, length, reference);
        if (!there)
            break;
        result = there == reference ? value_inc(made) : weak_reference_get(there);
        if (result == VALUE_NONE) { /* of one that is gone; it goes, too, unless it has been replaced by now */
            value taken = dict_pop(arrays, length), back = VALUE_NONE;
            if (taken && taken != there && taken != VALUE_MISSING)
                back = dict_set_default(arrays, length, taken);
            bool failed = !taken || !back;
            value_dec(back);
            value_dec(taken);
            result = NULL;
            if (failed) {
                value_dec(there);
                break;
            }
        }
        value_dec(there);
    }
    value_dec(reference);
    value_dec(made);
    return result;
}
value class_repeat(value class, ssize length)
{
    struct c_class *c = class_part(class);
    if (!c)
        return raise(EXC(TypeError), "Expected a type object");
    if (length < 0)
        return raise(EXC(ValueError), "Array length must be >= 0, not %zd", length);
    value key = int_from_i64(length);
    if (!class_layout(class)) { /* there is none, as it will say */
        value made = array_make(class, key);
        value_dec(key);
        return made;
    }
    value arrays = slot_load(value_object(class), &c->arrays);
    if (!arrays && key && (arrays = dict_new())) {
        object_lock(value_object(class));
        value there = slot_peek(&c->arrays);
        if (!there)
            slot_init(&c->arrays, arrays);
        object_unlock(value_object(class));
        if (there)
            value_dec(arrays);
        arrays = slot_load(value_object(class), &c->arrays);
    }
    value made = arrays && key ? array_kept(arrays, key) : NULL;
    if (made == VALUE_MISSING) {
        made = arrays_tidy(arrays) ? array_make(class, key) : NULL;
        made = made ? array_enter(arrays, key, made) : NULL;
    }
    value_dec(arrays);
    value_dec(key);
    return made;
}

/* ---- methods of classes ---- */
/* Audit hooks hear of memory that is taken for data. */
static bool told_address(const void *address)
{
    return audit("ctypes.cdata", "(L)", (int64_t)(uintptr_t)address);
}
static bool told_buffer(const struct buffer *buffer, ssize offset)
{
    return audit("ctypes.cdata/buffer", "LLL", (int64_t)(uintptr_t)buffer->data, (int64_t)buffer->length,
                 (int64_t)offset);
}
static value class_from_address(value class, value given)
{
    if (!is_int(given))
        return raise(EXC(TypeError), "integer expected");
    void *address = (void *)(uintptr_t)int_low_bits(given);
    return told_address(address) ? data_at(class, address) : NULL;
}

/* The memory of an object from an offset on, which has to be so large. False with an exception. */
static bool buffer_suits(const struct buffer *buffer, ssize offset, ssize size)
{
    if (offset < 0)
        return raise_false(EXC(ValueError), "offset cannot be negative");
    if (size > buffer->length - offset)
        return raise_false(EXC(ValueError), "Buffer size too small (%zd instead of at least %zd bytes)", buffer->length,
                           size + offset);
    return true;
}
static bool offset_of(value given, ssize *offset)
{
    *offset = 0;
    return given == VALUE_MISSING || value_as_ssize(given, offset);
}

static value class_from_buffer(value class, value from, value given_offset)
{
    struct layout *layout = class_layout_final((struct type *)class);
    ssize offset;
    if (!layout || !offset_of(given_offset, &offset))
        return NULL;
    value view = call_1(value_of(TYPE(MEMORYVIEW)), from);
    if (!view)
        return NULL;
    struct buffer *lent = malloc(sizeof *lent);
    value made = NULL;
    if (!lent) {
        raise_no_memory();
    } else if (buffer_get(view, lent, BUFFER_STRIDES | BUFFER_MEMORY)) {
        if (lent->readonly)
            raise(EXC(TypeError), "underlying buffer is not writable");
        else if (!buffer_is_contiguous(lent, false))
            raise(EXC(TypeError), "underlying buffer is not C contiguous");
        else if (buffer_suits(lent, offset, layout->size) && told_buffer(lent, offset) &&
                 told_address((char *)lent->data + offset))
            made = data_at(class, (char *)lent->data + offset);
        if (made) {
            struct data *d = DATA(made);
            slot_init(&d->lender, lent->owner);
            d->lent = lent;
            if (lent->guard)
                d->guard = lent->guard;
            lent = NULL;
            if (!data_keep(made, -1, value_inc(view))) {
                value_dec(made);
                made = NULL;
            }
        } else {
            buffer_release(lent);
        }
    }
    free(lent);
    value_dec(view);
    return made;
}

static value class_from_buffer_copy(value class, value from, value given_offset)
{
    struct layout *layout = class_layout_final((struct type *)class);
    ssize offset;
    struct buffer buffer;
    if (!layout || !offset_of(given_offset, &offset) || !buffer_get(from, &buffer, BUFFER_SIMPLE))
        return NULL;
    value made = NULL;
    if (buffer_suits(&buffer, offset, layout->size) && told_buffer(&buffer, offset) &&
        (made = data_new((struct type *)class, 0)) &&
        !data_write(made, 0, (char *)buffer.data + offset, layout->size)) {
        value_dec(made);
        made = NULL;
    }
    buffer_release(&buffer);
    return made;
}

value library_handle(value library, int64_t *handle)
{
    value given = attr_get(library, NAME(_handle));
    if (given && !is_int(given)) {
        raise(EXC(TypeError), "the _handle attribute of the second argument must be an integer");
        value_dec(given);
        return NULL;
    }
    if (given)
        *handle = (int64_t)int_low_bits(given);
    value_dec(given);
    return given ? VALUE_NONE : NULL;
}
static value class_in_dll(value class, value library, value given_name)
{
    int64_t handle;
    struct text name;
    if (!is_str(given_name))
        return raise(EXC(TypeError), "in_dll() argument 2 must be str, not %K", given_name);
    if (!audit("ctypes.dlsym", "OO", library, given_name) || !library_handle(library, &handle) ||
        !text_of(given_name, &name))
        return NULL;
    if (strlen(name.bytes) != name.length) {
        text_release(&name);
        return raise(EXC(ValueError), "embedded null character");
    }
    dlerror();
    void *address = dlsym((void *)(uintptr_t)handle, name.bytes);
    const char *error = address ? NULL : dlerror();
    if (error)
        raise(EXC(ValueError), "%s", error);
    text_release(&name);
    return error || !told_address(address) ? NULL : data_at(class, address);
}

/* From what `_as_parameter_` is of v: VALUE_MISSING when it has none. */
static value from_as_parameter(value class, value v, value (*convert)(value class, value v))
{
    value given = attr_get_optional(v, NAME(_as_parameter_));
    if (!given || given == VALUE_MISSING)
        return given;
    value result = NULL;
    if (recursion_enter(" while processing _as_parameter_")) {
        result = convert(class, given);
        recursion_leave();
    }
    value_dec(given);
    return result;
}

value data_from_param(value class, value v)
{
    int matches = is_instance(v, class);
    if (matches)
        return matches < 0 ? NULL : value_inc(v);
    if (value_type(v) == argument_type) {
        value object = slot_peek(&ARGUMENT(v)->object), target = class_target(class);
        matches = object && target && is_type(target) ? is_instance(object, target) : 0;
        value_dec(target);
        if (matches)
            return matches < 0 ? NULL : value_inc(v);
        return raise(EXC(TypeError), "expected %N instance instead of pointer to %s", class,
                     object ? type_short_name(value_type(object)) : "???");
    }
    value result = from_as_parameter(class, v, data_from_param);
    if (result != VALUE_MISSING)
        return result;
    return raise(EXC(TypeError), "expected %N instance instead of %T", class, v);
}
value simple_from_param(value class, value v)
{
    int matches = is_instance(v, class);
    if (matches)
        return matches < 0 ? NULL : value_inc(v);
    struct layout *layout = class_layout(class);
    if (!layout || !layout->code)
        return raise(EXC(TypeError), "abstract class");
    value made = argument_new(layout->code->letter, layout->code->ffi, NULL);
    value kept = made ? layout->code->set(v, ARGUMENT(made)->value.bytes) : NULL;
    if (kept) {
        slot_store(value_object(made), &ARGUMENT(made)->object, kept == VALUE_NONE ? NULL : kept);
        return made;
    }
    value_dec(made);
    if (!made || !error_matches(EXC(Exception)))
        return NULL;
    error_clear();
    value result = from_as_parameter(class, v, simple_from_param);
    return result == VALUE_MISSING ? raise(EXC(TypeError), "wrong type") : result;
}

/* ---- the types ---- */
#define METHODS_OF_CLASSES                                                                                           \
    METHOD("from_address", class_from_address, "($self, address, /)",                                                \
           "C.from_address(integer) -> C instance\naccess a C instance at the specified address"),                   \
        METHOD("from_buffer", class_from_buffer, "($self, object, offset=0, /)",                                     \
               "C.from_buffer(object, offset=0, /) -> C instance\ncreate a C instance from a writeable buffer"),     \
        METHOD("from_buffer_copy", class_from_buffer_copy, "($self, object, offset=0, /)",                           \
               "C.from_buffer_copy(object, offset=0, /) -> C instance\ncreate a C instance from a readable buffer"), \
        METHOD("in_dll", class_in_dll, "($self, dll, name, /)",                                                      \
               "C.in_dll(dll, name) -> C instance\naccess a C instance in a dll")
#define FROM_PARAM(FUNCTION) \
    METHOD("from_param", FUNCTION, "($self, value, /)", "Convert a Python object into a function call parameter.")

static const struct method_def simple_methods[] = {FROM_PARAM(simple_from_param), METHODS_OF_CLASSES, {0}};
static const struct method_def data_methods[] = {FROM_PARAM(data_from_param), METHODS_OF_CLASSES, {0}};
static const struct method_def pointer_methods[] = {
    FROM_PARAM(pointer_from_param),
    METHODS_OF_CLASSES,
    METHOD("set_type", pointer_class_set_type, "($self, type, /)", NULL),
    {0}};

static const struct type_spec class_meta_spec = {
    .name = "_ctypes.CType_Type",
    .doc = "what the metatypes of C types have in common",
    .size = sizeof(struct c_class),
    .flags = TYPE_FLAG_BASE | TYPE_FLAG_NO_NEW,
    .traverse = class_traverse,
    .destroy = class_destroy,
};
#define META(NAME, DOC, NEW, METHODS, ...)                                                \
    {                                                                                     \
        .name = "_ctypes." NAME, .doc = DOC, .flags = TYPE_FLAG_BASE,                     \
        .slots = {.new = NEW, .repeat = class_repeat, ##__VA_ARGS__}, .methods = METHODS, \
    }
static const struct type_spec meta_specs[] = {
    META("PyCSimpleType", "metatype for the PyCSimpleType Objects", simple_class_new, simple_methods),
    META("PyCStructType", "metatype for the CData Objects", struct_class_new, data_methods,
         .setattr = struct_class_setattr),
    META("UnionType", "metatype for the CData Objects", union_class_new, data_methods, .setattr = struct_class_setattr),
    META("PyCPointerType", "metatype for the Pointer Objects", pointer_class_new, pointer_methods),
    META("PyCArrayType", "metatype for the Array Objects", array_class_new, data_methods),
    META("PyCFuncPtrType", "metatype for C function pointers", function_class_new, data_methods),
};

/* Types are made once, however often the module is. */
bool classes_define(value module)
{
    static const struct {
        struct type **meta, **type;
        const struct type_spec *spec;
    } rows[] = {
        {&simple_meta, &simple_type, &simple_spec}, {&struct_meta, &structure_type, &structure_spec},
        {&union_meta, &union_type, &union_spec},    {&pointer_meta, &pointer_type, &pointer_spec},
        {&array_meta, &array_type, &array_spec},    {&function_meta, &function_type, &function_spec},
    };
    if (!class_meta && !(class_meta = metaclass_define(&class_meta_spec, NULL)))
        return false;
    if (!data_type && !(data_type = type_define(&data_spec)))
        return false;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!*rows[i].meta && !(*rows[i].meta = metaclass_define(&meta_specs[i], class_meta)))
            return false;
        if (!*rows[i].type && !(*rows[i].type = type_define_of(rows[i].spec, data_type, *rows[i].meta)))
            return false;
        if (!module_add_type(module, *rows[i].type))
            return false;
    }
    return true;
}

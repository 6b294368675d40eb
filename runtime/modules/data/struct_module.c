/*
 * The _struct module: values as bytes and back, after a format.
 *
 * Formats are compiled (struct_layout.h), and those that the functions are given are kept. An object that is written to
 * is filled in one step, after all values were converted, since that may run Python code.
 */
#include "runtime/modules/data/struct_layout.h"
#include "runtime/modules/module.h"
#include "runtime/objects/binary/bytes.h"
#include "runtime/objects/binary/item_format.h"
#include "runtime/objects/numbers/int.h"
#include "runtime/objects/text/str.h"
#include "runtime/raw.h"
#include "threads/pause.h"

#include <stddef.h>
#include <stdlib.h>

struct struct_object {
    struct object header;
    value_slot layout; /* a struct struct_layout; NULL until __init__ */
    value_slot format; /* str */
};
#define SELF(v) ((struct struct_object *)(v))

static struct type *layout_type, *struct_type, *iterator_type;
static value_slot error_class;
static value_slot cache; /* a dict: format to layout */
#define CACHE_MAX 100

struct type *struct_error(void)
{
    return (struct type *)atomic_load(&error_class);
}

/* ---- layouts ---- */

/* A new one for what a program gives as a format; *text becomes it as a str, unless NULL. */
static value layout_new(value format, value *text)
{
    value bytes;
    if (is_str(format))
        bytes = str_encode(format, "ascii", NULL);
    else if (is_bytes(format))
        bytes = value_inc(bytes_exact(format));
    else
        return raise(EXC(TypeError), "Struct() argument 1 must be a str or bytes object, not %T", format);
    if (!bytes)
        return NULL;
    struct struct_layout *layout = NULL;
    const char *characters = (const char *)bytes_data(bytes);
    if (strlen(characters) != bytes_length(bytes))
        raise(struct_error(), "embedded null character");
    else
        layout = struct_layout_new(layout_type, characters);
    if (layout && text && !(*text = str_from_latin1(bytes_data(bytes), bytes_length(bytes)))) {
        value_dec(value_of(layout));
        layout = NULL;
    }
    value_dec(bytes);
    return value_of(layout);
}

/* The one of a function's argument, owned. */
static struct struct_layout *layout_of(value format)
{
    value known = atomic_load(&cache);
    value layout = dict_get(known, format);
    if (likely(layout != VALUE_MISSING))
        return (struct struct_layout *)layout;
    if (!(layout = layout_new(format, NULL)))
        return NULL;
    if (dict_length(known) >= CACHE_MAX)
        dict_clear(known);
    if (!dict_set(known, format, layout)) {
        value_dec(layout);
        return NULL;
    }
    return (struct struct_layout *)layout;
}

/* The one of a Struct, owned. */
static struct struct_layout *layout_of_object(value self)
{
    struct struct_layout *layout = (struct struct_layout *)slot_load(&SELF(self)->header, &SELF(self)->layout);
    if (unlikely(!layout))
        raise(EXC(RuntimeError), "Struct object is not initialized");
    return layout;
}

/* ---- packing ---- */

static bool check_count(const struct struct_layout *layout, size_t given, const char *function)
{
    return (ssize)given == layout->items || raise_false(struct_error(), "%s expected %lld items for packing (got %lld)",
                                                        function, (long long)layout->items, (long long)given);
}

static value pack(const struct struct_layout *layout, const value *values, size_t count)
{
    if (!check_count(layout, count, "pack"))
        return NULL;
    value bytes = bytes_new(NULL, (size_t)layout->size);
    if (bytes && !struct_pack_items(layout, values, bytes_data(bytes))) {
        value_dec(bytes);
        return NULL;
    }
    return bytes;
}

/* Where `size` bytes at the offset are in a buffer of so many; false with an exception. */
static bool resolve_offset(ssize *offset, ssize size, ssize length, bool packing)
{
    if (*offset < 0) {
        if (*offset > -size)
            return raise_false(struct_error(),
                               packing ? "no space to pack %lld bytes at offset %lld"
                                       : "not enough data to unpack %lld bytes at offset %lld",
                               (long long)size, (long long)*offset);
        if (*offset + length < 0)
            return raise_false(struct_error(), "offset %lld out of range for %lld-byte buffer", (long long)*offset,
                               (long long)length);
        *offset += length;
    }
    if (length - *offset >= size)
        return true;
    return raise_false(struct_error(),
                       "%s requires a buffer of at least %llu bytes for %s %lld bytes at offset %lld "
                       "(actual buffer size is %lld)",
                       packing ? "pack_into" : "unpack_from", (unsigned long long)*offset + (unsigned long long)size,
                       packing ? "packing" : "unpacking", (long long)size, (long long)*offset, (long long)length);
}

static value pack_into(const struct struct_layout *layout, const value *args, size_t nargs)
{
    if (nargs < 2)
        return raise(struct_error(), "pack_into expected %s argument", nargs ? "offset" : "buffer");
    if (!check_count(layout, nargs - 2, "pack_into"))
        return NULL;
    struct buffer b;
    if (!buffer_get(args[0], &b, BUFFER_WRITABLE))
        return buffer_refused()
                   ? raise(EXC(TypeError), "argument must be read-write bytes-like object, not %K", args[0])
                   : NULL;
    ssize offset;
    uint8_t few[256], *packed = few;
    bool done =
        index_as_ssize(args[1], &offset, EXC(IndexError)) && resolve_offset(&offset, layout->size, b.length, true);
    if (done && (size_t)layout->size > sizeof few && !(packed = raw_alloc((size_t)layout->size))) {
        raise_no_memory();
        done = false;
    }
    if (done) {
        memset(packed, 0, (size_t)layout->size);
        done = struct_pack_items(layout, args + 2, packed);
        if (b.guard)
            object_lock(b.guard);
        thread_copy((uint8_t *)b.data + offset, packed, (size_t)layout->size);
        if (b.guard)
            object_unlock(b.guard);
    }
    if (packed != few)
        raw_free(packed);
    buffer_release(&b);
    return done ? VALUE_NONE : NULL;
}

/* ---- unpacking ---- */

static value unpack(const struct struct_layout *layout, value data)
{
    struct buffer b;
    if (!buffer_get(data, &b, BUFFER_SIMPLE))
        return NULL;
    value result = b.length == layout->size
                       ? struct_unpack_items(layout, b.data)
                       : raise(struct_error(), "unpack requires a buffer of %lld bytes", (long long)layout->size);
    buffer_release(&b);
    return result;
}

static value unpack_from(const struct struct_layout *layout, value data, value given_offset)
{
    struct buffer b;
    ssize offset = 0;
    if (!is_missing(given_offset) && !value_as_ssize(given_offset, &offset))
        return NULL;
    if (!buffer_get(data, &b, BUFFER_SIMPLE))
        return NULL;
    value result = resolve_offset(&offset, layout->size, b.length, false)
                       ? struct_unpack_items(layout, (const uint8_t *)b.data + offset)
                       : NULL;
    buffer_release(&b);
    return result;
}

/* ---- the iterator ---- */

/* It is held while it moves (step.h), and so are these fields. */
struct unpack_iterator {
    struct object header;
    value_slot layout;    /* constant */
    value_slot owner;     /* of the buffer; NULL once it was given back */
    struct buffer buffer; /* without its owner */
    ssize offset;
};
#define ITERATOR(v) ((struct unpack_iterator *)(v))

static value iter_unpack(const struct struct_layout *layout, value data)
{
    if (layout->size == 0)
        return raise(struct_error(), "cannot iteratively unpack with a struct of length 0");
    struct unpack_iterator *it = (struct unpack_iterator *)object_new(iterator_type, sizeof *it);
    if (!it)
        return NULL;
    slot_init(&it->layout, value_inc(value_of(layout)));
    if (!buffer_get(data, &it->buffer, BUFFER_MEMORY)) {
        value_dec(value_of(it));
        return NULL;
    }
    slot_init(&it->owner, it->buffer.owner);
    if (it->buffer.length % layout->size == 0)
        return value_of(it);
    value_dec(value_of(it));
    return raise(struct_error(), "iterative unpacking requires a buffer of a multiple of %lld bytes",
                 (long long)layout->size);
}

static void give_back(struct unpack_iterator *it)
{
    value owner = slot_exchange(&it->owner, NULL);
    if (!owner)
        return;
    it->buffer.owner = owner;
    buffer_release(&it->buffer);
}

static value iterator_step(value v)
{
    struct unpack_iterator *it = ITERATOR(v);
    const struct struct_layout *layout = (struct struct_layout *)slot_peek(&it->layout);
    ssize size = layout->size;
    if (!slot_peek(&it->owner))
        return VALUE_END;
    if (it->offset >= it->buffer.length) {
        rc_mark(&it->header);
        give_back(it);
        return VALUE_END;
    }
    const uint8_t *from = (const uint8_t *)it->buffer.data + it->offset;
    struct object *guard = it->buffer.guard;
    uint8_t few[256], *copy = NULL;
    if (guard && !thread_is_alone()) {
        if (!(copy = (size_t)size <= sizeof few ? few : raw_alloc((size_t)size)))
            return raise_no_memory();
        object_lock(guard);
        thread_copy(copy, from, (size_t)size);
        object_unlock(guard);
        from = copy;
    }
    it->offset += size;
    value tuple = struct_unpack_items(layout, from);
    if (copy && copy != few)
        raw_free(copy);
    return tuple;
}
static value iterator_next(value v)
{
    return step_run(v, iterator_step);
}
static value iterator_length_step(value v)
{
    struct unpack_iterator *it = ITERATOR(v);
    if (!slot_peek(&it->owner))
        return small_int(0);
    return int_from_i64((it->buffer.length - it->offset) / ((struct struct_layout *)slot_peek(&it->layout))->size);
}
static value iterator_length_hint(value v)
{
    return step_run(v, iterator_length_step);
}
static value iterator_self(value v)
{
    return value_inc(v);
}
static void iterator_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct unpack_iterator *)o)->layout);
    trace_slot(trace, &((struct unpack_iterator *)o)->owner);
}
static void iterator_release(struct object *o)
{
    give_back((struct unpack_iterator *)o);
}
static void iterator_destroy(struct object *o)
{
    give_back((struct unpack_iterator *)o);
    slot_drop(&((struct unpack_iterator *)o)->layout);
}
static const struct method_def iterator_methods[] = {
    METHOD("__length_hint__", iterator_length_hint, "($self, /)", NULL),
    {0},
};
static const struct type_spec iterator_spec = {
    .name = "_struct.unpack_iterator",
    .size = sizeof(struct unpack_iterator),
    .flags = TYPE_FLAG_NO_NEW,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = iterator_traverse,
    .destroy = iterator_destroy,
    .release = iterator_release,
    .slots = {.iter = iterator_self, .next = iterator_next},
    .methods = iterator_methods,
};

/* ---- Struct ---- */

static value struct_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    return value_of(object_new(type, type->gc.instance_size));
}
static bool struct_init(value self, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature = SIGNATURE("Struct", "(format)");
    value bound[1], text, layout;
    if (!signature_bind(&signature, args, nargs, kwnames, bound) || !(layout = layout_new(bound[0], &text)))
        return false;
    slot_store(&SELF(self)->header, &SELF(self)->format, text);
    slot_store(&SELF(self)->header, &SELF(self)->layout, layout);
    return true;
}
static void struct_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct struct_object *)o)->layout);
    trace_slot(trace, &((struct struct_object *)o)->format);
}
static void struct_destroy(struct object *o)
{
    slot_drop(&((struct struct_object *)o)->layout);
    slot_drop(&((struct struct_object *)o)->format);
}

/* What a method or function does with its layout, which is given up afterwards. */
#define WITH_LAYOUT(LAYOUT, RESULT)           \
    struct struct_layout *layout = (LAYOUT);  \
    value result_ = layout ? (RESULT) : NULL; \
    value_dec(value_of(layout));              \
    return result_

static value struct_pack(value self, const value *args, size_t nargs, value kwnames)
{
    if (!no_keywords("Struct.pack", kwnames))
        return NULL;
    WITH_LAYOUT(layout_of_object(self), pack(layout, args, nargs));
}
static value struct_pack_into(value self, const value *args, size_t nargs, value kwnames)
{
    if (!no_keywords("Struct.pack_into", kwnames))
        return NULL;
    WITH_LAYOUT(layout_of_object(self), pack_into(layout, args, nargs));
}
static value struct_unpack(value self, value data)
{
    WITH_LAYOUT(layout_of_object(self), unpack(layout, data));
}
static value struct_unpack_from(value self, value data, value offset)
{
    WITH_LAYOUT(layout_of_object(self), unpack_from(layout, data, offset));
}
static value struct_iter_unpack(value self, value data)
{
    WITH_LAYOUT(layout_of_object(self), iter_unpack(layout, data));
}
static value struct_sizeof(value self)
{
    struct struct_layout *layout = (struct struct_layout *)slot_load(&SELF(self)->header, &SELF(self)->layout);
    size_t bytes = sizeof(struct struct_object);
    if (layout)
        bytes += sizeof *layout + layout->field_count * sizeof *layout->fields;
    value_dec(value_of(layout));
    return int_from_u64(bytes);
}
static value struct_get_format(value self)
{
    value format = slot_load(&SELF(self)->header, &SELF(self)->format);
    return format ? format : raise(EXC(AttributeError), "format");
}
static value struct_get_size(value self)
{
    struct struct_layout *layout = (struct struct_layout *)slot_load(&SELF(self)->header, &SELF(self)->layout);
    ssize size = layout ? layout->size : -1;
    value_dec(value_of(layout));
    return int_from_i64(size);
}
static const struct method_def struct_methods[] = {
    METHOD("iter_unpack", struct_iter_unpack, "($self, buffer, /)", "Return an iterator yielding tuples."),
    METHOD_ANY("pack", struct_pack,
               "S.pack(v1, v2, ...) -> bytes\n\nReturn a bytes object containing values v1, v2, ... packed according\n"
               "to the format string S.format.",
               0),
    METHOD_ANY("pack_into", struct_pack_into,
               "S.pack_into(buffer, offset, v1, v2, ...)\n\nPack the values v1, v2, ... according to the format string "
               "S.format\nand write the packed bytes into the writable buffer buf starting at\noffset.",
               0),
    METHOD("unpack", struct_unpack, "($self, buffer, /)",
           "Return a tuple containing unpacked values.\n\nThe buffer's size in bytes must be Struct.size."),
    METHOD("unpack_from", struct_unpack_from, "($self, /, buffer, offset=0)",
           "Return a tuple containing unpacked values, of the bytes from the offset on."),
    METHOD("__sizeof__", struct_sizeof, "($self, /)", "S.__sizeof__() -> size of S in memory, in bytes"),
    {0},
};
static const struct getset_def struct_getset[] = {
    {"format", struct_get_format, NULL, "struct format string"},
    {"size", struct_get_size, NULL, "struct size in bytes"},
    {0},
};
static const struct type_spec struct_spec = {
    .name = "_struct.Struct",
    .doc = "Struct(fmt) --> compiled struct object",
    .size = sizeof(struct struct_object),
    .flags = TYPE_FLAG_BASE | TYPE_FLAG_WEAKREF,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = struct_traverse,
    .destroy = struct_destroy,
    .slots = {.new = struct_new, .init = struct_init},
    .methods = struct_methods,
    .getset = struct_getset,
};

/* ---- the module ---- */

static value module_calcsize(value self, value format)
{
    WITH_LAYOUT(layout_of(format), int_from_i64(layout->size));
}
static value module_pack(value self, const value *args, size_t nargs, value kwnames)
{
    if (!no_keywords("_struct.pack", kwnames))
        return NULL;
    if (nargs == 0)
        return raise(EXC(TypeError), "missing format argument");
    WITH_LAYOUT(layout_of(args[0]), pack(layout, args + 1, nargs - 1));
}
static value module_pack_into(value self, const value *args, size_t nargs, value kwnames)
{
    if (!no_keywords("_struct.pack_into", kwnames))
        return NULL;
    if (nargs == 0)
        return raise(EXC(TypeError), "missing format argument");
    WITH_LAYOUT(layout_of(args[0]), pack_into(layout, args + 1, nargs - 1));
}
static value module_unpack(value self, value format, value data)
{
    WITH_LAYOUT(layout_of(format), unpack(layout, data));
}
static value module_unpack_from(value self, value format, value data, value offset)
{
    WITH_LAYOUT(layout_of(format), unpack_from(layout, data, offset));
}
static value module_iter_unpack(value self, value format, value data)
{
    WITH_LAYOUT(layout_of(format), iter_unpack(layout, data));
}
static value module_clearcache(value self)
{
    dict_clear(atomic_load(&cache));
    return VALUE_NONE;
}
static const struct method_def functions[] = {
    METHOD("_clearcache", module_clearcache, "($module, /)", "Clear the internal cache."),
    METHOD("calcsize", module_calcsize, "($module, format, /)",
           "Return size in bytes of the struct described by the format string."),
    METHOD("iter_unpack", module_iter_unpack, "($module, format, buffer, /)",
           "Return an iterator yielding tuples unpacked from the given bytes."),
    METHOD_ANY("pack", module_pack,
               "pack(format, v1, v2, ...) -> bytes\n\nReturn a bytes object containing the values v1, v2, ... packed "
               "according\nto the format string.",
               0),
    METHOD_ANY("pack_into", module_pack_into,
               "pack_into(format, buffer, offset, v1, v2, ...)\n\nPack the values v1, v2, ... according to the format "
               "string and write\nthe packed bytes into the writable buffer buf starting at offset.",
               0),
    METHOD("unpack", module_unpack, "($module, format, buffer, /)",
           "Return a tuple containing values unpacked according to the format string."),
    METHOD("unpack_from", module_unpack_from, "($module, format, /, buffer, offset=0)",
           "Return a tuple containing values unpacked according to the format string, from an offset on."),
    {0},
};

static bool fill(value module)
{
    if (!layout_type && !(layout_type = type_define(&struct_layout_spec)))
        return false;
    if (!iterator_type && !(iterator_type = type_define(&iterator_spec)))
        return false;
    if (!atomic_load(&cache)) {
        value dict = dict_new();
        if (!dict)
            return false;
        value_dec(slot_exchange(&cache, dict));
    }
    return module_define_exception(module, &error_class, "struct.error", EXC(Exception), NULL) &&
           module_define_type(module, &struct_type, &struct_spec);
}
static void finish(void)
{
    value_dec(slot_exchange(&cache, NULL));
    value_dec(slot_exchange(&error_class, NULL));
}
const struct module_def _struct_module = {
    .name = "_struct",
    .doc = "Functions to convert between Python values and C structs.",
    .functions = functions,
    .fill = fill,
    .finish = finish,
};

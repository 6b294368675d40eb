/* Instances of C types: their memory, and what it keeps alive. See struct data. */
#include "runtime/native/ctypes/ctypes.h"

#include <stdio.h>
#include <stdlib.h>

bool is_data(value v)
{
    struct c_class *c = class_part(value_of(value_type(v)));
    return c ? !c->abstract && type_is_subtype(value_type(v), data_type) : false;
}

/* ---- the object ---- */
void data_traverse(struct object *o, struct gc_trace *trace)
{
    struct data *d = (struct data *)o;
    trace_slot(trace, &d->base);
    trace_slot(trace, &d->objects);
    trace_slot(trace, &d->lender);
}
/* Give back the memory of another object. */
void data_release(struct object *o)
{
    struct data *d = (struct data *)o;
    struct buffer *lent = d->lent;
    if (!lent)
        return;
    d->lent = NULL;
    d->guard = o;
    lent->owner = slot_exchange(&d->lender, NULL);
    buffer_release(lent);
    free(lent);
}
void data_destroy(struct object *o)
{
    struct data *d = (struct data *)o;
    data_release(o);
    char *memory = atomic_load_explicit(&d->memory, memory_order_relaxed);
    if (d->owned && memory != d->few)
        raw_free(memory);
    slot_drop(&d->objects);
    slot_drop(&d->base);
}

static struct data *data_alloc(struct type *type, const struct layout *layout)
{
    struct data *d = (struct data *)object_new(type, sizeof *d);
    if (!d)
        return NULL;
    d->root = d;
    d->guard = &d->header;
    d->length = layout->length;
    atomic_store_explicit(&d->size, layout->size, memory_order_relaxed);
    return d;
}

/* Zeroed; NULL with MemoryError. What is large comes zeroed from the system, if it has so much. */
static char *memory_new(size_t size)
{
    enum { LARGE = 1 << 20 };
    char *memory = raw_alloc(size);
    if (memory && size >= LARGE) {
        free(memory);
        memory = calloc(1, size);
    } else if (memory) {
        memset(memory, 0, size);
    }
    return memory ? memory : (char *)raise_no_memory();
}

value data_new(struct type *type, size_t size)
{
    struct layout *layout = class_layout_final(type);
    struct data *d = layout ? data_alloc(type, layout) : NULL;
    if (!d)
        return NULL;
    char *memory = layout->size <= CODE_SIZE_MAX ? d->few : memory_new((size_t)layout->size);
    if (!memory) {
        value_dec(value_of(d));
        return NULL;
    }
    d->owned = true;
    atomic_store_explicit(&d->memory, memory, memory_order_relaxed);
    return value_of(d);
}
value data_new_plain(struct type *type, const value *args, size_t nargs, value kwnames)
{
    return data_new(type, 0);
}
value data_at(value class, void *address)
{
    struct layout *layout = class_layout_final((struct type *)class);
    struct data *d = layout ? data_alloc((struct type *)class, layout) : NULL;
    if (d)
        atomic_store_explicit(&d->memory, address, memory_order_relaxed);
    return value_of(d);
}
static bool out_of_memory_of(value v)
{
    return raise_false(EXC(ValueError), "the memory of this %T object is too small", v);
}
value data_part(value class, value base, ssize index, ssize offset, void *foreign)
{
    struct layout *layout = class_layout_final((struct type *)class);
    if (!layout)
        return NULL;
    struct data *from = DATA(base);
    if (!foreign && offset + layout->size > atomic_load_explicit(&from->size, memory_order_relaxed))
        return out_of_memory_of(base), NULL;
    struct data *d = data_alloc((struct type *)class, layout);
    if (!d)
        return NULL;
    slot_init(&d->base, value_inc(base));
    d->index = index;
    if (foreign) {
        atomic_store_explicit(&d->memory, foreign, memory_order_relaxed);
    } else {
        d->root = from->root;
        d->offset = from->offset + offset;
    }
    return value_of(d);
}
value data_from_bytes(value class, const void *bytes)
{
    value made = data_new((struct type *)class, 0);
    if (made)
        thread_copy(atomic_load_explicit(&DATA(made)->memory, memory_order_relaxed), bytes,
                    (size_t)atomic_load_explicit(&DATA(made)->size, memory_order_relaxed));
    return made;
}

/* ---- its memory ---- */
/* Under the guard's lock. */
static char *memory_of(struct data *d)
{
    return atomic_load_explicit(&d->root->memory, memory_order_relaxed) + d->offset;
}
char *data_address(value v)
{
    return memory_of(DATA(v));
}
static bool span_fits(value v, ssize offset, ssize size)
{
    ssize room = atomic_load_explicit(&DATA(v)->size, memory_order_relaxed);
    return (offset >= 0 && size <= room - offset) || out_of_memory_of(v);
}
bool data_read(value v, ssize offset, void *to, ssize size)
{
    if (!span_fits(v, offset, size))
        return false;
    struct object *guard = DATA(v)->root->guard;
    object_lock(guard);
    thread_copy(to, memory_of(DATA(v)) + offset, (size_t)size);
    object_unlock(guard);
    return true;
}
bool data_write(value v, ssize offset, const void *from, ssize size)
{
    if (!span_fits(v, offset, size))
        return false;
    struct object *guard = DATA(v)->root->guard;
    object_lock(guard);
    thread_copy(memory_of(DATA(v)) + offset, from, (size_t)size);
    object_unlock(guard);
    return true;
}
bool data_change_bits(value v, ssize offset, ssize size, uint64_t mask, uint64_t bits)
{
    if (!span_fits(v, offset, size))
        return false;
    struct object *guard = DATA(v)->root->guard;
    uint64_t word = 0;
    object_lock(guard);
    char *memory = memory_of(DATA(v)) + offset;
    memcpy(&word, memory, (size_t)size);
    word = (word & ~mask) | bits;
    memcpy(memory, &word, (size_t)size);
    object_unlock(guard);
    return true;
}
void *data_pointer(value v)
{
    void *pointer = NULL;
    if (!data_read(v, 0, &pointer, sizeof pointer))
        error_clear();
    return pointer;
}

bool data_resize(value v, ssize size)
{
    struct data *d = DATA(v);
    if (!d->owned)
        return raise_false(EXC(ValueError), "Memory cannot be resized because this object doesn't own it");
    char *fresh = memory_new((size_t)size + 1);
    if (!fresh)
        return false;
    object_lock(d->guard);
    bool lent = atomic_load_explicit(&d->exports, memory_order_relaxed);
    char *old = atomic_load_explicit(&d->memory, memory_order_relaxed);
    if (!lent) {
        ssize before = atomic_load_explicit(&d->size, memory_order_relaxed);
        thread_copy(fresh, old, (size_t)(before < size ? before : size));
        atomic_store_explicit(&d->memory, fresh, memory_order_relaxed);
        atomic_store_explicit(&d->size, size, memory_order_relaxed);
    }
    object_unlock(d->guard);
    if (lent) {
        raw_free(fresh);
        return raise_false(EXC(BufferError), "Existing exports of data: object cannot be re-sized");
    }
    if (old != d->few)
        raw_free(old);
    return true;
}

/* ---- what it keeps alive ---- */
static struct data *container_of(value v)
{
    struct data *d = DATA(v);
    for (value base; (base = slot_peek(&d->base));)
        d = DATA(base);
    return d;
}
/* Its objects: a dict when it has parts. Owned; NULL with MemoryError. */
static value container_objects(struct data *d)
{
    value objects = slot_load(&d->header, &d->objects);
    if (objects)
        return objects;
    value fresh = d->length ? dict_new() : VALUE_NONE;
    if (!fresh)
        return NULL;
    object_lock(&d->header);
    bool missing = !slot_peek(&d->objects);
    if (missing)
        slot_init(&d->objects, fresh);
    object_unlock(&d->header);
    if (!missing)
        value_dec(fresh);
    objects = slot_load(&d->header, &d->objects);
    return objects ? objects : VALUE_NONE;
}
value data_objects(value v)
{
    return container_objects(container_of(v));
}

value data_objects_dict(value v)
{
    struct data *container = container_of(v);
    value objects = container_objects(container);
    if (objects != VALUE_NONE)
        return objects;
    value fresh = dict_new();
    if (fresh)
        slot_store(&container->header, &container->objects, value_inc(fresh));
    return fresh;
}

/* The place of something in the container: its index, and those of all that it is in. */
static value key_of(value v, ssize index)
{
    char text[256];
    size_t at = (size_t)snprintf(text, sizeof text, "%x", (int)index);
    for (struct data *d = DATA(v);;) {
        value base = slot_peek(&d->base);
        if (!base)
            return str_from_utf8(text, at);
        if (at + 2 * sizeof(ssize) >= sizeof text)
            return raise(EXC(ValueError), "ctypes object structure too deep");
        at += (size_t)snprintf(text + at, sizeof text - at, ":%x", (int)d->index);
        d = DATA(base);
    }
}
bool data_keep(value v, ssize index, value kept)
{
    if (kept == VALUE_NONE)
        return true;
    struct data *container = container_of(v);
    value objects = kept ? container_objects(container) : NULL;
    bool done = objects != NULL;
    if (done && !value_is(objects, TYPE_ID_DICT)) {
        slot_store(&container->header, &container->objects, value_inc(kept));
    } else if (done) {
        value key = key_of(v, index);
        done = key && dict_set(objects, key, kept);
        value_dec(key);
    }
    value_dec(objects);
    value_dec(kept);
    return done;
}

/* ---- reading and assigning ---- */
value data_get(value class, value v, ssize index, ssize offset, void *foreign)
{
    struct c_class *c = class_part(class);
    struct layout *layout = class_layout(class);
    if (!layout || !layout->code || c->derived)
        return data_part(class, v, index, offset, foreign);
    char bytes[CODE_SIZE_MAX];
    if (foreign)
        memcpy(bytes, foreign, layout->code->size);
    else if (!data_read(v, offset, bytes, layout->code->size))
        return NULL;
    return layout->code->get(bytes);
}

/* From a tuple: what the class makes of its items. */
static value convert_tuple(value class, value items, void *bytes)
{
    value made = call_tuple(class, items, NULL);
    if (!made) {
        error_extend(EXC(RuntimeError), "(%s) ", type_short_name((struct type *)class));
        return NULL;
    }
    value kept = NULL;
    if (is_tuple(made))
        raise(EXC(TypeError), "expected %N instance, got %T", class, made);
    else
        kept = data_convert(class, made, bytes);
    value_dec(made);
    return kept;
}
value data_convert(value class, value v, void *bytes)
{
    struct layout *layout = class_layout_final((struct type *)class);
    if (!layout)
        return NULL;
    struct c_class *c = class_part(class);
    if (!is_data(v)) {
        if (layout->code)
            return layout->code->set(v, bytes);
        if (is_tuple(v))
            return convert_tuple(class, v, bytes);
        if (v == VALUE_NONE && c->kind == KIND_POINTER) {
            memset(bytes, 0, sizeof(void *));
            return VALUE_NONE;
        }
        return raise(EXC(TypeError), "expected %N instance, got %T", class, v);
    }
    int matches = is_instance(v, class);
    if (matches)
        return matches > 0 && data_read(v, 0, bytes, layout->size) ? data_objects(v) : NULL;
    if (c->kind == KIND_POINTER && class_of_kind(value_of(value_type(v)), KIND_ARRAY)) {
        value own = class_target(value_of(value_type(v))), wanted = class_target(class);
        bool same = own == wanted;
        value_dec(own);
        value_dec(wanted);
        if (same) { /* the array becomes a pointer, which keeps it */
            char *address = data_address(v);
            memcpy(bytes, &address, sizeof address);
            value objects = data_objects(v), kept = objects ? tuple_pack(2, objects, v) : NULL;
            value_dec(objects);
            return kept;
        }
    }
    return raise(EXC(TypeError), "incompatible types, %T instance instead of %N instance", v, class);
}
bool data_set(value class, value v, ssize index, ssize offset, void *foreign, value assigned)
{
    struct layout *layout = class_layout_final((struct type *)class);
    if (!layout)
        return false;
    char few[64], *bytes = layout->size <= (ssize)sizeof few ? few : raw_alloc((size_t)layout->size);
    if (!bytes)
        return raise_no_memory() != NULL;
    value kept = data_convert(class, assigned, bytes);
    bool done = kept != NULL;
    if (done && foreign)
        memcpy(foreign, bytes, (size_t)layout->size);
    else if (done)
        done = data_write(v, offset, bytes, layout->size);
    if (bytes != few)
        raw_free(bytes);
    if (!done) {
        value_dec(kept);
        return false;
    }
    return data_keep(v, index, kept);
}

/* ---- buffers ---- */
static int data_buffer(value v, struct buffer *buffer, int flags)
{
    struct data *d = DATA(v), *root = d->root;
    struct layout *layout = class_layout(value_of(value_type(v)));
    size_t size = (size_t)atomic_load_explicit(&d->size, memory_order_relaxed);
    if (!layout || layout->size > (ssize)size)
        return out_of_memory_of(v) - 1;
    if (flags & (BUFFER_WRITABLE | BUFFER_MEMORY)) {
        object_lock(root->guard);
        atomic_fetch_add_explicit(&root->exports, 1, memory_order_relaxed);
        buffer->data = memory_of(d);
        object_unlock(root->guard);
        buffer_fill(buffer, v, buffer->data, size, false);
        buffer->guard = root->guard;
    } else { /* who reads gets the bytes of one moment */
        char *copy = raw_alloc(size + 1);
        if (!copy)
            return raise_no_memory() != NULL ? 0 : -1;
        if (!data_read(v, 0, copy, (ssize)size)) {
            raw_free(copy);
            return -1;
        }
        buffer_fill(buffer, NULL, copy, size, false);
        buffer->internal = copy;
    }
    if (!(flags & BUFFER_STRIDES))
        return 0;
    buffer->format = layout->format ? layout->format : "B";
    buffer->ndim = layout->ndim;
    buffer->shape = layout->shape;
    buffer->strides = layout->shape + layout->ndim;
    buffer->item_size = layout->item_size;
    if (!layout->ndim)
        buffer->shape = buffer->strides = &buffer->item_count;
    return 0;
}
static void data_buffer_release(value v, struct buffer *buffer)
{
    atomic_fetch_sub_explicit(&DATA(v)->root->exports, 1, memory_order_relaxed);
}

/* ---- attributes, pickling ---- */
static value get_base(value v)
{
    value base = slot_peek(&DATA(v)->base);
    return base ? value_inc(base) : VALUE_NONE;
}
static value get_needs_free(value v)
{
    return small_int(DATA(v)->owned);
}
static value get_objects(value v)
{
    value objects = slot_load(value_object(v), &DATA(v)->objects);
    return objects ? objects : VALUE_NONE;
}
static const struct getset_def data_getset[] = {
    GETSET_FIELDS,
    {"_b_base_", get_base, NULL, "the base object"},
    {"_b_needsfree_", get_needs_free, NULL, "whether the object owns the memory or not"},
    {"_objects", get_objects, NULL, "internal objects tree (NEVER CHANGE THIS OBJECT!)"},
    {0},
};

static value data_from_outparam(value v)
{
    return value_inc(v);
}
static value data_reduce(value v)
{
    struct layout *layout = class_layout(value_of(value_type(v)));
    if (!layout || layout->points)
        return raise(EXC(ValueError), "ctypes objects containing pointers cannot be pickled");
    ssize size = atomic_load_explicit(&DATA(v)->size, memory_order_relaxed);
    value module = import_module("_ctypes"), unpickle = module ? attr_get(module, NAME(_unpickle)) : NULL;
    value dict = unpickle ? attr_get(v, NAME(__dict__)) : NULL;
    value bytes = dict ? bytes_new(NULL, (size_t)size) : NULL, made = NULL;
    if (bytes && data_read(v, 0, bytes_data(bytes), size)) {
        value state = tuple_pack(2, dict, bytes);
        value args = state ? tuple_pack(2, value_of(value_type(v)), state) : NULL;
        made = args ? tuple_pack(2, unpickle, args) : NULL;
        value_dec(args);
        value_dec(state);
    }
    value_dec(bytes);
    value_dec(dict);
    value_dec(unpickle);
    value_dec(module);
    return made;
}
static value data_setstate(value v, value state)
{
    if (!is_tuple(state) || tuple_length(state) != 2)
        return raise(EXC(TypeError), "__setstate__ argument 1 must be 2-item sequence, not %T", state);
    value items = tuple_get(state, 0), bytes = bytes_from_buffer(tuple_get(state, 1));
    if (!bytes)
        return NULL;
    if (!is_dict(items)) {
        value_dec(bytes);
        return raise(EXC(TypeError), "__setstate__ argument 1 must be dict, not %T", items);
    }
    struct layout *layout = class_layout(value_of(value_type(v)));
    ssize size = atomic_load_explicit(&DATA(v)->size, memory_order_relaxed), given = (ssize)bytes_length(bytes);
    bool done = layout && !layout->points && data_write(v, 0, bytes_data(bytes), given < size ? given : size);
    if (!done && !error_occurred())
        raise(EXC(ValueError), "ctypes objects containing pointers cannot be pickled");
    value dict = done ? attr_get(v, NAME(__dict__)) : NULL;
    done = dict && dict_update(dict, items);
    value_dec(dict);
    value_dec(bytes);
    return done ? VALUE_NONE : NULL;
}
static const struct method_def data_methods[] = {
    METHOD("__ctypes_from_outparam__", data_from_outparam, "($self, /)", NULL),
    METHOD("__reduce__", data_reduce, "($self, /)", NULL),
    METHOD("__setstate__", data_setstate, "($self, state, /)", NULL),
    {0},
};

static bool data_hash(value v, int64_t *out)
{
    return raise_false(EXC(TypeError), "unhashable type");
}
const struct type_spec data_spec = {
    .name = "_ctypes._CData",
    .doc = "XXX to be provided",
    .size = sizeof(struct data),
    .flags = TYPE_FLAG_BASE | TYPE_FLAG_NO_NEW,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = data_traverse,
    .destroy = data_destroy,
    .release = data_release,
    .slots = {.hash = data_hash, .buffer = data_buffer, .buffer_release = data_buffer_release},
    .methods = data_methods,
    .getset = data_getset,
};

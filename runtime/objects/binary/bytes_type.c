/*
 * The type bytes: construction, operators; iterators over bytes and bytearray.
 */
#include "runtime/objects/containers/container.h"
#include "runtime/objects/binary/bytes_methods.h"
#include "runtime/objects/text/str.h"
#include "runtime/signature.h"
#include "runtime/step.h"

#include <stdlib.h>

/* ---- construction ---- */

const struct bytes_maker bytes_maker = {"bytes", "bytes must be in range(0, 256)", true};
const struct bytes_maker bytearray_maker = {"bytearray", "byte must be in range(0, 256)", false};

/* The flags are those of buffer_get. */
static value bytes_of_buffer(value v, int flags)
{
    struct buffer b;
    if (value_is(v, TYPE_ID_BYTES))
        return value_inc(v);
    if (!buffer_get(v, &b, flags))
        return NULL;
    bool whole = buffer_is_contiguous(&b, false);
    value bytes = bytes_new(whole ? b.data : NULL, (size_t)b.length);
    if (bytes && !whole && b.length)
        buffer_pack(&b, false, bytes_data(bytes));
    buffer_release(&b);
    return bytes;
}

value bytes_from_buffer(value v)
{
    return bytes_of_buffer(v, BUFFER_SIMPLE);
}

/* Give each item of an iterator, a byte, to `add`. */
static bool each_item(value iterator, const struct bytes_maker *maker, bool (*add)(void *, uint8_t), void *to)
{
    for (;;) {
        value item = iter_next(iterator);
        if (item == VALUE_END)
            return true;
        if (!item)
            return false;
        ssize i;
        bool ok = index_as_ssize(item, &i, NULL);
        value_dec(item);
        if (!ok)
            return false;
        if (i < 0 || i > 255)
            return raise_false(EXC(ValueError), "%s", maker->range_message);
        if (!add(to, (uint8_t)i))
            return false;
    }
}

bool bytes_each(value iterable, const struct bytes_maker *maker, bool (*add)(void *to, uint8_t byte), void *to)
{
    if (is_str(iterable) || (!value_type_slot(iterable, iter) && !value_type_slot(iterable, getitem)))
        return raise_false(EXC(TypeError), "cannot convert '%T' object to %s", iterable, maker->name);
    struct sweep sweep;
    if (!sweep_open(&sweep, iterable)) {
        if (error_matches(EXC(TypeError))) {
            error_clear();
            raise(EXC(TypeError), "cannot convert '%T' object to %s", iterable, maker->name);
        }
        return false;
    }
    bool ok = !maker->asks_hint || value_length_hint(iterable, 64) >= 0;
    ok = ok && each_item(sweep.iterator, maker, add, to);
    sweep_close(&sweep);
    return ok;
}

static bool add_to_builder(void *builder, uint8_t byte)
{
    bytes_builder_add_byte(builder, byte);
    return true;
}

bool bytes_add_source(struct bytes_builder *out, value source, const struct bytes_maker *maker)
{
    if (value_has_buffer(source)) {
        struct buffer b;
        if (!buffer_get(source, &b, BUFFER_STRIDES))
            return false;
        uint8_t *to = bytes_builder_room(out, (size_t)b.length);
        if (to) {
            buffer_pack(&b, false, to);
            out->length += (size_t)b.length;
        }
        buffer_release(&b);
        return true;
    }
    return bytes_each(source, maker, add_to_builder, out);
}

value bytes_from_object(value v)
{
    if (value_has_buffer(v))
        return bytes_of_buffer(v, BUFFER_STRIDES);
    value special = call_special(v, NAME(__bytes__), NULL, 0);
    if (special != VALUE_MISSING) {
        if (special && !is_bytes(special)) {
            raise(EXC(TypeError), "__bytes__ returned non-bytes (type %T)", special);
            value_dec(special);
            return NULL;
        }
        return special;
    }
    struct bytes_builder out = {0};
    if (!bytes_add_source(&out, v, &bytes_maker)) {
        bytes_builder_discard(&out);
        return NULL;
    }
    return bytes_builder_finish(&out);
}

bool bytes_bind_arguments(const struct bytes_maker *maker, const value *args, size_t nargs, value kwnames,
                          value bound[3])
{
    static const char *const names[] = {"source", "encoding", "errors"};
    size_t keywords = kwnames ? tuple_length(kwnames) : 0;
    bound[0] = bound[1] = bound[2] = VALUE_MISSING;
    if (nargs + keywords > 3)
        return raise_false(EXC(TypeError), "%s() takes at most 3 arguments (%zu given)", maker->name, nargs + keywords);
    for (size_t i = 0; i < nargs; i++)
        bound[i] = args[i];
    for (size_t i = 0; i < keywords; i++) {
        size_t k = 0;
        while (k < 3 && !str_equals_text(tuple_get(kwnames, i), names[k]))
            k++;
        if (k == 3)
            return raise_false(EXC(TypeError), "'%U' is an invalid keyword argument for %s()", tuple_get(kwnames, i),
                               maker->name);
        if (k < nargs)
            return raise_false(EXC(TypeError), "argument for %s() given by name ('%s') and position (%zu)", maker->name,
                               names[k], k + 1);
        bound[k] = args[nargs + i];
    }
    for (size_t k = 1; k < 3; k++)
        if (!is_missing(bound[k]) && !is_str(bound[k]))
            return raise_false(EXC(TypeError), "%s() argument '%s' must be str, not %K", maker->name, names[k],
                               bound[k]);
    return true;
}

int bytes_count_argument(value source, size_t *count)
{
    ssize n;
    if (is_str(source) || !(value_is_small_int(source) || value_type_slot(source, to_index)))
        return 0;
    if (!index_as_ssize(source, &n, EXC(OverflowError))) {
        if (!error_matches(EXC(TypeError)))
            return -1;
        error_clear();
        return 0;
    }
    *count = (size_t)n;
    return n < 0 ? raise_int(EXC(ValueError), "negative count") : 1;
}

bool bytes_add_arguments(struct bytes_builder *out, const value bound[3], const struct bytes_maker *maker)
{
    value source = bound[0], encoding = bound[1], errors = bound[2];
    if (is_missing(source) || !is_str(source)) {
        if (!is_missing(encoding))
            return raise_false(EXC(TypeError), "encoding without a string argument");
        if (!is_missing(errors))
            return raise_false(EXC(TypeError), "errors without a string argument");
    }
    if (is_missing(source))
        return true;
    if (is_str(source)) {
        if (is_missing(encoding))
            return raise_false(EXC(TypeError), "string argument without an encoding");
        struct text e = {NULL, 0, NULL}, h = {NULL, 0, NULL};
        value bytes = NULL;
        if (text_of_argument(encoding, &e) && (is_missing(errors) || text_of_argument(errors, &h)))
            bytes = str_encode(source, e.bytes, h.bytes);
        text_release(&e);
        text_release(&h);
        if (!bytes)
            return false;
        bytes_builder_add(out, bytes_data(bytes), bytes_length(bytes));
        value_dec(bytes);
        return true;
    }
    return bytes_add_source(out, source, maker);
}

static value bytes_exact_new(const value *args, size_t nargs, value kwnames)
{
    value bound[3];
    if (!bytes_bind_arguments(&bytes_maker, args, nargs, kwnames, bound))
        return NULL;
    if (!is_missing(bound[0]) && is_missing(bound[1]) && is_missing(bound[2])) {
        if (value_is(bound[0], TYPE_ID_BYTES))
            return value_inc(bound[0]);
        bool plain = value_is_small_int(bound[0]) || value_is(bound[0], TYPE_ID_STR);
        value special = plain ? VALUE_MISSING : call_special(bound[0], NAME(__bytes__), NULL, 0);
        if (special != VALUE_MISSING) {
            if (special && !is_bytes(special)) {
                raise(EXC(TypeError), "__bytes__ returned non-bytes (type %T)", special);
                value_dec(special);
                return NULL;
            }
            return special;
        }
        size_t count;
        int counted = bytes_count_argument(bound[0], &count);
        if (counted)
            return counted > 0 ? bytes_new(NULL, count) : NULL; /* as allocated: zeros */
    }
    struct bytes_builder out = {0};
    if (!bytes_add_arguments(&out, bound, &bytes_maker)) {
        bytes_builder_discard(&out);
        return NULL;
    }
    return bytes_builder_finish(&out);
}

static value bytes_type_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    value exact = bytes_exact_new(args, nargs, kwnames);
    if (!exact || type == TYPE(BYTES))
        return exact;
    value v = bytes_instance_new(type, bytes_exact(exact));
    value_dec(exact);
    return v;
}

static void bytes_traverse(struct object *o, struct gc_trace *trace)
{
    if (object_type(o) != &TYPE(BYTES)->gc)
        trace_slot(trace, &((struct bytes_instance *)o)->contents);
}
static void bytes_destroy(struct object *o)
{
    if (unlikely(object_type(o) != &TYPE(BYTES)->gc))
        slot_drop(&((struct bytes_instance *)o)->contents);
}

/* ---- slots ---- */

static value bytes_repr(value self)
{
    return bytes_repr_span("", bytes_span(bytes_exact(self)), "");
}

static bool bytes_hash(value self, int64_t *out)
{
    struct bytes *b = (struct bytes *)bytes_exact(self);
    int64_t h = atomic_load_explicit(&b->hash, memory_order_relaxed);
    if (h == 0) {
        h = hash_bytes(b->data, b->length);
        atomic_store_explicit(&b->hash, h, memory_order_relaxed);
    }
    *out = h;
    return true;
}

static ssize bytes_length_slot(value self)
{
    return (ssize)bytes_length(self);
}

static value bytes_getitem(value self, value key)
{
    if (value_is_small_int(key) || value_type_slot(key, to_index)) {
        ssize i;
        struct span s = bytes_span(bytes_exact(self));
        if (!index_as_ssize(key, &i, EXC(IndexError)))
            return NULL;
        if (i < 0)
            i += (ssize)s.length;
        if (i < 0 || (size_t)i >= s.length)
            return raise(EXC(IndexError), "index out of range");
        return small_int(((const uint8_t *)s.data)[i]);
    }
    if (!value_is(key, TYPE_ID_SLICE))
        return raise(EXC(TypeError), "byte indices must be integers or slices, not %T", key);
    return bytes_slice(self, key);
}

static int bytes_buffer(value self, struct buffer *buffer, int flags)
{
    if (flags & BUFFER_WRITABLE)
        return raise_int(EXC(BufferError), "Object is not writable.");
    struct span s = bytes_span(bytes_exact(self));
    buffer_fill(buffer, self, (void *)s.data, s.length, true);
    return 0;
}

/* `size` is that of an instance of a subclass, which adds its fields behind it. */
const struct type_spec bytes_type_spec = {
    .id = TYPE_ID_BYTES,
    .name = "bytes",
    .doc = "bytes(iterable_of_ints) -> bytes\nbytes(string, encoding[, errors]) -> bytes\nbytes(bytes_or_buffer) -> "
           "immutable copy of bytes_or_buffer\nbytes(int) -> bytes object of size given by the parameter initialized "
           "with null bytes\nbytes() -> empty bytes object",
    .size = sizeof(struct bytes_instance),
    .flags = TYPE_FLAG_BASE | TYPE_FLAG_BYTES,
    .traverse = bytes_traverse,
    .destroy = bytes_destroy,
    .slots =
        {
            .new = bytes_type_new,
            .repr = bytes_repr,
            .str = bytes_repr,
            .hash = bytes_hash,
            .compare = bytes_compare,
            .iter = bytes_iterator_new,
            .binary = {[BINARY_REMAINDER] = bytes_remainder},
            .length = bytes_length_slot,
            .getitem = bytes_getitem,
            .contains = bytes_contains,
            .concat = bytes_concat,
            .repeat = bytes_repeat,
            .buffer = bytes_buffer,
        },
    .methods = bytes_methods,
};

/* ---- iterators ---- */

struct bytes_iterator {
    struct object header;
    value_slot owner; /* bytes, bytearray or memoryview; None once exhausted */
    _Atomic int64_t index;
};

static value iterator_next(value self)
{
    struct bytes_iterator *it = (struct bytes_iterator *)self;
    value owner = slot_load(&it->header, &it->owner), result = VALUE_END;
    if (is_none(owner))
        return VALUE_END;
    size_t i;
    do
        i = (size_t)atomic_load_explicit(&it->index, memory_order_relaxed);
    while (!position_claim(&it->header, &it->index, (int64_t)i, (int64_t)i + 1));
    if (is_bytes(owner)) {
        struct span s = bytes_span(bytes_exact(owner));
        if (i < s.length)
            result = small_int(((const uint8_t *)s.data)[i]);
    } else if (value_is(owner, TYPE_ID_MEMORYVIEW)) {
        result = memoryview_item(owner, i);
        if (!result) /* released: that is said each time */
            atomic_store_explicit(&it->index, (int64_t)i, memory_order_relaxed);
    } else {
        struct bytearray *a = (struct bytearray *)owner;
        object_lock(&a->header);
        if (i < atomic_load_explicit(&a->length, memory_order_relaxed))
            result = small_int(atomic_load_explicit(&a->data, memory_order_relaxed)[i]);
        object_unlock(&a->header);
    }
    if (result == VALUE_END)
        slot_store(&it->header, &it->owner, VALUE_NONE);
    value_dec(owner);
    return result;
}

static value iterator_length_hint(value self)
{
    struct bytes_iterator *it = (struct bytes_iterator *)self;
    value owner = slot_load(&it->header, &it->owner);
    size_t i = (size_t)atomic_load_explicit(&it->index, memory_order_relaxed);
    ssize n = is_none(owner) ? 0 : value_length(owner);
    value_dec(owner);
    return n < 0 ? NULL : small_int((size_t)n > i ? n - (ssize)i : 0);
}

static value iterator_reduce(value self)
{
    struct bytes_iterator *it = (struct bytes_iterator *)self;
    value owner = slot_load(&it->header, &it->owner);
    if (is_none(owner))
        return reduce_result(builtin_by_name("iter"), tuple_new(0), NULL, false);
    return reduce_result(builtin_by_name("iter"), owner,
                         small_int(atomic_load_explicit(&it->index, memory_order_relaxed)), true);
}

static value iterator_setstate(value self, value state)
{
    struct bytes_iterator *it = (struct bytes_iterator *)self;
    int64_t index;
    if (!state_as_index(state, &index))
        return NULL;
    value owner = slot_load(&it->header, &it->owner);
    if (!is_none(owner)) {
        ssize length = value_length(owner);
        atomic_store_explicit(&it->index, index < 0 ? 0 : index > length ? length : index, memory_order_relaxed);
        value_dec(owner);
    }
    return VALUE_NONE;
}

static value iterator_self(value self)
{
    return value_inc(self);
}
static void iterator_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct bytes_iterator *)o)->owner);
}
static void iterator_destroy(struct object *o)
{
    slot_drop(&((struct bytes_iterator *)o)->owner);
}

static const struct method_def iterator_methods[] = {
    METHOD("__length_hint__", iterator_length_hint, "($self, /)",
           "Private method returning an estimate of len(list(it))."),
    METHOD("__reduce__", iterator_reduce, "($self, /)", "Return state information for pickling."),
    METHOD("__setstate__", iterator_setstate, "($self, state, /)", "Set state information for unpickling."),
    {0},
};
#define ITERATOR_SPEC(NAME, METHODS)                                                                                   \
    {                                                                                                                  \
        .name = NAME, .size = sizeof(struct bytes_iterator), .flags = TYPE_FLAG_NO_NEW, .gc_flags = TYPE_GC_CONTAINER, \
        .traverse = iterator_traverse, .destroy = iterator_destroy,                                                    \
        .slots = {.iter = iterator_self, .next = iterator_next}, .methods = METHODS,                                   \
    }
static const struct type_spec iterator_specs[] = {
    ITERATOR_SPEC("bytes_iterator", iterator_methods),
    ITERATOR_SPEC("bytearray_iterator", iterator_methods),
    ITERATOR_SPEC("memory_iterator", NULL),
};

value bytes_iterator_new(value owner)
{
    static _Atomic(struct type *) types[3];
    size_t kind = is_bytes(owner) ? 0 : is_bytearray(owner) ? 1 : 2;
    struct type *type = type_define_once(&types[kind], &iterator_specs[kind]);
    struct bytes_iterator *it = type ? (struct bytes_iterator *)object_new(type, sizeof *it) : NULL;
    if (!it)
        return NULL;
    slot_init(&it->owner, value_inc(owner));
    return value_of(it);
}

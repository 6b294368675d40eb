/*
 * bytearray: bytes that change. Arrays of other items (array.array) begin with the same layout, and their storage
 * changes through the same functions, which take the size of an item where that matters.
 *
 * All looks at `data` and `length` together, and all changes, are made under the object's lock, where indices meet the
 * length, too: each operation is one step. Memory is allocated outside: a change that finds too little starts again
 * when it has more (`again`). A buffer that is lent
 * counts in `exports`; while it does the storage is neither moved nor resized, so that borrowers need no lock. Replaced
 * storage is given back through storage_release.
 */
#include "runtime/objects/binary/bytes_methods.h"
#include "runtime/objects/containers/slice.h"
#include "runtime/objects/numbers/float.h"
#include "runtime/raw.h"
#include "runtime/objects/text/str.h"

#include <stdlib.h>

static size_t length_of(struct bytearray *a)
{
    return atomic_load_explicit(&a->length, memory_order_relaxed);
}
static uint8_t *data_of(struct bytearray *a)
{
    return atomic_load_explicit(&a->data, memory_order_relaxed);
}

/* A change under the lock: what it brings, and what it leaves to be done, or said, after it. */
struct outcome {
    uint8_t *fresh; /* storage that was allocated for it; NULL: none yet */
    size_t fresh_size;
    void *old;
    size_t old_size;
    size_t wanted; /* bytes of storage it lacks */
    enum { DONE, EXPORTED, LACKING } status;
};

/* After unlocking. True: with the storage it lacked, the change is to be tried again. */
static bool again(struct outcome *o)
{
    if (o->status != LACKING)
        return false;
    if (o->fresh)
        storage_free(o->fresh, o->fresh_size);
    o->fresh_size = o->wanted;
    o->fresh = o->wanted > (size_t)1 << 60 ? NULL : storage_alloc(o->wanted);
    if (!o->fresh)
        return false;
    o->status = DONE;
    return true;
}

static bool exported_error(struct bytearray *a)
{
    return raise_false(EXC(BufferError), is_bytearray(value_of(a))
                                             ? "Existing exports of data: object cannot be re-sized"
                                             : "cannot resize an array that is exporting buffers");
}

static bool finish(struct bytearray *a, struct outcome o)
{
    if (o.old)
        storage_release(&a->header, o.old, o.old_size);
    if (o.fresh)
        storage_free(o.fresh, o.fresh_size);
    if (o.status == DONE)
        return true;
    if (o.status == LACKING) {
        raise_no_memory();
        return false;
    }
    return exported_error(a);
}

static bool is_exported(struct bytearray *a)
{
    return atomic_load_explicit(&a->exports, memory_order_acquire) != 0;
}

/* Under the lock: can the length become this one? Nothing is changed; if not, the outcome says why. To be asked before
   anything else is changed. */
static bool can_resize(struct bytearray *a, size_t length, struct outcome *o)
{
    size_t capacity = atomic_load_explicit(&a->capacity, memory_order_relaxed), old_length = length_of(a);
    if (length == old_length)
        return true;
    if (is_exported(a)) {
        o->status = EXPORTED;
        return false;
    }
    if (length < capacity || (o->fresh && length < o->fresh_size))
        return true;
    o->wanted = old_length ? length + (length >> 3) + 8 : length + 1;
    o->status = LACKING;
    return false;
}

/* Under the lock, after can_resize: make the length `length`; new bytes are whatever was there. */
static void resize(struct bytearray *a, size_t length, struct outcome *o)
{
    size_t capacity = atomic_load_explicit(&a->capacity, memory_order_relaxed), old_length = length_of(a);
    if (length == old_length)
        return;
    if (length >= capacity) {
        o->old = data_of(a);
        o->old_size = capacity;
        if (o->old)
            thread_copy(o->fresh, o->old, old_length);
        atomic_store_explicit(&a->data, o->fresh, memory_order_release);
        atomic_store_explicit(&a->capacity, o->fresh_size, memory_order_relaxed);
        o->fresh = NULL;
    }
    atomic_store_explicit(&a->length, length, memory_order_relaxed);
    data_of(a)[length] = 0;
}

/* Give memory back when less than half of it is used. Nothing is lost when there is none for the smaller storage. */
static void shrink(struct bytearray *a)
{
    struct outcome o = {0};
    object_lock(&a->header);
    size_t length = length_of(a);
    bool sparse = length + 64 < atomic_load_explicit(&a->capacity, memory_order_relaxed) / 2;
    object_unlock(&a->header);
    o.fresh_size = length + 1;
    if (!sparse || !(o.fresh = storage_alloc(o.fresh_size)))
        return;
    object_lock(&a->header);
    size_t capacity = atomic_load_explicit(&a->capacity, memory_order_relaxed);
    if (length_of(a) == length && !is_exported(a) && capacity > o.fresh_size) {
        o.old = data_of(a);
        o.old_size = capacity;
        thread_copy(o.fresh, o.old, length);
        o.fresh[length] = 0;
        atomic_store_explicit(&a->data, o.fresh, memory_order_release);
        atomic_store_explicit(&a->capacity, o.fresh_size, memory_order_relaxed);
        o.fresh = NULL;
    }
    object_unlock(&a->header);
    finish(a, o);
}

/* Under the lock: replace the bytes from start to end by others, which are not inside the array. */
static void replace(struct bytearray *a, size_t start, size_t end, const uint8_t *bytes, size_t count,
                    struct outcome *o)
{
    size_t length = length_of(a), tail = length - end, new_length = start + count + tail;
    if (!can_resize(a, new_length, o))
        return;
    if (count < end - start)
        thread_move(data_of(a) + start + count, data_of(a) + end, tail);
    resize(a, new_length, o);
    if (count > end - start)
        thread_move(data_of(a) + start + count, data_of(a) + end, tail);
    if (count)
        thread_copy(data_of(a) + start, bytes, count);
}

bool bytearray_set_range(value v, ssize start, ssize end, const uint8_t *bytes, size_t count)
{
    struct bytearray *a = (struct bytearray *)v;
    struct outcome o = {0};
    bool shorter;
    do {
        object_lock(&a->header);
        size_t from = bound_resolve(start, length_of(a)), to = bound_resolve(end, length_of(a));
        if (to < from)
            to = from;
        shorter = count < to - from;
        replace(a, from, to, bytes, count, &o);
        object_unlock(&a->header);
    } while (again(&o));
    if (!finish(a, o))
        return false;
    if (shorter)
        shrink(a);
    return true;
}

bool bytearray_resize(value v, size_t length)
{
    struct bytearray *a = (struct bytearray *)v;
    struct outcome o = {0};
    do {
        object_lock(&a->header);
        if (can_resize(a, length, &o))
            resize(a, length, &o);
        object_unlock(&a->header);
    } while (again(&o));
    if (!finish(a, o))
        return false;
    shrink(a);
    return true;
}

/* The contents become so many zeros, in one step. Fresh storage is zero. */
static bool set_zeros(struct bytearray *a, size_t count)
{
    struct outcome o = {0};
    do {
        object_lock(&a->header);
        if (can_resize(a, count, &o)) {
            uint8_t *kept = data_of(a);
            size_t copied = length_of(a);
            resize(a, count, &o);
            thread_fill(data_of(a), 0, data_of(a) == kept || copied > count ? count : copied);
        }
        object_unlock(&a->header);
    } while (again(&o));
    return finish(a, o);
}

static value bytearray_make(struct type *type, const uint8_t *bytes, size_t length)
{
    struct bytearray *a = (struct bytearray *)object_new(type, type->gc.instance_size);
    if (!a || length == 0)
        return value_of(a);
    if (!bytearray_resize(value_of(a), length)) {
        value_dec(value_of(a));
        return NULL;
    }
    if (bytes)
        thread_copy(data_of(a), bytes, length);
    return value_of(a);
}

value bytearray_new(const uint8_t *bytes, size_t length)
{
    return bytearray_make(TYPE(BYTEARRAY), bytes, length);
}

void bytearray_destroy(struct object *o)
{
    struct bytearray *a = (struct bytearray *)o;
    storage_release(o, data_of(a), atomic_load_explicit(&a->capacity, memory_order_relaxed));
    atomic_store_explicit(&a->data, NULL, memory_order_relaxed);
}

static value bytearray_type_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    return bytearray_make(type, NULL, 0);
}

static bool append_bytes(struct bytearray *a, const uint8_t *bytes, size_t count)
{
    return bytearray_set_range(value_of(a), PTRDIFF_MAX, PTRDIFF_MAX, bytes, count);
}

static bool append_byte(void *self, uint8_t byte)
{
    return append_bytes(self, &byte, 1);
}

static bool bytearray_init(value self, const value *args, size_t nargs, value kwnames)
{
    struct bytearray *a = (struct bytearray *)self;
    value bound[3];
    if (!bytes_bind_arguments(&bytearray_maker, args, nargs, kwnames, bound))
        return false;
    if (length_of(a) && is_exported(a))
        return exported_error(a);
    /* The old contents go first, if that can be seen: by Python code that gives the new ones, or in them. */
    bool plain = !is_missing(bound[0]) && value_has_buffer(bound[0]) && bound[0] != self && is_missing(bound[1]) &&
                 is_missing(bound[2]);
    if (!plain && !bytearray_resize(self, 0))
        return false;
    size_t count = 0;
    int counted = is_missing(bound[0]) || !is_missing(bound[1]) || !is_missing(bound[2])
                      ? 0
                      : bytes_count_argument(bound[0], &count);
    if (counted)
        return counted > 0 && (count == 0 || set_zeros(a, count));
    bool iterable = !is_missing(bound[0]) && is_missing(bound[1]) && is_missing(bound[2]) && !is_str(bound[0]) &&
                    !value_has_buffer(bound[0]);
    if (iterable) /* whose code sees the bytes come */
        return bytes_each(bound[0], &bytearray_maker, append_byte, a);
    struct bytes_builder out = {0};
    bool ok = bytes_add_arguments(&out, bound, &bytearray_maker);
    if (ok && out.failed) {
        raise_no_memory();
        ok = false;
    }
    /* A copy replaces what is there (as zeros do); all else comes behind what that code put there meanwhile. */
    ok = ok && bytearray_set_range(value_of(a), plain ? 0 : PTRDIFF_MAX, PTRDIFF_MAX, out.data, out.length);
    bytes_builder_discard(&out);
    return ok;
}

/* ---- buffer ---- */

static int lend_copy(struct bytearray *a, struct buffer *buffer)
{
    size_t room = 0, length;
    uint8_t *copy = NULL;
    for (;;) {
        object_lock(&a->header);
        length = length_of(a);
        if (length && length < room)
            thread_copy(copy, data_of(a), length);
        object_unlock(&a->header);
        if (length < room)
            break;
        raw_free(copy);
        room = length + length / 8 + 32;
        if (!(copy = raw_alloc(room))) {
            raise_no_memory();
            return -1;
        }
    }
    buffer_fill(buffer, NULL, copy, length, true);
    buffer->internal = copy;
    return 0;
}

int bytearray_buffer(value self, struct buffer *buffer, int flags)
{
    struct bytearray *a = (struct bytearray *)self;
    static uint8_t nothing[1];
    if (!(flags & (BUFFER_WRITABLE | BUFFER_MEMORY)) && unlikely(!thread_is_alone()))
        return lend_copy(a, buffer);
    object_lock(&a->header);
    atomic_fetch_add_explicit(&a->exports, 1, memory_order_acq_rel);
    uint8_t *data = data_of(a);
    size_t length = length_of(a);
    object_unlock(&a->header);
    buffer_fill(buffer, self, data ? data : nothing, length, false);
    buffer->guard = &a->header;
    return 0;
}
void bytearray_buffer_release(value self, struct buffer *buffer)
{
    atomic_fetch_sub_explicit(&((struct bytearray *)self)->exports, 1, memory_order_acq_rel);
}

/* ---- items ---- */

static bool byte_of(value v, uint8_t *out)
{
    ssize i;
    if (!index_as_ssize(v, &i, NULL))
        return false;
    if (i < 0 || i > 255)
        return raise_false(EXC(ValueError), "byte must be in range(0, 256)");
    *out = (uint8_t)i;
    return true;
}

static value bytearray_getitem(value self, value key)
{
    struct bytearray *a = (struct bytearray *)self;
    if (!value_is_small_int(key) && !value_type_slot(key, to_index)) {
        if (!value_is(key, TYPE_ID_SLICE))
            return raise(EXC(TypeError), "bytearray indices must be integers or slices, not %T", key);
        return bytes_slice(self, key);
    }
    ssize i;
    if (!index_as_ssize(key, &i, EXC(IndexError)))
        return NULL;
    value result = NULL;
    object_lock(&a->header);
    ssize n = (ssize)length_of(a);
    if (i < 0)
        i += n;
    if (i >= 0 && i < n)
        result = small_int(data_of(a)[i]);
    object_unlock(&a->header);
    return result ? result : raise(EXC(IndexError), "bytearray index out of range");
}

static bool set_item(struct bytearray *a, value key, value v)
{
    ssize i;
    uint8_t byte = 0;
    if (!index_as_ssize(key, &i, EXC(IndexError)) || (v && !byte_of(v, &byte)))
        return false;
    struct outcome o = {0};
    object_lock(&a->header);
    uint64_t at = index_resolve(i, length_of(a));
    bool inside = at != UINT64_MAX;
    if (inside && v)
        data_of(a)[at] = byte;
    else if (inside)
        replace(a, at, at + 1, NULL, 0, &o);
    object_unlock(&a->header);
    return finish(a, o) && (inside || raise_false(EXC(IndexError), "bytearray index out of range"));
}

bool bytearray_set_steps(value v, ssize start, ssize stop, ssize step, size_t size, const uint8_t *bytes, size_t given)
{
    struct bytearray *a = (struct bytearray *)v;
    struct outcome o = {0};
    object_lock(&a->header);
    ssize n = (ssize)(length_of(a) / size), count = slice_adjust(n, &start, &stop, step);
    uint8_t *data = data_of(a);
    bool fits = given == 0 || (size_t)count == given;
    if (fits && given) {
        for (ssize i = 0; i < count; i++) {
            memcpy(data + (size_t)(start + i * step) * size, bytes + (size_t)i * size, size);
            thread_report_at((size_t)i + 1);
        }
    } else if (fits && count > 0 && is_exported(a)) {
        o.status = EXPORTED;
    } else if (fits && count > 0) {
        if (step < 0) {
            start += (count - 1) * step;
            step = -step;
        }
        ssize to = start;
        for (ssize from = start; from < n; thread_report_at((size_t)++from))
            if ((from - start) % step != 0 || (from - start) / step >= count)
                memmove(data + (size_t)to++ * size, data + (size_t)from * size, size);
        resize(a, (size_t)to * size, &o);
    }
    object_unlock(&a->header);
    if (!fits)
        return raise_false(EXC(ValueError), "attempt to assign %s of size %zu to extended slice of size %zd",
                           is_bytearray(v) ? "bytes" : "array", given, count);
    return finish(a, o);
}

static bool set_slice(struct bytearray *a, value key, value v)
{
    value bytes = NULL;
    struct bytes_builder out = {0};
    ssize start, stop, step;
    if (!slice_unpack(key, &start, &stop, &step))
        return false;
    if (v) {
        struct type *type = value_type(v);
        if (is_str(v) || is_complex(v) || type_slot(type, to_index) || type_slot(type, to_int) ||
            type_slot(type, to_float))
            return raise_false(EXC(TypeError), "can assign only bytes, buffers, or iterables of ints in range(0, 256)");
        if (!bytes_add_source(&out, v, &bytearray_maker)) {
            bytes_builder_discard(&out);
            return false;
        }
        if (!(bytes = bytes_builder_finish(&out)))
            return false;
        /* What became bytes for this is assigned anew, as if it were those. */
        if ((value_of(a) == v || !is_bytearray(v)) && !slice_unpack(key, &start, &stop, &step)) {
            value_dec(bytes);
            return false;
        }
    }
    size_t n = bytes ? bytes_length(bytes) : 0;
    const uint8_t *contents = bytes ? bytes_data(bytes) : NULL;
    bool ok = step == 1 ? bytearray_set_range(value_of(a), start, stop, contents, n)
                        : bytearray_set_steps(value_of(a), start, stop, step, 1, contents, n);
    value_dec(bytes);
    return ok;
}

static bool bytearray_setitem(value self, value key, value v)
{
    struct bytearray *a = (struct bytearray *)self;
    if (value_is_small_int(key) || value_type_slot(key, to_index))
        return set_item(a, key, v);
    if (!value_is(key, TYPE_ID_SLICE))
        return raise_false(EXC(TypeError), "bytearray indices must be integers or slices, not %T", key);
    return set_slice(a, key, v);
}

/* ---- methods ---- */

value bytearray_append(value self, value item)
{
    uint8_t byte;
    return byte_of(item, &byte) && append_bytes((struct bytearray *)self, &byte, 1) ? VALUE_NONE : NULL;
}

value bytearray_extend(value self, value v)
{
    struct bytes_builder out = {0};
    bool ok;
    if (value_has_buffer(v) && v != self) {
        struct buffer b;
        if (!buffer_get(v, &b, BUFFER_SIMPLE))
            return buffer_refused() ? raise(EXC(TypeError), "can't set bytearray slice from %T", v) : NULL;
        ok = append_bytes((struct bytearray *)self, b.data, (size_t)b.length);
        buffer_release(&b);
        return ok ? VALUE_NONE : NULL;
    }
    if (!value_type_slot(v, iter) && !value_type_slot(v, getitem))
        return raise(EXC(TypeError), "can't extend bytearray with %T", v);
    if (is_str(v)) { /* its items are no integers */
        ok = str_length(v) == 0 || raise_false(EXC(TypeError), "'str' object cannot be interpreted as an integer");
    } else
        ok = (v == self || value_length_hint(v, 32) >= 0) && bytes_add_source(&out, v, &bytearray_maker);
    if (ok && out.failed) {
        raise_no_memory();
        ok = false;
    }
    ok = ok && append_bytes((struct bytearray *)self, out.data, out.length);
    bytes_builder_discard(&out);
    return ok ? VALUE_NONE : NULL;
}

value bytearray_insert(value self, value index, value item)
{
    struct bytearray *a = (struct bytearray *)self;
    ssize i;
    uint8_t byte;
    if (!value_as_ssize(index, &i) || !byte_of(item, &byte))
        return NULL;
    return bytearray_set_range(value_of(a), i, i, &byte, 1) ? VALUE_NONE : NULL;
}

int bytearray_take(value v, ssize index, size_t size, uint8_t *item)
{
    struct bytearray *a = (struct bytearray *)v;
    struct outcome o = {0};
    object_lock(&a->header);
    uint64_t at = index_resolve(index, length_of(a) / size);
    if (at != UINT64_MAX) {
        memcpy(item, data_of(a) + at * size, size);
        replace(a, at * size, (at + 1) * size, NULL, 0, &o);
    }
    object_unlock(&a->header);
    if (!finish(a, o))
        return -1;
    shrink(a);
    return at != UINT64_MAX;
}

value bytearray_pop(value self, value index)
{
    ssize i;
    uint8_t byte;
    if (!value_as_ssize(index, &i))
        return NULL;
    bool empty = length_of((struct bytearray *)self) == 0;
    int taken = bytearray_take(self, i, 1, &byte);
    if (taken == 0)
        return raise(EXC(IndexError), empty ? "pop from empty bytearray" : "pop index out of range");
    return taken > 0 ? small_int(byte) : NULL;
}

value bytearray_remove(value self, value v)
{
    struct bytearray *a = (struct bytearray *)self;
    uint8_t byte = 0;
    if (!byte_of(v, &byte))
        return NULL;
    struct outcome o = {0};
    object_lock(&a->header);
    size_t n = length_of(a), i = n ? span_find_char(span_bytes(data_of(a), n), byte) : SPAN_NONE;
    if (i != SPAN_NONE)
        replace(a, i, i + 1, NULL, 0, &o);
    object_unlock(&a->header);
    if (!finish(a, o))
        return NULL;
    return i == SPAN_NONE ? raise(EXC(ValueError), "value not found in bytearray") : VALUE_NONE;
}

value bytearray_clear(value self)
{
    return bytearray_resize(self, 0) ? VALUE_NONE : NULL;
}

value bytearray_copy(value self)
{
    struct buffer b;
    if (!buffer_get(self, &b, BUFFER_SIMPLE))
        return NULL;
    value v = bytearray_new(b.data, (size_t)b.length);
    buffer_release(&b);
    return v;
}

void bytearray_reverse_items(value v, size_t size)
{
    struct bytearray *a = (struct bytearray *)v;
    uint8_t item[8];
    object_lock(&a->header);
    uint8_t *data = data_of(a);
    size_t i = 0, j = length_of(a) / size;
    for (size_t step = 1; size == 1 && j - i >= 16; i += 8, thread_report_at(step++)) { /* eight at each end */
        uint64_t front, back;
        j -= 8;
        memcpy(&front, data + i, 8);
        memcpy(&back, data + j, 8);
        front = __builtin_bswap64(front);
        back = __builtin_bswap64(back);
        memcpy(data + i, &back, 8);
        memcpy(data + j, &front, 8);
    }
    for (; i + 1 < j; i++) {
        j--;
        memcpy(item, data + i * size, size);
        memcpy(data + i * size, data + j * size, size);
        memcpy(data + j * size, item, size);
        thread_report_at(i + 1);
    }
    object_unlock(&a->header);
}
value bytearray_reverse(value self)
{
    bytearray_reverse_items(self, 1);
    return VALUE_NONE;
}

value bytearray_alloc(value self)
{
    return small_int((int64_t)atomic_load_explicit(&((struct bytearray *)self)->capacity, memory_order_relaxed));
}

/* (type, its arguments, state), the contents as a str where the protocol knows no bytes. */
static value reduce(value self, int protocol)
{
    struct buffer b;
    if (!buffer_get(self, &b, BUFFER_SIMPLE))
        return NULL;
    value contents = protocol < 3 ? str_from_latin1(b.data, (size_t)b.length) : bytes_new(b.data, (size_t)b.length);
    bool empty = b.length == 0;
    buffer_release(&b);
    value arguments = NULL;
    if (contents)
        arguments = empty          ? tuple_new(0)
                    : protocol < 3 ? tuple_pack(2, contents, NAME_TEXT("latin-1"))
                                   : tuple_pack(1, contents);
    value state = arguments ? object_state(self) : NULL;
    value result = state ? tuple_pack(3, value_of(value_type(self)), arguments, state) : NULL;
    value_dec(state);
    value_dec(arguments);
    value_dec(contents);
    return result;
}
value bytearray_reduce(value self)
{
    return reduce(self, 2);
}
value bytearray_reduce_ex(value self, value proto)
{
    int protocol;
    return value_as_int(proto, &protocol) ? reduce(self, protocol) : NULL;
}

/* ---- slots ---- */

static ssize bytearray_length(value self)
{
    return (ssize)length_of((struct bytearray *)self);
}
static value bytearray_repr(value self)
{
    struct buffer b;
    if (!buffer_get(self, &b, BUFFER_SIMPLE))
        return NULL;
    char prefix[128];
    const char *name = type_short_name(value_type(self));
    size_t n = strlen(name) < sizeof prefix - 2 ? strlen(name) : sizeof prefix - 2;
    memcpy(prefix, name, n);
    memcpy(prefix + n, "(", 2);
    value text = bytes_repr_span(prefix, span_bytes(b.data, (size_t)b.length), ")");
    buffer_release(&b);
    return text;
}

static value bytearray_inplace_concat(value self, value other)
{
    struct buffer b;
    if (other == self && bytearray_length(self)) { /* which it lends itself meanwhile, whoever else may be there */
        exported_error((struct bytearray *)self);
        return NULL;
    }
    bool ok = buffer_get(other, &b, BUFFER_SIMPLE);
    if (ok) {
        ok = append_bytes((struct bytearray *)self, b.data, (size_t)b.length);
        buffer_release(&b);
    } else if (buffer_refused())
        raise(EXC(TypeError), "can't concat %T to %T", other, self);
    return ok ? value_inc(self) : NULL;
}

value bytearray_inplace_repeat(value self, ssize count)
{
    struct bytearray *a = (struct bytearray *)self;
    struct outcome o = {0};
    bool huge;
    if (count < 0)
        count = 0;
    do {
        object_lock(&a->header);
        size_t n = length_of(a), total;
        huge = __builtin_mul_overflow(n, (size_t)count, &total) || total > (size_t)1 << 60;
        if (!huge && can_resize(a, total, &o)) {
            resize(a, total, &o);
            if (total > n)
                bytes_fill_repeated(data_of(a), span_bytes(o.old ? o.old : (void *)data_of(a), n), total);
        }
        object_unlock(&a->header);
    } while (again(&o));
    if (!finish(a, o))
        return NULL;
    if (huge)
        return raise_no_memory();
    shrink(a);
    return value_inc(self);
}

const struct type_spec bytearray_type_spec = {
    .id = TYPE_ID_BYTEARRAY,
    .name = "bytearray",
    .doc = "bytearray(iterable_of_ints) -> bytearray\nbytearray(string, encoding[, errors]) -> bytearray\n"
           "bytearray(bytes_or_buffer) -> mutable copy of bytes_or_buffer\nbytearray(int) -> bytes array of size given "
           "by the parameter initialized with null bytes\nbytearray() -> empty bytes array",
    .size = sizeof(struct bytearray),
    .flags = TYPE_FLAG_BASE,
    .destroy = bytearray_destroy,
    .slots =
        {
            .new = bytearray_type_new,
            .init = bytearray_init,
            .repr = bytearray_repr,
            .str = bytearray_repr,
            .hash = value_unhashable,
            .compare = bytes_compare,
            .iter = bytes_iterator_new,
            .binary = {[BINARY_REMAINDER] = bytes_remainder},
            .length = bytearray_length,
            .getitem = bytearray_getitem,
            .setitem = bytearray_setitem,
            .contains = bytes_contains,
            .concat = bytes_concat,
            .repeat = bytes_repeat,
            .inplace_concat = bytearray_inplace_concat,
            .inplace_repeat = bytearray_inplace_repeat,
            .buffer = bytearray_buffer,
            .buffer_release = bytearray_buffer_release,
        },
    .methods = bytearray_methods,
};

/*
 * bytes: making and reading. The methods, which bytearray shares, are in bytes_methods.c.
 */
#include "runtime/objects/binary/bytes.h"
#include "runtime/objects/text/str.h"
#include "runtime/raw.h"

#include <stdlib.h>

static value_slot empty_bytes, single_bytes[256];
static _Atomic uint8_t singles_lock;

static value bytes_make(const uint8_t *contents, size_t length)
{
    if (length > (size_t)1 << 60)
        return raise_no_memory();
    struct bytes *b = (struct bytes *)OBJECT_NEW(BYTES, KIND_LEAF, sizeof *b + length + 1, 0);
    if (unlikely(!b))
        return NULL;
    b->length = length;
    if (contents)
        thread_copy(b->data, contents, length);
    return value_of(b);
}

static value single_make(value_slot *place, const uint8_t *contents, size_t length)
{
    value v = bytes_make(contents, length);
    if (!v)
        return NULL;
    byte_lock(&singles_lock);
    value winner = atomic_load_explicit(place, memory_order_acquire);
    if (!winner) {
        heap_make_immortal(value_object(v));
        atomic_store_explicit(place, v, memory_order_release);
        winner = v;
        v = NULL;
    }
    byte_unlock(&singles_lock);
    value_dec(v);
    return winner;
}

value bytes_new(const uint8_t *contents, size_t length)
{
    if (length > 1 || (length == 1 && !contents))
        return bytes_make(contents, length);
    value_slot *place = length ? &single_bytes[*contents] : &empty_bytes;
    value v = atomic_load_explicit(place, memory_order_acquire);
    return likely(v != NULL) ? v : single_make(place, contents, length);
}

value bytes_instance_new(struct type *type, value exact)
{
    if (type == TYPE(BYTES))
        return value_inc(exact);
    struct bytes_instance *self = (struct bytes_instance *)object_new(type, type->gc.instance_size);
    if (!self)
        return NULL;
    slot_init(&self->contents, value_inc(exact));
    return value_of(self);
}

value bytes_cut(value v, size_t length)
{
    struct bytes *b = (struct bytes *)v;
    if (length == b->length)
        return v;
    if (length <= 1 || b->length - length > b->length / 4 + 64) {
        value copy = bytes_new(b->data, length);
        value_dec(v);
        return copy;
    }
    b->length = length;
    b->data[length] = 0;
    return v;
}

uint8_t *bytes_data(value v)
{
    return ((struct bytes *)bytes_exact(v))->data;
}

size_t bytes_length(value v)
{
    return ((struct bytes *)bytes_exact(v))->length;
}

/* ---- builder ---- */

uint8_t *bytes_builder_room(struct bytes_builder *b, size_t more)
{
    if (unlikely(b->failed))
        return NULL;
    if (unlikely(b->capacity - b->length < more)) {
        size_t need = b->length + more, capacity = need + need / 2 + 32;
        uint8_t *data = need > (size_t)1 << 60 ? NULL : raw_resize(b->data, capacity);
        if (!data) {
            b->failed = true;
            return NULL;
        }
        b->data = data;
        b->capacity = capacity;
    }
    return b->data + b->length;
}

void bytes_builder_add(struct bytes_builder *b, const void *bytes, size_t length)
{
    uint8_t *to = bytes_builder_room(b, length);
    if (to && length) {
        thread_copy(to, bytes, length);
        b->length += length;
    }
}

void bytes_builder_discard(struct bytes_builder *b)
{
    raw_free(b->data);
    *b = (struct bytes_builder){0};
}

value bytes_builder_finish(struct bytes_builder *b)
{
    value v = b->failed ? raise_no_memory() : bytes_new(b->data ? b->data : (uint8_t *)"", b->length);
    bytes_builder_discard(b);
    return v;
}

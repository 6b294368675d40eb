/*
 * The layout of bytes and bytearray, and what their files share.
 *
 * bytes is an immutable leaf with its contents in line and a zero behind them. As with str, an instance of a Python
 * subclass refers to an exact one. A bytearray owns storage, which may be replaced while others read: its contents
 * change under its object lock, and no longer resize while buffers are exported.
 */
#ifndef ATOLL_BYTES_H
#define ATOLL_BYTES_H

#include "runtime/objects/binary/buffer.h"
#include "runtime/objects/objects.h"
#include "runtime/objects/text/span.h"

struct bytes {
    struct object header;
    uint64_t length;
    _Atomic int64_t hash; /* 0: not computed yet */
    uint8_t data[];
};

struct bytes_instance {
    struct object header;
    value_slot contents; /* exact bytes, set before the instance is seen */
};

static inline value bytes_exact(value v)
{
    return likely(value_is(v, TYPE_ID_BYTES)) ? v : slot_peek(&((struct bytes_instance *)v)->contents);
}
static inline struct span bytes_span(value exact)
{
    struct bytes *b = (struct bytes *)exact;
    return span_bytes(b->data, b->length);
}
value bytes_instance_new(struct type *type, value exact);
/* Take the last bytes away: the caller holds the only reference to `v`, exact bytes just made. Stolen and returned. */
value bytes_cut(value v, size_t length);

struct bytearray {
    struct object header;
    _Atomic(uint8_t *) data; /* NULL while empty; storage_alloc */
    _Atomic size_t length, capacity;
    _Atomic uint32_t exports; /* buffers that point into the data: no resizing */
};
/* For bytearrays and whatever begins with that layout; items have so many bytes. Under no lock; BufferError,
   MemoryError. */
bool bytearray_resize(value v, size_t length);
/* Replace the bytes [start, end), negative bounds from the end, by others, which are not inside the array. */
bool bytearray_set_range(value v, ssize start, ssize end, const uint8_t *bytes, size_t count);
/* The items of a slice with another step than one become these, or go when there are none. ValueError. */
bool bytearray_set_steps(value v, ssize start, ssize stop, ssize step, size_t size, const uint8_t *bytes, size_t given);
/* Take the item at the index (from the end when negative) out: 1; 0: there is none; -1: exception. */
int bytearray_take(value v, ssize index, size_t size, uint8_t *item);
void bytearray_reverse_items(value v, size_t size /* 8 at most */);
value bytearray_inplace_repeat(value v, ssize count);
void bytearray_destroy(struct object *o);
int bytearray_buffer(value v, struct buffer *buffer, int flags);
void bytearray_buffer_release(value v, struct buffer *buffer);
static inline bool is_bytearray(value v)
{
    return value_is_object(v) && v &&
           (value_is(v, TYPE_ID_BYTEARRAY) || type_is_subtype(value_type(v), TYPE(BYTEARRAY)));
}

/* A growing array of bytes; errors are remembered as in the string builder. */
struct bytes_builder {
    uint8_t *data;
    size_t length, capacity;
    bool failed;
};
uint8_t *bytes_builder_room(struct bytes_builder *b, size_t more); /* where to write; NULL: no memory */
void bytes_builder_add(struct bytes_builder *b, const void *bytes, size_t length);
static inline void bytes_builder_add_byte(struct bytes_builder *b, uint8_t byte)
{
    if (likely(b->length < b->capacity))
        b->data[b->length++] = byte;
    else
        bytes_builder_add(b, &byte, 1);
}
value bytes_builder_finish(struct bytes_builder *b); /* bytes; frees the builder */
void bytes_builder_discard(struct bytes_builder *b);

/* The contents of anything with a buffer as exact bytes (itself when it is); TypeError otherwise; not iterables. */
value bytes_from_buffer(value v);
/* The contents as bytes(v) has them: of a buffer, or of an iterable of ints. */
value bytes_from_object(value v);
value bytes_percent(struct span format, value args); /* str_percent.c */

/* repr with the given quote preference: b'...' */
value bytes_repr_span(const char *prefix, struct span s, const char *suffix);

#endif

/*
 * The buffer protocol: how an object lends its memory.
 *
 * buffer_get fills a struct buffer; until buffer_release the exporter keeps the memory where it is (a bytearray refuses
 * to resize) and is held by the buffer. The arrays of shape and strides belong to the exporter or to the struct itself.
 */
#ifndef ATOLL_BUFFER_H
#define ATOLL_BUFFER_H

#include "runtime/value.h"

enum buffer_flag {
    BUFFER_SIMPLE = 0, /* to read only; may be a copy of what the object holds at this moment */
    BUFFER_WRITABLE = 1,
    BUFFER_FORMAT = 2,
    BUFFER_STRIDES = 4, /* the caller can handle strided memory; without it only C-contiguous memory is lent */
};
#define BUFFER_DIMENSIONS_MAX 64

struct buffer {
    void *data;
    ssize length; /* bytes in all */
    value owner;  /* held; NULL when the data are a copy */
    ssize item_size;
    const char *format; /* never NULL once got: "B" by default */
    ssize *shape;       /* ndim of each; NULL for ndim 0, and for plain bytes */
    ssize *strides;
    int ndim;
    bool readonly;
    void *internal; /* the exporter's; with no owner, the copy: malloc'd */
};

/* The object's memory; false with TypeError ("a bytes-like object is required, not 'X'"), BufferError. */
bool buffer_get(value v, struct buffer *buffer, int flags);
void buffer_release(struct buffer *buffer);
/* For exporters: fill a one-dimensional buffer of bytes. Counts the owner. */
void buffer_fill(struct buffer *buffer, value owner, void *data, size_t length, bool readonly);
bool value_has_buffer(value v);

#endif

/*
 * The buffer protocol: how an object lends its memory.
 *
 * buffer_get fills a struct buffer; until buffer_release the exporter keeps the memory where it is (a bytearray refuses
 * to resize, a memoryview to be released) and is held by the buffer. Shape and strides belong to the object that was
 * asked, which the caller holds meanwhile, or point into the struct, which therefore is not copied.
 *
 * Where other threads run, who only reads is lent a copy of the bytes of one moment: they could change under its hands,
 * and an export would make the others' changes fail, for no reason that those could see.
 */
#ifndef ATOLL_BUFFER_H
#define ATOLL_BUFFER_H

#include "runtime/value.h"

enum buffer_flag {
    BUFFER_SIMPLE = 0, /* to read only */
    BUFFER_WRITABLE = 1,
    BUFFER_STRIDES = 2, /* with shape, strides and format; without it only C-contiguous bytes are lent */
    BUFFER_MEMORY = 4,  /* the memory itself, which the caller guards (`guard`), and no copy */
};
#define BUFFER_DIMENSIONS_MAX 64

struct buffer {
    void *data;
    ssize length; /* bytes in all */
    value owner;  /* held; NULL when the data are a copy */
    /* Under whose lock the bytes are looked at and changed while other threads run; the owner holds it. NULL: they are
       constant, and stay as long as the owner is held (a bytes object, which others may lend on). */
    struct object *guard;
    ssize item_size;
    const char *format; /* never NULL once got: "B" by default */
    ssize *shape;       /* ndim of each; NULL: plain bytes */
    ssize *strides;
    int ndim;
    bool readonly;
    ssize item_count; /* what `shape` points to where the exporter has no shape of its own */
    void *internal;   /* the exporter's; with no owner, the copy: malloc'd */
};

/* The object's memory; false with TypeError ("a bytes-like object is required, not 'X'"), BufferError. */
bool buffer_get(value v, struct buffer *buffer, int flags);
/* The same for the only argument of `function`, which writes to it. */
bool buffer_get_argument(value v, struct buffer *buffer, const char *function);
void buffer_release(struct buffer *buffer);
/* For those who have words of their own for what buffer_get failed with: forgets it, unless memory is lacking: false.
 */
bool buffer_refused(void);
/* For exporters: fill a one-dimensional buffer of bytes, without a guard. Counts the owner. */
void buffer_fill(struct buffer *buffer, value owner, void *data, size_t length, bool readonly);
bool value_has_buffer(value v);

/* Do the items lie one behind the other, the last index (fortran: the first) being the fastest? */
bool buffer_is_contiguous(const struct buffer *buffer, bool fortran);
/* Copy the items to `to`, packed in that order; length bytes. */
void buffer_pack(const struct buffer *buffer, bool fortran, void *to);

#endif

/* Bytes that are appended one by one. */
#ifndef ATOLL_BYTE_BUFFER_H
#define ATOLL_BYTE_BUFFER_H

#include "runtime/raw.h"

#include <stdbool.h>
#include <stdint.h>

struct byte_buffer {
    uint8_t *bytes; /* free() */
    size_t length, capacity;
    bool failed; /* no memory; no exception is set */
};

static inline void byte_buffer_add(struct byte_buffer *b, unsigned byte)
{
    if (b->length == b->capacity) {
        size_t capacity = b->capacity ? b->capacity * 2 : 128;
        uint8_t *fresh = raw_resize(b->bytes, capacity);
        if (!fresh) {
            b->failed = true;
            return;
        }
        b->bytes = fresh;
        b->capacity = capacity;
    }
    b->bytes[b->length++] = (uint8_t)byte;
}

#endif

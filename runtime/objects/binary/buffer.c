/* The buffer protocol: asking an object for its memory; see buffer.h. */
#include "runtime/objects/binary/buffer.h"
#include "runtime/error.h"

#include <stdlib.h>

bool value_has_buffer(value v)
{
    return value_type_slot(v, buffer) != NULL;
}

bool buffer_get(value v, struct buffer *buffer, int flags)
{
    int (*get)(value, struct buffer *, int) = value_type_slot(v, buffer);
    *buffer = (struct buffer){0};
    if (!get)
        return raise_false(EXC(TypeError), "a bytes-like object is required, not '%T'", v);
    if (get(v, buffer, flags) < 0)
        return false;
    if ((flags & BUFFER_WRITABLE) && buffer->readonly) {
        buffer_release(buffer);
        return raise_false(EXC(BufferError), "Object is not writable.");
    }
    return true;
}

void buffer_release(struct buffer *buffer)
{
    value owner = buffer->owner;
    if (!owner) { /* a copy, or nothing */
        free(buffer->internal);
        buffer->internal = NULL;
        return;
    }
    void (*release)(value, struct buffer *) = value_type_slot(owner, buffer_release);
    if (release)
        release(owner, buffer);
    buffer->owner = NULL;
    value_dec(owner);
}

void buffer_fill(struct buffer *buffer, value owner, void *data, size_t length, bool readonly)
{
    *buffer = (struct buffer){
        .data = data,
        .length = (ssize)length,
        .owner = value_inc(owner),
        .item_size = 1,
        .format = "B",
        .ndim = 1,
        .readonly = readonly,
    };
}

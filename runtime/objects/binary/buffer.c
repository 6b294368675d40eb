/* The buffer protocol: asking an object for its memory; see buffer.h. */
#include "runtime/objects/binary/buffer.h"
#include "runtime/error.h"

#include <stdlib.h>

bool value_has_buffer(value v)
{
    return value_slots(v)->buffer != NULL;
}

bool buffer_get(value v, struct buffer *buffer, int flags)
{
    const struct type_slots *slots = value_slots(v);
    *buffer = (struct buffer){0};
    if (!slots->buffer)
        return raise_false(EXC(TypeError), "a bytes-like object is required, not '%T'", v);
    if (slots->buffer(v, buffer, flags) < 0)
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
    const struct type_slots *slots = value_slots(owner);
    if (slots->buffer_release)
        slots->buffer_release(owner, buffer);
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

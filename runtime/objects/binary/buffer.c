/* The buffer protocol: asking an object for its memory; see buffer.h. */
#include "runtime/objects/binary/buffer.h"
#include "runtime/error.h"
#include "runtime/raw.h"
#include "threads/pause.h"

#include <stdlib.h>
#include <string.h>

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
    if ((flags & BUFFER_STRIDES) && !buffer->shape) {
        buffer->item_count = buffer->length / buffer->item_size;
        buffer->shape = &buffer->item_count;
        buffer->strides = &buffer->item_size;
    }
    return true;
}

bool buffer_refused(void)
{
    if (error_matches(EXC(MemoryError)))
        return false;
    error_clear();
    return true;
}

bool buffer_get_argument(value v, struct buffer *buffer, const char *function)
{
    if (buffer_get(v, buffer, BUFFER_WRITABLE))
        return true;
    return buffer_refused() &&
           raise_false(EXC(TypeError), "%s() argument must be read-write bytes-like object, not %K", function, v);
}

void buffer_release(struct buffer *buffer)
{
    value owner = buffer->owner;
    if (!owner) { /* a copy, or nothing */
        raw_free(buffer->internal);
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

bool buffer_is_contiguous(const struct buffer *buffer, bool fortran)
{
    if (!buffer->shape)
        return true;
    ssize step = buffer->item_size;
    if (buffer->ndim == 1) /* an empty one with strange strides counts as strided, as in CPython */
        return buffer->shape[0] == 1 || buffer->strides[0] == step;
    for (int k = 0; k < buffer->ndim; k++) {
        int i = fortran ? k : buffer->ndim - 1 - k;
        if (buffer->shape[i] > 1 && buffer->strides[i] != step)
            return buffer->length == 0;
        step *= buffer->shape[i];
    }
    return true;
}

#define FAR 4096 /* bytes: each step meets a page of its own, which may have to be asked for */

/* The items from `from` on in the dimensions that are left. Returns where the next ones go. */
static uint8_t *pack(const struct buffer *buffer, bool fortran, int depth, uint8_t *to, const uint8_t *from)
{
    if (depth == buffer->ndim) {
        memcpy(to, from, (size_t)buffer->item_size);
        return to + buffer->item_size;
    }
    int i = fortran ? buffer->ndim - 1 - depth : depth;
    bool far = buffer->strides[i] >= FAR || buffer->strides[i] <= -FAR;
    for (ssize k = 0; k < buffer->shape[i]; k++) {
        thread_report_at(far ? 0 : (size_t)k + 1);
        to = pack(buffer, fortran, depth + 1, to, from + k * buffer->strides[i]);
    }
    return to;
}

void buffer_pack(const struct buffer *buffer, bool fortran, void *to)
{
    if (buffer_is_contiguous(buffer, fortran))
        thread_copy(to, buffer->data, (size_t)buffer->length);
    else
        pack(buffer, fortran, 0, to, buffer->data);
}

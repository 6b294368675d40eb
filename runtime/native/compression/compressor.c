#include "compressor.h"

#define OUTPUT_FIRST (32 * 1024)

static value compress_with(struct compressor *c, bool finish, const void *from, size_t left)
{
    struct output output;
    output_init(&output, OUTPUT_FIRST, SIZE_MAX);
    thread_enter_blocking();
    int code = c->run(c, finish, from, left, &output);
    thread_leave_blocking();
    if (!c->failed(code))
        return output_finish(&output);
    output_discard(&output);
    return NULL;
}

value compressor_compress(value v, value data)
{
    struct compressor *c = COMPRESSOR(v);
    struct buffer buffer;
    if (!buffer_get(data, &buffer, BUFFER_SIMPLE))
        return NULL;
    native_lock(&c->mutex);
    value result = c->flushed ? raise(EXC(ValueError), "Compressor has been flushed")
                              : compress_with(c, false, buffer.data, (size_t)buffer.length);
    native_unlock(&c->mutex);
    buffer_release(&buffer);
    return result;
}

value compressor_flush(value v)
{
    struct compressor *c = COMPRESSOR(v);
    native_lock(&c->mutex);
    bool again = c->flushed;
    c->flushed = true;
    value result = again ? raise(EXC(ValueError), "Repeated call to flush()") : compress_with(c, true, NULL, 0);
    native_unlock(&c->mutex);
    return result;
}

#include "decompressor.h"

#include <stdlib.h>

#define OUTPUT_FIRST (32 * 1024)

bool decompressor_init(struct decompressor *d, const char *at_end, const char *after_error)
{
    value nothing = bytes_new(NULL, 0);
    if (!nothing)
        return false;
    slot_init(&d->unused, nothing);
    d->needs_input = true;
    d->at_end = at_end;
    d->after_error = after_error;
    return true;
}

void decompressor_drop(struct decompressor *d)
{
    slot_drop(&d->unused);
    raw_free(d->waiting);
    pthread_mutex_destroy(&d->mutex);
}

void decompressor_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct decompressor *)o)->unused);
}

/* Behind what waits comes the new input; false: no memory. */
static bool append_input(struct decompressor *d, const struct buffer *buffer)
{
    size_t more = (size_t)buffer->length;
    uint8_t *bytes = realloc(d->waiting, d->waiting_length + more);
    if (!bytes)
        return false;
    if (more)
        memcpy(bytes + d->waiting_length, buffer->data, more);
    d->waiting = bytes;
    d->waiting_length += more;
    return true;
}

/* What was not used becomes the waiting input, or unused_data behind the end. `from` may lie in what waited. */
static bool keep_rest(struct decompressor *d, const uint8_t *from, size_t left)
{
    uint8_t *old = d->waiting;
    bool done = true;
    d->waiting = NULL;
    d->waiting_length = 0;
    if (d->eof) {
        value unused = left ? bytes_new(from, left) : NULL;
        if (unused)
            slot_store(&d->header, &d->unused, unused);
        done = !left || unused;
    } else if (left) {
        d->waiting = malloc(left);
        done = d->waiting != NULL;
        if (done)
            memcpy(d->waiting, from, d->waiting_length = left);
        else
            raise_no_memory();
    }
    raw_free(old);
    return done;
}

value decompressor_run(struct decompressor *d, value data, value max_length,
                       int (*run)(struct decompressor *d, const uint8_t **from, size_t *left, struct output *output),
                       bool (*failed)(int code))
{
    struct buffer buffer;
    struct output output;
    ssize most;
    if (!value_as_ssize(max_length, &most) || !buffer_get(data, &buffer, BUFFER_SIMPLE))
        return NULL;
    output_init(&output, OUTPUT_FIRST, most < 0 ? SIZE_MAX : (size_t)most);
    native_lock(&d->mutex);
    if (d->broken) {
        raise(EXC(ValueError), "%s", d->after_error);
    } else if (d->eof) {
        raise(EXC(EOFError), "%s", d->at_end);
    } else if (d->waiting && !append_input(d, &buffer)) {
        raise_no_memory();
    } else {
        const uint8_t *from = d->waiting ? d->waiting : buffer.data;
        size_t left = d->waiting ? d->waiting_length : (size_t)buffer.length;
        thread_enter_blocking();
        int code = run(d, &from, &left, &output);
        thread_leave_blocking();
        bool right = !failed(code);
        d->broken = !right && d->after_error;
        if (right)
            keep_rest(d, from, left);
        if (right || d->broken)
            d->needs_input = right && !d->eof && !left && output.length < output.most;
    }
    native_unlock(&d->mutex);
    buffer_release(&buffer);
    if (!error_occurred())
        return output_finish(&output);
    output_discard(&output);
    return NULL;
}

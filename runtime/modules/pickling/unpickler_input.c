/* What an unpickler reads; see unpickler.h. */
#include "runtime/modules/pickling/unpickler.h"
#include "threads/pause.h"

#include <string.h>

#define PREFETCH (128 * 1024) /* bytes that a file is asked to show */

bool unpickle_truncated(void)
{
    return raise_false(UNPICKLING_ERROR, "pickle data was truncated");
}

/* bytes from a call of the file's function; NULL with an exception. */
static value read_from(value function, ssize count /* -1: no argument */)
{
    value size = count < 0 ? NULL : int_from_i64(count);
    if (count >= 0 && !size)
        return NULL;
    value data = count < 0 ? call_0(function) : call_1(function, size);
    value_dec(size);
    if (!data || is_bytes(data))
        return data;
    value bytes = bytes_from_buffer(data); /* a bytearray, say */
    if (!bytes && error_matches(EXC(TypeError))) {
        error_clear();
        raise(EXC(ValueError), "read() returned non-bytes object (%T)", data);
    }
    value_dec(data);
    return bytes;
}

static void set_chunk(struct unpickling *u, value bytes /* stolen, or NULL */, bool peeked)
{
    value_dec(u->chunk);
    u->chunk = bytes;
    u->at = bytes ? bytes_data(bytes) : NULL;
    u->end = bytes ? u->at + bytes_length(bytes) : NULL;
    u->peeked = peeked ? u->at : NULL;
}

bool unpickle_skip_consumed(struct unpickling *u)
{
    if (!u->peeked)
        return true;
    ssize consumed = u->at - u->peeked;
    if (consumed) {
        value skipped = read_from(u->read, consumed);
        if (!skipped)
            return false;
        value_dec(skipped);
    }
    u->peeked = u->at;
    return true;
}

const uint8_t *unpickle_read_slow(struct unpickling *u, size_t count)
{
    if (!u->read || count > PTRDIFF_MAX) {
        unpickle_truncated();
        return NULL;
    }
    if (!unpickle_skip_consumed(u))
        return NULL;
    if (u->peek && count < PREFETCH) {
        value shown = read_from(u->peek, PREFETCH);
        if (!shown && error_matches(EXC(NotImplementedError))) {
            error_clear();
            value_dec(u->peek);
            u->peek = NULL;
        } else if (!shown)
            return NULL;
        else if (bytes_length(shown) >= count) {
            set_chunk(u, shown, true);
            u->at += count;
            return u->at - count;
        } else
            value_dec(shown);
    }
    value data = read_from(u->read, (ssize)count);
    if (!data)
        return NULL;
    set_chunk(u, data, false);
    if ((size_t)(u->end - u->at) < count) {
        unpickle_truncated();
        return NULL;
    }
    u->at += count;
    return u->at - count;
}

const uint8_t *unpickle_line(struct unpickling *u, size_t *length, bool may_be_empty)
{
    const uint8_t *from = u->at, *end = from ? thread_find(from, '\n', (size_t)(u->end - from)) : NULL;
    if (!end && u->readline) {
        if (!unpickle_skip_consumed(u))
            return NULL;
        value line = read_from(u->readline, -1);
        if (!line)
            return NULL;
        set_chunk(u, line, false);
        from = u->at;
        end = thread_find(from, '\n', (size_t)(u->end - from));
    }
    if (!end) {
        unpickle_truncated();
        return NULL;
    }
    u->at = end + 1;
    if (unlikely(end == from) && !may_be_empty) {
        unpickle_truncated();
        return NULL;
    }
    *length = (size_t)(end - from);
    return from;
}

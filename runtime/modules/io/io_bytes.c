/* _io.BytesIO: a binary stream in memory. Everything happens under the object's lock. */
#include "runtime/modules/io/io.h"
#include "runtime/objects/binary/bytes.h"
#include "runtime/objects/containers/container.h"
#include "runtime/raw.h"
#include "threads/pause.h"
#include "runtime/objects/model/type_internal.h"

#include <stddef.h>
#include <stdlib.h>

struct bytes_io {
    struct io_base base;
    void *data; /* bytes */
    size_t length, room, position;
    uint32_t exports; /* getbuffer() views: no resizing */
};
#define SELF(v) ((struct bytes_io *)(v))
static struct type *bytes_type, *view_type;

static struct bytes_io *lock(value v)
{
    object_lock(value_object(v));
    if (likely(!atomic_load_explicit(&SELF(v)->base.closed, memory_order_relaxed)))
        return SELF(v);
    object_unlock(value_object(v));
    raise(EXC(ValueError), "I/O operation on closed file.");
    return NULL;
}
static void unlock(value v)
{
    object_unlock(value_object(v));
}
static bool exported(void)
{
    return raise_false(EXC(BufferError), "Existing exports of data: object cannot be re-sized");
}

/* Under the lock. False: more storage is to be fetched. */
static bool put(struct bytes_io *b, struct io_storage *fresh, const uint8_t *data, size_t length)
{
    if (!length)
        return true;
    if (!io_storage_fit(fresh, &b->data, &b->room, b->length, b->position + length))
        return false;
    uint8_t *to = b->data;
    if (b->position > b->length)
        thread_fill(to + b->length, 0, b->position - b->length);
    thread_copy(to + b->position, data, length);
    b->position += length;
    if (b->position > b->length)
        b->length = b->position;
    return true;
}

static ssize write_bytes(value v, const uint8_t *data, size_t length)
{
    struct io_storage fresh = {0};
    struct bytes_io *b;
    bool done = false, free_to = true;
    do {
        if (!(b = lock(v)))
            break;
        free_to = !b->exports;
        done = free_to && put(b, &fresh, data, length);
        unlock(v);
    } while (free_to && !done && io_storage_fetch(&fresh));
    raw_free(fresh.data);
    if (!free_to)
        exported();
    return done ? (ssize)length : -1;
}

/* Other contents, and the position at their start, in one step; `open`: of a closed stream, too. False: exception. */
static bool replace(value v, value contents, bool open)
{
    struct buffer data = {0};
    if (contents && !buffer_get(contents, &data, BUFFER_SIMPLE))
        return false;
    struct io_storage fresh = {0};
    struct bytes_io *b = SELF(v);
    bool done = false, free_to = true;
    do {
        if (open)
            object_lock(value_object(v));
        else if (!(b = lock(v)))
            break;
        free_to = !b->exports;
        done = free_to && io_storage_fit(&fresh, &b->data, &b->room, 0, (size_t)data.length);
        if (done) {
            b->length = b->position = 0;
            if (open)
                atomic_store(&b->base.closed, false);
            put(b, &fresh, data.data, (size_t)data.length);
            b->position = 0;
        }
        unlock(v);
    } while (free_to && !done && io_storage_fetch(&fresh));
    raw_free(fresh.data);
    buffer_release(&data);
    return done || (!free_to && exported());
}

static value bytes_write(value v, value given_b)
{
    if (value_is(given_b, TYPE_ID_BYTES)) {
        ssize written = write_bytes(v, bytes_data(given_b), bytes_length(given_b));
        return written < 0 ? NULL : int_from_i64(written);
    }
    struct buffer data;
    struct bytes_io *b = lock(v);
    bool free_to = b && !b->exports;
    if (b)
        unlock(v);
    if (!free_to)
        return b ? (exported(), NULL) : NULL;
    if (!buffer_get(given_b, &data, BUFFER_SIMPLE))
        return NULL;
    ssize n = write_bytes(v, data.data, (size_t)data.length);
    buffer_release(&data);
    return n < 0 ? NULL : int_from_i64(n);
}

/* The next `size` bytes (all: < 0), or fewer: to the end of a line that is at `line_end` or later; < 0: wherever. */
static value read_part(value v, ssize size, ssize line_end)
{
    for (value bytes = NULL;;) {
        struct bytes_io *b = lock(v);
        if (!b) {
            value_dec(bytes);
            return NULL;
        }
        size_t left = b->position < b->length ? b->length - b->position : 0;
        size_t n = size >= 0 && (size_t)size < left ? (size_t)size : left;
        const uint8_t *start = (uint8_t *)b->data + b->position, *end = NULL;
        if (line_end >= 0 && (size_t)line_end < n)
            end = thread_find(start + line_end, '\n', n - (size_t)line_end);
        if (end)
            n = (size_t)(end - start) + 1;
        /* The bytes are made without the lock, for what there was; who finds another length makes them anew. */
        bool fits = bytes && bytes_length(bytes) == n;
        if (fits && n) {
            thread_copy(bytes_data(bytes), start, n);
            b->position += n;
        }
        unlock(v);
        if (fits)
            return bytes;
        value_dec(bytes);
        if (!(bytes = bytes_new(NULL, n)))
            return NULL;
    }
}
static value bytes_read(value v, value given_size)
{
    ssize size;
    return io_optional_size(given_size, &size) ? read_part(v, size, -1) : NULL;
}
static value bytes_readline(value v, value given_size)
{
    ssize size;
    return io_optional_size(given_size, &size) ? read_part(v, size, 0) : NULL;
}
/* As many lines as have `hint` bytes together, read as one piece. */
static value bytes_readlines(value v, value given_hint)
{
    ssize hint = -1;
    struct bytes_io *b = lock(v);
    if (!b)
        return NULL;
    unlock(v);
    if (!is_int(given_hint) && given_hint != VALUE_NONE)
        return raise(EXC(TypeError), "integer argument expected, got '%T'", given_hint);
    if (given_hint != VALUE_NONE && !value_as_ssize(given_hint, &hint))
        return NULL;
    value all = read_part(v, -1, hint > 0 ? hint - 1 : -1), list = all ? list_new(0) : NULL;
    size_t length = list ? bytes_length(all) : 0, n;
    for (size_t at = 0; at < length; at += n) {
        const uint8_t *start = bytes_data(all) + at, *end = thread_find(start, '\n', length - at);
        n = end ? (size_t)(end - start) + 1 : length - at;
        if (!list_append_owned(list, bytes_new(start, n))) {
            value_dec(list);
            list = NULL;
            break;
        }
    }
    value_dec(all);
    return list;
}
static value bytes_next(value v)
{
    value line = read_part(v, -1, 0);
    if (!line || bytes_length(line))
        return line;
    value_dec(line);
    return VALUE_END;
}
static value read_into(value v, value target, const char *function)
{
    struct buffer room;
    if (!buffer_get_argument(target, &room, function))
        return NULL;
    struct bytes_io *b = lock(v);
    size_t n = 0;
    if (b) {
        n = b->position < b->length ? b->length - b->position : 0;
        if (n > (size_t)room.length)
            n = (size_t)room.length;
        if (n)
            thread_copy(room.data, (uint8_t *)b->data + b->position, n);
        b->position += n;
        unlock(v);
    }
    buffer_release(&room);
    return b ? int_from_u64(n) : NULL;
}
static value bytes_readinto(value v, value buffer)
{
    return read_into(v, buffer, "readinto");
}
static value bytes_readinto1(value v, value buffer)
{
    return read_into(v, buffer, "readinto1");
}

static value bytes_getvalue(value v, const value *args)
{
    for (value bytes = NULL;;) {
        struct bytes_io *b = lock(v);
        if (!b) {
            value_dec(bytes);
            return NULL;
        }
        size_t n = b->length;
        bool fits = bytes && bytes_length(bytes) == n;
        if (fits && n)
            thread_copy(bytes_data(bytes), b->data, n);
        unlock(v);
        if (fits)
            return bytes;
        value_dec(bytes);
        if (!(bytes = bytes_new(NULL, n))) /* without the lock, as in read_part */
            return NULL;
    }
}
static value bytes_tell(value v, const value *args)
{
    struct bytes_io *b = lock(v);
    if (!b)
        return NULL;
    size_t at = b->position;
    unlock(v);
    return int_from_u64(at);
}
static value bytes_true(value v, const value *args)
{
    return atomic_load(&SELF(v)->base.closed) ? raise(EXC(ValueError), "I/O operation on closed file.") : VALUE_TRUE;
}
static value bytes_seek(value v, value pos, value given_whence)
{
    ssize offset, at;
    int whence;
    if (!value_as_ssize(pos, &offset) || !value_as_int(given_whence, &whence))
        return NULL;
    if (!bytes_true(v, NULL))
        return NULL;
    if (offset < 0 && whence == 0)
        return raise(EXC(ValueError), "negative seek value %lld", (long long)offset);
    if (whence < 0 || whence > 2)
        return raise(EXC(ValueError), "invalid whence (%i, should be 0, 1 or 2)", whence);
    struct bytes_io *b = lock(v);
    if (!b)
        return NULL;
    ssize from = whence == 0 ? 0 : (ssize)(whence == 1 ? b->position : b->length);
    bool overflow = __builtin_add_overflow(from, offset, &at);
    if (at < 0)
        at = 0;
    if (!overflow)
        b->position = (size_t)at;
    unlock(v);
    return overflow ? raise(EXC(OverflowError), "new position too large") : int_from_i64(at);
}
static value bytes_truncate(value v, value given_size)
{
    ssize size = -1;
    if (is_given(given_size) && !io_size_argument(given_size, &size))
        return NULL;
    if (!bytes_true(v, NULL))
        return NULL;
    if (is_given(given_size) && size < 0)
        return raise(EXC(ValueError), "negative size value %lld", (long long)size);
    struct bytes_io *b = lock(v);
    if (!b)
        return NULL;
    bool done = !b->exports;
    if (size < 0)
        size = (ssize)b->position;
    if (done && (size_t)size < b->length)
        b->length = (size_t)size;
    unlock(v);
    return done ? int_from_i64(size) : exported() ? NULL : NULL;
}
static value bytes_close(value v)
{
    object_lock(value_object(v));
    void *old = NULL;
    bool done = !SELF(v)->exports;
    if (done) {
        atomic_store(&SELF(v)->base.closed, true);
        old = SELF(v)->data;
        SELF(v)->data = NULL;
        SELF(v)->length = SELF(v)->room = SELF(v)->position = 0;
    }
    unlock(v);
    raw_free(old);
    return done || exported() ? VALUE_NONE : NULL;
}
static value bytes_isatty(value v, const value *args)
{
    return bytes_true(v, args) ? VALUE_FALSE : NULL;
}
static value bytes_flush(value v, const value *args)
{
    return bytes_true(v, args) ? VALUE_NONE : NULL;
}

/* ---- pickling ---- */
static value bytes_getstate(value v)
{
    value contents = bytes_getvalue(v, NULL), at = contents ? bytes_tell(v, NULL) : NULL;
    value dict = at ? io_dict_copy(v) : NULL;
    value state = dict ? tuple_pack(3, contents, at, dict) : NULL;
    value_dec(dict);
    value_dec(at);
    value_dec(contents);
    return state;
}
static value bytes_setstate(value v, value state)
{
    size_t at;
    if (!is_tuple(state) || tuple_length(state) < 3)
        return raise(EXC(TypeError), "%T.__setstate__ argument should be 3-tuple, got %T", v, state);
    if (!replace(v, tuple_get(state, 0), false) ||
        !io_position_of(tuple_get(state, 1), "second item of state must be an integer, not %T", &at))
        return NULL;
    struct bytes_io *b = lock(v);
    if (!b)
        return NULL;
    b->position = at;
    unlock(v);
    return io_dict_restore(v, tuple_get(state, 2), "third") ? VALUE_NONE : NULL;
}

/* ---- getbuffer ---- */
struct view {
    struct object header;
    value_slot stream; /* constant */
};
static int view_buffer(value v, struct buffer *buffer, int flags)
{
    static uint8_t nothing[1];
    value stream = slot_peek(&((struct view *)v)->stream);
    struct bytes_io *b = lock(stream);
    if (!b)
        return -1;
    b->exports++;
    buffer_fill(buffer, v, b->data ? b->data : nothing, b->length, false);
    buffer->guard = value_object(stream);
    unlock(stream);
    return 0;
}
static void view_release(value v, struct buffer *buffer)
{
    value stream = slot_peek(&((struct view *)v)->stream);
    object_lock(value_object(stream));
    SELF(stream)->exports--;
    object_unlock(value_object(stream));
}
static void view_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct view *)o)->stream);
}
static void view_destroy(struct object *o)
{
    slot_drop(&((struct view *)o)->stream);
}
static const struct type_spec view_spec = {
    .name = "_io._BytesIOBuffer",
    .size = sizeof(struct view),
    .flags = TYPE_FLAG_NO_NEW,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = view_traverse,
    .destroy = view_destroy,
    .slots = {.buffer = view_buffer, .buffer_release = view_release},
};
static value bytes_getbuffer(value v)
{
    if (!bytes_true(v, NULL))
        return NULL;
    struct view *view = (struct view *)object_new(view_type, sizeof *view);
    if (!view)
        return NULL;
    slot_init(&view->stream, value_inc(v));
    value result = call_1(value_of(TYPE(MEMORYVIEW)), value_of(view));
    value_dec(value_of(view));
    return result;
}

/* ---- construction ---- */
static bool bytes_init(value v, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature = SIGNATURE("BytesIO", "(initial_bytes=b'')");
    value bound[1];
    if (!signature_bind(&signature, args, nargs, kwnames, bound))
        return false;
    return replace(v, is_given(bound[0]) ? bound[0] : NULL, true);
}
static value bytes_new_slot(struct type *type, const value *args, size_t nargs, value kwnames)
{
    return value_of(object_new(type, sizeof(struct bytes_io)));
}
static void bytes_destroy(struct object *o)
{
    io_destroy(o);
    raw_free(((struct bytes_io *)o)->data);
}
static value bytes_get_closed(value v)
{
    return value_bool(atomic_load(&SELF(v)->base.closed));
}
static const struct method_def bytes_methods[] = {
    METHOD("read", bytes_read, "($self, size=-1, /)", "Read at most size bytes, returned as a bytes object."),
    METHOD("read1", bytes_read, "($self, size=-1, /)", "Read at most size bytes, returned as a bytes object."),
    METHOD("readline", bytes_readline, "($self, size=-1, /)", "Next line from the file, as a bytes object."),
    METHOD("readlines", bytes_readlines, "($self, size=None, /)",
           "List of bytes objects, each a line from the file.\n\n"
           "Call readline() repeatedly and return a list of the lines so read.\n"
           "The optional size argument, if given, is an approximate bound on the\n"
           "total number of bytes in the lines returned."),
    METHOD("readinto", bytes_readinto, "($self, buffer, /)", "Read bytes into buffer."),
    METHOD("readinto1", bytes_readinto1, "($self, buffer, /)", "Read bytes into buffer."),
    METHOD("write", bytes_write, "($self, b, /)", "Write bytes to file."),
    METHOD("getvalue", bytes_getvalue, "($self, /)", "Retrieve the entire contents of the BytesIO object."),
    METHOD("getbuffer", bytes_getbuffer, "($self, /)",
           "Get a read-write view over the contents of the BytesIO object."),
    METHOD("tell", bytes_tell, "($self, /)", "Current file position, an integer."),
    METHOD("seek", bytes_seek, "($self, pos, whence=0, /)", "Change stream position."),
    METHOD("truncate", bytes_truncate, "($self, size=None, /)", "Truncate the file to at most size bytes."),
    METHOD("close", bytes_close, "($self, /)", "Disable all I/O operations."),
    METHOD("flush", bytes_flush, "($self, /)", "Does nothing."),
    METHOD("isatty", bytes_isatty, "($self, /)", "Always returns False."),
    METHOD("readable", bytes_true, "($self, /)", "Returns True if the IO object can be read."),
    METHOD("writable", bytes_true, "($self, /)", "Returns True if the IO object can be written."),
    METHOD("seekable", bytes_true, "($self, /)", "Returns True if the IO object can be seeked."),
    METHOD("__getstate__", bytes_getstate, "($self, /)", NULL),
    METHOD("__setstate__", bytes_setstate, "($self, state, /)", NULL),
    {0},
};
static const struct getset_def bytes_getset[] = {{"closed", bytes_get_closed, NULL, "True if the file is closed."},
                                                 {0}};
static const struct type_spec bytes_io_spec = {
    .name = "_io.BytesIO",
    .signature = "(initial_bytes=b'')",
    .doc = "Buffered I/O implementation using an in-memory bytes buffer.",
    .size = sizeof(struct bytes_io),
    .flags = TYPE_FLAG_BASE,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = io_traverse,
    .destroy = bytes_destroy,
    .slots = {.new = bytes_new_slot, .init = bytes_init, .iter = iterator_return_self, .next = bytes_next},
    .methods = bytes_methods,
    .getset = bytes_getset,
    .dict_offset = offsetof(struct io_base, dict),
};
bool io_bytes_define(value module)
{
    return io_define(module, &bytes_type, &bytes_io_spec, io_buffered_base_type) &&
           module_define_type(module, &view_type, &view_spec);
}

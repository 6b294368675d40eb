/* Blobs: a value of a table as a file. Used under the connection's lock. */
#include "sqlite.h"

#include <limits.h>
#include <stdio.h>

struct blob {
    struct object header;
    value_slot connection;
    sqlite3_blob *handle; /* NULL: closed */
    int offset;
};
#define BLOB(v) ((struct blob *)(v))
struct type *blob_type;

value blob_new(value connection, sqlite3_blob *handle)
{
    struct blob *blob = (struct blob *)object_new(blob_type, sizeof *blob);
    if (!blob) {
        sqlite3_blob_close(handle);
        return NULL;
    }
    slot_init(&blob->connection, value_inc(connection));
    blob->handle = handle;
    return value_of(blob);
}
static void blob_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct blob *)o)->connection);
}
static void blob_destroy(struct object *o)
{
    struct blob *blob = (struct blob *)o;
    sqlite3_blob_close(blob->handle);
    slot_drop(&blob->connection);
}

static struct connection *connection_of(value v)
{
    return CONNECTION(slot_peek(&BLOB(v)->connection));
}
static bool blob_enter(value v)
{
    if (!connection_enter(connection_of(v)))
        return false;
    if (BLOB(v)->handle)
        return true;
    connection_leave(connection_of(v));
    return raise_false(SQLITE_EXC(ProgrammingError), "Cannot operate on a closed blob.");
}
static void blob_leave(value v)
{
    connection_leave(connection_of(v));
}
/* ---- reading and writing, under the lock ---- */
static value read_bytes(value v, int length, int offset)
{
    value bytes = bytes_new(NULL, (size_t)length);
    if (!bytes)
        return NULL;
    uint8_t *to = bytes_data(bytes);
    thread_enter_blocking();
    int code = sqlite3_blob_read(BLOB(v)->handle, to, length, offset);
    thread_leave_blocking();
    if (code == SQLITE_OK)
        return bytes;
    sqlite_error(connection_of(v)->db, code);
    value_dec(bytes);
    return NULL;
}
static bool write_bytes(value v, const void *bytes, ssize length, int offset)
{
    int left = sqlite3_blob_bytes(BLOB(v)->handle) - offset;
    if (length > left)
        return raise_false(EXC(ValueError), "data longer than blob length");
    thread_enter_blocking();
    int code = sqlite3_blob_write(BLOB(v)->handle, bytes, (int)length, offset);
    thread_leave_blocking();
    if (code != SQLITE_OK)
        sqlite_error(connection_of(v)->db, code);
    return code == SQLITE_OK;
}

static value method_read(value v, value given)
{
    int length;
    if (!value_as_int(given, &length) || !blob_enter(v))
        return NULL;
    struct blob *blob = BLOB(v);
    int left = sqlite3_blob_bytes(blob->handle) - blob->offset;
    if (length < 0 || length > left)
        length = left;
    value bytes = length ? read_bytes(v, length, blob->offset) : bytes_new(NULL, 0);
    if (bytes)
        blob->offset += length;
    blob_leave(v);
    return bytes;
}
static value method_write(value v, value data)
{
    struct buffer buffer;
    if (!buffer_get(data, &buffer, BUFFER_SIMPLE))
        return NULL;
    bool done = false;
    if (blob_enter(v)) {
        done = write_bytes(v, buffer.data, buffer.length, BLOB(v)->offset);
        if (done)
            BLOB(v)->offset += (int)buffer.length;
        blob_leave(v);
    }
    buffer_release(&buffer);
    return done ? VALUE_NONE : NULL;
}
static value method_seek(value v, value given_offset, value given_origin)
{
    int offset, origin;
    if (!value_as_int(given_offset, &offset) || !value_as_int(given_origin, &origin) || !blob_enter(v))
        return NULL;
    int64_t length = sqlite3_blob_bytes(BLOB(v)->handle), at = offset;
    if (origin == SEEK_CUR)
        at += BLOB(v)->offset;
    else if (origin == SEEK_END)
        at += length;
    if (origin != SEEK_SET && origin != SEEK_CUR && origin != SEEK_END)
        raise(EXC(ValueError), "'origin' should be os.SEEK_SET, os.SEEK_CUR, or os.SEEK_END");
    else if (at > INT_MAX)
        raise(EXC(OverflowError), "seek offset results in overflow");
    else if (at < 0 || at > length)
        raise(EXC(ValueError), "offset out of blob range");
    else
        BLOB(v)->offset = (int)at;
    blob_leave(v);
    return error_occurred() ? NULL : VALUE_NONE;
}
static value method_tell(value v)
{
    if (!blob_enter(v))
        return NULL;
    int offset = BLOB(v)->offset;
    blob_leave(v);
    return small_int(offset);
}
static value method_close(value v)
{
    if (!connection_enter(connection_of(v)))
        return NULL;
    sqlite3_blob *handle = BLOB(v)->handle;
    BLOB(v)->handle = NULL;
    thread_enter_blocking();
    sqlite3_blob_close(handle);
    thread_leave_blocking();
    connection_leave(connection_of(v));
    return VALUE_NONE;
}
static value method_enter(value v)
{
    if (!blob_enter(v))
        return NULL;
    blob_leave(v);
    return value_inc(v);
}
static value method_exit(value v, value type, value error, value traceback)
{
    if (!blob_enter(v))
        return NULL;
    blob_leave(v);
    return method_close(v) ? VALUE_FALSE : NULL;
}

/* ---- as a sequence ---- */
static ssize blob_length(value v)
{
    if (!blob_enter(v))
        return -1;
    int length = sqlite3_blob_bytes(BLOB(v)->handle);
    blob_leave(v);
    return length;
}
static bool index_of(value v, value key, int *index)
{
    ssize given, length = sqlite3_blob_bytes(BLOB(v)->handle);
    if (!index_as_ssize(key, &given, EXC(IndexError)))
        return false;
    if (given < 0)
        given += length;
    if (given < 0 || given >= length)
        return raise_false(EXC(IndexError), "Blob index out of range");
    *index = (int)given;
    return true;
}
static value get_slice(value v, value key)
{
    ssize start, stop, step, count = slice_indices(key, sqlite3_blob_bytes(BLOB(v)->handle), &start, &stop, &step);
    if (count < 0)
        return NULL;
    if (count == 0)
        return bytes_new(NULL, 0);
    if (step == 1)
        return read_bytes(v, (int)count, (int)start);
    ssize low = step > 0 ? start : start + (count - 1) * step, high = step > 0 ? start + (count - 1) * step : start;
    value all = read_bytes(v, (int)(high - low + 1), (int)low), bytes = all ? bytes_new(NULL, (size_t)count) : NULL;
    for (ssize i = 0; bytes && i < count; i++)
        bytes_data(bytes)[i] = bytes_data(all)[start + i * step - low];
    value_dec(all);
    return bytes;
}
static value blob_getitem(value v, value key)
{
    int index;
    value result = NULL;
    if (!blob_enter(v))
        return NULL;
    if (value_is(key, TYPE_ID_SLICE)) {
        result = get_slice(v, key);
    } else if (attr_has(key, NAME(__index__)) <= 0) {
        raise(EXC(TypeError), "Blob indices must be integers");
    } else if (index_of(v, key, &index)) {
        value byte = read_bytes(v, 1, index);
        result = byte ? small_int(bytes_data(byte)[0]) : NULL;
        value_dec(byte);
    }
    blob_leave(v);
    return result;
}
static bool set_slice(value v, value key, value data)
{
    struct buffer buffer;
    if (!data)
        return raise_false(EXC(TypeError), "Blob doesn't support slice deletion");
    ssize start, stop, step, count = slice_indices(key, sqlite3_blob_bytes(BLOB(v)->handle), &start, &stop, &step);
    if (count < 0 || !buffer_get(data, &buffer, BUFFER_SIMPLE))
        return false;
    bool done = false;
    if (buffer.length != count) {
        raise(EXC(IndexError), "Blob slice assignment is wrong size");
    } else if (count == 0) {
        done = true;
    } else if (step == 1) {
        done = write_bytes(v, buffer.data, count, (int)start);
    } else {
        ssize low = step > 0 ? start : start + (count - 1) * step, high = step > 0 ? start + (count - 1) * step : start;
        value all = read_bytes(v, (int)(high - low + 1), (int)low);
        if (all) {
            for (ssize i = 0; i < count; i++)
                bytes_data(all)[start + i * step - low] = ((const uint8_t *)buffer.data)[i];
            done = write_bytes(v, bytes_data(all), high - low + 1, (int)low);
        }
        value_dec(all);
    }
    buffer_release(&buffer);
    return done;
}
static bool set_byte(value v, value key, value given)
{
    int index;
    int64_t number;
    if (!given)
        return raise_false(EXC(TypeError), "Blob doesn't support item deletion");
    if (!is_int(given))
        return raise_false(EXC(TypeError), "'%T' object cannot be interpreted as an integer", given);
    if (!index_of(v, key, &index))
        return false;
    if (!int_fits_i64(given, &number) || number < 0 || number > 255)
        return raise_false(EXC(ValueError), "byte must be in range(0, 256)");
    uint8_t byte = (uint8_t)number;
    return write_bytes(v, &byte, 1, index);
}
static bool blob_setitem(value v, value key, value data)
{
    if (!blob_enter(v))
        return false;
    bool done = value_is(key, TYPE_ID_SLICE)         ? set_slice(v, key, data)
                : attr_has(key, NAME(__index__)) > 0 ? set_byte(v, key, data)
                                                     : raise_false(EXC(TypeError), "Blob indices must be integers");
    blob_leave(v);
    return done;
}

static const struct method_def methods[] = {
    METHOD("__enter__", method_enter, "($self, /)", "Blob context manager enter."),
    METHOD("__exit__", method_exit, "($self, type, val, tb, /)", "Blob context manager exit."),
    METHOD("close", method_close, "($self, /)", "Close the blob."),
    METHOD("read", method_read, "($self, length=-1, /)", "Read data at the current offset position."),
    METHOD("seek", method_seek, "($self, offset, origin=0, /)", "Set the current access position to offset."),
    METHOD("tell", method_tell, "($self, /)", "Return the current access position for the blob."),
    METHOD("write", method_write, "($self, data, /)", "Write data at the current offset."),
    {0},
};
const struct type_spec blob_spec = {
    .name = "sqlite3.Blob",
    .size = sizeof(struct blob),
    .flags = TYPE_FLAG_NO_NEW | TYPE_FLAG_WEAKREF,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = blob_traverse,
    .destroy = blob_destroy,
    .slots = {.length = blob_length, .getitem = blob_getitem, .setitem = blob_setitem},
    .methods = methods,
};

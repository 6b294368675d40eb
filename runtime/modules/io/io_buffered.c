/*
 * _io.BufferedReader, BufferedWriter, BufferedRandom, BufferedRWPair.
 *
 * One structure serves the first three. Its buffer holds either bytes read ahead, of which [position, end) are still to
 * be given out, or bytes written and not yet passed on, [0, pending). Before the kind changes, what is read ahead is
 * given back by seeking, what is pending is written. All under the stream's io_lock, which is held while the raw
 * stream works. Raw streams that are exact FileIO objects are used without calls through Python.
 */
#include "runtime/modules/io/io.h"
#include "runtime/modules/system/posix.h"
#include "runtime/objects/binary/bytes.h"
#include "runtime/objects/containers/container.h"
#include "runtime/raw.h"
#include "threads/pause.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

struct buffered {
    struct io_upper upper;
    uint8_t *buffer;
    _Atomic size_t size; /* of the buffer; read without the lock, too */
    size_t position, end, pending;
};
#define SELF(v) ((struct buffered *)(v))
struct type *io_reader_type, *io_writer_type, *io_random_type;
static struct type *pair_type;

/* Begin an operation: the raw stream, owned, and the lock. NULL: exception. */
static value enter(value v, const char *closed_message)
{
    value raw = io_beneath(v);
    int closed = raw ? io_is_closed(raw) : -1;
    if (closed > 0)
        raise(EXC(ValueError), "%s", closed_message);
    if (closed == 0 && io_lock_enter(&SELF(v)->upper.lock, v))
        return raw;
    value_dec(raw);
    return NULL;
}
static void leave(value v, value raw)
{
    io_lock_leave(&SELF(v)->upper.lock);
    value_dec(raw);
}

/* ---- the raw stream; under the lock ---- */

/* A count that a raw stream returned: -1 exception, -2 None (would block). */
static ssize raw_count(value count, size_t room, bool reading)
{
    ssize n = -1;
    if (count == VALUE_NONE)
        return -2;
    bool is_number = count && index_as_ssize(count, &n, EXC(ValueError));
    if (count && !is_number && reading) {
        raise_from(EXC(OSError), "raw readinto() failed");
    } else if (count && (n < 0 || (size_t)n > room)) {
        error_clear();
        raise(EXC(OSError), "raw %s() returned invalid length %lld (should have been between 0 and %zu)",
              reading ? "readinto" : "write", (long long)n, room);
        n = -1;
    }
    value_dec(count);
    return n;
}

static ssize raw_read(value raw, uint8_t *data, size_t length)
{
    if (value_type(raw) == io_file_type)
        return io_file_read(raw, data, length);
    thread_pause(thread_self); /* a long operation takes many of these, and the stream may be C as well */
    value room = bytearray_new(NULL, length), window = room ? call_1(value_of(TYPE(MEMORYVIEW)), room) : NULL;
    if (!window) {
        value_dec(room);
        return -1;
    }
    ssize n = raw_count(call_method_1(raw, NAME(readinto), window), length, true);
    value_dec(window);
    if (n > 0) {
        struct buffer view;
        if (buffer_get(room, &view, BUFFER_SIMPLE)) {
            thread_copy(data, view.data, (size_t)n < (size_t)view.length ? (size_t)n : (size_t)view.length);
            buffer_release(&view);
        } else {
            n = -1;
        }
    }
    value_dec(room);
    return n;
}

static ssize raw_write(value raw, const uint8_t *data, size_t length)
{
    if (value_type(raw) == io_file_type)
        return io_file_write(raw, data, length);
    thread_pause(thread_self);
    value bytes = bytes_new(data, length);
    ssize n = bytes ? raw_count(call_method_1(raw, NAME(write), bytes), length, false) : -1;
    value_dec(bytes);
    return n;
}

static bool offset_of(value v, int64_t *offset)
{
    value index = index_value(v);
    bool fits = index && int_fits_i64(index, offset);
    value_dec(index);
    return fits || (index && raise_false(EXC(ValueError), "cannot fit '%T' into an offset-sized integer", v));
}
/* Where a raw stream says it is; the answer is stolen, NULL with an exception. */
static bool raw_position(value answer, int64_t *at)
{
    bool done = answer && offset_of(answer, at);
    if (done && *at < 0)
        done = raise_false(EXC(OSError), "Raw stream returned invalid position %lld", (long long)*at);
    value_dec(answer);
    return done;
}
static bool raw_seek(value raw, int64_t offset, int whence, int64_t *at)
{
    value arguments[] = {int_from_i64(offset), small_int(whence)};
    value result = arguments[0] ? call_method(raw, NAME(seek), arguments, 2) : NULL;
    value_dec(arguments[0]);
    return raw_position(result, at);
}

static bool raise_would_block(size_t written)
{
    value arguments[] = {small_int(EAGAIN), str_from_text("write could not complete without blocking"),
                         int_from_u64(written)};
    value exception =
        arguments[1] && arguments[2] ? call_vector(value_of(EXC(BlockingIOError)), arguments, 3, NULL) : NULL;
    if (exception)
        raise_exception(exception);
    value_dec(exception);
    value_dec(arguments[1]);
    value_dec(arguments[2]);
    return false;
}

/* Write what is pending. A signal may have cut a write short: its handler runs before the next one, which may wait for
   ever. */
static bool flush_pending(struct buffered *b, value raw)
{
    size_t done = 0;
    while (done < b->pending) {
        ssize n = done && posix_signalled() ? -1 : raw_write(raw, b->buffer + done, b->pending - done);
        if (n < 0) {
            thread_move(b->buffer, b->buffer + done, b->pending - done);
            b->pending -= done;
            return n == -2 ? raise_would_block(0) : false;
        }
        done += (size_t)n;
    }
    b->pending = 0;
    return true;
}

/* Forget what was read ahead; the raw stream goes back to where the program is. */
static bool drop_ahead(struct buffered *b, value raw)
{
    int64_t at;
    if (b->position < b->end && !raw_seek(raw, -(int64_t)(b->end - b->position), 1, &at))
        return false;
    b->position = b->end = 0;
    return true;
}

/* ---- reading; under the lock ---- */
static size_t ahead(struct buffered *b)
{
    return b->end - b->position;
}
static size_t give(struct buffered *b, uint8_t *data, size_t length)
{
    size_t n = ahead(b) < length ? ahead(b) : length;
    thread_copy(data, b->buffer + b->position, n);
    b->position += n;
    return n;
}
/* Read ahead once into an empty buffer. */
static ssize fill(struct buffered *b, value raw)
{
    b->position = b->end = 0;
    ssize n = raw_read(raw, b->buffer, b->size);
    if (n > 0)
        b->end = (size_t)n;
    return n;
}

static value read_all(struct buffered *b, value raw)
{
    struct bytes_builder all = {0};
    if (ahead(b))
        bytes_builder_add(&all, b->buffer + b->position, ahead(b));
    b->position = b->end = 0;
    value rest = call_method_0(raw, NAME(readall));
    if (!rest && error_matches(EXC(AttributeError))) {
        error_clear();
        for (;; thread_pause(thread_self)) {
            value part = call_method_0(raw, NAME(read));
            size_t length = part && is_bytes(part) ? bytes_length(part) : 0;
            if (length)
                bytes_builder_add(&all, bytes_data(part), length);
            bool failed = !part;
            value_dec(part);
            if (failed) {
                bytes_builder_discard(&all);
                return NULL;
            }
            if (!length)
                return bytes_builder_finish(&all);
        }
    }
    if (rest == VALUE_NONE && all.length == 0) {
        bytes_builder_discard(&all);
        return VALUE_NONE;
    }
    if (rest && is_bytes(rest)) {
        bytes_builder_add(&all, bytes_data(rest), bytes_length(rest));
    } else if (rest != VALUE_NONE) {
        if (rest)
            raise(EXC(TypeError), "readall() should return bytes");
        value_dec(rest);
        bytes_builder_discard(&all);
        return NULL;
    }
    value_dec(rest);
    return bytes_builder_finish(&all);
}

/* Read until `length` bytes are there or the stream ends; once: with one read of the raw stream at most, and that not
 * into the buffer when something is there. -2: nothing, would block. */
static ssize read_some(struct buffered *b, value raw, uint8_t *data, size_t length, bool once)
{
    size_t got = give(b, data, length);
    while (got < length && !(once && got && length - got <= b->size)) {
        ssize n;
        if (length - got >= b->size) {
            n = raw_read(raw, data + got, length - got);
            if (n > 0)
                got += (size_t)n;
        } else {
            n = fill(b, raw);
            if (n > 0)
                got += give(b, data + got, length - got);
        }
        if (n == -1)
            return -1;
        if (n <= 0)
            return got || n == 0 ? (ssize)got : -2;
        if (once)
            break;
    }
    return (ssize)got;
}

static value reader_enter(value v)
{
    value raw = enter(v, "read of closed file");
    if (raw && SELF(v)->pending && !flush_pending(SELF(v), raw)) {
        leave(v, raw);
        return NULL;
    }
    return raw;
}

static value read_sized(value v, size_t size)
{
    value raw = reader_enter(v);
    if (!raw)
        return NULL;
    value bytes = bytes_new(NULL, size);
    ssize n = bytes ? read_some(SELF(v), raw, bytes_data(bytes), size, false) : -1;
    leave(v, raw);
    if (n >= 0)
        return bytes_cut(bytes, (size_t)n);
    value_dec(bytes);
    return n == -2 ? VALUE_NONE : NULL;
}

static value reader_read(value v, value given_size)
{
    ssize size;
    if (!io_optional_size(given_size, &size))
        return NULL;
    if (size < -1)
        return raise(EXC(ValueError), "read length must be non-negative or -1");
    if (size >= 0)
        return read_sized(v, (size_t)size);
    value raw = reader_enter(v);
    if (!raw)
        return NULL;
    value all = read_all(SELF(v), raw);
    leave(v, raw);
    return all;
}
/* What is there, or what one read of the raw stream gives. */
static value reader_read1(value v, value given_size)
{
    ssize size = -1;
    value raw = is_missing(given_size) || value_as_ssize(given_size, &size) ? reader_enter(v) : NULL;
    if (!raw)
        return NULL;
    struct buffered *b = SELF(v);
    size_t wanted = size < 0 ? b->size : (size_t)size, there = ahead(b);
    if (there && there < wanted)
        wanted = there;
    value bytes = bytes_new(NULL, wanted);
    ssize n = -1;
    if (bytes)
        n = there || !wanted ? (ssize)give(b, bytes_data(bytes), wanted) : raw_read(raw, bytes_data(bytes), wanted);
    leave(v, raw);
    if (n != -1)
        return bytes_cut(bytes, n < 0 ? 0 : (size_t)n);
    value_dec(bytes);
    return NULL;
}
static value read_into(value v, value target, bool once)
{
    struct buffer room;
    if (!buffer_get_argument(target, &room, once ? "readinto1" : "readinto"))
        return NULL;
    value raw = reader_enter(v);
    ssize n = raw ? read_some(SELF(v), raw, room.data, (size_t)room.length, once) : -1;
    if (raw)
        leave(v, raw);
    buffer_release(&room);
    return n == -1 ? NULL : n == -2 ? VALUE_NONE : int_from_i64(n);
}
static value reader_readinto(value v, value buffer)
{
    return read_into(v, buffer, false);
}
static value reader_readinto1(value v, value buffer)
{
    return read_into(v, buffer, true);
}
static value reader_peek(value v, value given_size)
{
    ssize size; /* how much is wanted; what is there is shown, whatever it is */
    value raw = is_missing(given_size) || value_as_ssize(given_size, &size) ? reader_enter(v) : NULL;
    if (!raw)
        return NULL;
    struct buffered *b = SELF(v);
    ssize n = ahead(b) ? 0 : fill(b, raw);
    value bytes = n == -1 ? NULL : bytes_new(b->buffer + b->position, ahead(b));
    leave(v, raw);
    return bytes;
}

static value reader_readline(value v, const value *args)
{
    ssize limit;
    if (!io_size_argument(args[0], &limit))
        return NULL;
    value raw = reader_enter(v);
    if (!raw)
        return NULL;
    struct buffered *b = SELF(v);
    struct bytes_builder line = {0};
    value result = VALUE_MISSING;
    while (result == VALUE_MISSING) {
        size_t length = ahead(b);
        if (limit >= 0 && length > (size_t)limit - line.length)
            length = (size_t)limit - line.length;
        const uint8_t *start = b->buffer + b->position, *end = length ? thread_find(start, '\n', length) : NULL;
        if (end)
            length = (size_t)(end - start) + 1;
        b->position += length;
        bool whole = end || (limit >= 0 && line.length + length >= (size_t)limit);
        if (whole && line.length == 0) { /* the common case: all of it is in the buffer */
            result = bytes_new(start, length);
            break;
        }
        if (length)
            bytes_builder_add(&line, start, length);
        ssize n = whole ? 0 : fill(b, raw);
        if (n == -1)
            result = NULL;
        else if (whole || n <= 0)
            result = VALUE_NONE;
    }
    leave(v, raw);
    if (result == VALUE_NONE)
        return bytes_builder_finish(&line);
    bytes_builder_discard(&line);
    return result;
}
static value reader_next(value v)
{
    const value all = VALUE_NONE;
    bool own = value_type(v) == io_reader_type || value_type(v) == io_random_type;
    return io_line_or_end(own ? reader_readline(v, &all) : call_method_0(v, NAME(readline)));
}

/* ---- writing ---- */
static bool write_locked(struct buffered *b, value raw, const uint8_t *data, size_t length)
{
    if (!drop_ahead(b, raw))
        return false;
    if (length <= b->size - b->pending) {
        thread_copy(b->buffer + b->pending, data, length);
        b->pending += length;
        return true;
    }
    if (!flush_pending(b, raw))
        return false;
    size_t done = 0;
    while (length - done > b->size) {
        ssize n = done && posix_signalled() ? -1 : raw_write(raw, data + done, length - done);
        if (n == -1)
            return false;
        if (n == -2) {
            thread_copy(b->buffer, data + done, b->size);
            b->pending = b->size;
            return raise_would_block(done + b->size);
        }
        done += (size_t)n;
    }
    thread_copy(b->buffer, data + done, length - done);
    b->pending = length - done;
    return true;
}
bool io_buffered_write(value v, const uint8_t *data, size_t length)
{
    value raw = enter(v, "write to closed file");
    if (!raw)
        return false;
    int closed = io_is_closed(raw); /* by who had the lock before */
    bool done = closed == 0 ? write_locked(SELF(v), raw, data, length)
                            : closed > 0 && raise_false(EXC(ValueError), "write to closed file");
    leave(v, raw);
    return done;
}
static value writer_write(value v, value buffer)
{
    struct buffer data;
    if (is_str(buffer))
        return raise(EXC(TypeError), "a bytes-like object is required, not 'str'");
    if (!buffer_get(buffer, &data, BUFFER_SIMPLE))
        return NULL;
    bool done = io_buffered_write(v, data.data, (size_t)data.length);
    value result = done ? int_from_i64(data.length) : NULL;
    buffer_release(&data);
    return result;
}
static value writer_flush(value v)
{
    value raw = enter(v, "flush of closed file");
    if (!raw)
        return NULL;
    bool done = flush_pending(SELF(v), raw) && (value_type(v) == io_writer_type || drop_ahead(SELF(v), raw));
    leave(v, raw);
    return done ? VALUE_NONE : NULL;
}
static value reader_flush(value v)
{
    value raw = io_beneath(v), result = raw ? call_method_0(raw, NAME(flush)) : NULL;
    value_dec(raw);
    return result;
}

/* ---- position ---- */
static value buffered_tell(value v)
{
    value raw = enter(v, "tell of closed file");
    if (!raw)
        return NULL;
    int64_t position = 0;
    bool done = raw_position(call_method_0(raw, NAME(tell)), &position);
    struct buffered *b = SELF(v);
    position += done ? (int64_t)b->pending - (int64_t)ahead(b) : 0;
    leave(v, raw);
    return done ? int_from_i64(position) : NULL;
}
static value buffered_seek(value v, value target, value given_whence)
{
    int64_t offset, at = 0;
    int whence;
    if (!value_as_int(given_whence, &whence))
        return NULL;
    if ((whence < 0 || whence > 2) && whence != 3 && whence != 4)
        return raise(EXC(ValueError), "whence value %d unsupported", whence);
    value raw = offset_of(target, &offset) ? enter(v, "seek of closed file") : NULL;
    if (!raw)
        return NULL;
    struct buffered *b = SELF(v);
    bool done = flush_pending(b, raw);
    if (done && whence == 1)
        offset -= (int64_t)ahead(b);
    done = done && raw_seek(raw, offset, whence, &at);
    if (done)
        b->position = b->end = 0;
    leave(v, raw);
    return done ? int_from_i64(at) : NULL;
}
static value buffered_truncate(value v, value pos)
{
    if (value_is_of(v, io_reader_type)) {
        value raw = enter(v, "truncate of closed file");
        if (raw)
            leave(v, raw);
        return raw ? io_unsupported("truncate") : NULL;
    }
    value position = is_given(pos) ? value_inc(pos) : call_method_0(v, NAME(tell));
    value raw = position ? enter(v, "truncate of closed file") : NULL, result = NULL;
    if (raw) {
        if (flush_pending(SELF(v), raw) && drop_ahead(SELF(v), raw))
            result = call_method_1(raw, NAME(truncate), position);
        leave(v, raw);
    }
    value_dec(position);
    return result;
}

/* ---- the rest ---- */
static value get_mode(value v)
{
    return io_beneath_attribute(v, NAME(mode));
}
static value buffered_repr(value v)
{
    value name = io_name(v);
    const char *type = value_type(v)->gc.name;
    value text = !name                   ? NULL
                 : name == VALUE_MISSING ? str_format("<%s>", type)
                                         : str_format("<%s name=%R>", type, name);
    value_dec(name);
    return text;
}

/* ---- construction ---- */
static struct signature reader_signature = SIGNATURE("BufferedReader", "(raw, buffer_size=8192)");
static struct signature writer_signature = SIGNATURE("BufferedWriter", "(raw, buffer_size=8192)");
static struct signature random_signature = SIGNATURE("BufferedRandom", "(raw, buffer_size=8192)");

static bool set_up(value v, value raw, ssize size, value ability, const char *message)
{
    if (size <= 0)
        return raise_false(EXC(ValueError), "buffer size must be strictly positive");
    value able = call_method_0(raw, ability);
    int truth = able ? value_truth(able) : -1;
    value_dec(able);
    if (truth <= 0)
        return truth == 0 ? io_unsupported(message) != NULL : false;
    struct buffered *b = SELF(v);
    uint8_t *buffer = malloc((size_t)size);
    if (!buffer)
        return raise_no_memory() != NULL;
    if (!io_lock_enter(&b->upper.lock, v)) {
        raw_free(buffer);
        return false;
    }
    raw_free(b->buffer);
    b->buffer = buffer;
    b->size = (size_t)size;
    b->position = b->end = b->pending = 0;
    io_lock_leave(&b->upper.lock);
    atomic_store(&b->upper.detached, false);
    io_upper_set(v, raw);
    return true;
}
/* A stream whose initialisation fails is of no use any more. */
static bool init(value v, struct signature *signature, const value *args, size_t nargs, value kwnames, value ability,
                 const char *message)
{
    value bound[2];
    ssize size;
    if (!signature_bind(signature, args, nargs, kwnames, bound) || !value_as_ssize(bound[1], &size))
        return false;
    return set_up(v, bound[0], size, ability, message) || io_upper_spoil(v);
}
static bool reader_init(value v, const value *args, size_t nargs, value kwnames)
{
    return init(v, &reader_signature, args, nargs, kwnames, NAME(readable), "File or stream is not readable.");
}
static bool writer_init(value v, const value *args, size_t nargs, value kwnames)
{
    return init(v, &writer_signature, args, nargs, kwnames, NAME(writable), "File or stream is not writable.");
}
static bool random_init(value v, const value *args, size_t nargs, value kwnames)
{
    return init(v, &random_signature, args, nargs, kwnames, NAME(seekable), "File or stream is not seekable.") &&
           reader_init(v, args, nargs, kwnames) && writer_init(v, args, nargs, kwnames);
}
static value buffered_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    return value_of(object_new(type, sizeof(struct buffered)));
}
static void buffered_destroy(struct object *o)
{
    io_upper_destroy(o);
    raw_free(((struct buffered *)o)->buffer);
}

/* The error of a first step, whatever came of the second (dropped; NULL with an exception, whose context it becomes).
 */
static value raise_after(value error, value second)
{
    value later = second ? NULL : error_fetch();
    value_dec(second);
    if (later)
        exception_set_context(later, error);
    error_restore(later ? later : error);
    return NULL;
}
/* Refused to who is in the middle of an operation: the raw stream calls back. (That holds while it is closed, too.) */
static value buffered_close(value v)
{
    struct io_lock *lock = &SELF(v)->upper.lock;
    value raw = io_beneath(v);
    if (!raw || !io_lock_enter(lock, v)) {
        value_dec(raw);
        return NULL;
    }
    int closed = io_is_closed(raw);
    io_lock_leave(lock);
    value result = closed < 0 ? NULL : VALUE_NONE, error = NULL;
    if (closed == 0) {
        if (!io_call(v, NAME(flush)))
            error = error_fetch();
        result = NULL;
        if (io_lock_enter(lock, v)) {
            result = call_method_0(raw, NAME(close));
            io_lock_leave(lock);
        }
    }
    value_dec(raw);
    return error ? raise_after(error, result) : result;
}

#define COMMON_METHODS                                                                                                \
    METHOD("close", buffered_close, "($self, /)", NULL), METHOD("detach", io_upper_detach, "($self, /)", NULL),       \
        METHOD("seek", buffered_seek, "($self, target, whence=0, /)", NULL),                                          \
        METHOD("tell", buffered_tell, "($self, /)", NULL),                                                            \
        METHOD("truncate", buffered_truncate, "($self, pos=None, /)", NULL),                                          \
        METHOD("seekable", io_upper_seekable, "($self, /)", NULL),                                                    \
        METHOD("fileno", io_upper_fileno, "($self, /)", NULL), METHOD("isatty", io_upper_isatty, "($self, /)", NULL), \
        METHOD("__reduce__", io_cannot_pickle, "($self, /)", NULL),                                                   \
        METHOD("__reduce_ex__", io_cannot_pickle, "($self, protocol, /)", NULL)
#define READ_METHODS                                                       \
    METHOD("read", reader_read, "($self, size=-1, /)", NULL),              \
        METHOD("read1", reader_read1, "($self, size=-1, /)", NULL),        \
        METHOD("readinto", reader_readinto, "($self, buffer, /)", NULL),   \
        METHOD("readinto1", reader_readinto1, "($self, buffer, /)", NULL), \
        METHOD("peek", reader_peek, "($self, size=0, /)", NULL),           \
        METHOD("readline", reader_readline, "($self, size=-1, /)", NULL),  \
        METHOD("readable", io_upper_readable, "($self, /)", NULL)
#define WRITE_METHODS                                                                                             \
    METHOD("write", writer_write, "($self, buffer, /)", NULL), METHOD("flush", writer_flush, "($self, /)", NULL), \
        METHOD("writable", io_upper_writable, "($self, /)", NULL)
static const struct method_def reader_methods[] = {
    COMMON_METHODS, READ_METHODS, METHOD("flush", reader_flush, "($self, /)", NULL), {0}};
static const struct method_def writer_methods[] = {COMMON_METHODS, WRITE_METHODS, {0}};
static const struct method_def random_methods[] = {COMMON_METHODS, READ_METHODS, WRITE_METHODS, {0}};
static const struct getset_def buffered_getset[] = {{"closed", io_upper_get_closed, NULL, NULL},
                                                    {"name", io_upper_get_name, NULL, NULL},
                                                    {"mode", get_mode, NULL, NULL},
                                                    GETSET_FIELDS,
                                                    {"raw", io_beneath, NULL, NULL},
                                                    {0}};
#define BUFFERED_SPEC(NAME, INIT, METHODS, DOC, ...)                                                          \
    {                                                                                                         \
        .name = NAME, .signature = "(raw, buffer_size=DEFAULT_BUFFER_SIZE)", .doc = DOC,                      \
        .size = sizeof(struct buffered), .flags = TYPE_FLAG_BASE, .gc_flags = TYPE_GC_CONTAINER,              \
        .traverse = io_upper_traverse, .destroy = buffered_destroy, .finalize = io_upper_finalize,            \
        .slots = {.new = buffered_new, .init = INIT, .repr = buffered_repr, __VA_ARGS__}, .methods = METHODS, \
        .getset = buffered_getset, .dict_offset = offsetof(struct io_base, dict),                             \
    }
static const struct type_spec reader_spec =
    BUFFERED_SPEC("_io.BufferedReader", reader_init, reader_methods,
                  "Create a new buffered reader using the given readable raw IO object.", .next = reader_next);
static const struct type_spec writer_spec =
    BUFFERED_SPEC("_io.BufferedWriter", writer_init, writer_methods,
                  "A buffer for a writeable sequential RawIO object.", .next = NULL);
static const struct type_spec random_spec =
    BUFFERED_SPEC("_io.BufferedRandom", random_init, random_methods, "A buffered interface to random access streams.",
                  .next = reader_next);

/* ---- BufferedRWPair: a reader and a writer ---- */
struct pair {
    struct io_base base;
    value_slot reader, writer;
};
#define PAIR(v) ((struct pair *)(v))

static bool pair_init(value v, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature = SIGNATURE("BufferedRWPair", "(reader, writer, buffer_size=8192, /)");
    value bound[3];
    if (!signature_bind(&signature, args, nargs, kwnames, bound))
        return false;
    const value for_reader[] = {bound[0], bound[2]}, for_writer[] = {bound[1], bound[2]};
    value reader = call_vector(value_of(io_reader_type), for_reader, 2, NULL);
    value writer = reader ? call_vector(value_of(io_writer_type), for_writer, 2, NULL) : NULL;
    if (!writer) {
        value_dec(reader);
        return false;
    }
    slot_store(value_object(v), &PAIR(v)->reader, reader);
    slot_store(value_object(v), &PAIR(v)->writer, writer);
    return true;
}
static value pair_call(value v, value_slot *side, value name, const value *args, size_t nargs)
{
    value stream = slot_load(value_object(v), side);
    if (!stream)
        return raise(EXC(ValueError), "I/O operation on uninitialized object");
    value result = call_method(stream, name, args, nargs);
    value_dec(stream);
    return result;
}
#define PAIR_METHOD(NAME_, SIDE, NARGS)                                                                   \
    static value pair_##NAME_(value v, const value *args)                                                 \
    {                                                                                                     \
        return pair_call(v, &PAIR(v)->SIDE, NAME(NAME_), args, NARGS && is_missing(args[0]) ? 0 : NARGS); \
    }
PAIR_METHOD(read, reader, 1)
PAIR_METHOD(read1, reader, 1)
PAIR_METHOD(peek, reader, 1)
PAIR_METHOD(readinto, reader, 1)
PAIR_METHOD(readinto1, reader, 1)
PAIR_METHOD(readable, reader, 0)
PAIR_METHOD(write, writer, 1)
PAIR_METHOD(flush, writer, 0)
PAIR_METHOD(writable, writer, 0)
static value pair_close(value v)
{
    value first = pair_call(v, &PAIR(v)->writer, NAME(close), NULL, 0), error = first ? NULL : error_fetch();
    value second = pair_call(v, &PAIR(v)->reader, NAME(close), NULL, 0);
    value_dec(first);
    return error ? raise_after(error, second) : second;
}
static value pair_isatty(value v)
{
    value answer = pair_call(v, &PAIR(v)->writer, NAME(isatty), NULL, 0);
    return answer == VALUE_FALSE ? pair_call(v, &PAIR(v)->reader, NAME(isatty), NULL, 0) : answer;
}
static value pair_get_closed(value v)
{
    value writer = slot_load(value_object(v), &PAIR(v)->writer);
    if (!writer)
        return raise(EXC(RuntimeError), "the BufferedRWPair object is being garbage-collected");
    value closed = attr_get(writer, NAME(closed));
    value_dec(writer);
    return closed;
}
static value pair_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    return value_of(object_new(type, sizeof(struct pair)));
}
static void pair_traverse(struct object *o, struct gc_trace *trace)
{
    io_traverse(o, trace);
    trace_slots(trace, &((struct pair *)o)->reader, 2);
}
static void pair_destroy(struct object *o)
{
    io_destroy(o);
    slot_drop(&((struct pair *)o)->reader);
    slot_drop(&((struct pair *)o)->writer);
}
static void pair_finalize(struct object *o)
{
    if (slot_peek(&((struct pair *)o)->writer))
        io_finalize(o);
}
static const struct method_def pair_methods[] = {
    METHOD("read", pair_read, "($self, size=<unrepresentable>, /)", NULL),
    METHOD("read1", pair_read1, "($self, size=<unrepresentable>, /)", NULL),
    METHOD("peek", pair_peek, "($self, size=<unrepresentable>, /)", NULL),
    METHOD("readinto", pair_readinto, "($self, buffer, /)", NULL),
    METHOD("readinto1", pair_readinto1, "($self, buffer, /)", NULL),
    METHOD("write", pair_write, "($self, buffer, /)", NULL),
    METHOD("flush", pair_flush, "($self, /)", NULL),
    METHOD("readable", pair_readable, "($self, /)", NULL),
    METHOD("writable", pair_writable, "($self, /)", NULL),
    METHOD("close", pair_close, "($self, /)", NULL),
    METHOD("isatty", pair_isatty, "($self, /)", NULL),
    {0},
};
static const struct getset_def pair_getset[] = {{"closed", pair_get_closed, NULL, NULL}, {0}};
static const struct type_spec pair_spec = {
    .name = "_io.BufferedRWPair",
    .signature = "(reader, writer, buffer_size=DEFAULT_BUFFER_SIZE, /)",
    .doc = "A buffered reader and writer object together.",
    .size = sizeof(struct pair),
    .flags = TYPE_FLAG_BASE,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = pair_traverse,
    .destroy = pair_destroy,
    .finalize = pair_finalize,
    .slots = {.new = pair_new, .init = pair_init},
    .methods = pair_methods,
    .getset = pair_getset,
    .dict_offset = offsetof(struct io_base, dict),
};

bool io_buffered_define(value module)
{
    return io_define(module, &io_reader_type, &reader_spec, io_buffered_base_type) &&
           io_define(module, &io_writer_type, &writer_spec, io_buffered_base_type) &&
           io_define(module, &io_random_type, &random_spec, io_buffered_base_type) &&
           io_define(module, &pair_type, &pair_spec, io_buffered_base_type);
}

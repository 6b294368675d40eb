/* _io: the abstract bases of all streams, and what streams share: locks, and working on a stream beneath. */
#include "runtime/modules/io/io.h"
#include "runtime/raw.h"
#include "threads/contention.h"
#include "threads/pause.h"
#include "runtime/step.h"
#include "runtime/interp/interp.h"
#include "runtime/objects/binary/bytes.h"
#include "runtime/objects/containers/container.h"
#include "runtime/objects/model/type_internal.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#define BASE(v) ((struct io_base *)(v))
struct type *io_base_type, *io_raw_type, *io_buffered_base_type, *io_text_base_type;
value_slot io_unsupported_type;

/* ---- locks ---- */
bool io_lock_try(struct io_lock *lock)
{
    uint32_t free = 0;
    if (unlikely(!atomic_compare_exchange_strong_explicit(&lock->word, &free, 1, memory_order_acquire,
                                                          memory_order_relaxed)))
        return false;
    atomic_store_explicit(&lock->owner, interpreter_self->ident, memory_order_relaxed);
    return true;
}
static bool lock_wait(struct io_lock *lock, value stream)
{
    if (unlikely(!io_lock_try(lock))) {
        int64_t contended = contention_begin();
        while (atomic_exchange_explicit(&lock->word, 2, memory_order_acquire) != 0) {
            thread_enter_blocking();
            int outcome = thread_park(&lock->word, 2, -1);
            thread_leave_blocking();
            if (outcome == EINTR && thread_safepoint_at(thread_self, THREAD_IN_WAIT) != 0)
                return false;
        }
        contention_end(CONTENTION_LOCK, value_object(stream), contended);
        atomic_store_explicit(&lock->owner, interpreter_self->ident, memory_order_relaxed);
    }
    return true;
}
bool io_lock_enter(struct io_lock *lock, value stream)
{
    if (unlikely(atomic_load_explicit(&lock->owner, memory_order_relaxed) == interpreter_self->ident))
        return raise_false(EXC(RuntimeError), "reentrant call inside %R", stream);
    return lock_wait(lock, stream);
}
bool io_lock_enter_again(struct io_lock *lock, value stream, bool *again)
{
    *again = atomic_load_explicit(&lock->owner, memory_order_relaxed) == interpreter_self->ident;
    return *again || lock_wait(lock, stream);
}
void io_lock_leave(struct io_lock *lock)
{
    atomic_store_explicit(&lock->owner, 0, memory_order_relaxed);
    if (atomic_exchange_explicit(&lock->word, 0, memory_order_release) == 2)
        thread_unpark(&lock->word, 1);
}

/* ---- what all streams share ---- */
value io_unsupported(const char *message)
{
    value type = atomic_load(&io_unsupported_type), text = str_from_text(message);
    value exception = text ? call_1(type, text) : NULL;
    if (exception)
        raise_exception(exception);
    value_dec(exception);
    value_dec(text);
    return NULL;
}

bool io_is_on_open_file(value buffered)
{
    PEEK_SCOPE;
    value file = slot_peek(&((struct io_upper *)buffered)->beneath);
    return file && value_type(file) == io_file_type && io_file_descriptor(file) >= 0;
}
int io_is_closed(value stream)
{
    struct type *type = value_type(stream);
    if (type == io_file_type)
        return io_file_descriptor(stream) < 0;
    if (type == io_writer_type || type == io_reader_type || type == io_random_type) {
        if (io_is_on_open_file(stream))
            return 0;
        value beneath = io_beneath(stream);
        int is_closed = beneath ? io_is_closed(beneath) : -1;
        value_dec(beneath);
        return is_closed;
    }
    value closed = attr_get(stream, NAME(closed));
    int truth = closed ? value_truth(closed) : -1;
    value_dec(closed);
    return truth;
}
bool io_check_closed(value stream)
{
    int closed = io_is_closed(stream);
    return closed == 0 || (closed > 0 && raise_false(EXC(ValueError), "I/O operation on closed file."));
}
bool io_call(value stream, value name)
{
    value result = call_method_0(stream, name);
    value_dec(result);
    return result != NULL;
}
value io_cannot_pickle(value v, const value *args)
{
    return raise(EXC(TypeError), "cannot pickle '%s' object", value_type(v)->gc.name);
}
value io_get_dict(value v)
{
    return object_dict(v, true);
}
const struct getset_def io_dict_getset[] = {{"__dict__", io_get_dict, NULL, NULL}, {0}};

value io_name(value v)
{
    value name = attr_get_optional(v, NAME(name));
    if (name)
        return name;
    if (!error_matches(EXC(ValueError)))
        return NULL;
    error_clear();
    return VALUE_MISSING;
}
bool io_size_argument(value v, ssize *size)
{
    *size = -1;
    if (v == VALUE_NONE)
        return true;
    if (!value_type_slot(v, to_index))
        return raise_false(EXC(TypeError), "argument should be integer or None, not '%T'", v);
    return index_as_ssize(v, size, EXC(OverflowError));
}
bool io_optional_size(value v, ssize *size)
{
    *size = -1;
    return is_missing(v) || io_size_argument(v, size);
}

#define STORAGE_DOUBLES ((size_t)16 << 20)

bool io_storage_fit(struct io_storage *fresh, void **data, size_t *room, size_t used, size_t bytes)
{
    if (bytes <= *room)
        return true;
    if (bytes > fresh->room) {
        /* Room that nobody touches costs nothing; what is moved costs, page by page. */
        fresh->wanted = bytes + (bytes < STORAGE_DOUBLES ? bytes : bytes >> 2) + 32;
        bool here = thread_is_alone() && fresh->wanted < THREAD_LONG_BYTES; /* nobody waits for the lock */
        void *larger = here ? realloc(*data, fresh->wanted) : NULL;
        if (!larger)
            return false;
        *data = larger;
        *room = fresh->wanted;
        return true;
    }
    if (used)
        thread_copy(fresh->data, *data, used);
    void *old = *data;
    size_t old_room = *room;
    *data = fresh->data;
    *room = fresh->room;
    fresh->data = old;
    fresh->room = old_room;
    return true;
}
bool io_storage_fetch(struct io_storage *fresh)
{
    raw_free(fresh->data);
    fresh->data = raw_alloc(fresh->wanted);
    fresh->room = fresh->data ? fresh->wanted : 0;
    return fresh->data || raise_no_memory() != NULL;
}

value io_dict_copy(value v)
{
    value dict = object_dict(v, false);
    value copy = !dict ? NULL : dict == VALUE_MISSING ? VALUE_NONE : dict_copy(dict);
    value_dec(dict);
    return copy;
}
bool io_position_of(value item, const char *message, size_t *at)
{
    ssize position;
    if (!is_int(item))
        return raise_false(EXC(TypeError), message, item);
    if (!int_fits_i64(item, &position))
        return raise_false(EXC(OverflowError), "Python int too large to convert to C ssize_t");
    if (position < 0)
        return raise_false(EXC(ValueError), "position value cannot be negative");
    *at = (size_t)position;
    return true;
}
bool io_dict_restore(value v, value item, const char *nth)
{
    if (is_none(item))
        return true;
    if (!is_dict(item))
        return raise_false(EXC(TypeError), "%s item of state should be a dict, got a %T", nth, item);
    value dict = object_dict(v, true);
    bool done = dict && dict_update(dict, item);
    value_dec(dict);
    return done;
}

value io_line_or_end(value line)
{
    ssize length = line ? value_length(line) : -1;
    if (length > 0)
        return line;
    value_dec(line);
    return length < 0 ? NULL : VALUE_END;
}

bool io_define(value module, struct type **type, const struct type_spec *spec, struct type *base)
{
    if (!*type)
        *type = type_define_with_base(spec, base);
    return *type && module_add_type(module, *type);
}

void io_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct io_base *)o)->dict);
}
void io_destroy(struct object *o)
{
    slot_drop(&((struct io_base *)o)->dict);
}

/* A stream that is dropped is closed; nobody is told what goes wrong. */
bool io_is_left_to_upper(struct object *o)
{
    return atomic_load_explicit(&((struct io_base *)o)->claimed, memory_order_relaxed) && !object_is_sole(o);
}

void io_finalize(struct object *o)
{
    if (io_is_left_to_upper(o))
        return;
    value v = value_of(o), saved = error_fetch();
    int closed = io_is_closed(v);
    if (closed < 0)
        error_clear();
    if (closed <= 0 && !io_call(v, NAME(close)))
        error_clear();
    if (saved)
        error_restore(saved);
}

/* ---- streams that work on another one ---- */
static void set_claimed(value v, bool claimed)
{
    if (v && type_is_subtype(value_type(v), io_base_type))
        atomic_store_explicit(&BASE(v)->claimed, claimed, memory_order_relaxed);
}
void io_upper_set(value v, value beneath)
{
    struct io_upper *upper = (struct io_upper *)v;
    value old = slot_load(value_object(v), &upper->beneath);
    set_claimed(old, false);
    set_claimed(beneath, true);
    slot_store(value_object(v), &upper->beneath, beneath ? value_inc(beneath) : NULL);
    value_dec(old);
}
bool io_upper_spoil(value v)
{
    value error = error_fetch();
    io_upper_set(v, NULL);
    atomic_store(&((struct io_upper *)v)->detached, false);
    error_restore(error);
    return false;
}
value io_beneath(value v)
{
    struct io_upper *upper = (struct io_upper *)v;
    value beneath = slot_load(value_object(v), &upper->beneath);
    if (beneath)
        return beneath;
    return raise(EXC(ValueError), !upper->detached ? "I/O operation on uninitialized object"
                                  : type_is_subtype(value_type(v), io_text_type) ? "underlying buffer has been detached"
                                                                                 : "raw stream has been detached");
}
value io_beneath_attribute(value v, value name)
{
    value beneath = io_beneath(v), result = beneath ? attr_get(beneath, name) : NULL;
    value_dec(beneath);
    return result;
}
value io_upper_get_name(value v)
{
    return io_beneath_attribute(v, NAME(name));
}
value io_upper_get_closed(value v)
{
    return io_beneath_attribute(v, NAME(closed));
}

#define ASK_BENEATH(NAME_)                                                   \
    value io_upper_##NAME_(value v, const value *args)                       \
    {                                                                        \
        value beneath = io_beneath(v);                                       \
        value result = beneath ? call_method_0(beneath, NAME(NAME_)) : NULL; \
        value_dec(beneath);                                                  \
        return result;                                                       \
    }
ASK_BENEATH(seekable)
ASK_BENEATH(readable)
ASK_BENEATH(writable)
ASK_BENEATH(fileno)
ASK_BENEATH(isatty)

/* Flush the stream, then close what is beneath it. An exception of the flush survives the closing; one of the closing
 * has it for its context. */
static value close_both(value stream, value beneath)
{
    bool flushed = io_call(stream, NAME(flush));
    value error = flushed ? NULL : error_fetch();
    value result = call_method_0(beneath, NAME(close));
    if (!error)
        return result;
    if (result) {
        value_dec(result);
        error_restore(error);
        return NULL;
    }
    value second = error_fetch();
    exception_set_context(second, error);
    error_restore(second);
    return NULL;
}

value io_upper_close(value v)
{
    value beneath = io_beneath(v);
    int closed = beneath ? io_is_closed(beneath) : -1;
    value result = closed < 0 ? NULL : closed ? VALUE_NONE : close_both(v, beneath);
    value_dec(beneath);
    return result;
}
value io_upper_detach(value v)
{
    value beneath = io_beneath(v);
    if (!beneath || !io_call(v, NAME(flush))) {
        value_dec(beneath);
        return NULL;
    }
    struct io_upper *upper = (struct io_upper *)v;
    io_upper_set(v, NULL);
    atomic_store(&upper->detached, true);
    return beneath;
}

void io_upper_traverse(struct object *o, struct gc_trace *trace)
{
    io_traverse(o, trace);
    trace_slot(trace, &((struct io_upper *)o)->beneath);
}
void io_upper_destroy(struct object *o)
{
    io_destroy(o);
    slot_drop(&((struct io_upper *)o)->beneath);
}
/* The file under streams on one another, if it is still open and dropping it closes a descriptor: nobody closed it. */
static void warn_unclosed(value v)
{
    value file = slot_load(value_object(v), &((struct io_upper *)v)->beneath);
    while (file && value_type(file)->spec && value_type(file)->spec->finalize == io_upper_finalize) {
        value next = slot_load(value_object(file), &((struct io_upper *)file)->beneath);
        value_dec(file);
        file = next;
    }
    if (file && io_file_owns_descriptor(file)) {
        value saved = error_fetch();
        if (warn_of_source(v, "unclosed file %R", v) < 0)
            error_unraisable(NULL, v);
        if (saved)
            error_restore(saved);
    }
    value_dec(file);
}

void io_upper_finalize(struct object *o)
{
    if (!slot_peek(&((struct io_upper *)o)->beneath))
        return;
    if (!io_is_left_to_upper(o))
        warn_unclosed(value_of(o));
    io_finalize(o);
}

/* ---- _IOBase ---- */
static value base_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    return value_of(object_new(type, type->gc.instance_size));
}
static value base_seek(value v, value offset, value whence)
{
    return io_unsupported("seek");
}
static value base_truncate(value v, value size)
{
    return io_unsupported("truncate");
}
static value base_fileno(value v)
{
    return io_unsupported("fileno");
}
static value base_tell(value v)
{
    const value zero_one[] = {small_int(0), small_int(1)};
    return call_method(v, NAME(seek), zero_one, 2);
}
static value base_flush(value v)
{
    return io_check_closed(v) ? VALUE_NONE : NULL;
}
static value base_close(value v)
{
    if (atomic_load(&BASE(v)->closed))
        return VALUE_NONE;
    bool done = io_call(v, NAME(flush));
    atomic_store(&BASE(v)->closed, true);
    return done ? VALUE_NONE : NULL;
}
static value base_false(value v)
{
    return VALUE_FALSE;
}
static value base_isatty(value v)
{
    return io_check_closed(v) ? VALUE_FALSE : NULL;
}
static value base_get_closed(value v)
{
    return value_bool(atomic_load(&BASE(v)->closed));
}
static value base_check_closed(value v, const value *args)
{
    return io_check_closed(v) ? VALUE_NONE : NULL;
}
static value check_ability(value v, value name, const char *message)
{
    value able = call_method_0(v, name);
    if (!able || able == VALUE_TRUE)
        return able;
    value_dec(able);
    return io_unsupported(message);
}
static value base_check_seekable(value v, const value *args)
{
    return check_ability(v, NAME(seekable), "File or stream is not seekable.");
}
static value base_check_readable(value v, const value *args)
{
    return check_ability(v, NAME(readable), "File or stream is not readable.");
}
static value base_check_writable(value v, const value *args)
{
    return check_ability(v, NAME(writable), "File or stream is not writable.");
}
static value base_enter(value v)
{
    return io_check_closed(v) ? value_inc(v) : NULL;
}
static value base_exit(value v, const value *args)
{
    return call_method_0(v, NAME(close));
}
static value base_iter(value v)
{
    return io_check_closed(v) ? value_inc(v) : NULL;
}
static value base_next(value v)
{
    return io_line_or_end(call_method_0(v, NAME(readline)));
}

/* How many bytes to read for a line: as far as a peek shows its end. */
static ssize line_hint(value v, value peek)
{
    if (peek == VALUE_MISSING)
        return 1;
    value ahead = call_1(peek, small_int(1));
    if (!ahead)
        return -1;
    if (!is_bytes(ahead)) {
        raise(EXC(OSError), "peek() should have returned a bytes object, not '%T'", ahead);
        value_dec(ahead);
        return -1;
    }
    size_t length = bytes_length(ahead);
    const uint8_t *end = length ? thread_find(bytes_data(ahead), '\n', length) : NULL;
    ssize hint = end ? end - bytes_data(ahead) + 1 : length ? (ssize)length : 1;
    value_dec(ahead);
    return hint;
}

static value base_readline(value v, value size)
{
    ssize limit;
    if (!io_size_argument(size, &limit))
        return NULL;
    value peek = attr_get_optional(v, NAME(peek));
    if (!peek)
        return NULL;
    struct bytes_builder line = {0};
    bool done = false, failed = false;
    while (!done && !failed && (limit < 0 || line.length < (size_t)limit)) {
        ssize hint = line_hint(v, peek);
        if (limit >= 0 && hint > limit - (ssize)line.length)
            hint = limit - (ssize)line.length;
        value count = hint < 0 ? NULL : int_from_i64(hint);
        value part = count ? call_method_1(v, NAME(read), count) : NULL;
        value_dec(count);
        failed = !part;
        if (part && part != VALUE_NONE && !is_bytes(part)) {
            raise(EXC(OSError), "read() should have returned a bytes object, not '%T'", part);
            failed = true;
        } else if (part) {
            size_t length = part == VALUE_NONE ? 0 : bytes_length(part);
            if (length)
                bytes_builder_add(&line, bytes_data(part), length);
            done = length == 0 || bytes_data(part)[length - 1] == '\n';
        }
        value_dec(part);
    }
    value_dec(peek);
    if (!failed)
        return bytes_builder_finish(&line);
    bytes_builder_discard(&line);
    return NULL;
}

static value base_readlines(value v, value given_hint)
{
    ssize hint, total = 0;
    if (!io_size_argument(given_hint, &hint))
        return NULL;
    value iterator = iter_get(v), list = iterator ? list_new(0) : NULL, line = NULL;
    bool done = list != NULL;
    while (done && (line = iter_next(iterator)) && line != VALUE_END) {
        done = list_append(list, line);
        ssize length = done && hint > 0 ? value_length(line) : 0;
        value_dec(line);
        done = done && length >= 0;
        if (done && hint > 0 && length > hint - total)
            break;
        total += length;
    }
    value_dec(iterator);
    if (done && line)
        return list;
    value_dec(list);
    return NULL;
}

static value base_writelines(value v, value lines)
{
    value iterator = io_check_closed(v) ? iter_get(lines) : NULL, line = NULL;
    bool done = iterator != NULL;
    while (done && (line = iter_next(iterator)) && line != VALUE_END) {
        value result = call_method_1(v, NAME(write), line);
        done = result != NULL;
        value_dec(result);
        value_dec(line);
    }
    value_dec(iterator);
    return done && line ? VALUE_NONE : NULL;
}

static const struct method_def base_methods[] = {
    METHOD_DEL,
    METHOD("seek", base_seek, "($self, offset, whence=0, /)", "Change the stream position to the given byte offset."),
    METHOD("tell", base_tell, "($self, /)", "Return current stream position."),
    METHOD("truncate", base_truncate, "($self, size=None, /)", "Truncate file to size bytes."),
    METHOD("flush", base_flush, "($self, /)", "Flush write buffers, if applicable."),
    METHOD("close", base_close, "($self, /)", "Flush and close the IO object."),
    METHOD("seekable", base_false, "($self, /)", "Return whether object supports random access."),
    METHOD("readable", base_false, "($self, /)", "Return whether object was opened for reading."),
    METHOD("writable", base_false, "($self, /)", "Return whether object was opened for writing."),
    METHOD("_checkClosed", base_check_closed, "($self, /, *args)", NULL),
    METHOD("_checkSeekable", base_check_seekable, "($self, /, *args)", NULL),
    METHOD("_checkReadable", base_check_readable, "($self, /, *args)", NULL),
    METHOD("_checkWritable", base_check_writable, "($self, /, *args)", NULL),
    METHOD("fileno", base_fileno, "($self, /)", "Returns underlying file descriptor if one exists."),
    METHOD("isatty", base_isatty, "($self, /)", "Return whether this is an 'interactive' stream."),
    METHOD("__enter__", base_enter, "($self, /)", NULL),
    METHOD("__exit__", base_exit, "($self, /, *args)", NULL),
    METHOD("readline", base_readline, "($self, size=-1, /)", "Read and return a line from the stream."),
    METHOD("readlines", base_readlines, "($self, hint=-1, /)", "Return a list of lines from the stream."),
    METHOD("writelines", base_writelines, "($self, lines, /)", "Write a list of lines to stream."),
    {0},
};
static const struct getset_def base_getset[] = {
    {"closed", base_get_closed, NULL, NULL}, {"__dict__", io_get_dict, NULL, NULL}, {0}};

/* ---- _RawIOBase ---- */
static value raw_read(value v, value given_size)
{
    ssize size;
    if (!io_size_argument(given_size, &size))
        return NULL;
    if (size < 0)
        return call_method_0(v, NAME(readall));
    value room = bytearray_new(NULL, (size_t)size);
    value count = room ? call_method_1(v, NAME(readinto), room) : NULL, result = NULL;
    ssize got;
    struct buffer bytes; /* readinto may have resized it */
    if (count == VALUE_NONE) {
        result = VALUE_NONE;
    } else if (count && index_as_ssize(count, &got, EXC(ValueError)) && buffer_get(room, &bytes, BUFFER_SIMPLE)) {
        if (got < 0 || got > bytes.length)
            raise(EXC(ValueError), "readinto returned %zd outside buffer size %zd", got, bytes.length);
        else
            result = bytes_new(bytes.data, (size_t)got);
        buffer_release(&bytes);
    }
    value_dec(count);
    value_dec(room);
    return result;
}

static value raw_readall(value v)
{
    struct bytes_builder all = {0};
    for (;;) {
        value part = call_method_1(v, NAME(read), small_int(IO_BUFFER_SIZE));
        if (part == VALUE_NONE && all.length == 0)
            return VALUE_NONE;
        if (!part || (part != VALUE_NONE && !is_bytes(part))) {
            if (part)
                raise(EXC(TypeError), "read() should return bytes");
            value_dec(part);
            bytes_builder_discard(&all);
            return NULL;
        }
        size_t length = part == VALUE_NONE ? 0 : bytes_length(part);
        if (length)
            bytes_builder_add(&all, bytes_data(part), length);
        value_dec(part);
        if (!length)
            return bytes_builder_finish(&all);
    }
}

static const struct method_def raw_methods[] = {
    METHOD("read", raw_read, "($self, size=-1, /)", NULL),
    METHOD("readall", raw_readall, "($self, /)", "Read until EOF, using multiple read() call."),
    {0},
};

/* ---- _BufferedIOBase and _TextIOBase ---- */
#define UNSUPPORTED(NAME)                                       \
    static value unsupported_##NAME(value v, const value *args) \
    {                                                           \
        return io_unsupported(#NAME);                           \
    }
UNSUPPORTED(detach)
UNSUPPORTED(read)
UNSUPPORTED(read1)
UNSUPPORTED(write)
UNSUPPORTED(readline)

static value read_into(value v, value target, value method)
{
    struct buffer room;
    if (!buffer_get_argument(target, &room, method == NAME(read) ? "readinto" : "readinto1"))
        return NULL;
    value size = int_from_i64(room.length), data = size ? call_method_1(v, method, size) : NULL, result = NULL;
    if (data && !is_bytes(data))
        raise(EXC(TypeError), "read() should return bytes");
    else if (data && bytes_length(data) > (size_t)room.length)
        raise(EXC(ValueError), "read() returned too much data: %lld bytes requested, %zu returned",
              (long long)room.length, bytes_length(data));
    else if (data) {
        thread_copy(room.data, bytes_data(data), bytes_length(data));
        result = int_from_u64(bytes_length(data));
    }
    value_dec(data);
    value_dec(size);
    buffer_release(&room);
    return result;
}
static value buffered_base_readinto(value v, value buffer)
{
    return read_into(v, buffer, NAME(read));
}
static value buffered_base_readinto1(value v, value buffer)
{
    return read_into(v, buffer, NAME(read1));
}
static const struct method_def buffered_base_methods[] = {
    METHOD("detach", unsupported_detach, "($self, /)",
           "Disconnect this buffer from its underlying raw stream and return it."),
    METHOD("read", unsupported_read, "($self, /, *args)", "Read and return up to n bytes."),
    METHOD("read1", unsupported_read1, "($self, /, *args)",
           "Read and return up to n bytes, with at most one read() call"),
    METHOD("readinto", buffered_base_readinto, "($self, buffer, /)", NULL),
    METHOD("readinto1", buffered_base_readinto1, "($self, buffer, /)", NULL),
    METHOD("write", unsupported_write, "($self, /, *args)", "Write the given buffer to the IO stream."),
    {0},
};
static const struct method_def text_base_methods[] = {
    METHOD("detach", unsupported_detach, "($self, /)",
           "Separate the underlying buffer from the TextIOBase and return it."),
    METHOD("read", unsupported_read, "($self, /, *args)", "Read at most n characters from stream."),
    METHOD("readline", unsupported_readline, "($self, /, *args)", "Read until newline or EOF."),
    METHOD("write", unsupported_write, "($self, /, *args)", "Write string to stream."),
    {0},
};
static value get_none(value v)
{
    return VALUE_NONE;
}
static const struct getset_def text_base_getset[] = {
    {"encoding", get_none, NULL, "Encoding of the text stream."},
    {"newlines", get_none, NULL, "Line endings translated so far."},
    {"errors", get_none, NULL, "The error setting of the decoder or encoder."},
    {0}};

#define BASE_SPEC(NAME, ...)                                                                                    \
    {                                                                                                           \
        .name = NAME, .size = sizeof(struct io_base), .flags = TYPE_FLAG_BASE | TYPE_FLAG_WEAKREF,              \
        .gc_flags = TYPE_GC_CONTAINER, .traverse = io_traverse, .destroy = io_destroy, .finalize = io_finalize, \
        .dict_offset = offsetof(struct io_base, dict), __VA_ARGS__                                              \
    }
static const struct type_spec base_spec =
    BASE_SPEC("_io._IOBase", .slots = {.new = base_new, .iter = base_iter, .next = base_next}, .methods = base_methods,
              .getset = base_getset);
static const struct type_spec raw_spec = BASE_SPEC("_io._RawIOBase", .methods = raw_methods);
static const struct type_spec buffered_base_spec = BASE_SPEC("_io._BufferedIOBase", .methods = buffered_base_methods);
static const struct type_spec text_base_spec =
    BASE_SPEC("_io._TextIOBase", .methods = text_base_methods, .getset = text_base_getset);

bool io_base_define(value module)
{
    return module_define_type(module, &io_base_type, &base_spec) &&
           io_define(module, &io_raw_type, &raw_spec, io_base_type) &&
           io_define(module, &io_buffered_base_type, &buffered_base_spec, io_base_type) &&
           io_define(module, &io_text_base_type, &text_base_spec, io_base_type);
}

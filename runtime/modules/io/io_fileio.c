/* _io.FileIO: a stream over a file descriptor, without a buffer. */
#include "runtime/modules/io/io.h"
#include "runtime/modules/system/descriptor.h"
#include "runtime/modules/system/posix.h"
#include "runtime/objects/binary/bytes.h"
#include "runtime/objects/model/bootstrap.h"
#include "runtime/objects/model/type_internal.h"

#include <stddef.h>
#include <stdlib.h>
#include <sys/stat.h>

#define TRANSFER_MAX 0x7ffff000

struct file {
    struct io_base base;
    struct descriptor descriptor;
    _Atomic bool opened, created, readable, writable, appending, close_fd;
    _Atomic int8_t seekable;    /* -1: not known yet */
    _Atomic int32_t block_size; /* what the file system prefers; a program may change it */
};
#define FILE_OF(v)    ((struct file *)(v))
#define DESCRIPTOR(v) (&FILE_OF(v)->descriptor)
struct type *io_file_type;

int io_file_descriptor(value v)
{
    return descriptor_number(DESCRIPTOR(v));
}
int io_file_block_size(value v)
{
    return atomic_load_explicit(&FILE_OF(v)->block_size, memory_order_relaxed);
}
static bool check_open(value v)
{
    return io_file_descriptor(v) >= 0 || raise_false(EXC(ValueError), "I/O operation on closed file");
}
static bool check_mode(value v, bool able, const char *action)
{
    if (!check_open(v))
        return false;
    if (able)
        return true;
    io_unsupported(action);
    return false;
}
static bool check_readable(value v)
{
    return check_mode(v, FILE_OF(v)->readable, "File not open for reading");
}
static bool check_writable(value v)
{
    return check_mode(v, FILE_OF(v)->writable, "File not open for writing");
}

/* ---- transfer: -1 exception, -2 would block ---- */
static ssize transferred(ssize n, bool raised)
{
    if (n >= 0)
        return n;
    if (!raised && errno == EAGAIN)
        return -2;
    if (!raised)
        raise_errno(errno, NULL, NULL);
    return -1;
}
ssize io_file_read(value v, uint8_t *data, size_t length)
{
    if (!check_readable(v))
        return -1;
    if (length > TRANSFER_MAX)
        length = TRANSFER_MAX;
    bool raised = false;
    ssize n = BLOCKING_RETRY(WITH_DESCRIPTOR(DESCRIPTOR(v), fd, read(fd, data, length)), raised);
    return transferred(n, raised);
}
ssize io_file_write(value v, const uint8_t *data, size_t length)
{
    if (!check_writable(v))
        return -1;
    if (length > TRANSFER_MAX)
        length = TRANSFER_MAX;
    bool raised = false;
    ssize n = BLOCKING_RETRY(WITH_DESCRIPTOR(DESCRIPTOR(v), fd, write(fd, data, length)), raised);
    return transferred(n, raised);
}

static value file_readinto(value v, value buffer)
{
    struct buffer room;
    if (!check_readable(v) || !buffer_get_argument(buffer, &room, "readinto"))
        return NULL;
    ssize n = io_file_read(v, room.data, (size_t)room.length);
    buffer_release(&room);
    return n == -1 ? NULL : n == -2 ? VALUE_NONE : int_from_i64(n);
}

/* How much there is to read, as far as the system can tell: bytes, and one more to notice the end; 0: unknown. */
static size_t bytes_left(int fd)
{
    struct stat s;
    off_t at = lseek(fd, 0, SEEK_CUR);
    return at >= 0 && fstat(fd, &s) == 0 && s.st_size > at ? (size_t)(s.st_size - at) + 1 : 0;
}
static value file_readall(value v, const value *args)
{
    if (!check_readable(v))
        return NULL;
    size_t left = BLOCKING(WITH_DESCRIPTOR(DESCRIPTOR(v), fd, bytes_left(fd))), room = left ? left : IO_BUFFER_SIZE;
    struct bytes_builder all = {0};
    for (;;) {
        uint8_t *place = bytes_builder_room(&all, room);
        ssize n = place ? io_file_read(v, place, room) : -1;
        if (n > 0) {
            all.length += (size_t)n;
            room = all.length < 65536 ? 65536 : all.length;
            continue;
        }
        if (n == 0 || (n == -2 && all.length))
            return bytes_builder_finish(&all);
        if (!place)
            raise_no_memory();
        bytes_builder_discard(&all);
        return n == -2 ? VALUE_NONE : NULL;
    }
}

static value file_read(value v, value given_size)
{
    ssize size;
    if (!check_readable(v) || !io_size_argument(given_size, &size))
        return NULL;
    if (size < 0)
        return file_readall(v, NULL);
    value bytes = bytes_new(NULL, (size_t)(size > TRANSFER_MAX ? TRANSFER_MAX : size));
    ssize n = bytes ? io_file_read(v, bytes_data(bytes), bytes_length(bytes)) : -1;
    if (n >= 0)
        return bytes_cut(bytes, (size_t)n);
    value_dec(bytes);
    return n == -2 ? VALUE_NONE : NULL;
}

static value file_write(value v, value b)
{
    struct buffer data;
    if (!check_writable(v) || !buffer_get(b, &data, BUFFER_SIMPLE))
        return NULL;
    ssize n = io_file_write(v, data.data, (size_t)data.length);
    buffer_release(&data);
    return n == -1 ? NULL : n == -2 ? VALUE_NONE : int_from_i64(n);
}

/* ---- position ---- */
static value seek_to(value v, int64_t offset, int whence)
{
    off_t at = BLOCKING(WITH_DESCRIPTOR(DESCRIPTOR(v), fd, lseek(fd, offset, whence)));
    if (at < 0)
        return raise_errno(errno, NULL, NULL);
    atomic_store(&FILE_OF(v)->seekable, 1);
    return int_from_i64(at);
}
static value file_seek(value v, value pos, value given_whence)
{
    int64_t offset;
    int whence;
    if (!check_open(v))
        return NULL;
    if (is_float(pos))
        return raise(EXC(TypeError), "an integer is required");
    return value_as_i64(pos, &offset) && value_as_int(given_whence, &whence) ? seek_to(v, offset, whence) : NULL;
}
static value file_tell(value v)
{
    return check_open(v) ? seek_to(v, 0, SEEK_CUR) : NULL;
}
static value file_truncate(value v, value given_size)
{
    int64_t size;
    if (!check_writable(v))
        return NULL;
    value position = is_given(given_size) ? value_inc(given_size) : seek_to(v, 0, SEEK_CUR);
    if (!position || !value_as_i64(position, &size)) {
        value_dec(position);
        return NULL;
    }
    bool raised = false;
    int result = BLOCKING_RETRY(WITH_DESCRIPTOR(DESCRIPTOR(v), fd, ftruncate(fd, size)), raised);
    if (result == 0)
        return position;
    value_dec(position);
    return raised ? NULL : raise_errno(errno, NULL, NULL);
}

/* ---- state ---- */
static value close_descriptor(value v)
{
    atomic_store(&FILE_OF(v)->base.closed, true);
    if (!FILE_OF(v)->close_fd) {
        descriptor_take(DESCRIPTOR(v));
        return VALUE_NONE;
    }
    int result = BLOCKING(descriptor_close(DESCRIPTOR(v)));
    return result < 0 && errno != EINTR ? raise_errno(errno, NULL, NULL) : VALUE_NONE;
}
/* flush() means nothing here, but to a subclass; the descriptor is closed whatever it raises. */
static value file_close(value v)
{
    bool flushed = FILE_OF(v)->base.closed || io_call(v, NAME(flush));
    value problem = flushed ? NULL : error_fetch(), result = close_descriptor(v);
    if (flushed)
        return result;
    if (!result)
        error_clear();
    value_dec(result);
    error_restore(problem);
    return NULL;
}
static value file_fileno(value v)
{
    return check_open(v) ? small_int(io_file_descriptor(v)) : NULL;
}
bool io_file_is_terminal(value v)
{
    return BLOCKING(WITH_DESCRIPTOR(DESCRIPTOR(v), fd, isatty(fd)));
}
static value file_isatty(value v)
{
    return check_open(v) ? value_bool(io_file_is_terminal(v)) : NULL;
}
static value file_readable(value v)
{
    return check_open(v) ? value_bool(FILE_OF(v)->readable) : NULL;
}
static value file_writable(value v)
{
    return check_open(v) ? value_bool(FILE_OF(v)->writable) : NULL;
}
static value file_seekable(value v)
{
    if (!check_open(v))
        return NULL;
    if (FILE_OF(v)->seekable < 0) {
        off_t at = BLOCKING(WITH_DESCRIPTOR(DESCRIPTOR(v), fd, lseek(fd, 0, SEEK_CUR)));
        atomic_store(&FILE_OF(v)->seekable, at >= 0);
    }
    return value_bool(FILE_OF(v)->seekable);
}
static value file_get_closed(value v)
{
    return value_bool(io_file_descriptor(v) < 0);
}
static value file_get_closefd(value v)
{
    return value_bool(FILE_OF(v)->close_fd);
}
static const char *mode_text(struct file *f)
{
    if (f->created)
        return f->readable ? "xb+" : "xb";
    if (f->appending)
        return f->readable ? "ab+" : "ab";
    return f->readable ? f->writable ? "rb+" : "rb" : "wb";
}
static value file_get_mode(value v)
{
    return str_interned(mode_text(FILE_OF(v)));
}
static value file_repr(value v)
{
    int fd = io_file_descriptor(v);
    if (fd < 0)
        return str_from_text("<_io.FileIO [closed]>");
    value name = io_name(v);
    const char *mode = mode_text(FILE_OF(v)), *close_fd = FILE_OF(v)->close_fd ? "True" : "False";
    value text = !name ? NULL
                 : name == VALUE_MISSING
                     ? str_format("<_io.FileIO fd=%d mode='%s' closefd=%s>", fd, mode, close_fd)
                     : str_format("<_io.FileIO name=%R mode='%s' closefd=%s>", name, mode, close_fd);
    value_dec(name);
    return text;
}

/* ---- opening ---- */
static bool parse_mode(struct file *f, value mode, int *flags)
{
    struct text text;
    if (!text_of(mode, &text))
        return false;
    int kinds = 0;
    bool plus = false, wrong = false;
    f->readable = f->writable = f->created = f->appending = false;
    *flags = O_CLOEXEC;
    for (const char *p = text.bytes; *p && !wrong; p++) {
        switch (*p) {
        case 'x':
            kinds++;
            f->created = f->writable = true;
            *flags |= O_EXCL | O_CREAT;
            break;
        case 'r':
            kinds++;
            f->readable = true;
            break;
        case 'w':
            kinds++;
            f->writable = true;
            *flags |= O_CREAT | O_TRUNC;
            break;
        case 'a':
            kinds++;
            f->writable = f->appending = true;
            *flags |= O_APPEND | O_CREAT;
            break;
        case 'b':
            break;
        case '+':
            wrong = plus;
            plus = true;
            break;
        default:
            text_release(&text);
            return raise_false(EXC(ValueError), "invalid mode: %.200U", mode);
        }
    }
    text_release(&text);
    if (wrong || kinds != 1)
        return raise_false(EXC(ValueError),
                           "Must have exactly one of create/read/write/append mode and at most one plus");
    if (plus)
        f->readable = f->writable = true;
    *flags |= f->readable && f->writable ? O_RDWR : f->readable ? O_RDONLY : O_WRONLY;
    return true;
}

/* Through the program's opener: the descriptor, or -1 with an exception. */
static int open_by(value opener, value file, int flags)
{
    value number = call_2(opener, file, small_int(flags));
    int fd = -1;
    if (number && !is_int(number))
        raise(EXC(TypeError), "expected integer from opener");
    else if (number && value_as_int(number, &fd) && fd < 0)
        raise(EXC(ValueError), "opener returned %i", fd);
    value_dec(number);
    if (fd >= 0)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
    return error_occurred() ? -1 : fd;
}
static int open_path(value file, int flags)
{
    struct path path;
    if (!path_get(&path, file, "open", "path", PATH_TERSE))
        return -1;
    bool raised = false;
    int fd = BLOCKING_RETRY(open(path.text.bytes, flags, 0666), raised);
    if (fd < 0 && !raised)
        path_error(&path);
    path_release(&path);
    return fd;
}

static bool file_init(value v, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature = SIGNATURE("FileIO", "(file, mode='r', closefd=True, opener=None)");
    value bound[4];
    struct file *f = FILE_OF(v);
    if (!signature_bind(&signature, args, nargs, kwnames, bound))
        return false;
    if (io_file_descriptor(v) >= 0) {
        value closed = close_descriptor(v);
        if (!closed)
            return false;
    }
    value file = bound[0], mode = is_missing(bound[1]) ? NAME_TEXT("r") : bound[1];
    int close_fd = value_truth(bound[2]), flags, fd = -1;
    if (close_fd < 0)
        return false;
    if (!is_str(mode))
        return raise_false(EXC(TypeError), "FileIO() argument 'mode' must be str, not %K", mode);
    bool is_number = value_as_int(file, &fd);
    if (!is_number)
        error_clear();
    else if (fd < 0)
        return raise_false(EXC(ValueError), "negative file descriptor");
    if (!parse_mode(f, mode, &flags))
        return false;
    f->seekable = -1;
    f->close_fd = close_fd;
    if (!audit("open", "OOi", file, mode, flags))
        return false;
    if (!is_number) {
        if (!close_fd)
            return raise_false(EXC(ValueError), "Cannot use closefd=False with file name");
        fd = bound[3] == VALUE_NONE ? open_path(file, flags) : open_by(bound[3], file, flags);
        if (fd < 0)
            return false;
    }
    struct stat s;
    int status = fstat(fd, &s), error = status < 0 ? errno : S_ISDIR(s.st_mode) ? EISDIR : 0;
    if (error) {
        if (!is_number)
            close(fd);
        return raise_errno(error, error == EBADF ? NULL : file, NULL) != NULL;
    }
    if (close_fd)
        deaths_note();
    atomic_store(&f->block_size, s.st_blksize > 1 ? (int32_t)s.st_blksize : IO_BUFFER_SIZE);
    if (!descriptor_put(&f->descriptor, fd)) {
        if (!is_number)
            close(fd);
        return false;
    }
    atomic_store(&f->base.closed, false);
    bool done = attr_set(v, NAME(name), file);
    if (done && f->appending && BLOCKING(WITH_DESCRIPTOR(DESCRIPTOR(v), fd, lseek(fd, 0, SEEK_END))) < 0 &&
        errno != ESPIPE)
        done = raise_errno(errno, NULL, NULL) != NULL;
    if (done)
        return true;
    if (is_number) /* a descriptor that was given stays the program's */
        descriptor_take(&f->descriptor);
    else
        (void)BLOCKING(descriptor_close(&f->descriptor));
    return false;
}
static value file_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    struct file *f = (struct file *)object_new(type, sizeof *f);
    if (f) {
        descriptor_init(&f->descriptor, -1);
        f->seekable = -1;
        f->close_fd = true;
    }
    return value_of(f);
}

bool io_file_owns_descriptor(value v)
{
    return value_is_of(v, io_file_type) && io_file_descriptor(v) >= 0 && FILE_OF(v)->close_fd;
}

/* Closed by nobody: tell, as CPython does, and close. */
static void file_finalize(struct object *o)
{
    value v = value_of(o);
    if (io_file_descriptor(v) < 0 || !FILE_OF(v)->close_fd || io_is_left_to_upper(o))
        return;
    value saved = error_fetch();
    if (warn_of_source(v, "unclosed file %R", v) < 0)
        error_unraisable(NULL, v);
    if (!io_call(v, NAME(close)))
        error_clear();
    if (saved)
        error_restore(saved);
}

/* What was left to an upper stream that went without closing it. */
static void file_destroy(struct object *o)
{
    if (((struct file *)o)->close_fd)
        descriptor_close(&((struct file *)o)->descriptor);
    io_destroy(o);
}

static const struct method_def file_methods[] = {
    METHOD("read", file_read, "($self, size=-1, /)", "Read at most size bytes, returned as bytes."),
    METHOD("readall", file_readall, "($self, /)", "Read all data from the file, returned as bytes."),
    METHOD("readinto", file_readinto, "($self, buffer, /)", "Same as RawIOBase.readinto()."),
    METHOD("write", file_write, "($self, b, /)", "Write buffer b to file, return number of bytes written."),
    METHOD("seek", file_seek, "($self, pos, whence=0, /)", "Move to new file position and return the file position."),
    METHOD("tell", file_tell, "($self, /)", "Current file position."),
    METHOD("truncate", file_truncate, "($self, size=None, /)", "Truncate the file to at most size bytes."),
    METHOD("close", file_close, "($self, /)", "Close the file."),
    METHOD("seekable", file_seekable, "($self, /)", "True if file supports random-access."),
    METHOD("readable", file_readable, "($self, /)", "True if file was opened in a read mode."),
    METHOD("writable", file_writable, "($self, /)", "True if file was opened in a write mode."),
    METHOD("fileno", file_fileno, "($self, /)", "Return the underlying file descriptor (an integer)."),
    METHOD("isatty", file_isatty, "($self, /)", "True if the file is connected to a TTY device."),
    METHOD("__reduce__", io_cannot_pickle, "($self, /)", NULL),
    METHOD("__reduce_ex__", io_cannot_pickle, "($self, protocol, /)", NULL),
    {0},
};
static const struct getset_def file_getset[] = {
    {"closed", file_get_closed, NULL, "True if the file is closed"},
    {"closefd", file_get_closefd, NULL, "True if the file descriptor will be closed by close()."},
    {"mode", file_get_mode, NULL, "String giving the file mode"},
    {0},
};
static const struct member_def file_members[] = {
    {"_blksize", MEMBER_INT32, offsetof(struct file, block_size), true, NULL},
    {0},
};
static const struct type_spec file_spec = {
    .name = "_io.FileIO",
    .signature = "(file, mode='r', closefd=True, opener=None)",
    .doc = "Open a file.",
    .size = sizeof(struct file),
    .flags = TYPE_FLAG_BASE,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = io_traverse,
    .destroy = file_destroy,
    .finalize = file_finalize,
    .slots = {.new = file_new, .init = file_init, .repr = file_repr},
    .methods = file_methods,
    .getset = file_getset,
    .members = file_members,
    .dict_offset = offsetof(struct io_base, dict),
};

bool io_file_define(value module)
{
    return io_define(module, &io_file_type, &file_spec, io_raw_type);
}

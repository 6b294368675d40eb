/*
 * The mmap module: files and memory shared between processes.
 *
 * Every access happens under the object's lock, where the mapping is looked up: another thread may close or resize it
 * at any time. Memory that is lent counts as an export, and then neither can be done. (Other processes change the bytes
 * as they like, and a file that shrinks takes them away: SIGBUS, as in CPython.)
 */
#include "runtime/modules/system/posix.h"
#include "runtime/objects/binary/buffer.h"
#include "runtime/objects/binary/bytes.h"
#include "runtime/objects/text/span.h"
#include "threads/pause.h"

#include <stddef.h>
#include <sys/mman.h>
#include <sys/stat.h>

enum access { ACCESS_DEFAULT, ACCESS_READ, ACCESS_WRITE, ACCESS_COPY };

struct mapping {
    struct object header;
    uint8_t *data; /* NULL: closed */
    size_t size, position;
    size_t exports;
    int fd;         /* a duplicate; -1: none */
    int64_t offset; /* constant, as the rest */
    enum access access;
    int flags;
};
#define SELF(v) ((struct mapping *)(v))

static bool closed_error(void)
{
    return raise_false(EXC(ValueError), "mmap closed or invalid");
}
/* Take the lock, if the mapping is open. */
static bool map_lock(struct mapping *m)
{
    object_lock(&m->header);
    if (m->data)
        return true;
    object_unlock(&m->header);
    return closed_error();
}
static void map_unlock(struct mapping *m)
{
    object_unlock(&m->header);
}
static bool map_is_writable(struct mapping *m)
{
    return m->access != ACCESS_READ || raise_false(EXC(TypeError), "mmap can't modify a readonly memory map.");
}

/* ---- making ---- */
/* How long the mapping of a regular file is to be. */
static bool fit_file(int fd, int64_t offset, ssize *size)
{
    struct stat s;
    if (BLOCKING(fstat(fd, &s)) < 0 || !S_ISREG(s.st_mode))
        return true;
    if (*size == 0) {
        if (s.st_size == 0)
            return raise_false(EXC(ValueError), "cannot mmap an empty file");
        if (offset >= s.st_size)
            return raise_false(EXC(ValueError), "mmap offset is greater than file size");
        *size = s.st_size - offset;
        return true;
    }
    return (offset <= s.st_size && s.st_size - offset >= *size) ||
           raise_false(EXC(ValueError), "mmap length is greater than file size");
}
static bool access_flags(int64_t *access, int *flags, int *protection)
{
    if (*access != ACCESS_DEFAULT && (*flags != MAP_SHARED || *protection != (PROT_WRITE | PROT_READ)))
        return raise_false(EXC(ValueError), "mmap can't specify both access and flags, prot.");
    switch (*access) {
    case ACCESS_READ:
        *protection = PROT_READ;
        return true;
    case ACCESS_WRITE:
        return true;
    case ACCESS_COPY:
        *flags = MAP_PRIVATE;
        return true;
    case ACCESS_DEFAULT:
        if (!(*protection & PROT_WRITE))
            *access = ACCESS_READ;
        else if (!(*protection & PROT_READ))
            *access = ACCESS_WRITE;
        return true;
    default:
        return raise_false(EXC(ValueError), "mmap invalid access parameter.");
    }
}
static value map_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature =
        SIGNATURE("", "(fileno, length, flags=1, prot=3, access=0, offset=0)"); /* MAP_SHARED, PROT_WRITE | PROT_READ */
    value bound[6];
    int fd, flags, protection;
    int64_t access, offset;
    ssize size;
    if (!signature_bind(&signature, args, nargs, kwnames, bound) || !value_as_int(bound[0], &fd) ||
        !value_as_ssize(bound[1], &size) || !value_as_int(bound[2], &flags) || !value_as_int(bound[3], &protection) ||
        !value_as_i64(bound[4], &access) || !value_as_i64(bound[5], &offset))
        return NULL;
    if (size < 0)
        return raise(EXC(OverflowError), "memory mapped length must be positive");
    if (offset < 0)
        return raise(EXC(OverflowError), "memory mapped offset must be positive");
    if (!audit("mmap.__new__", "iLiL", fd, (int64_t)size, (int)access, offset))
        return NULL;
    if (!access_flags(&access, &flags, &protection) || (fd != -1 && !fit_file(fd, offset, &size)))
        return NULL;
    struct mapping *m = (struct mapping *)object_new(type, sizeof *m);
    if (!m)
        return NULL;
    m->fd = -1;
    m->offset = offset;
    m->access = (enum access)access;
    if (fd == -1)
        flags |= MAP_ANONYMOUS;
    else if ((m->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0)) < 0) {
        value_dec(value_of(m));
        return raise_errno(errno, NULL, NULL);
    }
    m->flags = flags;
    m->size = (size_t)size;
    void *data = BLOCKING(mmap(NULL, (size_t)size, protection, flags, m->fd, offset));
    if (data == MAP_FAILED) {
        int error = errno;
        value_dec(value_of(m));
        return raise_errno(error, NULL, NULL);
    }
    m->data = data;
    return value_of(m);
}

static void map_drop(struct mapping *m)
{
    if (m->data)
        munmap(m->data, m->size);
    if (m->fd >= 0)
        close(m->fd);
    m->data = NULL;
    m->fd = -1;
}
static void map_destroy(struct object *o)
{
    map_drop((struct mapping *)o);
}
static value map_close(value v)
{
    struct mapping *m = SELF(v);
    object_lock(&m->header);
    struct mapping taken = {.data = m->data, .size = m->size, .fd = m->fd};
    bool lent = m->exports > 0;
    if (!lent) {
        m->data = NULL;
        m->fd = -1;
    }
    object_unlock(&m->header);
    if (lent)
        return raise(EXC(BufferError), "cannot close exported pointers exist");
    thread_enter_blocking();
    map_drop(&taken);
    thread_leave_blocking();
    return VALUE_NONE;
}
static value map_enter(value v)
{
    if (!map_lock(SELF(v)))
        return NULL;
    map_unlock(SELF(v));
    return value_inc(v);
}
static value map_exit(value v, const value *args)
{
    return map_close(v);
}
static value map_closed(value v)
{
    object_lock(value_object(v));
    bool closed = !SELF(v)->data;
    object_unlock(value_object(v));
    return value_bool(closed);
}

/* ---- lending ---- */
static int map_buffer(value v, struct buffer *buffer, int flags)
{
    struct mapping *m = SELF(v);
    if (!map_lock(m))
        return -1;
    bool readonly = m->access == ACCESS_READ;
    bool refused = readonly && (flags & BUFFER_WRITABLE);
    m->exports += !refused;
    uint8_t *data = m->data;
    size_t size = m->size;
    map_unlock(m);
    if (refused)
        return raise_int(EXC(BufferError), "Object is not writable.");
    buffer_fill(buffer, v, data, size, readonly);
    buffer->guard = &m->header;
    return 0;
}
static void map_buffer_release(value v, struct buffer *buffer)
{
    object_lock(value_object(v));
    SELF(v)->exports--;
    object_unlock(value_object(v));
}

/* ---- reading ---- */
/* How far a reader goes: so many bytes from where it stands; without the lock, to make room. */
enum reading { READ_BYTES, READ_LINE };
static size_t reach(const struct mapping *m, enum reading how, size_t most)
{
    size_t left = m->position < m->size ? m->size - m->position : 0;
    if (how == READ_LINE && left) {
        const uint8_t *start = m->data + m->position, *end = thread_find(start, '\n', left);
        return end ? (size_t)(end - start) + 1 : left;
    }
    return left < most ? left : most;
}
static value read_on(value v, enum reading how, size_t most)
{
    struct mapping *m = SELF(v);
    for (;;) {
        if (!map_lock(m))
            return NULL;
        size_t room = reach(m, how, most);
        map_unlock(m);
        value bytes = bytes_new(NULL, room);
        if (!bytes || !map_lock(m)) {
            value_dec(bytes);
            return NULL;
        }
        size_t length = reach(m, how, most);
        if (length <= room) {
            thread_copy(bytes_data(bytes), m->data + m->position, length);
            m->position += length;
        }
        map_unlock(m);
        if (length <= room)
            return bytes_cut(bytes, length);
        value_dec(bytes); /* it grew, or another thread moved */
    }
}
static value map_read(value v, value given)
{
    ssize most = -1;
    if (given != VALUE_NONE && !value_as_ssize(given, &most))
        return NULL;
    return read_on(v, READ_BYTES, most < 0 ? SIZE_MAX : (size_t)most);
}
static value map_readline(value v)
{
    return read_on(v, READ_LINE, 0);
}
static value map_read_byte(value v)
{
    struct mapping *m = SELF(v);
    if (!map_lock(m))
        return NULL;
    int byte = m->position < m->size ? m->data[m->position++] : -1;
    map_unlock(m);
    return byte < 0 ? raise(EXC(ValueError), "read byte out of range") : small_int(byte);
}

static value find(value v, const value *args, bool last)
{
    struct mapping *m = SELF(v);
    struct buffer needle;
    ssize start = 0, end = 0;
    if (!buffer_get(args[0], &needle, BUFFER_SIMPLE))
        return NULL;
    if ((!is_missing(args[1]) && !value_as_ssize(args[1], &start)) ||
        (!is_missing(args[2]) && !value_as_ssize(args[2], &end)) || !map_lock(m)) {
        buffer_release(&needle);
        return NULL;
    }
    ssize size = (ssize)m->size;
    if (is_missing(args[1]))
        start = (ssize)m->position;
    if (is_missing(args[2]))
        end = size;
    start = start < 0 ? (start + size < 0 ? 0 : start + size) : start > size ? size : start;
    end = end < 0 ? (end + size < 0 ? 0 : end + size) : end > size ? size : end;
    size_t at = SPAN_NONE;
    if (start <= end && needle.length <= end - start) {
        struct span text = span_bytes(m->data + start, (size_t)(end - start)),
                    sought = span_bytes(needle.data, (size_t)needle.length);
        at = last ? span_find_last(text, sought) : span_find(text, sought);
    }
    map_unlock(m);
    buffer_release(&needle);
    return at == SPAN_NONE ? small_int(-1) : int_from_i64(start + (ssize)at);
}
static value map_find(value v, const value *args)
{
    return find(v, args, false);
}
static value map_rfind(value v, const value *args)
{
    return find(v, args, true);
}

/* ---- writing ---- */
static value map_write(value v, value given)
{
    struct mapping *m = SELF(v);
    struct buffer data;
    if (!buffer_get(given, &data, BUFFER_SIMPLE))
        return NULL;
    size_t length = (size_t)data.length;
    bool writable = map_is_writable(m), fits = false;
    if (!writable || !map_lock(m)) {
        buffer_release(&data);
        return NULL;
    }
    fits = m->position <= m->size && m->size - m->position >= length;
    if (fits) {
        thread_move(m->data + m->position, data.data, length);
        m->position += length;
    }
    map_unlock(m);
    buffer_release(&data);
    return fits ? int_from_u64(length) : raise(EXC(ValueError), "data out of range");
}
static value map_write_byte(value v, value given)
{
    struct mapping *m = SELF(v);
    int64_t byte;
    if (!value_as_i64(given, &byte))
        return NULL;
    if (byte < 0 || byte > 255)
        return raise(EXC(OverflowError), byte < 0 ? "unsigned byte integer is less than minimum"
                                                  : "unsigned byte integer is greater than maximum");
    if (!map_is_writable(m) || !map_lock(m))
        return NULL;
    bool fits = m->position < m->size;
    if (fits)
        m->data[m->position++] = (uint8_t)byte;
    map_unlock(m);
    return fits ? VALUE_NONE : raise(EXC(ValueError), "write byte out of range");
}
static value map_move(value v, value given_to, value given_from, value given_count)
{
    struct mapping *m = SELF(v);
    ssize to, from, count;
    if (!value_as_ssize(given_to, &to) || !value_as_ssize(given_from, &from) || !value_as_ssize(given_count, &count) ||
        !map_is_writable(m) || !map_lock(m))
        return NULL;
    ssize size = (ssize)m->size;
    bool fits =
        to >= 0 && from >= 0 && count >= 0 && to <= size && from <= size && count <= size - to && count <= size - from;
    if (fits)
        thread_move(m->data + to, m->data + from, (size_t)count);
    map_unlock(m);
    return fits ? VALUE_NONE : raise(EXC(ValueError), "source, destination, or count out of range");
}

/* ---- as a sequence ---- */
static ssize map_length(value v)
{
    if (!map_lock(SELF(v)))
        return -1;
    ssize length = (ssize)SELF(v)->size;
    map_unlock(SELF(v));
    return length;
}
static value get_slice(value v, value slice)
{
    struct mapping *m = SELF(v);
    ssize size = map_length(v), start, stop, step,
          count = size < 0 ? -1 : slice_indices(slice, size, &start, &stop, &step);
    value bytes = count < 0 ? NULL : bytes_new(NULL, (size_t)count);
    if (!bytes || !map_lock(m)) {
        value_dec(bytes);
        return NULL;
    }
    bool fits = (ssize)m->size >= size;
    if (fits && step == 1)
        thread_copy(bytes_data(bytes), m->data + start, (size_t)count);
    else
        for (ssize i = 0; fits && i < count; thread_report_at((size_t)++i))
            bytes_data(bytes)[i] = m->data[start + i * step];
    map_unlock(m);
    if (fits)
        return bytes;
    value_dec(bytes);
    return raise(EXC(IndexError), "mmap slice index out of range"); /* it shrank meanwhile */
}
static value map_getitem(value v, value key)
{
    struct mapping *m = SELF(v);
    if (value_type(key) == TYPE(SLICE))
        return get_slice(v, key);
    if (!value_type_slot(key, to_index))
        return map_length(v) < 0 ? NULL : raise(EXC(TypeError), "mmap indices must be integers");
    ssize i;
    if (!index_as_ssize(key, &i, EXC(IndexError)) || !map_lock(m))
        return NULL;
    i += i < 0 ? (ssize)m->size : 0;
    int byte = i >= 0 && i < (ssize)m->size ? m->data[i] : -1;
    map_unlock(m);
    return byte < 0 ? raise(EXC(IndexError), "mmap index out of range") : small_int(byte);
}
static bool set_slice(value v, value slice, value item)
{
    struct mapping *m = SELF(v);
    struct buffer data;
    ssize size = map_length(v), start, stop, step,
          count = size < 0 ? -1 : slice_indices(slice, size, &start, &stop, &step);
    if (count < 0 || !buffer_get(item, &data, BUFFER_SIMPLE))
        return false;
    if (data.length != count || !map_lock(m)) {
        if (data.length != count)
            raise(EXC(IndexError), "mmap slice assignment is wrong size");
        buffer_release(&data);
        return false;
    }
    bool fits = (ssize)m->size >= size;
    const uint8_t *from = data.data;
    if (fits && step == 1)
        thread_move(m->data + start, from, (size_t)count);
    else
        for (ssize i = 0; fits && i < count; thread_report_at((size_t)++i))
            m->data[start + i * step] = from[i];
    map_unlock(m);
    buffer_release(&data);
    return fits || raise_false(EXC(IndexError), "mmap slice index out of range");
}
static bool map_setitem(value v, value key, value item)
{
    struct mapping *m = SELF(v);
    if (map_length(v) < 0 || !map_is_writable(m))
        return false;
    if (value_type(key) == TYPE(SLICE))
        return item ? set_slice(v, key, item)
                    : raise_false(EXC(TypeError), "mmap object doesn't support slice deletion");
    if (!value_type_slot(key, to_index))
        return raise_false(EXC(TypeError), "mmap indices must be integers");
    ssize i, byte, size = map_length(v);
    if (!index_as_ssize(key, &i, EXC(IndexError)))
        return false;
    if ((i < 0 ? i + size : i) < 0 || (i < 0 ? i + size : i) >= size)
        return size >= 0 && raise_false(EXC(IndexError), "mmap index out of range");
    if (!item)
        return raise_false(EXC(TypeError), "mmap doesn't support item deletion");
    if (!value_type_slot(item, to_index))
        return raise_false(EXC(TypeError), "mmap item value must be an int");
    if (!index_as_ssize(item, &byte, EXC(TypeError)))
        return false;
    if (byte < 0 || byte > 255)
        return raise_false(EXC(ValueError), "mmap item value must be in range(0, 256)");
    if (!map_lock(m))
        return false;
    i += i < 0 ? (ssize)m->size : 0;
    bool fits = i >= 0 && i < (ssize)m->size;
    if (fits)
        m->data[i] = (uint8_t)byte;
    map_unlock(m);
    return fits || raise_false(EXC(IndexError), "mmap index out of range");
}

/* ---- place and size ---- */
static value map_tell(value v)
{
    if (!map_lock(SELF(v)))
        return NULL;
    size_t position = SELF(v)->position;
    map_unlock(SELF(v));
    return int_from_u64(position);
}
static value map_seek(value v, value given, value given_how)
{
    struct mapping *m = SELF(v);
    ssize distance, base;
    int how;
    if (!value_as_ssize(given, &distance) || !value_as_int(given_how, &how) || !map_lock(m))
        return NULL;
    base = how == SEEK_CUR ? (ssize)m->position : how == SEEK_END ? (ssize)m->size : 0;
    bool known = how >= SEEK_SET && how <= SEEK_END;
    bool fits = known && !__builtin_add_overflow(base, distance, &base) && base >= 0 && base <= (ssize)m->size;
    if (fits)
        m->position = (size_t)base;
    map_unlock(m);
    return fits ? VALUE_NONE : raise(EXC(ValueError), known ? "seek out of range" : "unknown seek type");
}
static value map_size(value v)
{
    struct mapping *m = SELF(v);
    struct stat s;
    if (!map_lock(m))
        return NULL;
    int fd = fcntl(m->fd, F_DUPFD_CLOEXEC, 0); /* the mapping's own may be closed meanwhile */
    int error = errno;
    map_unlock(m);
    if (fd < 0)
        return raise_errno(error, NULL, NULL); /* so it is without a file */
    int result = BLOCKING(fstat(fd, &s));
    error = errno;
    close(fd);
    return result < 0 ? raise_errno(error, NULL, NULL) : int_from_i64(s.st_size);
}
static value map_resize(value v, value given)
{
    struct mapping *m = SELF(v);
    ssize size;
    if (!value_as_ssize(given, &size) || !map_lock(m))
        return NULL;
    struct type *type = NULL;
    const char *message = NULL;
    int error = 0;
    if (m->exports > 0) {
        type = EXC(BufferError);
        message = "mmap can't resize with extant buffers exported.";
    } else if (m->access != ACCESS_WRITE && m->access != ACCESS_DEFAULT) {
        type = EXC(TypeError);
        message = "mmap can't resize a readonly or copy-on-write memory map.";
    } else if (size < 0 || INT64_MAX - size < m->offset) {
        type = EXC(ValueError);
        message = "new size out of range";
    } else if (m->fd < 0 && !(m->flags & MAP_PRIVATE) && size > (ssize)m->size) {
        type = EXC(ValueError);
        message = "mmap: can't expand a shared mapping on Linux";
    } else if (m->fd >= 0 && ftruncate(m->fd, m->offset + size) < 0) {
        error = errno;
    } else {
        void *data = mremap(m->data, m->size, (size_t)size, MREMAP_MAYMOVE);
        if (data == MAP_FAILED) {
            error = errno;
        } else {
            m->data = data;
            m->size = (size_t)size;
        }
    }
    map_unlock(m);
    return message ? raise(type, "%s", message) : error ? raise_errno(error, NULL, NULL) : VALUE_NONE;
}
/* Both look at pages only, whoever they belong to by then: no lock. */
static value map_flush(value v, value given_offset, value given_size)
{
    struct mapping *m = SELF(v);
    ssize offset, size = 0;
    if (!value_as_ssize(given_offset, &offset) || (!is_missing(given_size) && !value_as_ssize(given_size, &size)) ||
        !map_lock(m))
        return NULL;
    uint8_t *data = m->data;
    ssize whole = (ssize)m->size;
    bool nothing = m->access == ACCESS_READ || m->access == ACCESS_COPY;
    map_unlock(m);
    if (is_missing(given_size))
        size = whole;
    if (offset < 0 || size < 0 || whole - offset < size)
        return raise(EXC(ValueError), "flush values out of range");
    if (nothing)
        return VALUE_NONE;
    return BLOCKING(msync(data + offset, (size_t)size, MS_SYNC)) < 0 ? raise_errno(errno, NULL, NULL) : VALUE_NONE;
}
static value map_madvise(value v, value given_option, value given_start, value given_length)
{
    struct mapping *m = SELF(v);
    int option;
    ssize start, length = 0;
    if (!value_as_int(given_option, &option) || !value_as_ssize(given_start, &start) ||
        (!is_missing(given_length) && !value_as_ssize(given_length, &length)) || !map_lock(m))
        return NULL;
    ssize size = (ssize)m->size;
    if (is_missing(given_length))
        length = size;
    bool started = start >= 0 && start < size, fits = started && length >= 0 && length <= INT64_MAX - start;
    int error = 0;
    if (fits) {
        length = length > size - start ? size - start : length;
        error = madvise(m->data + start, (size_t)length, option) < 0 ? errno : 0;
    }
    map_unlock(m);
    if (!started)
        return raise(EXC(ValueError), "madvise start out of bounds");
    if (!fits)
        return length < 0 ? raise(EXC(ValueError), "madvise length invalid")
                          : raise(EXC(OverflowError), "madvise length too large");
    return error ? raise_errno(error, NULL, NULL) : VALUE_NONE;
}

static value map_repr(value v)
{
    static const char *const names[] = {"ACCESS_DEFAULT", "ACCESS_READ", "ACCESS_WRITE", "ACCESS_COPY"};
    struct mapping *m = SELF(v);
    object_lock(&m->header);
    bool open = m->data != NULL;
    size_t size = m->size, position = m->position;
    object_unlock(&m->header);
    if (!open)
        return str_format("<%T closed=True>", v);
    return str_format("<%T closed=False, access=%s, length=%zu, pos=%zu, offset=%lld>", v, names[m->access], size,
                      position, (long long)m->offset);
}

#define PLAIN(NAME, SIGNATURE) METHOD(#NAME, map_##NAME, SIGNATURE, NULL)
static const struct method_def methods[] = {
    PLAIN(close, "($self, /)"),
    PLAIN(find, "($self, sub, start=<unrepresentable>, end=<unrepresentable>, /)"),
    PLAIN(rfind, "($self, sub, start=<unrepresentable>, end=<unrepresentable>, /)"),
    PLAIN(flush, "($self, offset=0, size=<unrepresentable>, /)"),
    PLAIN(madvise, "($self, option, start=0, length=<unrepresentable>, /)"),
    PLAIN(move, "($self, dest, src, count, /)"),
    PLAIN(read, "($self, n=None, /)"),
    PLAIN(read_byte, "($self, /)"),
    PLAIN(readline, "($self, /)"),
    PLAIN(resize, "($self, newsize, /)"),
    PLAIN(seek, "($self, pos, whence=0, /)"),
    PLAIN(size, "($self, /)"),
    PLAIN(tell, "($self, /)"),
    PLAIN(write, "($self, bytes, /)"),
    PLAIN(write_byte, "($self, byte, /)"),
    METHOD("__enter__", map_enter, "($self, /)", NULL),
    METHOD("__exit__", map_exit, "($self, /, *exception)", NULL),
    {0},
};
static const struct getset_def getset[] = {{"closed", map_closed, NULL, NULL}, {0}};
static struct type *map_type;
static const struct type_spec map_spec = {
    .name = "mmap.mmap",
    .doc = "Maps the memory to the file represented by the file handle fileno,\nand returns a mmap object.",
    .size = sizeof(struct mapping),
    .flags = TYPE_FLAG_BASE | TYPE_FLAG_WEAKREF,
    .destroy = map_destroy,
    .slots = {.new = map_new,
              .repr = map_repr,
              .length = map_length,
              .getitem = map_getitem,
              .setitem = map_setitem,
              .buffer = map_buffer,
              .buffer_release = map_buffer_release},
    .methods = methods,
    .getset = getset,
};

#define C(NAME)     \
    {               \
#NAME, NAME \
    }
static const struct module_constant constants[] = {
    C(ACCESS_COPY),    C(ACCESS_DEFAULT),  C(ACCESS_READ),      C(ACCESS_WRITE),
    C(MADV_DODUMP),    C(MADV_DOFORK),     C(MADV_DONTDUMP),    C(MADV_DONTFORK),
    C(MADV_DONTNEED),  C(MADV_FREE),       C(MADV_HUGEPAGE),    C(MADV_HWPOISON),
    C(MADV_MERGEABLE), C(MADV_NOHUGEPAGE), C(MADV_NORMAL),      C(MADV_RANDOM),
    C(MADV_REMOVE),    C(MADV_SEQUENTIAL), C(MADV_UNMERGEABLE), C(MADV_WILLNEED),
    C(MAP_ANON),       C(MAP_ANONYMOUS),   C(MAP_DENYWRITE),    C(MAP_EXECUTABLE),
    C(MAP_POPULATE),   C(MAP_PRIVATE),     C(MAP_SHARED),       C(MAP_STACK),
    C(PROT_EXEC),      C(PROT_READ),       C(PROT_WRITE),       {0},
};
static bool fill(value module)
{
    value page = int_from_i64(sysconf(_SC_PAGESIZE));
    return module_define_type(module, &map_type, &map_spec) && module_add_constants(module, constants) &&
           module_add(module, "error", value_of(EXC(OSError))) && module_add(module, "PAGESIZE", page) &&
           module_add(module, "ALLOCATIONGRANULARITY", page);
}
const struct module_def mmap_module = {.name = "mmap", .fill = fill};

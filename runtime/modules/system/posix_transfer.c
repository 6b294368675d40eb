/* posix: bytes from descriptor to descriptor, vectors at positions, advice; descriptors that are no files. */
#include "runtime/modules/system/posix.h"
#include "runtime/objects/binary/buffer.h"

#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/mman.h>

static value os_error(void)
{
    return raise_errno(errno, NULL, NULL);
}
static value count_or_error(ssize_t n, bool raised)
{
    return raised ? NULL : n < 0 ? os_error() : int_from_i64(n);
}
/* None: the descriptor's own position. */
static bool offset_get(value v, off_t *offset, off_t **given)
{
    int64_t n;
    *given = NULL;
    if (!is_given(v))
        return true;
    if (!value_as_i64(v, &n))
        return false;
    *offset = n;
    *given = offset;
    return true;
}
struct route {
    int from, to;
    ssize count;
    off_t from_offset, to_offset, *from_given, *to_given;
};
static bool route_get(struct route *r, const value *args)
{
    if (!value_as_int(args[0], &r->from) || !value_as_int(args[1], &r->to) || !value_as_ssize(args[2], &r->count))
        return false;
    if (r->count < 0)
        return raise_false(EXC(ValueError), "negative value for 'count' not allowed");
    return offset_get(args[3], &r->from_offset, &r->from_given) && offset_get(args[4], &r->to_offset, &r->to_given);
}
static value posix_copy_file_range(value self, const value *args)
{
    struct route r;
    if (!route_get(&r, args))
        return NULL;
    bool raised = false;
    ssize_t n = BLOCKING_RETRY(copy_file_range(r.from, r.from_given, r.to, r.to_given, (size_t)r.count, 0), raised);
    return count_or_error(n, raised);
}
static value posix_splice(value self, const value *args)
{
    struct route r;
    value flags;
    if (!route_get(&r, args) || !(flags = index_value(args[5])))
        return NULL;
    unsigned bits = (unsigned)int_low_bits(flags);
    value_dec(flags);
    bool raised = false;
    ssize_t n = BLOCKING_RETRY(splice(r.from, r.from_given, r.to, r.to_given, (size_t)r.count, bits), raised);
    return count_or_error(n, raised);
}

static value vectors_at(const value *args, bool writing)
{
    int fd, flags;
    int64_t offset;
    struct vectors v;
    if (!value_as_int(args[0], &fd) || !value_as_i64(args[2], &offset) || !value_as_int(args[3], &flags))
        return NULL;
    if (!is_list(args[1]) && !is_tuple(args[1]) && !value_type_slot(args[1], getitem))
        return raise(EXC(TypeError),
                     writing ? "pwritev() arg 2 must be a sequence" : "preadv2() arg 2 must be a sequence");
    if (!vectors_get(&v, args[1], "argument must be a sequence", writing ? BUFFER_SIMPLE : BUFFER_WRITABLE))
        return NULL;
    bool raised = false;
    ssize_t n = writing ? BLOCKING_RETRY(pwritev2(fd, v.parts, (int)v.count, offset, flags), raised)
                        : BLOCKING_RETRY(preadv2(fd, v.parts, (int)v.count, offset, flags), raised);
    int error = errno;
    vectors_release(&v);
    errno = error;
    return count_or_error(n, raised);
}
static value posix_preadv(value self, const value *args)
{
    return vectors_at(args, false);
}
static value posix_pwritev(value self, const value *args)
{
    return vectors_at(args, true);
}

/* These return their error. */
static value posix_posix_fadvise(value self, const value *args)
{
    int fd, advice, error;
    int64_t offset, length;
    if (!value_as_int(args[0], &fd) || !value_as_i64(args[1], &offset) || !value_as_i64(args[2], &length) ||
        !value_as_int(args[3], &advice))
        return NULL;
    do
        error = BLOCKING(posix_fadvise(fd, offset, length, advice));
    while (error == EINTR && !posix_signalled());
    return error == EINTR ? NULL : error ? raise_errno(error, NULL, NULL) : VALUE_NONE;
}
static value posix_posix_fallocate(value self, const value *args)
{
    int fd, error;
    int64_t offset, length;
    if (!value_as_int(args[0], &fd) || !value_as_i64(args[1], &offset) || !value_as_i64(args[2], &length))
        return NULL;
    do
        error = BLOCKING(posix_fallocate(fd, offset, length));
    while (error == EINTR && !posix_signalled());
    return error == EINTR ? NULL : error ? raise_errno(error, NULL, NULL) : VALUE_NONE;
}

static value posix_eventfd(value self, value given_start, value given_flags)
{
    uint64_t start;
    int flags = EFD_CLOEXEC;
    if (!is_int(given_start))
        return raise(EXC(TypeError), "an integer is required");
    if (int_sign(given_start) < 0)
        return raise(EXC(ValueError), "value must be positive");
    if (!int_as_u64(given_start, &start) || (!is_missing(given_flags) && !value_as_int(given_flags, &flags)))
        return NULL;
    if (start > UINT32_MAX)
        return raise(EXC(OverflowError), "Python int too large for C unsigned int");
    int fd = BLOCKING(eventfd((unsigned)start, flags));
    return fd < 0 ? os_error() : small_int(fd);
}
static value posix_eventfd_read(value self, value given_fd)
{
    int fd;
    eventfd_t count;
    if (!fd_get(given_fd, &fd))
        return NULL;
    return BLOCKING(eventfd_read(fd, &count)) < 0 ? os_error() : int_from_u64(count);
}
static value posix_eventfd_write(value self, value given_fd, value given_count)
{
    int fd;
    uint64_t count;
    if (!fd_get(given_fd, &fd))
        return NULL;
    if (!is_int(given_count))
        return raise(EXC(TypeError), "an integer is required");
    if (int_sign(given_count) < 0)
        return raise(EXC(ValueError), "value must be positive");
    if (!int_as_u64(given_count, &count))
        return NULL;
    return BLOCKING(eventfd_write(fd, count)) < 0 ? os_error() : VALUE_NONE;
}
static value posix_memfd_create(value self, value given_name, value given_flags)
{
    struct path name;
    unsigned flags = MFD_CLOEXEC;
    if (!is_missing(given_flags)) {
        value index = index_value(given_flags);
        if (!index)
            return NULL;
        flags = (unsigned)int_low_bits(index);
        value_dec(index);
    }
    if (!path_get(&name, given_name, "memfd_create", "name", PATH_TERSE))
        return NULL;
    int fd = BLOCKING(memfd_create(name.text.bytes, flags));
    int error = errno;
    path_release(&name);
    return fd < 0 ? raise_errno(error, NULL, NULL) : small_int(fd);
}

#define PLAIN(NAME, SIGNATURE, DOC) METHOD(#NAME, posix_##NAME, SIGNATURE, DOC)
const struct method_def posix_transfer_functions[] = {
    PLAIN(copy_file_range, "(src, dst, count, offset_src=None, offset_dst=None)",
          "Copy count bytes from one file descriptor to another."),
    PLAIN(splice, "(src, dst, count, offset_src=None, offset_dst=None, flags=0)",
          "Transfer count bytes from one pipe to a descriptor or vice versa."),
    PLAIN(preadv, "(fd, buffers, offset, flags=0, /)",
          "Reads from a file descriptor into a number of mutable bytes-like objects."),
    PLAIN(pwritev, "(fd, buffers, offset, flags=0, /)",
          "Writes the contents of bytes-like objects to a file descriptor at a given offset."),
    PLAIN(posix_fadvise, "(fd, offset, length, advice, /)",
          "Announce an intention to access data in a specific pattern."),
    PLAIN(posix_fallocate, "(fd, offset, length, /)",
          "Ensure a file has allocated at least a particular number of bytes on disk."),
    PLAIN(eventfd, "(initval, flags=EFD_CLOEXEC)", "Creates and returns an event notification file descriptor."),
    PLAIN(eventfd_read, "(fd)", "Read eventfd value"),
    PLAIN(eventfd_write, "(fd, value)", "Write eventfd value."),
    PLAIN(memfd_create, "(name, flags=MFD_CLOEXEC)", NULL),
    {0},
};

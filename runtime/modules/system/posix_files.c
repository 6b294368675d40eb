/* posix: file descriptors. */
#include "runtime/modules/system/posix.h"
#include "runtime/objects/binary/bytes.h"
#include "runtime/raw.h"
#include "threads/pause.h"

#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <termios.h>

#define READ_MAX 0x7ffff000 /* what Linux transfers at most in one call */

bool posix_signalled(void)
{
    return thread_safepoint_at(thread_self, THREAD_IN_WAIT) != 0;
}

bool fd_get(value v, int *fd)
{
    value number = value_inc(v);
    if (!is_int(v)) {
        value method = attr_get_optional(v, NAME(fileno));
        value_dec(number);
        if (!method)
            return false;
        if (method == VALUE_MISSING)
            return raise_false(EXC(TypeError), "argument must be an int, or have a fileno() method.");
        number = call_0(method);
        value_dec(method);
        if (!number)
            return false;
    }
    bool done =
        is_int(number) ? value_as_int(number, fd) : raise_false(EXC(TypeError), "fileno() returned a non-integer");
    value_dec(number);
    if (done && *fd < 0)
        return raise_false(EXC(ValueError), "file descriptor cannot be a negative integer (%i)", *fd);
    return done;
}

static value os_error(void)
{
    return raise_errno(errno, NULL, NULL);
}
static value status(int result, bool raised)
{
    return raised ? NULL : result < 0 ? os_error() : VALUE_NONE;
}

static value posix_open(value self, const value *args)
{
    struct path path;
    int flags, mode, dir_fd, fd;
    if (!path_get(&path, args[0], "open", "path", 0))
        return NULL;
    if (!value_as_int(args[1], &flags) || !value_as_int(args[2], &mode) || !dir_fd_get(args[3], &dir_fd)) {
        path_release(&path);
        return NULL;
    }
    if (!audit("open", "OOi", path.object, NULL, flags | O_CLOEXEC))
        return path_refused(&path);
    bool raised = false;
    fd = BLOCKING_RETRY(openat(dir_fd, path.text.bytes, flags | O_CLOEXEC, mode), raised);
    value result = raised ? NULL : fd < 0 ? path_error(&path) : small_int(fd);
    path_release(&path);
    return result;
}

static value posix_close(value self, value given_fd)
{
    int fd;
    if (!value_as_int(given_fd, &fd))
        return NULL;
    int result = BLOCKING(close(fd)); /* never again after EINTR: the descriptor is gone */
    return result < 0 && errno != EINTR ? os_error() : VALUE_NONE;
}
static value posix_closerange(value self, value fd_low, value fd_high)
{
    int low, high;
    if (!value_as_int(fd_low, &low) || !value_as_int(fd_high, &high))
        return NULL;
    if (low < high && high > 0)
        (void)BLOCKING(close_range(low < 0 ? 0 : (unsigned)low, (unsigned)high - 1, 0));
    return VALUE_NONE;
}

static value posix_read(value self, value given_fd, value given_length)
{
    int fd;
    ssize length;
    if (!value_as_int(given_fd, &fd) || !value_as_ssize(given_length, &length))
        return NULL;
    if (length < 0) {
        errno = EINVAL;
        return os_error();
    }
    value bytes = bytes_new(NULL, (size_t)(length > READ_MAX ? READ_MAX : length));
    if (!bytes)
        return NULL;
    bool raised = false;
    ssize_t got = BLOCKING_RETRY(read(fd, bytes_data(bytes), bytes_length(bytes)), raised);
    if (got >= 0)
        return bytes_cut(bytes, (size_t)got);
    value_dec(bytes);
    return raised ? NULL : os_error();
}

static value posix_pread(value self, value given_fd, value given_length, value given_offset)
{
    int fd;
    ssize length;
    int64_t offset;
    if (!value_as_int(given_fd, &fd) || !value_as_ssize(given_length, &length) || !value_as_i64(given_offset, &offset))
        return NULL;
    if (length < 0) {
        errno = EINVAL;
        return os_error();
    }
    value bytes = bytes_new(NULL, (size_t)length);
    if (!bytes)
        return NULL;
    bool raised = false;
    ssize_t got = BLOCKING_RETRY(pread(fd, bytes_data(bytes), bytes_length(bytes), offset), raised);
    if (got >= 0)
        return bytes_cut(bytes, (size_t)got);
    value_dec(bytes);
    return raised ? NULL : os_error();
}

static value write_at(const value *args, bool positioned)
{
    int fd;
    int64_t offset = 0;
    struct buffer data;
    if (!value_as_int(args[0], &fd) || (positioned && !value_as_i64(args[2], &offset)) ||
        !buffer_get(args[1], &data, BUFFER_SIMPLE))
        return NULL;
    size_t length = data.length > READ_MAX ? READ_MAX : (size_t)data.length;
    bool raised = false;
    ssize_t put = positioned ? BLOCKING_RETRY(pwrite(fd, data.data, length, offset), raised)
                             : BLOCKING_RETRY(write(fd, data.data, length), raised);
    value result = raised ? NULL : put < 0 ? os_error() : int_from_i64(put);
    buffer_release(&data);
    return result;
}
static value posix_write(value self, const value *args)
{
    return write_at(args, false);
}
static value posix_pwrite(value self, const value *args)
{
    return write_at(args, true);
}

void vectors_release(struct vectors *v)
{
    for (size_t i = 0; i < v->count; thread_report_at(++i))
        buffer_release(&v->buffers[i]);
    raw_free(v->buffers);
    raw_free(v->parts);
}
bool vectors_get(struct vectors *v, value sequence, const char *message, int flags)
{
    *v = (struct vectors){0};
    value list = sequence_fast(sequence, message);
    value tuple = list ? tuple_from_iterable(list) : NULL;
    value_dec(list);
    if (!tuple)
        return false;
    size_t count = tuple_length(tuple);
    v->buffers = calloc(count + 1, sizeof *v->buffers);
    v->parts = calloc(count + 1, sizeof *v->parts);
    bool done = v->buffers && v->parts;
    if (!done)
        raise_no_memory();
    for (; done && v->count < count; v->count += done) {
        struct buffer *buffer = &v->buffers[v->count];
        done = buffer_get(tuple_get(tuple, v->count), buffer, flags);
        if (done)
            v->parts[v->count] = (struct iovec){buffer->data, (size_t)buffer->length};
    }
    value_dec(tuple);
    if (!done)
        vectors_release(v);
    return done;
}
static value transfer_vectors(const value *args, bool writing)
{
    int fd;
    struct vectors v;
    if (!value_as_int(args[0], &fd) ||
        !vectors_get(&v, args[1], "argument must be a sequence", writing ? BUFFER_SIMPLE : BUFFER_WRITABLE))
        return NULL;
    bool raised = false;
    ssize_t n = writing ? BLOCKING_RETRY(writev(fd, v.parts, (int)v.count), raised)
                        : BLOCKING_RETRY(readv(fd, v.parts, (int)v.count), raised);
    value result = raised ? NULL : n < 0 ? os_error() : int_from_i64(n);
    vectors_release(&v);
    return result;
}
static value posix_readv(value self, const value *args)
{
    return transfer_vectors(args, false);
}
static value posix_writev(value self, const value *args)
{
    return transfer_vectors(args, true);
}

static value posix_sendfile(value self, const value *args)
{
    int out, in;
    ssize count;
    int64_t start = 0;
    if (!value_as_int(args[0], &out) || !value_as_int(args[1], &in) ||
        (args[2] != VALUE_NONE && !value_as_i64(args[2], &start)) || !value_as_ssize(args[3], &count))
        return NULL;
    off_t offset = start;
    bool raised = false;
    ssize_t n = BLOCKING_RETRY(sendfile(out, in, args[2] == VALUE_NONE ? NULL : &offset, (size_t)count), raised);
    return raised ? NULL : n < 0 ? os_error() : int_from_i64(n);
}

static value posix_lseek(value self, value given_fd, value position, value given_how)
{
    int fd, how;
    int64_t offset;
    if (!value_as_int(given_fd, &fd) || !value_as_i64(position, &offset) || !value_as_int(given_how, &how))
        return NULL;
    off_t at = BLOCKING(lseek(fd, offset, how));
    return at < 0 ? os_error() : int_from_i64(at);
}

static value posix_dup(value self, value given_fd)
{
    int fd;
    if (!value_as_int(given_fd, &fd))
        return NULL;
    int new = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    return new < 0 ? os_error() : small_int(new);
}
static value posix_dup2(value self, value fd, value fd2, value given_inheritable)
{
    int from, to;
    if (!value_as_int(fd, &from) || !value_as_int(fd2, &to))
        return NULL;
    int inheritable = value_truth(given_inheritable);
    if (inheritable < 0)
        return NULL;
    if (from < 0 || to < 0) {
        errno = EBADF;
        return os_error();
    }
    bool raised = false;
    int result = from == to || inheritable ? BLOCKING_RETRY(dup2(from, to), raised)
                                           : BLOCKING_RETRY(dup3(from, to, O_CLOEXEC), raised);
    return raised ? NULL : result < 0 ? os_error() : small_int(to);
}

static value make_pipe(int flags)
{
    int ends[2];
    if (pipe2(ends, flags) < 0)
        return os_error();
    return tuple_pack(2, small_int(ends[0]), small_int(ends[1]));
}
static value posix_pipe(value self)
{
    return make_pipe(O_CLOEXEC);
}
static value posix_pipe2(value self, value given_flags)
{
    int flags;
    return value_as_int(given_flags, &flags) ? make_pipe(flags) : NULL;
}

static value posix_isatty(value self, value given_fd)
{
    int fd;
    return value_as_int(given_fd, &fd) ? value_bool(isatty(fd)) : NULL;
}
static value posix_ttyname(value self, value given_fd)
{
    int fd;
    char name[PATH_MAX];
    if (!value_as_int(given_fd, &fd))
        return NULL;
    int error = ttyname_r(fd, name, sizeof name);
    return error ? raise_errno(error, NULL, NULL) : str_decode_locale(name);
}

static value posix_fsync(value self, value given_fd)
{
    int fd;
    bool raised = false;
    return fd_get(given_fd, &fd) ? status(BLOCKING_RETRY(fsync(fd), raised), raised) : NULL;
}
static value posix_fdatasync(value self, value given_fd)
{
    int fd;
    bool raised = false;
    return fd_get(given_fd, &fd) ? status(BLOCKING_RETRY(fdatasync(fd), raised), raised) : NULL;
}
static value posix_sync(value self)
{
    thread_enter_blocking();
    sync();
    thread_leave_blocking();
    return VALUE_NONE;
}
static value posix_ftruncate(value self, value given_fd, value given_length)
{
    int fd;
    int64_t length;
    bool raised = false;
    if (!value_as_int(given_fd, &fd) || !value_as_i64(given_length, &length))
        return NULL;
    if (!audit("os.truncate", "iL", fd, length))
        return NULL;
    return status(BLOCKING_RETRY(ftruncate(fd, length), raised), raised);
}
static value posix_fchmod(value self, value given_fd, value given_mode)
{
    int fd, mode;
    bool raised = false;
    if (!value_as_int(given_fd, &fd) || !value_as_int(given_mode, &mode))
        return NULL;
    if (!audit("os.chmod", "iii", fd, mode, -1))
        return NULL;
    return status(BLOCKING_RETRY(fchmod(fd, (mode_t)mode), raised), raised);
}
static value posix_fchown(value self, value given_fd, value given_uid, value given_gid)
{
    int fd;
    int64_t uid, gid;
    bool raised = false;
    if (!value_as_int(given_fd, &fd) || !value_as_i64(given_uid, &uid) || !value_as_i64(given_gid, &gid))
        return NULL;
    if (!audit("os.chown", "iLLi", fd, (int64_t)(uid_t)uid, (int64_t)(gid_t)gid, -1))
        return NULL;
    return status(BLOCKING_RETRY(fchown(fd, (uid_t)uid, (gid_t)gid), raised), raised);
}
static value posix_fchdir(value self, value given_fd)
{
    int fd;
    bool raised = false;
    if (!fd_get(given_fd, &fd) || !audit("os.chdir", "(i)", fd))
        return NULL;
    return status(BLOCKING_RETRY(fchdir(fd), raised), raised);
}
static value posix_lockf(value self, value given_fd, value given_command, value given_length)
{
    int fd, command;
    int64_t length;
    bool raised = false;
    if (!value_as_int(given_fd, &fd) || !value_as_int(given_command, &command) || !value_as_i64(given_length, &length))
        return NULL;
    if (!audit("os.lockf", "iiL", fd, command, length))
        return NULL;
    return status(BLOCKING_RETRY(lockf(fd, command, length), raised), raised);
}

static value posix_get_inheritable(value self, value given_fd)
{
    int fd;
    if (!value_as_int(given_fd, &fd))
        return NULL;
    int flags = fcntl(fd, F_GETFD);
    return flags < 0 ? os_error() : value_bool(!(flags & FD_CLOEXEC));
}
static value posix_set_inheritable(value self, value given_fd, value inheritable)
{
    int fd, on;
    if (!value_as_int(given_fd, &fd) || (on = value_truth(inheritable)) < 0)
        return NULL;
    int flags = fcntl(fd, F_GETFD);
    if (flags >= 0)
        flags = fcntl(fd, F_SETFD, on ? flags & ~FD_CLOEXEC : flags | FD_CLOEXEC);
    return flags < 0 ? os_error() : VALUE_NONE;
}
static value posix_get_blocking(value self, value given_fd)
{
    int fd;
    if (!value_as_int(given_fd, &fd))
        return NULL;
    int flags = fcntl(fd, F_GETFL);
    return flags < 0 ? os_error() : value_bool(!(flags & O_NONBLOCK));
}
static value posix_set_blocking(value self, value given_fd, value blocking)
{
    int fd, on;
    if (!value_as_int(given_fd, &fd) || (on = value_truth(blocking)) < 0)
        return NULL;
    int flags = fcntl(fd, F_GETFL);
    if (flags >= 0)
        flags = fcntl(fd, F_SETFL, on ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
    return flags < 0 ? os_error() : VALUE_NONE;
}

static value posix_device_encoding(value self, value given_fd)
{
    int fd;
    if (!value_as_int(given_fd, &fd))
        return NULL;
    return isatty(fd) ? str_from_text("utf-8") : VALUE_NONE;
}

const struct method_def posix_file_functions[] = {
    METHOD("open", posix_open, "(path, flags, mode=511, *, dir_fd=None)", "Open a file for low level IO."),
    METHOD("close", posix_close, "(fd)", "Close a file descriptor."),
    METHOD("closerange", posix_closerange, "(fd_low, fd_high, /)",
           "Closes all file descriptors in [fd_low, fd_high), ignoring errors."),
    METHOD("read", posix_read, "(fd, length, /)", "Read from a file descriptor.  Returns a bytes object."),
    METHOD("pread", posix_pread, "(fd, length, offset, /)", "Read a number of bytes starting at a particular offset."),
    METHOD("write", posix_write, "(fd, data, /)", "Write a bytes object to a file descriptor."),
    METHOD("pwrite", posix_pwrite, "(fd, buffer, offset, /)", "Write bytes starting at a particular offset."),
    METHOD("readv", posix_readv, "(fd, buffers, /)", "Read from a file descriptor into an iterable of buffers."),
    METHOD("writev", posix_writev, "(fd, buffers, /)", "Iterate over buffers, and write their contents."),
    METHOD("sendfile", posix_sendfile, "(out_fd, in_fd, offset, count)", "Copy count bytes from in_fd to out_fd."),
    METHOD("lseek", posix_lseek, "(fd, position, how, /)", "Set the position of a file descriptor."),
    METHOD("dup", posix_dup, "(fd, /)", "Return a duplicate of a file descriptor."),
    METHOD("dup2", posix_dup2, "(fd, fd2, inheritable=True)", "Duplicate file descriptor."),
    METHOD("pipe", posix_pipe, "()", "Create a pipe."),
    METHOD("pipe2", posix_pipe2, "(flags, /)", "Create a pipe with flags set atomically."),
    METHOD("isatty", posix_isatty, "(fd, /)", "Return True if the fd is connected to a terminal."),
    METHOD("ttyname", posix_ttyname, "(fd, /)", "Return the name of the terminal device connected to 'fd'."),
    METHOD("fsync", posix_fsync, "(fd)", "Force write of fd to disk."),
    METHOD("fdatasync", posix_fdatasync, "(fd)", "Force write of fd to disk without forcing update of metadata."),
    METHOD("sync", posix_sync, "()", "Force write of everything to disk."),
    METHOD("ftruncate", posix_ftruncate, "(fd, length, /)", "Truncate a file, specified by file descriptor."),
    METHOD("fchmod", posix_fchmod, "(fd, mode)", "Change the access permissions of the file given by file descriptor."),
    METHOD("fchown", posix_fchown, "(fd, uid, gid)", "Change the owner of the file given by file descriptor."),
    METHOD("fchdir", posix_fchdir, "(fd)", "Change to the directory of the given file descriptor."),
    METHOD("lockf", posix_lockf, "(fd, command, length, /)", "Apply, test or remove a POSIX lock."),
    METHOD("get_inheritable", posix_get_inheritable, "(fd, /)",
           "Get the close-on-exe flag of the specified file descriptor."),
    METHOD("set_inheritable", posix_set_inheritable, "(fd, inheritable, /)", "Set the inheritable flag."),
    METHOD("get_blocking", posix_get_blocking, "(fd, /)", "Get the blocking mode of the file descriptor."),
    METHOD("set_blocking", posix_set_blocking, "(fd, blocking, /)", "Set the blocking mode of the file descriptor."),
    METHOD("device_encoding", posix_device_encoding, "(fd)", "Return the encoding of a terminal's file descriptor."),
    {0},
};

/* The fcntl module. */
#include "runtime/modules/system/posix.h"
#include "runtime/objects/binary/buffer.h"

#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>

#define ARGUMENT_MAX \
    1024 /* bytes that are copied; Linux lets no structure of ioctl be larger than its size field says */

/* The bytes of a str, or of what lends its memory; false, without an exception unless memory is lacking: neither. */
static bool bytes_argument(value v, struct text *text, struct buffer *buffer)
{
    *buffer = (struct buffer){0};
    *text = (struct text){0};
    if (is_str(v))
        return text_of(v, text);
    if (!value_has_buffer(v))
        return false;
    if (!buffer_get(v, buffer, BUFFER_SIMPLE)) {
        buffer_refused();
        return false;
    }
    text->bytes = buffer->data;
    text->length = (size_t)buffer->length;
    return true;
}
static void bytes_argument_release(struct text *text, struct buffer *buffer)
{
    text_release(text);
    if (buffer->data)
        buffer_release(buffer);
}

/* A command whose argument the system may change: what it is afterwards, as bytes. `too_long` is said of long ones. */
static value call_with_bytes(const struct text *argument, const char *too_long, bool retried, int fd,
                             unsigned long code, int (*call)(int fd, unsigned long code, void *argument))
{
    char bytes[ARGUMENT_MAX + 1];
    if (argument->length > ARGUMENT_MAX)
        return raise(EXC(ValueError), "%s", too_long);
    memcpy(bytes, argument->bytes, argument->length);
    bytes[argument->length] = 0;
    bool raised = false;
    int result = retried ? BLOCKING_RETRY(call(fd, code, bytes), raised) : BLOCKING(call(fd, code, bytes));
    if (raised)
        return NULL;
    return result < 0 ? raise_errno(errno, NULL, NULL) : bytes_new((const uint8_t *)bytes, argument->length);
}
static int call_fcntl(int fd, unsigned long code, void *argument)
{
    return fcntl(fd, (int)code, argument);
}
static int call_ioctl(int fd, unsigned long code, void *argument)
{
    return ioctl(fd, code, argument);
}

static value number_result(int result, bool raised)
{
    return raised ? NULL : result < 0 ? raise_errno(errno, NULL, NULL) : small_int(result);
}

/* As audit events tell it: 0 is what stands for an argument that was left out, which they call None. */
static value told_argument(value v)
{
    return v == small_int(0) ? VALUE_NONE : v;
}

static value fcntl_fcntl(value self, value given_fd, value command, value argument)
{
    int fd, code;
    if (!fd_get(given_fd, &fd) || !value_as_int(command, &code) ||
        !audit("fcntl.fcntl", "iiO", fd, code, told_argument(argument)))
        return NULL;
    struct text text;
    struct buffer buffer;
    if (bytes_argument(argument, &text, &buffer)) {
        value result = call_with_bytes(&text, "fcntl string arg too long", true, fd, (unsigned)code, call_fcntl);
        bytes_argument_release(&text, &buffer);
        return result;
    }
    if (error_occurred())
        return NULL;
    if (!is_int(argument))
        return raise(EXC(TypeError), "'%T' object cannot be interpreted as an integer", argument);
    unsigned number = (unsigned)int_low_bits(argument);
    bool raised = false;
    int result = BLOCKING_RETRY(fcntl(fd, code, number), raised);
    return number_result(result, raised);
}

/* ioctl with memory that the program can write: changed in place. */
static value ioctl_in_place(int fd, unsigned long code, const struct buffer *memory)
{
    char bytes[ARGUMENT_MAX + 1];
    size_t length = (size_t)memory->length;
    bool copied = length <= ARGUMENT_MAX; /* the system may write beyond a buffer that is too short, but not far */
    if (copied) {
        memcpy(bytes, memory->data, length);
        bytes[length] = 0;
    }
    int result = BLOCKING(ioctl(fd, code, copied ? bytes : memory->data));
    int error = errno;
    if (copied)
        memcpy(memory->data, bytes, length);
    errno = error;
    return number_result(result, false);
}

static value fcntl_ioctl(value self, const value *args)
{
    int fd, mutate = value_truth(args[3]);
    if (mutate < 0 || !fd_get(args[0], &fd))
        return NULL;
    if (!is_int(args[1]))
        return raise(EXC(TypeError), "'%T' object cannot be interpreted as an integer", args[1]);
    unsigned code = (unsigned)int_low_bits(args[1]);
    if (!audit("fcntl.ioctl", "iLO", fd, (int64_t)code, told_argument(args[2])))
        return NULL;
    struct text text;
    struct buffer buffer;
    if (mutate && value_has_buffer(args[2])) {
        if (buffer_get(args[2], &buffer, BUFFER_WRITABLE)) {
            value result = ioctl_in_place(fd, code, &buffer);
            buffer_release(&buffer);
            return result;
        }
        buffer_refused();
        if (error_occurred())
            return NULL;
    }
    if (bytes_argument(args[2], &text, &buffer)) {
        value result = call_with_bytes(&text, "ioctl string arg too long", false, fd, code, call_ioctl);
        bytes_argument_release(&text, &buffer);
        return result;
    }
    if (error_occurred())
        return NULL;
    int number;
    if (!value_as_signed_int(args[2], &number))
        return NULL;
    int result = BLOCKING(ioctl(fd, code, number));
    return number_result(result, false);
}

static value fcntl_flock(value self, value given_fd, value operation)
{
    int fd, code;
    if (!fd_get(given_fd, &fd) || !value_as_int(operation, &code) || !audit("fcntl.flock", "ii", fd, code))
        return NULL;
    bool raised = false;
    int result = BLOCKING_RETRY(flock(fd, code), raised);
    return raised ? NULL : result < 0 ? raise_errno(errno, NULL, NULL) : VALUE_NONE;
}

static value fcntl_lockf(value self, const value *args)
{
    int fd, code, whence;
    int64_t length, start;
    if (!fd_get(args[0], &fd) || !value_as_int(args[1], &code) || !value_as_int(args[4], &whence))
        return NULL;
    if (!audit("fcntl.lockf", "iiOOi", fd, code, told_argument(args[2]), told_argument(args[3]), whence))
        return NULL;
    short type = code == LOCK_UN ? F_UNLCK : (code & LOCK_SH) ? F_RDLCK : F_WRLCK;
    if (code != LOCK_UN && !(code & (LOCK_SH | LOCK_EX)))
        return raise(EXC(ValueError), "unrecognized lockf argument");
    if (!value_as_i64(args[3], &start) || !value_as_i64(args[2], &length))
        return NULL;
    struct flock lock = {.l_type = type, .l_whence = (short)whence, .l_start = start, .l_len = length};
    bool raised = false;
    int result = BLOCKING_RETRY(fcntl(fd, code & LOCK_NB ? F_SETLK : F_SETLKW, &lock), raised);
    return raised ? NULL : result < 0 ? raise_errno(errno, NULL, NULL) : VALUE_NONE;
}

static const struct method_def functions[] = {
    METHOD("fcntl", fcntl_fcntl, "(fd, cmd, arg=0, /)", "Perform the operation `cmd` on file descriptor fd."),
    METHOD("ioctl", fcntl_ioctl, "(fd, request, arg=0, mutate_flag=True, /)",
           "Perform the operation request on file descriptor fd."),
    METHOD("flock", fcntl_flock, "(fd, operation, /)",
           "Perform the lock operation `operation` on file descriptor `fd`."),
    METHOD("lockf", fcntl_lockf, "(fd, cmd, len=0, start=0, whence=0, /)",
           "A wrapper around the fcntl() locking calls."),
    {0},
};

#define C(NAME)     \
    {               \
#NAME, NAME \
    }
static const struct module_constant constants[] = {
    C(LOCK_SH),
    C(LOCK_EX),
    C(LOCK_NB),
    C(LOCK_UN),
    C(LOCK_MAND),
    C(LOCK_READ),
    C(LOCK_WRITE),
    C(LOCK_RW),
    C(F_DUPFD),
    C(F_DUPFD_CLOEXEC),
    C(F_GETFD),
    C(F_SETFD),
    C(F_GETFL),
    C(F_SETFL),
    C(F_GETLK),
    C(F_SETLK),
    C(F_SETLKW),
    C(F_OFD_GETLK),
    C(F_OFD_SETLK),
    C(F_OFD_SETLKW),
    C(F_GETOWN),
    C(F_SETOWN),
    C(F_GETSIG),
    C(F_SETSIG),
    C(F_RDLCK),
    C(F_WRLCK),
    C(F_UNLCK),
    C(F_GETLK64),
    C(F_SETLK64),
    C(F_SETLKW64),
    C(FASYNC),
    C(F_SETLEASE),
    C(F_GETLEASE),
    C(F_NOTIFY),
    C(F_EXLCK),
    C(F_SHLCK),
    C(DN_ACCESS),
    C(DN_MODIFY),
    C(DN_CREATE),
    C(DN_DELETE),
    C(DN_RENAME),
    C(DN_ATTRIB),
    {"DN_MULTISHOT", (uint32_t)DN_MULTISHOT},
    C(FD_CLOEXEC),
    C(F_GETPIPE_SZ),
    C(F_SETPIPE_SZ),
    C(F_ADD_SEALS),
    C(F_GET_SEALS),
    C(F_SEAL_SEAL),
    C(F_SEAL_SHRINK),
    C(F_SEAL_GROW),
    C(F_SEAL_WRITE),
    {0},
};

static bool fill(value module)
{
    return module_add_constants(module, constants);
}
const struct module_def fcntl_module = {
    .name = "fcntl",
    .doc = "This module performs file control and I/O control on file\n"
           "descriptors.  It is an interface to the fcntl() and ioctl() Unix\n"
           "routines.  File descriptors can be obtained with the fileno() method of\n"
           "a file or socket object.",
    .functions = functions,
    .fill = fill,
};

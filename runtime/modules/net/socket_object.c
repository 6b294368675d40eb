/*
 * socket.socket's base: the descriptor, its life, timeouts and options.
 *
 * Another thread may close the socket while a call is under way: that goes on with what it began, and its next system
 * call fails with EBADF.
 */
#include "runtime/modules/net/socket.h"

#include <limits.h>
#include <poll.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

struct type *socket_type;
_Atomic int64_t socket_default_timeout = -1;
#define DESCRIPTOR(v) (&SOCKET(v)->descriptor)

static value os_error(void)
{
    return raise_errno(errno, NULL, NULL);
}
static value none_or_error(int result)
{
    return result < 0 ? os_error() : VALUE_NONE;
}

/* ---- waiting ---- */

/* A closed descriptor is ready to fail. */
static int poll_once(int fd, short events, int64_t ms)
{
    struct pollfd p = {.fd = fd, .events = events};
    return fd < 0 ? 1 : poll(&p, 1, ms > INT_MAX ? INT_MAX : (int)ms);
}
/* Until the socket is ready: 0, an errno, SOCKET_RAISED or SOCKET_TIMED_OUT. */
static int wait_until_ready(value v, short events, int64_t deadline)
{
    for (;;) {
        int64_t ms = duration_in(deadline_left(deadline), 1000000, ROUND_CEILING);
        int n = BLOCKING(WITH_DESCRIPTOR(DESCRIPTOR(v), fd, poll_once(fd, events, ms)));
        if (n > 0)
            return 0;
        if (n == 0 && deadline >= 0 && deadline_left(deadline) == 0)
            return SOCKET_TIMED_OUT;
        if (n < 0 && errno != EINTR)
            return errno;
        if (n < 0 && posix_signalled())
            return SOCKET_RAISED;
    }
}

int socket_try(value v, short events, socket_attempt *attempt, void *context, ssize_t *result, int64_t deadline)
{
    for (;;) {
        if (deadline >= 0) {
            int status = wait_until_ready(v, events, deadline);
            if (status)
                return status;
        }
        bool raised = false;
        *result = BLOCKING_RETRY(WITH_DESCRIPTOR(DESCRIPTOR(v), fd, attempt(fd, context)), raised);
        if (raised)
            return SOCKET_RAISED;
        if (*result >= 0)
            return 0;
        /* It was ready, but another thread was faster, or what had come was bad. */
        if (deadline < 0 || (errno != EWOULDBLOCK && errno != EAGAIN))
            return errno;
    }
}
value raise_socket(int status)
{
    if (status == SOCKET_TIMED_OUT)
        return raise(EXC(TimeoutError), "timed out");
    return status == SOCKET_RAISED ? NULL : raise_errno(status, NULL, NULL);
}
bool socket_call(value v, short events, socket_attempt *attempt, void *context, ssize_t *result)
{
    int64_t timeout = socket_timeout(v);
    int status = socket_try(v, events, attempt, context, result, timeout > 0 ? deadline_after(timeout) : -1);
    return status == 0 || raise_socket(status) != NULL;
}

int socket_enter(value socket)
{
    return descriptor_enter(DESCRIPTOR(socket));
}
void socket_leave(value socket, int fd)
{
    descriptor_leave(DESCRIPTOR(socket), fd);
}

static int set_nonblocking(int fd, int on)
{
    return ioctl(fd, FIONBIO, &on);
}
bool socket_set_timeout(value v, int64_t timeout)
{
    atomic_store_explicit(&SOCKET(v)->timeout, timeout, memory_order_relaxed);
    int result = BLOCKING(WITH_DESCRIPTOR(DESCRIPTOR(v), fd, set_nonblocking(fd, timeout >= 0)));
    return result == 0 || os_error() != NULL;
}
bool socket_timeout_get(value v, int64_t *timeout)
{
    *timeout = -1;
    if (v == VALUE_NONE)
        return true;
    if (!duration_get(v, NANOSECONDS, ROUND_AWAY, timeout))
        return false;
    return *timeout >= 0 || raise_false(EXC(ValueError), "Timeout value out of range");
}

static value socket_setblocking(value v, value flag)
{
    int blocking = value_truth(flag);
    return blocking < 0 || !socket_set_timeout(v, blocking ? -1 : 0) ? NULL : VALUE_NONE;
}
static value socket_getblocking(value v)
{
    return value_bool(socket_timeout(v) != 0);
}
static value socket_settimeout(value v, value given)
{
    int64_t timeout;
    return socket_timeout_get(given, &timeout) && socket_set_timeout(v, timeout) ? VALUE_NONE : NULL;
}
static value socket_gettimeout(value v)
{
    int64_t timeout = socket_timeout(v);
    return timeout < 0 ? VALUE_NONE : float_new((double)timeout / 1e9);
}

/* ---- life ---- */
static value socket_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    struct socket *self = (struct socket *)object_new(type, sizeof *self);
    if (!self)
        return NULL;
    descriptor_init(&self->descriptor, -1);
    atomic_init(&self->timeout, -1);
    return value_of(self);
}

/* The object gets a descriptor. On failure the caller still owns that. */
static bool socket_fill(value v, int fd, int family, int type, int protocol)
{
    struct socket *self = SOCKET(v);
    int64_t timeout = type & SOCK_NONBLOCK ? 0 : atomic_load_explicit(&socket_default_timeout, memory_order_relaxed);
    if (timeout >= 0 && !(type & SOCK_NONBLOCK) && BLOCKING(set_nonblocking(fd, 1)) < 0)
        return os_error() != NULL;
    atomic_store_explicit(&self->family, family, memory_order_relaxed);
    atomic_store_explicit(&self->type, type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC), memory_order_relaxed);
    atomic_store_explicit(&self->protocol, protocol, memory_order_relaxed);
    atomic_store_explicit(&self->timeout, timeout, memory_order_relaxed);
    return descriptor_put(&self->descriptor, fd);
}
value socket_wrap(int fd, int family, int type, int protocol)
{
    value v = socket_new(socket_type, NULL, 0, NULL);
    if (v && socket_fill(v, fd, family, type, protocol))
        return v;
    close(fd);
    value_dec(v);
    return NULL;
}

static bool option_number(int fd, int option, int *number)
{
    socklen_t length = sizeof *number;
    return *number != -1 || getsockopt(fd, SOL_SOCKET, option, number, &length) == 0 || os_error() != NULL;
}
/* Learn of a descriptor what was not said of it. */
static bool socket_adopt(value given_fd, int *fd, int *family, int *type, int *protocol)
{
    union socket_address address = {0};
    socklen_t length = sizeof address;
    if (!value_as_int(given_fd, fd))
        return false;
    if (*fd < 0)
        return raise_false(EXC(ValueError), "negative file descriptor");
    if (getsockname(*fd, &address.any, &length) < 0) {
        if (*family == -1)
            return os_error() != NULL;
    } else if (*family == -1) {
        *family = address.any.sa_family;
    }
    return option_number(*fd, SO_TYPE, type) && option_number(*fd, SO_PROTOCOL, protocol);
}
static bool socket_init(value v, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature = SIGNATURE("socket", "(family=-1, type=-1, proto=-1, fileno=None)");
    value bound[4];
    int fd, family, type, protocol;
    if (!signature_bind(&signature, args, nargs, kwnames, bound) || !value_as_int(bound[0], &family) ||
        !value_as_int(bound[1], &type) || !value_as_int(bound[2], &protocol))
        return false;
    if (!audit("socket.__new__", "Oiii", v, family, type, protocol))
        return false;
    if (bound[3] != VALUE_NONE)
        return socket_adopt(bound[3], &fd, &family, &type, &protocol) && socket_fill(v, fd, family, type, protocol);
    family = family == -1 ? AF_INET : family;
    type = type == -1 ? SOCK_STREAM : type;
    protocol = protocol == -1 ? 0 : protocol;
    fd = BLOCKING(socket(family, type | SOCK_CLOEXEC, protocol));
    if (fd < 0)
        return os_error() != NULL;
    if (socket_fill(v, fd, family, type, protocol))
        return true;
    close(fd);
    return false;
}

static value socket_close(value v)
{
    if (BLOCKING(descriptor_close(DESCRIPTOR(v))) < 0 && errno != ECONNRESET)
        return os_error();
    return VALUE_NONE;
}
static value socket_detach(value v)
{
    return small_int(descriptor_take(DESCRIPTOR(v)));
}
static value socket_fileno(value v)
{
    return small_int(socket_fd(v));
}
static void socket_finalize(struct object *o)
{
    value v = value_of(o);
    if (socket_fd(v) < 0)
        return;
    value saved = error_fetch();
    if (warn_of_source(v, "unclosed %R", v) < 0) {
        if (error_matches(EXC(Warning)))
            error_unraisable(NULL, v);
        else
            error_clear();
    }
    (void)BLOCKING(descriptor_close(DESCRIPTOR(v)));
    if (saved)
        error_restore(saved);
}
static void socket_destroy(struct object *o)
{
    descriptor_close(&((struct socket *)o)->descriptor);
}
static value socket_repr(value v)
{
    return str_format("<socket object, fd=%d, family=%d, type=%d, proto=%d>", socket_fd(v), socket_family(v),
                      atomic_load(&SOCKET(v)->type), socket_protocol(v));
}
static value socket_get_family(value v)
{
    return small_int(socket_family(v));
}
static value socket_get_type(value v)
{
    return small_int(atomic_load_explicit(&SOCKET(v)->type, memory_order_relaxed));
}
static value socket_get_proto(value v)
{
    return small_int(socket_protocol(v));
}

/* ---- connections ---- */
struct accepted {
    union socket_address address;
    socklen_t length;
};
static ssize_t attempt_accept(int fd, void *context)
{
    struct accepted *a = context;
    a->length = sizeof a->address;
    return accept4(fd, &a->address.any, &a->length, SOCK_CLOEXEC);
}
static value socket_accept(value v)
{
    struct accepted a;
    memset(&a, 0, sizeof a);
    ssize_t fd;
    if (!socket_call(v, POLLIN, attempt_accept, &a, &fd))
        return NULL;
    value items[] = {small_int(fd), address_value(&a.address, a.length, socket_protocol(v))};
    if (!items[1])
        close((int)fd);
    return tuple_from_results(items, 2);
}

static value socket_bind(value v, value given)
{
    union socket_address address;
    socklen_t length;
    if (!address_get(given, socket_family(v), socket_protocol(v), "bind", &address, &length))
        return NULL;
    if (!audit("socket.bind", "OO", v, given))
        return NULL;
    return none_or_error(BLOCKING(WITH_DESCRIPTOR(DESCRIPTOR(v), fd, bind(fd, &address.any, length))));
}

/* How the connection that is being made came out. */
static ssize_t attempt_connected(int fd, void *context)
{
    int error;
    socklen_t length = sizeof error;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0)
        return -1;
    errno = error;
    return error == 0 || error == EISCONN ? 0 : -1;
}
/* As socket_try. */
static int socket_connect_to(value v, const union socket_address *address, socklen_t length)
{
    int64_t timeout = socket_timeout(v);
    if (BLOCKING(WITH_DESCRIPTOR(DESCRIPTOR(v), fd, connect(fd, &address->any, length))) == 0)
        return 0;
    int error = errno;
    if (error == EINTR && posix_signalled())
        return SOCKET_RAISED;
    /* An interrupted call goes on without us: wait for it, never make it again. */
    if (!(error == EINTR ? timeout != 0 : timeout > 0 && error == EINPROGRESS))
        return error;
    int64_t deadline = deadline_after(timeout > 0 ? timeout : -1);
    int status = wait_until_ready(v, POLLOUT | POLLERR, deadline);
    ssize_t result;
    return status ? status : socket_try(v, POLLOUT | POLLERR, attempt_connected, NULL, &result, -1);
}
static value socket_connect(value v, value given)
{
    union socket_address address;
    socklen_t length;
    if (!address_get(given, socket_family(v), socket_protocol(v), "connect", &address, &length))
        return NULL;
    if (!audit("socket.connect", "OO", v, given))
        return NULL;
    int status = socket_connect_to(v, &address, length);
    return status ? raise_socket(status) : VALUE_NONE;
}
static value socket_connect_ex(value v, value given)
{
    union socket_address address;
    socklen_t length;
    if (!address_get(given, socket_family(v), socket_protocol(v), "connect_ex", &address, &length))
        return NULL;
    if (!audit("socket.connect", "OO", v, given))
        return NULL;
    int status = socket_connect_to(v, &address, length);
    return status == SOCKET_RAISED ? NULL : small_int(status == SOCKET_TIMED_OUT ? EWOULDBLOCK : status);
}

static value socket_listen(value v, value given)
{
    int backlog = SOMAXCONN < 128 ? SOMAXCONN : 128;
    if (!is_missing(given) && !value_as_int(given, &backlog))
        return NULL;
    return none_or_error(BLOCKING(WITH_DESCRIPTOR(DESCRIPTOR(v), fd, listen(fd, backlog < 0 ? 0 : backlog))));
}
static value socket_shutdown(value v, value given)
{
    int how;
    return value_as_int(given, &how) ? none_or_error(BLOCKING(WITH_DESCRIPTOR(DESCRIPTOR(v), fd, shutdown(fd, how))))
                                     : NULL;
}

static value name_of(value v, int (*ask)(int, struct sockaddr *, socklen_t *))
{
    union socket_address address;
    socklen_t length = sizeof address;
    memset(&address, 0, sizeof address);
    if (BLOCKING(WITH_DESCRIPTOR(DESCRIPTOR(v), fd, ask(fd, &address.any, &length))) < 0)
        return os_error();
    return address_value(&address, length, socket_protocol(v));
}
static int ask_name(int fd, struct sockaddr *address, socklen_t *length)
{
    return getsockname(fd, address, length);
}
static int ask_peer(int fd, struct sockaddr *address, socklen_t *length)
{
    return getpeername(fd, address, length);
}
static value socket_getsockname(value v)
{
    return name_of(v, ask_name);
}
static value socket_getpeername(value v)
{
    return name_of(v, ask_peer);
}

/* ---- options ---- */
/* Buffer sizes of AF_VSOCK are numbers of 64 bits. */
static bool option_is_long(value v, int level, int option)
{
    return socket_family(v) == AF_VSOCK && level == AF_VSOCK && option >= SO_VM_SOCKETS_BUFFER_SIZE &&
           option <= SO_VM_SOCKETS_BUFFER_MAX_SIZE;
}

static int set_option(value v, int level, int option, const void *data, socklen_t length)
{
    return BLOCKING(WITH_DESCRIPTOR(DESCRIPTOR(v), fd, setsockopt(fd, level, option, data, length)));
}
static int get_option(value v, int level, int option, void *data, socklen_t *length)
{
    return BLOCKING(WITH_DESCRIPTOR(DESCRIPTOR(v), fd, getsockopt(fd, level, option, data, length)));
}

static value socket_setsockopt(value v, const value *args)
{
    int level, option, number, result;
    if (!value_as_int(args[0], &level) || !value_as_int(args[1], &option))
        return NULL;
    if (!is_missing(args[3])) {
        if (args[2] != VALUE_NONE)
            return raise(EXC(TypeError), "setsockopt() argument 3 must be None, not %K", args[2]);
        value length = index_value(args[3]);
        if (!length)
            return NULL;
        socklen_t size = (socklen_t)int_low_bits(length);
        value_dec(length);
        return none_or_error(set_option(v, level, option, NULL, size));
    }
    if (option_is_long(v, level, option)) {
        if (!is_int(args[2]))
            return raise(EXC(TypeError), "an integer is required");
        uint64_t wide = int_low_bits(args[2]);
        return none_or_error(set_option(v, level, option, &wide, sizeof wide));
    }
    if (value_type_slot(args[2], to_index)) {
        if (!value_as_signed_int(args[2], &number))
            return NULL;
        return none_or_error(set_option(v, level, option, &number, sizeof number));
    }
    struct buffer buffer;
    if (!buffer_get(args[2], &buffer, BUFFER_SIMPLE))
        return NULL;
    result = set_option(v, level, option, buffer.data, (socklen_t)buffer.length);
    int error = errno;
    buffer_release(&buffer);
    errno = error;
    return none_or_error(result);
}

static value socket_getsockopt(value v, value given_level, value given_option, value given_length)
{
    int level, option, length, number = 0;
    if (!value_as_int(given_level, &level) || !value_as_int(given_option, &option) ||
        !value_as_int(given_length, &length))
        return NULL;
    if (length == 0 && option_is_long(v, level, option)) {
        uint64_t wide = 0;
        socklen_t size = sizeof wide;
        return get_option(v, level, option, &wide, &size) < 0 ? os_error() : int_from_u64(wide);
    }
    if (length == 0) {
        socklen_t size = sizeof number;
        return get_option(v, level, option, &number, &size) < 0 ? os_error() : small_int(number);
    }
    if (length < 0 || length > 1024)
        return raise(EXC(OSError), "getsockopt buflen out of range");
    uint8_t bytes[1024];
    socklen_t size = (socklen_t)length;
    return get_option(v, level, option, bytes, &size) < 0 ? os_error() : bytes_new(bytes, size);
}

#define PLAIN(NAME, SIGNATURE, DOC) METHOD(#NAME, socket_##NAME, SIGNATURE, DOC)
static const struct method_def methods[] = {
    METHOD_DEL,
    METHOD("_accept", socket_accept, "($self, /)",
           "Wait for an incoming connection.  Return a new socket file descriptor\nrepresenting the connection, and "
           "the address of the client."),
    PLAIN(bind, "($self, address, /)", "Bind the socket to a local address."),
    PLAIN(close, "($self, /)", "Close the socket.  It cannot be used after this call."),
    PLAIN(connect, "($self, address, /)", "Connect the socket to a remote address."),
    PLAIN(connect_ex, "($self, address, /)",
          "This is like connect(address), but returns an error code (the errno value)\ninstead of raising an exception "
          "when an error occurs."),
    PLAIN(detach, "($self, /)", "Close the socket object without closing the underlying file descriptor."),
    PLAIN(fileno, "($self, /)", "Return the integer file descriptor of the socket."),
    PLAIN(getpeername, "($self, /)", "Return the address of the remote endpoint."),
    PLAIN(getsockname, "($self, /)", "Return the address of the local endpoint."),
    PLAIN(getsockopt, "($self, level, option, buffersize=0, /)", "Get a socket option."),
    PLAIN(listen, "($self, backlog=<unrepresentable>, /)", "Enable a server to accept connections."),
    PLAIN(setblocking, "($self, flag, /)", "Set the socket to blocking (flag is true) or non-blocking (false)."),
    PLAIN(getblocking, "($self, /)",
          "Returns True if socket is in blocking mode, or False if it\nis in non-blocking mode."),
    PLAIN(settimeout, "($self, timeout, /)", "Set a timeout on socket operations."),
    PLAIN(gettimeout, "($self, /)", "Returns the timeout in seconds (float) associated with socket operations."),
    PLAIN(setsockopt, "($self, level, option, value, optlen=<unrepresentable>, /)", "Set a socket option."),
    PLAIN(shutdown, "($self, how, /)",
          "Shut down the reading side of the socket (flag == SHUT_RD), the writing side\nof the socket (flag == "
          "SHUT_WR), or both ends (flag == SHUT_RDWR)."),
    PLAIN(recv, "($self, bufsize, flags=0, /)", "Receive up to buffersize bytes from the socket."),
    PLAIN(recv_into, "($self, /, buffer, nbytes=0, flags=0)",
          "A version of recv() that stores its data into a buffer rather than creating\na new string."),
    PLAIN(recvfrom, "($self, bufsize, flags=0, /)",
          "Like recv(buffersize, flags) but also return the sender's address info."),
    PLAIN(recvfrom_into, "($self, /, buffer, nbytes=0, flags=0)",
          "Like recv_into(buffer[, nbytes[, flags]]) but also return the sender's address info."),
    PLAIN(recvmsg, "($self, bufsize, ancbufsize=0, flags=0, /)",
          "Receive normal data (up to bufsize bytes) and ancillary data from the\nsocket."),
    PLAIN(recvmsg_into, "($self, buffers, ancbufsize=0, flags=0, /)",
          "Receive normal data and ancillary data from the socket, scattering the\nnon-ancillary data into a series of "
          "buffers."),
    PLAIN(send, "($self, data, flags=0, /)", "Send a data string to the socket."),
    PLAIN(sendall, "($self, data, flags=0, /)", "Send a data string to the socket."),
    METHOD_ANY("sendto", socket_sendto, "Like send(data, flags) but allows specifying the destination address.", 0),
    PLAIN(sendmsg, "($self, buffers, ancdata=None, flags=0, address=None, /)",
          "Send normal and ancillary data to the socket, gathering the\nnon-ancillary data from a series of buffers "
          "and concatenating it into\na single message."),
    PLAIN(sendmsg_afalg, "($self, /, msg=None, *, op=<unrepresentable>, iv=None, assoclen=None, flags=0)",
          "Set operation mode, IV and length of associated data for an AF_ALG\noperation socket."),
    {0},
};
static const struct getset_def getset[] = {
    {"family", socket_get_family, NULL, "the socket family"},
    {"type", socket_get_type, NULL, "the socket type"},
    {"proto", socket_get_proto, NULL, "the socket protocol"},
    {"timeout", socket_gettimeout, NULL, "the socket timeout"},
    {0},
};
const struct type_spec socket_spec = {
    .name = "_socket.socket",
    .doc = "socket(family=AF_INET, type=SOCK_STREAM, proto=0) -> socket object\n"
           "socket(family=-1, type=-1, proto=-1, fileno=None) -> socket object\n\n"
           "Open a socket of the given type.",
    .size = sizeof(struct socket),
    .flags = TYPE_FLAG_BASE,
    .destroy = socket_destroy,
    .finalize = socket_finalize,
    .slots = {.new = socket_new, .init = socket_init, .repr = socket_repr},
    .methods = methods,
    .getset = getset,
};

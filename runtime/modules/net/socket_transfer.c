/* _socket: sending and receiving bytes. */
#include "runtime/modules/net/socket.h"

#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

/* One piece of memory on its way. */
struct transfer {
    void *data;
    size_t length;
    int flags;
    union socket_address address; /* for the calls that name one */
    socklen_t address_length;
};

static ssize_t attempt_receive(int fd, void *context)
{
    struct transfer *t = context;
    return recv(fd, t->data, t->length, t->flags);
}
static ssize_t attempt_receive_from(int fd, void *context)
{
    struct transfer *t = context;
    t->address_length = sizeof t->address;
    return recvfrom(fd, t->data, t->length, t->flags, &t->address.any, &t->address_length);
}
static ssize_t attempt_send(int fd, void *context)
{
    struct transfer *t = context;
    return send(fd, t->data, t->length, t->flags);
}
static ssize_t attempt_send_to(int fd, void *context)
{
    struct transfer *t = context;
    return sendto(fd, t->data, t->length, t->flags, &t->address.any, t->address_length);
}

/* ---- receiving ---- */
static bool flags_get(value v, int *flags)
{
    return value_as_int(v, flags);
}
static value transfer_address(value v, const struct transfer *t)
{
    return address_value(&t->address, t->address_length, socket_protocol(v));
}

/* New bytes of at most so many. */
static value receive(value v, value given_size, value given_flags, const char *function, socket_attempt *attempt,
                     struct transfer *t)
{
    ssize size;
    if (!value_as_ssize(given_size, &size) || !flags_get(given_flags, &t->flags))
        return NULL;
    if (size < 0)
        return raise(EXC(ValueError), "negative buffersize in %s", function);
    value bytes = bytes_new(NULL, (size_t)size);
    if (!bytes)
        return NULL;
    t->data = bytes_data(bytes);
    t->length = (size_t)size;
    ssize_t n = 0;
    if ((size > 0 || attempt == attempt_receive_from) && !socket_call(v, POLLIN, attempt, t, &n)) {
        value_dec(bytes);
        return NULL;
    }
    return bytes_cut(bytes, (size_t)n);
}
value socket_recv(value v, value bufsize, value flags)
{
    struct transfer t;
    return receive(v, bufsize, flags, "recv", attempt_receive, &t);
}
value socket_recvfrom(value v, value bufsize, value flags)
{
    struct transfer t;
    memset(&t.address, 0, sizeof t.address);
    value bytes = receive(v, bufsize, flags, "recvfrom", attempt_receive_from, &t);
    value items[] = {bytes, bytes ? transfer_address(v, &t) : NULL};
    return tuple_from_results(items, 2);
}

/* Into memory that the program lends; the number of bytes, or -1. */
static ssize receive_into(value v, const value *args, const char *function, const char *too_short,
                          socket_attempt *attempt, struct transfer *t)
{
    ssize size;
    struct buffer room;
    if (!buffer_get(args[0], &room, BUFFER_WRITABLE)) {
        if (buffer_refused())
            raise(EXC(TypeError), "%s() argument 1 must be read-write bytes-like object, not %K", function, args[0]);
        return -1;
    }
    ssize_t n = -1;
    if (!value_as_ssize(args[1], &size) || !flags_get(args[2], &t->flags))
        n = -1;
    else if (size < 0)
        raise(EXC(ValueError), "negative buffersize in %s", function);
    else if (size > room.length)
        raise(EXC(ValueError), "%s", too_short);
    else {
        t->data = room.data;
        t->length = (size_t)(size ? size : room.length);
        if (!socket_call(v, POLLIN, attempt, t, &n))
            n = -1;
    }
    buffer_release(&room);
    return n;
}
value socket_recv_into(value v, const value *args)
{
    struct transfer t;
    ssize n = receive_into(v, args, "recv_into", "buffer too small for requested bytes", attempt_receive, &t);
    return n < 0 ? NULL : small_int(n);
}
value socket_recvfrom_into(value v, const value *args)
{
    struct transfer t;
    memset(&t.address, 0, sizeof t.address);
    ssize n = receive_into(v, args, "recvfrom_into", "nbytes is greater than the length of the buffer",
                           attempt_receive_from, &t);
    if (n < 0)
        return NULL;
    value items[] = {small_int(n), transfer_address(v, &t)};
    return tuple_from_results(items, 2);
}

/* ---- sending ---- */
value socket_send(value v, value data, value flags)
{
    struct transfer t;
    struct buffer buffer;
    if (!flags_get(flags, &t.flags) || !buffer_get(data, &buffer, BUFFER_SIMPLE))
        return NULL;
    t.data = buffer.data;
    t.length = (size_t)buffer.length;
    ssize_t n;
    bool done = socket_call(v, POLLOUT, attempt_send, &t, &n);
    buffer_release(&buffer);
    return done ? small_int(n) : NULL;
}
/* One deadline for all of it; handlers of signals run in between. */
value socket_sendall(value v, value data, value flags)
{
    struct transfer t;
    struct buffer buffer;
    if (!flags_get(flags, &t.flags) || !buffer_get(data, &buffer, BUFFER_SIMPLE))
        return NULL;
    t.data = buffer.data;
    t.length = (size_t)buffer.length;
    int64_t timeout = socket_timeout(v), deadline = timeout > 0 ? deadline_after(timeout) : -1;
    int status = 0;
    while (t.length && !status) {
        ssize_t n;
        status = socket_try(v, POLLOUT, attempt_send, &t, &n, deadline);
        if (status)
            break;
        t.data = (char *)t.data + n;
        t.length -= (size_t)n;
        if (posix_signalled())
            status = SOCKET_RAISED;
    }
    buffer_release(&buffer);
    return status ? raise_socket(status) : VALUE_NONE;
}

value socket_sendto(value v, const value *args, size_t nargs, value kwnames)
{
    struct transfer t = {0};
    struct buffer buffer;
    if (!no_keywords("_socket.socket.sendto", kwnames))
        return NULL;
    if (nargs != 2 && nargs != 3)
        return raise(EXC(TypeError), "sendto() takes 2 or 3 arguments (%zu given)", nargs);
    if (!buffer_get(args[0], &buffer, BUFFER_SIMPLE))
        return NULL;
    t.data = buffer.data;
    t.length = (size_t)buffer.length;
    ssize_t n;
    bool done =
        (nargs == 2 || flags_get(args[1], &t.flags)) &&
        address_get(args[nargs - 1], socket_family(v), socket_protocol(v), "sendto", &t.address, &t.address_length) &&
        audit("socket.sendto", "OO", v, args[nargs - 1]) && socket_call(v, POLLOUT, attempt_send_to, &t, &n);
    buffer_release(&buffer);
    return done ? small_int(n) : NULL;
}

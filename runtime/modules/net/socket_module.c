/* The _socket module: what is not about a name, and putting it together. */
#include "runtime/modules/net/socket.h"

value_slot socket_herror, socket_gaierror;

static value net_close(value self, value given_fd)
{
    int fd;
    if (!value_as_int(given_fd, &fd))
        return NULL;
    return BLOCKING(close(fd)) < 0 && errno != ECONNRESET ? raise_errno(errno, NULL, NULL) : VALUE_NONE;
}
static value net_dup(value self, value given_fd)
{
    int fd;
    if (!value_as_int(given_fd, &fd))
        return NULL;
    int new = BLOCKING(fcntl(fd, F_DUPFD_CLOEXEC, 0));
    return new < 0 ? raise_errno(errno, NULL, NULL) : small_int(new);
}
static value net_socketpair(value self, value given_family, value given_type, value given_protocol)
{
    int family = AF_UNIX, type = SOCK_STREAM, protocol, fds[2];
    if ((!is_missing(given_family) && !value_as_signed_int(given_family, &family)) ||
        (!is_missing(given_type) && !value_as_signed_int(given_type, &type)) ||
        !value_as_signed_int(given_protocol, &protocol))
        return NULL;
    if (BLOCKING(socketpair(family, type | SOCK_CLOEXEC, protocol, fds)) < 0)
        return raise_errno(errno, NULL, NULL);
    value items[] = {socket_wrap(fds[0], family, type, protocol), socket_wrap(fds[1], family, type, protocol)};
    return tuple_from_results(items, 2);
}
static value net_getdefaulttimeout(value self)
{
    int64_t timeout = atomic_load(&socket_default_timeout);
    return timeout < 0 ? VALUE_NONE : float_new((double)timeout / 1e9);
}
static value net_setdefaulttimeout(value self, value given)
{
    int64_t timeout;
    if (!socket_timeout_get(given, &timeout))
        return NULL;
    atomic_store(&socket_default_timeout, timeout);
    return VALUE_NONE;
}

static const struct method_def functions[] = {
    METHOD("close", net_close, "(fd, /)",
           "Close an integer socket file descriptor.  This is like os.close(), but for\nsockets; on some platforms "
           "os.close() won't work for socket file descriptors."),
    METHOD("dup", net_dup, "(fd, /)",
           "Duplicate an integer socket file descriptor.  This is like os.dup(), but for\nsockets; on some platforms "
           "os.dup() won't work for socket file descriptors."),
    METHOD_FLAGS("socketpair", net_socketpair, "(family=<unrepresentable>, type=<unrepresentable>, proto=0, /)",
                 "Create a pair of socket objects from the sockets returned by the platform\nsocketpair() function.",
                 METHOD_TUPLE),
    METHOD("getdefaulttimeout", net_getdefaulttimeout, "()",
           "Returns the default timeout in seconds (float) for new socket objects."),
    METHOD("setdefaulttimeout", net_setdefaulttimeout, "(timeout, /)",
           "Set the default timeout in seconds (float) for new socket objects."),
    METHOD_FLAGS(
        "CMSG_LEN", socket_cmsg_len, "(length, /)",
        "Return the total length, without trailing padding, of an ancillary\ndata item with associated data of the "
        "given length.",
        METHOD_TUPLE),
    METHOD_FLAGS(
        "CMSG_SPACE", socket_cmsg_space, "(length, /)",
        "Return the buffer size needed for recvmsg() to receive an ancillary\ndata item with associated data of the "
        "given length, along with any\ntrailing padding.",
        METHOD_TUPLE),
    {0},
};

static bool add_error(value module, const char *name, value_slot *slot)
{
    value text = str_from_text(name), bases = text ? tuple_pack(1, value_of(EXC(OSError))) : NULL;
    value dict = bases ? dict_new() : NULL;
    bool done = dict && dict_set_text(dict, "__module__", NAME(socket));
    value error = done ? type_new_class(TYPE(TYPE), text, bases, dict, NULL, NULL) : NULL;
    value_dec(dict);
    value_dec(bases);
    value_dec(text);
    value_dec(slot_exchange(slot, value_inc(error)));
    return module_add_owned(module, name, error);
}

static bool fill(value module)
{
    return module_add_functions(module, socket_number_functions) &&
           module_add_functions(module, socket_resolver_functions) &&
           module_define_type(module, &socket_type, &socket_spec) && module_add_constants(module, socket_constants) &&
           module_add(module, "SocketType", value_of(socket_type)) &&
           module_add(module, "error", value_of(EXC(OSError))) &&
           module_add(module, "timeout", value_of(EXC(TimeoutError))) && module_add(module, "has_ipv6", VALUE_TRUE) &&
           add_error(module, "herror", &socket_herror) && add_error(module, "gaierror", &socket_gaierror);
}
static void finish(void)
{
    value_dec(slot_exchange(&socket_herror, NULL));
    value_dec(slot_exchange(&socket_gaierror, NULL));
}

const struct module_def _socket_module = {
    .name = "_socket",
    .doc = "Implementation module for socket operations.\n\nSee the socket module for documentation.",
    .functions = functions,
    .fill = fill,
    .finish = finish,
};

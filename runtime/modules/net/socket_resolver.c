/* _socket: names of hosts, services, protocols and interfaces. The C library's reentrant functions, since other threads
   ask at the same time; what may ask the network is in a blocking region. */
#include "runtime/modules/net/socket.h"
#include "runtime/arguments.h"
#include "runtime/audit.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static value os_error_text(const char *text)
{
    return raise(EXC(OSError), "%s", text);
}

/* ---- hosts ---- */
static value raise_host(int error)
{
    value arguments[] = {small_int(error), str_decode_locale(hstrerror(error))};
    value type = value_inc(atomic_load(&socket_herror));
    value exception = arguments[1] ? call_vector(type, arguments, 2, NULL) : NULL;
    if (exception)
        raise_exception(exception);
    value_dec(exception);
    value_dec(type);
    value_dec(arguments[1]);
    return NULL;
}

/* The text of a host that is to be looked up, told first as this event. */
static bool told_host_text(value host, const char *event, struct text *name)
{
    if (!host_text(host, name))
        return false;
    if (audit(event, "(O)", host))
        return true;
    text_release(name);
    return false;
}
static value net_gethostbyname(value self, value host)
{
    struct text name;
    union socket_address address;
    if (!told_host_text(host, "socket.gethostbyname", &name))
        return NULL;
    bool done = host_resolve(name.bytes, &address, AF_INET);
    text_release(&name);
    return done ? host_value(&address) : NULL;
}

static value text_list(char **texts)
{
    value list = list_new(0);
    for (; list && texts && *texts; texts++)
        if (!list_append_owned(list, str_decode_locale(*texts))) {
            value_dec(list);
            return NULL;
        }
    return list;
}
static value host_addresses(const struct hostent *host)
{
    value list = list_new(0);
    for (char **at = host->h_addr_list; list && at && *at; at++) {
        union socket_address address = {.any.sa_family = (sa_family_t)host->h_addrtype};
        if (host->h_addrtype == AF_INET)
            memcpy(&address.in.sin_addr, *at, sizeof address.in.sin_addr);
        else
            memcpy(&address.in6.sin6_addr, *at, sizeof address.in6.sin6_addr);
        value text = host_value(&address);
        if (!text || !list_append_owned(list, text)) {
            value_dec(list);
            return NULL;
        }
    }
    return list;
}
static value host_entry(const struct hostent *host, int family)
{
    if (host->h_addrtype != family || (family != AF_INET && family != AF_INET6))
        return raise_errno(EAFNOSUPPORT, NULL, NULL);
    value items[] = {str_decode_locale(host->h_name), text_list(host->h_aliases), host_addresses(host)};
    return tuple_from_results(items, 3);
}

/* The entry of an address, or of a name when `address` is NULL. */
static value find_host(const char *name, const union socket_address *address, int family)
{
    struct hostent entry, *found = NULL;
    int error = 0, status;
    char *room = NULL;
    for (size_t size = 1024;; size *= 2) {
        char *more = realloc(room, size);
        if (!more) {
            free(room);
            return raise_no_memory();
        }
        room = more;
        if (!address)
            status = BLOCKING(gethostbyname_r(name, &entry, room, size, &found, &error));
        else if (family == AF_INET)
            status = BLOCKING(gethostbyaddr_r(&address->in.sin_addr, sizeof(struct in_addr), AF_INET, &entry, room,
                                              size, &found, &error));
        else
            status = BLOCKING(gethostbyaddr_r(&address->in6.sin6_addr, sizeof(struct in6_addr), AF_INET6, &entry, room,
                                              size, &found, &error));
        if (status != ERANGE)
            break;
    }
    value result = found ? host_entry(found, family) : raise_host(error);
    free(room);
    return result;
}
static value net_gethostbyname_ex(value self, value host)
{
    struct text name;
    union socket_address address;
    if (!told_host_text(host, "socket.gethostbyname", &name))
        return NULL;
    value result = host_resolve(name.bytes, &address, AF_INET) ? find_host(name.bytes, NULL, AF_INET) : NULL;
    text_release(&name);
    return result;
}
static value net_gethostbyaddr(value self, value host)
{
    struct text name;
    union socket_address address;
    if (!told_host_text(host, "socket.gethostbyaddr", &name))
        return NULL;
    bool done = host_resolve(name.bytes, &address, AF_UNSPEC);
    text_release(&name);
    return done ? find_host(NULL, &address, address.any.sa_family) : NULL;
}

/* ---- getaddrinfo, getnameinfo ---- */
static bool lookup_host(value v, struct text *text)
{
    *text = (struct text){0};
    if (v == VALUE_NONE)
        return true;
    if (is_str(v)) {
        value bytes = str_is_ascii(v) ? NULL : str_encode(v, "idna", NULL);
        if (!bytes)
            return !error_occurred() && text_of(v, text);
        text->bytes = text->owned = strdup((const char *)bytes_data(bytes));
        value_dec(bytes);
        return text->owned || raise_no_memory() != NULL;
    }
    if (!is_bytes(v))
        return raise_false(EXC(TypeError), "getaddrinfo() argument 1 must be string or None");
    text->bytes = (const char *)bytes_data(v);
    return true;
}
static bool lookup_port(value v, struct text *text)
{
    int64_t number;
    *text = (struct text){0};
    if (v == VALUE_NONE)
        return true;
    if (is_int(v)) {
        if (!int_as_i64(v, &number))
            return false;
        if (asprintf(&text->owned, "%lld", (long long)number) < 0) {
            text->owned = NULL;
            return raise_no_memory() != NULL;
        }
        text->bytes = text->owned;
        return true;
    }
    if (is_str(v))
        return text_of(v, text);
    if (!is_bytes(v))
        return raise_false(EXC(OSError), "Int or String expected");
    text->bytes = (const char *)bytes_data(v);
    return true;
}
static value found_value(const struct addrinfo *found)
{
    union socket_address address = {0};
    socklen_t length = found->ai_addrlen < sizeof address ? found->ai_addrlen : (socklen_t)sizeof address;
    memcpy(&address, found->ai_addr, length);
    value items[] = {small_int(found->ai_family), small_int(found->ai_socktype), small_int(found->ai_protocol),
                     str_decode_locale(found->ai_canonname ? found->ai_canonname : ""),
                     address_value(&address, length, -1)};
    return tuple_from_results(items, 5);
}
static value net_getaddrinfo(value self, const value *args)
{
    struct addrinfo hints = {0}, *found;
    struct text host, port;
    if (!value_as_signed_int(args[2], &hints.ai_family) || !value_as_signed_int(args[3], &hints.ai_socktype) ||
        !value_as_signed_int(args[4], &hints.ai_protocol) || !value_as_signed_int(args[5], &hints.ai_flags) ||
        !lookup_host(args[0], &host))
        return NULL;
    bool good = lookup_port(args[1], &port);
    if (good && !audit("socket.getaddrinfo", "OOiii", args[0], args[1], hints.ai_family, hints.ai_socktype,
                       hints.ai_protocol)) {
        text_release(&port);
        good = false;
    }
    if (!good) {
        text_release(&host);
        return NULL;
    }
    int error = BLOCKING(getaddrinfo(host.bytes, port.bytes, &hints, &found));
    text_release(&host);
    text_release(&port);
    if (error)
        return raise_gai(error);
    value list = list_new(0);
    for (const struct addrinfo *at = found; list && at; at = at->ai_next) {
        value item = found_value(at);
        if (!item || !list_append_owned(list, item)) {
            value_dec(list);
            list = NULL;
        }
    }
    freeaddrinfo(found);
    return list;
}

/* (host, port[, flowinfo[, scope_id]]) with a numeric host. */
static bool numeric_address(value v, union socket_address *address, socklen_t *length)
{
    int64_t n[3] = {0};
    struct text host;
    char service[24];
    if (tuple_length(v) < 2 || tuple_length(v) > 4 || !is_str(tuple_get(v, 0)))
        return raise_false(EXC(TypeError), "getnameinfo(): illegal sockaddr argument");
    for (size_t i = 1; i < tuple_length(v); i++)
        if (!value_as_i64(tuple_get(v, i), &n[i - 1]))
            return false;
    if (n[1] < 0 || n[1] > 0xfffff)
        return raise_false(EXC(OverflowError), "getnameinfo(): flowinfo must be 0-1048575.");
    if (!audit("socket.getnameinfo", "(O)", v) || !text_of(tuple_get(v, 0), &host))
        return false;
    snprintf(service, sizeof service, "%lld", (long long)n[0]);
    struct addrinfo hints = {.ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICHOST}, *found;
    int error = BLOCKING(getaddrinfo(host.bytes, service, &hints, &found));
    text_release(&host);
    if (error)
        return raise_gai(error) != NULL;
    bool done = !found->ai_next || raise_false(EXC(OSError), "sockaddr resolved to multiple addresses");
    if (done && found->ai_family == AF_INET && tuple_length(v) != 2)
        done = raise_false(EXC(OSError), "IPv4 sockaddr must be 2 tuple");
    if (done) {
        *length = found->ai_addrlen;
        memcpy(address, found->ai_addr, *length);
        if (found->ai_family == AF_INET6) {
            address->in6.sin6_flowinfo = htonl((uint32_t)n[1]);
            address->in6.sin6_scope_id = (uint32_t)n[2];
        }
    }
    freeaddrinfo(found);
    return done;
}
static value net_getnameinfo(value self, value given_address, value given_flags)
{
    union socket_address address;
    socklen_t length = 0;
    int flags;
    char host[NI_MAXHOST], service[NI_MAXSERV];
    if (!value_as_signed_int(given_flags, &flags))
        return NULL;
    if (!is_tuple(given_address))
        return raise(EXC(TypeError), "getnameinfo() argument 1 must be a tuple");
    if (!numeric_address(given_address, &address, &length))
        return NULL;
    int error = BLOCKING(getnameinfo(&address.any, length, host, sizeof host, service, sizeof service, flags));
    if (error)
        return raise_gai(error);
    value items[] = {str_decode_locale(host), str_decode_locale(service)};
    return tuple_from_results(items, 2);
}

/* ---- services and protocols ---- */
/* The name of a protocol, the second argument of `function`; none when absent. */
static bool protocol_text(value v, const char *function, struct text *text)
{
    *text = (struct text){0};
    return is_missing(v) || argument_text(v, function, 2, text);
}
static value net_getservbyname(value self, value given_name, value given_protocol)
{
    struct text name, protocol;
    struct servent entry, *found = NULL;
    char room[8192];
    if (!argument_text(given_name, "getservbyname", 1, &name))
        return NULL;
    if (!protocol_text(given_protocol, "getservbyname", &protocol)) {
        text_release(&name);
        return NULL;
    }
    bool good = audit("socket.getservbyname", "ss", name.bytes, protocol.bytes);
    if (good)
        (void)BLOCKING(getservbyname_r(name.bytes, protocol.bytes, &entry, room, sizeof room, &found));
    text_release(&name);
    text_release(&protocol);
    if (!good)
        return NULL;
    return found ? small_int(ntohs((uint16_t)found->s_port)) : os_error_text("service/proto not found");
}
static value net_getservbyport(value self, value given_port, value given_protocol)
{
    struct text protocol;
    struct servent entry, *found = NULL;
    int port;
    char room[8192];
    if (!value_as_signed_int(given_port, &port) || !protocol_text(given_protocol, "getservbyport", &protocol))
        return NULL;
    bool good = port >= 0 && port <= 0xffff;
    if (!good)
        raise(EXC(OverflowError), "getservbyport: port must be 0-65535.");
    good = good && audit("socket.getservbyport", "is", port, protocol.bytes);
    if (good)
        (void)BLOCKING(getservbyport_r(htons((uint16_t)port), protocol.bytes, &entry, room, sizeof room, &found));
    text_release(&protocol);
    if (!good)
        return NULL;
    return found ? str_decode_locale(found->s_name) : os_error_text("port/proto not found");
}
static value net_getprotobyname(value self, value given_name)
{
    struct text name;
    struct protoent entry, *found = NULL;
    char room[8192];
    if (!argument_text(given_name, "getprotobyname", 1, &name))
        return NULL;
    (void)BLOCKING(getprotobyname_r(name.bytes, &entry, room, sizeof room, &found));
    text_release(&name);
    return found ? small_int(found->p_proto) : os_error_text("protocol not found");
}

/* ---- the machine's name and interfaces ---- */
static value net_gethostname(value self)
{
    char name[1024];
    if (!audit("socket.gethostname", NULL))
        return NULL;
    if (BLOCKING(gethostname(name, sizeof name - 1)) < 0)
        return raise_errno(errno, NULL, NULL);
    name[sizeof name - 1] = 0;
    return str_decode_locale(name);
}
static value net_sethostname(value self, value given_name)
{
    struct text name;
    if (!is_str(given_name) && !is_bytes(given_name))
        return raise(EXC(TypeError), "sethostname() argument 1 must be bytes, not %K", given_name);
    if (!audit("socket.sethostname", "(O)", given_name) || !text_of_path(given_name, &name))
        return NULL;
    int result = BLOCKING(sethostname(name.bytes, name.length));
    text_release(&name);
    return result < 0 ? raise_errno(errno, NULL, NULL) : VALUE_NONE;
}
static value net_if_nameindex(value self)
{
    struct if_nameindex *all = BLOCKING(if_nameindex());
    if (!all)
        return raise_errno(errno, NULL, NULL);
    value list = list_new(0);
    for (const struct if_nameindex *at = all; list && at->if_index && at->if_name; at++) {
        value items[] = {small_int(at->if_index), str_decode_locale(at->if_name)};
        value item = tuple_from_results(items, 2);
        if (!item || !list_append_owned(list, item)) {
            value_dec(list);
            list = NULL;
        }
    }
    if_freenameindex(all);
    return list;
}
static value net_if_nametoindex(value self, value given_name)
{
    struct text name;
    if (!text_of_path(given_name, &name))
        return NULL;
    unsigned index = BLOCKING(if_nametoindex(name.bytes));
    text_release(&name);
    return index ? small_int(index) : os_error_text("no interface with this name");
}
static value net_if_indextoname(value self, value given_index)
{
    uint64_t index;
    char name[IF_NAMESIZE + 1];
    if (!is_int(given_index))
        return raise(EXC(TypeError), "an integer is required");
    if (int_sign(given_index) < 0)
        return raise(EXC(OverflowError), "can't convert negative value to unsigned int");
    if (!int_as_u64(given_index, &index))
        return NULL;
    return BLOCKING(if_indextoname((unsigned)index, name)) ? str_decode_locale(name) : raise_errno(errno, NULL, NULL);
}

#define PLAIN(NAME, SIGNATURE, DOC) METHOD(#NAME, net_##NAME, SIGNATURE, DOC)
#define TUPLE(NAME, SIGNATURE, DOC) METHOD_FLAGS(#NAME, net_##NAME, SIGNATURE, DOC, METHOD_TUPLE)
const struct method_def socket_resolver_functions[] = {
    TUPLE(gethostbyname, "(host, /)", "Return the IP address (a string of the form '255.255.255.255') for a host."),
    TUPLE(gethostbyname_ex, "(host, /)",
          "Return the true host name, a list of aliases, and a list of IP addresses,\nfor a host."),
    TUPLE(gethostbyaddr, "(host, /)",
          "Return the true host name, a list of aliases, and a list of IP addresses,\nfor a host."),
    PLAIN(gethostname, "()", "Return the current host name."),
    TUPLE(sethostname, "(name, /)", "Sets the hostname to name."),
    TUPLE(getservbyname, "(servicename, protocolname=<unrepresentable>, /)",
          "Return a port number from a service name and protocol name."),
    TUPLE(getservbyport, "(port, protocolname=<unrepresentable>, /)",
          "Return the service name from a port number and protocol name."),
    TUPLE(getprotobyname, "(name, /)", "Return the protocol number for the named protocol.  (Rarely used.)"),
    PLAIN(getaddrinfo, "(host, port, family=0, type=0, proto=0, flags=0)",
          "Resolve host and port into addrinfo struct."),
    TUPLE(getnameinfo, "(sockaddr, flags, /)", "Get host and port for a sockaddr."),
    PLAIN(if_nameindex, "()", "Returns a list of network interface information (index, name) tuples."),
    TUPLE(if_nametoindex, "(if_name, /)", "Returns the interface index corresponding to the interface name if_name."),
    PLAIN(if_indextoname, "(if_index, /)", "Returns the interface name corresponding to the interface index if_index."),
    {0},
};

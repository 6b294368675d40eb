/* _socket: addresses, between Python's form and the system's. */
#include "runtime/modules/net/socket.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netdb.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

value raise_gai(int error)
{
    if (error == EAI_SYSTEM)
        return raise_errno(errno, NULL, NULL);
    value arguments[] = {small_int(error), str_decode_locale(gai_strerror(error))};
    value type = value_inc(atomic_load(&socket_gaierror));
    value exception = arguments[1] ? call_vector(type, arguments, 2, NULL) : NULL;
    if (exception)
        raise_exception(exception);
    value_dec(exception);
    value_dec(type);
    value_dec(arguments[1]);
    return NULL;
}

/* ---- hosts ---- */
bool host_text(value v, struct text *text)
{
    *text = (struct text){0};
    if (is_str(v) && str_is_ascii(v)) {
        if (!text_of(v, text))
            return false;
    } else if (is_str(v)) {
        value bytes = str_encode(v, "idna", NULL);
        if (!bytes)
            return raise_false(EXC(TypeError), "encoding of hostname failed");
        text->length = bytes_length(bytes);
        text->bytes = text->owned = strndup((const char *)bytes_data(bytes), text->length);
        value_dec(bytes);
    } else if (is_bytes(v) || value_is_of(v, TYPE(BYTEARRAY))) {
        struct buffer buffer;
        if (!buffer_get(v, &buffer, BUFFER_SIMPLE))
            return false;
        text->length = (size_t)buffer.length;
        char *copy = malloc(text->length + 1);
        if (copy) {
            memcpy(copy, buffer.data, text->length);
            copy[text->length] = 0;
        }
        text->bytes = text->owned = copy;
        buffer_release(&buffer);
    } else {
        return raise_false(EXC(TypeError), "str, bytes or bytearray expected, not %T", v);
    }
    if (!text->bytes)
        return raise_no_memory() != NULL;
    if (!memchr(text->bytes, 0, text->length))
        return true;
    text_release(text);
    return raise_false(EXC(TypeError), "host name must not contain null character");
}

static int resolve(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **result)
{
    return BLOCKING(getaddrinfo(name, service, hints, result));
}

static bool copy_found(const struct addrinfo *found, union socket_address *address)
{
    size_t length = found->ai_addrlen < sizeof *address ? found->ai_addrlen : sizeof *address;
    memcpy(address, found->ai_addr, length);
    return address->any.sa_family == AF_INET || address->any.sa_family == AF_INET6 ||
           raise_false(EXC(OSError), "unknown address family");
}
static bool resolve_any_host(union socket_address *address, int family)
{
    struct addrinfo hints = {.ai_family = family, .ai_socktype = SOCK_DGRAM, .ai_flags = AI_PASSIVE}, *found;
    int error = resolve(NULL, "0", &hints, &found);
    if (error)
        return raise_gai(error) != NULL;
    bool done = found->ai_next ? raise_false(EXC(OSError), "wildcard resolved to multiple address")
                               : copy_found(found, address);
    freeaddrinfo(found);
    return done;
}

bool host_resolve(const char *name, union socket_address *address, int family)
{
    memset(address, 0, sizeof *address);
    if (!*name)
        return resolve_any_host(address, family);
    if (!strcmp(name, "<broadcast>") || !strcmp(name, "255.255.255.255")) {
        if (family != AF_INET && family != AF_UNSPEC)
            return raise_false(EXC(OSError), "address family mismatched");
        address->in.sin_family = AF_INET;
        address->in.sin_addr.s_addr = INADDR_BROADCAST;
        return true;
    }
    /* Numbers need no resolver. */
    if ((family == AF_INET || family == AF_UNSPEC) && inet_pton(AF_INET, name, &address->in.sin_addr) > 0) {
        address->in.sin_family = AF_INET;
        return true;
    }
    if ((family == AF_INET6 || family == AF_UNSPEC) && !strchr(name, '%') &&
        inet_pton(AF_INET6, name, &address->in6.sin6_addr) > 0) {
        address->in6.sin6_family = AF_INET6;
        return true;
    }
    struct addrinfo hints = {.ai_family = family}, *found;
    int error = resolve(name, NULL, &hints, &found);
    if (error)
        return raise_gai(error) != NULL;
    bool done = copy_found(found, address);
    freeaddrinfo(found);
    return done;
}

value host_value(const union socket_address *address)
{
    char text[INET6_ADDRSTRLEN];
    const void *number =
        address->any.sa_family == AF_INET ? (const void *)&address->in.sin_addr : (const void *)&address->in6.sin6_addr;
    if (!inet_ntop(address->any.sa_family, number, text, sizeof text))
        return raise_errno(errno, NULL, NULL);
    return str_from_text(text);
}

/* ---- from Python ---- */
static bool number_32(value v, uint32_t *number) /* any int: its lowest bits */
{
    value index = index_value(v);
    if (!index)
        return false;
    *number = (uint32_t)int_low_bits(index);
    value_dec(index);
    return true;
}
/* Is it a tuple of that many items? `form` says what it should be. */
static bool is_address(value v, const char *function, const char *family, size_t min, size_t max, const char *form)
{
    if (!is_tuple(v))
        return raise_false(EXC(TypeError), "%s(): %s address must be tuple, not %T", function, family, v);
    return (tuple_length(v) >= min && tuple_length(v) <= max) ||
           raise_false(EXC(TypeError), "%s address must be %s", family, form);
}
/* A number of 16 bits; the message ends as `what` says. */
static bool number_16(value v, const char *function, const char *what, uint16_t *number)
{
    int64_t wide;
    if (!value_as_i64(v, &wide)) {
        if (!error_matches(EXC(OverflowError)))
            return false;
        error_clear();
        wide = -1;
    }
    if (wide < 0 || wide > 0xffff)
        return raise_false(EXC(OverflowError), "%s(): %s must be 0-65535.", function, what);
    *number = (uint16_t)wide;
    return true;
}
static bool copy_text(char *to, size_t room, value v, const char *too_long)
{
    struct text text;
    if (!is_str(v))
        return raise_false(EXC(TypeError), "must be str, not %T", v);
    if (!text_of(v, &text))
        return false;
    bool done = text.length < room || raise_false(EXC(ValueError), "%s", too_long);
    if (done)
        memcpy(to, text.bytes, text.length + 1);
    text_release(&text);
    return done;
}

static bool unix_address(value v, struct sockaddr_un *un, socklen_t *length)
{
    struct buffer buffer = {0};
    if (is_str(v)) {
        value bytes = str_encode(v, "utf-8", "surrogateescape");
        bool got = bytes && buffer_get(bytes, &buffer, BUFFER_SIMPLE);
        value_dec(bytes);
        if (!got)
            return false;
    } else if (!buffer_get(v, &buffer, BUFFER_SIMPLE)) {
        return false;
    }
    struct text text = {.bytes = buffer.data, .length = (size_t)buffer.length};
    /* The first byte is NUL in the abstract namespace, where the name needs no NUL at its end. */
    bool abstract = text.length == 0 || text.bytes[0] == 0; /* the system names what has no name */
    bool fits = abstract ? text.length <= sizeof un->sun_path : text.length < sizeof un->sun_path;
    if (fits) {
        memcpy(un->sun_path, text.bytes, text.length);
        *length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + text.length + !abstract);
    }
    buffer_release(&buffer);
    return fits || raise_false(EXC(OSError), "AF_UNIX path too long");
}

static bool internet_address(value v, int family, const char *function, union socket_address *address,
                             socklen_t *length)
{
    bool six = family == AF_INET6;
    if (!is_address(v, function, six ? "AF_INET6" : "AF_INET", 2, six ? 4 : 2,
                    six ? "a tuple (host, port[, flowinfo[, scopeid]])" : "a pair (host, port)"))
        return false;
    uint32_t flow = 0, scope = 0;
    uint16_t port;
    struct text host;
    if (!host_text(tuple_get(v, 0), &host))
        return false;
    bool done = number_16(tuple_get(v, 1), function, "port", &port) &&
                (tuple_length(v) < 3 || number_32(tuple_get(v, 2), &flow)) &&
                (tuple_length(v) < 4 || number_32(tuple_get(v, 3), &scope)) &&
                (flow <= 0xfffff || raise_false(EXC(OverflowError), "%s(): flowinfo must be 0-1048575.", function)) &&
                host_resolve(host.bytes, address, six ? AF_INET6 : AF_INET);
    text_release(&host);
    if (!done)
        return false;
    if (six) {
        address->in6.sin6_port = htons(port);
        address->in6.sin6_flowinfo = htonl(flow);
        if (tuple_length(v) > 3 || !address->in6.sin6_scope_id)
            address->in6.sin6_scope_id = scope;
        *length = sizeof address->in6;
    } else {
        address->in.sin_port = htons(port);
        *length = sizeof address->in;
    }
    return true;
}

/* The number of the interface with that name, of fewer than IFNAMSIZ bytes. */
static bool interface_index(const char *name, int *index)
{
    *index = (int)if_nametoindex(name);
    return *index > 0 || raise_errno(errno, NULL, NULL) != NULL;
}

static bool packet_address(value v, const char *function, struct sockaddr_ll *ll, socklen_t *length)
{
    if (!is_address(v, function, "AF_PACKET", 2, 5, "a tuple of two to five elements"))
        return false;
    size_t given = tuple_length(v);
    char name[IFNAMSIZ];
    uint16_t protocol;
    int type = PACKET_HOST, hardware = 0, index;
    if (!copy_text(name, sizeof name, tuple_get(v, 0), "interface name too long") ||
        !number_16(tuple_get(v, 1), function, "proto", &protocol) ||
        (given > 2 && !value_as_int(tuple_get(v, 2), &type)) ||
        (given > 3 && !value_as_int(tuple_get(v, 3), &hardware)) || !interface_index(name, &index))
        return false;
    if (given > 4) {
        struct buffer buffer;
        if (!buffer_get(tuple_get(v, 4), &buffer, BUFFER_SIMPLE))
            return false;
        bool fits = buffer.length <= 8;
        if (fits) {
            memcpy(ll->sll_addr, buffer.data, (size_t)buffer.length);
            ll->sll_halen = (unsigned char)buffer.length;
        }
        buffer_release(&buffer);
        if (!fits)
            return raise_false(EXC(ValueError), "hardware address must be 8 bytes or less");
    }
    ll->sll_protocol = htons(protocol);
    ll->sll_ifindex = index;
    ll->sll_pkttype = (unsigned char)type;
    ll->sll_hatype = (unsigned short)hardware;
    *length = sizeof *ll;
    return true;
}

static bool tipc_address(value v, const char *function, struct sockaddr_tipc *tipc, socklen_t *length)
{
    if (!is_address(v, function, "AF_TIPC", 4, 5, "a tuple (addr_type, v1, v2, v3[, scope])"))
        return false;
    uint32_t n[5] = {[4] = TIPC_CLUSTER_SCOPE};
    for (size_t i = 0; i < tuple_length(v); i++)
        if (!number_32(tuple_get(v, i), &n[i]))
            return false;
    tipc->scope = (signed char)n[4];
    tipc->addrtype = (unsigned char)n[0];
    *length = sizeof *tipc;
    switch (n[0]) {
    case TIPC_ADDR_NAMESEQ:
        tipc->addr.nameseq.type = n[1];
        tipc->addr.nameseq.lower = n[2];
        tipc->addr.nameseq.upper = n[3];
        return true;
    case TIPC_ADDR_NAME:
        tipc->addr.name.name.type = n[1];
        tipc->addr.name.name.instance = n[2];
        return true;
    case TIPC_ADDR_ID:
        tipc->addr.id.node = n[1];
        tipc->addr.id.ref = n[2];
        return true;
    default:
        return raise_false(EXC(TypeError), "%s(): Invalid address type", function);
    }
}

static bool can_interface(value v, struct sockaddr_can *can)
{
    struct text name;
    if (!text_of_path(v, &name))
        return false;
    int index = 0;
    bool done = name.length < IFNAMSIZ || raise_false(EXC(OSError), "AF_CAN interface name too long");
    done = done && (name.length == 0 || interface_index(name.bytes, &index));
    text_release(&name);
    can->can_ifindex = index;
    return done;
}
static bool can_address(value v, int protocol, const char *function, struct sockaddr_can *can, socklen_t *length)
{
    *length = sizeof *can;
    switch (protocol) {
    case CAN_RAW:
    case CAN_BCM:
        return is_address(v, function, "AF_CAN", 1, 1, "a tuple (interface, )") && can_interface(tuple_get(v, 0), can);
    case CAN_ISOTP: {
        uint32_t rx, tx;
        if (!is_address(v, function, "AF_CAN", 3, 3, "a tuple (interface, rx_id, tx_id)") ||
            !number_32(tuple_get(v, 1), &rx) || !number_32(tuple_get(v, 2), &tx) ||
            !can_interface(tuple_get(v, 0), can))
            return false;
        can->can_addr.tp.rx_id = rx;
        can->can_addr.tp.tx_id = tx;
        return true;
    }
    case CAN_J1939: {
        uint32_t group;
        int address;
        value name;
        if (!is_address(v, function, "AF_CAN", 4, 4, "a tuple (interface, name, pgn, addr)") ||
            !number_32(tuple_get(v, 2), &group) || !value_as_int(tuple_get(v, 3), &address) ||
            !(name = index_value(tuple_get(v, 1))))
            return false;
        can->can_addr.j1939.name = int_low_bits(name);
        value_dec(name);
        can->can_addr.j1939.pgn = group;
        can->can_addr.j1939.addr = (uint8_t)address;
        return can_interface(tuple_get(v, 0), can);
    }
    default:
        return raise_false(EXC(OSError), "%s(): unsupported CAN protocol", function);
    }
}

static bool algorithm_address(value v, const char *function, struct sockaddr_alg *alg, socklen_t *length)
{
    uint32_t feature = 0, mask = 0;
    if (!is_address(v, function, "AF_ALG", 2, 4, "a tuple (type, name [, feat [, mask]])") ||
        !copy_text((char *)alg->salg_type, sizeof alg->salg_type, tuple_get(v, 0), "AF_ALG type too long.") ||
        !copy_text((char *)alg->salg_name, sizeof alg->salg_name, tuple_get(v, 1), "AF_ALG name too long.") ||
        (tuple_length(v) > 2 && !number_32(tuple_get(v, 2), &feature)) ||
        (tuple_length(v) > 3 && !number_32(tuple_get(v, 3), &mask)))
        return false;
    alg->salg_feat = feature;
    alg->salg_mask = mask;
    *length = sizeof *alg;
    return true;
}

/* Families whose address is a pair of numbers. */
static bool pair_address(value v, const char *function, const char *family, const char *form, uint32_t *first,
                         uint32_t *second)
{
    return is_address(v, function, family, 2, 2, form) && number_32(tuple_get(v, 0), first) &&
           number_32(tuple_get(v, 1), second);
}

bool address_get(value v, int family, int protocol, const char *function, union socket_address *address,
                 socklen_t *length)
{
    uint32_t first, second;
    memset(address, 0, sizeof *address);
    address->any.sa_family = (sa_family_t)family;
    switch (family) {
    case AF_INET:
    case AF_RDS:
    case AF_INET6: {
        bool done = internet_address(v, family, function, address, length);
        address->any.sa_family = family == AF_INET6 ? AF_INET6 : AF_INET;
        return done;
    }
    case AF_UNIX:
        return unix_address(v, &address->un, length);
    case AF_PACKET:
        return packet_address(v, function, &address->ll, length);
    case AF_TIPC:
        return tipc_address(v, function, &address->tipc, length);
    case AF_CAN:
        return can_address(v, protocol, function, &address->can, length);
    case AF_ALG:
        return algorithm_address(v, function, &address->alg, length);
    case AF_NETLINK:
        if (!pair_address(v, function, "AF_NETLINK", "a pair (pid, groups)", &first, &second))
            return false;
        address->nl.nl_pid = first;
        address->nl.nl_groups = second;
        *length = sizeof address->nl;
        return true;
    case AF_QIPCRTR:
        if (!pair_address(v, function, "AF_QIPCRTR", "a pair (node, port)", &first, &second))
            return false;
        address->qrtr.sq_node = first;
        address->qrtr.sq_port = second;
        *length = sizeof address->qrtr;
        return true;
    case AF_VSOCK:
        if (!pair_address(v, function, "AF_VSOCK", "a pair (cid, port)", &first, &second))
            return false;
        address->vm.svm_cid = first;
        address->vm.svm_port = second;
        *length = sizeof address->vm;
        return true;
    default:
        return raise_false(EXC(OSError), "%s(): bad family", function);
    }
}

/* ---- to Python ---- */
static value unix_value(const struct sockaddr_un *un, socklen_t length)
{
    size_t offset = offsetof(struct sockaddr_un, sun_path);
    size_t bytes = length > offset ? length - offset : 0;
    if (bytes > sizeof un->sun_path)
        bytes = sizeof un->sun_path;
    if (bytes && un->sun_path[0] == 0)
        return bytes_new((const uint8_t *)un->sun_path, bytes);
    return str_from_utf8_surrogates(un->sun_path, strnlen(un->sun_path, bytes));
}
static value interface_name(int index)
{
    char name[IF_NAMESIZE];
    return str_decode_locale(index && if_indextoname((unsigned)index, name) ? name : "");
}
static value packet_value(const struct sockaddr_ll *ll)
{
    value items[] = {interface_name(ll->sll_ifindex), small_int(ntohs(ll->sll_protocol)), small_int(ll->sll_pkttype),
                     small_int(ll->sll_hatype), bytes_new(ll->sll_addr, ll->sll_halen > 8 ? 8 : ll->sll_halen)};
    return tuple_from_results(items, 5);
}
static value tipc_value(const struct sockaddr_tipc *tipc)
{
    uint32_t n[3] = {0};
    switch (tipc->addrtype) {
    case TIPC_ADDR_NAMESEQ:
        n[0] = tipc->addr.nameseq.type, n[1] = tipc->addr.nameseq.lower, n[2] = tipc->addr.nameseq.upper;
        break;
    case TIPC_ADDR_NAME:
        n[0] = tipc->addr.name.name.type, n[1] = n[2] = tipc->addr.name.name.instance;
        break;
    case TIPC_ADDR_ID:
        n[0] = tipc->addr.id.node, n[1] = tipc->addr.id.ref;
        break;
    default:
        return raise(EXC(ValueError), "Invalid address type");
    }
    value items[] = {small_int(tipc->addrtype), small_int(n[0]), small_int(n[1]), small_int(n[2]),
                     small_int(tipc->scope)};
    return tuple_from_results(items, 5);
}
static value can_value(const struct sockaddr_can *can, int protocol)
{
    value items[4] = {interface_name(can->can_ifindex)};
    size_t count = 1;
    if (protocol == CAN_ISOTP) {
        items[count++] = small_int(can->can_addr.tp.rx_id);
        items[count++] = small_int(can->can_addr.tp.tx_id);
    } else if (protocol == CAN_J1939) {
        items[count++] = int_from_u64(can->can_addr.j1939.name);
        items[count++] = small_int(can->can_addr.j1939.pgn);
        items[count++] = small_int(can->can_addr.j1939.addr);
    } else {
        return items[0];
    }
    return tuple_from_results(items, count);
}

value address_value(const union socket_address *address, socklen_t length, int protocol)
{
    if (length == 0)
        return VALUE_NONE;
    switch (address->any.sa_family) {
    case AF_INET: {
        value items[] = {host_value(address), small_int(ntohs(address->in.sin_port))};
        return tuple_from_results(items, 2);
    }
    case AF_INET6: {
        value items[] = {host_value(address), small_int(ntohs(address->in6.sin6_port)),
                         small_int(ntohl(address->in6.sin6_flowinfo)), small_int(address->in6.sin6_scope_id)};
        return tuple_from_results(items, 4);
    }
    case AF_UNIX:
        return unix_value(&address->un, length);
    case AF_NETLINK:
        return tuple_pack(2, small_int(address->nl.nl_pid), small_int(address->nl.nl_groups));
    case AF_QIPCRTR:
        return tuple_pack(2, small_int(address->qrtr.sq_node), small_int(address->qrtr.sq_port));
    case AF_VSOCK:
        return tuple_pack(2, small_int(address->vm.svm_cid), small_int(address->vm.svm_port));
    case AF_PACKET:
        return packet_value(&address->ll);
    case AF_TIPC:
        return tipc_value(&address->tipc);
    case AF_CAN:
        return can_value(&address->can, protocol);
    case AF_ALG: {
        value items[] = {str_decode_locale((const char *)address->alg.salg_type),
                         str_decode_locale((const char *)address->alg.salg_name), small_int(address->alg.salg_feat),
                         small_int(address->alg.salg_mask)};
        return tuple_from_results(items, 4);
    }
    default: {
        size_t head = offsetof(struct sockaddr, sa_data);
        value items[] = {small_int(address->any.sa_family),
                         bytes_new((const uint8_t *)address->any.sa_data, length > head ? length - head : 0)};
        return tuple_from_results(items, 2);
    }
    }
}

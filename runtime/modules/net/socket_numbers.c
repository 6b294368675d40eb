/* _socket: numbers as bytes: the network's order, addresses as text and packed. */
#include "runtime/modules/net/socket.h"
#include "runtime/arguments.h"

#include <arpa/inet.h>
#include <string.h>

static value swap_16(value v, const char *name)
{
    int x;
    if (!value_as_signed_int(v, &x))
        return NULL;
    if (x < 0)
        return raise(EXC(OverflowError), "%s: can't convert negative Python int to C 16-bit unsigned integer", name);
    if (x > 0xffff)
        return raise(EXC(OverflowError), "%s: Python int too large to convert to C 16-bit unsigned integer", name);
    return small_int(htons((uint16_t)x));
}
static value net_ntohs(value self, value v)
{
    return swap_16(v, "ntohs");
}
static value net_htons(value self, value v)
{
    return swap_16(v, "htons");
}
static value swap_32(value v)
{
    uint64_t x;
    if (!is_int(v))
        return raise(EXC(TypeError), "expected int, %T found", v);
    if (int_sign(v) < 0)
        return raise(EXC(OverflowError), "can't convert negative value to unsigned int");
    if (!int_as_u64(v, &x))
        return NULL;
    return x > UINT32_MAX ? raise(EXC(OverflowError), "int larger than 32 bits") : small_int(htonl((uint32_t)x));
}
static value net_ntohl(value self, value v)
{
    return swap_32(v);
}
static value net_htonl(value self, value v)
{
    return swap_32(v);
}

static value net_inet_aton(value self, value given_text)
{
    struct text text;
    struct in_addr address;
    if (!argument_text(given_text, "inet_aton", 1, &text))
        return NULL;
    bool good = inet_aton(text.bytes, &address) != 0;
    text_release(&text);
    return good ? bytes_new((const uint8_t *)&address, sizeof address)
                : raise(EXC(OSError), "illegal IP address string passed to inet_aton");
}
static value net_inet_ntoa(value self, value packed)
{
    struct buffer buffer;
    struct in_addr address = {0};
    if (!buffer_get(packed, &buffer, BUFFER_SIMPLE))
        return NULL;
    bool good = buffer.length == sizeof address;
    if (good)
        memcpy(&address, buffer.data, sizeof address);
    buffer_release(&buffer);
    char text[INET_ADDRSTRLEN];
    return good ? str_from_text(inet_ntop(AF_INET, &address, text, sizeof text))
                : raise(EXC(OSError), "packed IP wrong length for inet_ntoa");
}
static value net_inet_pton(value self, value given_family, value given_text)
{
    int family;
    struct text text;
    uint8_t address[sizeof(struct in6_addr)];
    if (!value_as_signed_int(given_family, &family) || !argument_text(given_text, "inet_pton", 2, &text))
        return NULL;
    int result = inet_pton(family, text.bytes, address);
    int error = errno;
    text_release(&text);
    if (result < 0)
        return raise_errno(error, NULL, NULL);
    if (result == 0)
        return raise(EXC(OSError), "illegal IP address string passed to inet_pton");
    return bytes_new(address, family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr));
}
static value net_inet_ntop(value self, value given_family, value packed)
{
    int family;
    struct buffer buffer;
    uint8_t address[sizeof(struct in6_addr)];
    if (!value_as_signed_int(given_family, &family) || !buffer_get(packed, &buffer, BUFFER_SIMPLE))
        return NULL;
    size_t length = (size_t)buffer.length, size = family == AF_INET    ? sizeof(struct in_addr)
                                                  : family == AF_INET6 ? sizeof(struct in6_addr)
                                                                       : 0;
    if (length == size)
        memcpy(address, buffer.data, length);
    buffer_release(&buffer);
    if (!size)
        return raise(EXC(ValueError), "unknown address family %d", family);
    if (length != size)
        return raise(EXC(ValueError), "invalid length of packed IP address string");
    char text[INET6_ADDRSTRLEN];
    return inet_ntop(family, address, text, sizeof text) ? str_from_text(text) : raise_errno(errno, NULL, NULL);
}

#define PLAIN(NAME, SIGNATURE, DOC) METHOD(#NAME, net_##NAME, SIGNATURE, DOC)
#define TUPLE(NAME, SIGNATURE, DOC) METHOD_FLAGS(#NAME, net_##NAME, SIGNATURE, DOC, METHOD_TUPLE)
const struct method_def socket_number_functions[] = {
    TUPLE(ntohs, "(x, /)", "Convert a 16-bit unsigned integer from network to host byte order."),
    PLAIN(ntohl, "(x, /)", "Convert a 32-bit integer from network to host byte order."),
    TUPLE(htons, "(x, /)", "Convert a 16-bit unsigned integer from host to network byte order."),
    PLAIN(htonl, "(x, /)", "Convert a 32-bit integer from host to network byte order."),
    TUPLE(inet_aton, "(string, /)",
          "Convert an IP address in string format (123.45.67.89) to the 32-bit packed\nbinary format used in low-level "
          "network functions."),
    TUPLE(inet_ntoa, "(packed_ip, /)", "Convert an IP address from 32-bit packed binary format to string format"),
    TUPLE(inet_pton, "(af, ip, /)",
          "Convert an IP address from string format to a packed string suitable\nfor use with low-level network "
          "functions."),
    TUPLE(inet_ntop, "(af, packed_ip, /)", "Convert a packed IP address of the given family to string format."),
    {0},
};

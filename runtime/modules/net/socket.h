/* What the files of _socket share. */
#ifndef ATOLL_SOCKET_H
#define ATOLL_SOCKET_H

#include "runtime/modules/system/descriptor.h"
#include "runtime/modules/system/durations.h"
#include "runtime/modules/system/posix.h"
#include "runtime/objects/binary/buffer.h"
#include "runtime/objects/binary/bytes.h"

#include <linux/can.h>
#include <linux/can/bcm.h>
#include <linux/can/isotp.h>
#include <linux/can/j1939.h>
#include <linux/can/raw.h>
#include <linux/if_alg.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/qrtr.h>
#include <linux/tipc.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

/* ---- addresses (socket_address.c): the one place that knows what they look like in Python ---- */
union socket_address {
    struct sockaddr any;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    struct sockaddr_un un;
    struct sockaddr_nl nl;
    struct sockaddr_ll ll;
    struct sockaddr_vm vm;
    struct sockaddr_qrtr qrtr;
    struct sockaddr_tipc tipc;
    struct sockaddr_can can;
    struct sockaddr_alg alg;
    struct sockaddr_storage storage;
};
/* An address of a socket of that family and protocol. `function` stands in messages. */
bool address_get(value v, int family, int protocol, const char *function, union socket_address *address,
                 socklen_t *length);
/* As Python sees it; None when the length is 0. May ask the system for the name of an interface. */
value address_value(const union socket_address *address, socklen_t length, int protocol);
/* A host's name or number, resolved; *length: 4 or 16. In a blocking region meanwhile. */
bool host_resolve(const char *name, union socket_address *address, int family);
value host_value(const union socket_address *address); /* the number as text */
/* A host's name as the resolver wants it: str (by IDNA), bytes or bytearray. */
bool host_text(value v, struct text *text);
value raise_gai(int error); /* socket.gaierror, or OSError for EAI_SYSTEM (errno); NULL */

/* ---- socket objects (socket_object.c) ---- */
struct socket {
    struct object header;
    struct descriptor descriptor;
    _Atomic int family, type, protocol;
    _Atomic int64_t timeout; /* nanoseconds; < 0: blocking, 0: not blocking */
};
#define SOCKET(v) ((struct socket *)(v))
extern struct type *socket_type;
extern const struct type_spec socket_spec;
extern _Atomic int64_t socket_default_timeout;

static inline int socket_fd(value v) /* to look at; -1: closed, or not made */
{
    return descriptor_number(&SOCKET(v)->descriptor);
}
static inline int socket_family(value v)
{
    return atomic_load_explicit(&SOCKET(v)->family, memory_order_relaxed);
}
static inline int socket_protocol(value v)
{
    return atomic_load_explicit(&SOCKET(v)->protocol, memory_order_relaxed);
}
static inline int64_t socket_timeout(value v)
{
    return atomic_load_explicit(&SOCKET(v)->timeout, memory_order_relaxed);
}
value socket_wrap(int fd, int family, int type, int protocol); /* takes the descriptor over, also when it fails */
bool socket_set_timeout(value v, int64_t timeout);
/* None or a number of seconds. */
bool socket_timeout_get(value v, int64_t *timeout);

/* An operation: one try of it, in a blocking region: < 0 with errno. */
typedef ssize_t socket_attempt(int fd, void *context);
enum { SOCKET_RAISED = -1, SOCKET_TIMED_OUT = -2 };
/* Try until it is done: after waiting for the descriptor to be ready when the socket has a timeout, until `deadline`
   (deadline_after); again after a signal whose handler returned. 0 with *result; else an errno, or one of the above. */
int socket_try(value v, short events, socket_attempt *attempt, void *context, ssize_t *result, int64_t deadline);
/* The same with exceptions for all that fails. */
bool socket_call(value v, short events, socket_attempt *attempt, void *context, ssize_t *result);
value raise_socket(int status);

/* For other modules, also in blocking regions: the descriptor of a _socket.socket, -1 when that is closed. Between the
   two it means the same file, whoever closes the socket meanwhile, and no Python code runs. errno stays. */
int socket_enter(value socket);
void socket_leave(value socket, int fd /* what socket_enter gave */);

/* ---- methods in socket_transfer.c and socket_messages.c ---- */
value socket_recv(value v, value bufsize, value flags);
value socket_recvfrom(value v, value bufsize, value flags);
value socket_recv_into(value v, const value *args);
value socket_recvfrom_into(value v, const value *args);
value socket_send(value v, value data, value flags);
value socket_sendall(value v, value data, value flags);
value socket_sendto(value v, const value *args, size_t nargs, value kwnames);
value socket_recvmsg(value v, value bufsize, value ancbufsize, value flags);
value socket_recvmsg_into(value v, value buffers, value ancbufsize, value flags);
value socket_sendmsg(value v, const value *args);
value socket_sendmsg_afalg(value v, const value *args);

/* ---- the rest of the module ---- */
value socket_cmsg_len(value self, value length);
value socket_cmsg_space(value self, value length);
extern const struct method_def socket_number_functions[], socket_resolver_functions[];
extern const struct module_constant socket_constants[];
extern value_slot socket_herror, socket_gaierror;

#endif

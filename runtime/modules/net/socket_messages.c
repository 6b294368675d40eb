/* _socket: recvmsg, sendmsg and their like: several pieces of memory, and control messages beside them. */
#include "runtime/modules/net/socket.h"

#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

/* ---- sizes of control messages ---- */
#define CONTROL_MAX INT_MAX /* bytes of control messages with one message */
static bool control_space(size_t length, size_t *space)
{
    if (length > CONTROL_MAX - CMSG_SPACE(1))
        return false;
    *space = CMSG_SPACE(length);
    return true;
}
value socket_cmsg_len(value self, value given_length)
{
    ssize length;
    if (!value_as_ssize(given_length, &length))
        return NULL;
    if (length < 0 || (size_t)length > CONTROL_MAX - CMSG_LEN(0))
        return raise(EXC(OverflowError), "CMSG_LEN() argument out of range");
    return int_from_u64(CMSG_LEN((size_t)length));
}
value socket_cmsg_space(value self, value given_length)
{
    ssize length;
    size_t space;
    if (!value_as_ssize(given_length, &length))
        return NULL;
    if (length < 0 || !control_space((size_t)length, &space))
        return raise(EXC(OverflowError), "CMSG_SPACE() argument out of range");
    return int_from_u64(space);
}

/* ---- receiving ---- */
struct message {
    struct msghdr header;
    union socket_address address;
    int flags;
    size_t control_room;
};
static ssize_t attempt_receive(int fd, void *context)
{
    struct message *m = context;
    m->header.msg_name = &m->address;
    m->header.msg_namelen = sizeof m->address;
    m->header.msg_controllen = m->control_room;
    return recvmsg(fd, &m->header, m->flags);
}

/* How many bytes of the control message lie within what came. */
static size_t control_length(const struct msghdr *header, const struct cmsghdr *c)
{
    size_t there = header->msg_controllen - (size_t)((const char *)c - (const char *)header->msg_control);
    size_t length = c->cmsg_len < there ? c->cmsg_len : there;
    return length > CMSG_LEN(0) ? length - CMSG_LEN(0) : 0;
}
static value controls_value(struct msghdr *header)
{
    value list = list_new(0);
    for (struct cmsghdr *c = CMSG_FIRSTHDR(header); list && c; c = CMSG_NXTHDR(header, c)) {
        if (c->cmsg_len < CMSG_LEN(0))
            break;
        value items[] = {small_int(c->cmsg_level), small_int(c->cmsg_type),
                         bytes_new(CMSG_DATA(c), control_length(header, c))};
        value item = tuple_from_results(items, 3);
        if (!item || !list_append_owned(list, item)) {
            value_dec(list);
            return NULL;
        }
    }
    return list;
}
/* Descriptors that came, and of which the program will not learn. */
static void close_received(struct msghdr *header)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        size_t count = control_length(header, c) / sizeof(int);
        for (size_t i = 0; i < count; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
            close(fd);
        }
    }
}

static bool control_room_get(value given, size_t *room)
{
    ssize size = 0;
    if (!value_as_ssize(given, &size))
        return false;
    *room = (size_t)size;
    return (size >= 0 && size <= CONTROL_MAX) || raise_false(EXC(ValueError), "invalid ancillary data buffer length");
}
/* Receive into the header's pieces; the items 1 to 3 of the result, and the number of bytes: -1 with an exception. */
static ssize_t receive_message(value v, struct message *m, value items[4])
{
    uint64_t few[32];
    m->header.msg_control = m->control_room <= sizeof few ? (void *)few : malloc(m->control_room);
    if (!m->header.msg_control) {
        raise_no_memory();
        return -1;
    }
    memset(m->header.msg_control, 0, m->control_room);
    memset(&m->address, 0, sizeof m->address);
    ssize_t n = -1;
    if (socket_call(v, POLLIN, attempt_receive, m, &n)) {
        items[1] = controls_value(&m->header);
        items[2] = small_int(m->header.msg_flags);
        items[3] = items[1] ? address_value(&m->address, m->header.msg_namelen, socket_protocol(v)) : NULL;
        if (!items[3]) {
            close_received(&m->header);
            value_dec(items[1]);
            items[1] = NULL;
            n = -1;
        }
    } else {
        n = -1;
    }
    if (m->header.msg_control != few)
        free(m->header.msg_control);
    return n;
}

value socket_recvmsg(value v, value given_size, value given_room, value given_flags)
{
    ssize size;
    struct message m = {0};
    if (!value_as_ssize(given_size, &size) || !control_room_get(given_room, &m.control_room) ||
        !value_as_int(given_flags, &m.flags))
        return NULL;
    if (size < 0)
        return raise(EXC(ValueError), "negative buffer size in recvmsg()");
    value items[4] = {bytes_new(NULL, (size_t)size)};
    if (!items[0])
        return NULL;
    struct iovec part = {bytes_data(items[0]), (size_t)size};
    m.header.msg_iov = &part;
    m.header.msg_iovlen = 1;
    ssize_t n = receive_message(v, &m, items);
    if (n < 0) {
        value_dec(items[0]);
        return NULL;
    }
    items[0] = bytes_cut(items[0], (size_t)n);
    return tuple_from_results(items, 4);
}
value socket_recvmsg_into(value v, value buffers, value given_room, value given_flags)
{
    struct message m = {0};
    struct vectors pieces;
    if (!control_room_get(given_room, &m.control_room) || !value_as_int(given_flags, &m.flags))
        return NULL;
    if (!vectors_get(&pieces, buffers, "recvmsg_into() argument 1 must be an iterable", BUFFER_WRITABLE)) {
        if (!error_matches(EXC(BufferError)))
            return NULL;
        error_clear();
        return raise(EXC(TypeError),
                     "recvmsg_into() argument 1 must be an iterable of single-segment read-write buffers");
    }
    value items[4] = {NULL};
    m.header.msg_iov = pieces.parts;
    m.header.msg_iovlen = pieces.count;
    ssize_t n = receive_message(v, &m, items);
    vectors_release(&pieces);
    if (n < 0)
        return NULL;
    items[0] = small_int(n);
    return tuple_from_results(items, 4);
}

/* ---- sending ---- */
static ssize_t attempt_send(int fd, void *context)
{
    struct message *m = context;
    return sendmsg(fd, &m->header, m->flags);
}

/* Control messages of the program: (level, type, data). */
struct control {
    int level, type;
    struct buffer data;
};
struct controls {
    struct control *items;
    size_t count, space;
};
static void controls_release(struct controls *c)
{
    while (c->count)
        buffer_release(&c->items[--c->count].data);
    free(c->items);
}
static bool control_get(value v, struct control *control)
{
    value item = sequence_fast(v, "[sendmsg() ancillary data items]"), tuple = item ? tuple_from_iterable(item) : NULL;
    value_dec(item);
    if (!tuple)
        return false;
    bool done = tuple_length(tuple) == 3
                    ? value_as_int(tuple_get(tuple, 0), &control->level) &&
                          value_as_int(tuple_get(tuple, 1), &control->type) &&
                          buffer_get(tuple_get(tuple, 2), &control->data, BUFFER_SIMPLE)
                    : raise_false(EXC(TypeError),
                                  "[sendmsg() ancillary data items]() argument must be sequence of length 3, not %zu",
                                  tuple_length(tuple));
    value_dec(tuple);
    return done;
}
static bool controls_get(struct controls *c, value iterable)
{
    *c = (struct controls){0};
    if (!is_given(iterable))
        return true;
    value fast = sequence_fast(iterable, "sendmsg() argument 2 must be an iterable");
    value tuple = fast ? tuple_from_iterable(fast) : NULL;
    value_dec(fast);
    if (!tuple)
        return false;
    size_t count = tuple_length(tuple);
    c->items = calloc(count + 1, sizeof *c->items);
    bool done = c->items || raise_no_memory() != NULL;
    while (done && c->count < count) {
        struct control *item = &c->items[c->count];
        done = control_get(tuple_get(tuple, c->count), item);
        if (!done)
            break;
        c->count++;
        size_t space;
        if (!control_space((size_t)item->data.length, &space))
            done = raise_false(EXC(OSError), "ancillary data item too large");
        else if ((c->space += space) > CONTROL_MAX)
            done = raise_false(EXC(OSError), "too much ancillary data");
    }
    value_dec(tuple);
    if (!done)
        controls_release(c);
    return done;
}
/* Lay them out; false with MemoryError. The header's memory is freed by the caller. */
static bool controls_fill(struct msghdr *header, const struct controls *c)
{
    if (!c->count)
        return true;
    header->msg_control = calloc(1, c->space);
    header->msg_controllen = c->space;
    if (!header->msg_control)
        return raise_no_memory() != NULL;
    struct cmsghdr *at = CMSG_FIRSTHDR(header);
    for (size_t i = 0; i < c->count; i++, at = CMSG_NXTHDR(header, at)) {
        const struct control *item = &c->items[i];
        at->cmsg_level = item->level;
        at->cmsg_type = item->type;
        at->cmsg_len = CMSG_LEN((size_t)item->data.length);
        memcpy(CMSG_DATA(at), item->data.data, (size_t)item->data.length);
    }
    return true;
}

static value send_message(value v, struct message *m, const struct vectors *pieces, const struct controls *controls)
{
    m->header.msg_iov = pieces->parts;
    m->header.msg_iovlen = pieces->count;
    ssize_t n;
    bool done = controls_fill(&m->header, controls) && socket_call(v, POLLOUT, attempt_send, m, &n);
    free(m->header.msg_control);
    return done ? small_int(n) : NULL;
}

value socket_sendmsg(value v, const value *args)
{
    struct message m = {0};
    struct vectors pieces;
    struct controls controls;
    if (!value_as_int(args[2], &m.flags))
        return NULL;
    if (is_given(args[3])) {
        if (!address_get(args[3], socket_family(v), socket_protocol(v), "sendmsg", &m.address, &m.header.msg_namelen))
            return NULL;
        m.header.msg_name = &m.address;
    }
    if (!audit("socket.sendmsg", "OO", v, is_given(args[3]) ? args[3] : NULL))
        return NULL;
    if (!vectors_get(&pieces, args[0], "sendmsg() argument 1 must be an iterable", BUFFER_SIMPLE))
        return NULL;
    value result = NULL;
    if (controls_get(&controls, args[1])) {
        result = send_message(v, &m, &pieces, &controls);
        controls_release(&controls);
    }
    vectors_release(&pieces);
    return result;
}

/* The kernel's cryptography takes its operation, initialisation vector and so on as control messages. */
value socket_sendmsg_afalg(value v, const value *args)
{
    enum { MSG, OP, IV, ASSOCLEN, FLAGS };
    struct message m = {0};
    struct vectors pieces = {0};
    struct control items[3] = {0};
    struct controls controls = {.items = items};
    int operation = -1;
    ssize length = 0;
    uint32_t word_operation, word_length;
    if (socket_family(v) != AF_ALG)
        return raise(EXC(OSError), "algset is only supported for AF_ALG");
    if (is_missing(args[OP]))
        return raise(EXC(TypeError), "sendmsg_afalg() missing required keyword-only argument: 'op'");
    if (!value_as_int(args[OP], &operation) || !value_as_int(args[FLAGS], &m.flags))
        return NULL;
    if (operation < 0)
        return raise(EXC(TypeError), "Invalid or missing argument 'op'");
    if (is_given(args[ASSOCLEN])) {
        if (!value_as_ssize(args[ASSOCLEN], &length))
            return NULL;
        if (length < 0 || length > UINT32_MAX)
            return raise(EXC(TypeError), "assoclen must be positive");
    }
    struct buffer iv = {0};
    if (is_given(args[IV]) && !buffer_get(args[IV], &iv, BUFFER_SIMPLE))
        return NULL;
    struct af_alg_iv *vector = NULL;
    value result = NULL;
    word_operation = (uint32_t)operation;
    word_length = (uint32_t)length;
    items[controls.count++] = (struct control){SOL_ALG, ALG_SET_OP, {.data = &word_operation, .length = 4}};
    if (iv.data) {
        vector = calloc(1, sizeof *vector + (size_t)iv.length);
        if (vector) {
            vector->ivlen = (uint32_t)iv.length;
            memcpy(vector->iv, iv.data, (size_t)iv.length);
            items[controls.count++] =
                (struct control){SOL_ALG, ALG_SET_IV, {.data = vector, .length = (ssize)(sizeof *vector) + iv.length}};
        }
    }
    if (is_given(args[ASSOCLEN]))
        items[controls.count++] = (struct control){SOL_ALG, ALG_SET_AEAD_ASSOCLEN, {.data = &word_length, .length = 4}};
    for (size_t i = 0; i < controls.count; i++)
        controls.space += CMSG_SPACE((size_t)items[i].data.length);
    if (iv.data && !vector)
        raise_no_memory();
    else if (!is_given(args[MSG]) ||
             vectors_get(&pieces, args[MSG], "sendmsg_afalg() argument 1 must be an iterable", BUFFER_SIMPLE))
        result = send_message(v, &m, &pieces, &controls);
    vectors_release(&pieces);
    free(vector);
    if (iv.data)
        buffer_release(&iv);
    return result;
}

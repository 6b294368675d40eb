/*
 * Connections, and what they do: handshakes, reading, writing, shutting down.
 *
 * OpenSSL is called in a blocking region, under the connection's mutex, and never waits there (tls_bio.c). When it
 * wants the peer to do something, the mutex is given back, the thread waits for the socket as long as the socket's
 * timeout allows, and the call is made again.
 */
#include "tls.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <time.h>

struct type *tls_socket_type;
/* _socket.socket, and a function of that class: subclasses may have another under its name. */
static value_slot socket_class, function_gettimeout;

struct type *tls_plain_socket_type(void)
{
    return (struct type *)slot_peek(&socket_class);
}
bool tls_sockets_fill(void)
{
    if (slot_peek(&function_gettimeout))
        return true;
    value module = import_module("_socket"), class = module ? attr_get(module, NAME(socket)) : NULL;
    value gettimeout = class ? attr_get(class, NAME(gettimeout)) : NULL;
    value_dec(module);
    if (!gettimeout || !is_type(class)) {
        value_dec(class);
        return false;
    }
    value_dec(slot_exchange(&socket_class, class));
    value_dec(slot_exchange(&function_gettimeout, gettimeout));
    return true;
}
void tls_sockets_finish(void)
{
    slot_drop(&function_gettimeout);
    slot_drop(&socket_class);
}

/* ---- life ---- */
static bool set_hostname(struct tls_socket *s, struct tls_context *c, value hostname)
{
    struct text text;
    if (!is_str(hostname))
        return raise_false(EXC(TypeError), "argument must be str, not %K", hostname);
    value bytes = str_encode(hostname, "ascii", "strict");
    value_dec(bytes);
    if (!bytes || !text_of(hostname, &text))
        return false;
    bool done = false;
    ASN1_OCTET_STRING *address = NULL;
    if (strlen(text.bytes) != text.length) {
        raise(EXC(TypeError), "argument must be encoded string without null bytes, not str");
    } else if (text.length == 0 || text.bytes[0] == '.') {
        raise(EXC(ValueError), "server_hostname cannot be an empty string or start with a leading dot.");
    } else {
        address = a2i_IPADDRESS(text.bytes);
        ERR_clear_error();
        X509_VERIFY_PARAM *parameters = SSL_get0_param(s->handle);
        done = (address || SSL_set_tlsext_host_name(s->handle, text.bytes)) &&
               (!c->check_hostname || (address ? X509_VERIFY_PARAM_set1_ip(parameters, ASN1_STRING_get0_data(address),
                                                                           (size_t)ASN1_STRING_length(address))
                                               : X509_VERIFY_PARAM_set1_host(parameters, text.bytes, text.length)));
        if (!done)
            tls_raise(NULL, 851);
    }
    ASN1_OCTET_STRING_free(address);
    text_release(&text);
    if (done)
        slot_init(&s->hostname, value_inc(hostname));
    return done;
}

/* The context's post_handshake_auth, which OpenSSL takes differently on the two sides. */
static void set_post_handshake_auth(struct tls_socket *s)
{
    if (!s->server_side) {
        SSL_set_post_handshake_auth(s->handle, 1);
        return;
    }
    int mode = SSL_get_verify_mode(s->handle);
    if (mode & SSL_VERIFY_PEER)
        SSL_set_verify(s->handle, mode | SSL_VERIFY_POST_HANDSHAKE, SSL_get_verify_callback(s->handle));
}

static bool set_transport(struct tls_socket *s, value socket, value incoming, value outgoing)
{
    if (socket) {
        value reference = weak_reference_new(socket);
        BIO *bio = reference ? bio_of_socket(s) : NULL;
        slot_init(&s->socket, reference);
        SSL_set_bio(s->handle, bio, bio);
        return bio != NULL;
    }
    BIO *in = bio_of_memory(incoming), *out = in ? bio_of_memory(outgoing) : NULL;
    if (!out)
        BIO_free(in);
    else
        SSL_set_bio(s->handle, in, out);
    return out != NULL;
}

/* The rest of tls_socket_new, under the context's mutex. */
static bool set_up(struct tls_socket *s, struct tls_context *c, value socket, value incoming, value outgoing,
                   value hostname)
{
    ERR_clear_error();
    s->handle = SSL_new(c->handle);
    if (!s->handle) {
        tls_raise(NULL, 798);
        return false;
    }
    c->used = true;
    SSL_set_app_data(s->handle, s);
    if (s->server_side)
        SSL_set_session_id_context(s->handle, (const unsigned char *)"Python", 6);
    SSL_set_mode(s->handle, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_AUTO_RETRY);
    if (c->post_handshake_auth)
        set_post_handshake_auth(s);
    if (!context_apply_ciphers(c, s->handle) || !set_transport(s, socket, incoming, outgoing) ||
        (is_given(hostname) && !set_hostname(s, c, hostname)))
        return false;
    if (s->server_side)
        SSL_set_accept_state(s->handle);
    else
        SSL_set_connect_state(s->handle);
    return true;
}

value tls_socket_new(value context, value socket, value incoming, value outgoing, bool server_side, value hostname,
                     value owner, value session)
{
    struct tls_context *c = CONTEXT(context);
    if (server_side && c->protocol == PROTOCOL_TLS_CLIENT)
        return tls_raise("Cannot create a server socket with a PROTOCOL_TLS_CLIENT context", 788);
    if (!server_side && c->protocol == PROTOCOL_TLS_SERVER)
        return tls_raise("Cannot create a client socket with a PROTOCOL_TLS_SERVER context", 794);
    struct tls_socket *s = (struct tls_socket *)object_new(tls_socket_type, sizeof *s);
    if (!s)
        return NULL;
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&s->mutex, &attributes);
    pthread_mutexattr_destroy(&attributes);
    pthread_mutex_init(&s->writers, NULL);
    s->server_side = server_side;
    slot_init(&s->context, value_inc(context));
    context_enter(context);
    bool done = set_up(s, c, socket, incoming, outgoing, hostname);
    context_leave(context);
    if (done && (!is_given(owner) || tls_socket_set_owner(value_of(s), owner)) &&
        (!is_given(session) || tls_socket_set_session(value_of(s), session)))
        return value_of(s);
    value_dec(value_of(s));
    return NULL;
}

static void tls_socket_traverse(struct object *o, struct gc_trace *trace)
{
    struct tls_socket *s = (struct tls_socket *)o;
    trace_slot(trace, &s->context);
    trace_slot(trace, &s->socket);
    trace_slot(trace, &s->owner);
    trace_slot(trace, &s->hostname);
    trace_slot(trace, &s->exception);
}
static void tls_socket_destroy(struct object *o)
{
    struct tls_socket *s = (struct tls_socket *)o;
    SSL_free(s->handle);
    slot_drop(&s->context);
    slot_drop(&s->socket);
    slot_drop(&s->owner);
    slot_drop(&s->hostname);
    slot_drop(&s->exception);
    pthread_mutex_destroy(&s->mutex);
    pthread_mutex_destroy(&s->writers);
}
const struct type_spec tls_socket_spec = {
    .name = "_ssl._SSLSocket",
    .size = sizeof(struct tls_socket),
    .flags = TYPE_FLAG_NO_NEW,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = tls_socket_traverse,
    .destroy = tls_socket_destroy,
    .methods = tls_socket_methods,
    .getset = tls_socket_getset,
};

/* ---- waiting ---- */
static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

/* An operation while it runs: its socket, and until when it may wait. */
struct operation {
    struct tls_socket *s;
    value socket;    /* owned; NULL: over MemoryBIOs */
    int64_t timeout; /* nanoseconds; < 0: none, 0: it must not wait */
    int64_t deadline;
    struct tls_failure failure;
};
static bool operation_begin(struct operation *o, value v)
{
    *o = (struct operation){.s = TLS_SOCKET(v)};
    value reference = slot_load(&o->s->header, &o->s->socket);
    if (!reference)
        return true;
    value socket = weak_reference_get(reference);
    value_dec(reference);
    if (socket == VALUE_NONE)
        return tls_raise("Underlying socket connection gone", 973);
    value timeout = call_1(slot_peek(&function_gettimeout), socket);
    double seconds = -1;
    if (!timeout || (timeout != VALUE_NONE && !value_as_double(timeout, &seconds))) {
        value_dec(timeout);
        value_dec(socket);
        return false;
    }
    value_dec(timeout);
    o->socket = socket;
    o->timeout = seconds < 0 ? -1 : seconds > 1e9 ? (int64_t)1e18 : (int64_t)(seconds * 1e9);
    if (seconds > 0 && o->timeout == 0)
        o->timeout = 1;
    o->deadline = o->timeout > 0 ? now() + o->timeout : 0;
    return true;
}
enum readiness { READY, MUST_NOT_WAIT, TIMED_OUT, RAISED };
/* Wait until the socket is ready for what OpenSSL wants. */
static enum readiness operation_wait(struct operation *o)
{
    if (!o->socket || o->timeout == 0)
        return MUST_NOT_WAIT;
    struct pollfd p = {.events = o->failure.ssl == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT};
    for (;;) {
        int64_t left = o->timeout < 0 ? -1 : o->deadline - now();
        if (o->timeout > 0 && left <= 0)
            return TIMED_OUT;
        int64_t milliseconds = left < 0 ? -1 : (left + 999999) / 1000000;
        thread_enter_blocking();
        p.fd = socket_enter(o->socket);
        int ready = p.fd < 0 ? 0 : poll(&p, 1, milliseconds > INT_MAX ? INT_MAX : (int)milliseconds);
        int error = errno;
        socket_leave(o->socket, p.fd);
        thread_leave_blocking();
        if (p.fd < 0) {
            tls_raise("Underlying socket has been closed.", 2526);
            return RAISED;
        }
        if (ready > 0)
            return READY;
        if (ready < 0 && error != EINTR) {
            raise_errno(error, NULL, NULL);
            return RAISED;
        }
        if (ready < 0 && posix_signalled())
            return RAISED;
    }
}

/* ---- trying ---- */
typedef int attempt(SSL *ssl, void *context);
/* One call of OpenSSL; its result (> 0: done), or INT_MIN with an exception. */
static int operation_try(struct operation *o, attempt *act, void *context)
{
    struct tls_socket *s = o->s;
    thread_enter_blocking();
    pthread_mutex_lock(&s->mutex);
    bool again = s->busy;
    int result = 0;
    if (!again) {
        s->busy = true;
        s->transport = o->socket;
        ERR_clear_error();
        errno = 0;
        result = act(s->handle, context);
        tls_note(&o->failure, s->handle, result);
        s->transport = NULL;
        s->busy = false;
    }
    pthread_mutex_unlock(&s->mutex);
    thread_leave_blocking();
    if (!again)
        return result;
    raise(EXC(RuntimeError), "reentrant call inside %R", value_of(s));
    return INT_MIN;
}
static bool wants_peer(const struct operation *o)
{
    return o->failure.ssl == SSL_ERROR_WANT_READ || o->failure.ssl == SSL_ERROR_WANT_WRITE;
}

/* Raise what a callback raised meanwhile; an exception that is there already gets it as its context. */
static bool callbacks_succeeded(struct tls_socket *s)
{
    value raised = slot_take(&s->header, &s->exception, NULL);
    if (!raised)
        return true;
    value present = error_fetch();
    if (present) {
        exception_set_context(present, raised);
        error_restore(present);
    } else {
        error_restore(raised);
    }
    return false;
}

/* Try until it is done; the attempt's result, or 0 with an exception. `name` is that of the operation in words. */
static int operation_run(struct operation *o, attempt *act, void *context, const char *name, int line,
                         bool *closed /* or NULL: the peer's shutdown is a result, 0 */)
{
    for (;;) {
        int result = operation_try(o, act, context);
        if (result == INT_MIN)
            return 0;
        if (result > 0)
            return callbacks_succeeded(o->s) ? result : 0;
        if (closed && o->failure.ssl == SSL_ERROR_ZERO_RETURN) {
            native_lock(&o->s->mutex);
            *closed = SSL_get_shutdown(o->s->handle) == SSL_RECEIVED_SHUTDOWN;
            native_unlock(&o->s->mutex);
            if (*closed)
                return callbacks_succeeded(o->s);
        }
        switch (wants_peer(o) ? operation_wait(o) : MUST_NOT_WAIT) {
        case READY:
            continue;
        case TIMED_OUT:
            raise(EXC(TimeoutError), "The %s operation timed out", name);
            break;
        case MUST_NOT_WAIT:
            tls_raise_failure(o->s, &o->failure, line);
            break;
        case RAISED:
            break;
        }
        callbacks_succeeded(o->s);
        return 0;
    }
}

/* ---- handshakes ---- */
static int try_handshake(SSL *ssl, void *unused)
{
    return SSL_do_handshake(ssl);
}
value tls_do_handshake(value v)
{
    struct operation o;
    if (!operation_begin(&o, v))
        return NULL;
    int result = operation_run(&o, try_handshake, NULL, "handshake", 992, NULL);
    value_dec(o.socket);
    return result ? VALUE_NONE : NULL;
}

/* ---- reading and writing ---- */
struct transfer {
    void *data;
    size_t length, count;
};
static int try_read(SSL *ssl, void *context)
{
    struct transfer *t = context;
    return SSL_read_ex(ssl, t->data, t->length, &t->count);
}
static int try_write(SSL *ssl, void *context)
{
    struct transfer *t = context;
    return SSL_write_ex(ssl, t->data, t->length, &t->count);
}

static bool read_some(value v, struct transfer *t)
{
    struct operation o;
    if (!operation_begin(&o, v))
        return false;
    bool closed = false;
    int result = operation_run(&o, try_read, t, "read", 2546, &closed);
    value_dec(o.socket);
    if (closed)
        t->count = 0;
    return result > 0;
}
static value read_bytes(value v, int length)
{
    uint8_t record[SSL3_RT_MAX_PLAIN_LENGTH]; /* OpenSSL gives no more at once */
    if (length < 0)
        return raise(EXC(ValueError), "size should not be negative");
    struct transfer t = {record, (size_t)length < sizeof record ? (size_t)length : sizeof record, 0};
    if (length == 0)
        return bytes_new(NULL, 0);
    return read_some(v, &t) ? bytes_new(record, t.count) : NULL;
}
static value read_into(value v, int length, value given)
{
    struct buffer room;
    if (!buffer_get(given, &room, BUFFER_WRITABLE)) {
        if (buffer_refused())
            raise(EXC(TypeError), "read() argument 2 must be read-write bytes-like object, not %K", given);
        return NULL;
    }
    struct transfer t = {room.data, (size_t)length, 0};
    bool done = false;
    if (length <= 0 || length > room.length)
        t.length = (size_t)room.length;
    if (t.length > INT_MAX)
        raise(EXC(OverflowError), "maximum length can't fit in a C 'int'");
    else
        done = t.length == 0 || read_some(v, &t);
    buffer_release(&room);
    return done ? small_int((int64_t)t.count) : NULL;
}
value tls_read(value v, const value *args, size_t nargs, value kwnames)
{
    int length;
    if (!no_keywords("_SSLSocket.read", kwnames))
        return NULL;
    if (nargs < 1 || nargs > 2)
        return raise(EXC(TypeError), "_ssl._SSLSocket.read requires 1 to 2 arguments");
    if (!value_as_int(args[0], &length))
        return NULL;
    return nargs == 1 ? read_bytes(v, length) : read_into(v, length, args[1]);
}

value tls_write(value v, value data)
{
    struct buffer buffer;
    struct operation o;
    if (!buffer_get(data, &buffer, BUFFER_SIMPLE))
        return NULL;
    if (!operation_begin(&o, v)) {
        buffer_release(&buffer);
        return NULL;
    }
    struct transfer t = {buffer.data, (size_t)buffer.length, 0};
    native_lock(&o.s->writers);
    int result = operation_run(&o, try_write, &t, "write", 2393, NULL);
    native_unlock(&o.s->writers);
    value_dec(o.socket);
    buffer_release(&buffer);
    return result ? small_int((int64_t)t.count) : NULL;
}

/* ---- the end ---- */
static int try_shutdown(SSL *ssl, void *context)
{
    struct tls_socket *s = context;
    /* What comes after the peer's goodbye is not TLS, and must stay in the socket. */
    if (s->shutdown_sent)
        SSL_set_read_ahead(ssl, 0);
    int result = SSL_shutdown(ssl);
    if (result == 0)
        s->shutdown_sent = true;
    return result;
}

/* Say goodbye, and wait for the peer to do the same: the result of SSL_shutdown, or INT_MIN with an exception. */
static int shut_down(struct operation *o)
{
    for (int sent = 0;;) {
        int result = operation_try(o, try_shutdown, o->s);
        if (result > 0 || result == INT_MIN)
            return result;
        if (result == 0) {
            if (++sent > 1)
                return 0;
            continue;
        }
        switch (wants_peer(o) ? operation_wait(o) : MUST_NOT_WAIT) {
        case READY:
            continue;
        case TIMED_OUT:
            raise(EXC(TimeoutError), "The %s operation timed out",
                  o->failure.ssl == SSL_ERROR_WANT_READ ? "read" : "write");
            return INT_MIN;
        case MUST_NOT_WAIT:
            return result;
        case RAISED:
            return INT_MIN;
        }
    }
}
value tls_shutdown(value v)
{
    struct operation o;
    if (!operation_begin(&o, v))
        return NULL;
    int result = shut_down(&o);
    if (result < 0 && result != INT_MIN)
        tls_raise_failure(o.s, &o.failure, 2672);
    bool done = callbacks_succeeded(o.s) && result >= 0;
    if (done)
        return o.socket ? o.socket : VALUE_NONE;
    value_dec(o.socket);
    return NULL;
}

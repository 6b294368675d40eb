/* What the files of _ssl share. */
#ifndef ATOLL_TLS_H
#define ATOLL_TLS_H

#include "runtime/native/lock.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>

/* ---- errors (tls_errors.c) ---- */
enum tls_class {
    CLASS_Error,
    CLASS_ZeroReturn,
    CLASS_WantRead,
    CLASS_WantWrite,
    CLASS_Syscall,
    CLASS_EOF,
    CLASS_CertVerification,
    CLASS_COUNT
};
/* SSLError's numbers: those of OpenSSL, and two more. */
enum { NUMBER_EOF = 8, NUMBER_INVALID_ERROR_CODE = 10 };

struct type *tls_class(enum tls_class which); /* borrowed */
/* What an operation left behind, noted before anything else is done with OpenSSL on this thread. */
struct tls_failure {
    int result, ssl, system; /* what it returned, SSL_get_error, errno */
    unsigned long code;      /* the last of the thread's queue of errors, which is empty now */
    long verify;             /* X509_V_ERR_... */
};
void tls_note(struct tls_failure *failure, SSL *ssl, int result);
/* Raise what the operation failed with. `line` is where CPython's source would be: it stands in the message. NULL. */
struct tls_socket;
value tls_raise_failure(struct tls_socket *s, const struct tls_failure *failure, int line);
/* Raise SSLError with the text, or NULL: with what OpenSSL says went wrong last on this thread. NULL. */
value tls_raise(const char *text, int line);
value tls_raise_code(unsigned long code, int line);
/* After EC: errno if it is not 0, else the queue of errors; NULL. */
value tls_raise_system_or(int error, unsigned long code, int line);
bool tls_errors_fill(value module);
void tls_errors_finish(void);

/* Generated from OpenSSL's headers: libraries and reasons by number, in order. */
struct tls_reason {
    uint16_t library, number;
    const char *name;
};
extern const struct tls_reason tls_libraries[], tls_reasons[]; /* a NULL name ends them */
extern const size_t tls_library_count, tls_reason_count;

/* ---- contexts (tls_context.c, tls_settings.c, tls_trust.c, tls_ciphers.c) ---- */
enum tls_protocol {
    PROTOCOL_TLS = 2,
    PROTOCOL_TLSv1,
    PROTOCOL_TLSv1_1,
    PROTOCOL_TLSv1_2,
    PROTOCOL_TLS_CLIENT = 16,
    PROTOCOL_TLS_SERVER
};
enum { CERT_NONE, CERT_OPTIONAL, CERT_REQUIRED };

struct tls_context {
    struct object header;
    SSL_CTX *handle; /* constant */
    int protocol;    /* constant */
    /* For the handle's settings and all below; its thread may take it again, in the callback for a password. */
    pthread_mutex_t mutex;
    unsigned host_flags;
    bool check_hostname, post_handshake_auth;
    uint8_t *alpn; /* what this side offers: malloc'd, or NULL */
    unsigned alpn_length;
    char *ciphers; /* for connections to come, when set after the first was made: malloc'd, or NULL */
    bool used;     /* connections were made: they read the handle's list of ciphers without a lock */
    FILE *keylog;
    value_slot keylog_filename, sni_callback, message_callback; /* or NULL */
};
#define CONTEXT(v) ((struct tls_context *)(v))
extern struct type *context_type;
extern const struct type_spec context_spec;
extern const struct getset_def context_settings[];

static inline SSL_CTX *context_enter(value v)
{
    native_lock(&CONTEXT(v)->mutex);
    return CONTEXT(v)->handle;
}
static inline void context_leave(value v)
{
    native_unlock(&CONTEXT(v)->mutex);
}
bool context_set_verify_mode(struct tls_context *c, int mode); /* under the mutex; false with ValueError */
/* Methods. */
value context_load_cert_chain(value v, value certfile, value keyfile, value password);
value context_load_verify_locations(value v, value cafile, value capath, value cadata);
value context_load_dh_params(value v, value path);
value context_set_default_verify_paths(value v);
value context_cert_store_stats(value v);
value context_get_ca_certs(value v, value binary);
value context_set_ecdh_curve(value v, value name);
value context_set_ciphers(value v, value list);
value context_get_ciphers(value v);
/* Give a connection the ciphers that were set for those to come; the context's mutex is held. */
bool context_apply_ciphers(struct tls_context *c, SSL *ssl);
value cipher_tuple(const SSL_CIPHER *cipher); /* (name, protocol, bits); None for NULL */

/* ---- connections (tls_socket.c, tls_state.c) ---- */
struct tls_socket {
    struct object header;
    SSL *handle;      /* constant */
    bool server_side; /* constant */
    /* For the handle. It is never held while waiting for the peer; its thread may take it again, in callbacks. */
    pthread_mutex_t mutex;
    /* Held by who writes, waiting included: OpenSSL wants a write that it began to be finished before the next. */
    pthread_mutex_t writers;
    bool busy;                      /* an operation runs: callbacks must not begin another */
    bool shutdown_sent;             /* the peer's answer is awaited */
    value transport;                /* the socket of the operation that runs, borrowed; or NULL */
    value_slot context;             /* the present one */
    value_slot socket;              /* a weak reference; NULL: over MemoryBIOs */
    value_slot owner;               /* a weak reference, or NULL */
    value_slot hostname, exception; /* a str, what a callback raised; or NULL */
};
#define TLS_SOCKET(v) ((struct tls_socket *)(v))
extern struct type *tls_socket_type;
extern const struct type_spec tls_socket_spec;
extern const struct method_def tls_socket_methods[];
extern const struct getset_def tls_socket_getset[];

static inline SSL *tls_enter(value v)
{
    native_lock(&TLS_SOCKET(v)->mutex);
    return TLS_SOCKET(v)->handle;
}
static inline void tls_leave(value v)
{
    native_unlock(&TLS_SOCKET(v)->mutex);
}
/* A connection of the context over the socket, or over the two MemoryBIOs when that is NULL. */
value tls_socket_new(value context, value socket, value incoming, value outgoing, bool server_side, value hostname,
                     value owner, value session);
bool tls_socket_set_session(value v, value session);
bool tls_socket_set_owner(value v, value owner);
bool tls_sockets_fill(void);
void tls_sockets_finish(void);
/* The methods that may wait for the peer. */
value tls_do_handshake(value v);
value tls_read(value v, const value *args, size_t nargs, value kwnames);
value tls_write(value v, value data);
value tls_shutdown(value v);
/* The class of what a program may wrap. */
struct type *tls_plain_socket_type(void);

/* ---- callbacks of OpenSSL (tls_callbacks.c) ---- */
int callback_server_name(SSL *ssl, int *alert, void *unused);
int callback_select_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_length, const unsigned char *offered,
                         unsigned offered_length, void *unused);
void callback_message(int writing, int version, int type, const void *data, size_t length, SSL *ssl, void *unused);
void callback_key_log(const SSL *ssl, const char *line);

/* ---- transport (tls_bio.c) ---- */
extern struct type *memory_bio_type;
extern const struct type_spec memory_bio_spec;
BIO *bio_of_socket(struct tls_socket *s); /* reads and writes s->transport, never waiting; NULL with an exception */
BIO *bio_of_memory(value memory_bio);     /* likewise */
bool bio_methods_make(void);

/* ---- certificates and sessions (tls_names.c, tls_certificate.c, tls_session.c) ---- */
extern struct type *certificate_type, *session_type;
extern const struct type_spec certificate_spec, session_spec;
value name_tuple(const X509_NAME *name);
value alternative_names(X509 *certificate);                  /* a tuple, or None */
value access_locations(X509 *certificate, int method);       /* likewise */
value revocation_locations(X509 *certificate);               /* likewise */
value certificate_dict(X509 *certificate);                   /* what getpeercert gives */
value certificate_der(X509 *certificate);                    /* bytes */
value certificate_new(X509 *certificate);                    /* counts it */
value certificate_list(const STACK_OF(X509) * certificates); /* None for NULL */
value session_new(SSL_SESSION *session /* stolen */, value context);
SSL_SESSION *session_handle(value v); /* borrowed */
value session_context(value v);       /* borrowed */

#endif

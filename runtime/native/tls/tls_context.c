/* Contexts: what connections are made from. */
#define OPENSSL_SUPPRESS_DEPRECATED /* programs may still ask for a single old version of the protocol */
#include "tls.h"

#include <stdlib.h>

struct type *context_type;

/* ---- life ---- */
/* The method for a protocol, with its warning; NULL with an exception. */
static const SSL_METHOD *method_for(int protocol)
{
    const char *deprecated = protocol == PROTOCOL_TLS       ? "ssl.PROTOCOL_TLS is deprecated"
                             : protocol == PROTOCOL_TLSv1   ? "ssl.PROTOCOL_TLSv1 is deprecated"
                             : protocol == PROTOCOL_TLSv1_1 ? "ssl.PROTOCOL_TLSv1_1 is deprecated"
                             : protocol == PROTOCOL_TLSv1_2 ? "ssl.PROTOCOL_TLSv1_2 is deprecated"
                                                            : NULL;
    if (deprecated && warn(EXC(DeprecationWarning), 2, "%s", deprecated) < 0)
        return NULL;
    switch (protocol) {
    case PROTOCOL_TLS:
        return TLS_method();
    case PROTOCOL_TLSv1:
        return TLSv1_method();
    case PROTOCOL_TLSv1_1:
        return TLSv1_1_method();
    case PROTOCOL_TLSv1_2:
        return TLSv1_2_method();
    case PROTOCOL_TLS_CLIENT:
        return TLS_client_method();
    case PROTOCOL_TLS_SERVER:
        return TLS_server_method();
    default:
        raise(EXC(ValueError), "invalid or unsupported protocol version %i", protocol);
        return NULL;
    }
}

/* OpenSSL's settings as Python programs expect them. */
static bool set_defaults(struct tls_context *c)
{
    SSL_CTX *handle = c->handle;
    SSL_CTX_set_options(handle, (SSL_OP_ALL & ~SSL_OP_DONT_INSERT_EMPTY_FRAGMENTS) | SSL_OP_NO_SSLv3 |
                                    SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_SINGLE_DH_USE |
                                    SSL_OP_SINGLE_ECDH_USE | SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(handle, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_id_context(handle, (const unsigned char *)"Python", 6);
    X509_VERIFY_PARAM *parameters = SSL_CTX_get0_param(handle);
    X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_TRUSTED_FIRST);
    X509_VERIFY_PARAM_set_hostflags(parameters, c->host_flags);
    SSL_CTX_set_post_handshake_auth(handle, 0);
    SSL_CTX_set_verify(handle, c->check_hostname ? SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT : SSL_VERIFY_NONE,
                       NULL);
    /* From the start, since connections look at these without a lock: what they do depends on the Python objects. */
    SSL_CTX_set_tlsext_servername_callback(handle, callback_server_name);
    SSL_CTX_set_alpn_select_cb(handle, callback_select_alpn, NULL);
    /* The same for the places where certificates are looked up. */
    X509_STORE *store = SSL_CTX_get_cert_store(handle);
    return X509_STORE_add_lookup(store, X509_LOOKUP_file()) && X509_STORE_add_lookup(store, X509_LOOKUP_hash_dir());
}

static value context_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    int protocol;
    if (!no_keywords("_SSLContext", keywords_of_new(type, kwnames)) || !check_arguments("_SSLContext", nargs, 1, 1) ||
        !value_as_int(args[0], &protocol))
        return NULL;
    const SSL_METHOD *method = method_for(protocol);
    struct tls_context *c = method ? (struct tls_context *)object_new(type, sizeof *c) : NULL;
    if (!c)
        return NULL;
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&c->mutex, &attributes);
    pthread_mutexattr_destroy(&attributes);
    c->protocol = protocol;
    c->host_flags = X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS;
    c->check_hostname = protocol == PROTOCOL_TLS_CLIENT;
    ERR_clear_error();
    c->handle = SSL_CTX_new(method);
    if (c->handle && set_defaults(c))
        return value_of(c);
    tls_raise(NULL, 3081);
    value_dec(value_of(c));
    return NULL;
}

static void context_traverse(struct object *o, struct gc_trace *trace)
{
    struct tls_context *c = (struct tls_context *)o;
    trace_slot(trace, &c->keylog_filename);
    trace_slot(trace, &c->sni_callback);
    trace_slot(trace, &c->message_callback);
}
static void context_destroy(struct object *o)
{
    struct tls_context *c = (struct tls_context *)o;
    SSL_CTX_free(c->handle);
    if (c->keylog)
        fclose(c->keylog);
    free(c->alpn);
    free(c->ciphers);
    slot_drop(&c->keylog_filename);
    slot_drop(&c->sni_callback);
    slot_drop(&c->message_callback);
    pthread_mutex_destroy(&c->mutex);
}

/* ---- connections ---- */
static value context_wrap_socket(value v, const value *args)
{
    int server_side;
    if (!value_is_of(args[0], tls_plain_socket_type()))
        return raise(EXC(TypeError), "_wrap_socket() argument 'sock' must be _socket.socket, not %K", args[0]);
    if (!value_as_int(args[1], &server_side))
        return NULL;
    return tls_socket_new(v, args[0], NULL, NULL, server_side, args[2], args[3], args[4]);
}
static value context_wrap_bio(value v, const value *args)
{
    int server_side;
    for (int i = 0; i < 2; i++)
        if (!value_is_of(args[i], memory_bio_type))
            return raise(EXC(TypeError), "_wrap_bio() argument '%s' must be _ssl.MemoryBIO, not %K",
                         i ? "outgoing" : "incoming", args[i]);
    if (!value_as_int(args[2], &server_side))
        return NULL;
    return tls_socket_new(v, NULL, args[0], args[1], server_side, args[3], args[4], args[5]);
}

static value context_set_alpn_protocols(value v, value protocols)
{
    struct buffer buffer;
    if (!buffer_get(protocols, &buffer, BUFFER_SIMPLE))
        return NULL;
    size_t length = (size_t)buffer.length;
    uint8_t *copy = length <= UINT32_MAX ? raw_alloc(length ? length : 1) : NULL;
    if (copy && length)
        memcpy(copy, buffer.data, length);
    buffer_release(&buffer);
    if (length > UINT32_MAX)
        return raise(EXC(OverflowError), "protocols longer than %u bytes", UINT32_MAX);
    if (!copy)
        return raise_no_memory();
    SSL_CTX *handle = context_enter(v);
    bool done = SSL_CTX_set_alpn_protos(handle, copy, (unsigned)length) == 0;
    free(CONTEXT(v)->alpn);
    CONTEXT(v)->alpn = copy;
    CONTEXT(v)->alpn_length = (unsigned)length;
    ERR_clear_error();
    context_leave(v);
    return done ? VALUE_NONE : raise_no_memory();
}

static value context_session_stats(value v)
{
    static const struct {
        const char *name;
        int what;
    } counts[] = {
        {"number", SSL_CTRL_SESS_NUMBER},
        {"connect", SSL_CTRL_SESS_CONNECT},
        {"connect_good", SSL_CTRL_SESS_CONNECT_GOOD},
        {"connect_renegotiate", SSL_CTRL_SESS_CONNECT_RENEGOTIATE},
        {"accept", SSL_CTRL_SESS_ACCEPT},
        {"accept_good", SSL_CTRL_SESS_ACCEPT_GOOD},
        {"accept_renegotiate", SSL_CTRL_SESS_ACCEPT_RENEGOTIATE},
        {"hits", SSL_CTRL_SESS_HIT},
        {"misses", SSL_CTRL_SESS_MISSES},
        {"timeouts", SSL_CTRL_SESS_TIMEOUTS},
        {"cache_full", SSL_CTRL_SESS_CACHE_FULL},
    };
    value dict = dict_new();
    for (size_t i = 0; dict && i < sizeof counts / sizeof *counts; i++) {
        long count = SSL_CTX_ctrl(context_enter(v), counts[i].what, 0, NULL);
        context_leave(v);
        if (!dict_set_text(dict, counts[i].name, small_int(count))) {
            value_dec(dict);
            dict = NULL;
        }
    }
    return dict;
}

static const struct method_def methods[] = {
    METHOD("_wrap_socket", context_wrap_socket,
           "($self, /, sock, server_side, server_hostname=None, *, owner=None, session=None)", NULL),
    METHOD("_wrap_bio", context_wrap_bio,
           "($self, /, incoming, outgoing, server_side, server_hostname=None, *, owner=None, session=None)", NULL),
    METHOD("set_ciphers", context_set_ciphers, "($self, cipherlist, /)", NULL),
    METHOD("_set_alpn_protocols", context_set_alpn_protocols, "($self, protos, /)", NULL),
    METHOD("load_cert_chain", context_load_cert_chain, "($self, /, certfile, keyfile=None, password=None)", NULL),
    METHOD("load_dh_params", context_load_dh_params, "($self, path, /)", NULL),
    METHOD("load_verify_locations", context_load_verify_locations, "($self, /, cafile=None, capath=None, cadata=None)",
           NULL),
    METHOD("session_stats", context_session_stats, "($self, /)", NULL),
    METHOD("set_default_verify_paths", context_set_default_verify_paths, "($self, /)", NULL),
    METHOD("set_ecdh_curve", context_set_ecdh_curve, "($self, name, /)", NULL),
    METHOD("cert_store_stats", context_cert_store_stats, "($self, /)",
           "Returns quantities of loaded X.509 certificates.\n\nX.509 certificates with a CA extension and certificate "
           "revocation lists\ninside the context's cert store.\n\nNOTE: Certificates in a capath directory aren't "
           "loaded unless they have\nbeen used at least once."),
    METHOD(
        "get_ca_certs", context_get_ca_certs, "($self, /, binary_form=False)",
        "Returns a list of dicts with information of loaded CA certs.\n\nIf the optional argument is True, returns a "
        "DER-encoded copy of the CA\ncertificate.\n\nNOTE: Certificates in a capath directory aren't loaded unless "
        "they have\nbeen used at least once."),
    METHOD("get_ciphers", context_get_ciphers, "($self, /)", NULL),
    {0},
};
const struct type_spec context_spec = {
    .name = "_ssl._SSLContext",
    .size = sizeof(struct tls_context),
    .flags = TYPE_FLAG_BASE,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = context_traverse,
    .destroy = context_destroy,
    .slots = {.new = context_new},
    .methods = methods,
    .getset = context_settings,
};

/* What can be asked of a connection, and changed in it. */
#include "tls.h"

static value text_or_none(const char *text)
{
    return text ? str_from_text(text) : VALUE_NONE;
}

/* ---- ciphers and versions ---- */
value cipher_tuple(const SSL_CIPHER *cipher)
{
    if (!cipher)
        return VALUE_NONE;
    value items[] = {text_or_none(SSL_CIPHER_get_name(cipher)), text_or_none(SSL_CIPHER_get_version(cipher)),
                     small_int(SSL_CIPHER_get_bits(cipher, NULL))};
    return tuple_from_results(items, 3);
}
static value tls_cipher(value v)
{
    const SSL_CIPHER *cipher = SSL_get_current_cipher(tls_enter(v)); /* OpenSSL's ciphers are constants */
    tls_leave(v);
    return cipher_tuple(cipher);
}
/* All that this side offers, as in CPython 3.11, whatever the other side has. */
static value tls_shared_ciphers(value v)
{
    STACK_OF(SSL_CIPHER) *ciphers = SSL_get_ciphers(tls_enter(v));
    value list = ciphers ? list_new(0) : VALUE_NONE;
    bool done = list != NULL;
    for (int i = 0; done && ciphers && i < sk_SSL_CIPHER_num(ciphers); i++) {
        value one = cipher_tuple(sk_SSL_CIPHER_value(ciphers, i));
        done = one && list_append_owned(list, one);
    }
    tls_leave(v);
    if (done)
        return list;
    value_dec(list);
    return NULL;
}
static value tls_version(value v)
{
    SSL *ssl = tls_enter(v);
    const char *version = SSL_is_init_finished(ssl) ? SSL_get_version(ssl) : NULL;
    tls_leave(v);
    return text_or_none(version);
}
static value tls_compression(value v)
{
    const COMP_METHOD *method = SSL_get_current_compression(tls_enter(v));
    tls_leave(v);
    return text_or_none(method ? SSL_COMP_get_name(method) : NULL);
}
static value tls_selected_alpn_protocol(value v)
{
    const unsigned char *name;
    unsigned length;
    SSL_get0_alpn_selected(tls_enter(v), &name, &length);
    value text = name ? str_from_utf8((const char *)name, length) : VALUE_NONE;
    tls_leave(v);
    return text;
}
static value tls_pending(value v)
{
    int count = SSL_pending(tls_enter(v));
    tls_leave(v);
    return small_int(count);
}

/* ---- the peer ---- */
static value tls_getpeercert(value v, value binary)
{
    int der = value_truth(binary);
    if (der < 0)
        return NULL;
    SSL *ssl = tls_enter(v);
    bool finished = SSL_is_init_finished(ssl);
    X509 *certificate = finished ? SSL_get1_peer_certificate(ssl) : NULL;
    bool verified = SSL_CTX_get_verify_mode(SSL_get_SSL_CTX(ssl)) & SSL_VERIFY_PEER;
    tls_leave(v);
    if (!finished)
        return raise(EXC(ValueError), "handshake not done yet");
    if (!certificate)
        return VALUE_NONE;
    value result = der ? certificate_der(certificate) : verified ? certificate_dict(certificate) : dict_new();
    X509_free(certificate);
    return result;
}
static value tls_get_verified_chain(value v)
{
    value list = certificate_list(SSL_get0_verified_chain(tls_enter(v)));
    tls_leave(v);
    return list;
}
static value tls_get_unverified_chain(value v)
{
    SSL *ssl = tls_enter(v);
    value list = certificate_list(SSL_get_peer_cert_chain(ssl));
    if (list && list != VALUE_NONE && TLS_SOCKET(v)->server_side) {
        /* A server's chain lacks the peer's own. */
        X509 *certificate = SSL_get0_peer_certificate(ssl);
        value first = certificate ? certificate_new(certificate) : VALUE_NONE;
        if (!first || !list_insert(list, 0, first)) {
            value_dec(list);
            list = NULL;
        }
        value_dec(first);
    }
    tls_leave(v);
    return list;
}
static value tls_verify_client_post_handshake(value v)
{
    SSL *ssl = tls_enter(v);
    ERR_clear_error();
    bool done = SSL_verify_client_post_handshake(ssl);
    unsigned long code = ERR_peek_last_error();
    ERR_clear_error();
    tls_leave(v);
    return done ? VALUE_NONE : tls_raise_code(code, 2747);
}

/* RFC 5929: the first message "finished" of the two. */
static value tls_get_channel_binding(value v, value kind)
{
    uint8_t finished[128];
    if (!is_missing(kind) && !is_str(kind))
        return raise(EXC(TypeError), "get_channel_binding() argument 'cb_type' must be str, not %K", kind);
    if (!is_missing(kind) && !str_equals_text(kind, "tls-unique"))
        return raise(EXC(ValueError), "'%U' channel binding type not implemented", kind);
    SSL *ssl = tls_enter(v);
    bool mine = (SSL_session_reused(ssl) != 0) != !TLS_SOCKET(v)->server_side;
    size_t length =
        mine ? SSL_get_finished(ssl, finished, sizeof finished) : SSL_get_peer_finished(ssl, finished, sizeof finished);
    tls_leave(v);
    return length ? bytes_new(finished, length) : VALUE_NONE;
}

/* ---- attributes ---- */
static value get_context(value v)
{
    return slot_load(&TLS_SOCKET(v)->header, &TLS_SOCKET(v)->context);
}
static bool set_context(value v, value context)
{
    if (!context)
        return raise_false(EXC(AttributeError), "cannot delete attribute");
    if (!value_is_of(context, context_type))
        return raise_false(EXC(TypeError), "The value must be a SSLContext");
    SSL *ssl = tls_enter(v);
    context_enter(context);
    SSL_set_SSL_CTX(ssl, CONTEXT(context)->handle);
    SSL_set_msg_callback(ssl, slot_peek(&CONTEXT(context)->message_callback) ? callback_message : NULL);
    CONTEXT(context)->used = true;
    bool done = context_apply_ciphers(CONTEXT(context), ssl);
    context_leave(context);
    tls_leave(v);
    slot_store(&TLS_SOCKET(v)->header, &TLS_SOCKET(v)->context, value_inc(context));
    return done;
}
static value get_server_side(value v)
{
    return value_bool(TLS_SOCKET(v)->server_side);
}
static value get_server_hostname(value v)
{
    return slot_peek(&TLS_SOCKET(v)->hostname) ? value_inc(slot_peek(&TLS_SOCKET(v)->hostname)) : VALUE_NONE;
}
static value get_owner(value v)
{
    value reference = slot_load(&TLS_SOCKET(v)->header, &TLS_SOCKET(v)->owner);
    value owner = reference ? weak_reference_get(reference) : VALUE_NONE;
    value_dec(reference);
    return owner;
}
bool tls_socket_set_owner(value v, value owner)
{
    if (!owner)
        return raise_false(EXC(AttributeError), "cannot delete attribute");
    value reference = weak_reference_new(owner);
    if (reference)
        slot_store(&TLS_SOCKET(v)->header, &TLS_SOCKET(v)->owner, reference);
    return reference != NULL;
}

/* A copy: the connection goes on changing its own. */
static value get_session(value v)
{
    SSL_SESSION *session = SSL_get0_session(tls_enter(v));
    SSL_SESSION *copy = session ? SSL_SESSION_dup(session) : NULL;
    tls_leave(v);
    if (!session)
        return VALUE_NONE;
    if (!copy)
        return raise_no_memory();
    value context = get_context(v), result = session_new(copy, context);
    value_dec(context);
    return result;
}
bool tls_socket_set_session(value v, value session)
{
    if (!session)
        return raise_false(EXC(AttributeError), "cannot delete attribute");
    if (value_type(session) != session_type)
        return raise_false(EXC(TypeError), "Value is not a SSLSession.");
    value context = get_context(v);
    bool ours = CONTEXT(session_context(session))->handle == CONTEXT(context)->handle;
    value_dec(context);
    if (!ours)
        return raise_false(EXC(ValueError), "Session refers to a different SSLContext.");
    if (TLS_SOCKET(v)->server_side)
        return raise_false(EXC(ValueError), "Cannot set session for server-side SSLSocket.");
    SSL_SESSION *copy = SSL_SESSION_dup(session_handle(session));
    if (!copy)
        return raise_no_memory();
    SSL *ssl = tls_enter(v);
    ERR_clear_error();
    bool finished = SSL_is_init_finished(ssl), done = !finished && SSL_set_session(ssl, copy);
    unsigned long code = ERR_peek_last_error();
    ERR_clear_error();
    tls_leave(v);
    SSL_SESSION_free(copy);
    if (finished)
        return raise_false(EXC(ValueError), "Cannot set session after handshake.");
    return done || tls_raise_code(code, 2850);
}
static value get_session_reused(value v)
{
    bool reused = SSL_session_reused(tls_enter(v));
    tls_leave(v);
    return value_bool(reused);
}

const struct method_def tls_socket_methods[] = {
    METHOD("do_handshake", tls_do_handshake, "($self, /)", NULL),
    METHOD("write", tls_write, "($self, b, /)",
           "Writes the bytes-like object b into the SSL object.\n\nReturns the number of bytes written."),
    METHOD_ANY("read", tls_read, "read(size, [buffer])\nRead up to size bytes from the SSL socket.", 0),
    METHOD("pending", tls_pending, "($self, /)",
           "Returns the number of already decrypted bytes available for read, pending on the connection."),
    METHOD("getpeercert", tls_getpeercert, "($self, der=False, /)",
           "Returns the certificate for the peer.\n\nIf no certificate was provided, returns None.  If a certificate "
           "was\nprovided, but not validated, returns an empty dictionary.  Otherwise\nreturns a dict containing "
           "information about the peer certificate.\n\nIf the optional argument is True, returns a DER-encoded copy of "
           "the\npeer certificate, or None if no certificate was provided.  This will\nreturn the certificate even if "
           "it wasn't validated."),
    METHOD("get_channel_binding", tls_get_channel_binding, "($self, /, cb_type='tls-unique')",
           "Get channel binding data for current connection.\n\nRaise ValueError if the requested `cb_type` is not "
           "supported.  Return bytes\nof the data or None if the data is not available (e.g. before the handshake).\n"
           "Only 'tls-unique' channel binding data from RFC 5929 is supported."),
    METHOD("cipher", tls_cipher, "($self, /)", NULL),
    METHOD("shared_ciphers", tls_shared_ciphers, "($self, /)", NULL),
    METHOD("version", tls_version, "($self, /)", NULL),
    METHOD("selected_alpn_protocol", tls_selected_alpn_protocol, "($self, /)", NULL),
    METHOD("compression", tls_compression, "($self, /)", NULL),
    METHOD("shutdown", tls_shutdown, "($self, /)", "Does the SSL shutdown handshake with the remote end."),
    METHOD("verify_client_post_handshake", tls_verify_client_post_handshake, "($self, /)",
           "Initiate TLS 1.3 post-handshake authentication"),
    METHOD("get_unverified_chain", tls_get_unverified_chain, "($self, /)", NULL),
    METHOD("get_verified_chain", tls_get_verified_chain, "($self, /)", NULL),
    {0},
};
const struct getset_def tls_socket_getset[] = {
    {"context", get_context, set_context,
     "_setter_context(ctx)\nThis changes the context associated with the SSLSocket. This is typically\nused from "
     "within "
     "a callback function set by the sni_callback\non the SSLContext to change the certificate information associated "
     "with the\nSSLSocket before the cryptographic exchange handshake messages\n"},
    {"server_side", get_server_side, NULL, "Whether this is a server-side socket."},
    {"server_hostname", get_server_hostname, NULL, "The currently set server hostname (for SNI)."},
    {"owner", get_owner, tls_socket_set_owner,
     "The Python-level owner of this object.Passed as \"self\" in servername callback."},
    {"session", get_session, tls_socket_set_session, "_setter_session(session)\nGet / set SSLSession."},
    {"session_reused", get_session_reused, NULL, "Was the client session reused during handshake?"},
    {0},
};

/*
 * What OpenSSL calls while an operation runs: the thread is in a blocking region and has the connection's mutex. An
 * exception waits in the connection until the operation ends.
 */
#include "tls.h"

#include <errno.h>

static struct tls_socket *connection_of(const SSL *ssl)
{
    return SSL_get_app_data(ssl);
}
static void keep_exception(struct tls_socket *s)
{
    value raised = error_fetch(), before = slot_take(&s->header, &s->exception, NULL);
    if (before)
        exception_set_context(raised, before);
    slot_store(&s->header, &s->exception, raised);
}
/* Whom programs know as this connection: its owner, else its socket, else itself. Owned; None when that is gone. */
static value face_of(struct tls_socket *s)
{
    value reference = slot_load(&s->header, &s->owner);
    if (!reference)
        reference = slot_load(&s->header, &s->socket);
    if (!reference)
        return value_inc(value_of(s));
    value face = weak_reference_get(reference);
    value_dec(reference);
    return face;
}

/* ---- server names ---- */
/* What the callback says: None, all is well; a number, an alert. */
static int answer_of(value callback, value result, int *alert)
{
    int number;
    if (!result) {
        error_unraisable(NULL, callback);
        *alert = SSL_AD_HANDSHAKE_FAILURE;
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    }
    if (result == VALUE_NONE)
        return SSL_TLSEXT_ERR_OK;
    if (value_as_int(result, &number)) {
        *alert = number;
    } else {
        error_unraisable(NULL, result);
        *alert = SSL_AD_INTERNAL_ERROR;
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}
static int ask_server_name(struct tls_socket *s, const char *name, int *alert)
{
    /* Not that of the context that made the connection: when a callback changed it, that one may be gone. */
    value context = slot_load(&s->header, &s->context);
    value callback = slot_load(&CONTEXT(context)->header, &CONTEXT(context)->sni_callback);
    if (!callback) {
        value_dec(context);
        return SSL_TLSEXT_ERR_NOACK;
    }
    int answer = SSL_TLSEXT_ERR_ALERT_FATAL;
    *alert = SSL_AD_INTERNAL_ERROR;
    value face = face_of(s), text = VALUE_NONE;
    if (face != VALUE_NONE && name) {
        text = str_decode((const uint8_t *)name, strlen(name), "ascii", "strict");
        if (!text) {
            value bytes = bytes_new((const uint8_t *)name, strlen(name));
            error_unraisable(NULL, bytes);
            value_dec(bytes);
        }
    }
    if (face != VALUE_NONE && text) {
        value result = call_3(callback, face, text, context);
        answer = answer_of(callback, result, alert);
        value_dec(result);
    }
    value_dec(text);
    value_dec(face);
    value_dec(callback);
    value_dec(context);
    return answer;
}
int callback_server_name(SSL *ssl, int *alert, void *unused)
{
    struct native_entry entry;
    if (!native_enter(&entry))
        return SSL_TLSEXT_ERR_NOACK;
    int answer = ask_server_name(connection_of(ssl), SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name), alert);
    native_leave(&entry);
    return answer;
}

/* ---- application protocols ---- */
static int select_alpn(struct tls_context *c, const unsigned char **out, unsigned char *out_length,
                       const unsigned char *offered, unsigned offered_length)
{
    unsigned char *chosen, length;
    if (SSL_select_next_proto(&chosen, &length, c->alpn, c->alpn_length, offered, offered_length) !=
        OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_NOACK;
    /* Ours may change before it is read; the client's is the same text, and stays. */
    for (const unsigned char *at = offered; at < offered + offered_length; at += 1 + *at)
        if (*at == length && memcmp(at + 1, chosen, length) == 0) {
            *out = at + 1;
            *out_length = length;
            return SSL_TLSEXT_ERR_OK;
        }
    return SSL_TLSEXT_ERR_NOACK;
}
int callback_select_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_length, const unsigned char *offered,
                         unsigned offered_length, void *unused)
{
    struct native_entry entry;
    if (!native_enter(&entry))
        return SSL_TLSEXT_ERR_NOACK;
    struct tls_socket *s = connection_of(ssl);
    value context = slot_load(&s->header, &s->context);
    context_enter(context);
    int answer = CONTEXT(context)->alpn_length ? select_alpn(CONTEXT(context), out, out_length, offered, offered_length)
                                               : SSL_TLSEXT_ERR_NOACK;
    context_leave(context);
    value_dec(context);
    native_leave(&entry);
    return answer;
}

/* ---- messages ---- */
static int message_type(int type, const uint8_t *data, size_t length)
{
    switch (type) {
    case SSL3_RT_CHANGE_CIPHER_SPEC:
        return SSL3_MT_CHANGE_CIPHER_SPEC;
    case SSL3_RT_ALERT: /* level, description */
        return length > 1 ? data[1] : -1;
    case SSL3_RT_HANDSHAKE:
    case SSL3_RT_HEADER:
    case SSL3_RT_INNER_CONTENT_TYPE:
        return length > 0 ? data[0] : -1;
    default:
        return -1;
    }
}
static bool tell_message(struct tls_socket *s, value callback, bool writing, int version, int type, const void *data,
                         size_t length)
{
    if (type == SSL3_RT_HEADER && length > 2)
        version = ((const uint8_t *)data)[1] << 8 | ((const uint8_t *)data)[2];
    value args[] = {face_of(s),      str_from_text(writing ? "write" : "read"),   small_int(version),
                    small_int(type), small_int(message_type(type, data, length)), bytes_new(data, length)};
    value result = args[0] && args[1] && args[5] ? call_vector(callback, args, 6, NULL) : NULL;
    values_drop(args, 6);
    value_dec(result);
    return result != NULL;
}
void callback_message(int writing, int version, int type, const void *data, size_t length, SSL *ssl, void *unused)
{
    struct native_entry entry;
    if (!native_enter(&entry))
        return;
    struct tls_socket *s = connection_of(ssl);
    value context = slot_load(&s->header, &s->context);
    value callback = slot_load(&CONTEXT(context)->header, &CONTEXT(context)->message_callback);
    if (callback && !tell_message(s, callback, writing, version, type, data, length))
        keep_exception(s);
    value_dec(callback);
    value_dec(context);
    native_leave(&entry);
}

/* ---- keys, for those who listen to the wire with permission ---- */
void callback_key_log(const SSL *ssl, const char *line)
{
    struct native_entry entry;
    if (!native_enter(&entry))
        return;
    struct tls_socket *s = connection_of(ssl);
    value context = slot_load(&s->header, &s->context);
    int error = 0;
    context_enter(context);
    FILE *file = CONTEXT(context)->keylog;
    value filename = slot_load(&CONTEXT(context)->header, &CONTEXT(context)->keylog_filename);
    if (file) {
        thread_enter_blocking();
        if (fprintf(file, "%s\n", line) < 0 || fflush(file) != 0)
            error = errno;
        thread_leave_blocking();
    }
    context_leave(context);
    if (error) {
        raise_errno(error, filename, NULL);
        keep_exception(s);
    }
    value_dec(filename);
    value_dec(context);
    native_leave(&entry);
}

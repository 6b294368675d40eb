/* The ciphers of contexts. */
#include "tls.h"

#include <stdlib.h>

/*
 * Connections read their context's list of ciphers without a lock, so that it must not change once there are any: what
 * is set later is kept as text, and given to each connection that comes.
 */
value context_set_ciphers(value v, value list)
{
    struct text text;
    if (!is_str(list))
        return raise(EXC(TypeError), "set_ciphers() argument must be str, not %K", list);
    if (!text_of(list, &text))
        return NULL;
    if (strlen(text.bytes) != text.length) {
        text_release(&text);
        return raise(EXC(ValueError), "embedded null character");
    }
    struct tls_context *c = CONTEXT(v);
    context_enter(v);
    bool done;
    if (c->used) {
        SSL *ssl = SSL_new(c->handle);
        char *copy = ssl && SSL_set_cipher_list(ssl, text.bytes) ? strdup(text.bytes) : NULL;
        SSL_free(ssl);
        done = copy != NULL;
        if (done) {
            free(c->ciphers);
            c->ciphers = copy;
        }
    } else {
        done = SSL_CTX_set_cipher_list(c->handle, text.bytes);
    }
    ERR_clear_error();
    context_leave(v);
    text_release(&text);
    return done ? VALUE_NONE : raise(tls_class(CLASS_Error), "No cipher can be selected.");
}
bool context_apply_ciphers(struct tls_context *c, SSL *ssl)
{
    if (!c->ciphers || SSL_set_cipher_list(ssl, c->ciphers))
        return true;
    tls_raise(NULL, 3258);
    return false;
}

/* ---- in words ---- */
static value text_or_none(const char *text)
{
    return text ? str_from_text(text) : VALUE_NONE;
}
static value nid_text(int nid)
{
    return text_or_none(nid != NID_undef ? OBJ_nid2ln(nid) : NULL);
}
static value cipher_dict(const SSL_CIPHER *cipher)
{
    char description[512];
    int bits_of_algorithm, bits = SSL_CIPHER_get_bits(cipher, &bits_of_algorithm);
    SSL_CIPHER_description(cipher, description, sizeof description - 1);
    size_t length = strlen(description);
    if (length > 1 && description[length - 1] == '\n')
        description[length - 1] = 0;
    const struct {
        const char *name;
        value v;
    } items[] = {
        {"id", small_int(SSL_CIPHER_get_id(cipher))},
        {"name", text_or_none(SSL_CIPHER_get_name(cipher))},
        {"protocol", text_or_none(SSL_CIPHER_get_version(cipher))},
        {"description", str_from_text(description)},
        {"strength_bits", small_int(bits)},
        {"alg_bits", small_int(bits_of_algorithm)},
        {"aead", value_bool(SSL_CIPHER_is_aead(cipher))},
        {"symmetric", nid_text(SSL_CIPHER_get_cipher_nid(cipher))},
        {"digest", nid_text(SSL_CIPHER_get_digest_nid(cipher))},
        {"kea", nid_text(SSL_CIPHER_get_kx_nid(cipher))},
        {"auth", nid_text(SSL_CIPHER_get_auth_nid(cipher))},
    };
    value dict = dict_new();
    bool done = dict != NULL;
    for (size_t i = 0; i < sizeof items / sizeof *items; i++) {
        done = done && items[i].v && dict_set_text(dict, items[i].name, items[i].v);
        value_dec(items[i].v);
    }
    if (done)
        return dict;
    value_dec(dict);
    return NULL;
}
value context_get_ciphers(value v)
{
    SSL *ssl = SSL_new(context_enter(v));
    bool done = ssl && context_apply_ciphers(CONTEXT(v), ssl);
    context_leave(v);
    if (!ssl)
        return tls_raise(NULL, 3279);
    STACK_OF(SSL_CIPHER) *ciphers = done ? SSL_get_ciphers(ssl) : NULL;
    value list = done ? list_new(0) : NULL;
    done = list != NULL;
    for (int i = 0; done && i < sk_SSL_CIPHER_num(ciphers); i++) {
        value one = cipher_dict(sk_SSL_CIPHER_value(ciphers, i));
        done = one && list_append_owned(list, one);
    }
    SSL_free(ssl);
    if (done)
        return list;
    value_dec(list);
    return NULL;
}

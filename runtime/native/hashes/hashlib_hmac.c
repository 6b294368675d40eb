/* HMAC objects of _hashlib, over OpenSSL's EVP_MAC. */
#include "hashlib.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

struct hmac {
    struct object header;
    EVP_MAC_CTX *context;
    EVP_MD *digest;
    pthread_mutex_t mutex;
};
#define HMAC(v) ((struct hmac *)(v))
struct type *hmac_type;

static bool update_context(void *state, const void *data, size_t length)
{
    return EVP_MAC_update(state, data, length);
}

/* `context` (may be NULL: an exception is set) and a reference to `digest` go to the new object. */
static value hmac_make(EVP_MAC_CTX *context, EVP_MD *digest)
{
    struct hmac *h = context ? (struct hmac *)object_new(hmac_type, sizeof *h) : NULL;
    if (!h) {
        EVP_MAC_CTX_free(context);
        return NULL;
    }
    pthread_mutex_init(&h->mutex, NULL);
    h->context = context;
    h->digest = digest;
    EVP_MD_up_ref(digest);
    return value_of(h);
}

static EVP_MAC_CTX *start(EVP_MD *digest, const struct buffer *key)
{
    EVP_MAC *algorithm = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *context = algorithm ? EVP_MAC_CTX_new(algorithm) : NULL;
    EVP_MAC_free(algorithm);
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)EVP_MD_get0_name(digest), 0),
        OSSL_PARAM_construct_end(),
    };
    static const unsigned char nothing[1];
    if (context && EVP_MAC_init(context, key->length ? key->data : nothing, (size_t)key->length, parameters))
        return context;
    EVP_MAC_CTX_free(context);
    hash_error(EXC(ValueError));
    return NULL;
}

value hmac_new(value module, value key, value message, value digestmod)
{
    struct buffer buffer;
    if (!hashlib_bytes(key, &buffer, "key"))
        return NULL;
    if (!is_given(digestmod)) {
        buffer_release(&buffer);
        return raise(EXC(TypeError), "Missing required parameter 'digestmod'.");
    }
    EVP_MD *digest = hashlib_digest(module, digestmod);
    value h = digest ? hmac_make(start(digest, &buffer), digest) : NULL;
    EVP_MD_free(digest);
    buffer_release(&buffer);
    if (h && is_given(message) && !hash_feed(HMAC(h)->context, update_context, &HMAC(h)->mutex, message)) {
        if (!error_occurred())
            hash_error(EXC(ValueError));
        value_dec(h);
        return NULL;
    }
    return h;
}

static void hmac_destroy(struct object *o)
{
    struct hmac *h = (struct hmac *)o;
    EVP_MAC_CTX_free(h->context);
    EVP_MD_free(h->digest);
    pthread_mutex_destroy(&h->mutex);
}

static EVP_MAC_CTX *context_copy(value v)
{
    native_lock(&HMAC(v)->mutex);
    EVP_MAC_CTX *copy = EVP_MAC_CTX_dup(HMAC(v)->context);
    native_unlock(&HMAC(v)->mutex);
    if (!copy)
        hash_error(EXC(ValueError));
    return copy;
}

static value method_copy(value v)
{
    return hmac_make(context_copy(v), HMAC(v)->digest);
}
static value method_update(value v, value data)
{
    if (hash_feed(HMAC(v)->context, update_context, &HMAC(v)->mutex, data))
        return VALUE_NONE;
    return error_occurred() ? NULL : hash_error(EXC(ValueError));
}
static value method_digest(value v)
{
    uint8_t bytes[EVP_MAX_MD_SIZE];
    size_t length;
    EVP_MAC_CTX *context = context_copy(v);
    if (!context)
        return NULL;
    bool done = EVP_MAC_final(context, bytes, &length, sizeof bytes);
    EVP_MAC_CTX_free(context);
    return done ? bytes_new(bytes, length) : hash_error(EXC(ValueError));
}
static value method_hexdigest(value v)
{
    return hash_hex(method_digest(v));
}

value hmac_digest(value module, value key, value message, value digestmod)
{
    value h = hmac_new(module, key, message, digestmod), digest = h ? method_digest(h) : NULL;
    value_dec(h);
    return digest;
}

static value get_digest_size(value v)
{
    return int_from_i64(EVP_MD_get_size(HMAC(v)->digest));
}
static value get_block_size(value v)
{
    return int_from_i64(EVP_MD_get_block_size(HMAC(v)->digest));
}
static value get_name(value v)
{
    return str_format("hmac-%s", hash_name(HMAC(v)->digest));
}
static value hmac_repr(value v)
{
    return str_format("<%s HMAC object @ %p>", hash_name(HMAC(v)->digest), (void *)v);
}

static const struct method_def methods[] = {
    METHOD("copy", method_copy, "($self, /)", "Return a copy (\"clone\") of the HMAC object."),
    METHOD("digest", method_digest, "($self, /)",
           "Return the digest of the bytes passed to the update() method so far."),
    METHOD("hexdigest", method_hexdigest, "($self, /)",
           "Return hexadecimal digest of the bytes passed to the update() method so far."),
    METHOD("update", method_update, "($self, /, msg)", "Update the HMAC object with msg."),
    {0},
};
static const struct getset_def getset[] = {
    {"digest_size", get_digest_size, NULL, NULL},
    {"block_size", get_block_size, NULL, NULL},
    {"name", get_name, NULL, NULL},
    {0},
};
const struct type_spec hmac_spec = {
    .name = "_hashlib.HMAC",
    .doc = "The object used to calculate HMAC of a message.",
    .size = sizeof(struct hmac),
    .flags = TYPE_FLAG_NO_NEW,
    .destroy = hmac_destroy,
    .slots = {.repr = hmac_repr},
    .methods = methods,
    .getset = getset,
};

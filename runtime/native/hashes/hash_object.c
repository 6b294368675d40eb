#include "hash_object.h"

#include <openssl/err.h>

#define HASH(v) ((struct hash *)(v))

/* ---- names ---- OpenSSL's own are "SHA2-256" or "BLAKE2b512" by now */
static const struct {
    int nid;
    const char *name, *fetched;
} names[] = {
    {NID_md5, "md5", "MD5"},
    {NID_sha1, "sha1", "SHA1"},
    {NID_sha224, "sha224", "SHA2-224"},
    {NID_sha256, "sha256", "SHA2-256"},
    {NID_sha384, "sha384", "SHA2-384"},
    {NID_sha512, "sha512", "SHA2-512"},
    {NID_sha512_224, "sha512_224", "SHA2-512/224"},
    {NID_sha512_256, "sha512_256", "SHA2-512/256"},
    {NID_sha3_224, "sha3_224", "SHA3-224"},
    {NID_sha3_256, "sha3_256", "SHA3-256"},
    {NID_sha3_384, "sha3_384", "SHA3-384"},
    {NID_sha3_512, "sha3_512", "SHA3-512"},
    {NID_shake128, "shake_128", "SHAKE-128"},
    {NID_shake256, "shake_256", "SHAKE-256"},
    {NID_blake2s256, "blake2s", "BLAKE2S-256"},
    {NID_blake2b512, "blake2b", "BLAKE2B-512"},
};

const char *hash_name(const EVP_MD *digest)
{
    int nid = EVP_MD_get_type(digest);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].nid == nid)
            return names[i].name;
    return OBJ_nid2ln(nid) ? OBJ_nid2ln(nid) : OBJ_nid2sn(nid);
}

EVP_MD *hash_fetch(const char *name, bool for_security)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i].name, name) == 0)
            name = names[i].fetched;
    EVP_MD *digest = EVP_MD_fetch(NULL, name, for_security ? NULL : "-fips");
    if (!digest)
        hash_error(EXC(ValueError));
    return digest;
}

value hash_error(struct type *type)
{
    unsigned long code = ERR_peek_last_error();
    if (!code)
        return raise(type, "no reason supplied");
    const char *library = ERR_lib_error_string(code), *reason = ERR_reason_error_string(code);
    ERR_clear_error();
    if (library && reason)
        return raise(type, "[%s] %s", library, reason);
    return raise(type, "%s", reason ? reason : library ? library : "unknown reason");
}

/* ---- feeding ---- */
bool hash_buffer(value v, struct buffer *buffer)
{
    if (is_str(v))
        return raise_false(EXC(TypeError), "Strings must be encoded before hashing");
    if (!value_has_buffer(v))
        return raise_false(EXC(TypeError), "object supporting the buffer API required");
    if (!buffer_get(v, buffer, BUFFER_SIMPLE))
        return false;
    if (buffer->ndim > 1) {
        buffer_release(buffer);
        return raise_false(EXC(BufferError), "Buffer must be single dimension");
    }
    return true;
}

bool hash_feed(void *state, bool (*update)(void *state, const void *data, size_t length), pthread_mutex_t *mutex,
               value data)
{
    struct buffer buffer;
    if (!hash_buffer(data, &buffer))
        return false;
    bool resting = thread_rest_begin((size_t)buffer.length);
    if (resting)
        pthread_mutex_lock(mutex);
    else
        native_lock(mutex);
    const uint8_t *at = buffer.data, *end = at + buffer.length;
    bool done = true;
    while (done && at < end) {
        size_t piece = (size_t)(end - at) < (1u << 30) ? (size_t)(end - at) : 1u << 30;
        done = update(state, at, piece);
        at += piece;
    }
    native_unlock(mutex);
    thread_rest_end(resting);
    buffer_release(&buffer);
    return done;
}

static bool update_context(void *state, const void *data, size_t length)
{
    return EVP_DigestUpdate(state, data, length);
}

/* ---- making ---- */
static struct hash *hash_alloc(struct type *type, const char *name)
{
    struct hash *h = (struct hash *)object_new(type, sizeof *h);
    if (!h)
        return NULL;
    pthread_mutex_init(&h->mutex, NULL);
    h->name = name;
    h->context = EVP_MD_CTX_new();
    if (h->context)
        return h;
    raise_no_memory();
    value_dec(value_of(h));
    return NULL;
}

value hash_new(struct type *type, const EVP_MD *digest, const char *name, value data, bool for_security)
{
    struct hash *h = hash_alloc(type, name);
    if (!h)
        return NULL;
    if (!for_security)
        EVP_MD_CTX_set_flags(h->context, EVP_MD_CTX_FLAG_NON_FIPS_ALLOW);
    if (!digest || !EVP_DigestInit_ex(h->context, digest, NULL))
        hash_error(EXC(ValueError));
    else if (!data || data == VALUE_MISSING || hash_feed(h->context, update_context, &h->mutex, data))
        return value_of(h);
    value_dec(value_of(h));
    return NULL;
}

bool hash_define(value module, struct type **type, const struct type_spec *spec, const char *attribute)
{
    if (!*type)
        *type = type_define(spec);
    return *type && module_add(module, attribute, value_of(*type));
}

void hash_destroy(struct object *o)
{
    struct hash *h = (struct hash *)o;
    EVP_MD_CTX_free(h->context);
    pthread_mutex_destroy(&h->mutex);
}

value hash_function(struct type *type, const EVP_MD *digest, const char *name, const value *args)
{
    int for_security = value_truth(args[1]);
    return for_security < 0 ? NULL : hash_new(type, digest, name, args[0], for_security);
}

/* A copy of the state, for the caller to free; NULL with an exception. */
static EVP_MD_CTX *context_copy(value v)
{
    EVP_MD_CTX *copy = EVP_MD_CTX_new();
    if (!copy) {
        raise_no_memory();
        return NULL;
    }
    native_lock(&HASH(v)->mutex);
    bool done = EVP_MD_CTX_copy(copy, HASH(v)->context);
    native_unlock(&HASH(v)->mutex);
    if (done)
        return copy;
    EVP_MD_CTX_free(copy);
    hash_error(EXC(ValueError));
    return NULL;
}

/* ---- methods ---- */
value hash_update(value v, value data)
{
    if (hash_feed(HASH(v)->context, update_context, &HASH(v)->mutex, data))
        return VALUE_NONE;
    return error_occurred() ? NULL : hash_error(EXC(ValueError));
}

value hash_copy(value v)
{
    EVP_MD_CTX *context = context_copy(v);
    struct hash *copy = context ? hash_alloc(value_type(v), HASH(v)->name) : NULL;
    if (!copy) {
        EVP_MD_CTX_free(context);
        return NULL;
    }
    EVP_MD_CTX_free(copy->context);
    copy->context = context;
    return value_of(copy);
}

value hash_digest(value v)
{
    uint8_t bytes[EVP_MAX_MD_SIZE];
    unsigned length;
    EVP_MD_CTX *context = context_copy(v);
    if (!context)
        return NULL;
    bool done = EVP_DigestFinal(context, bytes, &length);
    EVP_MD_CTX_free(context);
    return done ? bytes_new(bytes, length) : hash_error(EXC(ValueError));
}

value hash_digest_long(value v, size_t length)
{
    value bytes = bytes_new(NULL, length);
    EVP_MD_CTX *context = bytes ? context_copy(v) : NULL;
    bool resting = context && thread_rest_begin(length);
    bool done = context && (!length || EVP_DigestFinalXOF(context, bytes_data(bytes), length));
    thread_rest_end(resting);
    EVP_MD_CTX_free(context);
    if (done)
        return bytes;
    value_dec(bytes);
    return error_occurred() ? NULL : hash_error(EXC(ValueError));
}

value hash_hex(value bytes)
{
    value text = bytes ? call_method_0(bytes, NAME(hex)) : NULL;
    value_dec(bytes);
    return text;
}

value hash_hexdigest(value v)
{
    return hash_hex(hash_digest(v));
}

const struct method_def hash_methods[] = {
    METHOD("copy", hash_copy, "($self, /)", "Return a copy of the hash object."),
    METHOD("digest", hash_digest, "($self, /)", "Return the digest value as a bytes object."),
    METHOD("hexdigest", hash_hexdigest, "($self, /)", "Return the digest value as a string of hexadecimal digits."),
    METHOD("update", hash_update, "($self, obj, /)", "Update this hash object's state with the provided string."),
    {0},
};

/* ---- attributes ---- the digest of a context is constant */
value hash_get_block_size(value v)
{
    return int_from_i64(EVP_MD_CTX_get_block_size(HASH(v)->context));
}
value hash_get_digest_size(value v)
{
    return int_from_i64(EVP_MD_CTX_get_size(HASH(v)->context));
}
value hash_get_name(value v)
{
    const char *name = HASH(v)->name;
    return str_from_text(name ? name : hash_name(EVP_MD_CTX_get0_md(HASH(v)->context)));
}
const struct getset_def hash_getset[] = {
    {"block_size", hash_get_block_size, NULL, NULL},
    {"digest_size", hash_get_digest_size, NULL, NULL},
    {"name", hash_get_name, NULL, NULL},
    {0},
};

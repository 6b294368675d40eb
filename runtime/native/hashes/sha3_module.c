/* The _sha3 module: SHA-3 and SHAKE, over OpenSSL. Its types are called to make hash objects. */
#include "hash_object.h"

/* ---- SHAKE: digests of any length ---- */
static bool length_of(value v, size_t *length)
{
    int64_t given;
    if (!is_int(v))
        return raise_false(EXC(TypeError), "an integer is required");
    if (int_sign(v) < 0)
        return raise_false(EXC(ValueError), "value must be positive");
    if (!int_as_i64(v, &given))
        return false;
    if (given >= 1 << 29)
        return raise_false(EXC(ValueError), "length is too large");
    *length = (size_t)given;
    return true;
}
static value shake_digest(value v, value given_length)
{
    size_t length = 0;
    return length_of(given_length, &length) ? hash_digest_long(v, length) : NULL;
}
static value shake_hexdigest(value v, value given_length)
{
    return hash_hex(shake_digest(v, given_length));
}
static value shake_digest_size(value v)
{
    return small_int(0);
}

/* ---- attributes ---- */
static int capacity(value v) /* the bits of the state's 1600 that input never reaches */
{
    return 1600 - 8 * EVP_MD_CTX_get_block_size(((struct hash *)v)->context);
}
static value get_capacity_bits(value v)
{
    return small_int(capacity(v));
}
static value get_rate_bits(value v)
{
    return small_int(1600 - capacity(v));
}
static value get_suffix(value v)
{
    return bytes_new((const uint8_t *)"\x06", 1);
}
static value shake_get_suffix(value v)
{
    return bytes_new((const uint8_t *)"\x1f", 1);
}

static const struct method_def shake_methods[] = {
    METHOD("copy", hash_copy, "($self, /)", "Return a copy of the hash object."),
    METHOD("digest", shake_digest, "($self, length, /)", "Return the digest value as a bytes object."),
    METHOD("hexdigest", shake_hexdigest, "($self, length, /)",
           "Return the digest value as a string of hexadecimal digits."),
    METHOD("update", hash_update, "($self, data, /)",
           "Update this hash object's state with the provided bytes-like object."),
    {0},
};
#define ATTRIBUTES(DIGEST_SIZE, SUFFIX)                                                             \
    {                                                                                               \
        {"block_size", hash_get_block_size, NULL, NULL}, {"digest_size", DIGEST_SIZE, NULL, NULL},  \
            {"name", hash_get_name, NULL, NULL}, {"_capacity_bits", get_capacity_bits, NULL, NULL}, \
            {"_rate_bits", get_rate_bits, NULL, NULL}, {"_suffix", SUFFIX, NULL, NULL},             \
        {                                                                                           \
            0                                                                                       \
        }                                                                                           \
    }
static const struct getset_def sha3_getset[] = ATTRIBUTES(hash_get_digest_size, get_suffix);
static const struct getset_def shake_getset[] = ATTRIBUTES(shake_digest_size, shake_get_suffix);

/* ---- types ---- */
#define TYPES(X)                                                                                              \
    X(sha3_224, EVP_sha3_224, hash_methods, sha3_getset)                                                      \
    X(sha3_256, EVP_sha3_256, hash_methods, sha3_getset)                                                      \
    X(sha3_384, EVP_sha3_384, hash_methods, sha3_getset) X(sha3_512, EVP_sha3_512, hash_methods, sha3_getset) \
        X(shake_128, EVP_shake128, shake_methods, shake_getset)                                               \
            X(shake_256, EVP_shake256, shake_methods, shake_getset)
#define TYPE_OF(NAME, DIGEST, METHODS, GETSET)                                                                       \
    static value NAME##_new(struct type *type, const value *args, size_t nargs, value kwnames)                       \
    {                                                                                                                \
        static struct signature signature = SIGNATURE("sha3_224", "(data=b'', /, *, usedforsecurity=True)");         \
        value bound[2];                                                                                              \
        return signature_bind(&signature, args, nargs, kwnames, bound) ? hash_function(type, DIGEST(), #NAME, bound) \
                                                                       : NULL;                                       \
    }                                                                                                                \
    static struct type *NAME##_type;                                                                                 \
    static const struct type_spec NAME##_spec = {                                                                    \
        .name = "_sha3." #NAME,                                                                                      \
        .doc = #NAME "([data], *, usedforsecurity=True) -> SHA3 object\n\nReturn a new SHA3 hash object.",           \
        .size = sizeof(struct hash),                                                                                 \
        .destroy = hash_destroy,                                                                                     \
        .slots = {.new = NAME##_new},                                                                                \
        .methods = METHODS,                                                                                          \
        .getset = GETSET,                                                                                            \
    };
TYPES(TYPE_OF)

static bool fill(value module)
{
#define DEFINE(NAME, DIGEST, METHODS, GETSET) &&module_define_type(module, &NAME##_type, &NAME##_spec)
    return module_add_owned(module, "implementation", str_from_text("OpenSSL")) TYPES(DEFINE);
}
static const struct module_def definition = {.name = "_sha3", .fill = fill};
ATOLL_MODULE(definition);

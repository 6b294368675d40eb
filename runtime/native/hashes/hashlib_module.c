/* The _hashlib module: every digest that OpenSSL has. */
#include "hashlib.h"

#include <openssl/crypto.h>

static struct type *hash_type, *xof_type;
static value_slot unsupported_error;

/* ---- hash objects ---- */
static value hash_repr(value v)
{
    const char *name = hash_name(EVP_MD_CTX_get0_md(((struct hash *)v)->context));
    return str_format("<%s %N object @ %p>", name, value_type(v), (void *)v);
}
static const struct type_spec hash_spec = {
    .name = "_hashlib.HASH",
    .doc = "A hash is an object used to calculate a checksum of a string of information.",
    .size = sizeof(struct hash),
    .flags = TYPE_FLAG_NO_NEW | TYPE_FLAG_BASE,
    .destroy = hash_destroy,
    .slots = {.repr = hash_repr},
    .methods = hash_methods,
    .getset = hash_getset,
};

static bool length_of(value v, size_t *length)
{
    ssize given;
    if (!value_as_ssize(v, &given))
        return false;
    if (given < 0)
        return raise_false(EXC(ValueError), "value must be positive");
    *length = (size_t)given;
    return true;
}
static value xof_digest(value v, const value *args)
{
    size_t length = 0;
    return length_of(args[0], &length) ? hash_digest_long(v, length) : NULL;
}
static value xof_hexdigest(value v, const value *args)
{
    return hash_hex(xof_digest(v, args));
}
static value xof_digest_size(value v)
{
    return small_int(0);
}
static const struct method_def xof_methods[] = {
    METHOD("digest", xof_digest, "($self, /, length)", "Return the digest value as a bytes object."),
    METHOD("hexdigest", xof_hexdigest, "($self, /, length)",
           "Return the digest value as a string of hexadecimal digits."),
    {0},
};
static const struct getset_def xof_getset[] = {{"digest_size", xof_digest_size, NULL, NULL}, {0}};
static const struct type_spec xof_spec = {
    .name = "_hashlib.HASHXOF",
    .doc = "A hash is an object used to calculate a checksum of a string of information.",
    .size = sizeof(struct hash),
    .flags = TYPE_FLAG_NO_NEW,
    .destroy = hash_destroy,
    .slots = {.repr = hash_repr},
    .methods = xof_methods,
    .getset = xof_getset,
};

static value make(const EVP_MD *digest, value data, value for_security)
{
    int truth = value_truth(for_security);
    if (truth < 0)
        return NULL;
    struct type *type = digest && EVP_MD_get_flags(digest) & EVP_MD_FLAG_XOF ? xof_type : hash_type;
    return hash_new(type, digest, NULL, data, truth);
}

static value new_by_name(value module, const value *args)
{
    struct text name;
    if (!is_str(args[0]))
        return raise(EXC(TypeError), "name must be a string");
    int for_security = value_truth(args[2]);
    if (for_security < 0)
        return NULL;
    if (!text_of_argument(args[0], &name)) {
        error_clear();
        return raise(EXC(TypeError), "name must be a string");
    }
    EVP_MD *digest = hash_fetch(name.bytes, for_security);
    text_release(&name);
    value v = digest ? make(digest, args[1], args[2]) : NULL;
    EVP_MD_free(digest);
    return v;
}

#define DIGESTS(X)                                                                                      \
    X(md5, EVP_md5)                                                                                     \
    X(sha1, EVP_sha1)                                                                                   \
    X(sha224, EVP_sha224)                                                                               \
    X(sha256, EVP_sha256)                                                                               \
    X(sha384, EVP_sha384)                                                                               \
    X(sha512, EVP_sha512) X(sha3_224, EVP_sha3_224) X(sha3_256, EVP_sha3_256) X(sha3_384, EVP_sha3_384) \
        X(sha3_512, EVP_sha3_512) X(shake_128, EVP_shake128) X(shake_256, EVP_shake256)
#define FUNCTION(NAME, DIGEST)                                   \
    static value openssl_##NAME(value module, const value *args) \
    {                                                            \
        return make(DIGEST(), args[0], args[1]);                 \
    }
DIGESTS(FUNCTION)

EVP_MD *hashlib_digest(value module, value v)
{
    value name = value_inc(v);
    if (!is_str(v)) {
        value constructors = attr_get(module, NAME(_constructors));
        value_dec(name);
        name = constructors ? item_get(constructors, v) : NULL;
        value_dec(constructors);
        if (!name && (error_matches(EXC(KeyError)) || error_matches(EXC(TypeError)))) {
            error_clear();
            struct type *class = (struct type *)slot_peek(&unsupported_error);
            raise(class, "Unsupported digestmod %S", v);
        }
    }
    struct text text;
    EVP_MD *digest = NULL;
    if (name && text_of(name, &text)) {
        digest = hash_fetch(text.bytes, true);
        text_release(&text);
    }
    value_dec(name);
    return digest;
}

/* ---- the rest ---- */
static value get_fips_mode(value module)
{
    return small_int(EVP_default_properties_is_fips_enabled(NULL) != 0);
}

/* a == b in a time that tells nothing but their lengths. */
static value compare_bytes(const void *a, size_t a_length, const void *b, size_t b_length)
{
    bool resting = thread_rest_begin(a_length);
    bool equal = a_length == b_length && CRYPTO_memcmp(a, b, a_length) == 0;
    thread_rest_end(resting);
    return value_bool(equal);
}
static value compare_digest(value module, value a, value b)
{
    if (is_str(a) && is_str(b)) {
        if (!str_is_ascii(a) || !str_is_ascii(b))
            return raise(EXC(TypeError), "comparing strings with non-ASCII characters is not supported");
        struct text x, y;
        if (!text_of(a, &x))
            return NULL;
        if (!text_of(b, &y)) {
            text_release(&x);
            return NULL;
        }
        value result = compare_bytes(x.bytes, x.length, y.bytes, y.length);
        text_release(&x);
        text_release(&y);
        return result;
    }
    struct buffer x, y;
    if (!value_has_buffer(a) && !value_has_buffer(b))
        return raise(EXC(TypeError), "unsupported operand types(s) or combination of types: '%T' and '%T'", a, b);
    if (!buffer_get(a, &x, BUFFER_SIMPLE))
        return NULL;
    value result = NULL;
    if (buffer_get(b, &y, BUFFER_SIMPLE)) {
        if (x.ndim > 1 || y.ndim > 1)
            raise(EXC(BufferError), "Buffer must be single dimension");
        else
            result = compare_bytes(x.data, (size_t)x.length, y.data, (size_t)y.length);
        buffer_release(&y);
    }
    buffer_release(&x);
    return result;
}

#define ROW(NAME, DIGEST) \
    METHOD("openssl_" #NAME, openssl_##NAME, HASH_FUNCTION_SIGNATURE, "Returns a " #NAME " hash object"),
static const struct method_def functions[] = {
    METHOD("new", new_by_name, "(name, string=b'', *, usedforsecurity=True)",
           "Return a new hash object using the named algorithm."),
    DIGESTS(ROW) METHOD("pbkdf2_hmac", pbkdf2_hmac, "(hash_name, password, salt, iterations, dklen=None)",
                        "Password based key derivation function 2 (PKCS #5 v2.0) with HMAC as pseudorandom function."),
    METHOD("scrypt", scrypt_key, "(password, *, salt=None, n=None, r=None, p=None, maxmem=0, dklen=64)",
           "scrypt password-based key derivation function."),
    METHOD("get_fips_mode", get_fips_mode, "()", "Determine the OpenSSL FIPS mode of operation."),
    METHOD("compare_digest", compare_digest, "(a, b, /)", "Return 'a == b'."),
    METHOD("hmac_digest", hmac_digest, "(key, msg, digest)", "Single-shot HMAC."),
    METHOD("hmac_new", hmac_new, "(key, msg=b'', digestmod=None)", "Return a new hmac object."),
    {0},
};

/* ---- filling ---- */
static void add_name(EVP_MD *digest, void *set)
{
    const char *name = EVP_MD_get_type(digest) == NID_undef ? NULL : hash_name(digest);
    value text = name && !error_occurred() ? str_from_text(name) : NULL;
    if (text)
        set_add(set, text);
    value_dec(text);
}
static bool add_names(value module)
{
    value names = set_new(NULL);
    if (!names)
        return false;
    EVP_MD_do_all_provided(NULL, add_name, names);
    value frozen = error_occurred() ? NULL : frozenset_new(names);
    value_dec(names);
    return module_add_owned(module, "openssl_md_meth_names", frozen);
}
static bool add_constructors(value module)
{
    static const char *const digests[] = {
#define NAME_OF(NAME, DIGEST) #NAME,
        DIGESTS(NAME_OF)};
    value dict = dict_new();
    bool done = dict != NULL;
    for (size_t i = 0; done && i < sizeof digests / sizeof *digests; i++) {
        value attribute = str_format("openssl_%s", digests[i]), name = str_from_text(digests[i]);
        value function = attribute && name ? attr_get(module, attribute) : NULL;
        done = function && dict_set(dict, function, name);
        value_dec(function);
        value_dec(name);
        value_dec(attribute);
    }
    done = done && module_add_owned(module, "_constructors", mapping_proxy_new(dict));
    value_dec(dict);
    return done;
}
static bool fill(value module)
{
    if (!xof_type && (!module_define_type(module, &hash_type, &hash_spec) ||
                      !(xof_type = type_define_with_base(&xof_spec, hash_type))))
        return false;
    return module_define_type(module, &hash_type, &hash_spec) && module_define_type(module, &xof_type, &xof_spec) &&
           module_define_type(module, &hmac_type, &hmac_spec) &&
           module_define_exception(module, &unsupported_error, "_hashlib.UnsupportedDigestmodError", EXC(ValueError),
                                   NULL) &&
           add_names(module) && add_constructors(module);
}
static void finish(void)
{
    slot_drop(&unsupported_error);
}
static const struct module_def definition = {.name = "_hashlib",
                                             .doc = "OpenSSL interface for hashlib module",
                                             .functions = functions,
                                             .fill = fill,
                                             .finish = finish};
ATOLL_MODULE(definition);

/* The _sha256 module, over OpenSSL. */
#include "hash_object.h"

static struct type *sha224_type;
static const struct type_spec sha224_spec = {
    .name = "_sha256.sha224",
    .size = sizeof(struct hash),
    .flags = TYPE_FLAG_NO_NEW,
    .destroy = hash_destroy,
    .methods = hash_methods,
    .getset = hash_getset,
};
static value new_sha224(value self, const value *args)
{
    return hash_function(sha224_type, EVP_sha224(), "sha224", args);
}

static struct type *sha256_type;
static const struct type_spec sha256_spec = {
    .name = "_sha256.sha256",
    .size = sizeof(struct hash),
    .flags = TYPE_FLAG_NO_NEW,
    .destroy = hash_destroy,
    .methods = hash_methods,
    .getset = hash_getset,
};
static value new_sha256(value self, const value *args)
{
    return hash_function(sha256_type, EVP_sha256(), "sha256", args);
}

static const struct method_def functions[] = {
    METHOD("sha224", new_sha224, HASH_FUNCTION_SIGNATURE,
           "Return a new SHA224 hash object; optionally initialized with a string."),
    METHOD("sha256", new_sha256, HASH_FUNCTION_SIGNATURE,
           "Return a new SHA256 hash object; optionally initialized with a string."),
    {0},
};

static bool fill(value module)
{
    return hash_define(module, &sha224_type, &sha224_spec, "SHA224Type") &&
           hash_define(module, &sha256_type, &sha256_spec, "SHA256Type");
}
static const struct module_def definition = {.name = "_sha256", .functions = functions, .fill = fill};
ATOLL_MODULE(definition);

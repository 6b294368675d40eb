/* The _sha512 module, over OpenSSL. */
#include "hash_object.h"

static struct type *sha384_type;
static const struct type_spec sha384_spec = {
    .name = "_sha512.sha384",
    .size = sizeof(struct hash),
    .flags = TYPE_FLAG_NO_NEW,
    .destroy = hash_destroy,
    .methods = hash_methods,
    .getset = hash_getset,
};
static value new_sha384(value self, const value *args)
{
    return hash_function(sha384_type, EVP_sha384(), "sha384", args);
}

static struct type *sha512_type;
static const struct type_spec sha512_spec = {
    .name = "_sha512.sha512",
    .size = sizeof(struct hash),
    .flags = TYPE_FLAG_NO_NEW,
    .destroy = hash_destroy,
    .methods = hash_methods,
    .getset = hash_getset,
};
static value new_sha512(value self, const value *args)
{
    return hash_function(sha512_type, EVP_sha512(), "sha512", args);
}

static const struct method_def functions[] = {
    METHOD("sha384", new_sha384, HASH_FUNCTION_SIGNATURE,
           "Return a new SHA384 hash object; optionally initialized with a string."),
    METHOD("sha512", new_sha512, HASH_FUNCTION_SIGNATURE,
           "Return a new SHA512 hash object; optionally initialized with a string."),
    {0},
};

static bool fill(value module)
{
    return hash_define(module, &sha384_type, &sha384_spec, "SHA384Type") &&
           hash_define(module, &sha512_type, &sha512_spec, "SHA384Type") /* as CPython has it: twice the same name */;
}
static const struct module_def definition = {.name = "_sha512", .functions = functions, .fill = fill};
ATOLL_MODULE(definition);

/* The _sha1 module, over OpenSSL. */
#include "hash_object.h"

static struct type *sha1_type;
static const struct type_spec sha1_spec = {
    .name = "_sha1.sha1",
    .size = sizeof(struct hash),
    .flags = TYPE_FLAG_NO_NEW,
    .destroy = hash_destroy,
    .methods = hash_methods,
    .getset = hash_getset,
};
static value new_sha1(value self, const value *args)
{
    return hash_function(sha1_type, EVP_sha1(), "sha1", args);
}

static const struct method_def functions[] = {
    METHOD("sha1", new_sha1, HASH_FUNCTION_SIGNATURE,
           "Return a new SHA1 hash object; optionally initialized with a string."),
    {0},
};

static bool fill(value module)
{
    return hash_define(module, &sha1_type, &sha1_spec, "SHA1Type");
}
static const struct module_def definition = {.name = "_sha1", .functions = functions, .fill = fill};
ATOLL_MODULE(definition);

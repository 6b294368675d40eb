/* The _md5 module, over OpenSSL. */
#include "hash_object.h"

static struct type *md5_type;
static const struct type_spec md5_spec = {
    .name = "_md5.md5",
    .size = sizeof(struct hash),
    .flags = TYPE_FLAG_NO_NEW,
    .destroy = hash_destroy,
    .methods = hash_methods,
    .getset = hash_getset,
};
static value new_md5(value self, const value *args)
{
    return hash_function(md5_type, EVP_md5(), "md5", args);
}

static const struct method_def functions[] = {
    METHOD("md5", new_md5, HASH_FUNCTION_SIGNATURE,
           "Return a new MD5 hash object; optionally initialized with a string."),
    {0},
};

static bool fill(value module)
{
    return hash_define(module, &md5_type, &md5_spec, "MD5Type");
}
static const struct module_def definition = {.name = "_md5", .functions = functions, .fill = fill};
ATOLL_MODULE(definition);

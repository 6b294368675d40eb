/* How a built-in module is written and found. Every module in modules/ defines one `struct module_def`, listed in
 * registry.c. */
#ifndef ATOLL_MODULE_H
#define ATOLL_MODULE_H

#include "runtime/objects/objects.h"
#include "runtime/signature.h"

struct module_def {
    const char *name;
    const char *doc;
    const struct method_def *functions; /* or NULL */
    bool (*fill)(value module);         /* adds types and constants; or NULL; false with an exception */
};

const struct module_def *module_find_builtin(const char *name); /* NULL: there is none */
extern const struct module_def *const builtin_modules[];        /* NULL ends it */
/* Make the module object (not yet in sys.modules). */
value module_create(const struct module_def *def);

#endif

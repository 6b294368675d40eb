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
    void (*finish)(void);               /* or NULL: drops what the module keeps outside its namespace, at the end */
};

const struct module_def *module_find_builtin(const char *name); /* NULL: there is none */
extern const struct module_def *const builtin_modules[];        /* NULL ends it */
/* Call every module's `finish`: the last Python code has run. */
void modules_finish(void);
/* Define a type of the module, once per process however often the module is made, and add it under its short name. */
bool module_define_type(value module, struct type **type, const struct type_spec *spec);
/* The same for a class of exceptions, "struct.error", which `kept` holds from then on: the module's `finish` drops it.
   The second base may be NULL. */
bool module_define_exception(value module, value_slot *kept, const char *name, struct type *base, struct type *second);
/* Integer constants: a table that ends with a NULL name. */
struct module_constant {
    const char *name;
    int64_t number;
};
bool module_add_constants(value module, const struct module_constant *constants);
/* Make the module object (not yet in sys.modules), under its own name or another. */
value module_create(const struct module_def *def, value name /* str or NULL */);

/* What the shared object of a module exports as `atoll_module`; importing/native.c loads it. */
struct native_module {
    const char *build; /* of the runtime whose header it was compiled with */
    const struct module_def *definition;
    struct name_constant *names, *names_end; /* its NAME() constants */
};

#endif

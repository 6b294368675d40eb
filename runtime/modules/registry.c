/* The table of built-in modules, and making them. */
#include "runtime/modules/module.h"

#include <string.h>

#define MODULES(M)  \
    M(_abc)         \
    M(_bisect)      \
    M(_codecs)      \
    M(_collections) \
    M(_contextvars) \
    M(_functools)   \
    M(_heapq)       \
    M(_io)          \
    M(_operator)    \
    M(_queue)       \
    M(_signal)      \
    M(_sre)         \
    M(_string)      \
    M(_thread)      \
    M(_weakref)     \
    M(atexit)       \
    M(builtins)     \
    M(errno)        \
    M(gc)           \
    M(itertools)    \
    M(math)         \
    M(posix)        \
    M(sys)          \
    M(time)

#define M(name) extern const struct module_def name##_module;
MODULES(M)
#undef M

const struct module_def *const builtin_modules[] = {
#define M(name) &name##_module,
    MODULES(M)
#undef M
        NULL,
};

const struct module_def *module_find_builtin(const char *name)
{
    for (size_t i = 0; builtin_modules[i]; i++)
        if (strcmp(builtin_modules[i]->name, name) == 0)
            return builtin_modules[i];
    return NULL;
}

void modules_finish(void)
{
    for (size_t i = 0; builtin_modules[i]; i++)
        if (builtin_modules[i]->finish)
            builtin_modules[i]->finish();
}

value module_create(const struct module_def *def)
{
    value name = str_interned(def->name);
    value module = name ? module_new(name) : NULL;
    value_dec(name);
    if (!module)
        return NULL;
    bool ok = !def->doc || module_add_owned(module, "__doc__", str_from_text(def->doc));
    ok = ok && (!def->functions || module_add_functions(module, def->functions));
    ok = ok && (!def->fill || def->fill(module));
    if (ok)
        return module;
    value_dec(module);
    return NULL;
}

bool module_define_type(value module, struct type **type, const struct type_spec *spec)
{
    if (!*type)
        *type = type_define(spec);
    return *type && module_add_type(module, *type);
}

bool module_add_constants(value module, const struct module_constant *constants)
{
    for (; constants->name; constants++)
        if (!module_add_owned(module, constants->name, int_from_i64(constants->number)))
            return false;
    return true;
}

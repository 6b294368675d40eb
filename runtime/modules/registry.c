/* The table of built-in modules, and making them. */
#include "runtime/modules/importing/native.h"
#include "runtime/modules/module.h"

#include <string.h>

#define MODULES(M)      \
    M(_abc)             \
    M(_ast)             \
    M(_asyncio)         \
    M(_bisect)          \
    M(_codecs)          \
    M(_codecs_cn)       \
    M(_codecs_hk)       \
    M(_codecs_iso2022)  \
    M(_codecs_jp)       \
    M(_codecs_kr)       \
    M(_codecs_tw)       \
    M(_collections)     \
    M(_contention)      \
    M(_contextvars)     \
    M(_csv)             \
    M(_datetime)        \
    M(_decimal)         \
    M(_functools)       \
    M(_heapq)           \
    M(_imp)             \
    M(_io)              \
    M(_json)            \
    M(_locale)          \
    M(_lsprof)          \
    M(_multibytecodec)  \
    M(_multiprocessing) \
    M(_opcode)          \
    M(_operator)        \
    M(_pickle)          \
    M(_posixshmem)      \
    M(_posixsubprocess) \
    M(_queue)           \
    M(_random)          \
    M(_signal)          \
    M(_socket)          \
    M(_sre)             \
    M(_stat)            \
    M(_statistics)      \
    M(_string)          \
    M(_struct)          \
    M(_symtable)        \
    M(_thread)          \
    M(_tokenize)        \
    M(_tracemalloc)     \
    M(_typing)          \
    M(_warnings)        \
    M(_weakref)         \
    M(_zoneinfo)        \
    M(array)            \
    M(atexit)           \
    M(audioop)          \
    M(binascii)         \
    M(builtins)         \
    M(cmath)            \
    M(errno)            \
    M(faulthandler)     \
    M(fcntl)            \
    M(gc)               \
    M(grp)              \
    M(itertools)        \
    M(marshal)          \
    M(math)             \
    M(mmap)             \
    M(posix)            \
    M(pwd)              \
    M(resource)         \
    M(select)           \
    M(spwd)             \
    M(sys)              \
    M(sysconfigdata)    \
    M(syslog)           \
    M(termios)          \
    M(time)             \
    M(unicodedata)

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
    native_modules_finish();
    for (size_t i = 0; builtin_modules[i]; i++)
        if (builtin_modules[i]->finish)
            builtin_modules[i]->finish();
}

value module_create(const struct module_def *def, value name)
{
    value own = name ? value_inc(name) : str_interned(def->name);
    value module = own ? module_new(own) : NULL;
    value_dec(own);
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

bool module_define_exception(value module, value_slot *kept, const char *name, struct type *base, struct type *second)
{
    const char *point = strrchr(name, '.');
    value known = atomic_load(kept);
    if (!known) {
        value short_name = str_from_text(point + 1),
              owner = str_from_latin1((const uint8_t *)name, (size_t)(point - name));
        value bases = second ? tuple_pack(2, value_of(base), value_of(second)) : tuple_pack(1, value_of(base));
        value dict = dict_new();
        if (short_name && owner && bases && dict && dict_set_text(dict, "__module__", owner))
            known = type_new_class(TYPE(TYPE), short_name, bases, dict, NULL, NULL);
        value_dec(dict);
        value_dec(bases);
        value_dec(owner);
        value_dec(short_name);
        value_dec(slot_exchange(kept, known));
    }
    return known && module_add(module, point + 1, known);
}

bool module_add_constants(value module, const struct module_constant *constants)
{
    for (; constants->name; constants++)
        if (!module_add_owned(module, constants->name, int_from_i64(constants->number)))
            return false;
    return true;
}

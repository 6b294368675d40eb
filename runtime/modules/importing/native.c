/*
 * Modules that are shared objects. They are never unloaded: types, functions and names of theirs are immortal, as those
 * of the program are.
 *
 * A module lives from the layout of a few structs and from the numbers of enumerations, so it is taken only if it was
 * compiled with the header of this very build (interface/cut.py makes the fingerprint).
 */
#include "runtime/modules/importing/native.h"
#include "runtime/audit.h"
#include <interface_build.h>
#include "runtime/modules/module.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>

const char native_module_suffix[] = ATOLL_MODULE_SUFFIX;

struct loaded {
    struct loaded *next;
    const struct native_module *module;
};
static struct loaded *all_loaded;
static pthread_mutex_t loaded_mutex = PTHREAD_MUTEX_INITIALIZER;

/* ImportError(message, name=name, path=path); the message is stolen. */
static value refuse(value name, value path, value message)
{
    value names = message ? tuple_pack(2, NAME(name), NAME(path)) : NULL;
    value args[] = {message, name, path};
    value exception = names ? call_vector(value_of(EXC(ImportError)), args, 1, names) : NULL;
    if (exception)
        raise_exception(exception);
    value_dec(exception);
    value_dec(names);
    value_dec(message);
    return NULL;
}

/* Remember the module for its `finish`; false with MemoryError. */
static bool keep(const struct native_module *module)
{
    struct loaded *entry = malloc(sizeof *entry);
    if (!entry) {
        raise_no_memory();
        return false;
    }
    pthread_mutex_lock(&loaded_mutex);
    struct loaded *at = all_loaded;
    while (at && at->module != module)
        at = at->next;
    if (!at) {
        *entry = (struct loaded){all_loaded, module};
        all_loaded = entry;
    }
    pthread_mutex_unlock(&loaded_mutex);
    if (at)
        free(entry);
    return true;
}

static _Atomic int dlopen_flags = RTLD_NOW;

int native_dlopen_flags(void)
{
    return atomic_load(&dlopen_flags);
}
void native_dlopen_flags_set(int flags)
{
    atomic_store(&dlopen_flags, flags);
}

/* In a blocking region: what the file exports, NULL if nothing; *error says why it cannot be opened. malloc'd. */
static const struct native_module *open_module(const char *path, char **error)
{
    void *handle = dlopen(path, native_dlopen_flags());
    *error = handle ? NULL : strdup(dlerror());
    /* One of another build may ask for what this one lacks: then the build is what is to be told. */
    if (!handle)
        handle = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
    return handle ? dlsym(handle, "atoll_module") : NULL;
}

value native_module_load(value name, value path)
{
    struct text text;
    if (!audit("import", "OOOOO", name, path, NULL, NULL, NULL) || !text_of_path(path, &text))
        return NULL;
    thread_enter_blocking();
    char *error;
    const struct native_module *module = open_module(text.bytes, &error);
    thread_leave_blocking();
    text_release(&text);
    if (module && strcmp(module->build, ATOLL_BUILD) != 0)
        refuse(name, path,
               str_format("%U was compiled for Atoll %s, but this is Atoll %s: compile it again", path, module->build,
                          ATOLL_BUILD));
    else if (error)
        refuse(name, path, str_decode_locale(error));
    else if (!module)
        refuse(name, path, str_format("%U is no module for Atoll: it does not define atoll_module", path));
    free(error);
    if (error_occurred())
        return NULL;
    if (!names_make(module->names, module->names_end) || !keep(module))
        return NULL;
    return module_create(module->definition, name);
}

void native_modules_finish(void)
{
    while (all_loaded) {
        struct loaded *entry = all_loaded;
        all_loaded = entry->next;
        if (entry->module->definition->finish)
            entry->module->definition->finish();
        free(entry);
    }
}

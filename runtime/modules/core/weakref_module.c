/* The _weakref module: what weakref.py builds on. The types are in objects/model/weakref.c. */
#include "runtime/objects/model/weakref.h"
#include "runtime/modules/module.h"
#include "runtime/raw.h"
#include "threads/pause.h"

#include <stdlib.h>

static value make_proxy(value self, value object, value callback)
{
    struct type *type = weak_proxy_type(value_is_callable(object));
    return type ? weak_reference_make(type, object, is_missing(callback) ? NULL : callback) : NULL;
}

static value getweakrefcount(value self, value object)
{
    return small_int(value_is_object(object) ? (int64_t)weak_list(value_object(object), NULL, 0) : 0);
}

static value getweakrefs(value self, value object)
{
    if (!value_is_object(object))
        return list_new(0);
    size_t room = 16;
    for (;;) {
        struct weak_reference **found = calloc(room, sizeof *found);
        if (!found)
            return raise_no_memory();
        size_t count = weak_list(value_object(object), found, room);
        if (count <= room) {
            value list = list_from_owned((value *)found, count);
            raw_free(found);
            return list;
        }
        for (size_t i = 0; i < room; thread_report_at(++i))
            value_dec(value_of(found[i]));
        raw_free(found);
        room = count + 16;
    }
}

/* Take the key out of the dict if the weak reference under it is dead: what WeakValueDictionary's callbacks do. Another
 * thread may have put a living one there meanwhile, which is then put back. */
static value remove_dead(value self, value dct, value key)
{
    if (!is_dict(dct))
        return raise(EXC(TypeError), "_remove_dead_weakref() argument 1 must be dict, not %K", dct);
    value reference = dict_get(dct, key);
    if (!reference)
        return NULL;
    if (reference == VALUE_MISSING)
        return VALUE_NONE;
    if (!value_is_of(reference, TYPE(WEAK_REFERENCE))) {
        value_dec(reference);
        return raise(EXC(TypeError), "not a weakref");
    }
    value referent = weak_reference_get(reference);
    bool dead = referent == VALUE_NONE;
    value_dec(referent);
    value_dec(reference);
    if (!dead)
        return VALUE_NONE;
    value taken = dict_pop(dct, key);
    if (!taken)
        return NULL;
    bool done = true;
    if (taken != VALUE_MISSING && value_is_of(taken, TYPE(WEAK_REFERENCE))) {
        referent = weak_reference_get(taken);
        if (referent != VALUE_NONE) {
            value now = dict_set_default(dct, key, taken);
            done = now != NULL;
            value_dec(now);
        }
        value_dec(referent);
    }
    value_dec(taken);
    return done ? VALUE_NONE : NULL;
}

static const struct method_def functions[] = {
    METHOD("proxy", make_proxy, "(object, callback=None, /)", "Create a proxy object that weakly references 'object'."),
    METHOD("getweakrefcount", getweakrefcount, "(object, /)", "Return the number of weak references to 'object'."),
    METHOD("getweakrefs", getweakrefs, "(object, /)",
           "Return a list of all weak reference objects pointing to 'object'."),
    METHOD("_remove_dead_weakref", remove_dead, "(dct, key, /)",
           "Atomically remove key from dict if it points to a dead weakref."),
    {0},
};

static bool fill(value module)
{
    struct type *proxy = weak_proxy_type(false), *callable = weak_proxy_type(true);
    return proxy && callable && module_add(module, "ref", value_of(TYPE(WEAK_REFERENCE))) &&
           module_add(module, "ReferenceType", value_of(TYPE(WEAK_REFERENCE))) &&
           module_add(module, "ProxyType", value_of(proxy)) &&
           module_add(module, "CallableProxyType", value_of(callable));
}

const struct module_def _weakref_module = {
    .name = "_weakref",
    .doc = "Weak-reference support module.",
    .functions = functions,
    .fill = fill,
};

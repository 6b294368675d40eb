/* What an unpickler finds by name: classes and functions, and those that have a code; see unpickler.h. */
#include "runtime/audit.h"
#include "runtime/modules/pickling/unpickler.h"
#include "runtime/objects/containers/container.h"

value unpickle_find_class(struct unpickler *self, int protocol, value given_module, value given_name)
{
    if (!audit("pickle.find_class", "OO", given_module, given_name))
        return NULL;
    value module_name = value_inc(given_module), name = value_inc(given_name), found = NULL;
    if (!is_str(module_name) || !is_str(name))
        is_str(module_name) ? raise(EXC(TypeError), "attribute name must be a string, not %T", name)
                            : raise(EXC(TypeError), "module name must be a string");
    else if (protocol >= 3 || !atomic_load_explicit(&self->fix_imports, memory_order_relaxed) ||
             pickle_rename(false, &module_name, &name)) {
        value module = pickle_import(module_name);
        if (module && protocol >= 4)
            found = pickle_deep_attribute(module, name, NULL);
        else if (module && (found = attr_get_optional(module, name)) == VALUE_MISSING)
            found = raise(EXC(AttributeError), "Can't get attribute %R on %R", name, module);
        value_dec(module);
    }
    value_dec(name);
    value_dec(module_name);
    return found;
}

value unpickle_find(struct unpickling *u, value module, value name)
{
    if (value_type(value_of(u->self)) == unpickler_type)
        return unpickle_find_class(u->self, u->protocol, module, name);
    const value arguments[] = {module, name};
    return call_method(value_of(u->self), NAME(find_class), arguments, 2);
}

bool unpickle_extension(struct unpickling *u, uint64_t code, bool is_signed)
{
    if (code == 0 || (is_signed && code > INT32_MAX))
        return raise_false(UNPICKLING_ERROR, "EXT specifies code <= 0");
    value number = small_int((int64_t)code), found = dict_get(pickle_known(KNOWN_EXTENSION_CACHE), number);
    if (found != VALUE_MISSING)
        return unpickle_push(u, found);
    value pair = dict_get(pickle_known(KNOWN_INVERTED_REGISTRY), number);
    if (pair == VALUE_MISSING)
        return raise_false(EXC(ValueError), "unregistered extension code %lld", (long long)code);
    if (!pair)
        return false;
    if (!is_tuple(pair) || tuple_length(pair) != 2 || !is_str(tuple_get(pair, 0)) || !is_str(tuple_get(pair, 1))) {
        value_dec(pair);
        return raise_false(EXC(ValueError), "_inverted_registry[%lld] isn't a 2-tuple of strings", (long long)code);
    }
    found = unpickle_find(u, tuple_get(pair, 0), tuple_get(pair, 1));
    value_dec(pair);
    if (found && !dict_set(pickle_known(KNOWN_EXTENSION_CACHE), number, found)) {
        value_dec(found);
        return false;
    }
    return unpickle_push(u, found);
}

/* The _pickle module: pickle's Pickler, Unpickler and functions. */
#include "runtime/import.h"
#include "runtime/modules/pickling/pickle.h"

value_slot pickle_error_class, pickling_error_class, unpickling_error_class;
value_slot pickle_knowns[KNOWN_COUNT];

bool pickle_rename(bool back, value *module, value *name)
{
    const char *reverse = back ? "REVERSE_" : "";
    value key = tuple_pack(2, *module, *name);
    value pair = key ? dict_get(pickle_known(back ? KNOWN_REVERSE_NAME_MAPPING : KNOWN_NAME_MAPPING), key) : NULL;
    value_dec(key);
    if (!pair)
        return false;
    if (pair != VALUE_MISSING) {
        bool right = is_tuple(pair) && tuple_length(pair) == 2;
        bool fine = right && is_str(tuple_get(pair, 0)) && is_str(tuple_get(pair, 1));
        if (fine) {
            value_dec(*module);
            value_dec(*name);
            *module = value_inc(tuple_get(pair, 0));
            *name = value_inc(tuple_get(pair, 1));
        } else if (right) {
            raise(EXC(RuntimeError), "_compat_pickle.%sNAME_MAPPING values should be pairs of str, not (%T, %T)",
                  reverse, tuple_get(pair, 0), tuple_get(pair, 1));
        } else {
            raise(EXC(RuntimeError), "_compat_pickle.%sNAME_MAPPING values should be 2-tuples, not %T", reverse, pair);
        }
        value_dec(pair);
        return fine;
    }
    value other = dict_get(pickle_known(back ? KNOWN_REVERSE_IMPORT_MAPPING : KNOWN_IMPORT_MAPPING), *module);
    if (!other || other == VALUE_MISSING)
        return other != NULL;
    if (!is_str(other)) {
        raise(EXC(RuntimeError), "_compat_pickle.%sIMPORT_MAPPING values should be strings, not %T", reverse, other);
        value_dec(other);
        return false;
    }
    value_dec(*module);
    *module = other;
    return true;
}

static value module_dump(value self, const value *args)
{
    value write = attr_get_optional(args[1], NAME(write));
    if (write == VALUE_MISSING)
        return raise(EXC(TypeError), "file must have a 'write' attribute");
    value result = write ? pickle_dump(args[0], write, args[2], args[3], args[4]) : NULL;
    value_dec(write);
    return result;
}
static value module_dumps(value self, const value *args)
{
    return pickle_dump(args[0], NULL, args[1], args[2], args[3]);
}
static value module_load(value self, const value *args)
{
    return unpickle_load(args[0], args[1], args[2], args[3], args[4]);
}
static value module_loads(value self, const value *args)
{
    return unpickle_loads(args[0], args[1], args[2], args[3], args[4]);
}
static const struct method_def functions[] = {
    METHOD("dump", module_dump, "($module, /, obj, file, protocol=None, *, fix_imports=True, buffer_callback=None)",
           "Write a pickled representation of obj to the open file object file."),
    METHOD("dumps", module_dumps, "($module, /, obj, protocol=None, *, fix_imports=True, buffer_callback=None)",
           "Return the pickled representation of the object as a bytes object."),
    METHOD("load", module_load,
           "($module, /, file, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=())",
           "Read and return an object from the pickle data stored in a file."),
    METHOD("loads", module_loads,
           "($module, data, /, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=())",
           "Read and return an object from the given pickle data."),
    {0},
};

static const struct {
    const char *module, *name;
    bool is_dict;
} knowns[KNOWN_COUNT] = {
    [KNOWN_DISPATCH_TABLE] = {"copyreg", "dispatch_table", true},
    [KNOWN_EXTENSION_REGISTRY] = {"copyreg", "_extension_registry", true},
    [KNOWN_INVERTED_REGISTRY] = {"copyreg", "_inverted_registry", true},
    [KNOWN_EXTENSION_CACHE] = {"copyreg", "_extension_cache", true},
    [KNOWN_NAME_MAPPING] = {"_compat_pickle", "NAME_MAPPING", true},
    [KNOWN_IMPORT_MAPPING] = {"_compat_pickle", "IMPORT_MAPPING", true},
    [KNOWN_REVERSE_NAME_MAPPING] = {"_compat_pickle", "REVERSE_NAME_MAPPING", true},
    [KNOWN_REVERSE_IMPORT_MAPPING] = {"_compat_pickle", "REVERSE_IMPORT_MAPPING", true},
    [KNOWN_CODECS_ENCODE] = {"codecs", "encode", false},
    [KNOWN_PARTIAL] = {"functools", "partial", false},
};
static bool find_knowns(void)
{
    for (int i = 0; i < KNOWN_COUNT; i++) {
        value module = import_module(knowns[i].module), name = module ? str_from_text(knowns[i].name) : NULL;
        value found = name ? attr_get(module, name) : NULL;
        value_dec(name);
        value_dec(module);
        if (!found)
            return false;
        if (knowns[i].is_dict && !is_dict(found)) {
            raise(EXC(RuntimeError), "%s.%s should be a dict, not %T", knowns[i].module, knowns[i].name, found);
            value_dec(found);
            return false;
        }
        value_dec(slot_exchange(&pickle_knowns[i], found));
    }
    return true;
}

static bool fill(value module)
{
    return find_knowns() && pickle_memo_proxies_define() &&
           module_define_exception(module, &pickle_error_class, "_pickle.PickleError", EXC(Exception), NULL) &&
           module_define_exception(module, &pickling_error_class, "_pickle.PicklingError",
                                   (struct type *)atomic_load(&pickle_error_class), NULL) &&
           module_define_exception(module, &unpickling_error_class, "_pickle.UnpicklingError",
                                   (struct type *)atomic_load(&pickle_error_class), NULL) &&
           module_define_type(module, &pickler_type, &pickler_spec) &&
           module_define_type(module, &unpickler_type, &unpickler_spec) &&
           module_define_type(module, &pickle_buffer_type, &pickle_buffer_spec);
}
static void finish(void)
{
    for (int i = 0; i < KNOWN_COUNT; i++)
        value_dec(slot_exchange(&pickle_knowns[i], NULL));
    value_dec(slot_exchange(&unpickling_error_class, NULL));
    value_dec(slot_exchange(&pickling_error_class, NULL));
    value_dec(slot_exchange(&pickle_error_class, NULL));
}
const struct module_def _pickle_module = {
    .name = "_pickle",
    .doc = "Optimized C implementation for the Python pickle module.",
    .functions = functions,
    .fill = fill,
    .finish = finish,
};

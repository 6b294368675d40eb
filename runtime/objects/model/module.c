/* Module objects, and making a built-in module from its definition. */
#include "runtime/objects/model/module.h"
#include "runtime/objects/operations/attribute_cache.h"
#include "runtime/objects/descriptors/builtin_function.h"
#include "runtime/objects/containers/dict.h"
#include "runtime/objects/model/type_internal.h"
#include "runtime/import.h"
#include "runtime/interpreter.h"
#include "runtime/sys.h"

#define MODULE(v) ((struct module *)(v))

static value module_alloc(struct type *type)
{
    struct module *m = (struct module *)object_new(type, sizeof *m);
    value dict = m ? dict_new() : NULL;
    if (!dict) {
        value_dec(value_of(m));
        return NULL;
    }
    slot_init(&m->dict, dict);
    return value_of(m);
}

value module_dict(value module)
{
    return slot_peek(&MODULE(module)->dict);
}

static bool module_fill(value module, value name, value doc)
{
    value dict = module_dict(module);
    return dict_set(dict, NAME(__name__), name) && dict_set(dict, NAME(__doc__), doc) &&
           dict_set(dict, NAME(__package__), VALUE_NONE) && dict_set(dict, NAME(__loader__), VALUE_NONE) &&
           dict_set(dict, NAME(__spec__), VALUE_NONE);
}

value module_new(value name)
{
    value module = module_alloc(TYPE(MODULE));
    if (module && !module_fill(module, name, VALUE_NONE)) {
        value_dec(module);
        return NULL;
    }
    return module;
}

bool module_add(value module, const char *name, value v)
{
    value key = str_interned(name);
    bool ok = key && v && dict_set(module_dict(module), key, v);
    value_dec(key);
    return ok;
}

bool module_add_owned(value module, const char *name, value v)
{
    bool ok = v && module_add(module, name, v);
    value_dec(v);
    return ok;
}

bool module_add_type(value module, struct type *type)
{
    return type && module_add(module, type_short_name(type), value_of(type));
}

bool module_add_functions(value module, const struct method_def *methods)
{
    value name = dict_get(module_dict(module), NAME(__name__));
    bool ok = name != NULL;
    for (; ok && methods->name; methods++) {
        value function = builtin_function_new(methods, module, name);
        ok = module_add_owned(module, methods->name, function);
    }
    value_dec(name);
    return ok;
}

/* ---- attributes ---- */
/* What the error says depends on whether the module is just being imported. */
static value module_no_attribute(value module, value name)
{
    value dict = module_dict(module);
    value own_name = dict_get(dict, NAME(__name__));
    value spec = own_name ? dict_get(dict, NAME(__spec__)) : NULL;
    value initializing = spec && value_is_object(spec) ? attr_get_optional(spec, NAME(_initializing)) : VALUE_MISSING;
    error_clear();
    if (!own_name || own_name == VALUE_MISSING || !is_str(own_name))
        attribute_error(module, name, "module has no attribute '%U'", name);
    else if (initializing == VALUE_TRUE)
        attribute_error(
            module, name,
            "partially initialized module '%U' has no attribute '%U' (most likely due to a circular import)", own_name,
            name);
    else if (import_is_in_progress(own_name, name))
        attribute_error(module, name,
                        "cannot access submodule '%U' of module '%U' (most likely due to a circular import)", name,
                        own_name);
    else
        attribute_error(module, name, "module '%U' has no attribute '%U'", own_name, name);
    value_dec(own_name);
    value_dec(spec);
    value_dec(initializing);
    return NULL;
}

value module_getattr(value module, value name)
{
    value found = attr_get_generic_optional(module, name);
    if (found != VALUE_MISSING)
        return found;
    value hook = dict_get(module_dict(module), NAME(__getattr__));
    if (!hook)
        return NULL;
    if (hook == VALUE_MISSING) {
        value dict = module_dict(module);
        found = dict == sys_dict        ? sys_late_attribute(name)
                : dict == builtins_dict ? builtins_late_attribute(name)
                                        : VALUE_MISSING;
        return found == VALUE_MISSING ? module_no_attribute(module, name) : found;
    }
    found = call_1(hook, name);
    value_dec(hook);
    return found;
}

/* The module's own dict goes first unless ModuleType has a data descriptor of the name, as it may have for names that
 * begin with two underscores. */
static bool may_be_data(value name)
{
    return str_length(name) > 1 && str_at(name, 1) == '_';
}

/* The word by which module_load finds `found` again: while the dict has the version, this is the object that the name
 * means, and a lasting one; or where to look first. */
static void remember(value dict, value name, value found, uint32_t version, cache_word *cache)
{
    struct object *o = value_object(found);
    uint64_t word = 0;
    if (version && dict_is_versioned(found)) {
        if (!thread_is_alone() || builtin_function_of_module(found))
            rc_shard(o);
        if (object_is_lasting(o) && object_number(o) <= UINT32_MAX && version <= SHAPE_LAST_ID)
            word = CACHE_WORD(CACHE_MODULE, version, object_number(o));
    }
    if (!word) {
        uint32_t hint = dict_hint(dict, name);
        if (hint > 0xFFFFFF)
            return;
        word = CACHE_OTHER_WORD(0, thread_is_alone() ? CACHE_MODULE_ITEM_ALONE : CACHE_MODULE_ITEM, hint);
    }
    atomic_store_explicit(cache, word, memory_order_release);
}

value module_load(value module, value name, cache_word *cache, bool *uncounted)
{
    uint64_t word = atomic_load_explicit(cache, memory_order_acquire);
    value dict = module_dict(module);
    *uncounted = cache_tag(word) == CACHE_MODULE && dict_has_version(dict, cache_number(word));
    if (likely(*uncounted))
        return cache_object(word);
    enum cache_kind kind = cache_kind(word);
    if (kind == CACHE_MODULE_ITEM || (kind == CACHE_MODULE_ITEM_ALONE && thread_is_alone())) {
        value found = dict_load_hint(dict, name, cache_index(word));
        if (likely(found != VALUE_MISSING))
            return found;
    }
    if (may_be_data(name))
        return module_getattr(module, name);
    uint32_t version = dict_version(dict);
    value found = dict_get(dict, name);
    if (unlikely(found == VALUE_MISSING))
        return module_getattr(module, name);
    if (found)
        remember(dict, name, found, version, cache);
    return found;
}

/* ---- the type ---- */
static value module_new_slot(struct type *type, const value *args, size_t nargs, value kwnames)
{
    (void)args;
    (void)nargs;
    (void)kwnames;
    return module_alloc(type);
}

static bool module_init(value self, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature = SIGNATURE("module", "(name, doc=None)");
    value bound[2];
    if (!signature_bind(&signature, args, nargs, kwnames, bound))
        return false;
    if (!is_str(bound[0]))
        return raise_false(EXC(TypeError), "module() argument 'name' must be str, not %K", bound[0]);
    return module_fill(self, bound[0], bound[1]);
}

static value module_repr(value self)
{
    value unusual = import_module_repr(self);
    if (unusual != VALUE_MISSING)
        return unusual;
    value import = dict_get_text(module_dict(self), "__name__");
    value name = import == VALUE_MISSING || !import ? str_from_text("?") : import;
    value file = name ? dict_get(module_dict(self), NAME(__file__)) : NULL;
    value text = NULL;
    if (file == VALUE_MISSING) {
        value spec = dict_get(module_dict(self), NAME(__spec__));
        value loader = dict_get(module_dict(self), NAME(__loader__));
        value origin = spec && value_is_object(spec) ? attr_get_optional(spec, NAME(origin)) : VALUE_MISSING;
        if (origin && origin != VALUE_MISSING && is_str(origin) && str_equals_text(origin, "built-in"))
            text = str_format("<module %R (built-in)>", name);
        else if (loader && value_is_object(loader))
            text = str_format("<module %R (%R)>", name, loader);
        else
            text = str_format("<module %R>", name);
        value_dec(spec);
        value_dec(loader);
        value_dec(origin);
    } else if (file) {
        text = str_format("<module %R from %R>", name, file);
        value_dec(file);
    }
    value_dec(name);
    return text;
}

static value module_get_dict(value self)
{
    return value_inc(module_dict(self));
}

static value module_get_annotations(value self)
{
    value dict = module_dict(self);
    value found = dict_get(dict, NAME(__annotations__));
    if (found != VALUE_MISSING)
        return found;
    value fresh = dict_new();
    value result = fresh ? dict_set_default(dict, NAME(__annotations__), fresh) : NULL;
    value_dec(fresh);
    return result;
}
static bool module_set_annotations(value self, value v)
{
    if (v)
        return dict_set(module_dict(self), NAME(__annotations__), v);
    int deleted = dict_delete(module_dict(self), NAME(__annotations__));
    return deleted > 0 || (deleted == 0 && raise_false(EXC(AttributeError), "__annotations__"));
}

static value module_dir(value self)
{
    value dict = attr_get(self, NAME(__dict__)); /* which a subclass may have made something else */
    if (dict && !is_dict(dict)) {
        value_dec(dict);
        return raise(EXC(TypeError), "<module>.__dict__ is not a dictionary");
    }
    value hook = dict ? dict_get(dict, NAME(__dir__)) : NULL;
    value result = hook == VALUE_MISSING ? dict_keys_list(dict) : hook ? call_0(hook) : NULL;
    value_dec(hook);
    value_dec(dict);
    return result;
}

static void module_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct module *)o)->dict);
}
static void module_destroy(struct object *o)
{
    slot_drop(&((struct module *)o)->dict);
}

static const struct method_def module_methods[] = {METHOD("__dir__", module_dir, "($self, /)", NULL), {0}};
static const struct getset_def module_getset[] = {
    {"__annotations__", module_get_annotations, module_set_annotations, NULL},
    GETSET_FIELDS,
    {"__dict__", module_get_dict, NULL, NULL},
    {0},
};

const struct type_spec module_type_spec = {
    .id = TYPE_ID_MODULE,
    .name = "module",
    .doc = "Create a module object.\n\nThe name must be a string; the optional docstring can have any type.",
    .signature = "(name, doc=None)",
    .size = sizeof(struct module),
    .flags = TYPE_FLAG_BASE | TYPE_FLAG_WEAKREF,
    .gc_flags = TYPE_GC_CONTAINER | TYPE_GC_SHARDABLE,
    .traverse = module_traverse,
    .destroy = module_destroy,
    .slots = {.new = module_new_slot, .init = module_init, .getattr = module_getattr, .repr = module_repr},
    .methods = module_methods,
    .getset = module_getset,
    .dict_offset = offsetof(struct module, dict),
};

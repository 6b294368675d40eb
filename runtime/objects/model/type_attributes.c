/* The attributes and methods of type objects: names, bases, MRO, __dict__, subclass and instance checks, ... */
#include "runtime/objects/model/type_internal.h"

#define SELF ((struct type *)self)

static bool check_mutable(struct type *type, const char *attribute, value v)
{
    if (type_has_flag(type, TYPE_FLAG_IMMUTABLE))
        return raise_false(EXC(TypeError), "cannot set '%s' attribute of immutable type '%s'", attribute,
                           type_short_name(type));
    if (!v)
        return raise_false(EXC(TypeError), "cannot delete '%s' attribute of immutable type '%s'", attribute,
                           type_short_name(type));
    return true;
}

/* ---- names ---- */
static value get_name(value self)
{
    return type_name(SELF);
}
static bool set_name(value self, value v)
{
    if (!check_mutable(SELF, "__name__", v))
        return false;
    if (!is_str(v))
        return raise_false(EXC(TypeError), "can only assign string to %s.__name__, not '%T'", SELF->gc.name, v);
    struct text text;
    if (!text_of(v, &text))
        return false;
    if (memchr(text.bytes, 0, text.length)) {
        text_release(&text);
        return raise_false(EXC(ValueError), "type name must not contain null characters");
    }
    char *copy = storage_alloc(text.length + 1);
    if (copy)
        memcpy(copy, text.bytes, text.length);
    text_release(&text);
    if (!copy)
        return raise_no_memory() != NULL;
    const char *old = __atomic_exchange_n(&SELF->gc.name, copy, __ATOMIC_ACQ_REL);
    storage_retire((void *)(uintptr_t)old, strlen(old) + 1);
    slot_store(&SELF->gc.header, &SELF->short_name, value_inc(v));
    return true;
}

static value get_qualified_name(value self)
{
    return type_qualified_name(SELF);
}
static bool set_qualified_name(value self, value v)
{
    if (!check_mutable(SELF, "__qualname__", v))
        return false;
    if (!is_str(v))
        return raise_false(EXC(TypeError), "can only assign string to %s.__qualname__, not '%T'", SELF->gc.name, v);
    slot_store(&SELF->gc.header, &SELF->qualified_name, value_inc(v));
    return true;
}

static value get_module(value self)
{
    value module = type_module(SELF);
    return module == VALUE_MISSING ? raise(EXC(AttributeError), "__module__") : module;
}
static bool set_module(value self, value v)
{
    return check_mutable(SELF, "__module__", v) && type_attribute_set(SELF, NAME(__module__), v);
}

/* ---- bases and MRO ---- */
static value get_bases(value self)
{
    return slot_load(value_object(self), &SELF->bases);
}

/* New MROs for the class and its subclasses after its bases changed. */
static bool update_mro_below(struct type *type, void *context)
{
    (void)context;
    return mro_update(type);
}
static bool refresh_slots(struct type *type, void *context)
{
    (void)context;
    if (type_has_flag(type, TYPE_FLAG_HEAP)) {
        slots_update_all(type);
    }
    return true;
}

static bool set_bases(value self, value v)
{
    if (!check_mutable(SELF, "__bases__", v))
        return false;
    if (!is_tuple(v))
        return raise_false(EXC(TypeError), "can only assign tuple to %s.__bases__, not %T", SELF->gc.name, v);
    if (tuple_length(v) == 0)
        return raise_false(EXC(TypeError), "can only assign non-empty tuple to %s.__bases__, not ()", SELF->gc.name);
    for (size_t i = 0; i < tuple_length(v); i++) {
        value base = tuple_get(v, i);
        if (!is_type(base))
            return raise_false(EXC(TypeError), "%s.__bases__ must be tuple of classes, not '%T'", SELF->gc.name, base);
        if (type_is_subtype((struct type *)base, SELF))
            return raise_false(EXC(TypeError), "a __bases__ item causes an inheritance cycle");
    }
    struct type *base = class_best_base(v);
    if (!base)
        return false;
    if (base != SELF->base && !class_layouts_compatible(SELF->base, base, "__bases__"))
        return false;
    class_lock();
    value old_bases = slot_exchange(&SELF->bases, value_inc(v));
    struct type *old_base = SELF->base;
    value_inc(value_of(base));
    SELF->base = base;
    bool ok = type_visit_subclasses(SELF, update_mro_below, NULL);
    if (ok) {
        for (size_t i = 0; i < tuple_length(old_bases); i++)
            type_remove_subclass((struct type *)tuple_get(old_bases, i), SELF);
        for (size_t i = 0; ok && i < tuple_length(v); i++)
            ok = type_add_subclass((struct type *)tuple_get(v, i), SELF);
        lookup_reset(SELF);
        type_visit_subclasses(SELF, refresh_slots, NULL);
    } else {
        value error = error_fetch();
        value new_bases = slot_exchange(&SELF->bases, value_inc(old_bases));
        SELF->base = old_base;
        old_base = base;
        type_visit_subclasses(SELF, update_mro_below, NULL);
        value_dec(new_bases);
        error_restore(error);
    }
    class_unlock();
    value_dec(old_bases);
    value_dec(value_of(old_base));
    return ok;
}

static bool set_readonly(value self, value v)
{
    (void)self;
    (void)v;
    return raise_false(EXC(AttributeError), "readonly attribute");
}
static value get_mro(value self)
{
    value mro = slot_load(value_object(self), &SELF->mro);
    return mro ? mro : VALUE_NONE;
}
static value get_base(value self)
{
    return SELF->base ? value_inc(value_of(SELF->base)) : VALUE_NONE;
}

/* ---- dictionary, documentation ---- */
static value get_dict(value self)
{
    value dict = type_dict(SELF);
    return dict ? mapping_proxy_new(dict) : NULL;
}

static value get_doc(value self)
{
    if (SELF->spec)
        return SELF->spec->doc ? str_from_text(SELF->spec->doc) : VALUE_NONE;
    value dict = type_dict(SELF);
    value doc = dict ? dict_get(dict, NAME(__doc__)) : NULL;
    if (!doc || doc == VALUE_MISSING)
        return doc ? VALUE_NONE : NULL;
    return attribute_bind(doc, NULL, SELF);
}
static bool set_doc(value self, value v)
{
    return check_mutable(SELF, "__doc__", v) && type_attribute_set(SELF, NAME(__doc__), v);
}

static value get_text_signature(value self)
{
    const char *text = SELF->spec ? SELF->spec->signature : NULL;
    return text ? str_from_text(text) : VALUE_NONE;
}

static value get_abstract_methods(value self)
{
    value dict = SELF == TYPE(TYPE) ? VALUE_MISSING : type_dict(SELF);
    value found = dict && dict != VALUE_MISSING ? dict_get(dict, NAME(__abstractmethods__)) : dict;
    return found == VALUE_MISSING ? raise(EXC(AttributeError), "__abstractmethods__") : found;
}
static bool set_abstract_methods(value self, value v)
{
    int truth = v ? value_truth(v) : 0;
    if (truth < 0)
        return false;
    if (type_has_flag(SELF, TYPE_FLAG_IMMUTABLE))
        return raise_false(EXC(TypeError), "cannot set '__abstractmethods__' attribute of immutable type '%s'",
                           type_short_name(SELF));
    if (!v) {
        value dict = type_dict(SELF);
        if (dict && dict_contains(dict, NAME(__abstractmethods__)) == 0)
            return raise_false(EXC(AttributeError), "__abstractmethods__");
    }
    if (!type_attribute_set(SELF, NAME(__abstractmethods__), v))
        return false;
    type_change_flags(SELF, truth ? TYPE_FLAG_ABSTRACT : 0, truth ? 0 : TYPE_FLAG_ABSTRACT);
    return true;
}

static value get_annotations(value self)
{
    if (type_has_flag(SELF, TYPE_FLAG_IMMUTABLE))
        return raise(EXC(AttributeError), "type object '%s' has no attribute '__annotations__'", SELF->gc.name);
    value dict = type_dict(SELF);
    value found = dict ? dict_get(dict, NAME(__annotations__)) : NULL;
    if (found == VALUE_MISSING) {
        value fresh = dict_new();
        if (fresh && !type_attribute_set(SELF, NAME(__annotations__), fresh)) {
            value_dec(fresh);
            return NULL;
        }
        return fresh;
    }
    return found ? attribute_bind(found, NULL, SELF) : NULL;
}
static bool set_annotations(value self, value v)
{
    if (type_has_flag(SELF, TYPE_FLAG_IMMUTABLE))
        return raise_false(EXC(TypeError), "cannot set '__annotations__' attribute of immutable type '%s'",
                           type_short_name(SELF));
    if (!v && dict_contains(type_dict(SELF), NAME(__annotations__)) == 0)
        return raise_false(EXC(AttributeError), "__annotations__");
    return type_attribute_set(SELF, NAME(__annotations__), v);
}

static value get_basic_size(value self)
{
    return int_from_i64(SELF->gc.instance_size);
}
static value get_item_size(value self)
{
    return small_int(type_has_flag(SELF, TYPE_FLAG_VARIABLE_SIZE) ? 8 : 0);
}
static value get_flags(value self)
{
    /* The bits that programs look at: heap type, base type, abstract, and the kinds of built-in bases. */
    uint32_t flags = type_flags(SELF);
    int64_t bits = 0;
    bits |= flags & TYPE_FLAG_IMMUTABLE ? 1 << 8 : 0;
    bits |= flags & TYPE_FLAG_HEAP ? 1 << 9 : 0;
    bits |= flags & TYPE_FLAG_BASE ? 1 << 10 : 0;
    bits |= 1 << 12;
    bits |= SELF->gc.gc_flags & TYPE_GC_CONTAINER ? 1 << 14 : 0;
    bits |= flags & TYPE_FLAG_ABSTRACT ? 1 << 20 : 0;
    bits |= flags & TYPE_FLAG_SEQUENCE ? 1 << 5 : 0;
    bits |= flags & TYPE_FLAG_MAPPING ? 1 << 6 : 0;
    static const struct {
        uint32_t flag;
        int bit;
    } kinds[] = {{TYPE_FLAG_INT, 24}, {TYPE_FLAG_LIST, 25}, {TYPE_FLAG_TUPLE, 26},     {TYPE_FLAG_BYTES, 27},
                 {TYPE_FLAG_STR, 28}, {TYPE_FLAG_DICT, 29}, {TYPE_FLAG_EXCEPTION, 30}, {TYPE_FLAG_TYPE, 31}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        bits |= flags & kinds[i].flag ? INT64_C(1) << kinds[i].bit : 0;
    return int_from_i64(bits);
}
static value get_dict_offset(value self)
{
    return int_from_i64(type_has_flag(SELF, TYPE_FLAG_INSTANCE) ? -1 : SELF->dict_offset);
}
static value get_weakref_offset(value self)
{
    return small_int(type_has_flag(SELF, TYPE_FLAG_NO_WEAKREF) ? 0 : 16);
}

const struct getset_def type_getset[] = {
    {"__name__", get_name, set_name, NULL},
    {"__qualname__", get_qualified_name, set_qualified_name, NULL},
    {"__bases__", get_bases, set_bases, NULL},
    {"__mro__", get_mro, set_readonly, NULL},
    {"__base__", get_base, set_readonly, NULL},
    {"__module__", get_module, set_module, NULL},
    {"__abstractmethods__", get_abstract_methods, set_abstract_methods, NULL},
    {"__dict__", get_dict, NULL, NULL},
    {"__doc__", get_doc, set_doc, NULL},
    {"__text_signature__", get_text_signature, NULL, NULL},
    {"__annotations__", get_annotations, set_annotations, NULL},
    {"__basicsize__", get_basic_size, NULL, NULL},
    {"__itemsize__", get_item_size, NULL, NULL},
    {"__flags__", get_flags, NULL, NULL},
    {"__dictoffset__", get_dict_offset, NULL, NULL},
    {"__weakrefoffset__", get_weakref_offset, NULL, NULL},
    {0},
};

/* ---- methods ---- */
static value type_mro_method(value self, const value *args)
{
    (void)args;
    value bases = get_bases(self);
    value order = bases ? mro_compute(SELF, bases) : NULL;
    value list = order ? list_from_iterable(order) : NULL;
    value_dec(bases);
    value_dec(order);
    return list;
}

static value type_subclasses(value self, const value *args)
{
    (void)args;
    return type_subclasses_list(SELF);
}

static value type_prepare(value self, const value *args, size_t nargs, value kwnames)
{
    (void)self;
    (void)args;
    (void)nargs;
    (void)kwnames;
    return dict_new();
}

static value type_instance_check(value self, const value *args)
{
    int found = value_is_instance_plain(args[0], self);
    return found < 0 ? NULL : value_bool(found);
}
static value type_subclass_check(value self, const value *args)
{
    int found = class_is_subclass_plain(args[0], self);
    return found < 0 ? NULL : value_bool(found);
}

bool merge_class_names(value names, value cls);

static value type_dir(value self, const value *args)
{
    (void)args;
    value names = dict_new();
    if (!names || !merge_class_names(names, self)) {
        value_dec(names);
        return NULL;
    }
    value list = dict_keys_list(names);
    value_dec(names);
    return list;
}

static value type_sizeof(value self, const value *args)
{
    (void)self;
    (void)args;
    return int_from_i64(sizeof(struct type));
}

const struct method_def type_methods[] = {
    METHOD("mro", type_mro_method, "($self, /)", "Return a type's method resolution order."),
    METHOD("__subclasses__", type_subclasses, "($self, /)", "Return a list of immediate subclasses."),
    METHOD_ANY("__prepare__", type_prepare,
               "__prepare__() -> dict\nused to create the namespace for the class statement", METHOD_CLASS),
    METHOD("__instancecheck__", type_instance_check, "($self, instance, /)", "Check if an object is an instance."),
    METHOD("__subclasscheck__", type_subclass_check, "($self, subclass, /)", "Check if a class is a subclass."),
    METHOD("__dir__", type_dir, "($self, /)", "Specialized __dir__ implementation for types."),
    METHOD("__sizeof__", type_sizeof, "($self, /)", "Return memory consumption of the type object."),
    {0},
};

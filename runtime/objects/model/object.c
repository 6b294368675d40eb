/* object: the base of everything. Construction, comparison, printing, pickling, and __class__. */
#include "runtime/import.h"
#include "runtime/audit.h"
#include "runtime/objects/model/type_internal.h"
#include "runtime/objects/operations/attribute_view.h"
#include "threads/pause.h"

/* ---- construction ---- */
static bool excess_arguments(size_t nargs, value kwnames)
{
    return nargs || (kwnames && tuple_length(kwnames));
}

static value abstract_error(struct type *type)
{
    value dict = type_dict(type);
    value names = dict ? dict_get(dict, NAME(__abstractmethods__)) : NULL;
    value sorted = names && names != VALUE_MISSING ? list_from_iterable(names) : NULL;
    value_dec(names);
    value separator = sorted && list_sort(sorted, NULL, false) ? str_from_text(", ") : NULL;
    value text = separator ? str_join(separator, sorted) : NULL;
    if (text)
        raise(EXC(TypeError), "Can't instantiate abstract class %N with abstract method%s %U", type,
              list_length(sorted) == 1 ? "" : "s", text);
    value_dec(text);
    value_dec(separator);
    value_dec(sorted);
    return NULL;
}

value object_new_slot(struct type *type, const value *args, size_t nargs, value kwnames)
{
    (void)args;
    if (unlikely(excess_arguments(nargs, kwnames))) {
        if (type_slot(type, new) != object_new_slot)
            return raise(EXC(TypeError), "object.__new__() takes exactly one argument (the type to instantiate)");
        if (type_slot(type, init) == object_init_slot)
            return raise(EXC(TypeError), "%N() takes no arguments", type);
    }
    if (likely(type_has_flag(type, TYPE_FLAG_INSTANCE)) && likely(!type_has_flag(type, TYPE_FLAG_ABSTRACT)))
        return value_of(instance_new(type));
    if (type_has_flag(type, TYPE_FLAG_ABSTRACT))
        return abstract_error(type);
    return value_of(object_new(type, type->gc.instance_size));
}

bool object_init_slot(value self, const value *args, size_t nargs, value kwnames)
{
    (void)args;
    if (likely(!excess_arguments(nargs, kwnames)))
        return true;
    struct type *type = value_type(self);
    if (type_slot(type, init) != object_init_slot)
        return raise_false(EXC(TypeError), "object.__init__() takes exactly one argument (the instance to initialize)");
    if (type_slot(type, new) == object_new_slot)
        return raise_false(EXC(TypeError), "%N.__init__() takes exactly one argument (the instance to initialize)",
                           type);
    return true;
}

/* ---- text, comparison ---- */
value object_repr_default(value self)
{
    value name = type_repr_name(value_type(self));
    value module = name ? type_module(value_type(self)) : NULL;
    value text = NULL;
    if (module)
        text = str_format("<%U object at %p>", name, (void *)self);
    value_dec(name);
    value_dec(module);
    return text;
}

/* What it returns that is no str is told of as __str__'s. */
static value object_str(value self)
{
    value (*repr)(value) = value_type_slot(self, repr);
    return repr ? repr(self) : object_repr_default(self);
}

bool object_hash_default(value self, int64_t *out)
{
    uint64_t bits = value_bits(self);
    *out = (int64_t)((bits >> 4) | (bits << 60));
    return true;
}

value object_compare(value a, value b, int op)
{
    if (op == COMPARE_EQ)
        return a == b ? VALUE_TRUE : VALUE_NOT_IMPLEMENTED;
    if (op != COMPARE_NE)
        return VALUE_NOT_IMPLEMENTED;
    /* Unequal is not equal, whatever the type says of equality. */
    value (*compare)(value, value, int) = value_type_slot(a, compare);
    value equal = compare ? compare(a, b, COMPARE_EQ) : VALUE_NOT_IMPLEMENTED;
    if (!equal || equal == VALUE_NOT_IMPLEMENTED)
        return equal;
    int truth = value_truth(equal);
    value_dec(equal);
    return truth < 0 ? NULL : value_bool(!truth);
}

/* ---- __class__ ---- */
static value get_class(value self)
{
    return value_inc(value_of(value_type(self)));
}

static bool set_class(value self, value v)
{
    if (!v)
        return raise_false(EXC(TypeError), "can't delete __class__ attribute");
    if (!is_type(v))
        return raise_false(EXC(TypeError), "__class__ must be set to a class, not '%T' object", v);
    if (!audit("object.__setattr__", "OsO", self, "__class__", v))
        return false;
    struct type *to = (struct type *)v, *from = value_type(self);
    bool modules = type_is_subtype(from, TYPE(MODULE)) && type_is_subtype(to, TYPE(MODULE));
    if (!value_is_object(self) ||
        (!modules && (!type_has_flag(to, TYPE_FLAG_HEAP) || !type_has_flag(from, TYPE_FLAG_HEAP))))
        return raise_false(EXC(TypeError),
                           "__class__ assignment only supported for mutable types or ModuleType subclasses");
    if (from == to)
        return true;
    if (!class_layouts_compatible(from, to, "__class__"))
        return false;
    struct object *o = value_object(self);
    atomic_fetch_add_explicit(&class_assignments, 1, memory_order_acq_rel);
    if (value_has_shape(self)) {
        from = instance_set_class((struct instance *)self, to);
        if (!from)
            return false;
    } else {
        value_inc(v);
        from =
            (struct type *)type_from_ref(atomic_exchange_explicit(&o->type, type_ref(&to->gc), memory_order_acq_rel));
        rc_mark(o);
    }
    if (is_type(self)) /* its metaclass may hide what it has itself */
        atomic_store_explicit(&((struct type *)self)->version, shape_next_id(), memory_order_release);
    bool ok = lookup_class_assigned(from, to);
    value_dec(value_of(from));
    return ok;
}

/* ---- pickling: the work is copyreg's and ours, shared as in CPython ---- */
static value import_copyreg(void)
{
    value loaded = import_find_loaded(NAME(copyreg));
    if (loaded != VALUE_MISSING)
        return loaded;
    value import = builtin_lookup(NAME(__import__));
    value module = import ? call_1(import, NAME(copyreg)) : NULL;
    value_dec(import);
    return module;
}

/* The values of __slots__ along the MRO, as copyreg finds their names; NULL on
   error, VALUE_NONE when there are none. */
static value slots_state(value self)
{
    value dict = type_dict(value_type(self));
    value names = dict ? dict_get(dict, NAME(__slotnames__)) : NULL; /* where copyreg remembers them */
    if (names == VALUE_MISSING) {
        value copyreg = import_copyreg();
        names = copyreg ? call_method_1(copyreg, NAME(_slotnames), value_of(value_type(self))) : NULL;
        value_dec(copyreg);
    }
    if (!names)
        return NULL;
    value result = VALUE_NONE;
    for (size_t i = 0; result && value_is(names, TYPE_ID_LIST) && i < list_length(names); thread_report_at(++i)) {
        value name = list_get(names, i);
        value v = attr_get_optional(self, name);
        if (!v || (v != VALUE_MISSING && result == VALUE_NONE && !(result = dict_new())) ||
            (v && v != VALUE_MISSING && !dict_set(result, name, v))) {
            value_dec(result);
            result = NULL;
        }
        value_dec(v);
        value_dec(name);
    }
    value_dec(names);
    return result;
}

static value object_getstate_default(value self, bool required)
{
    struct type *type = value_type(self);
    /* it has no more than its attributes */
    size_t fields = type->gc.instance_size - sizeof(struct object);
    bool plain = (type_has_flag(type, TYPE_FLAG_INSTANCE) || fields == 0 ||
                  (fields == sizeof(value_slot) && type->dict_offset)) &&
                 !value_is(self, TYPE_ID_MODULE);
    if (required && !plain && !type->slots_count && type_has_flag(type, TYPE_FLAG_IMMUTABLE))
        return raise(EXC(TypeError), "cannot pickle '%T' object", self);
    value dict = attr_get_optional(self, NAME(__dict__));
    if (!dict)
        return NULL;
    if (dict == VALUE_MISSING || (is_dict(dict) && dict_length(dict) == 0)) {
        value_dec(dict);
        dict = VALUE_NONE;
    }
    value slots = slots_state(self);
    if (!slots || slots == VALUE_NONE) {
        if (!slots) {
            value_dec(dict);
            dict = NULL;
        }
        return dict;
    }
    value both = tuple_pack(2, dict, slots);
    value_dec(dict);
    value_dec(slots);
    return both;
}

static value object_getstate(value self)
{
    return object_getstate_default(self, false);
}

static value call_getstate(value self, bool required)
{
    value method = type_lookup(value_type(self), NAME(__getstate__));
    value generic = method ? type_lookup(TYPE(OBJECT), NAME(__getstate__)) : NULL;
    value state = NULL;
    if (generic && method == generic)
        state = object_getstate_default(self, required);
    else if (generic)
        state = call_method_0(self, NAME(__getstate__));
    value_dec(method);
    value_dec(generic);
    return state;
}

value object_state(value self)
{
    return call_getstate(self, false);
}

/* Arguments for copyreg.__newobj__ from __getnewargs_ex__ or __getnewargs__. */
static bool new_arguments(value self, value *args, value *kwargs)
{
    *args = *kwargs = NULL;
    value pair = call_special(self, NAME(__getnewargs_ex__), NULL, 0);
    if (!pair)
        return false;
    if (pair != VALUE_MISSING) {
        bool ok =
            is_tuple(pair) && tuple_length(pair) == 2 && is_tuple(tuple_get(pair, 0)) && is_dict(tuple_get(pair, 1));
        if (ok) {
            *args = value_inc(tuple_get(pair, 0));
            *kwargs = value_inc(tuple_get(pair, 1));
        } else if (!is_tuple(pair)) {
            raise(EXC(TypeError), "__getnewargs_ex__ should return a tuple, not '%T'", pair);
        } else {
            raise(EXC(ValueError), "__getnewargs_ex__ should return a tuple of length 2, not %zu", tuple_length(pair));
        }
        value_dec(pair);
        return ok;
    }
    value given = call_special(self, NAME(__getnewargs__), NULL, 0);
    if (!given)
        return false;
    if (given != VALUE_MISSING && !is_tuple(given)) {
        raise(EXC(TypeError), "__getnewargs__ should return a tuple, not '%T'", given);
        value_dec(given);
        return false;
    }
    *args = given == VALUE_MISSING ? NULL : given;
    return true;
}

static value items_iterator(value self, bool wanted, value method)
{
    if (!wanted)
        return VALUE_NONE;
    value items = method ? call_method_0(self, method) : value_inc(self);
    value iterator = items ? iter_get(items) : NULL;
    value_dec(items);
    return iterator;
}

static value reduce_newobj(value self)
{
    value args, kwargs;
    if (!value_type_slot(self, new))
        return raise(EXC(TypeError), "cannot pickle '%T' object", self);
    if (!new_arguments(self, &args, &kwargs))
        return NULL;
    bool list = is_list(self), dict = is_dict(self), had_args = args != NULL;
    value copyreg = import_copyreg(), constructor = NULL, arguments = NULL, cls = value_of(value_type(self));
    if (copyreg && kwargs && dict_length(kwargs)) {
        constructor = attr_get(copyreg, NAME(__newobj_ex__));
        arguments = tuple_pack(3, cls, args, kwargs);
    } else if (copyreg) {
        size_t count = args ? tuple_length(args) : 0;
        constructor = attr_get(copyreg, NAME(__newobj__));
        arguments = tuple_new(count + 1);
        if (arguments) {
            tuple_init(arguments, 0, value_inc(cls));
            for (size_t i = 0; i < count; thread_report_at(++i))
                tuple_init(arguments, i + 1, value_inc(tuple_get(args, i)));
        }
    }
    value_dec(copyreg);
    value_dec(args);
    value_dec(kwargs);
    value result = NULL;
    value state = constructor && arguments ? call_getstate(self, !(had_args || list || dict)) : NULL;
    value list_items = state ? items_iterator(self, list, NULL) : NULL;
    value dict_items = list_items ? items_iterator(self, dict, NAME(items)) : NULL;
    if (dict_items)
        result = tuple_pack(5, constructor, arguments, state, list_items, dict_items);
    value_dec(constructor);
    value_dec(arguments);
    value_dec(state);
    value_dec(list_items);
    value_dec(dict_items);
    return result;
}

static value reduce_protocol(value self, int protocol)
{
    if (protocol >= 2)
        return reduce_newobj(self);
    value copyreg = import_copyreg(), number = small_int(protocol);
    value args[2] = {self, number};
    value result = copyreg ? call_method(copyreg, NAME(_reduce_ex), args, 2) : NULL;
    value_dec(copyreg);
    return result;
}

static value object_reduce(value self)
{
    return reduce_protocol(self, 0);
}

static value object_reduce_ex(value self, value given_protocol)
{
    int protocol;
    if (!value_as_int(given_protocol, &protocol))
        return NULL;
    struct type *type = value_type(self);
    value method = value_type(value_of(type)) == TYPE(TYPE) ? type_lookup(type, NAME(__reduce__))
                                                            : attr_get_optional(value_of(type), NAME(__reduce__));
    value generic = method ? type_lookup(TYPE(OBJECT), NAME(__reduce__)) : NULL;
    bool overridden = method && generic && method != VALUE_MISSING && method != generic;
    value_dec(method);
    value_dec(generic);
    if (!method || !generic)
        return NULL;
    return overridden ? call_method_0(self, NAME(__reduce__)) : reduce_protocol(self, protocol);
}

/* ---- the other methods ---- */
static value object_format(value self, value format_spec)
{
    if (!is_str(format_spec))
        return raise(EXC(TypeError), "__format__() argument must be str, not %K", format_spec);
    if (str_length(format_spec))
        return raise(EXC(TypeError), "unsupported format string passed to %T.__format__", self);
    return value_str(self);
}

/* Merge the names of a class and its bases into a dict. */
bool merge_class_names(value names, value cls)
{
    value dict = is_type(cls) ? value_inc(type_dict((struct type *)cls)) : attr_get_optional(cls, NAME(__dict__));
    if (!dict)
        return false;
    bool ok = dict == VALUE_MISSING || dict_update(names, dict);
    value_dec(dict);
    value bases = ok ? attr_get_optional(cls, NAME(__bases__)) : NULL;
    if (!bases)
        return false;
    for (size_t i = 0; ok && bases != VALUE_MISSING && is_tuple(bases) && i < tuple_length(bases);
         thread_report_at(++i))
        ok = merge_class_names(names, tuple_get(bases, i));
    value_dec(bases);
    return ok;
}

static value object_dir(value self)
{
    value own = value_is_object(self) && value_has_shape(self) ? instance_dict_snapshot((struct instance *)self)
                                                               : attr_get_optional(self, NAME(__dict__));
    if (!own)
        return NULL;
    value names = own != VALUE_MISSING && is_dict(own) ? dict_copy(own) : dict_new();
    value_dec(own);
    value cls = names ? attr_get_optional(self, NAME(__class__)) : NULL;
    if (!cls || (cls != VALUE_MISSING && !merge_class_names(names, cls))) {
        value_dec(cls);
        value_dec(names);
        return NULL;
    }
    value_dec(cls);
    value list = dict_keys_list(names);
    value_dec(names);
    return list;
}

static value object_sizeof(value self)
{
    return int_from_i64(value_is_object(self) ? (int64_t)heap_usable_size(value_object(self)) : 24);
}

static value object_init_subclass(value self, const value *args, size_t nargs, value kwnames)
{
    (void)args;
    if (likely(!nargs && !(kwnames && tuple_length(kwnames))))
        return VALUE_NONE;
    value name = type_qualified_name((struct type *)self);
    if (name && kwnames && tuple_length(kwnames))
        raise(EXC(TypeError), "%U.__init_subclass__() takes no keyword arguments", name);
    else if (name)
        raise(EXC(TypeError), "%U.__init_subclass__() takes no arguments (%zu given)", name, nargs);
    value_dec(name);
    return NULL;
}

static value object_subclass_hook(value self, value subclass)
{
    (void)self;
    return VALUE_NOT_IMPLEMENTED;
}

static const struct method_def object_methods[] = {
    METHOD("__reduce_ex__", object_reduce_ex, "($self, protocol, /)", "Helper for pickle."),
    METHOD("__reduce__", object_reduce, "($self, /)", "Helper for pickle."),
    METHOD("__getstate__", object_getstate, "($self, /)", "Helper for pickle."),
    METHOD_FLAGS("__subclasshook__", object_subclass_hook, "(subclass, /)",
                 "Abstract classes can override this to customize issubclass().", METHOD_CLASS),
    METHOD_ANY("__init_subclass__", object_init_subclass, "This method is called when a class is subclassed.",
               METHOD_CLASS),
    METHOD("__format__", object_format, "($self, format_spec, /)", "Default object formatter."),
    METHOD("__sizeof__", object_sizeof, "($self, /)", "Size of object in memory, in bytes."),
    METHOD("__dir__", object_dir, "($self, /)", "Default dir() implementation."),
    {0},
};
static const struct getset_def object_getset[] = {
    {"__class__", get_class, set_class, "the object's class"},
    {0},
};

const struct type_spec object_type_spec = {
    .id = TYPE_ID_OBJECT,
    .name = "object",
    .doc = "The base class of the class hierarchy.\n\nWhen called, it accepts no arguments and returns a new "
           "featureless\ninstance that has no instance attributes and cannot be given any.\n",
    .signature = "()",
    .size = sizeof(struct object),
    .flags = TYPE_FLAG_BASE,
    .slots = {.new = object_new_slot,
              .init = object_init_slot,
              .getattr = attr_get_generic,
              .setattr = attr_set_generic,
              .repr = object_repr_default,
              .str = object_str,
              .hash = object_hash_default,
              .compare = object_compare},
    .methods = object_methods,
    .getset = object_getset,
};

/* ---- __dict__ and __weakref__ of classes made at run time ---- */
/* A class comes here, too, when its metaclass has this from a base beside `type`. */
static value subtype_get_dict(value self)
{
    if (is_type(self))
        return mapping_proxy_new(type_dict((struct type *)self));
    value dict = object_dict(self, true);
    return dict == VALUE_MISSING ? raise(EXC(AttributeError), "This object has no __dict__") : dict;
}
static value subtype_get_weakref(value self)
{
    struct weak_reference *found = weak_find_plain(value_object(self), &TYPE(WEAK_REFERENCE)->gc);
    return found ? value_of(found) : VALUE_NONE;
}
/* What modules, exceptions, ... have for __dict__, of which a class may be one beside a base with this; VALUE_MISSING:
 * nothing. Owned. */
static value built_in_dict_descriptor(struct type *type)
{
    while (type_has_flag(type, TYPE_FLAG_HEAP))
        type = type->base;
    return type_lookup(type, NAME(__dict__));
}
/* Deleting it leaves an empty one. */
static bool subtype_set_dict(value self, value v)
{
    if (is_type(self))
        return raise_false(EXC(AttributeError), "attribute '__dict__' of 'type' objects is not writable");
    value above = built_in_dict_descriptor(value_type(self));
    if (above != VALUE_MISSING) {
        bool (*set)(value, value, value) = above ? value_type_slot(above, descr_set) : NULL;
        bool done = set ? set(above, self, v) : above && raise_false(EXC(AttributeError), "readonly attribute");
        value_dec(above);
        return done;
    }
    value dict = v ? value_inc(v) : dict_new();
    bool ok = dict && object_set_dict(self, dict);
    value_dec(dict);
    return ok;
}
const struct getset_def subtype_dict_getset = {"__dict__", subtype_get_dict, subtype_set_dict,
                                               "dictionary for instance variables (if defined)"};
const struct getset_def subtype_weakref_getset = {"__weakref__", subtype_get_weakref, NULL,
                                                  "list of weak references to the object (if defined)"};

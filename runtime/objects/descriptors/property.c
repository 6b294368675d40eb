/* property, staticmethod, classmethod, and bound methods: what makes functions in a class body behave as they do. */
#include "runtime/interpreter.h"
#include "runtime/objects/model/type_internal.h"

/* ---- property ---- */
struct property {
    struct object header;
    value_slot get, set, del, doc, name;
    _Atomic bool doc_from_getter;
};
#define PROPERTY(v) ((struct property *)(v))

static value slot_or_none(value v, value_slot *slot)
{
    value held = slot_load(value_object(v), slot);
    return held ? held : VALUE_NONE;
}

static value given(value v)
{
    return v == VALUE_MISSING || v == VALUE_NONE ? NULL : v;
}

static bool property_fill(struct property *p, value get, value set, value del, value doc)
{
    value text = value_inc(given(doc));
    store_relaxed(&p->doc_from_getter, false);
    if (!text && given(get)) {
        text = attr_get_optional(get, NAME(__doc__));
        if (!text)
            return false;
        text = text == VALUE_MISSING || text == VALUE_NONE ? NULL : text;
        store_relaxed(&p->doc_from_getter, text != NULL);
    }
    slot_store(&p->header, &p->get, value_inc(given(get)));
    slot_store(&p->header, &p->set, value_inc(given(set)));
    slot_store(&p->header, &p->del, value_inc(given(del)));
    if (type_has_flag(value_type(value_of(p)), TYPE_FLAG_HEAP) && text) {
        /* A subclass has its own __doc__ in the class dictionary: that of the getter goes into the instance's, and one
           that was given is not seen. */
        bool ok = !load_relaxed(&p->doc_from_getter) || attr_set(value_of(p), NAME(__doc__), text);
        slot_store(&p->header, &p->doc, text);
        return ok;
    }
    slot_store(&p->header, &p->doc, text);
    return true;
}

value property_new(value get, value set, value del, value doc)
{
    struct property *p = (struct property *)object_new(TYPE(PROPERTY), sizeof *p);
    if (!p)
        return NULL;
    if (!property_fill(p, get ? get : VALUE_NONE, set ? set : VALUE_NONE, del ? del : VALUE_NONE,
                       doc ? doc : VALUE_NONE)) {
        value_dec(value_of(p));
        return NULL;
    }
    return value_of(p);
}

static value property_new_slot(struct type *type, const value *args, size_t nargs, value kwnames)
{
    (void)args;
    (void)nargs;
    (void)kwnames;
    return value_of(object_new(type, sizeof(struct property)));
}

static bool property_init(value self, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature = SIGNATURE("property", "(fget=None, fset=None, fdel=None, doc=None)");
    value bound[4];
    return signature_bind(&signature, args, nargs, kwnames, bound) &&
           property_fill(PROPERTY(self), bound[0], bound[1], bound[2], bound[3]);
}

static bool property_missing(value self, value object, const char *what)
{
    value name = slot_load(value_object(self), &PROPERTY(self)->name);
    value owner = type_qualified_name(value_type(object));
    if (owner && name)
        raise(EXC(AttributeError), "property %R of %R object has no %s", name, owner, what);
    else if (owner)
        raise(EXC(AttributeError), "property of %R object has no %s", owner, what);
    value_dec(owner);
    value_dec(name);
    return false;
}

value property_function(value self)
{
    return slot_load(value_object(self), &PROPERTY(self)->get);
}

value property_get(value self, value object, struct type *type)
{
    (void)type;
    if (!object || object == VALUE_NONE)
        return value_inc(self);
    value get = property_function(self);
    if (!get) {
        property_missing(self, object, "getter");
        return NULL;
    }
    value result = value_is(get, TYPE_ID_FUNCTION) ? function_call(get, &object, 1, NULL) : call_1(get, object);
    value_dec(get);
    return result;
}

static bool property_set(value self, value object, value v)
{
    value function = slot_load(value_object(self), v ? &PROPERTY(self)->set : &PROPERTY(self)->del);
    if (!function)
        return property_missing(self, object, v ? "setter" : "deleter");
    value result = v ? call_2(function, object, v) : call_1(function, object);
    value_dec(function);
    value_dec(result);
    return result != NULL;
}

/* A copy of the same type with some functions replaced. */
static value property_copy(value self, value get, value set, value del)
{
    struct property *p = PROPERTY(self);
    value args[4] = {get ? value_inc(get) : slot_or_none(self, &p->get),
                     set ? value_inc(set) : slot_or_none(self, &p->set),
                     del ? value_inc(del) : slot_or_none(self, &p->del),
                     load_relaxed(&p->doc_from_getter) ? VALUE_NONE : slot_or_none(self, &p->doc)};
    value copy = call_vector(value_of(value_type(self)), args, 4, NULL);
    for (int i = 0; i < 4; i++)
        value_dec(args[i]);
    if (copy && value_is_of(copy, TYPE(PROPERTY)))
        slot_store(value_object(copy), &PROPERTY(copy)->name, slot_load(value_object(self), &p->name));
    return copy;
}
static value property_getter(value self, value fget)
{
    return property_copy(self, fget, NULL, NULL);
}
static value property_setter(value self, value fset)
{
    return property_copy(self, NULL, fset, NULL);
}
static value property_deleter(value self, value fdel)
{
    return property_copy(self, NULL, NULL, fdel);
}
static value property_set_name(value self, const value *args, size_t nargs, value kwnames)
{
    if (!no_keywords("__set_name__", kwnames))
        return NULL;
    if (nargs != 2)
        return raise(EXC(TypeError), "__set_name__() takes 2 positional arguments but %zu were given", nargs);
    slot_store(value_object(self), &PROPERTY(self)->name, value_inc(args[1]));
    return VALUE_NONE;
}

/* Whether a wrapped function says that it is abstract; -1 with an exception. It may be another wrapper, and so on. */
static int is_marked_abstract(value function)
{
    if (!stack_check(" while getting an attribute"))
        return -1;
    value mark = attr_get_optional(function, NAME(__isabstractmethod__));
    int truth = !mark ? -1 : mark == VALUE_MISSING ? 0 : value_truth(mark);
    value_dec(mark);
    return truth;
}

static value property_is_abstract(value self)
{
    struct property *p = PROPERTY(self);
    value_slot *functions[] = {&p->get, &p->set, &p->del};
    for (int i = 0; i < 3; i++) {
        value function = slot_load(&p->header, functions[i]);
        int truth = function ? is_marked_abstract(function) : 0;
        value_dec(function);
        if (truth)
            return truth < 0 ? NULL : VALUE_TRUE;
    }
    return VALUE_FALSE;
}

static void property_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slots(trace, &((struct property *)o)->get, 5);
}
static void property_destroy(struct object *o)
{
    value_slot *slots = &((struct property *)o)->get;
    for (int i = 0; i < 5; i++)
        slot_drop(&slots[i]);
}

static const struct method_def property_methods[] = {
    METHOD("getter", property_getter, "($self, fget, /)",
           "Descriptor to obtain a copy of the property with a different getter."),
    METHOD("setter", property_setter, "($self, fset, /)",
           "Descriptor to obtain a copy of the property with a different setter."),
    METHOD("deleter", property_deleter, "($self, fdel, /)",
           "Descriptor to obtain a copy of the property with a different deleter."),
    METHOD_ANY("__set_name__", property_set_name, "Method to set name of a property.", 0),
    {0},
};
static const struct getset_def property_getset[] = {
    {"__isabstractmethod__", property_is_abstract, NULL, NULL},
    {0},
};
static const struct member_def property_members[] = {
    {"fget", MEMBER_VALUE_NONE, offsetof(struct property, get), false, NULL},
    {"fset", MEMBER_VALUE_NONE, offsetof(struct property, set), false, NULL},
    {"fdel", MEMBER_VALUE_NONE, offsetof(struct property, del), false, NULL},
    {"__doc__", MEMBER_VALUE_NONE, offsetof(struct property, doc), true, NULL},
    {0},
};

const struct type_spec property_type_spec = {
    .id = TYPE_ID_PROPERTY,
    .name = "property",
    .signature = "(fget=None, fset=None, fdel=None, doc=None)",
    .doc =
        "Property attribute.\n\n  fget\n    function to be used for getting an attribute value\n  fset\n    function "
        "to "
        "be used for setting an attribute value\n  fdel\n    function to be used for del'ing an attribute\n  doc\n    "
        "docstring",
    .size = sizeof(struct property),
    .flags = TYPE_FLAG_BASE,
    .gc_flags = TYPE_GC_CONTAINER | TYPE_GC_SHARDABLE,
    .traverse = property_traverse,
    .destroy = property_destroy,
    .slots = {.new = property_new_slot, .init = property_init, .descr_get = property_get, .descr_set = property_set},
    .methods = property_methods,
    .getset = property_getset,
    .members = property_members,
};

/* ---- staticmethod and classmethod ---- */
struct wrapped_function {
    struct object header;
    value_slot function, dict;
};
#define WRAPPED(v) ((struct wrapped_function *)(v))

/* Take over the name, documentation and so on of the function, as functools.update_wrapper does. */
static bool wrapped_copy_attributes(value self, value function)
{
    value names[] = {NAME(__module__), NAME(__name__), NAME(__qualname__), NAME(__doc__), NAME(__annotations__)};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        value v = attr_get_optional(function, names[i]);
        bool ok = v && (v == VALUE_MISSING || attr_set_generic(self, names[i], v));
        value_dec(v);
        if (!ok)
            return false;
    }
    return true;
}

static value wrapped_new(struct type *type, value function)
{
    struct wrapped_function *w = (struct wrapped_function *)object_new(type, sizeof *w);
    if (!w)
        return NULL;
    slot_init(&w->function, value_inc(function));
    return value_of(w);
}
value staticmethod_new(value function)
{
    return wrapped_new(TYPE(STATICMETHOD), function);
}
value classmethod_new(value function)
{
    return wrapped_new(TYPE(CLASSMETHOD), function);
}

static value wrapped_new_slot(struct type *type, const value *args, size_t nargs, value kwnames)
{
    (void)args;
    (void)nargs;
    (void)kwnames;
    return wrapped_new(type, VALUE_NONE);
}

static bool wrapped_init(value self, const value *args, size_t nargs, value kwnames, struct signature *signature)
{
    value bound[1];
    if (!signature_bind(signature, args, nargs, kwnames, bound))
        return false;
    slot_store(value_object(self), &WRAPPED(self)->function, value_inc(bound[0]));
    return wrapped_copy_attributes(self, bound[0]);
}
static bool staticmethod_init(value self, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature = SIGNATURE("staticmethod", "(function, /)");
    return wrapped_init(self, args, nargs, kwnames, &signature);
}
static bool classmethod_init(value self, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature = SIGNATURE("classmethod", "(function, /)");
    return wrapped_init(self, args, nargs, kwnames, &signature);
}

static value staticmethod_get(value self, value object, struct type *type)
{
    (void)object;
    (void)type;
    return slot_load(value_object(self), &WRAPPED(self)->function);
}
static value staticmethod_call(value self, const value *args, size_t nargs, value kwnames)
{
    value function = slot_load(value_object(self), &WRAPPED(self)->function);
    value result = call_vector(function, args, nargs, kwnames);
    value_dec(function);
    return result;
}
static value classmethod_get(value self, value object, struct type *type)
{
    if (!type)
        type = value_type(object);
    value function = slot_load(value_object(self), &WRAPPED(self)->function);
    value result;
    value (*get)(value, value, struct type *) = value_is_object(function) ? value_type_slot(function, descr_get) : NULL;
    if (value_is(function, TYPE_ID_FUNCTION) || !get)
        result = method_new(function, value_of(type));
    else
        result = get(function, value_of(type), type);
    value_dec(function);
    return result;
}

static value wrapped_repr(value self, const char *name)
{
    value function = slot_load(value_object(self), &WRAPPED(self)->function);
    value text = str_format("<%s(%R)>", name, function);
    value_dec(function);
    return text;
}
static value staticmethod_repr(value self)
{
    return wrapped_repr(self, "staticmethod");
}
static value classmethod_repr(value self)
{
    return wrapped_repr(self, "classmethod");
}
static value wrapped_is_abstract(value self)
{
    value function = slot_load(value_object(self), &WRAPPED(self)->function);
    int truth = is_marked_abstract(function);
    value_dec(function);
    return truth < 0 ? NULL : value_bool(truth);
}
static void wrapped_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slots(trace, &((struct wrapped_function *)o)->function, 2);
}
static void wrapped_destroy(struct object *o)
{
    slot_drop(&((struct wrapped_function *)o)->function);
    slot_drop(&((struct wrapped_function *)o)->dict);
}

static value wrapped_get_dict(value self)
{
    return object_dict(self, true);
}
static bool wrapped_set_dict(value self, value dict)
{
    return object_set_dict(self, dict);
}
static const struct getset_def wrapped_getset[] = {
    {"__isabstractmethod__", wrapped_is_abstract, NULL, NULL},
    {"__dict__", wrapped_get_dict, wrapped_set_dict, NULL},
    {0},
};
static const struct member_def wrapped_members[] = {
    {"__func__", MEMBER_VALUE, offsetof(struct wrapped_function, function), false, NULL},
    {"__wrapped__", MEMBER_VALUE, offsetof(struct wrapped_function, function), false, NULL},
    {0},
};

const struct type_spec staticmethod_type_spec = {
    .id = TYPE_ID_STATICMETHOD,
    .name = "staticmethod",
    .doc = "staticmethod(function) -> method\n\nConvert a function to be a static method.",
    .size = sizeof(struct wrapped_function),
    .flags = TYPE_FLAG_BASE,
    .gc_flags = TYPE_GC_CONTAINER | TYPE_GC_SHARDABLE,
    .traverse = wrapped_traverse,
    .destroy = wrapped_destroy,
    .slots = {.new = wrapped_new_slot,
              .init = staticmethod_init,
              .call = staticmethod_call,
              .descr_get = staticmethod_get,
              .repr = staticmethod_repr},
    .getset = wrapped_getset,
    .members = wrapped_members,
    .dict_offset = offsetof(struct wrapped_function, dict),
};
const struct type_spec classmethod_type_spec = {
    .id = TYPE_ID_CLASSMETHOD,
    .name = "classmethod",
    .doc = "classmethod(function) -> method\n\nConvert a function to be a class method.",
    .size = sizeof(struct wrapped_function),
    .flags = TYPE_FLAG_BASE,
    .gc_flags = TYPE_GC_CONTAINER | TYPE_GC_SHARDABLE,
    .traverse = wrapped_traverse,
    .destroy = wrapped_destroy,
    .slots = {.new = wrapped_new_slot,
              .init = classmethod_init,
              .descr_get = classmethod_get,
              .repr = classmethod_repr},
    .getset = wrapped_getset,
    .members = wrapped_members,
    .dict_offset = offsetof(struct wrapped_function, dict),
};

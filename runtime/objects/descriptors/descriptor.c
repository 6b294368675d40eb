/*
 * The five descriptor types of built-in classes (descriptor.h), and method-wrapper, which a wrapper descriptor becomes
 * when it is read from an instance.
 */
#include "runtime/objects/model/type_internal.h"
#include "runtime/objects/descriptors/builtin_function.h"
#include "runtime/objects/descriptors/descriptor.h"

/* ---- making ---- */
static struct descriptor *descriptor_alloc(struct type *kind, struct type *owner, value name /* stolen */,
                                           const void *def)
{
    if (!name)
        return NULL;
    struct descriptor *d = (struct descriptor *)object_new(kind, sizeof *d);
    if (!d) {
        value_dec(name);
        return NULL;
    }
    slot_init(&d->owner, value_inc(value_of(owner)));
    d->owner_ref = type_ref(&owner->gc);
    slot_init(&d->name, name);
    d->def = def;
    return d;
}

static value method_alloc(struct type *kind, struct type *type, const struct method_def *def)
{
    struct descriptor *d = descriptor_alloc(kind, type, str_interned(def->name), def);
    if (!d)
        return NULL;
    d->signature = (struct signature){
        .name = def->name,
        .text = def->signature,
        .owner = type_short_name(type),
        .is_method = true,
        .by_tuple = def->flags & METHOD_TUPLE,
    };
    method_check_entry(def, &d->signature);
    return value_of(d);
}

value method_descriptor_new(struct type *type, const struct method_def *def)
{
    return method_alloc(TYPE(METHOD_DESCRIPTOR), type, def);
}

value classmethod_descriptor_new(struct type *type, const struct method_def *def)
{
    return method_alloc(TYPE(CLASSMETHOD_DESCRIPTOR), type, def);
}

value wrapper_descriptor_new(struct type *type, const struct slot_def *def, void *function)
{
    struct descriptor *d = descriptor_alloc(TYPE(WRAPPER_DESCRIPTOR), type, str_interned(def->name), def);
    if (d)
        d->function = function;
    return value_of(d);
}

value getset_descriptor_new(struct type *type, const struct getset_def *def)
{
    return value_of(descriptor_alloc(TYPE(GETSET_DESCRIPTOR), type, str_interned(def->name), def));
}

value computed_member_new(struct type *type, const struct getset_def *def)
{
    struct descriptor *d = descriptor_alloc(TYPE(MEMBER_DESCRIPTOR), type, str_interned(def->name), def);
    if (d)
        d->computed = true;
    return value_of(d);
}

value member_descriptor_new(struct type *type, const struct member_def *def)
{
    return value_of(descriptor_alloc(TYPE(MEMBER_DESCRIPTOR), type, str_interned(def->name), def));
}

value slot_descriptor_new(struct type *type, value name, int32_t offset)
{
    struct descriptor *d = descriptor_alloc(TYPE(MEMBER_DESCRIPTOR), type, value_inc(name), NULL);
    if (d)
        d->offset = offset;
    return value_of(d);
}

static struct type *owner_of(value v)
{
    return (struct type *)slot_peek(&((struct descriptor *)v)->owner);
}
static value name_of(value v)
{
    return slot_peek(&((struct descriptor *)v)->name);
}

/* ---- common to all ---- */
static bool applies(value v, value object)
{
    struct type *owner = owner_of(v);
    if (likely(type_is_subtype(value_type(object), owner)))
        return true;
    return raise_false(EXC(TypeError), "descriptor '%U' for '%s' objects doesn't apply to a '%T' object", name_of(v),
                       owner->gc.name, object);
}

static value descriptor_get_name(value v)
{
    return value_inc(name_of(v));
}
static value descriptor_get_owner(value v)
{
    return value_inc(value_of(owner_of(v)));
}
static value descriptor_get_qualified_name(value v)
{
    value owner = type_qualified_name(owner_of(v));
    value result = owner ? str_format("%U.%U", owner, name_of(v)) : NULL;
    value_dec(owner);
    return result;
}

static value text_or_none(const char *text)
{
    return text ? str_from_text(text) : VALUE_NONE;
}

static value method_get_doc(value v)
{
    return text_or_none(((const struct method_def *)((struct descriptor *)v)->def)->doc);
}
/* Functions that get their arguments in a tuple have none in CPython. */
static value method_get_text_signature(value v)
{
    const struct method_def *def = ((struct descriptor *)v)->def;
    return text_or_none(def->flags & METHOD_TUPLE ? NULL : def->signature);
}
static value wrapper_get_doc(value v)
{
    return text_or_none(((const struct slot_def *)((struct descriptor *)v)->def)->doc);
}
static value wrapper_get_text_signature(value v)
{
    return text_or_none(((const struct slot_def *)((struct descriptor *)v)->def)->signature);
}
static value getset_get_doc(value v)
{
    return text_or_none(((const struct getset_def *)((struct descriptor *)v)->def)->doc);
}
static value member_get_doc(value v)
{
    if (((struct descriptor *)v)->computed)
        return getset_get_doc(v);
    const struct member_def *def = ((struct descriptor *)v)->def;
    return text_or_none(def ? def->doc : NULL);
}

/* getattr(owner, name), for pickles. */
static value reduce_as_attribute(value owner, value name)
{
    value getattr = builtin_lookup(NAME(getattr));
    value arguments = getattr ? tuple_pack(2, owner, name) : NULL;
    value result = arguments ? tuple_pack(2, getattr, arguments) : NULL;
    value_dec(getattr);
    value_dec(arguments);
    return result;
}

static value descriptor_reduce(value v)
{
    return reduce_as_attribute(value_of(owner_of(v)), name_of(v));
}

static void descriptor_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct descriptor *)o)->owner);
}

static void descriptor_destroy(struct object *o)
{
    struct descriptor *d = (struct descriptor *)o;
    free(atomic_load_explicit(&d->signature.parsed, memory_order_relaxed));
    slot_drop(&d->owner);
    slot_drop(&d->name);
}

/* ---- method_descriptor: list.append ---- */
value method_descriptor_call(value self, const value *args, size_t nargs, value kwnames)
{
    struct descriptor *d = (struct descriptor *)self;
    if (unlikely(nargs == 0))
        return raise(EXC(TypeError), "unbound method %s.%U() needs an argument", type_short_name(owner_of(self)),
                     name_of(self));
    if (unlikely(!applies(self, args[0])))
        return NULL;
    return builtin_call(d->def, &d->signature, args[0], args + 1, nargs - 1, kwnames);
}

static value method_descriptor_get(value self, value object, struct type *type)
{
    (void)type;
    if (!object)
        return value_inc(self);
    if (!applies(self, object))
        return NULL;
    struct descriptor *d = (struct descriptor *)self;
    return builtin_function_bound(d->def, &d->signature, self, object);
}

static value method_descriptor_repr(value v)
{
    return str_format("<method '%U' of '%s' objects>", name_of(v), owner_of(v)->gc.name);
}

/* ---- classmethod_descriptor: dict.fromkeys ---- */
static value classmethod_descriptor_get(value self, value object, struct type *type)
{
    if (!type)
        type = object ? value_type(object) : NULL;
    struct type *owner = owner_of(self);
    if (!type)
        return raise(EXC(TypeError), "descriptor '%U' for type '%s' needs either an object or a type", name_of(self),
                     owner->gc.name);
    if (!is_type(value_of(type))) /* whoever calls __get__ in Python may pass anything */
        return raise(EXC(TypeError), "descriptor '%U' for type '%s' needs a type, not a '%T' as arg 2", name_of(self),
                     owner->gc.name, value_of(type));
    if (!type_is_subtype(type, owner))
        return raise(EXC(TypeError), "descriptor '%U' requires a subtype of '%s' but received '%s'", name_of(self),
                     owner->gc.name, type->gc.name);
    struct descriptor *d = (struct descriptor *)self;
    return builtin_function_bound(d->def, &d->signature, self, value_of(type));
}

static value classmethod_descriptor_call(value self, const value *args, size_t nargs, value kwnames)
{
    if (nargs == 0)
        return raise(EXC(TypeError), "descriptor '%U' of '%s' object needs an argument", name_of(self),
                     owner_of(self)->gc.name);
    if (!is_type(args[0]))
        return raise(EXC(TypeError), "descriptor '%U' for type '%s' needs a type, not a '%T' as arg 2", name_of(self),
                     owner_of(self)->gc.name, args[0]);
    value bound = classmethod_descriptor_get(self, NULL, (struct type *)args[0]);
    value result = bound ? builtin_function_call(bound, args + 1, nargs - 1, kwnames) : NULL;
    value_dec(bound);
    return result;
}

/* ---- wrapper_descriptor: int.__add__ ---- */
static value wrapper_apply(struct descriptor *d, value self, const value *args, size_t nargs, value kwnames)
{
    const struct slot_def *def = d->def;
    bool keywords =
        def->offset == offsetof(struct type_slots, call) || def->offset == offsetof(struct type_slots, init);
    if (!keywords && kwnames && tuple_length(kwnames))
        return raise(EXC(TypeError), "wrapper %s() takes no keyword arguments", def->name);
    return result_checked(def->wrapper(self, args, nargs, kwnames, d->function), def->name);
}

static value wrapper_descriptor_call(value self, const value *args, size_t nargs, value kwnames)
{
    struct type *owner = owner_of(self);
    if (nargs == 0)
        return raise(EXC(TypeError), "descriptor '%U' of '%s' object needs an argument", name_of(self), owner->gc.name);
    if (!type_is_subtype(value_type(args[0]), owner))
        return raise(EXC(TypeError), "descriptor '%U' requires a '%s' object but received a '%T'", name_of(self),
                     owner->gc.name, args[0]);
    return wrapper_apply((struct descriptor *)self, args[0], args + 1, nargs - 1, kwnames);
}

void *wrapper_descriptor_function(value v, unsigned offset)
{
    if (!value_is(v, TYPE_ID_WRAPPER_DESCRIPTOR))
        return NULL;
    struct descriptor *d = (struct descriptor *)v;
    return ((const struct slot_def *)d->def)->offset == offset ? d->function : NULL;
}

static value wrapper_descriptor_repr(value v)
{
    return str_format("<slot wrapper '%U' of '%s' objects>", name_of(v), owner_of(v)->gc.name);
}

/* A wrapper bound to its object. */
struct method_wrapper {
    struct object header;
    value_slot descriptor, self;
};

static value wrapper_descriptor_get(value self, value object, struct type *type)
{
    (void)type;
    if (!object)
        return value_inc(self);
    if (!applies(self, object))
        return NULL;
    struct method_wrapper *w = (struct method_wrapper *)object_new(TYPE(METHOD_WRAPPER), sizeof *w);
    if (!w)
        return NULL;
    slot_init(&w->descriptor, value_inc(self));
    slot_init(&w->self, value_inc(object));
    return value_of(w);
}

static struct descriptor *wrapped(value v)
{
    return (struct descriptor *)slot_peek(&((struct method_wrapper *)v)->descriptor);
}
static value method_wrapper_call(value v, const value *args, size_t nargs, value kwnames)
{
    return wrapper_apply(wrapped(v), slot_peek(&((struct method_wrapper *)v)->self), args, nargs, kwnames);
}
static value method_wrapper_repr(value v)
{
    value self = slot_peek(&((struct method_wrapper *)v)->self);
    return str_format("<method-wrapper '%U' of %T object at %p>", name_of(value_of(wrapped(v))), self, (void *)self);
}
static value method_wrapper_compare(value a, value b, int op)
{
    if ((op != COMPARE_EQ && op != COMPARE_NE) || !value_is(b, TYPE_ID_METHOD_WRAPPER))
        return VALUE_NOT_IMPLEMENTED;
    bool same = wrapped(a) == wrapped(b) &&
                slot_peek(&((struct method_wrapper *)a)->self) == slot_peek(&((struct method_wrapper *)b)->self);
    return value_bool(same == (op == COMPARE_EQ));
}
static bool method_wrapper_hash(value v, int64_t *out)
{
    uint64_t self = value_bits(slot_peek(&((struct method_wrapper *)v)->self));
    *out = (int64_t)((self >> 4) ^ ((uint64_t)(uintptr_t)wrapped(v) >> 5));
    return true;
}
static value method_wrapper_name(value v)
{
    return value_inc(name_of(value_of(wrapped(v))));
}
static value method_wrapper_qualified_name(value v)
{
    return descriptor_get_qualified_name(value_of(wrapped(v)));
}
static value method_wrapper_self(value v)
{
    return value_inc(slot_peek(&((struct method_wrapper *)v)->self));
}
static value method_wrapper_doc(value v)
{
    return wrapper_get_doc(value_of(wrapped(v)));
}
static value method_wrapper_text_signature(value v)
{
    return wrapper_get_text_signature(value_of(wrapped(v)));
}
static value method_wrapper_owner(value v)
{
    return value_inc(value_of(owner_of(value_of(wrapped(v)))));
}
static value method_wrapper_reduce(value v)
{
    return reduce_as_attribute(slot_peek(&((struct method_wrapper *)v)->self), name_of(value_of(wrapped(v))));
}
static void method_wrapper_traverse(struct object *o, struct gc_trace *trace)
{
    struct method_wrapper *w = (struct method_wrapper *)o;
    trace_slot(trace, &w->descriptor);
    trace_slot(trace, &w->self);
}
static void method_wrapper_destroy(struct object *o)
{
    struct method_wrapper *w = (struct method_wrapper *)o;
    slot_drop(&w->descriptor);
    slot_drop(&w->self);
}

/* ---- getset_descriptor ---- */
static value getset_read(value self, value object)
{
    const struct getset_def *def = ((struct descriptor *)self)->def;
    if (def->get)
        return def->get(object);
    return raise(EXC(AttributeError), "attribute '%U' of '%s' objects is not readable", name_of(self),
                 owner_of(self)->gc.name);
}

static value getset_get(value self, value object, struct type *type)
{
    (void)type;
    if (!object)
        return value_inc(self);
    return applies(self, object) ? getset_read(self, object) : NULL;
}

static bool getset_write(value self, value object, value v)
{
    const struct getset_def *def = ((struct descriptor *)self)->def;
    if (def->set)
        return def->set(object, v);
    return raise_false(EXC(AttributeError), "attribute '%U' of '%s' objects is not writable", name_of(self),
                       owner_of(self)->gc.name);
}

static bool getset_set(value self, value object, value v)
{
    return applies(self, object) && getset_write(self, object, v);
}

static value getset_repr(value v)
{
    return str_format("<attribute '%U' of '%s' objects>", name_of(v), owner_of(v)->gc.name);
}

/* ---- member_descriptor: fields of C structs, and __slots__ ---- */
value_slot *slot_descriptor_place(struct descriptor *d, value object)
{
    return (value_slot *)((char *)object + d->offset);
}

static value field_read(const struct member_def *def, value object)
{
    const char *place = (const char *)object + def->offset;
    switch (def->kind) {
    case MEMBER_INT32:
        return int_from_i64(__atomic_load_n((const int32_t *)place, __ATOMIC_RELAXED));
    case MEMBER_INT64:
        return int_from_i64(__atomic_load_n((const int64_t *)place, __ATOMIC_RELAXED));
    case MEMBER_BOOL:
        return value_bool(__atomic_load_n((const bool *)place, __ATOMIC_RELAXED));
    case MEMBER_DOUBLE:
        return float_new(*(const double *)place);
    default: {
        value v = slot_load(value_object(object), (value_slot *)place);
        if (!v && def->kind == MEMBER_VALUE_NONE)
            return VALUE_NONE;
        return v;
    }
    }
}

static value member_read(value self, value object)
{
    struct descriptor *d = (struct descriptor *)self;
    if (d->computed)
        return getset_read(self, object);
    value v = d->def ? field_read(d->def, object) : slot_load(value_object(object), slot_descriptor_place(d, object));
    if (v || error_occurred())
        return v;
    if (!d->def)
        return attribute_error(object, name_of(self), "'%T' object has no attribute '%U'", object, name_of(self));
    return attribute_error(object, name_of(self), "%U", name_of(self));
}

static value member_get(value self, value object, struct type *type)
{
    (void)type;
    if (!object)
        return value_inc(self);
    return applies(self, object) ? member_read(self, object) : NULL;
}

static bool field_write(const struct member_def *def, value object, value v)
{
    char *place = (char *)object + def->offset;
    int number;
    double d;
    switch (def->kind) {
    case MEMBER_INT32:
        return value_as_int(v, &number) && (*(int32_t *)place = number, true);
    case MEMBER_INT64:
        return value_as_i64(v, (int64_t *)place);
    case MEMBER_BOOL:
        if (!value_is_bool(v))
            return raise_false(EXC(TypeError), "attribute value type must be bool");
        *(bool *)place = v == VALUE_TRUE;
        return true;
    case MEMBER_DOUBLE:
        return value_as_double(v, &d) && (*(double *)place = d, true);
    default:
        slot_store(value_object(object), (value_slot *)place, value_inc(v));
        return true;
    }
}

static bool member_write(value self, value object, value v)
{
    struct descriptor *d = (struct descriptor *)self;
    if (!d->def) {
        value_slot *place = slot_descriptor_place(d, object);
        value old = slot_put(value_object(object), place, value_inc(v));
        value_dec(old);
        if (!old && !v)
            return raise_false(EXC(AttributeError), "%U", name_of(self));
        return true;
    }
    if (d->computed && ((const struct getset_def *)d->def)->set)
        return getset_write(self, object, v);
    const struct member_def *def = d->def;
    if (d->computed || !def->writable)
        return raise_false(EXC(AttributeError), "readonly attribute");
    if (!v && def->kind != MEMBER_VALUE && def->kind != MEMBER_VALUE_NONE)
        return raise_false(EXC(TypeError), "can't delete numeric/char attribute");
    if (!v && def->kind == MEMBER_VALUE && !slot_peek((value_slot *)((char *)object + def->offset)))
        return raise_false(EXC(AttributeError), "%U", name_of(self));
    return field_write(def, object, v);
}

static bool member_set(value self, value object, value v)
{
    return applies(self, object) && member_write(self, object, v);
}

static value member_repr(value v)
{
    return str_format("<member '%U' of '%s' objects>", name_of(v), owner_of(v)->gc.name);
}

/* ---- for an object whose class was looked at already ---- */
bool descriptor_serves(value v, struct type *type)
{
    return (value_is(v, TYPE_ID_GETSET_DESCRIPTOR) || value_is(v, TYPE_ID_MEMBER_DESCRIPTOR)) &&
           type_is_subtype(type, owner_of(v));
}

value descriptor_read(value v, value object)
{
    return value_is(v, TYPE_ID_GETSET_DESCRIPTOR) ? getset_read(v, object) : member_read(v, object);
}

bool descriptor_write(value v, value object, value attribute)
{
    return value_is(v, TYPE_ID_GETSET_DESCRIPTOR) ? getset_write(v, object, attribute)
                                                  : member_write(v, object, attribute);
}

/* ---- the types ---- */
#define COMMON_GETSET(DOC)                                       \
    {"__qualname__", descriptor_get_qualified_name, NULL, NULL}, \
    {                                                            \
        "__doc__", DOC, NULL, NULL                               \
    }
#define COMMON_FIELDS                                             \
    GETSET_FIELDS, {"__name__", descriptor_get_name, NULL, NULL}, \
    {                                                             \
        "__objclass__", descriptor_get_owner, NULL, NULL          \
    }

static const struct method_def descriptor_methods[] = {
    METHOD("__reduce__", descriptor_reduce, "($self, /)", NULL),
    {0},
};
static const struct getset_def method_getset[] = {
    COMMON_GETSET(method_get_doc),
    {"__text_signature__", method_get_text_signature, NULL, NULL},
    COMMON_FIELDS,
    {0},
};
static const struct getset_def wrapper_getset[] = {
    COMMON_GETSET(wrapper_get_doc),
    {"__text_signature__", wrapper_get_text_signature, NULL, NULL},
    COMMON_FIELDS,
    {0},
};
static const struct getset_def getset_getset[] = {COMMON_GETSET(getset_get_doc), COMMON_FIELDS, {0}};
static const struct getset_def member_getset[] = {COMMON_GETSET(member_get_doc), COMMON_FIELDS, {0}};
static const struct getset_def method_wrapper_getset[] = {
    {"__name__", method_wrapper_name, NULL, NULL},
    {"__qualname__", method_wrapper_qualified_name, NULL, NULL},
    {"__objclass__", method_wrapper_owner, NULL, NULL},
    {"__doc__", method_wrapper_doc, NULL, NULL},
    {"__text_signature__", method_wrapper_text_signature, NULL, NULL},
    GETSET_FIELDS,
    {"__self__", method_wrapper_self, NULL, NULL},
    {0},
};

static const struct method_def method_wrapper_methods[] = {
    METHOD("__reduce__", method_wrapper_reduce, "($self, /)", NULL),
    {0},
};

#define DESCRIPTOR_SPEC(PREFIX, ID, NAME, FLAGS, METHODS, GETSET, ...) \
    const struct type_spec PREFIX##_type_spec = {                      \
        .id = ID,                                                      \
        .name = NAME,                                                  \
        .size = sizeof(struct descriptor),                             \
        .flags = FLAGS,                                                \
        .gc_flags = TYPE_GC_CONTAINER | TYPE_GC_SHARDABLE,             \
        .traverse = descriptor_traverse,                               \
        .destroy = descriptor_destroy,                                 \
        .slots = {__VA_ARGS__},                                        \
        .methods = METHODS,                                            \
        .getset = GETSET,                                              \
    };
DESCRIPTOR_SPEC(method_descriptor, TYPE_ID_METHOD_DESCRIPTOR, "method_descriptor", TYPE_FLAG_METHOD_LIKE,
                descriptor_methods, method_getset, .call = method_descriptor_call, .descr_get = method_descriptor_get,
                .repr = method_descriptor_repr)
DESCRIPTOR_SPEC(classmethod_descriptor, TYPE_ID_CLASSMETHOD_DESCRIPTOR, "classmethod_descriptor", 0, NULL,
                method_getset, .call = classmethod_descriptor_call, .descr_get = classmethod_descriptor_get,
                .repr = method_descriptor_repr)
DESCRIPTOR_SPEC(wrapper_descriptor, TYPE_ID_WRAPPER_DESCRIPTOR, "wrapper_descriptor", TYPE_FLAG_METHOD_LIKE,
                descriptor_methods, wrapper_getset, .call = wrapper_descriptor_call,
                .descr_get = wrapper_descriptor_get, .repr = wrapper_descriptor_repr)
DESCRIPTOR_SPEC(getset_descriptor, TYPE_ID_GETSET_DESCRIPTOR, "getset_descriptor", 0, descriptor_methods, getset_getset,
                .descr_get = getset_get, .descr_set = getset_set, .repr = getset_repr)
DESCRIPTOR_SPEC(member_descriptor, TYPE_ID_MEMBER_DESCRIPTOR, "member_descriptor", 0, descriptor_methods, member_getset,
                .descr_get = member_get, .descr_set = member_set, .repr = member_repr)

const struct type_spec method_wrapper_type_spec = {
    .id = TYPE_ID_METHOD_WRAPPER,
    .name = "method-wrapper",
    .size = sizeof(struct method_wrapper),
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = method_wrapper_traverse,
    .destroy = method_wrapper_destroy,
    .slots = {.call = method_wrapper_call,
              .repr = method_wrapper_repr,
              .compare = method_wrapper_compare,
              .hash = method_wrapper_hash},
    .methods = method_wrapper_methods,
    .getset = method_wrapper_getset,
};

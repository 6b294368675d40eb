/* super: attribute lookup that starts behind a given class in the MRO. */
#include "runtime/objects/model/type_internal.h"
#include "runtime/interpreter.h"

struct super {
    struct object header;
    value_slot start;       /* __thisclass__ */
    value_slot object;      /* __self__, or NULL: unbound */
    value_slot object_type; /* __self_class__, or NULL */
};
#define SUPER(v) ((struct super *)(v))

/* Look `name` up in the MRO of object_type behind `start`, bound to object (when object is the type itself: as a
 * class). Owned; AttributeError is not raised: VALUE_MISSING. */
value super_find(struct type *start, value object, struct type *object_type, value name)
{
    value mro = type_mro(object_type);
    if (!mro)
        return VALUE_MISSING;
    size_t i = 0, length = tuple_length(mro);
    while (i < length && tuple_get(mro, i) != value_of(start))
        i++;
    value found = VALUE_MISSING;
    for (i++; i < length && found == VALUE_MISSING; i++) {
        value dict = type_dict((struct type *)tuple_get(mro, i));
        found = dict ? dict_get(dict, name) : NULL;
    }
    value_dec(mro);
    return found ? attribute_bind(found, object == value_of(object_type) ? NULL : object, object_type) : NULL;
}

/* The type whose MRO counts when super(start, object) is asked: owned. */
static struct type *super_check(struct type *start, value object)
{
    if (is_type(object) && type_is_subtype((struct type *)object, start))
        return (struct type *)value_inc(object);
    if (type_is_subtype(value_type(object), start))
        return (struct type *)value_inc(value_of(value_type(object)));
    value claimed = attr_get_optional(object, NAME(__class__));
    if (claimed && claimed != VALUE_MISSING && is_type(claimed) && claimed != value_of(value_type(object)) &&
        type_is_subtype((struct type *)claimed, start))
        return (struct type *)claimed;
    if (claimed)
        raise(EXC(TypeError), "super(type, obj): obj must be an instance or subtype of type");
    value_dec(claimed);
    return NULL;
}

static value super_getattr(value self, value name)
{
    value held, known = name_find(name, &held);
    if (!known)
        return NULL;
    value found = VALUE_MISSING;
    value object = slot_load(value_object(self), &SUPER(self)->object);
    value start = slot_load(value_object(self), &SUPER(self)->start);
    value type = slot_load(value_object(self), &SUPER(self)->object_type);
    if (type && start && !str_equals_text(known, "__class__"))
        found = super_find((struct type *)start, object, (struct type *)type, known);
    value_dec(object);
    value_dec(start);
    value_dec(type);
    if (found == VALUE_MISSING)
        found = attr_get_generic(self, known);
    value_dec(held);
    return found;
}

static value super_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    (void)args;
    (void)nargs;
    (void)kwnames;
    return value_of(object_new(type, sizeof(struct super)));
}

static bool super_fill(value self, struct type *start, value object)
{
    struct type *object_type = NULL;
    if (object && object != VALUE_NONE) {
        object_type = super_check(start, object);
        if (!object_type)
            return false;
    } else {
        object = NULL;
    }
    slot_store(value_object(self), &SUPER(self)->start, value_inc(value_of(start)));
    slot_store(value_object(self), &SUPER(self)->object, value_inc(object));
    slot_store(value_object(self), &SUPER(self)->object_type, value_of(object_type));
    return true;
}

static bool super_init(value self, const value *args, size_t nargs, value kwnames)
{
    if (kwnames && tuple_length(kwnames))
        return raise_false(EXC(TypeError), "super() takes no keyword arguments");
    if (nargs > 2)
        return raise_false(EXC(TypeError), "super() expected at most 2 arguments, got %zu", nargs);
    if (nargs) {
        if (!is_type(args[0]))
            return raise_false(EXC(TypeError), "super() argument 1 must be a type, not %T", args[0]);
        return super_fill(self, (struct type *)args[0], nargs == 2 ? args[1] : NULL);
    }
    value cls = NULL, object = NULL;
    if (!interpreter_super_arguments(&cls, &object))
        return false;
    bool ok = is_type(cls) ? super_fill(self, (struct type *)cls, object)
                           : raise_false(EXC(RuntimeError), "super(): __class__ is not a type (%T)", cls);
    value_dec(cls);
    value_dec(object);
    return ok;
}

static value super_repr(value self)
{
    value start = slot_load(value_object(self), &SUPER(self)->start);
    value type = slot_load(value_object(self), &SUPER(self)->object_type);
    value text;
    if (type)
        text = str_format("<super: <class '%s'>, <%s object>>", start ? ((struct type *)start)->gc.name : "NULL",
                          ((struct type *)type)->gc.name);
    else
        text = str_format("<super: <class '%s'>, NULL>", start ? ((struct type *)start)->gc.name : "NULL");
    value_dec(start);
    value_dec(type);
    return text;
}

static value super_descr_get(value self, value object, struct type *type)
{
    (void)type;
    if (!object || object == VALUE_NONE || slot_peek(&SUPER(self)->object))
        return value_inc(self);
    value start = slot_load(value_object(self), &SUPER(self)->start), made;
    if (value_type(self) != TYPE(SUPER)) { /* of a subclass: as its constructor makes one */
        value args[2] = {start, object};
        made = call_vector(value_of(value_type(self)), args, start ? 2 : 0, NULL);
    } else {
        made = super_new(TYPE(SUPER), NULL, 0, NULL);
        if (made && !super_fill(made, (struct type *)start, object)) {
            value_dec(made);
            made = NULL;
        }
    }
    value_dec(start);
    return made;
}

static void super_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slots(trace, &((struct super *)o)->start, 3);
}
static void super_destroy(struct object *o)
{
    slot_drop(&((struct super *)o)->start);
    slot_drop(&((struct super *)o)->object);
    slot_drop(&((struct super *)o)->object_type);
}

static const struct member_def super_members[] = {
    {"__thisclass__", MEMBER_VALUE_NONE, offsetof(struct super, start), false, "the class invoking super()"},
    {"__self__", MEMBER_VALUE_NONE, offsetof(struct super, object), false,
     "the instance invoking super(); may be None"},
    {"__self_class__", MEMBER_VALUE_NONE, offsetof(struct super, object_type), false,
     "the type of the instance invoking super(); may be None"},
    {0},
};

const struct type_spec super_type_spec = {
    .id = TYPE_ID_SUPER,
    .name = "super",
    .doc =
        "super() -> same as super(__class__, <first argument>)\nsuper(type) -> unbound super object\nsuper(type, obj) "
        "-> bound super object; requires isinstance(obj, type)\nsuper(type, type2) -> bound super object; requires "
        "issubclass(type2, type)",
    .size = sizeof(struct super),
    .flags = TYPE_FLAG_BASE,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = super_traverse,
    .destroy = super_destroy,
    .slots = {.new = super_new,
              .init = super_init,
              .getattr = super_getattr,
              .repr = super_repr,
              .descr_get = super_descr_get},
    .members = super_members,
};

/* Bound methods: a function and the object it was read from. */
#include "runtime/objects/model/type_internal.h"

struct method {
    struct object header;
    value_slot function, self; /* constant */
};
#define METHOD_OF(v) ((struct method *)(v))

value method_new(value function, value self)
{
    struct method *m = (struct method *)OBJECT_NEW(METHOD, KIND_CONTAINER, sizeof *m, 0);
    if (!m)
        return NULL;
    slot_init(&m->function, value_inc(function));
    slot_init(&m->self, value_inc(self));
    return value_of(m);
}

value method_function(value v)
{
    return slot_peek(&METHOD_OF(v)->function);
}

value method_self(value v)
{
    return slot_peek(&METHOD_OF(v)->self);
}

static value method_call(value v, const value *args, size_t nargs, value kwnames)
{
    return call_with_first(method_function(v), method_self(v), args, nargs, kwnames);
}

static value method_make(struct type *type, const value *args, size_t nargs, value kwnames)
{
    (void)type;
    static struct signature signature = SIGNATURE("method", "(function, instance, /)");
    value bound[2];
    if (!signature_bind(&signature, args, nargs, kwnames, bound))
        return NULL;
    if (!value_is_callable(bound[0]))
        return raise(EXC(TypeError), "first argument must be callable");
    if (bound[1] == VALUE_NONE)
        return raise(EXC(TypeError), "instance must not be None");
    return method_new(bound[0], bound[1]);
}

/* Attributes that the method lacks are the function's. */
static value method_getattr(value v, value name)
{
    value own = attr_get_generic_optional(v, name);
    return own == VALUE_MISSING ? attr_get(method_function(v), name) : own;
}

static value method_repr(value v)
{
    value function = method_function(v);
    value name = attr_get_optional(function, NAME(__qualname__));
    if (name == VALUE_MISSING)
        name = attr_get_optional(function, NAME(__name__));
    if (!name)
        return NULL;
    value text = name != VALUE_MISSING && is_str(name) ? str_format("<bound method %U of %R>", name, method_self(v))
                                                       : str_format("<bound method ? of %R>", method_self(v));
    value_dec(name);
    return text;
}

static value method_compare(value a, value b, int op)
{
    if ((op != COMPARE_EQ && op != COMPARE_NE) || !value_is(b, TYPE_ID_METHOD))
        return VALUE_NOT_IMPLEMENTED;
    int same = value_equals(method_function(a), method_function(b));
    if (same < 0)
        return NULL;
    same = same && method_self(a) == method_self(b);
    return value_bool((same != 0) == (op == COMPARE_EQ));
}

static bool method_hash(value v, int64_t *out)
{
    int64_t function;
    if (!value_hash(method_function(v), &function))
        return false;
    uint64_t self = value_bits(method_self(v));
    *out = (int64_t)(((self >> 4) | (self << 60)) ^ (uint64_t)function);
    if (*out == -1)
        *out = -2;
    return true;
}

static value method_get_doc(value v)
{
    return attr_get(method_function(v), NAME(__doc__));
}

static value method_reduce(value v)
{
    value getattr = builtin_lookup(NAME(getattr));
    value name = getattr ? attr_get(method_function(v), NAME(__name__)) : NULL;
    value arguments = name ? tuple_pack(2, method_self(v), name) : NULL;
    value result = arguments ? tuple_pack(2, getattr, arguments) : NULL;
    value_dec(getattr);
    value_dec(name);
    value_dec(arguments);
    return result;
}

static void method_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slots(trace, &((struct method *)o)->function, 2);
}
static void method_destroy(struct object *o)
{
    slot_drop(&((struct method *)o)->function);
    slot_drop(&((struct method *)o)->self);
}

static const struct method_def method_methods[] = {METHOD("__reduce__", method_reduce, "($self, /)", NULL), {0}};
static const struct getset_def method_getset[] = {{"__doc__", method_get_doc, NULL, NULL}, {0}};
static const struct member_def method_members[] = {
    {"__func__", MEMBER_VALUE, offsetof(struct method, function), false,
     "the function (or other callable) implementing a method"},
    {"__self__", MEMBER_VALUE, offsetof(struct method, self), false, "the instance to which a method is bound"},
    {0},
};

const struct type_spec method_type_spec = {
    .id = TYPE_ID_METHOD,
    .name = "method",
    .flags = TYPE_FLAG_WEAKREF,
    .doc = "Create a bound instance method object.",
    .signature = "(function, instance, /)",
    .size = sizeof(struct method),
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = method_traverse,
    .destroy = method_destroy,
    .slots = {.new = method_make,
              .call = method_call,
              .getattr = method_getattr,
              .repr = method_repr,
              .compare = method_compare,
              .hash = method_hash},
    .methods = method_methods,
    .getset = method_getset,
    .members = method_members,
};

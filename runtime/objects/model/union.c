/* types.UnionType: int | None, by PEP 604. */
#include "runtime/objects/model/generic_alias.h"
#include "runtime/objects/model/type_internal.h"
#include "runtime/objects/model/type_parameters.h"
#include "threads/pause.h"

struct union_type {
    struct object header;
    value_slot args; /* tuple, constant */
};

static value union_args(value v)
{
    return slot_peek(&((struct union_type *)v)->args);
}

static bool can_unite(value v)
{
    return v == VALUE_NONE || is_type(v) || value_is_of(v, TYPE(GENERIC_ALIAS)) || value_is(v, TYPE_ID_UNION);
}

/* Add a member, flattening unions; equal ones once. */
static bool union_add(value list, value v)
{
    if (value_is(v, TYPE_ID_UNION)) {
        for (size_t i = 0; i < tuple_length(union_args(v)); thread_report_at(++i))
            if (!union_add(list, tuple_get(union_args(v), i)))
                return false;
        return true;
    }
    if (v == VALUE_NONE)
        v = value_of(TYPE(NONE_TYPE));
    for (size_t i = 0; i < list_length(list); thread_report_at(++i)) {
        value item = list_get(list, i);
        /* int and bool are different types though some of their instances are equal: types compare by identity. */
        int same = item == v ? 1 : is_type(item) || is_type(v) ? 0 : value_equals(item, v);
        value_dec(item);
        if (same)
            return same > 0;
    }
    return list_append(list, v);
}

static value union_from_list(value list)
{
    if (list_length(list) == 1)
        return list_get(list, 0);
    struct union_type *u = (struct union_type *)object_new(TYPE(UNION), sizeof *u);
    value args = u ? list_to_tuple(list) : NULL;
    if (!args) {
        value_dec(value_of(u));
        return NULL;
    }
    slot_init(&u->args, args);
    return value_of(u);
}

value type_union_or(value a, value b)
{
    if (!can_unite(a) || !can_unite(b))
        return VALUE_NOT_IMPLEMENTED;
    value list = list_new(2);
    value result = list && union_add(list, a) && union_add(list, b) ? union_from_list(list) : NULL;
    value_dec(list);
    return result;
}

static value union_repr(value self)
{
    struct str_builder b;
    builder_init(&b);
    value args = union_args(self);
    bool ok = true;
    for (size_t i = 0; ok && i < tuple_length(args); thread_report_at(++i)) {
        if (i)
            builder_add_text(&b, " | ");
        value item = tuple_get(args, i);
        ok = type_argument_add_repr(&b, item == value_of(TYPE(NONE_TYPE)) ? VALUE_NONE : item);
    }
    if (ok)
        return builder_finish(&b);
    builder_discard(&b);
    return NULL;
}

static value union_compare(value a, value b, int op)
{
    if ((op != COMPARE_EQ && op != COMPARE_NE) || !value_is(b, TYPE_ID_UNION))
        return VALUE_NOT_IMPLEMENTED;
    value x = frozenset_new(union_args(a)), y = x ? frozenset_new(union_args(b)) : NULL;
    value result = y ? compare_rich(x, y, op) : NULL;
    value_dec(x);
    value_dec(y);
    return result;
}
static bool union_hash(value self, int64_t *out)
{
    value set = frozenset_new(union_args(self));
    bool ok = set && value_hash(set, out);
    value_dec(set);
    return ok;
}

static value union_check(value self, value v, int (*check)(value, value), const char *function)
{
    value args = union_args(self);
    for (size_t i = 0; i < tuple_length(args); thread_report_at(++i))
        if (value_is_of(tuple_get(args, i), TYPE(GENERIC_ALIAS)))
            return raise(EXC(TypeError), "%s() argument 2 cannot be a parameterized generic", function);
    for (size_t i = 0; i < tuple_length(args); thread_report_at(++i)) {
        int found = check(v, tuple_get(args, i));
        if (found)
            return found < 0 ? NULL : VALUE_TRUE;
    }
    return VALUE_FALSE;
}
static value union_instance_check(value self, value instance)
{
    return union_check(self, instance, value_is_instance, "isinstance");
}
static value union_subclass_check(value self, value subclass)
{
    if (!is_type(subclass))
        return raise(EXC(TypeError), "issubclass() arg 1 must be a class");
    return union_check(self, subclass, class_is_subclass, "issubclass");
}

static value union_parameters(value self)
{
    return type_parameters_collect(union_args(self));
}
static value union_getitem(value self, value item)
{
    value parameters = union_parameters(self);
    value args = parameters ? type_parameters_substitute(self, union_args(self), parameters, item) : NULL;
    value_dec(parameters);
    if (!args)
        return NULL;
    value result = tuple_get(args, 0);
    value_inc(result);
    for (size_t i = 1; result && i < tuple_length(args); thread_report_at(++i)) {
        value both = operate_binary(BINARY_OR, result, tuple_get(args, i)); /* as typing.Union, when one is of there */
        value_dec(result);
        result = both;
    }
    value_dec(args);
    return result;
}

static value union_getattr(value self, value name)
{
    if (str_equals_text(name, "__module__")) /* the class has it, its dictionary hides it from instances */
        return attr_get(value_of(value_type(self)), name);
    return attr_get_generic(self, name);
}

static void union_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct union_type *)o)->args);
}
static void union_destroy(struct object *o)
{
    slot_drop(&((struct union_type *)o)->args);
}
static const struct method_def union_methods[] = {
    METHOD("__instancecheck__", union_instance_check, "($self, instance, /)", NULL),
    METHOD("__subclasscheck__", union_subclass_check, "($self, subclass, /)", NULL),
    {0},
};
static const struct getset_def union_getset[] = {
    {"__parameters__", union_parameters, NULL, "Type variables in the types.UnionType."}, {0}};
static const struct member_def union_members[] = {
    {"__args__", MEMBER_VALUE, offsetof(struct union_type, args), false, NULL}, {0}};

const struct type_spec union_type_spec = {
    .id = TYPE_ID_UNION,
    .name = "types.UnionType",
    .doc = "Represent a PEP 604 union type\n\nE.g. for int | str",
    .size = sizeof(struct union_type),
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = union_traverse,
    .destroy = union_destroy,
    .slots = {.getattr = union_getattr,
              .repr = union_repr,
              .hash = union_hash,
              .compare = union_compare,
              .getitem = union_getitem,
              .binary = {[BINARY_OR] = type_union_or}},
    .methods = union_methods,
    .getset = union_getset,
    .members = union_members,
};

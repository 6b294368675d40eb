/* types.GenericAlias (list[int]) and types.UnionType (int | None), by PEP 585 and PEP 604. */
#include "runtime/objects/model/type_internal.h"
#include "runtime/step.h"
#include "threads/pause.h"

struct generic_alias {
    struct object header;
    value_slot origin, args, parameters; /* args, parameters: tuples; constant once made (parameters on demand) */
    bool starred;
};
#define ALIAS(v) ((struct generic_alias *)(v))

static value alias_origin(value v)
{
    return slot_peek(&ALIAS(v)->origin);
}
static value alias_args(value v)
{
    return slot_peek(&ALIAS(v)->args);
}

static value alias_make(struct type *type, value origin, value args, bool starred)
{
    struct generic_alias *a = (struct generic_alias *)object_new(type, sizeof *a);
    if (!a)
        return NULL;
    value tuple = is_tuple(args) ? value_inc(args) : tuple_pack(1, args);
    if (!tuple) {
        value_dec(value_of(a));
        return NULL;
    }
    slot_init(&a->origin, value_inc(origin));
    slot_init(&a->args, tuple);
    a->starred = starred;
    return value_of(a);
}

value generic_alias_new(value origin, value args)
{
    return alias_make(TYPE(GENERIC_ALIAS), origin, args, false);
}

value generic_class_getitem(value cls, value item)
{
    return generic_alias_new(cls, item);
}

/* ---- type parameters ---- */
static bool is_type_variable(value v)
{
    struct type *type = value_type(v);
    if (is_type(v))
        return false;
    value substitute = type_lookup(type, NAME(__typing_subst__));
    bool found = substitute && substitute != VALUE_MISSING;
    value_dec(substitute);
    return found;
}

static bool add_once(value list, value v)
{
    for (size_t i = 0; i < list_length(list); thread_report_at(++i)) {
        value item = list_get(list, i);
        value_dec(item);
        if (item == v)
            return true;
    }
    return list_append(list, v);
}

static value collect_parameters(value args)
{
    value list = list_new(0);
    bool ok = list != NULL;
    for (size_t i = 0; ok && i < tuple_length(args); thread_report_at(++i)) {
        value item = tuple_get(args, i);
        if (is_type(item))
            continue;
        if (is_type_variable(item)) {
            ok = add_once(list, item);
            continue;
        }
        value inner = attr_get_optional(item, NAME(__parameters__));
        ok = inner != NULL;
        for (size_t k = 0; ok && inner != VALUE_MISSING && is_tuple(inner) && k < tuple_length(inner);
             thread_report_at(++k))
            ok = add_once(list, tuple_get(inner, k));
        value_dec(inner);
    }
    value tuple = ok ? list_to_tuple(list) : NULL;
    value_dec(list);
    return tuple;
}

static value alias_parameters(value self)
{
    value parameters = slot_load(value_object(self), &ALIAS(self)->parameters);
    if (parameters)
        return parameters;
    if (!stack_check(" in __parameters__")) /* of aliases in aliases */
        return NULL;
    parameters = collect_parameters(alias_args(self));
    if (parameters)
        slot_store(value_object(self), &ALIAS(self)->parameters, value_inc(parameters));
    return parameters;
}

/* One argument with the parameters replaced by the items given for them. */
static value substitute_one(value arg, value parameters, value items)
{
    if (is_type(arg))
        return value_inc(arg);
    for (size_t i = 0; i < tuple_length(parameters); thread_report_at(++i))
        if (tuple_get(parameters, i) == arg && is_type_variable(arg))
            return call_method_1(arg, NAME(__typing_subst__), tuple_get(items, i));
    value inner = attr_get_optional(arg, NAME(__parameters__));
    if (!inner)
        return NULL;
    if (inner == VALUE_MISSING || !is_tuple(inner) || tuple_length(inner) == 0) {
        value_dec(inner);
        return value_inc(arg);
    }
    value sub = tuple_new(tuple_length(inner));
    for (size_t k = 0; sub && k < tuple_length(inner); thread_report_at(++k)) {
        value chosen = tuple_get(inner, k);
        for (size_t i = 0; i < tuple_length(parameters); thread_report_at(++i))
            if (tuple_get(parameters, i) == tuple_get(inner, k))
                chosen = tuple_get(items, i);
        tuple_init(sub, k, value_inc(chosen));
    }
    value result = sub ? item_get(arg, sub) : NULL;
    value_dec(sub);
    value_dec(inner);
    return result;
}

/* The arguments of `self` after self[item]; NULL on error. */
static value substitute(value self, value args, value parameters, value item)
{
    value items = is_tuple(item) ? value_inc(item) : tuple_pack(1, item);
    if (!items)
        return NULL;
    size_t wanted = tuple_length(parameters), given = tuple_length(items);
    value result = NULL;
    if (wanted == 0) {
        raise(EXC(TypeError), "%R is not a generic class", self);
    } else if (wanted != given) {
        raise(EXC(TypeError), "Too %s arguments for %R; actual %zu, expected %zu", given > wanted ? "many" : "few",
              self, given, wanted);
    } else {
        result = tuple_new(tuple_length(args));
        for (size_t i = 0; result && i < tuple_length(args); thread_report_at(++i)) {
            value v = substitute_one(tuple_get(args, i), parameters, items);
            if (!v) {
                value_dec(result);
                result = NULL;
                break;
            }
            tuple_init(result, i, v);
        }
    }
    value_dec(items);
    return result;
}

/* ---- printing ---- */
static bool add_item(struct str_builder *b, value v)
{
    if (v == VALUE_ELLIPSIS) {
        builder_add_text(b, "...");
        return true;
    }
    if (is_type(v) && !value_is(v, TYPE_ID_GENERIC_ALIAS)) {
        value name = type_repr_name((struct type *)v);
        if (name)
            builder_add_str(b, name);
        value_dec(name);
        return name != NULL;
    }
    if (v == VALUE_NONE) {
        builder_add_text(b, "None");
        return true;
    }
    return builder_add_repr(b, v);
}

static value alias_repr(value self)
{
    struct str_builder b;
    builder_init(&b);
    if (ALIAS(self)->starred)
        builder_add_text(&b, "*");
    bool ok = add_item(&b, alias_origin(self));
    builder_add_text(&b, "[");
    value args = alias_args(self);
    for (size_t i = 0; ok && i < tuple_length(args); i++) {
        if (i)
            builder_add_text(&b, ", ");
        ok = thread_safepoint_at(thread_self, THREAD_IN_WAIT) == 0 && add_item(&b, tuple_get(args, i));
    }
    if (tuple_length(args) == 0)
        builder_add_text(&b, "()");
    builder_add_text(&b, "]");
    if (ok)
        return builder_finish(&b);
    builder_discard(&b);
    return NULL;
}

/* ---- behaviour ---- */
static value alias_new_slot(struct type *type, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature = SIGNATURE("GenericAlias", "(origin, args, /)");
    value bound[2];
    return signature_bind(&signature, args, nargs, kwnames, bound) ? alias_make(type, bound[0], bound[1], false) : NULL;
}

static value alias_call(value self, const value *args, size_t nargs, value kwnames)
{
    value made = call_vector(alias_origin(self), args, nargs, kwnames);
    if (made && !attr_set(made, NAME(__orig_class__), self)) {
        if (!error_matches(EXC(AttributeError)) && !error_matches(EXC(TypeError))) {
            value_dec(made);
            return NULL;
        }
        error_clear();
    }
    return made;
}

static value alias_getattr(value self, value name)
{
    static const char *const own[] = {"__class__",       "__origin__",     "__args__",
                                      "__unpacked__",    "__parameters__", "__typing_unpacked_tuple_args__",
                                      "__mro_entries__", "__reduce_ex__",  "__reduce__",
                                      "__copy__",        "__deepcopy__",   NULL};
    for (int i = 0; own[i]; i++)
        if (str_equals_text(name, own[i]))
            return attr_get_generic(self, name);
    return stack_check("") ? attr_get(alias_origin(self), name) : NULL;
}

static value alias_getitem(value self, value item)
{
    value parameters = stack_check(" in __getitem__") ? alias_parameters(self) : NULL;
    value args = parameters ? substitute(self, alias_args(self), parameters, item) : NULL;
    value result = args ? alias_make(value_type(self), alias_origin(self), args, ALIAS(self)->starred) : NULL;
    value_dec(parameters);
    value_dec(args);
    return result;
}

static value alias_compare(value a, value b, int op)
{
    if ((op != COMPARE_EQ && op != COMPARE_NE) || !value_is_of(b, TYPE(GENERIC_ALIAS)))
        return VALUE_NOT_IMPLEMENTED;
    int same = ALIAS(a)->starred == ALIAS(b)->starred ? value_equals(alias_origin(a), alias_origin(b)) : 0;
    if (same == 1)
        same = value_equals(alias_args(a), alias_args(b));
    return same < 0 ? NULL : value_bool((same == 1) == (op == COMPARE_EQ));
}

static bool alias_hash(value self, int64_t *out)
{
    int64_t a, b;
    if (!value_hash(alias_origin(self), &a) || !value_hash(alias_args(self), &b))
        return false;
    *out = a ^ b;
    if (*out == -1)
        *out = -2;
    return true;
}

static value alias_iter(value self)
{
    value starred = alias_make(value_type(self), alias_origin(self), alias_args(self), true);
    value tuple = starred ? tuple_pack(1, starred) : NULL;
    value iterator = tuple ? iter_get(tuple) : NULL;
    value_dec(starred);
    value_dec(tuple);
    return iterator;
}

static value alias_mro_entries(value self, value bases)
{
    return tuple_pack(1, alias_origin(self));
}
static value alias_instance_check(value self, value instance)
{
    (void)self;
    return raise(EXC(TypeError), "isinstance() argument 2 cannot be a parameterized generic");
}
static value alias_subclass_check(value self, value subclass)
{
    (void)self;
    return raise(EXC(TypeError), "issubclass() argument 2 cannot be a parameterized generic");
}
static value alias_reduce(value self)
{
    value arguments = tuple_pack(2, alias_origin(self), alias_args(self));
    value result = arguments ? tuple_pack(2, value_of(TYPE(GENERIC_ALIAS)), arguments) : NULL;
    value_dec(arguments);
    return result;
}
static value alias_dir(value self)
{
    value list = call_special(alias_origin(self), NAME(__dir__), NULL, 0);
    if (list && list != VALUE_MISSING && is_list(list)) {
        static const char *const names[] = {"__origin__",      "__args__",      "__parameters__",
                                            "__mro_entries__", "__reduce_ex__", "__reduce__",
                                            "__copy__",        "__deepcopy__",  NULL};
        for (int i = 0; names[i]; i++) {
            value name = str_interned(names[i]);
            if (!name || !list_append(list, name)) {
                value_dec(list);
                return NULL;
            }
            value_dec(name);
        }
    }
    return list;
}
static value alias_get_unpacked(value self)
{
    return value_bool(ALIAS(self)->starred);
}
static value alias_get_unpacked_args(value self)
{
    if (ALIAS(self)->starred && alias_origin(self) == value_of(TYPE(TUPLE)))
        return value_inc(alias_args(self));
    return VALUE_NONE;
}

value type_union_or(value a, value b);

static void alias_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slots(trace, &((struct generic_alias *)o)->origin, 3);
}
static void alias_destroy(struct object *o)
{
    value_slot *slots = &((struct generic_alias *)o)->origin;
    for (int i = 0; i < 3; i++)
        slot_drop(&slots[i]);
}

static const struct method_def alias_methods[] = {
    METHOD("__mro_entries__", alias_mro_entries, "($self, bases, /)", NULL),
    METHOD("__instancecheck__", alias_instance_check, "($self, instance, /)", NULL),
    METHOD("__subclasscheck__", alias_subclass_check, "($self, subclass, /)", NULL),
    METHOD("__reduce__", alias_reduce, "($self, /)", NULL),
    METHOD("__dir__", alias_dir, "($self, /)", NULL),
    {0},
};
static const struct getset_def alias_getset[] = {
    {"__parameters__", alias_parameters, NULL, "Type variables in the GenericAlias."},
    {"__typing_unpacked_tuple_args__", alias_get_unpacked_args, NULL, NULL},
    GETSET_FIELDS,
    {"__unpacked__", alias_get_unpacked, NULL, NULL},
    {0},
};
static const struct member_def alias_members[] = {
    {"__origin__", MEMBER_VALUE, offsetof(struct generic_alias, origin), false, NULL},
    {"__args__", MEMBER_VALUE, offsetof(struct generic_alias, args), false, NULL},
    {0},
};

const struct type_spec generic_alias_type_spec = {
    .id = TYPE_ID_GENERIC_ALIAS,
    .name = "types.GenericAlias",
    .doc = "Represent a PEP 585 generic type\n\nE.g. for t = list[int], t.__origin__ is list and t.__args__ is (int,).",
    .size = sizeof(struct generic_alias),
    .flags = TYPE_FLAG_BASE,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = alias_traverse,
    .destroy = alias_destroy,
    .slots = {.new = alias_new_slot,
              .call = alias_call,
              .getattr = alias_getattr,
              .repr = alias_repr,
              .hash = alias_hash,
              .compare = alias_compare,
              .iter = alias_iter,
              .getitem = alias_getitem,
              .binary = {[BINARY_OR] = type_union_or}},
    .methods = alias_methods,
    .getset = alias_getset,
    .members = alias_members,
};

/* ---- unions ---- */
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
        ok = add_item(&b, item == value_of(TYPE(NONE_TYPE)) ? VALUE_NONE : item);
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
    return collect_parameters(union_args(self));
}
static value union_getitem(value self, value item)
{
    value parameters = union_parameters(self);
    value args = parameters ? substitute(self, union_args(self), parameters, item) : NULL;
    value_dec(parameters);
    if (!args)
        return NULL;
    value list = list_new(tuple_length(args));
    bool ok = list != NULL;
    for (size_t i = 0; ok && i < tuple_length(args); thread_report_at(++i))
        ok = union_add(list, tuple_get(args, i));
    value result = ok ? union_from_list(list) : NULL;
    value_dec(list);
    value_dec(args);
    return result;
}

static value union_getattr(value self, value name)
{
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

/* types.GenericAlias: list[int], by PEP 585. */
#include "runtime/objects/containers/container.h"
#include "runtime/objects/model/generic_alias.h"
#include "runtime/objects/model/type_internal.h"
#include "runtime/objects/model/type_parameters.h"
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
static value alias_parameters(value self)
{
    value parameters = slot_load(value_object(self), &ALIAS(self)->parameters);
    if (parameters)
        return parameters;
    if (!stack_check(" in __parameters__")) /* of aliases in aliases */
        return NULL;
    parameters = type_parameters_collect(alias_args(self));
    if (parameters)
        slot_store(value_object(self), &ALIAS(self)->parameters, value_inc(parameters));
    return parameters;
}

/* ---- printing ---- */
bool type_argument_add_repr(struct str_builder *b, value v)
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
    value origin = attr_get_optional(v, NAME(__origin__));
    value args = is_given(origin) ? attr_get_optional(v, NAME(__args__)) : VALUE_MISSING;
    bool alias = is_given(args);
    value_dec(is_given(origin) ? origin : NULL);
    value_dec(alias ? args : NULL);
    if (!origin || !args)
        return false;
    /* Whatever has a name and a module is shown by them. */
    value name = alias ? VALUE_MISSING : attr_get_optional(v, NAME(__qualname__));
    value module = is_given(name) ? attr_get_optional(v, NAME(__module__)) : VALUE_MISSING;
    bool done = name && module;
    if (done && (name == VALUE_MISSING || module == VALUE_MISSING || module == VALUE_NONE)) {
        done = builder_add_repr(b, v);
    } else if (done) {
        bool builtin = is_str(module) && str_equals_text(module, "builtins");
        value shown = builtin ? value_str(name) : str_format("%S.%S", module, name);
        if ((done = shown != NULL))
            builder_add_str(b, shown);
        value_dec(shown);
    }
    value_dec(is_given(name) ? name : NULL);
    value_dec(is_given(module) ? module : NULL);
    return done;
}

static value alias_repr(value self)
{
    struct str_builder b;
    builder_init(&b);
    if (ALIAS(self)->starred)
        builder_add_text(&b, "*");
    bool ok = type_argument_add_repr(&b, alias_origin(self));
    builder_add_text(&b, "[");
    value args = alias_args(self);
    for (size_t i = 0; ok && i < tuple_length(args); i++) {
        if (i)
            builder_add_text(&b, ", ");
        ok = thread_safepoint_at(thread_self, THREAD_IN_WAIT) == 0 && type_argument_add_repr(&b, tuple_get(args, i));
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
    value args = parameters ? type_parameters_substitute(self, alias_args(self), parameters, item) : NULL;
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

/* ---- iter(alias) gives *alias, once ---- */
struct alias_iterator {
    struct object header;
    value_slot alias; /* NULL once it was given */
};

static value alias_iterator_next(value v)
{
    value alias = slot_take(value_object(v), &((struct alias_iterator *)v)->alias, NULL);
    if (!alias)
        return VALUE_END;
    value starred = alias_make(value_type(alias), alias_origin(alias), alias_args(alias), true);
    value_dec(alias);
    return starred;
}

static value alias_iterator_reduce(value v)
{
    value alias = slot_load(value_object(v), &((struct alias_iterator *)v)->alias);
    return reduce_result(builtin_by_name("iter"), alias ? alias : tuple_new(0), NULL, false);
}

static void alias_iterator_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct alias_iterator *)o)->alias);
}
static void alias_iterator_destroy(struct object *o)
{
    slot_drop(&((struct alias_iterator *)o)->alias);
}

static const struct method_def alias_iterator_methods[] = {
    METHOD("__reduce__", alias_iterator_reduce, "($self, /)", "Return state information for pickling."),
    {0},
};

static const struct type_spec alias_iterator_type_spec = {
    .name = "generic_alias_iterator",
    .size = sizeof(struct alias_iterator),
    .flags = TYPE_FLAG_NO_NEW,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = alias_iterator_traverse,
    .destroy = alias_iterator_destroy,
    .slots = {.iter = iterator_return_self, .next = alias_iterator_next},
    .methods = alias_iterator_methods,
};

static value alias_iter(value self)
{
    static _Atomic(struct type *) made;
    struct type *type = type_define_once(&made, &alias_iterator_type_spec);
    struct alias_iterator *iterator = type ? (struct alias_iterator *)object_new(type, sizeof *iterator) : NULL;
    if (!iterator)
        return NULL;
    slot_init(&iterator->alias, value_inc(self));
    return value_of(iterator);
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
/* Of *alias: next(iter(alias)). */
static value alias_reduce_starred(value self)
{
    value plain = alias_make(TYPE(GENERIC_ALIAS), alias_origin(self), alias_args(self), false);
    value iterator = plain ? alias_iter(plain) : NULL;
    value_dec(plain);
    return reduce_result(builtin_by_name("next"), iterator, NULL, false);
}
static value alias_reduce(value self)
{
    if (ALIAS(self)->starred)
        return alias_reduce_starred(self);
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
    .flags = TYPE_FLAG_BASE | TYPE_FLAG_WEAKREF,
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

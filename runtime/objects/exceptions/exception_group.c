/* Exception groups: construction, and the splits along a condition that except* needs. */
#include "runtime/objects/exceptions/exception.h"
#include "runtime/objects/model/type_internal.h"
#include "threads/pause.h"

value exception_group_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    if ((kwnames && tuple_length(kwnames)) || nargs != 2)
        return raise(EXC(TypeError), "BaseExceptionGroup.__new__() takes exactly 2 arguments (%zu given)", nargs);
    if (!is_str(args[0]))
        return raise(EXC(TypeError), "BaseExceptionGroup.__new__() argument 1 must be str, not %K", args[0]);
    if (!value_type_slot(args[1], getitem) || is_dict(args[1]) || !value_type_slot(args[1], length))
        return raise(EXC(TypeError), "second argument (exceptions) must be a sequence");
    value exceptions = tuple_from_iterable(args[1]);
    if (!exceptions)
        return NULL;
    if (tuple_length(exceptions) == 0) {
        value_dec(exceptions);
        return raise(EXC(ValueError), "second argument (exceptions) must be a non-empty sequence");
    }
    bool base_only = false;
    for (size_t i = 0; i < tuple_length(exceptions); thread_report_at(++i)) {
        value item = tuple_get(exceptions, i);
        if (!is_exception(item)) {
            value_dec(exceptions);
            return raise(EXC(ValueError), "Item %zu of second argument (exceptions) is not an exception", i);
        }
        base_only |= !value_is_of(item, EXC(Exception));
    }
    if (type == EXC(BaseExceptionGroup) && !base_only)
        type = EXC(ExceptionGroup);
    else if (base_only && type == EXC(ExceptionGroup)) {
        value_dec(exceptions);
        return raise(EXC(TypeError), "Cannot nest BaseExceptions in an ExceptionGroup");
    } else if (base_only && type_is_subtype(type, EXC(Exception))) {
        value_dec(exceptions);
        return raise(EXC(TypeError), "Cannot nest BaseExceptions in '%N'", type);
    }
    value self = exception_new_slot(type, args, nargs, NULL);
    if (self) {
        exception_set_extra(self, EXTRA_GROUP_MESSAGE, args[0]);
        exception_set_extra(self, EXTRA_GROUP_EXCEPTIONS, exceptions);
    }
    value_dec(exceptions);
    return self;
}

value exception_group_members(value group)
{
    value members = exception_extra(group, EXTRA_GROUP_EXCEPTIONS);
    return members ? members : tuple_pack(0);
}

value exception_group_str(value self)
{
    value message = exception_extra(self, EXTRA_GROUP_MESSAGE);
    value exceptions = exception_extra(self, EXTRA_GROUP_EXCEPTIONS);
    size_t count = exceptions ? tuple_length(exceptions) : 0;
    value text = str_format("%S (%zu sub-exception%s)", message ? message : VALUE_NONE, count, count == 1 ? "" : "s");
    value_dec(message);
    value_dec(exceptions);
    return text;
}

/* A group like self with other exceptions: through derive(), with the facts about self copied. */
static value group_like(value self, value exceptions)
{
    value group = call_method_1(self, NAME(derive), exceptions);
    if (!group)
        return NULL;
    if (!value_is_of(group, EXC(BaseExceptionGroup))) {
        raise(EXC(TypeError), "derive must return an instance of BaseExceptionGroup");
        value_dec(group);
        return NULL;
    }
    struct exception *from = EXCEPTION(self);
    value traceback = exception_traceback(self);
    exception_set_traceback(group, traceback);
    value_dec(traceback);
    exception_set_context(group, slot_load(&from->header, &from->context));
    slot_store(value_object(group), &EXCEPTION(group)->cause, slot_load(&from->header, &from->cause));
    atomic_store_explicit(&EXCEPTION(group)->suppress_context,
                          atomic_load_explicit(&from->suppress_context, memory_order_relaxed), memory_order_relaxed);
    value notes = attr_get_optional(self, NAME(__notes__));
    bool ok = notes != NULL;
    if (ok && notes != VALUE_MISSING && value_type_slot(notes, getitem) && !is_dict(notes)) {
        value copy = list_from_iterable(notes);
        ok = copy && attr_set(group, NAME(__notes__), copy);
        value_dec(copy);
    }
    value_dec(notes);
    if (ok)
        return group;
    value_dec(group);
    return NULL;
}

static value group_derive(value self, value excs)
{
    value message = exception_extra(self, EXTRA_GROUP_MESSAGE);
    if (!message) /* made without __new__ */
        return raise(EXC(TypeError), "argument 1 must be str, not NoneType");
    value result = call_2(value_of(EXC(BaseExceptionGroup)), message, excs);
    value_dec(message);
    return result;
}

/* 1: the exception matches the condition (type, tuple of types, predicate, or a set of addresses of exceptions that are
 * no groups: only from exception_group_pick), 0, -1. */
static int condition_holds(value exception, value condition)
{
    if (is_type(condition))
        return value_is_of(exception, (struct type *)condition);
    if (is_tuple(condition)) {
        for (size_t i = 0; i < tuple_length(condition); thread_report_at(++i))
            if (value_is_of(exception, (struct type *)tuple_get(condition, i)))
                return 1;
        return 0;
    }
    if (value_is(condition, TYPE_ID_SET)) {
        if (value_is_of(exception, EXC(BaseExceptionGroup)))
            return 0;
        value identity = int_from_u64(value_bits(exception));
        int found = identity ? set_contains(condition, identity) : -1;
        value_dec(identity);
        return found;
    }
    value result = call_1(condition, exception);
    int truth = result ? value_truth(result) : -1;
    value_dec(result);
    return truth;
}

static bool condition_is_valid(value condition)
{
    bool ok = (is_type(condition) && type_is_subtype((struct type *)condition, EXC(BaseException))) ||
              value_is(condition, TYPE_ID_TUPLE) || value_is(condition, TYPE_ID_FUNCTION);
    for (size_t i = 0; ok && is_tuple(condition) && i < tuple_length(condition); thread_report_at(++i)) {
        value item = tuple_get(condition, i);
        ok = is_type(item) && type_is_subtype((struct type *)item, EXC(BaseException));
    }
    return ok || raise_false(EXC(TypeError), "expected a function, exception type or tuple of exception types");
}

/* Split into what matches and (when wanted) the rest; either may come out as None. Both owned. */
static bool group_split_into(value self, value condition, value *match, value *rest)
{
    *match = VALUE_NONE;
    if (rest)
        *rest = VALUE_NONE;
    int whole = condition_holds(self, condition);
    if (whole < 0)
        return false;
    if (whole) {
        *match = value_inc(self);
        return true;
    }
    if (!value_is_of(self, EXC(BaseExceptionGroup))) {
        if (rest)
            *rest = value_inc(self);
        return true;
    }
    if (!recursion_enter(" in exceptiongroup_split_recursive"))
        return false;
    value exceptions = exception_group_members(self);
    value matches = list_new(0), others = list_new(0);
    bool ok = exceptions && matches && others;
    for (size_t i = 0; ok && i < tuple_length(exceptions); thread_report_at(++i)) {
        value part_match, part_rest = VALUE_NONE;
        ok = group_split_into(tuple_get(exceptions, i), condition, &part_match, rest ? &part_rest : NULL);
        if (ok && part_match != VALUE_NONE)
            ok = list_append(matches, part_match);
        if (ok && part_rest != VALUE_NONE)
            ok = list_append(others, part_rest);
        value_dec(part_match);
        value_dec(part_rest);
    }
    recursion_leave();
    if (ok && list_length(matches))
        ok = (*match = group_like(self, matches)) != NULL;
    if (ok && rest && list_length(others))
        ok = (*rest = group_like(self, others)) != NULL;
    value_dec(exceptions);
    value_dec(matches);
    value_dec(others);
    if (ok)
        return true;
    value_dec(*match);
    *match = VALUE_NONE;
    return false;
}

value exception_group_pick(value group, value identities)
{
    value match;
    return group_split_into(group, identities, &match, NULL) ? match : NULL;
}

static value group_split(value self, value condition)
{
    value match, rest;
    if (!condition_is_valid(condition) || !group_split_into(self, condition, &match, &rest))
        return NULL;
    value pair = tuple_pack(2, match, rest);
    value_dec(match);
    value_dec(rest);
    return pair;
}

static value group_subgroup(value self, value condition)
{
    value match;
    return condition_is_valid(condition) && group_split_into(self, condition, &match, NULL) ? match : NULL;
}

const struct method_def exception_group_methods[] = {
    METHOD("derive", group_derive, "($self, excs, /)", NULL),
    METHOD("split", group_split, "($self, condition, /)", NULL),
    METHOD("subgroup", group_subgroup, "($self, condition, /)", NULL),
    METHOD_CLASS_GETITEM,
    {0},
};

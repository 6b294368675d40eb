/*
 * Type parameters of generic aliases and unions, by PEP 585, PEP 612 and PEP 646. What a parameter does with its
 * arguments is its own affair (typing.py): __typing_prepare_subst__ rearranges all arguments before they are counted,
 * __typing_subst__ says what stands for the parameter.
 */
#include "runtime/objects/model/type_parameters.h"
#include "runtime/objects/model/type_internal.h"
#include "threads/pause.h"

/* The attribute, or VALUE_MISSING; classes have none that count here. */
static value attribute_of_argument(value arg, value name)
{
    return is_type(arg) ? VALUE_MISSING : attr_get_optional(arg, name);
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

/* Append all items of a tuple. */
static bool add_all(value list, value tuple)
{
    for (size_t i = 0; i < tuple_length(tuple); thread_report_at(++i))
        if (!list_append(list, tuple_get(tuple, i)))
            return false;
    return true;
}

static value tuple_of_list(value list, bool ok)
{
    value tuple = ok ? list_to_tuple(list) : NULL;
    value_dec(list);
    return tuple;
}

static bool collect_from(value list, value arg)
{
    value substitute = attribute_of_argument(arg, NAME(__typing_subst__));
    if (!substitute)
        return false;
    if (substitute != VALUE_MISSING) {
        value_dec(substitute);
        return add_once(list, arg);
    }
    value inner = attribute_of_argument(arg, NAME(__parameters__));
    bool ok = inner != NULL;
    if (ok && inner != VALUE_MISSING && is_tuple(inner))
        for (size_t i = 0; ok && i < tuple_length(inner); thread_report_at(++i))
            ok = add_once(list, tuple_get(inner, i));
    value_dec(inner);
    return ok;
}

value type_parameters_collect(value args)
{
    value list = list_new(0);
    bool ok = list != NULL;
    for (size_t i = 0; ok && i < tuple_length(args); thread_report_at(++i))
        ok = collect_from(list, tuple_get(args, i));
    return tuple_of_list(list, ok);
}

/* Add an argument; of an unpacked tuple of known length (*tuple[int, str]) its members. */
static bool add_unpacked(value list, value arg)
{
    value members = attribute_of_argument(arg, NAME(__typing_unpacked_tuple_args__));
    if (!members)
        return false;
    size_t count = members != VALUE_MISSING && is_tuple(members) ? tuple_length(members) : 0;
    bool known = members != VALUE_MISSING && is_tuple(members) &&
                 !(count > 0 && tuple_get(members, count - 1) == VALUE_ELLIPSIS);
    bool ok = known ? add_all(list, members) : list_append(list, arg);
    value_dec(members);
    return ok;
}

/* The arguments that alias[item] gives, before the parameters had a look at them. */
static value unpack_arguments(value item)
{
    value list = list_new(0);
    bool ok = list != NULL;
    if (ok && is_tuple(item))
        for (size_t i = 0; ok && i < tuple_length(item); thread_report_at(++i))
            ok = add_unpacked(list, tuple_get(item, i));
    else if (ok)
        ok = add_unpacked(list, item);
    return tuple_of_list(list, ok);
}

/* What `parameter` makes of all arguments (stolen). Not always a tuple. */
static value prepare_arguments(value alias, value parameter, value items)
{
    value prepare = items ? attr_get_optional(parameter, NAME(__typing_prepare_subst__)) : NULL;
    if (prepare == VALUE_MISSING || prepare == VALUE_NONE)
        return items;
    value tuple = !prepare ? NULL : is_tuple(items) ? value_inc(items) : tuple_pack(1, items);
    value prepared = tuple ? call_2(prepare, alias, tuple) : NULL;
    value_dec(tuple);
    value_dec(prepare);
    value_dec(items);
    return prepared;
}

static ssize position_of(value parameters, value parameter)
{
    for (size_t i = 0; i < tuple_length(parameters); thread_report_at(++i))
        if (tuple_get(parameters, i) == parameter)
            return (ssize)i;
    return -1;
}

/* arg[...] with what `items` give for the parameters in it. A parameter for many (it can be unpacked) gives many. */
static value substitute_inner(value arg, value parameters, value items)
{
    value inner = attribute_of_argument(arg, NAME(__parameters__));
    if (!inner)
        return NULL;
    if (inner == VALUE_MISSING || !is_tuple(inner) || tuple_length(inner) == 0) {
        value_dec(inner);
        return value_inc(arg);
    }
    value list = list_new(tuple_length(inner));
    bool ok = list != NULL;
    for (size_t i = 0; ok && i < tuple_length(inner); thread_report_at(++i)) {
        value parameter = tuple_get(inner, i);
        ssize at = position_of(parameters, parameter);
        value chosen = at < 0 ? parameter : tuple_get(items, (size_t)at);
        bool many = at >= 0 && is_tuple(chosen) && type_slot(value_type(parameter), iter);
        ok = many ? add_all(list, chosen) : list_append(list, chosen);
    }
    value_dec(inner);
    value chosen = tuple_of_list(list, ok);
    value result = chosen ? item_get(arg, chosen) : NULL;
    value_dec(chosen);
    return result;
}

/* 1: `arg` is *Ts, which gives any number of arguments; 0: it is not; -1: an exception. */
static int is_unpacked_parameter(value arg)
{
    value flag = attribute_of_argument(arg, NAME(__typing_is_unpacked_typevartuple__));
    int truth = !flag ? -1 : flag == VALUE_MISSING ? 0 : value_truth(flag);
    value_dec(flag);
    return truth;
}

/* Add what stands for one argument. */
static bool substitute_one(value list, value arg, value parameters, value items)
{
    int unpack = is_unpacked_parameter(arg);
    value substitute = unpack < 0 ? NULL : attribute_of_argument(arg, NAME(__typing_subst__));
    value result = NULL;
    if (substitute == VALUE_MISSING) {
        result = substitute_inner(arg, parameters, items);
    } else if (substitute) {
        ssize at = position_of(parameters, arg);
        /* Nobody but a parameter whose attribute comes and goes is not among those collected. */
        result = at < 0 ? value_inc(arg) : call_1(substitute, tuple_get(items, (size_t)at));
        value_dec(substitute);
    }
    bool ok = result != NULL;
    if (ok && unpack && !is_tuple(result))
        ok = raise(EXC(TypeError), "expected tuple, got %T", result);
    else if (ok)
        ok = unpack ? add_all(list, result) : list_append(list, result);
    value_dec(result);
    return ok;
}

value type_parameters_substitute(value alias, value args, value parameters, value item)
{
    size_t wanted = tuple_length(parameters);
    if (wanted == 0)
        return raise(EXC(TypeError), "%R is not a generic class", alias);
    value items = unpack_arguments(item);
    for (size_t i = 0; items && i < wanted; thread_report_at(++i))
        items = prepare_arguments(alias, tuple_get(parameters, i), items);
    if (items && !is_tuple(items)) {
        value tuple = tuple_pack(1, items);
        value_dec(items);
        items = tuple;
    }
    if (!items)
        return NULL;
    size_t given = tuple_length(items);
    value list = NULL;
    bool ok = false;
    if (wanted != given)
        raise(EXC(TypeError), "Too %s arguments for %R; actual %zu, expected %zu", given > wanted ? "many" : "few",
              alias, given, wanted);
    else
        ok = (list = list_new(tuple_length(args))) != NULL;
    for (size_t i = 0; ok && i < tuple_length(args); thread_report_at(++i))
        ok = substitute_one(list, tuple_get(args, i), parameters, items);
    value_dec(items);
    return tuple_of_list(list, ok);
}

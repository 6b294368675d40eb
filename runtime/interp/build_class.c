/* The class statement: bases, metaclass, namespace, body. */
#include "runtime/interp/interp.h"
#include "runtime/objects/model/shape.h"
#include "runtime/objects/objects.h"
#include "threads/pause.h"

/* Replace bases that are no types by what their __mro_entries__ returns; owned tuple (the same one when nothing
 * changes). */
static value resolve_bases(value bases)
{
    value list = NULL;
    for (size_t i = 0; i < tuple_length(bases); thread_report_at(++i)) {
        value base = tuple_get(bases, i);
        value entries = VALUE_MISSING;
        if (!is_type(base)) {
            value method = attr_get_optional(base, NAME(__mro_entries__));
            if (!method)
                goto fail;
            if (method != VALUE_MISSING) {
                entries = call_1(method, bases);
                value_dec(method);
                if (!entries)
                    goto fail;
                if (!is_tuple(entries)) {
                    value_dec(entries);
                    raise(EXC(TypeError), "__mro_entries__ must return a tuple");
                    goto fail;
                }
            }
        }
        if (entries != VALUE_MISSING && !list) {
            list = list_new(tuple_length(bases));
            for (size_t k = 0; list && k < i; k++) {
                if (!list_append(list, tuple_get(bases, k))) {
                    value_dec(entries);
                    goto fail;
                }
            }
            if (!list) {
                value_dec(entries);
                return NULL;
            }
        }
        bool added = !list || (entries == VALUE_MISSING ? list_append(list, base) : list_extend(list, entries));
        value_dec(entries);
        if (!added)
            goto fail;
    }
    if (!list)
        return value_inc(bases);
    value tuple = list_to_tuple(list);
    value_dec(list);
    return tuple;
fail:
    value_dec(list);
    return NULL;
}

/* The most derived of the metaclass given (or type of the first base) and the bases' types; borrowed. */
static value calculate_metaclass(value metaclass, value bases)
{
    if (!is_type(metaclass))
        return metaclass;
    struct type *winner = (struct type *)metaclass;
    for (size_t i = 0; i < tuple_length(bases); thread_report_at(++i)) {
        struct type *candidate = value_type(tuple_get(bases, i));
        if (type_is_subtype(winner, candidate))
            continue;
        if (type_is_subtype(candidate, winner)) {
            winner = candidate;
            continue;
        }
        return raise(EXC(TypeError),
                     "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the "
                     "metaclasses of all its bases");
    }
    return value_of(winner);
}

static value prepare_namespace(value metaclass, value name, value bases, const value *kwargs, value kwnames)
{
    value prepare = attr_get_optional(metaclass, NAME(__prepare__));
    if (!prepare)
        return NULL;
    if (prepare == VALUE_MISSING)
        return dict_new();
    size_t named = kwnames ? tuple_length(kwnames) : 0;
    value *args = storage_alloc((named + 2) * sizeof(value));
    if (!args) {
        value_dec(prepare);
        return raise_no_memory();
    }
    args[0] = name;
    args[1] = bases;
    for (size_t i = 0; i < named; i++)
        args[2 + i] = kwargs[i];
    value ns = call_vector(prepare, args, 2, kwnames);
    storage_free(args, (named + 2) * sizeof(value));
    value_dec(prepare);
    if (ns && !is_dict(ns) && !value_type_slot(ns, getitem)) {
        value shown = attr_get_optional(metaclass, NAME(__name__));
        raise(EXC(TypeError), "%S.__prepare__() must return a mapping, not %T",
              shown && shown != VALUE_MISSING ? shown : NAME_TEXT("<metaclass>"), ns);
        value_dec(shown);
        value_dec(ns);
        return NULL;
    }
    return ns;
}

/* The class must have filled its __class__ cell with itself. */
static bool check_class_cell(value cell, value cls, value name)
{
    if (!cell || !value_is(cell, TYPE_ID_CELL))
        return true;
    value contents = cell_get(cell);
    bool right = contents == cls;
    if (!contents)
        raise(EXC(RuntimeError), "__class__ not set defining %R as %R. Was __classcell__ propagated to type.__new__?",
              name, cls);
    else if (!right)
        raise(EXC(TypeError), "__class__ set to %R defining %R as %R", contents, name, cls);
    value_dec(contents);
    return right;
}

/* Remove `metaclass` from the keyword arguments: *metaclass owned or NULL; *names and *values (storage of `count`
 * values, borrowed) the rest. */
static bool split_keywords(const value *kwargs, value kwnames, value *metaclass, value *names, value **values,
                           size_t *count)
{
    size_t named = kwnames ? tuple_length(kwnames) : 0;
    *metaclass = *names = NULL;
    *count = 0;
    *values = storage_alloc((named + 1) * sizeof(value));
    value list = list_new(named);
    if (!*values || !list)
        goto fail;
    for (size_t i = 0; i < named; i++) {
        value name = tuple_get(kwnames, i);
        if (str_equals_text(name, "metaclass")) {
            *metaclass = value_inc(kwargs[i]);
        } else {
            (*values)[(*count)++] = kwargs[i];
            if (!list_append(list, name))
                goto fail;
        }
    }
    if (*count)
        *names = list_to_tuple(list);
    value_dec(list);
    if (!*count || *names)
        return true;
    list = NULL;
fail:
    value_dec(list);
    value_dec(*metaclass);
    storage_free(*values, (named + 1) * sizeof(value));
    if (!error_occurred())
        raise_no_memory();
    return false;
}

static value build_class(value body, value name, value bases, value written_bases, value metaclass, const value *kwargs,
                         size_t named, value kwnames)
{
    value ns = prepare_namespace(metaclass, name, bases, kwargs, kwnames);
    if (!ns)
        return NULL;
    struct function *function = (struct function *)body;
    value code = slot_load(&function->header, &function->code),
          closure = slot_load(&function->header, &function->closure);
    value cell = interpreter_run_code(code, slot_peek(&function->globals), ns, closure);
    value_dec(code);
    value_dec(closure);
    if (cell && bases != written_bases && !item_set(ns, NAME(__orig_bases__), written_bases)) {
        value_dec(cell);
        cell = NULL;
    }
    value cls = NULL;
    value *args = cell ? storage_alloc((named + 3) * sizeof(value)) : NULL;
    if (args) {
        args[0] = name;
        args[1] = bases;
        args[2] = ns;
        for (size_t i = 0; i < named; i++)
            args[3 + i] = kwargs[i];
        cls = call_vector(metaclass, args, 3, kwnames);
        storage_free(args, (named + 3) * sizeof(value));
        if (cls && is_type(cls) && !check_class_cell(cell, cls, name)) {
            value_dec(cls);
            cls = NULL;
        }
    } else if (cell) {
        raise_no_memory();
    }
    value_dec(cell);
    value_dec(ns);
    return cls;
}

value builtin_build_class(value self, const value *args, size_t nargs, value kwnames)
{
    if (nargs < 2)
        return raise(EXC(TypeError), "__build_class__: not enough arguments");
    if (!is_function(args[0]))
        return raise(EXC(TypeError), "__build_class__: func must be a function");
    if (!is_str(args[1]))
        return raise(EXC(TypeError), "__build_class__: name is not a string");
    value given = tuple_from_array(args + 2, nargs - 2);
    value bases = given ? resolve_bases(given) : NULL;
    value metaclass, names, *values;
    size_t named;
    if (!bases || !split_keywords(args + nargs, kwnames, &metaclass, &names, &values, &named)) {
        value_dec(bases);
        value_dec(given);
        return NULL;
    }
    if (!metaclass)
        metaclass = value_inc(tuple_length(bases) ? value_of(value_type(tuple_get(bases, 0))) : value_of(TYPE(TYPE)));
    value winner = calculate_metaclass(metaclass, bases);
    value cls = winner ? build_class(args[0], args[1], bases, given, winner, values, named, names) : NULL;
    value_dec(metaclass);
    value_dec(names);
    storage_free(values, ((kwnames ? tuple_length(kwnames) : 0) + 1) * sizeof(value));
    value_dec(bases);
    value_dec(given);
    return cls;
}

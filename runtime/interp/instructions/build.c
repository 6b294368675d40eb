/* Building and formatting, out of line. */
#include "runtime/interp/instructions/build.h"
#include "runtime/objects/text/str.h"
#include "runtime/import.h"
#include "runtime/objects/containers/dict.h"
#include "runtime/objects/containers/list.h"
#include "runtime/objects/objects.h"
#include "runtime/step.h"
#include "threads/pause.h"

value build_set(const value *items, size_t n)
{
    value set = set_new(NULL);
    for (size_t i = 0; set && i < n; thread_report_at(++i)) {
        if (!set_add(set, stack_plain(items[i]))) {
            value_dec(set);
            return NULL;
        }
    }
    return set;
}

value build_map(const value *items, size_t pairs)
{
    value map = pairs > 5 ? dict_new_sized(pairs) : dict_new();
    for (size_t i = 0; map && i < pairs; thread_report_at(++i)) {
        if (!dict_set_building(map, stack_plain(items[2 * i]), stack_plain(items[2 * i + 1]))) {
            value_dec(map);
            return NULL;
        }
    }
    return map;
}

value build_const_key_map(const value *items, size_t n, value keys)
{
    value map = n > 5 ? dict_new_sized(n) : dict_new();
    for (size_t i = 0; map && i < n; thread_report_at(++i)) {
        if (!dict_set_building(map, tuple_get(keys, i), stack_plain(items[i]))) {
            value_dec(map);
            return NULL;
        }
    }
    return map;
}

value build_string(const value *items, size_t n)
{
    value few[16];
    if (n <= sizeof few / sizeof *few) {
        for (size_t i = 0; i < n; thread_report_at(++i))
            few[i] = stack_plain(items[i]);
        return str_concat_array(few, n);
    }
    struct str_builder b;
    builder_init(&b);
    for (size_t i = 0; i < n; thread_report_at(++i))
        builder_add_str(&b, stack_plain(items[i]));
    return builder_finish(&b);
}

value format_operand(value v, unsigned conversion, value spec)
{
    if (conversion == 0 && value_is(v, TYPE_ID_STR) && (!spec || str_length(spec) == 0))
        return value_inc(v);
    value text = conversion == 1   ? value_str(v)
                 : conversion == 2 ? value_repr(v)
                 : conversion == 3 ? value_ascii(v)
                                   : value_inc(v);
    if (!text || (conversion && (!spec || str_length(spec) == 0)))
        return text;
    value result = value_format(text, spec);
    value_dec(text);
    return result;
}

bool operand_is_iterable(value v)
{
    struct type *type = value_type(v); /* built-in types that are iterated by index say so in `iter` */
    return type_slot(type, iter) || (type_has_flag(type, TYPE_FLAG_HEAP) && type_slot(type, getitem));
}

bool list_extend_operand(value list, value iterable)
{
    if (list_extend(list, iterable))
        return true;
    if (error_matches(EXC(TypeError)) && !operand_is_iterable(iterable)) {
        error_clear();
        return raise_false(EXC(TypeError), "Value after * must be an iterable, not %T", iterable);
    }
    return false;
}

bool dict_update_operand(value dict, value mapping)
{
    if (dict_merge(dict, mapping, true))
        return true;
    if (!error_matches(EXC(AttributeError)))
        return false;
    error_clear();
    return raise_false(EXC(TypeError), "'%T' object is not a mapping", mapping);
}

value callable_text(value callable)
{
    value qualified = attr_get_optional(callable, NAME(__qualname__));
    if (!qualified || qualified == VALUE_MISSING) {
        error_clear();
        return value_str(callable);
    }
    value module = attr_get_optional(callable, NAME(__module__));
    value text;
    if (module && module != VALUE_MISSING && is_str(module) && !str_equals_text(module, "builtins"))
        text = str_format("%U.%S()", module, qualified);
    else
        text = str_format("%S()", qualified);
    if (!module)
        error_clear();
    value_dec(module);
    value_dec(qualified);
    return text;
}

static bool merge_one(value callable, value dict, value key, value v)
{
    int present = dict_contains(dict, key);
    if (present < 0)
        return false;
    if (present) {
        value text = callable_text(callable);
        if (text)
            raise(EXC(TypeError), "%U got multiple values for keyword argument '%S'", text, key);
        value_dec(text);
        return false;
    }
    return dict_set(dict, key, v);
}

bool dict_merge_keywords(value callable, value dict, value mapping)
{
    value plain = dict_to_merge(mapping);
    if (plain) { /* one moment's state */
        value copy = dict_copy(plain), key, v;
        size_t position = 0;
        bool done = copy != NULL;
        while (done && dict_next(copy, &position, &key, &v)) {
            done = merge_one(callable, dict, key, v);
            value_dec(v);
            value_dec(key);
            thread_report_at(position);
        }
        value_dec(copy);
        return done;
    }
    value method = attr_get_optional(mapping, NAME(keys));
    if (method == VALUE_MISSING) {
        value text = callable_text(callable);
        if (text)
            raise(EXC(TypeError), "%U argument after ** must be a mapping, not %T", text, mapping);
        value_dec(text);
        return false;
    }
    value found = method ? call_0(method) : NULL;
    value_dec(method);
    value keys = found ? list_from_iterable(found) : NULL;
    value_dec(found);
    bool done = keys != NULL;
    for (size_t i = 0; done && i < list_length(keys); thread_report_at(++i)) {
        value key = list_get(keys, i);
        value v = item_get(mapping, key);
        done = v && merge_one(callable, dict, key, v);
        value_dec(v);
        value_dec(key);
    }
    value_dec(keys);
    return done;
}

bool print_expression(value v)
{
    value sys = import_module("sys");
    value hook = sys ? attr_get_optional(sys, NAME(displayhook)) : NULL;
    value_dec(sys);
    if (hook == VALUE_MISSING)
        return raise_false(EXC(RuntimeError), "lost sys.displayhook");
    value result = hook ? call_1(hook, v) : NULL;
    value_dec(hook);
    value_dec(result);
    return result != NULL;
}

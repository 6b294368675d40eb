/* Pattern matching, out of line. */
#include "runtime/interp/instructions/patterns.h"
#include "runtime/abstract.h"
#include "runtime/objects/containers/list.h"
#include "runtime/objects/containers/set.h"
#include "runtime/objects/objects.h"
#include "threads/pause.h"

value match_length(value subject)
{
    ssize length = value_length(subject);
    return length >= 0 ? int_from_i64(length) : NULL;
}

value match_keys(value subject, value keys)
{
    size_t n = tuple_length(keys);
    value seen = set_new(NULL), list = list_new(n), get = NULL, result = NULL;
    if (!seen || !list || !(get = attr_get(subject, NAME(get))))
        goto end;
    value marker = list_new(0); /* a default that is nobody's value */
    for (size_t i = 0; marker && i < n; thread_report_at(++i)) {
        value key = tuple_get(keys, i);
        int known = set_contains(seen, key);
        if (known > 0)
            raise(EXC(ValueError), "mapping pattern checks duplicate key (%R)", key);
        if (known != 0 || !set_add(seen, key))
            goto end_marker;
        value v = call_2(get, key, marker);
        if (v == marker) {
            value_dec(v);
            result = VALUE_NONE;
            goto end_marker;
        }
        if (!v || !list_append_owned(list, v))
            goto end_marker;
    }
    result = marker ? list_to_tuple(list) : NULL;
end_marker:
    value_dec(marker);
end:
    value_dec(get);
    value_dec(seen);
    value_dec(list);
    return result;
}

/* One attribute of a class pattern: appended to the list. 1 found, 0 absent, -1 error. */
static int match_attribute(value subject, value cls, value name, value seen, value list)
{
    int known = set_contains(seen, name);
    if (known > 0)
        raise(EXC(TypeError), "%N() got multiple sub-patterns for attribute %R", (struct type *)cls, name);
    if (known != 0 || !set_add(seen, name))
        return -1;
    value v = attr_get_optional(subject, name);
    if (v == VALUE_MISSING)
        return 0;
    return v && list_append_owned(list, v) ? 1 : -1;
}

static bool matches_itself(struct type *type)
{
    const uint32_t flags = TYPE_FLAG_INT | TYPE_FLAG_STR | TYPE_FLAG_BYTES | TYPE_FLAG_TUPLE | TYPE_FLAG_LIST |
                           TYPE_FLAG_DICT | TYPE_FLAG_FLOAT | TYPE_FLAG_SET;
    return type_has_flag(type, flags) || type_is_subtype(type, TYPE(BYTEARRAY));
}

value match_class(value subject, value cls, size_t positional, value names)
{
    if (!is_type(cls))
        return raise(EXC(TypeError), "called match pattern must be a type");
    int instance = value_is_instance(subject, cls);
    if (instance <= 0)
        return instance < 0 ? NULL : VALUE_NONE;
    value seen = set_new(NULL), list = list_new(0), args = NULL, result = NULL;
    int found = 1;
    if (!seen || !list)
        goto end;
    if (positional) {
        args = attr_get_optional(cls, NAME(__match_args__));
        if (!args)
            goto end;
        bool itself = args == VALUE_MISSING && matches_itself((struct type *)cls);
        if (args != VALUE_MISSING && !value_is(args, TYPE_ID_TUPLE)) {
            raise(EXC(TypeError), "%N.__match_args__ must be a tuple (got %T)", (struct type *)cls, args);
            goto end;
        }
        size_t allowed = itself ? 1 : args == VALUE_MISSING ? 0 : tuple_length(args);
        if (allowed < positional) {
            raise(EXC(TypeError), "%N() accepts %zu positional sub-pattern%s (%zu given)", (struct type *)cls, allowed,
                  allowed == 1 ? "" : "s", positional);
            goto end;
        }
        if (itself && !list_append(list, subject))
            goto end;
        for (size_t i = 0; !itself && found > 0 && i < positional; i++) {
            value name = tuple_get(args, i);
            if (!is_str(name)) {
                raise(EXC(TypeError), "__match_args__ elements must be strings (got %T)", name);
                goto end;
            }
            found = match_attribute(subject, cls, name, seen, list);
        }
    }
    for (size_t i = 0; found > 0 && i < tuple_length(names); thread_report_at(++i))
        found = match_attribute(subject, cls, tuple_get(names, i), seen, list);
    result = found > 0 ? list_to_tuple(list) : found == 0 ? VALUE_NONE : NULL;
end:
    value_dec(args);
    value_dec(seen);
    value_dec(list);
    return result;
}

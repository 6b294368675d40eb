/* The out-of-line part of container.h. */
#include "runtime/objects/containers/container.h"
#include "runtime/interpreter.h"

value builtin_by_name(const char *name)
{
    value builtins = interpreter_builtins();
    if (builtins) {
        value found = dict_get_text(builtins, name);
        if (found != VALUE_MISSING)
            return found;
    }
    return raise(EXC(AttributeError), "%s", name);
}

value reduce_result(value callable, value argument, value state, bool has_state)
{
    value result = NULL;
    if (callable && argument && (state || !has_state)) {
        value arguments = tuple_pack(1, argument);
        if (arguments) {
            result = has_state ? tuple_pack(3, callable, arguments, state) : tuple_pack(2, callable, arguments);
            value_dec(arguments);
        }
    }
    value_dec(callable);
    value_dec(argument);
    value_dec(state);
    return result;
}

bool no_keywords(const char *name, value kwnames)
{
    if (kwnames && tuple_length(kwnames))
        return raise_false(EXC(TypeError), "%s() takes no keyword arguments", name);
    return true;
}

bool check_arguments(const char *name, size_t nargs, size_t min, size_t max)
{
    if (nargs < min)
        return raise_false(EXC(TypeError), "%s expected %s%zu argument%s, got %zu", name, min == max ? "" : "at least ",
                           min, min == 1 ? "" : "s", nargs);
    if (nargs > max)
        return raise_false(EXC(TypeError), "%s expected %s%zu argument%s, got %zu", name, min == max ? "" : "at most ",
                           max, max == 1 ? "" : "s", nargs);
    return true;
}

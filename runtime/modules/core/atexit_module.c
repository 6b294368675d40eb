/* The atexit module: functions to call at the end of the process, last registered first. */
#include "runtime/modules/core/atexit_module.h"
#include "runtime/modules/module.h"
#include "threads/pause.h"

static value_slot callbacks; /* a list of (function, args tuple, kwargs dict or None), or NULL */

static value callback_list(void)
{
    value list = atomic_load_explicit(&callbacks, memory_order_acquire);
    if (list)
        return list;
    value fresh = list_new(0);
    if (fresh && atomic_compare_exchange_strong(&callbacks, &list, fresh))
        return fresh;
    value_dec(fresh);
    return list;
}

static value register_function(value self, const value *args, size_t nargs, value kwnames)
{
    if (nargs < 1)
        return raise(EXC(TypeError), "register() takes at least 1 argument (0 given)");
    if (!value_is_callable(args[0]))
        return raise(EXC(TypeError), "the first argument must be callable");
    value rest = tuple_from_array(args + 1, nargs - 1), keywords = VALUE_NONE;
    bool done = rest != NULL;
    if (done && kwnames && tuple_length(kwnames)) {
        keywords = dict_new();
        done = keywords != NULL;
        for (size_t i = 0; done && i < tuple_length(kwnames); thread_report_at(++i))
            done = dict_set(keywords, tuple_get(kwnames, i), args[nargs + i]);
    }
    value entry = done ? tuple_pack(3, args[0], rest, keywords) : NULL;
    value list = entry ? callback_list() : NULL;
    done = list && list_append(list, entry);
    value_dec(entry);
    value_dec(keywords);
    value_dec(rest);
    return done ? value_inc(args[0]) : NULL;
}

/* Call and forget all. An exception is reported and the next function called. */
static value run_all(value self)
{
    value list = callback_list();
    if (!list)
        return NULL;
    while (list_length(list)) {
        value entry = list_pop(list, -1);
        if (!entry) {
            error_clear();
            break;
        }
        value keywords = tuple_get(entry, 2);
        value result = call_tuple(tuple_get(entry, 0), tuple_get(entry, 1), keywords == VALUE_NONE ? NULL : keywords);
        if (!result)
            error_unraisable("Exception ignored in atexit callback", tuple_get(entry, 0));
        value_dec(result);
        value_dec(entry);
    }
    return VALUE_NONE;
}

void atexit_run(void)
{
    if (atomic_load_explicit(&callbacks, memory_order_acquire) && !run_all(NULL))
        error_clear();
}

static value clear(value self)
{
    value list = callback_list();
    if (list)
        list_clear(list);
    return list ? VALUE_NONE : NULL;
}

static value count(value self)
{
    value list = callback_list();
    return list ? int_from_u64(list_length(list)) : NULL;
}

static value unregister(value self, value func)
{
    value list = callback_list();
    if (!list)
        return NULL;
    for (size_t i = list_length(list); i-- > 0; thread_report_at(i)) {
        value entry = list_get(list, i);
        if (!entry || entry == VALUE_MISSING) {
            error_clear();
            continue;
        }
        int equal = value_equals(tuple_get(entry, 0), func);
        value now = equal > 0 ? list_get(list, i) : NULL;
        bool same = now == entry;
        value_dec(now);
        value_dec(entry);
        if (equal < 0)
            return NULL;
        if (same)
            value_dec(list_pop(list, (ssize)i));
    }
    return VALUE_NONE;
}

static const struct method_def functions[] = {
    METHOD_ANY("register", register_function, "Register a function to be executed upon normal program termination", 0),
    METHOD("_clear", clear, "()", "Clear the list of previously registered exit functions."),
    METHOD("unregister", unregister, "(func, /)", "Unregister an exit function which was previously registered."),
    METHOD("_run_exitfuncs", run_all, "()", "Run all registered exit functions."),
    METHOD("_ncallbacks", count, "()", "Return the number of registered exit functions."),
    {0},
};

static void finish(void)
{
    value_dec(atomic_exchange(&callbacks, NULL));
}

const struct module_def atexit_module = {
    .name = "atexit",
    .doc = "allow programmer to define multiple exit functions to be executed\nupon normal program termination.",
    .functions = functions,
    .finish = finish,
};

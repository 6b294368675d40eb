/* The hooks of audit events (../../audit.h). There is one list for all threads; it only grows, by a copy that takes the
 * list's place, so that whoever reads it sees one that stays as it is. */
#include "runtime/audit.h"
#include "runtime/interp/trace.h"
#include "runtime/objects/objects.h"

#include <stdlib.h>

struct audit_hooks {
    struct audit_hooks *previous; /* another thread may still go through it */
    size_t count;
    value hooks[]; /* owned by the newest list */
};

struct audit_hooks *_Atomic audit_hooks;

/* Does a hook want to be traced? -1: exception. */
static int hook_can_trace(value hook)
{
    value wish = attr_get_optional(hook, NAME(__cantrace__));
    if (!wish || wish == VALUE_MISSING)
        return wish ? 0 : -1;
    int yes = value_truth(wish);
    value_dec(wish);
    return yes;
}

static bool call_hook(value hook, value event, value arguments)
{
    int can_trace = hook_can_trace(hook);
    if (can_trace < 0)
        return false;
    value result = can_trace ? call_2(hook, event, arguments) : trace_call_unseen(hook, event, arguments);
    value_dec(result);
    return result != NULL;
}

/* Call the hooks; `event` and `arguments` are stolen and may be NULL with an exception. */
static bool tell(value event, value arguments)
{
    const struct audit_hooks *list = atomic_load_explicit(&audit_hooks, memory_order_acquire);
    bool good = event && arguments;
    for (size_t i = 0; good && i < list->count; i++)
        good = call_hook(list->hooks[i], event, arguments);
    value_dec(event);
    value_dec(arguments);
    return good;
}

bool audit_event_tuple(value event, value arguments)
{
    return !audit_is_heard() || tell(value_inc(event), value_inc(arguments));
}

static value argument_of(char letter, va_list *args)
{
    const char *text;
    value v;
    switch (letter) {
    case 'O':
        v = va_arg(*args, value);
        return v ? value_inc(v) : VALUE_NONE;
    case 'N':
        return va_arg(*args, value);
    case 's':
        text = va_arg(*args, const char *);
        return text ? str_from_text(text) : VALUE_NONE;
    case 'y':
        text = va_arg(*args, const char *);
        return bytes_new((const uint8_t *)text, strlen(text));
    case 'i':
        return small_int(va_arg(*args, int));
    default:
        return int_from_i64(va_arg(*args, int64_t));
    }
}

/* The tuple that a format describes. NULL: an exception. All arguments are taken, whatever happens. */
static value arguments_of(const char *format, va_list *args)
{
    enum { MOST = 9 };
    value items[MOST];
    size_t count = 0;
    bool bare = *format != '(';
    for (format += !bare; *format && *format != ')' && count < MOST; format++)
        items[count++] = argument_of(*format, args);
    if (bare && count == 1 && is_tuple(items[0]))
        return items[0];
    return tuple_from_results(items, count);
}

bool audit_event(const char *event, const char *format, ...)
{
    if (!audit_is_heard())
        return true;
    value current = error_fetch();
    va_list args;
    va_start(args, format);
    value arguments = arguments_of(format ? format : "", &args);
    va_end(args);
    bool good = tell(arguments ? str_from_text(event) : NULL, arguments);
    if (good && current)
        error_restore(current);
    else
        value_dec(current);
    return good;
}

bool audit_add_hook(value hook)
{
    struct audit_hooks *list = atomic_load_explicit(&audit_hooks, memory_order_acquire), *longer = NULL;
    value_inc(hook);
    do {
        size_t count = list ? list->count : 0;
        free(longer);
        longer = malloc(sizeof *longer + (count + 1) * sizeof *longer->hooks);
        if (!longer) {
            value_dec(hook);
            raise_no_memory();
            return false;
        }
        longer->previous = list;
        longer->count = count + 1;
        for (size_t i = 0; i < count; i++)
            longer->hooks[i] = list->hooks[i];
        longer->hooks[count] = hook;
    } while (!atomic_compare_exchange_weak_explicit(&audit_hooks, &list, longer, memory_order_acq_rel,
                                                    memory_order_acquire));
    return true;
}

void audit_finish(void)
{
    struct audit_hooks *list = atomic_exchange_explicit(&audit_hooks, NULL, memory_order_acq_rel);
    for (size_t i = 0; list && i < list->count; i++)
        value_dec(list->hooks[i]);
    while (list) {
        struct audit_hooks *previous = list->previous;
        free(list);
        list = previous;
    }
}

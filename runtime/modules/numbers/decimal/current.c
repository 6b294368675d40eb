/*
 * The current context of a thread: the value of a context variable, which is given a copy of DefaultContext where it is
 * first asked for.
 *
 * Every operation wants it, so the thread remembers what it found, until the thread's variables change. What is
 * remembered is held by an object in the thread's dict, and goes with it.
 */
#include "runtime/import.h"
#include "runtime/interp/interp.h"
#include "runtime/modules/numbers/decimal/decimal.h"

static value_slot variable, default_context, basic_context, extended_context;

/* Holds what the thread remembers. */
struct holder {
    struct object header;
    value_slot context; /* or NULL */
};
static struct type *holder_type;

static _Thread_local struct {
    uint64_t changes;        /* of the thread's variables when the context was found */
    struct context *context; /* held by the holder in the dict */
    value dict;              /* the thread's, then: not looked into */
} remembered __attribute__((tls_model("initial-exec")));

static void holder_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct holder *)o)->context);
}
static void holder_destroy(struct object *o)
{
    slot_drop(&((struct holder *)o)->context);
}
static const struct type_spec holder_spec = {
    .name = "decimal.holder",
    .size = sizeof(struct holder),
    .flags = TYPE_FLAG_NO_NEW,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = holder_traverse,
    .destroy = holder_destroy,
};

/* Of the thread, owned. */
static value holder_of_thread(value dict)
{
    value key = NAME_TEXT("_decimal context"), holder = dict ? dict_get(dict, key) : NULL;
    if (holder != VALUE_MISSING)
        return holder;
    holder = value_of(object_new(holder_type, sizeof(struct holder)));
    if (holder && dict_set(dict, key, holder))
        return holder;
    value_dec(holder);
    return NULL;
}

/* The variable's value, owned. */
static value find_current(void)
{
    value var = slot_peek(&variable), context = call_method_1(var, NAME(get), VALUE_NONE);
    if (!context || is_context(context))
        return context;
    value_dec(context);
    context = context_copy(slot_peek(&default_context));
    if (context)
        atomic_store(context_flags(CONTEXT(context)), 0);
    value token = context ? call_method_1(var, NAME(set), context) : NULL;
    value_dec(token);
    if (token)
        return context;
    value_dec(context);
    return NULL;
}

static __attribute__((noinline)) struct context *current_find(void)
{
    value context = find_current();
    uint64_t changes = thread_data_changes;
    value dict = context ? interpreter_thread_dict() : NULL, holder = dict ? holder_of_thread(dict) : NULL;
    if (!holder) {
        value_dec(context);
        return NULL;
    }
    value old = slot_exchange(&((struct holder *)holder)->context, context);
    remembered.changes = changes;
    remembered.context = CONTEXT(context);
    remembered.dict = dict;
    value_dec(old); /* what that runs may find another one */
    value_dec(holder);
    return likely(remembered.context == CONTEXT(context)) ? CONTEXT(context) : context_current();
}

struct context *context_current(void)
{
    if (likely(remembered.changes == thread_data_changes) &&
        likely(remembered.dict == slot_peek(&interpreter_self->thread_dict)))
        return remembered.context;
    return current_find();
}

struct context *context_argument(value given)
{
    if (is_none(given)) {
        struct context *current = context_current();
        return current ? CONTEXT(value_inc(value_of(current))) : NULL;
    }
    if (is_context(given))
        return CONTEXT(value_inc(given));
    raise(EXC(TypeError), "optional argument must be a context");
    return NULL;
}

/* ---- getcontext, setcontext, localcontext ---- */

value decimal_getcontext(value module)
{
    return value_of(context_argument(VALUE_NONE));
}

static bool set_current(value context)
{
    value token = call_method_1(slot_peek(&variable), NAME(set), context);
    value_dec(token);
    return token != NULL;
}

value decimal_setcontext(value module, value context)
{
    if (!is_context(context))
        return raise(EXC(TypeError), "argument must be a context");
    /* Those that the module gives are not to be changed by their use. */
    bool template = context == slot_peek(&default_context) || context == slot_peek(&basic_context) ||
                    context == slot_peek(&extended_context);
    value own = template ? context_copy(context) : value_inc(context);
    if (template && own)
        atomic_store(context_flags(CONTEXT(own)), 0);
    bool done = own && set_current(own);
    value_dec(own);
    return done ? VALUE_NONE : NULL;
}

struct manager {
    struct object header;
    value_slot local, global; /* constant */
};
struct type *context_manager_type;

/* Settings of a new context by their names. */
static bool set_attributes(value context, value settings)
{
    static const char *const names[] = {"prec", "rounding", "Emin", "Emax", "capitals", "clamp", "flags", "traps"};
    const unsigned count = sizeof names / sizeof *names;
    size_t position = 0;
    value key, item;
    while (dict_next(settings, &position, &key, &item)) {
        unsigned i = 0;
        while (i < count && !str_equals_text(key, names[i]))
            i++;
        value keyword = i < count ? tuple_pack(1, key)
                                  : raise(EXC(TypeError), "'%U' is an invalid keyword argument for this function", key);
        bool done = keyword && context_init(context, &item, 0, keyword);
        value_dec(keyword);
        value_dec(key);
        value_dec(item);
        if (!done)
            return false;
    }
    return true;
}

value decimal_localcontext(value module, const value *args)
{
    struct context *global = context_argument(VALUE_NONE), *from = global ? context_argument(args[0]) : NULL;
    value local = from ? context_copy(value_of(from)) : NULL;
    struct manager *self = NULL;
    if (local && (!args[1] || set_attributes(local, args[1])))
        self = (struct manager *)object_new(context_manager_type, sizeof *self);
    if (self) {
        slot_init(&self->local, value_inc(local));
        slot_init(&self->global, value_inc(value_of(global)));
    }
    value_dec(local);
    value_dec(value_of(from));
    value_dec(value_of(global));
    return value_of(self);
}

static value manager_enter(value v)
{
    value local = slot_peek(&((struct manager *)v)->local);
    return set_current(local) ? value_inc(local) : NULL;
}
static value manager_exit(value v, const value *args, size_t nargs, value kwnames)
{
    return set_current(slot_peek(&((struct manager *)v)->global)) ? VALUE_FALSE : NULL;
}
static void manager_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slots(trace, &((struct manager *)o)->local, 2);
}
static void manager_destroy(struct object *o)
{
    slot_drop(&((struct manager *)o)->local);
    slot_drop(&((struct manager *)o)->global);
}
static const struct method_def manager_methods[] = {
    METHOD("__enter__", manager_enter, "($self, /)", NULL),
    METHOD_ANY("__exit__", manager_exit, NULL, 0),
    {0},
};
const struct type_spec context_manager_spec = {
    .name = "decimal.ContextManager",
    .size = sizeof(struct manager),
    .flags = TYPE_FLAG_NO_NEW,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = manager_traverse,
    .destroy = manager_destroy,
    .methods = manager_methods,
};

/* ---- the module's contexts ---- */

static value template(int64_t precision, uint8_t rounding, uint32_t traps)
{
    value v = context_make(context_type);
    if (v) {
        atomic_store(&CONTEXT(v)->precision, precision);
        atomic_store(&CONTEXT(v)->rounding, rounding);
        atomic_store(context_traps(CONTEXT(v)), traps);
    }
    return v;
}

static value make_variable(void)
{
    value module = import_module("_contextvars"), class = module ? attr_get(module, NAME(ContextVar)) : NULL;
    value made = class ? call_1(class, NAME(decimal_context)) : NULL;
    value_dec(class);
    value_dec(module);
    return made;
}

bool current_init(value module)
{
    const uint32_t usual = ANY_INVALID | DIVISION_BY_ZERO | OVERFLOW;
    if (!holder_type && !(holder_type = type_define(&holder_spec)))
        return false;
    if (!slot_peek(&default_context)) {
        slot_init(&default_context, template(28, ROUND_HALF_EVEN, usual));
        slot_init(&basic_context, template(9, ROUND_HALF_UP, usual | UNDERFLOW | CLAMPED));
        slot_init(&extended_context, template(9, ROUND_HALF_EVEN, 0));
        slot_init(&variable, make_variable());
    }
    return slot_peek(&variable) && module_add(module, "DefaultContext", slot_peek(&default_context)) &&
           module_add(module, "BasicContext", slot_peek(&basic_context)) &&
           module_add(module, "ExtendedContext", slot_peek(&extended_context));
}

void current_finish(void)
{
    value_slot *const slots[] = {&variable, &default_context, &basic_context, &extended_context};
    for (unsigned i = 0; i < sizeof slots / sizeof *slots; i++)
        value_dec(slot_exchange(slots[i], NULL));
}

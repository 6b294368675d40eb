/*
 * The _contextvars module: ContextVar, Context, Token.
 *
 * A context is a dict of variables, written only while it is current, by the thread that runs in it. A copy of the
 * current context shares that dict: both are then flagged so, and whichever is written to first takes a dict of its
 * own.
 */
#include "runtime/modules/threads/contextvars.h"
#include "runtime/interp/interp.h"
#include "runtime/modules/module.h"
#include "runtime/objects/model/type_internal.h"

#include <stddef.h>

struct context {
    struct object header;
    value_slot data;     /* dict */
    _Atomic bool shared; /* others have that dict: it changes no more. Written by who runs in the context */
    _Atomic bool entered;
};
struct variable {
    struct object header;
    value_slot name, fallback; /* constant; fallback NULL: none */
};
struct token {
    struct object header;
    value_slot context, variable, old; /* old NULL: it was not set */
    _Atomic bool used;
};
#define CONTEXT(v)  ((struct context *)(v))
#define VARIABLE(v) ((struct variable *)(v))
#define TOKEN(v)    ((struct token *)(v))
static struct type *context_type, *variable_type, *token_type;
static value missing; /* Token.MISSING; kept by the type's dict */

static value context_make(value data /* stolen */, bool shared)
{
    struct context *c = data ? (struct context *)object_new(context_type, sizeof *c) : NULL;
    if (!c) {
        value_dec(data);
        return NULL;
    }
    slot_init(&c->data, data);
    atomic_init(&c->shared, shared);
    return value_of(c);
}
static value data_of(value v) /* owned */
{
    return slot_load(value_object(v), &CONTEXT(v)->data);
}

/* The thread's current context, borrowed: it stays until the thread enters or leaves one. */
static value current(void)
{
    struct interpreter *self = interpreter_self;
    if (unlikely(!self->context))
        self->context = context_make(dict_new(), false);
    return self->context;
}
/* Its dict, borrowed likewise, until a variable is set: only this thread exchanges it. */
static value current_data(void)
{
    value now = current();
    return now ? slot_peek(&CONTEXT(now)->data) : NULL;
}
/* The same to be written to, owned. */
static value own_data(value context)
{
    struct context *c = CONTEXT(context);
    value data = slot_peek(&c->data);
    if (!atomic_load_explicit(&c->shared, memory_order_relaxed))
        return value_inc(data);
    value copy = dict_copy(data);
    if (!copy)
        return NULL;
    slot_store(&c->header, &c->data, value_inc(copy));
    atomic_store_explicit(&c->shared, false, memory_order_relaxed);
    return copy;
}
value context_copy_current(void)
{
    value now = current();
    if (!now)
        return NULL;
    atomic_store_explicit(&CONTEXT(now)->shared, true, memory_order_relaxed);
    return context_make(value_inc(slot_peek(&CONTEXT(now)->data)), true);
}

/* ---- Context ---- */
static value context_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    if (nargs || (kwnames && tuple_length(kwnames)))
        return raise(EXC(TypeError), "Context() does not accept any arguments");
    return context_make(dict_new(), false);
}
static value context_copy(value v)
{
    if (v == interpreter_self->context)
        return context_copy_current();
    value data = data_of(v), copy = context_make(dict_copy(data), false);
    value_dec(data);
    return copy;
}
static value context_run(value v, const value *args, size_t nargs, value kwnames)
{
    if (nargs < 1)
        return raise(EXC(TypeError), "run() missing 1 required positional argument");
    struct interpreter *self = interpreter_self;
    if (thread_is_alone() ? atomic_load(&CONTEXT(v)->entered) : atomic_exchange(&CONTEXT(v)->entered, true))
        return raise(EXC(RuntimeError), "cannot enter context: %R is already entered", v);
    atomic_store_explicit(&CONTEXT(v)->entered, true, memory_order_relaxed);
    value before = self->context; /* moves here and back */
    self->context = value_inc(v);
    thread_data_changes++;
    value result = call_vector(args[0], args + 1, nargs - 1, kwnames);
    self->context = before;
    thread_data_changes++;
    atomic_store_explicit(&CONTEXT(v)->entered, false, memory_order_release);
    value error = result ? NULL : error_fetch();
    value_dec(v);
    if (error)
        error_restore(error);
    return result;
}
static bool check_variable(value v)
{
    return value_type(v) == variable_type || raise_false(EXC(TypeError), "a ContextVar key was expected, got %R", v);
}
static value with_data(value v, value argument, value (*function)(value, value))
{
    value data = data_of(v), result = function(data, argument);
    value_dec(data);
    return result;
}
static value context_getitem(value v, value key)
{
    return check_variable(key) ? with_data(v, key, item_get) : NULL;
}
static int context_contains(value v, value key)
{
    if (!check_variable(key))
        return -1;
    value data = data_of(v);
    int found = dict_contains(data, key);
    value_dec(data);
    return found;
}
static ssize context_length(value v)
{
    value data = data_of(v);
    ssize length = (ssize)dict_length(data);
    value_dec(data);
    return length;
}
static value context_iter(value v)
{
    value data = data_of(v), iterator = iter_get(data);
    value_dec(data);
    return iterator;
}
static value context_compare(value a, value b, int op)
{
    if ((op != COMPARE_EQ && op != COMPARE_NE) || value_type(b) != context_type)
        return VALUE_NOT_IMPLEMENTED;
    value first = data_of(a), second = data_of(b), result = compare_rich(first, second, op);
    value_dec(second);
    value_dec(first);
    return result;
}
static value context_get(value v, value key, value fallback)
{
    if (!check_variable(key))
        return NULL;
    value found = with_data(v, key, dict_get);
    return found == VALUE_MISSING ? value_inc(fallback) : found;
}
static value context_keys(value v)
{
    return with_data(v, NAME(keys), call_method_0);
}
static value context_values(value v)
{
    return with_data(v, NAME(values), call_method_0);
}
static value context_items(value v)
{
    return with_data(v, NAME(items), call_method_0);
}
static void context_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct context *)o)->data);
}
static void context_destroy(struct object *o)
{
    slot_drop(&((struct context *)o)->data);
}
static const struct method_def context_methods[] = {
    METHOD_ANY("run", context_run, NULL, 0),
    METHOD("copy", context_copy, "($self, /)", "Return a shallow copy of the context object."),
    METHOD("get", context_get, "($self, key, default=None, /)", "Return the value for `key` if `key` is there."),
    METHOD("keys", context_keys, "($self, /)", "Return a list of all variables in the context object."),
    METHOD("values", context_values, "($self, /)", "Return a list of all variables' values."),
    METHOD("items", context_items, "($self, /)", "Return all variables and their values in the context object."),
    {0},
};
static const struct type_spec context_spec = {
    .name = "_contextvars.Context",
    .flags = TYPE_FLAG_WEAKREF,
    .size = sizeof(struct context),
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = context_traverse,
    .destroy = context_destroy,
    .slots = {.new = context_new,
              .hash = value_unhashable,
              .compare = context_compare,
              .iter = context_iter,
              .length = context_length,
              .getitem = context_getitem,
              .contains = context_contains},
    .methods = context_methods,
};

/* ---- ContextVar ---- */
static value variable_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature = SIGNATURE("ContextVar", "(name, /, *, default=<unrepresentable>)");
    value bound[2];
    if (nargs != 1 && nargs + (kwnames ? tuple_length(kwnames) : 0) <= 2)
        return raise(EXC(TypeError), "ContextVar() takes %s 1 positional argument (%zu given)",
                     nargs ? "at most" : "exactly", nargs);
    if (!signature_bind(&signature, args, nargs, kwnames, bound))
        return NULL;
    if (!is_str(bound[0]))
        return raise(EXC(TypeError), "context variable name must be a str");
    struct variable *self = (struct variable *)object_new(type, sizeof *self);
    if (!self)
        return NULL;
    slot_init(&self->name, value_inc(bound[0]));
    slot_init(&self->fallback, is_missing(bound[1]) ? NULL : value_inc(bound[1]));
    return value_of(self);
}
static value variable_get(value v, value given_fallback)
{
    value data = current_data(), found = data ? dict_get(data, v) : NULL;
    if (found != VALUE_MISSING)
        return found;
    if (!is_missing(given_fallback))
        return value_inc(given_fallback);
    value fallback = slot_peek(&VARIABLE(v)->fallback);
    return fallback ? value_inc(fallback) : raise_value(EXC(LookupError), v);
}
static value variable_set(value v, value given_v)
{
    value context = current(), data = context ? own_data(context) : NULL, old = data ? dict_get(data, v) : NULL;
    struct token *token = old ? (struct token *)object_new(token_type, sizeof *token) : NULL;
    if (token) {
        slot_init(&token->context, value_inc(context));
        slot_init(&token->variable, value_inc(v));
        slot_init(&token->old, old == VALUE_MISSING ? NULL : value_inc(old));
        if (!dict_set(data, v, given_v)) {
            value_dec(value_of(token));
            token = NULL;
        }
        thread_data_changes++;
    }
    value_dec(old);
    value_dec(data);
    return value_of(token);
}
static value variable_reset(value v, value token)
{
    if (value_type(token) != token_type)
        return raise(EXC(TypeError), "expected an instance of Token, got %R", token);
    if (atomic_load(&TOKEN(token)->used))
        return raise(EXC(RuntimeError), "%R has already been used once", token);
    if (slot_peek(&TOKEN(token)->variable) != v)
        return raise(EXC(ValueError), "%R was created by a different ContextVar", token);
    value context = current();
    if (!context)
        return NULL;
    bool done = slot_peek(&TOKEN(token)->context) == context ||
                raise_false(EXC(ValueError), "%R was created in a different Context", token);
    if (done) {
        atomic_store(&TOKEN(token)->used, true);
        value old = slot_peek(&TOKEN(token)->old), data = own_data(context);
        done = data && (old ? dict_set(data, v, old) : dict_delete(data, v) >= 0);
        value_dec(data);
        thread_data_changes++;
    }
    return done ? VALUE_NONE : NULL;
}
static value variable_repr(value v)
{
    value fallback = slot_peek(&VARIABLE(v)->fallback), name = slot_peek(&VARIABLE(v)->name);
    return fallback ? str_format("<ContextVar name=%R default=%R at %p>", name, fallback, (void *)v)
                    : str_format("<ContextVar name=%R at %p>", name, (void *)v);
}
static void variable_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slots(trace, &((struct variable *)o)->name, 2);
}
static void variable_destroy(struct object *o)
{
    slot_drop(&((struct variable *)o)->name);
    slot_drop(&((struct variable *)o)->fallback);
}
static const struct method_def variable_methods[] = {
    METHOD("get", variable_get, "($self, default=<unrepresentable>, /)",
           "Return a value for the context variable for the current context."),
    METHOD("set", variable_set, "($self, value, /)",
           "Set a new value for the context variable in the current context."),
    METHOD("reset", variable_reset, "($self, token, /)", "Reset the context variable."),
    METHOD_CLASS_GETITEM,
    {0},
};
static const struct member_def variable_members[] = {
    {"name", MEMBER_VALUE, offsetof(struct variable, name), false, NULL}, {0}};
static const struct type_spec variable_spec = {
    .name = "_contextvars.ContextVar",
    .size = sizeof(struct variable),
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = variable_traverse,
    .destroy = variable_destroy,
    .slots = {.new = variable_new, .repr = variable_repr},
    .methods = variable_methods,
    .members = variable_members,
};

/* ---- Token ---- */
static value token_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    return raise(EXC(RuntimeError), "Tokens can only be created by ContextVars");
}
static value token_get_old(value v)
{
    value old = slot_peek(&TOKEN(v)->old);
    return value_inc(old ? old : missing);
}
static value token_repr(value v)
{
    return str_format("<Token%s var=%R at %p>", atomic_load(&TOKEN(v)->used) ? " used" : "",
                      slot_peek(&TOKEN(v)->variable), (void *)v);
}
static void token_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slots(trace, &((struct token *)o)->context, 3);
}
static void token_destroy(struct object *o)
{
    value_slot *slots = &((struct token *)o)->context;
    for (int i = 0; i < 3; i++)
        slot_drop(&slots[i]);
}
static const struct method_def token_methods[] = {METHOD_CLASS_GETITEM, {0}};
static const struct member_def token_members[] = {{"var", MEMBER_VALUE, offsetof(struct token, variable), false, NULL},
                                                  {0}};
static const struct getset_def token_getset[] = {{"old_value", token_get_old, NULL, NULL}, {0}};
static const struct type_spec token_spec = {
    .name = "_contextvars.Token",
    .size = sizeof(struct token),
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = token_traverse,
    .destroy = token_destroy,
    .slots = {.new = token_new, .hash = value_unhashable, .repr = token_repr},
    .methods = token_methods,
    .members = token_members,
    .getset = token_getset,
};

/* ---- the module ---- */
static value missing_repr(value v)
{
    return str_from_text("<Token.MISSING>");
}
static const struct type_spec missing_spec = {
    .name = "Token.MISSING", .size = sizeof(struct object), .flags = TYPE_FLAG_NO_NEW, .slots = {.repr = missing_repr}};

static value copy_context(value self)
{
    return context_copy_current();
}
static const struct method_def functions[] = {METHOD("copy_context", copy_context, "()", NULL), {0}};

static bool fill(value module)
{
    if (!module_define_type(module, &context_type, &context_spec) ||
        !module_define_type(module, &variable_type, &variable_spec) ||
        !module_define_type(module, &token_type, &token_spec))
        return false;
    if (missing)
        return true;
    struct type *type = type_define(&missing_spec);
    struct object *object = type ? object_new(type, sizeof *object) : NULL;
    value dict = type_dict(token_type);
    bool done = object && dict_set_text(dict, "MISSING", value_of(object));
    if (done)
        missing = value_of(object);
    value_dec(value_of(object));
    return done;
}
const struct module_def _contextvars_module = {
    .name = "_contextvars", .doc = "Context Variables", .functions = functions, .fill = fill};

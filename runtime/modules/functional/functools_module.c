/* The _functools module: partial, reduce, cmp_to_key; lru_cache is in functools_cache.c. */
#include "runtime/modules/functional/functools.h"
#include "runtime/modules/module.h"
#include "runtime/objects/containers/container.h"
#include "runtime/objects/model/type_internal.h"
#include "runtime/step.h"
#include "runtime/raw.h"
#include "threads/pause.h"

#include <sched.h>
#include <stddef.h>
#include <stdlib.h>

/* ---- partial ---- */
struct partial {
    struct object header;
    value_slot function, args, keywords; /* a tuple and a dict; __setstate__ alone replaces them */
    value_slot dict;                     /* __dict__, made on demand */
    _Atomic uint32_t changes;            /* of the three at once: odd while one goes on, under the lock */
};
#define PARTIAL(v)    ((struct partial *)(v))
#define PART(v, NAME) slot_load(value_object(v), &PARTIAL(v)->NAME)
static struct type *partial_type, *key_type;

/* The three of one moment, owned. */
struct parts {
    value function, args, keywords;
};
static void parts_drop(struct parts *parts)
{
    value_dec(parts->keywords);
    value_dec(parts->args);
    value_dec(parts->function);
}
static struct parts parts_load(value v)
{
    for (;;) {
        uint32_t seen = atomic_load_explicit(&PARTIAL(v)->changes, memory_order_acquire);
        struct parts parts = {PART(v, function), PART(v, args), PART(v, keywords)};
        atomic_thread_fence(memory_order_acquire);
        if (likely(!(seen & 1) && seen == atomic_load_explicit(&PARTIAL(v)->changes, memory_order_relaxed)))
            return parts;
        parts_drop(&parts);
        sched_yield();
    }
}
/* Stolen, what was there is dropped. */
static void parts_store(value v, struct parts parts)
{
    struct partial *self = PARTIAL(v);
    object_lock(&self->header);
    atomic_fetch_add_explicit(&self->changes, 1, memory_order_seq_cst);
    parts = (struct parts){slot_exchange(&self->function, parts.function), slot_exchange(&self->args, parts.args),
                           slot_exchange(&self->keywords, parts.keywords)};
    atomic_fetch_add_explicit(&self->changes, 1, memory_order_seq_cst);
    object_unlock(&self->header);
    parts_drop(&parts);
}

static value partial_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    if (nargs < 1)
        return raise(EXC(TypeError), "type 'partial' takes at least one argument");
    value function = value_inc(args[0]);
    if (!value_is_callable(function)) {
        value_dec(function);
        return raise(EXC(TypeError), "the first argument must be callable");
    }
    value before = NULL, keywords = NULL, own = NULL, all = NULL;
    struct partial *self = NULL;
    /* A partial of a plain partial is made one of the inner function. */
    if (value_type(function) == partial_type && !atomic_load(&PARTIAL(function)->dict)) {
        struct parts inner = parts_load(function);
        before = inner.args;
        keywords = dict_copy(inner.keywords);
        value_dec(inner.keywords);
        value_dec(function);
        function = inner.function;
    } else {
        before = tuple_new(0);
        keywords = dict_new();
    }
    own = tuple_from_array(args + 1, nargs - 1);
    bool done = before && keywords && own;
    for (size_t i = 0; done && kwnames && i < tuple_length(kwnames); thread_report_at(++i))
        done = dict_set(keywords, tuple_get(kwnames, i), args[nargs + i]);
    all = done ? sequence_concat(before, own) : NULL;
    if (all)
        self = (struct partial *)object_new(type, sizeof *self);
    if (self) {
        slot_init(&self->function, value_inc(function));
        slot_init(&self->args, value_inc(all));
        slot_init(&self->keywords, value_inc(keywords));
    }
    value_dec(all);
    value_dec(own);
    value_dec(keywords);
    value_dec(before);
    value_dec(function);
    return value_of(self);
}

/* The keywords of the partial and of the call, which are the stronger; owned. NULL: an exception. */
static value merge_keywords(value keywords, const value *args, value kwnames)
{
    value merged = dict_copy(keywords);
    bool done = merged != NULL;
    for (size_t i = 0; done && i < tuple_length(kwnames); thread_report_at(++i))
        done = dict_set(merged, tuple_get(kwnames, i), args[i]);
    if (done)
        return merged;
    value_dec(merged);
    return NULL;
}

static value partial_call(value v, const value *args, size_t nargs, value kwnames)
{
    struct parts parts = parts_load(v);
    value function = parts.function, before = parts.args, keywords = parts.keywords, result = NULL;
    bool has_keywords = dict_length(keywords) != 0;
    size_t given = tuple_length(before), named = kwnames ? tuple_length(kwnames) : 0, total = given + nargs + named;
    value few[12], *all = total <= 12 ? few : calloc(total, sizeof *all);
    if (all) {
        /* Counted: the tuple may be all that refers to it, and shared (step.h). */
        for (size_t i = 0; i < given; thread_report_at(++i))
            all[i] = value_inc(tuple_get(before, i));
        for (size_t i = 0; i < nargs + named; thread_report_at(++i))
            all[given + i] = args[i];
        value merged = has_keywords && named ? merge_keywords(keywords, args + nargs, kwnames) : NULL;
        if (!has_keywords)
            result = call_vector(function, all, given + nargs, kwnames);
        else if (merged || !named)
            result = call_with_dict(function, all, given + nargs, merged ? merged : keywords);
        value_dec(merged);
        for (size_t i = 0; i < given; thread_report_at(++i))
            value_dec(all[i]);
    } else {
        result = raise_no_memory();
    }
    if (all != few)
        raw_free(all);
    parts_drop(&parts);
    return result;
}

static value partial_repr(value v)
{
    int entered = repr_enter(v);
    if (entered != 0)
        return entered < 0 ? NULL : str_from_text("...");
    struct str_builder b;
    builder_init(&b);
    struct parts parts = parts_load(v);
    if (value_type(v) == partial_type)
        builder_add_text(&b, "functools.");
    builder_add_text(&b, type_short_name(value_type(v)));
    builder_add_text(&b, "(");
    bool done = builder_add_repr(&b, parts.function);
    for (size_t i = 0; done && i < tuple_length(parts.args); thread_report_at(++i)) {
        builder_add_text(&b, ", ");
        done = builder_add_repr(&b, tuple_get(parts.args, i));
    }
    size_t position = 0;
    value key, item;
    while (done && dict_next(parts.keywords, &position, &key, &item)) {
        done = builder_add_format(&b, ", %S=%R", key, item);
        value_dec(key);
        value_dec(item);
    }
    builder_add_text(&b, ")");
    parts_drop(&parts);
    repr_leave(v);
    if (done)
        return builder_finish(&b);
    builder_discard(&b);
    return NULL;
}

static value partial_reduce(value v, const value *args)
{
    struct parts parts = parts_load(v);
    value dict = PART(v, dict), arguments = tuple_pack(1, parts.function);
    value state =
        arguments ? tuple_pack(4, parts.function, parts.args, parts.keywords, dict ? dict : VALUE_NONE) : NULL;
    value result = state ? tuple_pack(3, value_of(value_type(v)), arguments, state) : NULL;
    value_dec(state);
    value_dec(arguments);
    value_dec(dict);
    parts_drop(&parts);
    return result;
}

static value partial_setstate(value v, value state)
{
    bool right = is_tuple(state) && tuple_length(state) == 4 && value_is_callable(tuple_get(state, 0)) &&
                 is_tuple(tuple_get(state, 1)) && (tuple_get(state, 2) == VALUE_NONE || is_dict(tuple_get(state, 2)));
    if (!right)
        return raise(EXC(TypeError), "invalid partial state");
    value given_keywords = tuple_get(state, 2);
    value given = tuple_from_iterable(tuple_get(state, 1));
    value keywords = given_keywords == VALUE_NONE             ? dict_new()
                     : value_is(given_keywords, TYPE_ID_DICT) ? value_inc(given_keywords)
                                                              : dict_copy(given_keywords);
    if (!given || !keywords) {
        value_dec(given);
        value_dec(keywords);
        return NULL;
    }
    struct object *o = value_object(v);
    value dict = tuple_get(state, 3);
    parts_store(v, (struct parts){value_inc(tuple_get(state, 0)), given, keywords});
    slot_store(o, &PARTIAL(v)->dict, is_dict(dict) ? value_inc(dict) : NULL);
    return VALUE_NONE;
}

static void partial_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slots(trace, &((struct partial *)o)->function, 4);
}
static void partial_destroy(struct object *o)
{
    struct partial *self = (struct partial *)o;
    slot_drop(&self->function);
    slot_drop(&self->args);
    slot_drop(&self->keywords);
    slot_drop(&self->dict);
}

static const struct method_def partial_methods[] = {
    METHOD("__reduce__", partial_reduce, "($self, /)", NULL),
    METHOD("__setstate__", partial_setstate, "($self, state, /)", NULL),
    METHOD_CLASS_GETITEM,
    {0},
};
static const struct member_def partial_members[] = {
    {"func", MEMBER_VALUE, offsetof(struct partial, function), false, "function object to use in future partial calls"},
    {"args", MEMBER_VALUE, offsetof(struct partial, args), false, "tuple of arguments to future partial calls"},
    {"keywords", MEMBER_VALUE, offsetof(struct partial, keywords), false,
     "dictionary of keyword arguments to future partial calls"},
    {0},
};
static value get_dict(value v)
{
    return object_dict(v, true);
}
static const struct getset_def partial_getset[] = {{"__dict__", get_dict, object_set_dict, NULL}, {0}};
static const struct type_spec partial_spec = {
    .name = "functools.partial",
    .doc = "partial(func, *args, **keywords) - new function with partial application\n"
           "    of the given arguments and keywords.\n",
    .size = sizeof(struct partial),
    .flags = TYPE_FLAG_BASE | TYPE_FLAG_WEAKREF,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = partial_traverse,
    .destroy = partial_destroy,
    .slots = {.new = partial_new, .call = partial_call, .repr = partial_repr},
    .methods = partial_methods,
    .getset = partial_getset,
    .members = partial_members,
    .dict_offset = offsetof(struct partial, dict),
};

/* ---- cmp_to_key ---- */
struct key {
    struct object header;
    value_slot compare, object; /* constant; object is NULL in what cmp_to_key returns */
};
#define KEY(v) ((struct key *)(v))

static value key_make(value compare, value object)
{
    struct key *self = (struct key *)object_new(key_type, sizeof *self);
    if (!self)
        return NULL;
    slot_init(&self->compare, value_inc(compare));
    slot_init(&self->object, value_inc(object));
    return value_of(self);
}

static value cmp_to_key(value self, const value *args)
{
    return key_make(args[0], NULL);
}

static value key_call(value v, const value *args, size_t nargs, value kwnames)
{
    static struct signature signature = SIGNATURE("K", "(obj)");
    value bound[1];
    if (!signature_bind(&signature, args, nargs, kwnames, bound))
        return NULL;
    return key_make(slot_peek(&KEY(v)->compare), bound[0]);
}

static value key_compare(value a, value b, int op)
{
    if (value_type(b) != key_type || value_type(a) != key_type)
        return raise(EXC(TypeError), "other argument must be K instance");
    value x = slot_load(value_object(a), &KEY(a)->object), y = slot_load(value_object(b), &KEY(b)->object);
    value result = NULL;
    if (!x || !y) {
        raise(EXC(AttributeError), "object");
    } else {
        value order = call_2(slot_peek(&KEY(a)->compare), x, y);
        result = order ? compare_rich(order, small_int(0), op) : NULL;
        value_dec(order);
    }
    value_dec(x);
    value_dec(y);
    return result;
}

static void key_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slots(trace, &((struct key *)o)->compare, 2);
}
static void key_destroy(struct object *o)
{
    slot_drop(&((struct key *)o)->compare);
    slot_drop(&((struct key *)o)->object);
}
static const struct member_def key_members[] = {
    {"obj", MEMBER_VALUE, offsetof(struct key, object), true, "Value wrapped by a key function."},
    {0},
};
static const struct type_spec key_spec = {
    .name = "functools.KeyWrapper",
    .size = sizeof(struct key),
    .flags = TYPE_FLAG_NO_NEW,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = key_traverse,
    .destroy = key_destroy,
    .slots = {.call = key_call, .compare = key_compare, .hash = value_unhashable},
    .members = key_members,
};

/* ---- reduce ---- */
static value reduce(value self, value function, value iterable, value initial)
{
    struct sweep sweep;
    if (!sweep_open(&sweep, iterable)) {
        if (error_matches(EXC(TypeError)))
            return raise(EXC(TypeError), "reduce() arg 2 must support iteration");
        return NULL;
    }
    value total = is_missing(initial) ? NULL : value_inc(initial), item;
    while ((item = iter_next(sweep.iterator)) && item != VALUE_END) {
        if (!total) {
            total = item;
            continue;
        }
        value next = call_2(function, total, item);
        value_dec(item);
        value_dec(total);
        total = next;
        if (!total)
            break;
    }
    sweep_close(&sweep);
    if (!item) {
        value_dec(total);
        return NULL;
    }
    if (item == VALUE_END && !total)
        return raise(EXC(TypeError), "reduce() of empty iterable with no initial value");
    return total;
}

static const struct method_def functions[] = {
    METHOD("reduce", reduce, "(function, iterable, initial=<unrepresentable>, /)",
           "Apply a function of two arguments cumulatively to the items of an iterable, from left to right."),
    METHOD("cmp_to_key", cmp_to_key, "(mycmp)", "Convert a cmp= function into a key= function."),
    {0},
};

static bool fill(value module)
{
    if (!key_type)
        key_type = type_define(&key_spec);
    return key_type && functools_cache_init() && module_define_type(module, &partial_type, &partial_spec) &&
           module_define_type(module, &functools_cache_type, &functools_cache_spec);
}

const struct module_def _functools_module = {
    .name = "_functools",
    .doc = "Tools that operate on functions.",
    .functions = functions,
    .fill = fill,
};

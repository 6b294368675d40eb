/*
 * operator.itemgetter, attrgetter, methodcaller: callables that remember what to fetch. One layout: a tuple and, for
 * methodcaller, a dict, neither of which ever changes.
 */
#include "runtime/modules/functional/operator_getters.h"
#include "runtime/modules/importing/import.h"
#include "runtime/modules/module.h"
#include "runtime/objects/containers/container.h"
#include "threads/pause.h"

#include <stddef.h>
#include <stdlib.h>

struct getter {
    struct object header;
    value_slot items; /* tuple: keys; for attrgetter tuples of name parts; for methodcaller the name, then arguments */
    value_slot keywords; /* methodcaller: a dict, or NULL for none */
};
#define ITEMS(v) slot_peek(&((struct getter *)(v))->items)
static struct type *itemgetter_type, *attrgetter_type, *methodcaller_type;

static value getter_make(struct type *type, value items /* stolen; NULL fails */, value keywords /* stolen */)
{
    struct getter *self = items ? (struct getter *)object_new(type, sizeof *self) : NULL;
    if (!self) {
        value_dec(items);
        value_dec(keywords);
        return NULL;
    }
    slot_init(&self->items, items);
    slot_init(&self->keywords, keywords);
    return value_of(self);
}

static bool one_argument(const char *name, size_t nargs, value kwnames)
{
    if (kwnames && tuple_length(kwnames))
        return raise_false(EXC(TypeError), "%s() takes no keyword arguments", name);
    return nargs == 1 || raise_false(EXC(TypeError), "%s expected 1 argument, got %zu", name, nargs);
}

/* A tuple of what `get` finds of v by each of the keys. */
static value get_all(value v, value keys, value (*get)(value v, value key))
{
    value list = list_new(tuple_length(keys));
    for (size_t i = 0; list && i < tuple_length(keys); thread_pause_at(++i)) {
        value item = get(v, tuple_get(keys, i));
        if (!item || !list_append_owned(list, item)) {
            value_dec(list);
            return NULL;
        }
    }
    value tuple = list ? list_to_tuple(list) : NULL;
    value_dec(list);
    return tuple;
}

/* ---- itemgetter ---- */
static value itemgetter_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    if (kwnames && tuple_length(kwnames))
        return raise(EXC(TypeError), "itemgetter() takes no keyword arguments");
    if (nargs < 1)
        return raise(EXC(TypeError), "itemgetter expected 1 argument, got 0");
    return getter_make(type, tuple_from_array(args, nargs), NULL);
}

static value itemgetter_call(value v, const value *args, size_t nargs, value kwnames)
{
    if (!one_argument("itemgetter", nargs, kwnames))
        return NULL;
    value keys = ITEMS(v);
    size_t count = tuple_length(keys);
    return count == 1 ? item_get(args[0], tuple_get(keys, 0)) : get_all(args[0], keys, item_get);
}

/* ---- attrgetter ---- */

/* "a.b.c" -> ("a", "b", "c"), interned */
static value split_name(value name)
{
    if (!is_str(name))
        return raise(EXC(TypeError), "attribute name must be a string");
    value parts = call_method_1(name, NAME(split), NAME_TEXT("."));
    value tuple = parts ? tuple_new(list_length(parts)) : NULL;
    for (size_t i = 0; tuple && i < tuple_length(tuple); thread_report_at(++i))
        tuple_init(tuple, i, str_intern(list_get(parts, i)));
    value_dec(parts);
    return tuple;
}

static value attrgetter_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    if (kwnames && tuple_length(kwnames))
        return raise(EXC(TypeError), "attrgetter() takes no keyword arguments");
    if (nargs < 1)
        return raise(EXC(TypeError), "attrgetter expected 1 argument, got 0");
    value items = list_new(nargs);
    for (size_t i = 0; items && i < nargs; thread_report_at(++i)) {
        value parts = split_name(args[i]);
        if (!parts || !list_append_owned(items, parts)) {
            value_dec(items);
            return NULL;
        }
    }
    value tuple = items ? list_to_tuple(items) : NULL;
    value_dec(items);
    return getter_make(type, tuple, NULL);
}

static value get_dotted(value v, value parts)
{
    value_inc(v);
    for (size_t i = 0; v && i < tuple_length(parts); thread_report_at(++i)) {
        value next = attr_get(v, tuple_get(parts, i));
        value_dec(v);
        v = next;
    }
    return v;
}

static value attrgetter_call(value v, const value *args, size_t nargs, value kwnames)
{
    if (!one_argument("attrgetter", nargs, kwnames))
        return NULL;
    value names = ITEMS(v);
    size_t count = tuple_length(names);
    return count == 1 ? get_dotted(args[0], tuple_get(names, 0)) : get_all(args[0], names, get_dotted);
}

/* The dotted names again, as a tuple. */
static value attrgetter_names(value v)
{
    value names = ITEMS(v), list = list_new(tuple_length(names));
    for (size_t i = 0; list && i < tuple_length(names); thread_report_at(++i)) {
        value name = str_join(NAME_TEXT("."), tuple_get(names, i));
        if (!name || !list_append_owned(list, name)) {
            value_dec(list);
            return NULL;
        }
    }
    value tuple = list ? list_to_tuple(list) : NULL;
    value_dec(list);
    return tuple;
}

/* ---- methodcaller ---- */
static value methodcaller_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    if (nargs < 1)
        return raise(EXC(TypeError), "methodcaller needs at least one argument, the method name");
    if (!is_str(args[0]))
        return raise(EXC(TypeError), "method name must be a string");
    value keywords = NULL;
    if (kwnames && tuple_length(kwnames)) {
        keywords = dict_new();
        for (size_t i = 0; keywords && i < tuple_length(kwnames); thread_report_at(++i))
            if (!dict_set(keywords, tuple_get(kwnames, i), args[nargs + i])) {
                value_dec(keywords);
                keywords = NULL;
            }
        if (!keywords)
            return NULL;
    }
    return getter_make(type, tuple_from_array(args, nargs), keywords);
}

static value methodcaller_call(value v, const value *args, size_t nargs, value kwnames)
{
    if (!one_argument("methodcaller", nargs, kwnames))
        return NULL;
    value items = ITEMS(v), keywords = slot_peek(&((struct getter *)v)->keywords);
    value name = tuple_get(items, 0);
    const value *arguments = (const value *)tuple_items(items) + 1;
    size_t count = tuple_length(items) - 1;
    if (!keywords)
        return call_method(args[0], name, arguments, count);
    value method = attr_get(args[0], name);
    value result = method ? call_with_dict(method, arguments, count, keywords) : NULL;
    value_dec(method);
    return result;
}

/* ---- all of them ---- */
static value getter_repr(value v)
{
    int entered = repr_enter(v);
    if (entered != 0)
        return entered < 0 ? NULL : str_format("%s(...)", value_type(v)->gc.name);
    bool attributes = value_is_of(v, attrgetter_type);
    value shown = attributes ? attrgetter_names(v) : value_inc(ITEMS(v));
    value keywords = slot_peek(&((struct getter *)v)->keywords);
    struct str_builder b;
    builder_init(&b);
    bool done = shown && builder_add_format(&b, "%s(", value_type(v)->gc.name);
    for (size_t i = 0; done && i < tuple_length(shown); thread_report_at(++i))
        done = builder_add_format(&b, i ? ", %R" : "%R", tuple_get(shown, i));
    size_t position = 0;
    value key, item;
    while (done && keywords && dict_next(keywords, &position, &key, &item)) {
        done = builder_add_format(&b, ", %S=%R", key, item);
        value_dec(key);
        value_dec(item);
    }
    builder_add_text(&b, ")");
    value_dec(shown);
    repr_leave(v);
    if (done)
        return builder_finish(&b);
    builder_discard(&b);
    return NULL;
}

static value getter_reduce(value v)
{
    value keywords = slot_peek(&((struct getter *)v)->keywords);
    value items = value_is_of(v, attrgetter_type) ? attrgetter_names(v) : value_inc(ITEMS(v)), result = NULL;
    if (items && !keywords) {
        result = tuple_pack(2, value_of(value_type(v)), items);
    } else if (items) { /* functools.partial(methodcaller, name, **keywords), (arguments) */
        value functools = import_module("functools");
        value partial = functools ? attr_get(functools, NAME(partial)) : NULL;
        value first = partial ? tuple_pack(2, value_of(value_type(v)), tuple_get(items, 0)) : NULL;
        value bound = first ? call_tuple(partial, first, keywords) : NULL;
        value rest = bound ? tuple_from_array((const value *)tuple_items(items) + 1, tuple_length(items) - 1) : NULL;
        result = rest ? tuple_pack(2, bound, rest) : NULL;
        value_dec(rest);
        value_dec(bound);
        value_dec(first);
        value_dec(partial);
        value_dec(functools);
    }
    value_dec(items);
    return result;
}

static void getter_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slots(trace, &((struct getter *)o)->items, 2);
}
static void getter_destroy(struct object *o)
{
    slot_drop(&((struct getter *)o)->items);
    slot_drop(&((struct getter *)o)->keywords);
}
static const struct method_def getter_methods[] = {
    METHOD("__reduce__", getter_reduce, "($self, /)", "Return state information for pickling"),
    {0},
};
#define GETTER_SPEC(NAME, DOC)                                                                               \
    {                                                                                                        \
        .name = "operator." #NAME, .doc = DOC, .size = sizeof(struct getter), .gc_flags = TYPE_GC_CONTAINER, \
        .traverse = getter_traverse, .destroy = getter_destroy,                                              \
        .slots = {.new = NAME##_new, .call = NAME##_call, .repr = getter_repr}, .methods = getter_methods,   \
    }
static const struct type_spec itemgetter_spec =
    GETTER_SPEC(itemgetter, "Return a callable object that fetches the given item(s) from its operand.");
static const struct type_spec attrgetter_spec =
    GETTER_SPEC(attrgetter, "Return a callable object that fetches the given attribute(s) from its operand.");
static const struct type_spec methodcaller_spec =
    GETTER_SPEC(methodcaller, "Return a callable object that calls the given method on its operand.");

bool operator_getters_add(value module)
{
    return module_define_type(module, &itemgetter_type, &itemgetter_spec) &&
           module_define_type(module, &attrgetter_type, &attrgetter_spec) &&
           module_define_type(module, &methodcaller_type, &methodcaller_spec);
}

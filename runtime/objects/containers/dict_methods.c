/* The dict type: its operators and methods. */
#include "runtime/objects/containers/dict.h"
#include "runtime/objects/containers/set.h"

/* ---- making ---- */
static value dict_type_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    return dict_new_of(type);
}

/* dict(...) and dict.update(...): at most one positional argument, then keywords. */
static bool dict_update_arguments(value self, const char *name, const value *args, size_t nargs, value kwnames)
{
    if (nargs > 1)
        return raise_false(EXC(TypeError), "%s expected at most 1 argument, got %zu", name, nargs);
    if (nargs == 1 && !dict_update(self, args[0]))
        return false;
    size_t named = kwnames ? tuple_length(kwnames) : 0;
    if (!named)
        return true;
    value target = thread_is_alone() ? value_inc(self) : dict_new_sized(named); /* all of them in one step */
    bool fine = target != NULL;
    for (size_t i = 0; fine && i < named; thread_report_at(++i))
        fine = dict_set(target, tuple_get(kwnames, i), args[nargs + i]);
    if (fine && target != self)
        fine = dict_take_all(self, target);
    value_dec(target);
    return fine;
}

static bool dict_init(value self, const value *args, size_t nargs, value kwnames)
{
    return dict_update_arguments(self, "dict", args, nargs, kwnames);
}

static value dict_fromkeys(value cls, value iterable, value v)
{
    value result = call_0(cls);
    if (!result)
        return NULL;
    bool plain = value_is(result, TYPE_ID_DICT);
    if (plain && (value_is(iterable, TYPE_ID_DICT) || value_is(iterable, TYPE_ID_SET) ||
                  value_is(iterable, TYPE_ID_FROZENSET))) {
        struct set_items *items = set_items_of(iterable); /* their hashes are known */
        bool fine = items != NULL;
        for (uint64_t i = 0; fine && i < items->count; thread_report_at(++i))
            fine = dict_set_hashed(result, items->at[i].key, items->at[i].hash, v);
        set_items_free(items);
        if (fine)
            return result;
        value_dec(result);
        return NULL;
    }
    struct sweep sweep;
    bool open = sweep_open(&sweep, iterable), fine = open;
    while (fine) {
        value key = iter_next(sweep.iterator);
        if (!key || key == VALUE_END) {
            fine = key != NULL;
            break;
        }
        fine = plain ? dict_set(result, key, v) : item_set(result, key, v);
        value_dec(key);
    }
    if (open)
        sweep_close(&sweep);
    if (fine)
        return result;
    value_dec(result);
    return NULL;
}

static value dict_repr(value v)
{
    if (dict_length(v) == 0)
        return str_from_text("{}");
    int entered = repr_enter(v);
    if (entered != 0)
        return entered < 0 ? NULL : str_from_text("{...}");
    struct str_builder builder;
    builder_init(&builder);
    builder_add_char(&builder, '{');
    bool first = true;
    size_t position = 0;
    value source = thread_is_alone() ? value_inc(v) : dict_copy(v), key, item; /* one moment's state */
    bool fine = source != NULL;
    while (fine && dict_next(source, &position, &key, &item)) {
        if (!first)
            builder_add_text(&builder, ", ");
        first = false;
        fine = builder_add_repr(&builder, key);
        builder_add_text(&builder, ": ");
        fine = fine && builder_add_repr(&builder, item);
        value_dec(key);
        value_dec(item);
    }
    value_dec(source);
    repr_leave(v);
    builder_add_char(&builder, '}');
    if (fine)
        return builder_finish(&builder);
    builder_discard(&builder);
    return NULL;
}

/* ---- operators ---- */
static value dict_getitem(value v, value key)
{
    value item = dict_get(v, key);
    if (likely(item != VALUE_MISSING))
        return item;
    if (!value_is(v, TYPE_ID_DICT)) {
        value missing = special_lookup(v, NAME(__missing__));
        if (!missing)
            return NULL;
        if (missing != VALUE_MISSING) {
            value result = call_1(missing, key);
            value_dec(missing);
            return result;
        }
    }
    return raise_key_error(key);
}

static bool dict_setitem(value v, value key, value item)
{
    if (item)
        return dict_set(v, key, item);
    int deleted = dict_delete(v, key);
    if (deleted == 0)
        raise_key_error(key);
    return deleted > 0;
}

/* 1, 0, -1: have both dicts the same keys with equal items? Nobody else changes them. */
static int dict_match(value a, value b)
{
    if (dict_length(a) != dict_length(b))
        return 0;
    if (!recursion_enter(" in comparison"))
        return -1;
    int same = 1;
    size_t position = 0;
    value key, item;
    int64_t hash;
    while (same > 0 && dict_next_hashed(a, &position, &key, &item, &hash)) {
        value other = dict_get_hashed(b, key, hash);
        if (!other)
            same = -1;
        else if (other == VALUE_MISSING)
            same = 0;
        else if (other != item)
            same = value_equals(item, other);
        value_dec(other);
        value_dec(key);
        value_dec(item);
        thread_report_at(position);
    }
    recursion_leave();
    return same;
}

/* The same as each is at one moment. */
static int dict_equal(value a, value b)
{
    if (thread_is_alone())
        return dict_match(a, b);
    if (dict_length(a) != dict_length(b))
        return 0;
    value copy_a = dict_copy(a), copy_b = !copy_a ? NULL : a == b ? value_inc(copy_a) : dict_copy(b);
    int same = copy_b ? dict_match(copy_a, copy_b) : -1;
    value_dec(copy_a);
    value_dec(copy_b);
    return same;
}

static value dict_compare(value a, value b, int op)
{
    if (!is_dict(a) || !is_dict(b) || (op != COMPARE_EQ && op != COMPARE_NE))
        return VALUE_NOT_IMPLEMENTED;
    int same = dict_equal(a, b);
    return same < 0 ? NULL : value_bool(same == (op == COMPARE_EQ));
}

static value dict_or(value a, value b)
{
    if (!is_dict(a) || !is_dict(b))
        return VALUE_NOT_IMPLEMENTED;
    value result = dict_copy(a);
    if (result && !dict_update(result, b)) {
        value_dec(result);
        return NULL;
    }
    return result;
}

static value dict_inplace_or(value a, value b)
{
    return dict_update(a, b) ? value_inc(a) : NULL;
}

static ssize dict_length_slot(value v)
{
    return (ssize)dict_length(v);
}

value dict_iter_slot(value v)
{
    return dict_iterator_new(v);
}

/* ---- methods ---- */
static value dict_get_method(value v, value key, value fallback)
{
    value item = dict_get(v, key);
    return item == VALUE_MISSING ? value_inc(fallback) : item;
}

static value dict_setdefault(value v, value key, value fallback)
{
    return dict_set_default(v, key, fallback);
}

static value dict_pop_method(value v, value key, value fallback)
{
    if (dict_length(v) == 0 && fallback != VALUE_MISSING)
        return value_inc(fallback);
    if (dict_length(v) == 0)
        return raise_key_error(key);
    value item = dict_pop(v, key);
    if (item != VALUE_MISSING)
        return item;
    return fallback != VALUE_MISSING ? value_inc(fallback) : raise_key_error(key);
}

static value dict_popitem(value v)
{
    value items[2];
    if (dict_pop_last(v, &items[0], &items[1]))
        return tuple_from_owned(items, 2);
    value message = str_from_text("popitem(): dictionary is empty");
    if (message)
        raise_key_error(message);
    value_dec(message);
    return NULL;
}

static value dict_clear_method(value v)
{
    dict_clear(v);
    return VALUE_NONE;
}

static value dict_copy_method(value v)
{
    return dict_copy(v);
}

static value dict_update_method(value v, const value *args, size_t nargs, value kwnames)
{
    return dict_update_arguments(v, "update", args, nargs, kwnames) ? VALUE_NONE : NULL;
}

static value dict_contains_method(value v, value key)
{
    int found = dict_contains(v, key);
    return found < 0 ? NULL : value_bool(found);
}

static value dict_getitem_method(value v, value key)
{
    return dict_getitem(v, key);
}

static value dict_keys_method(value v)
{
    return dict_keys_view(v);
}

static value dict_values_method(value v)
{
    return dict_values_view(v);
}

static value dict_items_method(value v)
{
    return dict_items_view(v);
}

static value dict_reversed(value v)
{
    return dict_reverse_key_iterator(v);
}

static value dict_sizeof(value v)
{
    return small_int((int64_t)(value_type(v)->gc.instance_size + dict_memory(v)));
}

static const struct method_def dict_methods[] = {
    METHOD_FLAGS("__contains__", dict_contains_method, "($self, key, /)",
                 "True if the dictionary has the specified key, else False.", METHOD_COEXIST),
    METHOD_FLAGS("__getitem__", dict_getitem_method, "($self, key, /)", "x.__getitem__(y) <==> x[y]", METHOD_COEXIST),
    METHOD("__sizeof__", dict_sizeof, "($self, /)", "D.__sizeof__() -> size of D in memory, in bytes"),
    METHOD("get", dict_get_method, "($self, key, default=None, /)",
           "Return the value for key if key is in the dictionary, else default."),
    METHOD(
        "setdefault", dict_setdefault, "($self, key, default=None, /)",
        "Insert key with a value of default if key is not in the dictionary.\n\nReturn the value for key if key is in "
        "the dictionary, else default."),
    METHOD("pop", dict_pop_method, "($self, key, default=<unrepresentable>, /)",
           "D.pop(k[,d]) -> v, remove specified key and return the corresponding value.\n\nIf the key is not found, "
           "return the default if given; otherwise,\nraise a KeyError."),
    METHOD("popitem", dict_popitem, "($self, /)",
           "Remove and return a (key, value) pair as a 2-tuple.\n\nPairs are returned in LIFO (last-in, first-out) "
           "order.\nRaises KeyError if the dict is empty."),
    METHOD("keys", dict_keys_method, "($self, /)", "D.keys() -> a set-like object providing a view on D's keys"),
    METHOD("items", dict_items_method, "($self, /)", "D.items() -> a set-like object providing a view on D's items"),
    METHOD("values", dict_values_method, "($self, /)", "D.values() -> an object providing a view on D's values"),
    METHOD_ANY("update", dict_update_method,
               "D.update([E, ]**F) -> None.  Update D from dict/iterable E and F.\nIf E is present and has a .keys() "
               "method, then does:  for k in E: D[k] = E[k]\nIf E is present and lacks a .keys() method, then does:  "
               "for k, v in E: D[k] = v\nIn either case, this is followed by: for k in F:  D[k] = F[k]",
               0),
    METHOD_FLAGS("fromkeys", dict_fromkeys, "($type, iterable, value=None, /)",
                 "Create a new dictionary with keys from iterable and values set to value.", METHOD_CLASS),
    METHOD("clear", dict_clear_method, "($self, /)", "D.clear() -> None.  Remove all items from D."),
    METHOD("copy", dict_copy_method, "($self, /)", "D.copy() -> a shallow copy of D"),
    METHOD("__reversed__", dict_reversed, "($self, /)", "Return a reverse iterator over the dict keys."),
    METHOD_CLASS_GETITEM,
    {0},
};

const struct type_spec dict_type_spec = {
    .id = TYPE_ID_DICT,
    .name = "dict",
    .doc =
        "dict() -> new empty dictionary\ndict(mapping) -> new dictionary initialized from a mapping object's\n    "
        "(key, value) pairs\ndict(iterable) -> new dictionary initialized as if via:\n    d = {}\n    for k, v in "
        "iterable:\n        d[k] = v\ndict(**kwargs) -> new dictionary initialized with the name=value pairs\n    in "
        "the keyword argument list.  For example:  dict(one=1, two=2)",
    .size = sizeof(struct dict),
    .flags = TYPE_FLAG_BASE | TYPE_FLAG_DICT | TYPE_FLAG_MAPPING,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = dict_traverse,
    .destroy = dict_destroy,
    .slots =
        {
            .new = dict_type_new,
            .init = dict_init,
            .repr = dict_repr,
            .hash = value_unhashable,
            .compare = dict_compare,
            .iter = dict_iter_slot,
            .binary[BINARY_OR] = dict_or,
            .inplace[BINARY_OR] = dict_inplace_or,
            .length = dict_length_slot,
            .getitem = dict_getitem,
            .setitem = dict_setitem,
            .contains = dict_contains,
        },
    .methods = dict_methods,
};

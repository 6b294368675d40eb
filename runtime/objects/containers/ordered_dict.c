/*
 * collections.OrderedDict. A dict keeps its entries in order anyway; what is added is changing that order: an entry
 * moves to either end, and leaves from either end, in one step and in constant time (dict_move_key, dict_pop_end in
 * dict.c). So an OrderedDict is a dict with a `__dict__`, and all that works on a dict's entries works on it.
 *
 * Iterators raise when the order changed, which dict_state tells.
 */
#include "runtime/objects/containers/dict.h"
#include "runtime/objects/model/type_internal.h"

#include <stddef.h>

struct ordered_dict {
    struct dict dict;
    value_slot attributes; /* its __dict__, or NULL */
};

enum part { PART_KEYS, PART_VALUES, PART_ITEMS };

struct ordered_iterator {
    struct object header;
    value_slot dict;          /* dropped at the end while alone, else kept (see struct list_iterator) */
    _Atomic int64_t position; /* of the next entry to look at; -1 at the end. Who moves it on has the entry. */
    _Atomic uint64_t fills, length, blocks; /* the dict's state (dict_state) when iteration began */
    _Atomic bool used;
    enum part part;
    bool reverse;
    struct moment moment; /* see step.h */
};

static struct type *ordered_dict_type_, *keys_type, *values_type, *items_type, *iterator_type;

static bool is_ordered(value v)
{
    return value_is_of(v, ordered_dict_type_);
}

bool ordered_dict_is_exact(value v)
{
    return value_type(v) == ordered_dict_type_;
}

/* ---- setting items ---- */

static bool ordered_setitem(value v, value key, value item)
{
    return type_slot(TYPE(DICT), setitem)(v, key, item);
}

/* Are items set without asking a subclass? */
static bool sets_plainly(value v)
{
    return value_type_slot(v, setitem) == ordered_setitem;
}

static bool set_item(value v, value key, value item)
{
    return sets_plainly(v) ? dict_set(v, key, item) : item_set(v, key, item);
}

/* ---- update ---- */

/* An item of an iterable of pairs. */
static bool set_pair(value v, value pair)
{
    value iterator = iter_get(pair), got[3] = {NULL, NULL, NULL};
    bool fine = iterator != NULL;
    int count = 0;
    while (fine && count < 3) {
        value item = iter_next(iterator);
        if (item == VALUE_END)
            break;
        fine = item != NULL;
        got[count] = item;
        count += fine;
    }
    if (fine && count < 2)
        fine = raise_false(EXC(ValueError), "need more than %d value%s to unpack", count, count == 1 ? "" : "s");
    else if (fine && count > 2)
        fine = raise_false(EXC(ValueError), "too many values to unpack (expected 2)");
    fine = fine && set_item(v, got[0], got[1]);
    for (int i = 0; i < 3; i++)
        value_dec(got[i]);
    value_dec(iterator);
    return fine;
}

static bool set_pairs(value v, value pairs)
{
    struct sweep sweep;
    if (!sweep_open(&sweep, pairs))
        return false;
    bool fine = true;
    while (fine) {
        value pair = iter_next(sweep.iterator);
        if (!pair || pair == VALUE_END) {
            fine = pair != NULL;
            break;
        }
        fine = set_pair(v, pair);
        value_dec(pair);
    }
    sweep_close(&sweep);
    return fine;
}

static bool set_from_keys(value v, value mapping, value keys)
{
    struct sweep sweep;
    if (!sweep_open(&sweep, keys))
        return false;
    bool fine = true;
    while (fine) {
        value key = iter_next(sweep.iterator);
        if (!key || key == VALUE_END) {
            fine = key != NULL;
            break;
        }
        value item = item_get(mapping, key);
        fine = item && set_item(v, key, item);
        value_dec(item);
        value_dec(key);
    }
    sweep_close(&sweep);
    return fine;
}

/* What MutableMapping.update does with its positional argument. */
static bool update_from(value v, value other)
{
    value shown = mapping_proxy_shows(other), plain = shown ? shown : other;
    if (value_is(plain, TYPE_ID_DICT) || ordered_dict_is_exact(plain)) {
        value copy = dict_copy(plain); /* one moment's state of it, and one step when nobody has to be asked */
        bool fine = copy && (sets_plainly(v) ? dict_update(v, copy) : true);
        if (fine && !sets_plainly(v)) {
            value items = dict_items_view(copy);
            fine = items && set_pairs(v, items);
            value_dec(items);
        }
        value_dec(copy);
        return fine;
    }
    for (int i = 0; i < 2; i++) {
        value method = attr_get_optional(other, i == 0 ? NAME(keys) : NAME(items));
        if (!method)
            return false;
        if (method == VALUE_MISSING)
            continue;
        value result = call_0(method);
        value_dec(method);
        bool fine = result && (i == 0 ? set_from_keys(v, other, result) : set_pairs(v, result));
        value_dec(result);
        return fine;
    }
    return set_pairs(v, other);
}

static bool update_arguments(value v, const value *args, size_t nargs, value kwnames)
{
    if (nargs && !update_from(v, args[0]))
        return false;
    size_t named = kwnames ? tuple_length(kwnames) : 0;
    for (size_t i = 0; i < named; i++) {
        if (!set_item(v, tuple_get(kwnames, i), args[nargs + i]))
            return false;
    }
    return true;
}

static bool ordered_init(value v, const value *args, size_t nargs, value kwnames)
{
    if (nargs > 1)
        return raise_false(EXC(TypeError), "expected at most 1 arguments, got %zu", nargs);
    return update_arguments(v, args, nargs, kwnames);
}

static value ordered_update(value v, const value *args, size_t nargs, value kwnames)
{
    if (nargs > 1)
        return raise(EXC(TypeError), "update() takes at most 1 positional argument (%zu given)", nargs);
    return update_arguments(v, args, nargs, kwnames) ? VALUE_NONE : NULL;
}

/* ---- operators ---- */

static value ordered_or(value a, value b)
{
    value own = is_ordered(a) ? a : b;
    if (!is_dict(a) || !is_dict(b))
        return VALUE_NOT_IMPLEMENTED;
    value result = call_1(value_of(value_type(own)), a);
    if (result && !update_from(result, b)) {
        value_dec(result);
        return NULL;
    }
    return result;
}

static value ordered_inplace_or(value a, value b)
{
    return update_from(a, b) ? value_inc(a) : NULL;
}

/* 1, 0, -1: are the keys the same in the same order? */
static int same_order(value a, value b)
{
    size_t at_a = 0, at_b = 0;
    value key_a, key_b, item;
    int same = 1;
    while (same > 0 && dict_next(a, &at_a, &key_a, &item)) {
        value_dec(item);
        if (!dict_next(b, &at_b, &key_b, &item)) {
            value_dec(key_a);
            return 0;
        }
        value_dec(item);
        same = key_a == key_b ? 1 : value_equals(key_a, key_b);
        value_dec(key_a);
        value_dec(key_b);
    }
    return same;
}

static value ordered_compare(value a, value b, int op)
{
    value result = type_slot(TYPE(DICT), compare)(a, b, op);
    if (!result || result == VALUE_NOT_IMPLEMENTED || !is_ordered(b) || (result == VALUE_TRUE) != (op == COMPARE_EQ))
        return result;
    int same = same_order(a, b);
    return same < 0 ? NULL : value_bool(same == (op == COMPARE_EQ));
}

static value ordered_repr(value v)
{
    const char *name = type_short_name(value_type(v));
    if (dict_length(v) == 0)
        return str_format("%s()", name);
    int entered = repr_enter(v);
    if (entered != 0)
        return entered < 0 ? NULL : str_from_text("...");
    value items = ordered_dict_is_exact(v) ? dict_items_view(v) : call_method_0(v, NAME(items));
    value list = items ? list_from_iterable(items) : NULL;
    value text = list ? str_format("%s(%R)", name, list) : NULL;
    value_dec(list);
    value_dec(items);
    repr_leave(v);
    return text;
}

/* ---- iterators and views ---- */

static void remember_state(struct ordered_iterator *iterator, struct dict_state state)
{
    store_relaxed(&iterator->fills, state.fills);
    store_relaxed(&iterator->length, state.length);
    store_relaxed(&iterator->blocks, state.blocks);
}

static bool is_unchanged(const struct ordered_iterator *iterator, struct dict_state now)
{
    return now.fills == load_relaxed(&iterator->fills) && now.length == load_relaxed(&iterator->length) &&
           now.blocks == load_relaxed(&iterator->blocks);
}

static value iterator_new(value dict, enum part part, bool reverse)
{
    struct ordered_iterator *iterator = (struct ordered_iterator *)object_new(iterator_type, sizeof *iterator);
    if (!iterator)
        return NULL;
    remember_state(iterator, dict_state(dict));
    moment_init(&iterator->moment);
    iterator->part = part;
    iterator->reverse = reverse;
    store_relaxed(&iterator->position, reverse ? (int64_t)dict_positions(dict) : 0);
    slot_init(&iterator->dict, value_inc(dict));
    return value_of(iterator);
}

static void iterator_finish(struct ordered_iterator *iterator)
{
    store_release(&iterator->position, -1);
    if (thread_is_alone())
        slot_store(&iterator->header, &iterator->dict, NULL);
}

static value iterator_next(value v)
{
    struct ordered_iterator *iterator = (struct ordered_iterator *)v;
    value pair[2];
    for (;;) {
        int64_t position = load_acquire(&iterator->position);
        if (position < 0)
            return VALUE_END;
        value dict = slot_peek(&iterator->dict), copy = NULL;
        enum moment_change change = CHANGE_IS_ERROR;
        if (!thread_is_alone())
            copy = moment_enter(&iterator->header, &iterator->moment, dict, dict_moment, &change);
        if (copy == VALUE_MISSING)
            return NULL;
        size_t at = (size_t)position;
        struct dict_state now = dict_state(dict);
        if (!(copy && change == CHANGE_BY_OTHERS) && !is_unchanged(iterator, now)) {
            if (change != CHANGE_BEFORE || load_relaxed(&iterator->used)) {
                iterator_finish(iterator);
                return raise(EXC(RuntimeError), "OrderedDict mutated during iteration");
            }
            remember_state(iterator, now);
            if (iterator->reverse)
                at = copy ? dict_moment_positions(copy) : dict_positions(dict);
        }
        bool found = copy                ? dict_moment_step(copy, iterator->reverse, &at, &pair[0], &pair[1])
                     : iterator->reverse ? dict_previous(dict, &at, &pair[0], &pair[1])
                                         : dict_next(dict, &at, &pair[0], &pair[1]);
        if (!found) {
            iterator_finish(iterator);
            return VALUE_END;
        }
        if (position_claim(&iterator->header, &iterator->position, position, (int64_t)at)) {
            store_relaxed(&iterator->used, true);
            break;
        }
        value_dec(pair[0]); /* another thread took that entry */
        value_dec(pair[1]);
    }
    if (iterator->part == PART_ITEMS)
        return tuple_from_owned(pair, 2);
    value_dec(pair[iterator->part == PART_KEYS]);
    return pair[iterator->part == PART_VALUES];
}

/* iter(list of what is left) */
static value iterator_reduce(value v)
{
    struct ordered_iterator *iterator = (struct ordered_iterator *)v;
    int64_t position = load_acquire(&iterator->position);
    struct ordered_iterator *copy = (struct ordered_iterator *)object_new(iterator_type, sizeof *copy);
    if (!copy)
        return NULL;
    remember_state(copy, (struct dict_state){load_relaxed(&iterator->fills), load_relaxed(&iterator->length),
                                             (uint32_t)load_relaxed(&iterator->blocks)});
    store_relaxed(&copy->used, load_relaxed(&iterator->used));
    copy->part = iterator->part;
    copy->reverse = iterator->reverse;
    store_relaxed(&copy->position, position);
    slot_init(&copy->dict, position < 0 ? NULL : value_inc(slot_peek(&iterator->dict)));
    value list = list_from_iterable(value_of(copy));
    value_dec(value_of(copy));
    return list ? reduce_result(builtin_by_name("iter"), list, NULL, false) : NULL;
}

static void iterator_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct ordered_iterator *)o)->dict);
    trace_slot(trace, &((struct ordered_iterator *)o)->moment.items);
}

static void iterator_destroy(struct object *o)
{
    slot_drop(&((struct ordered_iterator *)o)->dict);
    slot_drop(&((struct ordered_iterator *)o)->moment.items);
}

static const struct method_def iterator_methods[] = {
    METHOD("__reduce__", iterator_reduce, "($self, /)", "Return state information for pickling"),
    {0},
};
static const struct type_spec iterator_spec = {
    .name = "odict_iterator",
    .size = sizeof(struct ordered_iterator),
    .flags = TYPE_FLAG_NO_NEW,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = iterator_traverse,
    .destroy = iterator_destroy,
    .slots = {.iter = iterator_return_self, .next = iterator_next},
    .methods = iterator_methods,
};

/* A view is the dict's own with other iterators. */
#define ORDERED_VIEW(PART, PART_, BASE)                              \
    static value PART##_iter(value v)                                \
    {                                                                \
        return iterator_new(dict_view_dict(v), PART_, false);        \
    }                                                                \
    static value PART##_reversed(value v, const value *args)         \
    {                                                                \
        return iterator_new(dict_view_dict(v), PART_, true);         \
    }                                                                \
    static value ordered_##PART(value v, const value *args)          \
    {                                                                \
        return dict_view_new(PART##_type, v);                        \
    }                                                                \
    static const struct method_def PART##_methods[] = {              \
        METHOD("__reversed__", PART##_reversed, "($self, /)", NULL), \
        {0},                                                         \
    };                                                               \
    static const struct type_spec PART##_spec = {                    \
        .base = BASE,                                                \
        .name = "odict_" #PART,                                      \
        .size = sizeof(struct dict_view),                            \
        .flags = TYPE_FLAG_NO_NEW,                                   \
        .gc_flags = TYPE_GC_CONTAINER,                               \
        .traverse = dict_view_traverse,                              \
        .destroy = dict_view_destroy,                                \
        .slots = {.iter = PART##_iter},                              \
        .methods = PART##_methods,                                   \
    }
ORDERED_VIEW(keys, PART_KEYS, TYPE_ID_DICT_KEYS);
ORDERED_VIEW(values, PART_VALUES, TYPE_ID_DICT_VALUES);
ORDERED_VIEW(items, PART_ITEMS, TYPE_ID_DICT_ITEMS);

static value ordered_iter(value v)
{
    return iterator_new(v, PART_KEYS, false);
}

static value ordered_reversed(value v)
{
    return iterator_new(v, PART_KEYS, true);
}

/* ---- methods ---- */

static value ordered_move_to_end(value v, value key, value given_last)
{
    int64_t hash;
    int last = value_truth(given_last);
    if (last < 0 || !key_hash(key, &hash))
        return NULL;
    int moved = dict_move_key(v, key, hash, last);
    return moved < 0 ? NULL : moved ? VALUE_NONE : raise_key_error(key);
}

static value ordered_popitem(value v, value given_last)
{
    value items[2];
    int last = value_truth(given_last);
    if (last < 0)
        return NULL;
    if (dict_pop_end(v, last, &items[0], &items[1]))
        return tuple_from_owned(items, 2);
    return raise(EXC(KeyError), "dictionary is empty");
}

static value ordered_pop(value v, value key, value fallback)
{
    value item = dict_pop(v, key);
    if (item != VALUE_MISSING)
        return item;
    return fallback != VALUE_MISSING ? value_inc(fallback) : raise_key_error(key);
}

static value ordered_setdefault(value v, value key, value fallback)
{
    if (ordered_dict_is_exact(v))
        return dict_set_default(v, key, fallback);
    int present = value_contains(v, key);
    if (present < 0)
        return NULL;
    if (present)
        return item_get(v, key);
    return item_set(v, key, fallback) ? value_inc(fallback) : NULL;
}

/* Each item of v as its class gives it, set as the copy's class sets it. */
static bool copy_items(value copy, value v)
{
    value order = dict_copy(v), key, item;
    size_t position = 0;
    bool fine = order != NULL;
    while (fine && dict_next_key(order, &position, &key)) {
        item = item_get(v, key);
        fine = item && item_set(copy, key, item);
        value_dec(item);
        value_dec(key);
    }
    value_dec(order);
    return fine;
}

static value ordered_copy(value v)
{
    value copy = call_0(value_of(value_type(v)));
    if (copy && (ordered_dict_is_exact(v) ? update_from(copy, v) : copy_items(copy, v)))
        return copy;
    value_dec(copy);
    return NULL;
}

static value ordered_fromkeys(value cls, value iterable, value v)
{
    value result = call_0(cls), iterator = result ? iter_get(iterable) : NULL;
    bool fine = iterator != NULL;
    while (fine) {
        value key = iter_next(iterator);
        if (!key || key == VALUE_END) {
            fine = key != NULL;
            break;
        }
        fine = ordered_dict_is_exact(result) ? dict_set(result, key, v) : item_set(result, key, v);
        value_dec(key);
    }
    value_dec(iterator);
    if (fine)
        return result;
    value_dec(result);
    return NULL;
}

static value ordered_clear(value v)
{
    dict_clear(v);
    return VALUE_NONE;
}

static value ordered_sizeof(value v)
{
    return small_int((int64_t)(value_type(v)->gc.instance_size + dict_memory(v)));
}

/* (class, (), state, None, iterator over the items) */
static value ordered_reduce(value v)
{
    value state = object_state(v);
    value arguments = state ? tuple_new(0) : NULL, items = arguments ? call_method_0(v, NAME(items)) : NULL;
    value iterator = items ? iter_get(items) : NULL;
    value result = iterator ? tuple_pack(5, value_of(value_type(v)), arguments, state, VALUE_NONE, iterator) : NULL;
    value_dec(iterator);
    value_dec(items);
    value_dec(arguments);
    value_dec(state);
    return result;
}

static void ordered_traverse(struct object *o, struct gc_trace *trace)
{
    dict_traverse(o, trace);
    trace_slot(trace, &((struct ordered_dict *)o)->attributes);
}

static void ordered_destroy(struct object *o)
{
    dict_destroy(o);
    slot_drop(&((struct ordered_dict *)o)->attributes);
}

static const struct method_def ordered_methods[] = {
    METHOD("clear", ordered_clear, "($self, /)", "od.clear() -> None.  Remove all items from od."),
    METHOD("copy", ordered_copy, "($self, /)", "od.copy() -> a shallow copy of od"),
    METHOD_FLAGS("fromkeys", ordered_fromkeys, "($type, /, iterable, value=None)",
                 "Create a new ordered dictionary with keys from iterable and values set to value.", METHOD_CLASS),
    METHOD("items", ordered_items, "($self, /)", NULL),
    METHOD("keys", ordered_keys, "($self, /)", NULL),
    METHOD("move_to_end", ordered_move_to_end, "($self, /, key, last=True)",
           "Move an existing element to the end (or beginning if last is false).\n\nRaise KeyError if the element does "
           "not exist."),
    METHOD("pop", ordered_pop, "($self, /, key, default=<unrepresentable>)",
           "od.pop(key[,default]) -> v, remove specified key and return the corresponding value.\n\nIf the key is not "
           "found, return the default if given; otherwise,\nraise a KeyError."),
    METHOD("popitem", ordered_popitem, "($self, /, last=True)",
           "Remove and return a (key, value) pair from the dictionary.\n\nPairs are returned in LIFO order if last is "
           "true or FIFO order if false."),
    METHOD("setdefault", ordered_setdefault, "($self, /, key, default=None)",
           "Insert key with a value of default if key is not in the dictionary.\n\nReturn the value for key if key is "
           "in the dictionary, else default."),
    METHOD_ANY("update", ordered_update, NULL, 0),
    METHOD("values", ordered_values, "($self, /)", NULL),
    METHOD("__reduce__", ordered_reduce, "($self, /)", "Return state information for pickling"),
    METHOD("__reversed__", ordered_reversed, "($self, /)", "od.__reversed__() <==> reversed(od)"),
    METHOD("__sizeof__", ordered_sizeof, "($self, /)", NULL),
    {0},
};
static value ordered_get_dict(value v)
{
    return object_dict(v, true);
}

static const struct getset_def ordered_getset[] = {{"__dict__", ordered_get_dict, object_set_dict, NULL}, {0}};
static const struct type_spec ordered_dict_spec = {
    .base = TYPE_ID_DICT,
    .name = "collections.OrderedDict",
    .doc = "Dictionary that remembers insertion order",
    .size = sizeof(struct ordered_dict),
    .flags = TYPE_FLAG_BASE | TYPE_FLAG_WEAKREF,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = ordered_traverse,
    .destroy = ordered_destroy,
    .slots =
        {
            .init = ordered_init,
            .repr = ordered_repr,
            .hash = value_unhashable,
            .compare = ordered_compare,
            .iter = ordered_iter,
            .setitem = ordered_setitem,
            .binary[BINARY_OR] = ordered_or,
            .inplace[BINARY_OR] = ordered_inplace_or,
        },
    .methods = ordered_methods,
    .getset = ordered_getset,
    .dict_offset = offsetof(struct ordered_dict, attributes),
};

struct type *ordered_dict_define(void)
{
    if (ordered_dict_type_)
        return ordered_dict_type_;
    bool fine = (iterator_type = type_define(&iterator_spec)) && (keys_type = type_define(&keys_spec)) &&
                (values_type = type_define(&values_spec)) && (items_type = type_define(&items_spec));
    return ordered_dict_type_ = fine ? type_define(&ordered_dict_spec) : NULL;
}

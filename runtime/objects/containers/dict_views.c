/*
 * Views of dicts (keys, values, items) and the iterators over them, forwards and backwards.
 *
 * Keys and items behave as sets: their set operators make real sets. All six iterators are one struct; what differs is
 * the direction and what of an entry comes out.
 */
#include "runtime/objects/containers/dict.h"
#include "runtime/objects/containers/set.h"
#include "threads/pause.h"

enum dict_part { PART_KEY, PART_VALUE, PART_ITEM };

/* ---- iterators ---- */
static value iterator_new(value dict, unsigned type_id, bool reverse)
{
    struct dict_iterator *iterator = (struct dict_iterator *)object_new(TYPE_WELL_KNOWN(type_id), sizeof *iterator);
    if (!iterator)
        return NULL;
    size_t length = dict_length(dict);
    store_relaxed(&iterator->position, reverse ? (int64_t)dict_positions(dict) : 0);
    store_relaxed(&iterator->expected, length);
    store_relaxed(&iterator->remaining, (int64_t)length);
    moment_init(&iterator->moment);
    slot_init(&iterator->dict, value_inc(dict));
    return value_of(iterator);
}

value dict_iterator_new(value dict)
{
    return iterator_new(dict, TYPE_ID_DICT_KEY_ITERATOR, false);
}

value dict_reverse_key_iterator(value dict)
{
    return iterator_new(dict, TYPE_ID_DICT_REVERSE_KEY_ITERATOR, true);
}

static void iterator_finish(struct dict_iterator *iterator)
{
    store_relaxed(&iterator->position, -1);
    if (thread_is_alone())
        slot_store(&iterator->header, &iterator->dict, NULL);
}

static int iterator_changed_size(struct dict_iterator *iterator)
{
    store_relaxed(&iterator->expected, UINT64_MAX); /* for good */
    raise(EXC(RuntimeError), "dictionary changed size during iteration");
    return -1;
}

bool dict_moment_step(value copy, bool reverse, size_t *position, value *key, value *item)
{
    size_t positions = dict_moment_positions(copy), at = *position;
    while (reverse ? at > 0 : at < positions) {
        size_t i = reverse ? --at : at++;
        value k = i < positions ? tuple_get(copy, 2 * i + 1) : VALUE_MISSING;
        if (k != VALUE_MISSING) {
            *key = value_inc(k);
            if (item)
                *item = value_inc(tuple_get(copy, 2 * i + 2));
            *position = at;
            return true;
        }
    }
    return false;
}

/* The next entry: 1 with both owned (item NULL: not wanted), 0 at the end, -1 on error. */
static inline int iterator_step(struct dict_iterator *iterator, bool reverse, value *key, value *item)
{
    for (;;) {
        int64_t position = load_relaxed(&iterator->position);
        if (unlikely(position < 0))
            return 0;
        value dict = slot_peek(&iterator->dict), copy = NULL;
        enum moment_change change = CHANGE_IS_ERROR;
        if (!thread_is_alone())
            copy = moment_enter(&iterator->header, &iterator->moment, dict, dict_moment, &change);
        if (unlikely(copy == VALUE_MISSING))
            return -1;
        uint64_t length = copy ? (uint64_t)small_int_value(tuple_get(copy, 0)) : dict_length_fast(dict);
        size_t at = (size_t)position;
        bool unused = load_relaxed(&iterator->remaining) == (int64_t)load_relaxed(&iterator->expected);
        if (change == CHANGE_BEFORE && !unused)
            change = CHANGE_BY_OTHERS;
        if (unlikely(load_relaxed(&iterator->expected) != length)) {
            if (change == CHANGE_IS_ERROR)
                return iterator_changed_size(iterator);
            store_relaxed(&iterator->expected, length);
            if (unused || step_self.moment) /* (a loop of Python ends after as many steps as it was to have) */
                store_relaxed(&iterator->remaining, (int64_t)length);
        }
        if (unlikely(change == CHANGE_BY_OTHERS && load_relaxed(&iterator->remaining) <= 0)) {
            iterator_finish(iterator);
            return 0;
        }
        if (change == CHANGE_BEFORE && reverse)
            at = copy ? dict_moment_positions(copy) : dict_positions(dict);
        if (copy      ? !dict_moment_step(copy, reverse, &at, key, item)
            : !item   ? !dict_next_key(dict, &at, key)
            : reverse ? !dict_previous(dict, &at, key, item)
                      : !dict_next(dict, &at, key, item)) {
            iterator_finish(iterator);
            return 0;
        }
        if (likely(position_claim(&iterator->header, &iterator->position, position, (int64_t)at))) {
            int64_t remaining = load_relaxed(&iterator->remaining);
            store_relaxed(&iterator->remaining, remaining - 1);
            if (likely(remaining > 0 || change != CHANGE_IS_ERROR || !step_is_undisturbed(value_of(iterator))))
                return 1;
            iterator_finish(iterator);
            raise(EXC(RuntimeError), "dictionary keys changed during iteration");
            position = -1;
        }
        value_dec(*key);
        value_dec(item ? *item : NULL);
        if (position < 0)
            return -1;
    }
}

static inline value iterator_next_part(value v, bool reverse, enum dict_part part)
{
    value pair[2];
    int got =
        iterator_step((struct dict_iterator *)v, reverse, &pair[0], part == PART_KEY && !reverse ? NULL : &pair[1]);
    if (got <= 0)
        return got < 0 ? NULL : VALUE_END;
    if (part == PART_ITEM)
        return tuple_from_owned(pair, 2);
    if (part == PART_VALUE || reverse)
        value_dec(pair[part == PART_KEY]);
    return pair[part == PART_VALUE];
}

/* The next entry of a dict that nobody else can change now; NULL: the long way tells why not. */
static inline struct dict_entry *iterator_entry_alone(struct dict_iterator *iterator)
{
    int64_t position = load_relaxed(&iterator->position), remaining = load_relaxed(&iterator->remaining);
    if (unlikely(position < 0 || remaining <= 0 || !thread_is_alone()))
        return NULL;
    struct dict *dict = dict_of(slot_peek(&iterator->dict));
    struct dict_table *t = load_relaxed(&dict->table);
    if (unlikely(!t || load_relaxed(&iterator->expected) != load_relaxed(&dict->length)))
        return NULL;
    for (uint64_t i = (uint64_t)position, used = load_relaxed(&t->used); i < used; i++) {
        if (likely(load_relaxed(&t->entries[i].key) != NULL)) {
            store_relaxed(&iterator->position, (int64_t)i + 1);
            store_relaxed(&iterator->remaining, remaining - 1);
            return &t->entries[i];
        }
        thread_report_at(i + 1);
    }
    return NULL;
}

value dict_key_iterator_next(value v)
{
    struct dict_entry *entry = iterator_entry_alone((struct dict_iterator *)v);
    return likely(entry != NULL) ? value_inc(load_relaxed(&entry->key)) : iterator_next_part(v, false, PART_KEY);
}
static value dict_value_iterator_next(value v)
{
    struct dict_entry *entry = iterator_entry_alone((struct dict_iterator *)v);
    return likely(entry != NULL) ? value_inc(load_relaxed(&entry->item)) : iterator_next_part(v, false, PART_VALUE);
}
struct value_pair dict_item_iterator_next_pair(value v)
{
    struct dict_entry *entry = iterator_entry_alone((struct dict_iterator *)v);
    if (unlikely(!entry))
        return NO_PAIR;
    return (struct value_pair){value_inc(load_relaxed(&entry->key)), value_inc(load_relaxed(&entry->item))};
}
static value dict_item_iterator_next(value v)
{
    struct dict_iterator *iterator = (struct dict_iterator *)v;
    struct dict_entry *entry = iterator_entry_alone(iterator);
    if (unlikely(!entry))
        return iterator_next_part(v, false, PART_ITEM);
    return pair_next(&iterator->header, &iterator->pair, value_inc(load_relaxed(&entry->key)),
                     value_inc(load_relaxed(&entry->item)));
}
static value dict_reverse_key_iterator_next(value v)
{
    return iterator_next_part(v, true, PART_KEY);
}
static value dict_reverse_value_iterator_next(value v)
{
    return iterator_next_part(v, true, PART_VALUE);
}
static value dict_reverse_item_iterator_next(value v)
{
    return iterator_next_part(v, true, PART_ITEM);
}

static value dict_iterator_hint(value v)
{
    struct dict_iterator *iterator = (struct dict_iterator *)v;
    if (load_relaxed(&iterator->position) < 0 ||
        load_relaxed(&iterator->expected) != dict_length(slot_peek(&iterator->dict)))
        return small_int(0);
    int64_t remaining = load_relaxed(&iterator->remaining);
    return small_int(remaining < 0 ? 0 : remaining);
}

/* iter(list of what is left) */
static value dict_iterator_reduce(value v)
{
    struct dict_iterator *iterator = (struct dict_iterator *)v;
    struct dict_iterator *copy = (struct dict_iterator *)object_new(value_type(v), sizeof *copy);
    if (!copy)
        return NULL;
    int64_t position = load_relaxed(&iterator->position);
    store_relaxed(&copy->position, position);
    store_relaxed(&copy->expected, load_relaxed(&iterator->expected));
    store_relaxed(&copy->remaining, load_relaxed(&iterator->remaining));
    slot_init(&copy->dict, position < 0 ? NULL : value_inc(slot_peek(&iterator->dict)));
    value list = list_from_iterable(value_of(copy));
    value_dec(value_of(copy));
    return list ? reduce_result(builtin_by_name("iter"), list, NULL, false) : NULL;
}

static void dict_iterator_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct dict_iterator *)o)->dict);
    trace_slot(trace, &((struct dict_iterator *)o)->pair);
    trace_slot(trace, &((struct dict_iterator *)o)->moment.items);
}

static void dict_iterator_destroy(struct object *o)
{
    slot_drop(&((struct dict_iterator *)o)->dict);
    slot_drop(&((struct dict_iterator *)o)->pair);
    slot_drop(&((struct dict_iterator *)o)->moment.items);
}

static const struct method_def dict_iterator_methods[] = {
    METHOD("__length_hint__", dict_iterator_hint, "($self, /)",
           "Private method returning an estimate of len(list(it))."),
    METHOD("__reduce__", dict_iterator_reduce, "($self, /)", "Return state information for pickling."),
    {0},
};

#define DICT_ITERATOR_SPEC(SPEC, ID, NAME_, NEXT)              \
    const struct type_spec SPEC = {                            \
        .id = ID,                                              \
        .name = NAME_,                                         \
        .size = sizeof(struct dict_iterator),                  \
        .flags = TYPE_FLAG_NO_NEW,                             \
        .gc_flags = TYPE_GC_CONTAINER,                         \
        .traverse = dict_iterator_traverse,                    \
        .destroy = dict_iterator_destroy,                      \
        .slots = {.iter = iterator_return_self, .next = NEXT}, \
        .methods = dict_iterator_methods,                      \
    }
DICT_ITERATOR_SPEC(dict_key_iterator_type_spec, TYPE_ID_DICT_KEY_ITERATOR, "dict_keyiterator", dict_key_iterator_next);
DICT_ITERATOR_SPEC(dict_value_iterator_type_spec, TYPE_ID_DICT_VALUE_ITERATOR, "dict_valueiterator",
                   dict_value_iterator_next);
DICT_ITERATOR_SPEC(dict_item_iterator_type_spec, TYPE_ID_DICT_ITEM_ITERATOR, "dict_itemiterator",
                   dict_item_iterator_next);
DICT_ITERATOR_SPEC(dict_reverse_key_iterator_type_spec, TYPE_ID_DICT_REVERSE_KEY_ITERATOR, "dict_reversekeyiterator",
                   dict_reverse_key_iterator_next);
DICT_ITERATOR_SPEC(dict_reverse_value_iterator_type_spec, TYPE_ID_DICT_REVERSE_VALUE_ITERATOR,
                   "dict_reversevalueiterator", dict_reverse_value_iterator_next);
DICT_ITERATOR_SPEC(dict_reverse_item_iterator_type_spec, TYPE_ID_DICT_REVERSE_ITEM_ITERATOR, "dict_reverseitemiterator",
                   dict_reverse_item_iterator_next);

/* ---- views ---- */
value dict_view_new(struct type *type, value dict)
{
    struct dict_view *view = (struct dict_view *)object_new(type, sizeof *view);
    if (view)
        slot_init(&view->dict, value_inc(dict));
    return value_of(view);
}

value dict_keys_view(value dict)
{
    return dict_view_new(TYPE_WELL_KNOWN(TYPE_ID_DICT_KEYS), dict);
}

value dict_values_view(value dict)
{
    return dict_view_new(TYPE_WELL_KNOWN(TYPE_ID_DICT_VALUES), dict);
}

value dict_items_view(value dict)
{
    return dict_view_new(TYPE_WELL_KNOWN(TYPE_ID_DICT_ITEMS), dict);
}

static ssize view_length(value v)
{
    return (ssize)dict_length(dict_view_dict(v));
}

static value keys_iter(value v)
{
    return dict_iterator_new(dict_view_dict(v));
}
static value values_iter(value v)
{
    return iterator_new(dict_view_dict(v), TYPE_ID_DICT_VALUE_ITERATOR, false);
}
static value items_iter(value v)
{
    return iterator_new(dict_view_dict(v), TYPE_ID_DICT_ITEM_ITERATOR, false);
}
static value keys_reversed(value v)
{
    return iterator_new(dict_view_dict(v), TYPE_ID_DICT_REVERSE_KEY_ITERATOR, true);
}
static value values_reversed(value v)
{
    return iterator_new(dict_view_dict(v), TYPE_ID_DICT_REVERSE_VALUE_ITERATOR, true);
}
static value items_reversed(value v)
{
    return iterator_new(dict_view_dict(v), TYPE_ID_DICT_REVERSE_ITEM_ITERATOR, true);
}

static value view_repr(value v)
{
    int entered = repr_enter(v);
    if (entered != 0)
        return entered < 0 ? NULL : str_from_text("...");
    value list = list_from_iterable(v);
    value text = list ? str_format("%T(%R)", v, list) : NULL;
    value_dec(list);
    repr_leave(v);
    return text;
}

static int keys_contains(value v, value key)
{
    return dict_contains(dict_view_dict(v), key);
}

static int items_contains(value v, value pair)
{
    if (!is_tuple(pair) || tuple_length(pair) != 2)
        return 0;
    value item = dict_get(dict_view_dict(v), tuple_get(pair, 0));
    if (!item)
        return -1;
    if (item == VALUE_MISSING)
        return 0;
    int same = item == tuple_get(pair, 1) ? 1 : value_equals(item, tuple_get(pair, 1));
    value_dec(item);
    return same;
}

/* (OrderedDict's views are dict's with other iterators.) */
static bool is_keys_view(value v)
{
    return value_type_slot(v, contains) == keys_contains;
}

static bool is_set_view(value v)
{
    return is_keys_view(v) || value_type_slot(v, contains) == items_contains;
}

/* Are all items of the iterable a in b: 1, 0, -1. */
static int all_contained(value a, value b)
{
    struct sweep sweep;
    if (!sweep_open(&sweep, a))
        return -1;
    int result = 1;
    while (result > 0) {
        value item = iter_next(sweep.iterator);
        if (!item || item == VALUE_END) {
            result = item ? 1 : -1;
            break;
        }
        result = value_contains(b, item);
        value_dec(item);
    }
    sweep_close(&sweep);
    return result;
}

static value view_compare(value a, value b, int op)
{
    if (!is_set(b) && !is_set_view(b))
        return VALUE_NOT_IMPLEMENTED;
    ssize na = value_length(a), nb = na < 0 ? -1 : value_length(b);
    if (nb < 0)
        return NULL;
    int result = 0;
    switch (op) {
    case COMPARE_EQ:
    case COMPARE_NE:
        result = na == nb ? all_contained(a, b) : 0;
        if (op == COMPARE_NE && result >= 0)
            result = !result;
        break;
    case COMPARE_LT:
        result = na < nb ? all_contained(a, b) : 0;
        break;
    case COMPARE_LE:
        result = na <= nb ? all_contained(a, b) : 0;
        break;
    case COMPARE_GT:
        result = na > nb ? all_contained(b, a) : 0;
        break;
    case COMPARE_GE:
        result = na >= nb ? all_contained(b, a) : 0;
        break;
    }
    return result < 0 ? NULL : value_bool(result);
}

/* ---- set operators: either operand may be the view ---- */
static value view_combine(value a, value b, bool (*change)(value set, value iterable))
{
    value result = set_new(a);
    if (result && !change(result, b)) {
        value_dec(result);
        return NULL;
    }
    return result;
}

static value view_subtract(value a, value b)
{
    return view_combine(a, b, set_difference_update);
}

static value view_or(value a, value b)
{
    return view_combine(a, b, set_update);
}

static value view_xor(value a, value b)
{
    return view_combine(a, b, set_symmetric_difference_update);
}

static value view_and(value a, value b)
{
    if (!is_set_view(a)) { /* `other & view` */
        value swap = a;
        a = b;
        b = swap;
    } else if (is_set_view(b) && view_length(b) > view_length(a)) { /* walk the smaller one */
        value swap = a;
        a = b;
        b = swap;
    }
    struct sweep sweep;
    value result = set_new(NULL);
    bool open = result && sweep_open(&sweep, b), fine = open;
    while (fine) {
        value item = iter_next(sweep.iterator);
        if (!item || item == VALUE_END) {
            fine = item != NULL;
            break;
        }
        int found = is_keys_view(a) ? keys_contains(a, item) : items_contains(a, item);
        fine = found == 0 || (found > 0 && set_add(result, item));
        value_dec(item);
    }
    if (open)
        sweep_close(&sweep);
    if (fine)
        return result;
    value_dec(result);
    return NULL;
}

static value view_isdisjoint(value v, value given_other)
{
    value other = given_other, self = v;
    if (self == other)
        return value_bool(view_length(v) == 0);
    if ((is_set(other) || is_set_view(other)) && value_length(other) > view_length(v)) {
        self = other;
        other = v;
    }
    struct sweep sweep;
    if (!sweep_open(&sweep, other))
        return NULL;
    value result = VALUE_TRUE;
    while (result == VALUE_TRUE) {
        value item = iter_next(sweep.iterator);
        if (!item || item == VALUE_END) {
            result = item ? result : NULL;
            break;
        }
        int found = value_contains(self, item);
        value_dec(item);
        result = found < 0 ? NULL : value_bool(!found);
    }
    sweep_close(&sweep);
    return result;
}

static value view_mapping(value v)
{
    return mapping_proxy_new(dict_view_dict(v));
}

void dict_view_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct dict_view *)o)->dict);
}

void dict_view_destroy(struct object *o)
{
    slot_drop(&((struct dict_view *)o)->dict);
}

static const struct getset_def view_getset[] = {
    {"mapping", view_mapping, NULL, "dictionary that this view refers to"},
    {0},
};
static const struct method_def keys_methods[] = {
    METHOD("isdisjoint", view_isdisjoint, "($self, other, /)",
           "Return True if the view and the given iterable have a null intersection."),
    METHOD("__reversed__", keys_reversed, "($self, /)", "Return a reverse iterator over the dict keys."),
    {0},
};
static const struct method_def items_methods[] = {
    METHOD("isdisjoint", view_isdisjoint, "($self, other, /)",
           "Return True if the view and the given iterable have a null intersection."),
    METHOD("__reversed__", items_reversed, "($self, /)", "Return a reverse iterator over the dict items."),
    {0},
};
static const struct method_def values_methods[] = {
    METHOD("__reversed__", values_reversed, "($self, /)", "Return a reverse iterator over the dict values."),
    {0},
};

#define SET_VIEW_SPEC(SPEC, ID, NAME_, ITER, CONTAINS, METHODS) \
    const struct type_spec SPEC = {                             \
        .id = ID,                                               \
        .name = NAME_,                                          \
        .size = sizeof(struct dict_view),                       \
        .flags = TYPE_FLAG_NO_NEW,                              \
        .gc_flags = TYPE_GC_CONTAINER,                          \
        .traverse = dict_view_traverse,                         \
        .destroy = dict_view_destroy,                           \
        .slots =                                                \
            {                                                   \
                .repr = view_repr,                              \
                .hash = value_unhashable,                       \
                .compare = view_compare,                        \
                .iter = ITER,                                   \
                .binary[BINARY_SUBTRACT] = view_subtract,       \
                .binary[BINARY_AND] = view_and,                 \
                .binary[BINARY_OR] = view_or,                   \
                .binary[BINARY_XOR] = view_xor,                 \
                .length = view_length,                          \
                .contains = CONTAINS,                           \
            },                                                  \
        .methods = METHODS,                                     \
        .getset = view_getset,                                  \
    }
SET_VIEW_SPEC(dict_keys_type_spec, TYPE_ID_DICT_KEYS, "dict_keys", keys_iter, keys_contains, keys_methods);
SET_VIEW_SPEC(dict_items_type_spec, TYPE_ID_DICT_ITEMS, "dict_items", items_iter, items_contains, items_methods);

const struct type_spec dict_values_type_spec = {
    .id = TYPE_ID_DICT_VALUES,
    .name = "dict_values",
    .size = sizeof(struct dict_view),
    .flags = TYPE_FLAG_NO_NEW,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = dict_view_traverse,
    .destroy = dict_view_destroy,
    .slots = {.repr = view_repr, .iter = values_iter, .length = view_length},
    .methods = values_methods,
    .getset = view_getset,
};

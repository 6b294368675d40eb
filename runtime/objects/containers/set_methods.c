/* The types set and frozenset: operators, methods, and their iterator. */
#include "runtime/objects/containers/set.h"
#include "runtime/objects/containers/dict.h"
#include "runtime/raw.h"
#include "runtime/signature.h"

#include <stdlib.h>

static inline bool is_mutable_set(value v)
{
    return value_is(v, TYPE_ID_SET) || (value_is_object(v) && value_is_of(v, TYPE(SET)));
}

/* set or frozenset, whichever v is based on: the type of its operators' results. */
static inline struct type *base_type(value v)
{
    return is_mutable_set(v) ? TYPE(SET) : TYPE(FROZENSET);
}

/* A new one of v's base type with the iterable's items (NULL: empty). */
static value new_like(value v, value iterable)
{
    value result = set_new_of(base_type(v));
    if (result && iterable && !set_update(result, iterable)) {
        value_dec(result);
        return NULL;
    }
    return result;
}

/* ---- making ---- */
static value set_type_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    return set_new_of(type);
}

static bool set_init(value self, const value *args, size_t nargs, value kwnames)
{
    if (!no_keywords("set", kwnames) || !check_arguments("set", nargs, 0, 1))
        return false;
    if (set_length(self))
        set_clear(self);
    return nargs == 0 || set_update(self, args[0]);
}

static value frozenset_type_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    if (!no_keywords("frozenset", keywords_of_new(type, kwnames)))
        return NULL;
    if (!check_arguments("frozenset", nargs, 0, 1))
        return NULL;
    if (type == TYPE(FROZENSET))
        return frozenset_new(nargs ? args[0] : NULL);
    value result = set_new_of(type);
    if (result && nargs && !set_update(result, args[0])) {
        value_dec(result);
        return NULL;
    }
    return result;
}

static value set_repr(value v)
{
    int entered = repr_enter(v);
    if (entered != 0)
        return entered < 0 ? NULL : str_format("%T(...)", v);
    value text = NULL;
    if (set_length(v) == 0) {
        text = str_format("%T()", v);
    } else {
        value list = list_from_iterable(v);
        value inner = list ? value_repr(list) : NULL;
        if (inner) {
            value items = str_substring(inner, 1, str_length(inner) - 1);
            text = !items                     ? NULL
                   : value_is(v, TYPE_ID_SET) ? str_format("{%U}", items)
                                              : str_format("%T({%U})", v, items);
            value_dec(items);
        }
        value_dec(inner);
        value_dec(list);
    }
    repr_leave(v);
    return text;
}

/* ---- hash of frozensets: independent of order, and CPython's ---- */
static inline uint64_t shuffle_bits(uint64_t h)
{
    return ((h ^ 89869747u) ^ (h << 16)) * 3644798167u;
}

static bool frozenset_hash(value v, int64_t *out)
{
    struct set *set = set_of(v);
    int64_t known = load_relaxed(&set->hash);
    if (known == -1) {
        uint64_t hash = 0;
        struct set_table *t = load_acquire(&set->table);
        for (uint64_t i = 0; t && i <= t->mask; i++) {
            thread_report_at(i + 1);
            value key = load_relaxed(&t->entries[i].key);
            if (key && key != SET_DUMMY)
                hash ^= shuffle_bits((uint64_t)load_relaxed(&t->entries[i].hash));
        }
        hash ^= (set_length(v) + 1) * 1927868237u;
        hash ^= (hash >> 11) ^ (hash >> 25);
        hash = hash * 69069u + 907133923u;
        known = hash == UINT64_MAX ? 590923713 : (int64_t)hash;
        store_relaxed(&set->hash, known);
    }
    *out = known;
    return true;
}

/* ---- comparing ---- */
/* Is every item of set a in set b: 1, 0, -1. */
static int set_is_subset(value a, value b)
{
    if (set_length(a) > set_length(b))
        return 0;
    if (set_is_unshared(a) && set_is_unshared(b)) {
        size_t position = 0;
        value item;
        int64_t hash;
        int found = 1;
        while (found > 0 && set_next_hashed(a, &position, &item, &hash)) {
            found = set_contains_hashed(b, item, hash);
            value_dec(item);
        }
        if (found < 0 || (set_is_unshared(a) && set_is_unshared(b))) /* still: nobody else changed them meanwhile */
            return found;
    }
    struct set_items *items = set_items_of(a); /* each as it is at one moment */
    int lacking = items ? set_ask_all(b, items, NULL, 0) : -1;
    set_items_free(items);
    return lacking < 0 ? -1 : !lacking;
}

static value set_compare(value a, value b, int op)
{
    if (!is_set(a) || !is_set(b))
        return VALUE_NOT_IMPLEMENTED;
    size_t na = set_length(a), nb = set_length(b);
    int result = 0;
    if (!recursion_enter(" in comparison"))
        return NULL;
    switch (op) {
    case COMPARE_EQ:
    case COMPARE_NE: {
        int64_t ha = load_relaxed(&set_of(a)->hash), hb = load_relaxed(&set_of(b)->hash);
        result = na == nb && (ha == -1 || hb == -1 || ha == hb) ? set_is_subset(a, b) : 0;
        if (op == COMPARE_NE && result >= 0)
            result = !result;
        break;
    }
    case COMPARE_LE:
        result = set_is_subset(a, b);
        break;
    case COMPARE_GE:
        result = set_is_subset(b, a);
        break;
    case COMPARE_LT:
        result = na < nb ? set_is_subset(a, b) : 0;
        break;
    case COMPARE_GT:
        result = na > nb ? set_is_subset(b, a) : 0;
        break;
    }
    recursion_leave();
    return result < 0 ? NULL : value_bool(result);
}

/* ---- a set as an item of a set: looked up as the frozenset it equals ---- */
static int with_frozen(value v, value item, int (*operation)(value v, value item))
{
    int found = operation(v, item);
    if (found < 0 && is_mutable_set(item) && error_matches(EXC(TypeError))) {
        error_clear();
        value frozen = set_new_of(TYPE(FROZENSET));
        found = frozen && set_update(frozen, item) ? operation(v, frozen) : -1;
        value_dec(frozen);
    }
    return found;
}

static int set_contains_slot(value v, value item)
{
    return with_frozen(v, item, set_contains);
}

static ssize set_length_slot(value v)
{
    return (ssize)set_length(v);
}

/* ---- set algebra ---- */
static value set_copy_of(value v)
{
    return new_like(v, v);
}

static value set_union_of(value v, value other)
{
    value result = set_copy_of(v);
    if (result && other != v && !set_update(result, other)) {
        value_dec(result);
        return NULL;
    }
    return result;
}

/* Those of the first set's items that the second has (`which`), or has not, each set at one moment, in a new set like
   v. */
static value set_chosen(value v, value first, value second, bool which)
{
    struct set_items *items = set_items_of(first);
    bool *present = items ? malloc(items->count + 1) : NULL;
    value result = NULL;
    if (items && !present)
        raise_no_memory();
    if (present && set_ask_all(second, items, present, -1) >= 0 && (result = new_like(v, NULL)))
        for (uint64_t i = 0; result && i < items->count; thread_report_at(++i))
            if (present[i] == which && !set_add_hashed(result, items->at[i].key, items->at[i].hash)) {
                value_dec(result);
                result = NULL;
            }
    raw_free(present);
    set_items_free(items);
    return result;
}

static value set_intersection_of(value v, value other)
{
    if (v == other)
        return set_copy_of(v);
    if (is_set(other) && !thread_is_alone()) {
        bool swap = set_length(other) > set_length(v);
        return set_chosen(v, swap ? v : other, swap ? other : v, true);
    }
    value result = new_like(v, NULL);
    if (!result)
        return NULL;
    value item;
    int64_t hash;
    bool fine = true;
    if (is_set(other)) {
        value small = other, large = v;
        if (set_length(other) > set_length(v)) {
            small = v;
            large = other;
        }
        size_t position = 0;
        while (fine && set_next_hashed(small, &position, &item, &hash)) {
            int found = set_contains_hashed(large, item, hash);
            fine = found == 0 || (found > 0 && set_add_hashed(result, item, hash));
            value_dec(item);
        }
    } else {
        struct sweep sweep;
        bool open = sweep_open(&sweep, other);
        fine = open;
        while (fine) {
            item = iter_next(sweep.iterator);
            if (!item || item == VALUE_END) {
                fine = item != NULL;
                break;
            }
            int found = key_hash(item, &hash) ? set_contains_hashed(v, item, hash) : -1;
            fine = found == 0 || (found > 0 && set_add_hashed(result, item, hash));
            value_dec(item);
        }
        if (open)
            sweep_close(&sweep);
    }
    if (fine)
        return result;
    value_dec(result);
    return NULL;
}

static value set_difference_of(value v, value other)
{
    bool other_is_set = is_set(other), other_is_dict = value_is(other, TYPE_ID_DICT);
    size_t size = other_is_set ? set_length(other) : other_is_dict ? dict_length(other) : 0;
    if ((!other_is_set && !other_is_dict) || set_length(v) >> 2 > size) {
        value result = set_copy_of(v);
        if (result && !set_difference_update(result, other)) {
            value_dec(result);
            return NULL;
        }
        return result;
    }
    if (other_is_set && !thread_is_alone())
        return set_chosen(v, v, other, false);
    value source = set_snapshot(v), result = source ? new_like(v, NULL) : NULL;
    size_t position = 0;
    value item;
    int64_t hash;
    bool fine = result != NULL;
    while (fine && set_next_hashed(source, &position, &item, &hash)) {
        int found = other_is_set ? set_contains_hashed(other, item, hash) : dict_contains_hashed(other, item, hash);
        fine = found > 0 || (found == 0 && set_add_hashed(result, item, hash));
        value_dec(item);
    }
    value_dec(source);
    if (fine)
        return result;
    value_dec(result);
    return NULL;
}

static value set_symmetric_difference_of(value v, value other)
{
    value result = new_like(v, other);
    if (result && !set_symmetric_difference_update(result, v)) {
        value_dec(result);
        return NULL;
    }
    return result;
}

static bool set_intersection_update_of(value v, value other)
{
    if (!thread_is_alone()) {
        value kept = v == other ? NULL : is_set(other) ? set_snapshot(other) : set_new(other);
        bool fine = v == other || (kept && set_keep_all(v, kept));
        value_dec(kept);
        return fine;
    }
    value result = set_intersection_of(v, other);
    if (!result)
        return false;
    set_take_contents(v, result);
    value_dec(result);
    return true;
}

/* ---- operators: both must be sets ---- */
#define SET_OPERATOR(NAME, FUNCTION)                                            \
    static value NAME(value a, value b)                                         \
    {                                                                           \
        return is_set(a) && is_set(b) ? FUNCTION(a, b) : VALUE_NOT_IMPLEMENTED; \
    }
#define SET_INPLACE(NAME, FUNCTION)                  \
    static value NAME(value a, value b)              \
    {                                                \
        if (!is_set(b))                              \
            return VALUE_NOT_IMPLEMENTED;            \
        return FUNCTION(a, b) ? value_inc(a) : NULL; \
    }
SET_OPERATOR(set_or, set_union_of)
SET_OPERATOR(set_and, set_intersection_of)
SET_OPERATOR(set_sub, set_difference_of)
SET_OPERATOR(set_xor, set_symmetric_difference_of)
SET_INPLACE(set_ior, set_update)
SET_INPLACE(set_iand, set_intersection_update_of)
SET_INPLACE(set_isub, set_difference_update)
SET_INPLACE(set_ixor, set_symmetric_difference_update)

/* ---- methods ---- */
static value set_add_method(value v, value object)
{
    return set_add(v, object) ? VALUE_NONE : NULL;
}

static value set_discard_method(value v, value object)
{
    return with_frozen(v, object, set_discard) < 0 ? NULL : VALUE_NONE;
}

static value set_remove(value v, value object)
{
    int found = with_frozen(v, object, set_discard);
    return found < 0 ? NULL : found ? VALUE_NONE : raise_key_error(object);
}

static value set_pop_method(value v)
{
    value item = set_pop(v);
    if (item != VALUE_MISSING)
        return item;
    value message = str_from_text("pop from an empty set");
    if (message)
        raise_key_error(message);
    value_dec(message);
    return NULL;
}

static value set_clear_method(value v)
{
    set_clear(v);
    return VALUE_NONE;
}

static value set_copy_method(value v, const value *args)
{
    if (value_is(v, TYPE_ID_FROZENSET))
        return value_inc(v);
    return set_copy_of(v);
}

static value set_union(value v, const value *args)
{
    value result = set_copy_of(v);
    for (size_t i = 0; result && i < tuple_length(args[0]); i++) {
        value other = tuple_get(args[0], i);
        if (other != v && !set_update(result, other)) {
            value_dec(result);
            return NULL;
        }
    }
    return result;
}

static value set_intersection(value v, const value *args)
{
    if (tuple_length(args[0]) == 0)
        return set_copy_of(v);
    value result = value_inc(v);
    for (size_t i = 0; result && i < tuple_length(args[0]); i++) {
        value next = set_intersection_of(result, tuple_get(args[0], i));
        value_dec(result);
        result = next;
    }
    return result;
}

static value set_difference(value v, const value *args)
{
    if (tuple_length(args[0]) == 0)
        return set_copy_of(v);
    value result = set_difference_of(v, tuple_get(args[0], 0));
    for (size_t i = 1; result && i < tuple_length(args[0]); i++)
        if (!set_difference_update(result, tuple_get(args[0], i))) {
            value_dec(result);
            return NULL;
        }
    return result;
}

static value set_symmetric_difference(value v, value other)
{
    return set_symmetric_difference_of(v, other);
}

static value set_update_method(value v, const value *args)
{
    for (size_t i = 0; i < tuple_length(args[0]); i++)
        if (!set_update(v, tuple_get(args[0], i)))
            return NULL;
    return VALUE_NONE;
}

static value set_intersection_update(value v, const value *args)
{
    size_t count = tuple_length(args[0]);
    if (!thread_is_alone()) { /* what all the others have in common first, then one step */
        value kept = count == 0 ? NULL : count == 1 ? value_inc(tuple_get(args[0], 0)) : set_new(tuple_get(args[0], 0));
        for (size_t i = 1; kept && i < count; i++) {
            value next = set_intersection_of(kept, tuple_get(args[0], i));
            value_dec(kept);
            kept = next;
        }
        bool fine = count == 0 || (kept && set_intersection_update_of(v, kept));
        value_dec(kept);
        return fine ? VALUE_NONE : NULL;
    }
    value result = set_intersection(v, args);
    if (!result)
        return NULL;
    if (result == v) { /* cannot be for a set, whose copy is a new one */
        value_dec(result);
        return VALUE_NONE;
    }
    set_take_contents(v, result);
    value_dec(result);
    return VALUE_NONE;
}

static value set_difference_update_method(value v, const value *args)
{
    for (size_t i = 0; i < tuple_length(args[0]); i++)
        if (!set_difference_update(v, tuple_get(args[0], i)))
            return NULL;
    return VALUE_NONE;
}

static value set_symmetric_difference_update_method(value v, value other)
{
    return set_symmetric_difference_update(v, other) ? VALUE_NONE : NULL;
}

static value set_issubset(value v, value given_other)
{
    value other = is_set(given_other) ? value_inc(given_other) : set_new(given_other);
    if (!other)
        return NULL;
    int result = set_is_subset(v, other);
    value_dec(other);
    return result < 0 ? NULL : value_bool(result);
}

/* Walk an iterable until `v` contains an item (stop_at true) or lacks one. Returns whether it was stopped; -1. */
static int set_walk_until(value v, value iterable, bool stop_at)
{
    struct sweep sweep;
    if (!sweep_open(&sweep, iterable))
        return -1;
    int stopped = 0;
    while (stopped == 0) {
        value item = iter_next(sweep.iterator);
        if (!item || item == VALUE_END) {
            stopped = item ? 0 : -1;
            break;
        }
        int found = set_contains(v, item);
        value_dec(item);
        stopped = found < 0 ? -1 : found == stop_at;
    }
    sweep_close(&sweep);
    return stopped;
}

static value set_issuperset(value v, value other)
{
    int result;
    if (is_set(other))
        result = set_is_subset(other, v);
    else if ((result = set_walk_until(v, other, false)) >= 0)
        result = !result;
    return result < 0 ? NULL : value_bool(result);
}

static value set_isdisjoint(value v, value other)
{
    if (v == other)
        return value_bool(set_length(v) == 0);
    int meets;
    if (is_set(other) && !thread_is_alone()) {
        bool swap = set_length(other) > set_length(v);
        struct set_items *items = set_items_of(swap ? v : other);
        meets = items ? set_ask_all(swap ? other : v, items, NULL, 1) : -1;
        set_items_free(items);
    } else if (is_set(other) && set_length(other) > set_length(v))
        meets = set_walk_until(other, v, true);
    else
        meets = set_walk_until(v, other, true);
    return meets < 0 ? NULL : value_bool(!meets);
}

static value set_contains_method(value v, value object)
{
    int found = set_contains_slot(v, object);
    return found < 0 ? NULL : value_bool(found);
}

static value set_reduce(value v)
{
    value list = list_from_iterable(v);
    value arguments = list ? tuple_pack(1, list) : NULL;
    value state = arguments ? object_state(v) : NULL;
    value result = state ? tuple_pack(3, value_of(value_type(v)), arguments, state) : NULL;
    value_dec(list);
    value_dec(arguments);
    value_dec(state);
    return result;
}

static value set_sizeof(value v)
{
    return small_int((int64_t)(value_type(v)->gc.instance_size + set_memory(v)));
}

/* ---- the iterator ---- */
value set_iterator_new(value set)
{
    struct set_iterator *iterator =
        (struct set_iterator *)OBJECT_NEW(SET_ITERATOR, KIND_CONTAINER, sizeof *iterator, 0);
    if (!iterator)
        return NULL;
    size_t length = set_length(set);
    store_relaxed(&iterator->expected, length);
    store_relaxed(&iterator->remaining, (int64_t)length);
    moment_init(&iterator->moment);
    slot_init(&iterator->set, value_inc(set));
    return value_of(iterator);
}

/* The next item, from `position` on, of a moment's copy (see set_moment). */
static bool moment_step(value copy, size_t *position, value *item)
{
    for (size_t i = *position + 1; i < tuple_length(copy); i++)
        if (tuple_get(copy, i) != SET_DUMMY) {
            *item = value_inc(tuple_get(copy, i));
            *position = i;
            return true;
        }
    return false;
}

value set_iterator_next(value v)
{
    struct set_iterator *iterator = (struct set_iterator *)v;
    for (;;) {
        int64_t position = load_relaxed(&iterator->position);
        if (position < 0)
            return VALUE_END;
        value set = slot_peek(&iterator->set), item, copy = NULL;
        enum moment_change change = CHANGE_IS_ERROR;
        if (!thread_is_alone())
            copy = moment_enter(&iterator->header, &iterator->moment, set, set_moment, &change);
        if (unlikely(copy == VALUE_MISSING))
            return NULL;
        uint64_t length = copy ? (uint64_t)small_int_value(tuple_get(copy, 0)) : set_length(set);
        bool unused = load_relaxed(&iterator->remaining) == (int64_t)load_relaxed(&iterator->expected);
        if (change == CHANGE_BEFORE && !unused)
            change = CHANGE_BY_OTHERS;
        if (unlikely(load_relaxed(&iterator->expected) != length)) {
            if (change == CHANGE_IS_ERROR) {
                store_relaxed(&iterator->expected, UINT64_MAX); /* for good */
                return raise(EXC(RuntimeError), "Set changed size during iteration");
            }
            store_relaxed(&iterator->expected, length);
            if (unused || step_self.moment) /* (a loop of Python ends after as many steps as it was to have) */
                store_relaxed(&iterator->remaining, (int64_t)length);
        }
        size_t at = (size_t)position;
        bool over = change == CHANGE_BY_OTHERS && load_relaxed(&iterator->remaining) <= 0;
        if (over ? true : copy ? !moment_step(copy, &at, &item) : !set_next(set, &at, &item)) {
            store_relaxed(&iterator->position, -1);
            if (thread_is_alone())
                slot_store(&iterator->header, &iterator->set, NULL);
            return VALUE_END;
        }
        if (likely(position_claim(&iterator->header, &iterator->position, position, (int64_t)at))) {
            store_relaxed(&iterator->remaining, load_relaxed(&iterator->remaining) - 1);
            return item;
        }
        value_dec(item);
    }
}

static value set_iterator_hint(value v)
{
    struct set_iterator *iterator = (struct set_iterator *)v;
    if (load_relaxed(&iterator->position) < 0 ||
        load_relaxed(&iterator->expected) != set_length(slot_peek(&iterator->set)))
        return small_int(0);
    int64_t remaining = load_relaxed(&iterator->remaining);
    return small_int(remaining < 0 ? 0 : remaining);
}

static value set_iterator_reduce(value v)
{
    struct set_iterator *iterator = (struct set_iterator *)v;
    struct set_iterator *copy = (struct set_iterator *)object_new(value_type(v), sizeof *copy);
    if (!copy)
        return NULL;
    int64_t position = load_relaxed(&iterator->position);
    store_relaxed(&copy->position, position);
    store_relaxed(&copy->expected, load_relaxed(&iterator->expected));
    store_relaxed(&copy->remaining, load_relaxed(&iterator->remaining));
    slot_init(&copy->set, position < 0 ? NULL : value_inc(slot_peek(&iterator->set)));
    value list = list_from_iterable(value_of(copy));
    value_dec(value_of(copy));
    return list ? reduce_result(builtin_by_name("iter"), list, NULL, false) : NULL;
}

static void set_iterator_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct set_iterator *)o)->set);
    trace_slot(trace, &((struct set_iterator *)o)->moment.items);
}

static void set_iterator_destroy(struct object *o)
{
    slot_drop(&((struct set_iterator *)o)->set);
    slot_drop(&((struct set_iterator *)o)->moment.items);
}

/* ---- the types ---- */
#define SHARED_METHODS                                                                                              \
    METHOD_FLAGS("__contains__", set_contains_method, "($self, object, /)", "x.__contains__(y) <==> y in x.",       \
                 METHOD_COEXIST),                                                                                   \
        METHOD("copy", set_copy_method, "($self, /)", "Return a shallow copy of a set."),                           \
        METHOD_FLAGS("difference", set_difference, "($self, /, *others)",                                           \
                     "Return the difference of two or more sets as a new set.", METHOD_TUPLE),                      \
        METHOD_FLAGS("intersection", set_intersection, "($self, /, *others)",                                       \
                     "Return the intersection of two sets as a new set.", METHOD_TUPLE),                            \
        METHOD("isdisjoint", set_isdisjoint, "($self, other, /)",                                                   \
               "Return True if two sets have a null intersection."),                                                \
        METHOD("issubset", set_issubset, "($self, other, /)", "Report whether another set contains this set."),     \
        METHOD("issuperset", set_issuperset, "($self, other, /)", "Report whether this set contains another set."), \
        METHOD("symmetric_difference", set_symmetric_difference, "($self, other, /)",                               \
               "Return the symmetric difference of two sets as a new set."),                                        \
        METHOD_FLAGS("union", set_union, "($self, /, *others)", "Return the union of sets as a new set.",           \
                     METHOD_TUPLE),                                                                                 \
        METHOD("__reduce__", set_reduce, "($self, /)", "Return state information for pickling."),                   \
        METHOD("__sizeof__", set_sizeof, "($self, /)", "S.__sizeof__() -> size of S in memory, in bytes"),          \
        METHOD_CLASS_GETITEM

static const struct method_def set_methods[] = {
    SHARED_METHODS,
    METHOD("add", set_add_method, "($self, object, /)", "Add an element to a set."),
    METHOD("clear", set_clear_method, "($self, /)", "Remove all elements from this set."),
    METHOD("discard", set_discard_method, "($self, object, /)", "Remove an element from a set if it is a member."),
    METHOD_FLAGS("difference_update", set_difference_update_method, "($self, /, *others)",
                 "Remove all elements of another set from this set.", METHOD_TUPLE),
    METHOD_FLAGS("intersection_update", set_intersection_update, "($self, /, *others)",
                 "Update a set with the intersection of itself and another.", METHOD_TUPLE),
    METHOD("pop", set_pop_method, "($self, /)",
           "Remove and return an arbitrary set element.\nRaises KeyError if the set is empty."),
    METHOD("remove", set_remove, "($self, object, /)",
           "Remove an element from a set; it must be a member.\n\nIf the element is not a member, raise a KeyError."),
    METHOD("symmetric_difference_update", set_symmetric_difference_update_method, "($self, other, /)",
           "Update a set with the symmetric difference of itself and another."),
    METHOD_FLAGS("update", set_update_method, "($self, /, *others)",
                 "Update a set with the union of itself and others.", METHOD_TUPLE),
    {0},
};

static const struct method_def frozenset_methods[] = {SHARED_METHODS, {0}};

#define SHARED_SLOTS                                                                                  \
    .repr = set_repr, .compare = set_compare, .iter = set_iterator_new, .binary[BINARY_OR] = set_or,  \
    .binary[BINARY_AND] = set_and, .binary[BINARY_SUBTRACT] = set_sub, .binary[BINARY_XOR] = set_xor, \
    .length = set_length_slot, .contains = set_contains_slot

const struct type_spec set_type_spec = {
    .id = TYPE_ID_SET,
    .name = "set",
    .doc = "set() -> new empty set object\nset(iterable) -> new set object\n\nBuild an unordered collection of unique "
           "elements.",
    .size = sizeof(struct set),
    .flags = TYPE_FLAG_BASE | TYPE_FLAG_SET | TYPE_FLAG_WEAKREF,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = set_traverse,
    .destroy = set_destroy,
    .slots = {SHARED_SLOTS, .new = set_type_new, .init = set_init, .hash = value_unhashable,
              .inplace[BINARY_OR] = set_ior, .inplace[BINARY_AND] = set_iand, .inplace[BINARY_SUBTRACT] = set_isub,
              .inplace[BINARY_XOR] = set_ixor},
    .methods = set_methods,
};

const struct type_spec frozenset_type_spec = {
    .id = TYPE_ID_FROZENSET,
    .name = "frozenset",
    .doc = "frozenset() -> empty frozenset object\nfrozenset(iterable) -> frozenset object\n\nBuild an immutable "
           "unordered collection of unique elements.",
    .size = sizeof(struct set),
    .flags = TYPE_FLAG_BASE | TYPE_FLAG_SET | TYPE_FLAG_WEAKREF,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = set_traverse,
    .destroy = set_destroy,
    .slots = {SHARED_SLOTS, .new = frozenset_type_new, .hash = frozenset_hash},
    .methods = frozenset_methods,
};

static const struct method_def set_iterator_methods[] = {
    METHOD("__length_hint__", set_iterator_hint, "($self, /)",
           "Private method returning an estimate of len(list(it))."),
    METHOD("__reduce__", set_iterator_reduce, "($self, /)", "Return state information for pickling."),
    {0},
};

const struct type_spec set_iterator_type_spec = {
    .id = TYPE_ID_SET_ITERATOR,
    .name = "set_iterator",
    .size = sizeof(struct set_iterator),
    .flags = TYPE_FLAG_NO_NEW,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = set_iterator_traverse,
    .destroy = set_iterator_destroy,
    .slots = {.iter = iterator_return_self, .next = set_iterator_next},
    .methods = set_iterator_methods,
};

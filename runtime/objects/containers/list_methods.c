/* The list type: its operators and methods, and the iterators over lists. */
#include "runtime/objects/containers/list.h"
#include "runtime/objects/containers/slice.h"
#include "runtime/raw.h"
#include "runtime/signature.h"

#include <stdlib.h>

/* ---- making ---- */
static value list_type_new(struct type *type, const value *args, size_t nargs, value kwnames)
{
    return list_new_of(type);
}

static bool list_init(value self, const value *args, size_t nargs, value kwnames)
{
    if (!no_keywords("list", keywords_of_init(value_type(self), kwnames)) || !check_arguments("list", nargs, 0, 1))
        return false;
    if (load_relaxed(&list_of(self)->storage))
        list_clear(self);
    return nargs == 0 || list_extend(self, args[0]);
}

static value list_repr(value v)
{
    if (list_length(v) == 0)
        return str_from_text("[]");
    int entered = repr_enter(v);
    if (entered != 0)
        return entered < 0 ? NULL : str_from_text("[...]");
    struct str_builder builder;
    builder_init(&builder);
    builder_add_char(&builder, '[');
    bool fine = true;
    for (size_t i = 0; fine; i++) {
        value item = list_get(v, i);
        if (item == VALUE_MISSING)
            break;
        if (i)
            builder_add_text(&builder, ", ");
        fine = builder_add_repr(&builder, item);
        value_dec(item);
    }
    repr_leave(v);
    builder_add_char(&builder, ']');
    if (fine)
        return builder_finish(&builder);
    builder_discard(&builder);
    return NULL;
}

/* ---- comparing and searching ---- */
/* What the first differing pair, at `at`, says; where comparing it took it out of a list, what the lengths say. */
static value compare_pair(value a, value b, size_t at, value left, value right, int op)
{
    size_t a_length = list_length(a), b_length = list_length(b);
    if (at >= a_length || at >= b_length)
        return compare_lengths(a_length, b_length, op);
    return op == COMPARE_EQ || op == COMPARE_NE ? value_bool(op == COMPARE_NE) : compare_rich(left, right, op);
}

static value compare_items(value a, value b, int op)
{
    for (size_t i = 0;; i++) {
        value left = list_get(a, i), right = list_get(b, i), result = NULL;
        if (left == VALUE_MISSING || right == VALUE_MISSING) {
            value_dec(left);
            value_dec(right);
            return compare_lengths(list_length(a), list_length(b), op);
        }
        thread_report_at(i + 1);
        int same = left == right ? 1 : value_equals(left, right);
        if (same == 0)
            result = compare_pair(a, b, i, left, right, op);
        value_dec(left);
        value_dec(right);
        if (same <= 0)
            return result;
    }
}

/* The same while others may change the lists: b as it is at one moment beside a as it is at one moment, apart from
   comparisons in Python. */
static value compare_snapshot(value a, value b, int op)
{
    struct list *list = list_of(a);
    size_t count;
    value *items = list_snapshot(b, &count), result = NULL;
    if (!items)
        return NULL;
    object_lock(&list->header);
    for (size_t i = 0;; i++) {
        uint64_t length = load_relaxed(&list->length);
        if (i >= length || i >= count || (length != count && (op == COMPARE_EQ || op == COMPARE_NE))) {
            object_unlock(&list->header);
            result = compare_lengths(length, count, op);
            break;
        }
        thread_report_at(i + 1);
        value left = load_relaxed(&load_relaxed(&list->storage)->items[i]);
        int same = equals_plain(left, items[i]);
        if (same > 0)
            continue;
        value_inc(left);
        object_unlock(&list->header);
        if (same < 0)
            same = value_equals(left, items[i]);
        if (same == 0)
            result = compare_pair(a, b, i, left, items[i], op);
        value_dec(left);
        if (same <= 0)
            break;
        object_lock(&list->header);
    }
    values_drop(items, count);
    raw_free(items);
    return result;
}

static value list_compare(value a, value b, int op)
{
    if (!is_list(a) || !is_list(b))
        return VALUE_NOT_IMPLEMENTED;
    if (list_length(a) != list_length(b) && (op == COMPARE_EQ || op == COMPARE_NE))
        return value_bool(op == COMPARE_NE);
    if (a == b) /* its items are identical to themselves */
        return compare_lengths(0, 0, op);
    if (!recursion_enter(" in comparison"))
        return NULL;
    value result = thread_is_alone() ? compare_items(a, b, op) : compare_snapshot(a, b, op);
    recursion_leave();
    return result;
}

static int list_contains(value v, value wanted)
{
    int64_t at = list_search(v, wanted, 0, PTRDIFF_MAX, NULL);
    return at == -2 ? -1 : at >= 0;
}

static value list_count(value v, value given_v)
{
    struct list *list = list_of(v);
    int64_t count = 0;
    object_lock(&list->header);
    for (uint64_t i = 0; i < load_relaxed(&list->length); i++) {
        thread_report_at(i + 1);
        int same = list_match_locked(list, load_relaxed(&load_relaxed(&list->storage)->items[i]), given_v);
        if (same < 0)
            return NULL;
        count += same;
    }
    object_unlock(&list->header);
    return small_int(count);
}

/* Any object with __index__, as CPython's index() takes it. */
bool search_argument(value given, ssize *out)
{
    if (!is_int(given) && !value_type_slot(given, to_index))
        return raise_false(EXC(TypeError), "slice indices must be integers or have an __index__ method");
    return index_as_ssize(given, out, NULL);
}

bool search_bound(value given, size_t length, ssize *out)
{
    if (!search_argument(given, out))
        return false;
    if (*out < 0) {
        *out += (ssize)length;
        if (*out < 0)
            *out = 0;
    }
    return true;
}

static value list_index(value v, value given_v, value given_start, value given_stop)
{
    ssize start, stop = PTRDIFF_MAX;
    if (!search_argument(given_start, &start) || (given_stop != VALUE_MISSING && !search_argument(given_stop, &stop)))
        return NULL;
    int64_t at = list_search(v, given_v, start, stop, NULL);
    if (at == -1)
        return raise(EXC(ValueError), "%R is not in list", given_v);
    return at < 0 ? NULL : small_int(at);
}

static value list_remove(value v, value given_v)
{
    value taken = NULL;
    int64_t at = list_search(v, given_v, 0, PTRDIFF_MAX, &taken);
    value_dec(taken);
    if (at == -1)
        return raise(EXC(ValueError), "list.remove(x): x not in list");
    return at < 0 ? NULL : VALUE_NONE;
}

/* ---- indexing ---- */
static value list_getitem(value v, value key)
{
    ssize index;
    if (likely(value_is_small_int(key))) {
        index = small_int_value(key);
    } else if (is_slice(key)) {
        ssize start, stop, step;
        if (!slice_unpack(key, &start, &stop, &step))
            return NULL;
        return list_slice(v, start, stop, step);
    } else if (is_int(key) || value_type_slot(key, to_index)) {
        if (!index_as_ssize(key, &index, EXC(IndexError)))
            return NULL;
    } else {
        return raise(EXC(TypeError), "list indices must be integers or slices, not %T", key);
    }
    value item = index < 0 ? list_item_locked(list_of(v), index) : list_item_fast(v, index);
    return item ? item : raise(EXC(IndexError), "list index out of range");
}

/* list[start:stop:step] = v with step other than 1, or del (v NULL). */
static bool list_set_stepped(value self, ssize start, ssize stop, ssize step, value v)
{
    struct list *list = list_of(self);
    size_t given = 0;
    value *items = NULL;
    if (v == self) /* which is not asked for its __iter__ */
        items = list_snapshot(v, &given);
    else if (v)
        items = sequence_snapshot(v, "must assign iterable to extended slice", &given);
    if (v && !items)
        return false;
    int done = 0;
    while (done == 0) {
        ssize length = (ssize)list_length(self), first = start, last = stop;
        ssize count = slice_adjust(length, &first, &last, step);
        if (items && (size_t)count != given) {
            raise(EXC(ValueError), "attempt to assign sequence of size %zu to extended slice of size %zd", given,
                  (size_t)count);
            done = -1;
        } else {
            done = list_change_stepped(list, (uint64_t)length, first, step, (uint64_t)count, items);
        }
    }
    if (items && done < 0)
        values_drop(items, given);
    raw_free(items);
    return done > 0;
}

static bool list_setitem(value self, value key, value v)
{
    ssize index;
    if (likely(value_is_small_int(key))) {
        index = small_int_value(key);
    } else if (is_slice(key)) {
        ssize start, stop, step;
        if (!slice_unpack(key, &start, &stop, &step))
            return false;
        if (step != 1)
            return list_set_stepped(self, start, stop, step, v);
        if (v && v == self) { /* a[i:j] = a: a copy of it */
            value copy = list_copy(self);
            bool done = copy && list_setitem(self, key, copy);
            value_dec(copy);
            return done;
        }
        return list_set_slice(self, start, stop, v);
    } else if (is_int(key) || value_type_slot(key, to_index)) {
        if (!index_as_ssize(key, &index, EXC(IndexError)))
            return false;
    } else {
        return raise_false(EXC(TypeError), "list indices must be integers or slices, not %T", key);
    }
    if (v)
        return list_set_resolved(self, index, v);
    value taken = list_take(list_of(self), index);
    if (!taken)
        return raise_false(EXC(IndexError), "list assignment index out of range");
    value_dec(taken);
    return true;
}

/* ---- operators ---- */
static value list_concat(value a, value b)
{
    if (!is_list(b))
        return raise(EXC(TypeError), "can only concatenate list (not \"%T\") to list", b);
    return list_joined(a, b);
}

/* The items n times, in an array from malloc; *total of them. NULL: no memory (or nothing: *total 0, no exception). */
static value *list_repeated(value a, ssize n, size_t *total)
{
    size_t count, made = 0;
    *total = 0;
    value *items = list_snapshot(a, &count);
    if (!items)
        return NULL;
    if (n < 0 || count == 0)
        n = 0;
    value *all = NULL;
    size_t room = count * (size_t)n;
    if (count && (uint64_t)n > (uint64_t)PTRDIFF_MAX / sizeof(value) / count)
        raise_no_memory();
    else if (!(all = malloc((room > 0 ? room : 1) * sizeof(value))))
        raise_no_memory();
    if (all) {
        for (ssize round = 0; round < n; round++)
            for (size_t i = 0; i < count; i++, made++) {
                all[made] = value_inc(items[i]);
                thread_report_at(made + 1);
            }
        *total = room;
    }
    values_drop(items, count);
    raw_free(items);
    return all;
}

static value list_repeat(value a, ssize n)
{
    if (n > 0 && list_length(a) == 1) { /* [x] * n */
        value item = list_get(a, 0);
        if (item != VALUE_MISSING) {
            value result = list_new((size_t)n);
            if (result) {
                struct list *list = list_of(result);
                value_slot *slots = load_relaxed(&list->storage)->items;
                for (ssize i = 0; i < n; i++) {
                    store_relaxed(&slots[i], value_inc(item));
                    thread_report_at((size_t)i + 1);
                }
                store_release(&list->length, (uint64_t)n);
            }
            value_dec(item);
            return result;
        }
    }
    size_t total;
    value *items = list_repeated(a, n, &total);
    if (!items)
        return NULL;
    value result = list_from_owned(items, total);
    raw_free(items);
    return result;
}

static value list_inplace_concat(value a, value b)
{
    return list_extend(a, b) ? value_inc(a) : NULL;
}

static value list_inplace_repeat(value a, ssize n)
{
    return list_repeat_in_place(list_of(a), n) ? value_inc(a) : NULL;
}

static ssize list_length_slot(value v)
{
    return (ssize)list_length(v);
}

/* ---- methods ---- */
static value list_append_method(value v, value object)
{
    return list_append(v, object) ? VALUE_NONE : NULL;
}

static value list_extend_method(value v, value iterable)
{
    return list_extend(v, iterable) ? VALUE_NONE : NULL;
}

static value list_insert_method(value v, value given_index, value object)
{
    ssize index;
    if (!value_as_ssize(given_index, &index))
        return NULL;
    return list_insert(v, index, object) ? VALUE_NONE : NULL;
}

static value list_pop_method(value v, value given_index)
{
    ssize index;
    if (!value_as_ssize(given_index, &index))
        return NULL;
    return list_pop(v, index);
}

static value list_clear_method(value v)
{
    list_clear(v);
    return VALUE_NONE;
}

static value list_copy_method(value v)
{
    return list_copy(v);
}

static value list_reverse_method(value v)
{
    list_reverse(v);
    return VALUE_NONE;
}

static value list_sort_method(value v, const value *args)
{
    int reverse;
    if (!value_as_int(args[1], &reverse))
        return NULL;
    return list_sort(v, is_none(args[0]) ? NULL : args[0], reverse) ? VALUE_NONE : NULL;
}

static value list_sizeof(value v)
{
    struct list_storage *storage = load_acquire(&list_of(v)->storage);
    size_t size = value_type(v)->gc.instance_size;
    return small_int((int64_t)(size + (storage ? sizeof *storage + storage->capacity * sizeof(value) : 0)));
}

/* ---- iterators ---- */
value list_iterator_new(value list)
{
    struct list_iterator *iterator =
        (struct list_iterator *)OBJECT_NEW(LIST_ITERATOR, KIND_CONTAINER, sizeof *iterator, 0);
    if (!iterator)
        return NULL;
    slot_init(&iterator->list, value_inc(list));
    return value_of(iterator);
}

/* The iterator is at its end: for good, whatever becomes of the list. */
static value list_iterator_finish(struct list_iterator *iterator)
{
    store_relaxed(&iterator->index, -2); /* a reversed one that gave out all has -1 before */
    if (thread_is_alone())
        slot_store(&iterator->header, &iterator->list, NULL);
    return VALUE_END;
}

/* The next item, owned, going `by` (1 or -1); VALUE_END, or NULL with an exception. */
static inline value list_iterator_step(struct list_iterator *iterator, int by)
{
    for (;;) {
        int64_t index = load_relaxed(&iterator->index);
        if (index < 0)
            return by > 0 || index < -1 ? VALUE_END : list_iterator_finish(iterator);
        value list = slot_peek(&iterator->list), copy = NULL;
        if (step_self.moment && !thread_is_alone()) {
            enum moment_change change;
            copy = moment_enter(&iterator->header, &iterator->moment, list, list_to_tuple, &change);
            if (unlikely(copy == VALUE_MISSING))
                return NULL;
        }
        value item = !copy                                ? list_get(list, (size_t)index)
                     : (size_t)index < tuple_length(copy) ? value_inc(tuple_get(copy, (size_t)index))
                                                          : VALUE_MISSING;
        if (item == VALUE_MISSING)
            return list_iterator_finish(iterator);
        if (likely(position_claim(&iterator->header, &iterator->index, index, index + by)))
            return item;
        value_dec(item);
    }
}

value list_iterator_next_slow(value v)
{
    return list_iterator_step((struct list_iterator *)v, 1);
}

static value list_iterator_next(value v)
{
    return likely(thread_is_alone()) ? list_iterator_next_fast(v) : list_iterator_next_slow(v);
}

static value list_iterator_hint(value v)
{
    struct list_iterator *iterator = (struct list_iterator *)v;
    int64_t index = load_relaxed(&iterator->index);
    int64_t left = index < 0 ? 0 : (int64_t)list_length(slot_peek(&iterator->list)) - index;
    return small_int(left < 0 ? 0 : left);
}

static value list_iterator_reduce(value v)
{
    struct list_iterator *iterator = (struct list_iterator *)v;
    int64_t index = load_relaxed(&iterator->index);
    if (index < 0)
        return reduce_result(builtin_by_name("iter"), list_new(0), NULL, false);
    return reduce_result(builtin_by_name("iter"), value_inc(slot_peek(&iterator->list)), small_int(index), true);
}

static value list_iterator_setstate(value v, value state)
{
    struct list_iterator *iterator = (struct list_iterator *)v;
    int64_t index;
    if (!state_as_index(state, &index))
        return NULL;
    if (load_relaxed(&iterator->index) >= 0) {
        int64_t length = (int64_t)list_length(slot_peek(&iterator->list));
        store_relaxed(&iterator->index, index < 0 ? 0 : index > length ? length : index);
    }
    return VALUE_NONE;
}

void list_iterator_traverse(struct object *o, struct gc_trace *trace)
{
    trace_slot(trace, &((struct list_iterator *)o)->list);
    trace_slot(trace, &((struct list_iterator *)o)->moment.items);
}

void list_iterator_destroy(struct object *o)
{
    slot_drop(&((struct list_iterator *)o)->list);
    slot_drop(&((struct list_iterator *)o)->moment.items);
}

/* Backwards: index counts down to -1. */
value list_reversed(value v)
{
    struct list_iterator *iterator = (struct list_iterator *)object_new(TYPE(LIST_REVERSE_ITERATOR), sizeof *iterator);
    if (!iterator)
        return NULL;
    store_relaxed(&iterator->index, (int64_t)list_length(v) - 1);
    slot_init(&iterator->list, value_inc(v));
    return value_of(iterator);
}

static value list_reverse_iterator_next(value v)
{
    return list_iterator_step((struct list_iterator *)v, -1);
}

static value list_reverse_iterator_hint(value v)
{
    struct list_iterator *iterator = (struct list_iterator *)v;
    int64_t left = load_relaxed(&iterator->index) + 1;
    if (left < 0)
        left = 0;
    if (left > 0 && (int64_t)list_length(slot_peek(&iterator->list)) < left)
        left = 0;
    return small_int(left);
}

static value list_reverse_iterator_reduce(value v)
{
    struct list_iterator *iterator = (struct list_iterator *)v;
    int64_t index = load_relaxed(&iterator->index);
    if (index < -1)
        return reduce_result(builtin_by_name("iter"), list_new(0), NULL, false);
    return reduce_result(builtin_by_name("reversed"), value_inc(slot_peek(&iterator->list)), small_int(index), true);
}

static value list_reverse_iterator_setstate(value v, value state)
{
    struct list_iterator *iterator = (struct list_iterator *)v;
    int64_t index;
    if (!state_as_index(state, &index))
        return NULL;
    if (load_relaxed(&iterator->index) >= -1) {
        int64_t length = (int64_t)list_length(slot_peek(&iterator->list));
        store_relaxed(&iterator->index, index < -1 ? -1 : index > length - 1 ? length - 1 : index);
    }
    return VALUE_NONE;
}

/* ---- the types ---- */
static const struct method_def list_methods[] = {
    METHOD("append", list_append_method, "($self, object, /)", "Append object to the end of the list."),
    METHOD("extend", list_extend_method, "($self, iterable, /)", "Append all items of the iterable."),
    METHOD("insert", list_insert_method, "($self, index, object, /)", "Insert object before index."),
    METHOD("pop", list_pop_method, "($self, index=-1, /)",
           "Remove and return item at index (default last).\n\nRaises IndexError if list is empty or index is out of "
           "range."),
    METHOD("remove", list_remove, "($self, value, /)",
           "Remove first occurrence of value.\n\nRaises ValueError if the value is not present."),
    METHOD("clear", list_clear_method, "($self, /)", "Remove all items from list."),
    METHOD("copy", list_copy_method, "($self, /)", "Return a shallow copy of the list."),
    METHOD_FLAGS("__getitem__", list_getitem, "($self, index, /)", "x.__getitem__(y) <==> x[y]", METHOD_COEXIST),
    METHOD("index", list_index, "($self, value, start=0, stop=sys.maxsize, /)",
           "Return first index of value.\n\nRaises ValueError if the value is not present."),
    METHOD("count", list_count, "($self, value, /)", "Return number of occurrences of value."),
    METHOD("reverse", list_reverse_method, "($self, /)", "Reverse *IN PLACE*."),
    METHOD("sort", list_sort_method, "($self, /, *, key=None, reverse=False)",
           "Sort the list in ascending order and return None.\n\nThe sort is in-place and stable; with key, items are "
           "ordered by key(item); reverse sorts in descending order."),
    METHOD("__reversed__", list_reversed, "($self, /)", "Return a reverse iterator over the list."),
    METHOD("__sizeof__", list_sizeof, "($self, /)", "Return the size of the list in memory, in bytes."),
    METHOD_CLASS_GETITEM,
    {0},
};

const struct type_spec list_type_spec = {
    .id = TYPE_ID_LIST,
    .name = "list",
    .doc = "Built-in mutable sequence.\n\nIf no argument is given, the constructor creates a new empty list.\nThe "
           "argument must be an iterable if specified.",
    .signature = "(iterable=(), /)",
    .size = sizeof(struct list),
    .flags = TYPE_FLAG_BASE | TYPE_FLAG_LIST | TYPE_FLAG_SEQUENCE,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = list_traverse,
    .destroy = list_destroy,
    .slots =
        {
            .new = list_type_new,
            .init = list_init,
            .repr = list_repr,
            .hash = value_unhashable,
            .compare = list_compare,
            .iter = list_iterator_new,
            .length = list_length_slot,
            .getitem = list_getitem,
            .setitem = list_setitem,
            .contains = list_contains,
            .concat = list_concat,
            .repeat = list_repeat,
            .inplace_concat = list_inplace_concat,
            .inplace_repeat = list_inplace_repeat,
        },
    .methods = list_methods,
};

static const struct method_def list_iterator_methods[] = {
    METHOD("__length_hint__", list_iterator_hint, "($self, /)",
           "Private method returning an estimate of len(list(it))."),
    METHOD("__reduce__", list_iterator_reduce, "($self, /)", "Return state information for pickling."),
    METHOD("__setstate__", list_iterator_setstate, "($self, state, /)", "Set state information for unpickling."),
    {0},
};

const struct type_spec list_iterator_type_spec = {
    .id = TYPE_ID_LIST_ITERATOR,
    .name = "list_iterator",
    .size = sizeof(struct list_iterator),
    .flags = TYPE_FLAG_NO_NEW,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = list_iterator_traverse,
    .destroy = list_iterator_destroy,
    .slots = {.iter = iterator_return_self, .next = list_iterator_next},
    .methods = list_iterator_methods,
};

static const struct method_def list_reverse_iterator_methods[] = {
    METHOD("__length_hint__", list_reverse_iterator_hint, "($self, /)",
           "Private method returning an estimate of len(list(it))."),
    METHOD("__reduce__", list_reverse_iterator_reduce, "($self, /)", "Return state information for pickling."),
    METHOD("__setstate__", list_reverse_iterator_setstate, "($self, state, /)",
           "Set state information for unpickling."),
    {0},
};

const struct type_spec list_reverse_iterator_type_spec = {
    .id = TYPE_ID_LIST_REVERSE_ITERATOR,
    .name = "list_reverseiterator",
    .size = sizeof(struct list_iterator),
    .flags = TYPE_FLAG_NO_NEW,
    .gc_flags = TYPE_GC_CONTAINER,
    .traverse = list_iterator_traverse,
    .destroy = list_iterator_destroy,
    .slots = {.iter = iterator_return_self, .next = list_reverse_iterator_next},
    .methods = list_reverse_iterator_methods,
};

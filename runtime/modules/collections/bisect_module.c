/* The _bisect module: binary search in sorted sequences. */
#include "runtime/modules/module.h"
#include "runtime/objects/containers/list.h"

/* Where x belongs in an exact list between `low` and `high`, by comparisons that take no Python code. The list's lock
   is held, so that the answer belongs to one moment. -1: not to be had so. */
static ssize search_locked(struct list *list, value x, ssize low, ssize high, bool left)
{
    value_slot *items = high > low ? load_relaxed(&list->storage)->items : NULL;
    while (low < high) {
        ssize middle = low + (high - low) / 2;
        value item = load_relaxed(&items[middle]);
        int less = left ? less_plain(item, x) : less_plain(x, item);
        if (less < 0)
            return -1;
        if (less == left)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The same for the arguments of a call; with `insert` x is put in there. -1: not to be had so, or an exception. */
static ssize search_list(const value *args, bool left, bool insert)
{
    ssize low, high = -1;
    if (!value_is(args[0], TYPE_ID_LIST) || args[4] != VALUE_NONE || !value_is_small_int(args[2]) ||
        !(args[3] == VALUE_NONE || value_is_small_int(args[3])))
        return -1;
    low = small_int_value(args[2]);
    if (args[3] != VALUE_NONE)
        high = small_int_value(args[3]);
    struct list *list = list_of(args[0]);
    struct list_storage *displaced = NULL;
    value x = value_inc(args[1]);
    if (!insert)
        object_lock(&list->header);
    else if (!list_lock_with_room(list, &displaced)) {
        value_dec(x);
        return -1;
    }
    ssize length = (ssize)load_relaxed(&list->length), at = -1;
    if (high == -1)
        high = length;
    if (low >= 0 && high <= length)
        at = search_locked(list, x, low, high, left);
    bool inserted = insert && at >= 0;
    if (inserted)
        list_insert_locked(list, at < length ? (uint64_t)at : (uint64_t)length, x);
    if (insert)
        list_unlock_with_room(list, displaced);
    else
        object_unlock(&list->header);
    if (!inserted)
        value_dec(x);
    return at;
}

/* Whether items can be asked for by index; TypeError. */
static bool is_indexed(value v)
{
    value (*getitem)(value, value) = value_type_slot(v, getitem);
    if (!getitem)
        return raise_false(EXC(TypeError), "'%T' object does not support indexing", v);
    return getitem != type_slot(TYPE(DICT), getitem) || raise_false(EXC(TypeError), "%T is not a sequence", v);
}

/* Where x belongs: in front of (left) or behind (right) items equal to it. -1: exception. */
static ssize search(const value *args, bool left)
{
    ssize low, high = -1; /* -1 means the length, as in CPython, where programs can see that */
    if (!value_as_ssize(args[2], &low))
        return -1;
    if (low < 0) {
        raise(EXC(ValueError), "lo must be non-negative");
        return -1;
    }
    if (args[3] != VALUE_NONE && !value_as_ssize(args[3], &high))
        return -1;
    if (high == -1 && (high = value_length(args[0])) < 0)
        return -1;
    if (!is_indexed(args[0]))
        return -1;
    while (low < high) {
        ssize middle = low + (high - low) / 2;
        value index = int_from_i64(middle), item = index ? item_get(args[0], index) : NULL;
        value_dec(index);
        if (item && args[4] != VALUE_NONE) {
            value key = call_1(args[4], item);
            value_dec(item);
            item = key;
        }
        int less = !item  ? -1
                   : left ? compare_bool(item, args[1], COMPARE_LT)
                          : compare_bool(args[1], item, COMPARE_LT);
        value_dec(item);
        if (less < 0)
            return -1;
        if (less == left)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
static value bisect(const value *args, bool left)
{
    ssize at = search_list(args, left, false);
    if (at < 0)
        at = search(args, left);
    return at < 0 ? NULL : int_from_i64(at);
}
/* The key function has not been applied to x yet. */
static value insort(const value *args, bool left)
{
    if (search_list(args, left, true) >= 0)
        return VALUE_NONE;
    if (error_occurred())
        return NULL;
    value key = args[4] == VALUE_NONE ? value_inc(args[1]) : call_1(args[4], args[1]);
    if (!key)
        return NULL;
    const value arguments[] = {args[0], key, args[2], args[3], args[4]};
    ssize at = search(arguments, left);
    value_dec(key);
    if (at < 0)
        return NULL;
    if (value_is(args[0], TYPE_ID_LIST))
        return list_insert(args[0], at, args[1]) ? VALUE_NONE : NULL;
    value index = int_from_i64(at);
    const value pair[] = {index, args[1]};
    value result = index ? call_method(args[0], NAME(insert), pair, 2) : NULL;
    value_dec(index);
    value_dec(result);
    return result ? VALUE_NONE : NULL;
}
static value bisect_left(value self, const value *args)
{
    return bisect(args, true);
}
static value bisect_right(value self, const value *args)
{
    return bisect(args, false);
}
static value insort_left(value self, const value *args)
{
    return insort(args, true);
}
static value insort_right(value self, const value *args)
{
    return insort(args, false);
}
#define FUNCTION(NAME, FN, DOC) METHOD(NAME, FN, "(a, x, lo=0, hi=None, *, key=None)", DOC)
static const struct method_def functions[] = {
    FUNCTION("bisect_left", bisect_left, "Return the index where to insert item x in list a, assuming a is sorted."),
    FUNCTION("bisect_right", bisect_right, "Return the index where to insert item x in list a, assuming a is sorted."),
    FUNCTION("insort_left", insort_left, "Insert item x in list a, and keep it sorted assuming a is sorted."),
    FUNCTION("insort_right", insort_right, "Insert item x in list a, and keep it sorted assuming a is sorted."),
    {0},
};
const struct module_def _bisect_module = {.name = "_bisect", .doc = "Bisection algorithms.", .functions = functions};

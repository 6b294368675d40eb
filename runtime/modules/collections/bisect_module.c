/* The _bisect module: binary search in sorted sequences. */
#include "runtime/modules/module.h"

/* Where x belongs: in front of (left) or behind (right) items equal to it. -1: exception. */
static ssize search(const value *args, bool left)
{
    ssize low, high = -1; /* -1 means the length, as in CPython, where programs can see that */
    if (!index_as_ssize(args[2], &low, EXC(OverflowError)))
        return -1;
    if (low < 0) {
        raise(EXC(ValueError), "lo must be non-negative");
        return -1;
    }
    if (args[3] != VALUE_NONE && !index_as_ssize(args[3], &high, EXC(OverflowError)))
        return -1;
    if (high == -1 && (high = value_length(args[0])) < 0)
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
    ssize at = search(args, left);
    return at < 0 ? NULL : int_from_i64(at);
}
/* The key function has not been applied to x yet. */
static value insort(const value *args, bool left)
{
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

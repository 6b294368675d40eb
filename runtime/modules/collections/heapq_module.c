/*
 * The _heapq module: lists as heaps.
 *
 * A comparison may run Python code and change the list, so items are held while they are compared, and the length is
 * looked at again: as in CPython that gives RuntimeError.
 */
#include "runtime/modules/module.h"

static bool check_list(value v, const char *function)
{
    return is_list(v) || raise_false(EXC(TypeError), "%s must be list, not %T", function, v);
}

/* Items i and j, compared with <: 1, 0, -1. `max` turns the order round. */
static int before(value heap, size_t i, size_t j, bool max, size_t length)
{
    value a = list_get(heap, i), b = list_get(heap, j);
    int less = -1;
    if (!a || !b || a == VALUE_MISSING || b == VALUE_MISSING)
        raise(EXC(RuntimeError), "list changed size during iteration");
    else
        less = max ? compare_bool(b, a, COMPARE_LT) : compare_bool(a, b, COMPARE_LT);
    value_dec(a);
    value_dec(b);
    if (less >= 0 && list_length(heap) != length)
        return raise_int(EXC(RuntimeError), "list changed size during iteration");
    return less;
}
/* What failed without an exception found the list shorter than it was. */
static bool raise_changed(void)
{
    return error_occurred() ? false : raise_false(EXC(RuntimeError), "list changed size during iteration");
}
static bool swap(value heap, size_t i, size_t j)
{
    value a = list_get(heap, i), b = list_get(heap, j);
    bool done = a && b && a != VALUE_MISSING && b != VALUE_MISSING && list_set(heap, i, b) && list_set(heap, j, a);
    value_dec(a);
    value_dec(b);
    return done || raise_changed();
}

/* Move the item at `at` towards the root, not beyond `start`. */
static bool sift_down(value heap, size_t start, size_t at, bool max)
{
    size_t length = list_length(heap);
    while (at > start) {
        size_t parent = (at - 1) / 2;
        int less = before(heap, at, parent, max, length);
        if (less < 0)
            return false;
        if (!less)
            return true;
        if (!swap(heap, at, parent))
            return false;
        at = parent;
    }
    return true;
}
/* Move the item at `at` to a leaf, always past the smaller child, and from there up to its place. */
static bool sift_up(value heap, size_t at, bool max)
{
    size_t length = list_length(heap), start = at;
    while (2 * at + 1 < length) {
        size_t child = 2 * at + 1;
        if (child + 1 < length) {
            int less = before(heap, child, child + 1, max, length);
            if (less < 0)
                return false;
            child += !less;
        }
        if (!swap(heap, at, child))
            return false;
        at = child;
    }
    return sift_down(heap, start, at, max);
}

static value heappush(value self, const value *args)
{
    return check_list(args[0], "heappush() argument 1") && list_append(args[0], args[1]) &&
                   sift_down(args[0], 0, list_length(args[0]) - 1, false)
               ? VALUE_NONE
               : NULL;
}
static value pop(value heap, bool max)
{
    if (!check_list(heap, max ? "_heappop_max() argument" : "heappop() argument"))
        return NULL;
    value last = list_pop(heap, -1);
    if (!last)
        return list_length(heap) ? NULL : (error_clear(), raise(EXC(IndexError), "index out of range"));
    if (list_length(heap) == 0)
        return last;
    value first = list_get(heap, 0);
    bool done = (first != VALUE_MISSING && list_set(heap, 0, last)) || raise_changed();
    value_dec(last);
    if (done && sift_up(heap, 0, max))
        return first;
    value_dec(first);
    return NULL;
}
static value heappop(value self, const value *args)
{
    return pop(args[0], false);
}
static value heappop_max(value self, const value *args)
{
    return pop(args[0], true);
}
static value replace(value heap, value item, bool max)
{
    if (!check_list(heap, max ? "_heapreplace_max() argument 1" : "heapreplace() argument 1"))
        return NULL;
    value first = list_get(heap, 0);
    if (first == VALUE_MISSING)
        return raise(EXC(IndexError), "index out of range");
    if ((list_set(heap, 0, item) || raise_changed()) && sift_up(heap, 0, max))
        return first;
    value_dec(first);
    return NULL;
}
static value heapreplace(value self, const value *args)
{
    return replace(args[0], args[1], false);
}
static value heapreplace_max(value self, const value *args)
{
    return replace(args[0], args[1], true);
}
static value heappushpop(value self, const value *args)
{
    if (!check_list(args[0], "heappushpop() argument 1"))
        return NULL;
    value first = list_get(args[0], 0);
    if (first == VALUE_MISSING)
        return value_inc(args[1]);
    int less = compare_bool(first, args[1], COMPARE_LT);
    value_dec(first);
    if (less < 0)
        return NULL;
    return less ? replace(args[0], args[1], false) : value_inc(args[1]);
}
static value make_heap(value heap, bool max)
{
    if (!check_list(heap, max ? "_heapify_max() argument" : "heapify() argument"))
        return NULL;
    for (size_t i = list_length(heap) / 2; i-- > 0;)
        if (!sift_up(heap, i, max))
            return NULL;
    return VALUE_NONE;
}
static value heapify(value self, const value *args)
{
    return make_heap(args[0], false);
}
static value heapify_max(value self, const value *args)
{
    return make_heap(args[0], true);
}
static const struct method_def functions[] = {
    METHOD("heappush", heappush, "(heap, item, /)", "Push item onto heap, maintaining the heap invariant."),
    METHOD("heappop", heappop, "(heap, /)", "Pop the smallest item off the heap, maintaining the heap invariant."),
    METHOD("heapreplace", heapreplace, "(heap, item, /)",
           "Pop and return the current smallest value, and add the new item."),
    METHOD("heappushpop", heappushpop, "(heap, item, /)",
           "Push item on the heap, then pop and return the smallest item."),
    METHOD("heapify", heapify, "(heap, /)", "Transform list into a heap, in-place, in O(len(heap)) time."),
    METHOD("_heappop_max", heappop_max, "(heap, /)", "Maxheap variant of heappop."),
    METHOD("_heapreplace_max", heapreplace_max, "(heap, item, /)", "Maxheap variant of heapreplace."),
    METHOD("_heapify_max", heapify_max, "(heap, /)", "Maxheap variant of heapify."),
    {0},
};
const struct module_def _heapq_module = {
    .name = "_heapq", .doc = "Heap queue algorithm (a.k.a. priority queue).", .functions = functions};

/* Items and slices, out of line. */
#include "runtime/interp/instructions/items.h"
#include "runtime/objects/containers/container.h"
#include "runtime/objects/containers/slice.h"
#include "runtime/objects/objects.h"
#include "runtime/objects/text/str.h"

value item_general(value container, value key)
{
    if (value_is(container, TYPE_ID_STR) && value_is_small_int(key)) {
        int64_t length = (int64_t)str_exact_length(container), index = small_int_value(key);
        index += index < 0 ? length : 0;
        if (likely(index >= 0 && index < length))
            return str_from_code_point(str_exact_at(container, (size_t)index));
    }
    if (!value_is(container, TYPE_ID_DICT))
        return item_get(container, key);
    bool kept = false;
    value item = thread_is_alone() ? dict_get(container, key) : dict_get_operand(container, key, &kept);
    if (kept)
        return stack_borrow(item);
    return likely(item != VALUE_MISSING) ? item : raise_key_error(key);
}

/* The bounds of a slice with step one when they are None or small ints; negative ones are still to meet a length. */
static bool plain_bounds(value start, value stop, ssize *low, ssize *high)
{
    if ((start != VALUE_NONE && !value_is_small_int(start)) || (stop != VALUE_NONE && !value_is_small_int(stop)))
        return false;
    *low = start == VALUE_NONE ? 0 : small_int_value(start);
    *high = stop == VALUE_NONE ? PTRDIFF_MAX : small_int_value(stop);
    return true;
}

/* Lists and strs are sliced without making the slice object. */
value binary_slice(value container, value start, value stop)
{
    ssize low, high;
    if (value_is(container, TYPE_ID_LIST) && plain_bounds(start, stop, &low, &high))
        return list_slice(container, low, high, 1);
    if (value_is(container, TYPE_ID_STR) && plain_bounds(start, stop, &low, &high)) {
        size_t length = str_length(container), from = bound_resolve(low, length), to = bound_resolve(high, length);
        return str_substring(container, from, to < from ? from : to);
    }
    value slice = slice_new(start, stop, NULL);
    value result = slice ? item_get(container, slice) : NULL;
    value_dec(slice);
    return result;
}

bool store_slice(value container, value start, value stop, value v)
{
    ssize low, high;
    if (value_is(container, TYPE_ID_LIST) && plain_bounds(start, stop, &low, &high))
        return list_set_slice(container, low, high, v);
    value slice = slice_new(start, stop, NULL);
    bool stored = slice && item_set(container, slice, v);
    value_dec(slice);
    return stored;
}

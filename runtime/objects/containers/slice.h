/* The layout of slices and ranges. Both are immutable. */
#ifndef ATOLL_SLICE_H
#define ATOLL_SLICE_H

#include "runtime/objects/containers/container.h"

struct slice {
    struct object header;
    value_slot start, stop, step; /* any values; None when not given */
};

static inline bool is_slice(value v)
{
    return value_is(v, TYPE_ID_SLICE);
}
/* What the slice asks for, before it meets a length: None replaced by the ends, big numbers clamped. ValueError for
   step zero, TypeError for what has no __index__. May run Python code, so a container reads its length after this. */
bool slice_unpack(value slice, ssize *start, ssize *stop, ssize *step);
/* Clamp unpacked values for a sequence of `length`; returns the number of items. */
static inline ssize slice_clamp(ssize length, ssize index, ssize step)
{
    if (index < 0) {
        index += length;
        return index >= 0 ? index : step < 0 ? -1 : 0;
    }
    return index < length ? index : step < 0 ? length - 1 : length;
}
static inline ssize slice_adjust(ssize length, ssize *start, ssize *stop, ssize step)
{
    ssize first = *start = slice_clamp(length, *start, step), last = *stop = slice_clamp(length, *stop, step);
    ssize distance = step < 0 ? first - last : last - first;
    if (distance <= 0)
        return 0;
    return likely(step == 1 || step == -1) ? distance : (distance - 1) / (step < 0 ? -step : step) + 1;
}

#endif

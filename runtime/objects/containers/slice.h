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
ssize slice_adjust(ssize length, ssize *start, ssize *stop, ssize step);

#endif

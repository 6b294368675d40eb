/* What the files of _functools share. */
#ifndef ATOLL_FUNCTOOLS_H
#define ATOLL_FUNCTOOLS_H

#include "runtime/objects/objects.h"

extern const struct type_spec functools_cache_spec; /* functools._lru_cache_wrapper */
extern struct type *functools_cache_type;
bool functools_cache_init(void); /* defines its private type */

#endif

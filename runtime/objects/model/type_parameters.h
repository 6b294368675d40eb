/* The type parameters in the arguments of a generic alias or a union, and what stands for them after alias[item]. */
#ifndef ATOLL_OBJECTS_TYPE_PARAMETERS_H
#define ATOLL_OBJECTS_TYPE_PARAMETERS_H

#include "runtime/value.h"

/* A new tuple of the parameters in `args` (a tuple), each once, in the order of their first use; NULL with an
 * exception. */
value type_parameters_collect(value args);

/* A new tuple: `args` with `parameters` replaced by what `item` gives for them (one thing, or a tuple of them), as
   `alias[item]` does; TypeError when there are too few or too many. May call Python. */
value type_parameters_substitute(value alias, value args, value parameters, value item);

#endif

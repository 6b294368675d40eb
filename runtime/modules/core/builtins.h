/* The builtins module, for the rest of the runtime. */
#ifndef ATOLL_BUILTINS_H
#define ATOLL_BUILTINS_H

#include "runtime/abstract.h"

/* __build_class__ (interp/invoke.c). */
value builtin_build_class(value self, const value *args, size_t nargs, value kwnames);
/* iter(callable, sentinel) (objects). */
value callable_iterator_new(value callable, value sentinel);

#endif

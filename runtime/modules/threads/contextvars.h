/* Contexts, for other modules. */
#ifndef ATOLL_CONTEXTVARS_H
#define ATOLL_CONTEXTVARS_H

#include "runtime/value.h"

value context_copy_current(void); /* what copy_context() returns */

#endif

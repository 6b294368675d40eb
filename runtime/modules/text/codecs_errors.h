/* Error handlers of codecs by name: register_error, lookup_error, and the standard handlers as functions. */
#ifndef ATOLL_CODECS_ERRORS_H
#define ATOLL_CODECS_ERRORS_H

#include "runtime/value.h"

bool codecs_errors_fill(value module);
void codecs_errors_finish(void);

#endif

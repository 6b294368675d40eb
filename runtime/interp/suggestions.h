/* "Did you mean": a similar name for NameError and AttributeError. */
#ifndef ATOLL_SUGGESTIONS_H
#define ATOLL_SUGGESTIONS_H

#include "runtime/value.h"

/* The name to suggest for an exception, owned, or NULL (never an exception). */
value suggestion_for(value exception);

#endif

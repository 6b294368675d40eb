/* Module specs and loaders of modules that the runtime itself found. */
#ifndef ATOLL_SPEC_H
#define ATOLL_SPEC_H

#include "runtime/abstract.h"

/* A spec: kind is "source", "namespace" or "built-in"; file and search may be NULL; package is the parent's name.
 * Owned. */
value spec_new(value name, value kind, value file, value search, value package);
void spec_set_initializing(value spec, bool initializing); /* never fails */

#endif

/* Making the well-known types at start-up. */
#ifndef ATOLL_BOOTSTRAP_H
#define ATOLL_BOOTSTRAP_H

#include <stdbool.h>

/* Once, on the main thread, before any other object exists. false: no memory. */
bool types_bootstrap(void);
/* Some class defines __del__: the end of the process has to look for objects to finalize. */
extern _Atomic bool types_have_finalizers;

#endif

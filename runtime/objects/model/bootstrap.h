/* Making the well-known types at start-up. */
#ifndef ATOLL_BOOTSTRAP_H
#define ATOLL_BOOTSTRAP_H

#include <stdatomic.h>
#include <stdbool.h>

/* Once, on the main thread, before any other object exists. false: no memory. */
bool types_bootstrap(void);
/* Something was made whose death the program or the system may notice, though only the collector finds that it is dead:
   an instance of a class with __del__, a file, a generator that may wait in a try statement. The end of the process has
   to collect, then. */
extern _Atomic bool deaths_matter;
static inline void deaths_note(void)
{
    if (!atomic_load_explicit(&deaths_matter, memory_order_relaxed))
        atomic_store_explicit(&deaths_matter, true, memory_order_relaxed);
}

#endif

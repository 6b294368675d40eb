/* Tracing of allocations (tracemalloc_module.c), for the start of the program. */
#ifndef ATOLL_TRACEMALLOC_H
#define ATOLL_TRACEMALLOC_H

#include <stdbool.h>

/* Trace from now on, with so many frames of each traceback; nothing if it is on. false with ValueError or MemoryError.
 */
bool tracemalloc_start(int frames);

#endif

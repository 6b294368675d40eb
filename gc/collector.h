/* The collector's thread, for the files beside it. Private to this room. */
#ifndef ATOLL_GC_COLLECTOR_H
#define ATOLL_GC_COLLECTOR_H

#include "gc/cycle.h"

/* Keep the collector from running a cycle, for a walk through the heap. The caller is a mutator; it waits in a blocking
   region for a cycle that runs. */
void collector_exclude(void);
void collector_admit(void);
void collector_stop(void);
/* The only mutator is waiting for the cycle that runs: the heap does not change. */
bool collector_at_rest(void);

#endif

/* The visitor behind `struct gc_trace`. Private to this room. */
#ifndef ATOLL_GC_TRACE_H
#define ATOLL_GC_TRACE_H

#include "gc/heap.h"

struct gc_trace {
    void (*visit)(struct gc_trace *trace, value v);
    bool (*disturbed)(struct gc_trace *trace); /* NULL: the object cannot change meanwhile */
};

struct referents {
    struct gc_trace trace;
    value *values; /* counted */
    size_t count, capacity;
};

#endif

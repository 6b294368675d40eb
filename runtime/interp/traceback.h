/* The layout of traceback objects, for printing them. */
#ifndef ATOLL_TRACEBACK_H
#define ATOLL_TRACEBACK_H

#include "runtime/value.h"

struct traceback {
    struct object header;
    value_slot next;  /* traceback or NULL */
    value_slot frame; /* frame object */
    uint32_t unit;    /* constant: where in the code */
    int32_t line;
};

#endif

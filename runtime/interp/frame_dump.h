/* Stacks of frames as text on a file descriptor, without allocating: for crashes and threads that hang. */
#ifndef ATOLL_FRAME_DUMP_H
#define ATOLL_FRAME_DUMP_H

#include "runtime/interp/interp.h"

/* The calling thread's, innermost first. Safe in signal handlers. */
void frame_dump_own(int descriptor, bool with_header);
/* Every thread's that can be had: one that is blocked, or comes to a safepoint soon. `own`: the caller's last. */
void frame_dump_all(int descriptor, bool own);

#endif

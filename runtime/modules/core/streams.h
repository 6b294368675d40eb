/* sys.stdin, sys.stdout, sys.stderr. */
#ifndef ATOLL_STREAMS_H
#define ATOLL_STREAMS_H

#include <stdbool.h>

bool streams_open(void);        /* makes them, and the builtin open(); sys.modules exists already */
bool streams_flush(void);       /* false: stdout could not be flushed */
extern bool streams_unbuffered; /* -u */

#endif

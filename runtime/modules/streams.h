/* sys.stdin, sys.stdout, sys.stderr. */
#ifndef ATOLL_STREAMS_H
#define ATOLL_STREAMS_H

#include <stdbool.h>

bool streams_open(void);  /* makes them; false with an exception */
bool streams_flush(void); /* at exit; false when something could not be written (reported) */
void streams_close(void); /* drops them */

#endif
